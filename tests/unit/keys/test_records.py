"""Notes, the log and receipts: what is written is read, what is proved is so, and nothing else passes."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keys import log, notes, receipts
from keys.encoding import MOST_INTEGER
from keys.errors import BadSignature, KeysError, Malformed, Refused
from keys.suite import H, SignKey
from tests.vectors.make_records import HOST, RELAY, receipt_chain

HASH = st.binary(min_size=32, max_size=32)
LINE = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40)
TEXT = st.lists(LINE, max_size=6).map(lambda lines: "".join(line + "\n" for line in [*lines, "end"]))
OTHER = SignKey.from_seed(bytes(32))

ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
"""The published roots of RFC 6962's reference entries (google/certificate-transparency)."""
ENTRIES = ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")


# --- notes ---


@given(text=TEXT, spare=TEXT)
def test_note(text: str, spare: str) -> None:
    """A text comes back as it was signed, and another one under the same signature does not."""
    note = notes.sign_note(text, HOST, RELAY)
    assert notes.open_note(note, HOST, RELAY.public) == text
    if spare != text:
        with pytest.raises(BadSignature):
            notes.open_note(note.replace(text, spare, 1), HOST, RELAY.public)


@pytest.mark.parametrize("text", ["", "a", "a\r\n", "a\tb\n", "\ud800\n", "x" * 16_384 + "\n"])
def test_texts_that_no_note_has(text: str) -> None:
    """What could not be opened again is not signed."""
    with pytest.raises(Malformed):
        notes.sign_note(text, HOST, RELAY)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "é", "a\n", "a\u3000b"])
def test_names_that_no_key_has(name: str) -> None:
    """A name of a key is printable ASCII without space and plus sign."""
    with pytest.raises(Malformed):
        notes.sign_note("text\n", name, RELAY)
    with pytest.raises(BadSignature):
        notes.open_note(notes.sign_note("text\n", HOST, RELAY), name, RELAY.public)


def test_every_signature_of_a_known_key_counts() -> None:
    """One good signature does not make up for a bad one by the same key; another key's is passed over."""
    note = notes.sign_note("text\n", HOST, RELAY)
    others = notes.sign_note("text\n", HOST, OTHER).split("\n\n")[1]
    assert notes.open_note(note + others, HOST, RELAY.public) == "text\n"
    wrong = notes.sign_note("other\n", HOST, RELAY).split("\n\n")[1]
    for lines in (wrong, others + wrong):
        with pytest.raises(BadSignature):
            notes.open_note(note + lines, HOST, RELAY.public)


# --- log ---


def _leaves(size: int) -> list[bytes]:
    return [log.leaf_hash(at.to_bytes(2, "big")) for at in range(size)]


def _root(hashes: list[bytes]) -> bytes:
    """The root as RFC 6962, 2.1, defines it, by recursion."""
    if len(hashes) < 2:
        return hashes[0] if hashes else H(b"")
    half = 1 << (len(hashes) - 1).bit_length() - 1
    return H(b"\1", _root(hashes[:half]), _root(hashes[half:]))


def test_published_roots() -> None:
    """The trees of the reference entries have the published roots."""
    hashes = [log.leaf_hash(bytes.fromhex(entry)) for entry in ENTRIES]
    assert [log.tree_root(hashes[:size]).hex() for size in range(1, 9)] == list(ROOTS)
    assert log.tree_root([]) == H(b"")


def test_proofs_of_every_small_tree() -> None:
    """Up to 40 entries, every entry and every beginning is proved, and no shorter or longer path does it."""
    for size in range(41):
        leaves = _leaves(size)
        root = log.tree_root(leaves)
        assert root == _root(leaves)
        for index in range(size):
            path = log.inclusion_path(leaves, index)
            log.verify_inclusion(index, size, leaves[index], path, root)
            _refuse_lengths(path, lambda p, i=index: log.verify_inclusion(i, size, leaves[i], p, root))  # noqa: B023
        for first in range(size + 1):
            path = log.consistency_path(leaves, first)
            before = log.tree_root(leaves[:first])
            log.verify_consistency(first, size, path, before, root)
            _refuse_lengths(path, lambda p, f=first, b=before: log.verify_consistency(f, size, p, b, root))  # noqa: B023


def _refuse_lengths(path: list[bytes], verify: Any) -> None:
    for wrong in ([*path, bytes(32)], path[1:], path[:-1]):
        if wrong != path:
            with pytest.raises(Refused):
                verify(wrong)


@settings(max_examples=200)
@given(sizes=st.tuples(st.integers(1, 60), st.integers(1, 60)).map(sorted), data=st.data())
def test_another_history_is_not_consistent(sizes: list[int], data: st.DataObject) -> None:
    """A tree in which one earlier entry is another one is never consistent with the tree before."""
    first, second = sizes
    leaves = _leaves(second)
    changed = list(leaves)
    changed[data.draw(st.integers(0, first - 1))] = bytes(32)
    path = log.consistency_path(changed, first)
    with pytest.raises(Refused):
        log.verify_consistency(first, second, path, log.tree_root(leaves[:first]), log.tree_root(changed))


@settings(max_examples=100)
@given(size=st.integers(2, 60), data=st.data())
def test_another_entry_is_not_included(size: int, data: st.DataObject) -> None:
    """The path of one entry proves no other entry, and none at another place."""
    leaves = _leaves(size)
    one, other = data.draw(st.lists(st.integers(0, size - 1), min_size=2, max_size=2, unique=True))
    path, root = log.inclusion_path(leaves, one), log.tree_root(leaves)
    for index, leaf in ((one, leaves[other]), (other, leaves[one])):
        with pytest.raises(Refused):
            log.verify_inclusion(index, size, leaf, path, root)


@given(count=st.integers(1, 70))
def test_padded(count: int) -> None:
    """A batch has a power of two of entries, its own first, and never twice as many as it needs."""
    entries = [bytes([at]) * 32 for at in range(count)]
    whole = log.padded(entries, lambda size: b"p" * size)
    assert whole[:count] == entries
    assert len(whole) & (len(whole) - 1) == 0
    assert len(whole) < 2 * count or count == len(whole) == 1
    assert all(len(one) == 32 for one in whole)


def test_no_batch_of_nothing() -> None:
    """There is no batch without a receipt."""
    with pytest.raises(Malformed):
        log.padded([], bytes)


@given(size=st.integers(1, MOST_INTEGER), root=HASH)
def test_checkpoint(size: int, root: bytes) -> None:
    """A checkpoint is read as it was written."""
    made = log.Checkpoint(f"{HOST}/log", size, root)
    assert log.parse_checkpoint(made.encode()) == made


@pytest.mark.parametrize(
    "made",
    [
        log.Checkpoint("", 1, bytes(32)),
        log.Checkpoint("a\nb", 1, bytes(32)),
        log.Checkpoint("h/log", -1, bytes(32)),
        log.Checkpoint("h/log", 2**53, bytes(32)),
        log.Checkpoint("h/log", 1, bytes(31)),
        log.Checkpoint("h/log", 0, bytes(32)),
    ],
)
def test_checkpoints_that_no_log_signs(made: log.Checkpoint) -> None:
    """What could not be read again is not written."""
    with pytest.raises(Malformed):
        made.encode()


# --- receipts ---


RECEIPTS = [receipt for receipt, _ in receipt_chain()]


@pytest.mark.parametrize("receipt", RECEIPTS, ids=lambda receipt: type(receipt).__name__)
def test_receipt(receipt: receipts.Receipt) -> None:
    """A receipt is read as it was written, and every one of its fields is in the text."""
    text = receipt.encode()
    assert receipts.parse_receipt(text) == receipt
    lines = text.splitlines()[1:]
    assert lines == sorted(lines)
    constant = 1 if isinstance(receipt, receipts.Acceptance) else 2
    assert len(lines) == len(fields(receipt)) + constant


@pytest.mark.parametrize(
    ("at", "changes"),
    [
        (0, {"count": 0}),
        (0, {"count": -1}),
        (0, {"day": 2**53}),
        (0, {"number": 0}),
        (0, {"number": 2}),
        (0, {"receipt_id": bytes(15)}),
        (0, {"leaves_root": bytes(31)}),
        (1, {"number": 1}),
        (1, {"journal": "kept"}),
        (1, {"journal": "busy\nleft: 0"}),
        (1, {"asked": 4}),
        (1, {"envelopes": 4}),
        (1, {"due_first": 2**40}),
        (1, {"rows_left": -1}),
        (2, {"chain": 1}),
        (2, {"left": 0}),
    ],
)
def test_receipts_that_are_not_written(at: int, changes: dict[str, Any]) -> None:
    """What could not be read again, or contradicts itself, is not signed."""
    with pytest.raises(Malformed):
        replace(RECEIPTS[at], **changes).encode()


@given(text=TEXT)
def test_no_text_is_a_receipt_by_chance(text: str) -> None:
    """Any lines after a receipt's first are refused by one kind of error."""
    with pytest.raises(KeysError):
        receipts.parse_receipt(f"{receipts.FIRST_LINE}\n{text}")


def test_leaves_of_two_kinds_differ() -> None:
    """What was taken is no proof of what was removed."""
    leaf = receipts.Leaf(bytes(32), bytes(16), bytes(32))
    assert receipts.acceptance_leaf(leaf) != receipts.deletion_leaf(leaf)
    assert receipts.leaves_root(receipts.Deletion, []) == log.EMPTY_ROOT
