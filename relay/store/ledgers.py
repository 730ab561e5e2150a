"""The ledgers of all relays of one database, as one (docs/protocol.md, part 17). Owns their order, and where
those of one machine are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from heapq import merge
from operator import itemgetter
from pathlib import Path

from relay.store.deletions import INSTANT, Record, records_since


def ledger_folder(root: Path, number: int) -> Path:
    """Where the relay of that number, of those that share a folder, has its ledger: two programs never write
    to one.
    """
    return root if number == 1 else root / str(number)


def ledgers_in(root: Path) -> list[Path]:
    """All of them. Raises OSError."""
    return [root, *sorted(path for path in root.iterdir() if path.is_dir() and path.name.isdecimal())]


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
