# ruff: noqa: ASYNC109 (the synchronous twin has no other way to bound a call)
"""Reopening: a client who lost every way in gets the conversation back out of the coach's copies.

Owns both sides: the coach's invitation, the spoken check with the newcomer, the claim, the act of both, and
the former client's stop; `giving_back` has what comes back. Nothing is sealed to a newcomer's key before both
have said that the digits were the same. (docs/protocol.md, part 25.)
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from client_sdk import protocol
from client_sdk.bounds import awaited, bounded
from client_sdk.core import Core
from client_sdk.enrol import authority
from client_sdk.errors import Misused, NotFound, NothingYet, NotTrusted
from client_sdk.giving_back import GivingBack
from client_sdk.intake import Intake
from client_sdk.joining import INVITATION_SECONDS, kept_until
from client_sdk.messages import Invitation, instant
from client_sdk.parties import Place, Self
from client_sdk.protocol.reopening import ReopeningFacts
from client_sdk.spoken import LOOK_SECONDS, run_check
from client_sdk.standing import Standing
from client_sdk.vault import Change, Changes, Vault
from client_sdk.vault_items import ReopeningItem
from keys.acts import ActCore, ActKind, parse_act, sign_act
from keys.box import NONCE_BYTES
from keys.content import Content, ContentKind, Recipient, content_id
from keys.encoding import label, u8
from keys.envelope import EnvelopeClass
from keys.errors import KeysError
from keys.invitation import CLIENT, Acceptance, ClientInvitation, Link, invitation_keys, open_acceptance
from keys.names import ZERO_HASH, Role, origin_hash
from keys.policy import parse_policy
from keys.reopening import (
    Claim,
    ReopeningInvitation,
    check_claim,
    encode_clients,
    parse_claim,
    reopening_subject,
    seal_reopening,
)
from keys.spoken import SpokenResult
from keys.statement import Statement, blind, parse_statement


@dataclass(frozen=True, slots=True)
class ReopeningState:
    """How far a reopening is. `state`: open, joined, claimed or taken; `you`: coach, client, newcomer or
    former; `until` is its end, once it was taken the end of the time to stop it.
    """

    state: str
    you: str
    opened_at: datetime
    until: datetime


class AsyncReopening:
    """The reopening of one engagement. Get it from `AsyncEngagement.reopening`."""

    def __init__(self, core: Core, standing: Standing, intake: Intake) -> None:
        """Not for callers: see `AsyncEngagement.reopening`."""
        self._core, self._standing, self._intake = core, standing, intake
        self._agreed: Statement | None = None
        self._facts: ReopeningFacts | None = None

    async def state(self, *, timeout: float | None = None) -> ReopeningState | None:
        """Return what is under way; None where nothing is."""
        async with bounded(timeout):
            found = await self._look()
            if found is None:
                return None
            return ReopeningState(found.state, found.you, instant(found.opened_at), instant(found.expires_at))

    async def open(self, *, welcome: str = "", timeout: float | None = None) -> Invitation:
        """Invite the client to come back; the coach alone. One that was not taken ends with it.

        Raises Refused for anybody else, Conflict within 48 hours after one was taken.
        """
        async with bounded(timeout):
            place = await self._standing.current()
            if place.my_role is not Role.COACH:
                raise Misused("Only the coach reopens an inbox.")
            offered = self._offer(place, welcome)
            secret, now = self._core.random(32), self._core.now()
            keys = invitation_keys(secret)
            expires_at = min(now + INVITATION_SECONDS, self._standing.terms.ends_at)
            box = seal_reopening(keys, offered, expires_at, self._core.random(NONCE_BYTES))
            kept = ReopeningItem(expires_at, secret, box)
            name = f"reopening/{self._standing.engagement_id.hex()}"
            until = kept_until(parse_policy(self._standing.item.policy))
            await self._core.records.change(lambda vault: {name: Change(kept.encode(), until)})
            await self._core.session.call(
                protocol.reopening.open_reopening(
                    self._standing.engagement_id, keys.invite_id, keys.redemption.public, box, expires_at
                )
            )
            link = Link(self._core.session.origin, CLIENT, secret)
            return Invitation(link.text(), self._standing.engagement_id.hex(), instant(expires_at))

    def _offer(self, place: Place, welcome: str) -> ReopeningInvitation:
        item, engagement_id = self._standing.item, self._standing.engagement_id
        agreement = self._core.vault.agreement(engagement_id)
        if agreement is None:
            raise NotTrusted("vault")
        profile = self._core.vault.profile
        shown = {
            "relay_name": profile.relay_name if profile else authority(self._core.session.origin),
            "coach_name": item.my_name,
            "client_name": item.their_name,
            "welcome": welcome,
            "agreement": agreement.text,
        }
        invitation = ClientInvitation(
            engagement_id=engagement_id,
            coach_mailbox_id=place.my_mailbox,
            pins=place.pins,
            agreement_salt=agreement.salt,
            blind=blind(place.me.identity.seed, place.me.statement.card.number),
            coach_statement=place.me.statement.raw,
            policy=item.policy,
            act=item.act,
            shown=shown,
        )
        return ReopeningInvitation(invitation, (*(one.raw for one in place.clients), place.other.raw))

    async def end(self, *, timeout: float | None = None) -> None:
        """End it before it was taken; coach or client."""
        async with bounded(timeout):
            await self._core.session.call(protocol.reopening.drop_reopening(self._standing.engagement_id))

    # --- the spoken check -----------------------------------------------------------------------------------

    async def start(self, *, timeout: float | None = None) -> str:
        """Return the six digits, once the other person has started too: coach and newcomer, on the telephone.

        NothingYet before a newcomer has joined or where the other has not started; NotTrusted where somebody
        between the two changed something on its way.
        """
        async with awaited(timeout):
            found, self._agreed = await self._needed("joined", "claimed"), None
            place = self._place_of(found)
            digits = await run_check(self._core, place)
            self._agreed, self._facts = (
                place.other if place.my_role is Role.COACH else place.me.statement,
                found,
            )
            return digits

    async def same(self, *, timeout: float | None = None) -> int:
        """Say that the digits were the same. The newcomer's software claims it, and 0 is returned; the
        coach's waits for that claim, signs, and gives back what it has: how many items.

        Misused before `start` has shown digits. Where they differ say so to nobody here.
        """
        if self._agreed is None or self._facts is None:
            raise Misused("There are no digits yet.", hint="start() shows them.")
        async with awaited(timeout):
            if self._facts.you == "newcomer":
                await self._claim(self._facts)
                return 0
            await self._take(self._agreed)
            return await self.give_back()

    def _place_of(self, found: ReopeningFacts) -> Place:
        """Both keys of this run, by what each side knows of the other: the box, and the acceptance."""
        place = self._standing.place
        if found.you == "newcomer":
            return place
        if found.you != "coach":
            raise Misused("The spoken check is the coach's and the newcomer's.")
        return replace(place, other=self._newcomer(found, place.me))

    def _newcomer(self, found: ReopeningFacts, me: Self) -> Statement:
        """Who joined by exactly the invitation that this coach made. `NotTrusted` for anybody else."""
        vault, pins = self._core.vault, self._core.vault.pins
        kept = vault.reopening(self._standing.engagement_id)
        if kept is None:
            raise NotTrusted("invitation-missing")
        try:
            answer: Acceptance = open_acceptance(invitation_keys(kept.secret), found.acceptance, kept.box)
            newcomer = parse_statement(answer.client_statement)
        except KeysError as cause:
            raise NotTrusted("acceptance") from cause
        card = newcomer.card
        fits = (
            card.number == 1
            and card.origin_hash == origin_hash(self._core.session.origin)
            and card.keeper_set == pins.keeper_set
            and newcomer.fp != me.fp
        )
        if not fits:
            raise NotTrusted("acceptance")
        return newcomer

    # --- the newcomer ---------------------------------------------------------------------------------------

    async def _claim(self, found: ReopeningFacts) -> None:
        place = self._standing.place
        former = place.clients[-1]
        content = self._said(place)
        origin = EnvelopeClass.MESSAGE
        signature = place.me.identity.sign(label("content"), u8(origin), content)
        core = ActCore(
            kind=ActKind.REOPEN_MAILBOX,
            engagement_id=self._standing.engagement_id,
            policy_hash=found.policy_hash,
            number=found.next_number,
            previous_hash=found.previous_hash,
            issued_at=self._core.now(),
            subject=reopening_subject(former.fp, place.me.fp, content_id(origin, content)),
        )
        claim = Claim(content, signature, sign_act(core, place.me.identity).encode())
        await self._core.session.call(
            protocol.reopening.put_claim(self._standing.engagement_id, claim.encode())
        )

    def _said(self, place: Place) -> bytes:
        policy = parse_policy(self._standing.item.policy)
        result = SpokenResult(True, place.other.fp, place.me.fp)
        return Content(
            kind=ContentKind.SPOKEN,
            nonce=self._core.random(16),
            thread_id=self._core.random(16),
            writer=int.from_bytes(self._core.random(2), "big"),
            count=1,
            previous_id=ZERO_HASH,
            created_at=self._core.now(),
            expires_at=policy.hold_ends_at,
            policy_hash=policy.hash,
            sender_fp=place.me.fp,
            checkpoint_hash=ZERO_HASH,
            vault_counter=place.me.vault_counter,
            sender_statement_hash=place.me.statement.hash,
            recipients=(Recipient(place.other.fp, place.other.hash),),
            fixed=result.encode(),
        ).encode()

    # --- the coach ------------------------------------------------------------------------------------------

    async def _take(self, newcomer: Statement) -> None:
        """Sign the act that the newcomer claimed, once it is there, and follow it."""
        found = await self._wait(lambda facts: facts.state in ("claimed", "taken"))
        place = self._standing.place
        if found.state == "claimed":
            try:
                act = check_claim(
                    parse_claim(found.claim),
                    engagement_id=self._standing.engagement_id,
                    coach_public=place.me.identity.public,
                    former_fp=place.other.fp,
                    new_public=newcomer.card.identity_public,
                )
            except KeysError as cause:
                raise NotTrusted("claim") from cause
            signed = sign_act(act.core, place.me.identity, act)
            await self._core.session.call(
                protocol.engagements.add_act(self._standing.engagement_id, signed.encode(), b"")
            )
        await self._standing.refresh()

    async def give_back(self, *, timeout: float | None = None) -> int:
        """Seal what is still here to the client's new key, with the same dates; what was given back already
        is not done again. Returns how many items came in. The coach alone.
        """
        async with bounded(timeout):
            return await GivingBack(self._core, self._standing, self._intake).all()

    # --- the former client ----------------------------------------------------------------------------------

    async def stop(self, *, timeout: float | None = None) -> None:
        """Stop what was taken, within 48 hours: this inbox is the client's again. The former client alone."""
        async with bounded(timeout):
            found = await self._needed("taken")
            if found.you != "former":
                raise Misused("Only the inbox that was there before stops it.")
            place = self._standing.place
            newcomer = parse_statement(found.statement)
            await self._core.records.change(lambda vault: self._know(vault, place, newcomer))
            core = ActCore(
                kind=ActKind.STOP_REOPENING,
                engagement_id=self._standing.engagement_id,
                policy_hash=found.policy_hash,
                number=found.next_number,
                previous_hash=found.previous_hash,
                issued_at=self._core.now(),
                subject=parse_act(parse_claim(found.claim).act).core.hash,
            )
            act = sign_act(core, place.me.identity)
            await self._core.session.call(
                protocol.engagements.add_act(self._standing.engagement_id, act.encode(), b"")
            )
            await self._standing.refresh()

    def _know(self, vault: Vault, place: Place, newcomer: Statement) -> Changes:
        known = [one for one in place.clients if one.fp != newcomer.fp]
        plain = encode_clients([*(one.raw for one in known), newcomer.raw])
        until = kept_until(parse_policy(self._standing.item.policy))
        return {f"clients/{self._standing.engagement_id.hex()}": Change(plain, until)}

    # --- looking --------------------------------------------------------------------------------------------

    async def _look(self) -> ReopeningFacts | None:
        return await self._core.session.call(protocol.reopening.reopening(self._standing.engagement_id))

    async def _needed(self, *states: str) -> ReopeningFacts:
        found = await self._look()
        if found is None:
            raise NotFound("Nothing is being reopened here.")
        if found.state not in states:
            raise NothingYet("The reopening has not come so far.")
        return found

    async def _wait(self, enough: Callable[[ReopeningFacts], bool]) -> ReopeningFacts:
        """Look again and again; whoever called bounds the time."""
        while True:
            found = await self._look()
            if found is None:
                raise NotFound("The reopening was ended.")
            if enough(found):
                return found
            await asyncio.sleep(LOOK_SECONDS)
