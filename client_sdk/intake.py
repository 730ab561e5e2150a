"""Intake: rows of a mailbox are taken in, in order, each opened and judged once.

Owns paging, asking the keepers for a page at a time, and the memory of what was seen. Must never move a
cursor past a row that could not be judged because a keeper was away, and never show a content twice under two
rows. (docs/protocol.md, part 14, Receive.)
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from client_sdk import protocol, receive
from client_sdk.core import Core
from client_sdk.errors import Incompatible, NotTrusted, Refused
from client_sdk.frames import EnvelopeRow, Reason, Row, Tombstone
from client_sdk.parties import Place
from client_sdk.receive import Due, Examined, Unreadable
from client_sdk.standing import Standing
from client_sdk.state import ACKNOWLEDGED, MINE, READ, REPLACED, SHOWN, Seen, WriterHead
from client_sdk.terms import Terms
from keys.envelope import HEADER_BYTES, EnvelopeClass, parse_header
from keys.errors import Malformed
from keys.names import ZERO_HASH, Role, day_of, envelope_id
from keys.sealing import Opened, Part

log = logging.getLogger("client_sdk")

NEWEST: Final = 2**63 - 1
MOST_REMEMBERED: Final = 256


@dataclass(frozen=True, slots=True)
class Taken:
    """A row that opened and passed every check. `gap_after` is the row after which something of its writer is
    missing; None where nothing is. `expires_at` is when it goes by all acts; `given_back` that the coach gave
    it back into an inbox that was reopened.
    """

    order: int
    envelope_id: bytes
    opened: Opened
    flags: int
    gap_after: int | None
    old_key: bool
    expires_at: int
    given_back: bool = False


@dataclass(frozen=True, slots=True)
class Gone:
    """A row whose envelope has left, on day number `gone_day`; 0 where the relay has not said."""

    order: int
    envelope_id: bytes
    reason: str
    gone_day: int = 0


@dataclass(frozen=True, slots=True)
class Bad:
    """A row that may not be shown."""

    order: int
    code: str


Result = Taken | Gone | Bad


@dataclass(frozen=True, slots=True)
class Fresh:
    """A row that has just been opened."""

    examined: Examined
    opened: Opened
    expires_at: int

    @property
    def envelope_id(self) -> bytes:
        """The id of its envelope."""
        return self.examined.envelope.header.envelope_id

    @property
    def since_act(self) -> int:
        """The number of the act that lengthened it; 0 for none."""
        return self.examined.extension.number if self.examined.extension else 0


def original_id(opened: Opened, fp: bytes) -> bytes:
    """Return the id of the envelope in which a content first came."""
    return envelope_id(opened.class_of_origin, opened.content_id, fp, opened.content.expires_at)


def _redated(seen: Seen, terms: Terms) -> int:
    """Return when a content goes by all acts."""
    act = terms.extension(seen.envelope_id) if seen.since_act else None
    made_at = act.core.issued_at if act else seen.created_at
    return terms.date_of([seen.envelope_id], seen.promised_at, made_at, seen.since_act)


REASONS: Final = {
    Reason.DUE: "due",
    Reason.SHORTENED: "shortened",
    Reason.OWN_COPY: "own-copy",
    Reason.CLOSED: "closed",
    Reason.UNREAD: "unread",
}


class Intake:
    """The mailbox of one engagement of an open account."""

    def __init__(self, core: Core, standing: Standing) -> None:
        self._core = core
        self._standing = standing
        self._remembered: OrderedDict[int, Taken] = OrderedDict()
        self._terms: Terms | None = None
        self._marks_loaded = False
        self.mailbox_id = standing.item.my_mailbox_id

    # --- pages ----------------------------------------------------------------------------------------------

    async def catch_up(self) -> None:
        """Take in everything that is new."""
        self._follow_terms()
        async for _ in self.after(self._core.state.taken_order(self.mailbox_id)):
            pass

    async def after(self, order: int) -> AsyncIterator[list[Result]]:
        """Yield pages of what stands above an order, ascending, until there is no more."""
        more = True
        while more:
            page = await self._core.session.call(protocol.rows_after(self.mailbox_id, order))
            if not page.rows:
                return
            if page.rows[0].order <= order:
                raise Incompatible
            results = await self._take(page.rows)
            order, more = page.rows[-1].order, page.more
            self._core.state.move_taken(self.mailbox_id, order)
            yield results

    async def before(self, order: int = NEWEST) -> AsyncIterator[list[Result]]:
        """Yield pages of what stands below an order, descending, down to the first."""
        more = True
        while more:
            page = await self._core.session.call(protocol.rows_before(self.mailbox_id, order))
            if not page.rows:
                return
            if page.rows[0].order >= order:
                raise Incompatible
            yield list(reversed(await self._take(page.rows[::-1])))
            order, more = page.rows[-1].order, page.more

    async def one(self, order: int) -> Result | None:
        """Return the row of that order, if it is still there."""
        page = await self._core.session.call(protocol.rows_before(self.mailbox_id, order + 1, limit=1))
        if not page.rows or page.rows[0].order != order:
            return None
        return (await self._take(page.rows))[0]

    async def original(self, seen: Seen) -> Part | None:
        """Return a content's signed part, byte for byte, where its row is still there."""
        page = await self._core.session.call(
            protocol.rows_before(self.mailbox_id, seen.row_order + 1, limit=1)
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
        self._load_marks()
        self._follow_terms()
        results: dict[int, Result] = {}
        examined = await self._examine(rows, place, results)
        fresh = await self._open(examined, place, results)
        if any(self._from_newer_vault(one.opened, place) for one in fresh.values()):
            place = await self._newer_place()
        with self._core.state.changing():
            for row in rows:
                results[row.order] = self._judge(row, results, fresh, place)
        await self._core.head.meet(one.opened.content.checkpoint_hash for one in fresh.values())
        return [results[row.order] for row in rows]

    def _follow_terms(self) -> None:
        """Date everything anew when something was signed since: what was there when an end moved goes with
        it.
        """
        terms = self._standing.terms
        if terms is self._terms:
            return
        self._terms = terms
        self._remembered.clear()
        state = self._core.state
        moved = {one.content_id: _redated(one, terms) for one in state.all_seen(self.mailbox_id)}
        with state.changing():
            state.redate(self.mailbox_id, moved)

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
            elif known := self._known(row):
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

    def _known(self, row: EnvelopeRow) -> Taken | Gone | None:
        """Return a row that was opened a moment ago and whose time has not come since."""
        known = self._remembered.get(row.order)
        if known is None or parse_header(row.raw[:HEADER_BYTES]).envelope_id != known.envelope_id:
            return None
        return known if self._core.now() < known.expires_at else Gone(row.order, known.envelope_id, "due")

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
        if not receive.statements_known(opened, place, *self._standing.chains(place)):
            await self._standing.load_chains(place)
        receive.check_statements(opened, place, *self._standing.chains(place))

    # --- memory ---------------------------------------------------------------------------------------------

    def _judge(self, row: Row, results: dict[int, Result], fresh: dict[int, Fresh], place: Place) -> Result:
        if row.order in fresh:
            return self._remember(row.order, fresh[row.order], place)
        result = results[row.order]
        if not isinstance(result, Gone):
            return result
        until = self._standing.kept_until()
        reason = self._core.state.leave(
            self.mailbox_id,
            result.envelope_id,
            result.order,
            until,
            reason=result.reason,
            gone_day=result.gone_day,
        )
        return replace(result, reason=reason)

    def _remember(self, order: int, fresh: Fresh, place: Place) -> Result:
        """Judge a content against what was seen: new, the same row again, the same content kept longer, or a
        replay.
        """
        state, opened, envelope_id = self._core.state, fresh.opened, fresh.envelope_id
        seen = state.seen(self.mailbox_id, opened.content_id)
        if seen is not None and seen.row_order != order:
            if seen.since_act == fresh.since_act:
                log.warning("not shown code=replayed")
                return Bad(order, "replayed")
            if seen.since_act > fresh.since_act:
                self._replaced(envelope_id, opened)
                return Gone(order, envelope_id, REPLACED)
        if seen is None or seen.row_order != order:
            seen = self._first_seen(order, fresh, place, seen)
        old_key = receive.sealed_to_old_key(opened, place)
        gap_after = seen.gap_after if seen.gap else None
        act = fresh.examined.extension
        given_back = act is not None and act is self._standing.terms.reopened
        judged = (gap_after, old_key, fresh.expires_at, given_back)
        taken = Taken(order, envelope_id, opened, seen.flags, *judged)
        self._remembered[order] = taken
        while len(self._remembered) > MOST_REMEMBERED:
            self._remembered.popitem(last=False)
        log.debug("taken in kind=%d attachments=%d", opened.content.kind, len(opened.content.attachments))
        return taken

    def _first_seen(self, order: int, fresh: Fresh, place: Place, before: Seen | None) -> Seen:
        """Remember a content, or that it is here under another row and a later date than `before`."""
        state, opened, content = self._core.state, fresh.opened, fresh.opened.content
        engagement_id = self._standing.engagement_id
        head = state.writer_head(engagement_id, content.sender_fp, content.writer)
        mine = content.sender_fp in (place.me.fp, *receive.former_fps(place, self._standing.terms))
        flags = MINE * mine | SHOWN * receive.is_shown(opened)
        seen = Seen(
            content_id=opened.content_id,
            row_order=order,
            envelope_id=fresh.envelope_id,
            flags=flags | (self._flags_kept(before) if before else 0),
            gap=before.gap if before else self._gap(fresh, head),
            gap_after=before.gap_after if before else head.row_order if head else 0,
            expires_at=fresh.expires_at,
            kind=content.kind,
            files=len(content.attachments),
            created_at=content.created_at,
            promised_at=fresh.examined.envelope.header.expires_at,
            since_act=fresh.since_act,
        )
        mark = WriterHead(content.sender_fp, content.writer, content.count, opened.content_id, order)
        state.move_writer(engagement_id, mark, self._standing.kept_until())
        if content.checkpoint_hash != ZERO_HASH:
            state.note_headed(engagement_id, content.sender_fp, content.writer, content.count)
        if before is not None:
            self._replaced(before.envelope_id, opened)
        if seen.since_act:
            self._replaced(original_id(opened, place.me.fp), opened)
        state.remember_seen(self.mailbox_id, seen)
        return seen

    def _gap(self, fresh: Fresh, head: WriterHead | None) -> int:
        """What is missing before a content. Where an inbox was reopened, a writer's beginning is what was
        given back of them.
        """
        content, reopened = fresh.opened.content, self._standing.terms.reopened
        is_client = self._standing.place.my_role is Role.CLIENT
        if reopened is not None and is_client and (head is None or fresh.examined.extension is reopened):
            return 0
        return receive.gap_before(content, fresh.opened.content_id, head)

    def _flags_kept(self, before: Seen) -> int:
        """What stays true of a content that is here under another row now: it was read, and shown."""
        read = before.row_order <= self._core.state.read_order(self.mailbox_id)
        above = before.row_order in self._core.vault.read_orders(self._standing.engagement_id).above
        return before.flags & (READ | ACKNOWLEDGED) | READ * (read or above)

    def _replaced(self, envelope_id: bytes, opened: Opened) -> None:
        until = self._standing.kept_until()
        self._core.state.replace_copy(self.mailbox_id, envelope_id, opened.content_id, until)

    def _load_marks(self) -> None:
        """Begin where this account's other devices have come to, so that what has expired is not missed."""
        if self._marks_loaded:
            return
        engagement_id, state = self._standing.engagement_id, self._core.state
        with state.changing():
            for mark in self._core.vault.writers(engagement_id):
                head = WriterHead(mark.fp, mark.writer, mark.count, mark.content_id)
                state.move_writer(engagement_id, head, self._standing.kept_until())
            state.move_read(self.mailbox_id, self._core.vault.read_orders(engagement_id).order)
        self._marks_loaded = True

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
