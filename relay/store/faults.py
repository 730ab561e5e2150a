"""What goes wrong with a database, by names that both bodies share. Owns no decision what to do about it."""

from __future__ import annotations

import sqlite3
from typing import Final


class Fault(Exception):
    """PostgreSQL did not do it."""


class Violation(Fault):
    """A constraint forbids it."""


class Repeat(Fault):
    """Another transaction was in the way; the whole may succeed if it is run again."""


class NotUsable(Exception):
    """A database of a server cannot be used for what a command wants; the text is a sentence. `reachable`
    says whether the server answered.
    """

    def __init__(self, sentence: str, *, reachable: bool = True) -> None:
        super().__init__(sentence)
        self.reachable = reachable


REPEATED: Final = frozenset({"40001", "40P01"})
"""Serialisation failure and deadlock (PostgreSQL, Appendix A): run again, the transaction may succeed."""
FAULTS: Final = (sqlite3.Error, Fault)
VIOLATIONS: Final = (sqlite3.IntegrityError, Violation)

PASSING: Final = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_NOMEM}


def passes(fault: Exception) -> bool:
    """Whether the same may be done later: it was the disk's or the server's trouble, not the work's own."""
    if isinstance(fault, sqlite3.OperationalError):
        code = getattr(fault, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF  # without its extension
        return code in PASSING
    return type(fault) is Fault
