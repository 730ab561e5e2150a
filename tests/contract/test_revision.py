"""What is promised of the store's revision: who has read under it may rely on it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from relay.core.model import Session
from relay.store.sqlite import SqliteStore
from tests.contract.people import HOLD_ENDS, NOW, People, envelope, named
from tests.contract.test_whole_blobs import mail_of
from tests.contract.test_writer import Gate

Change = Callable[[People], Awaitable[object]]
CHANGES: dict[str, Change] = {
    "a coach": lambda people: people.add_coach("olu"),
    "an address": lambda people: people.store.change_address(named("work client", 16), "new", now=NOW),
    "a session": lambda people: people.store.open_session(
        Session(named("tag", 32), named("anna account"), NOW + 9), now=NOW
    ),
    "an end": lambda people: people.store.extend_account(named("anna account"), HOLD_ENDS + 400 * 86_400),
}


@pytest.mark.parametrize("change", CHANGES)
async def test_a_change_gives_another_number(people: People, change: str) -> None:
    """Whatever changes but by a deposit, the number is another once its caller knows."""
    before = people.store.revision()
    await CHANGES[change](people)
    assert people.store.revision() != before


async def test_mail_changes_nothing_that_the_number_stands_for(sqlite: SqliteStore) -> None:
    """Envelopes alone, with blobs and the door's memory, leave it: else it would serve nobody while mail
    comes."""
    people = People(sqlite)
    await people.settle()
    before = sqlite.revision()
    assert (await people.put(envelope("work client", "one"))).status == "stored"
    await sqlite.deposit([mail_of("two", tag="two")], now=NOW, quota_bytes=1 << 20)
    assert sqlite.revision() == before


async def test_before_the_commit_the_number_is_the_old_one(sqlite: SqliteStore) -> None:
    """Who reads before a commit under the new number would take the old for the new, and for ever."""
    people, gate, before = People(sqlite), Gate(), sqlite.revision()
    held = asyncio.ensure_future(sqlite._writer.submit(gate))
    await asyncio.to_thread(gate.entered.wait, 30)
    assert sqlite.revision() == before
    gate.opened.set()
    await held
    assert sqlite.revision() != before
    await people.settle()
