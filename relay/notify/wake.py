"""Wake: tells waiting readers to look, within this process. Owns who waits for what; carries ids and
cursors alone. To the other relays `relay.flow.wakes` carries them.

A waiter holds one entry for each mailbox and engagement that it waits for, the newest cursor replacing
the older: its memory is bounded by what it may see, however much happens while it is slow.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence


class Waiter:
    """One reader who waits. `take` gives what has changed since the last time."""

    def __init__(self, account_id: bytes) -> None:
        self.account_id = account_id
        self.ids: set[bytes] = set()
        self._mailboxes: dict[bytes, int] = {}
        self._engagements: set[bytes] = set()
        self._account = False
        self.is_over = False
        """Whether to wait no longer: whoever waits comes back and looks at everything."""
        self._something: asyncio.Future[None] | None = None

    def take(self) -> tuple[dict[bytes, int], set[bytes]]:
        """Cursors by mailbox id, and engagement ids, that have changed; empty ones if nothing has."""
        taken = self._mailboxes, self._engagements
        self._mailboxes, self._engagements = {}, set()
        return taken

    def take_account(self) -> bool:
        """Whether something happened to the account itself since the last time."""
        taken, self._account = self._account, False
        return taken

    async def wait(self, most_seconds: float) -> bool:
        """Wait until something has changed, or so long; says whether it has."""
        if not self._is_stirred():
            loop = asyncio.get_running_loop()
            self._something = loop.create_future()
            timer = loop.call_later(most_seconds, self._stir)
            try:
                await self._something
            finally:
                timer.cancel()
                self._something = None
        return self._is_stirred()

    def _is_stirred(self) -> bool:
        return bool(self._mailboxes or self._engagements or self._account or self.is_over)

    def let_go(self) -> None:
        """Something may have been missed."""
        self.is_over = True
        self._stir()

    def account(self) -> None:
        """Something happened to the account itself."""
        self._account = True
        self._stir()

    def mailbox(self, mailbox_id: bytes, cursor: int) -> None:
        """A mailbox has something new."""
        self._mailboxes[mailbox_id] = max(cursor, self._mailboxes.get(mailbox_id, 0))
        self._stir()

    def engagement(self, engagement_id: bytes) -> None:
        """An engagement has changed."""
        self._engagements.add(engagement_id)
        self._stir()

    def _stir(self) -> None:
        if self._something is not None and not self._something.done():
            self._something.set_result(None)


class WakeHub:
    """All waiters of this process; the `Wake` port for those who change things."""

    def __init__(self) -> None:
        self._waiters: dict[bytes, set[Waiter]] = {}

    def join(self, account_id: bytes, ids: Iterable[bytes]) -> Waiter:
        """Begin to wait, for mailboxes and engagements that are the account's."""
        waiter = Waiter(account_id)
        self._add(waiter, (account_id, *ids))
        return waiter

    def leave(self, waiter: Waiter) -> None:
        """Wait no longer."""
        for one in waiter.ids:
            waiters = self._waiters.get(one, set())
            waiters.discard(waiter)
            if not waiters:
                self._waiters.pop(one, None)
        waiter.ids.clear()

    def waiting(self) -> int:
        """How many ids are waited for."""
        return len(self._waiters)

    def mailbox(self, mailbox_id: bytes, cursor: int) -> None:
        """Wake whoever waits for a mailbox."""
        for waiter in self._waiters.get(mailbox_id, ()):
            waiter.mailbox(mailbox_id, cursor)

    def engagement(self, engagement_id: bytes) -> None:
        """Wake whoever waits for an engagement."""
        for waiter in self._waiters.get(engagement_id, ()):
            waiter.engagement(engagement_id)

    def account(self, account_id: bytes) -> None:
        """Wake whoever waits for an account."""
        for waiter in self._waiters.get(account_id, ()):
            waiter.account()

    def opened(self, account_id: bytes, engagement_id: bytes, mailbox_ids: Sequence[bytes]) -> None:
        """A draft began: whoever waits for this account waits for these too."""
        for waiter in tuple(self._waiters.get(account_id, ())):
            self._add(waiter, (engagement_id, *mailbox_ids))
        self.engagement(engagement_id)

    def let_go(self) -> None:
        """Something may have been missed: whoever waits is to come back and look."""
        for waiter in {waiter for waiters in self._waiters.values() for waiter in waiters}:
            waiter.let_go()

    def _add(self, waiter: Waiter, ids: Iterable[bytes]) -> None:
        for one in ids:
            waiter.ids.add(one)
            self._waiters.setdefault(one, set()).add(waiter)
