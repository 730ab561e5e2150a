"""Memory: what was seen of one mailbox, and each content that was opened held against it.

Owns whether a content is new, the same row again, the same content kept longer, or a replay; the gap before
it; and the dates by which what was seen goes. Must never show a content twice under two rows.
(docs/protocol.md, part 14, Receive.)
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import Final

from client_sdk import judging, receive
from client_sdk.core import Core
from client_sdk.frames import EnvelopeRow
from client_sdk.parties import Place
from client_sdk.receive import Examined, original_id
from client_sdk.standing import Standing
from client_sdk.state_mailboxes import ACKNOWLEDGED, MINE, READ, REPLACED, SHOWN, Seen
from client_sdk.state_writers import WriterHead
from client_sdk.taken import Bad, Gone, Result, Taken
from client_sdk.terms import Terms
from keys.content import ContentKind
from keys.envelope import HEADER_BYTES, parse_header
from keys.names import ZERO_HASH, Role
from keys.sealing import Opened

log = logging.getLogger("client_sdk")

MOST_REMEMBERED: Final = 256


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


class Memory:
    """What this computer knows of the mailbox of one engagement."""

    def __init__(self, core: Core, standing: Standing) -> None:
        self._core = core
        self._standing = standing
        self._remembered: OrderedDict[int, Taken] = OrderedDict()
        self._terms: Terms | None = None
        self._marks_loaded = False
        self._mailbox_id = standing.item.my_mailbox_id

    def load_marks(self) -> None:
        """Begin where this account's other devices have come to, so that what has expired is not missed."""
        if self._marks_loaded:
            return
        engagement_id, state = self._standing.engagement_id, self._core.state
        with state.changing():
            for mark in self._core.vault.writers(engagement_id):
                head = WriterHead(mark.fp, mark.writer, mark.count, mark.content_id)
                state.writers.move_writer(engagement_id, head, self._standing.kept_until())
            state.mailboxes.move_read(self._mailbox_id, self._core.vault.read_orders(engagement_id).order)
        self._marks_loaded = True

    def follow_terms(self) -> None:
        """Date everything anew when something was signed since: what was there when an end moved goes with
        it.
        """
        terms = self._standing.terms
        if terms is self._terms:
            return
        self._terms = terms
        self._remembered.clear()
        state = self._core.state
        moved = {one.content_id: _redated(one, terms) for one in state.mailboxes.all_seen(self._mailbox_id)}
        with state.changing():
            state.mailboxes.redate(self._mailbox_id, moved)

    def known(self, row: EnvelopeRow) -> Taken | Gone | None:
        """Return a row that was opened a moment ago and whose time has not come since."""
        known = self._remembered.get(row.order)
        if known is None or parse_header(row.raw[:HEADER_BYTES]).envelope_id != known.envelope_id:
            return None
        return known if self._core.now() < known.expires_at else Gone(row.order, known.envelope_id, "due")

    def leave(self, gone: Gone) -> Gone:
        """Note that an envelope has left; returns it with the reason that stands."""
        until = self._standing.kept_until()
        reason = self._core.state.mailboxes.leave(
            self._mailbox_id,
            gone.envelope_id,
            gone.order,
            until,
            reason=gone.reason,
            gone_day=gone.gone_day,
        )
        return replace(gone, reason=reason)

    def remember(self, order: int, fresh: Fresh, place: Place) -> Result:
        """Judge a content against what was seen: new, the same row again, the same content kept longer, or a
        replay.
        """
        state, opened, envelope_id = self._core.state, fresh.opened, fresh.envelope_id
        seen = state.mailboxes.seen(self._mailbox_id, opened.content_id)
        if seen is not None and seen.row_order != order:
            if seen.since_act == fresh.since_act:
                log.warning("not shown code=replayed")
                return Bad(order, "replayed")
            if seen.since_act > fresh.since_act:
                self._replaced(envelope_id, opened)
                return Gone(order, envelope_id, REPLACED)
        if seen is None or seen.row_order != order:
            seen = self._first_seen(order, fresh, place, seen)
        old_key = judging.sealed_to_old_key(opened, place)
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
        head = state.writers.writer_head(engagement_id, content.sender_fp, content.writer)
        mine = content.sender_fp in (place.me.fp, *receive.former_fps(place, self._standing.terms))
        flags = MINE * mine | SHOWN * judging.is_shown(opened)
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
        if (
            content.kind is not ContentKind.OWN
        ):  # complete in itself: it follows nothing, and nothing follows it
            mark = WriterHead(content.sender_fp, content.writer, content.count, opened.content_id, order)
            state.writers.move_writer(engagement_id, mark, self._standing.kept_until())
        if content.checkpoint_hash != ZERO_HASH:
            state.writers.note_headed(engagement_id, content.sender_fp, content.writer, content.count)
        if before is not None:
            self._replaced(before.envelope_id, opened)
        if seen.since_act:
            self._replaced(original_id(opened, place.me.fp), opened)
        state.mailboxes.remember_seen(self._mailbox_id, seen)
        return seen

    def _gap(self, fresh: Fresh, head: WriterHead | None) -> int:
        """What is missing before a content. Where an inbox was reopened, a writer's beginning is what was
        given back of them.
        """
        content, reopened = fresh.opened.content, self._standing.terms.reopened
        if content.kind is ContentKind.OWN:
            return 0
        is_client = self._standing.place.my_role is Role.CLIENT
        if reopened is not None and is_client and (head is None or fresh.examined.extension is reopened):
            return 0
        return judging.gap_before(content, fresh.opened.content_id, head)

    def _flags_kept(self, before: Seen) -> int:
        """What stays true of a content that is here under another row now: it was read, and shown."""
        read = before.row_order <= self._core.state.mailboxes.read_order(self._mailbox_id)
        above = before.row_order in self._core.vault.read_orders(self._standing.engagement_id).above
        return before.flags & (READ | ACKNOWLEDGED) | READ * (read or above)

    def _replaced(self, envelope_id: bytes, opened: Opened) -> None:
        until = self._standing.kept_until()
        self._core.state.mailboxes.replace_copy(self._mailbox_id, envelope_id, opened.content_id, until)


def _redated(seen: Seen, terms: Terms) -> int:
    """Return when a content goes by all acts."""
    act = terms.extension(seen.envelope_id) if seen.since_act else None
    made_at = act.core.issued_at if act else seen.created_at
    return terms.date_of([seen.envelope_id], seen.promised_at, made_at, seen.since_act)
