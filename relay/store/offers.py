"""Offers to new browsers in the file. Owns the table `browser_offers`, and that an offer and the way in that
it adds are one transaction.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence
from functools import partial

from relay.core.errors import Conflict, Gone, NotFound
from relay.core.model import BrowserOffer
from relay.store.base import Part
from relay.store.codes import drop_code
from relay.store.inserts import need_account
from relay.store.ways import drop_offers, put_method

COLUMNS = "offer_id, account_id, proof_check, box, expires_at, taken_by"
OF_ID = f"SELECT {COLUMNS} FROM browser_offers WHERE offer_id=? AND expires_at>?"  # noqa: S608 - names from here
OF_ACCOUNT = f"SELECT {COLUMNS} FROM browser_offers WHERE account_id=? AND expires_at>?"  # noqa: S608 - likewise
INSERT = f"INSERT INTO browser_offers ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)"  # noqa: S608 - likewise


class SqlBrowserOffers(Part):
    """`relay.core.ports.BrowserOffers`."""

    async def put_offer(self, offer: BrowserOffer, *, now: int) -> None:
        """An account's earlier one goes in the same transaction, with its code."""
        await self._write(partial(_put, offer=offer, now=now))

    async def offer(self, offer_id: bytes, *, now: int) -> BrowserOffer | None:
        """By its id."""
        return await self._read(partial(_find, statement=OF_ID, value=offer_id, now=now))

    async def offer_of(self, account_id: bytes, *, now: int) -> BrowserOffer | None:
        """The account's one."""
        return await self._read(partial(_find, statement=OF_ACCOUNT, value=account_id, now=now))

    async def take_offer(
        self,
        offer_id: bytes,
        method_id: bytes,
        sealed: bytes,
        *,
        now: int,
        replaced: Sequence[bytes] = (),
        known: Collection[bytes] | None = None,
    ) -> None:
        """Compared, used up and added together."""
        method = (method_id, sealed)
        await self._write(
            partial(_take, offer_id=offer_id, method=method, replaced=replaced, known=known, now=now)
        )

    async def drop_offer(self, account_id: bytes, *, now: int) -> None:
        """With its code."""
        await self._write(partial(_drop, account_id=account_id))


def _find(database: sqlite3.Connection, statement: str, value: bytes, now: int) -> BrowserOffer | None:
    row = database.execute(statement, (value, now)).fetchone()
    return BrowserOffer(*row) if row else None


def _put(database: sqlite3.Connection, offer: BrowserOffer, now: int) -> None:
    need_account(database, offer.account_id, now)
    known = database.execute(
        "SELECT account_id, proof_check, expires_at FROM browser_offers WHERE offer_id=?", (offer.offer_id,)
    ).fetchone()
    if known is not None:
        if known != (offer.account_id, offer.check, offer.expires_at):
            raise Conflict("offer-conflict")
        return
    _drop(database, offer.account_id)
    row = (offer.offer_id, offer.account_id, offer.check, offer.box, offer.expires_at, offer.taken_by)
    database.execute(INSERT, row)


def _take(
    database: sqlite3.Connection,
    offer_id: bytes,
    method: tuple[bytes, bytes],
    replaced: Sequence[bytes],
    known: Collection[bytes] | None,
    now: int,
) -> None:
    offer = _find(database, OF_ID, offer_id, now)
    if offer is None:
        raise NotFound
    if offer.taken_by:
        if offer.taken_by != method[0]:
            raise Gone("offer-used")
        return
    put_method(database, offer.account_id, method, replaced, now, known)
    database.execute("UPDATE browser_offers SET taken_by=?, box=x'' WHERE offer_id=?", (method[0], offer_id))
    drop_code(database, offer_id)


def _drop(database: sqlite3.Connection, account_id: bytes) -> None:
    drop_offers(database, account_id)
