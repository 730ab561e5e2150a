"""`relay coach invite`: a link by which a coach enrols. The secret stays in the link; the store gets a sealed
box.
"""

from __future__ import annotations

import os

from keys.box import NONCE_BYTES
from keys.encoding import to_base64url
from keys.errors import KeysError
from keys.invitation import (
    COACH,
    SECRET_BYTES,
    CoachInvitation,
    InvitationKeys,
    Link,
    invitation_keys,
    seal_invitation,
)
from relay.clock import SystemClock
from relay.config import Settings
from relay.operator.asking import do
from relay.operator.stopped import Exit, Stopped
from relay.service.keyfiles import KeyFiles, KeyMissing, read_key_files
from relay.service.places import Places

DAY_SECONDS = 86_400
MOST_NAME_CHARACTERS = 100


def invite(settings: Settings, name: str) -> str:
    """Make and store an invitation for a coach of that name; returns the link. Raises Stopped."""
    shown = checked_name(name)
    try:
        own = read_key_files(Places(settings.relay.data_dir).secrets)
    except KeyMissing as missing:
        raise Stopped(f"{missing}") from None
    secret = os.urandom(SECRET_BYTES)
    keys = invitation_keys(secret)
    expires_at = SystemClock(settings.clock.offset_file).now() + settings.limits.invitation_days * DAY_SECONDS
    do(
        settings,
        "invite",
        invite_id=to_base64url(keys.invite_id),
        redemption_key=to_base64url(keys.redemption.public),
        box=to_base64url(_box(settings, own, keys, shown, expires_at)),
        expires_at=expires_at,
    )
    return Link(settings.relay.origin, COACH, secret).text()


def checked_name(name: str) -> str:
    """The name as it will be shown. Raises Stopped."""
    shown = " ".join(name.split())
    if not 1 <= len(shown) <= MOST_NAME_CHARACTERS or not shown.isprintable():
        raise Stopped(f"A name has 1 to {MOST_NAME_CHARACTERS} printable characters.", Exit.USAGE)
    return shown


def _box(settings: Settings, own: KeyFiles, keys: InvitationKeys, name: str, expires_at: int) -> bytes:
    content = CoachInvitation(own.pins, {"relay_name": settings.relay.name, "coach_name": name})
    try:
        return seal_invitation(keys, content, expires_at, os.urandom(NONCE_BYTES))
    except KeysError as fault:
        raise Stopped(f"The invitation could not be sealed: {fault}") from None
