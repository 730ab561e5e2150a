"""A file of receipts: what a reader may conclude from it, and that nothing else is called good."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from keys import log
from keys.encoding import from_base64url, to_base64url
from keys.errors import Malformed
from keys.notes import sign_note
from keys.receipt_check import FileVerdict, Verdict, check_receipt_file
from keys.receipt_file import Batch, FiledReceipt, ReceiptFile, ReceiptKeys, parse_receipt_file
from keys.receipts import (
    Acceptance,
    Closing,
    Deletion,
    Leaf,
    Receipt,
    entry_type,
    leaves_root,
    mailbox_pseudonym,
    receipt_hash,
)
from keys.suite import SignKey

RELAY = SignKey.from_seed(b"r" * 32)
LOG = SignKey.from_seed(b"l" * 32)
HOST = "inbox.harrow.example"
KEYS = ReceiptKeys(HOST, RELAY.public, LOG.public)
LEAVES = tuple(Leaf(bytes([n]) * 32, bytes([n]) * 16, bytes([n + 9]) * 32) for n in range(3))
INDEPENDENT = Path(__file__).parents[2] / "receipts" / "independent.py"


def _head(number: int, previous: str, mailbox: bytes = b"m" * 16) -> dict[str, Any]:
    return {
        "receipt_id": bytes([number]) * 16,
        "mailbox": mailbox_pseudonym(mailbox),
        "number": number,
        "previous_hash": receipt_hash(previous) if previous else bytes(32),
    }


REMOVED: dict[str, Any] = {
    "done_at": 1_790_000_500,
    "asked": 5,
    "removed": 4,
    "left": 1,
    "envelopes": 3,
    "files": 1,
    "rows_left": 1,
    "blobs_left": 0,
    "journal": "truncated",
    "keys_until": 1_790_035_200,
    "backups_until": 1_790_000_500,
}


def _receipts() -> list[tuple[Receipt, str, tuple[Leaf, ...]]]:
    """An acceptance, a deletion and a certificate, one chain."""
    taken = Acceptance(**_head(1, ""), leaves_root=leaves_root(Acceptance, LEAVES), count=3, day=20_717)
    first = sign_note(taken.encode(), HOST, RELAY)
    dues = {"due_first": 1_790_000_000, "due_last": 1_790_000_400}
    gone = Deletion(**_head(2, first), **REMOVED, **dues, leaves_root=leaves_root(Deletion, LEAVES))
    second = sign_note(gone.encode(), HOST, RELAY)
    instants = {"began_at": 1, "work_ended_at": 2, "hold_ended_at": 3}
    closed = Closing(**_head(3, second), **REMOVED, **instants, notes=1, acts=4, chain=2)
    third = sign_note(closed.encode(), HOST, RELAY)
    return [(taken, first, LEAVES), (gone, second, LEAVES), (closed, third, ())]


def _file() -> ReceiptFile:
    """A file of the three receipts, the first two in the log."""
    filed, entries = [], [log.statement_entry(bytes(32), bytes(32))]
    for order, (receipt, note, leaves) in enumerate(_receipts(), 1):
        hashes = log.padded([b"o" * 32, receipt_hash(note), b"p" * 32], lambda size: b"q" * size)
        tree = [log.leaf_hash(one) for one in hashes]
        batch = Batch(order, 20_717, 1, tuple(log.inclusion_path(tree, 1)))
        entries.append(log.batch_entry(entry_type(receipt), 20_717, log.tree_root(tree)))
        filed.append(FiledReceipt(order, note, leaves, batch if order < 3 else None))
    tree = [log.leaf_hash(entry) for entry in entries]
    text = log.Checkpoint(f"{HOST}/log", len(tree), log.tree_root(tree)).encode()
    proofs = {index: tuple(log.inclusion_path(tree, index)) for index in (1, 2)}
    return ReceiptFile(KEYS, tuple(filed), sign_note(text, f"{HOST}/log", LOG), proofs)


FILE = _file()


def _words(verdict: FileVerdict) -> list[str]:
    return [f"{one.signature} {one.chain} {one.leaves} {one.logged}" for one in verdict.receipts]


@pytest.mark.parametrize("pinned", [None, KEYS])
def test_a_true_file_is_good(pinned: ReceiptKeys | None) -> None:
    """Everything that can be checked is good; what is not logged yet is open, with or without pinned keys."""
    verdict = check_receipt_file(FILE.encode(), pinned)
    assert _words(verdict) == ["good good good good", "good good good good", "good good open open"]
    assert verdict.sound
    assert (verdict.pinned, verdict.checkpoint_verdict) == (pinned is not None, Verdict.GOOD)
    assert verdict.checkpoint is not None
    assert [type(one.receipt) for one in verdict.receipts] == [Acceptance, Deletion, Closing]


def test_the_file_reads_back() -> None:
    """What was written is what is read."""
    assert parse_receipt_file(FILE.encode()) == FILE


def test_a_program_of_another_hand_agrees(tmp_path: Path) -> None:
    """The independent program, which imports nothing of ours, finds the same file good."""
    path = tmp_path / "receipts.json"
    path.write_bytes(FILE.encode())
    ran = subprocess.run([sys.executable, str(INDEPENDENT), str(path)], capture_output=True, check=False)
    assert ran.returncode == 0, ran.stdout
    assert ran.stdout.count(b", logged") == 2


def _receipt(at: int, **changes: Any) -> Callable[[ReceiptFile], ReceiptFile]:
    def change(filed: ReceiptFile) -> ReceiptFile:
        receipts = list(filed.receipts)
        receipts[at] = replace(receipts[at], **changes)
        return replace(filed, receipts=tuple(receipts))

    return change


def _batch(**changes: Any) -> Callable[[ReceiptFile], ReceiptFile]:
    batch = FILE.receipts[0].batch
    assert batch is not None
    return _receipt(0, batch=replace(batch, **changes))


OTHER = SignKey.from_seed(b"x" * 32)
STRAY = sign_note(log.Checkpoint(f"{HOST}/log", 4, bytes(32)).encode(), f"{HOST}/log", LOG)
FOREIGN = sign_note(log.Checkpoint("other.example/log", 4, bytes(32)).encode(), f"{HOST}/log", LOG)

FAULTS: dict[str, tuple[Callable[[ReceiptFile], ReceiptFile], int, str]] = {
    "another's signature": (
        _receipt(0, note=sign_note(_receipts()[0][0].encode(), HOST, OTHER)),
        0,
        "bad open open open",
    ),
    "a text that is no receipt": (_receipt(0, note=sign_note("a\n", HOST, RELAY)), 0, "bad open open open"),
    "a leaf left out": (_receipt(1, leaves=LEAVES[:2]), 1, "good good bad good"),
    "leaves exchanged": (_receipt(0, leaves=LEAVES[::-1]), 0, "good good bad good"),
    "leaves of a certificate": (_receipt(2, leaves=LEAVES), 2, "good good bad open"),
    "another place in the batch": (_batch(position=0), 0, "good good good bad"),
    "another day": (_batch(day=20_718), 0, "good good good bad"),
    "another entry": (_batch(index=2), 0, "good good good bad"),
    "a shorter path": (_batch(position=0, path=()), 0, "good good good bad"),
    "no proof": (lambda filed: replace(filed, proofs={}), 0, "good good good open"),
    "no checkpoint": (lambda filed: replace(filed, checkpoint=None), 0, "good good good open"),
    "another root": (lambda filed: replace(filed, checkpoint=STRAY), 0, "good good good bad"),
    "a receipt left out": (
        lambda filed: replace(filed, receipts=filed.receipts[::2]),
        1,
        "good bad open open",
    ),
    "the beginning left out": (
        lambda filed: replace(filed, receipts=filed.receipts[1:]),
        0,
        "good open good good",
    ),
    "the order exchanged": (_receipt(0, order=9), 2, "good bad good good"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_one_fault_shows_where_it_is(name: str) -> None:
    """Each lie of a relay shows in the part that it touches."""
    change, at, words = FAULTS[name]
    verdict = check_receipt_file(change(FILE).encode(), KEYS)
    assert _words(verdict)[at] == words
    assert verdict.sound == ("bad" not in " ".join(_words(verdict)))


@pytest.mark.parametrize("note", [FILE.checkpoint and FILE.checkpoint[:-4], FOREIGN, "x"])
def test_a_false_checkpoint_is_bad(note: str) -> None:
    """A checkpoint that is not this log's makes the file unsound, and nothing counts as logged."""
    verdict = check_receipt_file(replace(FILE, checkpoint=note).encode(), KEYS)
    assert verdict.checkpoint_verdict is Verdict.BAD
    assert {one.logged for one in verdict.receipts} == {Verdict.OPEN}
    assert not verdict.sound


def test_pinned_keys_win() -> None:
    """A file that another relay signed is good by its own keys and bad by the pinned ones."""
    other = replace(KEYS, relay_public=OTHER.public)
    assert check_receipt_file(FILE.encode()).sound
    assert not check_receipt_file(FILE.encode(), other).sound


def _no_file(path: str, value: object) -> bytes:
    fields = json.loads(FILE.encode())
    node, *rest = path.split(".")
    target: Any = fields
    for step in rest:
        target, node = target[int(node) if node.isdigit() else node], step
    target[int(node) if node.isdigit() else node] = value
    return json.dumps(fields).encode()


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("version", 2),
        ("version", True),
        ("host", None),
        ("relay_key", to_base64url(bytes(32))),
        ("log_key", "AA"),
        ("checkpoint", 1),
        ("receipts", {}),
        ("receipts.0", 1),
        ("receipts.0.order", 2),
        ("receipts.0.order", -1),
        ("receipts.0.order", 1.5),
        ("receipts.0.receipt", None),
        ("receipts.0.leaves", None),
        ("receipts.0.leaves.0", "x"),
        ("receipts.0.leaves.0.nonce", "x"),
        ("receipts.0.batch.position", 4),
        ("receipts.0.batch.day", 2**32),
        ("receipts.0.batch.path", ["A" * 42]),
        ("receipts.0.batch.path", ["A" * 43] * 54),
        ("proofs.0.index", 2),
        ("proofs.0.proof", "x"),
    ],
)
def test_no_file_of_receipts(path: str, value: object) -> None:
    """Fields that are missing, twice, of another type or out of range make it no file at all."""
    with pytest.raises(Malformed):
        check_receipt_file(_no_file(path, value))


def test_too_large_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file above the limit is not read."""
    monkeypatch.setattr("keys.receipt_file.MOST_FILE_BYTES", 100)
    with pytest.raises(Malformed):
        check_receipt_file(FILE.encode())


def test_base64url_of_leaves_is_canonical() -> None:
    """A leaf's bytes have one text."""
    text = to_base64url(LEAVES[1].nonce)
    assert from_base64url(text, 32) == LEAVES[1].nonce
    with pytest.raises(Malformed):
        check_receipt_file(FILE.encode().replace(text.encode(), (text[:-1] + "F").encode()))
