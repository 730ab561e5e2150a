"""A keeper as the relay reaches it: the port `relay.core.ports.Keeper` over a Unix socket or TCP.

Owns deadlines and the meaning of a keeper's refusals. One connection a call: it costs less than knowing
whether an old one still lives. Trouble of any kind is `KeeperAway`; a request that the keeper
holds to be wrong is not.
"""

from __future__ import annotations

import asyncio
from typing import Final

from keys.day_gone import DAY_GONE_BYTES, MOST_DAYS_GONE, open_day_gone
from keys.day_keys import DAY_KEY_BYTES, open_day_key
from keys.encoding import load_json, u16, u32
from keys.errors import KeysError
from keys.names import keeper_id
from relay.core.errors import KeeperAway, Malformed
from relay.keeper.frames import Answer, BadFrame, Request, read_frame, write_frame
from relay.keeper.sockets import Address, Tcp, connect

ANSWER_SECONDS: Final = 10.0
MOST_CALLS: Final = 16
"""Calls at one time; further ones wait their turn within their deadline."""

OPERATORS_WORD: Final = b"\x01"

CALLERS_FAULT: Final = frozenset({"malformed", "stale", "refused", "gone"})
"""A keeper's refusals that asking again does not help."""


class SocketKeeper:
    """A keeper behind a socket. The relay passes requests and answers through and can read neither."""

    def __init__(self, address: Address, public: bytes, answer_seconds: float = ANSWER_SECONDS) -> None:
        """`public` is the keeper's pinned verification key; `answer_seconds` bounds a whole call."""
        self.keeper_id = keeper_id(public)
        self._public = public
        self._address = address
        self._answer_seconds = answer_seconds
        self._calls = asyncio.Semaphore(MOST_CALLS)
        self.is_far = isinstance(address, Tcp)
        """Whether it runs on another machine: there it ticks by itself, and tells us nothing of itself."""

    async def days(self, first: int, count: int) -> list[bytes]:
        """Signed day keys, verified. Raises KeeperAway; Malformed for days that a keeper does not make."""
        body = await self._ask(Request.DAYS, u32(first) + u16(count))
        keys = [body[at : at + DAY_KEY_BYTES] for at in range(0, len(body), DAY_KEY_BYTES)]
        try:
            days = [open_day_key(raw, self.keeper_id, self._public).day for raw in keys]
        except KeysError as fault:
            raise KeeperAway("a day key that is not this keeper's") from fault
        if days != list(range(first, first + count)):
            raise KeeperAway("not the days that were asked for")
        return keys

    async def days_gone(self, first: int) -> list[bytes]:
        """Signed words on days destroyed, verified: up to 62, of days from `first` on, ascending. Raises
        KeeperAway.
        """
        body = await self._ask(Request.DAYS_GONE, u32(first))
        words = [body[at : at + DAY_GONE_BYTES] for at in range(0, len(body), DAY_GONE_BYTES)]
        try:
            days = [open_day_gone(raw, self.keeper_id, self._public).day for raw in words]
        except KeysError as fault:
            raise KeeperAway("a word that is not this keeper's") from fault
        if len(days) > MOST_DAYS_GONE or days != sorted(set(days)) or (days and days[0] < first):
            raise KeeperAway("not the days that were asked for")
        return words

    async def open(self, request: bytes) -> bytes:
        """The signed answer to an open request. Raises KeeperAway; Malformed for a request that is none."""
        return await self._ask(Request.OPEN, request)

    async def revoke(self, request: bytes) -> bytes:
        """The signed answer to a revoke. Raises KeeperAway; Malformed for one that the keeper will never
        take.
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
        reader, writer = await connect(self._address)
        try:
            await write_frame(writer, kind, body, self._answer_seconds)
            frame = await read_frame(reader, self._answer_seconds, self._answer_seconds)
        finally:
            writer.close()
        if frame is None:
            raise KeeperAway("no answer")
        if frame.type == Answer.BODY:
            return frame.body
        code = frame.body.decode("ascii", "replace")[:40]
        raise (Malformed if code in CALLERS_FAULT else KeeperAway)(f"the keeper says {code!r}")


def _plain(body: bytes) -> dict[str, int | str]:
    try:
        fields = load_json(body)
    except KeysError:
        raise KeeperAway("not an answer") from None
    return {name: value for name, value in fields.items() if isinstance(value, int | str)}


def _numbers(body: bytes) -> dict[str, int]:
    return {name: value for name, value in _plain(body).items() if isinstance(value, int)}
