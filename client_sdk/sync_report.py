"""Sync report: the twin without `await` of an engagement's report, and of a sponsor's way to read it.

Adds nothing and decides nothing, as `client_sdk.sync` of which it is a part.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime

    from client_sdk.loop import LoopThread
    from client_sdk.report import AsyncReport
    from client_sdk.report_status import ReportStatus, Say, SponsorWay
    from client_sdk.report_text import ReportForm


class Report:
    """The report of one engagement: `AsyncReport` without `await`."""

    def __init__(self, report: AsyncReport, thread: LoopThread) -> None:
        """Not for callers: see `Engagement.report`."""
        self._report = report
        self._thread = thread

    def __repr__(self) -> str:
        """Show the engagement's id alone."""
        return repr(self._report)

    @property
    def sponsor(self) -> str:
        """The sponsor's name, by the agreement as of the last call here; empty for none."""
        return self._report.sponsor

    @property
    def may_name_calls(self) -> bool:
        """Whether that agreement lets the sponsor be told of calls."""
        return self._report.may_name_calls

    def draft(self, *, timeout: float | None = None) -> ReportForm:
        """Return the newest version as it may be changed, or an empty one."""
        return self._thread.run(self._report.draft(timeout=timeout))

    def write(self, form: ReportForm, *, timeout: float | None = None) -> ReportStatus:
        """Write the next version; see `AsyncReport.write`."""
        return self._thread.run(self._report.write(form, timeout=timeout))

    def preview(self, *, timeout: float | None = None) -> list[str]:
        """Return the document as the sponsor will see it, in lines."""
        return self._thread.run(self._report.preview(timeout=timeout))

    def status(self, *, timeout: float | None = None) -> ReportStatus:
        """Return how the report stands; see `AsyncReport.status`."""
        return self._thread.run(self._report.status(timeout=timeout))

    def sign(
        self,
        *,
        begins: date | datetime | None = None,
        until: date | datetime | None = None,
        new_link: bool = False,
        version: str | None = None,
        timeout: float | None = None,
    ) -> SponsorWay:
        """Sign the newest version and open the sponsor's way in; see `AsyncReport.sign`."""
        return self._thread.run(
            self._report.sign(begins=begins, until=until, new_link=new_link, version=version, timeout=timeout)
        )

    def close_link(self, *, timeout: float | None = None) -> None:
        """End the sponsor's link; see `AsyncReport.close_link`."""
        self._thread.run(self._report.close_link(timeout=timeout))

    def release(
        self,
        *,
        begins: datetime | None = None,
        until: date | datetime | None = None,
        version: str | None = None,
        timeout: float | None = None,
    ) -> ReportStatus:
        """Sign the newest version and let it out; see `AsyncReport.release`."""
        return self._thread.run(
            self._report.release(begins=begins, until=until, version=version, timeout=timeout)
        )

    def answer(self, answer: Say, *, note: str = "", timeout: float | None = None) -> None:
        """Say that it will not be released, or that something is to change; see `AsyncReport.answer`."""
        self._thread.run(self._report.answer(answer, note=note, timeout=timeout))

    def withdraw(self, *, timeout: float | None = None) -> None:
        """Take back all that was let out; see `AsyncReport.withdraw`."""
        self._thread.run(self._report.withdraw(timeout=timeout))
