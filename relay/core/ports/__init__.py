"""What `relay.flow` needs from the outside, as Protocols, by what they are about. Owns the seam between
decisions and adapters; contains no behaviour.

`Store` has three bodies, SQLite, PostgreSQL and memory, under one contract suite (`tests/contract`). Every
method that writes returns only after the transaction that holds its change is on disk; writes waiting at the
same moment share one commit. Reads never return what is due at `now`. Writes are all or nothing and raise the
errors of `relay.core.errors`.
"""

from relay.core.ports.engagements import Engagements, Reopenings, Slots, SpokenRuns
from relay.core.ports.envelopes import Blobs, Envelopes, Indexes
from relay.core.ports.mail import Channels, Rules, Senders
from relay.core.ports.outside import Keeper, Line, MailOut, Resolver, Sink, Wake
from relay.core.ports.people import About, Accounts, BrowserOffers, Choose, Codes, Happenings
from relay.core.ports.records import KeeperDays, LogStore, OwnWords, Receipts
from relay.core.ports.store import Store

__all__ = [
    "About",
    "Accounts",
    "Blobs",
    "BrowserOffers",
    "Channels",
    "Choose",
    "Codes",
    "Engagements",
    "Envelopes",
    "Happenings",
    "Indexes",
    "Keeper",
    "KeeperDays",
    "Line",
    "LogStore",
    "MailOut",
    "OwnWords",
    "Receipts",
    "Reopenings",
    "Resolver",
    "Rules",
    "Senders",
    "Sink",
    "Slots",
    "SpokenRuns",
    "Store",
    "Wake",
]
