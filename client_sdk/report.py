# ruff: noqa: ASYNC109 (the synchronous twin has no other way to bound a call)
"""Report: what both write for the sponsor, what each signs of it, and how the client lets it out.

Owns writing, signing, releasing and taking back, as either of the two does it. Must never sign anything but
the newest version as it was last read, nor release what the coach did not sign. (docs/protocol.md, part 23.)
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Final, Literal

from client_sdk import protocol_release
from client_sdk.calls import noted_calls
from client_sdk.compose import Draft, check_draft
from client_sdk.core import Core
from client_sdk.errors import Misused, ReportNotReady, RetentionExceeded, bounded
from client_sdk.intake import NEWEST, Intake, Taken
from client_sdk.kept_releases import living_tickets
from client_sdk.messages import instant
from client_sdk.protocol_release import ReleaseView
from client_sdk.releasing import Releasing
from client_sdk.report_text import ReportForm, report_lines
from client_sdk.reporting import Signature, Steps, Version, read_steps
from client_sdk.sending import Sending
from client_sdk.standing import Standing
from client_sdk.words import day_of_end, utc_day
from keys.acts import ActKind
from keys.content import ContentKind
from keys.errors import Malformed
from keys.locks import link_access_key, link_id
from keys.names import DAY_SECONDS, ZERO_HASH, Role, fingerprint
from keys.policy import Policy
from keys.release import ReleaseLink, link_reader_fp, pair_hash
from keys.release_terms import ReleaseTerms
from keys.report import MOST_CALLS, Report
from keys.report_steps import (
    CHANGE,
    DECLINED,
    NO_LINK,
    AnswerStep,
    SignedStep,
    Step,
    VersionStep,
    encode_step,
)
from keys.sealing import Part

DIGITS: Final = 6
MOST_AHEAD: Final = timedelta(days=31)
MORNING_HOUR: Final = 9

Say = Literal["declined", "change"]


@dataclass(frozen=True, slots=True)
class ReportVersion:
    """A version and whose change it was."""

    number: int
    mine: bool
    written_at: datetime


@dataclass(frozen=True, slots=True)
class ReleaseState:
    """What was last let out: it waits, is open, has ended or was withdrawn. Instants are aware, UTC."""

    state: Literal["waiting", "open", "ended", "withdrawn"]
    begins_at: datetime
    ends_at: datetime
    confirmed: bool


@dataclass(frozen=True, slots=True)
class ReportStatus:
    """How the report stands. `dropped` are whose signatures the newest version ended; `beside` says that
    another version of the same number was written at the same moment.
    """

    sponsor: str = field(repr=False)
    versions: tuple[ReportVersion, ...]
    beside: bool
    coach_signed_at: datetime | None
    window: tuple[datetime | None, datetime] | None
    client_signed_at: datetime | None
    dropped: tuple[Literal["coach", "client"], ...]
    answer: Say | None
    answered_by_me: bool
    note: str = field(repr=False)
    link_open: bool
    release: ReleaseState | None


@dataclass(frozen=True, slots=True)
class SponsorWay:
    """What the coach gives to the sponsor, best by two ways. `digits` are empty where they stay as given."""

    link: str = field(repr=False)
    digits: str = field(repr=False)


class AsyncReport:
    """The report of one engagement. Get it from `AsyncEngagement.report`."""

    def __init__(self, core: Core, standing: Standing, intake: Intake, sending: Sending) -> None:
        """Not for callers: see `AsyncEngagement.report`."""
        self._core = core
        self._standing = standing
        self._intake = intake
        self._sending = sending
        self._releasing = Releasing(core, standing)

    def __repr__(self) -> str:
        """Show the engagement's id alone."""
        return f"<report of {self._standing.engagement_id.hex()}>"

    @property
    def sponsor(self) -> str:
        """The sponsor's name, by the agreement as of the last call here; empty for none."""
        return self._standing.terms.policy.sponsor_name

    @property
    def may_name_calls(self) -> bool:
        """Whether that agreement lets the sponsor be told of calls."""
        return self._standing.terms.policy.sponsor_told_calls

    # --- reading and writing --------------------------------------------------------------------------------

    async def draft(self, *, timeout: float | None = None) -> ReportForm:
        """Return the newest version as it may be changed, or an empty one."""
        async with bounded(timeout):
            steps = await self._read()
            if steps.newest is not None:
                return ReportForm.of(steps.newest.report)
            began = self._standing.terms.acts[0].core.issued_at
            last = day_of_end(self._standing.terms.policy.work_ends_at)
            return ReportForm(min(utc_day(began), last), last)

    async def write(self, form: ReportForm, *, timeout: float | None = None) -> ReportStatus:
        """Write the next version, which ends every signature of the one before. Raises Misused for what no
        report can hold, ReportNotReady where the agreement names no sponsor, EngagementClosed.
        """
        async with bounded(timeout):
            await self._sending.ready()
            steps = await self._read()
            newest, report = steps.newest, self._report(form, await self._call_days(form))
            try:
                raw = report.encode()
            except Malformed as cause:
                raise Misused(f"The report cannot be written so: {cause}.") from cause
            if newest is not None and newest.raw == raw:
                raise Misused("That changes nothing.", hint="The newest version says the same.")
            before = newest.report_hash if newest else ZERO_HASH
            await self._send(VersionStep(newest.number + 1 if newest else 1, before, raw))
            return await self._status()

    async def preview(self, *, timeout: float | None = None) -> list[str]:
        """Return the document as the sponsor will see it, in lines, from the bytes of the newest version."""
        async with bounded(timeout):
            return report_lines(self._newest(await self._read()).report)

    async def status(self, *, timeout: float | None = None) -> ReportStatus:
        """Return how the report stands; a client's software asks the keepers again about what is over."""
        async with bounded(timeout):
            return await self._status()

    # --- the coach ------------------------------------------------------------------------------------------

    async def sign(
        self,
        *,
        begins: date | datetime | None = None,
        until: date | datetime | None = None,
        new_link: bool = False,
        timeout: float | None = None,
    ) -> SponsorWay:
        """Sign the newest version for a window of dates and open the sponsor's way in; a coach's.

        Without dates: from now on, until the end of the hold. The link that the same person there has already
        stays, and so do its digits; with `new_link`, or for another person, both are drawn anew and the old
        link ends. Raises ReportNotReady, RetentionExceeded, Misused.
        """
        async with bounded(timeout):
            steps = await self._read()
            version = self._signable(steps, Role.COACH)
            not_before, ends_at = self._window(begins, until)
            secret, digits = await self._link(steps, version, new_link=new_link)
            terms = ReleaseTerms(version.number, link_reader_fp(secret), not_before, ends_at, version.raw)
            part = self._releasing.sign(terms)
            await self._send(_signed(version, secret, part))
            place = self._standing.place
            pair = pair_hash(fingerprint(place.coach_public), fingerprint(place.client_public))
            return SponsorWay(ReleaseLink(self._core.session.origin, secret, pair).text(), digits)

    async def _link(self, steps: Steps, version: Version, *, new_link: bool) -> tuple[bytes, str]:
        view = await self._view()
        known = {link_id(one.secret): one for one in steps.links}
        open_link = known.get(view.slot.link_id) if view.slot else None
        if open_link and not new_link and open_link.person == version.report.sponsor_person:
            return open_link.secret, ""
        secret = self._core.random(32)
        digits = f"{int.from_bytes(self._core.random(8), 'big') % 10**DIGITS:0{DIGITS}d}"
        call = protocol_release.open_slot(
            self._standing.engagement_id, link_id(secret), link_access_key(secret).public, digits
        )
        await self._core.session.call(call)
        return secret, digits

    async def close_link(self, *, timeout: float | None = None) -> None:
        """End the sponsor's link, by either of the two; what was released goes. NotFound: none is open."""
        async with bounded(timeout):
            await self._standing.refresh()
            await self._core.session.call(protocol_release.close_slot(self._standing.engagement_id))
            if self._standing.place.my_role is Role.CLIENT:
                await self._releasing.settle()

    # --- the client -----------------------------------------------------------------------------------------

    async def release(
        self,
        *,
        begins: datetime | None = None,
        until: date | datetime | None = None,
        timeout: float | None = None,
    ) -> ReportStatus:
        """Sign the newest version and let it out within the coach's window; a client's.

        `begins` None: at once. Without `until`, as long as the coach signed. Raises ReportNotReady where the
        coach has not signed this version under this agreement, Misused for dates outside the window.
        """
        async with bounded(timeout):
            steps = await self._read()
            version = self._signable(steps, Role.CLIENT)
            coach = self._coach_signed(steps)
            terms = self._within(coach, version, begins, until)
            part = await self._releasing.release(coach, terms)
            if self._standing.state == "active":
                await self._send(_signed(version, NO_LINK, part))
            return await self._status()

    async def answer(self, answer: Say, *, note: str = "", timeout: float | None = None) -> None:
        """Say to the other person alone that it will not be released, or that something is to change."""
        async with bounded(timeout):
            check_draft("", note, ())
            await self._sending.ready()
            version = self._newest(await self._read())
            step = AnswerStep(version.number, version.previous_hash, version.report_hash)
            said = DECLINED if answer == "declined" else CHANGE
            await self._send(step, {"answer": said, "note": note})

    async def withdraw(self, *, timeout: float | None = None) -> None:
        """Take back all that was let out, now or later; a client's. PartialDeletion while a keeper has not
        confirmed it: it is not readable at the relay any more, and calling this again asks again.
        """
        async with bounded(timeout):
            await self._standing.refresh()
            self._need(Role.CLIENT)
            view = await self._view()
            mailbox_id = view.slot.mailbox_id if view.slot else self._releasing.newest_mailbox
            if not mailbox_id:
                raise ReportNotReady("nothing-released")
            await self._releasing.withdraw(mailbox_id)

    # --- within ---------------------------------------------------------------------------------------------

    async def _read(self) -> Steps:
        await self._standing.refresh()
        await self._intake.catch_up()
        pages = self._intake.before(NEWEST)
        taken = [row async for page in pages for row in page if isinstance(row, Taken)]
        return read_steps(taken, self._standing.place, self._standing.terms.policy.hash)

    async def _view(self) -> ReleaseView:
        return await self._core.session.call(protocol_release.view(self._standing.engagement_id))

    async def _send(self, step: Step, shown: dict[str, str] | None = None) -> None:
        fixed = encode_step(step)
        await self._sending.send(Draft("", "", kind=ContentKind.REPORT, fixed=fixed, shown=shown or {}))

    def _report(self, form: ReportForm, call_days: tuple[int, ...] | None) -> Report:
        place, item, policy = self._standing.place, self._standing.item, self._policy()
        coach, client = (item.my_name, item.their_name)
        if place.my_role is Role.CLIENT:
            coach, client = client, coach
        return Report(
            engagement_id=place.engagement_id,
            coach_fp=fingerprint(place.coach_public),
            client_fp=fingerprint(place.client_public),
            period_begins_at=form.begins_at,
            period_ends_at=form.ends_at,
            coach_name=coach,
            client_name=client,
            sponsor_name=policy.sponsor_name,
            sponsor_person=form.person,
            goals=form.goals,
            client_words=form.client_words,
            next_steps=form.next_steps,
            call_days=call_days,
        )

    async def _call_days(self, form: ReportForm) -> tuple[int, ...] | None:
        """The days of the calls within the period, where they are to be named and the agreement says so."""
        if not form.name_calls:
            return None
        if not self._policy().sponsor_told_calls:
            raise ReportNotReady("calls-not-agreed")
        noted = [int(one.held_at.timestamp()) for one in await noted_calls(self._intake)]
        days = sorted(at // DAY_SECONDS for at in noted if form.begins_at <= at < form.ends_at)
        return tuple(days[:MOST_CALLS])

    def _policy(self) -> Policy:
        policy = self._standing.terms.policy
        if not policy.sponsor_name:
            raise ReportNotReady("no-sponsor")
        return policy

    def _newest(self, steps: Steps) -> Version:
        if steps.newest is None:
            raise ReportNotReady("no-report")
        return steps.newest

    def _need(self, role: Role) -> None:
        if self._standing.place.my_role is not role:
            raise ReportNotReady("only-coach" if role is Role.COACH else "only-client")

    def _signable(self, steps: Steps, role: Role) -> Version:
        """The newest version, where it is mine to sign and is what the agreement and both keys say."""
        self._need(role)
        version, policy, place = self._newest(steps), self._policy(), self._standing.place
        fps = (fingerprint(place.coach_public), fingerprint(place.client_public))
        report = version.report
        named = report.call_days is None or policy.sponsor_told_calls
        if (
            (report.coach_fp, report.client_fp) != fps
            or report.sponsor_name != policy.sponsor_name
            or not named
        ):
            raise ReportNotReady("stale")
        return version

    def _window(self, begins: date | datetime | None, until: date | datetime | None) -> tuple[int, int]:
        now, latest = self._core.now(), self._standing.terms.ends_at
        not_before = 0 if begins is None else _at(begins)
        ends_at = latest if until is None else _at(until, end=True)
        if ends_at > latest:
            raise RetentionExceeded(instant(latest))
        if ends_at <= now or not_before >= ends_at:
            raise Misused("A release begins before it ends, and ends in the future.")
        return not_before, ends_at

    def _coach_signed(self, steps: Steps) -> Signature:
        if steps.coach is None:
            raise ReportNotReady("dropped" if Role.COACH in steps.dropped else "not-signed")
        return steps.coach

    def _within(
        self, coach: Signature, version: Version, begins: datetime | None, until: date | datetime | None
    ) -> ReleaseTerms:
        window, now = coach.signed.terms, self._core.now()
        not_before = _at(begins) if begins is not None else 0
        if not_before <= now:
            not_before = 0
        if window.not_before > (not_before or now):
            not_before = window.not_before
        elif not_before == 0:
            not_before = window.not_before  # it has come
        ends_at = min(window.ends_at, self._standing.terms.ends_at) if until is None else _at(until, end=True)
        if ends_at > window.ends_at:
            raise Misused(f"The coach signed until {instant(window.ends_at):%Y-%m-%d %H:%M} UTC.")
        if ends_at <= max(now, not_before) or not_before > now + int(MOST_AHEAD.total_seconds()):
            raise Misused("A release begins within 31 days, before it ends, and ends in the future.")
        return replace(window, not_before=not_before, ends_at=ends_at, report=version.raw)

    async def _status(self) -> ReportStatus:
        steps, view = await self._read(), await self._view()
        if self._standing.place.my_role is Role.CLIENT:
            await self._releasing.settle(view)
        newest = steps.newest
        window = steps.coach.signed.terms if steps.coach else None
        return ReportStatus(
            sponsor=self._standing.terms.policy.sponsor_name,
            versions=tuple(_version(one) for one in steps.versions),
            beside=newest is not None and sum(one.number == newest.number for one in steps.versions) > 1,
            coach_signed_at=instant(steps.coach.signed_at) if steps.coach else None,
            window=(_begin(window.not_before), instant(window.ends_at)) if window else None,
            client_signed_at=instant(steps.client.signed_at) if steps.client else None,
            dropped=tuple("coach" if one is Role.COACH else "client" for one in sorted(steps.dropped)),
            answer=steps.answer.answer if steps.answer else None,
            answered_by_me=bool(steps.answer and steps.answer.mine),
            note=steps.answer.note if steps.answer else "",
            link_open=view.slot is not None,
            release=self._released(view),
        )

    def _released(self, view: ReleaseView) -> ReleaseState | None:
        """What was last let out, by the signed acts; a closed slot ends it too."""
        acts, now = [act.core for act in self._standing.terms.acts], self._core.now()
        tickets = [one for one in acts if one.kind is ActKind.RELEASE]
        if not tickets:
            return None
        last = tickets[-1]
        living = last in living_tickets(acts, now)
        held = any(one.act_number == last.number for one in view.releases)
        state: Literal["waiting", "open", "ended", "withdrawn"] = "withdrawn"
        if now >= last.second_date:
            state = "ended"
        elif living and held:
            state = "waiting" if now < last.date else "open"
        confirmed = not self._releasing.over(view)
        return ReleaseState(state, instant(last.date or last.issued_at), instant(last.second_date), confirmed)


def tomorrow_morning(now: datetime) -> datetime:
    """Return nine o'clock of the next day, in the time zone of `now`."""
    day = now.date() + timedelta(days=1)
    return datetime(day.year, day.month, day.day, MORNING_HOUR, tzinfo=now.tzinfo)


def _signed(version: Version, secret: bytes, part: Part) -> SignedStep:
    return SignedStep(version.number, version.previous_hash, secret, part.signature, part.content)


def _version(one: Version) -> ReportVersion:
    return ReportVersion(one.number, one.mine, instant(one.written_at))


def _begin(not_before: int) -> datetime | None:
    return instant(not_before) if not_before else None


def _at(wanted: date | datetime, *, end: bool = False) -> int:
    """Return an instant: of a day its first second, or, as an end, the first second after it, in UTC."""
    if isinstance(wanted, datetime):
        if wanted.tzinfo is None:
            raise Misused("An instant needs its time zone.")
        return int(wanted.timestamp())
    day = datetime(wanted.year, wanted.month, wanted.day, tzinfo=UTC)
    return int((day + timedelta(days=1) if end else day).timestamp())
