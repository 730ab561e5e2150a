"""`relay migrate --to URL`: the rows of a stopped relay's file into an empty database of PostgreSQL. Owns its
order, and the marks on both sides that let it be given again after it was killed.

What is due is swept before, so that its bytes reach no other machine. Then: the mark in the database, the
mark in the file, the rows, the comparison, the file's last mark, and the database's mark goes. Writes no
settings, and tells no password.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final, TextIO

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from relay.config import Settings
from relay.operator.backup import OPEN, alone, now_of, troubles
from relay.operator.stopped import Exit, Stopped
from relay.operator.sweeping import sweep_file
from relay.service.keyfiles import KeyFiles, read_key_files
from relay.service.opening import ledger_of
from relay.service.places import Places
from relay.store.engine import connect_writer
from relay.store.migrate import bring_up
from relay.store.moved import MOVED, MOVING, SECRETS, mark, marked_at, refuse_moved, unmark
from relay.store.rows import schema_number

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

MOVE: Final = "move"
HIDDEN: Final = "***"
SCHEME: Final = "postgresql://"
DRIVER: Final = "PostgreSQL needs a driver: pip install 'quietbox[postgres]'"

Tell = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Moved:
    """What a move did: the rows that are there, the URL without its password, and the file that is left."""

    rows: int
    url: str
    file: Path
    tail_days: int


def move(settings: Settings, url: str, tell: Tell) -> Moved:
    """Move the rows. `tell` is given a table, how many of its rows are there, and how many it has. Raises
    Stopped.
    """
    shown = without_password(url)
    places = Places(settings.relay.data_dir)
    if not places.database.exists():
        raise Stopped(f"There is no file to move: {places.database}.", Exit.NOT_THERE)
    with troubles(places.database), alone(places.lock, OPEN):
        keys = read_key_files(places.secrets)
        rows = asyncio.run(_move(settings, places, keys, url, tell))
    return Moved(rows, shown, places.database, settings.backup.tail_days)


def told(moved: Moved) -> Iterator[str]:
    """What was moved, and what is to be done, for people."""
    yield f"{moved.rows:,} rows moved, and compared one by one. Next, in relay.toml, and then relay serve:"
    yield "[database]"
    yield f'url = "{moved.url}"'
    if HIDDEN in moved.url:
        yield f"For {HIDDEN} stands the password: keep it in ~/.pgpass, or the url in RELAY_DATABASE__URL."
    within = f"within {moved.tail_days} days" if moved.tail_days else "now"
    yield f"Nothing goes from {moved.file} any more when it is due: delete it {within}."


def telling(stream: TextIO) -> Tell:
    """Progress as one line on a terminal, else as one for each table when it is done."""
    on_terminal = stream.isatty()

    def tell(table: str, count: int, total: int) -> None:
        line = f"{table}: {count:,} of {total:,} rows"
        if on_terminal:
            stream.write(f"\r\x1b[K{line}" + ("\n" if count >= total else ""))
        elif count >= total:
            stream.write(f"{line}\n")
        stream.flush()

    return tell


def without_password(url: str, option: str = "--to") -> str:
    """A URL as it may be shown. Raises Stopped where it is none of PostgreSQL, or its driver is missing."""
    if find_spec("asyncpg") is None:
        raise Stopped(DRIVER)
    try:
        if not url.startswith(SCHEME):
            raise ValueError
        found = make_url(url)
    except (ArgumentError, ValueError):
        raise Stopped(f"{option} takes a URL that begins with {SCHEME}", Exit.USAGE) from None
    if found.password is None and "password" not in found.query:
        return url
    shown = found.difference_update_query(["password"]).set(password=HIDDEN)
    return shown.render_as_string(hide_password=True)


async def _move(settings: Settings, places: Places, keys: KeyFiles, url: str, tell: Tell) -> int:
    from relay.operator.on_postgres import tag_of
    from relay.store.postgres import filling, server

    begun_at = _begun_at(places)
    async with server.alone(url) as connection:
        found = await server.unfinished(connection)
        goes_on = begun_at is not None and found == server.Unfinished(MOVE, tag_of(keys), begun_at)
        if not goes_on:
            with closing(connect_writer(places.database)) as source:
                refuse_moved(source)
            await filling.refuse_full(connection, found, tag_of(keys))
            await _begin(settings, places, keys, connection)
        with closing(connect_writer(places.database)) as source:
            rows = await filling.fill(connection, source, tell)
            mark(source, MOVED, now_of(settings))
        await server.finish(connection)
    return rows


def _begun_at(places: Places) -> int | None:
    """When the move began that may go on; None where the file has another shape now, or none began."""
    with closing(connect_writer(places.database)) as source:
        before = schema_number(source)
        bring_up(source)
        return marked_at(source, MOVING) if before == schema_number(source) else None


async def _begin(settings: Settings, places: Places, keys: KeyFiles, connection: AsyncConnection) -> None:
    """From the start, whatever an earlier try has left on either side."""
    from relay.operator.on_postgres import tag_of
    from relay.store.postgres import filling, server

    with closing(connect_writer(places.database)) as source:
        unmark(source)
    if not await sweep_file(settings, places.database, keys, ledger_of(settings)):
        raise Stopped("The clock cannot be vouched for: first relay clock accept")
    now = now_of(settings)
    await filling.begin(connection, server.Unfinished(MOVE, tag_of(keys), now))
    with closing(connect_writer(places.database)) as source:
        mark(source, SECRETS, keys.mark)  # it is this relay's from the first moment on
        mark(source, MOVING, now)
