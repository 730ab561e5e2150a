"""Joining: how two people come to know each other's keys, by an invitation and its acceptance.

Owns both sides, as pure functions: the coach's box, the client's answer to it, and the coach's judgement of
that answer. The link's secret vouches for everything; the relay's word for nothing. Must never pin a person
whose signature does not cover exactly this invitation. (docs/protocol.md, part 10; rulings 1 and 2.)
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Final

from client_sdk.agreement import Offer, agreement_text, make_policy
from client_sdk.errors import Misused, NotTrusted
from client_sdk.parties import Self
from client_sdk.vault import Change, engagement_kept
from client_sdk.vault_items import AgreementItem, encode_invitation, parse_invitation
from keys.acts import Act, ActCore, ActKind, parse_act, sign_act, verify_act
from keys.box import NONCE_BYTES
from keys.errors import KeysError
from keys.invitation import (
    CLIENT,
    Acceptance,
    ClientInvitation,
    InvitationKeys,
    Link,
    invitation_keys,
    open_acceptance,
    open_client_invitation,
    parse_link,
    seal_acceptance,
    seal_invitation,
)
from keys.names import DAY_SECONDS, ZERO_HASH, ZERO_ID, Random, Role, mailbox_id, origin_hash
from keys.pins import Pins
from keys.policy import Policy, parse_policy
from keys.reopening import ReopeningInvitation, encode_clients, open_reopening
from keys.statement import Statement, blind, parse_statement
from keys.suite import SignKey
from keys.vault import EngagementItem

INVITATION_SECONDS: Final = 14 * DAY_SECONDS
KEPT_AFTER_SECONDS: Final = 30 * DAY_SECONDS
"""How long an engagement's records stay after the end of its hold, as long as a client's account."""


def read_link(link: str, kind: int) -> Link:
    """Read a link of a kind; `Misused` for anything else."""
    try:
        parsed = parse_link(link.strip())
    except KeysError as cause:
        raise Misused(
            "That is not an invitation link.", hint="Copy the whole link, with what follows #."
        ) from cause
    if parsed.kind != kind:
        verb = "mailbox accept" if parsed.kind == CLIENT else "mailbox setup"
        raise Misused("That link is of another kind.", hint=f"Use `{verb}` for it.")
    return parsed


def kept_until(policy: Policy) -> int:
    """Return until when the vault is asked to keep an engagement's records."""
    return policy.hold_ends_at + KEPT_AFTER_SECONDS


# --- the coach invites --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation that is ready to be posted, and what the vault keeps of it until it is accepted."""

    link: Link
    keys: InvitationKeys = field(repr=False)
    box: bytes = field(repr=False)
    expires_at: int
    item: EngagementItem = field(repr=False)

    @property
    def changes(self) -> dict[str, Change]:
        """What the vault keeps."""
        until = kept_until(parse_policy(self.item.policy))
        return {
            **engagement_kept(self.item, until),
            f"invitation/{self.item.engagement_id.hex()}": Change(
                encode_invitation(self.box, self.expires_at), until
            ),
        }


def invite(
    me: Self,
    pins: Pins,
    origin: str,
    offer: Offer,
    *,
    engagement_id: bytes,
    now: int,
    random: Random,
) -> Invited:
    """Make an invitation: agreement, policy, the coach's signature under both, and the sealed box."""
    secret, salt = random(32), random(32)
    keys = invitation_keys(secret)
    text = agreement_text(offer)
    policy = make_policy(offer, engagement_id, me.fp, text, salt)
    act = sign_act(first_act(policy, now), me.identity)
    shown = {
        "relay_name": offer.relay_name,
        "coach_name": offer.coach_name,
        "client_name": offer.client_name,
        "welcome": offer.welcome,
        "agreement": text,
    }
    invitation = ClientInvitation(
        engagement_id=engagement_id,
        coach_mailbox_id=mailbox_id(engagement_id, Role.COACH, me.fp),
        pins=pins,
        agreement_salt=salt,
        blind=blind(me.identity.seed, me.statement.card.number),
        coach_statement=me.statement.raw,
        policy=policy.encode(),
        act=act.encode(),
        shown=shown,
    )
    expires_at = min(now + INVITATION_SECONDS, policy.hold_ends_at)
    box = seal_invitation(keys, invitation, expires_at, random(NONCE_BYTES))
    item = _waiting(me, offer, invitation, secret)
    return Invited(Link(origin, CLIENT, secret), keys, box, expires_at, item)


def _waiting(me: Self, offer: Offer, invitation: ClientInvitation, secret: bytes) -> EngagementItem:
    """The coach's own record of an engagement that nobody has joined yet."""
    return EngagementItem(
        my_role=Role.COACH,
        active=False,
        engagement_id=invitation.engagement_id,
        my_mailbox_id=invitation.coach_mailbox_id,
        their_mailbox_id=ZERO_ID,
        notes_mailbox_id=mailbox_id(invitation.engagement_id, Role.NOTES, me.fp),
        invitation_secret=secret,
        their_statement=b"",
        policy=invitation.policy,
        act=invitation.act,
        my_name=offer.coach_name,
        their_name=offer.client_name,
    )


def first_act(policy: Policy, now: int) -> ActCore:
    """Return the act that puts a first policy in force."""
    return ActCore(
        kind=ActKind.POLICY,
        engagement_id=policy.engagement_id,
        policy_hash=policy.hash,
        number=1,
        previous_hash=ZERO_HASH,
        issued_at=now,
        subject=policy.hash,
    )


# --- the client accepts -------------------------------------------------------------------------------------


def open_invitation(keys: InvitationKeys, box: bytes, expires_at: int, origin: str) -> ClientInvitation:
    """Open what a coach sent; `NotTrusted` where it does not fit the link, itself or the relay."""
    try:
        invitation = open_client_invitation(keys, box, expires_at)
        coach = parse_statement(invitation.coach_statement)
    except KeysError as cause:
        raise NotTrusted("invitation") from cause
    fits = (
        coach.card.origin_hash == origin_hash(origin)
        and coach.card.keeper_set == invitation.pins.keeper_set
        and invitation.coach_mailbox_id == mailbox_id(invitation.engagement_id, Role.COACH, coach.fp)
        and parse_act(invitation.act).core.number == 1
    )
    if not fits:
        raise NotTrusted("invitation")
    return invitation


def open_again(keys: InvitationKeys, box: bytes, expires_at: int, origin: str) -> ReopeningInvitation:
    """Open what a coach sent to a client who lost every way in; `NotTrusted` as `open_invitation`."""
    try:
        found = open_reopening(keys, box, expires_at)
        coach = parse_statement(found.invitation.coach_statement)
    except KeysError as cause:
        raise NotTrusted("invitation") from cause
    invitation = found.invitation
    fits = (
        coach.card.origin_hash == origin_hash(origin)
        and coach.card.keeper_set == invitation.pins.keeper_set
        and invitation.coach_mailbox_id == mailbox_id(invitation.engagement_id, Role.COACH, coach.fp)
    )
    if not fits:
        raise NotTrusted("invitation")
    return found


@dataclass(frozen=True, slots=True)
class Accepted:
    """A client's answer: what goes to the relay, and what the vault keeps. `clients` are the statements of
    who was client before, in a reopening.
    """

    acceptance: bytes = field(repr=False)
    act: bytes = field(repr=False)
    item: EngagementItem = field(repr=False)
    agreement: AgreementItem = field(repr=False)
    clients: tuple[bytes, ...] = field(default=(), repr=False)

    @property
    def changes(self) -> dict[str, Change]:
        """What the vault keeps."""
        changes = engagement_changes(self.item, self.agreement)
        if self.clients:
            until = kept_until(parse_policy(self.item.policy))
            changes[f"clients/{self.item.engagement_id.hex()}"] = Change(encode_clients(self.clients), until)
        return changes


def accept(
    keys: InvitationKeys,
    box: bytes,
    invitation: ClientInvitation,
    *,
    name: str,
    identity: SignKey,
    card: bytes,
    random: Random,
    clients: tuple[bytes, ...] = (),
) -> Accepted:
    """Sign the agreement as the client and seal the answer for the coach. Who comes back to a lost inbox
    signs it not again: `clients` are those of the invitation, and the act is that of both.
    """
    statement = parse_statement(card)
    offered = parse_act(invitation.act)
    act = invitation.act if clients else sign_act(offered.core, identity, offered).encode()
    acceptance = Acceptance(blind(identity.seed, statement.card.number), card, act, {"name": name})
    coach = parse_statement(invitation.coach_statement)
    item = EngagementItem(
        my_role=Role.CLIENT,
        active=True,
        engagement_id=invitation.engagement_id,
        my_mailbox_id=mailbox_id(invitation.engagement_id, Role.CLIENT, statement.fp),
        their_mailbox_id=mailbox_id(invitation.engagement_id, Role.COACH, coach.fp),
        notes_mailbox_id=ZERO_ID,
        invitation_secret=bytes(32),
        their_statement=invitation.coach_statement,
        policy=invitation.policy,
        act=act,
        my_name=name,
        their_name=shown_text(invitation.shown, "coach_name", "Your coach"),
    )
    return Accepted(
        seal_acceptance(keys, acceptance, box, identity, random(NONCE_BYTES)),
        b"" if clients else act,
        item,
        agreement_of(invitation),
        clients,
    )


# --- the coach takes the answer in --------------------------------------------------------------------------


def take_in(
    item: EngagementItem, acceptance: bytes, kept: bytes, me: Self, pins: Pins, origin: str
) -> dict[str, Change | None]:
    """Judge an acceptance and return what the vault keeps from now on; `kept` is the item `invitation/…`.

    `NotTrusted` where anything does not fit.
    """
    box, expires_at = parse_invitation(kept)
    keys = invitation_keys(item.invitation_secret)
    invitation = open_invitation(keys, box, expires_at, origin)
    try:
        answer = open_acceptance(keys, acceptance, box)
        client = parse_statement(answer.client_statement)
        act = parse_act(answer.act)
        _check_answer(item, client, act, me, pins, origin)
    except KeysError as cause:
        raise NotTrusted("acceptance") from cause
    active = replace(
        item,
        active=True,
        their_mailbox_id=mailbox_id(item.engagement_id, Role.CLIENT, client.fp),
        invitation_secret=bytes(32),
        their_statement=answer.client_statement,
        act=answer.act,
        their_name=shown_text(answer.shown, "name", item.their_name),
    )
    changes: dict[str, Change | None] = dict(engagement_changes(active, agreement_of(invitation)))
    return changes | {f"invitation/{item.engagement_id.hex()}": None}


def _check_answer(
    item: EngagementItem, client: Statement, act: Act, me: Self, pins: Pins, origin: str
) -> None:
    offered = parse_act(item.act)
    verify_act(act, coach_public=me.identity.public, client_public=client.card.identity_public)
    card = client.card
    fits = (
        act.core == offered.core
        and card.number == 1
        and card.origin_hash == origin_hash(origin)
        and card.keeper_set == pins.keeper_set
        and client.fp != me.fp
    )
    if not fits:
        raise NotTrusted("acceptance")


# --- shared -------------------------------------------------------------------------------------------------


def engagement_changes(item: EngagementItem, agreement: AgreementItem) -> dict[str, Change]:
    """Return what the vault keeps of an engagement that both have signed."""
    until = kept_until(parse_policy(item.policy))
    return {
        **engagement_kept(item, until),
        f"agreement/{item.engagement_id.hex()}": Change(agreement.encode(), until),
    }


def agreement_of(invitation: ClientInvitation) -> AgreementItem:
    """Return the agreement's text, which the opened box has already been checked to hold."""
    return AgreementItem(invitation.agreement_salt, str(invitation.shown["agreement"]))


def shown_text(shown: Any, name: str, default: str) -> str:
    """Return a display field on one line, cut at 200 signs; `default` where it is empty or no text."""
    value = shown.get(name)
    if not isinstance(value, str):
        return default
    return "".join(sign for sign in value if sign.isprintable())[:200].strip() or default
