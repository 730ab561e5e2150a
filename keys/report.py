"""Report: the one document that coach and client write for the sponsor, in fixed bytes.

Owns the bytes, their limits and their hash. What a sponsor is shown comes from these fields and from nowhere
else, so nothing here may hold what a screen would show in another order or not at all: no control characters
and none that turn the direction of writing. (docs/protocol.md, part 23.)
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from keys.encoding import Reader, counted_text, exact, label, u8, u16, u32, u64
from keys.errors import Malformed
from keys.names import DAY_SECONDS, FP_BYTES, ID_BYTES
from keys.suite import H

MOST_REPORT_BYTES: Final = 60_000
MOST_NAME_BYTES: Final = 255
MOST_GOALS: Final = 12
MOST_GOAL_BYTES: Final = 4_000
MOST_WORDS_BYTES: Final = 8_000
MOST_CALLS: Final = 366

_VERSION: Final = b"\x01"
_CALLS_NAMED: Final = 1
_UNFIT: Final = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class Goal:
    """One goal (not empty), how both will know that it is reached, and where it stands."""

    goal: str = field(repr=False)
    how: str = field(default="", repr=False)
    where: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Report:
    """What the sponsor will read. Instants are Unix seconds at midnight UTC; `call_days` are days since
    1970-01-01, one for each call that was held, or None where calls are not named.
    """

    engagement_id: bytes
    coach_fp: bytes
    client_fp: bytes
    period_begins_at: int
    period_ends_at: int
    coach_name: str = field(repr=False)
    client_name: str = field(repr=False)
    sponsor_name: str = field(repr=False)
    sponsor_person: str = field(default="", repr=False)
    goals: tuple[Goal, ...] = field(default=(), repr=False)
    client_words: str = field(default="", repr=False)
    next_steps: str = field(default="", repr=False)
    call_days: tuple[int, ...] | None = field(default=None, repr=False)

    def encode(self) -> bytes:
        """Return the report's bytes; `Malformed` for a field that the format forbids."""
        _check(self)
        flags = 0 if self.call_days is None else _CALLS_NAMED
        fps = exact(self.coach_fp, FP_BYTES, "fp") + exact(self.client_fp, FP_BYTES, "fp")
        place = exact(self.engagement_id, ID_BYTES, "engagement id") + fps
        period = u64(self.period_begins_at) + u64(self.period_ends_at)
        names = b"".join(counted_text(name, 1) for name in _names(self))
        goals = b"".join(counted_text(one, 2) for goal in self.goals for one in _texts(goal))
        words = counted_text(self.client_words, 2) + counted_text(self.next_steps, 2)
        days = self.call_days or ()
        calls = u16(len(days)) + b"".join(u32(day) for day in days)
        start = _VERSION + bytes([flags, 0, 0]) + place + period + names
        return _bounded(start + u8(len(self.goals)) + goals + words + calls)


def report_hash(report: bytes) -> bytes:
    """Return H(L("report") ‖ report), by which steps and signatures name a version."""
    return H(label("report"), report)


def parse_report(raw: bytes) -> Report:
    """Parse a report strictly; `Malformed` otherwise."""
    reader = Reader(_bounded(raw))
    reader.expect(_VERSION, "version")
    named = reader.between(reader.u8(), 0, _CALLS_NAMED, "flags") == _CALLS_NAMED
    reader.reserved(2)
    place = (reader.take(ID_BYTES), reader.take(FP_BYTES), reader.take(FP_BYTES))
    period = (reader.u64(), reader.u64())
    names = (reader.text(1), reader.text(1), reader.text(1), reader.text(1))
    count = reader.between(reader.u8(), 0, MOST_GOALS, "number of goals")
    goals = tuple(Goal(reader.text(2), reader.text(2), reader.text(2)) for _ in range(count))
    words = (reader.text(2), reader.text(2))
    days = tuple(reader.u32() for _ in range(reader.between(reader.u16(), 0, MOST_CALLS, "number of calls")))
    reader.finish()
    if days and not named:
        raise Malformed("calls are not named in this report")
    report = Report(*place, *period, *names, goals, *words, days if named else None)
    _check(report)
    return report


def _bounded(raw: bytes) -> bytes:
    if len(raw) > MOST_REPORT_BYTES:
        raise Malformed("a report has at most 60,000 bytes")
    return raw


def _names(report: Report) -> tuple[str, str, str, str]:
    return (report.coach_name, report.client_name, report.sponsor_name, report.sponsor_person)


def _texts(goal: Goal) -> tuple[str, str, str]:
    return (goal.goal, goal.how, goal.where)


def _check(report: Report) -> None:
    begins_at, ends_at = report.period_begins_at, report.period_ends_at
    if begins_at % DAY_SECONDS or ends_at % DAY_SECONDS or begins_at >= ends_at:
        raise Malformed("a period begins and ends at midnight UTC, and begins before it ends")
    for name in _names(report):
        _check_text(name, MOST_NAME_BYTES)
        if "\n" in name:
            raise Malformed("a name stands in one line")
    if not (report.coach_name and report.client_name and report.sponsor_name):
        raise Malformed("coach, client and sponsor have names")
    _check_goals(report.goals)
    _check_text(report.client_words, MOST_WORDS_BYTES)
    _check_text(report.next_steps, MOST_WORDS_BYTES)
    days = report.call_days or ()
    if len(days) > MOST_CALLS or any(earlier > later for earlier, later in pairwise(days)):
        raise Malformed("calls are at most 366, by day")


def _check_goals(goals: tuple[Goal, ...]) -> None:
    if len(goals) > MOST_GOALS:
        raise Malformed("a report has at most 12 goals")
    for goal in goals:
        if not goal.goal:
            raise Malformed("a goal is not empty")
        for text in _texts(goal):
            _check_text(text, MOST_GOAL_BYTES)


def _check_text(text: str, most_bytes: int) -> None:
    if _UNFIT.search(text):
        raise Malformed("a report holds no control characters and none that turn direction")
    if len(text.encode("utf-8", "replace")) > most_bytes:
        raise Malformed(f"this text has at most {most_bytes} bytes")
