"""Changes: what one of the two proposes and the other has not signed yet.

Owns the values that people see of a proposal, and the judgement whether it is still open. Pure. Must never
show sentences that were not made from the signed bytes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from client_sdk.catalogue import Catalogue
from client_sdk.facts import Facts, change_sentences, effect_sentences
from client_sdk.messages import instant
from client_sdk.terms import Terms
from keys.acts import Act, ActCore, ActKind
from keys.policy import Policy
from keys.proposal import Proposal

ChangeState = Literal["open", "overtaken", "expired", "declined", "agreed"]
ChangeKind = Literal["agreement", "extend", "reopen"]

KINDS: dict[ActKind, ChangeKind] = {
    ActKind.POLICY: "agreement",
    ActKind.EXTEND: "extend",
    ActKind.REOPEN: "reopen",
}


@dataclass(frozen=True, slots=True)
class ProposedChange:
    """A change that one has signed and the other may sign.

    `sentences` say what changes, `effects` what that does to what exists. `state` is open, or why it is not:
    overtaken (something else was signed since), expired (its own date has passed), declined, agreed. `text`
    is the new agreement, `facts` what it says; both empty for `extend` and `reopen`.
    """

    id: str
    kind: ChangeKind
    mine: bool
    state: ChangeState
    proposed_at: datetime
    sentences: tuple[str, ...] = field(repr=False)
    effects: tuple[str, ...] = field(repr=False)
    note: str = field(default="", repr=False)
    text: str = field(default="", repr=False)
    facts: Facts | None = field(default=None, repr=False)


def change_id(core: ActCore) -> str:
    """Return how a proposal is called: the first 16 bytes of its act's hash, in hexadecimal."""
    return core.hash[:16].hex()


def state_of(core: ActCore, terms: Terms, now: int, last_at: int) -> ChangeState:
    """Return whether an act that waits for a signature can still be signed; `last_at` is when its own date
    passes.
    """
    if core.number <= len(terms.acts):
        return "agreed" if terms.acts[core.number - 1].core == core else "overtaken"
    if core.number != terms.last.number + 1 or core.previous_hash != terms.last.hash:
        return "overtaken"
    return "expired" if now >= last_at else "open"


def agreement_change(
    proposal: Proposal,
    terms: Terms,
    *,
    mine: bool,
    declined: bool,
    same_words: bool,
    note: str,
    now: int,
    words: Catalogue,
) -> ProposedChange:
    """Return what a person sees of a proposed agreement; `same_words` says that its text differs from the one
    before by the facts alone.
    """
    core, after = proposal.act.core, Facts.of(proposal.policy)
    state = state_of(core, terms, now, proposal.policy.hold_ends_at)
    before = terms.by_hash(proposal.policy.previous_hash) or terms.policy
    held = terms.state_at(now) == "held"
    return ProposedChange(
        id=change_id(core),
        kind="agreement",
        mine=mine,
        state="declined" if declined and state == "open" else state,
        proposed_at=instant(core.issued_at),
        sentences=change_sentences(Facts.of(before), after, words, same_words=same_words),
        effects=effect_sentences(_ends_before(before, terms), after, held, now, words),
        note=note,
        text=proposal.agreement,
        facts=after,
    )


def _ends_before(before: Policy, terms: Terms) -> int:
    return terms.ends_at if before is terms.policy else before.hold_ends_at


def reopen_change(
    act: Act, terms: Terms, *, mine: bool, state: ChangeState, words: Catalogue
) -> ProposedChange:
    """Return what a person sees of a proposal to reopen."""
    core = act.core
    return ProposedChange(
        id=change_id(core),
        kind="reopen",
        mine=mine,
        state=state,
        proposed_at=instant(core.issued_at),
        sentences=(words.say("reopen.sentence", after=words.last_day(core.date)),),
        effects=(words.say("reopen.effect", end=words.last_day(terms.policy.hold_ends_at)),),
    )


def extend_change(
    act: Act, dates: list[int], *, mine: bool, state: ChangeState, words: Catalogue
) -> ProposedChange:
    """Return what a person sees of a proposal to keep messages longer; `dates` are those they have now."""
    core = act.core
    told = []
    for date in sorted(set(dates)):
        count = words.count("extend.messages", dates.count(date))
        days = {"before": words.last_day(date), "after": words.last_day(core.date)}
        told.append(words.say("extend.sentence", count=count, **days))
    return ProposedChange(
        id=change_id(core),
        kind="extend",
        mine=mine,
        state=state,
        proposed_at=instant(core.issued_at),
        sentences=tuple(told),
        effects=(words.say("extend.effect"),),
    )


@dataclass(frozen=True, slots=True)
class AgreementVersion:
    """An agreement that is or was in force. `text` is empty where this account no longer has its words;
    `changes` say what it changed.
    """

    number: int
    signed_at: datetime
    in_force: bool
    facts: Facts = field(repr=False)
    text: str = field(repr=False)
    changes: tuple[str, ...] = field(repr=False)
