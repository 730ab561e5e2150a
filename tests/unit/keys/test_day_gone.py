"""A keeper's word that a day is destroyed: its bytes, and what is no such word."""

from __future__ import annotations

import pytest

from keys.day_gone import DAY_GONE_BYTES, DayGone, day_key_hash, open_day_gone, sign_day_gone
from keys.day_keys import DayKey, sign_day_key
from keys.encoding import label
from keys.errors import BadSignature, KeysError, Malformed
from keys.names import keeper_id
from keys.suite import H, OpenKey, SignKey

KEEPER = SignKey.from_seed(bytes(range(32)))
ID = keeper_id(KEEPER.public)
DAY_KEY = sign_day_key(DayKey(ID, 20_000, OpenKey.from_seed(bytes(32)).public), KEEPER)
GONE = DayGone(ID, 20_000, day_key_hash(DAY_KEY), 20_001 * 86_400 + 7)


def test_what_is_signed_is_what_is_read() -> None:
    """Each field comes back, in the layout of docs/protocol.md, part 11."""
    raw = sign_day_gone(GONE, KEEPER)
    assert open_day_gone(raw, ID, KEEPER.public) == GONE
    assert len(raw) == DAY_GONE_BYTES
    assert raw[:16] == ID
    assert raw[16:20] == (20_000).to_bytes(4, "big")
    assert raw[20:52] == H(DAY_KEY)
    assert raw[52:60] == GONE.destroyed_at.to_bytes(8, "big")
    assert raw[60:88] == bytes(28)


def test_every_changed_bit_is_refused() -> None:
    """No bit may differ, none may be missing, nothing may follow."""
    raw = sign_day_gone(GONE, KEEPER)
    changed = [raw[:at] + bytes([raw[at] ^ (1 << at % 8)]) + raw[at + 1 :] for at in range(len(raw))]
    for bad in (*changed, raw[:-1], raw + b"\0", b""):
        with pytest.raises(KeysError):
            open_day_gone(bad, ID, KEEPER.public)


def test_another_keeper_signs_nothing_for_this_one() -> None:
    """Neither another's key under this id, nor another's id."""
    other = SignKey.from_seed(bytes(32))
    with pytest.raises(BadSignature):
        open_day_gone(sign_day_gone(GONE, other), ID, KEEPER.public)
    with pytest.raises(Malformed):
        open_day_gone(sign_day_gone(GONE, KEEPER), keeper_id(other.public), KEEPER.public)


def test_reserved_bytes_are_zero_even_where_signed() -> None:
    """A signature over reserved bytes that say something does not make them readable."""
    signed = sign_day_gone(GONE, KEEPER)[:60] + bytes(27) + b"\1"
    with pytest.raises(Malformed):
        open_day_gone(signed + KEEPER.sign(label("keeper-gone"), signed), ID, KEEPER.public)


def test_only_a_whole_day_key_has_a_hash() -> None:
    """A day key of another length is none."""
    with pytest.raises(Malformed):
        day_key_hash(DAY_KEY[:-1])
