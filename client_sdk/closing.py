"""Closing: what an account leaves for its other devices when it is closed.

Owns writing down in the vault how far each writer has come, so that what has expired is not missed elsewhere
(ruling 10).
"""

from __future__ import annotations

from collections.abc import Mapping

from client_sdk.core import Core
from client_sdk.state import WriterHead
from client_sdk.vault import Change, Changes, Vault
from keys.vault import WriterMark, encode_writers


async def keep_writers(core: Core) -> None:
    """Store the marks of all writers that have come further than the vault knows."""
    items = core.vault.engagements
    heads = {item.engagement_id: core.state.writer_heads(item.engagement_id) for item in items}
    await core.records.change(lambda vault: _changes(vault, heads))


def _changes(vault: Vault, heads: Mapping[bytes, list[WriterHead]]) -> Changes:
    changes: dict[str, Change] = {}
    for engagement_id, known in heads.items():
        marks = {(mark.fp, mark.writer): mark for mark in vault.writers(engagement_id)}
        newer = {
            (head.fp, head.writer): WriterMark(head.fp, head.writer, head.count, head.content_id)
            for head in known
            if (head.fp, head.writer) not in marks or marks[head.fp, head.writer].count < head.count
        }
        item = vault.entries.get(f"engagement/{engagement_id.hex()}")
        if newer and item is not None:
            plain = encode_writers(tuple((marks | newer).values()))
            changes[f"writers/{engagement_id.hex()}"] = Change(plain, item.expires_at)
    return changes
