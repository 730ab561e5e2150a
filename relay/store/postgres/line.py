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
import os
from collections.abc import AsyncIterator, Callable
from typing import Any, Final

import asyncpg
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.engine import make_url

from relay.core.errors import Busy
from relay.core.words import Beats

CHANNEL: Final = "quietbox"
PAYLOAD_BYTES: Final = 7_999
"""PostgreSQL takes less than 8,000 bytes of text."""
ANSWER_SECONDS: Final = 5.0
"""A server that has not answered by then is held to be gone: the peer of a connection can end unseen."""
LOOK_SECONDS: Final = 5.0
FIRST_PAUSE_SECONDS: Final = 0.1
LONGEST_PAUSE_SECONDS: Final = 5.0
STEADY_SECONDS: Final = 10.0
"""A line that stood so long is looked for again at once; one that is lost sooner, more and more slowly."""
SERVER_SETTINGS: Final = {"application_name": "quietbox line", "synchronous_commit": "off"}


class PostgresLine:
    """`relay.core.ports.Line` on the database at `postgresql://…`."""

    most_bytes = PAYLOAD_BYTES // 4 * 3
    beats = Beats()

    def __init__(self, url: str, random: Callable[[int], bytes] = os.urandom) -> None:
        """Nothing is connected before `listen`. `random` spreads the tries of relays that lost it."""
        dialect: Any = PGDialect_asyncpg  # which is not typed
        _, self._server = dialect().create_connect_args(make_url(url))  # as the engine reads it
        self._random = random
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
            except Exception as fault:  # the driver has names of its own for a line that ends as it speaks
                connection.terminate()
                raise Busy(f"not told: {fault}") from fault

    async def listen(self, heard: Callable[[bytes], None], stands: Callable[[bool], None]) -> None:
        """As the port. Pauses between tries grow from 0.1 to 5 seconds, and are between half of that and all.

        Whatever the driver raises is a lost line: the relay goes on without it, and this ends never.
        """
        loop, pause = asyncio.get_running_loop(), FIRST_PAUSE_SECONDS
        while True:
            began = loop.time()
            async with contextlib.AsyncExitStack() as standing:
                try:
                    ended = await standing.enter_async_context(self._connected(heard))
                except Exception:  # noqa: BLE001, S110 - none of its names may end the relay
                    pass
                else:
                    stands(True)
                    await self._until(ended)
            stands(False)
            if loop.time() - began > STEADY_SECONDS:
                pause = FIRST_PAUSE_SECONDS
            await asyncio.sleep(pause * (0.5 + self._random(1)[0] / 512))
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
                try:
                    if not ended.is_set():
                        await self._connection.execute("SELECT 1", timeout=ANSWER_SECONDS)
                except Exception:  # noqa: BLE001 - as in `listen`
                    return


def _hearing(me: int, heard: Callable[[bytes], None]) -> Callable[..., None]:
    """What asyncpg calls; one's own words, and what is no base64, are not given on."""

    def hear(_: Any, sender: int, __: str, text: Any) -> None:
        if sender == me:
            return
        with contextlib.suppress(binascii.Error, ValueError):
            heard(base64.b64decode(text, validate=True))

    return hear
