"""The cast of the vectors: made-up people, a relay, a keeper and one engagement, all from fixed seeds.

Whatever is random in life is derived here from a name, so that a case can be made again by its name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from keys import acts, content, day_keys, locks, names, policy, statement, suite, unlock
from keys.pins import KeeperPin, Pins

NOW = 1_790_000_000
DAY = names.DAY_SECONDS
EXPIRES_AT = 1_793_491_200  # midnight UTC
ORIGIN = "https://inbox.harrow.example"


def secret(name: str, size_bytes: int = 32) -> bytes:
    """Return fixed bytes for a name."""
    return hashlib.shake_256(b"quietbox vectors: " + name.encode()).digest(size_bytes)


def source(name: str) -> Callable[[int], bytes]:
    """Return a fixed source of randomness for a name."""
    calls = 0

    def draw(size_bytes: int) -> bytes:
        nonlocal calls
        calls += 1
        return secret(f"{name}/{calls}", size_bytes)

    return draw


@dataclass(frozen=True)
class Person:
    """Someone with an identity, an account and reading keys."""

    name: str

    @property
    def identity(self) -> suite.SignKey:
        """The identity key."""
        return suite.SignKey.from_seed(secret(f"{self.name} identity"))

    @property
    def fp(self) -> bytes:
        """The fingerprint of the identity key."""
        return names.fingerprint(self.identity.public)

    @property
    def access(self) -> suite.SignKey:
        """The access key, derived from the account key."""
        return unlock.account_keys(secret(f"{self.name} account key")).access

    @property
    def access_hash(self) -> bytes:
        """The access hash."""
        return names.access_hash(self.access.public)

    def reading_seed(self, epoch: int = 1) -> bytes:
        """The seed of a reading key."""
        return secret(f"{self.name} reading {epoch}")

    def reading_key(self, epoch: int = 1) -> suite.OpenKey:
        """A reading key."""
        return suite.OpenKey.from_seed(self.reading_seed(epoch))

    def card(self) -> statement.Card:
        """The first card: three keys of 31 days and a fallback."""
        windows = [(NOW - DAY + 31 * DAY * turn, NOW - DAY + 31 * DAY * (turn + 1)) for turn in range(3)]
        windows.append((NOW - DAY, NOW + 700 * DAY))
        keys = tuple(
            statement.ReadingKey(epoch, start, end, self.reading_key(epoch).public)
            for epoch, (start, end) in enumerate(windows, 1)
        )
        return statement.Card(
            account_id=secret(f"{self.name} account", 16),
            number=1,
            previous_hash=names.ZERO_HASH,
            issued_at=NOW - DAY,
            identity_public=self.identity.public,
            access_public=self.access.public,
            origin_hash=names.origin_hash(ORIGIN),
            keeper_set=names.keeper_set([KEEPER_ID]),
            reading_keys=keys,
        )

    def statement(self) -> bytes:
        """The first signed statement."""
        return statement.sign_statement(self.card(), self.identity)


COACH = Person("Anna Harrow")
CLIENT = Person("Maya Lindqvist")
STRANGER = Person("Zed Marlow")

DOOR = suite.SignKey.from_seed(secret("door"))
NOTICE = suite.SignKey.from_seed(secret("notice"))
KEEPER = suite.SignKey.from_seed(secret("keeper"))
KEEPER_ID = names.keeper_id(KEEPER.public)
FURTHER_KEEPER = suite.SignKey.from_seed(secret("further keeper"))
FURTHER_KEEPER_ID = names.keeper_id(FURTHER_KEEPER.public)
PINS = Pins(
    suite.SignKey.from_seed(secret("relay")).public,
    suite.SignKey.from_seed(secret("log")).public,
    DOOR.public,
    NOTICE.public,
    (KeeperPin(KEEPER_ID, KEEPER.public),),
)

ACCOUNT_ID = secret("account", 16)
ENGAGEMENT_ID = secret("engagement", 16)
COACH_MAILBOX = names.mailbox_id(ENGAGEMENT_ID, names.Role.COACH, COACH.fp)
CLIENT_MAILBOX = names.mailbox_id(ENGAGEMENT_ID, names.Role.CLIENT, CLIENT.fp)
NOTES_MAILBOX = names.mailbox_id(ENGAGEMENT_ID, names.Role.NOTES, COACH.fp)
AGREEMENT = "Six sessions. What is said stays between us."
AGREEMENT_SALT = secret("agreement salt")

POLICY = policy.Policy(
    engagement_id=ENGAGEMENT_ID,
    number=1,
    previous_hash=names.ZERO_HASH,
    coach_fp=COACH.fp,
    work_ends_at=20_730 * DAY,
    hold_days=28,
    longest_keep_days=0,
    agreement_hash=policy.agreement_hash(AGREEMENT_SALT, AGREEMENT),
    refused_domains=("employer.example", "mail.employer.example"),
    places=("Helsinki, Finland",),
    personal_phones=("+358 40 000 0000",),
    sponsor_name="Northwind Ltd",
    sponsor_scope="One page on themes and progress, signed off by Maya.",
)
ACT = acts.ActCore(
    kind=acts.ActKind.POLICY,
    engagement_id=ENGAGEMENT_ID,
    policy_hash=POLICY.hash,
    number=1,
    previous_hash=names.ZERO_HASH,
    issued_at=NOW,
    subject=POLICY.hash,
)


def day_seed(day: int, keeper: str = "keeper") -> bytes:
    """Return a keeper's seed of a day."""
    return secret(f"{keeper} day {day}")


def day_key(expires_at: int, keeper: str = "keeper") -> suite.OpenKey:
    """Return a keeper's key of the day of an instant."""
    return day_keys.day_open_key(day_seed(names.day_of(expires_at), keeper))


def message(sender: Person = COACH, recipient: Person = CLIENT, **changes: object) -> content.Content:
    """Return a short message; `changes` replace fields."""
    fields: dict[str, object] = {
        "kind": content.ContentKind.MESSAGE,
        "nonce": secret("nonce", 16),
        "thread_id": secret("thread", 16),
        "writer": 7,
        "count": 1,
        "previous_id": names.ZERO_HASH,
        "created_at": NOW,
        "expires_at": EXPIRES_AT,
        "policy_hash": POLICY.hash,
        "sender_fp": sender.fp,
        "checkpoint_hash": names.ZERO_HASH,
        "vault_counter": 3,
        "sender_statement_hash": secret(f"{sender.name} statement"),
        "recipients": (content.Recipient(recipient.fp, secret(f"{recipient.name} statement")),),
        "shown": {"subject": "Thursday", "text": "Shall we begin at nine? Älskar te. 🌿"},
    }
    return content.Content(**(fields | changes))  # type: ignore[arg-type]


def keeper_share(lock: locks.Lock, header_hash: bytes, expires_at: int, keeper: str = "keeper") -> bytes:
    """Open a keeper's lock as that keeper."""
    return locks.open_keeper_lock(lock, day_key(expires_at, keeper), header_hash).share
