"""Pages that SQLite joins: what it does not join."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from relay.store import pages
from relay.store.engine import connect_reader, connect_writer

TABLES = """
CREATE TABLE mailboxes (mailbox_id BLOB PRIMARY KEY, expires_at INTEGER);
CREATE TABLE mailbox_rows (mailbox_id BLOB, position INTEGER, envelope_id BLOB, received_day INTEGER,
    expires_at INTEGER, reason INTEGER, raw BLOB, PRIMARY KEY (mailbox_id, position));"""
MAILBOX = b"m" * 16


@pytest.fixture
def filled(tmp_path: Path) -> sqlite3.Connection:
    """A prepared connection to a mailbox of nine envelopes of 1 MB."""
    file = tmp_path / "relay.sqlite"
    writer = connect_writer(file)
    writer.executescript(TABLES)
    writer.execute("INSERT INTO mailboxes VALUES (?, 9)", (MAILBOX,))
    row = "INSERT INTO mailbox_rows VALUES (?, ?, ?, 3, 9, 0, ?)"
    writer.executemany(row, [(MAILBOX, at, bytes(16), bytes(1_000_000)) for at in range(1, 10)])
    writer.close()
    return pages.prepare(connect_reader(file))


def _page(database: sqlite3.Connection, limit: int, max_bytes: int) -> object:
    return pages.joined_page(
        database, MAILBOX, start=0, descending=False, limit=limit, max_bytes=max_bytes, now=5
    )


def test_what_its_bytes_would_end_is_left_to_the_rows(filled: sqlite3.Connection) -> None:
    """Beyond the bytes of a page, and beyond what SQLite joins on such a connection, there is no joined page;
    the connection goes on reading.
    """
    assert _page(filled, 9, 1 << 40) is None
    assert _page(filled, 4, 4_000_000) is None
    page = _page(filled, 4, 4_000_100)
    assert isinstance(page, pages.Page)
    assert (len(page.rows), page.next, page.more) == (4 * 1_000_017, 4, True)
    filled.close()
