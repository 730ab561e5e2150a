"""Who looks after the backups of relays that share a folder: one of them, and another when it is away."""

from __future__ import annotations

import asyncio
import io
from pathlib import Path

import pytest

from relay.clock import SystemClock
from relay.config import load
from relay.logs import open_log
from relay.service import backups
from relay.service.backups import Backups
from relay.service.places import Places


class Looking(Backups):
    """Says that it has looked, and does nothing more."""

    async def _look(self, at: int) -> None:
        looks.put_nowait(self.places.number)


looks: asyncio.Queue[int] = asyncio.Queue()


async def test_another_takes_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first alone looks while it runs; once it has ended the second does, whatever its number."""
    monkeypatch.setattr(backups, "LOOK_SECONDS", 0.0)
    config = tmp_path / "relay.toml"
    config.write_text('[relay]\norigin = "http://127.0.0.1:8080"\n[smtp]\ndomain = "in.example"\n')
    settings, clock = load(config), SystemClock()
    log = open_log(clock.now, io.StringIO())
    first, second = (
        asyncio.create_task(Looking(settings, config, Places(tmp_path, number), clock, log).keep())
        for number in (1, 2)
    )
    try:
        assert {await looks.get() for _ in range(20)} == {1}
        first.cancel()
        while await looks.get() == 1:
            pass
        assert not second.done()
    finally:
        for one in first, second:
            one.cancel()
        await asyncio.gather(first, second, return_exceptions=True)
