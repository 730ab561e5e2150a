"""What personal addresses, keepers' days, their queue and the relay's notes promise."""

from __future__ import annotations

from dataclasses import replace

import pytest

from relay.core.errors import CodeRefused, NotFound
from relay.core.model import DAY_SECONDS, QueuedRevoke, Sender
from relay.core.ports import Store
from tests.contract.people import HOLD_ENDS, NOW, People, named

ANNA, MAYA = named("anna account"), named("maya account")
KEEPER = named("keeper")


def sender(name: str, owner: bytes = MAYA) -> Sender:
    """An address that waits for its code, 15 minutes long."""
    tags = named(f"{name} tag", 32), named(f"{name} code", 32)
    return Sender(named(name), owner, tags[0], "waiting", tags[1], NOW + 900, NOW, HOLD_ENDS)


async def test_a_code_confirms_its_address_once_in_time(people: People) -> None:
    """The right code of the right account before its second; then the code is forgotten."""
    store, home = people.store, sender("home")
    await store.put_sender(home, now=NOW)
    for owner, code, now in (
        (MAYA, named("wrong", 32), NOW),
        (ANNA, home.code_tag, NOW),
        (MAYA, home.code_tag, NOW + 900),
        (MAYA, b"", NOW),
    ):
        with pytest.raises(CodeRefused):
            await store.confirm_sender(owner, code, now=now)
    confirmed = replace(home, state="confirmed", code_tag=b"")
    assert await store.confirm_sender(MAYA, home.code_tag, now=NOW + 899) == confirmed
    assert await store.senders_of(MAYA, now=NOW) == [confirmed]
    for code in (home.code_tag, b""):
        with pytest.raises(CodeRefused):
            await store.confirm_sender(MAYA, code, now=NOW)


async def test_addresses_are_listed_replaced_and_removed_by_their_owner(people: People) -> None:
    """Oldest first; the same id again takes the place of the earlier; another's is not found."""
    store, home, mobile = people.store, sender("home"), sender("mobile")
    await store.put_sender(home, now=NOW)
    await store.put_sender(mobile, now=NOW)
    again = replace(home, code_tag=named("new code", 32))
    await store.put_sender(again, now=NOW)
    assert await store.senders_of(MAYA, now=NOW) == [again, mobile]
    assert await store.senders_of(ANNA, now=NOW) == []
    assert await store.senders_of(MAYA, now=HOLD_ENDS) == []
    with pytest.raises(NotFound):
        await store.remove_sender(ANNA, home.sender_id, now=NOW)
    await store.remove_sender(MAYA, home.sender_id, now=NOW)
    assert await store.senders_of(MAYA, now=NOW) == [mobile]
    with pytest.raises(NotFound):
        await store.remove_sender(MAYA, home.sender_id, now=NOW)
    with pytest.raises(NotFound):
        await store.put_sender(sender("x", named("nobody")), now=NOW)


async def test_keeper_days(store: Store) -> None:
    """Found by first and count, ascending, gaps left out; a day once stored stays as it was signed."""
    await store.put_days(KEEPER, [(12, b"twelve"), (10, b"ten")])
    await store.put_days(KEEPER, [(11, b"eleven"), (10, b"other")])
    await store.put_days(named("second keeper"), [(10, b"theirs")])
    await store.put_days(KEEPER, [])
    assert await store.days(KEEPER, 10, 3) == [b"ten", b"eleven", b"twelve"]
    assert await store.days(KEEPER, 11, 1) == [b"eleven"]
    assert await store.days(KEEPER, 13, 5) == []
    assert await store.days(KEEPER, 10, 0) == []


async def test_revokes_wait_in_order_until_dropped_or_due(store: Store) -> None:
    """Queued once each, oldest first, at most so many; the sweep takes those whose day is over."""
    first, second = (
        QueuedRevoke(KEEPER, name.encode(), NOW + days * DAY_SECONDS) for name, days in (("a", 1), ("b", 2))
    )
    for revoke in (first, second, first):
        await store.queue_revoke(revoke)
    assert await store.queued_revokes(KEEPER, 10) == [first, second]
    assert await store.queued_revokes(KEEPER, 1) == [first]
    assert await store.queued_revokes(named("second keeper"), 10) == []
    await People(store).sweep_all(NOW + DAY_SECONDS)
    assert await store.queued_revokes(KEEPER, 10) == [second]
    for _ in range(2):
        await store.drop_revoke(second)
        assert await store.queued_revokes(KEEPER, 10) == []


async def test_notes(store: Store) -> None:
    """The newest value of each name; nothing for an unknown one."""
    assert await store.noted("last_instant") is None
    for value in (NOW, NOW + 1):
        await store.note("last_instant", value)
    await store.note("last_sweep_at", 0)
    assert (await store.noted("last_instant"), await store.noted("last_sweep_at")) == (NOW + 1, 0)
