"""Mail that comes in and notices that go out: personal addresses, rules, channels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from relay.core.model import Rule, Sender
from relay.core.telling import Channel, Pending, Window


class Senders(Protocol):
    """Personal addresses, as keyed hashes."""

    async def put_sender(self, sender: Sender, *, now: int) -> None: ...

    async def senders_of(self, account_id: bytes, *, now: int) -> list[Sender]: ...

    async def confirm_sender(self, account_id: bytes, code_tag: bytes, *, now: int) -> Sender:
        """CodeRefused if no waiting one fits."""

    async def remove_sender(self, account_id: bytes, sender_id: bytes, *, now: int) -> None:
        """Its rules end with it. NotFound."""


class Rules(Protocol):
    """Providers' automatic forwarding. A rule lives with its mailbox and its confirmed sender; what is not
    found, or whose sender or mailbox is due or gone, is not there.
    """

    async def put_rule(self, rule: Rule, *, now: int, most: int) -> None:
        """Store a waiting rule. NotFound unless mailbox and confirmed sender are there and of its account;
        TooManyRequests where the mailbox has `most` already.
        """

    async def rules_of(self, account_id: bytes, *, now: int) -> list[Rule]:
        """Oldest first."""

    async def rule_by_address(self, address: str, *, now: int) -> Rule | None: ...

    async def put_challenge(self, rule_id: bytes, token_tag: bytes, expires_at: int, *, now: int) -> None:
        """Remember the challenge that goes out, in the place of an earlier one. NotFound."""

    async def activate_rule(
        self, rule_id: bytes, token_tag: bytes, bearers: Sequence[bytes], *, now: int
    ) -> None:
        """The challenge has come back: the rule is active until its mailbox ends, and knows these bearers
        too. CodeRefused unless it is its newest challenge, in time. The same challenge again: no change.
        """

    async def count_first_mail(self, rule_id: bytes, most: int, *, now: int) -> None:
        """Count a mail that a waiting rule takes. TooManyRequests where it has taken `most`, NotFound."""

    async def remove_rule(self, account_id: bytes, rule_id: bytes, *, now: int) -> None:
        """Its address ends here. NotFound."""


class Channels(Protocol):
    """How people are told by mail, one channel each, and what is pending on it."""

    async def put_channel(self, channel: Channel, *, now: int) -> None:
        """Store, or replace the settings of the account's own. What is pending stays, due at `due_at` from
        now on, unless the number is another; what was sent is remembered. NotFound without the account.
        """

    async def channel(self, account_id: bytes, *, now: int) -> Channel | None: ...

    async def confirm_channel(self, account_id: bytes, code_tag: bytes, expires_at: int, *, now: int) -> None:
        """CodeRefused unless it waits for this code, in time; it lives until `expires_at` then."""

    async def end_channel(self, account_id: bytes, *, now: int) -> None:
        """No restored backup brings it back. NotFound."""

    async def stop_channel(self, number: bytes, state: str, *, now: int) -> bytes | None:
        """Set a confirmed one to `broken` or `refused`, nothing pending; whose it is, None if there is
        none.
        """

    async def claim_due(self, until: int, *, now: int) -> Channel | None:
        """The confirmed one that has had something due for the longest, as it was: nobody else gets it before
        `until`, when it is due again if nothing else was said of it.
        """

    async def put_off(self, number: bytes, due_at: int, attempts: int) -> None:
        """What is pending, if it still is, is due then."""

    async def note_sent(self, channel: Channel, sent: bytes, due_at: int) -> None:
        """The notice that was due has gone. What arrived since `channel` was read is due at `due_at`."""

    async def remember_sent(self, number: bytes, sent: bytes) -> None:
        """A notice went that was not pending: it counts as any other."""

    async def drop_pending(self, channel: Channel, what: Pending) -> None:
        """It was read meanwhile; no change where something arrived since `channel` was read."""

    async def unread_going(self, window: Window, *, now: int) -> list[bytes]:
        """Accounts that want to be warned and have something unread that goes within the window."""

    async def has_unread_going(self, account_id: bytes, until: int, *, now: int) -> bool:
        """Whether this account has something unread that goes until then."""

    async def add_warning(self, number: bytes, what: Pending, due_at: int) -> None:
        """A warning, or that something happened, is pending, due then unless something is due already."""
