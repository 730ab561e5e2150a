"""Restoring: all or nothing, whatever stops it, and never over a promise."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from relay.clock import SystemClock, write_offset
from relay.config import Settings, load
from relay.operator import backup as backing
from relay.operator import restore as restoring
from relay.operator.init import Choice, initialise
from relay.operator.stopped import Exit, Stopped
from relay.service.lock import store_held
from relay.service.opening import ledger_of
from relay.service.places import Places
from relay.store import backup_file, deletion_files
from relay.store.engine import connect_writer
from relay.store.sqlite import SqliteStore
from tests.contract.people import NOW, People, client_invitation, envelope, named
from tests.service.crashes import crash

COACH = "work coach"


@dataclass
class House:
    """A relay's folder with people in its database, which no program has open."""

    settings: Settings
    config: Path
    places: Places

    def with_store(self, work: Callable[[People], Awaitable[None]]) -> None:
        """Open the store with its ledger, do something, and close it."""

        async def run() -> None:
            store = await SqliteStore.open(self.places.database, ledger_of(self.settings))
            await work(People(store))
            await store.close()

        asyncio.run(run())

    def backup(self) -> Path:
        """A backup by command."""
        return backing.create(self.settings)[0].path

    def messages(self) -> set[bytes]:
        """The ids of the envelopes that are there."""
        with closing(sqlite3.connect(self.places.database)) as database:
            return {
                name for (name,) in database.execute("SELECT envelope_id FROM mailbox_rows WHERE reason=0")
            }

    def left(self) -> list[str]:
        """What a restore left beside the database."""
        known = {"relay.db", "relay.db.lock", "relay.lock", "relay.toml", "offset"}
        known |= {"relay.db-wal", "relay.db-shm"}  # a reader makes them, empty
        return sorted(
            path.name for path in self.places.folder.iterdir() if path.is_file() and path.name not in known
        ) + [path.name for path in (self.places.restoring, self.places.rehearsing) if path.exists()]


async def _put(people: People, *names: str) -> None:
    await people.put(*(envelope(COACH, name) for name in names))


@pytest.fixture
def house(tmp_path: Path) -> House:
    """A coach, a client, and two messages; the clock stands where they live."""
    folder = tmp_path / "relay"
    config = initialise(folder, Choice.local(), NOW, lambda size: b"\x07" * size)
    config.write_text(config.read_text() + '\n[clock]\noffset_file = "offset"\n')
    write_offset(folder / "offset", NOW - SystemClock().now())
    house = House(load(config), config, Places(folder))

    async def begin(people: People) -> None:
        await people.settle()
        await _put(people, "one", "two")

    house.with_store(begin)
    return house


def _let_one_go(house: House) -> None:
    """After the backup a message goes, and another comes."""

    async def work(people: People) -> None:
        await people.store.expire_own(named(COACH), [named("one")], now=NOW)
        await _put(people, "three")

    house.with_store(work)


def refusal(house: House, path: Path) -> Stopped:
    """How a restore was refused, with nothing changed."""
    before = house.places.database.read_bytes()
    with pytest.raises(Stopped) as caught:
        restoring.restore(house.settings, path)
    assert house.places.database.read_bytes() == before
    assert house.left() == []
    return caught.value


def test_what_was_promised_to_be_gone(house: House) -> None:
    """What was let go after the backup is not there again; the counts say so, and a second time too."""
    made = house.backup()
    _let_one_go(house)
    assert house.messages() == {named("two"), named("three")}
    for _ in range(2):
        done = restoring.restore(house.settings, made)
        assert house.messages() == {named("two")}
        assert next(restoring.told(done)) == "1 restored, 1 deleted again as promised."
        assert house.left() == []
    assert house.places.database.stat().st_mode & 0o777 == 0o600


def test_a_withdrawn_invitation_stays_withdrawn(house: House) -> None:
    """A link that its coach took back after the backup opens nothing in what is restored."""

    async def invite(people: People) -> None:
        await people.add_draft("other work")
        await people.store.put_invitation(client_invitation("otto", "other work"), now=NOW)

    async def withdraw(people: People) -> None:
        await people.store.withdraw_invitation(client_invitation("otto", "other work").invite_id, now=NOW)

    async def look(people: People) -> None:
        found = await people.store.invitation(client_invitation("otto", "other work").invite_id, now=NOW)
        assert found is None or (found.state, found.box) == ("withdrawn", b"")

    house.with_store(invite)
    made = house.backup()
    house.with_store(withdraw)
    house.with_store(look)
    restoring.restore(house.settings, made)
    house.with_store(look)


@pytest.mark.parametrize("ahead_days", [1, 400])
def test_a_backup_made_while_the_clock_was_ahead(house: House, ahead_days: int) -> None:
    """It bears a date after that of the ledger's files which tell what has gone since; they count all the
    same.
    """
    offset = house.places.folder / "offset"
    right = int(offset.read_text())
    write_offset(offset, right + ahead_days * 86_400)
    made = house.backup()
    write_offset(offset, right)
    _let_one_go(house)
    restoring.restore(house.settings, made)
    assert house.messages() == {named("two")}


def test_without_the_ledger_it_would_come_back(house: House) -> None:
    """The same restore with an empty ledger brings the message back: it is the ledger that keeps it away."""
    made = house.backup()
    _let_one_go(house)
    (file,) = house.settings.backup.ledger.glob("*.ledger")
    file.write_bytes(b"")
    restoring.restore(house.settings, made)
    assert house.messages() == {named("one"), named("two")}


def test_a_rehearsal_changes_nothing(house: House) -> None:
    """It counts beside the live database, leaves its note of when, and no row, no record, no folder."""
    made = house.backup()
    _let_one_go(house)
    before = house.places.database.read_bytes()
    told = [path.read_bytes() for path in house.settings.backup.ledger.iterdir()]
    done = restoring.rehearse(house.settings, made)
    assert next(restoring.compared(done)) == "messages    1 restored, 2 in the live database"
    assert house.places.database.read_bytes() == before
    assert [path.read_bytes() for path in house.settings.backup.ledger.iterdir()] == told
    assert house.left() == ["rehearsal.lock", "rehearsed"]


def test_receipts_again(house: House) -> None:
    """What went again gets a receipt again, and the chain goes on from the last number."""
    made = house.backup()
    _let_one_go(house)
    for _ in range(2):
        restoring.restore(house.settings, made)
    with closing(sqlite3.connect(house.places.database)) as database:
        chain = database.execute(
            "SELECT number, receipt<>'' FROM receipts WHERE mailbox_id=? ORDER BY number", (named(COACH),)
        ).fetchall()
    assert chain[-1] == (
        2,
        1,
    )  # the first restore wrote number 1, which the second one only knows by its hash


def test_while_a_relay_runs(house: House) -> None:
    """A database that is open is not replaced."""
    made = house.backup()
    with store_held(house.places.lock):
        assert "stop it first" in str(refusal(house, made))


def test_older_than_the_ledger(house: House) -> None:
    """Where nobody knows what has gone since, nothing is brought back."""
    made = house.backup()
    (file,) = house.settings.backup.ledger.glob("*.ledger")
    file.rename(file.with_name("2027-02-01.ledger"))
    refused = refusal(house, made)
    assert refused.code == Exit.REFUSED
    assert "reaches back to 2027-02-01" in str(refused)
    file.with_name("2027-02-01.ledger").unlink()
    assert refusal(house, made).code == Exit.REFUSED


def test_a_ledger_that_is_damaged(house: House) -> None:
    """The sentence names the file."""
    made = house.backup()
    _let_one_go(house)
    (file,) = house.settings.backup.ledger.glob("*.ledger")
    raw = bytearray(file.read_bytes())
    raw[10] ^= 1
    file.write_bytes(raw)
    assert file.name in str(refusal(house, made))


def test_files_that_are_no_backup_of_ours(house: House, tmp_path: Path) -> None:
    """Cut, changed, sealed with another key, by a newer release, or not there: each has its sentence."""
    made = house.backup()
    raw = made.read_bytes()
    bad = tmp_path / "bad.qbk"
    for spoilt in (raw[:-1], raw[:200], raw[:-5] + b"x" + raw[-4:], b"no backup"):
        bad.write_bytes(spoilt)
        assert "cut or changed" in str(refusal(house, bad))
    bad.write_bytes(raw[:33] + b"9999" + raw[37:])  # the number of its schema (docs/protocol.md, part 17)
    assert refusal(house, bad).code == Exit.REFUSED
    assert refusal(house, tmp_path / "nothing").code == Exit.NOT_THERE
    (house.places.secrets / "backup").write_bytes(bytes(32))
    assert "another relay's" in str(refusal(house, made))


def test_after_the_database_was_lost(house: House) -> None:
    """A folder without a database, or with one that is no database, is what a restore is for."""
    made = house.backup()
    _let_one_go(house)
    for wreck in (None, b"not a database at all" * 1000):
        house.places.database.unlink()
        if wreck is not None:
            house.places.database.write_bytes(wreck)
            house.places.database.with_name("relay.db-wal").write_bytes(b"stale")
        restoring.restore(house.settings, made)
        assert house.messages() == {named("two")}


@pytest.mark.parametrize("journal", [True, False])
def test_a_journal_of_the_old_database_is_not_taken_for_the_new(house: House, journal: bool) -> None:
    """What stood in it is in neither; where it cannot be brought into its database it goes."""
    made = house.backup()
    _let_one_go(house)
    if journal:
        writer = connect_writer(house.places.database)
        writer.execute("INSERT INTO notes VALUES ('late', 1)")
        wal = house.places.database.with_name("relay.db-wal").read_bytes()
        writer.close()
        house.places.database.with_name("relay.db-wal").write_bytes(wal)
    restoring.restore(house.settings, made)
    with closing(sqlite3.connect(house.places.database)) as database:
        assert database.execute("SELECT * FROM notes WHERE name='late'").fetchall() == []
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_disk_that_is_full(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """While rows come in, while the ledger is written, at the last rename: nothing has changed, and then it
    works."""
    made = house.backup()
    _let_one_go(house)

    def full(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    for place, name in ((restoring, "load_as"), (restoring, "_swap"), (deletion_files.Withheld, "release")):
        with monkeypatch.context() as broken:
            broken.setattr(place, name, full)
            assert "No space left" in str(refusal(house, made))
    restoring.restore(house.settings, made)
    assert house.messages() == {named("two")}


POINTS = ["load_as before", "load_as after", "replay after", "settle before", "settle after", "_swap before"]


@pytest.mark.parametrize("point", [*POINTS, "sync_file after", "sync_folder before"])
def test_killed_while_restoring(house: House, point: str) -> None:
    """Killed anywhere, the folder has the old database or the new one, whole, and a second try ends it."""
    made = house.backup()
    _let_one_go(house)
    crash(f"{restoring.__name__}.{point}", "restore", str(house.config), str(made))
    with closing(sqlite3.connect(house.places.database)) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    renamed = point == "sync_folder before"
    assert house.messages() == ({named("two")} if renamed else {named("two"), named("three")})
    restoring.restore(house.settings, made)
    assert house.messages() == {named("two")}
    assert house.left() == []


@pytest.mark.parametrize("point", ["_write after", "_check after", "_sync before"])
def test_killed_while_backing_up(house: House, point: str) -> None:
    """A killed backup leaves none, or a whole one; the next is made and clears what was left."""
    crash(f"{backup_file.__name__}.{point}", "backup", str(house.config))
    found = list(house.settings.backup.folder.glob("*.qbk"))
    assert len(found) == (point == "_sync before")
    for path in (*found, house.backup()):
        assert backing.verify(house.settings, path).messages == 2
    assert list(house.settings.backup.folder.glob("*.part")) == []
