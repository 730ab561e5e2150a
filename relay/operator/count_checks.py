"""What `relay doctor` looks at of counts that stand beside what they count: a mailbox's bytes and newest
position, a file's bytes. Owns these checks; mends nothing, and shows nothing of a person.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Final

from relay.operator.findings import FINE, WRONG, Finding
from relay.store.counts import wrong_files, wrong_mailboxes

COUNT: Final = "end the relay, then `relay restore --replay` counts anew"
BRING_BACK: Final = "restore the newest backup that has them, with its ledger"


def examine_counts(reader: sqlite3.Connection, now: int) -> Iterator[Finding]:
    """All checks; `reader` shows one snapshot."""
    mailboxes, files = wrong_mailboxes(reader, now), wrong_files(reader, now)
    if mailboxes:
        found = f"{mailboxes} do not say what is in them: they take too much, or too little"
        yield Finding("data", "mailboxes", WRONG, found, COUNT)
    else:
        yield Finding("data", "mailboxes", FINE, "each says what is in it")
    if files:
        yield Finding("data", "files", WRONG, f"{files} have other bytes than they should", BRING_BACK)
    else:
        yield Finding("data", "files", FINE, "each has all its bytes")
