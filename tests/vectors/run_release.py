"""Runs one vector of the report and its release, in terms of `keys`. README.md says the same for readers in
another language.
"""

from __future__ import annotations

from keys import locks, release, release_terms, report, report_steps
from keys.content import parse_content
from keys.encoding import label
from keys.names import fingerprint
from tests.vectors.operations import Outputs, operation


@operation("report.parse_report")
def _parse_report(raw: bytes) -> Outputs:
    found = report.parse_report(raw)
    if found.encode() != raw:
        raise AssertionError("written again it is another report")
    return {
        "hash": report.report_hash(raw),
        "engagement_id": found.engagement_id,
        "coach_fp": found.coach_fp,
        "client_fp": found.client_fp,
        "period_begins_at": found.period_begins_at,
        "period_ends_at": found.period_ends_at,
        "coach_name": found.coach_name,
        "client_name": found.client_name,
        "sponsor_name": found.sponsor_name,
        "sponsor_person": found.sponsor_person,
        "goals": [[goal.goal, goal.how, goal.where] for goal in found.goals],
        "client_words": found.client_words,
        "next_steps": found.next_steps,
        "call_days": None if found.call_days is None else list(found.call_days),
    }


@operation("report_steps.parse_step")
def _parse_step(fixed: bytes) -> Outputs:
    step = report_steps.parse_step(fixed)
    if report_steps.encode_step(step) != fixed:
        raise AssertionError("written again it is another step")
    about = {"version": step.version, "previous_hash": step.previous_hash}
    if isinstance(step, report_steps.VersionStep):
        return {"step": 1, **about, "report_hash": step.report_hash}
    if isinstance(step, report_steps.SignedStep):
        signed = {"link_secret": step.link_secret, "signature": step.signature, "content": step.content}
        return {"step": 2, **about, **signed}
    assert isinstance(step, report_steps.AnswerStep)
    return {"step": 3, **about, "report_hash": step.report_hash}


@operation("release_terms.parse_terms")
def _parse_terms(fixed: bytes) -> Outputs:
    terms = release_terms.parse_terms(fixed)
    if terms.encode() != fixed:
        raise AssertionError("written again they are other terms")
    return {
        "version": terms.version,
        "report_hash": terms.report_hash,
        "reader_fp": terms.reader_fp,
        "not_before": terms.not_before,
        "ends_at": terms.ends_at,
        "report": terms.report,
    }


@operation("release.parse_link")
def _parse_link(link: str) -> Outputs:
    found = release.parse_link(link)
    if found.text() != link:
        raise AssertionError("written again it is another link")
    return {"origin": found.origin, "secret": found.secret, "pair": found.pair}


@operation("release.names")
def _names(link_secret: bytes, engagement_id: bytes, coach_public: bytes, client_public: bytes) -> Outputs:
    reader_fp = release.link_reader_fp(link_secret)
    mailbox_id = release.sponsor_mailbox(engagement_id, reader_fp)
    return {
        "link_id": locks.link_id(link_secret),
        "reader_fp": reader_fp,
        "mailbox_id": mailbox_id,
        "slot": release.slot_of(mailbox_id),
        "pair": release.pair_hash(fingerprint(coach_public), fingerprint(client_public)),
    }


@operation("release.ticket_subject")
def _ticket_subject(envelope: bytes) -> Outputs:
    return {"subject": release.ticket_subject(envelope)}


@operation("release.check_signed")
def _check_signed(fixed: bytes, signer_public: bytes, coach: bool) -> Outputs:
    step = report_steps.parse_step(fixed)
    if not isinstance(step, report_steps.SignedStep):
        raise TypeError("not a step that signs")
    signed = release.check_signed(step, signer_public, coach=coach)
    terms = signed.terms
    return {
        "version": terms.version,
        "report_hash": terms.report_hash,
        "reader_fp": terms.reader_fp,
        "not_before": terms.not_before,
        "ends_at": terms.ends_at,
        "policy_hash": signed.policy_hash,
    }


@operation("release.release_content")
def _release_content(stamp: bytes, fixed: bytes, seed: bytes) -> Outputs:
    from keys.suite import SignKey

    content = release.release_content(parse_content(stamp), release_terms.parse_terms(fixed)).encode()
    return {"content": content, "signature": SignKey.from_seed(seed).sign(label("content"), b"\4", content)}


@operation("release.believe")
def _believe(
    link_secret: bytes,
    pair: bytes,
    coach_public: bytes,
    client_public: bytes,
    ticket: bytes,
    envelope: bytes,
    keeper_shares: list[bytes],
    now: int,
) -> Outputs:
    link = release.ReleaseLink("", link_secret, pair)
    served = release.Served(coach_public, client_public, ticket, envelope)
    found = release.believe(link, served, keeper_shares, now)
    return {
        "report": found.report.encode(),
        "version": found.version,
        "released_at": found.released_at,
        "not_before": found.not_before,
        "ends_at": found.ends_at,
    }
