"""The pepper: one secret beside the database, without which its names and ways in cannot be guessed at.

Owns the keyed hashes of login names, addresses, session tokens and codes, the sealing of methods at rest,
and the invented answers for names that nobody has. Must never be stored in the database or shown; the
clear value of what it hashes is not kept at all. (docs/protocol.md, parts 9 and 13.)
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

from keys.box import OVERHEAD_BYTES, open_box, seal_box
from keys.encoding import Reader, counted, exact, label, u8
from keys.names import derive
from relay.core.model import Method
from relay.core.notice_seal import NoticeSeal

PEPPER_BYTES: Final = 32
TAG_BYTES: Final = 32
WRAP_BYTES: Final = 104
SALT_BYTES: Final = 16
LOGIN_KEY_BYTES: Final = 32
METHOD_BYTES: Final = 1 + 1 + SALT_BYTES + LOGIN_KEY_BYTES + WRAP_BYTES
SEALED_METHOD_BYTES: Final = METHOD_BYTES + OVERHEAD_BYTES
KINDS: Final = ("password", "sheet", "device", "passkey")
KDF_OF_KIND: Final = {"password": 1, "sheet": 1, "device": 0, "passkey": 0}
GUESSABLE: Final = frozenset({"password", "sheet"})
"""The kinds that a person knows or has on paper; the secret of any other is random."""


@dataclass(frozen=True, slots=True)
class WayIn:
    """What a login answer tells of one method: nothing that opens anything."""

    method_id: bytes
    kind: str
    kdf: int
    salt: bytes


class Pepper:
    """Keyed hashes (BLAKE2b, RFC 7693) and seals under keys derived from a 32-byte secret; one key for each
    purpose.
    """

    def __init__(self, secret: bytes) -> None:
        """`secret` is 32 random bytes from a file that no backup of the database holds."""
        exact(secret, PEPPER_BYTES, "pepper")
        self._name_key = derive(secret, "pepper/name")
        self._address_key = derive(secret, "pepper/address")
        self._session_key = derive(secret, "pepper/session")
        self._code_key = derive(secret, "pepper/code")
        self._token_key = derive(secret, "pepper/rule-token")
        self._bearer_key = derive(secret, "pepper/rule-bearer")
        self._digits_key = derive(secret, "pepper/digits")
        self._method_key = derive(secret, "pepper/method")
        self._invention_key = derive(secret, "pepper/invention")
        self._relays_key = derive(secret, "pepper/relays")
        self.challenge_key = derive(secret, "pepper/challenge")
        self.notices = NoticeSeal(secret)

    def __repr__(self) -> str:
        return "Pepper(…)"

    def name_tag(self, name: str) -> bytes:
        """The 32 bytes under which a login name is looked up."""
        return _tag(self._name_key, name.encode("utf-8"))

    def address_tag(self, address: str) -> bytes:
        """The 32 bytes under which a personal address (lower case, `local@domain`) is known."""
        return _tag(self._address_key, address.encode("ascii"))

    def session_tag(self, token: bytes) -> bytes:
        """The 32 bytes under which a bearer token is known. One microsecond: it is made for each request."""
        return _tag(self._session_key, token)

    def code_tag(self, account_id: bytes, code: str) -> bytes:
        """The 32 bytes of a confirmation code that was sent for this account."""
        return _tag(self._code_key, account_id + code.encode("utf-8"))

    def token_tag(self, rule_id: bytes, token: str) -> bytes:
        """The 32 bytes of the challenge that went out for this rule."""
        return _tag(self._token_key, rule_id + token.encode("utf-8"))

    def bearer_tag(self, rule_id: bytes, kind: str, name: str) -> bytes:
        """The 32 bytes under which a rule knows who may bring its mail: the same provider of two rules shows
        in no two rows.
        """
        return _tag(self._bearer_key, rule_id + counted(kind.encode(), 1) + name.encode("utf-8"))

    def digits_tag(self, link_id: bytes, digits: str) -> bytes:
        """The 32 bytes under which the digits of a sponsor's link rest."""
        return _tag(self._digits_key, link_id + digits.encode("ascii"))

    def seal_method(self, account_id: bytes, method: Method, nonce: bytes) -> bytes:
        """Seal a way in for the database; `nonce` is 24 fresh random bytes. 226 bytes, whatever the
        method.
        """
        plain = u8(KINDS.index(method.kind)) + u8(method.kdf) + exact(method.salt, SALT_BYTES, "salt")
        plain += exact(method.login_key, LOGIN_KEY_BYTES, "login key") + exact(
            method.wrap, WRAP_BYTES, "wrap"
        )
        return seal_box(self._method_key, "method", _method_aad(account_id, method.method_id), plain, nonce)

    def open_method(self, account_id: bytes, method_id: bytes, sealed: bytes) -> Method:
        """Open what `seal_method` made; `keys.errors.NotOpened` where pepper and database do not belong
        together.
        """
        reader = Reader(open_box(self._method_key, "method", _method_aad(account_id, method_id), sealed))
        kind, kdf = KINDS[reader.u8()], reader.u8()
        method = Method(
            method_id,
            kind,
            kdf,
            reader.take(SALT_BYTES),
            reader.take(LOGIN_KEY_BYTES),
            reader.take(WRAP_BYTES),
        )
        reader.finish()
        return method

    def seal_telling(self, telling: bytes, nonce: bytes) -> bytes:
        """Seal what relays with this pepper tell each other; `nonce` is 24 fresh random bytes."""
        return seal_box(self._relays_key, "telling", label("telling"), telling, nonce)

    def open_telling(self, sealed: bytes) -> bytes:
        """Open what `seal_telling` made. Raises `keys.errors.NotOpened`."""
        return open_box(self._relays_key, "telling", label("telling"), sealed)

    def invented(self, name: str) -> tuple[bytes, tuple[WayIn, ...]]:
        """Account id and ways in of a person who does not exist: the same for the same name, for ever.

        Whatever our programs leave a person with, some invented people have too, so that no answer proves
        that its name exists: always a sheet, mostly a password, and any number of devices and passkeys, each
        further one half as often.
        """
        seed = _tag(self._invention_key, name.encode("utf-8"))
        ways = [WayIn(self._drawn(seed, b"m1"), "sheet", 1, self._drawn(seed, b"s1"))]
        if seed[2] % 8:
            ways.append(WayIn(self._drawn(seed, b"m0"), "password", 1, self._drawn(seed, b"s0")))
        for kind, count in (("device", _halved(seed[0])), ("passkey", _halved(seed[1]))):
            ways.extend(
                WayIn(self._drawn(seed, f"{kind}{number}".encode()), kind, 0, bytes(SALT_BYTES))
                for number in range(count)
            )
        return self._drawn(seed, b"account"), in_order(ways)

    def _drawn(self, seed: bytes, what: bytes) -> bytes:
        return _tag(self._invention_key, seed + what)[:16]


def in_order(ways: list[WayIn]) -> tuple[WayIn, ...]:
    """Ways in as an answer lists them: by kind, then by id, so that no order tells how old one is."""
    return tuple(sorted(ways, key=lambda way: (KINDS.index(way.kind), way.method_id)))


def _halved(drawn: int) -> int:
    """From a random byte a number of 0 to 7, each half as often as the one before."""
    return min(7, (drawn ^ (drawn + 1)).bit_length() - 1)


def _method_aad(account_id: bytes, method_id: bytes) -> bytes:
    return label("method") + account_id + method_id


def _tag(key: bytes, subject: bytes) -> bytes:
    return hashlib.blake2b(subject, digest_size=TAG_BYTES, key=key).digest()
