"""What the log promises on every body: it only grows, its hashes are RFC 6962's, one size has one
checkpoint.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from keys.log import leaf_hash, tree_root
from relay.core.errors import Conflict, NotFound
from relay.core.log import SignedCheckpoint, joined, subtrees, tile_is_covered, tile_nodes
from relay.core.ports import Store
from tests.contract.people import NOW, coach_invitation, enrolment, named

KEEPER = named("keeper")


def entry(number: int) -> bytes:
    """An entry of 33 bytes."""
    return bytes([2]) + named(f"entry {number}", 32)


async def grow(store: Store, first: int, count: int) -> None:
    """Log so many days."""
    days = [(day, b"signed %d" % day) for day in range(first, first + count)]
    await store.put_days(KEEPER, days, [entry(day) for day in range(first, first + count)])


async def test_every_size_has_the_root_of_its_entries(store: Store) -> None:
    """From the stored hashes of whole subtrees comes the root of each size, as from all leaves at once."""
    await grow(store, 0, 70)
    leaves = [leaf_hash(entry(number)) for number in range(70)]
    assert await store.log_size() == 70
    for size in range(71):
        assert joined(await store.tree_hashes(subtrees(0, size))) == tree_root(leaves[:size])
    for level, number in ((0, 70), (1, 35), (6, 1), (7, 0)):
        with pytest.raises(NotFound):
            await store.tree_hashes([(level, number)])


async def test_entries_are_read_where_they_stand(store: Store) -> None:
    """By their index, as far as there are any."""
    await grow(store, 0, 5)
    assert await store.log_entries(0, 2) == [entry(0), entry(1)]
    assert await store.log_entries(3, 10) == [entry(3), entry(4)]
    assert await store.log_entries(5, 1) == []


async def test_a_day_key_is_logged_when_it_is_first_stored(store: Store) -> None:
    """A day that is known adds no entry, whatever is brought the second time."""
    await grow(store, 0, 3)
    await grow(store, 1, 4)
    assert await store.log_entries(0, 9) == [entry(number) for number in range(5)]


async def test_a_destroyed_day_is_logged_once(store: Store) -> None:
    """Days up to the newest that is logged add nothing; the newest is remembered for each keeper."""
    assert await store.last_day_gone(KEEPER) is None
    await store.put_days_gone(KEEPER, [(7, entry(7)), (8, entry(8))])
    await store.put_days_gone(KEEPER, [(8, entry(80)), (9, entry(9))])
    await store.put_days_gone(named("other keeper"), [(8, entry(81))])
    assert await store.last_day_gone(KEEPER) == 9
    assert await store.log_entries(0, 9) == [entry(7), entry(8), entry(9), entry(81)]


async def test_a_statement_is_logged_with_its_transaction(store: Store) -> None:
    """Once, with the enrolment or with the card; a card that is refused adds nothing."""
    await store.put_invitation(coach_invitation("anna"), now=NOW)
    first = replace(enrolment("anna"), log_entry=entry(1))
    await store.enrol(first, now=NOW)
    await store.enrol(first, now=NOW)
    account_id = first.account.account_id
    for _ in range(2):
        await store.add_statement(account_id, 2, b"card 2", now=NOW, log_entry=entry(2))
    with pytest.raises(Conflict):
        await store.add_statement(account_id, 5, b"card 5", now=NOW, log_entry=entry(5))
    await store.add_statement(account_id, 3, b"card 3", now=NOW)
    assert await store.log_entries(0, 9) == [entry(1), entry(2)]


async def test_one_size_has_one_checkpoint_for_ever(store: Store) -> None:
    """The same again changes nothing; another for the same size is refused; each is found by its hash."""
    assert await store.newest_checkpoint() is None
    small, large = (SignedCheckpoint(size, f"note {size}", named(f"c{size}", 32)) for size in (3, 5))
    for one in (large, small, small):
        await store.put_checkpoint(one)
    for other in (
        SignedCheckpoint(3, "note x", small.checkpoint_hash),
        SignedCheckpoint(3, "note 3", b"x" * 32),
    ):
        with pytest.raises(Conflict):
            await store.put_checkpoint(other)
    assert await store.newest_checkpoint() == large
    assert await store.checkpoint_of(small.checkpoint_hash) == small
    assert await store.checkpoint_of(bytes(32)) is None


def test_tiles_are_256_wide_and_8_high() -> None:
    """A tile's hashes are those of C2SP tlog-tiles, and it is whole only in a tree that is large enough."""
    assert tile_nodes(0, 2, 2) == [(0, 512), (0, 513)]
    assert tile_nodes(1, 0, 1) == [(8, 0)]
    for level, number, width, size, covered in (
        (0, 0, 256, 255, False),
        (0, 0, 256, 256, True),
        (0, 1, 1, 256, False),
        (1, 0, 1, 255, False),
        (1, 0, 1, 256, True),
        (1, 0, 2, 600, True),
        (2, 0, 1, 65_535, False),
    ):
        assert tile_is_covered(level, number, width, size) is covered
