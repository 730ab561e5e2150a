"""What periods promise on PostgreSQL: a body goes at its date, a period that is over goes as a whole with its
files, what lives stays whatever was moved, and a mailbox's list and a deposit touch their own periods alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from relay.core.errors import Busy, NotFound
from relay.core.model import Reason
from relay.store.deposits import INSERT
from relay.store.envelopes import ASCENDING
from relay.store.faults import Violation
from relay.store.postgres import PostgresStore, partitions
from relay.store.postgres.dialect import arranged, translate
from relay.store.postgres.partitions import (
    AGAIN_SECONDS,
    CLOCKS_APART_SECONDS,
    PARTITIONED,
    PERIOD_SECONDS,
    period_of,
)
from tests.contract.people import HOLD_ENDS, NOW, People, envelope, named
from tests.postgres.server import Server

pytestmark = pytest.mark.postgres

CLIENT = "work client"
ENDS = period_of("", NOW + 1).ends_at - 1
OVER = ENDS + CLOCKS_APART_SECONDS
"""The end of the period in which NOW is: what is due then is the last of it."""


@pytest.fixture
async def people(url: str) -> AsyncIterator[People]:
    """A coach and a client at work."""
    store = await PostgresStore.open(url)
    found = People(store)
    await found.settle()
    yield found
    await store.close()


@pytest.fixture
async def ask(url: str) -> AsyncIterator[Any]:
    """Asks the server, past the store."""
    connection: Any = await asyncpg.connect(url)
    yield connection
    await connection.close()


async def test_a_body_goes_at_its_date_and_its_period_at_the_end(people: People, ask: Any) -> None:
    """Each goes with its row; the period goes a minute after its end, when no relay's clock is before it."""
    await people.put(envelope(CLIENT, "m1", expires_at=NOW + 5), envelope(CLIENT, "m2", expires_at=ENDS))
    assert await people.sweep_all(NOW + 5) == 1
    assert await _bodies(ask) == [(named(CLIENT), 2)]
    assert await people.sweep_all(ENDS - 1) == 0
    assert await _bodies(ask) == [(named(CLIENT), 2)]
    assert await people.sweep_all(ENDS) == 1
    assert await _bodies(ask) == []
    await people.sweep_all(OVER - 1)
    assert await _periods(ask) == [f"envelope_bodies_{period_of('', ENDS).number}"]
    await people.sweep_all(OVER)
    assert await _periods(ask) == []
    assert await people.names(CLIENT, now=ENDS) == [(named("m1"), Reason.DUE), (named("m2"), Reason.DUE)]


async def test_a_period_that_is_over_is_gone_from_the_disk(people: People, ask: Any, server: Server) -> None:
    """Its tables are in no catalogue, and no file of them has a byte."""
    blob = await people.upload("photo", b"12345" * 1000, expires_at=ENDS)
    await people.put(envelope(CLIENT, "m1", expires_at=ENDS, size=5000, blob_ids=(blob.blob_id,)))
    await people.put(envelope(CLIENT, "m2", expires_at=OVER + 1))
    over = period_of("", ENDS).number
    files = [server.data / path for path in await _paths(ask, over)]
    assert len(files) == 8  # of bodies and of chunks: rows, their index, what is large, its index
    assert all(file.exists() for file in files)
    await people.sweep_all(OVER)
    assert await _periods(ask) == [f"envelope_bodies_{over + 1}"]
    assert [_size(file) for file in files] == [0] * 8
    await ask.execute("CHECKPOINT")
    assert not any(file.exists() for file in files)
    assert await people.names(CLIENT, now=ENDS) == [(named("m2"), 0), (named("m1"), Reason.DUE)]
    with pytest.raises(NotFound):
        [piece async for piece in people.store.read_blob(blob.blob_id, 0, 5)]


async def test_what_an_over_period_held_still_gets_its_receipt(people: People, ask: Any) -> None:
    """The row knows its body's hash, so the leaf is written after the body has gone."""
    one = envelope(CLIENT, "m1", expires_at=ENDS)
    await people.put(one)
    wanted = await ask.fetchval("SELECT raw_hash FROM mailbox_rows WHERE envelope_id = $1", one.envelope_id)
    await people.sweep_all(OVER)
    found = await ask.fetch("SELECT envelope_hash, promised_at FROM receipt_leaves")
    assert [tuple(row) for row in found] == [(wanted, ENDS)]


async def test_a_date_brought_forward_into_another_period(people: People, ask: Any) -> None:
    """The body stays where it was until that date, is read until then, and goes with its row."""
    far = ENDS + 5 * PERIOD_SECONDS
    await people.put(envelope(CLIENT, "m1", expires_at=far), envelope(CLIENT, "m2", expires_at=far))
    await ask.execute(
        "UPDATE mailbox_rows SET expires_at = $1, shortened = 1 WHERE envelope_id = $2", ENDS, named("m1")
    )
    await people.sweep_all(ENDS - 1)
    assert len(await _bodies(ask)) == 2
    (first, *_) = (await _page(people, ENDS - 1)).rows
    assert first.raw == envelope(CLIENT, "m1", expires_at=far).raw
    await people.sweep_all(OVER)
    assert await _bodies(ask) == [(named(CLIENT), 2)]
    assert await _periods(ask) == [period_of("envelope_bodies", far).name]


async def test_no_row_outlives_its_period(people: People) -> None:
    """A date moved later than the one it was stored under is refused, whoever would do it."""
    await people.put(envelope(CLIENT, "m1", expires_at=ENDS))
    later = "UPDATE mailbox_rows SET expires_at = expires_at + 1"
    with pytest.raises(Violation):
        await people.store._write(lambda database: database.execute(later))  # type: ignore[attr-defined]


async def test_a_blob_that_lives_past_its_date_keeps_its_period(people: People, ask: Any) -> None:
    """An envelope sealed anew under a later date links it: the period stays until nothing in it lives."""
    blob = await people.upload("photo", b"12345", expires_at=ENDS)
    await people.upload("other", b"67890", expires_at=ENDS)
    await people.put(envelope(CLIENT, "m1", expires_at=ENDS, blob_ids=(blob.blob_id,)))
    later = envelope(CLIENT, "m2", expires_at=ENDS + 7200, blob_ids=(blob.blob_id,), envelope_class=5)
    assert (await people.put(later, by="maya")).status == "stored"
    await people.sweep_all(OVER)
    name = period_of("blob_chunks", ENDS).name
    assert name in await _periods(ask)
    assert [piece async for piece in people.store.read_blob(blob.blob_id, 0, 5)] == [b"12345"]
    assert await ask.fetchval("SELECT count(*) FROM blob_chunks") == 1
    await people.sweep_all(ENDS + 7200)
    assert name not in await _periods(ask)


async def test_a_deposit_makes_the_period_it_needs(people: People, ask: Any) -> None:
    """Whatever date a policy allows, and several at once: nobody is told to come again."""
    dates = [ENDS, ENDS + 1, ENDS + 3 * PERIOD_SECONDS, ENDS + 4 * PERIOD_SECONDS]
    outcomes = await asyncio.gather(
        *(people.put(envelope(CLIENT, f"m{date}", expires_at=date)) for date in dates)
    )
    assert [outcome.status for outcome in outcomes] == ["stored"] * 4
    assert await _periods(ask) == sorted(period_of("envelope_bodies", date).name for date in dates)


async def test_two_make_the_same_period(people: People, url: str, ask: Any) -> None:
    """As two relays do: there is one table then."""
    store: Any = people.store
    await asyncio.gather(*(partitions.make(store._engine, "envelope_bodies", ENDS) for _ in range(3)))
    assert await _periods(ask) == [period_of("envelope_bodies", ENDS).name]


async def test_whoever_reads_for_hours_stops_nobody(
    people: People, ask: Any, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A dump has the tables open: the sweep leaves the period for later, deposits go on, also into a period
    that has to be made; what was begun is ended at a later look.
    """
    monkeypatch.setattr(partitions, "LONGEST_WAIT", "100ms")
    await people.put(envelope(CLIENT, "m1", expires_at=ENDS))
    dump: Any = await asyncpg.connect(url)
    reading = dump.transaction()
    await reading.start()
    await dump.execute("SELECT count(*) FROM envelope_bodies")
    assert await people.sweep_all(OVER) == 1
    assert (await people.put(envelope(CLIENT, "m2", expires_at=ENDS + 9), now=ENDS)).status == "stored"
    with pytest.raises(Busy):  # by a clock that is behind: what is half dropped takes nothing, and says so
        await people.put(envelope(CLIENT, "m3", expires_at=ENDS), now=ENDS - 1)
    await reading.rollback()
    await dump.close()
    over, next_one = (period_of("envelope_bodies", date).name for date in (ENDS, ENDS + 9))
    assert await _periods(ask) == [over, next_one]
    await people.sweep_all(OVER + AGAIN_SECONDS)
    assert await _periods(ask) == [next_one]


async def test_a_list_reads_its_own_periods_alone(people: People, ask: Any) -> None:
    """Of ten periods the two in which the page's bodies lie are looked into, by their keys."""
    dates = [ENDS + number * PERIOD_SECONDS for number in range(10)]
    await people.put(*[envelope(CLIENT, f"m{date}", expires_at=date) for date in dates])
    wanted = {period_of("envelope_bodies", date).name for date in dates[:2]}
    await ask.execute("ANALYZE")
    words, names = translate(ASCENDING)
    bound = arranged(names, {"mailbox_id": named(CLIENT), "start": 0, "limit": 2, "now": NOW})
    await ask.execute("SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off")
    plan = [row[0] for row in await ask.fetch(f"EXPLAIN (ANALYZE, COSTS OFF) {words}", *bound)]
    looked_into = [line for line in plan if "envelope_bodies_" in line and "never executed" not in line]
    assert {name for name in wanted if any(f" on {name} " in line for line in looked_into)} == wanted
    assert len(looked_into) == 2
    assert not any("Seq Scan" in line and "never executed" not in line for line in plan)


async def test_a_deposit_opens_one_period(people: People, ask: Any) -> None:
    """Of ten that are there: its cost does not grow with them."""
    dates = [ENDS + number * PERIOD_SECONDS for number in range(10)]
    await people.put(*[envelope(CLIENT, f"m{date}", expires_at=date) for date in dates])
    store: Any = people.store

    def locked(database: Any) -> list[str]:
        row = (named(CLIENT), 99, named("m99"), 1, ENDS, bytes(100), None)
        database.execute("SELECT 1 FROM mailboxes LIMIT 1").fetchone()
        database.executemany(INSERT, [row])
        found = database.execute(
            "SELECT c.relname FROM pg_locks l JOIN pg_class c ON c.oid = l.relation"
            " WHERE l.pid = pg_backend_pid() AND l.mode = 'RowExclusiveLock' AND c.relkind = 'r'"
            " AND c.relname LIKE 'envelope_bodies_%'"
        )
        return [name for (name,) in found]

    assert await store._write(locked) == [period_of("envelope_bodies", ENDS).name]


async def test_a_part_of_a_chunk(people: People) -> None:
    """Pieces begin and end where they are asked for, in whichever chunk that is."""
    content = bytes(range(256)) * 5000
    blob = await people.upload("photo", content, expires_at=HOLD_ENDS - 1)
    for start, stop in (
        (0, 3),
        (5, 1 << 20),
        ((1 << 20) - 1, (1 << 20) + 2),
        (len(content) - 2, len(content)),
    ):
        pieces = [piece async for piece in people.store.read_blob(blob.blob_id, start, stop)]
        assert b"".join(pieces) == content[start:stop]


async def test_rows_are_copied_in_and_out_whole(people: People, ask: Any) -> None:
    """Through the view whoever copies all rows has them with their bodies, and puts them so."""
    await people.put(envelope(CLIENT, "m1", expires_at=ENDS), envelope(CLIENT, "m2", expires_at=NOW + 5))
    await people.sweep_all(NOW + 5)
    columns = "mailbox_id, position, envelope_id, received_day, expires_at, shortened, reason, raw"
    columns += ", acknowledged, twin_id"
    rows = [tuple(row) for row in await ask.fetch(f"SELECT {columns} FROM whole_rows ORDER BY position")]
    assert [row[7] for row in rows] == [envelope(CLIENT, "m1", expires_at=ENDS).raw, None]
    facts = [
        tuple(row)
        for row in await ask.fetch("SELECT kept_until, head, raw_bytes, raw_hash FROM mailbox_rows")
    ]
    await ask.execute("DELETE FROM mailbox_rows; DELETE FROM envelope_bodies")
    await ask.copy_records_to_table("whole_rows", columns=columns.split(", "), records=rows)
    again = [tuple(row) for row in await ask.fetch(f"SELECT {columns} FROM whole_rows ORDER BY position")]
    assert again == rows
    assert sorted(map(repr, facts)) == sorted(
        repr(tuple(row))
        for row in await ask.fetch("SELECT kept_until, head, raw_bytes, raw_hash FROM mailbox_rows")
    )


async def _page(people: People, now: int) -> Any:
    return await people.store.rows(named(CLIENT), after=0, before=None, limit=50, max_bytes=1 << 22, now=now)


async def _bodies(ask: Any) -> list[tuple[bytes, int]]:
    found = await ask.fetch("SELECT mailbox_id, position FROM envelope_bodies ORDER BY position")
    return [tuple(row) for row in found]


async def _periods(ask: Any) -> list[str]:
    found = await ask.fetch(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname ~ $1 ORDER BY relname",
        f"^({'|'.join(PARTITIONED)})_[0-9]+$",
    )
    return [name for (name,) in found]


async def _paths(ask: Any, number: int) -> list[str]:
    found = await ask.fetch(
        "SELECT pg_relation_filepath(o) FROM pg_class c CROSS JOIN LATERAL ("
        " SELECT c.oid AS o UNION SELECT c.reltoastrelid UNION SELECT indexrelid FROM pg_index"
        " WHERE indrelid IN (c.oid, c.reltoastrelid)) AS parts WHERE c.relkind = 'r' AND c.relname ~ $1",
        f"_{number}$",
    )
    return [path for (path,) in found]


def _size(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0
