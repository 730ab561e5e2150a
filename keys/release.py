"""Release: how a report reaches the sponsor, and the one judgement whether what a relay serves is to be
believed.

Owns the sponsor's link, slot and ticket, what each party signs, and `believe`, which SDK and sponsor's page
share. Must never hand out a report unless both have signed it for this link, the client has let it out, and
now lies within the dates. (docs/protocol.md, part 23.)
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from keys import locks
from keys.acts import Act, ActCore, ActKind, parse_act, verify_act
from keys.content import Content, ContentKind, Recipient, content_id, parse_content
from keys.encoding import exact, from_base64url, label, to_base64url
from keys.envelope import Envelope, EnvelopeClass, parse_envelope
from keys.errors import Malformed, Refused
from keys.invitation import ORIGIN
from keys.locks import LINK_SECRET_BYTES, LockType
from keys.names import FP_BYTES, TAG_BYTES, ZERO_HASH, Role, envelope_id, fingerprint, mailbox_id
from keys.release_terms import ReleaseTerms, parse_terms
from keys.report import Report
from keys.report_steps import NO_LINK, SignedStep
from keys.sealing import Part, open_parts, verify_part
from keys.suite import H

PAIR_BYTES: Final = 16
_LINK: Final = re.compile(rf"(?P<origin>{ORIGIN})/r/#3\.(?P<rest>[A-Za-z0-9_-]{{64}})\Z")


# --- the link and its slot ---


@dataclass(frozen=True, slots=True)
class ReleaseLink:
    """A sponsor's link: where, the secret that opens, and the pair of people whose report it is."""

    origin: str
    secret: bytes = field(repr=False)
    pair: bytes

    def text(self) -> str:
        """Return the link. It is a secret: never log it."""
        secret = exact(self.secret, LINK_SECRET_BYTES, "link secret")
        return f"{self.origin}/r/#3.{to_base64url(secret + exact(self.pair, PAIR_BYTES, 'pair'))}"


def parse_link(link: str) -> ReleaseLink:
    """Parse a sponsor's link strictly; `Malformed` otherwise."""
    match = _LINK.match(link)
    if match is None:
        raise Malformed("not a release link")
    rest = from_base64url(match["rest"], LINK_SECRET_BYTES + PAIR_BYTES)
    return ReleaseLink(match["origin"], rest[:LINK_SECRET_BYTES], rest[LINK_SECRET_BYTES:])


def pair_hash(coach_fp: bytes, client_fp: bytes) -> bytes:
    """Return the 16 bytes by which a link names its two people: H(L("release-pair") ‖ fps)[0..16]."""
    fps = exact(coach_fp, FP_BYTES, "fp") + exact(client_fp, FP_BYTES, "fp")
    return H(label("release-pair"), fps)[:PAIR_BYTES]


def link_reader_fp(link_secret: bytes) -> bytes:
    """Return the fp of a link's reader, made of its access public key as a person's of the identity key."""
    return fingerprint(locks.link_access_key(link_secret).public)


def sponsor_mailbox(engagement_id: bytes, reader_fp: bytes) -> bytes:
    """Return the id of the mailbox that a link's reader has in an engagement."""
    return mailbox_id(engagement_id, Role.SPONSOR, reader_fp)


def slot_of(sponsor_mailbox_id: bytes) -> bytes:
    """Return H(L("slot") ‖ mailbox id): what an act of kind 7 names."""
    return H(label("slot"), sponsor_mailbox_id)


def ticket_subject(envelope: bytes) -> bytes:
    """Return H(L("release") ‖ envelope): what an act of kind 6 names."""
    return H(label("release"), envelope)


# --- what each signs ---


def release_content(stamp: Content, terms: ReleaseTerms) -> Content:
    """Return the content of kind 5 for one's terms. Of `stamp`, a content of one's own, it keeps who says it,
    when, under which policy, nonce and thread; all else is the form's.
    """
    return replace(
        stamp,
        kind=ContentKind.RELEASE,
        writer=0,
        count=1,
        previous_id=ZERO_HASH,
        expires_at=terms.ends_at,
        recipients=(Recipient(terms.reader_fp, ZERO_HASH),),
        attachments=(),
        fixed=terms.encode(),
        shown={},
    )


@dataclass(frozen=True, slots=True)
class SignedTerms:
    """A verified half of a release: the terms, under which policy, and the part itself."""

    terms: ReleaseTerms
    policy_hash: bytes
    part: Part = field(repr=False)


def check_part(part: Part, signer_public: bytes) -> SignedTerms:
    """Verify one party's part: `BadSignature`, `Malformed`, or `Refused("signer")` where it names another
    sender, and `Refused("class")` where it is no release.
    """
    verify_part(part, EnvelopeClass.RELEASE, signer_public)
    content = parse_content(part.content)
    if content.sender_fp != fingerprint(signer_public):
        raise Refused("signer")
    if content.kind is not ContentKind.RELEASE:
        raise Refused("class")
    return SignedTerms(parse_terms(content.fixed), content.policy_hash, part)


def check_signed(step: SignedStep, signer_public: bytes, *, coach: bool) -> SignedTerms:
    """Verify a step that signs: its part, that it is about the step's version, and that a coach's brings the
    link that the terms name, a client's none. `Refused("link")` and `Refused("version")` beside the errors of
    `check_part`.
    """
    signed = check_part(Part(step.content, step.signature), signer_public)
    if signed.terms.version != step.version:
        raise Refused("version")
    if (step.link_secret != NO_LINK) is not coach:
        raise Refused("link")
    if coach and link_reader_fp(step.link_secret) != signed.terms.reader_fp:
        raise Refused("link")
    return signed


def check_alike(coach: SignedTerms, client: SignedTerms) -> None:
    """Check that both signed the same, the client within the coach's window: `Refused("terms")` for another
    version, report, reader or policy, `Refused("window")` for dates outside it.
    """
    ours, theirs = client.terms, coach.terms
    if (ours.version, ours.reader_fp, ours.report) != (theirs.version, theirs.reader_fp, theirs.report):
        raise Refused("terms")
    if client.policy_hash != coach.policy_hash:
        raise Refused("terms")
    if ours.not_before < theirs.not_before or ours.ends_at > theirs.ends_at:
        raise Refused("window")


# --- the ticket ---


def check_ticket(ticket: ActCore, envelope: Envelope) -> None:
    """Check what a ticket and its envelope show without any secret, as a relay does too: `Refused("ticket")`
    unless the ticket is for exactly this envelope, of class 4, with a link's lock, until the same second,
    under the same policy.
    """
    header = envelope.header
    of_class = header.envelope_class is EnvelopeClass.RELEASE and envelope.locks[0].type is LockType.LINK
    names_it = ticket.kind is ActKind.RELEASE and ticket.subject == ticket_subject(envelope.raw)
    if not (of_class and names_it):
        raise Refused("ticket")
    if ticket.second_date != header.expires_at or ticket.policy_hash[:TAG_BYTES] != header.policy_tag:
        raise Refused("ticket")


# --- what is to be believed ---


@dataclass(frozen=True, slots=True)
class Served:
    """What a relay serves for a link: the two identity keys, the ticket and the envelope, as bytes."""

    coach_public: bytes
    client_public: bytes
    ticket: bytes = field(repr=False)
    envelope: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Believed:
    """A release that is to be shown: both signed it, the client let it out at `released_at` from `not_before`
    (0: at once) until `ends_at`.
    """

    report: Report
    version: int
    released_at: int
    not_before: int
    ends_at: int


def check_served(link: ReleaseLink, served: Served) -> tuple[Act, Envelope]:
    """Check all of a served release that needs no keeper: returns ticket and envelope, to ask with.

    `Refused("pair")` for other people than the link's, "ticket", "slot" where the envelope is another link's,
    and the errors of an act that is not the client's alone.
    """
    fps = (fingerprint(served.coach_public), fingerprint(served.client_public))
    if pair_hash(*fps) != link.pair:
        raise Refused("pair")
    ticket, envelope = parse_act(served.ticket), parse_envelope(served.envelope)
    if ticket.core.kind is not ActKind.RELEASE:
        raise Refused("ticket")
    verify_act(ticket, coach_public=served.coach_public, client_public=served.client_public)
    check_ticket(ticket.core, envelope)
    reader_fp = link_reader_fp(link.secret)
    if envelope.header.mailbox_id != sponsor_mailbox(ticket.core.engagement_id, reader_fp):
        raise Refused("slot")
    if envelope.locks[0].key_id != locks.link_key_id(link.secret):
        raise Refused("slot")
    return ticket, envelope


def believe(link: ReleaseLink, served: Served, keeper_shares: Sequence[bytes], now: int) -> Believed:
    """Open and judge a served release with the keepers' shares, in the order of the envelope's locks.

    Raises `Malformed`, `NotOpened`, `BadSignature` or `Refused`; whoever shows a sponsor a page says the same
    sentence for each. `now` is in Unix seconds.
    """
    ticket, envelope = check_served(link, served)
    share = locks.link_share(envelope.locks[0], link.secret, envelope.header_hash)
    first, second = open_parts(envelope, share, keeper_shares)
    coach, client = check_part(first, served.coach_public), check_part(second, served.client_public)
    check_alike(coach, client)
    _check_bound(ticket.core, envelope, coach, client)
    terms, report = client.terms, client.terms.read_report()
    fps = (fingerprint(served.coach_public), fingerprint(served.client_public))
    if (report.coach_fp, report.client_fp) != fps or report.engagement_id != ticket.core.engagement_id:
        raise Refused("report")
    if not terms.not_before <= now < terms.ends_at:
        raise Refused("not-yet" if now < terms.not_before else "due")
    return Believed(report, terms.version, ticket.core.issued_at, terms.not_before, terms.ends_at)


def _check_bound(ticket: ActCore, envelope: Envelope, coach: SignedTerms, client: SignedTerms) -> None:
    """Ticket, envelope and the client's terms say the same dates, reader and policy."""
    terms, header = client.terms, envelope.header
    if (terms.not_before, terms.ends_at) != (ticket.date, ticket.second_date):
        raise Refused("ticket")
    first_id = content_id(EnvelopeClass.RELEASE, coach.part.content)
    expected = envelope_id(EnvelopeClass.RELEASE, first_id, terms.reader_fp, header.expires_at)
    if header.envelope_id != expected:
        raise Refused("envelope-id")
    if header.mailbox_id != sponsor_mailbox(ticket.engagement_id, terms.reader_fp):
        raise Refused("slot")
    if client.policy_hash != ticket.policy_hash:
        raise Refused("policy")
