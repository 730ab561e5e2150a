"""Rows as they travel: kind 1 ‖ order 8 ‖ received day 4 ‖ bytes₄ of an envelope or a tombstone. Owns that
layout (docs/protocol.md, part 13); reads nothing of an envelope.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from typing import Final

from relay.core.model import Row

HEAD: Final = struct.Struct(">BQII")
"""Kind, order, received day, length of what follows."""
TOMBSTONE: Final = struct.Struct(">16sBI")
"""Envelope id, reason, the day on which it went."""
ENVELOPE_KIND: Final = 1
TOMBSTONE_KIND: Final = 2


def encode_rows(rows: Iterable[Row]) -> bytes:
    """A page of rows, one after another. `relay.store.pages` makes the same without a row in Python."""
    pieces: list[bytes] = []
    for order, envelope_id, day, raw, reason in rows:
        if raw is not None:
            pieces += (HEAD.pack(ENVELOPE_KIND, order, day, len(raw)), raw)
        else:
            pieces.append(HEAD.pack(TOMBSTONE_KIND, order, day, TOMBSTONE.size))
            pieces.append(TOMBSTONE.pack(envelope_id, reason or 0, day))
    return b"".join(pieces)
