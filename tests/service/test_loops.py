"""The loops of a running relay under a clock that the test holds: nothing is swept or ticked on a bad clock's
word.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from keys.keeper_wire import Revoke, sign_revoke
from keys.locks import KeeperPayload, parse_lock, seal_keeper_lock
from keys.names import access_hash
from keys.suite import SignKey
from relay.clock import Reading, SystemClock
from relay.core.errors import KeeperAway, Malformed
from relay.core.pepper import Pepper
from relay.flow import flows
from relay.logs import open_log
from relay.notify.wake import WakeHub
from relay.service import time_watch
from relay.service.desk import ClockNotTrusted, Desk
from relay.service.loops import Loops, between_batches
from relay.store.sqlite import SqliteStore
from tests.flow.cast import KEEPER_ID, NOW, Dice, day_key
from tests.flow.house import SETTINGS, SIGNS, Keeper, KeptMail
from tests.service.programs import DAY_SECONDS


class Machine:
    """A machine's clocks, moved by the test."""

    def __init__(self) -> None:
        self.wall, self.monotonic = float(NOW), 0.0

    def read(self) -> Reading:
        return Reading(self.wall, self.monotonic)

    def pass_seconds(self, seconds: float) -> None:
        """Time goes by."""
        self.wall, self.monotonic = self.wall + seconds, self.monotonic + seconds


class TickingKeeper(Keeper):
    """A keeper that remembers which ticks and words it was given."""

    is_far = False

    def __init__(self) -> None:
        super().__init__()
        self.ticks = self.words = 0

    async def tick(self) -> dict[str, int]:
        """Counted."""
        await super().tick()
        self.ticks += 1
        return {"day": NOW // DAY_SECONDS}

    async def accept_clock(self) -> dict[str, int]:
        """Counted."""
        await super().tick()
        self.words += 1
        return {}


class Service:
    """Loops and desk over a real store, with a held clock."""

    def __init__(self, store: SqliteStore, machine: Machine, last_known_at: int | None = None) -> None:
        self.store, self.machine, self.keeper = store, machine, TickingKeeper()
        self.clock = SystemClock(last_known_at=last_known_at, read=machine.read, synchronised=lambda: False)
        ports = flows.Ports(
            store, (self.keeper,), WakeHub(), KeptMail(), Pepper(b"p" * 32), Dice("loops"), SIGNS
        )
        built = self.flows = flows.build(ports, SETTINGS)
        log = open_log(self.clock.now, io.StringIO())
        keeper: Any = self.keeper
        self.desk = Desk(store, built.expire, keeper, self.clock, between_batches)
        self.loops = Loops(
            store=store,
            flows=built,
            keeper=keeper,
            clock=self.clock,
            log=log,
            sweep_seconds=20,
            driven=False,
        )

    async def sweeps(self) -> int | None:
        """Sweep once if the clock allows it; when the last sweep was."""
        await self.loops.sweep_once()
        return await self.store.noted("last_sweep_at")

    async def keeps(self) -> None:
        """One round of the keeper's loop."""
        with contextlib.suppress(KeeperAway):
            await self.loops.keep_once()


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    """A real store."""
    store = await SqliteStore.open(tmp_path / "relay.db")
    yield store
    await store.close()


async def test_a_jump_stops_sweep_and_tick_until_it_is_undone(store: SqliteStore) -> None:
    """A wall clock that runs away from the monotonic one is not acted on; put right, both go on."""
    machine = Machine()
    service = Service(store, machine)
    assert await service.sweeps() == NOW
    await service.keeps()
    machine.pass_seconds(30)
    machine.wall += 40 * DAY_SECONDS
    assert await service.sweeps() == NOW
    await service.keeps()
    assert service.keeper.ticks == 1
    with pytest.raises(ClockNotTrusted):
        await service.desk.sweep()
    assert (await service.desk.status())["clock"] == "diverged"
    machine.wall -= 40 * DAY_SECONDS
    assert await service.sweeps() == NOW + 30


async def test_a_keeper_on_another_machine_ticks_by_itself(store: SqliteStore) -> None:
    """It is asked for day keys, and now and then for what it has destroyed; never for a tick or its clock.
    To be here is to give a day key.
    """
    machine = Machine()
    service = Service(store, machine)
    service.keeper.is_far = True
    for _ in range(3):
        await service.keeps()
        machine.pass_seconds(2 * DAY_SECONDS)
    await service.desk.accept_clock()
    assert service.keeper.ticks == service.keeper.words == 0
    asked = service.keeper.asked
    await service.keeps()
    assert service.keeper.asked > asked
    assert (await service.desk.status())["keeper"] == "here"
    service.keeper.away = True
    assert (await service.desk.status())["keeper"] == "away"


async def test_the_operators_word_lets_a_jump_pass(store: SqliteStore) -> None:
    """After `clock accept` sweep and tick act by the new time, and the keeper has had the word too."""
    machine = Machine()
    service = Service(store, machine)
    await service.keeps()
    machine.wall += 40 * DAY_SECONDS
    assert (await service.desk.accept_clock())["keeper"] == "here"
    assert service.keeper.words == 1
    assert await service.sweeps() == NOW + 40 * DAY_SECONDS
    await service.keeps()
    assert service.keeper.ticks == 2
    assert service.keeper.words == 1


async def test_a_long_absence_needs_the_word(store: SqliteStore) -> None:
    """More than two days after the last known instant nothing is swept at the start, until the word is
    given.
    """
    await store.note(time_watch.LAST_INSTANT, NOW - 3 * DAY_SECONDS)
    machine = Machine()
    service = Service(store, machine, await store.noted(time_watch.LAST_INSTANT))
    assert await service.sweeps() is None
    await service.keeps()
    assert service.keeper.ticks == 0
    await service.desk.accept_clock()
    assert await service.sweeps() == NOW
    assert await store.noted(time_watch.LAST_INSTANT) == NOW


async def test_the_word_waits_for_a_keeper_that_is_away(store: SqliteStore) -> None:
    """Given while the keeper is away, the word is passed on once when it is back, also after a restart."""
    machine = Machine()
    service = Service(store, machine)
    service.keeper.away = True
    assert (await service.desk.accept_clock())["keeper"] == "away"
    await service.keeps()
    again = Service(store, machine)
    await again.keeps()
    await again.keeps()
    assert (again.keeper.words, again.keeper.ticks) == (1, 1)


async def test_a_word_of_long_ago_is_not_passed_on(store: SqliteStore) -> None:
    """The word speaks of the clock of its time; days later it says nothing."""
    machine = Machine()
    service = Service(store, machine)
    service.keeper.away = True
    await service.desk.accept_clock()
    machine.pass_seconds(3 * DAY_SECONDS)
    service.keeper.away = False
    await service.keeps()
    assert (service.keeper.words, service.keeper.ticks) == (0, 1)


async def test_one_tick_a_day(store: SqliteStore) -> None:
    """However often the loop comes round, each day has one tick; a tick that failed is asked for again."""
    machine = Machine()
    service = Service(store, machine)
    for _ in range(3):
        await service.keeps()
    assert service.keeper.ticks == 1
    machine.pass_seconds(DAY_SECONDS)
    service.keeper.away = True
    await service.keeps()
    service.keeper.away = False
    await service.keeps()
    await service.keeps()
    assert service.keeper.ticks == 2


async def test_day_keys_are_at_hand_before_they_are_needed(store: SqliteStore) -> None:
    """The keys of the coming years are stored; on the next day one more, and the keeper is asked no more for
    others.
    """
    machine = Machine()
    service = Service(store, machine)
    await service.keeps()
    today = NOW // DAY_SECONDS
    assert len(await store.days(KEEPER_ID, today, 1_024)) == 1_024
    machine.pass_seconds(DAY_SECONDS)
    await service.keeps()
    assert len(await store.days(KEEPER_ID, today + 1, 1_024)) == 1_024


async def test_records_are_written_each_day_and_signed_as_they_come(store: SqliteStore) -> None:
    """What the log holds is signed at the next turn; receipts of a day are looked for once, when it is over,
    and nothing is written while the clock cannot be vouched for.
    """
    machine = Machine()
    service = Service(store, machine)
    await service.keeps()
    await service.loops.record_once()
    newest = await store.newest_checkpoint()
    assert newest is not None
    assert newest.size == await store.log_size() == 1_024
    assert await store.noted("accepted_day") == NOW // DAY_SECONDS - 1
    machine.wall += 5 * DAY_SECONDS
    await service.loops.record_once()
    assert await store.noted("accepted_day") == NOW // DAY_SECONDS - 1
    machine.wall -= 5 * DAY_SECONDS
    machine.pass_seconds(DAY_SECONDS)
    await service.loops.record_once()
    assert await store.noted("accepted_day") == NOW // DAY_SECONDS


async def test_a_failing_sweep_is_followed_by_the_next(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sweep that cannot be done is logged and left; the next one is done as if nothing had been."""
    service = Service(store, Machine())

    async def fails(*_: object, **__: object) -> bool:
        raise OSError("the disk is gone")

    with monkeypatch.context() as failing:
        failing.setattr(store, "checkpoint", fails)
        assert await service.sweeps() is None
    assert await service.sweeps() == NOW


async def test_a_revoke_waits_for_the_keeper(store: SqliteStore) -> None:
    """A revoke that was queued while the keeper was away is handed over when it is back, once."""
    service = Service(store, Machine())
    anna = SignKey.from_seed(b"a" * 32)
    payload = KeeperPayload(b"s" * 32, bytes(32), access_hash(anna.public), 0, NOW + 3_600)
    lock = parse_lock(seal_keeper_lock(payload, day_key(), bytes(32)))
    request = sign_revoke(Revoke(KEEPER_ID, anna.public, NOW, bytes(16), bytes(32), lock), anna)
    service.keeper.away = True
    assert await service.flows.keepers.revoke(KEEPER_ID, request, NOW) is None
    await service.keeps()
    assert len(await store.queued_revokes(KEEPER_ID, 10)) == 1
    service.keeper.away = False
    await service.keeps()
    assert await store.queued_revokes(KEEPER_ID, 10) == []


@pytest.mark.parametrize(
    ("verb", "fields"),
    [
        ("drop", {}),
        ("", {}),
        ("invite", {}),
        ("invite", {"invite_id": "AA", "redemption_key": "AA", "box": "AA", "expires_at": 1}),
        ("invite", {"invite_id": 5, "redemption_key": [], "box": {}, "expires_at": "x"}),
        ("invite", {"invite_id": "", "redemption_key": "", "box": "A" * 20_000, "expires_at": 1}),
    ],
)
async def test_the_desk_refuses_what_it_does_not_know(
    store: SqliteStore, verb: str, fields: dict[str, Any]
) -> None:
    """An unknown verb, or fields that are no invitation, change nothing."""
    service = Service(store, Machine())
    with pytest.raises(Malformed):
        await service.desk.serve(verb, fields)
