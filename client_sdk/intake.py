"""Intake: rows of a mailbox are taken in, in order, each opened and judged once.

Owns paging, and asking the keepers for a page at a time; `memory` holds each content against what was seen
before. Must never move a cursor past a row that could not be judged because a keeper was away.
(docs/protocol.md, part 14, Receive.)
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Sequence
from typing import Final

from client_sdk import judging, protocol, receive
from client_sdk.core import Core
from client_sdk.errors import Incompatible, NotTrusted, Refused
from client_sdk.frames import EnvelopeRow, Row, Tombstone
from client_sdk.memory import Fresh, Memory
from client_sdk.parties import Place
from client_sdk.receive import Due, Examined, Unreadable
from client_sdk.standing import Standing
from client_sdk.state_mailboxes import Seen
from client_sdk.taken import REASONS, Bad, Gone, Result
from keys.envelope import HEADER_BYTES, EnvelopeClass, parse_header
from keys.errors import Malformed
from keys.names import day_of
from keys.sealing import Opened, Part

log = logging.getLogger("client_sdk")

NEWEST: Final = 2**63 - 1


class Intake:
    """The mailbox of one engagement of an open account."""

    def __init__(self, core: Core, standing: Standing) -> None:
        self._core = core
        self._standing = standing
        self._memory = Memory(core, standing)
        self.mailbox_id = standing.item.my_mailbox_id

    # --- pages ----------------------------------------------------------------------------------------------

    async def catch_up(self) -> None:
        """Take in everything that is new."""
        self._memory.follow_terms()
        async for _ in self.after(self._core.state.mailboxes.taken_order(self.mailbox_id)):
            pass

    async def after(self, order: int) -> AsyncIterator[list[Result]]:
        """Yield pages of what stands above an order, ascending, until there is no more."""
        more = True
        while more:
            page = await self._core.session.call(protocol.envelopes.rows_after(self.mailbox_id, order))
            if not page.rows:
                return
            if page.rows[0].order <= order:
                raise Incompatible
            results = await self._take(page.rows)
            order, more = page.rows[-1].order, page.more
            self._core.state.mailboxes.move_taken(self.mailbox_id, order)
            yield results

    async def before(self, order: int = NEWEST) -> AsyncIterator[list[Result]]:
        """Yield pages of what stands below an order, descending, down to the first."""
        more = True
        while more:
            page = await self._core.session.call(protocol.envelopes.rows_before(self.mailbox_id, order))
            if not page.rows:
                return
            if page.rows[0].order >= order:
                raise Incompatible
            yield list(reversed(await self._take(page.rows[::-1])))
            order, more = page.rows[-1].order, page.more

    async def one(self, order: int) -> Result | None:
        """Return the row of that order, if it is still there."""
        page = await self._core.session.call(
            protocol.envelopes.rows_before(self.mailbox_id, order + 1, limit=1)
        )
        if not page.rows or page.rows[0].order != order:
            return None
        return (await self._take(page.rows))[0]

    async def original(self, seen: Seen) -> Part | None:
        """Return a content's signed part, byte for byte, where its row is still there."""
        page = await self._core.session.call(
            protocol.envelopes.rows_before(self.mailbox_id, seen.row_order + 1, limit=1)
        )
        place, results, examined = await self._standing.current(), dict[int, Result](), dict[int, Examined]()
        for row in page.rows:
            if isinstance(row, EnvelopeRow) and row.order == seen.row_order:
                await self._examine_row(row, place, results, examined)
        one = examined.get(seen.row_order)
        if one is None or one.envelope.header.envelope_id != seen.envelope_id:
            return None
        (granted,) = await self._core.keepers.open([one])
        return receive.signed_part(one, granted, self._core.now())

    # --- a page ---------------------------------------------------------------------------------------------

    async def _take(self, rows: Sequence[Row]) -> list[Result]:
        """Judge rows, which ascend; returns one result for each."""
        place = await self._standing.current()
        self._memory.load_marks()
        self._memory.follow_terms()
        results: dict[int, Result] = {}
        examined = await self._examine(rows, place, results)
        fresh = await self._open(examined, place, results)
        if any(self._from_newer_vault(one.opened, place) for one in fresh.values()):
            place = await self._newer_place()
        with self._core.state.changing():
            for row in rows:
                results[row.order] = self._remember(row, results, fresh, place)
        await self._core.head.meet(one.opened.content.checkpoint_hash for one in fresh.values())
        return [results[row.order] for row in rows]

    async def _examine(
        self, rows: Sequence[Row], place: Place, results: dict[int, Result]
    ) -> dict[int, Examined]:
        examined, unknown_policy = await self._examine_once(rows, place, results)
        if unknown_policy:  # it may have been signed a moment ago
            await self._standing.refresh()
            examined, _ = await self._examine_once(rows, place, results)
        return examined

    async def _examine_once(
        self, rows: Sequence[Row], place: Place, results: dict[int, Result]
    ) -> tuple[dict[int, Examined], bool]:
        examined: dict[int, Examined] = {}
        for row in rows:
            if isinstance(row, Tombstone):
                results[row.order] = Gone(row.order, row.envelope_id, REASONS[row.reason], row.gone_day)
            elif known := self._memory.known(row):
                results[row.order] = known
            else:
                await self._examine_row(row, place, results, examined)
        unknown = any(isinstance(one, Bad) and one.code == "policy" for one in results.values())
        return examined, unknown

    async def _examine_row(
        self, row: EnvelopeRow, place: Place, results: dict[int, Result], examined: dict[int, Examined]
    ) -> None:
        try:
            header = parse_header(row.raw[:HEADER_BYTES])
            if self._core.now() >= header.expires_at:
                raise Due
            day_key_ids = await self._core.keepers.day_key_ids(day_of(header.expires_at))
            examined[row.order] = receive.examine(
                row.raw, place, self._standing.terms, self._core.now(), day_key_ids
            )
        except Malformed:
            results[row.order] = Bad(row.order, "header")
        except Due:
            results[row.order] = Gone(row.order, header.envelope_id, "due")
        except Refused:  # no keeper has such a day
            results[row.order] = Bad(row.order, "keepers")
        except Unreadable as refused:
            results[row.order] = Bad(row.order, refused.code)

    async def _open(
        self, examined: dict[int, Examined], place: Place, results: dict[int, Result]
    ) -> dict[int, Fresh]:
        grants = await self._core.keepers.open(list(examined.values())) if examined else []
        fresh: dict[int, Fresh] = {}
        terms = self._standing.terms
        for (order, one), granted in zip(examined.items(), grants, strict=True):
            try:
                opened = receive.finish(one, granted, place, terms, self._core.now())
                await self._check_statements(opened, place)
                expires_at = receive.goes_at(one, opened, place, terms)
                fresh[order] = Fresh(one, opened, expires_at)
            except Due:
                results[order] = Gone(order, one.envelope.header.envelope_id, "due")
            except Unreadable as refused:
                results[order] = Bad(order, refused.code)
                log.warning("not shown code=%s bytes=%d", refused.code, len(one.envelope.raw))
        return fresh

    async def _check_statements(self, opened: Opened, place: Place) -> None:
        if not judging.statements_known(opened, place, *self._standing.chains(place)):
            await self._standing.load_chains(place)
        judging.check_statements(opened, place, *self._standing.chains(place))

    def _remember(
        self, row: Row, results: dict[int, Result], fresh: dict[int, Fresh], place: Place
    ) -> Result:
        if row.order in fresh:
            return self._memory.remember(row.order, fresh[row.order], place)
        result = results[row.order]
        return self._memory.leave(result) if isinstance(result, Gone) else result

    def _from_newer_vault(self, opened: Opened, place: Place) -> bool:
        """Whether I wrote this when my vault had a higher counter than the one at hand (P16)."""
        mine = opened.content.sender_fp == place.me.fp and opened.class_of_origin is EnvelopeClass.MESSAGE
        return mine and opened.content.vault_counter > place.me.vault_counter

    async def _newer_place(self) -> Place:
        """Read the vault again; `NotTrusted` where the relay still shows one from before my own message."""
        before = self._core.vault.counter
        await self._core.records.load()
        if self._core.vault.counter == before:
            raise NotTrusted("vault-rollback")
        return self._standing.place
