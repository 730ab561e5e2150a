"""Rules: providers' automatic forwarding."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

INDEXED = ("account_id", "address", "expires_at", "mailbox_id", "sender_id")


def upgrade() -> None:
    op.create_table(
        "rules",
        sa.Column("rule_id", sa.LargeBinary(), nullable=False),
        sa.Column("mailbox_id", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", sa.LargeBinary(), nullable=False),
        sa.Column("sender_id", sa.LargeBinary(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("token_tag", sa.LargeBinary(), nullable=False),
        sa.Column("token_expires_at", sa.BigInteger(), nullable=False),
        sa.Column("token_used", sa.Integer(), nullable=False),
        sa.Column("bearers", sa.LargeBinary(), nullable=False),
        sa.Column("first_mails", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["mailbox_id"], ["mailboxes.mailbox_id"], name=op.f("fk_rules_mailbox_id")),
        sa.ForeignKeyConstraint(["sender_id"], ["senders.sender_id"], name=op.f("fk_rules_sender_id")),
        sa.PrimaryKeyConstraint("rule_id", name=op.f("pk_rules")),
    )
    for column in INDEXED:
        op.create_index(op.f(f"ix_rules_{column}"), "rules", [column], unique=False)
