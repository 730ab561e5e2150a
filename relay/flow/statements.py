"""Statements: the next key card of a person's chain. Owns its verification before it is stored and shown
to contacts.

(docs/protocol.md, part 4.)
"""

from __future__ import annotations

from typing import Final

from keys.errors import BadSignature, KeysError, Refused
from keys.errors import Malformed as MalformedFormat
from keys.log import EntryType
from keys.names import Role, origin_hash
from keys.statement import Statement, parse_statement, verify_link, verify_statement
from relay.core.errors import Conflict, Malformed, NotFound
from relay.core.ports import Store, Wake
from relay.flow.standings import Standings

CONFLICT: Final = "statement-conflict"


class Statements:
    """Takes key cards and shows chains to those who may see them."""

    def __init__(self, store: Store, standings: Standings, wake: Wake, *, origin: str) -> None:
        self._store = store
        self._standings = standings
        self._wake = wake
        self._origin_hash = origin_hash(origin)

    async def add(self, account_id: bytes, raw: bytes, now: int, leaf: bytes = b"") -> None:
        """Store the next card, and log the hash that its owner made of it. The same again changes nothing.
        Raises Malformed, Conflict `statement-conflict`.
        """
        statement = read_statement(raw, account_id, self._origin_hash)
        number = statement.card.number
        chain = await self._store.statements(account_id, after=max(0, number - 2))
        if raw in chain:
            return
        if len(chain) != 1 or number < 2:
            raise Conflict(CONFLICT, "not the next of the chain")
        try:
            verify_link(parse_statement(chain[0]), statement)
        except (Refused, BadSignature) as fault:
            raise Conflict(CONFLICT, fault.code) from None
        await self._store.add_statement(account_id, number, raw, now=now, log_entry=statement_entry_of(leaf))
        for engagement in await self._store.engagements_of(account_id, now=now):
            self._standings.forget(engagement.engagement_id)
            self._wake.engagement(engagement.engagement_id)

    async def chain(
        self, account_id: bytes, engagement_id: bytes, role: int, after: int, now: int
    ) -> list[bytes]:
        """A party's cards after a number, for a member of the engagement. Raises NotFound."""
        engagement = await self._store.engagement(engagement_id, now=now)
        members = engagement.members if engagement else ()
        if all(member.account_id != account_id for member in members):
            raise NotFound
        party = next((member for member in members if member.role == role), None)
        if party is None or role not in (Role.COACH, Role.CLIENT):
            raise NotFound
        return await self._store.statements(party.account_id, after=after)


def statement_entry_of(leaf: bytes) -> bytes:
    """The entry of a statement in the log, of the blinded hash that only its owner and contacts know; nothing
    where none was given.
    """
    return bytes([EntryType.STATEMENT]) + leaf if leaf else b""


def first_statement(raw: bytes, account_id: bytes, origin: bytes) -> Statement:
    """Read and verify the first card of a chain. Raises Malformed."""
    statement = read_statement(raw, account_id, origin)
    if statement.card.number != 1:
        raise Malformed("not a first statement")
    try:
        verify_statement(statement)
    except KeysError:
        raise Malformed("statement's signature") from None
    return statement


def read_statement(raw: bytes, account_id: bytes, origin: bytes) -> Statement:
    """Read a card that is this account's and made for this origin. Its signature is not checked here."""
    try:
        statement = parse_statement(raw)
    except MalformedFormat as fault:
        raise Malformed(detail=str(fault)) from None
    if statement.card.account_id != account_id or statement.card.origin_hash != origin:
        raise Malformed("another account's or origin's statement")
    return statement
