"""What a relay has stored, looked at past the relay: its rows, and the raw files in which they lie; in the
file as on PostgreSQL. Only reads, but for the server's own checkpoint.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg

Row = tuple[Any, ...]
CHECKPOINT = "CHECKPOINT"
PLACE = """
SELECT current_setting('data_directory'), oid FROM pg_database WHERE datname = current_database()"""


@dataclass(frozen=True, slots=True)
class Stored:
    """The database of the relay in `folder`: that of the URL, or without one the file."""

    folder: Path
    url: str = ""

    def rows(self, query: str) -> list[Row]:
        """The answer to a query that both kinds of database understand."""
        if self.url:
            return self._asked(query)
        with closing(sqlite3.connect(f"file:{self.folder / 'relay.db'}?mode=ro", uri=True)) as database:
            return database.execute(query).fetchall()

    def number(self, query: str) -> int:
        """The same, where the answer is one number."""
        ((found,),) = self.rows(query)
        return int(found)

    def raw(self) -> Iterator[bytes]:
        """Each raw file: with journal, or with the server's log, all its WAL and what it keeps beside the
        database, but not its other databases.
        """
        return (path.read_bytes() for path in self._files())

    def _files(self) -> list[Path]:
        if not self.url:
            return list(self.folder.glob("relay.db*"))
        self._asked(CHECKPOINT)
        ((data, number),) = self._asked(PLACE)
        found = [path for path in Path(data).rglob("*") if path.is_file()]
        others = {path for path in (Path(data) / "base").iterdir() if path.name != str(number)}
        return [path for path in found if others.isdisjoint(path.parents)]

    def _asked(self, statement: str) -> list[Row]:
        """From a thread of its own, as those who look may stand in a running loop."""
        with ThreadPoolExecutor(1) as aside:
            return aside.submit(asyncio.run, _answered(self.url, statement)).result()


async def _answered(url: str, statement: str) -> list[Row]:
    connection = await asyncpg.connect(url)
    try:
        return [tuple(row) for row in await connection.fetch(statement)]
    finally:
        await connection.close()
