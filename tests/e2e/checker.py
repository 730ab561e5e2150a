"""The checker of tests/e2e/test_walk.py, a program of its own: `python -m tests.e2e.checker FILE` asks the
relay by HTTP, opens its database for reading, reads the raw files, and says what is not as it was promised.

It knows docs/protocol.md and imports nothing of the relay's, and of the tests' the independent check of
receipts and how stored rows are read. FILE is JSON: `origin` and `host` of the relay, its `folder`, the URL
of its `database` or "", tokens of the `people`, whose the `mailboxes` are, and for each of the `things` that
were stored the mailbox, id, date, and 32 bytes out of its middle.
"""

from __future__ import annotations

import base64
import json
import sys
import urllib.request
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.e2e.stored import Stored
from tests.receipts import independent

DOUBLED = "SELECT count(*) FROM (SELECT 1 FROM receipts GROUP BY mailbox_id, number HAVING count(*) > 1) AS d"


def text_of(raw: bytes) -> str:
    """Bytes as base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class Asked:
    """The relay's answers."""

    def __init__(self, held: dict[str, Any]) -> None:
        self.held = held

    @property
    def stored(self) -> Stored:
        """What lies under those answers."""
        return Stored(Path(self.held["folder"]), self.held["database"])

    def get(self, path: str, who: str = "") -> tuple[bytes, int]:
        """One answer, and the relay's time."""
        request = urllib.request.Request(self.held["origin"] + path)
        if who:
            request.add_header("Authorization", f"Bearer {self.held['people'][who]}")
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.read(), int(answer.headers["Quietbox-Time"])

    def json(self, path: str, who: str = "") -> dict[str, Any]:
        """One answer's JSON."""
        return dict(json.loads(self.get(path, who)[0]))

    def envelopes(self, mailbox: str, who: str) -> tuple[list[bytes], list[bytes], int]:
        """What a mailbox shows: envelopes, ids of tombstones, and when."""
        raw, now = self.get(f"/v1/mailboxes/{mailbox}/envelopes?limit=200", who)
        here, gone, at = [], [], 0
        while at < len(raw):
            end = at + 17 + int.from_bytes(raw[at + 13 : at + 17], "big")
            (here if raw[at] == 1 else gone).append(raw[at + 17 : end])
            at = end
        return here, [body[:16] for body in gone], now

    def receipts(self, who: str) -> dict[str, Any]:
        """Somebody's file of receipts, as part 16 has it."""
        about, found, after, more = self.json("/v1/relay"), [], 0, True
        while more:
            page = self.json(f"/v1/receipts?after={after}&limit=100", who)
            found += page["receipts"]
            more, after = page["more"], max([after, *(one["order"] for one in page["receipts"])])
        note = self.get("/v1/log/checkpoint")[0].decode()
        size = int(note.splitlines()[1])
        indexes = {one["batch"]["index"] for one in found if one["batch"]}
        asked = {at: self.json(f"/v1/log/inclusion?index={at}&size={size}")["proof"] for at in indexes}
        return {
            "version": 1,
            "host": self.held["host"],
            "relay_key": about["relay_key"],
            "log_key": about["log_key"],
            "receipts": found,
            "checkpoint": note,
            "proofs": [{"index": at, "proof": proof} for at, proof in asked.items()],
        }


def check_mailboxes(asked: Asked) -> None:
    """Nothing that is due is shown; all that is not is there, once."""
    for mailbox, who in asked.held["mailboxes"].items():
        raws, gone, now = asked.envelopes(mailbox, who)
        here = [text_of(raw[24:40]) for raw in raws]
        assert all(int.from_bytes(raw[56:64], "big") > now for raw in raws), "due, and shown"
        things = [one for one in asked.held["things"] if one["mailbox"] == mailbox]
        living = sorted(one["id"] for one in things if one["expires_at"] > now)
        assert sorted(here) == living, "missing, or there twice"
        dead = sorted(one["id"] for one in things if one["expires_at"] <= now)
        assert sorted(map(text_of, gone)) == dead, "a tombstone is missing, or stands twice"


def check_receipts(asked: Asked) -> None:
    """Each chain is whole, from 1 and without a gap; all that went is in one receipt, and in the log."""
    deleted: Counter[str] = Counter()
    accepted: Counter[str] = Counter()
    for who in asked.held["people"]:
        held = asked.receipts(who)
        before: dict[str, bytes] = {}
        numbers: dict[str, list[int]] = {}
        for item in held["receipts"]:
            found = independent.check_one(item, held, before)
            assert independent.check_logged(item, found, held), "a receipt is not in the log"
            numbers.setdefault(found["mailbox"], []).append(int(found["number"]))
            count = deleted if found["type"] == "deletion" else accepted
            count.update(leaf["envelope_id"] for leaf in item["leaves"])
            assert found.get("left", "0") == "0", "something was left"
        for counted in numbers.values():
            assert counted == list(range(1, len(counted) + 1)), "a number is missing, or stands twice"
    _, now = asked.get("/v1/relay")
    due = Counter(one["id"] for one in asked.held["things"] if one["expires_at"] <= now)
    assert deleted == due, "what went has not one receipt each"
    assert all(times == 1 for times in accepted.values()), "taken in twice"


def check_log(asked: Asked) -> None:
    """The log as it is stored has no gap, and the newest checkpoint is over what it said it was."""
    _, size, root = asked.get("/v1/log/checkpoint")[0].decode().split("\n\n")[0].splitlines()
    stored = asked.stored
    entries = stored.rows("SELECT position, entry FROM log_entries ORDER BY position")
    sizes = [size for (size,) in stored.rows("SELECT size FROM log_checkpoints ORDER BY size")]
    assert [position for position, _ in entries] == list(range(len(entries))), "the log has a gap"
    assert stored.number(DOUBLED) == 0, "a receipt's number stands twice"
    assert int(size) in sizes, "a checkpoint was shown and is not kept"
    leaves = [independent.sha(b"\0", entry) for _, entry in entries[: int(size)]]
    assert independent.tree(leaves) == base64.b64decode(root), "another root"


def check_file(asked: Asked) -> None:
    """Its pages are sound."""
    assert asked.stored.rows("PRAGMA integrity_check") == [("ok",)], "the database is damaged"


def check_raw(asked: Asked) -> None:
    """Of what went no byte is in the raw files; of what is there the same search finds all."""
    _, now = asked.get("/v1/relay")
    whole = b"".join(asked.stored.raw())
    for one in asked.held["things"]:
        for mark in one["marks"]:
            assert (bytes.fromhex(mark) in whole) == (one["expires_at"] > now), "raw bytes: not as promised"


CHECKS = {
    "mailboxes": check_mailboxes,
    "receipts": check_receipts,
    "log": check_log,
}
OF_THE_FILE = {"file": check_file, "raw files": check_raw}
"""On PostgreSQL bytes of what went stay in its WAL for a while: ciphertext, for which no key is left."""


def checks(database: str) -> dict[str, Callable[[Asked], None]]:
    """Those of a relay with that database."""
    return CHECKS if database else CHECKS | OF_THE_FILE


def main(path: str) -> int:
    """Run all checks; 0 where everything is as promised."""
    asked, wrong = Asked(json.loads(Path(path).read_bytes())), 0
    for name, check in checks(asked.held["database"]).items():
        try:
            check(asked)
        except Exception as fault:  # noqa: BLE001 - whatever it is, it was not promised
            wrong += 1
            print(f"WRONG  {name}: {type(fault).__name__} {fault}")
        else:
            print(f"good   {name}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
