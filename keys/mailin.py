"""Mail in: what a person has said of mail whose sender was proven by the server that it came from alone.

Owns the vault item `mailin/HEX` (docs/protocol.md, part 18). Must never hold more of a mail than the
beginning of its content id.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from typing import Final

from keys.encoding import Reader, ascending, exact, u16
from keys.errors import Malformed
from keys.names import ID_BYTES

MOST_VERDICTS: Final = 2_048
_VERSION: Final = b"\x01"


class Verdict(IntEnum):
    """What the owner says of a mail of grade 3."""

    MINE = 1
    NOT_MINE = 2


def encode_verdicts(verdicts: Mapping[bytes, Verdict]) -> bytes:
    """Return the bytes of an item `mailin/...`, by the first 16 bytes of content ids; `Malformed` beyond
    2,048.
    """
    if len(verdicts) > MOST_VERDICTS:
        raise Malformed("at most 2,048 verdicts")
    rows = (exact(start, ID_BYTES, "content id") + bytes([verdicts[start]]) for start in sorted(verdicts))
    return _VERSION + u16(len(verdicts)) + b"".join(rows)


def parse_verdicts(plain: bytes) -> dict[bytes, Verdict]:
    """Parse an item `mailin/...`, by the first 16 bytes of content ids."""
    reader = Reader(plain)
    reader.expect(_VERSION, "version")
    count = reader.between(reader.u16(), 0, MOST_VERDICTS, "number of verdicts")
    rows = [(reader.take(ID_BYTES), _verdict(reader.u8())) for _ in range(count)]
    reader.finish()
    ascending([start for start, _ in rows], "content ids")
    return dict(rows)


def _verdict(number: int) -> Verdict:
    if number not in (Verdict.MINE, Verdict.NOT_MINE):
        raise Malformed("a verdict is 1 or 2")
    return Verdict(number)
