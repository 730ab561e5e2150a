"""Admission reads the clear part alone, and takes nothing that the format's own parser refuses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.envelope import EnvelopeClass, parse_envelope
from keys.errors import Malformed as MalformedFormat
from keys.names import Role
from relay.core.admission import read
from relay.core.errors import Malformed
from tests.flow.cast import Person, Work

WORK = Work(Person("anna"), Person("maya"))
RAW = WORK.envelope(WORK.coach, Role.CLIENT, text="short")
CLEAR_BYTES = 72 + 1184 + 1264


def same_verdict(raw: bytes) -> None:
    """Admission and the format's parser agree, on the verdict and on the facts."""
    try:
        header = parse_envelope(raw).header
    except MalformedFormat:
        with pytest.raises(Malformed):
            read(raw)
        return
    taken = read(raw)
    assert (
        taken.mailbox_id,
        taken.envelope_id,
        taken.envelope_class,
        taken.policy_tag,
        taken.expires_at,
    ) == (
        header.mailbox_id,
        header.envelope_id,
        header.envelope_class,
        header.policy_tag,
        header.expires_at,
    )


@pytest.mark.parametrize("at", [*range(88), *range(72 + 1184, 72 + 1184 + 16)])
@pytest.mark.parametrize("change", [1, 2, 0x80, 0xFF])
def test_each_changed_byte_of_a_head_gets_the_parsers_verdict(at: int, change: int) -> None:
    """Header, reader's lock head and keeper's lock head, byte by byte."""
    same_verdict(RAW[:at] + bytes([RAW[at] ^ change]) + RAW[at + 1 :])


@given(st.lists(st.tuples(st.integers(0, CLEAR_BYTES - 1), st.integers(0, 255)), max_size=4))
def test_changed_clear_parts_get_the_parsers_verdict(changes: list[tuple[int, int]]) -> None:
    """Several bytes at once."""
    raw = bytearray(RAW)
    for at, value in changes:
        raw[at] = value
    same_verdict(bytes(raw))


@given(st.integers(0, len(RAW) + 40), st.integers(0, 2**32 - 1))
def test_other_lengths_get_the_parsers_verdict(size_bytes: int, body_bytes: int) -> None:
    """Cut, prolonged, and with another length in the header."""
    same_verdict((RAW + bytes(40))[:size_bytes])
    same_verdict(RAW[:64] + body_bytes.to_bytes(4, "big") + RAW[68:])


@given(st.integers(2, 4), st.permutations(range(3)), st.booleans())
def test_further_keepers_get_the_parsers_verdict(locks: int, order: list[int], twice: bool) -> None:
    """Two and three keepers' locks: ascending by key id, no two alike."""
    lock = RAW[72 + 1184 : CLEAR_BYTES]
    records = [lock[:4] + bytes([number if not twice else 1]) * 8 + lock[12:] for number in order]
    clear = RAW[:7] + bytes([locks]) + RAW[8 : 72 + 1184] + b"".join(records[: locks - 1])
    same_verdict(clear + RAW[CLEAR_BYTES:])


@pytest.mark.parametrize("envelope_class", list(EnvelopeClass))
def test_every_class_gets_the_parsers_verdict(envelope_class: EnvelopeClass) -> None:
    """With and without a policy's tag."""
    raw = RAW[:6] + bytes([envelope_class]) + RAW[7:]
    same_verdict(raw)
    same_verdict(raw[:40] + bytes(16) + raw[56:])
