"""Session: calls to one relay, signed in.

Owns the bearer token, which lives in memory alone, and signing in again when the relay has ended the session.
Must never send a password or anything made from it but the signature over a challenge, and never answer a
challenge for another account than its own. (docs/protocol.md, part 9.)
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import TypeVar

from client_sdk import errors, protocol
from client_sdk.clock import RelayClock
from client_sdk.protocol.people import LoginStart, OfferedMethod, SessionOpened
from client_sdk.transport import Patient, StreamRefused
from client_sdk.wire import Call, Request, SignedOut, problem
from keys import unlock
from keys.errors import KeysError, NotOpened
from keys.names import Random, origin_hash

log = logging.getLogger("client_sdk")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class WayIn:
    """What signs in: the account, the method and its keys."""

    account_id: bytes
    method: unlock.Method
    keys: unlock.MethodKeys = field(repr=False)


class Session:
    """Calls to a relay. `call` needs to be signed in, `ask` does not."""

    def __init__(self, origin: str, name: str, transport: Patient, clock: RelayClock, random: Random) -> None:
        self.origin = origin
        self.name = name
        self.clock = clock
        self._transport = transport
        self._random = random
        self._way_in: WayIn | None = None
        self._bearer = ""
        self._signing_in = asyncio.Lock()

    def now(self) -> int:
        """The relay's time."""
        return self.clock.now()

    async def ask(self, call: Call[T]) -> T:
        """Make a call that needs no session."""
        return call.read(await self._transport.exchange(call.request))

    async def call(self, call: Call[T]) -> T:
        """Make a call as the person, signing in once more where the session has ended."""
        bearer = self._bearer
        try:
            return call.read(await self._transport.exchange(self._signed(call.request)))
        except SignedOut:
            await self._sign_in_again(bearer)
        return call.read(await self._transport.exchange(self._signed(call.request)))

    async def lines(self, request: Request) -> AsyncIterator[bytes]:
        """Yield the lines of an endless answer. Raises what the relay answers instead."""
        try:
            async for line in self._transport.transport.lines(self._signed(request)):
                yield line
        except StreamRefused as refused:
            error = problem(refused.response)
            if isinstance(error, SignedOut):
                await self._sign_in_again(self._bearer)
                raise errors.ServerUnavailable from error
            raise error from refused

    def pause(self, attempt: int) -> float:
        """How long to wait before trying an endless answer again."""
        return self._transport.pause(attempt)

    async def start(self) -> LoginStart:
        """Ask what is needed to sign in."""
        return await self.ask(protocol.people.start_session(self.name))

    async def sign_in(self, way_in: WayIn, started: LoginStart | None = None) -> bytes:
        """Sign in and return the account key. `WrongPassword` where this way in does not open it."""
        opened = await self._answer(way_in, started or await self.start())
        try:
            return unlock.unwrap_account_key(
                opened.wrap, way_in.keys.wrap_key, way_in.account_id, way_in.method
            )
        except NotOpened:
            raise errors.WrongPassword from None

    async def _answer(self, way_in: WayIn, started: LoginStart) -> SessionOpened:
        if started.account_id != way_in.account_id:
            raise errors.WrongPassword("This account is not on this relay any more.")
        nonce = self._random(32)
        login = unlock.Login(
            origin_hash(self.origin), way_in.account_id, way_in.method.method_id, started.challenge, nonce
        )
        try:
            signature = login.sign(way_in.keys.login)
        except KeysError as cause:
            raise errors.Incompatible from cause
        opened = await self.ask(
            protocol.people.open_session(
                way_in.account_id, way_in.method.method_id, started.challenge, nonce, signature
            )
        )
        self._way_in, self._bearer = way_in, opened.session
        return opened

    async def _sign_in_again(self, stale: str) -> None:
        """Sign in once for however many calls have found the session ended."""
        async with self._signing_in:
            if self._way_in is None:
                raise errors.Locked
            if self._bearer == stale:
                log.info("session ended, signing in again")
                await self._answer(self._way_in, await self.start())

    async def sign_out(self) -> None:
        """End the session."""
        if self._bearer:
            await self.call(protocol.people.close_session())
            self._bearer = ""

    async def close(self) -> None:
        """Close all connections."""
        await self._transport.close()

    def _signed(self, request: Request) -> Request:
        if not self._bearer:
            raise errors.Locked
        return replace(request, headers={**request.headers, "Authorization": f"Bearer {self._bearer}"})


def device_way_in(account_id: bytes, method_id: bytes, secret: bytes) -> WayIn:
    """Return this computer's way in."""
    method = unlock.Method(method_id, unlock.KDF_DEVICE, bytes(unlock.SALT_BYTES))
    return WayIn(account_id, method, unlock.device_keys(secret))


def offered(started: LoginStart, kind: str) -> list[OfferedMethod]:
    """Return the ways in of a kind that a login answer offers, with parameters that this software would
    choose.
    """
    kdf = unlock.KDF_DEVICE if kind == "device" else unlock.KDF_PASSWORD
    return [one for one in started.methods if one.kind == kind and one.kdf == kdf]


def stretched_way_in(started: LoginStart, one: OfferedMethod, keys: unlock.MethodKeys) -> WayIn:
    """Return the way in of a password or sheet, from what `enrol.stretch` made of it."""
    return WayIn(started.account_id, unlock.Method(one.method_id, one.kdf, one.salt), keys)
