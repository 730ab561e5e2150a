"""Sync agreement: the twins without `await` of an engagement's agreement and of a plan to close it.

Adds nothing and decides nothing, as `client_sdk.sync` of which it is a part.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, timedelta

    from client_sdk.agreements import AsyncAgreement
    from client_sdk.changes import AgreementVersion, ProposedChange
    from client_sdk.ending import AsyncClosePlan, Closing
    from client_sdk.facts import Facts
    from client_sdk.loop import LoopThread


class Agreement:
    """The agreement of one engagement: `AsyncAgreement` without `await`."""

    def __init__(self, agreement: AsyncAgreement, thread: LoopThread) -> None:
        """Not for callers: see `Engagement.agreement`."""
        self._agreement = agreement
        self._thread = thread

    def __repr__(self) -> str:
        """Show the engagement's id alone."""
        return repr(self._agreement)

    @property
    def text(self) -> str:
        """The agreement's words, as far as this account has come; empty where it never kept them."""
        return self._agreement.text

    @property
    def facts(self) -> Facts:
        """What it says to the machines."""
        return self._agreement.facts

    def history(self, *, timeout: float | None = None) -> list[AgreementVersion]:
        """Return all agreements that both have signed, the newest first."""
        return self._thread.run(self._agreement.history(timeout=timeout))

    def propose(  # noqa: PLR0913 (each fact of an agreement has a name)
        self,
        *,
        work_ends: date | None = None,
        hold: timedelta | None = None,
        longest_keep: timedelta | None = None,
        recall: bool | None = None,
        refused_domains: tuple[str, ...] | None = None,
        sponsor: str | None = None,
        sponsor_sees: str | None = None,
        places: tuple[str, ...] | None = None,
        phones: tuple[str, ...] | None = None,
        read_marks: bool | None = None,
        sponsor_calls: bool | None = None,
        work_phones: Mapping[str, str] | None = None,
        note: str = "",
        template: str | None = None,
        timeout: float | None = None,
    ) -> ProposedChange:
        """Propose a change: what is not named stays; see `AsyncAgreement.propose`."""
        return self._thread.run(
            self._agreement.propose(
                work_ends=work_ends,
                hold=hold,
                longest_keep=longest_keep,
                recall=recall,
                refused_domains=refused_domains,
                sponsor=sponsor,
                sponsor_sees=sponsor_sees,
                places=places,
                phones=phones,
                read_marks=read_marks,
                sponsor_calls=sponsor_calls,
                work_phones=work_phones,
                note=note,
                template=template,
                timeout=timeout,
            )
        )

    def proposals(self, *, timeout: float | None = None) -> list[ProposedChange]:
        """Return what has been proposed, the newest first."""
        return self._thread.run(self._agreement.proposals(timeout=timeout))

    def agree(self, proposal_id: str, *, timeout: float | None = None) -> ProposedChange:
        """Sign what the other person proposed; see `AsyncAgreement.agree`."""
        return self._thread.run(self._agreement.agree(proposal_id, timeout=timeout))

    def decline(self, proposal_id: str, *, note: str = "", timeout: float | None = None) -> ProposedChange:
        """Say no to what the other person proposed, or take my own proposal back."""
        return self._thread.run(self._agreement.decline(proposal_id, note=note, timeout=timeout))


class ClosePlan:
    """A plan to close one engagement: `AsyncClosePlan` without `await`."""

    def __init__(self, plan: AsyncClosePlan, thread: LoopThread) -> None:
        """Not for callers: see `Engagement.plan_close`."""
        self._plan = plan
        self._thread = thread

    def __repr__(self) -> str:
        """Show the plan, which shows no names."""
        return repr(self._plan)

    @property
    def plan(self) -> Closing:
        """What closing would do."""
        return self._plan.plan

    def summary(self) -> str:
        """Return the plan in words, a line each."""
        return self._plan.summary()

    def confirm(self, *, timeout: float | None = None) -> None:
        """Sign the act and store it; see `AsyncClosePlan.confirm`."""
        self._thread.run(self._plan.confirm(timeout=timeout))
