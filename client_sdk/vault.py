"""Vault: a person's own records at the relay, opened and checked as a whole.

Owns what is written when an item changes: the next version of each, and a new manifest with the counter one
higher. Pure. Must never accept a vault whose manifest is not signed by the identity key in it, names other
boxes than were shown, or has a lower counter than was seen before: an old vault would bring back old keys and
old pins. (docs/protocol.md, part 8.)
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from client_sdk.errors import NotTrusted
from client_sdk.protocol.people import StoredItem
from client_sdk.vault_items import (
    AgreementItem,
    ProfileItem,
    ReadItem,
    ReopeningItem,
    parse_agreement,
    parse_earlier,
    parse_profile,
    parse_read,
    parse_reopening,
)
from keys.box import NONCE_BYTES
from keys.errors import KeysError
from keys.mailin import Verdict, parse_verdicts
from keys.names import DAY_SECONDS, Random
from keys.pins import Pins
from keys.reopening import parse_clients
from keys.suite import H, SignKey
from keys.vault import (
    EngagementItem,
    Manifest,
    ManifestEntry,
    ReadingSeed,
    WriterMark,
    open_item,
    open_manifest,
    parse_card,
    parse_engagement,
    parse_identity,
    parse_reading,
    parse_relay,
    parse_writers,
    seal_item,
    sign_manifest,
)

MANIFEST: Final = "manifest"
KEPT_SECONDS: Final = 8_000 * DAY_SECONDS
"""How long the items of the account itself ask to be kept; the account's own end comes first."""
OF_ENGAGEMENT: Final = re.compile(r"[a-z]+/[0-9a-f]{32}\Z")
"""Items that go with their engagement, and may therefore be missing though the manifest names them."""
HEAD: Final = "engagement/"
LATER: Final = re.compile(r"(?!engagement/)[a-z]+/[0-9a-f]{32}\Z")
"""Items that come when they are asked for."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An item as it is now. `expires_at` is what the relay was last asked for."""

    version: int
    expires_at: int
    plain: bytes = field(repr=False)
    box_hash: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Change:
    """What an item is to hold from now on, and until when."""

    plain: bytes = field(repr=False)
    expires_at: int


Changes = Mapping[str, Change | None]
"""By name; None takes the item away."""


@dataclass(frozen=True, slots=True)
class Written:
    """A write of the vault: what to send, and the vault once that is stored."""

    items: tuple[StoredItem, ...] = field(repr=False)
    removed: tuple[str, ...]
    vault: Vault


@dataclass(frozen=True, slots=True)
class Vault:
    """An opened vault. Each write gives a new one."""

    account_id: bytes
    vault_key: bytes = field(repr=False)
    counter: int
    entries: Mapping[str, Entry] = field(repr=False)
    manifest_version: int
    pending: Mapping[str, ManifestEntry] = field(default_factory=dict, repr=False)
    """What the manifest names and was not fetched yet, by name."""

    @classmethod
    def empty(cls, account_id: bytes, vault_key: bytes) -> Vault:
        """Return the vault of an account that is being made."""
        return cls(account_id, vault_key, 0, {}, 0)

    @classmethod
    def open(
        cls, account_id: bytes, vault_key: bytes, stored: Iterable[StoredItem], least_counter: int
    ) -> Vault:
        """Open and check the first part of a vault and what came with it. `NotTrusted` with reason vault,
        vault-manifest or vault-rollback.
        """
        by_name = {item.name: item for item in stored}
        try:
            entries = {name: _open(account_id, vault_key, item) for name, item in by_name.items()}
            identity = SignKey.from_seed(parse_identity(entries["identity"].plain))
            listed = entries.pop(MANIFEST)
            manifest = open_manifest(listed.plain, account_id, identity.public)
        except (KeysError, KeyError) as cause:
            raise NotTrusted("vault") from cause
        rows = {row.name: row for row in manifest.entries}
        _check_listed(rows, entries)
        missing = {name for name in rows.keys() - entries.keys() if not OF_ENGAGEMENT.match(name)}
        if missing or _without_standing(entries) - rows.keys():
            raise NotTrusted("vault-manifest")
        if manifest.counter < least_counter:
            raise NotTrusted("vault-rollback")
        pending = {name: row for name, row in rows.items() if name not in entries and LATER.match(name)}
        return cls(account_id, vault_key, manifest.counter, entries, listed.version, pending)

    def take(
        self, stored: Iterable[StoredItem], asked: Collection[str], known: int, least_counter: int, now: int
    ) -> Vault:
        """Return the vault with an answer to `protocol.people.vault_items(known, asked)`. What is held,
        has not changed and is not due stays. `NotTrusted` as `open`: no item but by the manifest that is held
        or came along, no answer to another question, and no engagement without what was signed.
        """
        items = {item.name: item for item in stored}
        if known and MANIFEST not in items:
            return self._with_items(items.values(), asked)
        least = max(least_counter, self.counter + 1 if known else self.counter)
        return self._renewed(items.values(), asked, least, now)

    def _with_items(self, stored: Iterable[StoredItem], asked: Collection[str]) -> Vault:
        """Without the first part, nothing tells a `standing/HEX` that is withheld from one that went with its
        engagement since: it stays pending.
        """
        try:
            came = {item.name: _open(self.account_id, self.vault_key, item) for item in stored}
        except KeysError as cause:
            raise NotTrusted("vault") from cause
        _check_listed(self.pending, came)
        entries = {**self.entries, **came}
        doubtful = _without_standing(entries)
        pending = {
            name: row
            for name, row in self.pending.items()
            if name not in came and (name not in asked or name in doubtful)
        }
        return replace(self, entries=entries, pending=pending)

    def _renewed(self, stored: Iterable[StoredItem], asked: Collection[str], least: int, now: int) -> Vault:
        vault = Vault.open(self.account_id, self.vault_key, stored, least)
        held = {
            name: entry
            for name, row in vault.pending.items()
            if (entry := self.entries.get(name)) is not None
            and _agrees(row, entry)
            and entry.expires_at > now
            and f"{HEAD}{name.partition('/')[2]}" in vault.entries
        }
        entries = {**vault.entries, **held}
        if _without_standing(entries) & set(asked):
            raise NotTrusted("vault-manifest")
        pending = {name: row for name, row in vault.pending.items() if name not in held and name not in asked}
        return replace(vault, entries=entries, pending=pending)

    # --- items ----------------------------------------------------------------------------------------------

    @property
    def identity(self) -> SignKey:
        """My identity key."""
        return SignKey.from_seed(parse_identity(self.entries["identity"].plain))

    @property
    def reading(self) -> tuple[ReadingSeed, ...]:
        """My reading keys, old ones included."""
        return parse_reading(self.entries["reading"].plain)

    @property
    def pins(self) -> Pins:
        """The relay's and the keepers' keys."""
        return parse_relay(self.entries["relay"].plain)

    @property
    def card(self) -> bytes:
        """My newest signed statement."""
        return parse_card(self.entries["card"].plain)

    @property
    def engagements(self) -> tuple[EngagementItem, ...]:
        """All engagements, ascending by id."""
        ids = sorted(name.partition("/")[2] for name in self.entries if name.startswith("engagement/"))
        return tuple(self._engagement(one) for one in ids)

    def _engagement(self, hexed: str) -> EngagementItem:
        return parse_engagement(
            self.entries[f"engagement/{hexed}"].plain, self.entries[f"standing/{hexed}"].plain
        )

    @property
    def profile(self) -> ProfileItem | None:
        """What I am called here, if it was ever written down."""
        entry = self.entries.get("profile")
        return parse_profile(entry.plain) if entry else None

    def agreement(self, engagement_id: bytes) -> AgreementItem | None:
        """The agreement's text, if it was kept."""
        entry = self.entries.get(f"agreement/{engagement_id.hex()}")
        return parse_agreement(entry.plain) if entry else None

    def earlier(self, engagement_id: bytes) -> tuple[AgreementItem, ...]:
        """The words of agreements that were in force before, oldest first."""
        entry = self.entries.get(f"earlier/{engagement_id.hex()}")
        return parse_earlier(entry.plain) if entry else ()

    def engagement(self, engagement_id: bytes) -> EngagementItem | None:
        """One engagement."""
        hexed = engagement_id.hex()
        return self._engagement(hexed) if f"engagement/{hexed}" in self.entries else None

    def clients(self, engagement_id: bytes) -> tuple[bytes, ...]:
        """Statements of who else was an engagement's client (docs/protocol.md, part 25)."""
        entry = self.entries.get(f"clients/{engagement_id.hex()}")
        return parse_clients(entry.plain) if entry else ()

    def reopening(self, engagement_id: bytes) -> ReopeningItem | None:
        """A coach's own invitation of a client who lost every way in."""
        entry = self.entries.get(f"reopening/{engagement_id.hex()}")
        return parse_reopening(entry.plain) if entry else None

    def writers(self, engagement_id: bytes) -> tuple[WriterMark, ...]:
        """The last content seen of each writer of an engagement."""
        entry = self.entries.get(f"writers/{engagement_id.hex()}")
        return parse_writers(entry.plain) if entry else ()

    def read_orders(self, engagement_id: bytes) -> ReadItem:
        """What of an engagement's mailbox has been read, on any device."""
        entry = self.entries.get(f"read/{engagement_id.hex()}")
        return parse_read(entry.plain) if entry else ReadItem(0, ())

    def verdicts(self, engagement_id: bytes) -> Mapping[bytes, Verdict]:
        """What was said of mail that came in: whether it was me, by the first 16 bytes of content ids."""
        entry = self.entries.get(f"mailin/{engagement_id.hex()}")
        return parse_verdicts(entry.plain) if entry else {}

    # --- writing --------------------------------------------------------------------------------------------

    def write(self, changes: Changes, random: Random) -> Written:
        """Return what to send so that `changes` are stored."""
        entries = dict(self.entries)
        items: list[StoredItem] = []
        for name, change in changes.items():
            if change is None:
                entries.pop(name, None)
                continue
            item = self._next(name, change, random)
            items.append(item)
            entries[name] = Entry(item.version, item.expires_at, change.plain, H(item.box))
        counter, version = self.counter + 1, self.manifest_version + 1
        items.append(self._manifest(entries, counter, version, change_dates(items), random))
        removed = tuple(name for name, change in changes.items() if change is None and name in self.entries)
        after = Vault(self.account_id, self.vault_key, counter, entries, version)
        return Written(tuple(items), removed, after)

    def _next(self, name: str, change: Change, random: Random) -> StoredItem:
        before = self.entries.get(name)
        version = before.version + 1 if before else 1
        box = seal_item(self.vault_key, self.account_id, name, version, change.plain, random(NONCE_BYTES))
        return StoredItem(name, version, change.expires_at, box)

    def _manifest(
        self, entries: Mapping[str, Entry], counter: int, version: int, least_at: int, random: Random
    ) -> StoredItem:
        rows = tuple(ManifestEntry(name, entry.version, entry.box_hash) for name, entry in entries.items())
        identity = SignKey.from_seed(parse_identity(entries["identity"].plain))
        plain = sign_manifest(Manifest(counter, rows), self.account_id, identity)
        box = seal_item(self.vault_key, self.account_id, MANIFEST, version, plain, random(NONCE_BYTES))
        return StoredItem(MANIFEST, version, max(least_at, entries["identity"].expires_at), box)


def engagement_kept(item: EngagementItem, until: int) -> dict[str, Change]:
    """What is written of an engagement: its item, and what was signed."""
    return {
        item.name: Change(item.encode(), until),
        item.standing_name: Change(item.encode_standing(), until),
    }


def change_dates(items: Iterable[StoredItem]) -> int:
    """Return the latest date among items that are written together."""
    return max((item.expires_at for item in items), default=0)


def _open(account_id: bytes, vault_key: bytes, item: StoredItem) -> Entry:
    plain = open_item(vault_key, account_id, item.name, item.version, item.box)
    return Entry(item.version, item.expires_at, plain, H(item.box))


def _check_listed(rows: Mapping[str, ManifestEntry], shown: Mapping[str, Entry]) -> None:
    for name, entry in shown.items():
        row = rows.get(name)
        if row is None or not _agrees(row, entry):
            raise NotTrusted("vault-manifest")


def _without_standing(entries: Mapping[str, Entry]) -> set[str]:
    """Return the names of what was signed that is not here, of engagements that are."""
    ids = [name.removeprefix(HEAD) for name in entries if name.startswith(HEAD)]
    return {f"standing/{one}" for one in ids} - entries.keys()


def _agrees(row: ManifestEntry, entry: Entry) -> bool:
    return (row.version, row.box_hash) == (entry.version, entry.box_hash)
