"""The sponsor's slot, and what is released into it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "slots",
        sa.Column("engagement_id", sa.LargeBinary(), nullable=False),
        sa.Column("mailbox_id", sa.LargeBinary(), nullable=False),
        sa.Column("link_id", sa.LargeBinary(), nullable=False),
        sa.Column("reader_key", sa.LargeBinary(), nullable=False),
        sa.Column("digits_tag", sa.LargeBinary(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagements.engagement_id"], name=op.f("fk_slots_engagement_id")
        ),
        sa.ForeignKeyConstraint(["mailbox_id"], ["mailboxes.mailbox_id"], name=op.f("fk_slots_mailbox_id")),
        sa.PrimaryKeyConstraint("engagement_id", name=op.f("pk_slots")),
        sa.UniqueConstraint("link_id", name=op.f("uq_slots_link_id")),
    )
    op.create_index(op.f("ix_slots_expires_at"), "slots", ["expires_at"], unique=False)
    op.create_table(
        "releases",
        sa.Column("mailbox_id", sa.LargeBinary(), nullable=False),
        sa.Column("envelope_id", sa.LargeBinary(), nullable=False),
        sa.Column("act_number", sa.BigInteger(), nullable=False),
        sa.Column("not_before", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["mailbox_id"], ["mailboxes.mailbox_id"], name=op.f("fk_releases_mailbox_id")
        ),
        sa.PrimaryKeyConstraint("mailbox_id", "envelope_id", name=op.f("pk_releases")),
    )
    op.create_index(op.f("ix_releases_expires_at"), "releases", ["expires_at"], unique=False)
