"""Pins: the relay's and the keepers' verification keys, as an invitation hands them over and the vault
keeps them.

Owns their bytes. Must never hold a key that is not canonical and free of torsion: it is checked here, once,
when it is pinned. (docs/protocol.md, Invitation.)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from keys.encoding import Reader, ascending, exact
from keys.errors import Malformed
from keys.names import ID_BYTES, keeper_set
from keys.suite import is_strict_public

MOST_KEEPERS: Final = 3


@dataclass(frozen=True, slots=True)
class KeeperPin:
    """A keeper's 16-byte id and its present verification key."""

    keeper_id: bytes
    public: bytes


@dataclass(frozen=True, slots=True)
class Pins:
    """The Ed25519 keys of a relay, and its keepers ascending by id."""

    relay_public: bytes
    log_public: bytes
    door_public: bytes
    notice_public: bytes
    keepers: tuple[KeeperPin, ...]

    @property
    def keeper_set(self) -> bytes:
        """The hash of the keepers' ids, as a statement carries it."""
        return keeper_set(keeper.keeper_id for keeper in self.keepers)

    def encode(self) -> bytes:
        """Return the bytes of the pins."""
        _check(self)
        relay = self.relay_public + self.log_public + self.door_public + self.notice_public
        keepers = (exact(k.keeper_id, ID_BYTES, "keeper id") + k.public for k in self.keepers)
        return relay + bytes([len(self.keepers)]) + b"".join(keepers)


def read_pins(reader: Reader) -> Pins:
    """Read pins from within another format."""
    relay, log, door, notice = (reader.take(32) for _ in range(4))
    count = reader.u8()
    keepers = tuple(KeeperPin(reader.take(ID_BYTES), reader.take(32)) for _ in range(count))
    pins = Pins(relay, log, door, notice, keepers)
    _check(pins)
    return pins


def _check(pins: Pins) -> None:
    if not 1 <= len(pins.keepers) <= MOST_KEEPERS:
        raise Malformed("1 to 3 keepers are pinned")
    ascending([keeper.keeper_id for keeper in pins.keepers], "keepers")
    own = (pins.relay_public, pins.log_public, pins.door_public, pins.notice_public)
    if not all(map(is_strict_public, (*own, *(keeper.public for keeper in pins.keepers)))):
        raise Malformed("not a canonical public key")
