"""Hashes of uploads under way. Owns a running SHA-256 for each of the latest uploads, in memory alone.

It spares reading a finished blob again. It proves nothing that the file does not: what is not here, after a
restart or because too many others came since, is hashed from the file.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from typing import Final, NamedTuple

MOST_UPLOADS: Final = 1024  # each some hundred bytes


class Running(NamedTuple):
    """What the first `hashed_bytes` of a blob come to."""

    hashed_bytes: int
    sha256: hashlib._Hash


class Hashes:
    """Running hashes by blob id."""

    def __init__(self) -> None:
        self._latest: OrderedDict[bytes, Running] = OrderedDict()

    def after(self, blob_id: bytes, stored_bytes: int) -> hashlib._Hash | None:
        """A hash to go on with, of exactly the first `stored_bytes`; None where there is none. It is a copy:
        whether what it takes will be stored is not known yet.
        """
        if stored_bytes == 0:
            return hashlib.sha256()
        running = self._latest.get(blob_id)
        if running is None or running.hashed_bytes != stored_bytes:
            return None
        return running.sha256.copy()

    def keep(self, blob_id: bytes, stored_bytes: int, sha256: hashlib._Hash) -> None:
        """So many bytes are stored, and this is their hash."""
        self._latest[blob_id] = Running(stored_bytes, sha256)
        self._latest.move_to_end(blob_id)
        if len(self._latest) > MOST_UPLOADS:
            self._latest.popitem(last=False)
