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


FAULTS: Final = (sqlite3.Error, Fault)
VIOLATIONS: Final = (sqlite3.IntegrityError, Violation)
