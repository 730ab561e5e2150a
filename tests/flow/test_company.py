"""Relays that tell each other: what one counts, remembers or wakes is so at the other; what is missed is
known to be missed; what is no telling is passed over."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace

import pytest

from keys.encoding import u64
from keys.errors import Malformed
from keys.names import Role
from keys.suite import SignKey
from relay.core.addresses import parse_address
from relay.core.errors import Busy, LoginRefused, NotFound, NotSignedIn, TooManyRequests
from relay.core.pepper import Pepper
from relay.core.words import FIELDS, Beats, Kind, parse_telling, telling, word
from relay.flow import company as company_module
from relay.flow.access import Answer
from relay.flow.brake import Brake
from relay.flow.company import Company
from relay.flow.duplicates import Duplicates
from relay.flow.flows import build
from relay.flow.held import Held
from relay.flow.refusals import MOST_NOTICES, Refusals
from relay.flow.tabs import LEFT_SECONDS, Tab, Tabs
from relay.flow.visit import Arrival
from relay.flow.wakes import WakeAll
from relay.http_api.rates import Rates
from relay.notify.wake import WakeHub
from tests.flow.cast import NOW, Dice
from tests.flow.house import House

SESSION, TOKEN = b"s" * 32, b"t" * 32
TAB = Tab(TOKEN, b"h" * 32, b"b" * 234, 600, b"l" * 136)


@dataclass
class Wire:
    """What relays have to speak over; each line can be cut, or lose what it is given."""

    lines: list[Line] = field(default_factory=list)

    def line(self) -> Line:
        self.lines.append(Line(self))
        return self.lines[-1]


@dataclass(eq=False)
class Line:
    """`relay.core.ports.Line`, without a server."""

    wire: Wire
    deaf: bool = False
    mute: bool = False
    most_bytes: int = 2_000
    beats: Beats = field(default_factory=lambda: Beats(tally=0.01, here=0.02))
    heard: Callable[[bytes], None] | None = None
    stands: Callable[[bool], None] | None = None
    said: int = 0

    async def tell(self, raw: bytes) -> None:
        """Give it to all others at once."""
        assert len(raw) <= self.most_bytes
        self.said += 1
        if self.mute:
            raise Busy
        for other in self.wire.lines:
            if other is not self and other.heard is not None and not other.deaf:
                other.heard(raw)

    async def listen(self, heard: Callable[[bytes], None], stands: Callable[[bool], None]) -> None:
        """Until cancelled."""
        self.heard, self.stands = heard, stands
        stands(True)
        await asyncio.Event().wait()


@dataclass
class Two:
    """Two relays that know each other, and a third that may come."""

    wire: Wire
    here: Company
    there: Company
    tasks: list[asyncio.Task[None]]

    def comes(self, made: Company) -> Company:
        self.tasks.append(asyncio.ensure_future(made.keep(lambda: NOW, lambda _: None)))
        return made


def made(wire: Wire, seed: str) -> Company:
    """A relay on this wire."""
    return Company(wire.line(), Pepper(b"p" * 32), Dice(seed))


@pytest.fixture
async def two() -> AsyncIterator[Two]:
    """They have not met yet."""
    wire = Wire()
    found = Two(wire, made(wire, "here"), made(wire, "there"), [])
    yield found
    for task in found.tasks:
        task.cancel()
    await asyncio.gather(*found.tasks, return_exceptions=True)


async def until(true: Callable[[], object]) -> None:
    """Wait for what the other relay is told."""
    async with asyncio.timeout(20):
        while not true():
            await asyncio.sleep(0.005)


async def meet(two: Two) -> None:
    """Let both come, and hear of each other."""
    two.comes(two.here)
    two.comes(two.there)
    await until(lambda: two.here.others == two.there.others == 1)


async def test_counts_are_shared(two: Two) -> None:
    """By the hour, of wrong answers, and of requests: what one relay counted slows down at the other."""
    hourly = [one.hourly("code", 3) for one in (two.here, two.there)]
    brakes = [Brake(2, one) for one in (two.here, two.there)]
    rates = [Rates(16, lambda: 1.0, one) for one in (two.here, two.there)]
    await meet(two)
    for _ in range(3):
        hourly[0].take(b"who", NOW)
        brakes[0].failed(b"a" * 16, b"net", NOW)
    hourly[0].give_back(b"who")
    for _ in range(16):
        rates[0].take(b"token")
    await until(lambda: brakes[1].wait_seconds(b"a" * 16, b"net", NOW))
    hourly[1].take(b"who", NOW)
    with pytest.raises(TooManyRequests):
        hourly[1].take(b"who", NOW)
    with pytest.raises(TooManyRequests):
        rates[1].take(b"token")
    rates[1].take(b"another")
    brakes[0].succeeded(b"a" * 16, b"net")
    await until(lambda: not brakes[1].wait_seconds(b"a" * 16, b"net", NOW))


async def test_a_tab_is_found_at_the_other_relay(two: Two) -> None:
    """Also at one that comes later; what is seen here is not left there; what is over there is over."""
    tabs = [Tabs(one) for one in (two.here, two.there)]
    await meet(two)
    tabs[0].put(SESSION, TAB, NOW)
    await until(lambda: tabs[1].find(TOKEN, NOW) == (SESSION, TAB))
    tabs[0].left(TOKEN, NOW)
    await until(lambda: tabs[1].abandoned(SESSION, NOW + LEFT_SECONDS))
    assert tabs[1].find(TOKEN, NOW + 1) is not None
    await until(lambda: not tabs[0].abandoned(SESSION, NOW + LEFT_SECONDS))
    tabs[0].seen(SESSION, NOW + 30)
    await until(lambda: tabs[1].known(SESSION) == (TAB.label, NOW + 30))
    third = made(two.wire, "third")
    late = Tabs(third)
    two.comes(third)
    await until(lambda: late.find(TOKEN, NOW + 31))
    assert late.find(TOKEN, NOW + 31 + TAB.idle_seconds) is None


async def test_a_mail_is_known_again_at_the_other_relay(two: Two) -> None:
    """Each writes under its own key and looks under all; one that comes later is told those of the hour."""
    doors = [Duplicates(Dice("a"), two.here), Duplicates(Dice("b"), two.there)]
    author, inbox = parse_address(b"m@home.example"), parse_address(b"x@relay.example")
    arrival = Arrival("peer", "home.example", False, author, inbox)
    await meet(two)
    first = doors[0].memory(arrival, "peer", bytes(32), NOW)
    await until(lambda: first.tags[0] in doors[1].memory(arrival, "peer", bytes(32), NOW).tags)
    second = doors[1].memory(arrival, "peer", bytes(32), NOW)
    assert second.tags[0] not in first.tags
    third = made(two.wire, "third")
    late = Duplicates(Dice("c"), third)
    two.comes(third)
    known = {first.tags[0], second.tags[0]}
    await until(lambda: known <= set(late.memory(arrival, "peer", bytes(32), NOW).tags))
    later = late.memory(arrival, "peer", bytes(32), NOW + 2 * 3_600)
    assert not known & set(later.tags)
    ahead = doors[0].memory(arrival, "peer", bytes(32), NOW + 3_600)  # its hour has begun a minute earlier
    await until(lambda: ahead.tags[0] in doors[1].memory(arrival, "peer", bytes(32), NOW).tags)


async def test_who_waits_there_is_woken(two: Two) -> None:
    """For a mailbox, an engagement, an account, and what an account opened meanwhile."""
    hubs = [WakeHub(), WakeHub()]
    wakes = [WakeAll(hub, one) for hub, one in zip(hubs, (two.here, two.there), strict=True)]
    await meet(two)
    waiter = hubs[1].join(b"a" * 16, [b"m" * 16, b"e" * 16])
    wakes[0].mailbox(b"m" * 16, 7)
    wakes[0].engagement(b"e" * 16)
    wakes[0].account(b"a" * 16)
    await until(waiter.take_account)
    assert waiter.take() == ({b"m" * 16: 7}, {b"e" * 16})
    wakes[0].opened(b"a" * 16, b"f" * 16, [b"n" * 16])
    wakes[0].mailbox(b"n" * 16, 1)
    await until(lambda: b"n" * 16 in waiter.take()[0])
    assert not waiter.is_over


async def test_what_was_missed_is_noticed(two: Two) -> None:
    """A telling that did not come, a line that was lost, and a relay that falls silent: all is forgotten, and
    whoever waits is let go. A relay that ends in order, or begins, lets nobody go.
    """
    hub, forgotten = WakeHub(), []
    WakeAll(hub, two.there)
    two.there.forgets(lambda: forgotten.append(1))
    await meet(two)
    ours, theirs = two.wire.lines
    for lose, comes in ((True, False), (False, True)):
        waiter = hub.join(b"a" * 16, [])
        count = len(forgotten)
        if lose:  # on its way
            theirs.deaf = True
            said = ours.said
            two.here.tell(Kind.ACCOUNT, b"x" * 16)
            await until(lambda said=said: ours.said > said)
            theirs.deaf = False
        else:  # or by the one who speaks
            assert ours.stands is not None
            ours.stands(False)
            ours.stands(True)
        assert await waiter.wait(20)
        assert waiter.is_over
        assert len(forgotten) > count
        assert comes != lose
    await until(lambda: two.here.others == two.there.others == 1)
    waiter = hub.join(b"a" * 16, [])
    third = made(two.wire, "third")
    task = asyncio.ensure_future(third.keep(lambda: NOW, lambda _: None))
    await until(lambda: two.there.others == 2)
    await third.leave()
    task.cancel()
    await until(lambda: two.there.others == 1)
    assert not waiter.is_over
    ours.mute = True
    two.there._miss_the_silent(asyncio.get_running_loop().time() + 1)
    assert waiter.is_over
    assert two.there.others == 0


async def test_what_was_told_to_nobody_is_noticed(two: Two) -> None:
    """A relay that holds the other to be gone tells it nothing; the other, which was there all the time, sees
    by the next telling that it missed something. So does one that hears of a relay for the first time.
    """
    hub = WakeHub()
    WakeAll(hub, two.there)
    await meet(two)
    waiter = hub.join(b"a" * 16, [])
    two.here._others.clear()
    two.here.tell(Kind.ACCOUNT, b"a" * 16)
    assert await waiter.wait(20)
    assert waiter.is_over
    waiter = hub.join(b"b" * 16, [])
    third = made(two.wire, "third")
    third.tell(Kind.ACCOUNT, b"b" * 16)  # as its first sweep does, before its line stands
    two.comes(third)
    assert await waiter.wait(20)
    assert waiter.is_over


async def test_what_a_relay_told_that_has_gone_is_not_heard_again(two: Two) -> None:
    """Neither after its last word, nor after the line was lost: whoever may speak on the line may have kept
    it.
    """
    heard: list[bytes] = []
    two.there.hear(Kind.ACCOUNT, lambda fields: heard.append(fields[0]))
    await meet(two)
    theirs, pepper = two.wire.lines[1], Pepper(b"p" * 32)
    assert theirs.heard is not None
    assert theirs.stands is not None
    words = [[word(Kind.HERE, b"\x01"), word(Kind.ACCOUNT, b"a" * 16)], [word(Kind.HERE, b"\x02")]]
    tellings = [
        pepper.seal_telling(telling(b"y" * 16, number, told), bytes(24))
        for number, told in enumerate(words, 1)
    ]
    for one in tellings:
        theirs.heard(one)
    count = two.there.others
    theirs.heard(tellings[0])
    theirs.stands(True)
    theirs.heard(tellings[0])
    assert heard == [b"a" * 16]
    assert two.there.others <= count
    assert two.there.unheard == 2


async def test_a_relay_whose_clock_is_ahead_slows_nobody_for_days(two: Two) -> None:
    """What it counted is counted from now on here."""
    brakes = [Brake(1, one) for one in (two.here, two.there)]
    hourly = [one.hourly("code", 2) for one in (two.here, two.there)]
    await meet(two)
    for _ in range(4):
        brakes[0].failed(b"a" * 16, b"net", NOW + 5 * 86_400)
    hourly[0].take(b"who", NOW + 5 * 86_400)
    hourly[0].take(b"who", NOW + 5 * 86_400)
    await until(lambda: brakes[1].wait_seconds(b"a" * 16, b"net", NOW))
    assert brakes[1].wait_seconds(b"a" * 16, b"net", NOW) <= 60
    with pytest.raises(TooManyRequests) as refused:
        hourly[1].take(b"who", NOW)
    assert refused.value.facts["retry_after"] <= 3_600


async def test_words_that_nobody_takes_are_bounded(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be said is dropped, and the others notice; counts of too many are not told."""
    monkeypatch.setattr(company_module, "MOST_WORDS", 10)
    monkeypatch.setattr(company_module, "MOST_TALLIES", 3)
    forgotten: list[int] = []
    two.there.forgets(lambda: forgotten.append(1))
    heard: list[bytes] = []
    count = two.here.counter("code", lambda *_: None)
    two.there.counter("code", lambda whose, *_: heard.append(whose))
    await meet(two)
    before = len(forgotten)
    for _ in range(11):
        two.here.tell(Kind.ACCOUNT, b"x" * 16)
    await until(lambda: len(forgotten) > before)
    for number in range(5):
        count(b"%d" % number, 1, NOW)
    await until(lambda: len(heard) == 3)


async def test_a_long_word_list_is_told_in_pieces(two: Two) -> None:
    """No telling is longer than the line takes; nothing is lost and the order stays."""
    heard: list[bytes] = []
    two.there.hear(Kind.ACCOUNT, lambda fields: heard.append(fields[0]))
    await meet(two)
    ids = [u64(number) * 2 for number in range(500)]
    for one in ids:
        two.here.tell(Kind.ACCOUNT, one)
    await until(lambda: len(heard) == 500)
    assert heard == ids


async def test_what_is_no_telling_is_passed_over(two: Two) -> None:
    """Bytes of anybody, another pepper's, one heard before, another version, half a word, fields too many."""
    heard: list[bytes] = []
    two.there.hear(Kind.ACCOUNT, lambda fields: heard.append(fields[0]))
    await meet(two)
    theirs, pepper = two.wire.lines[1], Pepper(b"p" * 32)
    assert theirs.heard is not None
    good, nonce = word(Kind.ACCOUNT, b"a" * 16), bytes(24)
    raw = telling(b"z" * 16, 1, [good])
    bad = [b"", bytes(80), b"\xff" * 5_000, Pepper(b"q" * 32).seal_telling(raw, nonce)]
    bad += [
        pepper.seal_telling(one, nonce)
        for one in (b"", raw[:9], b"\x02" + raw[1:], raw[:-1], raw + b"\x04", raw + b"\x04\xff\xff")
    ]
    bad.append(
        pepper.seal_telling(telling(b"z" * 16, 1, [word(Kind.OPENED, bytes(16), bytes(16), b"odd")]), nonce)
    )
    WakeAll(WakeHub(), two.there)
    for one in bad:
        theirs.heard(one)
    assert not heard
    assert two.there.unheard == len(bad)
    fresh = pepper.seal_telling(telling(b"y" * 16, 1, [b"\xc8\x00\x01x", good]), nonce)
    theirs.heard(fresh)
    theirs.heard(fresh)
    assert heard == [b"a" * 16]
    assert two.there.unheard == len(bad) + 1


def test_each_kind_is_read_as_it_was_written() -> None:
    """And not with a byte more or less in any field."""
    for kind, sizes in FIELDS.items():
        fields = tuple(bytes([number]) * (3 if size < 0 else size) for number, size in enumerate(sizes, 1))
        raw = telling(b"m" * 16, 5, [word(kind, *fields)])
        assert parse_telling(raw).words == ((kind, fields),)
        with pytest.raises(Malformed):
            word(kind, *fields, b"more")
        for cut in range(1, len(raw)):
            if cut != 25:  # a telling without words
                with pytest.raises(Malformed):
                    parse_telling(raw[:cut])
    for bad in (b"\x04\x04\x01" + bytes(1025), b"\x04\x00\x11" + bytes(17), b"\x04\x00\x0f" + bytes(15)):
        with pytest.raises(Malformed):
            parse_telling(telling(b"m" * 16, 5, [bad]))


async def test_alone_nothing_is_told() -> None:
    """A relay on a file keeps no company: it counts, wakes and ends as ever."""
    alone = Company(None, Pepper(b"p" * 32), Dice("alone"))
    await alone.keep(lambda: NOW, lambda _: None)
    counted = alone.hourly("code", 1)
    counted.take(b"who", NOW)
    alone.tell(Kind.ACCOUNT, b"a" * 16)
    alone.clear("code", b"who")
    await alone.leave()
    assert alone.others == 0
    assert alone.is_alone


async def test_mail_that_others_stored_fills_a_mailbox(two: Two) -> None:
    """What another relay stored counts, as if it had come here."""

    class Shelf:
        async def linked_bytes(self, mailbox_id: bytes, account_id: bytes) -> int:
            return 10

    held = [Held(Shelf(), one) for one in (two.here, two.there)]  # type: ignore[arg-type]  # all it asks for
    await meet(two)
    assert not await held[1].is_full(b"m" * 16, 20)
    held[0].add(b"m" * 16, 9)
    await until(lambda: held[1]._at_most[b"m" * 16] == 19)


async def test_access_is_one_at_both_relays(two: Two, house: House) -> None:
    """A login that begins at one relay ends at the other, and serves once, at either; a session that ended at
    one is no more at the other, which had it in memory. After anything missed no challenge of before serves.
    """
    ports = replace(house.ports, line=two.wire.line()), replace(house.ports, line=two.wire.line())
    houses = [build(replace(one, random=Dice(str(n))), house.settings) for n, one in enumerate(ports)]
    here, there = houses[0].access, houses[1].access
    for one in houses:
        one.company._now = lambda: house.now - 60
        two.tasks.append(asyncio.ensure_future(one.company.keep(lambda: house.now - 60, lambda _: None)))
    await until(lambda: all(one.company.others == 1 for one in houses))

    async def begun() -> Answer:
        started = await here.start(house.client.name, house.now)
        way, nonce = house.client.ways[0], house.client.dice(32)
        signature = house.client.answer(way, started.account_id, started.challenge, nonce)
        return Answer(started.account_id, way.method_id, started.challenge, nonce, signature)

    answer = await begun()
    opened = await there.open(answer, b"", house.now)
    await until(lambda: answer.challenge in here._challenges._used)
    for access in here, there:
        with pytest.raises(LoginRefused):
            await access.open(answer, b"", house.now)
    assert await here.caller(opened.token, house.now) == house.client.account_id
    assert here.remembered(opened.token, house.now)
    await there.close(opened.token)
    await until(lambda: here.remembered(opened.token, house.now) is None)
    with pytest.raises(NotSignedIn):
        await here.caller(opened.token, house.now)
    late = await begun()
    houses[1].company._now = lambda: house.now + 1
    houses[1].company._missed()
    for wrong in (False, True) * 20:  # neither told apart, nor counted as wrong
        with pytest.raises(Busy):
            await there.open(replace(late, signature=bytes(64)) if wrong else late, b"", house.now)
    houses[1].company.whole_since = 0
    assert await there.open(await begun(), b"", house.now)


async def test_standings_are_forgotten_with_what_changed(two: Two, house: House) -> None:
    """An engagement that changed at one relay is looked up again at the other; after a gap, everything is."""
    one, other = (build(replace(house.ports, line=two.wire.line()), house.settings) for _ in range(2))
    for flows in one, other:
        two.tasks.append(asyncio.ensure_future(flows.company.keep(lambda: house.now, lambda _: None)))
    await until(lambda: one.company.others == other.company.others == 1)
    mailbox_id = house.work.mailbox(Role.CLIENT)
    await other.standings.of_mailbox(mailbox_id, house.now)
    assert other.standings.remembered(mailbox_id, house.now)
    one.expire._tell([house.work.engagement_id])
    await until(lambda: other.standings.remembered(mailbox_id, house.now) is None)
    await other.standings.of_mailbox(mailbox_id, house.now)
    other.company._missed()
    assert other.standings.remembered(mailbox_id, house.now) is None


async def test_refusals_are_told_as_often_as_by_one(two: Two) -> None:
    """What one relay told counts at the other, and the same is told once by both; the rest waits."""

    class Inboxes:
        async def by_id(self, mailbox_id: bytes, now: int) -> object:
            raise NotFound

    parts = (Inboxes(), None, SignKey.from_seed(bytes(32)), Dice("refusals"))
    here, there = (Refusals(*parts, one, 10**6) for one in (two.here, two.there))  # type: ignore[arg-type]  # all that they ask
    await meet(two)
    author, mailbox_id = parse_address(b"m@home.example"), b"m" * 16
    for _ in range(2):
        await here.tell(mailbox_id, author, "inbox-full", NOW)
    await until(lambda: mailbox_id in there._hours)
    await there.tell(mailbox_id, author, "inbox-full", NOW)
    assert there._hours[mailbox_id].notices == 1
    for _ in range(MOST_NOTICES - 1):
        await here.tell(mailbox_id, author, "sender-unproven", NOW)
    await until(lambda: there._hours[mailbox_id].notices == MOST_NOTICES)
    await there.tell(mailbox_id, author, "sender-unproven", NOW)
    assert len(there._hours[mailbox_id].waiting) == 1
