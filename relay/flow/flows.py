"""Flows: all verbs of the relay, put together over one store. Owns which verb gets which port and which
number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from keys.names import Random
from keys.suite import SignKey
from relay.core.pepper import Pepper
from relay.core.ports import Keeper, Line, MailOut, Store, Wake
from relay.core.words import Kind
from relay.flow.accept import Accept
from relay.flow.acceptances import Acceptances
from relay.flow.access import Access, Terms
from relay.flow.blobs import Blobs
from relay.flow.codes import Codes
from relay.flow.company import Company
from relay.flow.enrol import Enrol
from relay.flow.expire import Expire
from relay.flow.fetch import Fetch
from relay.flow.happenings import Happenings
from relay.flow.index import Index
from relay.flow.keepers import Keepers
from relay.flow.log import Log
from relay.flow.notary import Notary
from relay.flow.notice_channel import NoticeChannel
from relay.flow.offers import Offers
from relay.flow.own_words import OwnWords
from relay.flow.policy import Agreements
from relay.flow.receipts import Receipts
from relay.flow.release import Releases
from relay.flow.reopening import Reopenings
from relay.flow.rules import Rules
from relay.flow.senders import Senders
from relay.flow.spoken import SpokenChecks
from relay.flow.standings import Standings
from relay.flow.statements import Statements
from relay.flow.telling import Telling
from relay.flow.vault import Vault
from relay.flow.wakes import WakeAll
from relay.flow.ways import Ways


@dataclass(frozen=True, slots=True)
class Signs:
    """The keys with which the relay signs receipts, its log, and its notices."""

    relay: SignKey
    log: SignKey
    notice: SignKey


@dataclass(frozen=True, slots=True)
class Ports:
    """What the flows reach outside themselves. `random` gives that many random bytes."""

    store: Store
    keepers: Sequence[Keeper]
    wake: Wake
    mail_out: MailOut
    pepper: Pepper
    random: Random
    signs: Signs
    line: Line | None = None  # where other relays may serve the same store


@dataclass(frozen=True, slots=True)
class Settings:
    """The operator's numbers and names. `origin` has no trailing slash; `mail_domain` follows the @ of
    inbound addresses; refused domains are lower-case A-labels.
    """

    origin: str
    mail_domain: str
    notice_address: str  # from which the relay's own mail comes, lower case
    refused_domains: tuple[str, ...]
    mailbox_quota_bytes: int
    account_blob_bytes: int
    most_blob_bytes: int
    unbound_keep_seconds: int
    invitation_keep_seconds: int
    unlinked_keep_seconds: int
    session_seconds: int
    free_login_failures: int
    sweep_batch_rows: int
    door_mails_per_hour: int
    backup_tail_seconds: int
    ring_tail_seconds: int


@dataclass(frozen=True, slots=True)
class Flows:
    """The verbs. `standings` is what they remember of engagements together, `company` the other relays."""

    company: Company
    standings: Standings
    accept: Accept
    fetch: Fetch
    index: Index
    expire: Expire
    access: Access
    ways: Ways
    happenings: Happenings
    enrol: Enrol
    agreements: Agreements
    reopenings: Reopenings
    vault: Vault
    statements: Statements
    blobs: Blobs
    senders: Senders
    rules: Rules
    spoken: SpokenChecks
    own_words: OwnWords
    codes: Codes
    offers: Offers
    telling: Telling
    notice_channel: NoticeChannel
    keepers: Keepers
    releases: Releases
    receipts: Receipts
    acceptances: Acceptances
    log: Log


def build(ports: Ports, settings: Settings) -> Flows:
    """Put the verbs together. Whatever else changes engagements in this process must use the same `Flows`."""
    store, random, company = ports.store, ports.random, Company(ports.line, ports.pepper, ports.random)
    standings = Standings(store)
    company.hear(Kind.ENGAGEMENT, lambda fields: standings.forget(fields[0]))  # before anybody is woken
    company.forgets(standings.forget_all)
    wake = WakeAll(ports.wake, company)
    telling = Telling(
        store,
        ports.pepper,
        ports.mail_out,
        random,
        company,
        refused=settings.refused_domains,
        mail_domain=settings.mail_domain,
    )
    fetch = Fetch(store, standings, telling)
    happenings = Happenings(store, wake, telling)
    authority = settings.origin.partition("://")[2]
    notary = Notary(ports.signs.relay, random, authority=authority)
    receipts = Receipts(
        store,
        notary,
        backup_tail_seconds=settings.backup_tail_seconds,
        ring_tail_seconds=settings.ring_tail_seconds,
    )
    keepers = Keepers(store, ports.keepers)
    ways = Ways(store, ports.pepper, random, happenings)
    access = Access(
        store,
        ports.pepper,
        random,
        company,
        telling,
        happenings,
        ways,
        Terms(settings.origin, settings.session_seconds, settings.free_login_failures),
    )
    return Flows(
        company=company,
        standings=standings,
        accept=Accept(
            store,
            standings,
            wake,
            telling,
            quota_bytes=settings.mailbox_quota_bytes,
            unbound_keep_seconds=settings.unbound_keep_seconds,
        ),
        fetch=fetch,
        index=Index(store, fetch),
        expire=Expire(store, standings, fetch, wake, receipts, batch_rows=settings.sweep_batch_rows),
        access=access,
        ways=ways,
        enrol=Enrol(
            store,
            ports.pepper,
            standings,
            wake,
            random,
            origin=settings.origin,
            mail_domain=settings.mail_domain,
        ),
        agreements=Agreements(
            store,
            standings,
            fetch,
            wake,
            random,
            invitation_keep_seconds=settings.invitation_keep_seconds,
        ),
        happenings=happenings,
        reopenings=Reopenings(store, standings, wake, random, happenings, company),
        vault=Vault(store),
        statements=Statements(store, standings, wake, origin=settings.origin),
        blobs=Blobs(
            store,
            most_bytes=settings.most_blob_bytes,
            account_quota_bytes=settings.account_blob_bytes,
            unlinked_keep_seconds=settings.unlinked_keep_seconds,
        ),
        rules=Rules(
            store, fetch, ports.pepper, ports.mail_out, random, company, refused=settings.refused_domains
        ),
        spoken=SpokenChecks(store, wake, company),
        own_words=OwnWords(store),
        codes=Codes(store, random, company),
        offers=Offers(store, ways, company),
        senders=Senders(
            store, ports.pepper, ports.mail_out, random, company, refused=settings.refused_domains
        ),
        telling=telling,
        notice_channel=NoticeChannel(store, ports.pepper, ports.mail_out, random, telling, company),
        keepers=keepers,
        releases=Releases(store, standings, keepers, wake, ports.pepper, company),
        receipts=receipts,
        acceptances=Acceptances(store, notary),
        log=Log(store, ports.signs.log, random, authority=authority),
    )
