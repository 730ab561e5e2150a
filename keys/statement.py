"""Statement: a person's signed key card, and the chain of cards.

Owns the card's bytes, its checks link by link and the choice of the reading key. Must never accept a new
identity key without the previous one's signature: a relay cannot introduce a key. (docs/protocol.md,
Statement.)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from keys.encoding import Reader, exact, label, u32, u64
from keys.errors import BadSignature, Malformed, Refused
from keys.names import DAY_SECONDS, ID_BYTES, ZERO_HASH, derive, fingerprint, key_id
from keys.suite import SEAL_PUBLIC_BYTES, SIGNATURE_BYTES, H, SignKey, is_strict_public, verify

MOST_READING_KEYS: Final = 4
MOST_VALID_SECONDS: Final = 800 * DAY_SECONDS
MOST_STATEMENT_BYTES: Final = 196 + MOST_READING_KEYS * (20 + SEAL_PUBLIC_BYTES) + 2 * SIGNATURE_BYTES


@dataclass(frozen=True, slots=True)
class ReadingKey:
    """A public reading key: valid for sealing while valid_from <= now < valid_until, for opening always."""

    epoch: int
    valid_from: int
    valid_until: int
    public: bytes = field(repr=False)

    @property
    def key_id(self) -> bytes:
        """The 8-byte id under which a reader's lock stands."""
        return key_id(self.public)

    def encode(self) -> bytes:
        """Return the 1,236 bytes of the key in a statement."""
        window = u64(self.valid_from) + u64(self.valid_until)
        return u32(self.epoch) + window + exact(self.public, SEAL_PUBLIC_BYTES, "reading key")


@dataclass(frozen=True, slots=True)
class Card:
    """The fields of a statement, before signing. `number` rises by 1 from 1."""

    account_id: bytes
    number: int
    previous_hash: bytes
    issued_at: int
    identity_public: bytes
    access_public: bytes
    origin_hash: bytes
    keeper_set: bytes
    reading_keys: tuple[ReadingKey, ...]

    def encode(self) -> bytes:
        """Return the bytes that are signed; `Malformed` for a field that the format forbids."""
        _check(self)
        start = bytes([1, len(self.reading_keys), 0, 0]) + exact(self.account_id, ID_BYTES, "account id")
        chain = u64(self.number) + exact(self.previous_hash, 32, "previous hash") + u64(self.issued_at)
        publics = exact(self.identity_public, 32, "key") + exact(self.access_public, 32, "key")
        places = exact(self.origin_hash, 32, "origin hash") + exact(self.keeper_set, 32, "keeper set")
        return start + chain + publics + places + b"".join(key.encode() for key in self.reading_keys)


@dataclass(frozen=True, slots=True)
class Statement:
    """A signed card. `raw` is all of it; `verify_statement` or `verify_chain` says whether it may be
    believed.
    """

    card: Card
    signature: bytes
    previous_signature: bytes | None
    raw: bytes = field(repr=False)

    @property
    def hash(self) -> bytes:
        """The hash by which the next statement, contents and recipients name this one."""
        return statement_hash(self.raw)

    @property
    def fp(self) -> bytes:
        """The fingerprint of its identity key."""
        return fingerprint(self.card.identity_public)


def statement_hash(raw: bytes) -> bytes:
    """Return H(L("statement-hash") ‖ statement, signatures included)."""
    return H(label("statement-hash"), raw)


def sign_statement(card: Card, identity: SignKey, previous_identity: SignKey | None = None) -> bytes:
    """Sign a card; `previous_identity` exactly where the identity key differs from the previous
    statement's.
    """
    signed = card.encode()
    signers = (identity,) if previous_identity is None else (identity, previous_identity)
    if identity.public != card.identity_public:
        raise Malformed("the identity key is not the card's")
    return signed + b"".join(signer.sign(label("statement"), signed) for signer in signers)


def parse_statement(raw: bytes) -> Statement:
    """Parse a statement strictly. Its signatures are not verified here."""
    if len(raw) > MOST_STATEMENT_BYTES:
        raise Malformed("statement is too long")
    reader = Reader(raw)
    reader.expect(b"\x01", "version")
    count = reader.u8()
    reader.reserved(2)
    chain = (reader.take(ID_BYTES), reader.u64(), reader.take(32), reader.u64())
    identity_public, access_public = reader.take(32), reader.take(32)
    origin, keepers = reader.take(32), reader.take(32)
    keys = tuple(_read_key(reader) for _ in range(count))
    card = Card(*chain, identity_public, access_public, origin, keepers, keys)
    _check(card)
    signature = reader.take(SIGNATURE_BYTES)
    previous_signature = reader.take(SIGNATURE_BYTES) if reader.remaining else None
    reader.finish()
    if card.number == 1 and previous_signature is not None:
        raise Malformed("a first statement has one signature")
    return Statement(card, signature, previous_signature, raw)


def verify_statement(statement: Statement) -> None:
    """Verify a statement's signature by its own identity key: enough for a card that a pin or a secret
    vouches for.
    """
    signed = statement.raw[: -SIGNATURE_BYTES * (1 + (statement.previous_signature is not None))]
    verify(statement.card.identity_public, statement.signature, label("statement"), signed)


def verify_link(previous: Statement, statement: Statement) -> None:
    """Verify that `statement` follows `previous`, which is already believed.

    Raises `Refused("order")` for a wrong number, hash or account, `BadSignature` for a missing, wrong or
    superfluous signature.
    """
    card = statement.card
    if card.account_id != previous.card.account_id or card.number != previous.card.number + 1:
        raise Refused("order")
    if card.previous_hash != previous.hash:
        raise Refused("order")
    verify_statement(statement)
    changed = card.identity_public != previous.card.identity_public
    if changed != (statement.previous_signature is not None):
        raise BadSignature
    if statement.previous_signature is not None:
        signed = statement.raw[: -2 * SIGNATURE_BYTES]
        verify(previous.card.identity_public, statement.previous_signature, label("statement"), signed)


def verify_chain(pinned: Statement, later: Iterable[Statement]) -> Statement:
    """Verify statements link by link from a pinned one on; returns the newest (the pinned one if there is
    none).
    """
    for statement in later:
        verify_link(pinned, statement)
        pinned = statement
    return pinned


def choose_reading_key(card: Card, now: int) -> ReadingKey:
    """Return the key to seal to: of those valid now the one that ends first. `Refused("stale")` if there
    is none.
    """
    valid = [key for key in card.reading_keys if key.valid_from <= now < key.valid_until]
    if not valid:
        raise Refused("stale")
    return min(valid, key=lambda key: key.valid_until)


def blind(identity_seed: bytes, statement_number: int) -> bytes:
    """Return the 32-byte blind of a statement's leaf in the log, known to its owner and contacts."""
    return derive(exact(identity_seed, 32, "identity seed") + u64(statement_number), "statement-blind")


def _read_key(reader: Reader) -> ReadingKey:
    return ReadingKey(reader.u32(), reader.u64(), reader.u64(), reader.take(SEAL_PUBLIC_BYTES))


def _check(card: Card) -> None:
    if not 1 <= len(card.reading_keys) <= MOST_READING_KEYS:
        raise Malformed("a statement has 1 to 4 reading keys")
    if any(earlier.epoch >= later.epoch for earlier, later in pairwise(card.reading_keys)):
        raise Malformed("epochs must be ascending")
    if any(not 0 < key.valid_until - key.valid_from <= MOST_VALID_SECONDS for key in card.reading_keys):
        raise Malformed("a reading key is valid for 1 second to 800 days")
    if card.number < 1 or (card.number == 1) != (card.previous_hash == ZERO_HASH):
        raise Malformed("only a first statement has no previous one")
    if not (is_strict_public(card.identity_public) and is_strict_public(card.access_public)):
        raise Malformed("not a canonical public key")
