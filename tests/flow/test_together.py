"""One question for all who ask at the same moment."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from relay.core.errors import Busy
from relay.flow.together import Together


async def test_who_comes_meanwhile_shares_the_next_question() -> None:
    """The first question goes out alone; all who ask before its answer have the second, each name once; who
    gives up waiting takes nobody along.
    """
    asked: list[list[bytes]] = []
    go_on = asyncio.Event()

    async def ask(names: Sequence[bytes]) -> dict[bytes, int]:
        asked.append(sorted(names))
        await go_on.wait()
        return {name: len(asked) for name in names if name != b"none"}

    together = Together(ask)
    first = asyncio.create_task(together.of(b"a"))
    while not asked:
        await asyncio.sleep(0)
    later = [asyncio.create_task(together.of(name)) for name in (b"a", b"b", b"b", b"none", b"c")]
    await asyncio.sleep(0)
    later[-1].cancel()
    go_on.set()
    assert await first == 1
    assert await asyncio.gather(*later[:-1]) == [2, 2, 2, None]
    assert asked == [[b"a"], [b"a", b"b", b"c", b"none"]]


async def test_trouble_is_everybodys_and_passes() -> None:
    """What the question raises is raised where each asked; the next is a new one."""
    troubles = [Busy()]

    async def ask(names: Sequence[bytes]) -> dict[bytes, int]:
        if troubles:
            raise troubles.pop()
        return dict.fromkeys(names, 1)

    together = Together(ask)
    ends = await asyncio.gather(together.of(b"a"), together.of(b"b"), return_exceptions=True)
    assert [type(end) for end in ends] == [Busy, Busy]
    assert await together.of(b"a") == 1
