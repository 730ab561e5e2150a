# ruff: noqa: ASYNC109 (the synchronous twin has no other way to bound a call)
"""Ending: closing an engagement, which is a plan first and then a signed act.

Owns what a plan counts and says, and the dates that one alone may choose. Nothing changes before `confirm`.
Must never bring the end forward so that the other person has less than seven days to take a copy.
(docs/protocol.md, part 12, kind 4.)
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from client_sdk import protocol
from client_sdk.acting import Acting
from client_sdk.bounds import bounded
from client_sdk.catalogue import Catalogue, catalogue
from client_sdk.errors import EngagementClosed, Misused, Refused, RetentionExceeded
from client_sdk.facts import whole_days
from client_sdk.messages import instant
from client_sdk.state_mailboxes import SHOWN, Seen
from client_sdk.terms import COPY_SECONDS, Signed, check_act
from client_sdk.words import day_of_end, utc_day
from keys.acts import ActCore, ActKind
from keys.content import ContentKind
from keys.names import DAY_SECONDS, Role

if TYPE_CHECKING:
    from client_sdk.core import Core
    from client_sdk.intake import Intake
    from client_sdk.standing import Standing


@dataclass(frozen=True, slots=True)
class Held:
    """What an engagement holds, counted: at its end, or what goes sooner by its own dates."""

    messages: int
    files: int
    notes: int = 0
    calls: int = 0


@dataclass(frozen=True, slots=True)
class Closing:
    """What closing would do. Nothing has been done.

    `work_ends_at` is the first instant at which nothing new can be written, `gone_at` the first at which
    everything is gone; `backups_until` when the last backup that may hold its sealed bytes goes (None: there
    are none). `held` is what is here now, `sooner` what of it goes before the end by its own date.
    """

    name: str = field(repr=False)
    work_ends_at: datetime
    gone_at: datetime
    backups_until: datetime | None
    held: Held
    sooner: Held
    lines: tuple[str, ...] = field(repr=False)

    def summary(self) -> str:
        """Return the plan in words, a line each."""
        return "\n".join(self.lines)


class AsyncClosePlan:
    """A plan to close one engagement: look at `plan` or `summary()`, then `confirm()` or let it be."""

    def __init__(self, plan: Closing, acting: Acting, standing: Standing, dates: Dates) -> None:
        """Not for callers: see `AsyncEngagement.plan_close`."""
        self.plan = plan
        self._acting = acting
        self._standing = standing
        self._dates = dates

    def __repr__(self) -> str:
        """Show the plan, which shows no names."""
        return f"<close {self.plan!r}>"

    def summary(self) -> str:
        """Return the plan in words, a line each."""
        return self.plan.summary()

    async def confirm(self, *, timeout: float | None = None) -> None:
        """Sign the act and store it: from its date on the engagement is held. May be repeated.

        Raises EngagementClosed where it was closed otherwise meanwhile, Refused.
        """
        async with bounded(timeout):
            await self._acting.post_next(self._next)

    def _next(self) -> ActCore | None:
        terms, dates = self._standing.terms, self._dates
        if terms.last.kind is ActKind.CLOSE and terms.last.second_date == dates.ends_at:
            return None
        core = self._acting.next_core(ActKind.CLOSE)
        work_ends_at = max(core_date(dates, core.issued_at), core.issued_at)
        if terms.state_at(core.issued_at) != "active":
            raise EngagementClosed
        return self._acting.next_core(ActKind.CLOSE, date=work_ends_at, second_date=dates.ends_at)


@dataclass(frozen=True, slots=True)
class Dates:
    """The dates of a closing; `work_ends_at` 0 means when it is confirmed."""

    work_ends_at: int
    ends_at: int


def core_date(dates: Dates, now: int) -> int:
    """Return the end of the work: as chosen, or now."""
    return dates.work_ends_at or now


class Ending:
    """Plans the closing of one engagement."""

    def __init__(self, core: Core, standing: Standing, intake: Intake) -> None:
        self._core = core
        self._standing = standing
        self._intake = intake
        self._acting = Acting(core, standing)

    async def plan(self, work_ends: date | None, hold: timedelta | None) -> AsyncClosePlan:
        """Return what closing would do; see `AsyncEngagement.plan_close`."""
        await self._standing.refresh()
        await self._intake.catch_up()
        if self._standing.state != "active":
            raise EngagementClosed
        facts = await self._core.session.ask(protocol.about.relay_facts())
        dates = self._choose(work_ends, hold)
        made = self._plan(dates, facts.backup_tail_days)
        return AsyncClosePlan(made, self._acting, self._standing, dates)

    def _choose(self, work_ends: date | None, hold: timedelta | None) -> Dates:
        """Choose dates that one alone may; the limits are the act's own."""
        terms, now = self._standing.terms, self._core.now()
        work_ends_at = self._work_end(work_ends, now)
        ends_at = terms.ends_at
        days = whole_days(hold)
        if days is not None:
            first = work_ends_at or now
            ends_at = -(-first // DAY_SECONDS) * DAY_SECONDS + days * DAY_SECONDS
        if ends_at > terms.ends_at:
            raise RetentionExceeded(instant(terms.ends_at))
        self._check(work_ends_at or now, ends_at, now)
        return Dates(work_ends_at, ends_at)

    def _work_end(self, work_ends: date | None, now: int) -> int:
        if work_ends is None:
            return 0
        end_at = (work_ends - date(1970, 1, 1)).days * DAY_SECONDS + DAY_SECONDS
        if work_ends < utc_day(now):
            raise Misused("The day on which the work ends is today or later.")
        if end_at > self._standing.terms.work_ends_at:
            raise RetentionExceeded(instant(self._standing.terms.work_ends_at))
        return end_at

    def _check(self, work_ends_at: int, ends_at: int, now: int) -> None:
        terms = self._standing.terms
        if ends_at != terms.ends_at and not terms.policy.author_may_recall:
            raise Refused(
                "needs-both", hint="One alone may close, but not bring the end of the hold forward."
            )
        if ends_at != terms.ends_at and ends_at < now + COPY_SECONDS:
            raise Misused(
                "The other person has at least seven days to take a copy.",
                hint=f"The earliest end is {day_of_end(now + COPY_SECONDS + DAY_SECONDS).isoformat()}.",
            )
        core = self._acting.next_core(ActKind.CLOSE, date=max(work_ends_at, now), second_date=ends_at)
        check_act(Signed(core, frozenset({Role.COACH})), terms.in_force)

    # --- what is here ---------------------------------------------------------------------------------------

    def _plan(self, dates: Dates, tail_days: int) -> Closing:
        now = self._core.now()
        here = [
            one
            for one in self._core.state.mailboxes.all_seen(self._intake.mailbox_id)
            if one.expires_at > now
        ]
        held = _count(here, self._standing.facts.notes)
        sooner = _count([one for one in here if one.expires_at < dates.ends_at], 0)
        work_ends_at = core_date(dates, now)
        backups_at = dates.ends_at + tail_days * DAY_SECONDS if tail_days else 0
        name = self._standing.item.their_name
        return Closing(
            name=name,
            work_ends_at=instant(work_ends_at),
            gone_at=instant(dates.ends_at),
            backups_until=instant(backups_at) if backups_at else None,
            held=held,
            sooner=sooner,
            lines=_lines(catalogue(), name, work_ends_at, dates.ends_at, backups_at, held, sooner),
        )


def _count(seen: list[Seen], notes: int) -> Held:
    messages = [one for one in seen if one.flags & SHOWN]
    calls = sum(one.kind == ContentKind.CALL for one in seen)
    return Held(len(messages), sum(one.files for one in messages), notes, calls)


def _lines(
    words: Catalogue,
    name: str,
    work_ends_at: int,
    ends_at: int,
    backups_at: int,
    held: Held,
    sooner: Held,
) -> tuple[str, ...]:
    lines = [
        words.say("plan.ends", day=words.last_day(work_ends_at), name=name),
        words.say("plan.held", things=in_words(held, words)),
    ]
    if sooner.messages or sooner.calls:
        lines.append(words.say("plan.sooner", things=in_words(sooner, words)))
    last = words.last_day(ends_at)
    lines += [words.say("plan.reopen", day=last), words.say("plan.gone", day=last)]
    lines.append(
        words.say("plan.backups", day=words.last_day(backups_at))
        if backups_at
        else words.say("plan.no_backups")
    )
    return tuple(lines)


def in_words(held: Held, words: Catalogue) -> str:
    """Return counts as people say them, without what there is none of."""
    counts = {"messages": held.messages, "files": held.files, "notes": held.notes, "calls": held.calls}
    told = [words.count(name, number) for name, number in counts.items() if number]
    return words.listed(told) or words.say("nothing")
