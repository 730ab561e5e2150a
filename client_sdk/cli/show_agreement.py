"""Show agreement: agreements, proposals, plans and reasons, for people and for programs.

As `client_sdk.cli.show`, of which it is a part: the JSON forms are documented by `mailbox help formats`.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from client_sdk.cli.show import SHORT_ID_SIGNS, text_of
from client_sdk.cli.terminal import clean_lines, tell, wrapped
from client_sdk.words import instant_in_words

if TYPE_CHECKING:
    from client_sdk.changes import AgreementVersion, ProposedChange
    from client_sdk.ending import Closing, Held
    from client_sdk.facts import Facts
    from client_sdk.why import Why

STATES = {
    "open": "waits for {whom}",
    "overtaken": "overtaken: something else was signed since",
    "expired": "expired: its own date has passed",
    "declined": "declined",
    "agreed": "agreed",
}
KINDS = {
    "agreement": "a change of the agreement",
    "extend": "to keep messages longer",
    "reopen": "to reopen",
}


def show_version(one: AgreementVersion, now: datetime) -> None:
    """Write an agreement with its words."""
    tell(f"Agreement number {one.number}, signed by both on {instant_in_words(one.signed_at, now)}")
    tell("")
    for line in wrapped(one.text or "(Its words are not on this account.)"):
        tell(f"  {line}")
    tell("")


def show_signed(one: AgreementVersion, now: datetime) -> None:
    """Write an agreement in a few lines: what it changed."""
    force = ", in force" if one.in_force else ""
    tell(f"Number {one.number}, signed by both on {instant_in_words(one.signed_at, now)}{force}")
    for line in one.changes or ("The first agreement.",):
        tell(f"  {line}")


def show_proposal(one: ProposedChange, name: str, now: datetime, *, whole: bool = False) -> None:
    """Write a proposal: sentences first, then what it does, with `whole` the new words too."""
    who = "you" if one.mine else name
    state = STATES[one.state].format(whom=name if one.mine else "your signature")
    tell(f"Proposed by {who}, {KINDS[one.kind]}: {state}   number {one.id[:SHORT_ID_SIGNS]}")
    for line in (*one.sentences, *one.effects):
        tell(f"  {line}")
    for line in clean_lines(one.note):
        tell(f"  note   {line}")
    if whole and one.text:
        tell("")
        for line in wrapped(one.text):
            tell(f"  {line}")
    tell("")


def _facts_json(facts: Facts) -> dict[str, Any]:
    return {
        "last_day": facts.last_day.isoformat(),
        "hold_days": facts.hold_days,
        "longest_keep_days": facts.longest_keep_days,
        "recall": facts.recall,
        "refused_domains": list(facts.refused_domains),
        "sponsor": facts.sponsor,
        "sponsor_sees": facts.sponsor_sees,
        "places": list(facts.places),
        "phones": list(facts.phones),
        "work_phones": dict(facts.work_phones),
        "read_marks": facts.read_marks,
        "sponsor_calls": facts.sponsor_calls,
    }


def version_json(engagement_id: str, one: AgreementVersion) -> dict[str, Any]:
    """Return an agreement for programs."""
    return {
        "engagement": engagement_id,
        "number": one.number,
        "in_force": one.in_force,
        "signed_at": text_of(one.signed_at),
        "facts": _facts_json(one.facts),
        "changes": list(one.changes),
        "text": one.text,
    }


def proposal_json(engagement_id: str, one: ProposedChange) -> dict[str, Any]:
    """Return a proposal for programs."""
    return {
        "engagement": engagement_id,
        "id": one.id,
        "kind": one.kind,
        "mine": one.mine,
        "state": one.state,
        "proposed_at": text_of(one.proposed_at),
        "sentences": list(one.sentences),
        "effects": list(one.effects),
        "note": one.note,
        "text": one.text,
        "facts": _facts_json(one.facts) if one.facts else None,
    }


def plan_json(engagement_id: str, plan: Closing, *, done: bool) -> dict[str, Any]:
    """Return a plan for programs; `done` says whether it was carried out."""
    return {
        "engagement": engagement_id,
        "work_ends_at": text_of(plan.work_ends_at),
        "gone_at": text_of(plan.gone_at),
        "backups_until": text_of(plan.backups_until) if plan.backups_until else None,
        "held": _held_json(plan.held),
        "sooner": _held_json(plan.sooner),
        "lines": list(plan.lines),
        "done": done,
    }


def _held_json(held: Held) -> dict[str, int]:
    return {"messages": held.messages, "files": held.files, "notes": held.notes, "calls": held.calls}


def why_json(engagement_id: str, told: Why) -> dict[str, Any]:
    """Return a reason for programs."""
    return {
        "engagement": engagement_id,
        "subject": told.subject,
        "goes_at": text_of(told.goes_at),
        "decided": list(told.decided),
        "changeable": list(told.changeable),
    }
