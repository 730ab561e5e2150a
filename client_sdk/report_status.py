"""Report status: how a report stands, in the shapes that people use.

Owns those values and how they are drawn from steps, acts and the slot. Pure. What is released is said by the
signed acts; the relay's word alone makes nothing released.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from client_sdk.kept_releases import living_tickets
from client_sdk.messages import instant
from client_sdk.protocol.release import ReleaseView
from client_sdk.reporting import Steps, Version
from client_sdk.terms import Terms
from keys.acts import ActKind
from keys.names import Role

Say = Literal["declined", "change"]


@dataclass(frozen=True, slots=True)
class ReportVersion:
    """A version and whose change it was. `id` names its very bytes: the report hash, in hex."""

    number: int
    mine: bool
    written_at: datetime
    id: str


@dataclass(frozen=True, slots=True)
class ReleaseState:
    """What was last let out: it waits, is open, has ended or was withdrawn. Instants are aware, UTC."""

    state: Literal["waiting", "open", "ended", "withdrawn"]
    begins_at: datetime
    ends_at: datetime
    confirmed: bool


@dataclass(frozen=True, slots=True)
class ReportStatus:
    """How the report stands. `dropped` are whose signatures the newest version ended; `beside` says that
    another version of the same number was written at the same moment.
    """

    sponsor: str = field(repr=False)
    versions: tuple[ReportVersion, ...]
    beside: bool
    coach_signed_at: datetime | None
    window: tuple[datetime | None, datetime] | None
    client_signed_at: datetime | None
    dropped: tuple[Literal["coach", "client"], ...]
    answer: Say | None
    answered_by_me: bool
    note: str = field(repr=False)
    link_open: bool
    release: ReleaseState | None


@dataclass(frozen=True, slots=True)
class SponsorWay:
    """What the coach gives to the sponsor, best by two ways. `digits` are empty where they stay as given."""

    link: str = field(repr=False)
    digits: str = field(repr=False)


def report_status(
    steps: Steps, view: ReleaseView, terms: Terms, now: int, *, confirmed: bool
) -> ReportStatus:
    """Return how the report stands at an instant; `confirmed` says that no keeper is still to be asked."""
    newest, answer = steps.newest, steps.answer
    window = steps.coach.signed.terms if steps.coach else None
    return ReportStatus(
        sponsor=terms.policy.sponsor_name,
        versions=tuple(_version(one) for one in steps.versions),
        beside=newest is not None and sum(one.number == newest.number for one in steps.versions) > 1,
        coach_signed_at=instant(steps.coach.signed_at) if steps.coach else None,
        window=(_begin(window.not_before), instant(window.ends_at)) if window else None,
        client_signed_at=instant(steps.client.signed_at) if steps.client else None,
        dropped=tuple("coach" if one is Role.COACH else "client" for one in sorted(steps.dropped)),
        answer=answer.answer if answer else None,
        answered_by_me=bool(answer and answer.mine),
        note=answer.note if answer else "",
        link_open=view.slot is not None,
        release=_released(view, terms, now, confirmed=confirmed),
    )


def _released(view: ReleaseView, terms: Terms, now: int, *, confirmed: bool) -> ReleaseState | None:
    """What was last let out, by the signed acts; a closed slot ends it too."""
    acts = [act.core for act in terms.acts]
    tickets = [one for one in acts if one.kind is ActKind.RELEASE]
    if not tickets:
        return None
    last = tickets[-1]
    living = last in living_tickets(acts, now)
    held = any(one.act_number == last.number for one in view.releases)
    state: Literal["waiting", "open", "ended", "withdrawn"] = "withdrawn"
    if now >= last.second_date:
        state = "ended"
    elif living and held:
        state = "waiting" if now < last.date else "open"
    return ReleaseState(state, instant(last.date or last.issued_at), instant(last.second_date), confirmed)


def _version(one: Version) -> ReportVersion:
    return ReportVersion(one.number, one.mine, instant(one.written_at), one.report_hash.hex())


def _begin(not_before: int) -> datetime | None:
    return instant(not_before) if not_before else None
