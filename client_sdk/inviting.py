"""Inviting: a coach's invitation from an offer to the relay.

Owns the order of its three steps, each of which may be repeated: the draft, the vault, the invitation. Must
never post an invitation whose secret is not safe in the vault first, or nobody could take its acceptance in.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import timedelta

from client_sdk import protocol
from client_sdk.agreement import DEFAULT_WORK_DAYS, Offer, check_offer
from client_sdk.core import Core
from client_sdk.enrol import authority
from client_sdk.facts import Facts, Wanted
from client_sdk.joining import invite
from client_sdk.messages import Invitation, instant
from client_sdk.words import utc_day

log = logging.getLogger("client_sdk")


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a coach chose for an invitation; None and empty leave it to the defaults."""

    facts: Wanted
    welcome: str = field(repr=False)
    agreement: str | None = field(repr=False)
    language: str


def make_offer(core: Core, name: str, chosen: Chosen) -> Offer:
    """Fill in what the coach left open. `Misused` for what no agreement can be."""
    today = utc_day(core.now())
    profile = core.vault.profile
    usual = Facts(today + timedelta(days=DEFAULT_WORK_DAYS), places=(authority(core.session.origin),))
    offer = Offer(
        coach_name=profile.my_name if profile else "Coach",
        client_name=name.strip(),
        relay_name=profile.relay_name if profile else "Quietbox",
        facts=chosen.facts.applied(usual),
        welcome=chosen.welcome,
        template=chosen.agreement,
        language=chosen.language,
    )
    check_offer(offer, today)
    return offer


async def post_invitation(core: Core, name: str, chosen: Chosen) -> Invitation:
    """Make and post an invitation; on a draft that this client was already invited to, it replaces the old
    link.
    """
    offer = make_offer(core, name, chosen)
    drafts = [one for one in core.vault.engagements if not one.active and one.their_name == offer.client_name]
    engagement_id = drafts[0].engagement_id if drafts else core.random(16)
    invited = invite(
        core.me(),
        core.vault.pins,
        core.session.origin,
        offer,
        engagement_id=engagement_id,
        now=core.now(),
        random=core.random,
    )
    await core.session.call(protocol.engagements.create_engagement(engagement_id))
    await core.records.change(lambda vault: invited.changes)
    await core.session.call(
        protocol.engagements.put_invitation(
            engagement_id,
            invite_id=invited.keys.invite_id,
            redemption_key=invited.keys.redemption.public,
            box=invited.box,
            expires_at=invited.expires_at,
            policy=invited.item.policy,
            act=invited.item.act,
        )
    )
    log.info("invited box_bytes=%d", len(invited.box))
    return Invitation(invited.link.text(), engagement_id.hex(), instant(invited.expires_at))
