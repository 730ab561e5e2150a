"""When cryptography fails, nothing comes out: no envelope, no text, no half of either."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType
from typing import Any

import pytest

import keys
from keys import box, day_keys, sealing, selftest, stream, suite
from keys.blob import BlobOpener, BlobSealer
from keys.errors import KeysError
from tests.vectors import cast
from tests.vectors.generate import to_json
from tests.vectors.make_envelopes import Recipe, opening, seal
from tests.vectors.run import run

ONLY_AT_IMPORT = ("AEAD", "KDF", "KEM", "Suite")
"""What makes `suite._HPKE`, which is in the list itself."""
FOREIGN = ("cryptography", "nacl", "hashlib", "_hashlib", "hmac", "_hmac", "_sha2", "_sha3")


class CryptoFailed(Exception):
    """What the double raises."""


class Failing:
    """Stands in for a class, function, object or module of a cryptographic library; whatever is done with
    it fails.
    """

    def __call__(self, *_: Any, **__: Any) -> Any:
        """Fail."""
        raise CryptoFailed

    def __getattr__(self, name: str) -> Any:
        """Give something that fails."""
        if name.startswith("__"):
            raise AttributeError(name)
        return self


def calls() -> Iterator[tuple[ModuleType, str]]:
    """Yield every name in `keys` that stands for something of a cryptographic library."""
    for found in pkgutil.iter_modules(keys.__path__):
        module = import_module(f"keys.{found.name}")
        for name, value in vars(module).items():
            home = value.__name__ if isinstance(value, ModuleType) else _home(value)
            is_error = isinstance(value, type) and issubclass(value, Exception)
            if home.split(".")[0] in FOREIGN and not is_error and name not in ONLY_AT_IMPORT:
                yield module, name


def _home(value: Any) -> str:
    return str(getattr(value, "__module__", None) or type(value).__module__)


CALLS = [pytest.param(module, name, id=f"{module.__name__}.{name}") for module, name in calls()]


def test_all_libraries_are_found() -> None:
    """The list of calls is not empty by mistake: it holds what the suite is made of."""
    found = {f"{param.values[0].__name__}.{param.values[1]}" for param in CALLS}
    assert {
        "keys.suite._HPKE",
        "keys.suite.hashlib",
        "keys.suite.crypto_sign",
        "keys.suite.crypto_sign_open",
        "keys.suite.crypto_core_ed25519_is_valid_point",
        "keys.stream.AESGCM",
        "keys.stream.HKDFExpand",
        "keys.stream.compare_digest",
        "keys.box.crypto_aead_xchacha20poly1305_ietf_decrypt",
        "keys.sealing.hmac",
        "keys.unlock.crypto_pwhash_alg",
    } <= found


RECIPE = Recipe(cast.message())
RAW = seal(RECIPE)
OPENING = opening(RAW, RECIPE)
KEY, SALT, NONCE = bytes(32), bytes(24), bytes(24)
STREAM = stream.seal_stream(KEY, b"", b"text", SALT)
BOX = box.seal_box(KEY, "vault", b"", b"text", NONCE)


def _seal() -> Any:
    part = sealing.sign_content(b"content", sealing.EnvelopeClass.MESSAGE, cast.COACH.identity)
    target = sealing.ReaderTarget(cast.CLIENT.reading_key().seal_key(), 1)
    to = sealing.Addressing(
        sealing.EnvelopeClass.MESSAGE,
        cast.CLIENT_MAILBOX,
        cast.POLICY.tag,
        cast.EXPIRES_AT,
        cast.CLIENT.fp,
        target,
        cast.CLIENT.access.public,
        cast.COACH.access.public,
    )
    return sealing.seal_envelope(to, [part], [cast.day_key(cast.EXPIRES_AT).seal_key()], cast.source("x"))


def _blob() -> Any:
    sealer = BlobSealer(KEY, KEY, cast.EXPIRES_AT, SALT)
    stored = sealer.update(b"text") + b"".join(sealer.finish())
    opener = BlobOpener(sealer.record(0))
    return opener.update(sealer.start + stored) + opener.finish()


def _password() -> Any:
    return run("unlock.password_keys", {"secret": "00" * 12, "salt": "00" * 16})


ACTIONS = {
    "seal an envelope": _seal,
    "open an envelope": lambda: run("sealing.open_envelope", to_json(OPENING)),
    "open a stream": lambda: stream.open_stream(KEY, b"", STREAM),
    "open a box": lambda: box.open_box(KEY, "vault", b"", BOX),
    "seal a box": lambda: box.seal_box(KEY, "vault", b"", b"text", NONCE),
    "seal and open a blob": _blob,
    "stretch a password": _password,
    "a keeper's day": lambda: day_keys.day_share(KEY, KEY),
    "self-test": selftest.selftest,
}


@pytest.mark.parametrize(("module", "name"), CALLS)
def test_nothing_comes_out(module: ModuleType, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With one call failing, each action either does not need it and works, or raises and returns nothing."""
    suite.is_strict_public.cache_clear()
    expected = {action: _outcome(act) for action, act in ACTIONS.items()}
    suite.is_strict_public.cache_clear()
    monkeypatch.setattr(module, name, Failing())
    outcomes = {action: _outcome(act) for action, act in ACTIONS.items()}
    assert CryptoFailed in outcomes.values() or KeysError in outcomes.values()
    for action, outcome in outcomes.items():
        works = outcome not in (CryptoFailed, KeysError)
        assert not works or type(outcome) is type(expected[action]), action


def _outcome(act: Any) -> Any:
    try:
        return act()
    except CryptoFailed:
        return CryptoFailed
    except KeysError:
        return KeysError


@pytest.mark.parametrize(
    "name", ["crypto_sign_open", "crypto_core_ed25519_is_valid_point", "_HPKE", "hashlib"]
)
def test_no_text_without_the_suite(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An envelope never opens while signature, curve check, lock or hash fails."""
    inputs = to_json(OPENING)
    assert "frame" in run("sealing.open_envelope", inputs)
    suite.is_strict_public.cache_clear()
    monkeypatch.setattr(suite, name, Failing())
    with pytest.raises((CryptoFailed, KeysError)):
        run("sealing.open_envelope", inputs)
    monkeypatch.undo()
    suite.is_strict_public.cache_clear()
