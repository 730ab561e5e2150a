"""Codes: what stands for an invitation's link where it has to be read out and typed.

Owns the order of steps: a nameplate from the relay, words drawn here, and a box that only they open. Must
never send the relay a word. (docs/protocol.md, part 24.)
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Final

from client_sdk import errors, protocol
from keys import codes, invitation
from keys.box import NONCE_BYTES
from keys.codes import Purpose
from keys.errors import KeysError, Mistyped
from keys.wordlist import RANDOM_BYTES_A_WORD

if TYPE_CHECKING:
    from client_sdk.core import Core
    from client_sdk.session import Session

log = logging.getLogger("client_sdk")

PURPOSE: Final = Purpose.INVITATION
RANDOM_BYTES: Final = codes.WORDS_OF[PURPOSE] * RANDOM_BYTES_A_WORD


class CodeUnknown(errors.NotFound):
    """No code that is open has this number and these words."""

    sentence = "That code opens nothing here."
    hint = "Compare the number and every word. Or it was used, or has ended: ask for a new one."


async def invitation_code(core: Core, engagement_id: bytes) -> str:
    """Give an invitation that waits a code, and return what is read out. Words that it had before lead
    nowhere any more. NotFound where it was taken or withdrawn, or is too old.
    """
    secret = _waiting_secret(core, engagement_id)
    subject = invitation.invitation_keys(secret).invite_id
    nameplate = await core.session.call(protocol.codes.new_code(subject))
    try:
        code = codes.Code(
            codes.check_nameplate(nameplate), codes.draw_words(PURPOSE, core.random(RANDOM_BYTES))
        )
        keys = await asyncio.to_thread(codes.code_keys, code, core.session.origin)
    except KeysError as cause:
        raise errors.NotTrusted("nameplate") from cause
    box = codes.seal_code(keys, PURPOSE, nameplate, secret, core.random(NONCE_BYTES))
    await core.session.call(protocol.codes.seal_code(nameplate, codes.proof_check(keys.proof), box))
    log.info("code made")
    return code.text


def _waiting_secret(core: Core, engagement_id: bytes) -> bytes:
    """The secret of an invitation that waits: of a client's first, or of one who comes back."""
    item, reopening = core.vault.engagement(engagement_id), core.vault.reopening(engagement_id)
    if item is not None and not item.active and any(item.invitation_secret):
        return item.invitation_secret
    if reopening is not None and item is not None:
        return reopening.secret
    raise errors.NotFound("No invitation waits there.")


async def link_of(session: Session, typed: str) -> str:
    """Return the invitation link that a typed code stands for. Uses nothing up."""
    code = read_code(typed)
    if code.purpose is not PURPOSE:
        raise errors.Misused("An invitation's code has four words.", hint="Six words add a browser.")
    keys = await asyncio.to_thread(codes.code_keys, code, session.origin)
    box = await _box(session, code.nameplate, keys.proof)
    try:
        secret = codes.open_code(keys, code.purpose, code.nameplate, box)
    except KeysError as cause:
        raise errors.NotTrusted("code") from cause
    return invitation.Link(session.origin, invitation.CLIENT, secret).text()


def read_code(typed: str) -> codes.Code:
    """Read a typed code; `Misused` names the first word that is none."""
    try:
        return codes.read_code(typed)
    except Mistyped as cause:
        place = f"Word {cause.group}" if cause.group else "The code"
        hint = "Four digits, then the words, as in 4417 hazel-orbit-linen-crow."
        raise errors.Misused(f"{place} is mistyped.", hint=hint) from cause


async def _box(session: Session, nameplate: str, proof: bytes) -> bytes:
    try:
        return await session.ask(protocol.codes.open_code(nameplate, proof))
    except errors.NotFound as cause:
        raise CodeUnknown from cause
