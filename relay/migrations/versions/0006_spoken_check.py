"""The spoken check: one run an engagement."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "spoken_runs",
        sa.Column("engagement_id", sa.LargeBinary(), nullable=False),
        sa.Column("commitment", sa.LargeBinary(), nullable=False),
        sa.Column("client_random", sa.LargeBinary(), nullable=False),
        sa.Column("coach_random", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagements.engagement_id"], name=op.f("fk_spoken_runs_engagement_id")
        ),
        sa.PrimaryKeyConstraint("engagement_id", name=op.f("pk_spoken_runs")),
    )
    op.create_index(op.f("ix_spoken_runs_expires_at"), "spoken_runs", ["expires_at"], unique=False)
