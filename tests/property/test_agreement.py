"""No path by which one party alone lengthens anything, nor the operator, nor the relay: random stories
through the real flows, on the file and in memory. The long form stands in CONTRIBUTING.md.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keys.acts import ActKind
from keys.names import DAY_SECONDS
from relay.store.memory import MemoryStore
from relay.store.sqlite import SqliteStore
from tests.flow.cast import Work
from tests.flow.house import House
from tests.property.play import Play

EXAMPLES = settings().max_examples
WHO = st.sampled_from(["coach", "client"])
ANYBODY = st.sampled_from(["coach", "client"] * 3 + ["stranger"])
OWNER = st.sampled_from(["owner"] * 4 + ["coach", "client", "stranger"])
SIGNERS = st.sampled_from(
    [("coach", "client")] * 6 + [("coach",), ("client",)] * 2 + [("stranger",), ("coach", "stranger")]
)
FORGED = st.sampled_from([""] * 12 + ["number", "previous", "signature", "date", "fingerprint"])
ODD = st.sampled_from(["", "another date", "another file", "another mailbox"])
WHICH = st.integers(0, 5)
ANY_DATE = st.sampled_from(
    [
        *("long ago", "just now", "now", "soon", "week", "month"),
        "work",
        "end",
        "past end",
        "hold",
        "past hold",
    ]
)
ISSUED = st.sampled_from(["now"] * 6 + ["just now", "long ago", "soon"])


def dates(likely: tuple[str, ...], likely_second: tuple[str, ...]) -> st.SearchStrategy[Any]:
    """When it was issued, its date and its second date: mostly such as an honest act has."""
    first = st.one_of(st.sampled_from(likely), st.sampled_from(likely), ANY_DATE)
    second = st.one_of(st.sampled_from(likely_second), st.sampled_from(likely_second), ANY_DATE)
    return st.tuples(ISSUED, first, second)


DATES = {
    ActKind.SHORTEN: dates(("now", "soon"), ("now",)),
    ActKind.EXTEND: dates(("month", "end", "hold"), ("now",)),
    ActKind.CLOSE: dates(("now", "soon"), ("week", "month", "end")),
    ActKind.REOPEN: dates(("month", "hold"), ("now",)),
}


def acts(kind: ActKind) -> st.SearchStrategy[Any]:
    """Acts of a kind, posted by anybody."""
    return st.tuples(st.just("act"), st.just(kind), SIGNERS, DATES[kind], WHICH, FORGED, ANYBODY)


def proposals(kind: ActKind) -> st.SearchStrategy[Any]:
    """The same, proposed."""
    return st.tuples(st.just("propose"), st.just(kind), SIGNERS, DATES[kind], WHICH, ANYBODY)


SEND = st.tuples(
    st.just("send"), WHO, st.one_of(st.sampled_from(["soon", "month", "end"]), ANY_DATE), st.booleans()
)
EXTEND = st.tuples(st.just("extend"), st.sampled_from(["month", "end", "hold", "work"]), WHICH, ODD)
SHORTEN = st.tuples(st.just("shorten_alone"), WHO, st.sampled_from(["now", "soon"]), WHICH)
KEEP = st.tuples(st.just("keep"), WHICH, OWNER, ODD)
REOPEN = st.tuples(st.just("close_and_reopen"), SIGNERS, st.sampled_from(["week", "month"]), SIGNERS)
WORK_DAYS, HOLD_DAYS = st.sampled_from([-5, 0, 1, 20, 60, 60, 9000]), st.sampled_from([0, 1, 30, 90, 3650])
STEPS = st.one_of(
    SEND,
    acts(ActKind.SHORTEN),
    acts(ActKind.EXTEND),
    EXTEND,
    EXTEND,
    REOPEN,
    SHORTEN,
    acts(ActKind.CLOSE),
    acts(ActKind.REOPEN),
    st.tuples(st.just("agree"), SIGNERS, st.tuples(WORK_DAYS, HOLD_DAYS), st.booleans(), FORGED, ANYBODY),
    KEEP,
    KEEP,
    st.tuples(st.just("replay"), WHICH, ANYBODY),
    st.one_of(proposals(ActKind.EXTEND), proposals(ActKind.REOPEN), proposals(ActKind.CLOSE)),
    st.tuples(st.just("drop"), ANYBODY),
    st.tuples(st.just("record"), WHO, ANY_DATE),
    st.tuples(st.just("let_go"), WHO, WHICH),
    st.tuples(st.just("wait"), st.sampled_from([1, 3600, DAY_SECONDS, 8 * DAY_SECONDS, 31 * DAY_SECONDS])),
    st.tuples(st.just("sweep")),
    st.tuples(st.just("restart"), st.integers(0, 1)),
)
STORIES = st.tuples(SEND, st.lists(STEPS, min_size=8, max_size=30)).map(lambda found: [found[0], *found[1]])


@pytest.fixture(scope="session")
async def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty store at the newest schema, to be copied."""
    path = tmp_path_factory.mktemp("migrated") / "store.sqlite3"
    store = await SqliteStore.open(path)
    await store.checkpoint()
    await store.close()
    return path


async def play(house: House, path: Path | None, may_recall: bool, steps: list[tuple[Any, ...]]) -> None:
    """Begin with a policy, with or without recall, and take each step."""
    house.work = Work(house.coach, house.client, work_days=60, hold_days=60, author_may_recall=may_recall)
    story = Play(house, path)
    await story.begin()
    for step in steps:
        await story.take(step)


@settings(max_examples=EXAMPLES)
@given(may_recall=st.booleans(), steps=STORIES)
async def test_nobody_alone_lengthens_anything_in_memory(
    may_recall: bool, steps: list[tuple[Any, ...]]
) -> None:
    """After each step: no date of a row, a file or the engagement moved back but by both signatures; nothing
    outlives what both signed; without recall the other keeps everything.
    """
    await play(House(MemoryStore()), None, may_recall, steps)


@settings(max_examples=max(EXAMPLES // 4, 1))
@given(may_recall=st.booleans(), steps=STORIES)
async def test_nobody_alone_lengthens_anything_in_the_file(
    migrated: Path, may_recall: bool, steps: list[tuple[Any, ...]]
) -> None:
    """The same on SQLite."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(shutil.copy(migrated, folder))
        store = await SqliteStore.open(path)
        try:
            await play(House(store), path, may_recall, steps)
        finally:
            await store.close()
