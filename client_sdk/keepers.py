"""Keepers: asking those who hold the keys of the days, through the relay, which can only pass on or drop.

Owns the day keys at hand and the open requests of a page of rows. Must never use a day key or an answer that
the pinned key of its keeper did not sign, and never conclude anything from no answer. (docs/protocol.md, part
11.)
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import Final, TypeVar

from client_sdk import protocol
from client_sdk.errors import KeeperUnavailable, NotTrusted, Refused, RelayError
from client_sdk.receive import Examined
from client_sdk.session import Session
from client_sdk.wire import Call
from keys.day_keys import open_day_key
from keys.encoding import to_base64url
from keys.envelope import HEADER_BYTES
from keys.errors import KeysError
from keys.keeper_wire import (
    MOST_ITEMS,
    Grant,
    OpenRequest,
    Revoke,
    open_answer,
    sign_open_request,
    sign_revoke,
    verify_revoked,
)
from keys.locks import KEEPER_LOCK_BYTES, parse_lock
from keys.names import Random, key_id
from keys.pins import KeeperPin, Pins
from keys.suite import H, OpenKey, SealKey, SignKey

log = logging.getLogger("client_sdk")

MOST_DAYS_REMEMBERED: Final = 512
ASKED_AT_ONCE: Final = 256
"""Rows in one request: well under what the wire allows, so that a slow keeper answers in time."""

T = TypeVar("T")
Grants = Mapping[bytes, Grant]


class Keepers:
    """The keepers pinned by an account."""

    def __init__(self, session: Session, pins: Pins, access: SignKey, random: Random) -> None:
        self._session = session
        self._pins = pins.keepers
        self._access = access
        self._random = random
        self._days: dict[tuple[bytes, int], SealKey] = {}

    async def day_keys(self, day: int) -> dict[bytes, SealKey]:
        """Return each keeper's verified key for a day, by keeper id. `NotTrusted` for one that it did not
        sign.
        """
        keys = await asyncio.gather(*(self._day_key(pin, day) for pin in self._pins))
        return {pin.keeper_id: key for pin, key in zip(self._pins, keys, strict=True)}

    async def day_key_ids(self, day: int) -> dict[bytes, bytes] | None:
        """Return the ids of the keepers' keys for a day; None with one keeper, where none can be confused."""
        if len(self._pins) == 1:
            return None
        return {keeper_id: key_id(key.raw) for keeper_id, key in (await self.day_keys(day)).items()}

    async def _day_key(self, pin: KeeperPin, day: int) -> SealKey:
        known = self._days.get((pin.keeper_id, day))
        if known is None:
            (raw,) = await self._call(pin, protocol.keepers.days(pin.keeper_id, day, 1)) or (b"",)
            known = self._verified(pin, day, raw)
            while len(self._days) >= MOST_DAYS_REMEMBERED:
                self._days.pop(next(iter(self._days)))
            self._days[pin.keeper_id, day] = known
        return known

    def _verified(self, pin: KeeperPin, day: int, raw: bytes) -> SealKey:
        try:
            day_key = open_day_key(raw, pin.keeper_id, pin.public)
            if day_key.day != day:
                raise NotTrusted("keeper-day")
            return SealKey.from_bytes(day_key.public)
        except KeysError as cause:
            raise NotTrusted("keeper-day") from cause

    # --- opening --------------------------------------------------------------------------------------------

    async def open(self, examined: Sequence[Examined]) -> list[Grants]:
        """Ask every keeper for every row; returns the grants of each row, by keeper id.

        `KeeperUnavailable` where one did not answer, or not validly: then nothing is known of any row.
        """
        grants: list[Grants] = []
        for at in range(0, len(examined), min(ASKED_AT_ONCE, MOST_ITEMS)):
            batch = examined[at : at + ASKED_AT_ONCE]
            answers = await asyncio.gather(*(self._ask(pin, batch) for pin in self._pins))
            ids = [pin.keeper_id for pin in self._pins]
            grants += [dict(zip(ids, row, strict=True)) for row in zip(*answers, strict=True)]
        return grants

    async def _ask(self, pin: KeeperPin, batch: Sequence[Examined]) -> tuple[Grant, ...]:
        reply_key = OpenKey.from_seed(self._random(32))
        request = OpenRequest(
            keeper_id=pin.keeper_id,
            access_public=self._access.public,
            asked_at=self._session.now(),
            nonce=self._random(16),
            reply_public=reply_key.public,
            items=tuple(one.ask(pin.keeper_id) for one in batch),
        )
        raw = sign_open_request(request, self._access)
        try:
            answer = await self._call(pin, protocol.keepers.ask_keeper(pin.keeper_id, raw))
        except Refused as cause:  # it may be another keeper that answers there, and that is no answer
            raise self._away(pin) from cause
        try:
            return open_answer(answer, request, raw, pin.public, reply_key).grants
        except KeysError as cause:
            log.warning("a keeper's answer was not valid items=%d", len(batch))
            raise self._away(pin) from cause

    async def _call(self, pin: KeeperPin, call: Call[T]) -> T:
        try:
            return await self._session.call(call)
        except KeeperUnavailable as cause:
            raise self._away(pin) from cause

    def _away(self, pin: KeeperPin) -> KeeperUnavailable:
        """The error that says which keeper it is, where there are several."""
        if len(self._pins) == 1:
            return KeeperUnavailable()
        return KeeperUnavailable(
            f"The keeper {to_base64url(pin.keeper_id)} does not answer. Nothing can be opened without it; "
            "nothing is lost."
        )

    # --- revoking -------------------------------------------------------------------------------------------

    async def revoke(self, recall_locks: bytes) -> bool:
        """Make every keeper refuse an envelope, given its header and keepers' locks.

        Returns whether each has confirmed it by its signature; one that is away is asked again by calling
        this again.
        """
        records = recall_locks[HEADER_BYTES:]
        starts = range(0, len(records), KEEPER_LOCK_BYTES)
        locks = [records[at : at + KEEPER_LOCK_BYTES] for at in starts]
        return await self.revoke_locks(H(recall_locks[:HEADER_BYTES]), locks)

    async def revoke_locks(self, header_hash: bytes, locks: Sequence[bytes]) -> bool:
        """The same, given the hash of the header and the keepers' lock records. One whose day is over is
        refused by itself.
        """
        day = parse_lock(locks[0]).period
        owner = {key_id(key.raw): keeper_id for keeper_id, key in (await self.day_keys(day)).items()}
        pins = {pin.keeper_id: pin for pin in self._pins}
        pairs = [(pins[owner[parse_lock(one).key_id]], one) for one in locks]
        return all([await self._revoke(pin, header_hash, record) for pin, record in pairs])

    async def _revoke(self, pin: KeeperPin, header_hash: bytes, record: bytes) -> bool:
        request = Revoke(
            keeper_id=pin.keeper_id,
            access_public=self._access.public,
            asked_at=self._session.now(),
            nonce=self._random(16),
            header_hash=header_hash,
            lock=parse_lock(record),
        )
        raw = sign_revoke(request, self._access)
        try:
            answer = await self._session.call(protocol.keepers.revoke(pin.keeper_id, raw))
            if answer is None:
                return False
            verify_revoked(answer, raw, pin.public)
        except (RelayError, KeysError) as cause:
            log.warning("a keeper has not confirmed a recall: %s", type(cause).__name__)
            return False
        return True
