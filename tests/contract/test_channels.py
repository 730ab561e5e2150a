"""What the channels of people who are told by mail promise, on every body."""

from __future__ import annotations

from dataclasses import replace

import pytest

from relay.core.errors import CodeRefused, NotFound
from relay.core.model import DAY_SECONDS, Group, SealedEnvelope, Tell
from relay.core.ports import Store
from relay.core.telling import Channel, Pending, Times, Window
from tests.contract.people import HOLD_ENDS, NOW, QUOTA, People, envelope, named

MAYA, ANNA = named("maya account"), named("anna account")
TIMES = Times("at-once", True, 8, 22, 7, 60)


def channel(owner: bytes = MAYA, name: str = "home", state: str = "confirmed", **more: int) -> Channel:
    """A channel as the flow stores it."""
    return Channel(
        owner,
        named(name, 8),
        b"sealed",
        state,
        replace(TIMES, **more),  # type: ignore[arg-type]
        named("code", 32),
        NOW + 900,
        HOLD_ENDS,
    )


async def arrive(store: Store, name: str, due_at: int, owner: bytes = MAYA, **more: int) -> SealedEnvelope:
    """An envelope from Anna for Maya, and the word that something has come."""
    one = envelope("work client", name, **more)
    group = Group(ANNA, (one,), tells=(Tell(owner, due_at),))
    await store.deposit([group], now=NOW, quota_bytes=QUOTA)
    return one


async def held(store: Store, owner: bytes = MAYA) -> Channel:
    """The channel of an account, which must be there."""
    found = await store.channel(owner, now=NOW)
    assert found is not None
    return found


async def test_one_channel_a_person_kept_until_its_end(people: People) -> None:
    """What is put is found as it was put, until its second; nobody without an account has one."""
    store = people.store
    await store.put_channel(channel(), now=NOW)
    assert await store.channel(MAYA, now=HOLD_ENDS - 1) == channel()
    assert await store.channel(MAYA, now=HOLD_ENDS) is None
    assert await store.channel(ANNA, now=NOW) is None
    with pytest.raises(NotFound):
        await store.put_channel(channel(named("nobody")), now=NOW)
    with pytest.raises(NotFound):
        await store.end_channel(ANNA, now=NOW)
    await store.end_channel(MAYA, now=NOW)
    assert await store.channel(MAYA, now=NOW) is None


async def test_a_code_confirms_once_in_time(people: People) -> None:
    """The right code of the right account before its second, and it lives with its account from then on."""
    store = people.store
    waiting = replace(channel(state="waiting"), expires_at=NOW + 900)
    await store.put_channel(waiting, now=NOW)
    for owner, tag, now in (
        (MAYA, named("wrong", 32), NOW),
        (ANNA, waiting.code_tag, NOW),
        (MAYA, waiting.code_tag, NOW + 900),
    ):
        with pytest.raises(CodeRefused):
            await store.confirm_channel(owner, tag, HOLD_ENDS, now=now)
    await store.confirm_channel(MAYA, waiting.code_tag, HOLD_ENDS, now=NOW + 899)
    assert await held(store) == replace(waiting, state="confirmed", code_tag=b"", expires_at=HOLD_ENDS)
    for tag in (waiting.code_tag, b""):
        with pytest.raises(CodeRefused):
            await store.confirm_channel(MAYA, tag, HOLD_ENDS, now=NOW)


async def test_a_deposit_makes_one_notice_pending(people: People) -> None:
    """The first arrival dates it, later ones are counted; the same deposit again changes nothing."""
    store = people.store
    await store.put_channel(channel(), now=NOW)
    first = await arrive(store, "m1", NOW + 300)
    await arrive(store, "m2", NOW + 900)
    assert (await held(store)).due_at == NOW + 300
    assert (await held(store)).arrivals == 2
    again = Group(ANNA, (first,), tells=(Tell(MAYA, NOW + 5),))
    (outcome,) = await store.deposit([again], now=NOW, quota_bytes=QUOTA)
    assert outcome.status == "repeated"
    assert (await held(store)).arrivals == 2
    assert await store.claim_due(NOW + 400, now=NOW + 299) is None
    claimed = await store.claim_due(NOW + 400, now=NOW + 300)
    assert claimed is not None
    assert claimed.account_id == MAYA


async def test_refused_deposits_and_silent_channels_make_none(people: People) -> None:
    """Nothing pending for what was refused, nor where the owner wants none or the address is not proven."""
    store = people.store
    await store.put_channel(channel(), now=NOW)
    refused = Group(ANNA, (envelope("nowhere", "m0"),), tells=(Tell(MAYA, NOW + 300),))
    (outcome,) = await store.deposit([refused], now=NOW, quota_bytes=QUOTA)
    assert outcome.status == "refused"
    assert (await held(store)).pending == Pending(0)
    for number, silent in enumerate((channel(timing="never"), channel(state="waiting"))):  # type: ignore[arg-type]
        await store.put_channel(silent, now=NOW)
        await arrive(store, f"m{number}", NOW + 300)
        assert await store.claim_due(NOW + 400, now=NOW + 300) is None


async def test_several_at_once_and_with_files(people: People) -> None:
    """Groups stored together mark each account once; one with a file marks as well."""
    store = people.store
    await store.put_channel(channel(), now=NOW)
    groups = [
        Group(ANNA, (envelope("work client", name),), tells=(Tell(MAYA, NOW + 300),)) for name in ("a", "b")
    ]
    await store.deposit(groups, now=NOW, quota_bytes=QUOTA)
    assert (await held(store)).pending == Pending.ARRIVED
    await store.drop_pending(await held(store), Pending.ARRIVED)
    blob = await people.upload("photo", b"12345")
    parcel = envelope("work client", "c", blob_ids=(blob.blob_id,))
    await store.deposit([Group(ANNA, (parcel,), tells=(Tell(MAYA, NOW + 400),))], now=NOW, quota_bytes=QUOTA)
    assert (await held(store)).due_at == NOW + 400


async def test_what_was_read_is_dropped_unless_more_came(people: People) -> None:
    """Dropping is by what was known; an arrival in between keeps the notice pending."""
    store = people.store
    await store.put_channel(channel(), now=NOW)
    await arrive(store, "m1", NOW + 300)
    known = await held(store)
    await arrive(store, "m2", NOW + 600)
    await store.drop_pending(known, Pending.ARRIVED)
    assert (await held(store)).due_at == NOW + 300
    await store.add_warning(known.number, Pending.IN_A_WEEK, NOW + 900)
    await store.drop_pending(await held(store), Pending.ARRIVED)
    assert ((await held(store)).pending, (await held(store)).due_at) == (Pending.IN_A_WEEK, NOW + 300)
    await store.drop_pending(await held(store), Pending.IN_A_WEEK)
    assert ((await held(store)).pending, (await held(store)).due_at) == (Pending(0), 0)


async def test_what_was_sent_is_no_longer_pending(people: People) -> None:
    """Sent is remembered; what came during the handover is pending under its own date."""
    store = people.store
    await store.put_channel(channel(), now=NOW)
    await arrive(store, "m1", NOW + 300)
    known = await held(store)
    await store.put_off(known.number, NOW + 360, 1)
    assert ((await held(store)).due_at, (await held(store)).attempts) == (NOW + 360, 1)
    await arrive(store, "m2", NOW + 600)
    await store.note_sent(known, b"12345678", NOW + 1000)
    after = await held(store)
    assert (after.sent, after.due_at, after.pending, after.attempts) == (
        b"12345678",
        NOW + 1000,
        Pending.ARRIVED,
        0,
    )
    await store.note_sent(after, b"12345678" * 2, NOW + 2000)
    assert ((await held(store)).pending, (await held(store)).due_at) == (Pending(0), 0)
    await store.put_off(known.number, NOW + 9, 1)
    assert (await held(store)).due_at == 0


async def test_settings_change_and_what_is_pending_stays(people: People) -> None:
    """New words keep what waits under the date that is given; a new number, a new address, waits for
    nothing, and what was sent to the person still counts."""
    store = people.store
    await store.put_channel(channel(), now=NOW)
    await arrive(store, "m1", NOW + 300)
    await store.put_channel(replace(channel(), sealed=b"other", due_at=NOW + 500), now=NOW)
    assert ((await held(store)).due_at, (await held(store)).sealed) == (NOW + 500, b"other")
    await store.note_sent(await held(store), b"12345678", 0)
    await arrive(store, "m2", NOW + 300)
    await store.put_channel(replace(channel(name="work"), due_at=NOW + 500), now=NOW)
    after = await held(store)
    assert (after.due_at, after.pending, after.sent) == (0, Pending(0), b"12345678")


async def test_a_broken_channel_is_silent_and_known_by_its_number(people: People) -> None:
    """Stopping names the owner once; nothing is pending, and nothing becomes so."""
    store = people.store
    await store.put_channel(channel(), now=NOW)
    await arrive(store, "m1", NOW + 300)
    assert await store.stop_channel(named("other", 8), "broken", now=NOW) is None
    assert await store.stop_channel(named("home", 8), "broken", now=NOW) == MAYA
    assert await store.stop_channel(named("home", 8), "broken", now=NOW) is None
    await arrive(store, "m2", NOW + 300)
    await store.add_warning(named("home", 8), Pending.IN_A_DAY, NOW + 300)
    after = await held(store)
    assert (after.state, after.pending, after.due_at) == ("broken", Pending(0), 0)


async def test_due_ones_are_claimed_by_date(people: People) -> None:
    """The longest due first, each once until its claim ends; what else is said of it holds then."""
    store = people.store
    await store.put_channel(channel(), now=NOW)
    await store.put_channel(channel(ANNA, "hers"), now=NOW)
    await arrive(store, "m1", NOW + 300)
    await arrive(store, "m2", NOW + 200, owner=ANNA)
    claimed = [await store.claim_due(NOW + 400, now=NOW + 300) for _ in range(3)]
    assert [one and one.account_id for one in claimed] == [ANNA, MAYA, None]
    assert [one and one.due_at for one in claimed] == [NOW + 200, NOW + 300, None]
    await store.put_off(named("home", 8), NOW + 900, 1)
    assert await store.claim_due(NOW + 500, now=NOW + 399) is None
    again = [await store.claim_due(NOW + 500, now=NOW + 400) for _ in range(2)]
    assert [one and one.account_id for one in again] == [ANNA, None]


async def test_unread_things_that_go_are_found(people: People) -> None:
    """What was never shown, of the classes that are news, not one's own, within the window; for those who
    want to know."""
    store = people.store
    await store.put_channel(channel(), now=NOW)
    await store.put_channel(channel(ANNA, "hers"), now=NOW)
    window = Window(Pending.IN_A_DAY, NOW + DAY_SECONDS, NOW + 2 * DAY_SECONDS)
    ends = NOW + 2 * DAY_SECONDS
    for name, more in (
        ("early", {"expires_at": NOW + DAY_SECONDS}),
        ("late", {"expires_at": ends + 1}),
        ("resealed", {"expires_at": ends, "envelope_class": 5}),
        ("own", {"expires_at": ends, "envelope_class": 6}),
    ):
        await people.put(envelope("work client", name, **more))
    await people.put(envelope("work coach", "authors", expires_at=ends, twin="m1"))
    assert await store.unread_going(window, now=NOW) == []
    assert not await store.has_unread_going(ANNA, ends, now=NOW)
    await people.put(envelope("work client", "m1", expires_at=ends))
    assert await store.unread_going(window, now=NOW) == [MAYA]
    assert await store.unread_going(window, now=ends) == []
    assert await store.has_unread_going(MAYA, ends, now=ends - 1)
    assert not await store.has_unread_going(MAYA, ends, now=ends)
    await store.acknowledge(named("work client"), [named("m1")], now=NOW)
    assert await store.unread_going(window, now=NOW) == []
    await people.put(envelope("work client", "m2", expires_at=ends))
    await store.put_channel(channel(warnings=False), now=NOW)
    assert await store.unread_going(window, now=NOW) == []


async def test_a_channel_goes_with_its_account_or_its_code(people: People) -> None:
    """The sweep takes it; a confirmed one lives on with its account, one that waits does not."""
    store = people.store
    await store.put_channel(channel(), now=NOW)
    await store.put_channel(replace(channel(ANNA, "hers", "waiting"), expires_at=NOW + 900), now=NOW)
    account = await store.account(MAYA, now=NOW)
    assert account is not None
    later = account.expires_at + DAY_SECONDS
    await store.extend_account(MAYA, later)
    await store.extend_account(ANNA, later)
    await people.sweep_all(NOW + 900)
    assert await store.channel(ANNA, now=NOW) is None
    assert (await held(store)).expires_at == later
    await people.sweep_all(later)
    assert await store.channel(MAYA, now=NOW) is None


async def test_a_channel_never_outlives_its_account(people: People) -> None:
    """It goes before the account does, whatever date it has."""
    store, otto = people.store, named("otto account")
    await people.add_coach("otto")
    account = await store.account(otto, now=NOW)
    assert account is not None
    await store.put_channel(replace(channel(otto, "his"), expires_at=account.expires_at + 9), now=NOW)
    await people.sweep_all(account.expires_at)
    assert await store.channel(otto, now=NOW) is None
    assert await store.account(otto, now=NOW) is None
