"""The tables in PostgreSQL: those of `relay.store.schema`, each with a `rowid` as the file has one, and the
functions that its statements use. Bodies lie apart (`relay.store.postgres.bodies`).

Owns nothing that `schema` says; a column is added there.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Connection, Identity, Index, Integer, MetaData

from relay.store import schema
from relay.store.postgres.bodies import DEFINED
from relay.store.postgres.partitions import PARTITIONED

FUNCTIONS: Final = (
    "CREATE DOMAIN blob AS bytea",
    "CREATE FUNCTION max(a bigint, b bigint) RETURNS bigint IMMUTABLE PARALLEL SAFE RETURN greatest(a, b)",
    "CREATE FUNCTION min(a bigint, b bigint) RETURNS bigint IMMUTABLE PARALLEL SAFE RETURN least(a, b)",
    "CREATE FUNCTION hex(a bytea) RETURNS text IMMUTABLE PARALLEL SAFE RETURN upper(encode(a, 'hex'))",
    # The header's date, bytes 56 to 63 of an envelope (docs/protocol.md, part 5).
    """CREATE FUNCTION promised_at(head bytea) RETURNS bigint IMMUTABLE PARALLEL SAFE
    RETURN ('x' || encode(substr(head, 57, 8), 'hex'))::bit(64)::bigint""",
)


BY_NAME: Final = frozenset({"mailbox_rows"})
"""Tables that are large and whose rows are never taken away by their `rowid`."""


def make(connection: Connection) -> None:
    """Make all of it in an empty database."""
    found = _tables()
    found.create_all(connection, [one for one in found.sorted_tables if one.name not in PARTITIONED])
    for statement in (*FUNCTIONS, *DEFINED):
        connection.exec_driver_sql(statement)


def _tables() -> MetaData:
    """All tables, for this dialect; rows still with their bodies."""
    found = MetaData(naming_convention=schema.metadata.naming_convention)
    for table in schema.metadata.sorted_tables:
        copied = table.to_metadata(found)
        copied.append_column(Column("rowid", BigInteger, Identity(always=True), nullable=False))
        if table.name not in BY_NAME:
            Index(None, copied.c.rowid)
        for column in copied.primary_key:
            if isinstance(column.type, Integer):
                column.type = BigInteger()
    return found
