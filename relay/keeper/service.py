"""The keeper itself: what it answers to days, open, revoke, tick and status, given its folder and the
time.

Owns the ring in memory and the rules of docs/protocol.md, part 11. It must never answer a revoke or hand out
a day's public key before what they rest on is on disk, in the mirror too where there is one; never open a
lock that any rule forbids; and, restored from a backup, open nothing before its refusal list is caught up.
Threads may share it.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from hmac import compare_digest
from pathlib import Path
from typing import Final

from keys.day_gone import DayGone, day_key_hash, sign_day_gone
from keys.day_keys import DayKey, day_open_key, day_share, sign_day_key
from keys.errors import KeysError
from keys.keeper_wire import (
    CLOCK_SECONDS,
    Answer,
    Ask,
    DayGrant,
    Grant,
    Status,
    parse_open_request,
    parse_revoke,
    refusal_hash,
    seal_answer,
    sign_revoked,
)
from keys.locks import KeeperPayload, Lock, open_keeper_lock
from keys.names import access_hash, keeper_id
from keys.suite import OpenKey
from relay.clock import Reading
from relay.keeper import tick
from relay.keeper.backup import TAIL_DAYS, Backups, Saved
from relay.keeper.disk import MirrorAway, Step, go_on
from relay.keeper.folder import behind_path, gone_path, refusals_path, share_key
from relay.keeper.gone import DaysGone
from relay.keeper.passage import Passage
from relay.keeper.refusals import Refusals, RefusalsFull
from relay.keeper.ring import MOST_DAYS_AHEAD, SEED_BYTES, Ring, first_living_day
from relay.keeper.tick import Random

MOST_DAY_KEYS: Final = 1_024
"""In one answer, which stays under the length of a frame."""

HOT_DAYS: Final = 128
"""Private keys kept loaded: loading one costs more than opening a lock with it."""


class KeeperRefusal(Exception):
    """The keeper does not do that. `code`: malformed, stale, refused, gone, clock, full, mirror, behind."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Keeper:
    """One keeper over one folder and perhaps a mirror, which the caller holds (`folder.held`)."""

    _ring: Ring
    _refusals: Refusals
    _gone: DaysGone
    _behind: bool

    def __init__(
        self,
        folder: Path,
        *,
        read: Callable[[], Reading],
        offset: Callable[[], int],
        random: Random,
        step: Step = go_on,
        mirror: Path | None = None,
        backups: Backups | None = None,
        tell: Callable[[str], None] = go_on,
    ) -> None:
        """Open the ring, finishing a tick that was cut, and bring the mirror in step. `tell` hears what an
        operator must know. Raises FolderRefused, RingLost, and OSError where a folder is away.
        """
        self._folders = (folder,) if mirror is None else (folder, mirror)
        self._backups, self._tell = backups, tell
        self._random, self._step = random, step
        self._key = share_key(self._folders)
        self.keeper_id = keeper_id(self._key.public)
        if backups is not None:
            backups.make_folder()
        self._read_disk()
        self._backup_failed = False
        self._ticked_on = -1
        fresh = not self._ring.seeds  # nothing can be destroyed yet, so any clock will do
        self._time = Passage(int(read().wall) + offset() if fresh else self._ring.seen_at, read, offset)
        self._writes = threading.Lock()
        self._doubtful = self._mirror_away = False
        self._hot = HotDays(HOT_DAYS)

    def days(self, first: int, count: int) -> list[bytes]:
        """Signed day keys from `first` on; a day's seed is made, and synced, before its key leaves."""
        self._must_be_caught_up()
        today = first_living_day(self._time.now())
        if not (1 <= count <= MOST_DAY_KEYS and today <= first <= today + MOST_DAYS_AHEAD + 1 - count):
            raise KeeperRefusal("malformed")
        wanted = range(first, first + count)
        seeds = self._ring.seeds
        if any(day not in seeds for day in wanted):
            with self._writing():
                missing = [day for day in wanted if day not in self._ring.seeds]
                self._add({day: self._random(SEED_BYTES) for day in missing})
                seeds = self._ring.seeds
        return [self._signed(day, seeds[day]) for day in wanted]

    def open(self, raw: bytes) -> bytes:
        """The signed and sealed answer to an open request, one status for each item and day."""
        self._must_be_caught_up()
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
        self._must_be_caught_up()
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
        days. A keeper that is behind ticks too: what ends does not wait for what is to be refused.
        """
        if operators_word:
            self._time.accept()
        if not self._time.believed():
            raise KeeperRefusal("clock")
        with self._writing():
            now = self._time.act_at()
            over = self._ring.days_over(now)
            self._gone.write([self._word(day, now) for day in over])
            self._ring = tick.tick(self._folders, self.keeper_id, self._ring, now, self._random, self._step)
            self._refusals.keep_only(self._ring.seeds.keys())
            self._hot.keep_only(self._ring.seeds)
            self._gone.drop_old(now)
            self._back_up(now)
            self._ticked_on = first_living_day(now)
        return {"day": first_living_day(now), "destroyed": len(over), "number": self._ring.number}

    def tick_is_due(self) -> bool:
        """Whether a day has ended since the last tick, by a clock that may be acted on."""
        if not (self._time.steady() and self._time.believed()):
            return False
        return first_living_day(self._time.act_at()) > self._ticked_on

    def days_gone(self, first: int) -> list[bytes]:
        """Up to 62 signed words, of the days from `first` on that were destroyed in the last 62 days."""
        self._must_be_caught_up()
        return self._gone.since(first, self._ring.seeds)

    def note_time(self) -> None:
        """Store the highest instant seen, so that the time after a restart is measured from it; and the days
        that were made since the last backup. Where a tick is due it makes the backup: one of today must not
        hold a day that is over.
        """
        with self._writing():
            self._add({})
            now = self._time.act_at()
            if self._time.believed() and not self._ring.days_over(now):
                self._back_up(now)

    def status(self) -> dict[str, int | str]:
        """Numbers and words for the operator; nothing of a person."""
        ring = self._ring
        told: dict[str, int | str] = {
            "clock": "ok" if self._time.believed() else "stopped",
            "days": len(ring.seeds),
            "last_day": max(ring.seeds, default=0),
            "number": ring.number,
            "refusals": len(self._refusals),
            "mirror": "none" if len(self._folders) == 1 else "away" if self._mirror_away else "in-step",
            "refusal_list": "behind" if self._behind else "caught-up",
            "ring_backup": "off",
        }
        if self._backups is not None:
            told |= {"ring_backup": "failed" if self._backup_failed else "on", "tail_days": TAIL_DAYS}
        return told

    def _must_be_caught_up(self) -> None:
        if self._behind:
            raise KeeperRefusal("behind")

    def _signed(self, day: int, seed: bytes) -> bytes:
        return sign_day_key(DayKey(self.keeper_id, day, day_open_key(seed).public), self._key)

    def _word(self, day: int, now: int) -> bytes:
        day_key = self._signed(day, self._ring.seeds[day])
        return sign_day_gone(DayGone(self.keeper_id, day, day_key_hash(day_key), now), self._key)

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
        payload = self._opened(lock, header_hash)
        if payload is None and lock.period < first_living_day(self._time.now()):
            raise KeeperRefusal("gone")  # not while its seed is there: the clock that says so may be wrong
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
        seen_at = self._time.vouched_at()
        self._ring = tick.add(
            self._folders, self.keeper_id, self._ring, seeds, seen_at, self._random, self._step
        )

    def _back_up(self, now: int) -> None:
        """Make today's backup and drop the old ones. A failure is told and tried again within the hour: days
        must end on their day whatever becomes of their backups.
        """
        if self._backups is None:
            return
        try:
            self._backups.drop_old(now)
            self._backups.write(Saved(now, self._key, self._ring, self._refusals.entries()))
        except OSError:
            self._backup_failed = True
            self._tell("keeper.backup_failed")
        else:
            self._backup_failed = False

    def _read_disk(self) -> None:
        self._behind = any(behind_path(folder).exists() for folder in self._folders)
        self._ring, rebuilt = tick.load(self._folders, self.keeper_id)
        for folder in rebuilt:
            self._tell("keeper.folder_rebuilt" if folder == self._folders[0] else "keeper.mirror_rebuilt")
        places = [refusals_path(folder) for folder in self._folders]
        self._refusals = Refusals(places + ([self._backups.refusals] if self._backups else []))
        rooms = [gone_path(folder) for folder in self._folders]
        self._gone = DaysGone(rooms, self.keeper_id, self._key.public)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """One write at a time. After one that failed, the disk is asked what holds before the next."""
        with self._writes:
            try:
                if self._doubtful:
                    self._read_disk()
                self._doubtful = True
                yield
            except KeeperRefusal:
                self._doubtful = False
                raise
            except MirrorAway:
                if not self._mirror_away:
                    self._tell("keeper.mirror_away")
                self._mirror_away = True
                raise KeeperRefusal("mirror") from None
            self._doubtful = self._mirror_away = False


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
