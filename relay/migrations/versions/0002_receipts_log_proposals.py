"""Proposals, receipts, the log, and what a row needs to tell that it went unread."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _rows()
    _proposals()
    _receipts()
    _log()


def _rows() -> None:
    op.add_column("mailbox_rows", sa.Column("acknowledged", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("mailbox_rows", sa.Column("twin_id", sa.LargeBinary(), nullable=True))


def _proposals() -> None:
    op.create_table(
        "proposals",
        sa.Column("engagement_id", sa.LargeBinary(), nullable=False),
        sa.Column("role", sa.Integer(), nullable=False),
        sa.Column("act", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagements.engagement_id"], name=op.f("fk_proposals_engagement_id")
        ),
        sa.PrimaryKeyConstraint("engagement_id", "role", name=op.f("pk_proposals")),
    )
    op.create_index(op.f("ix_proposals_expires_at"), "proposals", ["expires_at"], unique=False)


def _receipts() -> None:
    op.create_table(
        "receipts",
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.LargeBinary(), nullable=False),
        sa.Column("mailbox_id", sa.LargeBinary(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Integer(), nullable=False),
        sa.Column("receipt", sa.Text(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("day", sa.BigInteger(), nullable=False),
        sa.Column("batch_index", sa.BigInteger(), nullable=False),
        sa.Column("batch_path", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.account_id"], name=op.f("fk_receipts_account_id")),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_receipts")),
        sa.UniqueConstraint("mailbox_id", "number", name=op.f("uq_receipts_mailbox_id_number")),
    )
    op.create_index(op.f("ix_receipts_expires_at"), "receipts", ["expires_at"], unique=False)
    op.create_index(
        op.f("ix_receipts_account_id_position"), "receipts", ["account_id", "position"], unique=False
    )
    op.create_index(op.f("ix_receipts_batch_index_day"), "receipts", ["batch_index", "day"], unique=False)
    op.create_table(
        "receipt_leaves",
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.LargeBinary(), nullable=False),
        sa.Column("mailbox_id", sa.LargeBinary(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("nonce", sa.LargeBinary(), nullable=False),
        sa.Column("envelope_id", sa.LargeBinary(), nullable=False),
        sa.Column("envelope_hash", sa.LargeBinary(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("promised_at", sa.BigInteger(), nullable=False),
        sa.Column("blob_ids", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.account_id"], name=op.f("fk_receipt_leaves_account_id")
        ),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_receipt_leaves")),
    )
    for columns in (["account_id"], ["expires_at"], ["number", "mailbox_id"]):
        op.create_index(
            op.f(f"ix_receipt_leaves_{'_'.join(columns)}"), "receipt_leaves", columns, unique=False
        )


def _log() -> None:
    op.create_table(
        "log_entries",
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("entry", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_log_entries")),
    )
    op.create_table(
        "log_hashes",
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "number", name=op.f("pk_log_hashes")),
    )
    op.create_table(
        "log_checkpoints",
        sa.Column("size", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_log_checkpoints")),
    )
    op.create_index(op.f("ix_log_checkpoints_hash"), "log_checkpoints", ["hash"], unique=False)
