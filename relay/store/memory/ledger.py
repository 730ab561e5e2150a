"""Small parts in memory: personal addresses as keyed hashes, keepers' days and queue,
the relay's own notes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import compress

from relay.core.errors import CodeRefused, NotFound
from relay.core.model import QueuedRevoke, Sender
from relay.store.memory.state import State


class MemoryLedger:
    """`relay.core.ports.Senders` and `relay.core.ports.KeeperDays`."""

    _state: State

    async def put_sender(self, sender: Sender, *, now: int) -> None:
        """Store, or replace the one of that id."""
        account = self._state.accounts.get(sender.account_id)
        if account is None or account.expires_at <= now:
            raise NotFound
        self._state.senders[sender.sender_id] = sender

    async def senders_of(self, account_id: bytes, *, now: int) -> list[Sender]:
        """Those that are not due, oldest first."""
        return [s for s in self._state.senders.values() if s.account_id == account_id and s.expires_at > now]

    async def confirm_sender(self, account_id: bytes, code_tag: bytes, *, now: int) -> Sender:
        """The waiting one with that code, in time."""
        for sender in await self.senders_of(account_id, now=now):
            if (sender.state, sender.code_tag) == ("waiting", code_tag) and sender.code_expires_at > now:
                self._state.senders[sender.sender_id] = replace(sender, state="confirmed", code_tag=b"")
                return self._state.senders[sender.sender_id]
        raise CodeRefused

    async def remove_sender(self, account_id: bytes, sender_id: bytes, *, now: int) -> None:
        """NotFound where it is not this account's."""
        if sender_id not in [s.sender_id for s in await self.senders_of(account_id, now=now)]:
            raise NotFound
        for rule in [one for one in self._state.rules.values() if one.sender_id == sender_id]:
            del self._state.rules[rule.rule_id]
        del self._state.senders[sender_id]

    async def put_days(
        self, keeper_id: bytes, days: Sequence[tuple[int, bytes]], entries: Sequence[bytes] = ()
    ) -> None:
        """Signed day keys; one that is known stays as it was first signed, and is not logged again."""
        new = [(keeper_id, day) not in self._state.days for day, _ in days]
        self._state.log += compress(entries, new)
        for day, signed in days:
            self._state.days.setdefault((keeper_id, day), signed)

    async def days(self, keeper_id: bytes, first: int, count: int) -> list[bytes]:
        """Those known of `count` days from `first` on."""
        wanted = ((keeper_id, day) for day in range(first, first + count))
        return [self._state.days[name] for name in wanted if name in self._state.days]

    async def queue_revoke(self, revoke: QueuedRevoke) -> None:
        """Queue once."""
        self._state.revokes.setdefault((revoke.keeper_id, revoke.request), revoke)

    async def queued_revokes(self, keeper_id: bytes, limit: int) -> list[QueuedRevoke]:
        """The oldest first."""
        return [r for r in self._state.revokes.values() if r.keeper_id == keeper_id][:limit]

    async def drop_revoke(self, revoke: QueuedRevoke) -> None:
        """Taken by its keeper."""
        self._state.revokes.pop((revoke.keeper_id, revoke.request), None)

    async def note(self, name: str, value: int) -> None:
        """Remember."""
        self._state.notes[name] = value

    async def noted(self, name: str) -> int | None:
        """What was remembered."""
        return self._state.notes.get(name)
