"""An independent check of a file of receipts, written from docs/protocol.md, part 16, alone: it imports
nothing of ours. `python tests/receipts/independent.py FILE` says `good` for each receipt, or what is wrong.

It trusts the two keys that the file names: whoever has pinned them compares what it prints first.
"""

from __future__ import annotations

import base64
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from nacl.signing import VerifyKey


def sha(*parts: bytes) -> bytes:
    """SHA-256 of the parts in a row."""
    return hashlib.sha256(b"".join(parts)).digest()


def label(name: str) -> bytes:
    """A label of this protocol."""
    return b"quietbox/v1/" + name.encode() + b"\0"


def raw(text: str) -> bytes:
    """The bytes of base64url without padding."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def opened(note: str, name: str, public: bytes) -> str:
    """The text of a signed note; AssertionError where the signature is not of this key."""
    text, signature_line = note.rsplit("\n\n", 1)
    dash, signer, signed = signature_line.rstrip("\n").split(" ")
    blob = base64.b64decode(signed, validate=True)
    assert [dash, signer] == ["\u2014", name], "another signer"
    assert blob[:4] == sha(name.encode(), b"\n\x01", public)[:4], "another key"
    VerifyKey(public).verify((text + "\n").encode(), blob[4:])
    return text + "\n"


def tree(hashes: list[bytes]) -> bytes:
    """The root of RFC 6962 over leaf hashes."""
    if len(hashes) <= 1:
        return hashes[0] if hashes else sha()
    half = 1 << (len(hashes) - 1).bit_length() - 1
    return sha(b"\x01", tree(hashes[:half]), tree(hashes[half:]))


def climb(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """The root that a leaf and its path give (RFC 9162, 2.1.3.2)."""
    at, last, here = index, size - 1, leaf
    for step in path:
        assert last > 0, "the path is too long"
        if at & 1 or at == last:
            here = sha(b"\x01", step, here)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            here = sha(b"\x01", here, step)
        at, last = at >> 1, last >> 1
    assert last == 0, "the path is too short"
    return here


def fields(text: str) -> dict[str, str]:
    """The lines of a receipt."""
    first, *lines = text.splitlines()
    assert first == "quietbox/receipt/v1", "not a receipt"
    found = dict(line.split(": ", 1) for line in lines)
    assert [line.split(": ", 1)[0] for line in lines] == sorted(found), "lines out of order"
    return found


def leaf_hashes(leaves: list[dict[str, str]], kind: str) -> list[bytes]:
    """The leaf hashes of what a receipt names."""
    made = label("leaf-acc" if kind == "acceptance" else "leaf-del")
    entries = [
        sha(made, raw(one["nonce"]), raw(one["envelope_id"]), raw(one["envelope_hash"])) for one in leaves
    ]
    return [sha(b"\0", entry) for entry in entries]


def check_one(item: dict[str, Any], held: dict[str, Any], before: dict[str, bytes]) -> dict[str, str]:
    """Check the signature of one receipt, its place in its mailbox's chain, and what it names."""
    found = fields(opened(item["receipt"], held["host"], raw(held["relay_key"])))
    mailbox = found["mailbox"]
    if mailbox in before or found["number"] == "1":
        assert raw(found["previous"]) == before.get(mailbox, bytes(32)), "the chain is broken"
    before[mailbox] = sha(label("receipt-hash"), item["receipt"].encode())
    if "leaves" in found:
        assert raw(found["leaves"]) == tree(leaf_hashes(item["leaves"], found["type"])), "other leaves"
    if found["type"] == "deletion":
        assert int(found["asked"]) == int(found["removed"]) + int(found["left"]), "it does not add up"
    return found


def check_logged(item: dict[str, Any], found: dict[str, str], held: dict[str, Any]) -> bool:
    """Check that a receipt is in the log under the file's checkpoint; False where it is not logged yet."""
    batch = item.get("batch")
    proofs = {one["index"]: [raw(step) for step in one["proof"]] for one in held["proofs"]}
    if batch is None or batch["index"] not in proofs:
        return False
    path = [raw(step) for step in batch["path"]]
    here = sha(b"\0", sha(label("receipt-hash"), item["receipt"].encode()))
    for level, step in enumerate(path):
        pair = (step, here) if batch["position"] >> level & 1 else (here, step)
        here = sha(b"\x01", *pair)
    _, size, root = opened(held["checkpoint"], held["host"] + "/log", raw(held["log_key"])).splitlines()
    kind = bytes([4 if found["type"] == "acceptance" else 5])
    logged = kind + sha(label("leaf-batch"), kind, int(batch["day"]).to_bytes(4, "big"), here)
    got = climb(sha(b"\0", logged), batch["index"], int(size), proofs[batch["index"]])
    assert got == base64.b64decode(root), "not in the log"
    return True


def main(path: str) -> int:
    """Check a file; 0 where all is good."""
    held = json.loads(Path(path).read_bytes())
    print(f"relay key {held['relay_key']}\nlog key   {held['log_key']}")
    before: dict[str, bytes] = {}
    wrong = 0
    for item in held["receipts"]:
        try:
            found = check_one(item, held, before)
            logged = check_logged(item, found, held)
        except Exception as fault:  # noqa: BLE001 - whatever it is, it is not a good receipt
            wrong += 1
            print(f"WRONG  {fault or type(fault).__name__}")
        else:
            print(f"good   {found['type']} {found['number']}{', logged' if logged else ''}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
