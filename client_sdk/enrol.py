"""Enrol: the making of an account, of ways in and of key cards.

Owns which keys a new account has, how a card is renewed and how a way in wraps the account key. Pure but
slow: a password or a sheet costs a run of Argon2id. Must never reuse a random value, and never drop a reading
key that something living may be sealed to. (docs/protocol.md, parts 3, 4, 8 and 13; rulings 3 and 7.)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final
from urllib.parse import urlsplit

from client_sdk.errors import Misused
from client_sdk.protocol.people import Method
from client_sdk.vault import KEPT_SECONDS, Change, Vault, Written
from keys import unlock
from keys.box import NONCE_BYTES
from keys.errors import Malformed, Mistyped
from keys.names import DAY_SECONDS, Random, origin_hash
from keys.pins import Pins
from keys.policy import Policy
from keys.recovery import RANDOM_BYTES as SHEET_BYTES
from keys.recovery import print_sheet, read_sheet, sheet_digits
from keys.statement import Card, ReadingKey, Statement, parse_statement, sign_statement
from keys.suite import OpenKey, SignKey
from keys.vault import ReadingSeed, encode_card, encode_identity, encode_reading, encode_relay
from keys.wordlist import words

KEY_DAYS: Final = 31
KEYS_IN_A_ROW: Final = 3
FALLBACK_DAYS: Final = 800
RENEW_SECONDS: Final = 30 * DAY_SECONDS
BACKDATE_SECONDS: Final = 600
"""A card is valid from a little earlier, for senders whose clock is behind."""


@dataclass(frozen=True, slots=True)
class Seeds:
    """The secrets that a new account begins with."""

    account_id: bytes
    account_key: bytes = field(repr=False)
    identity: SignKey = field(repr=False)
    reading: tuple[ReadingSeed, ...] = field(repr=False)

    @property
    def keys(self) -> unlock.AccountKeys:
        """What the account key gives."""
        return unlock.account_keys(self.account_key)


def draw_seeds(now: int, random: Random) -> Seeds:
    """Draw all secrets of a new account."""
    identity = SignKey.from_seed(random(32))
    return Seeds(random(16), random(32), identity, draw_reading(now, 1, random))


def draw_reading(now: int, first_epoch: int, random: Random) -> tuple[ReadingSeed, ...]:
    """Draw the reading keys of a card: three of 31 days in a row, and a fallback of 800 days."""
    start = now - BACKDATE_SECONDS
    ends = [start + KEY_DAYS * DAY_SECONDS * number for number in range(KEYS_IN_A_ROW + 1)]
    windows = [*pairwise(ends), (start, start + FALLBACK_DAYS * DAY_SECONDS)]
    return tuple(
        ReadingSeed(first_epoch + index, valid_from, valid_until, random(32))
        for index, (valid_from, valid_until) in enumerate(windows)
    )


def first_card(seeds: Seeds, pins: Pins, origin: str, now: int) -> bytes:
    """Return the first signed statement of an account."""
    card = Card(
        account_id=seeds.account_id,
        number=1,
        previous_hash=bytes(32),
        issued_at=now,
        identity_public=seeds.identity.public,
        access_public=seeds.keys.access.public,
        origin_hash=origin_hash(origin),
        keeper_set=pins.keeper_set,
        reading_keys=publics(seeds.reading),
    )
    return sign_statement(card, seeds.identity)


def card_is_due(card: Card, now: int) -> bool:
    """Whether a new card is due: at the first unlock after 30 days (ruling 7)."""
    return now >= card.issued_at + RENEW_SECONDS


def next_card(before: Statement, fresh: Sequence[ReadingSeed], identity: SignKey, now: int) -> bytes:
    """Return the statement that follows `before`, with fresh reading keys."""
    card = before.card
    renewed = Card(
        account_id=card.account_id,
        number=card.number + 1,
        previous_hash=before.hash,
        issued_at=now,
        identity_public=card.identity_public,
        access_public=card.access_public,
        origin_hash=card.origin_hash,
        keeper_set=card.keeper_set,
        reading_keys=publics(fresh),
    )
    return sign_statement(renewed, identity)


def publics(seeds: Iterable[ReadingSeed]) -> tuple[ReadingKey, ...]:
    """Return the public side of reading keys."""
    return tuple(
        ReadingKey(one.epoch, one.valid_from, one.valid_until, OpenKey.from_seed(one.seed).public)
        for one in seeds
    )


def still_needed(
    seeds: Iterable[ReadingSeed], policies: Iterable[Policy], now: int
) -> tuple[ReadingSeed, ...]:
    """Return the reading keys to keep: those valid, and those to which something living may be sealed."""
    held = list(policies)

    def needed(one: ReadingSeed) -> bool:
        last = max((policy.latest(one.valid_until) for policy in held), default=0)
        return one.valid_until > now or last > now

    return tuple(one for one in seeds if needed(one))


# --- ways in ------------------------------------------------------------------------------------------------


def authority(origin: str) -> str:
    """Return the host of an origin, with the port where it names one."""
    return urlsplit(origin).netloc


def draw_name(random: Random) -> str:
    """Draw a login name: word-word-NN."""
    first, second = (words()[int.from_bytes(random(4), "big") % len(words())] for _ in range(2))
    return f"{first}-{second}-{int.from_bytes(random(4), 'big') % 90 + 10}"


def draw_sheet(random: Random) -> str:
    """Draw a recovery sheet; returns its six printed groups."""
    return print_sheet(sheet_digits(random(SHEET_BYTES)))


def password_secret(password: str) -> bytes:
    """Return what `kdf 1` is fed for a password; `Misused` for one of another length than 12 to 1,024."""
    try:
        return unlock.normalise_password(password)
    except Malformed as cause:
        raise Misused(
            "A password has 12 characters or more.", hint="Five ready-made words are safest."
        ) from cause


def sheet_secret(printed: str) -> bytes:
    """Return what `kdf 1` is fed for a sheet; `Misused` names the first mistyped group."""
    try:
        return read_sheet(printed).encode("ascii")
    except Mistyped as cause:
        raise Misused(
            f"Group {cause.group + 1} of the sheet is mistyped.", hint="Compare that group with the paper."
        ) from cause


def stretch(secret: bytes, name: str, origin: str, server_salt: bytes) -> unlock.MethodKeys:
    """Run `kdf 1` for an account. Takes a few tenths of a second."""
    try:
        salt = unlock.kdf_salt(name, authority(origin), server_salt)
    except Malformed as cause:
        raise Misused("A login name has 3 to 64 of a-z, 0-9 and single hyphens.") from cause
    return unlock.password_keys(secret, salt)


def stretched_method(
    kind: str, secret: bytes, seeds: Seeds, name: str, origin: str, random: Random
) -> Method:
    """Make a way in from a password (kind `password`) or a sheet (kind `sheet`)."""
    server_salt = random(unlock.SALT_BYTES)
    keys = stretch(secret, name, origin, server_salt)
    facts = unlock.Method(random(16), unlock.KDF_PASSWORD, server_salt)
    return _method(kind, facts, keys, seeds.account_id, seeds.account_key, random)


def device_method(secret: bytes, account_id: bytes, account_key: bytes, random: Random) -> Method:
    """Make this computer's way in from its 32 random bytes."""
    facts = unlock.Method(random(16), unlock.KDF_DEVICE, bytes(unlock.SALT_BYTES))
    return _method("device", facts, unlock.device_keys(secret), account_id, account_key, random)


def _method(
    kind: str,
    facts: unlock.Method,
    keys: unlock.MethodKeys,
    account_id: bytes,
    account_key: bytes,
    random: Random,
) -> Method:
    wrap = unlock.wrap_account_key(account_key, keys.wrap_key, account_id, facts, random(NONCE_BYTES))
    return Method(facts.method_id, kind, facts.kdf, facts.server_salt, keys.login.public, wrap)


# --- the first vault ----------------------------------------------------------------------------------------


def first_vault(
    seeds: Seeds, card: bytes, pins: Pins, now: int, random: Random, more: dict[str, Change]
) -> Written:
    """Return the vault of a new account; `more` holds a client's engagement."""
    until = now + KEPT_SECONDS
    items = {
        "identity": Change(encode_identity(seeds.identity.seed), until),
        "reading": Change(encode_reading(seeds.reading), until),
        "relay": Change(encode_relay(pins), until),
        "card": Change(encode_card(card), until),
    }
    return Vault.empty(seeds.account_id, seeds.keys.vault_key).write({**items, **more}, random)


def renewal(vault: Vault, policies: Iterable[Policy], now: int, random: Random) -> dict[str, Change]:
    """Return the changes of the vault that give an account its next card."""
    before = parse_statement(vault.card)
    kept = still_needed(vault.reading, policies, now)
    fresh = draw_reading(now, max((one.epoch for one in vault.reading), default=0) + 1, random)
    card = next_card(before, fresh, vault.identity, now)
    until = now + KEPT_SECONDS
    return {
        "reading": Change(encode_reading((*kept, *fresh)), until),
        "card": Change(encode_card(card), until),
    }
