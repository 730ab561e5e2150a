"""What is promised of the sequences in which the door and the relay number what they send."""

from __future__ import annotations

import asyncio
from itertools import count

from relay.flow.writers import MOST_AT_ONCE, MOST_MAILBOXES, Writers


def drawing(*numbers: int) -> Writers:
    """Writers whose numbers are these, then others."""
    drawn = [*numbers]
    further = count(1_000)
    return Writers(lambda size: (drawn.pop(0) if drawn else next(further)).to_bytes(size, "big"))


async def test_one_after_the_other_is_one_sequence() -> None:
    """Whoever waits for the mail before goes on from it."""
    writers = drawing(7)
    for number in range(3):
        writer = writers.of(b"m")
        await writer.take()
        assert (writer.number, writer.count) == (7, number)
        writer.stored(b"%d" % number)
        writer.leave()
    assert writers.of(b"other").number != 7


async def test_mails_that_come_together_have_sequences_of_their_own() -> None:
    """A few, each with its number; beyond them the next waits for a turn, and gets the first that is free."""
    writers = drawing(65_535, 65_535, 7)
    held = []
    for _ in range(MOST_AT_ONCE):
        held.append(writers.of(b"m"))
        await held[-1].take()
    assert [one.number for one in held[:3]] == [65_535, 0, 7]
    assert len({one.number for one in held}) == MOST_AT_ONCE
    waiting = writers.of(b"m")
    assert waiting is held[0]
    taking = asyncio.ensure_future(waiting.take())
    await asyncio.sleep(0)
    assert not taking.done()
    assert writers.of(b"m") is held[1]  # nobody waits for that one yet
    waiting.stored(b"x")
    waiting.leave()
    await taking
    assert waiting.count == 1
    for one in held:
        one.leave()
    assert writers.of(b"m") is held[0]


async def test_who_gives_up_waiting_wants_nothing() -> None:
    """A mail that ends while it waits leaves the sequence to the others."""
    writers = drawing()
    writer = writers.of(b"m")
    await writer.take()
    taking = asyncio.ensure_future(writer.take())
    await asyncio.sleep(0)
    taking.cancel()
    await asyncio.wait({taking})
    writer.leave()
    assert writer.wanted == 0
    assert writers.of(b"m") is writer


async def test_the_memory_has_a_limit() -> None:
    """The mailbox that was written to the longest ago begins anew."""
    writers = drawing()
    first = writers.of(b"m")
    for number in range(MOST_MAILBOXES):
        writers.of(b"%d" % number)
    assert writers.of(b"m") is not first
