# ruff: noqa: ASYNC109 (the synchronous twin has no other way to bound a call)
"""Spoken check: six digits that two people on the telephone read to each other.

Owns the two sides of a run and what is kept of it. The digits come from both identity keys as they are pinned
here, never as the relay shows them now; so a relay that stands between two people has one chance in a million
for each run that both have started. (docs/protocol.md, parts 6 and 20.)
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from client_sdk import protocol
from client_sdk.bounds import awaited, bounded
from client_sdk.compose import Draft
from client_sdk.core import Core
from client_sdk.errors import Misused, NothingYet, NotTrusted
from client_sdk.intake import NEWEST, Intake
from client_sdk.messages import Sent, instant
from client_sdk.parties import Place
from client_sdk.protocol.spoken import SpokenRun
from client_sdk.sending import Sending
from client_sdk.settling import settle
from client_sdk.standing import Standing
from client_sdk.state_mailboxes import MINE
from client_sdk.taken import Result, Taken
from keys.content import ContentKind
from keys.errors import Refused
from keys.names import Role, fingerprint
from keys.spoken import RANDOM_BYTES, SpokenResult, check_commitment, commit, digits, parse_result

LOOK_SECONDS: Final = 0.5


@dataclass(frozen=True, slots=True)
class Heard:
    """That one of the two said: the digits were the same. It counts for the keys of today alone."""

    heard_at: datetime
    mine: bool


class AsyncSpokenCheck:
    """The spoken check of one engagement. Get it from `AsyncEngagement.spoken_check`."""

    def __init__(self, core: Core, standing: Standing, intake: Intake, sending: Sending) -> None:
        """Not for callers: see `AsyncEngagement.spoken_check`."""
        self._core, self._standing, self._intake, self._sending = core, standing, intake, sending
        self._shown: tuple[bytes, bytes] | None = None

    async def start(self, *, timeout: float | None = None) -> str:
        """Return the six digits, once the other person has started too: the coach reads the first three
        aloud, the client the last three.

        Both start within two minutes. NothingYet where the other has not; NotTrusted where somebody between
        the two changed a number on its way; EngagementClosed, TooManyRequests.
        """
        async with awaited(timeout):
            place = await self._standing.current()
            self._shown = None
            shown = await run_check(self._core, place)
            self._shown = _fps(place)
            return shown

    async def same(self, *, timeout: float | None = None) -> Sent:
        """Say that the digits were the same: the other person's software is told, and the day is kept.

        Misused before `start` has shown any. Where they differ say so to nobody here: write nothing more, and
        ask on the telephone.
        """
        if self._shown is None:
            raise Misused("There are no digits yet.", hint="start() shows them.")
        fixed = SpokenResult(True, *self._shown).encode()
        return await self._sending.send(Draft("", "", kind=ContentKind.SPOKEN, fixed=fixed), timeout=timeout)

    async def heard(self, *, timeout: float | None = None) -> list[Heard]:
        """Return who has said that the digits were the same, for the keys of today; the newest first."""
        async with bounded(timeout):
            await settle(self._core, self._standing.engagement_id)
            fps = _fps(await self._standing.current())
            pages = self._intake.before(NEWEST)
            found = [one async for page in pages for result in page if (one := _heard(result, fps))]
            return sorted(found, key=lambda one: one.heard_at, reverse=True)


async def run_check(core: Core, place: Place) -> str:
    """Run the check between the two keys of a place, and return the digits; see `AsyncSpokenCheck.start`."""
    return await (_lead if place.my_role is Role.COACH else _follow)(core, place)


async def _lead(core: Core, place: Place) -> str:
    mine = core.random(RANDOM_BYTES)
    commitment = commit(place.coach_public, place.client_public, mine)
    await _step(core, place, commitment)
    run = await _look(core, place, lambda run: run.commitment != commitment or bool(run.client_random))
    if run.commitment != commitment:
        raise NothingYet("The check was started again elsewhere, or the two minutes are over.")
    await _step(core, place, commitment, mine)
    return digits(place.coach_public, place.client_public, mine, run.client_random)


async def _follow(core: Core, place: Place) -> str:
    run = await _look(core, place, lambda run: bool(run.commitment) and not run.client_random)
    commitment, mine = run.commitment, core.random(RANDOM_BYTES)
    await _step(core, place, commitment, mine)
    run = await _look(core, place, lambda run: run.commitment != commitment or bool(run.coach_random))
    if run.commitment != commitment or run.client_random != mine:
        raise NothingYet("The check was started again, or the two minutes are over.")
    try:
        check_commitment(commitment, place.coach_public, place.client_public, run.coach_random)
    except Refused as cause:
        raise NotTrusted("spoken-check") from cause
    return digits(place.coach_public, place.client_public, run.coach_random, mine)


async def _step(core: Core, place: Place, commitment: bytes, number: bytes | None = None) -> SpokenRun:
    return await core.session.call(protocol.spoken.spoken_step(place.engagement_id, commitment, number))


async def _look(core: Core, place: Place, enough: Callable[[SpokenRun], bool]) -> SpokenRun:
    """Look again and again; whoever called bounds the time."""
    while True:
        run = await core.session.call(protocol.spoken.spoken_run(place.engagement_id))
        if enough(run):
            return run
        await asyncio.sleep(LOOK_SECONDS)


def _fps(place: Place) -> tuple[bytes, bytes]:
    return fingerprint(place.coach_public), fingerprint(place.client_public)


def _heard(result: Result, fps: tuple[bytes, bytes]) -> Heard | None:
    if not isinstance(result, Taken) or result.opened.content.kind is not ContentKind.SPOKEN:
        return None
    content = result.opened.content
    said = parse_result(content.fixed)
    if not said.agreed or (said.coach_fp, said.client_fp) != fps:
        return None
    return Heard(instant(content.created_at), bool(result.flags & MINE))
