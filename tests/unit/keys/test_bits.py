"""No envelope that differs in one bit, or is cut anywhere, opens.

Exhaustive over one small envelope: every bit and every length. Nothing is left out; locks that a change
left alone are opened from memory, keyed by record and header, so that the whole takes seconds and still is
what a reader does.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from keys import keeper_wire, locks, names, sealing
from keys.envelope import Envelope, parse_envelope
from keys.errors import KeysError
from tests.vectors.cast import CLIENT, COACH, EXPIRES_AT, NOW, day_key
from tests.vectors.make_envelopes import Recipe, message, seal

SIGNERS = {COACH.fp: COACH.identity.public, CLIENT.fp: CLIENT.identity.public}


class Reader:
    """The client and its keeper: opens an envelope for real, but each unchanged lock only once."""

    def __init__(self) -> None:
        self._reading_key = CLIENT.reading_key()
        self._day_key = day_key(EXPIRES_AT)
        self._memory: dict[tuple[bytes, bytes], Any] = {}

    def open(self, raw: bytes) -> sealing.Opened:
        """Do all that a reader does; `KeysError` wherever it stops."""
        parsed = parse_envelope(raw)
        share = self._once(parsed, parsed.locks[0], self._reading_key, locks.open_reader_lock)
        payload = self._once(parsed, parsed.locks[1], self._day_key, locks.open_keeper_lock)
        grant = keeper_wire.Grant(
            keeper_wire.Status.HERE,
            payload.share,
            payload.revoker_hash,
            payload.not_before,
            payload.expires_at,
        )
        return sealing.open_envelope(
            parsed,
            share,
            [grant],
            revoker_access_hash=COACH.access_hash,
            signers=SIGNERS,
            my_fp=CLIENT.fp,
            now=NOW,
        )

    def _once(self, parsed: Envelope, lock: locks.Lock, key: Any, opener: Any) -> Any:
        place = (lock.record, parsed.header_hash)
        if place not in self._memory:
            self._memory[place] = opener(lock, key, parsed.header_hash)
        return self._memory[place]


@cache
def small() -> bytes:
    """One small envelope."""
    return seal(Recipe(message()))


def test_the_envelope_itself_opens() -> None:
    """The unchanged envelope opens, so that the refusals below say something."""
    assert Reader().open(small()).content.text.startswith("Shall we begin")


@pytest.mark.timeout(300)
def test_every_single_bit_counts() -> None:
    """Each of the 28,928 single-bit changes is refused."""
    reader, raw = Reader(), small()
    changed = bytearray(raw)
    taken = []
    for bit in range(8 * len(raw)):
        changed[bit // 8] ^= 1 << bit % 8
        taken += _tries(reader, bytes(changed), bit)
        changed[bit // 8] ^= 1 << bit % 8
    assert bytes(changed) == raw
    assert taken == []


def test_every_truncation_is_refused() -> None:
    """Each of the 3,616 shorter envelopes is refused, and so is one that goes on."""
    reader, raw = Reader(), small()
    taken = [length for length in range(len(raw)) if _tries(reader, raw[:length], length)]
    assert taken == []
    assert not _tries(reader, raw + b"\0", -1)


def _tries(reader: Reader, raw: bytes, name: int) -> list[int]:
    try:
        reader.open(raw)
    except KeysError:
        return []
    return [name]


def test_another_day_key_opens_nothing() -> None:
    """With the day's seed gone, the reading key and every byte that the relay had open nothing."""
    parsed = parse_envelope(small())
    share = locks.open_reader_lock(parsed.locks[0], CLIENT.reading_key(), parsed.header_hash)
    day = day_key(EXPIRES_AT + names.DAY_SECONDS)
    with pytest.raises(KeysError):
        locks.open_keeper_lock(parsed.locks[1], day, parsed.header_hash)
    with pytest.raises(KeysError):
        sealing.open_parts(parsed, share, [bytes(32)])
    with pytest.raises(KeysError):
        sealing.open_parts(parsed, share, [])
