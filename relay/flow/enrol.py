"""Enrol: an invitation becomes an account. Owns the checks of one *Finish* and the making of its one
transaction.

The relay's trust is in the invitation's secret: the request is signed by a key derived from it. A
client's finish also puts the agreement in force, by the act that both have signed. The same finish again
gets the same answer. (docs/ protocol.md, parts 10 and 13.)
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from keys.box import OVERHEAD_BYTES
from keys.encoding import dump_json, to_base64url
from keys.errors import BadSignature
from keys.invitation import verify_redemption
from keys.names import Random, Role, mailbox_id, origin_hash
from keys.policy import parse_policy
from keys.reopening import REOPENING
from keys.reply import BOX_BYTES as REPLY_BOX_BYTES
from keys.reply import verify_reply
from keys.statement import Statement, parse_statement
from keys.suite import H
from relay.core.acts import check_acceptance
from relay.core.admission import DOOR
from relay.core.errors import Gone, InvitationUnknown, Malformed, NotAllowed
from relay.core.model import Account, Engagement, Enrolment, Invitation, Mailbox, Method, VaultItem
from relay.core.pepper import GUESSABLE, Pepper
from relay.core.policy import fingerprints
from relay.core.ports import Store, Wake
from relay.core.retention import account_expires_at
from relay.flow.access import check_name
from relay.flow.policy import random_local_part
from relay.flow.standings import Standings
from relay.flow.statements import first_statement, statement_entry_of
from relay.flow.vault import check_items
from relay.flow.ways import check_method

CLIENT: Final = 1
COACH: Final = 2
MOST_METHODS: Final = 8
MOST_ACCEPTANCE_BYTES: Final = 64 * 1024
_BOX_NONCE_BYTES: Final = 24


@dataclass(frozen=True, slots=True)
class Finish:
    """What a *Finish* asks for. `raw` are the bytes that `signature` covers; acceptance and act are a
    client's. `leaf` is the statement's hash in the log, empty where it is not logged.
    """

    raw: bytes = field(repr=False)
    signature: bytes
    account_id: bytes
    name: str = field(repr=False)
    methods: tuple[Method, ...]
    statement: bytes = field(repr=False)
    vault: tuple[VaultItem, ...]
    acceptance: bytes = field(default=b"", repr=False)
    act: bytes = field(default=b"", repr=False)
    leaf: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Said:
    """A reply to an invitation. `raw` are the bytes that `signature` covers; `ends`: it is over with it."""

    raw: bytes = field(repr=False)
    signature: bytes
    box: bytes = field(repr=False)
    ends: bool


class Enrol:
    """Shows invitations and takes finishes. `mail_domain` is what follows the @ of inbound addresses."""

    def __init__(
        self,
        store: Store,
        pepper: Pepper,
        standings: Standings,
        wake: Wake,
        random: Random,
        *,
        origin: str,
        mail_domain: str,
    ) -> None:
        self._store = store
        self._pepper = pepper
        self._standings = standings
        self._wake = wake
        self._random = random
        self._origin_hash = origin_hash(origin)
        self._mail_domain = mail_domain

    async def invitation(self, invite_id: bytes, now: int) -> Invitation:
        """An open invitation; looking has no effect. Raises InvitationUnknown, Gone with the reason."""
        invitation = await self._store.invitation(invite_id, now=now)
        if invitation is None:
            raise InvitationUnknown
        _check_open(invitation, now)
        return invitation

    async def check_known(self, invite_id: bytes, now: int) -> None:
        """Raise InvitationUnknown unless there is, or was, such an invitation."""
        if await self._store.invitation(invite_id, now=now) is None:
            raise InvitationUnknown

    async def finish(self, invite_id: bytes, finish: Finish, now: int) -> bytes:
        """Enrol, all in one transaction; returns the JSON of the answer, the same for the same finish again.

        Raises InvitationUnknown, NotAllowed for a wrong signature, Gone, Malformed, ActRefused, Conflict
        `name-taken`.
        """
        invitation = await self._store.invitation(invite_id, now=now)
        if invitation is None:
            raise InvitationUnknown
        finish_hash = H(finish.raw)
        try:
            verify_redemption(invitation.redemption_key, finish.signature, finish.raw)
        except BadSignature:
            raise NotAllowed("redemption signature") from None
        if invitation.redeemed_hash != finish_hash:
            _check_open(invitation, now)
            await self._store.enrol(await self._enrolment(invitation, finish, now), now=now)
            self._standings.forget(invitation.engagement_id)
            self._wake.engagement(invitation.engagement_id)
            invitation = await self._store.invitation(invite_id, now=now)
        if invitation is None or not invitation.answer:
            raise Gone("invitation-used")
        return invitation.answer

    async def reply(self, invite_id: bytes, said: Said, now: int) -> None:
        """Take a reply of somebody who has a client's link and does not join; the same again changes nothing.

        Raises InvitationUnknown, NotAllowed for a wrong signature or another kind of invitation, Gone,
        Malformed.
        """
        invitation = await self._store.invitation(invite_id, now=now)
        if invitation is None:
            raise InvitationUnknown
        try:
            verify_reply(invitation.redemption_key, said.signature, said.raw)
        except BadSignature:
            raise NotAllowed("reply signature") from None
        if invitation.kind != CLIENT:
            raise NotAllowed("only a client's invitation is replied to")
        if len(said.box) != REPLY_BOX_BYTES:
            raise Malformed("reply")
        if invitation.expires_at <= now:
            raise Gone("invitation-expired")
        if invitation.acceptance != said.box:
            await self._store.reply_to_invitation(invite_id, said.box, ends=said.ends, now=now)
            self._wake.engagement(invitation.engagement_id)

    async def _enrolment(self, invitation: Invitation, finish: Finish, now: int) -> Enrolment:
        check_name(finish.name)
        if finish.account_id == DOOR:
            raise Malformed("the door's account id")
        check_items(finish.vault, now)
        _check_methods(finish.methods)
        statement = first_statement(finish.statement, finish.account_id, self._origin_hash)
        if invitation.kind == COACH:
            if finish.acceptance or finish.act:
                raise Malformed("a coach accepts nothing")
            return self._as_coach(invitation, finish, statement, now)
        engagement = await self._store.engagement(invitation.engagement_id, now=now)
        if engagement is None:
            raise Gone("invitation-expired")
        if invitation.kind == REOPENING:
            return self._as_newcomer(invitation, finish, statement, engagement)
        return self._as_client(invitation, finish, statement, engagement, now)

    def _as_coach(self, invitation: Invitation, finish: Finish, statement: Statement, now: int) -> Enrolment:
        expires_at = account_expires_at(Role.COACH, (), now)
        return Enrolment(
            account=self._account(finish, statement, Role.COACH, expires_at),
            statement=finish.statement,
            vault=finish.vault,
            mailboxes=(),
            invite_id=invitation.invite_id,
            redeemed_hash=H(finish.raw),
            answer=self._answer(finish.account_id, None),
            log_entry=statement_entry_of(finish.leaf),
        )

    def _as_client(
        self,
        invitation: Invitation,
        finish: Finish,
        statement: Statement,
        engagement: Engagement,
        now: int,
    ) -> Enrolment:
        _check_acceptance(invitation, finish, statement, engagement)
        ends_at = parse_policy(invitation.policy).hold_ends_at
        if ends_at <= now:
            raise Gone("invitation-expired")
        mailbox = Mailbox(
            mailbox_id=mailbox_id(engagement.engagement_id, Role.CLIENT, statement.fp),
            engagement_id=engagement.engagement_id,
            account_id=finish.account_id,
            role=Role.CLIENT,
            address=random_local_part(self._random),
            cursor=0,
            expires_at=ends_at,
        )
        expires_at = account_expires_at(Role.CLIENT, (ends_at,), now)
        return Enrolment(
            account=self._account(finish, statement, Role.CLIENT, expires_at),
            statement=finish.statement,
            vault=finish.vault,
            mailboxes=(mailbox,),
            invite_id=invitation.invite_id,
            redeemed_hash=H(finish.raw),
            answer=self._answer(finish.account_id, mailbox),
            acceptance=finish.acceptance,
            policy=invitation.policy,
            act=finish.act,
            engagement_expires_at=ends_at,
            log_entry=statement_entry_of(finish.leaf),
        )

    def _as_newcomer(
        self, invitation: Invitation, finish: Finish, statement: Statement, engagement: Engagement
    ) -> Enrolment:
        """Who comes back to a lost mailbox is no member before the act (part 25)."""
        if finish.act or not OVERHEAD_BYTES < len(finish.acceptance) <= MOST_ACCEPTANCE_BYTES:
            raise Malformed("acceptance")
        if statement.fp in fingerprints(engagement):
            raise Malformed("a newcomer has keys of their own")
        return Enrolment(
            account=self._account(finish, statement, Role.CLIENT, invitation.expires_at),
            statement=finish.statement,
            vault=finish.vault,
            mailboxes=(),
            invite_id=invitation.invite_id,
            redeemed_hash=H(finish.raw),
            answer=self._answer(finish.account_id, None),
            acceptance=finish.acceptance,
            log_entry=statement_entry_of(finish.leaf),
        )

    def _account(self, finish: Finish, statement: Statement, role: Role, expires_at: int) -> Account:
        sealed = (
            (one.method_id, self._pepper.seal_method(finish.account_id, one, self._random(_BOX_NONCE_BYTES)))
            for one in finish.methods
        )
        return Account(
            account_id=finish.account_id,
            name_tag=self._pepper.name_tag(finish.name),
            role=role,
            fp=statement.fp,
            methods=tuple(sealed),
            expires_at=expires_at,
        )

    def _answer(self, account_id: bytes, mailbox: Mailbox | None) -> bytes:
        mailboxes = [] if mailbox is None else [describe_mailbox(mailbox, self._mail_domain)]
        return dump_json({"account_id": to_base64url(account_id), "mailboxes": mailboxes})


def describe_mailbox(mailbox: Mailbox, mail_domain: str) -> dict[str, str | int]:
    """A mailbox as its owner is told of it (docs/protocol.md, part 13)."""
    return {
        "mailbox_id": to_base64url(mailbox.mailbox_id),
        "role": int(mailbox.role),
        "engagement_id": to_base64url(mailbox.engagement_id),
        "address": f"{mailbox.address}@{mail_domain}",
        "expires_at": mailbox.expires_at,
        "cursor": mailbox.cursor,
    }


def _check_open(invitation: Invitation, now: int) -> None:
    if invitation.state != "open":
        raise Gone(f"invitation-{invitation.state}")
    if invitation.expires_at <= now:
        raise Gone("invitation-expired")


def _check_methods(methods: tuple[Method, ...]) -> None:
    """One password and one sheet at most, and one of the two: a device alone is lost with it."""
    kinds = [one.kind for one in methods if one.kind in GUESSABLE]
    if len(methods) > MOST_METHODS or len({one.method_id for one in methods}) != len(methods):
        raise Malformed("methods")
    if not kinds or len(set(kinds)) != len(kinds):
        raise Malformed("methods")
    for method in methods:
        check_method(method)


def _check_acceptance(
    invitation: Invitation, finish: Finish, statement: Statement, engagement: Engagement
) -> None:
    if not OVERHEAD_BYTES < len(finish.acceptance) <= MOST_ACCEPTANCE_BYTES:
        raise Malformed("acceptance")
    coach = next(member for member in engagement.members if member.role is Role.COACH)
    coach_public = parse_statement(coach.statement).card.identity_public
    if coach_public == statement.card.identity_public:
        raise Malformed("coach and client are two people")
    check_acceptance(invitation.act, finish.act, coach_public, statement.card.identity_public)
