"""Attending: what a person has been shown, told of and reminded of, in one engagement.

Owns acknowledging at the relay that a message was shown, the counts at a glance, and what left. Nothing here
may fail a reading: an acknowledgement that the relay did not take is made again with the next one.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date
from typing import Final

from client_sdk import protocol
from client_sdk.core import Core
from client_sdk.errors import Deleted, NotFound, RelayError
from client_sdk.frames import Reason
from client_sdk.intake import Intake
from client_sdk.messages import GoneMessage, Reminder, instant
from client_sdk.showing import Showing, message_id
from client_sdk.standing import Standing
from client_sdk.state_mailboxes import ACKNOWLEDGED, MINE, SHOWN, Seen, Stone
from client_sdk.taken import REASONS, Taken
from client_sdk.tallying import Tally, tally, to_remind, unread_by
from client_sdk.vault import Change, Changes, Vault
from client_sdk.vault_items import parse_read
from client_sdk.words import utc_day
from keys.names import DAY_SECONDS

log = logging.getLogger("client_sdk")

MOST_AT_ONCE: Final = 1_024


class Attending:
    """What one person has seen of one engagement's mailbox."""

    def __init__(self, core: Core, intake: Intake, showing: Showing, standing: Standing) -> None:
        self._core = core
        self._intake = intake
        self._showing = showing
        self._standing = standing
        self._engagement_id = standing.engagement_id.hex()

    @property
    def _mailbox_id(self) -> bytes:
        return self._intake.mailbox_id

    async def acknowledge(self, content_ids: Collection[bytes]) -> None:
        """Tell the relay that messages of the other person have been shown. Never raises for the relay."""
        state = self._core.state
        seen = [
            one for cid in content_ids if (one := state.mailboxes.seen(self._mailbox_id, cid)) is not None
        ]
        fresh = [one for one in seen if not one.flags & (MINE | ACKNOWLEDGED)]
        for at in range(0, len(fresh), MOST_AT_ONCE):
            batch = fresh[at : at + MOST_AT_ONCE]
            ids = tuple(one.envelope_id for one in batch)
            try:
                await self._core.session.call(protocol.envelopes.acknowledge(self._mailbox_id, ids))
            except RelayError as cause:
                log.info("not acknowledged: %s", cause.code)
                return
            state.mailboxes.mark(self._mailbox_id, [one.content_id for one in batch], ACKNOWLEDGED)

    async def opened(self, results: Collection[Taken]) -> Mapping[bytes, bool]:
        """Return of contents of one's own whether the other has opened them, by the relay's word. Nothing
        where the agreement in force has no read marks, and where the relay does not say; nor of one that was
        sealed again and not opened since, as its first copy may have been. Never raises for the relay.
        """
        if not self._standing.terms.policy.read_marks:
            return {}
        mine = {one.envelope_id: one for one in results if one.flags & MINE and one.flags & SHOWN}
        if not mine:
            return {}
        try:
            told = await self._core.session.call(protocol.envelopes.opened(self._mailbox_id, tuple(mine)))
        except RelayError as cause:
            log.info("nothing was said of what was opened: %s", cause.code)
            return {}
        return {
            one.opened.content_id: envelope_id in told
            for envelope_id, one in mine.items()
            if envelope_id in told or not self._was_sealed_again(one)
        }

    def _was_sealed_again(self, taken: Taken) -> bool:
        seen = self._core.state.mailboxes.seen(self._mailbox_id, taken.opened.content_id)
        return taken.given_back or (seen is not None and seen.since_act > 0)

    async def read_up_to(self, order: int) -> None:
        """Count everything up to an order as read, also what was marked unread in a browser. Never raises for
        the relay.
        """
        self._core.state.mailboxes.move_read(self._mailbox_id, order)
        if not any(one <= order for one in self._showing.read_marks().again):
            return
        try:
            await self._core.records.change(lambda vault: self._read_again(vault, order))
        except RelayError as cause:
            log.info("a mark was not stored: %s", cause.code)

    def _read_again(self, vault: Vault, order: int) -> Changes:
        name = f"read/{self._engagement_id}"
        entry = vault.entries.get(name)
        if entry is None:
            return {}
        read = parse_read(entry.plain)
        left = tuple(one for one in read.again if one > order)
        # What was unread above the order up to which all was read is not below it by itself.
        above = tuple({*read.above, *(one for one in read.again if one <= order)})
        return {name: Change(replace(read, above=above, again=left).encode(), entry.expires_at)}

    def tally(self) -> Tally:
        """Count what is here."""
        read = self._showing.read_marks()
        return tally(self._seen(), self._core.now(), unread_by(read))

    def _seen(self) -> list[Seen]:
        return self._core.state.mailboxes.all_seen(self._mailbox_id)

    def reminders(self) -> list[Reminder]:
        """Return what a person is to be reminded of now; each is given once."""
        read, now = self._showing.read_marks(), self._core.now()
        is_unread = unread_by(read)
        due = to_remind([one for one in self._seen() if one.flags & SHOWN and is_unread(one)], now)
        for one, days in due:
            self._core.state.mailboxes.reminded(self._mailbox_id, one.content_id, days)
        found = []
        for days in sorted({days for _, days in due}):
            dates = [one.expires_at for one, told in due if told == days]
            found.append(Reminder(self._engagement_id, days, len(dates), instant(min(dates))))
        return found

    def gone(self, *, untold: bool) -> list[GoneMessage]:
        """Return what has left, oldest first; with `untold` what was not returned so before."""
        stones = self._core.state.mailboxes.stones(self._mailbox_id, untold=untold)
        if untold:
            stones = [one for one in stones if one.gone_day]
            self._core.state.mailboxes.told(self._mailbox_id)
        return [self._gone(one) for one in stones]

    def _gone(self, stone: Stone) -> GoneMessage:
        called = message_id(stone.content_id) if stone.content_id else ""
        return GoneMessage(called, self._engagement_id, stone.reason, gone_on(stone.gone_day))

    def deleted(self, low: bytes, high: bytes) -> NotFound:
        """Return what to raise for a message whose id lies between two and that is not here."""
        for one in self._core.state.mailboxes.stones(self._mailbox_id):
            if one.content_id and low <= one.content_id[: len(low)] <= high:
                return Deleted(gone_on(one.gone_day), one.reason)
        return NotFound("There is no such message here.")

    def absent(self, seen: Seen) -> NotFound:
        """Return what to raise for a message that was taken in and is not shown: from its second on it is
        deleted, whether or not the relay has swept it and left a tombstone.
        """
        found = self.deleted(seen.content_id, seen.content_id)
        if not isinstance(found, Deleted) and seen.expires_at <= self._core.now():
            return Deleted(utc_day(seen.expires_at), REASONS[Reason.DUE])
        return found


def gone_on(gone_day: int) -> date | None:
    """Return the day of a tombstone; None where the relay has not said."""
    return utc_day(gone_day * DAY_SECONDS) if gone_day else None
