"""Vault: a person's own records at the relay, opened and checked as a whole.

Owns what is written when an item changes: the next version of each, and a new manifest with the counter one
higher. Pure. Must never accept a vault whose manifest is not signed by the identity key in it, names other
boxes than were shown, or has a lower counter than was seen before: an old vault would bring back old keys and
old pins. (docs/protocol.md, part 8.)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from client_sdk.errors import NotTrusted
from client_sdk.protocol import StoredItem
from keys.box import NONCE_BYTES
from keys.encoding import Reader, ascending, counted, counted_text, exact, u16, u64
from keys.errors import KeysError, Malformed
from keys.mailin import Verdict, parse_verdicts
from keys.names import DAY_SECONDS
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

Random = Callable[[int], bytes]

MANIFEST: Final = "manifest"
MOST_READ_ABOVE: Final = 2_048
MOST_UNREAD_AGAIN: Final = 256
KEPT_SECONDS: Final = 8_000 * DAY_SECONDS
"""How long the items of the account itself ask to be kept; the account's own end comes first."""
OF_ENGAGEMENT: Final = re.compile(r"[a-z]+/[0-9a-f]{32}\Z")
"""Items that go with their engagement, and may therefore be missing though the manifest names them."""


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

    @classmethod
    def empty(cls, account_id: bytes, vault_key: bytes) -> Vault:
        """Return the vault of an account that is being made."""
        return cls(account_id, vault_key, 0, {}, 0)

    @classmethod
    def open(
        cls, account_id: bytes, vault_key: bytes, stored: Iterable[StoredItem], least_counter: int
    ) -> Vault:
        """Open and check everything. `NotTrusted` with reason vault, vault-manifest or vault-rollback."""
        by_name = {item.name: item for item in stored}
        try:
            entries = {name: _open(account_id, vault_key, item) for name, item in by_name.items()}
            identity = SignKey.from_seed(parse_identity(entries["identity"].plain))
            listed = entries.pop(MANIFEST)
            manifest = open_manifest(listed.plain, account_id, identity.public)
        except (KeysError, KeyError) as cause:
            raise NotTrusted("vault") from cause
        _check_listed(manifest, entries)
        if manifest.counter < least_counter:
            raise NotTrusted("vault-rollback")
        return cls(account_id, vault_key, manifest.counter, entries, listed.version)

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
        names = sorted(name for name in self.entries if name.startswith("engagement/"))
        return tuple(parse_engagement(self.entries[name].plain) for name in names)

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
        entry = self.entries.get(f"engagement/{engagement_id.hex()}")
        return parse_engagement(entry.plain) if entry else None

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


def change_dates(items: Iterable[StoredItem]) -> int:
    """Return the latest date among items that are written together."""
    return max((item.expires_at for item in items), default=0)


def _open(account_id: bytes, vault_key: bytes, item: StoredItem) -> Entry:
    plain = open_item(vault_key, account_id, item.name, item.version, item.box)
    return Entry(item.version, item.expires_at, plain, H(item.box))


def _check_listed(manifest: Manifest, entries: Mapping[str, Entry]) -> None:
    listed = {entry.name: (entry.version, entry.box_hash) for entry in manifest.entries}
    shown = {name: (entry.version, entry.box_hash) for name, entry in entries.items()}
    missing = listed.keys() - shown.keys()
    if any(listed.get(name) != found for name, found in shown.items()):
        raise NotTrusted("vault-manifest")
    if any(not OF_ENGAGEMENT.match(name) for name in missing):
        raise NotTrusted("vault-manifest")


# --- items that keys.vault has no form of -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AgreementItem:
    """The human-readable agreement with the salt of its hash: item `agreement/HEX`."""

    salt: bytes
    text: str = field(repr=False)

    def encode(self) -> bytes:
        """Return the bytes of the item: version 1 ‖ salt 32 ‖ text₄."""
        return b"\x01" + exact(self.salt, 32, "agreement salt") + counted_text(self.text, 4)


def parse_agreement(plain: bytes) -> AgreementItem:
    """Parse an item `agreement/...`."""
    reader = Reader(plain)
    reader.expect(b"\x01", "version")
    item = AgreementItem(reader.take(32), reader.text(4))
    reader.finish()
    return item


def encode_earlier(items: Sequence[AgreementItem]) -> bytes:
    """Return the bytes of the item `earlier/HEX`: version 1 ‖ count 2 ‖ count × (salt 32 ‖ text₄), oldest
    first.
    """
    texts = (exact(one.salt, 32, "agreement salt") + counted_text(one.text, 4) for one in items)
    return b"\x01" + u16(len(items)) + b"".join(texts)


def parse_earlier(plain: bytes) -> tuple[AgreementItem, ...]:
    """Parse an item `earlier/...`."""
    reader = Reader(plain)
    reader.expect(b"\x01", "version")
    items = tuple(AgreementItem(reader.take(32), reader.text(4)) for _ in range(reader.u16()))
    reader.finish()
    return items


@dataclass(frozen=True, slots=True)
class ReadItem:
    """What has been read: everything up to `order`, and the single orders `above` it; what its owner marked
    unread `again` is neither. Item `read/HEX`.
    """

    order: int
    above: tuple[int, ...]
    again: tuple[int, ...] = ()

    def encode(self) -> bytes:
        """Return the bytes of the item (docs/protocol.md, part 8)."""
        again = sorted(set(self.again))[-MOST_UNREAD_AGAIN:]
        read = {order for order in self.above if order > self.order}.difference(again)
        version, further = (b"\x02", _orders(again)) if again else (b"\x01", b"")
        return version + u64(self.order) + _orders(sorted(read)[:MOST_READ_ABOVE]) + further


def _orders(orders: Sequence[int]) -> bytes:
    return u16(len(orders)) + b"".join(map(u64, orders))


def parse_read(plain: bytes) -> ReadItem:
    """Parse an item `read/...`."""
    reader = Reader(plain)
    version = reader.between(reader.u8(), 1, 2, "version")
    order = reader.u64()
    above = _read_orders(reader, 0, MOST_READ_ABOVE)
    again = _read_orders(reader, 1, MOST_UNREAD_AGAIN) if version == 2 else ()
    reader.finish()
    if set(above) & set(again):
        raise Malformed("an order is read and unread")
    return ReadItem(order, above, again)


def _read_orders(reader: Reader, least: int, most: int) -> tuple[int, ...]:
    count = reader.between(reader.u16(), least, most, "number of orders")
    orders = tuple(reader.u64() for _ in range(count))
    ascending([u64(one) for one in orders], "orders")
    return orders


def encode_invitation(box: bytes, expires_at: int) -> bytes:
    """Return the bytes of the item `invitation/HEX`: version 1 ‖ expires_at 8 ‖ bytes₄ invitation box.

    A coach keeps the box until the client has accepted: the acceptance is signed over its hash, and the relay
    no longer shows a used invitation.
    """
    return b"\x01" + u64(expires_at) + counted(box, 4)


def parse_invitation(plain: bytes) -> tuple[bytes, int]:
    """Return the invitation box of an item `invitation/...`, and its date."""
    reader = Reader(plain)
    reader.expect(b"\x01", "version")
    expires_at = reader.u64()
    box = reader.counted(4)
    reader.finish()
    return box, expires_at


@dataclass(frozen=True, slots=True)
class ReopeningItem:
    """A coach's invitation of a client who lost every way in: item `reopening/HEX`."""

    expires_at: int
    secret: bytes = field(repr=False)
    box: bytes = field(repr=False)

    def encode(self) -> bytes:
        """Return the bytes of the item: version 1 ‖ expires_at 8 ‖ secret 32 ‖ bytes₄ invitation box."""
        return b"\x01" + u64(self.expires_at) + exact(self.secret, 32, "secret") + counted(self.box, 4)


def parse_reopening(plain: bytes) -> ReopeningItem:
    """Parse an item `reopening/...`."""
    reader = Reader(plain)
    reader.expect(b"\x01", "version")
    item = ReopeningItem(reader.u64(), reader.take(32), reader.counted(4))
    reader.finish()
    return item


@dataclass(frozen=True, slots=True)
class ProfileItem:
    """What a person is called and what the relay calls itself: item `profile`."""

    my_name: str = field(repr=False)
    relay_name: str = field(repr=False)

    def encode(self) -> bytes:
        """Return the bytes of the item: version 1 ‖ text₂ my name ‖ text₂ relay's name."""
        return b"\x01" + counted_text(self.my_name, 2) + counted_text(self.relay_name, 2)


def parse_profile(plain: bytes) -> ProfileItem:
    """Parse the item `profile`."""
    reader = Reader(plain)
    reader.expect(b"\x01", "version")
    item = ProfileItem(reader.text(2), reader.text(2))
    reader.finish()
    return item
