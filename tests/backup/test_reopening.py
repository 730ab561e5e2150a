"""Who is client after a restore: a mailbox that was reopened after the backup stays with who joined, and one
that was stopped with the former; without the newcomer's account the coach reopens it again.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing

import pytest

from keys.acts import ActKind
from keys.names import Role
from keys.reopening import STOP_SECONDS
from relay.core.model import Engagement
from relay.store.backup_file import Backup, opened, read_head
from relay.store.dump import load
from relay.store.engine import connect_writer
from relay.store.migrate import bring_up
from relay.store.replay import Replayed, replay
from relay.store.sqlite import SqliteStore
from tests.backup.conftest import KEY, Place
from tests.flow.house import House
from tests.flow.test_reopening import Again


@pytest.fixture
async def house(store: SqliteStore) -> House:
    """A coach and a client at work, over the store with a ledger."""
    found = House(store)
    await found.settle()
    return found


@asynccontextmanager
async def restored(place: Place, made: Backup) -> AsyncIterator[tuple[SqliteStore, Replayed]]:
    """What a backup and the ledger make."""
    path = place.folder / "new.db"
    with closing(connect_writer(path)) as database:
        bring_up(database)
        database.execute("PRAGMA foreign_keys=0")
        with made.path.open("rb") as file:
            load(database, opened(file, read_head(file), KEY))
        database.execute("PRAGMA foreign_keys=1")
        done = replay(database, place.records())
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
    store = await SqliteStore.open(path)
    yield store, done
    await store.close()


async def engagement_in(store: SqliteStore, house: House) -> Engagement:
    """The engagement, as it is there."""
    found = await store.engagement(house.work.engagement_id, now=house.now)
    assert found is not None
    return found


async def stop(again: Again) -> None:
    """The former client stops it."""
    work, taken = again.house.work, again.core(again.said())
    core = work.act(ActKind.STOP_REOPENING, taken, again.house.client, subject=taken.hash).core
    await again.act(again.house.client, again.house.client, core=core)


async def claim_and_take(again: Again) -> None:
    """What is left to be done when the newcomer has an account."""
    await again.put_claim(again.claim())
    await again.act(again.house.coach, again.person, again.house.coach)


async def test_who_joined_is_the_client(place: Place, house: House) -> None:
    """With the mailbox of their own key; the former's is swept, and their ways in end, in their time."""
    again = await Again.opened(house)
    await again.join()
    made = place.backup()
    await claim_and_take(again)
    async with restored(place, made) as (store, done):
        engagement = await engagement_in(store, house)
        client, new = engagement.members[1], again.person.mailbox(engagement.engagement_id, Role.CLIENT)
        assert (client.account_id, client.mailbox_id, client.fp) == (
            again.person.account_id,
            new,
            again.person.fp,
        )
        assert (len(engagement.acts), done.acts, done.unjoined) == (2, 1, 0)
        mailbox = await store.mailbox(new, now=house.now)
        assert mailbox is not None
        assert len(mailbox.address) == 16
        reopening = await store.reopening(engagement.engagement_id, now=house.now)
        assert reopening is not None
        assert (reopening.state, reopening.expires_at) == ("taken", house.now + STOP_SECONDS)
        while (await store.sweep(now=house.now + STOP_SECONDS, limit=50)).more:
            pass
        former = await store.account(house.client.account_id, now=house.now)
        assert former is not None
        assert not former.methods


@pytest.mark.parametrize("before", [claim_and_take, None])
async def test_who_was_stopped_is_not(
    place: Place, house: House, before: Callable[[Again], Awaitable[None]] | None
) -> None:
    """Whether the backup is from before the newcomer was put in the client's place or from after it."""
    again = await Again.opened(house)
    await again.join()
    if before:
        await before(again)
    made = place.backup()
    if not before:
        await claim_and_take(again)
    await stop(again)
    async with restored(place, made) as (store, done):
        engagement = await engagement_in(store, house)
        assert engagement.members[1].account_id == house.client.account_id
        assert (len(engagement.acts), done.unjoined) == (3, 0)
        assert await store.reopening(engagement.engagement_id, now=house.now) is None
        newcomer = await store.account(again.person.account_id, now=house.now)
        assert newcomer is not None
        assert not newcomer.methods


@pytest.mark.parametrize("opened_before", [True, False])
@pytest.mark.parametrize("stopped", [True, False])
async def test_without_the_newcomers_account(
    place: Place, house: House, opened_before: bool, stopped: bool
) -> None:
    """Who joined after the backup has no account in it: the acts stand, the former is client at the relay,
    which is said where no stop made it so, and the coach can reopen the mailbox again.
    """
    made = place.backup()
    again = await Again.opened(house)
    if opened_before:
        made = place.backup()
    await again.take()
    if stopped:
        await stop(again)
    async with restored(place, made) as (store, done):
        engagement = await engagement_in(store, house)
        assert engagement.members[1].account_id == house.client.account_id
        assert (len(engagement.acts), done.unjoined) == (2 + stopped, 1 - stopped)
        anew = House(store)
        anew.work = house.work
        once_more = Again(anew, again.person, again.keys)
        await once_more.open()
        assert await once_more.seen_by(house.coach) == ("open", "coach")
