"""Offer: the account key, lent to a new browser for five minutes by one that is open.

Owns the link's form, what its secret gives, and the box. The secret is in the link's fragment or behind six
typed words, and nowhere else: whoever has the box alone has nothing. (docs/protocol.md, Typed codes, and
adding a browser.)
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from keys.box import open_box, seal_box
from keys.encoding import Reader, counted_text, exact, from_base64url, label, to_base64url, u64
from keys.errors import Malformed
from keys.invitation import ORIGIN
from keys.names import ID_BYTES, derive, origin_hash
from keys.unlock import ACCOUNT_KEY_BYTES, check_login_name

SECRET_BYTES: Final = 32
OFFER_SECONDS: Final = 300
OFFER_BOX_BYTES: Final = 189
_NAME_BYTES: Final = 65
_LINK: Final = re.compile(rf"(?P<origin>{ORIGIN})/a/#4\.(?P<secret>[A-Za-z0-9_-]{{43}})\Z")


@dataclass(frozen=True, slots=True)
class OfferKeys:
    """What the secret gives. The id is public; the proof is for the relay's eyes."""

    offer_id: bytes
    box_key: bytes = field(repr=False)
    proof: bytes = field(repr=False)


def offer_keys(secret: bytes) -> OfferKeys:
    """Derive an offer's id, key and proof from its 32 random bytes."""
    exact(secret, SECRET_BYTES, "offer secret")
    return OfferKeys(
        derive(secret, "browser-id", ID_BYTES), derive(secret, "browser-box"), derive(secret, "browser-proof")
    )


def offer_link(origin: str, secret: bytes) -> str:
    """Return the link that a QR square holds. It is a secret: never log it."""
    return f"{origin}/a/#4.{to_base64url(exact(secret, SECRET_BYTES, 'offer secret'))}"


def parse_offer_link(link: str) -> tuple[str, bytes]:
    """Return origin and secret of a link; `Malformed` otherwise."""
    match = _LINK.match(link)
    if match is None:
        raise Malformed("not a link to add a browser")
    return match["origin"], from_base64url(match["secret"], SECRET_BYTES)


@dataclass(frozen=True, slots=True)
class Lent:
    """What a new browser needs to make a way in of its own."""

    account_id: bytes
    account_key: bytes = field(repr=False)
    name: str = field(repr=False)


def seal_offer(keys: OfferKeys, lent: Lent, origin: str, expires_at: int, nonce: bytes) -> bytes:
    """Seal the account key for a new browser; `nonce` is 24 fresh random bytes. Returns 189 bytes."""
    fields = exact(lent.account_id, ID_BYTES, "account id") + exact(
        lent.account_key, ACCOUNT_KEY_BYTES, "account key"
    )
    name = counted_text(check_login_name(lent.name), 1).ljust(_NAME_BYTES, b"\0")
    aad = _aad(keys, origin, expires_at)
    return seal_box(keys.box_key, "browser-offer", aad, bytes([1, 0, 0, 0]) + fields + name, nonce)


def open_offer(keys: OfferKeys, box: bytes, origin: str, expires_at: int) -> Lent:
    """Open an offer; `NotOpened` for another place, end, id or secret, `Malformed` for another content."""
    reader = Reader(open_box(keys.box_key, "browser-offer", _aad(keys, origin, expires_at), box))
    reader.expect(b"\x01", "version")
    reader.reserved(3)
    account_id, account_key, name = reader.take(ID_BYTES), reader.take(ACCOUNT_KEY_BYTES), reader.text(1)
    lent = Lent(account_id, account_key, check_login_name(name))
    reader.reserved(_NAME_BYTES - 1 - len(name))
    reader.finish()
    return lent


def _aad(keys: OfferKeys, origin: str, expires_at: int) -> bytes:
    return label("browser-offer") + origin_hash(origin) + keys.offer_id + u64(expires_at)
