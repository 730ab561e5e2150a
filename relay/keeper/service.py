"""The keeper itself: what it answers to days, open, revoke, tick and status, given its folder and the
time.

Owns the ring in memory and the rules of docs/protocol.md, part 11. It must never answer a revoke or hand out
a day's public key before what they rest on is on disk, and never open a lock that any rule forbids. Threads
may share it.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from hmac import compare_digest
from pathlib import Path
from typing import Final

from keys.errors import KeysError
from keys.keeper_wire import (
    CLOCK_SECONDS,
    Answer,
    Ask,
    DayGrant,
    DayKey,
    Grant,
    Status,
    day_open_key,
    day_share,
    parse_open_request,
    parse_revoke,
    refusal_hash,
    seal_answer,
    sign_day_key,
    sign_revoked,
)
from keys.locks import KeeperPayload, Lock, open_keeper_lock
from keys.names import access_hash, keeper_id
from keys.suite import OpenKey
from relay.clock import Reading
from relay.keeper import tick
from relay.keeper.disk import Step, go_on
from relay.keeper.folder import read_key, refusals_path
from relay.keeper.passage import Passage
from relay.keeper.refusals import Refusals, RefusalsFull
from relay.keeper.ring import MOST_DAYS_AHEAD, SEED_BYTES, first_living_day
from relay.keeper.tick import Random

MOST_DAY_KEYS: Final = 1_024
"""In one answer, which stays under the length of a frame."""

HOT_DAYS: Final = 128
"""Private keys kept loaded: loading one costs more than opening a lock with it."""


class KeeperRefusal(Exception):
    """The keeper does not do that. `code`: malformed, stale, refused, gone, clock, full."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Keeper:
    """One keeper over one folder, which the caller holds (`folder.held`)."""

    def __init__(
        self,
        folder: Path,
        *,
        read: Callable[[], Reading],
        offset: Callable[[], int],
        random: Random,
        step: Step = go_on,
    ) -> None:
        """Open the ring, finishing a tick that was cut. Raises FolderRefused and RingLost."""
        self._folder, self._random, self._step = folder, random, step
        self._key = read_key(folder)
        self.keeper_id = keeper_id(self._key.public)
        self._ring = tick.load(folder, self.keeper_id)
        self._refusals = Refusals(refusals_path(folder))
        fresh = not self._ring.seeds  # nothing can be destroyed yet, so any clock will do
        self._time = Passage(int(read().wall) + offset() if fresh else self._ring.seen_at, read, offset)
        self._writes = threading.Lock()
        self._doubtful = False
        self._hot = HotDays(HOT_DAYS)

    def days(self, first: int, count: int) -> list[bytes]:
        """Signed day keys from `first` on; a day's seed is made, and synced, before its key leaves."""
        today = first_living_day(self._time.now())
        if not (1 <= count <= MOST_DAY_KEYS and today <= first <= today + MOST_DAYS_AHEAD + 1 - count):
            raise KeeperRefusal("malformed")
        wanted = range(first, first + count)
        with self._writing():
            missing = [day for day in wanted if day not in self._ring.seeds]
            if missing:
                self._add({day: self._random(SEED_BYTES) for day in missing})
            seeds = self._ring.seeds
        return [self._signed(day, seeds[day]) for day in wanted]

    def open(self, raw: bytes) -> bytes:
        """The signed and sealed answer to an open request, one status for each item and day."""
        try:
            request = parse_open_request(raw, self.keeper_id)
            if abs(request.asked_at - self._time.clock_at()) > CLOCK_SECONDS:
                raise KeeperRefusal("stale")
            now, asker = self._time.now(), access_hash(request.access_public)
            grants = tuple(self._grant(ask, asker, now) for ask in request.items)
            shares = tuple(self._share(day, request.access_public, now) for day in request.days)
            return seal_answer(Answer(grants, shares), request, raw, self._key)
        except KeysError:
            raise KeeperRefusal("malformed") from None

    def revoke(self, raw: bytes) -> bytes:
        """Refuse a lock from now on; answered when that is on disk. Repeated: answered again.

        Its time is not compared: the relay holds revokes back while the keeper is away, and one that comes
        twice or late changes nothing.
        """
        try:
            revoke = parse_revoke(raw, self.keeper_id)
        except KeysError:
            raise KeeperRefusal("malformed") from None
        with self._writing():
            self._check_revoker(revoke.lock, revoke.header_hash, access_hash(revoke.access_public))
            try:
                self._refusals.add(revoke.lock.period, refusal_hash(revoke.header_hash, revoke.lock.record))
            except RefusalsFull:
                raise KeeperRefusal("full") from None
        return sign_revoked(raw, self._key)

    def tick(self, *, operators_word: bool = False) -> dict[str, int]:
        """Destroy the days that are over. Refused as `clock` where the clock has gained more than two
        days.
        """
        if operators_word:
            self._time.accept()
        if not self._time.believed():
            raise KeeperRefusal("clock")
        with self._writing():
            now = self._time.now()
            over = self._ring.days_over(now)
            self._ring = tick.tick(self._folder, self.keeper_id, self._ring, now, self._random, self._step)
            self._refusals.keep_only(self._ring.seeds.keys())
            self._hot.keep_only(self._ring.seeds)
        return {"day": first_living_day(now), "destroyed": len(over), "number": self._ring.number}

    def note_time(self) -> None:
        """Store the highest instant seen, so that the time after a restart is measured from it."""
        with self._writing():
            self._add({})

    def status(self) -> dict[str, int | str]:
        """Numbers for the operator; nothing of a person."""
        ring = self._ring
        return {
            "clock": "ok" if self._time.believed() else "stopped",
            "days": len(ring.seeds),
            "last_day": max(ring.seeds, default=0),
            "number": ring.number,
            "refusals": len(self._refusals),
        }

    def _signed(self, day: int, seed: bytes) -> bytes:
        return sign_day_key(DayKey(self.keeper_id, day, day_open_key(seed).public), self._key)

    def _grant(self, ask: Ask, asker: bytes, now: int) -> Grant:
        if ask.lock.period < first_living_day(now):
            return Grant(Status.GONE)
        payload = self._opened(ask.lock, ask.header_hash)
        if payload is None or not compare_digest(payload.reader_hash, asker):
            return Grant(Status.REFUSED)
        revoked = self._refusals.holds(ask.lock.period, refusal_hash(ask.header_hash, ask.lock.record))
        if revoked or now >= payload.expires_at:
            return Grant(Status.GONE)
        if now < payload.not_before:
            return Grant(Status.NOT_YET)
        return Grant(Status.HERE, payload.share, payload.revoker_hash, payload.not_before, payload.expires_at)

    def _share(self, day: int, access_public: bytes, now: int) -> DayGrant:
        if day < first_living_day(now):
            return DayGrant(Status.GONE)
        seed = self._ring.seeds.get(day)
        return (
            DayGrant(Status.REFUSED)
            if seed is None
            else DayGrant(Status.HERE, day_share(seed, access_public))
        )

    def _check_revoker(self, lock: Lock, header_hash: bytes, asker: bytes) -> None:
        if lock.period < first_living_day(self._time.now()):
            raise KeeperRefusal("gone")
        payload = self._opened(lock, header_hash)
        if payload is None or asker not in {payload.reader_hash, payload.revoker_hash}:
            raise KeeperRefusal("refused")

    def _opened(self, lock: Lock, header_hash: bytes) -> KeeperPayload | None:
        seed = self._ring.seeds.get(lock.period)
        if seed is None:
            return None
        try:
            return open_keeper_lock(lock, self._hot.key(lock.period, seed), header_hash)
        except KeysError:
            return None

    def _add(self, seeds: Mapping[int, bytes]) -> None:
        seen_at = self._time.seen_at()
        self._ring = tick.add(
            self._folder, self.keeper_id, self._ring, seeds, seen_at, self._random, self._step
        )

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """One write at a time. After one that failed, the disk is asked what holds before the next."""
        with self._writes:
            if self._doubtful:
                self._ring = tick.load(self._folder, self.keeper_id)
                self._refusals = Refusals(refusals_path(self._folder))
            self._doubtful = True
            try:
                yield
            except KeeperRefusal:
                self._doubtful = False
                raise
            self._doubtful = False


class HotDays:
    """Loaded private keys of the days asked for last."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._keys: OrderedDict[int, OpenKey] = OrderedDict()
        self._turn = threading.Lock()

    def key(self, day: int, seed: bytes) -> OpenKey:
        """The private key of a day, loaded now or before."""
        with self._turn:
            if day not in self._keys:
                self._keys[day] = day_open_key(seed)
            self._keys.move_to_end(day)
            if len(self._keys) > self._most:
                self._keys.popitem(last=False)
            return self._keys[day]

    def keep_only(self, days: Mapping[int, bytes]) -> None:
        """Forget the days that are gone."""
        with self._turn:
            for day in self._keys.keys() - days.keys():
                del self._keys[day]
