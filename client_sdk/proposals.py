"""Proposals: what waits for a signature, found and checked.

Owns reading the proposals of an engagement: those that lie sealed in the mailbox, and the acts that wait at
the relay. Must never show one as open that nobody of the two signed, or that could not be the next.
(docs/protocol.md, parts 6, 12 and 13.)
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from client_sdk.catalogue import catalogue
from client_sdk.changes import (
    ChangeState,
    ProposedChange,
    agreement_change,
    extend_change,
    reopen_change,
    state_of,
)
from client_sdk.core import Core
from client_sdk.errors import NotTrusted, Refused
from client_sdk.facts import Facts
from client_sdk.intake import Intake
from client_sdk.keeping import Texts, packaged_text
from client_sdk.lengthening import Lengthening
from client_sdk.standing import Standing
from client_sdk.state_mailboxes import MINE, Seen
from client_sdk.taken import Taken
from client_sdk.terms import Signed, check_act, check_follows
from keys.acts import Act, ActKind, parse_act, verify_signatures
from keys.content import ContentKind
from keys.errors import KeysError
from keys.names import Role, fingerprint
from keys.proposal import Proposal, is_declined, read_proposal

log = logging.getLogger("client_sdk")


@dataclass(frozen=True, slots=True)
class Waiting:
    """A proposal as it was found: its act, where it lies, and what a person sees of it."""

    act: Act
    change: ProposedChange
    proposal: Proposal | None = None
    seen: Seen | None = None


class Proposals:
    """What has been proposed in one engagement and is still here."""

    def __init__(
        self, core: Core, standing: Standing, intake: Intake, lengthening: Lengthening, texts: Texts
    ) -> None:
        self._core = core
        self._standing = standing
        self._intake = intake
        self._lengthening = lengthening
        self._texts = texts

    async def waiting(self) -> list[Waiting]:
        """Return all of them: sealed ones, and acts at the relay."""
        return [*await self.sealed(), *self._at_the_relay()]

    async def sealed(self) -> list[Waiting]:
        """Read the proposals of agreements, which lie in the mailbox as contents of kind 4."""
        now, state = self._core.now(), self._core.state
        seen = [
            one
            for one in state.mailboxes.all_seen(self._intake.mailbox_id)
            if one.kind == ContentKind.AGREEMENT
        ]
        rows = [(one, await self._intake.one(one.row_order)) for one in seen if one.expires_at > now]
        taken = [
            (one, row)
            for one, row in rows
            if isinstance(row, Taken) and row.opened.content_id == one.content_id
        ]
        declined = {
            parse_act(row.opened.content.fixed).core.hash
            for _, row in taken
            if is_declined(row.opened.content.shown)
        }
        found = [
            self._read(one, row, declined) for one, row in taken if not is_declined(row.opened.content.shown)
        ]
        return [one for one in found if one is not None]

    def _read(self, seen: Seen, row: Taken, declined: set[bytes]) -> Waiting | None:
        """Check a proposal: who signed it, what it names, and, while it is open, that it follows."""
        content, mine = row.opened.content, bool(row.flags & MINE)
        place = self._standing.place
        public = place.me.identity.public if mine else place.other.card.identity_public
        try:
            proposal = read_proposal(content.fixed, content.shown)
            if verify_signatures(proposal.act, [public]) != {fingerprint(public)}:
                return None
            answered = proposal.act.core.hash in declined  # by the other, or taken back as a browser does
            note = str(content.shown.get("note", ""))
            change = self.change(proposal, mine=mine, declined=answered, note=note)
            if change.state == "open":
                self._check_open(proposal)
        except (KeysError, NotTrusted) as cause:
            log.warning("a proposal does not hold: %s", type(cause).__name__)
            return None
        return Waiting(proposal.act, change, proposal, seen)

    def _check_open(self, proposal: Proposal) -> None:
        place, terms = self._standing.place, self._standing.terms
        check_follows(terms.policy, proposal.policy, self._standing.engagement_id, place.coach_public)
        if proposal.act.core.engagement_id != self._standing.engagement_id:
            raise NotTrusted("act-of-another")

    def change(self, proposal: Proposal, *, mine: bool, declined: bool, note: str) -> ProposedChange:
        """Return a proposal of an agreement as a person sees it."""
        terms = self._standing.terms
        before = terms.by_hash(proposal.policy.previous_hash) or terms.policy
        text, facts = self._texts.of(before), Facts.of(proposal.policy)
        return agreement_change(
            proposal,
            terms,
            mine=mine,
            declined=declined,
            same_words=same_words(text, Facts.of(before), proposal.agreement, facts),
            note=note,
            now=self._core.now(),
            words=catalogue(),
        )

    def _at_the_relay(self) -> list[Waiting]:
        """Read the acts that wait at the relay, and remember what became of my own."""
        place = self._standing.place
        shown = [act for raw in self._standing.facts.proposals if (act := self._checked(raw)) is not None]
        found = []
        for act in shown:
            mine = place.me.fp in act.signatures
            state = state_of(act.core, self._standing.terms, self._core.now(), act.core.date)
            found.append(Waiting(act, self.at_relay(act, mine=mine, state=state)))
        kept = self._core.state.fact(self.note_name)
        if kept and all(act.core != parse_act(kept).core for act in shown):
            act = parse_act(kept)
            state = state_of(act.core, self._standing.terms, self._core.now(), act.core.date)
            over: ChangeState = "declined" if state == "open" else state
            found.append(Waiting(act, self.at_relay(act, mine=True, state=over)))
        return found

    def _checked(self, raw: bytes) -> Act | None:
        """Return a waiting act if one of the two signed it, rightly, and it could be the next."""
        place = self._standing.place
        try:
            act = parse_act(raw)
            verify_signatures(act, (place.coach_public, place.client_public))
            waits = act.core.kind in (ActKind.EXTEND, ActKind.REOPEN) and len(act.signatures) == 1
            both = Signed(act.core, frozenset({Role.COACH, Role.CLIENT}))
            if not waits or act.core.engagement_id != self._standing.engagement_id:
                raise NotTrusted("proposal")
            check_act(both, self._standing.terms.in_force)
        except (KeysError, NotTrusted):
            log.warning("what waits for a signature at the relay does not hold")
            return None
        return act

    def at_relay(self, act: Act, *, mine: bool, state: ChangeState) -> ProposedChange:
        """Return an act that waits at the relay as a person sees it."""
        words = catalogue()
        if act.core.kind is ActKind.REOPEN:
            return reopen_change(act, self._standing.terms, mine=mine, state=state, words=words)
        try:
            dates = [one.seen.expires_at for one in self._lengthening.named(act.core)]
        except Refused:
            dates = []
        return extend_change(act, dates, mine=mine, state=state, words=words)

    @property
    def note_name(self) -> str:
        """Where this computer remembers its own newest proposal at the relay."""
        return f"proposed/{self._standing.engagement_id.hex()}"


def same_words(text: str, facts: Facts, next_text: str, next_facts: Facts) -> bool:
    """Whether two texts are the packaged one, in one language, for the same two people, and differ by their
    facts alone.
    """
    made_of = packaged_text(text, facts)
    return made_of is not None and made_of == packaged_text(next_text, next_facts)
