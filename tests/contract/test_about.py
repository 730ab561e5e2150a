"""What a person is shown of the rows about them: all of theirs, nobody else's, a reason for each column."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from relay.core.model import SealedCell
from relay.store.about import NOBODYS, SHOWN_ROWS, tables_of_people
from relay.store.memory import MemoryStore
from relay.store.schema import WITHOUT_END, metadata
from tests.contract.people import NOW, People, named

ANNA, MAYA = named("anna account"), named("maya account")

REASONS = json.loads(
    (Path(__file__).resolve().parents[2] / "relay" / "inbox" / "src" / "rows.json").read_text("utf-8")
)


def test_each_column_has_a_reason_and_each_reason_a_column() -> None:
    """A new column that nobody explains to the person it is about stops here; so does a forgotten one."""
    told = {name: set(table["columns"]) for name, table in REASONS["tables"].items()}
    stored = {
        table.name: {column.name for column in table.columns} - set(REASONS["shared"])
        for table in tables_of_people()
    }
    assert told == stored


def test_every_table_is_shown_or_named_as_nobodys() -> None:
    """No table of people is left out of the page."""
    shown = {table.name for table in tables_of_people()}
    assert shown | WITHOUT_END | NOBODYS == {table.name for table in metadata.sorted_tables}


async def test_the_rows_are_ones_own(people: People) -> None:
    """Each id among them is the asker's; of what is sealed nothing but size and beginning comes out."""
    if isinstance(people.store, MemoryStore):
        pytest.skip("the memory has no rows")
    for account_id, other in ((ANNA, MAYA), (MAYA, ANNA)):
        found = await people.store.rows_about(account_id, now=NOW)
        assert [one.table for one in found] == [table.name for table in tables_of_people()]
        assert next(one.count for one in found if one.table == "accounts") == 1
        for one in found:
            assert len(one.rows) == min(one.count, SHOWN_ROWS)
            for row in one.rows:
                assert len(row) == len(one.columns)
                cells = dict(zip(one.columns, row, strict=True))
                assert cells.get("account_id") in (SealedCell(16, account_id[:8]), None)
                assert SealedCell(16, other[:8]) not in row


async def test_what_is_due_and_nobodys_rows_are_not_shown(people: People) -> None:
    """A row past its date is not there; an unknown account has none."""
    if isinstance(people.store, MemoryStore):
        pytest.skip("the memory has no rows")
    far = NOW + 20_000 * 86_400
    assert sum(one.count for one in await people.store.rows_about(ANNA, now=far)) == 0
    assert sum(one.count for one in await people.store.rows_about(b"n" * 16, now=NOW)) == 0
