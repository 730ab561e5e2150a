"""Cases of reopening a mailbox: the invitation, the claim, and who is client at which act."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from keys import content, invitation, reopening, spoken, suite
from keys.acts import Act, ActCore, ActKind, sign_act
from keys.box import seal_box
from keys.encoding import label, u8, u64
from keys.envelope import EnvelopeClass
from tests.vectors.cast import (
    ACT,
    CLIENT,
    COACH,
    ENGAGEMENT_ID,
    EXPIRES_AT,
    NOW,
    POLICY,
    STRANGER,
    Person,
    secret,
)
from tests.vectors.generate import Cases, flip, patch
from tests.vectors.make_accounts import client_invitation

NEWCOMER = Person("Maya Lindqvist, anew")
KEYS = invitation.invitation_keys(secret("reopening"))
NONCE = secret("reopening nonce", 24)
OPEN, CLAIM, FOLLOW = "reopening.open_invitation", "reopening.check_claim", "reopening.follow_clients"


def reopening_cases(cases: Cases) -> None:
    """Fill `reopening.json`."""
    _invitations(cases)
    _claims(cases)
    _lines(cases)
    _clients(cases)


def agreed() -> Act:
    """The act that put the policy in force, signed by coach and client."""
    return sign_act(ACT, CLIENT.identity, sign_act(ACT, COACH.identity))


def _offered() -> reopening.ReopeningInvitation:
    offered = replace(client_invitation(), act=agreed().encode())
    return reopening.ReopeningInvitation(offered, (CLIENT.statement(),))


def _sealed(plain: bytes, kind: int = reopening.REOPENING) -> bytes:
    aad = label("invite") + u8(kind) + KEYS.invite_id + u64(EXPIRES_AT)
    return seal_box(KEYS.box_key, "invite", aad, plain, NONCE)


def _invitations(cases: Cases) -> None:
    offered = _offered()
    box = reopening.seal_reopening(KEYS, offered, EXPIRES_AT, NONCE)
    good: dict[str, Any] = {"secret": secret("reopening"), "sealed_box": box, "expires_at": EXPIRES_AT}
    cases.good("of one client", OPEN, **good)
    two = replace(offered, clients=(STRANGER.statement(), CLIENT.statement()))
    cases.good("of a second client", OPEN, **(good | {"sealed_box": _sealed(two.encode())}))
    plain = offered.encode()
    first = client_invitation()
    alone = replace(offered, invitation=replace(first, act=sign_act(ACT, COACH.identity).encode()))
    foreign = sign_act(ACT, STRANGER.identity, sign_act(ACT, COACH.identity)).encode()
    others = replace(POLICY, engagement_id=secret("other", 16))
    for name, changed in {
        "a client's own": first.encode(),
        "version 2": patch(plain, 0, b"\2"),
        "kind 1 within": patch(plain, 1, b"\1"),
        "reserved byte": patch(plain, 2, b"\1"),
        "a byte after": plain + b"\0",
        "a byte missing": plain[:-1],
        "nobody was client": replace(offered, invitation=first).invitation.encode()[:0]
        + bytes([1, 3, 0, 0])
        + offered.invitation.encode()[4:]
        + b"\0",
        "the act by the coach alone": alone.encode(),
        "the act by another client": replace(
            offered, invitation=replace(offered.invitation, act=foreign)
        ).encode(),
        "the client's statement not signed": replace(
            offered, clients=(flip(CLIENT.statement(), -1),)
        ).encode(),
        "another's policy": replace(
            offered, invitation=replace(offered.invitation, policy=others.encode())
        ).encode(),
        "another agreement": replace(
            offered,
            invitation=replace(
                offered.invitation, shown=dict(offered.invitation.shown) | {"agreement": "Else."}
            ),
        ).encode(),
    }.items():
        cases.bad(name, OPEN, **(good | {"sealed_box": _sealed(changed)}))
    cases.bad("sealed as a client's", OPEN, **(good | {"sealed_box": _sealed(plain, kind=1)}))
    cases.bad("another date", OPEN, **(good | {"expires_at": EXPIRES_AT + 1}))
    cases.bad("another secret", OPEN, **(good | {"secret": secret("other")}))


def _said(**fields: Any) -> bytes:
    fixed = fields.pop("fixed", spoken.SpokenResult(True, COACH.fp, NEWCOMER.fp).encode())
    usual: dict[str, Any] = {
        "kind": content.ContentKind.SPOKEN,
        "nonce": secret("claim nonce", 16),
        "thread_id": secret("claim thread", 16),
        "writer": 7,
        "count": 1,
        "previous_id": bytes(32),
        "created_at": NOW,
        "expires_at": POLICY.hold_ends_at,
        "policy_hash": POLICY.hash,
        "sender_fp": NEWCOMER.fp,
        "checkpoint_hash": bytes(32),
        "vault_counter": 1,
        "sender_statement_hash": secret("newcomer's statement"),
        "recipients": (content.Recipient(COACH.fp, secret("coach's statement")),),
        "fixed": fixed,
    }
    return content.Content(**(usual | fields)).encode()


def reopening_core(said: bytes, former: Person = CLIENT) -> ActCore:
    """The act that a claim of this content carries."""
    subject = reopening.reopening_subject(
        former.fp, NEWCOMER.fp, content.content_id(EnvelopeClass.MESSAGE, said)
    )
    return _after(ACT, ActKind.REOPEN_MAILBOX, subject=subject)


def _after(previous: ActCore, kind: ActKind, **fields: Any) -> ActCore:
    core = replace(
        previous, kind=kind, number=previous.number + 1, previous_hash=previous.hash, issued_at=NOW
    )
    unused = {"date": 0, "second_date": 0, "subject": bytes(32), "envelope_ids": ()}
    return replace(core, **(unused | fields))


def _sign(said: bytes, signer: suite.SignKey = NEWCOMER.identity) -> bytes:
    return signer.sign(label("content"), u8(EnvelopeClass.MESSAGE), said)


def _claims(cases: Cases) -> None:
    said = _said()
    core = reopening_core(said)
    act = sign_act(core, NEWCOMER.identity)
    claim = reopening.Claim(said, _sign(said), act.encode())
    good: dict[str, Any] = {
        "raw": claim.encode(),
        "engagement_id": ENGAGEMENT_ID,
        "coach_public": COACH.identity.public,
        "former_fp": CLIENT.fp,
        "new_public": NEWCOMER.identity.public,
    }
    cases.good("a claim", CLAIM, **good)
    raw = claim.encode()
    differed = _said(fixed=spoken.SpokenResult(False, COACH.fp, NEWCOMER.fp).encode())
    former = _said(fixed=spoken.SpokenResult(True, COACH.fp, CLIENT.fp).encode())
    by_coach = _said(sender_fp=COACH.fp, recipients=(content.Recipient(NEWCOMER.fp, bytes(32)),))
    message = _said(kind=content.ContentKind.MESSAGE, fixed=b"", shown={"subject": "", "text": "Hello."})
    both = sign_act(core, COACH.identity, act).encode()
    close = _after(ACT, ActKind.REOPEN, date=EXPIRES_AT)
    for name, changed in {
        "version 2": patch(raw, 0, b"\2"),
        "a byte after": raw + b"\0",
        "cut short": raw[:-1],
        "the digits differed": _claim_of(differed),
        "a check with the former key": _claim_of(former),
        "the coach's content": _claim_of(by_coach),
        "a message": _claim_of(message),
        "the content not signed": replace(claim, signature=flip(claim.signature, 0)).encode(),
        "the content signed by the coach": replace(claim, signature=_sign(said, COACH.identity)).encode(),
        "the act of both": replace(claim, act=both).encode(),
        "the act by the former client": replace(claim, act=sign_act(core, CLIENT.identity).encode()).encode(),
        "the act of another check": replace(
            claim, act=sign_act(reopening_core(_said(nonce=bytes(16))), NEWCOMER.identity).encode()
        ).encode(),
        "the act of another former": replace(
            claim, act=sign_act(reopening_core(said, STRANGER), NEWCOMER.identity).encode()
        ).encode(),
        "an act of kind 5": replace(claim, act=sign_act(close, NEWCOMER.identity).encode()).encode(),
    }.items():
        cases.bad(name, CLAIM, **(good | {"raw": changed}))
    for name, other in {
        "another engagement": {"engagement_id": secret("other", 16)},
        "another coach": {"coach_public": STRANGER.identity.public},
        "another former": {"former_fp": STRANGER.fp},
        "a substituted key": {"new_public": STRANGER.identity.public},
    }.items():
        cases.bad(name, CLAIM, **(good | other))


def _claim_of(said: bytes) -> bytes:
    act = sign_act(reopening_core(said), NEWCOMER.identity)
    return reopening.Claim(said, _sign(said), act.encode()).encode()


def _both(core: ActCore, client: Person) -> Act:
    return sign_act(core, client.identity, sign_act(core, COACH.identity))


def _lines(cases: Cases) -> None:
    first = agreed().encode()
    core = reopening_core(_said())
    taken = _both(core, NEWCOMER).encode()
    later = _after(core, ActKind.WITHDRAW, subject=secret("slot"))
    stop = _after(core, ActKind.STOP_REOPENING, subject=core.hash)
    good: dict[str, Any] = {
        "coach_public": COACH.identity.public,
        "publics": [CLIENT.identity.public, NEWCOMER.identity.public],
    }
    by_newcomer = sign_act(later, NEWCOMER.identity).encode()
    stopped = sign_act(stop, CLIENT.identity).encode()
    again = _after(stop, ActKind.WITHDRAW, subject=secret("slot"))
    back = _after(stop, ActKind.REOPEN_MAILBOX, subject=core.subject)
    cases.good("nothing yet", FOLLOW, **good, chain=[])
    cases.good("one client", FOLLOW, **good, chain=[first])
    cases.good("reopened", FOLLOW, **good, chain=[first, taken, by_newcomer])
    by_former = sign_act(again, CLIENT.identity).encode()
    cases.good("stopped", FOLLOW, **good, chain=[first, taken, stopped, by_former])
    last = replace(stop, issued_at=core.issued_at + reopening.STOP_SECONDS)
    cases.good(
        "in the last second", FOLLOW, **good, chain=[first, taken, sign_act(last, CLIENT.identity).encode()]
    )
    late = replace(stop, issued_at=core.issued_at + reopening.STOP_SECONDS + 1)
    for name, chain in {
        "by the former after it": [first, taken, sign_act(later, CLIENT.identity).encode()],
        "by the newcomer before it": [
            first,
            sign_act(replace(core, kind=ActKind.WITHDRAW), NEWCOMER.identity).encode(),
        ],
        "reopened first": [taken],
        "reopened by the coach alone": [first, sign_act(core, COACH.identity).encode()],
        "reopened for the client of now": [first, _both(core, CLIENT).encode()],
        "reopened for a stranger": [first, _both(core, STRANGER).encode()],
        "stopped by the newcomer": [first, taken, sign_act(stop, NEWCOMER.identity).encode()],
        "stopped by the coach": [first, taken, sign_act(stop, COACH.identity).encode()],
        "stopped, though nothing was reopened": [first, stopped],
        "another act stopped": [
            first,
            taken,
            sign_act(replace(stop, subject=secret("other")), CLIENT.identity).encode(),
        ],
        "stopped too late": [first, taken, sign_act(late, CLIENT.identity).encode()],
        "by the newcomer after the stop": [
            first,
            taken,
            stopped,
            sign_act(again, NEWCOMER.identity).encode(),
        ],
        "reopened for who was stopped": [first, taken, stopped, _both(back, NEWCOMER).encode()],
    }.items():
        cases.bad(name, FOLLOW, **good, chain=chain)
    alone = good | {"publics": [CLIENT.identity.public]}
    cases.bad("a newcomer whose key is not known", FOLLOW, **alone, chain=[first, taken])


def _clients(cases: Cases) -> None:
    name = "reopening.parse_clients"
    item = reopening.encode_clients([CLIENT.statement()])
    cases.good("one", name, plain=item)
    cases.good("none", name, plain=reopening.encode_clients([]))
    for fault, changed in {
        "version 2": patch(item, 0, b"\2"),
        "cut short": item[:-1],
        "a byte after": item + b"\0",
        "seventeen": b"\1" + u8(17) + 17 * (bytes(3) + b"\1x"),
    }.items():
        cases.bad(fault, name, plain=changed)
