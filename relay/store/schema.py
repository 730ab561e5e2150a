"""Every table, once. Owns names, types and constraints; `relay/migrations` brings a file to this state, and
a test compares the two.

A table that belongs to a person has `expires_at NOT NULL` (ruling 16; `WITHOUT_END` lists the only ones
that have none). No column holds anything that people wrote: `raw`, `box`, `sealed` and `chunk` are sealed,
`statement`, `policy` and `act` are signed frames of keys and dates, `…_tag` are keyed hashes. Times are
Unix seconds, days are counted from 1970. Above 300 lines: all tables are read in one place.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)

WITHOUT_END: Final = frozenset({"keeper_days", "log_checkpoints", "log_entries", "log_hashes", "notes"})
"""The tables that hold nothing of a person: signed day keys, the log, and instants of the relay itself."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _bytes(
    name: str, *, primary_key: bool = False, nullable: bool = False, index: bool = False
) -> Column[bytes]:
    return Column(name, LargeBinary, primary_key=primary_key, nullable=nullable, index=index or None)


def _number(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False)


def _ends() -> Column[int]:
    """The first second at which the row is gone."""
    return Column("expires_at", BigInteger, nullable=False, index=True)


def _of(parent: str, *, index: bool = False) -> Column[bytes]:
    """A reference by the parent's own column name, such as `accounts.account_id`."""
    return Column(parent.split(".")[1], LargeBinary, ForeignKey(parent), nullable=False, index=index or None)


accounts = Table(
    "accounts",
    metadata,
    _bytes("account_id", primary_key=True),
    _bytes("name_tag", index=True),  # not unique: what is due no longer holds its name
    Column("role", Integer, nullable=False),
    _bytes("fp"),
    _ends(),
)
methods = Table(
    "methods",
    metadata,
    _of("accounts.account_id"),
    _bytes("method_id"),
    _bytes("sealed"),
    _ends(),
    PrimaryKeyConstraint("account_id", "method_id"),
)
statements = Table(
    "statements",
    metadata,
    _of("accounts.account_id"),
    _number("number"),
    _bytes("statement"),
    _ends(),
    PrimaryKeyConstraint("account_id", "number"),
)
sessions = Table(
    "sessions",
    metadata,
    _bytes("token_tag", primary_key=True),
    _of("accounts.account_id", index=True),
    _ends(),
)
vault_items = Table(
    "vault_items",
    metadata,
    _of("accounts.account_id"),
    Column("name", Text, nullable=False),
    _number("version"),
    _bytes("box"),
    _ends(),
    PrimaryKeyConstraint("account_id", "name"),
)
senders = Table(
    "senders",
    metadata,
    _bytes("sender_id", primary_key=True),
    _of("accounts.account_id", index=True),
    _bytes("address_tag"),
    Column("state", Text, nullable=False),
    _bytes("code_tag"),
    _number("code_expires_at"),
    _number("added_on"),
    _ends(),
)

notice_channels = Table(  # how people are told by mail
    "notice_channels",
    metadata,
    Column("account_id", LargeBinary, ForeignKey("accounts.account_id"), primary_key=True, nullable=False),
    _bytes("number", index=True),  # random: names it in bounce addresses
    _bytes("sealed"),  # address, subject line and phrase, under the pepper
    Column("state", Text, nullable=False),
    Column("timing", Text, nullable=False),
    Column("warnings", Integer, nullable=False),
    Column("hour", Integer, nullable=False),
    Column("quiet_from", Integer, nullable=False),
    Column("quiet_until", Integer, nullable=False),
    Column("offset_minutes", Integer, nullable=False),
    _bytes("code_tag"),
    _number("code_expires_at"),
    Column("pending", Integer, nullable=False),
    _number("arrivals"),
    Column("due_at", BigInteger, nullable=False, index=True),  # 0: nothing is pending
    Column("attempts", Integer, nullable=False),
    _bytes("sent"),  # the instants of the last notices, at most six, for the ceilings
    _ends(),
)

engagements = Table(
    "engagements",
    metadata,
    _bytes("engagement_id", primary_key=True),
    Column("state", Text, nullable=False),
    _bytes("notes_mailbox_id"),
    _ends(),
)
mailboxes = Table(
    "mailboxes",
    metadata,
    _bytes("mailbox_id", primary_key=True),
    _of("engagements.engagement_id", index=True),
    _of("accounts.account_id", index=True),
    Column("role", Integer, nullable=False),
    Column("address", Text, nullable=False, index=True),
    _number("cursor"),  # the newest position
    _number("stored_bytes"),  # of the envelopes in it
    _ends(),
)
members = Table(
    "members",
    metadata,
    _of("engagements.engagement_id"),
    Column("role", Integer, nullable=False),
    _of("accounts.account_id", index=True),
    _bytes("mailbox_id"),
    _bytes("fp"),
    _ends(),
    PrimaryKeyConstraint("engagement_id", "role"),
)
policies = Table(
    "policies",
    metadata,
    _of("engagements.engagement_id"),
    _number("number"),
    _bytes("policy"),
    _ends(),
    PrimaryKeyConstraint("engagement_id", "number"),
)
acts = Table(
    "acts",
    metadata,
    _of("engagements.engagement_id"),
    _number("number"),
    _bytes("act"),
    _ends(),
    PrimaryKeyConstraint("engagement_id", "number"),
)
proposals = Table(  # acts that wait for the other's signature, one a side
    "proposals",
    metadata,
    _of("engagements.engagement_id"),
    Column("role", Integer, nullable=False),
    _bytes("act"),
    _ends(),
    PrimaryKeyConstraint("engagement_id", "role"),
)
spoken_runs = Table(  # of the spoken check, one an engagement, for two minutes
    "spoken_runs",
    metadata,
    _of("engagements.engagement_id"),
    _bytes("commitment"),
    _bytes("client_random"),
    _bytes("coach_random"),
    _ends(),
    PrimaryKeyConstraint("engagement_id"),
)
codes = Table(  # typed codes; the words of none are here
    "codes",
    metadata,
    Column("nameplate", Text, primary_key=True, nullable=False),
    _of("accounts.account_id", index=True),
    Column("subject", LargeBinary, nullable=False, unique=True),
    _bytes("proof_check"),
    _bytes("box"),
    _ends(),
)
browser_offers = Table(  # the account key for one new browser, for five minutes
    "browser_offers",
    metadata,
    _bytes("offer_id", primary_key=True),
    _of("accounts.account_id", index=True),
    _bytes("proof_check"),
    _bytes("box"),
    _bytes("taken_by"),
    _ends(),
)
invitations = Table(
    "invitations",
    metadata,
    _bytes("invite_id", primary_key=True),
    Column("kind", Integer, nullable=False),
    _bytes("engagement_id", index=True),  # zeros for a coach's, so not a reference
    _bytes("redemption_key"),
    _bytes("box"),
    _bytes("policy"),
    _bytes("act"),
    Column("state", Text, nullable=False),
    _number("used_at"),
    _bytes("redeemed_hash"),
    _bytes("answer"),
    _bytes("acceptance"),
    _ends(),
)

reopenings = Table(  # lost mailboxes that their coaches reopen, one an engagement
    "reopenings",
    metadata,
    _of("engagements.engagement_id"),
    _bytes("invite_id"),
    Column("state", Text, nullable=False),
    _number("opened_at"),
    _bytes("former_account_id", index=True),
    _bytes("former_mailbox_id"),
    _bytes("account_id", index=True),  # the newcomer's; empty before
    _bytes("claim"),  # signed: the newcomer's word on the spoken check, and the act
    _ends(),
    PrimaryKeyConstraint("engagement_id"),
)
happenings = Table(  # what happened to an account, for its owner's other pages
    "happenings",
    metadata,
    _of("accounts.account_id"),
    _number("number"),
    Column("kind", Integer, nullable=False),
    _number("at"),
    _bytes("method_id"),
    _bytes("session_id"),
    _ends(),
    PrimaryKeyConstraint("account_id", "number"),
)

rules = Table(  # a provider's automatic forwarding, with an inbound address of its own
    "rules",
    metadata,
    _bytes("rule_id", primary_key=True),
    _of("mailboxes.mailbox_id", index=True),
    _bytes("account_id", index=True),  # the mailbox's
    _of("senders.sender_id", index=True),
    Column("address", Text, nullable=False, index=True),
    Column("state", Text, nullable=False),
    _bytes("token_tag"),
    _number("token_expires_at"),
    Column("token_used", Integer, nullable=False),
    _bytes("bearers"),  # keyed hashes, one after the other
    Column("first_mails", Integer, nullable=False),
    _ends(),
)
slots = Table(  # where a sponsor's link leads, one an engagement
    "slots",
    metadata,
    Column(
        "engagement_id",
        LargeBinary,
        ForeignKey("engagements.engagement_id"),
        primary_key=True,
        nullable=False,
    ),
    _of("mailboxes.mailbox_id"),
    Column("link_id", LargeBinary, nullable=False, unique=True),
    _bytes("reader_key"),
    _bytes("digits_tag"),
    _number("opened_at"),
    _ends(),
)
releases = Table(  # what a ticket says of an envelope in a slot's mailbox
    "releases",
    metadata,
    _of("mailboxes.mailbox_id"),
    _bytes("envelope_id"),
    _number("act_number"),
    _number("not_before"),
    _ends(),
    PrimaryKeyConstraint("mailbox_id", "envelope_id"),
)

mailbox_rows = Table(
    "mailbox_rows",
    metadata,
    _of("mailboxes.mailbox_id"),
    _number("position"),
    _bytes("envelope_id"),
    _number("received_day"),  # of a tombstone: the day on which the envelope went
    Column("expires_at", BigInteger, nullable=False),
    Column("shortened", Integer, nullable=False),  # 1 after an act brought the date forward
    Column("reason", Integer, nullable=False),  # 0: the envelope is here; else why the tombstone stands
    _bytes("raw", nullable=True),  # null in a tombstone
    Column("acknowledged", Integer, nullable=False, server_default="0"),  # 1: it was shown to its reader
    _bytes("twin_id", nullable=True),  # in the author's mailbox: the same message's id in the other's
    PrimaryKeyConstraint("mailbox_id", "position"),
    UniqueConstraint("mailbox_id", "envelope_id"),
    Index(None, "expires_at", "reason"),
)
index_segments = Table(  # what a list shows, in boxes of its owner's software
    "index_segments",
    metadata,
    _of("mailboxes.mailbox_id"),
    _number("day"),
    _number("number"),  # which run of 64 positions
    _number("version"),
    _ends(),  # the earliest date of the rows in it
    _bytes("box"),
    PrimaryKeyConstraint("mailbox_id", "day", "number"),
)
door_memory = Table("door_memory", metadata, _bytes("tag", primary_key=True), _ends())

blobs = Table(
    "blobs",
    metadata,
    _bytes("blob_id", primary_key=True),
    _bytes("account_id", index=True),  # the door's is zeros, so not a reference
    Column("state", Text, nullable=False),
    _number("stored_bytes"),
    _number("promised_at"),  # the blob's own date, as its envelopes have it
    _number("unlinked_expires_at"),
    _ends(),  # 24 hours after the upload began; once linked, its date; at once without its last link
)
blob_chunks = Table(
    "blob_chunks",
    metadata,
    _of("blobs.blob_id"),
    _number("start"),
    Column(
        "expires_at", BigInteger, nullable=False
    ),  # the blob's own date: no index, chunks go with their blob
    _bytes("chunk"),
    PrimaryKeyConstraint("blob_id", "start"),
)
blob_objects = Table(  # where pieces are that an object store holds
    "blob_objects",
    metadata,
    _of("blobs.blob_id"),
    _number("start"),
    Column("expires_at", BigInteger, nullable=False),  # the blob's own date, as a chunk's
    _number("day"),  # the object's name: under which day,
    _bytes("name"),  # and 16 random bytes
    _number("stored_bytes"),
    PrimaryKeyConstraint("blob_id", "start"),
)
blob_links = Table(
    "blob_links",
    metadata,
    _of("blobs.blob_id"),
    _bytes("mailbox_id"),
    _bytes("envelope_id"),
    Column(
        "expires_at", BigInteger, nullable=False
    ),  # the envelope's: no index, links go with their envelope
    PrimaryKeyConstraint("blob_id", "mailbox_id", "envelope_id"),
    ForeignKeyConstraint(
        ["mailbox_id", "envelope_id"], ["mailbox_rows.mailbox_id", "mailbox_rows.envelope_id"]
    ),
    Index(None, "mailbox_id", "envelope_id"),
)

receipts = Table(
    "receipts",
    metadata,
    Column("position", Integer, primary_key=True),
    _of("accounts.account_id"),
    _bytes("mailbox_id"),  # not a reference: a receipt outlives its mailbox by 30 days
    _number("number"),
    Column("kind", Integer, nullable=False),  # 1 acceptance, 2 deletion, 3 closing
    Column("receipt", Text, nullable=False),
    _bytes("hash"),
    _number("day"),  # the batch it is logged with
    _number("batch_index"),  # in the log; -1 until then
    _bytes("batch_path"),
    _ends(),
    UniqueConstraint("mailbox_id", "number"),
    Index(None, "account_id", "position"),
    Index(None, "batch_index", "day"),
)
receipt_leaves = Table(
    "receipt_leaves",
    metadata,
    Column("position", Integer, primary_key=True),
    _of("accounts.account_id", index=True),
    _bytes("mailbox_id"),
    _number("number"),  # of its receipt; 0 while that is to be written
    _bytes("nonce"),
    _bytes("envelope_id"),
    _bytes("envelope_hash"),
    _number("due_at"),  # the date that governed in the end
    _number("promised_at"),  # the date in its header, on which its key goes
    _bytes("blob_ids"),  # until the receipt is written
    _ends(),
    Index(None, "number", "mailbox_id"),  # first of all those that wait
)

own_copies = Table(  # what people say of their own copies, signed
    "own_copies",
    metadata,
    _bytes("engagement_id"),  # not a reference: as a receipt it outlives its engagement by 30 days
    _bytes("author_id"),
    _number("computer"),
    _of("accounts.account_id", index=True),  # whom it is told
    _bytes("statement"),
    _ends(),
    PrimaryKeyConstraint("engagement_id", "author_id", "computer"),
)

queued_revokes = Table(
    "queued_revokes",
    metadata,
    _bytes("keeper_id"),
    _bytes("request"),
    _ends(),
    PrimaryKeyConstraint("keeper_id", "request"),
)
keeper_days = Table(
    "keeper_days",
    metadata,
    _bytes("keeper_id"),
    _number("day"),
    _bytes("signed"),
    PrimaryKeyConstraint("keeper_id", "day"),
)
notes = Table("notes", metadata, Column("name", Text, primary_key=True, nullable=False), _number("value"))

log_entries = Table(
    "log_entries",
    metadata,
    Column("position", Integer, primary_key=True, autoincrement=False),  # the index, from 0
    _bytes("entry"),
)
log_hashes = Table(  # of every whole subtree
    "log_hashes",
    metadata,
    Column("level", Integer, nullable=False),
    _number("number"),
    _bytes("hash"),
    PrimaryKeyConstraint("level", "number"),
)
log_checkpoints = Table(
    "log_checkpoints",
    metadata,
    Column("size", Integer, primary_key=True, autoincrement=False),
    Column("note", Text, nullable=False),
    _bytes("hash", index=True),
)
