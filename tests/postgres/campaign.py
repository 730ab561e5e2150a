"""Each exchange between a store and its server goes wrong once: of every operation all is done or nothing,
what was answered is done, and given again it is done once.

    python3 -m tests.postgres.campaign                  every operation, exchange and fault: some minutes
    python3 -m tests.postgres.campaign sweep enrol      these operations alone
    python3 -m tests.postgres.campaign --rounds 20      then so many rounds with a second fault, by chance
    python3 -m tests.postgres.campaign --rounds 20 --seed 7

A fault is its operation, its exchange and its kind, and these come again; what the server does in what order
at the same moment does not. It starts a server of its own, and touches no other.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg

from relay.core.errors import Busy, RelayError
from relay.store.deletion_files import INSTANT, Ledger, Record, records_since
from relay.store.postgres import PostgresStore
from relay.store.postgres.partitions import PERIOD_SECONDS, making
from tests.contract.people import NOW, People
from tests.postgres.operations import OPERATIONS, Operation
from tests.postgres.server import Server
from tests.postgres.wire import AFTER, BEFORE, Wire, wired

REPEATED = ("40001", "40P01")
"""Serialisation failure, deadlock: the store runs the transaction again by itself."""
REFUSED = ("57014", "53100", "53200")
"""Given up by the server, its disk full, its memory: people are told to come again."""
FAULTS = (BEFORE, AFTER, *REPEATED, *REFUSED)
MOST_EXCHANGES = 200
ANSWER_SECONDS = 60

TABLES = """
SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
AND NOT c.relispartition AND c.relname <> 'alembic_version' ORDER BY c.relname"""
SHOWN = """
SELECT '{0}', coalesce(string_agg(row, ' ' ORDER BY row), '')
FROM (SELECT (to_jsonb(x) - 'rowid' - '{1}')::text AS row FROM public.{0} x) y"""
DRAWN = {"receipt_leaves": "position"}
"""Numbers that a lost transaction has drawn too."""
LEFT_BEHIND = """
SELECT 'a lock' FROM pg_locks WHERE locktype = 'advisory' AND mode = 'ExclusiveLock'
UNION ALL SELECT 'a transaction' FROM pg_stat_activity
WHERE application_name = 'quietbox' AND xact_start IS NOT NULL"""
PERIODS = """
SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent IN (
    SELECT oid FROM pg_class WHERE relname IN ('envelope_bodies', 'blob_chunks'))"""


class Differs(AssertionError):
    """What must hold does not; the text says at which fault."""


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
        if found != right.after:
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


async def _run(operations: Sequence[Operation], rounds: int, seed: int) -> None:
    server = Server()
    try:
        server.start()
        for number in range(rounds + 1):
            rng = random.Random(seed + number) if number else None
            for operation in operations:
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
    asked.add_argument("operations", nargs="*", metavar="OPERATION", help="by name; else all")
    asked.add_argument("--rounds", type=int, default=0)
    asked.add_argument("--seed", type=int, default=1)
    given = asked.parse_args()
    known = {one.name: one for one in OPERATIONS}
    if unknown := [name for name in given.operations if name not in known]:
        asked.error(f"no operation {unknown[0]!r}; there are: {', '.join(known)}")
    asyncio.run(_run([known[name] for name in given.operations or known], given.rounds, given.seed))


if __name__ == "__main__":
    main()
