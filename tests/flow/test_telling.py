"""Being told by mail, over a real store: who is told, when, how often, and what keeps a notice from going."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

import pytest

from keys.names import DAY_SECONDS, Role
from relay.core.addresses import parse_address
from relay.core.admission import read
from relay.core.errors import (
    AddressRefused,
    Busy,
    CodeRefused,
    Malformed,
    NotAllowed,
    NotFound,
    TooManyRequests,
    WorkAddressRefused,
)
from relay.core.model import PARTIES
from relay.core.telling import Pending, Times, Words
from tests.flow.cast import Person
from tests.flow.house import House

HOUR = 3600
ADDRESS = "maya@home.example"
WORDS = Words(ADDRESS, "A short note", "blue heron on the lake")
AT_ONCE = Times("at-once", True, 8, 0, 0, 0)


async def set_up(house: House, times: Times = AT_ONCE, words: Words = WORDS) -> None:
    """Maya is told by mail."""
    await house.flows.notice_channel.put(house.client.account_id, words, times, house.now)
    await house.flows.notice_channel.confirm(house.client.account_id, house.mail.code(), house.now)
    house.mail.sent.clear()
    house.mail.returned_to.clear()


async def write(house: House, count: int = 1, by: Person | None = None) -> None:
    """The coach, or `by`, writes to the other, with a copy for the author."""
    by = by or house.coach
    for _ in range(count):
        pair = [read(house.work.envelope(by, role)) for role in PARTIES]
        await house.flows.accept.deposit(by.account_id, [pair], house.now)


async def run(house: House) -> int:
    """Hand over what is due; how many notices went."""
    before = len(house.mail.sent)
    while await house.flows.telling.send_next(house.now):
        pass
    return len(house.mail.sent) - before


async def state(house: House) -> str:
    """What Maya is shown."""
    return (await house.flows.notice_channel.shown(house.client.account_id, house.now)).state


async def test_a_notice_goes_after_two_to_twenty_minutes_once(house: House) -> None:
    """One for however many messages, in the owner's words, returned to a signed address."""
    await set_up(house)
    await write(house, 3)
    house.now += 119
    assert await run(house) == 0
    house.now += 1200 - 119
    assert await run(house) == 1
    ((recipient, subject, text),) = house.mail.sent
    assert (recipient, subject) == (ADDRESS, WORDS.subject)
    assert text.endswith(f"{WORDS.phrase}\n")
    assert not re.search(r"[0-9@/]|www|anna|maya", text, re.IGNORECASE)
    assert re.fullmatch(r"b\.[a-z2-7]{32}@in\.harrow\.example", house.mail.returned_to[0])
    house.now += DAY_SECONDS
    assert await run(house) == 0


async def test_the_writer_is_told_nothing(house: House) -> None:
    """A copy of one's own is no news."""
    await set_up(house)
    await write(house, by=house.client)
    house.now += HOUR
    assert await run(house) == 0


@pytest.mark.parametrize("how", ["acknowledged", "unlocked"])
async def test_what_was_read_meanwhile_is_not_told(house: House, how: str) -> None:
    """An acknowledgement or a new session drops what was pending, and nothing that came after."""
    await set_up(house)
    await write(house)
    if how == "unlocked":
        await house.open(house.client)
    else:
        box = house.work.mailbox(Role.CLIENT)
        page = await house.flows.fetch.rows(
            house.client.account_id, box, after=0, before=None, limit=9, now=house.now
        )
        ids = [row.envelope_id for row in page.rows]
        await house.flows.fetch.acknowledge(house.client.account_id, box, ids, house.now)
    house.now += HOUR
    assert await run(house) == 0
    await write(house)
    house.now += HOUR
    assert await run(house) == 1


async def test_a_look_alone_or_of_somebody_else_drops_nothing(house: House) -> None:
    """An open page fetches with nobody before it; the coach's unlocking is not the client's."""
    await set_up(house)
    await write(house)
    box = house.work.mailbox(Role.CLIENT)
    await house.flows.fetch.rows(house.client.account_id, box, after=0, before=None, limit=9, now=house.now)
    await house.flows.fetch.acknowledge(house.client.account_id, box, [b"u" * 16], house.now)
    await house.open(house.coach)
    house.now += HOUR
    assert await run(house) == 1


async def test_what_comes_while_its_owner_reads_is_told(house: House) -> None:
    """What was not there when the reading began is not dropped by it."""
    await set_up(house)
    await write(house)
    waiting = await house.flows.telling.waiting(house.client.account_id, house.now)
    await write(house)
    await house.flows.telling.was_read(waiting)
    house.now += HOUR
    assert await run(house) == 1


async def test_never_is_never_and_daily_is_once_a_day(house: House) -> None:
    """The off switch means off; a change of mind counts for what is pending."""
    await set_up(house, replace(AT_ONCE, timing="daily"))
    for _ in range(4):
        await write(house)
        house.now += 6 * HOUR
        await run(house)
    assert len(house.mail.sent) == 1
    await write(house)
    off = replace(AT_ONCE, timing="never", warnings=False)
    await house.flows.notice_channel.put(house.client.account_id, WORDS, off, house.now)
    await write(house)
    house.now += 3 * DAY_SECONDS
    assert await run(house) == 0


async def test_ceilings_and_quiet_hours_hold_however_the_relay_was_away(house: House) -> None:
    """Two an hour; and what has become due at night waits for the morning."""
    await set_up(house)
    house.now -= house.now % DAY_SECONDS - 12 * HOUR
    times = []
    for _ in range(200):
        await write(house)
        house.now += 60
        times += [house.now] * await run(house)
    assert len(times) <= 6
    assert all(later - earlier >= HOUR for earlier, later in zip(times, times[2:], strict=False))
    quiet = replace(AT_ONCE, quiet_from=22, quiet_until=7)
    await house.flows.notice_channel.put(house.client.account_id, WORDS, quiet, house.now)
    house.now += DAY_SECONDS - house.now % DAY_SECONDS + DAY_SECONDS
    assert await run(house) == 0
    house.now += 7 * HOUR
    assert await run(house) == 1


async def test_a_smarthost_that_refuses_for_now_is_asked_again(house: House) -> None:
    """Further and further apart, four hours at most, until it takes the notice."""
    await set_up(house)
    await write(house)
    house.mail.full = True
    house.now += 1200
    tries = []
    for _ in range(40 * 60):
        channel = await house.store.channel(house.client.account_id, now=house.now)
        tries += [house.now] if channel and 0 < channel.due_at <= house.now else []
        await run(house)
        house.now += 60
    pauses = [later - earlier for earlier, later in pairwise(tries)]
    assert pauses[:4] == [60, 120, 240, 480]
    assert max(pauses) == pauses[-1] == 4 * HOUR
    house.mail.full = False
    house.now += 4 * HOUR
    assert await run(house) == 1


async def test_trouble_of_ours_stops_no_other_notice(house: House) -> None:
    """Whatever a handover raises, that notice is put off and the error is told."""
    await set_up(house)
    await write(house)
    house.now += 1200

    async def fails(*_: object, **__: object) -> None:
        raise RuntimeError

    good, house.mail.send = house.mail.send, fails  # type: ignore[method-assign]
    with pytest.raises(RuntimeError):
        await house.flows.telling.send_next(house.now)
    assert not await house.flows.telling.send_next(house.now)
    house.mail.send = good  # type: ignore[method-assign]
    house.now += 60
    assert await run(house) == 1


async def test_a_refused_recipient_breaks_the_channel(house: House) -> None:
    """Its owner is shown it; nothing goes there until an address is confirmed again."""
    await set_up(house)
    await write(house)
    house.mail.refusing.add(ADDRESS)
    house.now += HOUR
    assert await run(house) == 0
    assert await state(house) == "broken"
    house.mail.refusing.clear()
    await write(house)
    house.now += HOUR
    assert await run(house) == 0
    await set_up(house)
    await write(house)
    house.now += HOUR
    assert await run(house) == 1


async def test_a_bounce_breaks_the_channel_that_it_names(house: House) -> None:
    """By the number in the return address; another's, a forged one or an old one breaks nothing."""
    await set_up(house)
    await write(house)
    house.now += HOUR
    await run(house)
    returned_to = parse_address(house.mail.returned_to[0].encode())
    elsewhere = replace(returned_to, domain="other.example")
    forged = replace(returned_to, local=returned_to.local[:-1] + "a")
    telling = house.flows.telling
    for address in (elsewhere, forged):
        assert not telling.takes_bounces(address, house.now)
        await telling.failed(address, house.now)
    assert await state(house) == "confirmed"
    assert telling.takes_bounces(returned_to, house.now)
    await telling.failed(returned_to, house.now)
    assert await state(house) == "broken"
    await set_up(house)
    await telling.failed(returned_to, house.now)
    assert await state(house) == "confirmed"
    assert not telling.takes_bounces(returned_to, house.now + 8 * DAY_SECONDS)


async def test_bounces_are_bounded(house: House) -> None:
    """Twenty an hour for one person's notices."""
    await set_up(house)
    await write(house)
    house.now += HOUR
    await run(house)
    returned_to = parse_address(house.mail.returned_to[0].encode())
    for _ in range(20):
        assert house.flows.telling.takes_bounces(returned_to, house.now)
    with pytest.raises(TooManyRequests):
        house.flows.telling.takes_bounces(returned_to, house.now)


async def test_a_domain_that_becomes_refused_switches_the_channel_off(house: House) -> None:
    """By the operator's list or a later policy: when a notice is due, or when its owner looks."""
    await set_up(house)
    await write(house)
    house.refuse("home.example")
    house.now += HOUR
    assert await run(house) == 0
    assert await state(house) == "refused"
    with pytest.raises(NotAllowed):
        await house.flows.notice_channel.test(house.client.account_id, house.now)
    with pytest.raises(WorkAddressRefused):
        await house.flows.notice_channel.put(house.client.account_id, WORDS, AT_ONCE, house.now)


async def test_the_owner_learns_of_a_refused_domain_at_the_next_look(house: House) -> None:
    """Without any notice having been due."""
    await set_up(house)
    house.refuse("home.example")
    assert await state(house) == "refused"
    await write(house)
    house.now += HOUR
    assert await run(house) == 0


@pytest.mark.parametrize(
    "address", ["maya@northwind.example", "x@mail.northwind.example", "m@operator-refused.example"]
)
async def test_work_addresses_get_nothing(house: House, address: str) -> None:
    """Not even a code."""
    with pytest.raises(WorkAddressRefused):
        await house.flows.notice_channel.put(
            house.client.account_id, replace(WORDS, address=address), AT_ONCE, house.now
        )
    assert house.mail.sent == []
    assert await state(house) == "none"


@pytest.mark.parametrize(
    "words",
    [
        replace(WORDS, address="maya"),
        replace(WORDS, address="maya@home.example\r\nBcc: x@y.example"),
        replace(WORDS, address="mäya@home.example"),
        replace(WORDS, address=f"{'m' * 64}@{'a' * 63}.{'b' * 63}.{'c' * 63}.example"),
        replace(WORDS, subject=""),
        replace(WORDS, subject="A\r\nBcc: x@y.example"),
        replace(WORDS, phrase="see www.lake"),
        replace(WORDS, phrase="x" * 61),
    ],
)
async def test_words_that_cannot_be_sent_are_malformed(house: House, words: Words) -> None:
    """Nothing is kept of them."""
    with pytest.raises(Malformed):
        await house.flows.notice_channel.put(house.client.account_id, words, AT_ONCE, house.now)
    assert await state(house) == "none"


async def test_an_address_waits_an_hour_for_its_code(house: House) -> None:
    """The right code of the right person in time; then it is forgotten. Nothing goes there before."""
    flow, maya = house.flows.notice_channel, house.client.account_id
    shown = await flow.put(maya, WORDS, AT_ONCE, house.now)
    assert (shown.state, shown.words, shown.times) == ("waiting", WORDS, AT_ONCE)
    code = house.mail.code()
    await write(house)
    for account, word, now in (
        (maya, f"{(int(code) + 1) % 10**8:08d}", house.now),
        (maya, "١٢٣٤٥٦٧٨", house.now),
        (maya, "", house.now),
        (house.coach.account_id, code, house.now),
        (maya, code, house.now + HOUR),
    ):
        with pytest.raises(CodeRefused):
            await flow.confirm(account, word, now)
    house.now += HOUR
    assert await state(house) == "none"
    assert await run(house) == 0


async def test_five_codes_and_five_tries_an_hour(house: House) -> None:
    """The relay mails no stranger at will, and codes are not guessed."""
    flow, maya = house.flows.notice_channel, house.client.account_id
    for number in range(5):
        await flow.put(maya, replace(WORDS, address=f"a{number}@home.example"), AT_ONCE, house.now)
    with pytest.raises(TooManyRequests):
        await flow.put(maya, WORDS, AT_ONCE, house.now)
    for _ in range(5):
        with pytest.raises(CodeRefused):
            await flow.confirm(maya, "1", house.now)
    with pytest.raises(TooManyRequests):
        await flow.confirm(maya, house.mail.code(), house.now)


async def test_a_sender_code_is_no_code_for_a_notice_address(house: House) -> None:
    """Each code confirms what it was sent for."""
    maya = house.client.account_id
    await house.flows.senders.add(maya, ADDRESS, house.now)
    sender_code = house.mail.code()
    await house.flows.notice_channel.put(maya, WORDS, AT_ONCE, house.now)
    with pytest.raises(CodeRefused):
        await house.flows.notice_channel.confirm(maya, sender_code, house.now)
    with pytest.raises(CodeRefused):
        await house.flows.senders.confirm(maya, house.mail.code(), house.now)


async def test_another_address_needs_another_code_and_other_words_need_none(house: House) -> None:
    """Until the code is back nothing goes to either address."""
    await set_up(house)
    other = replace(WORDS, subject="Later", phrase="grey goose")
    shown = await house.flows.notice_channel.put(house.client.account_id, other, AT_ONCE, house.now)
    assert (shown.state, house.mail.sent) == ("confirmed", [])
    await write(house)
    moved = replace(other, address="maya@new.example")
    shown = await house.flows.notice_channel.put(house.client.account_id, moved, AT_ONCE, house.now)
    assert shown.state == "waiting"
    house.now += 1800
    assert await run(house) == 0
    await house.flows.notice_channel.confirm(house.client.account_id, house.mail.code(), house.now)
    await write(house)
    house.now += HOUR
    await run(house)
    assert [one[:2] for one in house.mail.sent[1:]] == [("maya@new.example", "Later")]


async def test_a_test_notice_goes_at_once_and_counts(house: House) -> None:
    """Quiet hours or not, within the ceilings; what is pending stays pending."""
    flow, maya = house.flows.notice_channel, house.client.account_id
    with pytest.raises(NotAllowed):
        await flow.test(maya, house.now)
    await set_up(house, replace(AT_ONCE, quiet_from=0, quiet_until=23))
    await write(house)
    house.mail.full = True
    with pytest.raises(Busy):
        await flow.test(maya, house.now)
    house.mail.full = False
    for _ in range(2):
        await flow.test(maya, house.now)
    with pytest.raises(TooManyRequests) as slow:
        await flow.test(maya, house.now + 60)
    assert slow.value.facts["retry_after"] == HOUR - 60
    assert WORDS.phrase in house.mail.sent[0][2]
    assert "waiting" not in house.mail.sent[0][2]
    channel = await house.store.channel(maya, now=house.now)
    assert channel is not None
    assert channel.pending == Pending.ARRIVED


async def test_a_test_to_a_dead_address_shows_it(house: House) -> None:
    """The answer says broken."""
    await set_up(house)
    house.mail.refusing.add(ADDRESS)
    shown = await house.flows.notice_channel.test(house.client.account_id, house.now)
    assert shown.state == "broken"
    house.mail.refusing.add("dead@home.example")
    with pytest.raises(AddressRefused):
        await house.flows.notice_channel.put(
            house.client.account_id, replace(WORDS, address="dead@home.example"), AT_ONCE, house.now
        )


async def test_what_is_removed_is_forgotten(house: House) -> None:
    """No notice, no row, and not twice."""
    await set_up(house)
    await write(house)
    await house.flows.notice_channel.remove(house.client.account_id, house.now)
    assert await state(house) == "none"
    house.now += HOUR
    assert await run(house) == 0
    with pytest.raises(NotFound):
        await house.flows.notice_channel.remove(house.client.account_id, house.now)


async def test_warnings_come_before_something_unread_goes(house: House) -> None:
    """30, 7 and 1 days before, at the chosen hour, while it is unread; also where arrivals are not told."""
    await set_up(house, replace(AT_ONCE, timing="never", hour=9))
    await write(house)
    ends_at = house.work.policy.hold_ends_at
    days_left = []
    while house.now < ends_at:
        await house.flows.telling.warn(house.now)
        if await run(house):
            days_left.append((ends_at - house.now) // DAY_SECONDS)
            assert 9 * HOUR + 120 <= house.now % DAY_SECONDS <= 10 * HOUR + 1200
            assert "deleted" in house.mail.sent[-1][2]
        house.now += 1800
    assert days_left == [30, 7, 1]


async def test_what_was_read_or_is_not_wanted_is_not_warned_of(house: House) -> None:
    """Read before the notice leaves: it does not leave. A missed day is caught up."""
    await set_up(house)
    await write(house)
    house.now += HOUR
    await run(house)
    box = house.work.mailbox(Role.CLIENT)
    page = await house.flows.fetch.rows(
        house.client.account_id, box, after=0, before=None, limit=9, now=house.now
    )
    await house.flows.telling.warn(house.now)
    house.now = house.work.policy.hold_ends_at - 5 * DAY_SECONDS
    await house.flows.telling.warn(house.now)
    channel = await house.store.channel(house.client.account_id, now=house.now)
    assert channel is not None
    assert channel.pending == Pending.IN_A_MONTH | Pending.IN_A_WEEK
    await house.open(house.client)
    ids = [row.envelope_id for row in page.rows]
    await house.flows.fetch.acknowledge(house.client.account_id, box, ids, house.now)
    house.now += 2 * DAY_SECONDS
    assert await run(house) == 0


async def test_what_happened_to_the_account_is_told_whatever_else_is_wanted(house: House) -> None:
    """A used sheet makes one notice pending, for who is never told of messages too; the session that used it
    drops nothing, because it may be somebody else's. The note says no more than any other.
    """
    await set_up(house, replace(AT_ONCE, timing="never", warnings=False))
    before = len(house.mail.sent)
    await house.open(house.client, house.client.ways[1])
    await house.open(house.client)
    house.now += 1200
    assert await run(house) == 1
    _, _, text = house.mail.sent[before]
    assert "Something is waiting for you in the usual place." in text
    assert "sheet" not in text
    assert await run(house) == 0
