"""Pieces of attachments that an object store holds."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    on_postgres = op.get_bind().dialect.name == "postgresql"
    op.create_table(
        "blob_objects",
        sa.Column("blob_id", sa.LargeBinary(), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("stored_bytes", sa.BigInteger(), nullable=False),
        *([sa.Column("rowid", sa.BigInteger(), sa.Identity(always=True), nullable=False)] * on_postgres),
        sa.ForeignKeyConstraint(["blob_id"], ["blobs.blob_id"], name=op.f("fk_blob_objects_blob_id")),
        sa.PrimaryKeyConstraint("blob_id", "start", name=op.f("pk_blob_objects")),
    )
    if on_postgres:
        op.create_index(op.f("ix_blob_objects_rowid"), "blob_objects", ["rowid"], unique=False)
