"""What people's word on their own copies promises, on every body."""

from __future__ import annotations

from dataclasses import replace

import pytest

from relay.core.errors import InboxFull
from relay.core.model import OwnCopies
from tests.contract.people import NOW, People, named

ENDS = NOW + 1_000
ANNA, MAYA = named("anna account"), named("maya account")


async def test_the_newest_word_of_each_computer(people: People) -> None:
    """A word takes the place of the same computer's, is there for whom it is told until its second, and is
    swept with it; so many computers speak and no more.
    """
    store = people.store
    said = OwnCopies(named("work"), ANNA, 7, MAYA, b"one", ENDS)
    for one in (said, replace(said, statement=b"two"), replace(said, computer=3, statement=b"three")):
        await store.put_own_copies(one, 2, now=NOW)
    wanted = [replace(said, computer=3, statement=b"three"), replace(said, statement=b"two")]
    assert await store.own_copies_for(MAYA, now=NOW) == wanted
    assert await store.own_copies_by(ANNA, named("work"), now=ENDS - 1) == wanted
    assert await store.own_copies_for(ANNA, now=NOW) == []
    assert await store.own_copies_by(ANNA, named("other"), now=NOW) == []
    with pytest.raises(InboxFull):
        await store.put_own_copies(replace(said, computer=9), 2, now=NOW)
    assert await store.own_copies_for(MAYA, now=ENDS) == []
    await people.sweep_all(ENDS)
    assert await store.own_copies_for(MAYA, now=NOW) == []
