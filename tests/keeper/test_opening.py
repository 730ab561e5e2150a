"""What the keeper opens and what it refuses, for each rule of docs/protocol.md, part 11."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest

from keys.day_keys import open_day_key
from keys.errors import KeysError
from keys.keeper_wire import DayGrant, Grant, Status, open_answer, sign_open_request
from keys.names import day_of
from keys.suite import H, OpenKey
from relay.keeper.ring import DAY_SECONDS, MOST_DAYS_AHEAD
from relay.keeper.service import MOST_DAY_KEYS, KeeperRefusal
from tests.keeper.conftest import NOON, TODAY, House, Person

TOMORROW_NOON = NOON + DAY_SECONDS


def test_the_reader_gets_share_and_dates(anna: Person, maya: Person) -> None:
    """The reader named in the lock gets the share, and sees who may revoke and until when it opens."""
    lock = anna.lock_for(maya, TOMORROW_NOON, not_before=NOON)
    grant = maya.grant(lock)
    assert (grant.status, grant.not_before, grant.expires_at) == (Status.HERE, NOON, TOMORROW_NOON)
    assert grant.revoker_hash == anna.access_hash
    assert grant.share != bytes(32)


def test_nobody_else_gets_it(anna: Person, maya: Person, house: House) -> None:
    """Another access key is refused, the revoker's own included."""
    lock = anna.lock_for(maya, TOMORROW_NOON)
    assert anna.grant(lock) == Grant(Status.REFUSED)
    assert Person(house).grant(lock) == Grant(Status.REFUSED)


def test_another_header_opens_nothing(anna: Person, maya: Person) -> None:
    """A lock taken out of its envelope does not open under another header."""
    lock = anna.lock_for(maya, TOMORROW_NOON)
    assert maya.grant(lock, header_hash=H(b"another header")) == Grant(Status.REFUSED)


def test_it_is_gone_at_its_second(anna: Person, maya: Person, house: House) -> None:
    """At the last second before `expires_at` it opens, at `expires_at` it does not, its day's seed still
    there.
    """
    lock = anna.lock_for(maya, TOMORROW_NOON)
    house.clock.pass_seconds(DAY_SECONDS - 1)
    assert maya.grant(lock).status is Status.HERE
    house.clock.pass_seconds(1)
    assert maya.grant(lock) == Grant(Status.GONE)


def test_it_is_not_there_before_its_first_second(anna: Person, maya: Person, house: House) -> None:
    """Before `not_before` the answer is *not yet*."""
    lock = anna.lock_for(maya, TOMORROW_NOON, not_before=NOON + 60)
    assert maya.grant(lock) == Grant(Status.NOT_YET)
    house.clock.pass_seconds(60)
    assert maya.grant(lock).status is Status.HERE


@pytest.mark.parametrize("revoker", ["anna", "maya"])
def test_a_revoked_lock_stays_gone(
    request: pytest.FixtureRequest, anna: Person, maya: Person, house: House, revoker: str
) -> None:
    """Reader and revoker may both revoke; the refusal outlives a restart and does not touch another lock."""
    lock, other = anna.lock_for(maya, TOMORROW_NOON), anna.lock_for(maya, TOMORROW_NOON)
    request.getfixturevalue(revoker).revoke(lock)
    house.start()
    assert maya.grant(lock) == Grant(Status.GONE)
    assert maya.grant(other).status is Status.HERE


def test_a_revoke_may_be_repeated_and_come_late(anna: Person, maya: Person, house: House) -> None:
    """The same revoke again is answered again, also after it waited for hours, and takes no room."""
    lock = anna.lock_for(maya, NOON + 20 * 3_600)
    raw = anna.revoke_request(lock)
    first = house.keeper.revoke(raw)
    house.clock.pass_seconds(3 * 3_600)
    assert house.keeper.revoke(raw) == first
    assert house.keeper.status()["refusals"] == 1


def test_a_revoke_stands_that_came_while_the_clock_ran_ahead(
    anna: Person, maya: Person, house: House
) -> None:
    """A keeper that takes a day for over, by a clock that is put right later, takes its revokes all the same:
    begun anew it opens that day's locks again, and not this one.
    """
    lock, other = anna.lock_for(maya, TOMORROW_NOON), anna.lock_for(maya, TOMORROW_NOON)
    ahead = int(1.7 * DAY_SECONDS)
    house.clock.wall += ahead
    assert maya.grant(lock) == Grant(Status.GONE)
    anna.revoke(lock)
    house.clock.wall -= ahead
    house.start()
    assert maya.grant(other).status is Status.HERE
    assert maya.grant(lock) == Grant(Status.GONE)


def test_a_stranger_revokes_nothing(anna: Person, maya: Person, house: House) -> None:
    """Who is neither reader nor revoker is refused, and the lock still opens."""
    lock = anna.lock_for(maya, TOMORROW_NOON)
    with pytest.raises(KeeperRefusal, match="refused"):
        Person(house).revoke(lock)
    assert maya.grant(lock).status is Status.HERE


def test_a_revoke_is_on_disk_before_it_is_answered(anna: Person, maya: Person, house: House) -> None:
    """What the answer promises is in the file of the lock's day, which goes with the day."""
    lock = anna.lock_for(maya, TOMORROW_NOON)
    anna.revoke(lock)
    path = house.folder / "refused" / str(day_of(TOMORROW_NOON))
    assert path.stat().st_size == 32
    house.clock.pass_seconds(2 * DAY_SECONDS)
    house.keeper.tick()
    assert not path.exists()


def test_an_entry_cut_by_a_crash_is_dropped(anna: Person, maya: Person, house: House) -> None:
    """Half an entry was never answered; it is cut off, and the whole ones before it count."""
    lock = anna.lock_for(maya, TOMORROW_NOON)
    anna.revoke(lock)
    path = house.folder / "refused" / str(day_of(TOMORROW_NOON))
    with path.open("ab") as file:
        file.write(b"half")
    house.start()
    assert maya.grant(lock) == Grant(Status.GONE)
    other = anna.lock_for(maya, TOMORROW_NOON)
    anna.revoke(other)
    house.start()
    assert maya.grant(other) == Grant(Status.GONE)


def test_the_day_of_a_lock_is_the_day_of_its_date(anna: Person, maya: Person) -> None:
    """A lock sealed to another day's key than that of its date, by whatever mistake, does not open."""
    lock = anna.lock_for(maya, TOMORROW_NOON, day_key_of=TODAY + 5)
    assert maya.grant(lock) == Grant(Status.REFUSED)


def test_after_the_tick_nothing_opens_it(anna: Person, maya: Person, house: House) -> None:
    """A day destroyed is gone for locks, for shares, and for revokes; the ring no longer holds it."""
    lock = anna.lock_for(maya, TOMORROW_NOON)
    house.clock.pass_seconds(2 * DAY_SECONDS)
    assert house.keeper.tick()["destroyed"] == 1
    assert maya.grant(lock) == Grant(Status.GONE)
    assert maya.ask(days=(TODAY + 1,)).days == (DayGrant(Status.GONE),)
    with pytest.raises(KeeperRefusal, match="gone"):
        anna.revoke(lock)
    assert house.keeper.status()["days"] == 0


def test_a_day_that_is_over_is_gone_before_its_tick(anna: Person, maya: Person, house: House) -> None:
    """A tick that is late, or stopped, opens nothing: the day is refused by the time alone."""
    lock = anna.lock_for(maya, TOMORROW_NOON)
    house.clock.pass_seconds(2 * DAY_SECONDS)
    assert maya.grant(lock) == Grant(Status.GONE)
    assert maya.ask(days=(TODAY + 1,)).days == (DayGrant(Status.GONE),)


def test_a_day_that_was_never_made_is_refused(anna: Person, maya: Person, house: House) -> None:
    """Locks and shares of a day ahead that the ring does not hold are refused, not gone."""
    day = TODAY + 7
    assert maya.ask(days=(day,)).days == (DayGrant(Status.REFUSED),)
    house.keeper.days(day, 1)
    assert maya.ask(days=(day,)).days[0].status is Status.HERE


def test_day_shares_belong_to_one_person_and_day(anna: Person, maya: Person, house: House) -> None:
    """Another person or day has another share; the same ones have the same share, also after a restart."""
    house.keeper.days(TODAY, 2)
    mine = maya.ask(days=(TODAY, TODAY + 1)).days
    house.start()
    assert maya.ask(days=(TODAY, TODAY + 1)).days == mine
    theirs = anna.ask(days=(TODAY, TODAY + 1)).days
    assert len({grant.share for grant in (*mine, *theirs)}) == 4


def test_one_bad_item_stops_no_other(anna: Person, maya: Person, house: House) -> None:
    """Each item has its own status, in the order of the request."""
    mine, hers = anna.lock_for(maya, TOMORROW_NOON), anna.lock_for(anna, TOMORROW_NOON)
    broken = replace(mine, record=mine.record[:-1] + bytes([mine.record[-1] ^ 1]))
    later = anna.lock_for(maya, TOMORROW_NOON, not_before=NOON + 5)
    statuses = [grant.status for grant in maya.ask(hers, broken, mine, later).grants]
    assert statuses == [Status.REFUSED, Status.REFUSED, Status.HERE, Status.NOT_YET]


@pytest.mark.parametrize("seconds", [-301, 301, -DAY_SECONDS, 10**15])
def test_a_stale_request_is_refused(anna: Person, maya: Person, house: House, seconds: int) -> None:
    """A request made more than five minutes away from the keeper's clock is refused as a whole."""
    raw, _, _ = maya.request(anna.lock_for(maya, TOMORROW_NOON), at=NOON + seconds)
    with pytest.raises(KeeperRefusal, match="stale"):
        house.keeper.open(raw)


@pytest.mark.parametrize("seconds", [-300, 300])
def test_five_minutes_either_way_are_taken(anna: Person, maya: Person, house: House, seconds: int) -> None:
    """A clock that is a little off still reads."""
    raw, _, _ = maya.request(anna.lock_for(maya, TOMORROW_NOON), at=NOON + seconds)
    assert house.keeper.open(raw)


def test_a_replayed_request_is_of_no_use(anna: Person, maya: Person, house: House) -> None:
    """Its answer is sealed to the first asker's one-time key, and is not an answer to another request."""
    lock = anna.lock_for(maya, TOMORROW_NOON)
    raw, request, reply = maya.request(lock)
    replayed = house.keeper.open(raw)
    with pytest.raises(KeysError):
        open_answer(replayed, request, raw, house.public, OpenKey.from_seed(os.urandom(32)))
    later_raw, later, later_reply = maya.request(lock)
    with pytest.raises(KeysError):
        open_answer(replayed, later, later_raw, house.public, later_reply)
    assert open_answer(replayed, request, raw, house.public, reply).grants[0].status is Status.HERE


def test_every_changed_byte_of_a_request_is_refused(anna: Person, maya: Person, house: House) -> None:
    """A request with any one bit changed, cut short or with a byte more is refused as malformed."""
    raw, _, _ = maya.request(anna.lock_for(maya, TOMORROW_NOON), days=(TODAY,))
    changed = [raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :] for at in range(0, len(raw), 37)]
    for bad in (*changed, raw[:-1], raw + b"\0", b"", raw[:16]):
        with pytest.raises(KeeperRefusal, match="malformed"):
            house.keeper.open(bad)
        with pytest.raises(KeeperRefusal, match="malformed"):
            house.keeper.revoke(bad)


def test_a_request_signed_by_another_key_is_refused(anna: Person, maya: Person, house: House) -> None:
    """The access key that is named must have signed: nobody asks in another's name."""
    _, request, _ = maya.request(anna.lock_for(maya, TOMORROW_NOON))
    with pytest.raises(KeeperRefusal, match="malformed"):
        house.keeper.open(sign_open_request(request, anna.access))


def test_a_request_to_another_keeper_is_refused(maya: Person, house: House) -> None:
    """A keeper answers nothing that names another."""
    _, request, _ = maya.request()
    raw = sign_open_request(replace(request, keeper_id=bytes(16)), maya.access)
    with pytest.raises(KeeperRefusal, match="malformed"):
        house.keeper.open(raw)


@pytest.mark.parametrize(
    ("first", "count"),
    [
        (TODAY - 1, 1),
        (TODAY, 0),
        (TODAY, MOST_DAY_KEYS + 1),
        (TODAY + MOST_DAYS_AHEAD + 1, 1),
        (TODAY + MOST_DAYS_AHEAD, 2),
        (2**32 - 1, 1),
    ],
)
def test_no_key_for_a_day_past_or_too_far(house: House, first: int, count: int) -> None:
    """Days that are over, and days over ten years ahead, are never made."""
    with pytest.raises(KeeperRefusal, match="malformed"):
        house.keeper.days(first, count)
    assert house.keeper.status()["days"] == 0


def test_day_keys_verify_and_stay(house: House) -> None:
    """A day's key is signed by the keeper, names its day, and is the same after a restart."""
    keys = house.keeper.days(TODAY, 3)
    opened = [open_day_key(raw, house.keeper.keeper_id, house.public) for raw in keys]
    assert [key.day for key in opened] == [TODAY, TODAY + 1, TODAY + 2]
    house.start()
    again = house.keeper.days(TODAY, 3)
    assert [open_day_key(raw, house.keeper.keeper_id, house.public) for raw in again] == opened


@pytest.mark.parametrize("point", ["ring-written", "ring-checked", "ring-renamed", "folder-synced"])
def test_a_key_that_left_is_on_disk(house: House, point: str) -> None:
    """However the write of a new day is cut, no key has left that the ring on disk does not hold."""

    def crash(reached: str) -> None:
        if reached == point:
            raise OSError("the disk is gone")

    house.start(crash)
    with pytest.raises(OSError, match="the disk is gone"):
        house.keeper.days(TODAY, 1)
    house.start()
    kept = house.keeper.status()["days"]
    assert kept == (1 if point in {"ring-renamed", "folder-synced"} else 0)
