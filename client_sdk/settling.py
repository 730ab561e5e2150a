"""Settling: an accepted invitation becomes an engagement.

Owns the coach's side after acceptance: the answer is opened, judged and pinned in the vault, all before a
word is sealed to the new keys. (docs/protocol.md, part 10.)
"""

from __future__ import annotations

import logging

from client_sdk import protocol
from client_sdk.core import Core
from client_sdk.errors import NotFound, NotTrusted
from client_sdk.joining import take_in
from client_sdk.protocol.engagements import EngagementFacts
from client_sdk.vault import Changes, Vault
from keys.names import Role

log = logging.getLogger("client_sdk")


async def settle(core: Core, engagement_id: bytes) -> bool:
    """Take in an acceptance if there is one; returns whether the engagement has just become active."""
    item = core.vault.engagement(engagement_id)
    if item is None or item.active:
        return False
    try:
        facts = await core.session.call(protocol.engagements.engagement(engagement_id))
    except NotFound:
        return False  # the draft has gone at its date
    if facts.invitation is None or not facts.invitation.acceptance:
        return False
    acceptance = facts.invitation.acceptance
    await core.records.change(lambda vault: _changes(core, vault, engagement_id, acceptance))
    _check_members(core, engagement_id, facts)
    log.info("joined engagement")
    return True


def _changes(core: Core, vault: Vault, engagement_id: bytes, acceptance: bytes) -> Changes:
    item = vault.engagement(engagement_id)
    kept = vault.entries.get(f"invitation/{engagement_id.hex()}")
    if item is None or item.active:
        return {}  # another device was first
    if kept is None:
        raise NotTrusted("invitation-missing")
    return take_in(item, acceptance, kept.plain, core.me(), vault.pins, core.session.origin)


def _check_members(core: Core, engagement_id: bytes, facts: EngagementFacts) -> None:
    """The mailbox that the relay gives the client must be the one that the client's key makes."""
    place = core.place(core.item(engagement_id))
    shown = {member.role: member.mailbox_id for member in facts.members}
    if shown.get(Role.CLIENT) != place.their_mailbox:
        raise NotTrusted("member")
