"""Sizes and times that both bodies keep. Owns numbers and their reasons; decides nothing."""

from __future__ import annotations

from relay.core.model import DAY_SECONDS

CHUNK_BYTES = 1 << 20  # one row of a blob, and one piece of a download
PIECE_BYTES = (
    8 << 20
)  # most that one commit takes of a blob, and most that one batch of the sweep takes away (ruling 21)
ACCOUNT_TAIL_SECONDS = 30 * DAY_SECONDS  # an account outlives its last mailbox by this (ruling 16)
INDEX_RUN = 64  # positions whose rows share a segment of the index (docs/protocol.md, part 19)
MOST_SEGMENTS = 8_192  # of a mailbox: its owner's list of them is one item of a vault
MOST_INDEX_BYTES = 32 << 20  # of a mailbox: a hundred thousand rows
MOST_SLOT_BYTES = 4 << 20  # of a sponsor's mailbox, where a later release ends the one before
OVERDUE_SECONDS = 60  # due for longer than this is overdue (`relay status`)


def account_end(mailbox_expires_at: int) -> int:
    """The earliest instant at which an account with this mailbox may go."""
    return mailbox_expires_at + ACCOUNT_TAIL_SECONDS
