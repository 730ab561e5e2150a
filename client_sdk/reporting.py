"""Reporting: what the steps of a report say, as they arrived.

Owns the reading of contents of kind 13: versions, signatures, answers and the sponsor's links. Pure. Must
never count a signature for anything but the newest version under the agreement in force.
(docs/protocol.md, part 23.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from client_sdk.parties import Place
from client_sdk.state_mailboxes import MINE
from client_sdk.taken import Taken
from keys.content import ContentKind, parse_content
from keys.errors import KeysError
from keys.names import Role
from keys.release import SignedTerms, check_signed
from keys.release_terms import parse_terms
from keys.report import Report, parse_report
from keys.report_steps import NO_LINK, AnswerStep, SignedStep, Step, VersionStep, parse_step


@dataclass(frozen=True, slots=True)
class Version:
    """A version as it arrived; `raw` are the bytes that a signature covers."""

    number: int
    report_hash: bytes
    previous_hash: bytes
    raw: bytes = field(repr=False)
    report: Report
    mine: bool
    written_at: int


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature that holds for the newest version. The secret is the coach's; the client brings none."""

    signed: SignedTerms
    mine: bool
    signed_at: int
    link_secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """Not released, or a change is asked for."""

    answer: Literal["declined", "change"]
    mine: bool
    answered_at: int
    note: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SponsorSecret:
    """A link that the coach has named, and who reads there."""

    secret: bytes = field(repr=False)
    person: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Steps:
    """All that the steps say. Versions are newest first: by number, then by the greatest hash. `dropped` are
    whose signatures the newest version ended.
    """

    versions: tuple[Version, ...]
    coach: Signature | None
    client: Signature | None
    dropped: frozenset[Role]
    answer: Answer | None
    links: tuple[SponsorSecret, ...]

    @property
    def newest(self) -> Version | None:
        """The version that a signature would be for."""
        return self.versions[0] if self.versions else None


@dataclass(frozen=True, slots=True)
class _Arrived:
    step: Step
    mine: bool
    created_at: int
    order: int
    answer: str
    note: str


def read_steps(taken: Sequence[Taken], place: Place, policy_hash: bytes) -> Steps:
    """Read the report out of what was taken in, in any order."""
    arrived = sorted(
        (one for row in taken if (one := _arrived(row)) is not None),
        key=lambda one: (one.created_at, one.order),
    )
    versions = _versions(arrived, place)
    newest = versions[0] if versions else None
    held = [_held(step, newest, place, policy_hash) for step in arrived] if newest else []
    signatures = dict(one for one in held if one is not None)
    return Steps(
        versions=versions,
        coach=signatures.get(Role.COACH),
        client=signatures.get(Role.CLIENT),
        dropped=frozenset() if signatures or newest is None else _dropped(arrived, newest, place),
        answer=_answer(arrived, newest),
        links=_links(arrived, place),
    )


def _arrived(row: Taken) -> _Arrived | None:
    content = row.opened.content
    if content.kind is not ContentKind.REPORT:
        return None
    said, note = str(content.shown.get("answer", "")), str(content.shown.get("note", ""))
    mine = bool(row.flags & MINE)
    return _Arrived(parse_step(content.fixed), mine, content.created_at, row.order, said, note)


def _role(mine: bool, place: Place) -> Role:
    return place.my_role if mine else place.their_role


def _versions(arrived: Sequence[_Arrived], place: Place) -> tuple[Version, ...]:
    found: dict[tuple[int, bytes], Version] = {}
    for one in arrived:
        if isinstance(one.step, VersionStep):
            step, report = one.step, parse_report(one.step.report)
            if report.engagement_id == place.engagement_id:
                hashes = (step.report_hash, step.previous_hash)
                version = Version(step.version, *hashes, step.report, report, one.mine, one.created_at)
                found.setdefault((step.version, step.report_hash), version)
    return tuple(found[key] for key in sorted(found, reverse=True))


def _held(one: _Arrived, newest: Version, place: Place, policy_hash: bytes) -> tuple[Role, Signature] | None:
    """A signature by who sent it, under exactly the newest version and the policy in force."""
    if not isinstance(one.step, SignedStep) or one.step.version != newest.number:
        return None
    role = _role(one.mine, place)
    public = place.coach_public if role is Role.COACH else place.client_public
    try:
        signed = check_signed(one.step, public, coach=role is Role.COACH)
    except KeysError:
        return None
    if signed.terms.report != newest.raw or signed.policy_hash != policy_hash:
        return None
    return role, Signature(signed, one.mine, one.created_at, one.step.link_secret)


def _dropped(arrived: Sequence[_Arrived], newest: Version, place: Place) -> frozenset[Role]:
    """Whose signatures under the version before were ended by this one."""
    before = newest.number - 1
    ended = [one for one in arrived if isinstance(one.step, SignedStep) and one.step.version == before]
    return frozenset(_role(one.mine, place) for one in ended)


def _answer(arrived: Sequence[_Arrived], newest: Version | None) -> Answer | None:
    found = None
    for one in arrived:
        if isinstance(one.step, AnswerStep) and newest and one.step.report_hash == newest.report_hash:
            said: Literal["declined", "change"] = "declined" if one.answer == "declined" else "change"
            found = Answer(said, one.mine, one.created_at, one.note)
    return found


def _links(arrived: Sequence[_Arrived], place: Place) -> tuple[SponsorSecret, ...]:
    """The coach's links, the newest first."""
    found = []
    for one in reversed(arrived):
        step, by_coach = one.step, _role(one.mine, place) is Role.COACH
        if isinstance(step, SignedStep) and step.link_secret != NO_LINK and by_coach:
            report = parse_terms(parse_content(step.content).fixed).read_report()
            found.append(SponsorSecret(step.link_secret, report.sponsor_person))
    return tuple(found)
