"""What bringing a file up to date promises: the schema that the program knows, no row lost, no half step,
no way back.

`NUMBER.sql` beside this file is what a file of that number held, written when it was the newest. It is
never changed; a new migration adds the file of the number before it. `NUMBER.postgres.sql` is the same in
PostgreSQL (tests/postgres/test_migrate.py).
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool

from relay.core.model import Reason
from relay.core.ports import Store
from relay.store import migrate
from relay.store.engine import connect_writer
from relay.store.migrate import SCRIPTS, NewerSchema, bring_up
from relay.store.schema import metadata
from relay.store.sqlite import SqliteStore
from tests.contract.people import NOW, People, named

HERE = Path(__file__).parent
NUMBERS = sorted(file.stem for file in HERE.glob("[0-9][0-9][0-9][0-9].sql"))


def newest() -> str:
    """The number of the newest migration."""
    return ScriptDirectory(str(SCRIPTS)).get_current_head() or ""


def number_of(database: sqlite3.Connection) -> str:
    """The migration that a file stands at."""
    (number,) = database.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(number)


def dump(database: sqlite3.Connection) -> list[str]:
    """All that a file holds."""
    return list(database.iterdump())


def test_migrations_are_one_line_and_each_has_its_old_rows() -> None:
    """No branches; every number has a file of rows to start from."""
    scripts = ScriptDirectory(str(SCRIPTS))
    numbers = [script.revision for script in scripts.walk_revisions()]
    assert len(scripts.get_heads()) == len(scripts.get_bases()) == 1
    assert numbers[0] == newest()
    assert sorted(numbers) == NUMBERS


def test_the_newest_migration_ends_at_the_schema(tmp_path: Path) -> None:
    """Tables, columns, indexes and constraints of a migrated file are those of `relay.store.schema`."""
    database = connect_writer(tmp_path / "store.sqlite3")
    bring_up(database)
    engine = create_engine("sqlite://", creator=lambda: database, poolclass=StaticPool)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    database.close()


def test_twice_is_once(tmp_path: Path) -> None:
    """Bringing up what is up to date changes nothing."""
    database = connect_writer(tmp_path / "store.sqlite3")
    bring_up(database)
    before = dump(database)
    bring_up(database)
    assert dump(database) == before
    database.close()


@pytest.mark.parametrize("number", NUMBERS)
async def test_old_rows_are_all_there_after_an_upgrade(tmp_path: Path, number: str) -> None:
    """A file as an older release left it opens, and everything in it is found."""
    path = tmp_path / "store.sqlite3"
    database = connect_writer(path)
    database.execute("PRAGMA foreign_keys=OFF")  # a dump names tables before it makes them
    database.executescript((HERE / f"{number}.sql").read_text())
    assert number_of(database) == number
    database.close()
    store = await SqliteStore.open(path)
    await check_old_rows(store)
    health = await store._read(
        lambda db: (
            db.execute("PRAGMA integrity_check").fetchall(),
            db.execute("PRAGMA foreign_key_check").fetchall(),
        )
    )
    assert health == ([("ok",)], [])
    await store.close()


async def check_old_rows(store: Store) -> None:
    """All that the files of rows hold is found by the store's own methods."""
    people = People(store)
    assert await people.names("work coach") == [(named("m2"), 0), (named("m1"), Reason.OWN_COPY)]
    assert await people.names("work client") == [(named("m1"), 0)]
    engagement = await store.engagement(named("work"), now=NOW)
    assert engagement is not None
    assert (len(engagement.members), len(engagement.policies), len(engagement.acts)) == (2, 1, 2)
    blob = await store.blob(named("photo", 32), now=NOW)
    assert blob is not None
    assert (
        b"".join([piece async for piece in store.read_blob(blob.blob_id, 0, blob.stored_bytes)]) == b"12345"
    )
    assert await store.account_by_name(named("maya name"), now=NOW) is not None
    assert [item.name for item in await store.vault(named("maya account"), now=NOW)] == ["identity"]
    assert await store.days(named("keeper"), 0, 100_000) == [b"signed day"]
    assert await store.noted("last_sweep_at") == NOW
    counts = await store.counts(now=NOW)
    assert (counts["envelopes"], counts["blobs"], counts["due"]) == (2, 1, 0)


def test_a_step_that_fails_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each migration is one transaction: what it did before it failed is undone, and the file stays good."""
    scripts = tmp_path / "migrations"
    (scripts / "versions").mkdir(parents=True)
    for file in (SCRIPTS / "env.py", *(SCRIPTS / "versions").glob("*.py")):
        (scripts / file.relative_to(SCRIPTS)).write_text(file.read_text())
    (scripts / "versions" / "9999_fails.py").write_text(
        "from alembic import op\n"
        f"revision, down_revision, branch_labels, depends_on = '9999', '{newest()}', None, None\n"
        "def upgrade():\n"
        "    op.execute('CREATE TABLE half (done INTEGER)')\n"
        "    op.execute('DELETE FROM notes')\n"
        "    op.execute('not a statement')\n"
    )
    database = connect_writer(tmp_path / "store.sqlite3")
    bring_up(database)
    database.execute("INSERT INTO notes (name, value) VALUES ('last_instant', 1)")
    before = dump(database)
    monkeypatch.setattr(migrate, "SCRIPTS", scripts)
    with pytest.raises(Exception, match="syntax error"):
        bring_up(database)
    assert not database.in_transaction
    assert dump(database) == before
    database.close()


def test_a_newer_file_is_left_alone(tmp_path: Path) -> None:
    """A file written by a newer program is refused before anything is touched."""
    database = connect_writer(tmp_path / "store.sqlite3")
    bring_up(database)
    database.execute("UPDATE alembic_version SET version_num='9999'")
    before = dump(database)
    with pytest.raises(NewerSchema):
        bring_up(database)
    assert dump(database) == before
    database.close()


async def test_a_newer_file_does_not_keep_its_lock(tmp_path: Path) -> None:
    """A start that was refused lets go of the file, so that the right program can open it."""
    path = tmp_path / "store.sqlite3"
    database = connect_writer(path)
    bring_up(database)
    database.execute("UPDATE alembic_version SET version_num='9999'")
    with pytest.raises(NewerSchema):
        await SqliteStore.open(path)
    database.execute(f"UPDATE alembic_version SET version_num='{newest()}'")
    database.close()
    store = await SqliteStore.open(path)
    await store.close()
