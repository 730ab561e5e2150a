"""Re-sealing, proposals and calls: what both moved back opens under the later date, and nothing else does."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys import calls, proposal, resealing, sealing
from keys.acts import Act, sign_act
from keys.content import Content, ContentKind, parse_content
from keys.envelope import EnvelopeClass, parse_envelope
from keys.errors import Malformed, Refused
from keys.keeper_wire import Grant, Status
from keys.locks import open_keeper_lock
from keys.names import DAY_SECONDS, access_hash
from tests.vectors import cast

LATER = cast.EXPIRES_AT + 90 * DAY_SECONDS
SIGNERS = {
    EnvelopeClass.MESSAGE: {
        cast.COACH.fp: cast.COACH.identity.public,
        cast.CLIENT.fp: cast.CLIENT.identity.public,
    }
}


def _part(message: Content) -> sealing.Part:
    return sealing.sign_content(message.encode(), EnvelopeClass.MESSAGE, cast.COACH.identity)


def _resealed(part: sealing.Part, expires_at: int = LATER) -> bytes:
    to = sealing.Addressing(
        envelope_class=EnvelopeClass.MESSAGE,
        mailbox_id=cast.CLIENT_MAILBOX,
        policy_tag=bytes(16),
        expires_at=expires_at,
        recipient_fp=cast.CLIENT.fp,
        target=sealing.ReaderTarget(cast.CLIENT.reading_key().seal_key(), 1),
        reader_access=cast.CLIENT.access.public,
        revoker_access=cast.COACH.access.public,
    )
    return resealing.reseal(to, part, [cast.day_key(expires_at).seal_key()], cast.source("resealing"))


def _open(raw: bytes, **changes: Any) -> sealing.Opened:
    parsed = parse_envelope(raw)
    day = cast.day_key(parsed.header.expires_at)
    payload = open_keeper_lock(parsed.keeper_locks[0], day, parsed.header_hash)
    grant = Grant(Status.HERE, payload.share, payload.revoker_hash, 0, payload.expires_at)
    fields: dict[str, Any] = {
        "revoker_access_hash": access_hash(cast.COACH.access.public),
        "signers": SIGNERS,
        "my_fp": cast.CLIENT.fp,
        "promised_at": LATER,
        "now": cast.NOW,
    }
    share = sealing.open_reader_share(parsed, cast.CLIENT.reading_key())
    return resealing.open_resealed(parsed, share, [grant], **(fields | changes))


def test_a_message_under_a_later_date() -> None:
    """It opens as the same content, in an envelope of class 5 whose id both could compute before."""
    message = cast.message()
    part = _part(message)
    raw = _resealed(part)
    header = parse_envelope(raw).header
    assert (header.envelope_class, header.policy_tag) == (EnvelopeClass.RESEALED, cast.POLICY.tag)
    assert header.envelope_id == resealing.resealed_id(part, cast.CLIENT.fp, LATER)
    opened = _open(raw)
    assert opened.content == message
    assert opened.class_of_origin is EnvelopeClass.MESSAGE


def test_the_act_decides_the_date() -> None:
    """Sealed under a date that no act gave, however early, it is refused."""
    part = _part(cast.message())
    for expires_at in (LATER + 1, LATER - 1, cast.EXPIRES_AT):
        with pytest.raises(Refused, match="expiry"):
            _open(_resealed(part, expires_at))
    with pytest.raises(Refused, match="due"):
        _open(_resealed(part), now=LATER)


def test_a_content_that_does_not_parse_is_not_sealed_again() -> None:
    """Only what was opened can be sealed again."""
    with pytest.raises(Malformed):
        _resealed(sealing.Part(b"x" * 300, bytes(64)))


def test_several_parts_are_not_opened() -> None:
    """The consents are the act itself: an envelope of class 5 has one part."""
    part = _part(cast.message())
    to = sealing.Addressing(
        EnvelopeClass.RESEALED,
        cast.CLIENT_MAILBOX,
        cast.POLICY.tag,
        LATER,
        cast.CLIENT.fp,
        sealing.ReaderTarget(cast.CLIENT.reading_key().seal_key(), 1),
        cast.CLIENT.access.public,
        cast.COACH.access.public,
    )
    days = [cast.day_key(LATER).seal_key()]
    raw = sealing.seal_envelope(to, [part, part], days, cast.source("two parts"))
    with pytest.raises(Refused, match="class"):
        _open(raw)


def _proposed() -> tuple[Act, proposal.Proposal]:
    act = sign_act(cast.ACT, cast.COACH.identity)
    return act, proposal.Proposal(act, cast.POLICY, cast.AGREEMENT_SALT, cast.AGREEMENT)


def test_a_proposal_in_a_content() -> None:
    """A proposal is read from its content as it was made, and its answer is no proposal."""
    act, made = _proposed()
    frame = cast.message(
        kind=ContentKind.AGREEMENT, fixed=act.encode(), shown=made.shown("Shall we?")
    ).encode()
    read = parse_content(frame)
    assert proposal.read_proposal(read.fixed, read.shown) == made
    assert not proposal.is_declined(read.shown)
    answer = proposal.declined_shown("Not now.")
    assert proposal.is_declined(answer)
    assert (
        parse_content(
            cast.message(kind=ContentKind.AGREEMENT, fixed=act.encode(), shown=answer).encode()
        ).shown
        == answer
    )
    with pytest.raises(Malformed):
        proposal.read_proposal(act.encode(), answer)


@pytest.mark.parametrize("name", ["policy", "salt", "agreement"])
def test_a_proposal_that_is_not_what_was_signed(name: str) -> None:
    """Neither policy nor text nor salt can be exchanged under the act's signature."""
    act, made = _proposed()
    changes: dict[str, Any] = {
        "policy": replace(cast.POLICY, hold_days=3_650),
        "salt": bytes(32),
        "agreement": cast.AGREEMENT.replace("Six", "Nine"),
    }
    with pytest.raises(Refused, match="agreement"):
        proposal.read_proposal(act.encode(), replace(made, **{name: changes[name]}).shown())


def test_long_texts_are_neither_written_nor_read() -> None:
    """An agreement has at most 40,000 bytes and a note 900,000."""
    act, made = _proposed()
    for shown in (
        replace(made, agreement="é" * 20_001).shown(),
        made.shown("n" * 900_001),
        proposal.declined_shown("n" * 900_001),
    ):
        with pytest.raises(Malformed):
            cast.message(kind=ContentKind.AGREEMENT, fixed=act.encode(), shown=shown).encode()


@given(minutes=st.integers(1, 1_440), held_at=st.integers(0, 2**53 - 1))
def test_call(minutes: int, held_at: int) -> None:
    """A call is read as it was written."""
    call = calls.Call(minutes, held_at)
    assert calls.parse_call(call.encode()) == call


@pytest.mark.parametrize("call", [calls.Call(0, 1), calls.Call(1_441, 1), calls.Call(1, 2**53)])
def test_calls_that_are_not_written(call: calls.Call) -> None:
    """No call lasts no minute, or longer than a day."""
    with pytest.raises(Malformed):
        call.encode()
