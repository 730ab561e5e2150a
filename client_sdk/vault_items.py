"""Vault items: those that are this SDK's and the inbox's own, where `keys.vault` has no form.

Owns their bytes, strictly read (docs/protocol.md, part 8). Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from keys.encoding import Reader, ascending, counted, counted_text, exact, u16, u64
from keys.errors import Malformed

MOST_READ_ABOVE: Final = 2_048
MOST_UNREAD_AGAIN: Final = 256


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
