"""Giving back: what the coach still has comes into the inbox that was reopened, with the dates that it had.

Owns which contents are shared, and that they go to the newcomer's key. Must never give back to anybody but
whom both have signed for, nor under a later date. (docs/protocol.md, part 25.)
"""

from __future__ import annotations

import logging
from typing import Final

from client_sdk.core import Core
from client_sdk.errors import Conflict, Misused
from client_sdk.intake import Intake
from client_sdk.parties import Place
from client_sdk.resealing import Reader, deposit_alone, resealed
from client_sdk.standing import Standing
from client_sdk.state_mailboxes import Seen
from keys.content import ContentKind, parse_content
from keys.names import Role, mailbox_id

log = logging.getLogger("client_sdk")

KEPT_BACK: Final = frozenset(
    {
        *(ContentKind.STATEMENT, ContentKind.SPOKEN, ContentKind.OWN_GONE),
        *(ContentKind.MAIL, ContentKind.NOTICE, ContentKind.OWN),
    }
)
"""Kinds that tell of keys and copies that are no more, and those of one inbox alone."""


class GivingBack:
    """Of one engagement, by its coach."""

    def __init__(self, core: Core, standing: Standing, intake: Intake) -> None:
        self._core, self._standing, self._intake = core, standing, intake

    async def all(self) -> int:
        """Seal what is still here to the client's new key; what was given back already is not done again.
        Returns how many items came in. Raises Misused where nothing was reopened.
        """
        await self._standing.refresh()
        await self._intake.catch_up()
        place, terms = self._standing.place, self._standing.terms
        if place.my_role is not Role.COACH or terms.reopened is None:
            raise Misused("Nothing was reopened here.")
        now, taken_at = self._core.now(), terms.reopened.core.issued_at
        seen = [
            one
            for one in self._core.state.mailboxes.all_seen(self._intake.mailbox_id)
            if one.expires_at > now and one.created_at <= taken_at
        ]
        done = 0
        for one in sorted(seen, key=lambda one: one.row_order):
            done += await self._give(place, one)
        log.info("given back items=%d", done)
        return done

    async def _give(self, place: Place, seen: Seen) -> bool:
        part = await self._intake.original(seen)
        if part is None:
            return False
        content = parse_content(part.content)
        former = {one.fp for one in place.clients}
        here = {place.me.fp, *former}
        people = {content.sender_fp, *(one.fp for one in content.recipients)}
        if content.kind in KEPT_BACK or not people <= here:
            return False
        until = min(seen.expires_at, self._standing.terms.ends_at)
        deposit = await resealed(self._core, self._standing, place, part, self._newcomer(place), until)
        try:
            refusal = await deposit_alone(self._core, deposit)
        except Conflict:
            return False  # it was given back before
        if refusal is not None:
            log.warning("one item is not given back: %s", refusal.code)
        return refusal is None

    def _newcomer(self, place: Place) -> Reader:
        to = place.other
        mailbox = mailbox_id(self._standing.engagement_id, Role.CLIENT, to.fp)
        return Reader(mailbox, to.fp, to.card, to.card.access_public, place.me.access.public)
