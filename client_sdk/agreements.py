# ruff: noqa: ASYNC109 (the synchronous twin has no other way to bound a call)
"""Agreements: what is in force between the two, and how they change it together.

Owns proposing, agreeing and declining: changes of the agreement, of dates and of the end of the work. Must
never sign what the person was not shown: a proposal's words, its policy and its act are checked against each
other first. (docs/protocol.md, parts 6 and 12.)
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from client_sdk import protocol
from client_sdk.acting import Acting
from client_sdk.agreement import Offer, agreement_text
from client_sdk.bounds import bounded
from client_sdk.catalogue import catalogue
from client_sdk.changes import (
    AgreementVersion,
    ProposedChange,
    change_id,
)
from client_sdk.compose import Draft
from client_sdk.core import Core
from client_sdk.errors import Misused, NotFound, ProposalOver, Refused
from client_sdk.facts import Facts, Wanted, change_sentences, check_facts
from client_sdk.intake import Intake
from client_sdk.keeping import Texts, packaged_text
from client_sdk.lengthening import Lengthening
from client_sdk.messages import instant
from client_sdk.proposals import Proposals, Waiting, same_words
from client_sdk.sending import Sending
from client_sdk.shortening import Shortening
from client_sdk.standing import Standing
from client_sdk.state_mailboxes import Seen
from client_sdk.wire import RelayConflict
from client_sdk.words import utc_day
from keys.acts import ActKind
from keys.content import ContentKind
from keys.names import Role
from keys.policy import agreement_hash, parse_policy
from keys.proposal import Proposal, declined_shown

log = logging.getLogger("client_sdk")

LEAST_ID_SIGNS = 6


class AsyncAgreement:
    """The agreement of one engagement. Get it from `AsyncEngagement.agreement`."""

    def __init__(
        self,
        core: Core,
        standing: Standing,
        intake: Intake,
        sending: Sending,
        lengthening: Lengthening,
        shortening: Shortening,
    ) -> None:
        """Not for callers: see `AsyncEngagement.agreement`."""
        self._core = core
        self._standing = standing
        self._intake = intake
        self._sending = sending
        self._lengthening = lengthening
        self._shortening = shortening
        self._acting = Acting(core, standing)
        self._texts = Texts(core, standing)
        self._proposals = Proposals(core, standing, intake, lengthening, self._texts)

    def __repr__(self) -> str:
        """Show the engagement's id alone."""
        return f"<agreement of {self._standing.engagement_id.hex()}>"

    # --- what is in force -----------------------------------------------------------------------------------

    @property
    def text(self) -> str:
        """The agreement's words, as far as this account has come; empty where it never kept them."""
        return self._texts.text

    @property
    def facts(self) -> Facts:
        """What it says to the machines."""
        return Facts.of(parse_policy(self._standing.item.policy))

    async def history(self, *, timeout: float | None = None) -> list[AgreementVersion]:
        """Return all agreements that both have signed, the newest first."""
        async with bounded(timeout):
            await self._current()
            terms, words = self._standing.terms, catalogue()
            signed = [act.core for act in terms.acts if act.core.kind is ActKind.POLICY]
            found, before, earlier = [], None, ""
            for policy, core in zip(terms.policies, signed, strict=True):
                facts, text = Facts.of(policy), self._texts.of(policy)
                same = before is not None and same_words(earlier, before, text, facts)
                version = AgreementVersion(
                    number=policy.number,
                    signed_at=instant(core.issued_at),
                    in_force=policy is terms.policy,
                    facts=facts,
                    text=text,
                    changes=change_sentences(before, facts, words, same_words=same) if before else (),
                )
                found.append(version)
                before, earlier = facts, text
            return found[::-1]

    # --- proposing ------------------------------------------------------------------------------------------

    async def propose(  # noqa: PLR0913 (each fact of an agreement has a name)
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
        """Propose a change: what is not named stays. Nothing changes until the other person has agreed.

        A longest keep of no days means: until the end of the hold. `work_phones` says of some of the numbers
        whose work numbers they are, `coach` or `client`. `template` is a text of your own, in place
        of the packaged one. Raises Misused for what no agreement can be or changes nothing, EngagementClosed
        once the work has ended (reopen it first).
        """
        wanted = Wanted(
            work_ends,
            hold,
            longest_keep,
            recall,
            refused_domains,
            sponsor,
            sponsor_sees,
            places,
            phones,
            read_marks,
            sponsor_calls,
            work_phones,
        )
        async with bounded(timeout):
            await self._sending.ready()
            await self._current()
            proposal = self._made(wanted, template)
            shown, fixed = proposal.shown(note), proposal.act.encode()
            draft = Draft("", "", kind=ContentKind.AGREEMENT, fixed=fixed, shown=shown)
            await self._sending.send(draft)
            return self._proposals.change(proposal, mine=True, declined=False, note=note)

    def _made(self, wanted: Wanted, template: str | None) -> Proposal:
        before = self._standing.terms.policy
        facts = wanted.applied(Facts.of(before))
        check_facts(facts, utc_day(self._core.now()))
        if facts == Facts.of(before) and template is None:
            raise Misused("That changes nothing.", hint="Name a fact that is to be another one.")
        text, salt = self._words(facts, template), self._core.random(32)
        policy = facts.policy(
            before.engagement_id,
            before.number + 1,
            before.hash,
            before.coach_fp,
            agreement_hash(salt, text),
        )
        core = self._acting.next_core(ActKind.POLICY, policy_hash=policy.hash, subject=policy.hash)
        return Proposal(self._acting.sign(core), policy, salt, text)

    def _words(self, facts: Facts, template: str | None) -> str:
        """Return the new text, in the words and the language of the one in force."""
        made_of = packaged_text(self.text, self.facts)
        if made_of is None and template is None:
            raise Misused(
                "The agreement in force is a text of your own.",
                hint="Give its template with the new facts left open (--agreement FILE).",
            )
        if made_of is not None:
            coach, client, language = made_of.coach, made_of.client, made_of.language
            return agreement_text(Offer(coach, client, "", facts, template=template, language=language))
        item = self._standing.item
        names = (item.my_name, item.their_name)
        coach, client = names if item.my_role is Role.COACH else names[::-1]
        return agreement_text(Offer(coach, client, "", facts, template=template))

    async def propose_longer(self, wanted: Sequence[Seen], until: int) -> ProposedChange:
        """Propose that messages are kept longer; see `AsyncEngagement.extend`."""
        ids = self._lengthening.ids_for(wanted, until)
        return await self._put(ActKind.EXTEND, date=until, envelope_ids=ids)

    async def propose_reopening(self, until: int) -> ProposedChange:
        """Propose that the work goes on, or sign the other person's proposal of the same day."""
        for one in await self._proposals.waiting():
            same = one.change.kind == "reopen" and one.act.core.date == until
            if same and one.change.state == "open" and not one.change.mine:
                return await self._agree(one)
        return await self._put(ActKind.REOPEN, date=until)

    async def _put(self, kind: ActKind, **fields: object) -> ProposedChange:
        act = self._acting.sign(self._acting.next_core(kind, **fields))
        engagement_id = self._standing.engagement_id
        try:
            await self._core.session.call(protocol.engagements.put_proposal(engagement_id, act.encode()))
        except RelayConflict as cause:
            await self._standing.refresh()
            raise ProposalOver("overtaken") from cause
        self._core.state.note(self._proposals.note_name, act.encode(), self._standing.kept_until())
        return self._proposals.at_relay(act, mine=True, state="open")

    # --- what waits -----------------------------------------------------------------------------------------

    async def proposals(self, *, timeout: float | None = None) -> list[ProposedChange]:
        """Return what has been proposed, the newest first: what is open, and what is over and still here."""
        async with bounded(timeout):
            await self._current()
            found = [one.change for one in await self._proposals.waiting()]
            return sorted(found, key=lambda one: one.proposed_at, reverse=True)

    # --- answering ------------------------------------------------------------------------------------------

    async def agree(self, proposal_id: str, *, timeout: float | None = None) -> ProposedChange:
        """Sign what the other person proposed: from then on it holds for both.

        Raises ProposalOver where something else came first, Refused where it names what is not here,
        NotFound, NotTrusted.
        """
        async with bounded(timeout):
            return await self._agree(await self._find(proposal_id))

    async def _agree(self, found: Waiting) -> ProposedChange:
        if found.change.state != "open":
            raise ProposalOver(found.change.state)
        if found.change.mine:
            raise Refused("not-theirs", hint="You have signed it; it waits for the other person.")
        if found.act.core.kind is ActKind.EXTEND:
            self._lengthening.named(found.act.core)
        policy = found.proposal.policy.encode() if found.proposal else b""
        try:
            await self._acting.post(self._acting.sign(found.act.core, found.act), policy)
        except RelayConflict as cause:
            await self._standing.refresh()
            raise ProposalOver("overtaken") from cause
        await self.follow()
        await self._lengthening.settle()
        if found.proposal is not None:
            return self._proposals.change(found.proposal, mine=False, declined=False, note=found.change.note)
        return self._proposals.at_relay(found.act, mine=False, state="agreed")

    async def decline(
        self, proposal_id: str, *, note: str = "", timeout: float | None = None
    ) -> ProposedChange:
        """Say no to what the other person proposed, or take my own proposal back. What holds stays."""
        async with bounded(timeout):
            found = await self._find(proposal_id)
            if found.change.state != "open":
                raise ProposalOver(found.change.state)
            if found.seen is None:
                await self._core.session.call(
                    protocol.engagements.drop_proposal(self._standing.engagement_id)
                )
                if found.change.mine:
                    self._core.state.note(self._proposals.note_name, b"", self._standing.kept_until())
            elif found.change.mine:
                await self._take_back(found.seen)
            else:
                fixed, shown = found.act.encode(), declined_shown(note)
                draft = Draft("", "", kind=ContentKind.AGREEMENT, fixed=fixed, shown=shown)
                await self._sending.send(draft)
            await self._current()
            return replace(found.change, state="declined")

    async def _take_back(self, seen: Seen) -> None:
        """Recall the content: the act that does it takes the proposal's number, so it is overtaken."""
        row, place = await self._intake.one(seen.row_order), self._standing.place
        await self._shortening.take_back(seen, row, place)

    async def _find(self, wanted: str) -> Waiting:
        """Find a proposal by the beginning of its number."""
        await self._current()
        typed = wanted.strip().lower()
        if not re.fullmatch(rf"[0-9a-f]{{{LEAST_ID_SIGNS},32}}", typed):
            raise Misused("A proposal's number has 6 to 32 signs of 0-9 and a-f.")
        found = [one for one in await self._proposals.waiting() if change_id(one.act.core).startswith(typed)]
        if len(found) != 1:
            raise NotFound("There is no such proposal." if not found else "That could be several proposals.")
        return found[0]

    async def _current(self) -> None:
        await self._standing.refresh()
        await self._intake.catch_up()
        await self.follow()

    # --- keeping --------------------------------------------------------------------------------------------

    async def follow(self) -> None:
        """Keep in the vault what is in force since, with its words, where they are here."""
        if not self._texts.is_behind:
            return
        proposals = [one.proposal for one in await self._proposals.sealed() if one.proposal is not None]
        await self._texts.follow(proposals)
