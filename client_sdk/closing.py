"""Closing: what an account leaves for its other devices when it is closed.

Owns writing down in the vault how far each writer has come, so that what has expired is not missed elsewhere
(ruling 10), and what has been read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from client_sdk.core import Core
from client_sdk.state_writers import WriterHead
from client_sdk.vault import Change, Changes, Vault
from keys.vault import WriterMark, encode_writers


@dataclass(frozen=True, slots=True)
class Known:
    """What this computer knows of one engagement."""

    heads: list[WriterHead]
    read_order: int


async def keep_marks(core: Core) -> None:
    """Store what this computer knows beyond the vault: marks of writers, and how far was read."""
    known = {
        item.engagement_id: Known(
            core.state.writers.writer_heads(item.engagement_id),
            core.state.mailboxes.read_order(item.my_mailbox_id),
        )
        for item in core.vault.engagements
    }
    await core.records.change(lambda vault: _changes(vault, known))


def _changes(vault: Vault, known: Mapping[bytes, Known]) -> Changes:
    changes: dict[str, Change] = {}
    for engagement_id, here in known.items():
        item = vault.entries.get(f"engagement/{engagement_id.hex()}")
        if item is None:
            continue  # another device has taken it away
        if writers := _writers(vault, engagement_id, here.heads):
            changes[f"writers/{engagement_id.hex()}"] = Change(writers, item.expires_at)
        read = vault.read_orders(engagement_id)
        if here.read_order > read.order:
            moved = replace(read, order=here.read_order).encode()
            changes[f"read/{engagement_id.hex()}"] = Change(moved, item.expires_at)
    return changes


def _writers(vault: Vault, engagement_id: bytes, heads: list[WriterHead]) -> bytes:
    """Return the item of an engagement's writers; empty where the vault knows as much or more."""
    marks = {(mark.fp, mark.writer): mark for mark in vault.writers(engagement_id)}
    newer = {
        (head.fp, head.writer): WriterMark(head.fp, head.writer, head.count, head.content_id)
        for head in heads
        if (head.fp, head.writer) not in marks or marks[head.fp, head.writer].count < head.count
    }
    return encode_writers(tuple((marks | newer).values())) if newer else b""
