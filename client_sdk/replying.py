"""Replying: what somebody says to an invitation without joining, and how the coach reads it.

Owns both ends of a reply. Whoever has the link can send one; it makes no account and opens nothing. Must
never believe the relay that an invitation was declined: that stands in the box, or nowhere.
(docs/protocol.md, part 10.)
"""

from __future__ import annotations

import logging
import secrets
from typing import TYPE_CHECKING, Final

from client_sdk import errors, protocol
from client_sdk.joining import read_link
from client_sdk.messages import InvitationReply, ReplyName
from keys import invitation, reply
from keys.box import NONCE_BYTES
from keys.encoding import dump_json, to_base64url
from keys.errors import KeysError

if TYPE_CHECKING:
    from client_sdk.core import Core
    from client_sdk.opening import Connect
    from keys.vault import EngagementItem

log = logging.getLogger("client_sdk")

KINDS: Final[dict[ReplyName, reply.ReplyKind]] = {
    "change": reply.ReplyKind.CHANGE,
    "no": reply.ReplyKind.NO,
    "work-device": reply.ReplyKind.WORK_DEVICE,
}
NAMES: Final[dict[reply.ReplyKind, ReplyName]] = {kind: name for name, kind in KINDS.items()}


async def send_reply(link: str, kind: ReplyName, text: str, connect: Connect | None) -> None:
    """Seal and send a reply; see `AsyncAccount.reply`."""
    from client_sdk.opening import means

    parsed = read_link(link, invitation.CLIENT)
    if kind not in KINDS:
        raise errors.Misused("A reply is change, no or work-device.")
    keys = invitation.invitation_keys(parsed.secret)
    try:
        said = reply.Reply(KINDS[kind], text.strip())
        box = reply.seal_reply(keys, said, secrets.token_bytes(NONCE_BYTES))
    except (KeysError, UnicodeEncodeError) as cause:
        raise errors.Misused(
            "A change needs words, at most 4,000 bytes of them; no other reply has any."
        ) from cause
    body = dump_json({"box": to_base64url(box), "ends": said.ends})
    session = means(None, None, False, connect).session(parsed.origin, "")
    try:
        await session.ask(protocol.joining.put_reply(keys.invite_id, body, reply.sign_reply(keys, body)))
    finally:
        await session.close()
    log.info("replied to an invitation")


async def reply_to(core: Core, item: EngagementItem) -> InvitationReply | None:
    """Return what was said to an invitation that waits; None where nothing was, or not by its link."""
    try:
        facts = await core.session.call(protocol.engagements.engagement(item.engagement_id))
    except errors.NotFound:
        return None  # the draft has gone at its date
    if item.active or facts.invitation is None or not facts.invitation.reply:
        return None
    try:
        said = reply.open_reply(invitation.invitation_keys(item.invitation_secret), facts.invitation.reply)
    except KeysError:
        log.info("a reply that is not of this invitation")
        return None
    return InvitationReply(NAMES[said.kind], said.text)
