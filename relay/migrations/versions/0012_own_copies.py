"""What people say of their own copies, when what their programs kept is gone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    on_postgres = op.get_bind().dialect.name == "postgresql"
    op.create_table(
        "own_copies",
        sa.Column("engagement_id", sa.LargeBinary(), nullable=False),
        sa.Column("author_id", sa.LargeBinary(), nullable=False),
        sa.Column("computer", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.LargeBinary(), nullable=False),
        sa.Column("statement", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        *([sa.Column("rowid", sa.BigInteger(), sa.Identity(always=True), nullable=False)] * on_postgres),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.account_id"], name=op.f("fk_own_copies_account_id")
        ),
        sa.PrimaryKeyConstraint("engagement_id", "author_id", "computer", name=op.f("pk_own_copies")),
    )
    op.create_index(op.f("ix_own_copies_account_id"), "own_copies", ["account_id"], unique=False)
    op.create_index(op.f("ix_own_copies_expires_at"), "own_copies", ["expires_at"], unique=False)
    if on_postgres:
        op.create_index(op.f("ix_own_copies_rowid"), "own_copies", ["rowid"], unique=False)
