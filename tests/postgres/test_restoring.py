"""Backups of PostgreSQL, and restoring into it: as with a file, what went since does not come back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy.util import await_only

from keys.acts import ActKind, sign_act
from keys.reopening import Claim
from relay.core.model import Step, VaultItem
from relay.operator import backup as backing
from relay.operator import moving, on_postgres, replaying
from relay.operator import restore as restoring
from relay.operator.restore import Beside
from relay.operator.stopped import Exit, Stopped
from relay.service.opening import ledger_of
from relay.store.backup_file import count_rows
from relay.store.dump import dump, tables
from relay.store.engine import SettingRefused
from relay.store.ledgers import OTHERS_FILE, others_in
from relay.store.postgres import PostgresStore
from relay.store.postgres.rows import PostgresRows
from relay.store.postgres.server import connected
from tests.contract.people import NOW, People, envelope, named
from tests.flow.house import House as FlowHouse
from tests.flow.releases import Reports
from tests.flow.test_reopening import Again
from tests.postgres.moving import COACH, House, house, rows_of
from tests.postgres.server import Server, database_of

pytestmark = pytest.mark.postgres


@pytest.fixture
def relay(tmp_path: Path, url: str) -> House:
    """A stopped relay whose database has rows in every table."""
    made = house(tmp_path / "relay")
    moving.move(made.settings, url, lambda *_: None)
    made.on(url)
    return made


async def let_one_go(people: People) -> None:
    """After the backup a message goes, and another comes."""
    await people.store.expire_own(named(COACH), [named("one")], now=NOW)
    await people.put(envelope(COACH, "three"))


def here(wanted: set[str]) -> Callable[[People], Any]:
    """These messages are read in the coach's mailbox, and a further one can be stored."""

    async def work(people: People) -> None:
        found = {name for name, reason in await people.names(COACH) if not reason}
        assert found == {named(name) for name in wanted}
        await people.put(envelope(COACH, "a later one"))
        await people.store.expire_own(named(COACH), [named("a later one")], now=NOW)
        await people.sweep_all(NOW)

    return work


def test_what_was_promised_to_be_gone(relay: House, url: str, another: str) -> None:
    """A backup of PostgreSQL has all rows, and goes into another database, and into a file, each time
    without what has gone since; the old database is not touched.
    """
    made = backing.create(relay.settings)[0].path
    before = asyncio.run(rows_of(url))
    counted = count_rows(made, (relay.places.secrets / "backup").read_bytes())
    assert counted == {name: len(rows) for name, rows in before.items()}
    relay.with_store(let_one_go, url)
    with pytest.raises(Stopped, match="not empty"):
        restoring.restore(relay.settings, made)
    done = restoring.rehearse(relay.settings, made)
    assert next(restoring.compared(done)) == "messages    1 restored, 2 in the live database"
    relay.on(another)
    done = restoring.restore(relay.settings, made)
    assert next(restoring.told(done)) == "1 restored, 1 deleted again as promised."
    relay.with_store(here({"two"}), another)
    relay.on(None)
    restoring.restore(relay.settings, made)
    relay.with_store(here({"two"}))
    relay.with_store(here({"two", "three"}), url)


def test_vaults_are_those_of_the_database_that_was(relay: House, url: str, another: str) -> None:
    """Where it can still be read: an older vault is one that people's software refuses. A URL of anything
    else is refused before anything is written.
    """
    made = backing.create(relay.settings)[0].path
    before: list[VaultItem] = []

    async def change(people: People) -> None:
        (item, *_) = before[:] = await people.store.vault(named("maya account"), now=NOW)
        newer = replace(item, version=item.version + 1, box=b"newer")
        await people.store.put_vault(named("maya account"), [newer], [], now=NOW)
        before[0] = newer

    async def compare(people: People) -> None:
        found = await people.store.vault(named("maya account"), now=NOW)
        assert sorted(found, key=lambda one: one.name) == sorted(before, key=lambda one: one.name)

    relay.with_store(change, url)
    relay.on(another)
    for wrong in ("sqlite:///relay.db", another.replace("@/", "@/nowhere_")):
        with pytest.raises(Stopped):
            restoring.restore(relay.settings, made, Beside(former=SecretStr(wrong)))
    restoring.restore(relay.settings, made, Beside(former=SecretStr(url)))
    relay.with_store(compare, another)
    relay.on(None)
    relay.places.database.unlink(missing_ok=True)
    restoring.restore(relay.settings, made)
    with pytest.raises(AssertionError):
        relay.with_store(compare)  # those of the backup


def test_a_backup_of_a_file_goes_into_postgresql(tmp_path: Path, url: str) -> None:
    """The same file of bytes, whichever database it came from."""
    relay = house(tmp_path / "relay")
    made = backing.create(relay.settings)[0].path
    relay.with_store(let_one_go)
    restoring.restore(relay.on(url), made)
    relay.with_store(here({"two"}), url)


def test_interrupted_it_is_given_again(relay: House, another: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Until its end no relay opens the database; a second try fills it anew."""
    made = backing.create(relay.settings)[0].path
    relay.on(another)
    with monkeypatch.context() as broken:
        broken.setattr(on_postgres.server, "finish", None)
        with pytest.raises(TypeError):
            restoring.restore(relay.settings, made)
    for command in (lambda: backing.create(relay.settings), lambda: replaying.replay_here(relay.settings)):
        with pytest.raises(Stopped, match="not come to its end"):
            command()
    with pytest.raises(SettingRefused, match="give it again"):
        relay.with_store(here(set()), another)
    restoring.restore(relay.settings, made)
    relay.with_store(here({"one", "two"}), another)


def test_reopened_and_released_since(relay: House, server: Server, another: str) -> None:
    """In place as from a backup: who joined is client again, what was released anew under its id stays."""
    old = f"{database_of(another)}_old"
    told: dict[str, Any] = {}

    async def before(people: People) -> None:
        flows = told["flows"] = FlowHouse(people.store)
        await flows.settle()
        told["again"] = await Again.opened(flows)
        await told["again"].join()
        reports = told["reports"] = Reports(flows)
        await reports.open_slot()
        made = await reports.release()
        await reports.withdraw()
        await reports.release(envelope=made.envelope)
        told["made"] = made.envelope
        await flows.store.note("last_sweep_at", flows.now)

    async def since(people: People) -> None:
        again = Again(FlowHouse(people.store), told["again"].person, told["again"].keys)
        again.house.work = told["flows"].work
        previous = await Reports(again.house).core(ActKind.WITHDRAW)
        core = replace(again.core(again.said()), number=previous.number, previous_hash=previous.previous_hash)
        signed = sign_act(core, again.person.identity)
        claim = Claim(again.said(), again.person.identity.sign(b""), signed.encode()).encode()
        await again.put_claim(claim)
        await again.act(again.house.coach, again.person, again.house.coach, core=core)

    async def after(people: People) -> None:
        flows, again = told["flows"], told["again"]
        engagement = await people.store.engagement(flows.work.engagement_id, now=flows.now)
        assert engagement is not None
        assert engagement.members[1].account_id == again.person.account_id
        found = await people.store.releases(told["reports"].mailbox, now=flows.now)
        assert [one.envelope for one in found] == [told["made"]]

    relay.with_store(before, another)
    server.psql(f"CREATE DATABASE {old} TEMPLATE {database_of(another)}")
    relay.with_store(since, another)
    relay.on(server.url(old))
    done = replaying.replay_here(relay.settings)
    assert (done.envelopes, done.acts, done.unjoined) == (0, 1, 0)
    relay.with_store(after, server.url(old))


def test_put_back_by_the_servers_own_means(relay: House, server: Server, url: str, another: str) -> None:
    """A copy of the database from before is brought up to the ledger in place, twice too; without a ledger
    that reaches so far it is refused.
    """
    old = f"{database_of(url)}_old"
    server.psql(f"CREATE DATABASE {old} TEMPLATE {database_of(url)}")
    relay.with_store(let_one_go, url)
    relay.on(server.url(old))
    for changed in (1, 0):
        done = replaying.replay_here(relay.settings)
        assert (done.envelopes, len(list(replaying.replayed_told(done)))) == (changed, 3)
    relay.with_store(here({"two"}), server.url(old))
    (file,) = relay.settings.backup.ledger.glob("*.ledger")
    file.rename(file.with_name("2099-02-01.ledger"))
    with pytest.raises(Stopped, match="reaches back to 2099-02-01") as caught:
        replaying.replay_here(relay.settings)
    assert caught.value.code == Exit.REFUSED
    with pytest.raises(Stopped, match="has no rows"):
        replaying.replay_here(relay.on(another))


def test_several_relays_have_ledgers_of_their_own(
    relay: House, url: str, another: str, tmp_path: Path
) -> None:
    """What any of them let go stays gone, and of what several have changed the last counts, whoever did it:
    by the server's clock. A ledger that is elsewhere is named; one that is not there is told.
    """
    made = backing.create(relay.settings)[0].path
    ends = [NOW + days * 86_400 for days in (30, 500, 60, 70)]

    def change(number: int) -> Callable[[People], Any]:
        async def work(people: People) -> None:
            step = Step(number, b"act %d" % number, policy=b"policy", ends_at=ends[number - 2])
            await people.store.apply_act(named("work"), step, now=NOW)
            name = ("one", "two")[number % 2]
            await people.store.expire_own(named(COACH), [named(name)], now=NOW)

        return work

    for number, by in ((2, 2), (3, 1), (4, 2), (5, 1)):
        relay.with_store(change(number), url, by)
    elsewhere = tmp_path / "elsewhere"
    (relay.settings.backup.ledger / "2").rename(elsewhere)
    relay.on(another)
    with pytest.raises(Stopped, match="no ledger in"):
        restoring.restore(relay.settings, made, Beside([tmp_path / "nowhere"]))
    with pytest.raises(Stopped, match="not here"):
        restoring.rehearse(relay.settings, made)
    done = restoring.restore(relay.settings, made, Beside([elsewhere]))
    assert (done.replayed.acts, done.restored["messages"]) == (4, 0)
    rows = asyncio.run(rows_of(another))
    assert [row[3] for row in rows["engagements"]] == [ends[-1]]
    assert rows["acts"] == asyncio.run(rows_of(url))["acts"]


def test_a_ledger_that_is_missing_is_noticed(relay: House, url: str, another: str, tmp_path: Path) -> None:
    """A backup knows the ledgers that were written before it, also where nothing was told them yet: without
    one of them nothing is restored, but where its name is given as that of a lost one. It is asked for no
    more then.
    """
    root = relay.settings.backup.ledger
    for number in (1, 2):
        relay.with_store(here({"one", "two"}), url, number)
    made = backing.create(relay.settings)[0].path
    relay.with_store(let_one_go, url, 2)
    names = [(folder / "name").read_text().strip() for folder in (root, root / "2")]
    elsewhere = tmp_path / "elsewhere"
    (root / "2").rename(elsewhere)
    relay.on(another)
    for do in (restoring.restore, restoring.rehearse):
        with pytest.raises(Stopped, match=f"not here: {names[1]} .* 2, opened") as caught:
            do(relay.settings, made)
        assert caught.value.code == Exit.REFUSED
    with pytest.raises(Stopped, match="know no ledger") as caught:
        restoring.restore(relay.settings, made, Beside(without=[names[1], "0" * 16]))
    assert caught.value.code == Exit.USAGE
    assert restoring.rehearse(relay.settings, made, Beside([elsewhere])).restored["messages"] == 1
    done = restoring.restore(relay.settings, made, Beside(without=[names[1]]))
    assert done.restored["messages"] == 2  # what the lost one's relay let go is back, as was said
    relay.with_store(here({"one", "two"}), another)
    replaying.replay_here(relay.settings)
    (elsewhere / "name").write_text("no name\n")
    with pytest.raises(Stopped, match="does not hold a name"):
        replaying.replay_here(relay.settings, [elsewhere])


def test_a_ledger_that_was_begun_after_the_backup(
    relay: House, url: str, another: str, tmp_path: Path
) -> None:
    """The backup cannot know it; each relay that was there while it was begun, or started since, has written
    it down beside its own ledger, and a restore without it is refused.
    """
    root = relay.settings.backup.ledger
    made = backing.create(relay.settings)[0].path

    async def meet(people: People) -> None:
        store = await PostgresStore.open(url, ledger_of(relay.settings, 2))
        await let_one_go(People(store))
        await store.close()
        assert len(others_in(root)) == 1
        await people.store.sweep(now=NOW, limit=1)

    relay.with_store(meet, url)
    name = (root / "2" / "name").read_text().strip()
    assert others_in(root).keys() >= {name}
    elsewhere = tmp_path / "elsewhere"
    (root / "2").rename(elsewhere)
    relay.on(another)
    with pytest.raises(Stopped, match=f"not here: {name} ") as caught:
        restoring.restore(relay.settings, made)
    assert caught.value.code == Exit.REFUSED
    assert restoring.rehearse(relay.settings, made, Beside(without=[name])).restored["messages"] == 2
    (root / OTHERS_FILE).write_text("nothing of the kind\n")
    with pytest.raises(Stopped, match="does not hold names"):
        restoring.restore(relay.settings, made)
    (root / OTHERS_FILE).unlink()
    assert restoring.restore(relay.settings, made, Beside([elsewhere])).restored["messages"] == 1


def test_a_ledger_keeps_its_name_when_it_moves(relay: House, url: str, tmp_path: Path) -> None:
    """A copy on a new machine is the same ledger; the database knows it by its newest place."""
    root = relay.settings.backup.ledger
    relay.with_store(here({"one", "two"}), url, 2)
    (root / "2").rename(root / "3")
    relay.with_store(here({"one", "two"}), url, 3)
    known = [str(row[0]) for row in asyncio.run(rows_of(url))["notes"] if str(row[0]).startswith("ledger ")]
    assert [note.rpartition(" ")[2] for note in known] == ["3"]
    assert (root / "3" / "name").stat().st_mode & 0o777 == 0o600
    (root / "3" / "name").write_text("../../x\n")
    with pytest.raises(SettingRefused, match="has no name"):
        relay.with_store(here(set()), url, 3)


def test_back_to_the_file(relay: House, url: str) -> None:
    """A moved file opens again by the same command, and what went since has gone from it too."""
    relay.with_store(let_one_go, url)
    relay.on(None)
    with pytest.raises(Stopped, match="were moved"):
        backing.create(relay.settings)
    replaying.replay_here(relay.settings)
    relay.with_store(here({"two"}))


async def test_while_a_relay_has_it_open(relay: House, server: Server, url: str) -> None:
    """The ledger is applied to nothing that is open; and a database of another release is backed up by none
    but that.
    """
    store = await PostgresStore.open(url)
    await store.noted("last_sweep_at")
    with pytest.raises(Stopped, match="stop all of them"):
        await asyncio.to_thread(replaying.replay_here, relay.settings)
    await store.close()
    server.psql("UPDATE alembic_version SET version_num='0009'", database_of(url))
    with pytest.raises(Stopped, match="another release's"):
        await asyncio.to_thread(backing.create, relay.settings)


async def test_one_state_while_others_write(url: str) -> None:
    """What is written while a backup is read is in it wholly or not, in pieces of a bounded size."""
    store = await PostgresStore.open(url)
    people = People(store)
    await people.settle()
    for number in range(20):
        await people.put(envelope(COACH, f"a {number}", size=40_000))
    pieces: list[bytes] = []
    async with connected(url) as connection:

        def read(database: Any) -> None:
            rows = dump(PostgresRows(on_postgres._database(database)))
            pieces.append(next(rows))
            await_only(people.put(envelope(COACH, "late")))
            pieces.extend(rows)

        await connection.run_sync(read)
    counted = {table.name: len(list(table.rows)) for table in tables(iter(pieces))}
    assert counted["mailbox_rows"] == 20
    assert max(map(len, pieces)) < (1 << 20)
    await store.close()
