"""Fetch: a reader looks. Owns the check that a mailbox is the caller's, and the limits of a page.

What is due is not found, swept or not. A mailbox of somebody else is not found either, as one that never was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from relay.core.errors import Malformed, NotFound
from relay.core.model import Account, Mailbox, Page, Row, Shaped, TableRows
from relay.core.policy import Standing
from relay.core.ports import Store
from relay.flow.standings import Standings
from relay.flow.telling import Telling

MOST_ROWS: Final = 200
MOST_PAGE_BYTES: Final = 4 * 1024 * 1024
MOST_ORDER: Final = 2**63 - 1
MOST_IDS: Final = 1024


class Fetch:
    """Reads mailboxes for their owners."""

    def __init__(self, store: Store, standings: Standings, telling: Telling) -> None:
        self._store = store
        self._standings = standings
        self._telling = telling

    async def rows(
        self,
        account_id: bytes,
        mailbox_id: bytes,
        *,
        after: int,
        before: int | None,
        limit: int,
        now: int,
        shape: Callable[[Iterable[Row]], Shaped] = tuple,  # type: ignore[assignment]
    ) -> Page[Shaped]:
        """A page above `after` ascending, or, where `before` is given, below it descending; `shape` makes of
        its rows what travels. Raises NotFound.
        """
        if not 1 <= limit <= MOST_ROWS or not 0 <= after <= MOST_ORDER:
            raise Malformed("page")
        if before is not None and (after or not 0 <= before <= MOST_ORDER):
            raise Malformed("page")
        await self.owned(account_id, mailbox_id, now)
        return await self._store.rows(
            mailbox_id,
            after=after if before is None else None,
            before=before,
            limit=limit,
            max_bytes=MOST_PAGE_BYTES,
            now=now,
            shape=shape,
        )

    async def acknowledge(
        self, account_id: bytes, mailbox_id: bytes, envelope_ids: Sequence[bytes], now: int
    ) -> int:
        """Remember that these were shown to the caller; how many of them are, or were, in the mailbox. Told
        when the author's copy goes unread, and where `opened` may say it. Whoever reads need not be told by
        mail. Raises NotFound, Malformed.
        """
        if len(envelope_ids) > MOST_IDS:
            raise Malformed("too many envelopes")
        await self.owned(account_id, mailbox_id, now, writes=True)
        waiting = await self._telling.waiting(account_id, now)
        known = await self._store.acknowledge(mailbox_id, envelope_ids, now=now)
        await self._telling.was_read(waiting if known else None)
        return known

    async def opened(
        self, account_id: bytes, mailbox_id: bytes, envelope_ids: Sequence[bytes], now: int
    ) -> list[bytes]:
        """Of what the caller wrote, what the other has opened: while both have signed read marks, and nothing
        else. Raises NotFound, Malformed.
        """
        if len(envelope_ids) > MOST_IDS:
            raise Malformed("too many envelopes")
        standing = await self.owned(account_id, mailbox_id, now)
        if standing.terms is None or not standing.terms.policy.read_marks:
            return []
        return await self._store.opened(mailbox_id, envelope_ids, now=now)

    async def owned(
        self, account_id: bytes, mailbox_id: bytes, now: int, *, writes: bool = False
    ) -> Standing:
        """The standing of its engagement. Raises NotFound unless the mailbox is this account's, to read or to
        write.
        """
        standing = await self._standings.of_mailbox(mailbox_id, now, writes=writes)
        place = standing.places.get(mailbox_id)
        if place is None or place.account_id != account_id:
            raise NotFound
        return standing

    async def account(self, account_id: bytes, now: int) -> tuple[Account, list[Mailbox]]:
        """A caller's own account and mailboxes. Raises NotFound once it has expired."""
        account = await self._store.account(account_id, now=now)
        if account is None:
            raise NotFound
        return account, await self._store.mailboxes_of(account_id, now=now)

    async def rows_about(self, account_id: bytes, now: int) -> list[TableRows]:
        """What is stored of the caller, row by row."""
        return await self._store.rows_about(account_id, now=now)

    async def mailboxes(self, account_id: bytes, now: int) -> list[Mailbox]:
        """A caller's own mailboxes."""
        return await self._store.mailboxes_of(account_id, now=now)
