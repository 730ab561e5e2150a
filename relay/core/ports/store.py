"""The whole store: all of its parts over one database (or one memory)."""

from __future__ import annotations

from typing import Protocol

from relay.core.ports.engagements import Engagements, Reopenings, Slots, SpokenRuns
from relay.core.ports.envelopes import Blobs, Envelopes, Indexes
from relay.core.ports.mail import Channels, Rules, Senders
from relay.core.ports.people import About, Accounts, BrowserOffers, Codes, Happenings
from relay.core.ports.records import KeeperDays, LogStore, OwnWords, Receipts


class Store(
    Envelopes,
    Accounts,
    About,
    Engagements,
    Blobs,
    Indexes,
    Senders,
    Channels,
    Rules,
    Slots,
    SpokenRuns,
    Reopenings,
    Happenings,
    Codes,
    BrowserOffers,
    KeeperDays,
    Receipts,
    OwnWords,
    LogStore,
    Protocol,
):
    """All of the above over one database (or one memory)."""

    shared: bool
    """Whether other relays write to it too, so that what is remembered of it may be what was."""

    def revision(self) -> int:
        """A number that becomes another before any caller hears of a commit, unless that stored envelopes and
        what came with them alone. What was read of anything else under the same number stands as it was.
        """

    async def has_pen(self) -> bool:
        """Whether this relay is the one that writes what is written once for all: receipts, the log, and
        warnings. Of several relays on one database one has the pen, until its connection ends.
        """

    async def server_at(self) -> float | None:
        """The instant that the clock of the store's own server shows, in Unix seconds UTC; None where there
        is no such server. Raises Busy.
        """

    async def close(self) -> None: ...
