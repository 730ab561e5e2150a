"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _people()
    _engagements()
    _contents()
    _ledger()


def _people() -> None:
    """Accounts and what is part of them."""
    op.create_table(
        "accounts",
        sa.Column("account_id", sa.LargeBinary(), nullable=False),
        sa.Column("name_tag", sa.LargeBinary(), nullable=False),
        sa.Column("role", sa.Integer(), nullable=False),
        sa.Column("fp", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_accounts")),
    )
    op.create_index(op.f("ix_accounts_expires_at"), "accounts", ["expires_at"], unique=False)
    op.create_index(op.f("ix_accounts_name_tag"), "accounts", ["name_tag"], unique=False)
    op.create_table(
        "methods",
        sa.Column("account_id", sa.LargeBinary(), nullable=False),
        sa.Column("method_id", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.account_id"], name=op.f("fk_methods_account_id")),
        sa.PrimaryKeyConstraint("account_id", "method_id", name=op.f("pk_methods")),
    )
    op.create_index(op.f("ix_methods_expires_at"), "methods", ["expires_at"], unique=False)
    op.create_table(
        "statements",
        sa.Column("account_id", sa.LargeBinary(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("statement", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.account_id"], name=op.f("fk_statements_account_id")
        ),
        sa.PrimaryKeyConstraint("account_id", "number", name=op.f("pk_statements")),
    )
    op.create_index(op.f("ix_statements_expires_at"), "statements", ["expires_at"], unique=False)
    op.create_table(
        "sessions",
        sa.Column("token_tag", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.account_id"], name=op.f("fk_sessions_account_id")),
        sa.PrimaryKeyConstraint("token_tag", name=op.f("pk_sessions")),
    )
    op.create_index(op.f("ix_sessions_account_id"), "sessions", ["account_id"], unique=False)
    op.create_index(op.f("ix_sessions_expires_at"), "sessions", ["expires_at"], unique=False)
    op.create_table(
        "vault_items",
        sa.Column("account_id", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("box", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.account_id"], name=op.f("fk_vault_items_account_id")
        ),
        sa.PrimaryKeyConstraint("account_id", "name", name=op.f("pk_vault_items")),
    )
    op.create_index(op.f("ix_vault_items_expires_at"), "vault_items", ["expires_at"], unique=False)
    op.create_table(
        "senders",
        sa.Column("sender_id", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", sa.LargeBinary(), nullable=False),
        sa.Column("address_tag", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("code_tag", sa.LargeBinary(), nullable=False),
        sa.Column("code_expires_at", sa.BigInteger(), nullable=False),
        sa.Column("added_on", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.account_id"], name=op.f("fk_senders_account_id")),
        sa.PrimaryKeyConstraint("sender_id", name=op.f("pk_senders")),
    )
    op.create_index(op.f("ix_senders_account_id"), "senders", ["account_id"], unique=False)
    op.create_index(op.f("ix_senders_expires_at"), "senders", ["expires_at"], unique=False)


def _engagements() -> None:
    """Engagements and what is part of them."""
    op.create_table(
        "engagements",
        sa.Column("engagement_id", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("notes_mailbox_id", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("engagement_id", name=op.f("pk_engagements")),
    )
    op.create_index(op.f("ix_engagements_expires_at"), "engagements", ["expires_at"], unique=False)
    op.create_table(
        "mailboxes",
        sa.Column("mailbox_id", sa.LargeBinary(), nullable=False),
        sa.Column("engagement_id", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", sa.LargeBinary(), nullable=False),
        sa.Column("role", sa.Integer(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("cursor", sa.BigInteger(), nullable=False),
        sa.Column("stored_bytes", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.account_id"], name=op.f("fk_mailboxes_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagements.engagement_id"], name=op.f("fk_mailboxes_engagement_id")
        ),
        sa.PrimaryKeyConstraint("mailbox_id", name=op.f("pk_mailboxes")),
    )
    op.create_index(op.f("ix_mailboxes_account_id"), "mailboxes", ["account_id"], unique=False)
    op.create_index(op.f("ix_mailboxes_address"), "mailboxes", ["address"], unique=False)
    op.create_index(op.f("ix_mailboxes_engagement_id"), "mailboxes", ["engagement_id"], unique=False)
    op.create_index(op.f("ix_mailboxes_expires_at"), "mailboxes", ["expires_at"], unique=False)
    op.create_table(
        "members",
        sa.Column("engagement_id", sa.LargeBinary(), nullable=False),
        sa.Column("role", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.LargeBinary(), nullable=False),
        sa.Column("mailbox_id", sa.LargeBinary(), nullable=False),
        sa.Column("fp", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.account_id"], name=op.f("fk_members_account_id")),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagements.engagement_id"], name=op.f("fk_members_engagement_id")
        ),
        sa.PrimaryKeyConstraint("engagement_id", "role", name=op.f("pk_members")),
    )
    op.create_index(op.f("ix_members_account_id"), "members", ["account_id"], unique=False)
    op.create_index(op.f("ix_members_expires_at"), "members", ["expires_at"], unique=False)
    op.create_table(
        "policies",
        sa.Column("engagement_id", sa.LargeBinary(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("policy", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagements.engagement_id"], name=op.f("fk_policies_engagement_id")
        ),
        sa.PrimaryKeyConstraint("engagement_id", "number", name=op.f("pk_policies")),
    )
    op.create_index(op.f("ix_policies_expires_at"), "policies", ["expires_at"], unique=False)
    op.create_table(
        "acts",
        sa.Column("engagement_id", sa.LargeBinary(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("act", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagements.engagement_id"], name=op.f("fk_acts_engagement_id")
        ),
        sa.PrimaryKeyConstraint("engagement_id", "number", name=op.f("pk_acts")),
    )
    op.create_index(op.f("ix_acts_expires_at"), "acts", ["expires_at"], unique=False)
    op.create_table(
        "invitations",
        sa.Column("invite_id", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.Integer(), nullable=False),
        sa.Column("engagement_id", sa.LargeBinary(), nullable=False),
        sa.Column("redemption_key", sa.LargeBinary(), nullable=False),
        sa.Column("box", sa.LargeBinary(), nullable=False),
        sa.Column("policy", sa.LargeBinary(), nullable=False),
        sa.Column("act", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=False),
        sa.Column("redeemed_hash", sa.LargeBinary(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.Column("acceptance", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("invite_id", name=op.f("pk_invitations")),
    )
    op.create_index(op.f("ix_invitations_engagement_id"), "invitations", ["engagement_id"], unique=False)
    op.create_index(op.f("ix_invitations_expires_at"), "invitations", ["expires_at"], unique=False)


def _contents() -> None:
    """Envelopes, tombstones and attachments."""
    op.create_table(
        "mailbox_rows",
        sa.Column("mailbox_id", sa.LargeBinary(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("envelope_id", sa.LargeBinary(), nullable=False),
        sa.Column("received_day", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("shortened", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Integer(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["mailbox_id"], ["mailboxes.mailbox_id"], name=op.f("fk_mailbox_rows_mailbox_id")
        ),
        sa.PrimaryKeyConstraint("mailbox_id", "position", name=op.f("pk_mailbox_rows")),
        sa.UniqueConstraint("mailbox_id", "envelope_id", name=op.f("uq_mailbox_rows_mailbox_id_envelope_id")),
    )
    op.create_index(
        op.f("ix_mailbox_rows_expires_at_reason"), "mailbox_rows", ["expires_at", "reason"], unique=False
    )
    op.create_table(
        "door_memory",
        sa.Column("tag", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tag", name=op.f("pk_door_memory")),
    )
    op.create_index(op.f("ix_door_memory_expires_at"), "door_memory", ["expires_at"], unique=False)
    op.create_table(
        "blobs",
        sa.Column("blob_id", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("stored_bytes", sa.BigInteger(), nullable=False),
        sa.Column("promised_at", sa.BigInteger(), nullable=False),
        sa.Column("unlinked_expires_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("blob_id", name=op.f("pk_blobs")),
    )
    op.create_index(op.f("ix_blobs_account_id"), "blobs", ["account_id"], unique=False)
    op.create_index(op.f("ix_blobs_expires_at"), "blobs", ["expires_at"], unique=False)
    op.create_table(
        "blob_chunks",
        sa.Column("blob_id", sa.LargeBinary(), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("chunk", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["blob_id"], ["blobs.blob_id"], name=op.f("fk_blob_chunks_blob_id")),
        sa.PrimaryKeyConstraint("blob_id", "start", name=op.f("pk_blob_chunks")),
    )
    op.create_table(
        "blob_links",
        sa.Column("blob_id", sa.LargeBinary(), nullable=False),
        sa.Column("mailbox_id", sa.LargeBinary(), nullable=False),
        sa.Column("envelope_id", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["blob_id"], ["blobs.blob_id"], name=op.f("fk_blob_links_blob_id")),
        sa.ForeignKeyConstraint(
            ["mailbox_id", "envelope_id"],
            ["mailbox_rows.mailbox_id", "mailbox_rows.envelope_id"],
            name=op.f("fk_blob_links_mailbox_id_envelope_id"),
        ),
        sa.PrimaryKeyConstraint("blob_id", "mailbox_id", "envelope_id", name=op.f("pk_blob_links")),
    )
    op.create_index(
        op.f("ix_blob_links_mailbox_id_envelope_id"),
        "blob_links",
        ["mailbox_id", "envelope_id"],
        unique=False,
    )


def _ledger() -> None:
    """What waits for a keeper, and what belongs to nobody."""
    op.create_table(
        "queued_revokes",
        sa.Column("keeper_id", sa.LargeBinary(), nullable=False),
        sa.Column("request", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("keeper_id", "request", name=op.f("pk_queued_revokes")),
    )
    op.create_index(op.f("ix_queued_revokes_expires_at"), "queued_revokes", ["expires_at"], unique=False)
    op.create_table(
        "keeper_days",
        sa.Column("keeper_id", sa.LargeBinary(), nullable=False),
        sa.Column("day", sa.BigInteger(), nullable=False),
        sa.Column("signed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("keeper_id", "day", name=op.f("pk_keeper_days")),
    )
    op.create_table(
        "notes",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_notes")),
    )
