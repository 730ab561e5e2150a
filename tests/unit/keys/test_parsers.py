"""Every parser takes any bytes, and answers by a value or a `KeysError`."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys import (
    acts,
    blob,
    calls,
    content,
    day_gone,
    encoding,
    envelope,
    invitation,
    keeper_wire,
    locks,
    log,
    notes,
    policy,
    receipt_check,
    receipts,
    recovery,
    spoken,
    statement,
    stream,
    vault,
)
from keys.encoding import Reader
from keys.errors import KeysError, Malformed
from tests.vectors.cast import ACCOUNT_ID, COACH, KEEPER, KEEPER_ID
from tests.vectors.make_records import HOST, RELAY

VECTORS = Path(__file__).parents[2] / "vectors"

PARSERS: dict[str, Callable[[bytes], Any]] = {
    "envelope": envelope.parse_envelope,
    "lock": locks.parse_lock,
    "content": content.parse_content,
    "door facts": content.parse_door_facts,
    "blob header": blob.parse_blob_header,
    "attachment": lambda raw: blob.read_attachment(Reader(raw)),
    "statement": statement.parse_statement,
    "act": acts.parse_act,
    "policy": policy.parse_policy,
    "spoken": spoken.parse_result,
    "open request": lambda raw: keeper_wire.parse_open_request(raw, KEEPER_ID),
    "revoke": lambda raw: keeper_wire.parse_revoke(raw, KEEPER_ID),
    "reading": vault.parse_reading,
    "relay": vault.parse_relay,
    "engagement": lambda raw: vault.parse_engagement(raw, b"\1" + bytes(12)),
    "standing": vault.parse_standing,
    "writers": vault.parse_writers,
    "manifest": lambda raw: vault.open_manifest(raw, ACCOUNT_ID, COACH.identity.public),
    "json": encoding.load_json,
    "call": calls.parse_call,
    "day destroyed": lambda raw: day_gone.open_day_gone(raw, KEEPER_ID, KEEPER.public),
    "note": lambda raw: notes.open_note(raw.decode("utf-8", "surrogateescape"), HOST, RELAY.public),
    "checkpoint": lambda raw: log.parse_checkpoint(raw.decode("utf-8", "surrogateescape")),
    "receipt": lambda raw: receipts.parse_receipt(raw.decode("utf-8", "surrogateescape")),
    "file of receipts": receipt_check.check_receipt_file,
}

OPERATION_OF = {
    "envelope": ("envelope.parse_envelope", "raw"),
    "content": ("content.parse_content", "frame"),
    "statement": ("statement.verify_chain", "pinned"),
    "act": ("acts.verify_act", "raw"),
    "policy": ("policy.parse_policy", "frame"),
    "engagement": ("vault.parse_engagement", "plain"),
    "standing": ("vault.parse_standing", "plain"),
    "manifest": ("vault.open_manifest", "plain"),
    "open request": ("keeper_wire.parse_open_request", "raw"),
    "json": ("encoding.load_json", "utf8"),
    "day destroyed": ("day_gone.open_day_gone", "raw"),
    "note": ("notes.open_note", "note"),
    "checkpoint": ("log.parse_checkpoint", "text"),
    "receipt": ("receipts.parse_receipt", "text"),
    "file of receipts": ("receipt_check.check_receipt_file", "file"),
}
_TEXTS = ("note", "text", "file")


@cache
def valid_bytes(name: str) -> list[bytes]:
    """Return the valid inputs that the vectors hold for a parser."""
    operation, field = OPERATION_OF[name]
    rows = [row for path in VECTORS.glob("*.json") for row in json.loads(path.read_text("utf-8"))["cases"]]
    found = [row["inputs"][field] for row in rows if row["operation"] == operation and "outputs" in row]
    return [one.encode() if field in _TEXTS else bytes.fromhex(one) for one in found]


def _only_keys_errors(name: str, raw: bytes) -> None:
    with suppress(KeysError):
        PARSERS[name](raw)


@pytest.mark.parametrize("name", PARSERS)
@given(raw=st.binary(max_size=400))
def test_arbitrary_bytes(name: str, raw: bytes) -> None:
    """Arbitrary bytes raise nothing but `KeysError`."""
    _only_keys_errors(name, raw)


@pytest.mark.parametrize("name", OPERATION_OF)
@given(data=st.data())
def test_changed_bytes(name: str, data: st.DataObject) -> None:
    """Valid bytes, cut, extended or changed in places, raise nothing but `KeysError`."""
    raw = bytearray(data.draw(st.sampled_from(valid_bytes(name))))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, max(0, len(raw) - 1)))
        kind = data.draw(st.sampled_from(["change", "cut", "insert"]))
        if kind == "change" and raw:
            raw[at] = data.draw(st.integers(0, 255))
        elif kind == "cut":
            del raw[at : at + data.draw(st.integers(1, 40))]
        else:
            raw[at:at] = data.draw(st.binary(min_size=1, max_size=40))
    _only_keys_errors(name, bytes(raw))


@given(typed=st.text(max_size=60))
def test_typed_text(typed: str) -> None:
    """Whatever a person types or pastes raises nothing but `KeysError`."""
    for parse in (recovery.read_sheet, invitation.parse_link, encoding.from_base64url):
        with suppress(KeysError):
            parse(typed)


def test_too_large_envelope() -> None:
    """An envelope above 1,200,000 bytes is refused before anything of it is read."""
    with pytest.raises(Malformed, match="too large"):
        envelope.parse_envelope(bytes(1_200_001))


def test_largest_envelope_fits() -> None:
    """1 MiB of inner text with four locks is below the limit of an envelope."""
    body_bytes = envelope.body_length(envelope.MOST_INNER_BYTES)
    locks_bytes = locks.READER_LOCK_BYTES + 3 * locks.KEEPER_LOCK_BYTES
    assert 72 + locks_bytes + body_bytes <= envelope.MOST_ENVELOPE_BYTES
    with pytest.raises(Malformed):
        envelope.body_length(envelope.MOST_INNER_BYTES + 1)


def test_sizes_of_the_specification() -> None:
    """The records have the lengths that docs/protocol.md names."""
    assert (locks.READER_LOCK_BYTES, locks.KEEPER_LOCK_BYTES, locks.LINK_LOCK_BYTES) == (1184, 1264, 16)
    assert 72 + 1184 + 1264 + envelope.body_length(1500 + 69) == 4192
    assert stream.sealed_length(0) == 72


@pytest.mark.parametrize("number", [-1, 256])
def test_integers_that_do_not_fit(number: int) -> None:
    """Writing an integer that does not fit is an error, never a shorter or wrapped one."""
    with pytest.raises(Malformed):
        encoding.u8(number)
    with pytest.raises(Malformed):
        encoding.u64(number << 64)


def test_integers_that_a_browser_cannot_hold() -> None:
    """From 2⁵³ on an integer is neither written nor read, because a browser would round it."""
    most = encoding.u64(2**53 - 1)
    assert Reader(most).u64() == 2**53 - 1
    with pytest.raises(Malformed):
        encoding.u64(2**53)
    with pytest.raises(Malformed):
        Reader((2**53).to_bytes(8, "big")).u64()
