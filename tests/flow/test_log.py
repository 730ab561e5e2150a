"""The log through the flows: what is signed is kept, what is served is covered, every proof verifies."""

from __future__ import annotations

import pytest

from keys.day_gone import DayGone, sign_day_gone
from keys.log import (
    EntryType,
    day_entry,
    day_gone_entry,
    leaf_hash,
    parse_checkpoint,
    tree_root,
    verify_consistency,
    verify_inclusion,
    web_entry,
)
from keys.names import DAY_SECONDS
from keys.notes import open_note
from relay.core.errors import Conflict, Malformed, NotFound
from relay.core.log import SignedCheckpoint
from tests.flow.cast import KEEPER, KEEPER_ID, NOW, ORIGIN
from tests.flow.house import LOG_KEY, House

NAME = ORIGIN.partition("://")[2] + "/log"
TODAY = NOW // DAY_SECONDS


async def grow(house: House, first: int, count: int) -> None:
    """Have the keys of so many days."""
    await house.flows.keepers.days(KEEPER_ID, TODAY + first, count, house.now)


async def signed(house: House) -> tuple[int, bytes]:
    """Size and root of the newest checkpoint, verified."""
    text = open_note(await house.flows.log.checkpoint(), NAME, LOG_KEY.public)
    found = parse_checkpoint(text)
    assert found.origin == NAME
    return found.size, found.root


async def leaves(house: House) -> list[bytes]:
    """The leaf hashes of all entries."""
    return [leaf_hash(entry) for entry in await house.store.log_entries(0, 10_000)]


async def test_a_checkpoint_is_signed_when_the_log_has_grown(empty: House) -> None:
    """None before the first entry; one for each growth; the same again where nothing came."""
    log = empty.flows.log
    assert not await log.sign()
    with pytest.raises(NotFound):
        await log.checkpoint()
    await grow(empty, 0, 3)
    assert await log.sign()
    assert not await log.sign()
    assert await signed(empty) == (3, tree_root(await leaves(empty)))
    await grow(empty, 3, 4)
    assert await log.sign()
    assert await signed(empty) == (7, tree_root(await leaves(empty)))


async def test_every_proof_verifies(empty: House) -> None:
    """Between any two sizes, and of each entry in each size; only of what a checkpoint covers."""
    await grow(empty, 0, 21)
    await empty.flows.log.sign()
    found, log = await leaves(empty), empty.flows.log
    for second in range(1, 22):
        for first in range(1, second + 1):
            path = await log.consistency(first, second)
            verify_consistency(first, second, path, tree_root(found[:first]), tree_root(found[:second]))
        for index in range(second):
            path = await log.inclusion(index, second)
            verify_inclusion(index, second, found[index], path, tree_root(found[:second]))
    await grow(empty, 21, 5)
    for wrong in ((3, 22), (22, 22)):
        with pytest.raises(NotFound):
            await log.consistency(*wrong)
    with pytest.raises(NotFound):
        await log.inclusion(3, 26)
    for first, second in ((0, 3), (4, 3), (0, 0)):
        with pytest.raises(Malformed):
            await log.consistency(first, second)
    for index, size in ((3, 3), (-1, 3), (0, 0)):
        with pytest.raises(Malformed):
            await log.inclusion(index, size)


async def test_tiles_are_of_what_is_signed(empty: House) -> None:
    """Hashes and entries of whole and partial tiles, and none that no checkpoint covers."""
    await grow(empty, 0, 300)
    await empty.flows.log.sign()
    await grow(empty, 300, 10)
    found, log = await leaves(empty), empty.flows.log
    assert await log.tile(0, 0, 256) == b"".join(found[:256])
    assert await log.tile(0, 1, 44) == b"".join(found[256:300])
    assert await log.tile(1, 0, 1) == tree_root(found[:256])
    entries = await log.entries(1, 2)
    (first,) = await empty.store.log_entries(256, 1)
    assert entries[:35] == b"\x00\x21" + first
    for level, number, width in ((0, 1, 45), (0, 1, 256), (1, 0, 2), (2, 0, 1), (7, 0, 1), (0, 10**12, 1)):
        with pytest.raises(NotFound):
            await log.tile(level, number, width)
    with pytest.raises(NotFound):
        await log.entries(1, 45)


async def test_every_checkpoint_is_found_by_its_hash(empty: House) -> None:
    """Old ones too; another hash is of a checkpoint that this log never signed."""
    notes = []
    for first in range(0, 6, 2):
        await grow(empty, first, 2)
        await empty.flows.log.sign()
        notes.append(await empty.flows.log.checkpoint())
        newest = await empty.store.newest_checkpoint()
        assert newest is not None
        assert await empty.flows.log.checkpoint_of(newest.checkpoint_hash) == notes[-1]
    with pytest.raises(NotFound):
        await empty.flows.log.checkpoint_of(bytes(32))


async def test_one_size_is_never_signed_twice(empty: House) -> None:
    """Where another root stands for the size, nothing is served of the new one."""
    await grow(empty, 0, 2)
    await empty.store.put_checkpoint(SignedCheckpoint(2, "another", b"h" * 32))
    assert not await empty.flows.log.sign()
    with pytest.raises(Conflict):
        await empty.store.put_checkpoint(SignedCheckpoint(2, "a third", b"i" * 32))
    assert await empty.flows.log.checkpoint() == "another"


async def test_days_are_logged_made_and_destroyed(empty: House) -> None:
    """A day key when it is first stored; its destruction when the keeper says so, each once, also after the
    keeper was away.
    """
    await grow(empty, 0, 1)
    empty.keeper.destroyed = [TODAY - 2, TODAY - 1]
    empty.keeper.away = True
    await empty.flows.keepers.log_days_gone()
    assert await empty.store.log_size() == 1
    empty.keeper.away = False
    for _ in range(2):
        await empty.flows.keepers.log_days_gone()
    empty.keeper.destroyed.append(TODAY)
    await empty.flows.keepers.log_days_gone()
    (made,) = await empty.store.days(KEEPER_ID, TODAY, 1)
    words = [
        sign_day_gone(DayGone(KEEPER_ID, day, bytes(32), NOW), KEEPER) for day in range(TODAY - 2, TODAY + 1)
    ]
    assert await empty.store.log_entries(0, 9) == [day_entry(made), *map(day_gone_entry, words)]


async def test_a_statement_is_logged_where_its_owner_gives_the_hash(house: House) -> None:
    """Type 1 and the 32 bytes that were given; without them nothing."""
    size, person = await house.store.log_size(), house.client
    card = person.statement(2, person.statement())
    await house.flows.statements.add(person.account_id, card, house.now, b"h" * 32)
    await house.flows.statements.add(person.account_id, card, house.now, b"h" * 32)
    third = person.statement(3, card)
    await house.flows.statements.add(person.account_id, third, house.now)
    assert await house.store.log_entries(size, 9) == [bytes([EntryType.STATEMENT]) + b"h" * 32]


async def test_the_list_of_the_web_inbox_is_logged_once(empty: House) -> None:
    """A release's list is one entry, however often the relay starts; another release's is one more, and so is
    the first again after it.
    """
    log = empty.flows.log
    lists = [f"quietbox/web/v1\nindex.html {size} {'A' * 43}\n" for size in (1, 2)]
    assert await log.note_web(lists[0])
    await grow(empty, 0, 3)
    assert not await log.note_web(lists[0])
    assert await log.note_web(lists[1])
    assert not await log.note_web(lists[1])
    assert await log.note_web(lists[0])
    entries = [one for one in await empty.store.log_entries(0, 10_000) if one[0] == EntryType.WEB_MANIFEST]
    assert entries == [web_entry(lists[0]), web_entry(lists[1]), web_entry(lists[0])]
    assert await log.sign()
