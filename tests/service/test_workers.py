"""How many workers there may be, and what becomes of those that do not start; how several serve together is
in tests/postgres.
"""

from __future__ import annotations

import asyncio
import io
import json
import os
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from typer.testing import CliRunner

from relay.__main__ import app
from relay.keeper.sockets import MOST_RELAYS
from relay.logs import open_log
from relay.service import workers
from relay.service.workers import Worker

NOW = 1_700_000_000


@pytest.mark.parametrize(
    ("count", "taken"), [(0, False), (1, True), (MOST_RELAYS, True), (MOST_RELAYS + 1, False)]
)
def test_no_more_workers_than_one_machine_has_room_for(tmp_path: Path, count: int, taken: bool) -> None:
    """Beyond what the keeper's socket, locks and control sockets are made for the command says how many."""
    config = str(tmp_path / "none.toml")
    done = CliRunner().invoke(app, ["serve", "--workers", str(count), "--config", config])
    assert ("'--workers'" in done.output) is not taken
    assert taken or (done.exit_code == 2 and ("1" if count < 1 else str(MOST_RELAYS)) in done.output)


async def test_a_program_that_cannot_be_started_ends_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is tried again until it can, as while a release is being put in its place."""
    monkeypatch.setattr(workers, "FIRST_PAUSE_SECONDS", 0.01)
    program, said = tmp_path / "program", io.StringIO()
    log = open_log(lambda: NOW, said)
    worker = Worker((str(program),), dict(os.environ), log)
    keeping = asyncio.ensure_future(worker.keep())
    try:
        async with asyncio.timeout(60):
            while said.getvalue().count("worker.not_started") < 2:
                assert not keeping.done()
                await asyncio.sleep(0.01)
            fresh = tmp_path / "fresh"
            fresh.write_text(f"#!{sys.executable}\nprint('ready', flush=True)\ninput()\n")
            fresh.chmod(0o700)
            fresh.rename(program)
            while worker.ready != "ready":
                await asyncio.sleep(0.01)
    finally:
        keeping.cancel()
        with suppress(asyncio.CancelledError):
            await keeping
        await worker.end()
    assert json.loads(said.getvalue().splitlines()[0])["event"] == "worker.not_started"
