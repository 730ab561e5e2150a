"""What the keeper's tests share: a clock that is held, a keeper over real files, and a person who asks it."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from keys.day_keys import open_day_key
from keys.keeper_wire import (
    Answer,
    Ask,
    Grant,
    OpenRequest,
    Revoke,
    open_answer,
    sign_open_request,
    sign_revoke,
    verify_revoked,
)
from keys.locks import KeeperPayload, Lock, parse_lock, seal_keeper_lock
from keys.names import access_hash, day_of
from keys.suite import H, OpenKey, SealKey, SignKey
from relay.clock import Reading
from relay.keeper.folder import create_keeper
from relay.keeper.ring import DAY_SECONDS
from relay.keeper.service import Keeper

TODAY = 20_000
NOON = TODAY * DAY_SECONDS + DAY_SECONDS // 2
HEADER_HASH = H(b"a header")


@dataclass
class HeldClock:
    """Both clocks of a machine, moved by the test alone."""

    wall: float = NOON
    monotonic: float = 1_000.0
    offset: int = 0

    def read(self) -> Reading:
        return Reading(self.wall, self.monotonic)

    def pass_seconds(self, seconds: float) -> None:
        """Time goes by, on both clocks."""
        self.wall += seconds
        self.monotonic += seconds


@dataclass
class House:
    """A keeper's folder, opened again at will."""

    folder: Path
    clock: HeldClock
    public: bytes
    keeper: Keeper = field(init=False)

    def __post_init__(self) -> None:
        self.start()

    def start(self, step: Callable[[str], None] = lambda _: None) -> Keeper:
        self.keeper = Keeper(
            self.folder,
            read=self.clock.read,
            offset=lambda: self.clock.offset,
            random=os.urandom,
            step=step,
        )
        return self.keeper


@dataclass
class Person:
    """Somebody with an access key who seals, asks and revokes."""

    house: House
    access: SignKey = field(default_factory=lambda: SignKey.from_seed(os.urandom(32)))

    @property
    def access_hash(self) -> bytes:
        return access_hash(self.access.public)

    def lock_for(
        self, reader: Person, expires_at: int, not_before: int = 0, day_key_of: int | None = None
    ) -> Lock:
        """A lock for `reader` that this person may revoke."""
        payload = KeeperPayload(os.urandom(32), reader.access_hash, self.access_hash, not_before, expires_at)
        raw = self.house.keeper.days(day_of(expires_at) if day_key_of is None else day_key_of, 1)[0]
        day_key = open_day_key(raw, self.house.keeper.keeper_id, self.house.public)
        return parse_lock(seal_keeper_lock(payload, SealKey.from_bytes(day_key.public), HEADER_HASH))

    def request(
        self,
        *locks: Lock,
        days: tuple[int, ...] = (),
        at: int | None = None,
        header_hash: bytes = HEADER_HASH,
        reply: OpenKey | None = None,
    ) -> tuple[bytes, OpenRequest, OpenKey]:
        """A signed open request, and the one-time key that its answer is sealed to."""
        reply = reply or OpenKey.from_seed(os.urandom(32))
        asked_at = int(self.house.clock.wall) + self.house.clock.offset if at is None else at
        request = OpenRequest(
            self.house.keeper.keeper_id,
            self.access.public,
            asked_at,
            os.urandom(16),
            reply.public,
            tuple(Ask(header_hash, lock) for lock in locks),
            days,
        )
        return sign_open_request(request, self.access), request, reply

    def ask(self, *locks: Lock, days: tuple[int, ...] = (), header_hash: bytes = HEADER_HASH) -> Answer:
        """Ask the keeper, and check and open what it answers."""
        raw, request, reply = self.request(*locks, days=days, header_hash=header_hash)
        return open_answer(self.house.keeper.open(raw), request, raw, self.house.public, reply)

    def grant(self, lock: Lock, header_hash: bytes = HEADER_HASH) -> Grant:
        """The keeper's word on one lock."""
        return self.ask(lock, header_hash=header_hash).grants[0]

    def revoke_request(self, lock: Lock) -> bytes:
        """A signed revoke."""
        revoke = Revoke(
            self.house.keeper.keeper_id,
            self.access.public,
            int(self.house.clock.wall),
            os.urandom(16),
            HEADER_HASH,
            lock,
        )
        return sign_revoke(revoke, self.access)

    def revoke(self, lock: Lock) -> None:
        """Revoke a lock, and check the keeper's signature."""
        raw = self.revoke_request(lock)
        verify_revoked(self.house.keeper.revoke(raw), raw, self.house.public)


@pytest.fixture
def clock() -> HeldClock:
    """A clock that stands at noon."""
    return HeldClock()


@pytest.fixture
def house(tmp_path: Path, clock: HeldClock) -> House:
    """A new keeper."""
    folder = tmp_path / "keeper"
    return House(folder, clock, create_keeper(folder, int(clock.wall), os.urandom))


@pytest.fixture
def anna(house: House) -> Person:
    """A coach: writes, may revoke."""
    return Person(house)


@pytest.fixture
def maya(house: House) -> Person:
    """A client: reads."""
    return Person(house)
