"""The keeper as the relay reaches it: the port `relay.core.ports.Keeper` over the keeper's Unix socket.

Owns deadlines and the meaning of a keeper's refusals. One connection a call: a Unix connection costs less
than knowing whether an old one still lives. Trouble of any kind is `KeeperAway`; a request that the keeper
holds to be wrong is not.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from keys.encoding import load_json, u16, u32
from keys.errors import KeysError
from keys.keeper_wire import DAY_KEY_BYTES
from relay.core.errors import KeeperAway, Malformed, NotAllowed, NotFound, RelayError
from relay.keeper.frames import Answer, BadFrame, Request, read_frame, write_frame
from relay.keeper.sockets import connect

ANSWER_SECONDS: Final = 10.0
MOST_CALLS: Final = 16
"""Calls at one time; further ones wait their turn within their deadline."""

OPERATORS_WORD: Final = b"\x01"

_REFUSALS: Final[Mapping[str, type[RelayError]]] = {
    "malformed": Malformed,
    "stale": Malformed,
    "refused": NotAllowed,
    "gone": NotFound,
}


class SocketKeeper:
    """A keeper behind a socket. The relay passes requests and answers through and can read neither."""

    def __init__(self, path: Path, keeper_id: bytes, answer_seconds: float = ANSWER_SECONDS) -> None:
        """`answer_seconds` bounds a whole call."""
        self.keeper_id = keeper_id
        self._path = path
        self._answer_seconds = answer_seconds
        self._calls = asyncio.Semaphore(MOST_CALLS)

    async def days(self, first: int, count: int) -> list[bytes]:
        """Signed day keys, not yet verified. Raises KeeperAway; Malformed beyond what a keeper makes."""
        body = await self._ask(Request.DAYS, u32(first) + u16(count))
        if len(body) != count * DAY_KEY_BYTES:
            raise KeeperAway("day keys of a wrong length")
        return [body[at : at + DAY_KEY_BYTES] for at in range(0, len(body), DAY_KEY_BYTES)]

    async def open(self, request: bytes) -> bytes:
        """The signed answer to an open request. Raises KeeperAway, and Malformed for a request that is not
        one.
        """
        return await self._ask(Request.OPEN, request)

    async def revoke(self, request: bytes) -> bytes:
        """The signed answer to a revoke. Raises KeeperAway; Malformed, NotAllowed; NotFound when its day is
        over.
        """
        return await self._ask(Request.REVOKE, request)

    async def tick(self) -> dict[str, int]:
        """Destroy the days that are over. Raises KeeperAway, also where the keeper does not believe the
        clock.
        """
        return _numbers(await self._ask(Request.TICK, b""))

    async def accept_clock(self) -> dict[str, int]:
        """Give the operator's word that the clock is right, then tick."""
        return _numbers(await self._ask(Request.TICK, OPERATORS_WORD))

    async def status(self) -> dict[str, int | str]:
        """What the keeper says of itself: numbers and words, nothing of a person."""
        return _plain(await self._ask(Request.STATUS, b""))

    async def _ask(self, kind: Request, body: bytes) -> bytes:
        try:
            async with asyncio.timeout(self._answer_seconds), self._calls:
                return await self._exchange(kind, body)
        except (OSError, TimeoutError, BadFrame) as trouble:
            raise KeeperAway(type(trouble).__name__) from trouble

    async def _exchange(self, kind: Request, body: bytes) -> bytes:
        reader, writer = await connect(self._path)
        try:
            await write_frame(writer, kind, body, self._answer_seconds)
            frame = await read_frame(reader, self._answer_seconds, self._answer_seconds)
        finally:
            writer.close()
        if frame is None:
            raise KeeperAway("no answer")
        if frame.type == Answer.BODY:
            return frame.body
        code = frame.body.decode("ascii", "replace")
        raise _REFUSALS.get(code, KeeperAway)(f"the keeper says {code[:40]!r}")


def _plain(body: bytes) -> dict[str, int | str]:
    try:
        fields = load_json(body)
    except KeysError:
        raise KeeperAway("not an answer") from None
    return {name: value for name, value in fields.items() if isinstance(value, int | str)}


def _numbers(body: bytes) -> dict[str, int]:
    return {name: value for name, value in _plain(body).items() if isinstance(value, int)}
