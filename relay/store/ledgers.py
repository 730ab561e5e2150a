"""The ledgers of all relays of one database, as one (docs/protocol.md, part 17). Owns their order, where
those of one machine are, and their names: the database knows who wrote one, so that a restore without it is
noticed.
"""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Callable, Iterator, Sequence
from heapq import merge
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

from relay.store.deletion_files import INSTANT, LedgerDamaged, Record, records_since

NAME_FILE: Final = "name"
NAME_BYTES: Final = 8
OTHERS_FILE: Final = "others"
"""Beside a ledger: all that its database knew when it was last looked at, also those that were begun after a
backup, which that cannot know."""
MOST_OTHERS: Final = 65_536
NOTED: Final = "ledger {} {}"
"""The note of a database on a ledger: its name, and where it is, for people; its value is when it was last
opened.
"""
KNOWN: Final = "SELECT name, value FROM notes WHERE name LIKE 'ledger %' ORDER BY name"
FORGET: Final = "DELETE FROM notes WHERE name LIKE 'ledger %'"
_NAME: Final = re.compile(r"[0-9a-f]{16}")
_NOTE: Final = re.compile(r"(?P<at>\d{1,15}) ledger (?P<name>[0-9a-f]{16}) (?P<place>[A-Za-z0-9. -]{1,80})")
_HOST: Final = re.compile(r"[^A-Za-z0-9.-]")
_HOST_LENGTH: Final = 64


def ledger_folder(root: Path, number: int) -> Path:
    """Where the relay of that number, of those that share a folder, has its ledger: two programs never write
    to one.
    """
    return root if number == 1 else root / str(number)


def ledgers_in(root: Path) -> list[Path]:
    """All of them. Raises OSError."""
    return [root, *sorted(path for path in root.iterdir() if path.is_dir() and path.name.isdecimal())]


def name_in(folder: Path) -> str | None:
    """The name of the ledger there, 16 hexadecimal digits; None where none was drawn. Raises LedgerDamaged,
    OSError.
    """
    path = folder / NAME_FILE
    if not path.exists():
        return None
    name = path.read_text("ascii", "replace").strip()
    if not _NAME.fullmatch(name):
        raise LedgerDamaged(f"{path} does not hold a name")
    return name


def named(folder: Path, random: Callable[[int], bytes]) -> str:
    """The same; one is drawn and synced where there is none yet."""
    name = name_in(folder)
    if name is None:
        name = random(NAME_BYTES).hex()
        _put(folder / NAME_FILE, f"{name}\n")
    return name


def note_others(folder: Path, notes: Sequence[tuple[str, int]]) -> None:
    """Write down which ledgers the database knows, by its notes. Raises OSError."""
    _put(folder / OTHERS_FILE, "".join(f"{value} {note}\n" for note, value in notes))


def others_in(folder: Path) -> dict[str, tuple[str, int]]:
    """As `known_to`, what was written down beside a ledger. Raises LedgerDamaged, OSError."""
    path = folder / OTHERS_FILE
    if not path.exists():
        return {}
    with path.open("r", encoding="ascii", errors="replace") as file:
        lines = file.read(MOST_OTHERS).splitlines()
    found = [_NOTE.fullmatch(line) for line in lines]
    if not all(found):
        raise LedgerDamaged(f"{path} does not hold names of ledgers")
    return {one["name"]: (one["place"], int(one["at"])) for one in found if one is not None}


def _put(path: Path, text: str) -> None:
    """The whole of a file, or as it was."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(descriptor)
    fresh.replace(path)


def place_of(folder: Path) -> str:
    """Where it is, for people: the machine's name, and the relay's number there."""
    host = _HOST.sub("", socket.gethostname())[:_HOST_LENGTH] or "a machine"
    return f"{host} {folder.name if folder.name.isdecimal() else 1}"


def known_to(database: Any) -> dict[str, tuple[str, int]]:
    """The ledgers that a database was written with: names, where each was, and when it was last opened."""
    found = {}
    for note, opened_at in database.execute(KNOWN).fetchall():
        _, name, place = note.split(" ", 2)
        found[name] = place, opened_at
    return found


def records_of(folders: Sequence[Path]) -> Iterator[Record]:
    """All records of these ledgers, by the server's clock where it was told; of each ledger in the order of
    writing. Raises LedgerDamaged, OSError.
    """
    for _, record in merge(*map(_timed, folders), key=itemgetter(0)):
        yield record


def _timed(folder: Path) -> Iterator[tuple[int, Record]]:
    """Each with the newest instant before it, 0 before the first."""
    at = 0
    for record in records_since(folder, 0):
        if record.kind == INSTANT:
            at = max(at, int.from_bytes(record.body, "big"))
        else:
            yield at, record
