"""Lengthening: dates that both moved back, and the re-sealing that follows.

Owns which ids an act of kind 3 may name, and each side's own part of it: sealing its copies once more under
the later date and letting the older ones go. It may stop anywhere and goes on at the next run. Must never
seal what an act does not name, nor what was shortened or taken back since. (docs/protocol.md, 5 and 12.)
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from client_sdk import protocol
from client_sdk.core import Core
from client_sdk.errors import (
    Conflict,
    EngagementClosed,
    KeeperUnavailable,
    Misused,
    NotFound,
    Refused,
    RelayError,
    RetentionExceeded,
)
from client_sdk.intake import Intake
from client_sdk.parties import Place
from client_sdk.resealing import Reader, deposit_alone, resealed
from client_sdk.standing import Standing
from client_sdk.state_mailboxes import Seen
from client_sdk.terms import Signed
from keys.acts import MOST_ENVELOPE_IDS, ActCore, ActKind
from keys.content import ContentKind, content_id
from keys.envelope import EnvelopeClass
from keys.names import envelope_id
from keys.sealing import class_of_origin

log = logging.getLogger("client_sdk")

LENGTHENED: Final = frozenset({ContentKind.MESSAGE, ContentKind.CALL, ContentKind.AGREEMENT})
"""Kinds of which both have a copy, and which people may want to keep longer."""
MOST_EXPIRED_AT_ONCE: Final = 1_024


@dataclass(frozen=True, slots=True)
class Named:
    """A content that an act names for both."""

    seen: Seen
    ids: tuple[bytes, bytes]


class Lengthening:
    """Keeps messages of one engagement longer, where both have signed it."""

    def __init__(self, core: Core, standing: Standing, intake: Intake) -> None:
        self._core = core
        self._standing = standing
        self._intake = intake

    # --- proposing and judging ------------------------------------------------------------------------------

    def ids_for(self, wanted: Sequence[Seen], until: int) -> tuple[bytes, ...]:
        """Return the ids under which contents would be kept until a date, in both inboxes, ascending.

        `Misused` for too many or a date that is none; `Refused` for what only one of the two has.
        """
        if not wanted or 2 * len(wanted) > MOST_ENVELOPE_IDS:
            raise Misused(f"1 to {MOST_ENVELOPE_IDS // 2} messages are kept longer at once.")
        place = self._standing.place
        if any(one.expires_at >= until for one in wanted):
            raise Misused("A later date lies after the one that a message has.")
        if any(one.kind not in LENGTHENED for one in wanted):
            raise Refused("not-shared", hint="Mail taken in at the door is in one inbox alone; save a copy.")
        return tuple(sorted(one for seen in wanted for one in _ids(seen, place, until)))

    def named(self, core: ActCore) -> list[Named]:
        """Return the contents that an act names; `Refused` unless each is held here, for both, until an
        earlier date.
        """
        place, left = self._standing.place, set(core.envelope_ids)
        found = []
        for seen in self._living():
            ids = _ids(seen, place, core.date)
            if left.issuperset(ids):
                found.append(Named(seen, ids))
                left.difference_update(ids)
        fits = not left and all(one.seen.kind in LENGTHENED for one in found)
        if core.kind is not ActKind.EXTEND or not fits:
            raise Refused("not-held", hint="It names something that is not here; ask what is meant.")
        if any(one.seen.expires_at >= core.date for one in found):
            raise Refused("not-later", hint="It does not keep anything longer.")
        return found

    def _living(self) -> list[Seen]:
        now = self._core.now()
        seen = self._core.state.mailboxes.all_seen(self._intake.mailbox_id)
        gone = {one.content_id for one in self._core.state.mailboxes.stones(self._intake.mailbox_id)}
        return [one for one in seen if one.expires_at > now and one.content_id not in gone]

    # --- my own copies --------------------------------------------------------------------------------------

    async def settle(self) -> None:
        """Seal again what acts let me keep longer, and let the older copies go. What cannot be done now is
        left for the next run.
        """
        try:
            todo = self._due()
            for seen, act in todo:
                await self._try_to_reseal(seen, act)
            if todo:
                await self._intake.catch_up()
            await self._let_go()
        except (KeeperUnavailable, EngagementClosed) as cause:
            log.info("re-sealing waits: %s", cause.code)
        except RelayError as cause:
            log.warning("re-sealing waits: %s", cause.code)

    def _due(self) -> list[tuple[Seen, Signed]]:
        """Find what is not yet sealed under the newest act that names it, and that nothing has shortened."""
        terms, place = self._standing.terms, self._standing.place
        if not terms.extensions:
            return []
        now = self._core.now()
        found: dict[bytes, tuple[Seen, Signed]] = {}
        acts = [act for act in terms.extensions if act.core.date > now]
        for seen in self._living():
            for act in acts:
                if (
                    act.number <= seen.since_act
                    or _mine(seen, place, act.core.date) not in act.core.envelope_ids
                ):
                    continue
                if terms.shortening(seen.envelope_id, act.number) is None:
                    found[seen.content_id] = (seen, act)
        return list(found.values())

    async def _try_to_reseal(self, seen: Seen, act: Signed) -> None:
        """Seal one again; what the relay refuses of it keeps none of the others from being kept."""
        try:
            await self._reseal(seen, act)
        except (Refused, Conflict, NotFound, RetentionExceeded) as cause:
            log.warning("one re-sealing is refused: %s", cause.code)

    async def _reseal(self, seen: Seen, act: Signed) -> None:
        place, until = self._standing.place, act.core.date
        part = await self._intake.original(seen)
        if part is None or until > self._standing.terms.ends_at:
            return  # it has left, or what was closed since is not kept any longer
        if content_id(class_of_origin(EnvelopeClass.RESEALED, part.content), part.content) != seen.content_id:
            return
        deposit = await resealed(self._core, self._standing, place, part, _myself(place), until)
        refusal = await deposit_alone(self._core, deposit)
        if refusal is not None and not isinstance(refusal, Conflict):  # another device was first
            raise refusal
        log.info("re-sealed bytes=%d files=%d", len(deposit.envelope), len(deposit.blob_ids))

    async def _let_go(self) -> None:
        """Expire the copies whose place a newer one took."""
        mailbox_id = self._intake.mailbox_id
        old = self._core.state.mailboxes.replaced_copies(mailbox_id)
        for at in range(0, len(old), MOST_EXPIRED_AT_ONCE):
            ids = tuple(old[at : at + MOST_EXPIRED_AT_ONCE])
            await self._core.session.call(protocol.envelopes.expire_own(mailbox_id, ids))
        if old:
            await self._intake.catch_up()


def _myself(place: Place) -> Reader:
    me = place.me
    theirs = place.other.card.access_public
    return Reader(place.my_mailbox, me.fp, me.statement.card, me.access.public, theirs)


def _ids(seen: Seen, place: Place, until: int) -> tuple[bytes, bytes]:
    fps = (place.me.fp, place.other.fp)
    mine, theirs = (envelope_id(EnvelopeClass.RESEALED, seen.content_id, fp, until) for fp in fps)
    return mine, theirs


def _mine(seen: Seen, place: Place, until: int) -> bytes:
    return _ids(seen, place, until)[0]
