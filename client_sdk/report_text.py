"""Report text: the report as a person types it, and as a person reads it.

Owns the plain form that an editor shows, its strict reading with the number of the line that is wrong, and
the lines of a preview, which are made of the very bytes that would leave. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Final

from client_sdk.errors import Misused
from client_sdk.words import in_words
from keys.names import DAY_SECONDS
from keys.report import MOST_GOALS, MOST_REPORT_BYTES, Goal, Report

GOAL: Final = "== goal"
HOW: Final = "-- how we will know"
WHERE: Final = "-- where it stands"
WORDS: Final = "== in the client's words"
NEXT: Final = "== what is next"
HEADINGS: Final = (GOAL, HOW, WHERE, WORDS, NEXT)
MOST_FORM_BYTES: Final = 2 * MOST_REPORT_BYTES

_HELP: Final = """\
# The report for {sponsor}. Lines that begin with # are left out; all else is as you write it.
# A line of a text that begins with #, ==, -- or \\ gets a \\ before it.
# Up to {goals} goals, each under its own line "{goal}". Parts that you do not need can stay empty.
"""
_MARKED: Final = re.compile(r"\\|#|==|--")
_PERIOD: Final = re.compile(r"(\d{4}-\d{2}-\d{2}) to (\d{4}-\d{2}-\d{2})\Z")


@dataclass(frozen=True, slots=True)
class ReportForm:
    """What people write of a report; names and calls come from the agreement and the log of calls.

    `first_day` and `last_day` bound the period, both included. `person` is who reads it there.
    """

    first_day: date
    last_day: date
    person: str = field(default="", repr=False)
    goals: tuple[Goal, ...] = field(default=(), repr=False)
    client_words: str = field(default="", repr=False)
    next_steps: str = field(default="", repr=False)
    name_calls: bool = False

    @property
    def begins_at(self) -> int:
        """The first second of the period."""
        return _midnight(self.first_day)

    @property
    def ends_at(self) -> int:
        """The first second after it."""
        return _midnight(self.last_day) + DAY_SECONDS

    @classmethod
    def of(cls, report: Report) -> ReportForm:
        """Return the form of a report."""
        return cls(
            first_day=_day(report.period_begins_at),
            last_day=_day(report.period_ends_at - DAY_SECONDS),
            person=report.sponsor_person,
            goals=report.goals,
            client_words=report.client_words,
            next_steps=report.next_steps,
            name_calls=report.call_days is not None,
        )


def form_text(form: ReportForm, sponsor: str, *, may_name_calls: bool) -> str:
    """Return a form as an editor shows it."""
    lines = [*_HELP.format(sponsor=sponsor, goals=MOST_GOALS, goal=GOAL).splitlines(), ""]
    lines += [f"period: {form.first_day} to {form.last_day}", f"for: {form.person}".rstrip()]
    if may_name_calls:
        lines.append(f"calls: {'named' if form.name_calls else 'not named'}")
    for goal in form.goals or (Goal(""),):
        for heading, text in ((GOAL, goal.goal), (HOW, goal.how), (WHERE, goal.where)):
            lines += ["", heading, *_marked(text)]
    lines += ["", WORDS, *_marked(form.client_words), "", NEXT, *_marked(form.next_steps)]
    return "\n".join(lines) + "\n"


def parse_form(typed: str) -> ReportForm:
    """Read a form strictly. Raises Misused with the number of the line that does not fit."""
    if len(typed.encode("utf-8", "replace")) > MOST_FORM_BYTES:
        raise Misused("A report has at most 60,000 bytes.")
    head, parts = _split(typed)
    first_day, last_day = _period(head)
    goals: list[dict[str, str]] = []
    single: dict[str, str] = {}
    for number, heading, text in parts:
        if heading == GOAL:
            goals.append({GOAL: text})
        elif heading in (HOW, WHERE):
            if not goals or heading in goals[-1]:
                raise _wrong(number, "this belongs under a goal, once")
            goals[-1][heading] = text
        elif heading in single:
            raise _wrong(number, "this part is there twice")
        else:
            single[heading] = text
    return ReportForm(
        first_day=first_day,
        last_day=last_day,
        person=head.get("for", (0, ""))[1],
        goals=_goals(goals),
        client_words=single.get(WORDS, ""),
        next_steps=single.get(NEXT, ""),
        name_calls=_calls(head),
    )


def _goals(found: Sequence[dict[str, str]]) -> tuple[Goal, ...]:
    """Goals with a text; one that is empty throughout is none."""
    written = [one for one in found if any(one.values())]
    if len(written) > MOST_GOALS:
        raise Misused(f"A report has at most {MOST_GOALS} goals.")
    if not all(one[GOAL] for one in written):
        raise Misused("A goal has parts but no words of its own.")
    return tuple(Goal(one[GOAL], one.get(HOW, ""), one.get(WHERE, "")) for one in written)


def _split(typed: str) -> tuple[dict[str, tuple[int, str]], list[tuple[int, str, str]]]:
    """Return the fields of the head by name, and the parts: line number, heading, text."""
    head: dict[str, tuple[int, str]] = {}
    parts: list[tuple[int, str, list[str]]] = []
    for number, line in _lines(typed):
        if line in HEADINGS:
            parts.append((number, line, []))
        elif line.startswith(("==", "--")):
            raise _wrong(number, "no such part; parts are " + ", ".join(f'"{one}"' for one in HEADINGS))
        elif parts:
            parts[-1][2].append(line.removeprefix("\\"))
        elif line:
            name, colon, value = line.partition(":")
            if not colon or name not in ("period", "for", "calls") or name in head:
                raise _wrong(number, "before the first goal there are period, for and calls, each once")
            head[name] = (number, value.strip())
    return head, [(number, heading, "\n".join(lines).strip("\n")) for number, heading, lines in parts]


def _lines(typed: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(typed.replace("\r\n", "\n").split("\n"), 1):
        if not line.startswith("#"):
            yield number, line.rstrip()


def _period(head: dict[str, tuple[int, str]]) -> tuple[date, date]:
    number, value = head.get("period", (0, ""))
    match = _PERIOD.match(value)
    try:
        days = (date.fromisoformat(match[1]), date.fromisoformat(match[2])) if match else None
    except ValueError:
        days = None
    if days is None or days[0] > days[1] or days[0] < date(1970, 1, 1):
        raise _wrong(number, "the period is written as 2026-09-01 to 2026-12-31")
    return days


def _calls(head: dict[str, tuple[int, str]]) -> bool:
    number, value = head.get("calls", (0, "not named"))
    if value not in ("named", "not named"):
        raise _wrong(number, 'calls are "named" or "not named"')
    return value == "named"


def _wrong(number: int, what: str) -> Misused:
    return Misused(f"Line {number}: {what}." if number else f"The form: {what}.")


def _marked(text: str) -> list[str]:
    return [f"\\{line}" if _MARKED.match(line) else line for line in text.split("\n")] if text else []


def _midnight(day: date) -> int:
    return (day - date(1970, 1, 1)).days * DAY_SECONDS


def _day(instant: int) -> date:
    return datetime.fromtimestamp(instant, UTC).date()


# --- as the sponsor reads it --------------------------------------------------------------------------------


def report_lines(report: Report) -> list[str]:
    """Return the document that the sponsor sees, in lines."""
    last = _day(report.period_ends_at) - timedelta(days=1)
    lines = ["Goals and progress", f"{report.client_name} with {report.coach_name}"]
    lines += [f"{in_words(_day(report.period_begins_at))} to {in_words(last)}"]
    reader = ", ".join(one for one in (report.sponsor_person, report.sponsor_name) if one)
    lines += [f"For {reader}"]
    for number, goal in enumerate(report.goals, 1):
        lines += ["", f"{number}  {goal.goal}"]
        lines += _told("How we will know", goal.how) + _told("Where it stands", goal.where)
    lines += _told(f"In {report.client_name}'s words", report.client_words)
    lines += _told("What is next", report.next_steps)
    if report.call_days is not None:
        days = [in_words(date(1970, 1, 1) + timedelta(days=day)) for day in report.call_days]
        lines += ["", f"Calls: {len(days)}", *(f"  {day}" for day in days)]
    return [part for line in lines for part in line.split("\n")]


def _told(heading: str, text: str) -> list[str]:
    return ["", heading, text] if text else []
