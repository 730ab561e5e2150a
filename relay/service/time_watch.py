"""The relay's time across restarts: the last instant that could be vouched for, kept in the store (ruling
13).

Owns the notes `last_instant` and `clock_word_at`. The second remembers the operator's word for a keeper that
was away when it was given; it is passed on once, and only while it is fresh.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from relay.clock import DIVERGENCE_LIMIT_SECONDS, ClockError, Standing, SystemClock
from relay.core.ports import KeeperDays, Store

LAST_INSTANT: Final = "last_instant"
WORD: Final = "clock_word_at"
WORD_SECONDS: Final = 2 * 86_400
ANSWER_SECONDS: Final = 5.0
"""A server's clock that came later is as uncertain as that."""


async def open_clock(store: KeeperDays, offset_file: Path | None) -> SystemClock:
    """The machine's clock, measured against the last instant noted. Raises ClockError."""
    return SystemClock(offset_file, last_known_at=await store.noted(LAST_INSTANT))


async def compare(store: Store, clock: SystemClock) -> None:
    """Tell the clock what the store's own server shows; nothing where there is none, or where the answer took
    so long that it says little. Raises Busy.
    """
    before = clock.monotonic()
    server_at = await store.server_at()
    if server_at is not None and clock.monotonic() - before <= ANSWER_SECONDS:
        clock.compare(server_at, before)


def check_server(clock: SystemClock) -> None:
    """Raises ClockError where the database server's clock and this machine's are more than a minute apart at
    the start: of several relays one that is hours ahead would take for all what still lives.
    """
    apart_seconds = int(clock.apart_seconds())
    if abs(apart_seconds) > DIVERGENCE_LIMIT_SECONDS:
        which = "ahead of" if apart_seconds > 0 else "behind"
        raise ClockError(
            f"this machine's clock is {abs(apart_seconds)} seconds {which} the database server's: set right"
            " the one that is wrong, then start the relay"
        )


async def note_instant(store: KeeperDays, clock: SystemClock) -> None:
    """Remember that time has come this far; nothing while the clock cannot be vouched for."""
    known_at = clock.known_at()
    if known_at is not None:
        await store.note(LAST_INSTANT, known_at)


async def accept(store: KeeperDays, clock: SystemClock) -> None:
    """The operator's word: the clock is right. Remembered for the keeper too."""
    clock.accept()
    await note_instant(store, clock)
    await store.note(WORD, clock.now())


async def word_waits(store: KeeperDays, now: int) -> bool:
    """Whether the operator's word has not reached the keeper yet."""
    given_at = await store.noted(WORD)
    return bool(given_at) and abs(now - (given_at or 0)) < WORD_SECONDS


async def word_delivered(store: KeeperDays) -> None:
    """The keeper has it."""
    await store.note(WORD, 0)


def agreed(clock: SystemClock) -> bool:
    """Whether sweep and tick may act."""
    return clock.standing() is Standing.AGREED
