"""The line between relays on one database of PostgreSQL: NOTIFY and LISTEN on one channel, over a connection
of its own. Owns that connection, when it is given up, and when it is tried again.

What is told waits for no disk (`synchronous_commit=off`) and is no part of a writing transaction: PostgreSQL
lets only one that has told something commit at a time, and that one would hold up all others with its sync.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any, Final

import asyncpg
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.engine import make_url

from relay.core.errors import Busy

CHANNEL: Final = "quietbox"
PAYLOAD_BYTES: Final = 7_999
"""PostgreSQL takes less than 8,000 bytes of text."""
ANSWER_SECONDS: Final = 5.0
"""A server that has not answered by then is held to be gone: the peer of a connection can end unseen."""
LOOK_SECONDS: Final = 5.0
FIRST_PAUSE_SECONDS: Final = 0.1
LONGEST_PAUSE_SECONDS: Final = 5.0
SERVER_SETTINGS: Final = {"application_name": "quietbox line", "synchronous_commit": "off"}


class PostgresLine:
    """`relay.core.ports.Line` on the database at `postgresql://…`."""

    most_bytes = PAYLOAD_BYTES // 4 * 3

    def __init__(self, url: str) -> None:
        """Nothing is connected before `listen`."""
        dialect: Any = PGDialect_asyncpg  # which is not typed
        _, self._server = dialect().create_connect_args(make_url(url))  # as the engine reads it
        self._connection: Any = None
        self._one_speaks = asyncio.Lock()

    async def tell(self, raw: bytes) -> None:
        """As the port; the connection that does not answer is given up."""
        async with self._one_speaks:
            connection = self._connection
            if connection is None:
                raise Busy("no line to the other relays")
            try:
                text = base64.b64encode(raw).decode("ascii")
                await connection.execute("SELECT pg_notify($1, $2)", CHANNEL, text, timeout=ANSWER_SECONDS)
            except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as fault:
                connection.terminate()
                raise Busy(f"not told: {fault}") from fault

    async def listen(self, heard: Callable[[bytes], None], stands: Callable[[bool], None]) -> None:
        """As the port. Pauses between tries grow from 0.1 to 5 seconds."""
        pause = FIRST_PAUSE_SECONDS
        while True:
            try:
                async with self._connected(heard) as ended:
                    pause = FIRST_PAUSE_SECONDS
                    stands(True)
                    await self._until(ended)
            except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
                pass
            stands(False)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    @contextlib.asynccontextmanager
    async def _connected(self, heard: Callable[[bytes], None]) -> AsyncIterator[asyncio.Event]:
        """A connection that listens; the event says that it has ended."""
        ended = asyncio.Event()
        connection = await asyncpg.connect(
            **self._server, timeout=ANSWER_SECONDS, server_settings=dict(SERVER_SETTINGS)
        )
        try:
            connection.add_termination_listener(lambda _: ended.set())
            await connection.add_listener(CHANNEL, _hearing(connection.get_server_pid(), heard))
            self._connection = connection
            yield ended
        finally:
            self._connection = None
            connection.terminate()

    async def _until(self, ended: asyncio.Event) -> None:
        """Wait for the end of the connection; ask now and then whether its peer is still there."""
        while not ended.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await ended.wait()
            async with self._one_speaks:
                if not ended.is_set():
                    await self._connection.execute("SELECT 1", timeout=ANSWER_SECONDS)


def _hearing(me: int, heard: Callable[[bytes], None]) -> Callable[..., None]:
    """What asyncpg calls; one's own words, and what is no base64, are not given on."""

    def hear(_: Any, sender: int, __: str, text: Any) -> None:
        if sender == me:
            return
        with contextlib.suppress(binascii.Error, ValueError):
            heard(base64.b64decode(text, validate=True))

    return hear
