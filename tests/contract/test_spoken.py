"""What runs of the spoken check promise, on every body."""

from __future__ import annotations

from dataclasses import replace

import pytest

from relay.core.errors import Conflict, NotFound
from relay.core.model import SpokenRun
from tests.contract.people import DRAFT_ENDS, HOLD_ENDS, NOW, People, named

RUN = SpokenRun(named("work"), b"c" * 32, b"", b"", NOW + 120)
ANSWERED = replace(RUN, client_random=b"2" * 32)


async def test_one_run_swapped(people: People) -> None:
    """A run takes the place of what was seen there, and of nothing else; it is there until its second."""
    store = people.store
    assert await store.spoken_run(RUN.engagement_id, now=NOW) is None
    await store.swap_spoken_run(None, RUN, now=NOW)
    assert await store.spoken_run(RUN.engagement_id, now=NOW + 119) == RUN
    assert await store.spoken_run(RUN.engagement_id, now=NOW + 120) is None
    for before in (None, ANSWERED):
        with pytest.raises(Conflict):
            await store.swap_spoken_run(before, ANSWERED, now=NOW)
    await store.swap_spoken_run(RUN, ANSWERED, now=NOW)
    assert await store.spoken_run(RUN.engagement_id, now=NOW) == ANSWERED
    later = replace(RUN, expires_at=NOW + 300)
    await store.swap_spoken_run(None, later, now=NOW + 150)  # what is over is not in the way
    assert await store.spoken_run(RUN.engagement_id, now=NOW + 150) == later


async def test_no_engagement_no_run(people: People) -> None:
    """Neither of an engagement that never was nor of one that has ended."""
    with pytest.raises(NotFound):
        await people.store.swap_spoken_run(None, replace(RUN, engagement_id=named("other")), now=NOW)
    with pytest.raises(NotFound):
        await people.store.swap_spoken_run(None, RUN, now=HOLD_ENDS)


async def test_it_goes_by_itself_and_with_its_engagement(people: People) -> None:
    """What is due is swept, and no run keeps its engagement."""
    store, other = people.store, replace(RUN, engagement_id=named("other"), expires_at=HOLD_ENDS)
    await store.swap_spoken_run(None, RUN, now=NOW)
    await people.sweep_all(NOW + 120)
    assert await store.spoken_run(RUN.engagement_id, now=NOW) is None
    await people.add_draft("other")
    await store.swap_spoken_run(None, other, now=NOW)
    await people.sweep_all(DRAFT_ENDS)
    assert await store.engagement(named("other"), now=NOW) is None
    assert await store.spoken_run(named("other"), now=NOW) is None
