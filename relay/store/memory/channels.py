"""Being told, in memory. Owns each person's channel and what is pending on it; opens no address."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from relay.core.errors import CodeRefused, NotFound
from relay.core.model import Tell
from relay.core.telling import NOTHING, TOLD_CLASSES, Channel, Pending, Window
from relay.store.memory.state import Entry, State


class MemoryChannels:
    """`relay.core.ports.Channels`."""

    _state: State

    async def put_channel(self, channel: Channel, *, now: int) -> None:
        """The settings alone: what is pending is the table's own."""
        account = self._state.accounts.get(channel.account_id)
        if account is None or account.expires_at <= now:
            raise NotFound
        before = self._state.channels.get(channel.account_id)
        if before is not None:
            stays = before.number == channel.number
            pending = before.pending if stays else NOTHING
            due_at = channel.due_at if pending else 0
            channel = replace(
                channel,
                pending=pending,
                arrivals=before.arrivals,
                due_at=due_at,
                attempts=0,
                sent=before.sent,
            )
        self._state.channels[channel.account_id] = channel

    async def channel(self, account_id: bytes, *, now: int) -> Channel | None:
        """The one of that account."""
        channel = self._state.channels.get(account_id)
        return channel if channel is not None and channel.expires_at > now else None

    async def confirm_channel(self, account_id: bytes, code_tag: bytes, expires_at: int, *, now: int) -> None:
        """The waiting one with that code, in time."""
        channel = await self.channel(account_id, now=now)
        fits = channel is not None and (channel.state, channel.code_tag) == ("waiting", code_tag)
        if channel is None or not fits or channel.code_expires_at <= now:
            raise CodeRefused
        self._keep(replace(channel, state="confirmed", code_tag=b"", expires_at=expires_at))

    async def end_channel(self, account_id: bytes, *, now: int) -> None:
        """The row goes."""
        if await self.channel(account_id, now=now) is None:
            raise NotFound
        del self._state.channels[account_id]

    async def stop_channel(self, number: bytes, state: str, *, now: int) -> bytes | None:
        """Whose it was; None where no confirmed one has that number."""
        channel = self._confirmed(number)
        if channel is None or channel.expires_at <= now:
            return None
        self._keep(replace(channel, state=state, pending=NOTHING, due_at=0, attempts=0))
        return channel.account_id

    async def claim_due(self, until: int, *, now: int) -> Channel | None:
        """By when they are due."""
        due = [
            one
            for one in self._state.channels.values()
            if 0 < one.due_at <= now < one.expires_at and one.state == "confirmed"
        ]
        first = min(due, key=lambda one: (one.due_at, one.account_id), default=None)
        if first is not None:
            self._keep(replace(first, due_at=until))
        return first

    async def put_off(self, number: bytes, due_at: int, attempts: int) -> None:
        """If it still waits."""
        channel = self._numbered(number)
        if channel is not None and channel.due_at:
            self._keep(replace(channel, due_at=due_at, attempts=attempts))

    async def note_sent(self, channel: Channel, sent: bytes, due_at: int) -> None:
        """What came while it was handed over is pending."""
        known = self._confirmed(channel.number)
        if known is not None:
            same = known.arrivals == channel.arrivals
            pending, due_at = (NOTHING, 0) if same else (Pending.ARRIVED, due_at)
            self._keep(replace(known, sent=sent, attempts=0, pending=pending, due_at=due_at))

    async def remember_sent(self, number: bytes, sent: bytes) -> None:
        """What is pending stays."""
        channel = self._numbered(number)
        if channel is not None:
            self._keep(replace(channel, sent=sent))

    async def drop_pending(self, channel: Channel, what: Pending) -> None:
        """Nothing happens where more came since."""
        known = self._numbered(channel.number)
        if known is not None and known.arrivals == channel.arrivals:
            pending = known.pending & ~what
            self._keep(replace(known, pending=pending, attempts=0, due_at=known.due_at if pending else 0))

    async def unread_going(self, window: Window, *, now: int) -> list[bytes]:
        """Accounts that want to be warned."""
        going = {
            self._state.mailboxes[entry.mailbox_id].account_id
            for entry in self._unread(now)
            if max(window.after, now) < entry.expires_at <= window.until
        }
        living = [await self.channel(account_id, now=now) for account_id in going]
        return [one.account_id for one in living if one and one.state == "confirmed" and one.times.warnings]

    async def has_unread_going(self, account_id: bytes, until: int, *, now: int) -> bool:
        """Over the account's mailboxes."""
        owned = {m.mailbox_id for m in self._state.mailboxes.values() if m.account_id == account_id}
        return any(e.mailbox_id in owned and now < e.expires_at <= until for e in self._unread(now))

    async def add_warning(self, number: bytes, what: Pending, due_at: int) -> None:
        """Beside what is pending."""
        channel = self._confirmed(number)
        if channel is not None:
            due_at = channel.due_at or due_at
            self._keep(replace(channel, pending=channel.pending | what, due_at=due_at))

    def _unread(self, now: int) -> Iterable[Entry]:
        return (
            entry
            for entry in self._state.entries.values()
            if not (entry.reason or entry.acknowledged or entry.twin_id)
            and entry.raw[6] in TOLD_CLASSES
            and self._state.mailboxes[entry.mailbox_id].expires_at > now
        )

    def _numbered(self, number: bytes) -> Channel | None:
        return next((one for one in self._state.channels.values() if one.number == number), None)

    def _confirmed(self, number: bytes) -> Channel | None:
        channel = self._numbered(number)
        return channel if channel is not None and channel.state == "confirmed" else None

    def _keep(self, channel: Channel) -> None:
        self._state.channels[channel.account_id] = channel


def mark_arrivals(state: State, tells: Iterable[Tell]) -> None:
    """Something is pending for these accounts, each once."""
    for account_id, due_at in {tell.account_id: tell.due_at for tell in tells}.items():
        channel = state.channels.get(account_id)
        if channel is not None and channel.state == "confirmed" and channel.times.timing != "never":
            state.channels[account_id] = replace(
                channel,
                arrivals=channel.arrivals + 1,
                pending=channel.pending | Pending.ARRIVED,
                due_at=channel.due_at or due_at,
            )
