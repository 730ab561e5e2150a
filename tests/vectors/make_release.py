"""Cases of the release: terms, link, signatures, and the judgement whether what is served is to be believed.

Each invalid case of `release.believe` seals and signs everything honestly but for the one fault of its name.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from keys import names, report_steps
from keys.acts import Act, ActCore, ActKind, sign_act
from keys.blob import Attachment
from keys.content import Content, ContentKind, Recipient
from keys.encoding import counted, label, u32, u64
from keys.envelope import EnvelopeClass, parse_envelope
from keys.locks import link_access_key
from keys.padding import pad
from keys.release import ReleaseLink, pair_hash, sponsor_mailbox, ticket_subject
from keys.release_terms import ReleaseTerms
from keys.report import report_hash
from keys.report_steps import NO_LINK, AnswerStep, SignedStep
from keys.sealing import sign_content
from keys.suite import SignKey
from tests.vectors.cast import (
    ACT,
    CLIENT,
    COACH,
    DAY,
    ENGAGEMENT_ID,
    EXPIRES_AT,
    NOW,
    ORIGIN,
    POLICY,
    STRANGER,
    Person,
    message,
    secret,
)
from tests.vectors.generate import Cases, flip, patch
from tests.vectors.make_contents import sealed_blob
from tests.vectors.make_envelopes import Recipe, grants, seal
from tests.vectors.make_report import (
    LINK_SECRET,
    READER_FP,
    REPORT,
    SECOND,
    signed_content,
    signed_step,
    step_content,
    steps,
    terms_of,
)

BELIEVE = "release.believe"
TERMS = "release_terms.parse_terms"
CONTENT = "content.parse_content"
LINK = "release.parse_link"
SIGNED = "release.check_signed"

FROM = NOW + DAY
ENDS_AT = EXPIRES_AT - 7 * DAY
SHOWN_AT = FROM + 3_600
WINDOW = terms_of()
WITHIN = terms_of(not_before=FROM, ends_at=ENDS_AT)
PAIR = pair_hash(COACH.fp, CLIENT.fp)
OTHER_LINK = secret("another release link")
OTHER_POLICY = replace(POLICY, number=2, previous_hash=POLICY.hash, hold_days=30)
_UNSAFE = (1 << 53).to_bytes(8, "big")


def release_cases(cases: Cases) -> None:
    """Fill `release.json`."""
    _terms(cases)
    _contents(cases)
    _links(cases)
    _signed(cases)
    _believed(cases)
    _bad_parts(cases)
    _bad_terms(cases)
    _bad_tickets(cases)
    _bad_served(cases)
    _bad_envelopes(cases)


# --- terms and the contents that carry them ---


def _terms(cases: Cases) -> None:
    good = terms_of(not_before=FROM).encode()
    cases.good("the coach's window", TERMS, fixed=terms_of().encode())
    cases.good("from tomorrow on", TERMS, fixed=good)
    other = terms_of(report=REPORT.encode())
    for name, fixed in {
        "empty": b"",
        "format 2": patch(good, 0, b"\2"),
        "first reserved byte": patch(good, 1, b"\1"),
        "last reserved byte": patch(good, 3, b"\1"),
        "version 0": patch(good, 4, u32(0)),
        "hash of another report": patch(good, 8, other.report_hash),
        "ends as it begins": patch(good, 72, u64(EXPIRES_AT)),
        "ends before it begins": patch(good, 72, u64(EXPIRES_AT + 1)),
        "never ends": patch(patch(good, 72, u64(0)), 80, u64(0)),
        "ends above 2**53": patch(good, 80, _UNSAFE),
        "a report that is none": good[:8] + report_hash(b"\2") + good[40:88] + counted(b"\2", 4),
        "a report with a byte after": _with_report(good, SECOND.encode() + b"\0"),
        "a report of 60,001 bytes": good[:88] + u32(60_001) + bytes(60_001),
        "cut short": good[:-1],
        "a byte after": good + b"\0",
    }.items():
        cases.bad(name, TERMS, fixed=fixed)


def _with_report(fixed: bytes, report: bytes) -> bytes:
    return fixed[:8] + report_hash(report) + fixed[40:88] + counted(report, 4)


def _contents(cases: Cases) -> None:
    terms = terms_of(not_before=FROM)
    good = signed_content(CLIENT, terms)
    cases.good("a release", CONTENT, frame=good.encode(), class_of_origin=4)
    for name, step in steps().items():
        cases.good(f"a step: {name}", CONTENT, frame=step_content(step).encode(), class_of_origin=1)
    stamp = message(CLIENT, COACH)
    inputs = {"fixed": terms.encode(), "seed": secret(f"{CLIENT.name} identity")}
    cases.good("made from a stamp", "release.release_content", stamp=stamp.encode(), **inputs)
    frame = good.encode()
    body, act = frame[292:], sign_act(ACT, CLIENT.identity).encode()
    record = sealed_blob()[1]
    two = tuple(Recipient(fp, names.ZERO_HASH) for fp in sorted((READER_FP, COACH.fp)))
    people = b"".join(one.fp + one.statement_hash for one in two)
    for name, changed in {
        "a release to two": patch(frame[:228], 2, b"\2") + people + body,
        "a release to another than its link's reader": patch(frame, 228, COACH.fp),
        "a release to a statement": patch(frame, 260, secret("statement")),
        "a release with an attachment": _with_attachment(frame, record),
        "a release with a writer": patch(frame, 36, b"\0\1"),
        "a release with count 2": patch(frame, 38, u64(2)[2:]),
        "a release after another content": patch(frame, 44, secret("previous")),
        "a release until another second than its terms'": patch(frame, 84, u64(EXPIRES_AT - 1)),
        "a release with display fields": frame[:-6] + counted(b'{"note":"x"}', 4),
        "a release whose empty object is written otherwise": frame[:-6] + counted(b"{ }", 4),
        "a release with an act": frame[:292] + counted(act, 4) + body[-6:],
        "a release without terms": frame[:292] + counted(b"", 4) + body[-6:],
    }.items():
        cases.bad(name, CONTENT, frame=changed, class_of_origin=4)
    _bad_step_contents(cases)


def _with_attachment(frame: bytes, record: Attachment) -> bytes:
    shown = b'{"files":[{"name":"a","type":"b"}]}'
    return patch(frame[:292], 3, b"\1") + record.encode() + frame[292:-6] + counted(shown, 4)


def _bad_step_contents(cases: Cases) -> None:
    answer, signed = steps()["an answer"], steps()["signed by the coach"]
    assert isinstance(answer, AnswerStep)
    assert isinstance(signed, SignedStep)
    start = step_content(answer).encode()[:292] + counted(report_steps.encode_step(answer), 4)
    for name, shown in {
        "an answer that says nothing": b"{}",
        "an answer that is neither": b'{"answer":"accepted"}',
        "an answer whose note is no text": b'{"answer":"change","note":7}',
    }.items():
        cases.bad(name, CONTENT, frame=start + counted(shown, 4), class_of_origin=1)
    cases.good(
        "a step: declined, without a note",
        CONTENT,
        frame=start + counted(b'{"answer":"declined"}', 4),
        class_of_origin=1,
    )
    frame = step_content(signed).encode()
    message_inside = replace(signed, content=message().encode())
    cut = replace(signed, content=signed.content[:-1])
    nested = replace(signed, content=frame)
    for name, step in {
        "a signature over a message": message_inside,
        "a signature over a release cut short": cut,
        "a signature over a step": nested,
        "a signature over nothing": replace(signed, content=b""),
    }.items():
        fixed = report_steps.encode_step(step)
        cases.bad(name, CONTENT, frame=frame[:292] + counted(fixed, 4) + counted(b"{}", 4), class_of_origin=1)
    release = patch(signed_content(COACH, terms_of()).encode(), 1, b"\x0d")
    cases.bad("terms as a step", CONTENT, frame=release, class_of_origin=1)


# --- link and signatures ---


def _links(cases: Cases) -> None:
    good = ReleaseLink(ORIGIN, LINK_SECRET, PAIR).text()
    cases.good("a sponsor's link", LINK, link=good)
    cases.good("on this computer", LINK, link=ReleaseLink("http://127.0.0.1:8080", LINK_SECRET, PAIR).text())
    cases.good("from zeros", LINK, link=ReleaseLink(ORIGIN, bytes(32), bytes(16)).text())
    for name, link in {
        "empty": "",
        "a letter less": good[:-1],
        "a letter more": good + "A",
        "a line end after": good + "\n",
        "of an invitation": good.replace("/r/", "/i/"),
        "of kind 1": good.replace("#3.", "#1."),
        "without its kind": good.replace("#3.", "#"),
        "standard base64": good[:-1] + "+",
        "padded": good[:-1] + "=",
        "plain http elsewhere": good.replace("https://", "http://"),
        "a capital in the host": good.replace("inbox", "Inbox"),
        "a path before": good.replace("/r/", "/x/r/"),
        "a query": good.replace("/r/#", "/r/?a#"),
    }.items():
        cases.bad(name, LINK, link=link)
    cases.good(
        "of a link",
        "release.names",
        link_secret=LINK_SECRET,
        engagement_id=ENGAGEMENT_ID,
        coach_public=COACH.identity.public,
        client_public=CLIENT.identity.public,
    )
    short = {"engagement_id": ENGAGEMENT_ID, "coach_public": COACH.identity.public}
    public = CLIENT.identity.public
    cases.bad(
        "a secret of 31 bytes", "release.names", link_secret=LINK_SECRET[1:], client_public=public, **short
    )
    cases.good("of an envelope", "release.ticket_subject", envelope=b"an envelope")


def _signed(cases: Cases) -> None:
    ours, theirs = signed_step(COACH, terms_of()), signed_step(CLIENT, terms_of(not_before=FROM))
    coach, client = COACH.identity.public, CLIENT.identity.public
    encode = report_steps.encode_step
    cases.good("by the coach", SIGNED, fixed=encode(ours), signer_public=coach, coach=True)
    cases.good("by the client", SIGNED, fixed=encode(theirs), signer_public=client, coach=False)
    wrong_class = sign_content(ours.content, EnvelopeClass.MESSAGE, COACH.identity).signature
    by_client = sign_content(ours.content, EnvelopeClass.RELEASE, CLIENT.identity).signature
    for name, step, public, is_coach in (
        ("by another key", replace(ours, signature=by_client), coach, True),
        ("by another key than its sender's", replace(ours, signature=by_client), client, True),
        ("of class 1", replace(ours, signature=wrong_class), coach, True),
        ("signature changed", replace(ours, signature=flip(ours.signature, 0)), coach, True),
        ("of another version than the step's", replace(ours, version=3), coach, True),
        ("the coach's without a link", replace(ours, link_secret=NO_LINK), coach, True),
        ("the coach's with another link", replace(ours, link_secret=OTHER_LINK), coach, True),
        ("the client's with a link", replace(theirs, link_secret=LINK_SECRET), client, False),
        ("the client's as the coach's", theirs, client, True),
        ("the coach's as the client's", ours, coach, False),
    ):
        cases.bad(name, SIGNED, fixed=encode(step), signer_public=public, coach=is_coach)


# --- believing ---


@dataclass(frozen=True)
class Release:
    """All of a release as it is served; a wrong one changes one thing and makes the rest honestly."""

    coach_terms: ReleaseTerms = WINDOW
    client_terms: ReleaseTerms = WITHIN
    coach: Person = COACH
    client: Person = CLIENT
    coach_content: dict[str, Any] = field(default_factory=dict)
    client_content: dict[str, Any] = field(default_factory=dict)
    coach_signer: SignKey | None = None
    client_signer: SignKey | None = None
    signed_class: int = 4
    client_class: int | None = None
    parts: bytes | None = None
    envelope: dict[str, Any] = field(default_factory=dict)
    ticket: dict[str, Any] = field(default_factory=dict)
    ticket_signers: tuple[SignKey, ...] | None = None
    served: dict[str, Any] = field(default_factory=dict)

    def contents(self) -> tuple[Content, Content]:
        """Both contents of kind 5."""
        ours = signed_content(self.coach, self.coach_terms, **self.coach_content)
        return ours, signed_content(self.client, self.client_terms, **self.client_content)

    def both(self) -> tuple[bytes, bytes]:
        """Both parts, each with its length before it and its signature behind."""
        ours, theirs = self.contents()
        coach = self.coach_signer or self.coach.identity
        client = self.client_signer or self.client.identity
        client_class = self.client_class or self.signed_class
        return _part(ours, coach, self.signed_class), _part(theirs, client, client_class)

    def recipe(self) -> Recipe:
        """The envelope, as the text of docs/protocol.md seals it."""
        inner = b"\2" + b"".join(self.both()) if self.parts is None else self.parts
        access = link_access_key(LINK_SECRET)
        payload = {
            "reader_hash": names.access_hash(access.public),
            "revoker_hash": CLIENT.access_hash,
            "not_before": self.client_terms.not_before,
        }
        fields: dict[str, Any] = {
            "content": message(),
            "frame": self.contents()[0].encode(),
            "envelope_class": 4,
            "mailbox_id": sponsor_mailbox(ENGAGEMENT_ID, READER_FP),
            "recipient_fp": READER_FP,
            "expires_at": self.client_terms.ends_at,
            "inner": pad(inner),
            "link_secret": LINK_SECRET,
            "payload": payload | {"expires_at": self.client_terms.ends_at},
        }
        return Recipe(**(fields | self.envelope))

    def act(self, envelope: bytes) -> Act:
        """The ticket."""
        core = ActCore(
            kind=ActKind.RELEASE,
            engagement_id=ENGAGEMENT_ID,
            policy_hash=POLICY.hash,
            number=2,
            previous_hash=ACT.hash,
            issued_at=NOW,
            date=self.client_terms.not_before,
            second_date=self.client_terms.ends_at,
            subject=ticket_subject(envelope),
        )
        core = replace(core, **self.ticket)
        act: Act | None = None
        for signer in self.ticket_signers or (self.client.identity,):
            act = sign_act(core, signer, act)
        assert act is not None
        return act

    def inputs(self) -> dict[str, Any]:
        """The inputs of `release.believe`."""
        recipe = self.recipe()
        raw = seal(recipe)
        fields: dict[str, Any] = {
            "link_secret": LINK_SECRET,
            "pair": PAIR,
            "coach_public": self.coach.identity.public,
            "client_public": self.client.identity.public,
            "ticket": self.act(raw).encode(),
            "envelope": raw,
            "keeper_shares": [one["share"] for one in grants(parse_envelope(raw), recipe)],
            "now": SHOWN_AT,
        }
        return fields | self.served


def _part(content: Content, signer: SignKey, signed_class: int) -> bytes:
    frame = content.encode()
    return counted(frame, 4) + signer.sign(label("content") + bytes([signed_class]) + frame)


def _bad(cases: Cases, faults: dict[str, Release]) -> None:
    for name, one in faults.items():
        cases.bad(name, BELIEVE, **one.inputs())


def _believed(cases: Cases) -> None:
    good = Release()
    cases.good("within a window", BELIEVE, **good.inputs())
    at_once = Release(client_terms=terms_of())
    cases.good("the whole window, at once", BELIEVE, **at_once.inputs())
    first, last = good.inputs() | {"now": FROM}, good.inputs() | {"now": ENDS_AT - 1}
    cases.good("in its first second", BELIEVE, **first)
    cases.good("in its last second", BELIEVE, **last)
    two = Release(envelope={"keepers": ("keeper", "further keeper")})
    fields = two.inputs()
    cases.good("two keepers", BELIEVE, **fields)
    exchanged = fields | {"keeper_shares": fields["keeper_shares"][::-1]}
    cases.bad("keepers' shares exchanged", BELIEVE, **exchanged)
    cases.bad(
        "one of two keepers' shares", BELIEVE, **(fields | {"keeper_shares": fields["keeper_shares"][:1]})
    )


def _bad_parts(cases: Cases) -> None:
    coach, client = Release().both()
    as_message = {"kind": ContentKind.MESSAGE, "fixed": b"", "shown": {"text": "x"}}
    _bad(
        cases,
        {
            "the client's part forged": Release(client_signer=STRANGER.identity),
            "the coach's part forged": Release(coach_signer=STRANGER.identity),
            "the client's part signed by the coach": Release(client_signer=COACH.identity),
            "the coach's part signed by the client": Release(coach_signer=CLIENT.identity),
            "parts exchanged": Release(parts=b"\2" + client + coach),
            "the coach's part twice": Release(parts=b"\2" + coach + coach),
            "the client's part twice": Release(parts=b"\2" + client + client),
            "the coach's part alone": Release(parts=b"\1" + coach),
            "a third part": Release(parts=b"\3" + coach + client + client),
            "the client's part names the coach": Release(client_content={"sender_fp": COACH.fp}),
            "the coach's part names a stranger": Release(coach_content={"sender_fp": STRANGER.fp}),
            "both signed for class 1": Release(signed_class=1),
            "the client's part signed for class 1": Release(client_class=1),
            "the client's part is a message": Release(client_content=as_message),
            "the coach's part is a message": Release(coach_content=as_message),
            "bytes after the parts": Release(parts=b"\2" + coach + client + b"\1"),
        },
    )


def _bad_terms(cases: Cases) -> None:
    def window(**changes: Any) -> Release:
        return Release(client_terms=terms_of(**({"not_before": FROM, "ends_at": ENDS_AT} | changes)))

    def about(**changes: Any) -> Release:
        raw = replace(SECOND, **changes).encode()
        mine = terms_of(not_before=FROM, ends_at=ENDS_AT, report=raw)
        return Release(coach_terms=terms_of(report=raw), client_terms=mine)

    other_reader = {"reader_fp": names.fingerprint(link_access_key(OTHER_LINK).public)}
    both_other = Release(
        coach_terms=terms_of(**other_reader),
        client_terms=terms_of(not_before=FROM, ends_at=ENDS_AT, **other_reader),
    )
    other = {"policy_hash": OTHER_POLICY.hash}
    _bad(
        cases,
        {
            "the client's window begins before the coach's": Release(
                coach_terms=terms_of(not_before=FROM + 1)
            ),
            "the client's at once, the coach's not": replace(
                window(not_before=0), coach_terms=terms_of(not_before=FROM)
            ),
            "the client's window ends after the coach's": Release(coach_terms=terms_of(ends_at=ENDS_AT - 1)),
            "the client signed another version": window(version=3),
            "the client signed another report": window(report=REPORT.encode()),
            "the client signed for another link": window(**other_reader),
            "both signed for another link": both_other,
            "the coach signed under another policy": Release(coach_content=other),
            "the client signed under another policy": Release(client_content=other),
            "both signed under another policy than the ticket's": Release(
                coach_content=other, client_content=other
            ),
            "a report of another coach": about(coach_fp=STRANGER.fp),
            "a report of another client": about(client_fp=STRANGER.fp),
            "a report whose people are exchanged": about(coach_fp=CLIENT.fp, client_fp=COACH.fp),
            "a report of another engagement": about(engagement_id=secret("other engagement", 16)),
        },
    )


def _bad_tickets(cases: Cases) -> None:
    good = Release().inputs()
    ticket = good["ticket"]
    for name, signers in {
        "a ticket by the coach": (COACH.identity,),
        "a ticket by both": (COACH.identity, CLIENT.identity),
        "a ticket made by the relay": (SignKey.from_seed(secret("relay")),),
        "a ticket by a stranger": (STRANGER.identity,),
    }.items():
        cases.bad(name, BELIEVE, **Release(ticket_signers=signers).inputs())
    elsewhere = secret("other engagement", 16)
    withdraw = {"kind": ActKind.WITHDRAW, "date": 0, "second_date": 0}
    _bad(
        cases,
        {
            "a ticket from an earlier second": Release(ticket={"date": FROM - 1}),
            "a ticket from at once": Release(ticket={"date": 0}),
            "a ticket from a later second": Release(ticket={"date": FROM + 1}),
            "a ticket until a later second": Release(ticket={"second_date": ENDS_AT + 1}),
            "a ticket until an earlier second": Release(ticket={"second_date": ENDS_AT - 1}),
            "a ticket for another envelope": Release(ticket={"subject": secret("another envelope")}),
            "a ticket of another engagement": Release(ticket={"engagement_id": elsewhere}),
            "a ticket under another policy": Release(ticket={"policy_hash": OTHER_POLICY.hash}),
            "a withdrawal as a ticket": Release(ticket=withdraw),
        },
    )
    labelled = Act(Release().act(good["envelope"]).core, {})
    signed = CLIENT.identity.sign(label("content"), labelled.core.encode())
    mislabelled = Act(labelled.core, {CLIENT.fp: signed}).encode()
    again = Release(client_terms=terms_of(not_before=FROM + 1, ends_at=ENDS_AT)).inputs()
    for name, changed in {
        "a ticket signed under another label": mislabelled,
        "a ticket's signature changed": flip(ticket, -1),
        "a ticket without a signer": ticket[:148],
        "a ticket cut short": ticket[:-1],
        "an earlier release's ticket": again["ticket"],
        "no ticket": b"",
    }.items():
        cases.bad(name, BELIEVE, **(good | {"ticket": changed}))


def _bad_served(cases: Cases) -> None:
    good = Release().inputs()
    coach, client, stranger = COACH.identity.public, CLIENT.identity.public, STRANGER.identity.public
    share = good["keeper_shares"][0]
    for name, changes in {
        "the two people exchanged": {"coach_public": client, "client_public": coach},
        "another coach's key": {"coach_public": stranger},
        "another client's key": {"client_public": stranger},
        "another pair in the link": {"pair": pair_hash(COACH.fp, STRANGER.fp)},
        "the pair exchanged in the link": {"pair": pair_hash(CLIENT.fp, COACH.fp)},
        "another link": {"link_secret": OTHER_LINK},
        "a wrong share of the keeper": {"keeper_shares": [flip(share, 0)]},
        "no share of the keeper": {"keeper_shares": []},
        "a share too many": {"keeper_shares": [share, share]},
        "a second before it begins": {"now": FROM - 1},
        "in the second of its end": {"now": ENDS_AT},
        "long after its end": {"now": ENDS_AT + 30 * DAY},
    }.items():
        cases.bad(name, BELIEVE, **(good | changes))
    _bad(
        cases,
        {
            "all by another client": Release(client=STRANGER),
            "all by another coach": Release(coach=STRANGER),
        },
    )


def _bad_envelopes(cases: Cases) -> None:
    good = Release().inputs()
    raw = good["envelope"]
    slot_of_other = sponsor_mailbox(ENGAGEMENT_ID, names.fingerprint(link_access_key(OTHER_LINK).public))
    _bad(
        cases,
        {
            "in the client's mailbox": Release(
                envelope={"mailbox_id": names.mailbox_id(ENGAGEMENT_ID, names.Role.CLIENT, CLIENT.fp)}
            ),
            "in another link's mailbox": Release(envelope={"mailbox_id": slot_of_other}),
            "another envelope id": Release(envelope={"envelope_id": secret("envelope", 16)}),
            "envelope id for another reader": Release(envelope={"recipient_fp": COACH.fp}),
            "another policy's tag": Release(envelope={"policy_tag": OTHER_POLICY.tag}),
            "the lock of another link": Release(envelope={"link_secret": OTHER_LINK}),
            "of class 1": Release(envelope={"envelope_class": 1, "link_secret": None, "signed_class": 4}),
            "a reader's lock": Release(envelope={"link_secret": None}),
            "until a later second than signed": Release(envelope={"expires_at": ENDS_AT + 1}),
            "content key from shares in reverse order": Release(envelope={"share_order": -1}),
        },
    )
    for name, changed in {
        "a bit of the body changed": flip(raw, -1),
        "a bit of the salt changed": flip(raw, 72 + 16 + 1264),
        "cut short": raw[:-1],
        "a byte after": raw + b"\0",
        "empty": b"",
    }.items():
        ticket = Release().act(changed).encode()
        cases.bad(name, BELIEVE, **(good | {"envelope": changed, "ticket": ticket}))
    cases.bad(
        "a changed envelope under the old ticket", BELIEVE, **(good | {"envelope": flip(raw, len(raw) - 1)})
    )
