"""Membership: the engagement that somebody acts in, and as whom. To a stranger an engagement is not there."""

from __future__ import annotations

from keys.names import Role
from relay.core.errors import NotFound
from relay.core.model import Engagement
from relay.core.ports import Store


async def joined(store: Store, account_id: bytes, engagement_id: bytes, now: int) -> tuple[Engagement, Role]:
    """An engagement of this account and the account's role in it. Raises NotFound for a stranger, as for what
    there is not.
    """
    engagement = await store.engagement(engagement_id, now=now)
    for member in engagement.members if engagement else ():
        if engagement is not None and member.account_id == account_id:
            return engagement, member.role
    raise NotFound
