"""Following: who is client now, where a coach has reopened a lost mailbox or the former key has stopped it.

Owns the one change of a pin that no chain of statements carries: by an act that this coach's own key signed
beside the newcomer's, or by the former client's stop. Must never move it by anybody else's word.
(docs/protocol.md, part 25.)
"""

from __future__ import annotations

import logging
from dataclasses import replace

from client_sdk import protocol
from client_sdk.core import Core
from client_sdk.errors import NotTrusted
from client_sdk.parties import Place
from client_sdk.protocol.engagements import EngagementFacts
from client_sdk.vault import Change, Changes, Vault, engagement_kept
from keys.acts import OF_REOPENING, ActKind, parse_act
from keys.errors import KeysError
from keys.names import Role, fingerprint, mailbox_id
from keys.reopening import ClientLine, encode_clients
from keys.statement import Statement, parse_statement, verify_statement

log = logging.getLogger("client_sdk")


async def follow_clients(core: Core, place: Place, facts: EngagementFacts) -> bool:
    """Pin who is client by the acts; True where that changed. The coach's side alone has a pin to move; a
    client is who it is. `NotTrusted` for an act that does not hold.
    """
    if place.my_role is not Role.COACH or not any(raw[1] in OF_REOPENING for raw in facts.acts):
        return False
    known = {one.fp: one for one in (*place.clients, place.other)}
    newcomer = await _newcomer(core, place, facts, known)
    if newcomer is not None:
        known[newcomer.fp] = newcomer
    line = ClientLine.of(place.coach_public, [one.card.identity_public for one in known.values()])
    try:
        for raw in facts.acts:
            line.take(parse_act(raw))
    except KeysError as cause:
        raise NotTrusted("acts") from cause
    if line.now == place.other.fp:
        return False
    current = known.pop(line.now)
    await core.records.change(lambda vault: _pin(vault, place, current, list(known.values())))
    log.info("another client is pinned by an act")
    return True


async def _newcomer(
    core: Core, place: Place, facts: EngagementFacts, known: dict[bytes, Statement]
) -> Statement | None:
    """The first statement of who signed an act of kind 8 beside me and is not known here yet."""
    mine = fingerprint(place.coach_public)
    signed = [parse_act(raw) for raw in facts.acts if raw[1] == ActKind.REOPEN_MAILBOX]
    unknown = {fp for act in signed if mine in act.signatures for fp in act.signatures} - {mine, *known}
    if not unknown:
        return None
    chain = await core.session.call(protocol.engagements.statements(place.engagement_id, Role.CLIENT, 0))
    try:
        first = parse_statement(chain[0])
        verify_statement(first)
    except (KeysError, IndexError) as cause:
        raise NotTrusted("statement-chain") from cause
    card = first.card
    if first.fp not in unknown or card.keeper_set != place.pins.keeper_set or card.number != 1:
        raise NotTrusted("statement-place")
    return first


def _pin(vault: Vault, place: Place, current: Statement, others: list[Statement]) -> Changes:
    item = vault.engagement(place.engagement_id)
    if item is None:
        return {}
    moved = replace(
        item,
        their_statement=current.raw,
        their_mailbox_id=mailbox_id(place.engagement_id, Role.CLIENT, current.fp),
    )
    until = vault.entries[item.name].expires_at
    plain = encode_clients([one.raw for one in others])
    return {
        **engagement_kept(moved, until),
        f"clients/{place.engagement_id.hex()}": Change(plain, until),
    }
