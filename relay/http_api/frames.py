"""Frames: the binary body of a deposit. Owns its layout (docs/protocol.md, part 13); that of rows is in
`relay.core.rows`.

A deposit is read on the fastest path of the relay: by offsets, each length checked before it is used.
"""

from __future__ import annotations

import struct
from typing import Final

from relay.core.admission import BLOB_ID_BYTES, MOST_BLOBS, read
from relay.core.errors import Malformed
from relay.core.model import SealedEnvelope

MOST_GROUPS: Final = 64
MOST_ENVELOPES: Final = 17

_COUNT: Final = struct.Struct(">H")
_LENGTH: Final = struct.Struct(">I")


def parse_deposit(body: bytes) -> list[list[SealedEnvelope]]:
    """Groups of envelopes: count 2 ‖ groups of count 2 ‖ (bytes₄ ‖ blob count 2 ‖ blob ids 32). Raises
    Malformed, TooLarge.
    """
    try:
        groups, at = _read_groups(body)
    except struct.error:
        raise Malformed("deposit is too short") from None
    if at != len(body):
        raise Malformed("bytes follow the last group")
    return groups


def _read_groups(body: bytes) -> tuple[list[list[SealedEnvelope]], int]:
    (count,) = _COUNT.unpack_from(body)
    if not 1 <= count <= MOST_GROUPS:
        raise Malformed("number of groups")
    at = _COUNT.size
    groups = []
    for _ in range(count):
        (envelope_count,) = _COUNT.unpack_from(body, at)
        if not 1 <= envelope_count <= MOST_ENVELOPES:
            raise Malformed("number of envelopes")
        at += _COUNT.size
        group = []
        for _ in range(envelope_count):
            envelope, at = _read_envelope(body, at)
            group.append(envelope)
        groups.append(group)
    return groups, at


def _read_envelope(body: bytes, at: int) -> tuple[SealedEnvelope, int]:
    (size_bytes,) = _LENGTH.unpack_from(body, at)
    start = at + _LENGTH.size
    stop = start + size_bytes
    (blob_count,) = _COUNT.unpack_from(body, stop)  # past the end: struct.error, so the envelope is whole
    at = stop + _COUNT.size
    if not blob_count:
        return read(body[start:stop]), at
    end = at + blob_count * BLOB_ID_BYTES
    if blob_count > MOST_BLOBS or end > len(body):
        raise Malformed("blob ids")
    blob_ids = tuple(body[one : one + BLOB_ID_BYTES] for one in range(at, end, BLOB_ID_BYTES))
    return read(body[start:stop], blob_ids), end
