"""What a client took back, or what a new link ended, does not come back from a backup."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import closing

import pytest

from relay.store.backup_file import Backup, opened, read_head
from relay.store.dump import load
from relay.store.engine import connect_writer
from relay.store.migrate import bring_up
from relay.store.replay import replay
from relay.store.sqlite import SqliteStore
from tests.backup.conftest import KEY, Place
from tests.flow.house import House
from tests.flow.releases import OTHER_LINK, Reports


async def _at_work(store: SqliteStore) -> Reports:
    """A coach, a client and an open way to their sponsor; nothing is released yet."""
    house = House(store)
    await house.settle()
    reports = Reports(house)
    await reports.open_slot()
    return reports


async def _withdraw(reports: Reports) -> None:
    await reports.withdraw()


async def _another_link(reports: Reports) -> None:
    await Reports(reports.house, link=OTHER_LINK).open_slot()


async def _close(reports: Reports) -> None:
    house = reports.house
    await house.flows.releases.close_slot(house.coach.account_id, house.work.engagement_id, house.now)


async def _replace(reports: Reports) -> None:
    await reports.release()


ENDINGS: list[Callable[[Reports], Awaitable[None]]] = [_withdraw, _another_link, _close, _replace]


@pytest.mark.parametrize("end", ENDINGS, ids=lambda one: one.__name__)
async def test_what_was_ended_after_a_backup_stays_ended(
    place: Place, store: SqliteStore, end: Callable[[Reports], Awaitable[None]]
) -> None:
    """It is in the backup, and not in what is restored from it."""
    reports = await _at_work(store)
    made = await reports.release()
    backup = place.backup()
    await end(reports)
    for with_ledger, wanted in ((False, [made.envelope]), (True, [])):
        new = place.folder / f"new-{with_ledger}.db"
        with closing(connect_writer(new)) as database:
            bring_up(database)
            database.execute("PRAGMA foreign_keys=0")
            with backup.path.open("rb") as file:
                load(database, opened(file, read_head(file), KEY))
        if with_ledger:
            with closing(connect_writer(new)) as database:
                replay(database, place.records())
        again = await SqliteStore.open(new)
        assert [
            one.envelope for one in await again.releases(reports.mailbox, now=reports.house.now)
        ] == wanted
        await again.close()


async def _restored(place: Place, backup: Backup, reports: Reports) -> list[bytes]:
    """What a link shows after a restore."""
    new = place.folder / "new.db"
    with closing(connect_writer(new)) as database:
        bring_up(database)
        database.execute("PRAGMA foreign_keys=0")
        with backup.path.open("rb") as file:
            load(database, opened(file, read_head(file), KEY))
        done = replay(database, place.records())
    again = await SqliteStore.open(new)
    found = [one.envelope for one in await again.releases(reports.mailbox, now=reports.house.now)]
    await again.close()
    assert done.envelopes == 1 - len(found)
    return found


async def test_what_was_released_anew_before_a_backup_stays(place: Place, store: SqliteStore) -> None:
    """The same terms have the same envelope id: what the ledger tells of the first is not of the second."""
    reports = await _at_work(store)
    made = await reports.release()
    await reports.withdraw()
    await reports.release(envelope=made.envelope)
    backup = place.backup()
    assert await _restored(place, backup, reports) == [made.envelope]


async def test_what_was_withdrawn_after_it_was_released_anew_is_gone(
    place: Place, store: SqliteStore
) -> None:
    """Of what is told of one id the last counts."""
    reports = await _at_work(store)
    made = await reports.release()
    await reports.withdraw()
    await reports.release(envelope=made.envelope)
    backup = place.backup()
    await reports.withdraw()
    assert await _restored(place, backup, reports) == []


async def test_what_was_withdrawn_does_not_come_back_with_another(place: Place, store: SqliteStore) -> None:
    """Other bytes were released under its id after the backup: the first stay gone."""
    reports = await _at_work(store)
    made = await reports.release()
    backup = place.backup()
    await reports.withdraw()
    other = made.envelope[:-1] + bytes([made.envelope[-1] ^ 1])
    await reports.release(envelope=other)
    assert await _restored(place, backup, reports) == []
