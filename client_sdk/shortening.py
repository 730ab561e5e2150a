"""Shortening: dates brought forward, and messages taken back.

Owns the signed act of kind 2 and the revocations at the keepers that go with a recall. A date only ever comes
sooner. Must never call a recall done before every keeper has confirmed it by its signature.
(docs/protocol.md, parts 11 and 12; ruling P4.)
"""

from __future__ import annotations

from dataclasses import replace

from client_sdk.acting import Acting
from client_sdk.core import Core
from client_sdk.errors import Deleted, PartialDeletion, Refused
from client_sdk.judging import given_back_ids
from client_sdk.parties import Place
from client_sdk.receive import names_of, original_id
from client_sdk.standing import Standing
from client_sdk.state_mailboxes import MINE, Seen
from client_sdk.taken import Result, Taken
from keys.acts import ActCore, ActKind
from keys.envelope import EnvelopeClass


class Shortening:
    """Brings dates of one engagement's messages forward."""

    def __init__(self, core: Core, standing: Standing) -> None:
        self._core = core
        self._standing = standing
        self._acting = Acting(core, standing)

    def check_recall(self, seen: Seen, row: Result | None) -> None:
        """Refuse a recall of what is not mine, or where the agreement denies it; `Deleted` for what is gone
        and was not sent from here.
        """
        if not isinstance(row, Taken):
            if not self._core.state.outgoing.sent_locks(seen.content_id):
                raise Deleted
            return
        if not row.flags & MINE:
            raise Refused("not-mine", hint="You can delete your own copy, or shorten how long both keep it.")
        policy = self._standing.terms.by_hash(row.opened.content.policy_hash)
        if policy is None or not policy.author_may_recall:
            raise Refused("recall-denied", hint="The agreement keeps what has been sent.")

    def copies(self, seen: Seen, row: Result | None, place: Place) -> tuple[bytes, ...]:
        """Return the envelope ids of a message in both inboxes, those under which it is kept longer too.

        Mail taken in by the door is in one alone; and where the agreement denies recall, one alone moves
        their own copy alone.
        """
        if not isinstance(row, Taken):
            sent = (locks.envelope_id for locks in self._core.state.outgoing.sent_locks(seen.content_id))
            return tuple(sorted({seen.envelope_id, *sent}))
        return self.copies_of(row, place)

    def copies_of(self, row: Taken, place: Place) -> tuple[bytes, ...]:
        """Return the same of a message that is here."""
        opened, terms = row.opened, self._standing.terms
        people = [place.me.fp]
        if opened.class_of_origin is EnvelopeClass.MESSAGE and terms.policy.author_may_recall:
            people.append(place.other.fp)
        if len(people) > 1:
            people += [fp for fp in terms.line if fp not in people]
        named = {one for fp in people for one in names_of(opened, fp, terms, original_id(opened, fp))}
        if len(people) > 1:
            named |= given_back_ids(opened, place, terms)
        return tuple(sorted({row.envelope_id, *named}))

    @property
    def reaches_both(self) -> bool:
        """Whether one alone brings a date forward for both (docs/protocol.md, part 12, kind 2)."""
        return self._standing.terms.policy.author_may_recall

    async def take_back(self, seen: Seen, row: Result | None, place: Place) -> None:
        """Make every copy of a content due now, then have the keepers refuse them. May be repeated."""
        await self.shorten(self.copies(seen, row, place), self._core.now())
        await self._revoke(seen.content_id)

    async def shorten(
        self, envelope_ids: tuple[bytes, ...], until: int, *, issued_at: int | None = None
    ) -> None:
        """Sign and store an act, again on the newer acts if the other person was first; nothing where it is
        already so. It is dated now, or `issued_at`.
        """

        def make() -> ActCore | None:
            if all(self._is_shortened(one, until) for one in envelope_ids):
                return None
            core = self._acting.next_core(ActKind.SHORTEN, date=until, envelope_ids=envelope_ids)
            return core if issued_at is None else replace(core, issued_at=issued_at)

        await self._acting.post_next(make)

    def _is_shortened(self, envelope_id: bytes, until: int) -> bool:
        act = self._standing.terms.shortening(envelope_id)
        return act is not None and act.core.date <= until

    async def _revoke(self, content_id: bytes) -> None:
        """Tell the keepers to refuse both copies, where this computer has their locks.

        `PartialDeletion` while one has not confirmed; what is confirmed is not asked for again.
        """
        kept = self._core.state.outgoing.sent_locks(content_id)
        for done, locks in enumerate(kept):
            if not await self._core.keepers.revoke(locks.locks):
                raise PartialDeletion(done=1 + done, left=len(kept) - done)
            self._core.state.outgoing.forget_sent(locks.envelope_id)
