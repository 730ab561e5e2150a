"""The sealed index: what a list shows, in boxes that go with what they quote."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "index_segments",
        sa.Column("mailbox_id", sa.LargeBinary(), nullable=False),
        sa.Column("day", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("box", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["mailbox_id"], ["mailboxes.mailbox_id"], name=op.f("fk_index_segments_mailbox_id")
        ),
        sa.PrimaryKeyConstraint("mailbox_id", "day", "number", name=op.f("pk_index_segments")),
    )
    op.create_index(op.f("ix_index_segments_expires_at"), "index_segments", ["expires_at"], unique=False)
