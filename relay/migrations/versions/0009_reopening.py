"""Reopening a lost mailbox, and what happened to an account."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reopenings",
        sa.Column("engagement_id", sa.LargeBinary(), nullable=False),
        sa.Column("invite_id", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("former_account_id", sa.LargeBinary(), nullable=False),
        sa.Column("former_mailbox_id", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", sa.LargeBinary(), nullable=False),
        sa.Column("claim", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagements.engagement_id"], name=op.f("fk_reopenings_engagement_id")
        ),
        sa.PrimaryKeyConstraint("engagement_id", name=op.f("pk_reopenings")),
    )
    for column in ("former_account_id", "account_id", "expires_at"):
        op.create_index(op.f(f"ix_reopenings_{column}"), "reopenings", [column], unique=False)
    op.create_table(
        "happenings",
        sa.Column("account_id", sa.LargeBinary(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("method_id", sa.LargeBinary(), nullable=False),
        sa.Column("session_id", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.account_id"], name=op.f("fk_happenings_account_id")
        ),
        sa.PrimaryKeyConstraint("account_id", "number", name=op.f("pk_happenings")),
    )
    op.create_index(op.f("ix_happenings_expires_at"), "happenings", ["expires_at"], unique=False)
