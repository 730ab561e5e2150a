"""Vault: what a person's software keeps at the relay under the account key.

Owns the box of an item, the bytes of each kind of item and the signed manifest. An item's name, owner and
version are associated data, so the relay cannot move or swap items; the manifest's counter shows a
rollback. Must never accept a manifest whose signature was not verified. (docs/protocol.md, Box, wrapped
account key, vault.)
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from keys.box import OVERHEAD_BYTES, open_box, seal_box
from keys.encoding import Reader, ascending, counted, counted_text, exact, label, u16, u32, u64
from keys.errors import Malformed, Refused
from keys.names import ID_BYTES, Role
from keys.pins import Pins, read_pins
from keys.suite import SEED_BYTES, SIGNATURE_BYTES, H, SignKey, verify

MOST_ITEM_BYTES: Final = 1024 * 1024
MOST_ITEM_BOX_BYTES: Final = MOST_ITEM_BYTES + OVERHEAD_BYTES
MOST_ITEMS: Final = 4_096
_NAME: Final = re.compile(r"[a-z0-9/-]{1,64}\Z")
_VERSION: Final = b"\x01"


# --- the box of an item ---


def item_aad(account_id: bytes, name: str, version: int) -> bytes:
    """Return what binds an item to its owner, name and version; `Malformed` for a name that is none."""
    if not _NAME.match(name):
        raise Malformed("a vault name has 1 to 64 of a-z 0-9 / -")
    return label("vault") + exact(account_id, ID_BYTES, "account id") + counted_text(name, 1) + u64(version)


def seal_item(
    vault_key: bytes, account_id: bytes, name: str, version: int, plain: bytes, nonce: bytes
) -> bytes:
    """Seal an item; `nonce` is 24 fresh random bytes, `version` one above the stored one (1 for a new
    item).
    """
    if len(plain) > MOST_ITEM_BYTES:
        raise Malformed("a vault item has at most 1 MiB")
    return seal_box(vault_key, "vault", item_aad(account_id, name, version), plain, nonce)


def open_item(vault_key: bytes, account_id: bytes, name: str, version: int, box: bytes) -> bytes:
    """Open an item; `NotOpened` whatever is wrong, another name or version included."""
    return open_box(vault_key, "vault", item_aad(account_id, name, version), box)


# --- identity, reading, relay, card ---


def encode_identity(seed: bytes) -> bytes:
    """Return the bytes of the item `identity`."""
    return _VERSION + exact(seed, SEED_BYTES, "identity seed")


def parse_identity(plain: bytes) -> bytes:
    """Return the identity seed."""
    reader = _begin(plain)
    seed = reader.take(SEED_BYTES)
    reader.finish()
    return seed


@dataclass(frozen=True, slots=True)
class ReadingSeed:
    """The secret side of a reading key; kept until nothing that lives was sealed to it."""

    epoch: int
    valid_from: int
    valid_until: int
    seed: bytes = field(repr=False)


def encode_reading(seeds: tuple[ReadingSeed, ...]) -> bytes:
    """Return the bytes of the item `reading`."""
    entries = (
        u32(one.epoch) + u64(one.valid_from) + u64(one.valid_until) + exact(one.seed, SEED_BYTES, "seed")
        for one in seeds
    )
    return _VERSION + u16(len(seeds)) + b"".join(entries)


def parse_reading(plain: bytes) -> tuple[ReadingSeed, ...]:
    """Parse the item `reading`."""
    reader = _begin(plain)
    count = reader.u16()
    seeds = tuple(
        ReadingSeed(reader.u32(), reader.u64(), reader.u64(), reader.take(SEED_BYTES)) for _ in range(count)
    )
    reader.finish()
    return seeds


def encode_relay(pins: Pins) -> bytes:
    """Return the bytes of the item `relay`."""
    return _VERSION + pins.encode()


def parse_relay(plain: bytes) -> Pins:
    """Parse the item `relay`."""
    reader = _begin(plain)
    pins = read_pins(reader)
    reader.finish()
    return pins


def encode_card(signed_statement: bytes) -> bytes:
    """Return the bytes of the item `card`."""
    return _VERSION + counted(signed_statement, 4)


def parse_card(plain: bytes) -> bytes:
    """Return one's own newest signed statement."""
    reader = _begin(plain)
    signed_statement = reader.counted(4)
    reader.finish()
    return signed_statement


# --- engagements ---


@dataclass(frozen=True, slots=True)
class EngagementItem:
    """What a person keeps of an engagement. Empty bytes and zero ids mean: not yet.

    `my_role` is COACH or CLIENT; `invitation_secret` is the coach's while invited, else zeros.
    """

    my_role: Role
    active: bool
    engagement_id: bytes
    my_mailbox_id: bytes
    their_mailbox_id: bytes
    notes_mailbox_id: bytes
    invitation_secret: bytes = field(repr=False)
    their_statement: bytes = field(repr=False)
    policy: bytes = field(repr=False)
    act: bytes = field(repr=False)
    my_name: str = field(repr=False)
    their_name: str = field(repr=False)

    @property
    def name(self) -> str:
        """The name of the item in the vault."""
        return f"engagement/{self.engagement_id.hex()}"

    @property
    def standing_name(self) -> str:
        """The name of the item that holds what was signed."""
        return f"standing/{self.engagement_id.hex()}"

    def encode(self) -> bytes:
        """Return the bytes of the item `engagement/...`, which is all that a list needs."""
        start = _VERSION + bytes([_person(self.my_role), 2 if self.active else 1, 0])
        ids = (self.engagement_id, self.my_mailbox_id, self.their_mailbox_id, self.notes_mailbox_id)
        fixed = b"".join(exact(one, ID_BYTES, "id") for one in ids) + exact(
            self.invitation_secret, 32, "secret"
        )
        return start + fixed + counted_text(self.my_name, 2) + counted_text(self.their_name, 2)

    def encode_standing(self) -> bytes:
        """Return the bytes of the item `standing/...`."""
        return _VERSION + b"".join(counted(one, 4) for one in (self.their_statement, self.policy, self.act))


def parse_engagement(plain: bytes, standing: bytes) -> EngagementItem:
    """Parse an item `engagement/...` with its `standing/...`; what is there in signed form is parsed by
    whoever uses it.
    """
    signed = parse_standing(standing)
    reader = _begin(plain)
    role = _person(reader.u8())
    state = reader.between(reader.u8(), 1, 2, "state")
    reader.reserved(1)
    ids = (reader.take(ID_BYTES), reader.take(ID_BYTES), reader.take(ID_BYTES), reader.take(ID_BYTES))
    secret = reader.take(32)
    item = EngagementItem(role, state == 2, *ids, secret, *signed, reader.text(2), reader.text(2))
    reader.finish()
    return item


def parse_standing(plain: bytes) -> tuple[bytes, bytes, bytes]:
    """Parse an item `standing/...`: their statement, the policy, and the act that put it in force."""
    reader = _begin(plain)
    signed = (reader.counted(4), reader.counted(4), reader.counted(4))
    reader.finish()
    return signed


@dataclass(frozen=True, slots=True)
class WriterMark:
    """The last content seen of one writer of one person."""

    fp: bytes
    writer: int
    count: int
    content_id: bytes


def encode_writers(marks: tuple[WriterMark, ...]) -> bytes:
    """Return the bytes of an item `writers/...`; order does not matter, two marks of one writer do."""
    return _VERSION + u16(len(marks)) + b"".join(_writer_rows(marks))


def parse_writers(plain: bytes) -> tuple[WriterMark, ...]:
    """Parse an item `writers/...`."""
    reader = _begin(plain)
    count = reader.u16()
    marks = tuple(
        WriterMark(reader.take(32), reader.u16(), int.from_bytes(reader.take(6), "big"), reader.take(32))
        for _ in range(count)
    )
    reader.finish()
    if _writer_rows(marks) != [_writer_row(mark) for mark in marks]:
        raise Malformed("writers must be ascending")
    return marks


# --- manifest ---


@dataclass(frozen=True, slots=True)
class ManifestEntry:
    """An item's name, version and the hash of its box."""

    name: str
    version: int
    box_hash: bytes


@dataclass(frozen=True, slots=True)
class Manifest:
    """Every item of the vault but itself, ascending by name; `counter` rises by 1 with each write."""

    counter: int
    entries: tuple[ManifestEntry, ...]

    def check_item(self, name: str, version: int, box: bytes) -> None:
        """Check that a box is the one the manifest names; `Refused("order")` for a swapped or old one."""
        if ManifestEntry(name, version, H(box)) not in self.entries:
            raise Refused("order")


def sign_manifest(manifest: Manifest, account_id: bytes, identity: SignKey) -> bytes:
    """Return the signed bytes of the item `manifest`."""
    if len(manifest.entries) > MOST_ITEMS:
        raise Malformed("a vault has at most 4,096 items")
    entries = sorted(manifest.entries, key=lambda entry: entry.name)
    _check_names(entries)
    rows = (
        counted_text(one.name, 1) + u64(one.version) + exact(one.box_hash, 32, "box hash") for one in entries
    )
    signed = _VERSION + u64(manifest.counter) + u16(len(entries)) + b"".join(rows)
    return signed + identity.sign(label("vault-manifest"), exact(account_id, ID_BYTES, "account id"), signed)


def open_manifest(plain: bytes, account_id: bytes, identity_public: bytes) -> Manifest:
    """Parse a manifest and verify its signature. The caller compares the counter with the highest it has
    seen.
    """
    reader = _begin(plain)
    counter = reader.u64()
    count = reader.between(reader.u16(), 0, MOST_ITEMS, "number of items")
    entries = tuple(ManifestEntry(reader.text(1), reader.u64(), reader.take(32)) for _ in range(count))
    signed = reader.so_far()
    signature = reader.take(SIGNATURE_BYTES)
    reader.finish()
    _check_names(entries)
    verify(identity_public, signature, label("vault-manifest"), account_id, signed)
    return Manifest(counter, entries)


def _check_names(entries: tuple[ManifestEntry, ...] | list[ManifestEntry]) -> None:
    if any(entry.name == "manifest" or not _NAME.match(entry.name) for entry in entries):
        raise Malformed("not a vault name, or the manifest itself")
    ascending([entry.name.encode("ascii") for entry in entries], "vault names")


def _writer_row(mark: WriterMark) -> bytes:
    count = u64(mark.count)
    if count[:2] != bytes(2):
        raise Malformed("count out of range")
    return exact(mark.fp, 32, "fp") + u16(mark.writer) + count[2:] + exact(mark.content_id, 32, "content id")


def _writer_rows(marks: tuple[WriterMark, ...]) -> list[bytes]:
    rows = sorted(map(_writer_row, marks))
    ascending([row[:34] for row in rows], "writers")
    return rows


def _person(role: int) -> Role:
    if role not in (Role.COACH, Role.CLIENT):
        raise Malformed("a person is coach or client")
    return Role(role)


def _begin(plain: bytes) -> Reader:
    reader = Reader(plain)
    reader.expect(_VERSION, "version")
    return reader
