"""Where bodies lie in PostgreSQL: in tables of their own, apart from the rows of their mailboxes. Owns the
tables' definition, and what the statements of `relay.store` become that read or write a body.

A row knows of its body what is asked without reading it: its header, size and hash, and the date under which
it was stored, by which it is found in its period (`relay.store.postgres.partitions`). So a period may go
before its rows are swept. No row ever lives longer than that date: the database refuses it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from relay.store import blobs, deposits, shred, sweep

BODIES: Final = "envelope_bodies"
WHOLE_ROWS: Final = "whole_rows"
"""The view in which rows are as `relay.store.schema` says, for whoever copies all of them, in or out. The
table for a body's date has to be there (`relay.store.postgres.partitions`)."""
_BODY: Final = """(SELECT b.raw FROM envelope_bodies b
WHERE b.mailbox_id = r.mailbox_id AND b.position = r.position AND b.expires_at = r.kept_until)"""
DEFINED: Final = (
    """CREATE TABLE envelope_bodies (mailbox_id bytea NOT NULL, position bigint NOT NULL,
    expires_at bigint NOT NULL, raw bytea NOT NULL,
    CONSTRAINT pk_envelope_bodies PRIMARY KEY (mailbox_id, position, expires_at))
    PARTITION BY RANGE (expires_at)""",
    "ALTER TABLE envelope_bodies ALTER COLUMN raw SET STORAGE EXTERNAL",
    "CREATE SEQUENCE blob_chunks_order",
    """CREATE TABLE blob_chunks (blob_id bytea NOT NULL, start bigint NOT NULL,
    expires_at bigint NOT NULL, chunk bytea NOT NULL,
    rowid bigint NOT NULL DEFAULT nextval('blob_chunks_order'),
    CONSTRAINT pk_blob_chunks PRIMARY KEY (blob_id, start, expires_at))
    PARTITION BY RANGE (expires_at)""",
    "ALTER TABLE blob_chunks ALTER COLUMN chunk SET STORAGE EXTERNAL",
    """ALTER TABLE mailbox_rows DROP COLUMN raw, ADD COLUMN kept_until bigint, ADD COLUMN head bytea,
    ADD COLUMN raw_bytes integer, ADD COLUMN raw_hash bytea""",
    """ALTER TABLE mailbox_rows ADD CONSTRAINT ck_mailbox_rows_body CHECK (CASE WHEN reason = 0
    THEN kept_until IS NOT NULL AND expires_at <= kept_until AND head IS NOT NULL AND raw_bytes IS NOT NULL
    AND raw_hash IS NOT NULL ELSE kept_until IS NULL AND head IS NULL END)""",
    f"""CREATE VIEW {WHOLE_ROWS} AS SELECT r.mailbox_id, r.position, r.envelope_id, r.received_day,
    r.expires_at, r.shortened, r.reason, {_BODY} AS raw, r.acknowledged, r.twin_id, r.rowid
    FROM mailbox_rows r""",  # noqa: S608
    """CREATE FUNCTION put_whole_row() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NEW.reason = 0 THEN
        INSERT INTO envelope_bodies (mailbox_id, position, expires_at, raw)
        VALUES (NEW.mailbox_id, NEW.position, NEW.expires_at, NEW.raw);
    END IF;
    INSERT INTO mailbox_rows (mailbox_id, position, envelope_id, received_day, expires_at, shortened, reason,
        acknowledged, twin_id, kept_until, head, raw_bytes, raw_hash)
    VALUES (NEW.mailbox_id, NEW.position, NEW.envelope_id, NEW.received_day, NEW.expires_at, NEW.shortened,
        NEW.reason, NEW.acknowledged, NEW.twin_id, CASE NEW.reason WHEN 0 THEN NEW.expires_at END,
        substr(NEW.raw, 1, 64), length(NEW.raw), sha256(NEW.raw));
    RETURN NEW; END $$""",
    f"""CREATE TRIGGER put INSTEAD OF INSERT ON {WHOLE_ROWS}
    FOR EACH ROW EXECUTE FUNCTION put_whole_row()""",
)
"""What differs from `relay.store.schema`, after its tables were made without chunks of blobs."""

_SAID: Final = (
    (re.compile(r"substr\((r\.)?raw, 1, 64\)"), r"\1head"),
    (re.compile(r"substr\((r\.)?raw, (7, 1|1, 8)\)"), r"substr(\1head, \2)"),
    (re.compile(r"length\((r\.)?raw\)"), r"\1raw_bytes"),
    (re.compile(r"sha256\((r\.)?raw\)"), r"\1raw_hash"),
    (re.compile(r"\br\.raw = \?3"), "r.raw_hash = sha256(?3)"),
    (re.compile(r"\br\.raw\b"), _BODY),
)
"""What a statement says of a body that the row itself knows; last the body itself, of a row named `r`."""
_OF_BLOB: Final = "FROM blobs b JOIN blob_chunks c ON c.blob_id = b.blob_id AND c.expires_at = b.promised_at"
_INSTEAD: Final[Mapping[str, str]] = {
    deposits.INSERT: """
WITH body AS (
    INSERT INTO envelope_bodies (mailbox_id, position, expires_at, raw) VALUES (?1, ?2, ?5, ?6))
INSERT INTO mailbox_rows (mailbox_id, position, envelope_id, received_day, expires_at, shortened, reason,
    twin_id, kept_until, head, raw_bytes, raw_hash)
VALUES (?1, ?2, ?3, ?4, ?5, 0, 0, ?7, ?5, substr(?6, 1, 64), length(?6), sha256(?6))""",
    shred.LEAVE_TOMBSTONE: """
WITH body AS (
    DELETE FROM envelope_bodies WHERE mailbox_id = ?5 AND (position, expires_at) = (
        SELECT position, kept_until FROM mailbox_rows WHERE mailbox_id = ?5 AND envelope_id = ?6))
UPDATE mailbox_rows SET position = ?1, received_day = ?2, expires_at = ?3, shortened = 0, reason = ?4,
    twin_id = NULL, kept_until = NULL, head = NULL, raw_bytes = NULL, raw_hash = NULL
WHERE mailbox_id = ?5 AND envelope_id = ?6""",
    shred.REMOVE_ROW: """
WITH body AS (
    DELETE FROM envelope_bodies WHERE mailbox_id = ?1 AND (position, expires_at) = (
        SELECT position, kept_until FROM mailbox_rows WHERE mailbox_id = ?1 AND envelope_id = ?2))
DELETE FROM mailbox_rows WHERE mailbox_id = ?1 AND envelope_id = ?2""",
    shred.REMOVE_LAST_CHUNK: f"""
DELETE FROM blob_chunks WHERE blob_id = ?1 AND (start, expires_at) = (
    SELECT c.start, c.expires_at {_OF_BLOB} WHERE b.blob_id = ?1 ORDER BY c.start DESC LIMIT 1)
RETURNING length(chunk)""",  # noqa: S608 - a phrase of ours
    sweep.CHUNKS: f"""
SELECT c.start, length(c.chunk) {_OF_BLOB} WHERE b.blob_id = ?1 ORDER BY c.start DESC LIMIT ?2""",
    sweep.REMOVE_CHUNK: """
DELETE FROM blob_chunks WHERE blob_id = ?1 AND start = ?2 AND expires_at = (
    SELECT promised_at FROM blobs WHERE blob_id = ?1)""",
    blobs.PIECE: f"""
SELECT substr(c.chunk, CAST(?2 - c.start + 1 AS integer), CAST(?3 - ?2 AS integer))
{_OF_BLOB} WHERE b.blob_id = ?1 AND c.start <= ?2 ORDER BY c.start DESC LIMIT 1""",
}
"""By the statement of the file. An envelope's body is found by its row, chunks by the date of their blob."""


_TOGETHER: Final[Mapping[str, str]] = {
    deposits.INSERT: """
WITH new AS MATERIALIZED (
    SELECT * FROM unnest($1::bytea[], $2::bigint[], $3::bytea[], $4::bigint[], $5::bigint[], $6::bytea[],
        $7::bytea[]) AS n (mailbox_id, position, envelope_id, received_day, expires_at, raw, twin_id)),
body AS (
    INSERT INTO envelope_bodies (mailbox_id, position, expires_at, raw)
    SELECT mailbox_id, position, expires_at, raw FROM new)
INSERT INTO mailbox_rows (mailbox_id, position, envelope_id, received_day, expires_at, shortened, reason,
    twin_id, kept_until, head, raw_bytes, raw_hash)
SELECT mailbox_id, position, envelope_id, received_day, expires_at, 0, 0, twin_id, expires_at,
    substr(raw, 1, 64), length(raw), sha256(raw) FROM new""",
    deposits.MAKE_ROOM: """
UPDATE mailboxes m SET cursor = m.cursor + n.added, stored_bytes = m.stored_bytes + n.added_bytes
FROM unnest($1::bigint[], $2::bigint[], $3::bytea[], $4::bigint[], $5::bigint[], $6::bigint[])
    AS n (added, added_bytes, mailbox_id, last, quota_bytes, act)
WHERE m.mailbox_id = n.mailbox_id AND m.expires_at >= n.last
AND m.stored_bytes + n.added_bytes <= n.quota_bytes
AND (n.act = 0 OR n.act = (SELECT max(a.number) FROM acts a WHERE a.engagement_id = m.engagement_id))
RETURNING m.mailbox_id, m.cursor""",
}
"""What is done for many at once, by the columns of all."""


def for_many(statement: str) -> str | None:
    """The statement that takes all rows of this one as columns, if there is one."""
    return _TOGETHER.get(statement)


def worded(statement: str) -> str:
    """A statement of `relay.store` as it is where bodies lie apart."""
    words, claim, how = statement.partition(" FOR UPDATE")
    found = _INSTEAD.get(words)
    if found is not None:
        return found + claim + how
    for phrase, here in _SAID if "raw" in statement else ():
        statement = phrase.sub(here, statement)
    return statement
