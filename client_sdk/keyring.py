"""Keyring: where this computer keeps the secret of its own way in.

Owns two places: the system's keychain, and a file sealed under a password by Argon2id. Must never write the
secret in clear, never fall back from one place to the other by itself, and never use a keychain that is none
(a file in clear, a null backend). The secret is 32 random bytes; losing it loses a way in, not the account.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Protocol

from client_sdk import errors
from client_sdk.home import FULL_COST, FileCost, write_private
from keys.box import NONCE_BYTES, open_box, seal_box
from keys.encoding import Reader, u32
from keys.errors import KeysError, NotOpened
from keys.names import Random

SECRET_BYTES: Final = 32
SALT_BYTES: Final = 16
MAGIC: Final = b"QBK1"
SERVICE: Final = "quietbox"
MOST_KIB: Final = 4 * 1024 * 1024
MOST_PASSES: Final = 64

AskPassword = Callable[[], str]


class SecretPlace(Protocol):
    """Where the device secret rests. `kind` is remembered in the account's state."""

    kind: str

    def load(self) -> bytes: ...

    def save(self, secret: bytes) -> None: ...

    def forget(self) -> None: ...


class SealedFile:
    """A file sealed under a password: magic ‖ memory 4 ‖ passes 4 ‖ salt 16 ‖ box (purpose `device`)."""

    kind = "file"

    def __init__(self, path: Path, ask: AskPassword, random: Random, cost: FileCost = FULL_COST) -> None:
        self._path = path
        self._ask = ask
        self._random = random
        self._cost = cost

    def load(self) -> bytes:
        """Open the file. `Locked` where there is none, `WrongPassword` where the password does not open
        it.
        """
        try:
            return open_secret(self._path.read_bytes(), self._ask())
        except FileNotFoundError:
            raise errors.Locked from None
        except NotOpened:
            raise errors.WrongPassword from None
        except KeysError as cause:
            raise errors.Locked("The file of this computer's secret is damaged.") from cause

    def save(self, secret: bytes) -> None:
        """Seal the secret into the file."""
        salt, nonce = self._random(SALT_BYTES), self._random(NONCE_BYTES)
        write_private(self._path, seal_secret(secret, self._ask(), self._cost, salt, nonce))

    def forget(self) -> None:
        """Take the file away."""
        self._path.unlink(missing_ok=True)


def seal_secret(secret: bytes, password: str, cost: FileCost, salt: bytes, nonce: bytes) -> bytes:
    """Seal a device secret under a password."""
    head = MAGIC + u32(cost.memory_kib) + u32(cost.passes) + salt
    return head + seal_box(_stretch(password, cost, salt), "device", head, secret, nonce)


def open_secret(sealed: bytes, password: str) -> bytes:
    """Open what `seal_secret` made; `NotOpened` for a wrong password."""
    reader = Reader(sealed)
    reader.expect(MAGIC, "magic")
    memory_kib = reader.between(reader.u32(), 8, MOST_KIB, "memory")
    passes = reader.between(reader.u32(), 1, MOST_PASSES, "passes")
    salt = reader.take(SALT_BYTES)
    head = reader.so_far()
    return open_box(_stretch(password, FileCost(memory_kib, passes), salt), "device", head, reader.rest())


def _stretch(password: str, cost: FileCost, salt: bytes) -> bytes:
    """Argon2id (RFC 9106), one lane, 32 bytes out."""
    from nacl.bindings import crypto_pwhash_alg, crypto_pwhash_ALG_ARGON2ID13

    plain = normal_password(password).encode("utf-8")
    return crypto_pwhash_alg(
        SECRET_BYTES, plain, salt, cost.passes, cost.memory_kib * 1024, crypto_pwhash_ALG_ARGON2ID13
    )


def normal_password(password: str) -> str:
    """Normalise as docs/protocol.md, part 3: NFKC, stripped, each run of white space one space."""
    from unicodedata import normalize

    return " ".join(normalize("NFKC", password).split())


class Keychain:
    """The system's keychain: Secret Service, KWallet, macOS or Windows."""

    kind = "keychain"

    def __init__(self, account: str) -> None:
        self._account = account

    def load(self) -> bytes:
        """Take the secret out. `Locked` where the keychain is closed or does not hold it."""
        stored = self._with_backend("get_password", SERVICE, self._account)
        try:
            secret = base64.b64decode(stored or "", validate=True)
        except ValueError:
            secret = b""
        if len(secret) != SECRET_BYTES:
            raise errors.Locked("The keychain does not hold this account's secret.")
        return secret

    def save(self, secret: bytes) -> None:
        """Put the secret in."""
        self._with_backend("set_password", SERVICE, self._account, base64.b64encode(secret).decode("ascii"))

    def forget(self) -> None:
        """Take the secret away."""
        from keyring.errors import PasswordDeleteError

        try:
            self._with_backend("delete_password", SERVICE, self._account)
        except errors.Locked as locked:
            if not isinstance(locked.__cause__, PasswordDeleteError):
                raise

    def _with_backend(self, call: str, *arguments: str) -> Any:
        from keyring.errors import KeyringError

        backend = find_keychain()
        if backend is None:
            raise errors.Locked("There is no keychain on this system.")
        try:
            return getattr(backend, call)(*arguments)
        except KeyringError as cause:
            raise errors.Locked("The keychain did not open.") from cause


def find_keychain() -> Any | None:
    """Return the system's keychain, or None where there is none that may be trusted with a secret."""
    import keyring

    backend = keyring.get_keyring()
    module = type(backend).__module__
    if not module.startswith("keyring.backends.") or module.endswith((".fail", ".null")):
        return None
    return backend
