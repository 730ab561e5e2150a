"""A way of being told that its owner ended, or changed, does not come back with a backup."""

from __future__ import annotations

from dataclasses import replace

from relay.store.sqlite import SqliteStore
from tests.backup.conftest import Place
from tests.backup.test_replay import brought_back
from tests.contract.people import NOW, People
from tests.contract.test_channels import ANNA, channel, held

FOUND = "SELECT account_id, number FROM notice_channels ORDER BY account_id"


async def test_what_was_ended_stays_ended(place: Place, people: People, store: SqliteStore) -> None:
    """Ended or moved to another address since the backup: gone; what only got other words is there."""
    await store.put_channel(channel(), now=NOW)
    await store.put_channel(channel(ANNA, "hers"), now=NOW)
    made = place.backup()
    await store.put_channel(replace(channel(ANNA, "hers"), sealed=b"other words"), now=NOW)
    await store.end_channel((await held(store)).account_id, now=NOW)
    with brought_back(place, made) as (database, _):
        assert database.execute(FOUND).fetchall() == [(ANNA, channel(ANNA, "hers").number)]


async def test_an_old_address_stays_forgotten(place: Place, people: People, store: SqliteStore) -> None:
    """Nothing is mailed to an address that its owner left; one set before and after the backup is there."""
    await store.put_channel(channel(name="first"), now=NOW)
    await store.put_channel(channel(name="second"), now=NOW)
    kept = place.backup()
    with brought_back(place, kept) as (database, _):
        assert database.execute(FOUND).fetchall() == [(channel().account_id, channel(name="second").number)]
    (place.folder / "new.db").unlink()
    await store.put_channel(channel(name="third"), now=NOW)
    with brought_back(place, kept) as (database, _):
        assert database.execute(FOUND).fetchall() == []
