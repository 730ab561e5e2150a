"""Runs one vector of the sealed index, in terms of `keys`. README.md says the same for readers in another
language.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from keys import index
from keys.index import IndexRow, Place
from tests.vectors.operations import Outputs, operation

NOBODY = bytes(16)


@operation("index.index_key")
def _index_key(index_base: bytes, day_shares: list[bytes], day: int) -> Outputs:
    return {"key": index.index_key(index_base, day_shares, day)}


@operation("index.parse_rows")
def _parse_rows(plain: bytes, day: int, number: int) -> Outputs:
    rows = index.parse_rows(Place(NOBODY, NOBODY, day, number, 1), plain)
    return {"rows": [_row(row) for row in rows]}


@operation("index.open_segment")
def _open_segment(
    index_base: bytes,
    day_shares: list[bytes],
    account_id: bytes,
    mailbox_id: bytes,
    day: int,
    number: int,
    version: int,
    sealed_box: bytes,
) -> Outputs:
    key = index.index_key(index_base, day_shares, day)
    place = Place(account_id, mailbox_id, day, number, version)
    return {"rows": [_row(row) for row in index.open_segment(key, place, sealed_box)]}


@operation("index.parse_list")
def _parse_list(plain: bytes) -> Outputs:
    found = index.parse_list(plain)
    if index.encode_list(found) != plain:
        raise AssertionError("written again it is another list")
    segments = [[one.day, one.number, one.version, one.box_hash] for one in found.segments]
    return {"below": found.below, "up_to": found.up_to, "segments": segments}


def _row(row: IndexRow) -> dict[str, Any]:
    fields = asdict(row)
    return {name: list(value) if isinstance(value, tuple) else value for name, value in fields.items()} | {
        "raw": index.encode_row(row)
    }
