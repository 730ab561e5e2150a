"""The sponsor's slot: the client's ticket alone lets anything in; whatever is not served is one answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from keys.acts import ActKind, parse_act, sign_act
from keys.envelope import EnvelopeClass
from keys.names import DAY_SECONDS, Role
from keys.suite import OpenKey, SignKey
from relay.core.admission import read
from relay.core.errors import (
    ActRefused,
    Conflict,
    DigitsRefused,
    Malformed,
    NotAllowed,
    NotFound,
    NothingHere,
    RelayError,
    TooLarge,
    TooManyRequests,
)
from relay.core.model import Reason
from relay.core.release import AHEAD_SECONDS, MOST_RELEASE_BYTES
from relay.flow.release import TRIES, TRIES_OF_NETWORK
from tests.flow.cast import KEEPER, KEEPER_ID, Person, Work, day_key
from tests.flow.house import House
from tests.flow.releases import DIGITS, LINK, OTHER_LINK, WRONG, Made, Reports


@pytest.fixture
async def reports(house: House) -> Reports:
    """A house with an open slot."""
    found = Reports(house)
    await found.open_slot()
    return found


async def at_once() -> None:
    """No pause."""


async def nothing(reports: Reports) -> None:
    """The one answer."""
    with pytest.raises(NothingHere):
        await reports.seen()


async def test_released_served_and_taken_back(reports: Reports) -> None:
    """What the client lets out is served by link and digits, byte for byte, until it is taken back; the same
    posted again changes nothing, and does not bring it back either.
    """
    await nothing(reports)
    made = await reports.release()
    assert await reports.seen() == made.envelope
    assert not await reports.post(made)
    await reports.withdraw()
    await nothing(reports)
    assert not await reports.post(made)
    await nothing(reports)


async def test_what_a_sponsor_is_given(reports: Reports) -> None:
    """Both identity keys, the very ticket, the keepers that can be asked."""
    made = await reports.release()
    house = reports.house
    shown = await house.flows.releases.shown(reports.link_id, DIGITS, b"", house.now)
    keys = (house.coach.identity.public, house.client.identity.public)
    assert (shown.coach_public, shown.client_public) == keys
    assert (shown.ticket, shown.keeper_ids) == (made.act, (KEEPER_ID,))


async def test_from_its_second_until_its_second(reports: Reports) -> None:
    """Not before its not-before, and not from its end on."""
    house = reports.house
    begins_at, ends_at = house.now + 3_600, house.now + 2 * DAY_SECONDS
    await reports.release(not_before=begins_at, ends_at=ends_at)
    for at, there in ((begins_at - 1, False), (begins_at, True), (ends_at - 1, True), (ends_at, False)):
        house.now = at
        if there:
            await reports.seen()
        else:
            await nothing(reports)


async def test_a_later_release_takes_the_place_of_an_earlier_one_as_it_begins(reports: Reports) -> None:
    """Until then the earlier one is served; and taking back ends both."""
    house = reports.house
    first = await reports.release()
    begins_at = house.now + DAY_SECONDS
    second = await reports.release(not_before=begins_at, ends_at=house.now + 9 * DAY_SECONDS)
    assert await reports.seen() == first.envelope
    assert [one.ends_at for one in await reports.house.store.releases(reports.mailbox, now=house.now)] == [
        begins_at,
        house.now + 9 * DAY_SECONDS,
    ]
    house.now = begins_at
    assert await reports.seen() == second.envelope
    third = await reports.release(ends_at=house.now + DAY_SECONDS)
    assert await reports.seen() == third.envelope
    await reports.release(not_before=house.now + 60)
    await reports.withdraw()
    await nothing(reports)
    house.now += 60
    await nothing(reports)


async def test_the_same_terms_released_once_more(reports: Reports) -> None:
    """The same envelope id a second time, after a withdrawal and beside a living one."""
    house = reports.house
    parts = await reports.made()
    await reports.post(parts)
    await reports.withdraw()
    again = await reports.made(envelope=parts.envelope)
    await reports.post(again)
    assert await reports.seen() == parts.envelope
    third = await reports.made(envelope=parts.envelope)
    await reports.post(third)
    assert await reports.seen() == parts.envelope
    assert len(await house.store.releases(reports.mailbox, now=house.now)) == 1


async def test_a_new_slot_ends_what_was_in_the_old_one(reports: Reports) -> None:
    """It named another person: the old link leads nowhere, and its ticket opens nothing new."""
    house = reports.house
    made = await reports.release()
    other = Reports(house, link=OTHER_LINK)
    await other.open_slot()
    await nothing(reports)
    await nothing(other)
    with pytest.raises(ActRefused):
        await reports.post(await reports.made())
    await other.release()
    await reports.open_slot()  # and back again: what was in it does not come back
    await nothing(reports)
    assert not await reports.post(made)
    await nothing(reports)


@pytest.mark.parametrize("who", ["coach", "client"])
async def test_either_closes_the_slot(reports: Reports, who: str) -> None:
    """What was released goes with it; closing what is closed finds nothing."""
    house = reports.house
    await reports.release()
    account_id = getattr(house, who).account_id
    await house.flows.releases.close_slot(account_id, house.work.engagement_id, house.now)
    await nothing(reports)
    with pytest.raises(NotFound):
        await house.flows.releases.close_slot(account_id, house.work.engagement_id, house.now)
    with pytest.raises(ActRefused):
        await reports.post(await reports.made())


async def test_other_digits_for_the_same_link(reports: Reports) -> None:
    """The same slot takes new digits; what was released stays."""
    made = await reports.release()
    await reports.open_slot(WRONG)
    with pytest.raises(DigitsRefused):
        await reports.seen()
    assert await reports.seen(WRONG) == made.envelope


async def test_five_wrong_tries(reports: Reports) -> None:
    """Then even the right digits wait an hour; another link does not."""
    house = reports.house
    await reports.release()
    for _ in range(TRIES):
        with pytest.raises(DigitsRefused):
            await reports.seen(WRONG)
    for digits in (WRONG, DIGITS):
        with pytest.raises(TooManyRequests) as told:
            await reports.seen(digits)
        assert told.value.facts["retry_after"] == 3600
    with pytest.raises(NothingHere):
        await Reports(house, link=b"?" * 32).seen(WRONG)
    house.now += 3600
    await reports.seen()


async def test_right_digits_cost_no_try(reports: Reports) -> None:
    """Whoever has them may look as often as they like, and an unknown link never waits."""
    await reports.release()
    for _ in range(3 * TRIES):
        await reports.seen()
        with pytest.raises(NothingHere):
            await Reports(reports.house, link=b"?" * 32).seen(WRONG)


async def test_many_wrong_digits_from_one_network(house: House) -> None:
    """Over many links too, a network comes to an end of its tries; another network does not."""
    flows, told = house.flows.releases, list[type[RelayError]]()
    for number in range(9):
        reports = Reports(house, link=bytes([number]) * 32)
        await reports.open_slot()
        for _ in range(TRIES):
            with pytest.raises(RelayError) as refused:
                await flows.shown(reports.link_id, WRONG, b"net", house.now)
            told.append(refused.type)
    assert told == [DigitsRefused] * TRIES_OF_NETWORK + [TooManyRequests] * 5
    await reports.open_slot()
    with pytest.raises(TooManyRequests):
        await flows.shown(reports.link_id, DIGITS, b"net", house.now)
    fresh = Reports(house, link=b"fresh" + bytes(27))
    await fresh.open_slot()
    for _ in range(TRIES):
        with pytest.raises(TooManyRequests):
            await flows.shown(fresh.link_id, WRONG, b"net", house.now)
    with pytest.raises(NothingHere):  # what was refused for its network was no try at the link
        await flows.shown(fresh.link_id, DIGITS, b"elsewhere", house.now)


# --- what is refused ---


Fault = Callable[[Reports], Awaitable[Made]]


def _elsewhere(reports: Reports) -> bytes:
    return reports.envelope(mailbox_id=reports.work.mailbox(Role.CLIENT))


FAULTS: dict[str, Fault] = {
    "signed by the coach": lambda r: r.made(r.work.coach),
    "signed by both": lambda r: r.made(r.work.coach, r.work.client),
    "signed by a stranger": lambda r: r.made(r.house.stranger),
    "for another envelope": lambda r: r.made(subject=b"s" * 32),
    "until a later second": lambda r: r.made(second_date=r.house.now + 11 * DAY_SECONDS),
    "until an earlier second": lambda r: r.made(second_date=r.house.now + 9 * DAY_SECONDS),
    "of another kind": lambda r: r.made(kind=ActKind.WITHDRAW, date=0, second_date=0),
    "past the end of the hold": lambda r: r.made(ends_at=r.work.policy.hold_ends_at + 1),
    "already over": lambda r: r.made(ends_at=r.house.now),
    "a month and a day ahead": lambda r: r.made(
        not_before=r.house.now + AHEAD_SECONDS + 1, ends_at=r.house.now + 40 * DAY_SECONDS
    ),
    "into the client's mailbox": lambda r: r.made(envelope=_elsewhere(r)),
    "into the coach's mailbox": lambda r: r.made(envelope=r.envelope(mailbox_id=r.work.mailbox(Role.COACH))),
    "for another link": lambda r: Reports(r.house, link=OTHER_LINK).made(),
    "with another link's lock": lambda r: r.made(envelope=replace_link(r, Reports(r.house, link=OTHER_LINK))),
    "with a reader's lock": lambda r: r.made(envelope=r.as_message()),
    "of class 1": lambda r: r.made(
        envelope=r.work.envelope(
            r.work.client, Role.CLIENT, mailbox=r.mailbox, expires_at=r.house.now + 10 * DAY_SECONDS
        )
    ),
    "under another policy's tag": lambda r: r.made(envelope=r.envelope(policy_tag=b"t" * 16)),
    "with an unknown keeper's lock": lambda r: r.made(
        envelope=r.envelope(keys=[OpenKey.from_seed(b"?" * 32).seal_key()])
    ),
    "with one more keeper's lock": lambda r: r.made(envelope=two_locks(r)),
}


def replace_link(reports: Reports, other: Reports) -> bytes:
    """An envelope for this slot whose lock is another link's."""
    return other.envelope(mailbox_id=reports.mailbox)


def two_locks(reports: Reports) -> bytes:
    """An envelope with a lock of the keeper and one of nobody's."""
    return reports.envelope(keys=[day_key(), OpenKey.from_seed(b"?" * 32).seal_key()])


@pytest.mark.parametrize("name", FAULTS)
async def test_a_ticket_with_one_fault_lets_nothing_in(reports: Reports, name: str) -> None:
    """Forged, widened or for something else: refused, and neither act nor envelope stays."""
    house = reports.house
    made = await FAULTS[name](reports)
    with pytest.raises((ActRefused, Malformed)):
        await reports.post(made)
    engagement = await house.store.engagement(house.work.engagement_id, now=house.now)
    assert engagement is not None
    assert len(engagement.acts) == 1
    assert await house.store.releases(reports.mailbox, now=house.now) == []
    await nothing(reports)


async def test_a_ticket_is_spent_once(reports: Reports) -> None:
    """A number that is taken is taken: neither the same ticket for another envelope nor an older one."""
    made = await reports.release()
    other = replace(made, envelope=reports.envelope())
    assert not await reports.post(other)  # the act is stored already: nothing is done
    assert await reports.seen() == made.envelope
    late = await reports.made()
    await reports.withdraw()
    with pytest.raises(Conflict):
        await reports.post(late)
    await nothing(reports)


async def test_a_ticket_does_not_come_alone(reports: Reports) -> None:
    """The route of acts takes none: a number would be spent and nothing let out."""
    house, made = reports.house, await reports.made()
    with pytest.raises(ActRefused):
        await house.flows.agreements.act(
            house.client.account_id, house.work.engagement_id, made.act, b"", house.now
        )


@pytest.mark.parametrize(("who", "error"), [("coach", NotAllowed), ("stranger", NotFound)])
async def test_the_clients_ticket_is_posted_by_the_client(
    reports: Reports, who: str, error: type[RelayError]
) -> None:
    """A right ticket in another's hands lets nothing in."""
    with pytest.raises(error):
        await reports.post(await reports.made(), getattr(reports.house, who))
    await nothing(reports)


@pytest.mark.parametrize(("who", "error"), [("client", NotAllowed), ("stranger", NotFound)])
async def test_only_the_coach_opens_a_slot(house: House, who: str, error: type[RelayError]) -> None:
    """Another would choose who the sponsor is."""
    reports, person = Reports(house), getattr(house, who)
    with pytest.raises(error):
        await house.flows.releases.open_slot(
            person.account_id,
            house.work.engagement_id,
            reports.link_id,
            reports.reader_key,
            DIGITS,
            house.now,
        )


async def test_no_ordinary_deposit_goes_into_a_slot(reports: Reports) -> None:
    """Class 4 is nobody's to deposit, and the mailbox is none that a deposit finds."""
    house, work = reports.house, reports.work
    for sender in (house.coach, house.client, house.stranger):
        for raw in (
            reports.envelope(),
            work.envelope(sender, Role.CLIENT, mailbox=reports.mailbox),
            work.envelope(
                sender,
                Role.CLIENT,
                mailbox=reports.mailbox,
                envelope_class=EnvelopeClass.NOTICE,
                tag=bytes(16),
            ),
        ):
            with pytest.raises(RelayError):
                await house.flows.accept.deposit(sender.account_id, [[read(raw)]], house.now)
    assert await house.store.releases(reports.mailbox, now=house.now) == []
    assert await house.store.mailbox(reports.mailbox, now=house.now) is None
    assert await house.store.mailbox_by_address("", now=house.now) is None


async def test_a_link_of_another_engagement_is_not_taken(reports: Reports) -> None:
    """Two engagements never share a link."""
    house = reports.house
    other = Work(house.stranger, Person("tom"), now=house.now)
    await house.invite(other)
    await house.enrol_client(other)
    with pytest.raises(Conflict):
        await Reports(house, other).open_slot()


async def test_no_sponsor_no_slot(empty: House) -> None:
    """Where the agreement names none, nothing is opened."""
    empty.work = Work(empty.coach, empty.client, now=empty.now, sponsor_name="")
    await empty.settle()
    with pytest.raises(ActRefused):
        await Reports(empty).open_slot()


async def test_too_large(reports: Reports) -> None:
    """No release is larger than two reports and what is around them."""
    with pytest.raises(TooLarge):
        await reports.post(Made(b"", bytes(MOST_RELEASE_BYTES + 1)))


# --- the keeper, and the end ---


async def test_a_keeper_is_asked_for_the_link_alone(reports: Reports) -> None:
    """By link, digits and the link's own access key, while something is served."""
    house = reports.house
    request = KEEPER_ID + reports.reader_key + b"..."

    async def ask(request: bytes, digits: str = DIGITS, keeper_id: bytes = KEEPER_ID) -> bytes:
        return await house.flows.releases.ask_keeper(
            reports.link_id, digits, keeper_id, request, b"", house.now
        )

    with pytest.raises(NothingHere):
        await ask(request)
    assert house.keeper.asked <= 1
    await reports.release()
    assert (await ask(request)).startswith(b"sealed answer")
    with pytest.raises(DigitsRefused):
        await ask(request, WRONG)
    stranger = SignKey.from_seed(b"?" * 32).public
    for wrong in (KEEPER_ID + stranger + b"...", KEEPER.public[:16] + reports.reader_key, b""):
        with pytest.raises(Malformed):
            await ask(wrong)
    with pytest.raises(NotFound):
        await ask(b"k" * 16 + reports.reader_key, keeper_id=b"k" * 16)
    await reports.withdraw()
    with pytest.raises(NothingHere):
        await ask(request)


async def test_closing_ends_the_release_with_the_hold(reports: Reports) -> None:
    """It is served while the engagement is held, and goes with the hold's end when that comes forward."""
    house, work = reports.house, reports.work
    await reports.release(ends_at=house.now + 60 * DAY_SECONDS)
    ends_at = house.now + 8 * DAY_SECONDS
    core = await reports.core(ActKind.CLOSE, date=house.now, second_date=ends_at)
    raw = sign_act(core, house.coach.identity).encode()
    await house.flows.agreements.act(house.coach.account_id, work.engagement_id, raw, b"", house.now)
    house.now = ends_at - 1
    await reports.seen()
    with pytest.raises(ActRefused):
        await reports.post(await reports.made(ends_at=ends_at + 1))
    house.now = ends_at
    await nothing(reports)
    await house.flows.expire.sweep(house.now, at_once)
    assert await house.store.slot(work.engagement_id, now=house.now - DAY_SECONDS) is None


async def test_who_leaves_takes_the_release_along(reports: Reports) -> None:
    """Nobody could take it back any more."""
    house = reports.house
    await reports.release()
    await house.flows.releases.leave(house.client.account_id, house.now)
    await nothing(reports)


async def test_what_went_is_receipted_to_the_client(reports: Reports) -> None:
    """A withdrawn release leaves a tombstone, and the client has a receipt for it."""
    house = reports.house
    await reports.release()
    await reports.withdraw()
    page = await house.store.rows(
        reports.mailbox, after=0, before=None, limit=10, max_bytes=1 << 20, now=house.now
    )
    assert [row.reason for row in page.rows] == [Reason.SHORTENED]
    await house.flows.expire.sweep(house.now, at_once)
    receipts, _ = await house.flows.receipts.of_account(
        house.client.account_id, after=0, limit=10, now=house.now
    )
    assert len(receipts) == 1
    others, _ = await house.flows.receipts.of_account(
        house.coach.account_id, after=0, limit=10, now=house.now
    )
    assert others == []


async def test_a_members_look(reports: Reports) -> None:
    """Both members see what the sponsor sees, and will see; nobody else."""
    house = reports.house
    made = await reports.release()
    for who in (house.coach, house.client):
        slot, living = await house.flows.releases.view(who.account_id, house.work.engagement_id, house.now)
        assert slot is not None
        assert (slot.link_id, [one.envelope for one in living]) == (reports.link_id, [made.envelope])
        assert living[0].act_number == parse_act(made.act).core.number
    with pytest.raises(NotFound):
        await house.flows.releases.view(house.stranger.account_id, house.work.engagement_id, house.now)


async def test_the_link_of_nobody(reports: Reports) -> None:
    """An unknown link is nothing, whatever the digits."""
    unknown = Reports(reports.house, link=LINK[::-1][:31] + b"x")
    for digits in (DIGITS, WRONG):
        with pytest.raises(NothingHere):
            await unknown.seen(digits)
