"""Answering: what somebody means who asks why a thing goes when it does, and which answer of `why` that is.

Owns finding the thing and what was signed about it; the sentences are `why`'s. Must never answer for a thing
that is not here any more.
"""

from __future__ import annotations

from client_sdk.attending import Attending
from client_sdk.catalogue import catalogue
from client_sdk.core import Core
from client_sdk.errors import NotFound
from client_sdk.intake import Intake
from client_sdk.reading import Reading
from client_sdk.showing import message_id
from client_sdk.standing import Standing
from client_sdk.taken import Taken
from client_sdk.vault_items import parse_invitation
from client_sdk.why import (
    Asker,
    Why,
    why_account,
    why_engagement,
    why_invitation,
    why_message,
    why_notes,
)
from keys.names import Role
from keys.policy import parse_policy


class Answering:
    """Answers why for one engagement and what is in it."""

    def __init__(
        self, core: Core, standing: Standing, intake: Intake, attending: Attending, reading: Reading
    ) -> None:
        self._core = core
        self._standing = standing
        self._intake = intake
        self._attending = attending
        self._reading = reading

    def invited(self) -> Why:
        """Answer while nobody has accepted: there is the invitation alone. NotFound where it has gone."""
        kept = self._core.vault.entries.get(f"invitation/{self._standing.engagement_id.hex()}")
        if kept is None:
            raise NotFound("There is no such thing here.")
        return why_invitation(parse_invitation(kept.plain)[1], catalogue())

    async def why(self, subject: str) -> Why:
        """Answer for `engagement`, `notes`, `invitation`, `account` or a message's id. NotFound, Deleted."""
        if subject == "engagement":
            return why_engagement(self._asker)
        if subject == "notes":
            return why_notes(self._asker)
        if subject == "account":
            return self._account()
        if subject == "invitation":
            raise NotFound("The invitation was accepted; it has gone.")
        return await self._message(subject)

    def _account(self) -> Why:
        others = [parse_policy(one.policy).hold_ends_at for one in self._core.vault.engagements]
        latest = max(self._standing.terms.ends_at, *others)
        return why_account(latest, self._standing.item.my_role is Role.COACH, catalogue())

    async def _message(self, wanted: str) -> Why:
        terms = self._standing.terms
        seen = await self._reading.find(wanted)
        row = await self._intake.one(seen.row_order)
        if not isinstance(row, Taken):
            raise self._attending.deleted(seen.content_id, seen.content_id)
        policy = terms.by_hash(row.opened.content.policy_hash) or terms.policy
        days = row.opened.content.days_after_opening
        return why_message(self._asker, seen, message_id(seen.content_id), policy, days)

    @property
    def _asker(self) -> Asker:
        item = self._standing.item
        return Asker(self._standing.terms, item.my_role, item.my_name, item.their_name, catalogue())
