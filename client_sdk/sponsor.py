# ruff: noqa: ASYNC109 (the synchronous twin has no other way to bound a call)
"""Sponsor: a link and six digits, and the one document that they open.

Owns the way of a sponsor's page without a page: asking the relay, then the keepers, then judging all of it by
`keys.release`. Whatever is not to be believed is *nothing here*, and no reason is given. (docs/protocol.md,
part 23.)
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from random import SystemRandom
from typing import TypeVar

from client_sdk import protocol
from client_sdk.bounds import bounded
from client_sdk.clock import RelayClock
from client_sdk.errors import Misused, NotFound, NothingHere
from client_sdk.protocol.release import ServedAnswer
from client_sdk.transport import AiohttpTransport, Patient, Transport
from client_sdk.wire import Call
from keys.envelope import Envelope
from keys.errors import KeysError
from keys.keeper_wire import Ask, OpenRequest, Status, open_unsigned_answer, sign_open_request
from keys.locks import link_access_key, link_id
from keys.names import Random
from keys.release import Believed, ReleaseLink, believe, check_served, parse_link
from keys.suite import OpenKey

T = TypeVar("T")


async def open_release(
    link: str,
    digits: str,
    *,
    transport: Transport | None = None,
    clock: RelayClock | None = None,
    random: Random = os.urandom,
    timeout: float | None = None,
) -> Believed:
    """Open what a sponsor's link and digits lead to. NothingHere for whatever is not to be seen,
    DigitsRefused, RateLimited, Misused for what is no link or no digits, ServerUnavailable.
    """
    try:
        parsed = parse_link(link.strip())
    except KeysError as cause:
        raise Misused("That is not a sponsor's link.") from cause
    if re.fullmatch(r"[0-9]{6}", digits) is None:
        raise Misused("The digits are six.")
    clock = clock or RelayClock()
    patient = Patient(transport or AiohttpTransport(parsed.origin), clock, SystemRandom().random)
    try:
        async with bounded(timeout):
            return await _Reader(parsed, digits, patient, clock, random).open()
    finally:
        if transport is None:
            await patient.close()


class _Reader:
    """One link's reader, for one look."""

    def __init__(
        self, link: ReleaseLink, digits: str, transport: Patient, clock: RelayClock, random: Random
    ) -> None:
        self._link = link
        self._digits = digits
        self._transport = transport
        self._clock = clock
        self._random = random

    async def open(self) -> Believed:
        answer = await self._ask(protocol.release.shown(link_id(self._link.secret), self._digits))
        try:
            _, envelope = check_served(self._link, answer.served)
            shares = await self._shares(answer, envelope)
            return believe(self._link, answer.served, shares, self._clock.now())
        except KeysError as cause:
            raise NothingHere from cause

    async def _shares(self, answer: ServedAnswer, envelope: Envelope) -> Sequence[bytes]:
        """Ask each keeper for all locks, and take each share from whichever has it."""
        found: dict[int, bytes] = {}
        for keeper_id in answer.keeper_ids:
            for place, share in enumerate(await self._of_keeper(keeper_id, envelope)):
                if share:
                    found.setdefault(place, share)
        if len(found) != len(envelope.keeper_locks):
            raise NothingHere
        return [found[place] for place in sorted(found)]

    async def _of_keeper(self, keeper_id: bytes, envelope: Envelope) -> list[bytes]:
        access, reply_key = link_access_key(self._link.secret), OpenKey.from_seed(self._random(32))
        items = tuple(Ask(envelope.header_hash, lock) for lock in envelope.keeper_locks)
        request = OpenRequest(
            keeper_id=keeper_id,
            access_public=access.public,
            asked_at=self._clock.now(),
            nonce=self._random(16),
            reply_public=reply_key.public,
            items=items,
        )
        raw = sign_open_request(request, access)
        call = protocol.release.ask_keeper(link_id(self._link.secret), self._digits, keeper_id, raw)
        grants = open_unsigned_answer(await self._ask(call), request, raw, reply_key).grants
        return [grant.share if grant.status is Status.HERE else b"" for grant in grants]

    async def _ask(self, call: Call[T]) -> T:
        try:
            return call.read(await self._transport.exchange(call.request))
        except NotFound as cause:
            raise NothingHere from cause
