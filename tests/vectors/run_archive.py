"""Runs one vector of locked copies, in terms of `keys`. README.md says the same for readers in another
language.
"""

from __future__ import annotations

from keys import archive
from keys.stream import open_stream
from tests.vectors.operations import Outputs, operation


@operation("archive.open_archive")
def _open_archive(password: str, sealed: bytes) -> Outputs:
    salt = archive.parse_archive_head(sealed[: archive.LOCK_BYTES])
    if archive.archive_head(salt) != sealed[: archive.LOCK_BYTES]:
        raise AssertionError("written again it is another head")
    key = archive.archive_key(password, salt)
    return {"plain": open_stream(key, archive.ARCHIVE_CONTEXT, sealed[archive.LOCK_BYTES :])}
