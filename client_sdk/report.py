# ruff: noqa: ASYNC109 (the synchronous twin has no other way to bound a call)
"""Report: what both write for the sponsor, what each signs of it, and how the client lets it out.

Owns writing, signing, releasing and taking back, as either of the two does it. Must never sign anything but
the newest version as it was last read, nor release what the coach did not sign. (docs/protocol.md, part 23.)
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from client_sdk import protocol
from client_sdk.bounds import bounded
from client_sdk.calls import noted_calls
from client_sdk.compose import Draft, check_draft
from client_sdk.core import Core
from client_sdk.errors import Misused, ReportNotReady
from client_sdk.intake import NEWEST, Intake
from client_sdk.protocol.release import ReleaseView
from client_sdk.releasing import Releasing
from client_sdk.report_dates import window, within
from client_sdk.report_status import ReportStatus, Say, SponsorWay, report_status
from client_sdk.report_text import ReportForm, report_lines
from client_sdk.reporting import Signature, Steps, Version, read_steps
from client_sdk.sending import Sending
from client_sdk.standing import Standing
from client_sdk.taken import Taken
from client_sdk.words import day_of_end, utc_day
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
        version: str | None = None,
        timeout: float | None = None,
    ) -> SponsorWay:
        """Sign the newest version for a window of dates and open the sponsor's way in; a coach's.

        `version`: the id of the one that was read; another that came since is not signed unseen.
        Without dates: from now on, until the end of the hold. The link that the same person there has already
        stays, and so do its digits; with `new_link`, or for another person, both are drawn anew and the old
        link ends. Raises ReportNotReady, RetentionExceeded, Misused.
        """
        async with bounded(timeout):
            steps = await self._read()
            newest = self._signable(steps, Role.COACH, version)
            dates = window(begins, until, latest=self._standing.terms.ends_at, now=self._core.now())
            secret, digits = await self._link(steps, newest, new_link=new_link)
            terms = ReleaseTerms(newest.number, link_reader_fp(secret), *dates, newest.raw)
            part = self._releasing.sign(terms)
            await self._send(_signed(newest, secret, part))
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
        call = protocol.release.open_slot(
            self._standing.engagement_id, link_id(secret), link_access_key(secret).public, digits
        )
        await self._core.session.call(call)
        return secret, digits

    async def close_link(self, *, timeout: float | None = None) -> None:
        """End the sponsor's link, by either of the two; what was released goes. NotFound: none is open."""
        async with bounded(timeout):
            await self._standing.refresh()
            await self._core.session.call(protocol.release.close_slot(self._standing.engagement_id))
            if self._standing.place.my_role is Role.CLIENT:
                await self._releasing.settle()

    # --- the client -----------------------------------------------------------------------------------------

    async def release(
        self,
        *,
        begins: datetime | None = None,
        until: date | datetime | None = None,
        version: str | None = None,
        timeout: float | None = None,
    ) -> ReportStatus:
        """Sign the newest version and let it out within the coach's window; a client's.

        `version` as in `sign`. `begins` None: at once. Without `until`, as long as the coach signed. Raises
        ReportNotReady where the coach has not signed this version under this agreement, Misused for dates
        outside the window.
        """
        async with bounded(timeout):
            steps = await self._read()
            newest = self._signable(steps, Role.CLIENT, version)
            coach = self._coach_signed(steps)
            latest, now = self._standing.terms.ends_at, self._core.now()
            terms = within(coach.signed.terms, begins, until, latest=latest, now=now)
            part = await self._releasing.release(coach, terms)
            if self._standing.state == "active":
                await self._send(_signed(newest, NO_LINK, part))
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
        return await self._core.session.call(protocol.release.view(self._standing.engagement_id))

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

    def _signable(self, steps: Steps, role: Role, read: str | None) -> Version:
        """The newest version, where it is the one that was read, is mine to sign, and is what the agreement
        and both keys say.
        """
        self._need(role)
        version, policy, place = self._newest(steps), self._policy(), self._standing.place
        if read is not None and version.report_hash.hex() != read:
            raise ReportNotReady("changed")
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

    def _coach_signed(self, steps: Steps) -> Signature:
        if steps.coach is None:
            raise ReportNotReady("dropped" if Role.COACH in steps.dropped else "not-signed")
        return steps.coach

    async def _status(self) -> ReportStatus:
        steps, view = await self._read(), await self._view()
        if self._standing.place.my_role is Role.CLIENT:
            await self._releasing.settle(view)
        confirmed = not self._releasing.over(view)
        return report_status(steps, view, self._standing.terms, self._core.now(), confirmed=confirmed)


def _signed(version: Version, secret: bytes, part: Part) -> SignedStep:
    return SignedStep(version.number, version.previous_hash, secret, part.signature, part.content)
