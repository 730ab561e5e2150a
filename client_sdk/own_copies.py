"""Own copies: what this computer kept of an engagement goes at its dates, and the other person is told so.

Owns the order: first it is gone, then that is noted, then it is said, signed by this person's identity key
until the relay has taken it. Must never say that something is gone before it is, and never speak of what
people saved or printed. (docs/protocol.md, part 16.)
"""

from __future__ import annotations

import logging

from client_sdk.core import Core
from client_sdk.errors import RelayError
from client_sdk.joining import kept_until
from client_sdk.protocol import records
from client_sdk.state import State
from keys.copies_gone import CopiesGone, open_copies_gone, sign_copies_gone
from keys.encoding import Reader, u64
from keys.errors import KeysError
from keys.policy import parse_policy
from keys.statement import parse_statement
from keys.vault import EngagementItem

log = logging.getLogger("client_sdk")


def let_go(core: Core, now: int) -> None:
    """Take away all that is due on this computer, and note of which engagements something went."""
    active = [item for item in core.vault.engagements if item.active]
    through = {
        item.engagement_id: core.state.mailboxes.due_through(item.my_mailbox_id, now) for item in active
    }
    core.state.forget_due(now)
    for item in active:
        if through[item.engagement_id]:
            moment = u64(through[item.engagement_id]) + u64(now)
            core.state.note(_due(item), moment, kept_until(parse_policy(item.policy)))


async def tell(core: Core) -> int:
    """Say what has gone since it was last said; of how many engagements the relay has taken it. A relay that
    is away or refuses is asked again at the next opening.
    """
    told = 0
    for item in [one for one in core.vault.engagements if one.active]:
        before = said(core, item)
        gone = _with_news(core.state, item, before)
        # A first word while the engagement lasts lets this computer speak for thirty days after it.
        first = not core.state.fact(_said(item)) and core.now() >= parse_policy(item.policy).work_ends_at
        if gone == before and not first:
            continue
        statement = sign_copies_gone(gone, core.vault.identity)
        try:
            await core.session.call(records.say_own_copies(item.engagement_id, statement))
        except RelayError as cause:
            log.info("own copies not told: %s", cause.code)
            continue
        until = kept_until(parse_policy(item.policy))
        core.state.note(_said(item), statement, until)
        core.state.note(_due(item), b"", until)
        told += 1
    return told


def said(core: Core, item: EngagementItem) -> CopiesGone:
    """Return what this computer has said of an engagement so far."""
    raw = core.state.fact(_said(item))
    try:
        return open_copies_gone(raw, item.engagement_id, core.vault.identity.public)
    except KeysError:  # nothing yet, or under a key that is no longer mine
        return CopiesGone(item.engagement_id, _computer(core))


async def heard(core: Core) -> dict[bytes, list[tuple[bytes, CopiesGone]]]:
    """Return by engagement what the other person has said, as it was signed and what it means; what does not
    hold under the key that the vault knows them by is left out.
    """
    found: dict[bytes, list[tuple[bytes, CopiesGone]]] = {}
    items = {item.engagement_id: item for item in core.vault.engagements if item.active}
    for engagement_id, statement in await core.session.call(records.own_copies()):
        if engagement_id not in items:
            continue
        try:
            public = identity_of(items[engagement_id])
            gone = open_copies_gone(statement, engagement_id, public)
        except KeysError:
            log.warning("a word on own copies does not hold")
            continue
        found.setdefault(engagement_id, []).append((statement, gone))
    return found


def identity_of(item: EngagementItem) -> bytes:
    """Return the other person's identity key, as it was pinned."""
    return parse_statement(item.their_statement).card.identity_public


def gone_at(words: list[tuple[bytes, CopiesGone]], due_at: int) -> int | None:
    """Return when everything due by then was gone, of the computers that have said so the last; else None."""
    moments = [moment for _, gone in words if (moment := gone.gone_at(due_at)) is not None]
    return max(moments, default=None)


def _with_news(state: State, item: EngagementItem, before: CopiesGone) -> CopiesGone:
    due = state.fact(_due(item))
    if not due:
        return before
    reader = Reader(due)
    return before.with_moment(reader.u64(), reader.u64())


def _computer(core: Core) -> int:
    """This computer's number among mine, drawn once."""
    known = core.state.fact("computer")
    if not known:
        known = core.random(2)
        core.state.note("computer", known)
    return int.from_bytes(known, "big")


def _said(item: EngagementItem) -> str:
    return f"own-gone/{item.engagement_id.hex()}"


def _due(item: EngagementItem) -> str:
    return f"own-due/{item.engagement_id.hex()}"
