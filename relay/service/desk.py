"""The desk: what an operator's command does to the store, in whichever program has it open.

Owns the verbs of the control socket. They take and give JSON fields, so that one body serves a running relay
and a command that found none. Must never give out anything of a person but totals.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from keys.encoding import from_base64url, to_base64url
from keys.errors import KeysError
from relay.clock import SystemClock
from relay.core.errors import Busy, KeeperAway, Malformed
from relay.core.model import DAY_SECONDS, Invitation
from relay.core.ports import Keeper, Store
from relay.flow.expire import Expire
from relay.keeper.client import SocketKeeper
from relay.service import time_watch

COACH: Final = 2
MOST_BOX_BYTES: Final = 16_384
STATUS_SECONDS: Final = 2.0
WATCH_SECONDS: Final = 30.0

Fields = dict[str, Any]


class ClockNotTrusted(Exception):
    """Nothing is swept while the clock cannot be vouched for."""


@dataclass(frozen=True, slots=True)
class Desk:
    """The verbs, over one store. `pause` lets deposits go on between two batches of a sweep."""

    store: Store
    expire: Expire
    keeper: SocketKeeper
    clock: SystemClock
    pause: Callable[[], Awaitable[None]]
    further: Sequence[SocketKeeper] = ()
    others: Callable[[], int] = int
    """How many other relays are on the same database."""

    async def serve(self, verb: str, fields: Mapping[str, Any]) -> Fields:
        """Do what is asked. Raises Malformed for an unknown verb, ClockNotTrusted, RelayError."""
        match verb:
            case "status":
                return await self.status()
            case "sweep":
                return await self.sweep()
            case "invite":
                return await self.invite(fields)
            case "accept-clock":
                return await self.accept_clock()
        raise Malformed(f"no verb {verb[:20]!r}")

    async def status(self) -> Fields:
        """Totals, the last sweep, and whether the keeper answers."""
        now = self.clock.now()
        counts = await self.store.counts(now=now)
        told, *further = await asyncio.gather(
            keeper_status(self.keeper, now), *(further_state(one, now) for one in self.further)
        )
        return {
            "envelopes": counts["envelopes"],
            "blobs": counts["blobs"],
            "stored_bytes": counts["stored_bytes"],
            "due": counts["due"],
            "overdue": counts["overdue"],
            "last_sweep_at": await self.store.noted("last_sweep_at"),
            "keeper": _state(told),
            "other_relays": self.others(),
            "keeper_facts": told,
            "further_keepers": further,
            "clock": self.clock.standing().value,
            "apart_seconds": int(self.clock.apart_seconds()),
            "offset_seconds": self.clock.offset_seconds(),
            "now": now,
        }

    async def sweep(self) -> Fields:
        """Take away all that is due now."""
        at = self.clock.act_at()
        if at is None:
            raise ClockNotTrusted
        swept = await self.expire.sweep(at, self.pause)
        with suppress(Busy):  # a running relay tries again by itself
            await self.expire.drop_objects(at, self.pause)
        return {"envelopes": swept.envelopes, "blobs": swept.blobs, "shredded": swept.shredded}

    async def invite(self, fields: Mapping[str, Any]) -> Fields:
        """Store a coach's invitation. Its secret has stayed with the command that made it."""
        await self.store.put_invitation(_coach_invitation(fields), now=self.clock.now())
        return {}

    async def accept_clock(self) -> Fields:
        """Take the operator's word for the clock, and pass it on to the keeper, now or when it is back."""
        await time_watch.accept(self.store, self.clock)
        try:
            if not self.keeper.is_far:  # its own operator tells that one
                await self.keeper.accept_clock()
        except KeeperAway:
            return {"now": self.clock.now(), "keeper": "away"}
        await time_watch.word_delivered(self.store)
        return {"now": self.clock.now(), "keeper": "here"}


async def keeper_state(keeper: SocketKeeper, now: int) -> str:
    """`here`, `away`, or `stopped` for one that does not believe its clock."""
    return _state(await keeper_status(keeper, now))


async def keeper_status(keeper: SocketKeeper, now: int) -> Fields:
    """What the first keeper says of itself; nothing where it is away. One on another machine says nothing: it
    is seen to be here, and no more.
    """
    if keeper.is_far:
        state = (await further_state(keeper, now))["state"]
        return {} if state == "away" else {"clock": "ok" if state == "here" else state, "far": 1}
    try:
        async with asyncio.timeout(STATUS_SECONDS):
            return dict(await keeper.status())
    except (KeeperAway, TimeoutError):
        return {}


async def further_state(keeper: Keeper, now: int) -> Fields:
    """A further keeper's fingerprint, and `here`, `away`, or `differs` where its time is days from ours. It
    tells others no more of itself; that it gives a day key under its pinned key is what counts.
    """
    state = "here"
    try:
        async with asyncio.timeout(STATUS_SECONDS):
            await keeper.days(now // DAY_SECONDS + 1, 1)
    except (KeeperAway, TimeoutError):
        state = "away"
    except Malformed:
        state = "differs"
    return {"fingerprint": to_base64url(keeper.keeper_id), "state": state}


class FurtherWatch:
    """Whether all further keepers answer. Asked at most every half minute, however often one looks: anybody
    may ask for `/healthz`, and each question costs another operator's keeper a signature.
    """

    def __init__(self, further: Sequence[Keeper], clock: SystemClock) -> None:
        """Nothing is asked yet."""
        self._further, self._clock = further, clock
        self._one_asks = asyncio.Lock()
        self._asked = float("-inf")
        self._all_here = True

    async def all_here(self) -> bool:
        """What they said when they were last asked; true where there are none."""
        async with self._one_asks:
            if self._further and self._clock.monotonic() - self._asked >= WATCH_SECONDS:
                now = self._clock.now()
                found = await asyncio.gather(*(further_state(one, now) for one in self._further))
                self._all_here = all(one["state"] == "here" for one in found)
                self._asked = self._clock.monotonic()
            return self._all_here


def _state(told: Mapping[str, Any]) -> str:
    return "away" if not told else "here" if told.get("clock") == "ok" else "stopped"


def _coach_invitation(fields: Mapping[str, Any]) -> Invitation:
    try:
        return Invitation(
            invite_id=from_base64url(fields["invite_id"], 16),
            kind=COACH,
            engagement_id=bytes(16),
            redemption_key=from_base64url(fields["redemption_key"], 32),
            box=_box(fields["box"]),
            policy=b"",
            act=b"",
            expires_at=int(fields["expires_at"]),
        )
    except (KeysError, KeyError, TypeError, ValueError):
        raise Malformed("not an invitation") from None


def _box(text: str) -> bytes:
    if len(text) > MOST_BOX_BYTES:
        raise Malformed("box too large")
    return from_base64url(text)
