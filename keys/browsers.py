"""Browsers: what a person's software calls the ways in of their browsers, in the vault.

Owns the item's bytes. A label is for its owner's eye alone, and decides nothing. (docs/protocol.md, part 8.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from keys.encoding import Reader, ascending, counted_text, exact, u8, u16, u64
from keys.errors import Malformed
from keys.names import ID_BYTES

MOST_BROWSERS: Final = 32
MOST_LABEL_BYTES: Final = 48

_VERSION: Final = u8(1)


@dataclass(frozen=True, slots=True)
class Browser:
    """A way in of a browser: days (their first second) on which it was made and last opened."""

    method_id: bytes
    added_on: int
    used_on: int
    label: str


def encode_browsers(browsers: Sequence[Browser]) -> bytes:
    """Return the bytes of the item `browsers`; order does not matter. Malformed beyond its limits."""
    rows = sorted(map(_row, browsers))
    _check([one.label for one in browsers], [row[:ID_BYTES] for row in rows])
    return _VERSION + u16(len(rows)) + b"".join(rows)


def parse_browsers(plain: bytes) -> tuple[Browser, ...]:
    """Parse the item `browsers` strictly."""
    reader = Reader(plain)
    reader.expect(_VERSION, "version")
    browsers = tuple(
        Browser(reader.take(ID_BYTES), reader.u64(), reader.u64(), reader.text(1))
        for _ in range(reader.u16())
    )
    reader.finish()
    _check([one.label for one in browsers], [one.method_id for one in browsers])
    return browsers


def _row(one: Browser) -> bytes:
    method_id = exact(one.method_id, ID_BYTES, "method id")
    return method_id + u64(one.added_on) + u64(one.used_on) + counted_text(one.label, 1)


def _check(labels: Sequence[str], ids: list[bytes]) -> None:
    if len(ids) > MOST_BROWSERS or any(len(label.encode("utf-8")) > MOST_LABEL_BYTES for label in labels):
        raise Malformed("too many browsers, or a label that is too long")
    ascending(ids, "method ids")
