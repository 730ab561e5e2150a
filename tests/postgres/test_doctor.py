"""What `relay doctor` says of a database of PostgreSQL: fine where all is, and for each way in which it is
not what it is and what to do.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from pydantic import SecretStr

from relay.operator import moving, replaying
from relay.operator.count_checks import COUNT, examine_counts
from relay.operator.examination import _data
from relay.operator.findings import FINE, WARNING, WRONG, Finding
from relay.operator.server_checks import examine_server
from relay.store.engine import connect_reader, connect_writer
from relay.store.replay import replay
from tests.contract.people import NOW
from tests.postgres.moving import House, house
from tests.postgres.server import Server

pytestmark = pytest.mark.postgres

ROWS = {"receipts", "waiting", "log", "mailboxes", "files", "way", "notice", "channels"}
SERVER = {"fsync", "full_page_writes", "synchronous_commit", "connections", "replicas", "periods", "schema"}

NAME = "looked_at"
MADE_UP = ("receipts", "receipt_leaves", "log_checkpoints", "log_hashes", "log_entries", "blob_objects")


@pytest.fixture(scope="module")
def moved(server: Server, tmp_path_factory: pytest.TempPathFactory) -> House:
    """A stopped relay whose rows were moved to the server."""
    made = on_a_file(tmp_path_factory.mktemp("moved"))
    server.psql("CREATE DATABASE moved")
    moving.move(made.settings, server.url("moved"), lambda *_: None)
    for file_of in made.places.folder.glob("relay.db*"):
        file_of.unlink()
    return made


@pytest.fixture
def relay(moved: House, server: Server) -> Iterator[House]:
    """The same on a database of its own."""
    server.psql(f"CREATE DATABASE {NAME} TEMPLATE moved")
    moved.on(server.url(NAME))
    yield moved
    server.psql(f"DROP DATABASE {NAME}")


def on_a_file(folder: Path) -> House:
    """A stopped relay, without what does not verify of that with which its house fills all tables."""
    made = house(folder / "relay")
    with closing(sqlite3.connect(made.places.database)) as file:
        for table in MADE_UP:
            file.execute(f"DELETE FROM {table}")
        file.commit()
    return made


def found(relay: House) -> dict[str, Finding]:
    """By check."""
    return {one.check: one for one in _data(relay.settings)}


def states(relay: House) -> dict[str, str]:
    """What each check found, but that the server of the tests has no checksums."""
    told = {name: one.state for name, one in found(relay).items()}
    assert told.pop("data_checksums") == WARNING
    return told


def test_a_database_that_is_well(relay: House) -> None:
    """Its server, its periods, and its rows by the same checks as a file's; that nothing was swept or signed
    yet is said.
    """
    told = states(relay)
    assert told.keys() == ROWS | SERVER
    assert {name for name, state in told.items() if state != FINE} <= {"log"}


def test_counts_that_are_not_of_their_rows(relay: House, server: Server) -> None:
    """Whoever wrote to the database by other means is found out, and the command that the doctor names counts
    anew; bytes that are missing from a file come back by no counting.
    """
    server.psql("UPDATE mailboxes SET stored_bytes = stored_bytes + 1", NAME)
    server.psql("UPDATE mailboxes SET cursor = 0", NAME)
    server.psql("DELETE FROM blob_chunks", NAME)
    told = found(relay)
    assert (told["mailboxes"].state, told["mailboxes"].advice) == (WRONG, COUNT)
    assert told["files"].state == WRONG
    assert replaying.replay_here(relay.settings).envelopes == 0
    told = found(relay)
    assert (told["mailboxes"].state, told["files"].state) == (FINE, WRONG)


def test_the_counts_of_a_file(tmp_path: Path) -> None:
    """The same of a file."""
    made = on_a_file(tmp_path)
    told = [FINE, WRONG, FINE]
    for change in ("", "UPDATE mailboxes SET stored_bytes = 7", ""):
        with closing(sqlite3.connect(made.places.database)) as file:
            file.execute(change)
            file.commit()
        with closing(connect_reader(made.places.database)) as reader:
            mailboxes, files = examine_counts(reader, NOW)
        assert (mailboxes.state, files.state) == (told.pop(0), FINE)
        with closing(connect_writer(made.places.database)) as database:
            replay(database, ())


def test_a_server_that_is_away_or_of_another_release(relay: House, server: Server) -> None:
    """It says so in one sentence, and looks at no rows that it does not know."""
    server.psql("UPDATE alembic_version SET version_num = '0009'", NAME)
    told = states(relay)
    assert told.pop("schema") == WARNING
    assert told.keys() == SERVER - {"schema"}
    relay.on(server.url("nowhere"))
    (away,) = found(relay).values()
    assert (away.state, away.found) == (WRONG, "The server has no such database: createdb makes it.")


def test_periods_that_stay(relay: House, server: Server) -> None:
    """A table that nobody could drop for a day keeps bodies on the disk that should be gone."""
    server.psql("CREATE TABLE envelope_bodies_1 (x int)", NAME)
    assert found(relay)["periods"].state == WARNING


def test_whether_a_failover_loses_something(relay: House, server: Server) -> None:
    """Where there is a second server and commits do not wait for it, and where they wait for one that is not
    there.
    """

    def replicas(where: str) -> str:
        looked: Iterator[Finding] = examine_server(SecretStr(where), NOW, lambda _: iter(()))
        return next(one.state for one in looked if one.check == "replicas")

    two = f"{server.url(NAME)},{server.socket}&port=5432,5432"
    assert (replicas(server.url(NAME)), replicas(two)) == (FINE, WARNING)
    server.psql("ALTER SYSTEM SET synchronous_standby_names = '*'")
    server.psql("SELECT pg_reload_conf()")
    try:
        assert replicas(server.url(NAME)) == WRONG
    finally:
        server.psql("ALTER SYSTEM RESET synchronous_standby_names")
        server.psql("SELECT pg_reload_conf()")
