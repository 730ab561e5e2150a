"""All parts of the store in tables. Owns their list alone: what the file and PostgreSQL have in common."""

from __future__ import annotations

from relay.store.about import SqlAbout
from relay.store.accounts import SqlAccounts
from relay.store.blobs import SqlBlobs
from relay.store.channels import SqlChannels
from relay.store.codes import SqlCodes
from relay.store.engagements import SqlEngagements
from relay.store.envelopes import SqlEnvelopes
from relay.store.happenings import SqlHappenings
from relay.store.index import SqlIndex
from relay.store.invitations import SqlInvitations
from relay.store.ledger import SqlLedger
from relay.store.log import SqlLog
from relay.store.offers import SqlBrowserOffers
from relay.store.own_words import SqlOwnWords
from relay.store.receipts import SqlReceipts
from relay.store.reopenings import SqlReopenings
from relay.store.rules import SqlRules
from relay.store.slots import SqlSlots
from relay.store.spoken import SqlSpokenRuns
from relay.store.sweep import SqlSweep


class Parts(
    SqlEnvelopes,
    SqlSweep,
    SqlAccounts,
    SqlAbout,
    SqlEngagements,
    SqlInvitations,
    SqlBlobs,
    SqlIndex,
    SqlChannels,
    SqlRules,
    SqlSlots,
    SqlSpokenRuns,
    SqlReopenings,
    SqlHappenings,
    SqlCodes,
    SqlBrowserOffers,
    SqlLedger,
    SqlReceipts,
    SqlOwnWords,
    SqlLog,
):
    """All ports of `relay.core.ports.Store` by statements that both databases understand."""

    shared = False
