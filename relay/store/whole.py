"""Blobs that come with their envelope, in one piece. Owns what both bodies ask of them; stores nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Sequence

from relay.core.errors import TooLarge
from relay.core.model import Group, WholeBlob
from relay.store.limits import CHUNK_BYTES


def check_sizes(groups: Sequence[Group]) -> int:
    """How many bytes these groups bring in blobs. Raises TooLarge: one is one chunk."""
    sizes = [len(whole.content) for group in groups for whole in group.blobs]
    if max(sizes, default=0) > CHUNK_BYTES:
        raise TooLarge
    return sum(sizes)


def refusal_of_blobs(group: Group, linked: Collection[bytes], is_known: Callable[[bytes], bool]) -> str:
    """Why the blobs that a group brings are not stored: a code, or nothing. `linked` are those that its new
    envelopes link.
    """
    brought = [whole.blob.blob_id for whole in group.blobs]
    if len(set(brought)) < len(brought) or not set(brought) <= set(linked) or any(map(is_known, brought)):
        return "blob-conflict"
    return "" if all(_is_right(whole, group.account_id) for whole in group.blobs) else "blob-incomplete"


def _is_right(whole: WholeBlob, account_id: bytes) -> bool:
    blob, content = whole.blob, whole.content
    is_said = len(content) == blob.stored_bytes and hashlib.sha256(content).digest() == whole.sha256
    return is_said and blob.account_id == account_id
