"""Shortening: dates brought forward, and messages taken back.

Owns the signed act of kind 2 and the revocations at the keepers that go with a recall. A date only ever comes
sooner. Must never call a recall done before every keeper has confirmed it by its signature.
(docs/protocol.md, parts 11 and 12; ruling P4.)
"""

from __future__ import annotations

from typing import Final

from client_sdk import protocol
from client_sdk.core import Core
from client_sdk.errors import Deleted, PartialDeletion, Refused
from client_sdk.intake import NEWEST, Result, Taken
from client_sdk.parties import Place
from client_sdk.standing import Standing
from client_sdk.state import MINE, Seen
from client_sdk.wire import RelayConflict
from keys.acts import Act, ActCore, ActKind, sign_act
from keys.envelope import EnvelopeClass
from keys.names import envelope_id

ACT_TRIES: Final = 5


class Shortening:
    """Brings dates of one engagement's messages forward."""

    def __init__(self, core: Core, standing: Standing) -> None:
        self._core = core
        self._standing = standing

    def check_recall(self, seen: Seen, row: Result | None) -> None:
        """Refuse a recall of what is not mine, or where the agreement denies it; `Deleted` for what is gone
        and was not sent from here.
        """
        if not isinstance(row, Taken):
            if not self._core.state.sent_locks(seen.content_id):
                raise Deleted
            return
        if not row.flags & MINE:
            raise Refused("not-mine", hint="You can delete your own copy, or shorten how long both keep it.")
        policy = self._standing.terms.by_hash(row.opened.content.policy_hash)
        if policy is None or not policy.author_may_recall:
            raise Refused("recall-denied", hint="The agreement keeps what has been sent.")

    def copies(self, seen: Seen, row: Result | None, place: Place) -> tuple[bytes, ...]:
        """Return the envelope ids of a message in both inboxes; mail taken in by the door is in one alone."""
        if not isinstance(row, Taken):
            sent = (locks.envelope_id for locks in self._core.state.sent_locks(seen.content_id))
            return tuple(sorted({seen.envelope_id, *sent}))
        opened = row.opened
        if opened.class_of_origin is not EnvelopeClass.MESSAGE:
            return (seen.envelope_id,)
        date = opened.content.expires_at
        both = (place.me.fp, place.other.fp)
        return tuple(sorted(envelope_id(EnvelopeClass.MESSAGE, opened.content_id, fp, date) for fp in both))

    async def shorten(self, place: Place, envelope_ids: tuple[bytes, ...], until: int) -> None:
        """Sign and store an act, again on the newer acts if the other person was first; nothing where it is
        already so.
        """
        for attempt in range(1, ACT_TRIES + 1):
            await self._standing.refresh()
            if all(self._standing.terms.shortened.get(one, NEWEST) <= until for one in envelope_ids):
                return
            act = self._act(place, envelope_ids, until)
            try:
                await self._core.session.call(protocol.add_act(self._standing.engagement_id, act.encode()))
            except RelayConflict:
                if attempt == ACT_TRIES:
                    raise
            else:
                await self._standing.refresh()
                return

    def _act(self, place: Place, envelope_ids: tuple[bytes, ...], until: int) -> Act:
        terms = self._standing.terms
        last = terms.acts[-1]
        core = ActCore(
            kind=ActKind.SHORTEN,
            engagement_id=self._standing.engagement_id,
            policy_hash=terms.policy.hash,
            number=last.number + 1,
            previous_hash=last.hash,
            issued_at=self._core.now(),
            date=until,
            envelope_ids=envelope_ids,
        )
        return sign_act(core, place.me.identity)

    async def revoke(self, content_id: bytes) -> None:
        """Tell the keepers to refuse both copies, where this computer has their locks.

        `PartialDeletion` while one has not confirmed; what is confirmed is not asked for again.
        """
        kept = self._core.state.sent_locks(content_id)
        for done, locks in enumerate(kept):
            if not await self._core.keepers.revoke(locks.locks):
                raise PartialDeletion(done=1 + done, left=len(kept) - done)
            self._core.state.forget_sent(locks.envelope_id)
