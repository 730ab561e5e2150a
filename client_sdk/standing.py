"""Standing: where one engagement stands, as the relay shows it and the signatures allow.

Owns the refreshing of terms and of the other person's statement, and both chains of statements. Must never
move a pin but along a verified chain, and never go back behind an act that was seen before.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from client_sdk import protocol
from client_sdk.core import Core
from client_sdk.errors import AgreementMissing, MailboxReopened, NotFound, NotTrusted, ReopeningPending
from client_sdk.following import follow_clients
from client_sdk.joining import kept_until
from client_sdk.messages import instant
from client_sdk.parties import Place
from client_sdk.protocol.engagements import EngagementFacts, MemberFacts
from client_sdk.settling import settle
from client_sdk.terms import Terms, chain_to, follow, read_terms
from client_sdk.vault import Changes, Vault, engagement_kept
from keys.names import Role, fingerprint
from keys.policy import Policy, parse_policy
from keys.statement import Statement, parse_statement, statement_hash
from keys.vault import EngagementItem

log = logging.getLogger("client_sdk")

FRESH_SECONDS: Final = 30

Chain = Mapping[bytes, Statement]


class Standing:
    """One engagement of an open account."""

    def __init__(self, core: Core, engagement_id: bytes) -> None:
        self._core = core
        self.engagement_id = engagement_id
        self._facts: EngagementFacts | None = None
        self._terms: Terms | None = None
        self._signed: tuple[tuple[bytes, ...], tuple[bytes, ...]] | None = None
        self._refreshed_at = 0
        self._chains: dict[Role, Chain] = {}

    @property
    def item(self) -> EngagementItem:
        """What the vault keeps of it."""
        return self._core.item(self.engagement_id)

    @property
    def place(self) -> Place:
        """Both sides. `AgreementMissing` before both have signed."""
        item = self.item
        if not item.active:
            raise AgreementMissing
        return self._core.place(item)

    @property
    def terms(self) -> Terms:
        """What is in force, as of the last refresh."""
        if self._terms is None:
            raise AgreementMissing
        return self._terms

    @property
    def facts(self) -> EngagementFacts:
        """What the relay said at the last refresh; only what is signed of it is believed."""
        if self._facts is None:
            raise AgreementMissing
        return self._facts

    @property
    def state(self) -> str:
        """Active, held or gone, by what both signed and the relay's time."""
        return self.terms.state_at(self._core.now())

    @property
    def pinned_policy(self) -> Policy:
        """The policy that the vault holds as in force."""
        return parse_policy(self.item.policy)

    def act_of(self, policy: Policy) -> bytes:
        """Return the act that put a policy in force, with both signatures."""
        number = next(act.number for act in self.terms.acts if act.core.subject == policy.hash)
        return self.facts.acts[number - 1]

    async def current(self) -> Place:
        """Refresh unless that was done a moment ago; returns both sides."""
        if self._terms is None or abs(self._core.now() - self._refreshed_at) > FRESH_SECONDS:
            await self.refresh()
        return self.place

    async def refresh(self) -> None:
        """Read the engagement from the relay and follow what has been signed since, an acceptance too."""
        if not self.item.active:
            await settle(self._core, self.engagement_id)
        place = self.place
        try:
            facts = await self._core.session.call(protocol.engagements.engagement(self.engagement_id))
        except NotFound:
            await self._check_reopening()
            raise
        if await follow_clients(self._core, place, facts):
            place = self.place
        await self._check_own(_member(facts, place.my_role))
        await self._follow_other(place, _member(facts, place.their_role))
        self._read_terms(facts)
        self._facts = facts
        self._refreshed_at = self._core.now()

    async def _check_reopening(self) -> None:
        """Who is not the client yet, or no longer, is told so."""
        found = await self._core.session.call(protocol.reopening.reopening(self.engagement_id))
        if found is not None and found.you == "newcomer":
            raise ReopeningPending
        if found is not None and found.you == "former":
            raise MailboxReopened(instant(found.expires_at))

    async def _check_own(self, shown: MemberFacts) -> None:
        """My own card at the relay must be mine: a card that I did not sign would be sealed to by others."""
        if shown.statement == self._core.vault.card:
            return
        vault = await self._core.records.load()
        if shown.statement == vault.card:
            return
        mine = parse_statement(vault.card)
        if mine.card.previous_hash != statement_hash(shown.statement):
            raise NotTrusted("own-statement")
        await self._core.session.call(
            protocol.people.add_statement(vault.card)
        )  # it was made, but had not arrived

    async def _follow_other(self, place: Place, shown: MemberFacts) -> None:
        pinned = place.other
        if shown.statement == pinned.raw:
            return
        after = pinned.card.number
        later = await self._core.session.call(
            protocol.engagements.statements(self.engagement_id, place.their_role, after)
        )
        newest = follow(pinned, later)
        if newest.raw != shown.statement:
            raise NotTrusted("statement-fork")
        log.info("statement followed number=%d", newest.card.number)
        await self._core.records.change(lambda vault: self._pin(vault, newest))
        self._chains.pop(place.their_role, None)

    def _pin(self, vault: Vault, newest: Statement) -> Changes:
        item = vault.engagement(self.engagement_id)
        if item is None or item.their_statement == newest.raw:
            return {}
        moved = replace(item, their_statement=newest.raw)
        return engagement_kept(moved, vault.entries[item.name].expires_at)

    def _read_terms(self, facts: EngagementFacts) -> None:
        """Verify what is in force, unless it is, byte for byte, what was verified last."""
        signed = (facts.policies, facts.acts)
        if signed == self._signed:
            return
        place = self.place
        terms = read_terms(
            self.engagement_id,
            facts.policies,
            facts.acts,
            pinned_act=self.item.act,
            coach_public=place.coach_public,
            client_public=place.client_public,
            my_role=place.my_role,
            clients=[one.card.identity_public for one in place.clients],
        )
        if terms.line[-1] != fingerprint(place.client_public):
            raise NotTrusted("acts")
        self._check_not_back(terms)
        self._terms, self._signed = terms, signed

    def _check_not_back(self, terms: Terms) -> None:
        """Acts are only ever added: a relay that shows fewer hides a recall or a date."""
        name = f"acts/{self.engagement_id.hex()}"
        before = self._core.state.fact(name)
        number = int.from_bytes(before[:8], "big")
        if len(terms.acts) < number or (number and terms.acts[number - 1].core.hash != before[8:]):
            raise NotTrusted("acts-rollback")
        if len(terms.acts) > number:
            self._core.state.note(name, len(terms.acts).to_bytes(8, "big") + terms.last.hash)

    # --- chains ---------------------------------------------------------------------------------------------

    def chains(self, place: Place) -> tuple[Chain, Chain]:
        """Return my statements and the other person's by hash, as far as they are at hand."""
        mine, theirs = place.me.statement, place.other
        return (
            {**self._chains.get(place.my_role, {}), mine.hash: mine},
            {**self._chains.get(place.their_role, {}), theirs.hash: theirs},
        )

    async def load_chains(self, place: Place) -> None:
        """Read both chains from their first statement and verify every link."""
        for role, pinned in ((place.my_role, place.me.statement), (place.their_role, place.other)):
            raw = await self._core.session.call(protocol.engagements.statements(self.engagement_id, role, 0))
            self._chains[role] = chain_to(pinned, raw)

    def kept_until(self) -> int:
        """Until when records of this engagement stay."""
        return kept_until(self.terms.policy)


def _member(facts: EngagementFacts, role: Role) -> MemberFacts:
    for member in facts.members:
        if member.role == role:
            return member
    raise NotTrusted("member-missing")
