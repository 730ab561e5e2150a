"""Waiting readers: told once however much happened, bounded however slow, forgotten when they leave."""

from __future__ import annotations

import asyncio

from relay.notify.wake import WakeHub

MINE, OTHER, WORK = b"m" * 16, b"o" * 16, b"w" * 16


async def test_a_slow_waiter_holds_the_newest_cursor_alone() -> None:
    """A thousand deposits leave one entry; an older cursor does not replace a newer one."""
    hub = WakeHub()
    waiter = hub.join(b"a" * 16, [MINE])
    for cursor in range(1, 1000):
        hub.mailbox(MINE, cursor)
    hub.mailbox(MINE, 7)
    hub.mailbox(OTHER, 8)
    assert waiter.take() == ({MINE: 999}, set())
    assert waiter.take() == ({}, set())


async def test_waiting_ends_with_the_event_or_the_time() -> None:
    """What came before the waiting ends it at once; nothing ends it at its time; a cancelled wait leaves
    no trace.
    """
    hub = WakeHub()
    waiter = hub.join(b"a" * 16, [MINE, WORK])
    assert not await waiter.wait(0.01)
    hub.engagement(WORK)
    assert await waiter.wait(60)
    assert waiter.take() == ({}, {WORK})
    task = asyncio.ensure_future(waiter.wait(60))
    await asyncio.sleep(0)
    hub.mailbox(MINE, 3)
    assert await task
    waiter.take()
    task = asyncio.ensure_future(waiter.wait(60))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    hub.mailbox(MINE, 4)
    assert await waiter.wait(60)


async def test_two_readers_of_one_mailbox_are_both_told_and_leaving_forgets() -> None:
    """Two browsers of one person hear the same; who has left is not held in memory."""
    hub = WakeHub()
    one, two = (hub.join(b"a" * 16, [MINE]) for _ in range(2))
    hub.mailbox(MINE, 1)
    assert one.take() == two.take() == ({MINE: 1}, set())
    hub.leave(one)
    hub.mailbox(MINE, 2)
    assert one.take() == ({}, set())
    assert two.take() == ({MINE: 2}, set())
    hub.leave(two)
    assert hub.waiting() == 0
