"""Each exchange between a store and its server goes wrong once: of every operation all is done or nothing,
what was answered is done, and given again it is done once.

    python3 -m tests.postgres.campaign                  every operation, exchange and fault: some minutes
    python3 -m tests.postgres.campaign --rounds 20      then so many rounds with a second fault, by chance
    python3 -m tests.postgres.campaign --rounds 20 --seed 7

A fault is its operation, its exchange and its kind, and these come again; what the server does in what order
at the same moment does not. It starts a server of its own, and touches no other.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import random
import re
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg

from relay.core.errors import Busy, RelayError
from relay.core.model import Blob, QueuedRevoke, Step, VaultItem
from relay.store.deletion_files import INSTANT, Ledger, Record, records_since
from relay.store.postgres import PostgresStore
from relay.store.postgres.partitions import PERIOD_SECONDS, Past, making
from tests.contract.people import (
    DAY_SECONDS,
    HOLD_ENDS,
    NOW,
    People,
    coach_invitation,
    enrolment,
    envelope,
    named,
)
from tests.postgres.server import Server
from tests.postgres.wire import AFTER, BEFORE, Wire, wired

REPEATED = ("40001", "40P01")
"""Serialisation failure, deadlock: the store runs the transaction again by itself."""
REFUSED = ("57014", "53100", "53200")
"""Given up by the server, its disk full, its memory: people are told to come again."""
FAULTS = (BEFORE, AFTER, *REPEATED, *REFUSED)
MOST_EXCHANGES = 200
ANSWER_SECONDS = 60
WORK, ANNA, MAYA = named("work"), named("anna account"), named("maya account")
COACH, CLIENT = "work coach", "work client"
CONTENT = bytes(range(256)) * 8

TABLES = """
SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
AND NOT c.relispartition AND c.relname <> 'alembic_version' ORDER BY c.relname"""
SHOWN = """
SELECT '{0}', coalesce(string_agg(row, ' ' ORDER BY row), '')
FROM (SELECT (to_jsonb(x) - 'rowid' - '{1}')::text AS row FROM public.{0} x) y"""
DRAWN = {"receipt_leaves": "position"}
"""Numbers that a lost transaction has drawn too."""
FILES = re.compile(r'"blob_ids": "[^"]*", ')
"""Of a leaf. Where a row was passed over, its file may have gone before it, and its leaf does not name it."""
LEFT_BEHIND = """
SELECT 'a lock' FROM pg_locks WHERE locktype = 'advisory' AND mode = 'ExclusiveLock'
UNION ALL SELECT 'a transaction' FROM pg_stat_activity
WHERE application_name = 'quietbox' AND xact_start IS NOT NULL"""
PERIODS = """
SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent IN (
    SELECT oid FROM pg_class WHERE relname IN ('envelope_bodies', 'blob_chunks'))"""

Act = Callable[[People], Awaitable[Any]]


class Differs(AssertionError):
    """What must hold does not; the text says at which fault."""


@dataclass(frozen=True)
class Operation:
    """What is tried, and what has to be there before. One that goes `by_rows` has more than one transaction,
    and passes over a row that is refused: the rest of it goes when it is given again.
    """

    name: str
    act: Act
    before: Act | None = None
    by_rows: bool = False


def _begun(people: People) -> Awaitable[Any]:
    blob = Blob(named("file", 32), ANNA, "uploading", 0, HOLD_ENDS - 1, NOW + DAY_SECONDS)
    return people.store.create_blob(blob, now=NOW)


def _piece(people: People) -> Awaitable[Any]:
    quota = 1 << 20
    return people.store.append_blob(named("file", 32), ANNA, 0, CONTENT, now=NOW, account_quota_bytes=quota)


def _finish(people: People) -> Awaitable[Any]:
    found = hashlib.sha256(CONTENT).digest()
    return people.store.finish_blob(named("file", 32), ANNA, len(CONTENT), found, now=NOW)


async def _blob(people: People) -> None:
    for step in (_begun, _piece, _finish):
        await step(people)


async def _two_with_a_file(people: People) -> Any:
    blob = named("file", 32)
    return await people.put(envelope(COACH, "m1", blob_ids=(blob,)), envelope(CLIENT, "m2", blob_ids=(blob,)))


async def _fill(people: People) -> None:
    await _blob(people)
    await _two_with_a_file(people)
    await people.put(
        envelope(COACH, "short", expires_at=NOW + 50), envelope(CLIENT, "short", expires_at=NOW + 50)
    )


def _close(people: People) -> Awaitable[Any]:
    return people.store.apply_act(WORK, Step(2, b"act 2", policy=b"policy 2", ends_at=NOW + 99), now=NOW)


async def _entries(people: People) -> None:
    entries = [bytes([2]) + named(f"entry {day}", 32) for day in range(3)]
    days = [(day, b"signed %d" % day) for day in range(3)]
    await people.store.put_days(named("keeper"), days, entries)


def _page(people: People) -> Awaitable[Any]:
    return people.store.rows(named(COACH), after=0, before=None, limit=50, max_bytes=1 << 20, now=NOW)


async def _pieces(people: People) -> bytes:
    return b"".join([piece async for piece in people.store.read_blob(named("file", 32), 0, 2_048)])


async def _sweep_periods(people: People) -> Any:
    """As a relay that has just been started, which has not looked at them yet. What else is counted differs:
    in a period that stays, chunks of files are rows.
    """
    store: Any = people.store
    store._past = Past(store._engine)
    swept = await store.sweep(now=HOLD_ENDS + 2 * PERIOD_SECONDS, limit=500)
    return swept.envelopes, swept.blobs, swept.engagement_ids


OPERATIONS = (
    Operation(
        "deposit", lambda p: p.put(envelope(COACH, "m1"), act=1), lambda p: p.put(envelope(COACH, "m0"))
    ),
    Operation("deposit into two, with a file", _two_with_a_file, _blob),
    Operation(
        "deposit of another period", lambda p: p.put(envelope(COACH, "m1", expires_at=NOW + 40 * DAY_SECONDS))
    ),
    Operation("the same again", _two_with_a_file, _fill),
    Operation("take an own copy", lambda p: p.store.expire_own(named(COACH), [named("m1")], now=NOW), _fill),
    Operation("sweep", lambda p: p.store.sweep(now=NOW + 60, limit=200), _fill, by_rows=True),
    Operation(
        "sweep an engagement that is over",
        lambda p: p.store.sweep(now=HOLD_ENDS, limit=500),
        _fill,
        by_rows=True,
    ),
    Operation("sweep periods that are over", _sweep_periods, _fill, by_rows=True),
    Operation("close", _close, _fill),
    Operation("acknowledge", lambda p: p.store.acknowledge(named(CLIENT), [named("m2")], now=NOW), _fill),
    Operation("begin a file", _begun),
    Operation("a piece of a file", _piece, _begun),
    Operation("finish a file", _finish, _blob),
    Operation(
        "enrol",
        lambda p: p.store.enrol(enrolment("bert"), now=NOW),
        lambda p: p.store.put_invitation(coach_invitation("bert"), now=NOW),
    ),
    Operation("a draft", lambda p: p.add_draft("second")),
    Operation(
        "vault", lambda p: p.store.put_vault(ANNA, [VaultItem("drafts", 1, HOLD_ENDS, b"box")], [], now=NOW)
    ),
    Operation("days and the log", _entries),
    Operation(
        "queue a revoke", lambda p: p.store.queue_revoke(QueuedRevoke(named("k"), b"revoke", HOLD_ENDS))
    ),
    Operation("close an account", lambda p: p.store.close_account(MAYA, now=NOW), _fill),
    Operation("read a page", _page, _fill),
    Operation("read a file", _pieces, _fill),
    Operation("read totals", lambda p: p.store.counts(now=NOW)),
)
SHORT = ("deposit", "take an own copy", "read a page")
"""What CI tries."""


class Rows:
    """All rows of the database, by a connection of one's own: kept, put back, and shown."""

    def __init__(self, driver: Any, tables: list[str]) -> None:
        self._driver, self._tables = driver, tables
        self._periods = set[str]()
        self._show = " UNION ALL ".join(SHOWN.format(name, DRAWN.get(name, "")) for name in tables)

    async def keep(self) -> None:
        """What is there is what is put back."""
        made = [
            f"DROP TABLE IF EXISTS kept.{one}; CREATE TABLE kept.{one} AS TABLE public.{one}"
            for one in self._tables
        ]
        await self._driver.execute("; ".join(made))
        self._periods = {name for (name,) in await self._driver.fetch(PERIODS)}

    async def put_back(self) -> None:
        """As it was kept; so are the tables of periods."""
        there = {name for (name,) in await self._driver.fetch(PERIODS)}
        fresh = there - self._periods
        for table, _, number in (name.rpartition("_") for name in self._periods - there):
            for statement in making(table, (int(number) * PERIOD_SECONDS + 1,)):
                await self._driver.execute(statement)
        taken = [f"DELETE FROM public.{one}" for one in self._tables]
        given = [f"INSERT INTO public.{one} OVERRIDING SYSTEM VALUE TABLE kept.{one}" for one in self._tables]
        await self._driver.execute(
            "; ".join(["BEGIN", *(f"DROP TABLE {one}" for one in sorted(fresh)), *taken, *given, "COMMIT"])
        )

    async def nothing_is_left_behind(self) -> None:
        """Wait until no lock and no transaction of the store's is there. Raises TimeoutError."""
        async with asyncio.timeout(ANSWER_SECONDS):
            while await self._driver.fetch(LEFT_BEHIND):  # a server ends what a lost connection had by itself
                pass

    async def shown(self) -> dict[str, str]:
        """By table, without the numbers of its rows."""
        return dict(tuple(row) for row in await self._driver.fetch(self._show))


@dataclass(frozen=True)
class Right:
    """Of an operation with which nothing goes wrong: the rows before and after, what the ledger is told, and
    the answer.
    """

    before: dict[str, str]
    after: dict[str, str]
    told: list[Record]
    answer: Any


@dataclass
class Trial:
    """A store behind the wire, and what it must not lose."""

    wire: Wire
    people: People
    rows: Rows
    ledger: Path
    tried: int = 0

    async def operation(
        self, operation: Operation, faults: tuple[str, ...], rng: random.Random | None = None
    ) -> None:
        """Let each of its exchanges go wrong in each of these ways; with `rng` given again it goes wrong once
        more. Raises Differs.
        """
        self.wire.arm("", 0)
        if operation.before is not None:
            await operation.before(self.people)
        await self.rows.keep()
        before, since = await self.rows.shown(), len(self._told())
        answer = await operation.act(self.people)
        right = Right(before, await self.rows.shown(), self._told()[since:], answer)
        for fault in faults:
            for at in range(MOST_EXCHANGES):
                if not await self._goes_wrong(operation, fault, at, right, rng):
                    break
                self.tried += 1
            else:
                raise Differs(f"{operation.name}: no end of exchanges")

    async def _goes_wrong(
        self, operation: Operation, fault: str, at: int, right: Right, rng: random.Random | None
    ) -> bool:
        """Let one exchange go wrong; False where there is none of that number. Raises Differs."""
        await self.rows.put_back()
        since = len(self._told())
        self.wire.arm(fault, at)
        done = await self._outcome(operation)
        if not self.wire.fired:
            return False
        where = f"{operation.name}: exchange {at}, {fault}"
        _judge(where, operation, fault, done, right.answer)
        found = await self.rows.shown()
        if found not in (right.before, right.after) and not operation.by_rows:
            raise Differs(f"{where}: done by half")
        if done == (right.answer,) and found != right.after:
            raise Differs(f"{where}: answered and not done")
        if rng is not None:
            second = rng.choice(FAULTS), rng.randrange(at + 3)
            where += f", then exchange {second[1]}, {second[0]}"
            self.wire.arm(*second)
            await self._is_answered(where, operation)
        self.wire.arm("", 0)
        if not await self._is_answered(where, operation):
            raise Differs(f"{where}: no answer when given again")
        found = await self.rows.shown()
        if _compared(operation, found) != _compared(operation, right.after):
            raise Differs(f"{where}: given again it is {_unlike(found, right.after)}")
        if missing := [one for one in right.told if one not in self._told()[since:]]:
            raise Differs(f"{where}: the ledger was not told of {len(missing)}")
        await self.check_let_go(where)
        return True

    async def check_let_go(self, where: str) -> None:
        """Wait until no connection, no lock and no transaction is left behind. Raises Differs."""
        store: Any = self.people.store
        if taken := store._engine.pool.checkedout():
            raise Differs(f"{where}: {taken} connections are not given back")
        try:
            await self.rows.nothing_is_left_behind()
        except TimeoutError:
            raise Differs(f"{where}: a lock or a transaction is left behind") from None

    async def _outcome(self, operation: Operation) -> Any:
        """The answer, in a tuple; None for who is told to come again; else what was raised."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return (await operation.act(self.people),)
        except Busy:
            return None
        except Exception as failure:  # noqa: BLE001 - it is judged
            return failure

    async def _is_answered(self, where: str, operation: Operation) -> bool:
        """As whoever was told to come again: that it is there, or that it was. Raises Differs."""
        if operation.by_rows:  # what a lost connection holds until the server sees its end is passed over too
            await self.check_let_go(where)
        done = await self._outcome(operation)
        if isinstance(done, Exception) and not isinstance(done, RelayError):
            raise Differs(f"{where}: {done!r}") from done
        return done is not None

    def _told(self) -> list[Record]:
        return [one for one in records_since(self.ledger, 0) if one.kind != INSTANT]


def _judge(where: str, operation: Operation, fault: str, done: Any, right: Any) -> None:
    if isinstance(done, Exception):
        raise Differs(f"{where}: {done!r}") from done
    if fault in REPEATED and done is None:
        raise Differs(f"{where}: was not run again")
    passes_over = operation.by_rows and fault in REFUSED
    if done not in (None, (right,)) and not passes_over:
        raise Differs(f"{where}: answered {done[0]!r}, not {right!r}")


def _compared(operation: Operation, rows: dict[str, str]) -> dict[str, Any]:
    if not operation.by_rows:
        return rows
    leaves = FILES.sub("", rows["receipt_leaves"]).strip("{}").split("} {")
    return {**rows, "receipt_leaves": sorted(leaves)}


def _unlike(found: dict[str, str], after: dict[str, str]) -> str:
    return "; ".join(
        f"{name} {found[name]}, not {after[name]}" for name in after if found[name] != after[name]
    )


@asynccontextmanager
async def trial(server: Server, database: str) -> AsyncIterator[Trial]:
    """A store on an empty database of that server, with a coach and a client at work."""
    with tempfile.TemporaryDirectory() as folder:
        async with wired(server.socket) as wire:
            url = server.url(database).replace(str(server.socket), str(wire.folder))
            ledger = Ledger(Path(folder), lambda: NOW)
            store = await PostgresStore.open(url, ledger, lambda size: b"\7" * size)
            people = People(store)
            await people.settle()
            driver: Any = await asyncpg.connect(host=str(server.socket), user="postgres", database=database)
            await driver.execute("SET session_replication_role = replica; SET synchronous_commit = off")
            await driver.execute("CREATE SCHEMA kept")
            rows = Rows(driver, [name for (name,) in await driver.fetch(TABLES)])
            await rows.keep()
            try:
                yield Trial(wire, people, rows, Path(folder))
            finally:
                wire.arm("", 0)
                await driver.close()
                await store.close()


async def _run(rounds: int, seed: int) -> None:
    server = Server()
    try:
        server.start()
        for number in range(rounds + 1):
            rng = random.Random(seed + number) if number else None
            server.psql(f"CREATE DATABASE round_{number}")
            for operation in OPERATIONS:
                database = f"round_{number}_{OPERATIONS.index(operation)}"
                server.psql(f"CREATE DATABASE {database}")
                async with trial(server, database) as one:
                    await one.operation(operation, FAULTS, rng)
                    sys.stdout.write(f"round {number}: {operation.name}: {one.tried} faults\n")
                server.psql(f"DROP DATABASE {database}")
    finally:
        server.remove()


def main() -> None:
    """The long form."""
    asked = argparse.ArgumentParser(description="Each exchange of a store with PostgreSQL goes wrong once.")
    asked.add_argument("--rounds", type=int, default=0)
    asked.add_argument("--seed", type=int, default=1)
    given = asked.parse_args()
    asyncio.run(_run(given.rounds, given.seed))


if __name__ == "__main__":
    main()
