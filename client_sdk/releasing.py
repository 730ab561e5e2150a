"""Releasing: a client lets a report out to the sponsor, and takes it back.

Owns the sealing, the ticket, what ends a release, and the revocations that follow. An envelope leaves only
once what ends it is kept; nothing is called withdrawn before every keeper has confirmed it by its signature.
(docs/protocol.md, part 23.)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from client_sdk import protocol
from client_sdk.acting import ACT_TRIES, Acting
from client_sdk.core import Core
from client_sdk.errors import NotTrusted, PartialDeletion, RelayError
from client_sdk.kept_releases import KeptRelease, encode_kept, kept_of, over_now, parse_kept
from client_sdk.protocol.release import ReleaseView
from client_sdk.reporting import Signature
from client_sdk.standing import Standing
from client_sdk.vault import Change, Changes, Vault
from client_sdk.wire import RelayConflict
from keys.acts import ActKind
from keys.content import Content, ContentKind
from keys.envelope import Envelope, EnvelopeClass, parse_envelope
from keys.errors import Malformed
from keys.locks import link_access_key
from keys.names import ZERO_HASH, day_of
from keys.release import check_alike, check_part, release_content, slot_of, sponsor_mailbox, ticket_subject
from keys.release_terms import ReleaseTerms
from keys.sealing import Addressing, LinkTarget, Part, seal_envelope, sign_content

ITEM: Final = "releases/{}"


class Releasing:
    """The releases of one engagement."""

    def __init__(self, core: Core, standing: Standing) -> None:
        self._core = core
        self._standing = standing
        self._acting = Acting(core, standing)

    # --- signing --------------------------------------------------------------------------------------------

    def sign(self, terms: ReleaseTerms) -> Part:
        """Sign terms under the policy in force: one's half of a release."""
        me, now = self._standing.place.me, self._core.now()
        stamp = Content(
            kind=ContentKind.MESSAGE,
            nonce=self._core.random(16),
            thread_id=self._core.random(16),
            writer=0,
            count=1,
            previous_id=ZERO_HASH,
            created_at=now,
            expires_at=terms.ends_at,
            policy_hash=self._standing.terms.policy.hash,
            sender_fp=me.fp,
            checkpoint_hash=me.checkpoint_hash,
            vault_counter=me.vault_counter,
            sender_statement_hash=me.statement.hash,
            recipients=(),
        )
        frame = release_content(stamp, terms).encode()
        return sign_content(frame, EnvelopeClass.RELEASE, me.identity)

    # --- letting out ----------------------------------------------------------------------------------------

    async def release(self, coach: Signature, terms: ReleaseTerms) -> Part:
        """Seal what both signed and let it out by a ticket; one's own half. Raises what the relay answers."""
        mine = self.sign(terms)
        check_alike(coach.signed, check_part(mine, self._standing.place.me.identity.public))
        envelope = parse_envelope(await self._seal(coach, terms, [coach.signed.part, mine]))
        await self._post(envelope, terms)
        await self.settle()
        return mine

    async def _seal(self, coach: Signature, terms: ReleaseTerms, parts: Sequence[Part]) -> bytes:
        place, secret = self._standing.place, coach.link_secret
        if place.me.statement.card.keeper_set != place.pins.keeper_set:
            raise NotTrusted("keeper-set")
        addressing = Addressing(
            envelope_class=EnvelopeClass.RELEASE,
            mailbox_id=sponsor_mailbox(place.engagement_id, terms.reader_fp),
            policy_tag=self._standing.terms.policy.tag,
            expires_at=terms.ends_at,
            recipient_fp=terms.reader_fp,
            target=LinkTarget(secret),
            reader_access=link_access_key(secret).public,
            revoker_access=place.me.access.public,
            not_before=terms.not_before,
        )
        day_keys = await self._core.keepers.day_keys(day_of(terms.ends_at))
        keys = [day_keys[keeper_id] for keeper_id in place.keeper_ids]
        return seal_envelope(addressing, parts, keys, self._core.random)

    async def _post(self, envelope: Envelope, terms: ReleaseTerms) -> None:
        """Keep what ends it, then post it: anew whenever the other person's act was first."""
        subject, engagement_id = ticket_subject(envelope.raw), self._standing.engagement_id
        for attempt in range(1, ACT_TRIES + 1):
            await self._standing.refresh()
            core = self._acting.next_core(
                ActKind.RELEASE, date=terms.not_before, second_date=terms.ends_at, subject=subject
            )
            kept = [one for one in self._kept() if one.subject != subject]
            await self._keep([*kept, kept_of(envelope, core.number)])
            act = self._acting.sign(core).encode()
            try:
                await self._core.session.call(protocol.release.release(engagement_id, act, envelope.raw))
            except RelayConflict:
                if attempt == ACT_TRIES:
                    raise
            else:
                await self._standing.refresh()
                return

    # --- taking back ----------------------------------------------------------------------------------------

    async def withdraw(self, mailbox_id: bytes) -> None:
        """End all that was let out into a sponsor's mailbox. `PartialDeletion` while a keeper has not
        confirmed it: called again, this asks again.
        """
        subject = slot_of(mailbox_id)
        done = any(
            act.core.kind is ActKind.WITHDRAW and act.core.subject == subject and not self._later(act.number)
            for act in self._standing.terms.acts
        )
        try:
            if not done:
                await self._acting.post_next(
                    lambda: self._acting.next_core(ActKind.WITHDRAW, subject=subject)
                )
        finally:  # whatever the relay made of the act: the keepers are asked in any case
            await self._revoke(self._kept())
        left = len(self._kept())
        if left:
            raise PartialDeletion(done=1, left=left)

    def _later(self, number: int) -> bool:
        """Whether something was let out after an act."""
        return any(
            act.core.kind is ActKind.RELEASE for act in self._standing.terms.acts if act.number > number
        )

    async def settle(self, view: ReleaseView | None = None) -> None:
        """Ask the keepers to refuse what is over, and forget what they have confirmed or what has ended."""
        if not self._kept():
            return
        await self._revoke(self.over(view or await self._view()))

    async def _view(self) -> ReleaseView | None:
        """What the relay says is open; None where it does not say."""
        try:
            return await self._core.session.call(protocol.release.view(self._standing.engagement_id))
        except RelayError:
            return None

    def over(self, view: ReleaseView | None) -> list[KeptRelease]:
        """What a keeper has still to confirm, where that slot is open; None: it is not known which is."""
        acts = [act.core for act in self._standing.terms.acts]
        open_mailbox = view.slot.mailbox_id if view and view.slot else b""
        if view is None:
            return over_now(self._kept(), acts, None, self._core.now())
        listed = {one.act_number for one in view.releases}
        return over_now(self._kept(), acts, open_mailbox, self._core.now(), listed=listed)

    async def _revoke(self, over: Sequence[KeptRelease]) -> None:
        """Have the keepers refuse these; what they confirm, or what has ended, is kept no longer."""
        now, keepers = self._core.now(), self._core.keepers
        confirmed = {
            one.subject
            for one in over
            if one.ends_at > now and await keepers.revoke_locks(one.header_hash, one.records)
        }
        kept = self._kept()
        stays = [one for one in kept if one.subject not in confirmed and one.ends_at > now]
        if len(stays) < len(kept):
            await self._keep(stays)

    @property
    def newest_mailbox(self) -> bytes:
        """The sponsor's mailbox that something was last let out into; empty for none that is still kept."""
        kept = self._kept()
        return kept[-1].mailbox_id if kept else b""

    # --- what is kept ---------------------------------------------------------------------------------------

    @property
    def _name(self) -> str:
        return ITEM.format(self._standing.engagement_id.hex())

    def _kept(self) -> tuple[KeptRelease, ...]:
        entry = self._core.vault.entries.get(self._name)
        try:
            return parse_kept(entry.plain) if entry else ()
        except Malformed as cause:
            raise NotTrusted("vault") from cause

    async def _keep(self, kept: Sequence[KeptRelease]) -> None:
        until = self._standing.kept_until()

        def make(vault: Vault) -> Changes:
            entry = vault.entries.get(self._name)
            plain = encode_kept(kept)
            return {} if entry and entry.plain == plain else {self._name: Change(plain, until)}

        await self._core.records.change(make)
