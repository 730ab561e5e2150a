"""The control socket: limits, and what a running relay makes of nonsense."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from relay.keeper.sockets import connect
from relay.logs import open_log
from relay.service import control
from relay.store.sqlite import SqliteStore
from tests.service.test_loops import Machine, Service


@pytest.fixture
async def path(tmp_path: Path) -> AsyncIterator[Path]:
    """Where a desk answers."""
    store, path = await SqliteStore.open(tmp_path / "relay.db"), tmp_path / "control.sock"
    service, ready = Service(store, Machine()), asyncio.Event()
    serving = asyncio.create_task(control.serve(service.desk, path, open_log(lambda: 0), ready.set))
    await ready.wait()
    yield path
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)
    await store.close()


async def test_a_command_is_done(path: Path) -> None:
    """What the desk gives comes back; the socket is for its owner alone."""
    assert (await control.ask(path, "status", {}))["envelopes"] == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_a_refusal_has_a_code(path: Path) -> None:
    """What the desk refuses is a code for the command to turn into a sentence."""
    with pytest.raises(control.Refused, match="malformed"):
        await control.ask(path, "drop", {})


async def test_no_relay(tmp_path: Path) -> None:
    """With no socket, or one that nobody listens at, there is no relay."""
    with pytest.raises(control.NoRelay):
        await control.ask(tmp_path / "control.sock", "status", {})


@pytest.mark.parametrize(
    "line", [b"\n", b"[]\n", b"{\n", b"\xff\n", b'{"verb": 7}\n', b'{"verb":"a","verb":"b"}\n']
)
async def test_nonsense_is_refused(path: Path, line: bytes) -> None:
    """A line that is no object, or no verb, is answered `malformed`."""
    reader, writer = await connect(path)
    writer.write(line)
    assert await reader.readline() == b'{"refused":"malformed"}\n'
    writer.close()


async def test_a_line_without_end_is_cut_off(path: Path) -> None:
    """Beyond the limit nothing more is read, and the desk goes on."""
    reader, writer = await connect(path)
    writer.write(b"x" * (2 * control.LINE_BYTES))
    assert await reader.read() == b""
    writer.close()
    assert await control.ask(path, "status", {})


async def test_each_relay_is_told_though_one_does_not_answer(path: Path, tmp_path: Path) -> None:
    """Of several relays one may hang: the others are told all the same, and the command says so."""

    async def hangs(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    asked: list[bytes] = []

    async def answers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readline())
        writer.write(b'{"done":{}}\n')
        writer.close()

    first, last = tmp_path / "first.sock", tmp_path / "last.sock"
    async with await asyncio.start_unix_server(hangs, first), await asyncio.start_unix_server(answers, last):
        with pytest.raises(control.Refused, match="no-answer"):
            await control.ask_all([tmp_path / "none.sock", first, path, last], "status", {})
    assert len(asked) == 1
