"""Who is client after a restore, by the acts of reopenings that were signed since the backup
(docs/protocol.md, part 25). Owns that step of a replay; the swap itself is `relay.store.reopenings`.
"""

from __future__ import annotations

import sqlite3
from base64 import b32encode
from secrets import token_bytes
from typing import Final

from keys.acts import ActKind, parse_act
from keys.errors import KeysError
from keys.reopening import STOP_SECONDS
from relay.core.errors import Conflict
from relay.core.model import Swap
from relay.store.deletion_files import LedgerDamaged
from relay.store.reopenings import swap_client

ADDRESS_BYTES: Final = 10
JOINED: Final = """
SELECT r.account_id, a.fp FROM reopenings r JOIN accounts a ON a.account_id = r.account_id
WHERE r.engagement_id = ?"""


def rejoin(database: sqlite3.Connection, engagement_id: bytes, act: bytes) -> bool:
    """Put who joined in the client's place, or the former back; whether that could be done: whoever joined
    after the backup has no account here, so that their coach has to reopen the mailbox again. Raises
    LedgerDamaged.
    """
    try:
        signed = parse_act(act)
    except KeysError as fault:
        raise LedgerDamaged(f"an act cannot be read: {fault}") from None
    at, stops = signed.core.issued_at, signed.core.kind is ActKind.STOP_REOPENING
    row = database.execute(JOINED, (engagement_id,)).fetchone()
    if row is None or (not stops and row[1] not in signed.signatures):
        return stops  # who is not here was not put in anybody's place
    address = b32encode(token_bytes(ADDRESS_BYTES)).decode("ascii").lower()
    swap = Swap("stop" if stops else "take", at + STOP_SECONDS, row[0], address)
    try:
        swap_client(database, engagement_id, swap, at)
    except Conflict:
        return stops
    return True
