"""Typed codes, and offers to new browsers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "codes",
        sa.Column("nameplate", sa.Text(), nullable=False),
        sa.Column("account_id", sa.LargeBinary(), nullable=False),
        sa.Column("subject", sa.LargeBinary(), nullable=False),
        sa.Column("proof_check", sa.LargeBinary(), nullable=False),
        sa.Column("box", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.account_id"], name=op.f("fk_codes_account_id")),
        sa.PrimaryKeyConstraint("nameplate", name=op.f("pk_codes")),
        sa.UniqueConstraint("subject", name=op.f("uq_codes_subject")),
    )
    op.create_index(op.f("ix_codes_account_id"), "codes", ["account_id"], unique=False)
    op.create_index(op.f("ix_codes_expires_at"), "codes", ["expires_at"], unique=False)
    op.create_table(
        "browser_offers",
        sa.Column("offer_id", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", sa.LargeBinary(), nullable=False),
        sa.Column("proof_check", sa.LargeBinary(), nullable=False),
        sa.Column("box", sa.LargeBinary(), nullable=False),
        sa.Column("taken_by", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.account_id"], name=op.f("fk_browser_offers_account_id")
        ),
        sa.PrimaryKeyConstraint("offer_id", name=op.f("pk_browser_offers")),
    )
    op.create_index(op.f("ix_browser_offers_account_id"), "browser_offers", ["account_id"], unique=False)
    op.create_index(op.f("ix_browser_offers_expires_at"), "browser_offers", ["expires_at"], unique=False)
