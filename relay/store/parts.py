"""All parts of the store in tables. Owns their list alone: what the file and PostgreSQL have in common."""

from __future__ import annotations

from relay.store.about import SqliteAbout
from relay.store.accounts import SqliteAccounts
from relay.store.blobs import SqliteBlobs
from relay.store.channels import SqliteChannels
from relay.store.codes import SqliteCodes
from relay.store.engagements import SqliteEngagements
from relay.store.envelopes import SqliteEnvelopes
from relay.store.happenings import SqliteHappenings
from relay.store.index import SqliteIndex
from relay.store.invitations import SqliteInvitations
from relay.store.ledger import SqliteLedger
from relay.store.log import SqliteLog
from relay.store.offers import SqliteBrowserOffers
from relay.store.receipts import SqliteReceipts
from relay.store.reopenings import SqliteReopenings
from relay.store.rules import SqliteRules
from relay.store.slots import SqliteSlots
from relay.store.spoken import SqliteSpokenRuns
from relay.store.sweep import SqliteSweep


class Parts(
    SqliteEnvelopes,
    SqliteSweep,
    SqliteAccounts,
    SqliteAbout,
    SqliteEngagements,
    SqliteInvitations,
    SqliteBlobs,
    SqliteIndex,
    SqliteChannels,
    SqliteRules,
    SqliteSlots,
    SqliteSpokenRuns,
    SqliteReopenings,
    SqliteHappenings,
    SqliteCodes,
    SqliteBrowserOffers,
    SqliteLedger,
    SqliteReceipts,
    SqliteLog,
):
    """All ports of `relay.core.ports.Store` by statements that both databases understand."""
