"""A coach and a client in memory, with keepers that answer: all that sealing and opening need, and no
network.

Randomness is counted up from a seed, time is an argument, so that every run is the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from client_sdk import enrol
from client_sdk.agreement import Offer, agreement_text, make_policy
from client_sdk.compose import Composed, Draft, Step, compose
from client_sdk.facts import Facts
from client_sdk.joining import first_act
from client_sdk.parties import Place, Self
from client_sdk.receive import Examined, examine, finish
from client_sdk.terms import Terms, read_terms
from keys.acts import Act, ActCore, ActKind, sign_act
from keys.day_keys import day_open_key
from keys.keeper_wire import Grant, Status
from keys.locks import open_keeper_lock
from keys.names import ZERO_HASH, Role, access_hash, day_of, keeper_id, key_id
from keys.pins import KeeperPin, Pins
from keys.policy import Policy
from keys.sealing import Opened
from keys.statement import parse_statement
from keys.suite import OpenKey, SealKey, SignKey

ORIGIN = "https://inbox.harrow.example"
NOW = 1_800_000_000
DAY = 86_400


def dice(seed: str) -> Callable[[int], bytes]:
    """Bytes that are the same in every run, and never twice in one."""
    counter = iter(range(1 << 62))

    def draw(size_bytes: int) -> bytes:
        return hashlib.shake_256(f"{seed} {next(counter)}".encode()).digest(size_bytes)

    return draw


@dataclass(frozen=True)
class Keeper:
    """A keeper: its signing key and its days' seeds."""

    name: str

    @property
    def key(self) -> SignKey:
        return SignKey.from_seed(hashlib.sha256(f"keeper {self.name}".encode()).digest())

    @property
    def keeper_id(self) -> bytes:
        return keeper_id(self.key.public)

    def day_seed(self, day: int) -> bytes:
        return hashlib.sha256(f"{self.name} {day}".encode()).digest()

    def day_key(self, day: int) -> SealKey:
        return day_open_key(self.day_seed(day)).seal_key()

    def grant(self, examined: Examined, asker: bytes, now: int) -> Grant:
        """Answer as a keeper does: the share to the reader, until the second of its end."""
        envelope = examined.envelope
        lock = next(
            one for one in envelope.keeper_locks if one.key_id == key_id(self.day_key(one.period).raw)
        )
        payload = open_keeper_lock(lock, day_open_key(self.day_seed(lock.period)), envelope.header_hash)
        if access_hash(asker) != payload.reader_hash:
            return Grant(Status.REFUSED)
        if now >= payload.expires_at:
            return Grant(Status.GONE)
        return Grant(Status.HERE, payload.share, payload.revoker_hash, payload.not_before, payload.expires_at)


def made_pins(keepers: Sequence[Keeper]) -> Pins:
    """Pins of a relay with these keepers."""
    relay = [SignKey.from_seed(hashlib.sha256(name).digest()).public for name in (b"r", b"l", b"d", b"n")]
    pinned = sorted(
        (KeeperPin(one.keeper_id, one.key.public) for one in keepers), key=lambda pin: pin.keeper_id
    )
    return Pins(*relay, tuple(pinned))


DOOR = SignKey.from_seed(hashlib.sha256(b"d").digest())
NOTICE = SignKey.from_seed(hashlib.sha256(b"n").digest())


def made_self(seed: str, pins: Pins, now: int = NOW) -> Self:
    """A person with a first card."""
    seeds = enrol.draw_seeds(now, dice(seed))
    statement = parse_statement(enrol.first_card(seeds, pins, ORIGIN, now))
    reading = {key_id(key.public): key for key in (OpenKey.from_seed(one.seed) for one in seeds.reading)}
    return Self(seeds.identity, seeds.keys.access, reading, statement, vault_counter=1)


@dataclass
class Pair:
    """Both sides of one engagement."""

    keepers: tuple[Keeper, ...] = (Keeper("one"),)
    recall: bool = True
    random: Callable[[int], bytes] = field(default_factory=lambda: dice("pair"))

    def __post_init__(self) -> None:
        self.pins = made_pins(self.keepers)
        self.coach = made_self("anna", self.pins)
        self.client = made_self("maya", self.pins)
        self.engagement_id = bytes(range(16))
        facts = Facts(date(2027, 2, 28), recall=self.recall, places=("inbox.harrow.example",))
        self.offer = Offer("Anna Harrow", "Maya Okafor", "Harrow Coaching", facts)
        text = agreement_text(self.offer)
        self.agree(make_policy(self.offer, self.engagement_id, self.coach.fp, text, bytes(32)))

    def agree(self, policy: Policy) -> None:
        """Both sign a first policy, in place of what they had signed."""
        self.policy = policy
        offered = sign_act(first_act(policy, NOW), self.coach.identity)
        self.acts: list[Act] = [sign_act(offered.core, self.client.identity, offered)]
        self.policies: list[Policy] = [policy]

    @property
    def at_coach(self) -> Place:
        return Place(self.engagement_id, Role.COACH, self.coach, self.client.statement, self.pins)

    @property
    def at_client(self) -> Place:
        return Place(self.engagement_id, Role.CLIENT, self.client, self.coach.statement, self.pins)

    def place(self, me: Self) -> Place:
        """The engagement as one of the two sees it."""
        return self.at_coach if me is self.coach else self.at_client

    @property
    def terms(self) -> Terms:
        return read_terms(
            self.engagement_id,
            [policy.encode() for policy in self.policies],
            [act.encode() for act in self.acts],
            pinned_act=self.acts[0].encode(),
            coach_public=self.coach.identity.public,
            client_public=self.client.identity.public,
        )

    def act(self, kind: ActKind, signer: Self, **fields: Any) -> Act:
        """The next act, signed by one."""
        last = self.acts[-1].core
        core = ActCore(
            kind,
            self.engagement_id,
            self.policy.hash,
            last.number + 1,
            last.hash,
            fields.pop("issued_at", NOW),
            **fields,
        )
        return sign_act(core, signer.identity)

    def day_keys(self, expires_at: int) -> dict[bytes, SealKey]:
        """The keepers' keys for the day of an instant."""
        return {one.keeper_id: one.day_key(day_of(expires_at)) for one in self.keepers}

    def compose(
        self,
        sender: Self,
        *,
        text: str = "hello",
        expires_at: int = NOW + 3 * DAY,
        now: int = NOW,
        **more: Any,
    ) -> Composed:
        """A message of one to the other."""
        return compose(
            self.place(sender),
            self.terms,
            more.get("draft", Draft("Subject", text)),
            more.get("step", Step(7, 1, ZERO_HASH)),
            expires_at=expires_at,
            now=now,
            day_keys=more.get("day_keys", self.day_keys(expires_at)),
            random=self.random,
        )

    def day_key_ids(self, expires_at: int) -> dict[bytes, bytes]:
        return {keeper: key_id(key.raw) for keeper, key in self.day_keys(expires_at).items()}

    def examine(self, raw: bytes, me: Self, now: int = NOW, terms: Terms | None = None) -> Examined:
        """Look at a row as its reader."""
        ids = None if len(self.keepers) == 1 else self.day_key_ids(int.from_bytes(raw[56:64], "big") or 1)
        return examine(raw, self.place(me), terms or self.terms, now, ids)

    def grants(self, examined: Examined, me: Self, now: int = NOW) -> dict[bytes, Grant]:
        """Every keeper's answer to a reader."""
        return {one.keeper_id: one.grant(examined, me.access.public, now) for one in self.keepers}

    def open(self, raw: bytes, me: Self, now: int = NOW) -> Opened:
        """Open a row as its reader, with the keepers' own answers."""
        examined = self.examine(raw, me, now)
        return finish(examined, self.grants(examined, me, now), self.place(me), self.terms, now)


def envelopes(group: bytes) -> list[bytes]:
    """The envelopes of a group, as `frames.encode_group` wrote them."""
    count, at, found = int.from_bytes(group[:2], "big"), 2, []
    for _ in range(count):
        size = int.from_bytes(group[at : at + 4], "big")
        found.append(group[at + 4 : at + 4 + size])
        at += 4 + size
        at += 2 + 32 * int.from_bytes(group[at : at + 2], "big")
    assert at == len(group)
    return found


def renewed(me: Self, now: int, seed: str = "renewed") -> Self:
    """The same person with the next card."""
    random = dice(seed)
    fresh = enrol.draw_reading(now, 5, random)
    raw = enrol.next_card(me.statement, fresh, me.identity, now)
    keys = {key_id(key.public): key for key in (OpenKey.from_seed(one.seed) for one in fresh)}
    return replace(me, statement=parse_statement(raw), reading={**me.reading, **keys})
