"""A whole relay on PostgreSQL: what it has of its own, clocks, secrets, kills, an operator's commands. The
stories of people, which hold on a file too, are in tests/e2e.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from dataclasses import dataclass
from pathlib import Path

import pytest

from client_sdk import errors
from client_sdk.attachment import Attachment
from relay import clock
from relay.clock import ClockError, Reading, read_clocks
from relay.config import load
from relay.core.errors import Busy
from relay.operator import examination, moving
from relay.operator.findings import WRONG
from relay.operator.init import Choice, initialise
from relay.service import opening, time_watch
from relay.service.places import Places
from relay.store.engine import SettingRefused
from relay.store.sqlite import SqliteStore
from tests.e2e.house import open_house
from tests.postgres.server import Server

pytestmark = pytest.mark.postgres


@pytest.mark.parametrize("ahead_seconds", [-3_600, 0, 50, 3_600])
async def test_a_clock_that_is_not_the_servers_starts_no_relay(
    tmp_path: Path, url: str, ahead_seconds: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An hour ahead it would take for all what still lives, and nobody would know. A minute is let pass."""
    config = initialise(tmp_path / "relay", Choice.local(), 1_700_000_000, os.urandom)
    config.write_text(f'{config.read_text()}\n[database]\nurl = "{url}"\n')
    machine = Machine(ahead_seconds)
    monkeypatch.setattr(clock, "read_clocks", machine.read)
    found: list[str] = []
    try:
        async with opening.opened(load(config)):
            found.append("open")
    except ClockError as refused:
        found.append(str(refused))
    (said,) = found
    assert (said == "open") == (abs(ahead_seconds) < 60)
    assert ("ahead of" in said, "behind" in said) == (ahead_seconds > 60, ahead_seconds < 0)


async def test_a_clock_that_drifts_from_the_servers_answers_nobody(
    tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A relay a little ahead sweeps by the server's clock; one that drifts further while it runs sweeps
    nothing and sends people away, the doctor says which clock it is, and all goes on once they agree.
    """
    config = initialise(tmp_path / "relay", Choice.local(), 1_700_000_000, os.urandom)
    config.write_text(f'{config.read_text()}\n[database]\nurl = "{url}"\n')
    machine = Machine(40)
    monkeypatch.setattr(clock, "read_clocks", machine.read)
    async with opening.opened(load(config)) as house:
        assert house.clock.now() - (house.clock.act_at() or 0) >= 40
        machine.ahead_seconds = 90
        assert house.clock.standing() is clock.Standing.APART  # by what the server showed before
        await time_watch.compare(house.store, house.clock)
        with pytest.raises(Busy):
            house.clock.serving_at()
        assert house.clock.act_at() is None
        told = examination._clock(await house.desk.status())
        assert (told.state, "ahead of the database server's" in told.found) == (WRONG, True)
        machine.ahead_seconds = 0
        await time_watch.compare(house.store, house.clock)
        assert house.clock.act_at() is not None
        assert house.clock.serving_at()


async def test_a_relay_with_other_secrets_starts_nowhere(tmp_path: Path, url: str) -> None:
    """As one that was made by `relay init` on a further machine, and not given a copy: it would sign another
    log. Not even first, on rows that were moved there and no relay has opened; with the copy it starts.
    """
    configs = [initialise(tmp_path / name, Choice.local(), 1_700_000_000, os.urandom) for name in ("1", "2")]
    for config in configs:
        config.write_text(f'{config.read_text()}\n[database]\nurl = "{url}"\n')
    settings = load(configs[0])
    await (await SqliteStore.open(Places(settings.relay.data_dir).database)).close()
    await asyncio.to_thread(moving.move, settings, url, lambda *_: None)
    with pytest.raises(SettingRefused, match="other secrets"):
        async with opening.opened(load(configs[1])):
            pass
    for name in ("pepper", "relay", "log"):
        shutil.copy(tmp_path / "1" / "secrets" / name, tmp_path / "2" / "secrets" / name)
    async with opening.opened(load(configs[1])):
        pass


@dataclass
class Machine:
    """The clocks of a machine whose wall clock is ahead."""

    ahead_seconds: int

    def read(self) -> Reading:
        """Both."""
        real = read_clocks()
        return Reading(real.wall + self.ahead_seconds, real.monotonic)


async def test_kill_9_of_the_relay_and_of_the_server(tmp_path: Path, server: Server, url: str) -> None:
    """Sends run while the server dies, and then the relay: what was acknowledged is there after, once."""
    async with open_house(tmp_path / "relay", database=url) as house:
        acknowledged: set[str] = set()
        enough = asyncio.Event()

        async def send_many() -> None:
            for number in range(60):
                try:
                    sent = await house.to_maya.send(subject=f"message {number}", text="x", timeout=20)
                except (errors.RelayError, TimeoutError):
                    return
                if sent.waiting:
                    return
                acknowledged.add(f"message {number}")
                if len(acknowledged) >= 20:
                    enough.set()

        sending = asyncio.create_task(send_many())
        await asyncio.wait_for(enough.wait(), 60)
        await asyncio.to_thread(server.stop, "immediate")
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        house.relay.end(signal.SIGKILL)
        await asyncio.to_thread(server.start)
        house.relay.start()
        await house.anna.send_waiting()
        seen = [message.subject async for message in house.to_anna.messages()]
        assert len(seen) == len(set(seen))
        assert acknowledged <= set(seen)


async def test_the_commands_of_an_operator(tmp_path: Path, server: Server, url: str) -> None:
    """A backup is made while the relay serves, and verified; what was in it is there in another database."""
    async with open_house(tmp_path / "relay", database=url) as house:
        await house.to_maya.send(subject="kept", text="x")
        command = house.relay.command
        done = await asyncio.to_thread(command, "backup", "create")
        assert "whole" in (await asyncio.to_thread(command, "backup", "verify", done.stdout.strip())).stdout
        rehearsed = await asyncio.to_thread(command, "restore", done.stdout.strip(), "--rehearse")
        assert "2 restored, 2 in the live database" in rehearsed.stdout
        doctor = await asyncio.to_thread(command, "doctor", code=3)
        assert "mailboxes: each says what is in it" in doctor.stdout
        assert "replicas: none follows" in doctor.stdout


async def test_from_the_file_and_back(tmp_path: Path, url: str) -> None:
    """A relay that was moved goes on where it was, for the same people; with a backup it comes back to a file
    with all that came since.
    """
    note = b"three things to try\n" * 5_000
    async with open_house(tmp_path / "relay") as house:
        relay = house.relay
        await house.to_maya.send(subject="before", text="x", attach=[Attachment.from_bytes(note, "note.txt")])
        running = await asyncio.to_thread(relay.command, "migrate", "--to", url, code=1)
        assert "stop it first" in running.stderr
        await asyncio.to_thread(relay.stop)
        moved = await asyncio.to_thread(relay.command, "migrate", "--to", url)
        assert f'url = "{url}"' in moved.stderr
        by_mistake = await asyncio.to_thread(relay.command, "serve", code=1)
        assert "were moved to PostgreSQL" in by_mistake.stderr
        on_a_file = relay.config.read_text()
        relay.config.write_text(f'{on_a_file}\n[database]\nurl = "{url}"\n')
        await asyncio.to_thread(relay.start)
        await house.to_maya.send(subject="after", text="x")
        made = await asyncio.to_thread(relay.command, "backup", "create")
        await asyncio.to_thread(relay.stop)
        relay.config.write_text(on_a_file)
        await asyncio.to_thread(relay.command, "restore", made.stdout.strip())
        await asyncio.to_thread(relay.start)
        seen = {message.subject: message async for message in house.to_anna.messages()}
        assert {"before", "after"} <= set(seen)
        assert await seen["before"].attachments[0].read() == note
