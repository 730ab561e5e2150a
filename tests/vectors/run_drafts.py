"""Runs one vector of drafts, in terms of `keys`. README.md says the same for readers in another language."""

from __future__ import annotations

from keys import drafts
from tests.vectors.operations import Outputs, operation


@operation("drafts.open_drafts")
def _open_drafts(
    index_base: bytes, day_shares: list[bytes], account_id: bytes, engagement_id: bytes, item: bytes
) -> Outputs:
    found = drafts.parse_drafts(item)
    if found.encode() != item:
        raise AssertionError("written again it is another item")
    key = drafts.drafts_key(index_base, day_shares, found.day)
    return {"day": found.day, "text": drafts.open_drafts(key, account_id, engagement_id, found)}
