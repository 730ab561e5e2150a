"""The one place where the relay reads the time, and the judgement whether that time may be acted on.

Owns: the instant that everything else is given as an argument, the operator's offset for a driven clock, and
the watch that stops sweep and tick while the clock cannot be vouched for. It must never wait, never write
(save for the offset, on request), and never turn time back but on the operator's word.

1. While running, wall clock and monotonic clock must have advanced alike since the *anchor*: the reading
   taken at the start or at the operator's last word. More than 60 seconds apart is `DIVERGED`, until both
   agree again or the operator accepts.
2. At the start, a wall clock more than two days away from the last known instant is `ABSENT`, until the
   kernel says that it is synchronised or the operator accepts.
3. To refuse, the later of the two clocks counts; to act, the earlier: a jump makes nothing readable that
   was due, and lets nothing be swept early. While the wall clock runs ahead people are asked to come again
   (`serving_at`), because what they were told meanwhile would stay with them. Nor does time stand still
   where a start found the clock in the past: what has gone by since counts from the last known instant on.
4. Of several relays on one database each also hears its server's clock (`compare`), the same for all.
   Within 60 seconds it is one more clock of rule 3: nothing is readable after that clock's instant, or swept
   before it, at whichever relay. Further apart nobody knows which is wrong: `APART`, nothing is swept and
   nobody answered until both agree again.
5. The offset is the operator's word: it moves `now`, also back, and is no divergence and no absence. So
   floor and last known instant are *machine time*, the offset left out.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import re
import time
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import NamedTuple, Protocol

from relay.core.errors import Busy

DIVERGENCE_LIMIT_SECONDS = 60
ABSENCE_LIMIT_SECONDS = 2 * 86_400
OFFSET_LIMIT_SECONDS = 100 * 366 * 86_400
"""An offset of more than a century is a slip of the hand."""

_OFFSET = re.compile(rb"-?[0-9]{1,12}\n?")
_OFFSET_BYTES = 32
_TIMEX_BYTES = 512  # struct timex has 208 bytes on 64-bit Linux, and the kernel writes no further
_TIME_ERROR = 5  # adjtimex(2): the clock is not synchronised
# A clock that goes on while the machine sleeps, or each lid closed would look like a jump of the wall
# clock. The plain monotonic clock does so on some systems, CLOCK_BOOTTIME on Linux.
_AWAKE_CLOCK = getattr(time, "CLOCK_BOOTTIME", getattr(time, "CLOCK_MONOTONIC", None))


class ClockError(Exception):
    """The offset is not a whole number of seconds within a century."""


class Clock(Protocol):
    """What gives the time."""

    def now(self) -> int:
        """The instant, in Unix seconds UTC."""

    def monotonic(self) -> float:
        """Seconds since some fixed moment: never goes back, and goes on while the machine sleeps."""


class Standing(Enum):
    """Whether sweep and tick may act on the time."""

    AGREED = "agreed"
    DIVERGED = "diverged"
    ABSENT = "absent"
    APART = "apart"


class Reading(NamedTuple):
    """Both clocks of the machine, read together, in seconds. Each request makes one."""

    wall: float
    monotonic: float


class Judgement(NamedTuple):
    """What one reading is worth, in machine time: refuse what is due by the first, act only by the second."""

    refuse_at: int
    act_at: int
    standing: Standing
    apart: bool = False
    """Whether the first, without the database server's clock, is more than a minute from that."""


class Heard(NamedTuple):
    """Another machine's wall clock, as what it is ahead of this one's monotonic clock: at least and at most,
    since nobody knows how long its answer was on the way.
    """

    least: float
    most: float

    def apart_seconds(self, at: float, monotonic: float) -> float:
        """How far an instant is ahead of it for certain (below zero: behind)."""
        return max(at - self.most - monotonic, 0.0) or min(at - self.least - monotonic, 0.0)


def divergence_seconds(anchor: Reading, reading: Reading) -> float:
    """How far the wall clock has run ahead of the monotonic clock (below zero: stayed behind)."""
    return (reading.wall - anchor.wall) - (reading.monotonic - anchor.monotonic)


def absent(last_known_at: int | None, wall: float) -> bool:
    """Whether the wall clock is over two days away, either way, from the last known instant (None: no
    such)."""
    return last_known_at is not None and abs(int(wall) - last_known_at) > ABSENCE_LIMIT_SECONDS


def judge(
    anchor: Reading, reading: Reading, *, absent: bool, floor_at: int, heard: Heard | None = None
) -> Judgement:
    """Weigh one reading. A small lag of the wall clock is a correction and believed; a large one is not. Of
    another machine's clock a small difference is believed, either way.
    """
    ahead_seconds = divergence_seconds(anchor, reading)
    expected = reading.wall - ahead_seconds
    agreed = abs(ahead_seconds) <= DIVERGENCE_LIMIT_SECONDS
    believed = reading.wall if agreed else max(reading.wall, expected)
    standing = Standing.ABSENT if absent else Standing.AGREED if agreed else Standing.DIVERGED
    act_at, apart = min(reading.wall, expected), False
    if heard is not None:
        apart = abs(heard.apart_seconds(believed, reading.monotonic)) > DIVERGENCE_LIMIT_SECONDS
        standing = Standing.APART if apart and standing is Standing.AGREED else standing
        believed = believed if apart else max(believed, heard.most + reading.monotonic)
        act_at = min(act_at, heard.least + reading.monotonic)
    return Judgement(max(floor_at, int(believed)), int(act_at), standing, apart)


class SystemClock:
    """The machine's clocks, an optional offset file, and the watch over both.

    `read` gives both clocks; tests hold it. `synchronised` asks the kernel about the wall clock. Threads may
    share a clock: a race between two readings costs at most the newest second of the floor.
    """

    def __init__(
        self,
        offset_file: Path | None = None,
        *,
        last_known_at: int | None = None,
        read: Callable[[], Reading] | None = None,
        synchronised: Callable[[], bool] | None = None,
    ) -> None:
        """Take the anchor. An offset file is for listeners on loopback alone, which the caller has checked.

        `last_known_at` is what `known_at` gave last before the restart. Raises ClockError where the offset
        file holds anything but a number; a missing one means zero.
        """
        self._offset_file = offset_file
        self._offset_seconds = read_offset(offset_file) if offset_file and offset_file.exists() else 0
        self._read = read or read_clocks
        self._synchronised = synchronised or kernel_synchronised
        self._anchor = self._read()
        self._absent = absent(last_known_at, self._anchor.wall)
        self._floor_at = last_known_at or 0
        self._known_from = None if last_known_at is None else last_known_at - self._anchor.monotonic

        self._heard: Heard | None = None

    def compare(self, server_at: float, before: float) -> None:
        """Take note of the instant that the database server's clock showed between `before`, by `monotonic`,
        and now.
        """
        self._heard = Heard(server_at - self._read().monotonic, server_at - before)

    def apart_seconds(self) -> float:
        """How far this machine's clock is ahead of the database server's (below zero: behind) for certain; 0
        where that was never heard.
        """
        wall, monotonic = self._read()
        return 0.0 if self._heard is None else self._heard.apart_seconds(wall, monotonic)

    def now(self) -> int:
        """The instant by which to refuse what is due, in Unix seconds UTC."""
        return self._judgement(self._read()).refuse_at + self.offset_seconds()

    def serving_at(self) -> int:
        """As `now`, for what is answered to people. Raises Busy while the wall clock has run ahead: what
        lives would be taken for due, a reader's cursor would pass it by, a mail would be refused for good;
        and while it is apart from the database server's, where what is due elsewhere might be readable here.
        """
        reading = self._read()
        if self._runs_ahead(reading):
            self._ask_kernel()  # one that was wrong at the start may just have been set right
            if self._runs_ahead(reading):
                raise Busy("the clock has run ahead")
        judgement = self._judgement(reading)
        if judgement.apart:
            raise Busy("the clock is apart from the database server's")
        return judgement.refuse_at + self.offset_seconds()

    def monotonic(self) -> float:
        """Seconds since some fixed moment: never goes back, and goes on while the machine sleeps."""
        return self._read().monotonic

    def standing(self) -> Standing:
        """Whether the time may be acted on."""
        self._ask_kernel()
        return self._judgement(self._read()).standing

    def act_at(self) -> int | None:
        """The instant by which sweep and tick may act, in Unix seconds UTC; None while they must not."""
        known_at = self.known_at()
        return None if known_at is None else known_at + self.offset_seconds()

    def known_at(self) -> int | None:
        """Machine time to store as last known; None while it cannot be vouched for."""
        self._ask_kernel()
        judgement = self._judgement(self._read())
        return judgement.act_at if judgement.standing is Standing.AGREED else None

    def offset_seconds(self) -> int:
        """What the operator adds to machine time; if the file is gone or half written, the last word
        stands."""
        if self._offset_file is not None:
            with contextlib.suppress(ClockError, OSError):
                self._offset_seconds = read_offset(self._offset_file)
        return self._offset_seconds

    def accept(self) -> None:
        """Take the wall clock for right, on the operator's word, even where that turns time back."""
        self._absent = False
        self._anchor = self._read()
        self._floor_at = 0
        self._known_from = None

    def _judgement(self, reading: Reading) -> Judgement:
        passed_at = 0 if self._known_from is None else int(self._known_from + reading.monotonic)
        floor_at = max(self._floor_at, passed_at)
        judgement = judge(self._anchor, reading, absent=self._absent, floor_at=floor_at, heard=self._heard)
        if judgement.standing is Standing.AGREED:
            self._floor_at = judgement.refuse_at
        return judgement

    def _runs_ahead(self, reading: Reading) -> bool:
        return divergence_seconds(self._anchor, reading) > DIVERGENCE_LIMIT_SECONDS

    def _ask_kernel(self) -> None:
        """End an absence once the kernel vouches for the clock, which it may just have set: hence a new
        anchor."""
        if self._absent and self._synchronised():
            self._anchor = self._read()
            self._absent = False


def read_clocks() -> Reading:
    """The machine's own clocks."""
    if _AWAKE_CLOCK is None:
        return Reading(time.time(), time.monotonic())
    return Reading(time.time(), time.clock_gettime(_AWAKE_CLOCK))


def read_offset(path: Path) -> int:
    """The seconds in an offset file. ClockError for anything but one number, OSError where there is none."""
    with path.open("rb", buffering=0) as file:
        text = file.read(_OFFSET_BYTES)
    if not text or not _OFFSET.fullmatch(text):
        raise ClockError(f"{path.name} does not hold a whole number of seconds")
    return _limited(int(text))


def write_offset(path: Path, seconds: int) -> None:
    """Move a driven clock, in one step, so that no reader finds half a number. ClockError beyond a
    century."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
    fresh.write_bytes(b"%d\n" % _limited(seconds))
    fresh.replace(path)


def _limited(seconds: int) -> int:
    if abs(seconds) > OFFSET_LIMIT_SECONDS:
        raise ClockError(f"an offset of {seconds} seconds is more than a century")
    return seconds


def kernel_synchronised() -> bool:
    """Whether the kernel holds the wall clock to be synchronised (adjtimex(2)); no answer counts as no."""
    try:
        state = ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.create_string_buffer(_TIMEX_BYTES))
    except (
        AttributeError,
        OSError,
        TypeError,
    ):  # a system without that call, or without a C library by that name
        return False
    return isinstance(state, int) and 0 <= state < _TIME_ERROR
