"""Deposits: who may put what where, under which policy, once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from keys.envelope import ZERO_TAG, EnvelopeClass
from keys.names import DAY_SECONDS, Role
from relay.core import admission
from relay.core.errors import (
    Conflict,
    EngagementClosed,
    InboxFull,
    Malformed,
    NotAllowed,
    NotFound,
    PolicyMissing,
    PolicyRefused,
    RelayError,
    TooLarge,
)
from relay.core.model import DoorMemory, Outcome, Reason
from tests.flow.cast import Person, Work
from tests.flow.house import House


async def deposit(house: House, person: Person, *groups: Sequence[bytes]) -> list[Outcome]:
    """Deposit groups of envelopes."""
    read = [[admission.read(raw) for raw in group] for group in groups]
    return await house.flows.accept.deposit(person.account_id, read, house.now)


async def rows(house: House, person: Person, role: Role) -> list[bytes | None]:
    """What a mailbox holds."""
    page = await house.flows.fetch.rows(
        person.account_id, house.work.mailbox(role), after=0, before=None, limit=200, now=house.now
    )
    return [row.raw for row in page.rows]


async def test_what_was_deposited_is_read_byte_for_byte(house: House) -> None:
    """A message to the client and the coach's own copy arrive in their mailboxes, in one group."""
    to_client = house.work.envelope(house.coach, Role.CLIENT)
    own_copy = house.work.envelope(house.coach, Role.COACH)
    (outcome,) = await deposit(house, house.coach, [to_client, own_copy])
    assert outcome.status == "stored"
    assert await rows(house, house.client, Role.CLIENT) == [to_client]
    assert await rows(house, house.coach, Role.COACH) == [own_copy]


async def test_the_same_bytes_again_are_repeated_and_other_bytes_a_conflict(house: House) -> None:
    """A retry changes nothing; another sealing of the same content is refused."""
    first = house.work.envelope(house.coach, Role.CLIENT, fresh=False)
    other = house.work.envelope(house.coach, Role.CLIENT, fresh=False)
    assert first[24:40] == other[24:40]
    await deposit(house, house.coach, [first])
    (again,) = await deposit(house, house.coach, [first])
    assert again.status == "repeated"
    with pytest.raises(Conflict) as refused:
        await deposit(house, house.coach, [other])
    assert refused.value.code == "envelope-conflict"
    assert await rows(house, house.client, Role.CLIENT) == [first]


async def test_a_group_is_stored_whole_or_not_at_all(house: House) -> None:
    """One envelope that conflicts, or that policy refuses, keeps the whole group out; other groups are
    taken.
    """
    first = house.work.envelope(house.coach, Role.CLIENT, fresh=False)
    await deposit(house, house.coach, [first])
    other = house.work.envelope(house.coach, Role.CLIENT, fresh=False)
    mates = [house.work.envelope(house.coach, Role.COACH) for _ in range(2)]
    late = house.work.envelope(
        house.coach, Role.CLIENT, expires_at=house.work.policy.hold_ends_at + DAY_SECONDS
    )
    good = house.work.envelope(house.coach, Role.COACH)
    outcomes = await deposit(house, house.coach, [mates[0], other], [late, mates[1]], [good])
    assert [(one.status, one.code) for one in outcomes] == [
        ("refused", "envelope-conflict"),
        ("refused", "policy-refused"),
        ("stored", ""),
    ]
    assert await rows(house, house.coach, Role.COACH) == [good]


WRITERS = [
    ("coach", Role.COACH, None),
    ("coach", Role.CLIENT, None),
    ("coach", Role.NOTES, None),
    ("client", Role.COACH, None),
    ("client", Role.CLIENT, None),
    ("client", Role.NOTES, NotFound),
    ("stranger", Role.COACH, NotFound),
    ("stranger", Role.CLIENT, NotFound),
    ("stranger", Role.NOTES, NotFound),
]


@pytest.mark.parametrize(("who", "role", "refusal"), WRITERS)
async def test_who_may_write_a_message_where(
    house: House, who: str, role: Role, refusal: type[RelayError] | None
) -> None:
    """Coach and client write to each other and to themselves, the coach to the notes; to others nothing
    is there.
    """
    person: Person = getattr(house, who)
    raw = house.work.envelope(person, role)
    if refusal is None:
        assert (await deposit(house, person, [raw]))[0].status == "stored"
        return
    with pytest.raises(refusal) as refused:
        await deposit(house, person, [raw])
    unknown = house.work.envelope(person, role, mailbox=b"u" * 16)
    with pytest.raises(NotFound) as nowhere:
        await deposit(house, person, [unknown])
    assert (refused.value.code, refused.value.facts) == (nowhere.value.code, nowhere.value.facts)


@pytest.mark.parametrize("number", [2, 3, 4, 5])
async def test_people_deposit_no_other_class(house: House, number: int) -> None:
    """Mail, notices, releases and re-sealed items are not a person's to deposit."""
    raw = bytearray(house.work.envelope(house.coach, Role.CLIENT))
    raw[6] = number
    with pytest.raises(NotAllowed):
        await deposit(house, house.coach, [bytes(raw)])


async def test_the_door_writes_mail_to_parties_alone(house: House) -> None:
    """Class 2 comes from the door only, and not into notes; a transaction that is known is not stored
    again.
    """
    memory = DoorMemory((b"t" * 32, b"u" * 32), house.now + 3600)
    raw = house.work.envelope(house.client, Role.COACH, envelope_class=EnvelopeClass.MESSAGE)
    with pytest.raises(NotAllowed):
        await house.flows.accept.from_door(admission.read(raw), memory, house.now)
    mail = bytearray(raw)
    mail[6] = EnvelopeClass.DOOR
    assert (
        await house.flows.accept.from_door(admission.read(bytes(mail)), memory, house.now)
    ).status == "stored"
    mail[24] ^= 1
    again = await house.flows.accept.from_door(admission.read(bytes(mail)), memory, house.now)
    assert again.status == "repeated"
    notes = bytearray(house.work.envelope(house.client, Role.NOTES))
    notes[6] = EnvelopeClass.DOOR
    with pytest.raises(NotAllowed):
        await house.flows.accept.from_door(admission.read(bytes(notes)), memory, house.now)


async def test_an_own_record_is_the_owners(house: House) -> None:
    """Class 6 goes into one's own mailbox alone; without a policy for thirty days at most."""
    month = house.now + 30 * DAY_SECONDS
    own = house.work.envelope(
        house.client,
        Role.CLIENT,
        envelope_class=EnvelopeClass.OWN,
        tag=ZERO_TAG,
        expires_at=month,
    )
    assert (await deposit(house, house.client, [own]))[0].status == "stored"
    foreign = house.work.envelope(house.client, Role.COACH, envelope_class=EnvelopeClass.OWN)
    with pytest.raises(NotAllowed):
        await deposit(house, house.client, [foreign])
    late = house.work.envelope(
        house.client, Role.CLIENT, envelope_class=EnvelopeClass.OWN, tag=ZERO_TAG, expires_at=month + 1
    )
    with pytest.raises(PolicyRefused) as refused:
        await deposit(house, house.client, [late])
    assert refused.value.facts["latest"] == month


@pytest.mark.parametrize("days", [-1, 0, 181])
async def test_a_date_outside_the_agreement_is_refused_with_the_latest(house: House, days: int) -> None:
    """Nothing is taken that is due already, or that would outlive the hold."""
    raw = house.work.envelope(house.coach, Role.CLIENT, expires_at=house.now + days * DAY_SECONDS)
    with pytest.raises(PolicyRefused) as refused:
        await deposit(house, house.coach, [raw])
    assert refused.value.facts["latest"] == house.work.policy.hold_ends_at


async def test_another_policys_tag_is_refused(house: House) -> None:
    """Only the policy in force dates a message."""
    raw = house.work.envelope(house.coach, Role.CLIENT, tag=b"another tag here")
    with pytest.raises(PolicyRefused):
        await deposit(house, house.coach, [raw])


async def test_nothing_is_kept_before_both_have_signed(empty: House) -> None:
    """A draft takes nothing, not even the coach's notes."""
    await empty.enrol_coach(empty.coach)
    await empty.invite()
    with pytest.raises(PolicyMissing):
        await deposit(empty, empty.coach, [empty.work.envelope(empty.coach, Role.NOTES)])


async def test_ended_work_takes_no_messages(house: House) -> None:
    """From the end of the work on nothing new is taken, and reading goes on."""
    raw = house.work.envelope(house.coach, Role.CLIENT)
    await deposit(house, house.coach, [raw])
    house.now = house.work.policy.work_ends_at
    with pytest.raises(EngagementClosed):
        await deposit(house, house.coach, [house.work.envelope(house.coach, Role.CLIENT)])
    assert await rows(house, house.client, Role.CLIENT) == [raw]


async def test_a_closing_act_is_heeded_at_once(house: House) -> None:
    """What the relay remembers of an engagement does not outlive an act."""
    await deposit(house, house.coach, [house.work.envelope(house.coach, Role.CLIENT)])
    act = house.work.close(house.work.first_core, house.client, date=house.now)
    await house.flows.agreements.act(
        house.client.account_id, house.work.engagement_id, act.encode(), b"", house.now
    )
    for sender, role in ((house.coach, Role.CLIENT), (house.coach, Role.COACH), (house.client, Role.COACH)):
        with pytest.raises(EngagementClosed):
            await deposit(house, sender, [house.work.envelope(sender, role)])
    mail = bytearray(house.work.envelope(house.client, Role.COACH))
    mail[6] = EnvelopeClass.DOOR
    memory = DoorMemory((b"t" * 32, b"u" * 32), house.now + 3600)
    with pytest.raises(EngagementClosed):
        await house.flows.accept.from_door(admission.read(bytes(mail)), memory, house.now)


async def test_records_of_ones_own_go_on_while_the_work_is_held(house: House) -> None:
    """Class 6 is taken until the end, and never past it, under the policy or for thirty days."""
    work, ends_at = house.work, house.now + 10 * DAY_SECONDS
    close = work.close(work.first_core, house.client, date=house.now, second_date=ends_at)
    await house.flows.agreements.act(
        house.client.account_id, work.engagement_id, close.encode(), b"", house.now
    )
    for tag in (None, ZERO_TAG):
        own = [
            work.envelope(house.coach, Role.NOTES, envelope_class=EnvelopeClass.OWN, tag=tag, expires_at=date)
            for date in (ends_at, ends_at + 1)
        ]
        assert (await deposit(house, house.coach, own[:1]))[0].status == "stored"
        with pytest.raises(PolicyRefused) as refused:
            await deposit(house, house.coach, own[1:])
        assert refused.value.facts["latest"] == ends_at
    for person in (house.coach, house.client):
        view = await house.flows.agreements.one(person.account_id, work.engagement_id, house.now)
        assert (view.notes.count, view.notes.expires_at, view.ends_at) == (2, ends_at, ends_at)


async def test_the_authors_copy_knows_its_twin(house: House) -> None:
    """Of one message into both mailboxes, deposited together, the author learns if it went unread; what was
    acknowledged by its reader, and by nobody else, did not.
    """
    date = house.now + DAY_SECONDS
    sent = [
        [house.work.envelope(house.coach, role, expires_at=date) for role in (Role.CLIENT, Role.COACH)]
        for _ in range(2)
    ]
    await deposit(house, house.coach, *sent)
    (read, _), (unread, _) = sent
    fetch, client_box = house.flows.fetch, house.work.mailbox(Role.CLIENT)
    ids = [read[24:40]]
    assert await fetch.acknowledge(house.client.account_id, client_box, ids, house.now) == 1
    for person in (house.coach, house.stranger):
        with pytest.raises(NotFound):
            await fetch.acknowledge(person.account_id, client_box, [unread[24:40]], house.now)
    with pytest.raises(Malformed):
        await fetch.acknowledge(house.client.account_id, client_box, ids * 1025, house.now)
    house.now = date
    await house.flows.expire.sweep(date, _at_once)
    pages = [
        await fetch.rows(person.account_id, house.work.mailbox(role), after=0, before=None, limit=9, now=date)
        for person, role in ((house.coach, Role.COACH), (house.client, Role.CLIENT))
    ]
    assert [[row.reason for row in page.rows] for page in pages] == [
        [Reason.DUE, Reason.UNREAD],
        [Reason.DUE, Reason.DUE],
    ]


async def test_no_copy_that_goes_sooner_tells_what_was_opened(house: House) -> None:
    """Without read marks nobody is told of a message that lives whether it was opened: of a copy of the
    author's own that is due before the other's, laid down with it or with the same once more, it is said that
    it was due, and nothing else.
    """
    soon, late = house.now + 60, house.now + DAY_SECONDS
    for shown in (False, True):
        theirs = house.work.envelope(house.coach, Role.CLIENT, expires_at=late)
        own = [house.work.envelope(house.coach, Role.COACH, expires_at=soon) for _ in range(2)]
        await deposit(house, house.coach, [theirs, own[0]])
        if shown:
            client_box = house.work.mailbox(Role.CLIENT)
            await house.flows.fetch.acknowledge(
                house.client.account_id, client_box, [theirs[24:40]], house.now
            )
        await deposit(house, house.coach, [own[1], theirs])
    house.now = soon
    await house.flows.expire.sweep(soon, _at_once)
    page = await house.flows.fetch.rows(
        house.coach.account_id, house.work.mailbox(Role.COACH), after=0, before=None, limit=9, now=soon
    )
    assert [row.reason for row in page.rows] == [Reason.DUE] * 4


@pytest.mark.parametrize("read_marks", [True, False])
async def test_an_author_asks_what_was_opened(empty: House, read_marks: bool) -> None:
    """Only where both have signed read marks, of what the caller wrote, and of the caller's own mailbox."""
    empty.work = Work(empty.coach, empty.client, read_marks=read_marks)
    await empty.settle()
    sent = [[empty.work.envelope(empty.coach, role) for role in (Role.CLIENT, Role.COACH)] for _ in range(2)]
    await deposit(empty, empty.coach, *sent)
    (theirs, own), (_, unseen) = sent
    fetch, client_box = empty.flows.fetch, empty.work.mailbox(Role.CLIENT)
    await fetch.acknowledge(empty.client.account_id, client_box, [theirs[24:40]], empty.now)
    coach_box, ids = empty.work.mailbox(Role.COACH), [unseen[24:40], own[24:40]]
    found = await fetch.opened(empty.coach.account_id, coach_box, ids, empty.now)
    assert found == ([own[24:40]] if read_marks else [])
    assert await fetch.opened(empty.client.account_id, client_box, [theirs[24:40]], empty.now) == []
    for person in (empty.client, empty.stranger):
        with pytest.raises(NotFound):
            await fetch.opened(person.account_id, coach_box, ids, empty.now)
    with pytest.raises(Malformed):
        await fetch.opened(empty.coach.account_id, coach_box, ids * 513, empty.now)


async def _at_once() -> None:
    return None


async def test_a_full_mailbox_refuses(house: House) -> None:
    """A mailbox holds its quota and no more."""
    big = house.work.envelope(house.coach, Role.CLIENT, text="x" * 700_000)
    await deposit(house, house.coach, [big])
    await deposit(house, house.coach, [house.work.envelope(house.coach, Role.CLIENT, text="y" * 700_000)])
    with pytest.raises(InboxFull):
        await deposit(house, house.coach, [house.work.envelope(house.coach, Role.CLIENT, text="z" * 700_000)])


async def test_readers_are_woken_after_the_commit(house: House) -> None:
    """A waiting reader is told of its own mailbox alone, with the cursor of what was stored."""
    mailbox_id = house.work.mailbox(Role.CLIENT)
    waiter = house.wake.join(house.client.account_id, [mailbox_id])
    await deposit(house, house.coach, [house.work.envelope(house.coach, Role.CLIENT)])
    await deposit(house, house.coach, [house.work.envelope(house.coach, Role.COACH)])
    mailboxes, engagements = waiter.take()
    page = await house.flows.fetch.rows(
        house.client.account_id, mailbox_id, after=0, before=None, limit=10, now=house.now
    )
    assert mailboxes == {mailbox_id: page.next}
    assert engagements == set()


async def test_a_repeated_deposit_wakes_the_reader(house: House) -> None:
    """The first time may have been stored, and have failed before anybody was woken: the retry wakes them."""
    envelope = house.work.envelope(house.coach, Role.CLIENT)
    await deposit(house, house.coach, [envelope])
    mailbox_id = house.work.mailbox(Role.CLIENT)
    waiter = house.wake.join(house.client.account_id, [mailbox_id])
    (again,) = await deposit(house, house.coach, [envelope])
    assert again.status == "repeated"
    assert waiter.take() == ({mailbox_id: 1}, set())


async def test_a_depositor_who_goes_away_still_wakes_the_reader(house: House) -> None:
    """A deposit whose connection is lost is stored once, and its reader is woken."""
    mailbox_id = house.work.mailbox(Role.CLIENT)
    raw = house.work.envelope(house.coach, Role.CLIENT)
    before = house.work.envelope(house.coach, Role.CLIENT)
    await deposit(house, house.coach, [before])
    waiter = house.wake.join(house.client.account_id, [mailbox_id])
    task = asyncio.ensure_future(deposit(house, house.coach, [raw]))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert await waiter.wait(10)
    assert await rows(house, house.client, Role.CLIENT) == [before, raw]


@pytest.mark.parametrize("size", [0, 71, 72, 1000])
async def test_a_cut_envelope_is_malformed(house: House, size: int) -> None:
    """What is not whole is refused before anything is looked up."""
    raw = house.work.envelope(house.coach, Role.CLIENT)
    with pytest.raises(Malformed):
        admission.read(raw[:size])
    with pytest.raises(Malformed):
        admission.read(raw + b"x")


def test_an_envelope_over_the_limit_is_too_large() -> None:
    """1,200,000 bytes are the most."""
    with pytest.raises(TooLarge):
        admission.read(bytes(1_200_001))


@pytest.mark.parametrize(
    "blob_ids", [(b"x",), (b"b" * 32, b"b" * 32), tuple(bytes([n]) * 32 for n in range(33))]
)
async def test_odd_blob_ids_are_malformed(house: House, blob_ids: tuple[bytes, ...]) -> None:
    """At most 32 blobs of 32 bytes each, no two alike."""
    with pytest.raises(Malformed):
        admission.read(house.work.envelope(house.coach, Role.CLIENT), blob_ids)
