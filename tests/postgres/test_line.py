"""The line between relays: whatever its driver makes of a lost connection, the relay goes on, and looks for a
new one without haste.
"""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import asyncpg
import pytest

from relay.core.errors import Busy
from relay.store.faults import Fault
from relay.store.postgres import line as module
from relay.store.postgres.database import _faults
from relay.store.postgres.line import PostgresLine

FAULTS = (
    asyncpg.InternalClientError("cannot switch to state 12; another operation (2) is in progress"),
    asyncpg.InterfaceError("connection is closed"),
    asyncpg.ConnectionDoesNotExistError("in the middle of operation"),
    RuntimeError("the handler is closed"),
    OSError("reset by peer"),
    TimeoutError(),
)


class Failing:
    """A connection on which one kind of statement fails."""

    def __init__(self, fault: Exception, at: str) -> None:
        self.fault, self.at, self.ended = fault, at, 0

    def add_termination_listener(self, _: Any) -> None:
        """It says nothing of its end."""

    def get_server_pid(self) -> int:
        """Some number."""
        return 1

    async def add_listener(self, *_: Any) -> None:
        """LISTEN."""
        if self.at == "listen":
            raise self.fault

    async def execute(self, statement: str, *_: Any, timeout: float) -> None:
        """NOTIFY, or the look whether the server is there."""
        if self.at == ("tell" if "pg_notify" in statement else "look"):
            raise self.fault

    def terminate(self) -> None:
        """Counted."""
        self.ended += 1


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long the line waited before each try; the eighth ends it."""
    waited: list[float] = []
    sleep = asyncio.sleep

    async def counted(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 8:
            raise asyncio.CancelledError
        await sleep(0)

    monkeypatch.setattr(module.asyncio, "sleep", counted)
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.0)
    return waited


def connecting(monkeypatch: pytest.MonkeyPatch, connection: Failing) -> None:
    """Each try gets this connection."""

    async def connect(**_: Any) -> Failing:
        if connection.at == "connect":
            raise connection.fault
        return connection

    monkeypatch.setattr(asyncpg, "connect", connect)


@pytest.mark.parametrize("at", ["connect", "listen", "look"])
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: type(fault).__name__)
async def test_no_fault_ends_the_listening(
    fault: Exception, at: str, pauses: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever it comes it is a lost line: looked for again, each time later, by relays at different
    instants, though it stood for a moment each time.
    """
    connection, said = Failing(fault, at), list[bool]()
    connecting(monkeypatch, connection)
    with pytest.raises(asyncio.CancelledError):
        await PostgresLine("postgresql:///x", bytes).listen(lambda _: None, said.append)
    assert pauses == [0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 2.5, 2.5]  # by chance half of all
    assert said == ([True, False] if at == "look" else [False]) * 8
    assert connection.ended == (0 if at == "connect" else 8)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: type(fault).__name__)
async def test_what_could_not_be_told_is_busy(fault: Exception) -> None:
    """Whoever tells hears one name for it, and the connection is given up."""
    line, connection = PostgresLine("postgresql:///x"), Failing(fault, "tell")
    line._connection = connection
    with pytest.raises(Busy):
        await line.tell(b"word")
    assert connection.ended == 1


def test_a_statement_that_the_driver_lost_is_a_fault_of_the_database() -> None:
    """So a read in that instant is asked for again, and is no error of the relay's."""
    patient = SimpleNamespace(hang_up_later=lambda: SimpleNamespace(cancel=lambda: None))
    with pytest.raises(Fault), _faults(cast(Any, patient)):
        raise FAULTS[0]
