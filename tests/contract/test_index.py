"""The sealed index: compare-and-swap, limits, and that a segment never outlives a row that it quotes."""

from __future__ import annotations

from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relay.core.errors import Conflict, InboxFull, NotFound
from relay.core.model import DAY_SECONDS, PARTIES, IndexSegment, Step
from relay.store.limits import INDEX_RUN
from relay.store.memory import MemoryStore
from relay.store.sqlite import SqliteStore
from tests.contract.people import HOLD_ENDS, NOW, People, envelope, named

MAILBOX = named("work client")
DAY = (HOLD_ENDS - 2) // DAY_SECONDS
MOST = 4 << 20


def segment(
    number: int = 0, version: int = 1, *, day: int = DAY, expires_at: int = HOLD_ENDS - 1, box: bytes = b"box"
) -> IndexSegment:
    """A segment, by default where the first envelopes of `people.envelope` are."""
    return IndexSegment(day, number, version, expires_at, box)


async def held(people: People, now: int = NOW, mailbox_id: bytes = MAILBOX) -> list[tuple[int, int, int]]:
    """Day, number and version of what is there."""
    found, more = await people.store.segments(mailbox_id, after=(0, 0), max_bytes=MOST, now=now)
    assert not more
    return [(one.day, one.number, one.version) for one in found]


async def test_versions_follow_one_another(people: People) -> None:
    """A write is taken under the next version alone; the same again changes nothing; what is refused leaves
    nothing of its batch.
    """
    store = people.store
    await store.put_segments(MAILBOX, [segment(), segment(1)], now=NOW)
    await store.put_segments(MAILBOX, [segment()], now=NOW)
    await store.put_segments(MAILBOX, [segment(version=2, box=b"later")], now=NOW)
    for wrong in (segment(version=2, box=b"other"), segment(version=4), segment(7, version=2)):
        with pytest.raises(Conflict, match="stored first") as refused:
            await store.put_segments(MAILBOX, [segment(1, version=2), wrong], now=NOW)
        assert refused.value.code == "index-conflict"
    assert await held(people) == [(DAY, 0, 2), (DAY, 1, 1)]
    await store.drop_index(MAILBOX, now=NOW)
    await store.put_segments(MAILBOX, [segment()], now=NOW)
    assert await held(people) == [(DAY, 0, 1)]


async def test_pages_are_in_order_and_bounded(people: People) -> None:
    """By day, then number; a page has at least one, and says whether there are more."""
    places = [(DAY - 1, 9), (DAY, 0), (DAY, 3)]
    await people.store.put_segments(
        MAILBOX, [segment(number, day=day, box=bytes(700)) for day, number in places], now=NOW
    )
    first, more = await people.store.segments(MAILBOX, after=(0, 0), max_bytes=1500, now=NOW)
    assert ([(one.day, one.number) for one in first], more) == (places[:2], True)
    rest, more = await people.store.segments(MAILBOX, after=places[1], max_bytes=10, now=NOW)
    assert ([(one.day, one.number) for one in rest], more) == (places[2:], False)


async def test_a_segment_is_gone_at_its_second(people: People) -> None:
    """Due, it is not found, swept or not; the sweep takes it, and its place begins anew."""
    await people.store.put_segments(MAILBOX, [segment(expires_at=NOW + 10), segment(1)], now=NOW)
    assert await held(people, NOW + 10) == [(DAY, 1, 1)]
    await people.store.put_segments(MAILBOX, [segment()], now=NOW + 10)
    assert await held(people, NOW + 10) == [(DAY, 0, 1), (DAY, 1, 1)]
    await people.store.put_segments(MAILBOX, [segment(2, expires_at=NOW + 20)], now=NOW + 10)
    assert (await people.store.counts(now=NOW + 20))["due"] == 1
    await people.sweep_all(NOW + 20)
    assert (await people.store.counts(now=NOW + 20))["due"] == 0


async def test_what_leaves_takes_its_segment_along_and_no_other(people: People) -> None:
    """An own copy that goes, a recall, and a date that is past: the segment of that place is gone in the same
    transaction; segments of other runs and days stay.
    """
    other_day = HOLD_ENDS - 1 - 5 * DAY_SECONDS
    await people.put(*(envelope("work client", f"m{number}") for number in range(INDEX_RUN + 1)))
    await people.put(envelope("work client", "early", expires_at=other_day))
    segments = [segment(0), segment(1), segment(1, day=(other_day - 1) // DAY_SECONDS, expires_at=other_day)]
    everything = sorted((one.day, one.number, 1) for one in segments)
    for name in ("m3", "m70", "early"):
        await people.store.drop_index(MAILBOX, now=NOW)
        await people.store.put_segments(MAILBOX, segments, now=NOW)
        await people.store.expire_own(MAILBOX, [named(name)], now=NOW)
        left = await held(people)
        gone = [one for one in everything if one not in left]
        assert len(gone) == (name != "m70"), name
    await people.store.put_segments(MAILBOX, [segment(0, version=2)], now=NOW)
    step = Step(3, b"act 2", shorten=[named("m5")], date=NOW, sides=PARTIES)
    await people.store.apply_act(named("work"), Step(2, b"act", sides=PARTIES), now=NOW)
    await people.store.apply_act(named("work"), step, now=NOW)
    assert (DAY, 0, 2) not in await held(people)


async def test_an_earlier_date_reaches_the_segment(people: People) -> None:
    """A segment never outlives a row of it that an act brought forward, nor its mailbox."""
    await people.put(envelope("work client", "m1"))
    await people.store.put_segments(MAILBOX, [segment(expires_at=2 * HOLD_ENDS), segment(1)], now=NOW)
    date = NOW + 50
    step = Step(2, b"act 2", shorten=[named("m1")], date=date, sides=PARTIES)
    await people.store.apply_act(named("work"), step, now=NOW)
    assert await held(people, date - 1) == [(DAY, 0, 1), (DAY, 1, 1)]
    assert await held(people, date) == [(DAY, 1, 1)]
    await people.store.apply_act(named("work"), Step(3, b"act 3", ends_at=NOW + 90), now=NOW)
    assert await held(people, NOW + 89) == [(DAY, 1, 1)]
    await people.sweep_all(NOW + 90)
    counts = await people.store.counts(now=NOW + 90)
    assert counts["due"] == 0
    assert await held(people, NOW + 90) == []


async def test_nothing_is_kept_for_what_is_not_there(people: People) -> None:
    """A mailbox that never was, or is due, takes and shows nothing."""
    for mailbox_id, now in ((named("nowhere"), NOW), (MAILBOX, HOLD_ENDS)):
        with pytest.raises(NotFound):
            await people.store.put_segments(mailbox_id, [segment()], now=now)
        with pytest.raises(NotFound):
            await people.store.drop_index(mailbox_id, now=now)
        assert await held(people, now, mailbox_id) == []


async def test_an_index_has_its_limits(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    """Too many segments, or too much of them, are refused and leave nothing."""
    for module in ("relay.store.index", "relay.store.memory.index"):
        monkeypatch.setattr(f"{module}.MOST_SEGMENTS", 2)
        monkeypatch.setattr(f"{module}.MOST_INDEX_BYTES", 100)
    await people.store.put_segments(MAILBOX, [segment(), segment(1, box=bytes(97))], now=NOW)
    for over in (segment(2), segment(0, version=2, box=b"four")):
        with pytest.raises(InboxFull):
            await people.store.put_segments(MAILBOX, [over], now=NOW)
    assert await held(people) == [(DAY, 0, 1), (DAY, 1, 1)]


WRITES = st.lists(
    st.tuples(
        st.sampled_from(["put", "put", "own", "shorten", "sweep", "drop"]),
        st.integers(0, 1),
        st.integers(1, 3),
        st.sampled_from([b"a", b"b"]),
        st.sampled_from([1, 30, 5 * DAY_SECONDS]),
    ),
    max_size=14,
)


@settings(max_examples=25, deadline=None)
@given(WRITES)
async def test_file_and_memory_tell_the_same_of_an_index(
    tmp_path_factory: pytest.TempPathFactory, writes: list[tuple[str, int, int, bytes, int]]
) -> None:
    """Whatever is written, taken away and swept, both bodies give the same answers and show the same."""
    stores = [MemoryStore(), await SqliteStore.open(tmp_path_factory.mktemp("same") / "store.sqlite3")]
    told = []
    for store in stores:
        people, now, story = People(store), NOW, cast(list[object], [])
        await people.settle()
        await people.put(*(envelope("work client", f"m{number}") for number in range(3)))
        for act, (what, number, version, box, span) in enumerate(writes, 2):
            try:
                if what == "put":
                    ends_at = min(now + span, HOLD_ENDS)
                    await store.put_segments(
                        MAILBOX, [segment(number, version, expires_at=ends_at, box=box)], now=now
                    )
                elif what == "own":
                    await store.expire_own(MAILBOX, [named(f"m{version - 1}")], now=now)
                elif what == "shorten":
                    number = len([one for one in story if one == "act"]) + 2
                    step = Step(number, b"act %d" % act, [named("m2")], now + span, PARTIES)
                    await store.apply_act(named("work"), step, now=now)
                    story.append("act")
                elif what == "sweep":
                    now += span
                    await people.sweep_all(now)
                else:
                    await store.drop_index(MAILBOX, now=now)
            except (Conflict, NotFound) as refused:
                story.append(refused.code)
            found, _ = await store.segments(MAILBOX, after=(0, 0), max_bytes=MOST, now=now)
            story.append([(one.day, one.number, one.version, one.expires_at, one.box) for one in found])
        told.append(story)
        await store.close()
    assert told[0] == told[1]
