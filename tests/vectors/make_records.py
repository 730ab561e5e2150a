"""Cases of notes, the log, receipts and files of receipts.

Longer than other modules: one fault is one entry, and they are read together.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from keys import log
from keys.encoding import to_base64url
from keys.names import ZERO_HASH
from keys.notes import MOST_NOTE_BYTES, key_hash, sign_note
from keys.receipt_file import Batch, FiledReceipt, ReceiptFile, ReceiptKeys
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
from tests.vectors.cast import CLIENT_MAILBOX, COACH_MAILBOX, NOW, secret
from tests.vectors.generate import Cases

HOST = "inbox.harrow.example"
RELAY = SignKey.from_seed(secret("relay"))
LOG = SignKey.from_seed(secret("log"))
OTHER = SignKey.from_seed(secret("another relay"))
KEYS = ReceiptKeys(HOST, RELAY.public, LOG.public)
DAY = 20_717

C2SP_PUBLIC = base64.b64decode("AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")[1:]
C2SP_NOTE = (
    "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONn"
    "cAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
"""The example of the page itself."""

RFC_6962_ENTRIES = [
    bytes.fromhex(one)
    for one in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
"""The eight entries with which the reference implementation of RFC 6962 (google/certificate-transparency,
merkletree) has tried its trees since 2012; the roots of its first one to eight are published there."""


# --- notes ---


def line(name: str, public: bytes, signature: bytes) -> str:
    """Return a signature line, its line end included."""
    return f"— {name} {base64.b64encode(key_hash(name, public) + signature).decode()}\n"


def note_cases(cases: Cases) -> None:
    """Fill `notes.json`."""
    open_, whose = "notes.open_note", {"name": HOST, "public": RELAY.public}
    text = "quietbox\nÄlskar 🌿\n"
    note = sign_note(text, HOST, RELAY)
    other = line(HOST, OTHER.public, OTHER.sign(text.encode()))
    cases.good("the page's example", open_, note=C2SP_NOTE, name="example.com/foo", public=C2SP_PUBLIC)
    cases.good("the page's example", "notes.key_hash", name="example.com/foo", public=C2SP_PUBLIC)
    cases.good("a text", open_, note=note, **whose)
    cases.good("empty lines in the text", open_, note=sign_note("a\n\nb\n\n\n", HOST, RELAY), **whose)
    cases.good(
        "a name with a port", open_, note=sign_note(text, "h:8/log", LOG), name="h:8/log", public=LOG.public
    )
    both = text + "\n" + other + note.removeprefix(text + "\n")
    cases.good("another key of the same name before", open_, note=both, **whose)
    cases.good(
        "an unknown key of a longer signature",
        open_,
        note=note + _line("witness.example", bytes(900)),
        **whose,
    )
    cases.good(
        "the signature twice", open_, note=note + line(HOST, RELAY.public, RELAY.sign(text.encode())), **whose
    )
    room = MOST_NOTE_BYTES - len(sign_note("\n", HOST, RELAY).encode())
    cases.good("16 KiB", open_, note=sign_note("x" * room + "\n", HOST, RELAY), **whose)
    _bad_notes(cases, text, note)


def _line(name: str, signed: bytes) -> str:
    return f"— {name} {base64.b64encode(bytes(4) + signed).decode()}\n"


def _bad_notes(cases: Cases, text: str, note: str) -> None:
    signed = note[len(text) + 1 :]
    spare = base64.b64encode(bytes(5)).decode()
    room = MOST_NOTE_BYTES - len(sign_note("\n", HOST, RELAY).encode())
    faults = {
        "empty": "",
        "no signature": text + "\n",
        "no empty line": text + signed,
        "another text": text.replace("Ä", "A") + "\n" + signed,
        "the text's last line end left out": text[:-1] + "\n" + signed,
        "the note's last line end left out": note[:-1],
        "a line end more": note + "\n",
        "signed by another key": sign_note(text, HOST, OTHER),
        "signed under another name": sign_note(text, "harrow.example", RELAY),
        "another key's hash": text + "\n" + line(HOST, OTHER.public, RELAY.sign(text.encode())),
        "a second signature by this key that fails": note + line(HOST, RELAY.public, bytes(64)),
        "a signature of 63 bytes": text + "\n" + line(HOST, RELAY.public, RELAY.sign(text.encode())[:63]),
        "a hyphen for the dash": note.replace("—", "-"),
        "two spaces": note.replace("— ", "—  "),
        "a space at the end": note[:-1] + " \n",
        "a carriage return": note.replace("\n", "\r\n"),
        "a tab in the text": sign_note_raw("a\tb\n"),
        "base64url": note + "— w.example " + "-_" * 4 + "\n",
        "base64 without padding": note[:-2] + "\n",
        "base64 with unused bits": note[:-3] + chr(ord(note[-3]) + 1) + "=\n",
        "an unknown line of 4 bytes": note + "— w.example AAAAAA==\n",
        "an unknown line without a name": note + f"—  {spare}\n",
        "an unknown name with a plus sign": note + f"— a+b {spare}\n",
        "an unknown name with a wide space": note + f"— a\u3000b {spare}\n",
        "an unknown line that is none": note + "signed by me\n",
        "above 16 KiB": sign_note_raw("x" * (room + 1) + "\n"),
        "above 16 KiB with an unknown line": sign_note("x" * room + "\n", HOST, RELAY) + f"— w {spare}\n",
    }
    for name, changed in faults.items():
        cases.bad(name, "notes.open_note", note=changed, name=HOST, public=RELAY.public)
    spaced = text + "\n" + line("in box", RELAY.public, RELAY.sign(text.encode()))
    cases.bad("a name with a space", "notes.open_note", note=spaced, name="in box", public=RELAY.public)


def sign_note_raw(text: str) -> str:
    """Sign a text honestly that no note may have."""
    return text + "\n" + line(HOST, RELAY.public, RELAY.sign(text.encode()))


# --- log ---


def log_cases(cases: Cases) -> None:
    """Fill `log.json`."""
    for size in range(9):
        entries = RFC_6962_ENTRIES[:size]
        cases.good(f"RFC 6962's reference entries, {size}", "log.tree_root", entries=entries)
    _inclusions(cases)
    _consistencies(cases)
    _checkpoints(cases)
    zero = bytes(32)
    cases.good(
        "a statement", "log.statement_entry", blind=secret("blind"), statement_hash=secret("statement")
    )
    cases.good("a day", "log.day_entry", day_key=secret("day key", 1_300))
    cases.good("a day destroyed", "log.day_gone_entry", day_gone=secret("day gone", 152))
    for number in (4, 5):
        cases.good(f"type {number}", "log.batch_entry", entry_type=number, day=DAY, root=zero)
    cases.bad("blind of 31 bytes", "log.statement_entry", blind=zero[1:], statement_hash=zero)
    cases.bad("day key of 1,299 bytes", "log.day_entry", day_key=bytes(1_299))
    cases.bad("day destroyed of 153 bytes", "log.day_gone_entry", day_gone=bytes(153))
    cases.bad("type 3", "log.batch_entry", entry_type=3, day=DAY, root=zero)
    cases.bad("day above 2**32", "log.batch_entry", entry_type=4, day=2**32, root=zero)
    cases.bad("root of 33 bytes", "log.batch_entry", entry_type=4, day=DAY, root=bytes(33))


def _tree(size: int) -> list[bytes]:
    return [log.leaf_hash(secret(f"entry {at}", 33)) for at in range(size)]


def _inclusions(cases: Cases) -> None:
    verify = "log.verify_inclusion"
    for index, size in (
        (0, 1),
        (0, 2),
        (1, 2),
        (2, 3),
        (0, 7),
        (3, 7),
        (6, 7),
        (5, 8),
        (300, 301),
        (255, 1_000),
    ):
        tree = _tree(size)
        path = log.inclusion_path(tree, index)
        cases.good(
            f"{index} of {size}",
            verify,
            index=index,
            size=size,
            leaf=tree[index],
            path=path,
            root=log.tree_root(tree),
        )
    tree = _tree(7)
    path = log.inclusion_path(tree, 3)
    good: dict[str, Any] = {"index": 3, "size": 7, "leaf": tree[3], "path": path, "root": log.tree_root(tree)}
    faults: dict[str, dict[str, Any]] = {
        "another index": {"index": 2},
        "a smaller tree's size": {"size": 4},
        "index outside": {"index": 7},
        "size 0": {"size": 0, "index": 0, "path": []},
        "size 2**53": {"size": 2**53},
        "another leaf": {"leaf": tree[2]},
        "another root": {"root": secret("root")},
        "a hash less": {"path": path[:-1]},
        "a hash more": {"path": [*path, bytes(32)]},
        "hashes exchanged": {"path": [path[1], path[0], *path[2:]]},
        "a hash of 31 bytes": {"path": [path[0][:31], *path[1:]]},
        "leaf of 33 bytes": {"leaf": tree[3] + b"\0"},
    }
    for name, changes in faults.items():
        cases.bad(name, verify, **(good | changes))
    big = 2**52 + 1  # where arithmetic of 32 bits, or of shifts, gives another path
    deep = log.inclusion_ranges(big - 1, big)
    assert len(deep) == 1
    root = log.node_hash(bytes(32), tree[0])
    cases.good(
        "the last of 2**52 + 1", verify, index=big - 1, size=big, leaf=tree[0], path=[bytes(32)], root=root
    )


def _consistencies(cases: Cases) -> None:
    verify = "log.verify_consistency"
    tree = _tree(600)
    for first, second in (
        (0, 0),
        (0, 5),
        (1, 1),
        (1, 2),
        (2, 3),
        (3, 7),
        (4, 7),
        (6, 7),
        (6, 8),
        (8, 8),
        (256, 600),
        (301, 600),
    ):
        given = tree[:second]
        roots = {"first_root": log.tree_root(tree[:first]), "second_root": log.tree_root(given)}
        path = log.consistency_path(given, first)
        cases.good(f"{first} in {second}", verify, first=first, second=second, path=path, **roots)
    path = log.consistency_path(tree[:7], 3)
    good: dict[str, Any] = {
        "first": 3,
        "second": 7,
        "path": path,
        "first_root": log.tree_root(tree[:3]),
        "second_root": log.tree_root(tree[:7]),
    }
    other = log.tree_root([*tree[:2], bytes(32)])
    faults: dict[str, dict[str, Any]] = {
        "another beginning": {"first_root": other},
        "another end": {"second_root": secret("root")},
        "roots exchanged": {"first_root": good["second_root"], "second_root": good["first_root"]},
        "another first size": {"first": 2},
        "a smaller second size": {"second": 4},
        "second before first": {"first": 7, "second": 3},
        "a hash less": {"path": path[:-1]},
        "a hash more": {"path": [*path, bytes(32)]},
        "no path": {"path": []},
        "a hash of 33 bytes": {"path": [path[0] + b"\0", *path[1:]]},
        "equal sizes, other roots": {"second": 3, "path": []},
        "equal sizes and a path": {"second": 3, "second_root": good["first_root"], "path": path[:1]},
        "from nothing, another empty root": {"first": 0, "path": []},
        "from nothing and a path": {"first": 0, "first_root": log.EMPTY_ROOT, "path": path[:1]},
        "nothing with a root": {"first": 0, "second": 0, "path": [], "first_root": log.EMPTY_ROOT},
        "size 2**53": {"second": 2**53},
    }
    for name, changes in faults.items():
        cases.bad(name, verify, **(good | changes))


def _checkpoints(cases: Cases) -> None:
    parse, origin = "log.parse_checkpoint", f"{HOST}/log"
    root = log.tree_root(_tree(7))
    text = log.Checkpoint(origin, 7, root).encode()
    cases.good("of 7 entries", parse, text=text)
    cases.good("of none", parse, text=log.Checkpoint(origin, 0, log.EMPTY_ROOT).encode())
    cases.good("of 2**53 - 1", parse, text=log.Checkpoint("h:1/log", 2**53 - 1, root).encode())
    encoded = base64.b64encode(root).decode()
    faults = {
        "empty": "",
        "no origin": text.removeprefix(origin),
        "an origin with a space": "a b" + text.removeprefix(origin),
        "an origin that is not ASCII": "é" + text.removeprefix(origin),
        "an extension line": text + "more\n",
        "an empty line more": text + "\n",
        "the last line end left out": text[:-1],
        "a zero before the size": text.replace("\n7\n", "\n07\n"),
        "a sign before the size": text.replace("\n7\n", "\n+7\n"),
        "a size in other digits": text.replace("\n7\n", "\n\u0667\n"),
        "size 2**53": text.replace("\n7\n", f"\n{2**53}\n"),
        "size beyond 2**53": text.replace("\n7\n", f"\n{2**53 + 1}\n"),
        "no entries, another root": text.replace("\n7\n", "\n0\n"),
        "root of 31 bytes": text.replace(encoded, base64.b64encode(root[:31]).decode()),
        "root in base64url": text.replace(encoded, to_base64url(root) + "="),
        "root without padding": text.replace(encoded, encoded.rstrip("=")),
    }
    for name, changed in faults.items():
        if changed == text:
            raise AssertionError(name)
        cases.bad(name, parse, text=changed)


# --- receipts ---


LEAVES = tuple(
    Leaf(secret(f"leaf {n}"), secret(f"leaf envelope {n}", 16), secret(f"leaf hash {n}")) for n in range(3)
)
REMOVED: dict[str, Any] = {
    "done_at": NOW + 500,
    "asked": 5,
    "removed": 4,
    "left": 1,
    "envelopes": 3,
    "files": 1,
    "rows_left": 1,
    "blobs_left": 0,
    "journal": "truncated",
    "keys_until": 20_718 * 86_400,
    "backups_until": NOW + 500,
}


def _head(number: int, previous: str, mailbox: bytes = CLIENT_MAILBOX) -> dict[str, Any]:
    return {
        "receipt_id": secret(f"receipt {number}", 16),
        "mailbox": mailbox_pseudonym(mailbox),
        "number": number,
        "previous_hash": receipt_hash(previous) if previous else ZERO_HASH,
    }


def receipt_chain() -> list[tuple[Receipt, str]]:
    """Return an acceptance, a deletion and a certificate of one mailbox, with their notes."""
    taken = Acceptance(**_head(1, ""), leaves_root=leaves_root(Acceptance, LEAVES), count=3, day=DAY)
    first = sign_note(taken.encode(), HOST, RELAY)
    dues = {"due_first": NOW, "due_last": NOW + 400}
    gone = Deletion(**_head(2, first), **REMOVED, **dues, leaves_root=leaves_root(Deletion, LEAVES))
    second = sign_note(gone.encode(), HOST, RELAY)
    instants = {"began_at": NOW - 86_400, "work_ended_at": NOW - 60, "hold_ended_at": NOW}
    closed = Closing(**_head(3, second), **REMOVED, **instants, notes=1, acts=4, chain=2)
    return [(taken, first), (gone, second), (closed, sign_note(closed.encode(), HOST, RELAY))]


def receipt_cases(cases: Cases) -> None:
    """Fill `receipts.json`."""
    parse = "receipts.parse_receipt"
    chain = receipt_chain()
    texts = [receipt.encode() for receipt, _ in chain]
    for name, text in zip(("an acceptance", "a deletion", "a certificate"), texts, strict=True):
        cases.good(name, parse, text=text)
    clean = replace(chain[1][0], left=0, asked=4, rows_left=0, journal="busy")  # type: ignore[arg-type]
    cases.good("a deletion without rest", parse, text=clean.encode())
    cases.good("its hash", "receipts.receipt_hash", note=chain[0][1])
    cases.good("the client's", "receipts.mailbox_pseudonym", mailbox_id=CLIENT_MAILBOX)
    cases.bad("id of 17 bytes", "receipts.mailbox_pseudonym", mailbox_id=CLIENT_MAILBOX + b"\0")
    leaves = [_leaf(leaf) for leaf in LEAVES]
    for kind, of in (("acceptance", leaves), ("deletion", leaves), ("deletion", [])):
        cases.good(f"{kind} of {len(of)}", "receipts.leaves_root", kind=kind, leaves=of)
    short = {**leaves[0], "nonce": leaves[0]["nonce"][:31]}
    cases.bad("nonce of 31 bytes", "receipts.leaves_root", kind="deletion", leaves=[short])
    _bad_receipts(cases, *texts)
    _files(cases, chain)


def _leaf(leaf: Leaf) -> dict[str, bytes]:
    return {"nonce": leaf.nonce, "envelope_id": leaf.envelope_id, "envelope_hash": leaf.envelope_hash}


def _without(text: str, name: str) -> str:
    return "".join(one for one in text.splitlines(keepends=True) if not one.startswith(name + ": "))


def _with(text: str, name: str, value: str) -> str:
    """Put a value into a line."""
    lines = [
        f"{name}: {value}\n" if one.startswith(name + ": ") else one for one in text.splitlines(keepends=True)
    ]
    changed = "".join(lines)
    if changed == text:
        raise AssertionError(name)
    return changed


def _bad_receipts(cases: Cases, taken: str, gone: str, closed: str) -> None:
    zeros = to_base64url(ZERO_HASH)
    lines = taken.splitlines(keepends=True)
    faults = {
        "empty": "",
        "another first line": taken.replace("/v1", "/v2"),
        "no lines": lines[0],
        "the last line end left out": taken[:-1],
        "an empty line more": taken + "\n",
        "lines not ascending": "".join([lines[0], lines[2], lines[1], *lines[3:]]),
        "a line twice": "".join([*lines[:2], *lines[1:]]),
        "an unknown line": taken + "zeal: 1\n",
        "a line of another kind": _without(taken, "day") + "done: 1\n",
        "type of no kind": _with(taken, "type", "renewal"),
        "type named like an object's own": _with(taken, "type", "constructor"),
        "no type": _without(taken, "type"),
        "no space after the colon": taken.replace("day: ", "day:"),
        "two spaces after the colon": taken.replace("day: ", "day:  "),
        "a space at the end": taken.replace(f"day: {DAY}", f"day: {DAY} "),
        "a zero before a number": _with(taken, "count", "03"),
        "a negative number": _with(taken, "day", "-1"),
        "a number of other digits": _with(taken, "count", "\u0663"),
        "number 2**53": _with(taken, "day", str(2**53)),
        "id of 15 bytes": _with(taken, "receipt", "A" * 20),
        "hash of 31 bytes": _with(taken, "leaves", to_base64url(bytes(31))),
        "hash with padding": _with(taken, "leaves", zeros + "="),
        "hash with unused bits": _with(taken, "leaves", zeros[:-1] + "B"),
        "first with a previous one": _with(taken, "previous", to_base64url(secret("previous"))),
        "second without a previous one": _with(taken, "number", "2"),
        "number 0": _with(gone, "number", "0"),
        "acceptance of nothing": _with(taken, "count", "0"),
        "counts that do not add up": _with(gone, "asked", "6"),
        "removed things that do not add up": _with(gone, "files", "2"),
        "first due after the last": _with(gone, "due-first", str(NOW + 401)),
        "rows: left 0": _with(gone, "rows", "left 0"),
        "rows: a number": _with(gone, "rows", "1"),
        "rows: another word": _with(gone, "rows", "gone"),
        "journal: another word": _with(gone, "journal", "kept"),
        "proves more": _with(gone, "does-not-prove", "nothing"),
        "a certificate with leaves": closed.replace("left:", f"leaves: {zeros}\nleft:"),
        "a certificate's chain": _with(closed, "chain", "3"),
        "a certificate's counts": _with(closed, "removed", "5"),
    }
    for name, text in faults.items():
        cases.bad(name, "receipts.parse_receipt", text=text)


# --- files of receipts ---


def receipt_file(chain: list[tuple[Receipt, str]]) -> ReceiptFile:
    """Return a file: the chain, the first two of it logged, and another mailbox's later receipt."""
    filed, entries = [], [log.statement_entry(bytes(32), bytes(32))]
    for order, (receipt, note) in enumerate(chain, 1):
        hashes = log.padded([secret("before"), receipt_hash(note), secret("after")], secret_of("padding"))
        tree = [log.leaf_hash(one) for one in hashes]
        entries.append(log.batch_entry(entry_type(receipt), DAY, log.tree_root(tree)))
        batch = Batch(order, DAY, 1, tuple(log.inclusion_path(tree, 1)))
        leaves = () if isinstance(receipt, Closing) else LEAVES
        filed.append(FiledReceipt(order, note, leaves, batch if order < 3 else None))
    later = Acceptance(
        **_head(9, "before", COACH_MAILBOX), leaves_root=leaves_root(Acceptance, LEAVES[:1]), count=1, day=DAY
    )
    filed.append(FiledReceipt(4, sign_note(later.encode(), HOST, RELAY), LEAVES[:1]))
    tree = [log.leaf_hash(entry) for entry in entries]
    text = log.Checkpoint(f"{HOST}/log", len(tree), log.tree_root(tree)).encode()
    proofs = {index: tuple(log.inclusion_path(tree, index)) for index in (1, 2)}
    return ReceiptFile(KEYS, tuple(filed), sign_note(text, f"{HOST}/log", LOG), proofs)


def secret_of(name: str) -> Callable[[int], bytes]:
    """Return a source that gives the same each time."""
    return lambda size_bytes: secret(name, size_bytes)


def _files(cases: Cases, chain: list[tuple[Receipt, str]]) -> None:
    check, good = "receipt_check.check_receipt_file", receipt_file(chain)
    pinned = {"host": HOST, "relay_public": RELAY.public, "log_public": LOG.public}
    cases.good("its own keys", check, file=good.encode().decode(), pinned=None)
    cases.good("nothing in it", check, file=ReceiptFile(KEYS, ()).encode().decode(), pinned=None)
    cases.good("pinned keys", check, file=good.encode().decode(), pinned=pinned)
    cases.good(
        "another relay's pinned",
        check,
        file=good.encode().decode(),
        pinned={**pinned, "relay_public": OTHER.public},
    )
    cases.good(
        "another log's pinned",
        check,
        file=good.encode().decode(),
        pinned={**pinned, "log_public": OTHER.public},
    )
    cases.good(
        "another host pinned", check, file=good.encode().decode(), pinned={**pinned, "host": "b.example"}
    )
    decimal = good.encode().decode().replace('"order":1,', '"order":1.0,')
    cases.good("an order written as 1.0", check, file=decimal, pinned=None)
    one = good.receipts[0]
    assert one.batch is not None
    lies: dict[str, FiledReceipt] = {
        "another's signature": replace(one, note=sign_note(chain[0][0].encode(), HOST, OTHER)),
        "a note that is no receipt": replace(one, note=sign_note("hello\n", HOST, RELAY)),
        "a leaf left out": replace(one, leaves=LEAVES[:2]),
        "leaves exchanged": replace(one, leaves=LEAVES[::-1]),
        "leaves of a deletion": replace(good.receipts[1], order=1),
        "another place in the batch": replace(one, batch=replace(one.batch, position=0)),
        "another day": replace(one, batch=replace(one.batch, day=DAY + 1)),
        "another entry": replace(one, batch=replace(one.batch, index=2)),
        "an entry without a proof": replace(one, batch=replace(one.batch, index=3)),
        "the last place": replace(one, order=5),
        "no batch": replace(one, batch=None),
    }
    more = replace(chain[0][0], count=4)  # type: ignore[arg-type]
    lies["a count that its leaves do not come to"] = replace(one, note=sign_note(more.encode(), HOST, RELAY))
    for name, lie in lies.items():
        file = replace(good, receipts=(lie, *good.receipts[1:]))
        cases.good(name, check, file=file.encode().decode(), pinned=pinned)
    stray = sign_note(log.Checkpoint(f"{HOST}/log", 4, secret("root")).encode(), f"{HOST}/log", LOG)
    foreign = sign_note(log.Checkpoint("b.example/log", 4, secret("root")).encode(), f"{HOST}/log", LOG)
    torn = replace(chain[1][0], previous_hash=secret("another receipt"))
    third = replace(good.receipts[1], note=sign_note(torn.encode(), HOST, RELAY))
    others: dict[str, ReceiptFile] = {
        "a receipt after another one": replace(good, receipts=(good.receipts[0], third, *good.receipts[2:])),
        "a receipt left out of the chain": replace(good, receipts=good.receipts[::2]),
        "the beginning left out": replace(good, receipts=good.receipts[1:]),
        "another root": replace(good, checkpoint=stray),
        "another origin": replace(good, checkpoint=foreign),
        "no checkpoint": replace(good, checkpoint=None),
        "a checkpoint that is no note": replace(good, checkpoint="x"),
        "leaves of a certificate": replace(
            good, receipts=(*good.receipts[:2], replace(good.receipts[2], leaves=LEAVES))
        ),
    }
    for name, file in others.items():
        cases.good(name, check, file=file.encode().decode(), pinned=pinned)
    _bad_files(cases, good)


def _bad_files(cases: Cases, good: ReceiptFile) -> None:
    def changed(path: str, value: object) -> str:
        fields = json.loads(good.encode())
        *steps, last = [int(step) if step.isdigit() else step for step in path.split(".")]
        target = fields
        for step in steps:
            target = target[step]
        target[last] = value
        return json.dumps(fields)

    faults = {
        "empty": "",
        "a list": "[]",
        "a name twice": good.encode().decode().replace('"version":1', '"version":1,"version":1'),
        "version 2": changed("version", 2),
        "version true": changed("version", value=True),
        "no host": changed("host", None),
        "relay key of small order": changed("relay_key", "AQ" + "A" * 41),
        "log key of 31 bytes": changed("log_key", "A" * 42),
        "checkpoint a number": changed("checkpoint", 1),
        "receipts no list": changed("receipts", {}),
        "a receipt no object": changed("receipts.0", "x"),
        "an order twice": changed("receipts.0.order", 2),
        "a negative order": changed("receipts.0.order", -1),
        "an order with a fraction": changed("receipts.0.order", 1.5),
        "order 2**53": changed("receipts.0.order", 2**53),
        "a note no text": changed("receipts.0.receipt", 7),
        "leaves missing": changed("receipts.0.leaves", None),
        "a leaf's nonce of 31 bytes": changed("receipts.0.leaves.0.nonce", "A" * 42),
        "a position outside the batch": changed("receipts.0.batch.position", 4),
        "day 2**32": changed("receipts.0.batch.day", 2**32),
        "a path of 54 hashes": changed("receipts.0.batch.path", ["A" * 43] * 54),
        "a step of 31 bytes": changed("receipts.0.batch.path.0", "A" * 42),
        "an index twice": changed("proofs.0.index", 2),
        "a proof no list": changed("proofs.0.proof", "x"),
    }
    for name, file in faults.items():
        cases.bad(name, "receipt_check.check_receipt_file", file=file, pinned=None)
