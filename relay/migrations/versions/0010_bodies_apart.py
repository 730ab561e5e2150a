"""Bodies and chunks of blobs by periods of thirty days, on PostgreSQL. A file stays as it is: there a body is
read fastest in its row, and `secure_delete` takes it away.

All rows are written once more, so that nothing of a body is left where it was.
"""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

PERIOD = 30 * 86_400
APART = (
    """CREATE TABLE envelope_bodies (mailbox_id bytea NOT NULL, position bigint NOT NULL,
    expires_at bigint NOT NULL, raw bytea NOT NULL,
    CONSTRAINT pk_envelope_bodies PRIMARY KEY (mailbox_id, position, expires_at))
    PARTITION BY RANGE (expires_at)""",
    "ALTER TABLE envelope_bodies ALTER COLUMN raw SET STORAGE EXTERNAL",
    "ALTER TABLE blob_chunks RENAME TO blob_chunks_before",
    "ALTER INDEX pk_blob_chunks RENAME TO pk_blob_chunks_before",
    "CREATE SEQUENCE blob_chunks_order",
    """CREATE TABLE blob_chunks (blob_id bytea NOT NULL, start bigint NOT NULL,
    expires_at bigint NOT NULL, chunk bytea NOT NULL,
    rowid bigint NOT NULL DEFAULT nextval('blob_chunks_order'),
    CONSTRAINT pk_blob_chunks PRIMARY KEY (blob_id, start, expires_at))
    PARTITION BY RANGE (expires_at)""",
    "ALTER TABLE blob_chunks ALTER COLUMN chunk SET STORAGE EXTERNAL",
    """ALTER TABLE mailbox_rows ADD COLUMN kept_until bigint, ADD COLUMN head bytea,
    ADD COLUMN raw_bytes integer, ADD COLUMN raw_hash bytea""",
)
DATES = {
    "envelope_bodies": "SELECT expires_at FROM mailbox_rows WHERE reason = 0",
    "blob_chunks": "SELECT expires_at FROM blob_chunks_before",
}
MOVED = (
    """INSERT INTO envelope_bodies (mailbox_id, position, expires_at, raw)
    SELECT mailbox_id, position, expires_at, raw FROM mailbox_rows WHERE reason = 0""",
    """UPDATE mailbox_rows SET kept_until = expires_at, head = substr(raw, 1, 64), raw_bytes = length(raw),
    raw_hash = sha256(raw) WHERE reason = 0""",
    """INSERT INTO blob_chunks (blob_id, start, expires_at, chunk)
    SELECT blob_id, start, expires_at, chunk FROM blob_chunks_before ORDER BY rowid""",
    "DROP TABLE blob_chunks_before",
    "ALTER TABLE mailbox_rows DROP COLUMN raw",
    "CLUSTER mailbox_rows USING pk_mailbox_rows",
    "ALTER TABLE mailbox_rows SET WITHOUT CLUSTER",
)
DEFINED = (
    """ALTER TABLE mailbox_rows ADD CONSTRAINT ck_mailbox_rows_body CHECK (CASE WHEN reason = 0
    THEN kept_until IS NOT NULL AND expires_at <= kept_until AND head IS NOT NULL AND raw_bytes IS NOT NULL
    AND raw_hash IS NOT NULL ELSE kept_until IS NULL AND head IS NULL END)""",
    """CREATE VIEW whole_rows AS SELECT r.mailbox_id, r.position, r.envelope_id, r.received_day, r.expires_at,
    r.shortened, r.reason, (SELECT b.raw FROM envelope_bodies b
WHERE b.mailbox_id = r.mailbox_id AND b.position = r.position AND b.expires_at = r.kept_until) AS raw,
    r.acknowledged, r.twin_id, r.rowid
    FROM mailbox_rows r""",
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
    """CREATE TRIGGER put INSTEAD OF INSERT ON whole_rows
    FOR EACH ROW EXECUTE FUNCTION put_whole_row()""",
)


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for statement in APART:
        op.execute(statement)
    for table, dates in DATES.items():
        _periods(table, dates)
    for statement in (*MOVED, *DEFINED):
        op.execute(statement)


def _periods(table: str, dates: str) -> None:
    found = op.get_bind().exec_driver_sql(f"SELECT DISTINCT (expires_at - 1) / {PERIOD} FROM ({dates}) AS d")  # noqa: S608
    for (number,) in found.all():
        begins_at = number * PERIOD + 1
        op.execute(f"CREATE TABLE {table}_{number} (LIKE {table} INCLUDING ALL)")
        op.execute(
            f"ALTER TABLE {table} ATTACH PARTITION {table}_{number}"
            f" FOR VALUES FROM ({begins_at}) TO ({begins_at + PERIOD})"
        )
