"""Pinning: which keepers an account requires, and what may be said of each.

Owns the step from fingerprints to pins. A further keeper is pinned by a fingerprint that came by another way
than through the relay; the relay only supplies the key that must fit it. Must never pin a keeper by the
relay's word, nor call one independent that was not compared. (docs/protocol.md, part 11; P2 of the design.)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from client_sdk.errors import Misused, NotTrusted
from client_sdk.protocol.about import RelayKeeper
from keys.encoding import from_base64url, to_base64url
from keys.errors import KeysError
from keys.names import ID_BYTES, keeper_id
from keys.pins import MOST_KEEPERS, KeeperPin, Pins
from keys.suite import is_strict_public


@dataclass(frozen=True, slots=True)
class KeeperView:
    """A keeper as its people see it. `required`: nothing opens without it. `compared`: its fingerprint came
    by another way than through the relay, which can then not pretend to be it.
    """

    fingerprint: str
    required: bool
    compared: bool

    @property
    def words(self) -> str:
        """In one line."""
        need = "needed to read" if self.required else "not needed to read, and nothing is claimed for it"
        return f"{'of another operator' if self.compared else 'run by this relay'}; {need}"


def pin_further(pins: Pins, fingerprints: Sequence[str], known: Iterable[RelayKeeper]) -> Pins:
    """Return pins with further keepers, each by the fingerprint that its own operator gave.

    `Misused` for what is no fingerprint, is pinned already, or is one too many; `NotTrusted` where the relay
    has no key for it.
    """
    keys = {one.keeper_id: one.public for one in known}
    held = {pin.keeper_id for pin in pins.keepers}
    keepers = list(pins.keepers)
    for fingerprint in fingerprints:
        wanted = _read(fingerprint)
        if wanted in held:
            raise Misused(
                "That is the relay's own keeper, or one named twice.",
                hint="The fingerprint of a further keeper comes from whoever runs it.",
            )
        public = keys.get(wanted, b"")
        if not is_strict_public(public) or keeper_id(public) != wanted:
            raise NotTrusted("keeper")
        held.add(wanted)
        keepers.append(KeeperPin(wanted, public))
    if len(keepers) > MOST_KEEPERS:
        raise Misused("At most two further keepers can be named.")
    return replace(pins, keepers=tuple(sorted(keepers, key=lambda pin: pin.keeper_id)))


def views(pins: Pins, known: Sequence[RelayKeeper]) -> list[KeeperView]:
    """Return the keepers, the required ones first.

    Of several that are required all but the relay's own were compared; which one is its own the relay says,
    and a lie about that would only swap the names. One alone is the relay's, whatever it says.
    """
    further = {one.keeper_id for one in known if one.further}
    several = len(pins.keepers) > 1
    required = [pin.keeper_id for pin in pins.keepers]
    others = [one.keeper_id for one in known if one.keeper_id not in required]
    own = [one for one in required if not (several and one in further)] or required[:1]
    return [
        *(KeeperView(to_base64url(one), True, one not in own[:1]) for one in required),
        *(KeeperView(to_base64url(one), False, False) for one in others),
    ]


def _read(fingerprint: str) -> bytes:
    try:
        return from_base64url(fingerprint.strip(), ID_BYTES)
    except KeysError as cause:
        raise Misused(
            "That is not a keeper's fingerprint.",
            hint="It has 22 signs, as `relay keeper fingerprint` prints.",
        ) from cause
