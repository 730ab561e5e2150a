"""Unlock: from a password, sheet or device secret to the account key, and what the account key gives.

Owns the one set of password-hashing parameters, the salt, the wrapped account key and the login signature.
Must never take parameters from a server: one that may name parameters may name weak ones.
(docs/protocol.md, Keys and Login; Argon2id: RFC 9106.)
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Final

from nacl.bindings import crypto_pwhash_alg, crypto_pwhash_ALG_ARGON2ID13

from keys.box import open_box, seal_box
from keys.encoding import counted_text, exact, label, u8
from keys.errors import Malformed, NotOpened
from keys.names import ID_BYTES, derive, origin_hash
from keys.suite import H, SignKey, verify

KDF_DEVICE: Final = 0
KDF_PASSWORD: Final = 1
SALT_BYTES: Final = 16
ACCOUNT_KEY_BYTES: Final = 32
WRAPPED_BYTES: Final = 104
CHALLENGE_BYTES: Final = 32
MOST_CREDENTIAL_BYTES: Final = 1_023
"""WebAuthn, 4."""
LEAST_PASSWORD_CHARACTERS: Final = 12
MOST_PASSWORD_CHARACTERS: Final = 1_024

_PASSES: Final = 3
_MEMORY_BYTES: Final = 64 * 1024 * 1024
# Unicode's White_Space: Python's split and JavaScript's class differ, and one password must give one key.
_WHITE_SPACE: Final = re.compile(r"[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")
_LOGIN_NAME: Final = re.compile(r"(?=.{3,64}\Z)[a-z0-9]+(-[a-z0-9]+)*\Z")


@dataclass(frozen=True, slots=True)
class MethodKeys:
    """What a way in gives: the key that signs in and the key that wraps the account key."""

    login: SignKey = field(repr=False)
    wrap_key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class AccountKeys:
    """What the account key gives."""

    vault_key: bytes = field(repr=False)
    access: SignKey = field(repr=False)
    index_base: bytes = field(repr=False)


def check_login_name(name: str) -> str:
    """Return a login name unchanged; `Malformed` unless it is 3 to 64 of a-z, 0-9 and single inner
    hyphens.
    """
    if not _LOGIN_NAME.match(name):
        raise Malformed("not a login name")
    return name


def kdf_salt(name: str, host: str, server_salt: bytes) -> bytes:
    """Return the 16-byte salt for `kdf 1`.

    `host` is the configured origin's authority, with the port where the origin names one. Name and host are
    in the hash so that a relay cannot give everyone one salt and use one table.
    """
    who = counted_text(f"{check_login_name(name)}@{host}", 2)
    return H(label("kdf-salt"), who, exact(server_salt, SALT_BYTES, "server salt"))[:SALT_BYTES]


def normalise_password(typed: str) -> bytes:
    """Return a password as UTF-8, NFKC, stripped, each run of white space one space; `Malformed` if not
    12 to 1,024.
    """
    password = _WHITE_SPACE.sub(" ", unicodedata.normalize("NFKC", typed)).strip(" ")
    if not LEAST_PASSWORD_CHARACTERS <= len(password) <= MOST_PASSWORD_CHARACTERS:
        raise Malformed("a password has 12 to 1,024 characters")
    try:
        return password.encode("utf-8")
    except UnicodeEncodeError:
        raise Malformed("a password is Unicode text") from None


def password_keys(secret: bytes, salt: bytes) -> MethodKeys:
    """Run `kdf 1` (Argon2id v1.3, 64 MiB, 3 passes, 1 lane) over a normalised password or a sheet's 24
    digits.

    Takes a few tenths of a second and 64 MiB.
    """
    stretched = stretch(secret, salt)
    return MethodKeys(SignKey.from_seed(stretched[:32]), stretched[32:])


def stretch(secret: bytes, salt: bytes) -> bytes:
    """Run Argon2id with the one set of parameters; returns 64 bytes."""
    exact(salt, SALT_BYTES, "salt")
    return crypto_pwhash_alg(64, secret, salt, _PASSES, _MEMORY_BYTES, crypto_pwhash_ALG_ARGON2ID13)


def passkey_input(origin: str) -> bytes:
    """Return what a passkey's `prf` is evaluated with at an origin."""
    return H(label("passkey-input"), origin_hash(origin))


def passkey_method_id(credential_id: bytes) -> bytes:
    """Return the method id of a passkey, made of its credential id, which the relay never learns."""
    if not 1 <= len(credential_id) <= MOST_CREDENTIAL_BYTES:
        raise Malformed("a credential id has 1 to 1,023 bytes")
    return H(label("passkey-method"), credential_id)[:ID_BYTES]


def device_keys(secret: bytes) -> MethodKeys:
    """Run `kdf 0` over a device's 32 random bytes."""
    exact(secret, 32, "device secret")
    return MethodKeys(SignKey.from_seed(derive(secret, "login")), derive(secret, "wrap"))


def account_keys(account_key: bytes) -> AccountKeys:
    """Derive what the 32-byte account key gives."""
    exact(account_key, ACCOUNT_KEY_BYTES, "account key")
    access = SignKey.from_seed(derive(account_key, "access"))
    return AccountKeys(derive(account_key, "vault"), access, derive(account_key, "index"))


@dataclass(frozen=True, slots=True)
class Method:
    """A way in, as the relay knows it. `server_salt` is zeros for `kdf 0`."""

    method_id: bytes
    kdf: int
    server_salt: bytes


def wrap_account_key(
    account_key: bytes, wrap_key: bytes, account_id: bytes, method: Method, nonce: bytes
) -> bytes:
    """Seal the account key under a method's wrap key; `nonce` is 24 fresh random bytes. Returns 104 bytes."""
    exact(account_key, ACCOUNT_KEY_BYTES, "account key")
    return seal_box(wrap_key, "wrap", _wrap_aad(account_id, method), account_key, nonce)


def unwrap_account_key(wrapped: bytes, wrap_key: bytes, account_id: bytes, method: Method) -> bytes:
    """Open a wrapped account key; `NotOpened` whatever is wrong, the length first."""
    if len(wrapped) != WRAPPED_BYTES:
        raise NotOpened
    return open_box(wrap_key, "wrap", _wrap_aad(account_id, method), wrapped)


@dataclass(frozen=True, slots=True)
class Login:
    """What a login signature covers; a challenge serves once, `client_nonce` is 32 random bytes."""

    origin_hash: bytes
    account_id: bytes
    method_id: bytes
    challenge: bytes
    client_nonce: bytes

    def sign(self, login: SignKey) -> bytes:
        """Return the 64-byte answer to the challenge."""
        return login.sign(*self._signed())

    def verify(self, login_public: bytes, signature: bytes) -> None:
        """Verify an answer; `BadSignature` otherwise."""
        verify(login_public, signature, *self._signed())

    def _signed(self) -> tuple[bytes, ...]:
        ids = exact(self.account_id, ID_BYTES, "account id") + exact(self.method_id, ID_BYTES, "method id")
        fresh = exact(self.challenge, CHALLENGE_BYTES, "challenge") + exact(self.client_nonce, 32, "nonce")
        return label("login"), exact(self.origin_hash, 32, "origin hash"), ids, fresh


def _wrap_aad(account_id: bytes, method: Method) -> bytes:
    if method.kdf not in (KDF_DEVICE, KDF_PASSWORD):
        raise Malformed("unknown kdf")
    if method.kdf == KDF_DEVICE and method.server_salt != bytes(SALT_BYTES):
        raise Malformed("a device has no salt")
    ids = exact(account_id, ID_BYTES, "account id") + exact(method.method_id, ID_BYTES, "method id")
    return ids + u8(method.kdf) + exact(method.server_salt, SALT_BYTES, "server salt")
