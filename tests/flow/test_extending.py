"""A later date: proposed by one, agreed by both, taken by the owner of each mailbox."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import pytest

from keys.acts import Act, ActCore, ActKind
from keys.names import DAY_SECONDS, Role
from relay.core import admission
from relay.core.errors import (
    ActRefused,
    Conflict,
    EngagementClosed,
    Malformed,
    NotAllowed,
    NotFound,
    PolicyRefused,
    RelayError,
)
from relay.core.model import Blob
from tests.flow.cast import Person, Work
from tests.flow.house import House
from tests.flow.test_accept import deposit, rows
from tests.flow.test_policy import act, view


def extension(work: Work, previous: ActCore, date: int, *named: bytes, by: Sequence[Person] = ()) -> Act:
    """The act by which these envelopes may be kept until then."""
    signers = by or (work.coach, work.client)
    ids = [raw[24:40] for raw in named]
    return work.act(ActKind.EXTEND, previous, *signers, date=date, envelope_ids=ids)


async def kept(house: House, days: int = 9) -> tuple[bytes, bytes, bytes]:
    """A message in both mailboxes until a day, as in the client's mailbox, and both copies sealed anew."""
    soon, later = house.now + days * DAY_SECONDS, house.now + 60 * DAY_SECONDS
    sent = [house.work.envelope(house.coach, role, expires_at=soon) for role in (Role.CLIENT, Role.COACH)]
    await deposit(house, house.coach, sent)
    theirs, own = [
        house.work.anew(raw, role, later) for raw, role in zip(sent, (Role.CLIENT, Role.COACH), strict=True)
    ]
    return sent[0], theirs, own


async def test_a_recall_in_between_is_not_outrun(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A later copy that was let in before an act that names it, and comes to the store after it, is judged
    anew: refused, as whoever comes again is.
    """
    _, theirs, own = await kept(house)
    later = extension(house.work, house.work.first_core, house.now + 60 * DAY_SECONDS, theirs, own)
    await act(house, house.coach, later)
    recall = house.work.act(
        ActKind.SHORTEN, later.core, house.coach, date=house.now, envelope_ids=[theirs[24:40]]
    )
    real = house.store.deposit

    async def outrun(*groups: Any, **named: Any) -> Any:
        await act(house, house.coach, recall)
        return await real(*groups, **named)

    with monkeypatch.context() as between:
        between.setattr(house.store, "deposit", outrun)
        with pytest.raises(NotAllowed):
            await deposit(house, house.client, [theirs])
    with pytest.raises(NotAllowed):
        await deposit(house, house.client, [theirs])
    assert theirs not in await rows(house, house.client, Role.CLIENT)


async def test_each_owner_keeps_what_both_have_agreed_to(house: House) -> None:
    """Under the act each puts the own copy in, once, and it is there after the first date, held or not."""
    original, theirs, own = await kept(house, days=89)
    later = house.now + 60 * DAY_SECONDS
    later_still = house.work.policy.work_ends_at + DAY_SECONDS
    held = house.work.anew(original, Role.CLIENT, later_still)
    first = extension(house.work, house.work.first_core, later, theirs, own)
    await act(house, house.coach, first)
    await act(house, house.coach, extension(house.work, first.core, later_still, held))
    for _ in range(2):
        await deposit(house, house.client, [theirs])
        await deposit(house, house.coach, [own])
    assert await rows(house, house.client, Role.CLIENT) == [original, theirs]
    house.now = house.work.policy.work_ends_at
    await deposit(house, house.client, [held])
    assert await rows(house, house.client, Role.CLIENT) == [held]
    house.now = later_still
    assert await rows(house, house.client, Role.CLIENT) == []


async def test_nobody_keeps_anything_without_the_others_signature(house: House) -> None:
    """No act, an act of one alone, a proposal, another id, another date, another's mailbox: none will do."""
    work = house.work
    _, theirs, own = await kept(house)
    later = house.now + 60 * DAY_SECONDS

    async def none_is_kept(*attempts: tuple[Person, bytes]) -> None:
        for person, raw in attempts:
            with pytest.raises(NotAllowed):
                await deposit(house, person, [raw])

    await none_is_kept((house.client, theirs), (house.coach, own))
    for alone in (house.coach, house.client):
        one = extension(work, work.first_core, later, theirs, own, by=[alone])
        with pytest.raises(ActRefused):
            await act(house, alone, one)
        await house.flows.agreements.propose(alone.account_id, work.engagement_id, one.encode(), house.now)
    await none_is_kept((house.client, theirs), (house.coach, own))
    await act(house, house.coach, extension(work, work.first_core, later, theirs))
    other_date = work.anew(theirs, Role.CLIENT, later - 1)
    same_id = bytearray(other_date)
    same_id[24:40] = theirs[24:40]
    in_coachs = work.envelope(house.coach, Role.COACH, expires_at=later)
    in_coachs = in_coachs[:6] + b"\x05" + in_coachs[7:24] + theirs[24:40] + in_coachs[40:]
    in_notes = work.envelope(house.coach, Role.NOTES, expires_at=later)
    in_notes = in_notes[:6] + b"\x05" + in_notes[7:24] + theirs[24:40] + in_notes[40:]
    await none_is_kept(
        (house.coach, theirs),
        (house.coach, own),
        (house.client, other_date),
        (house.client, bytes(same_id)),
        (house.coach, in_notes),
    )
    with pytest.raises(NotFound):
        await deposit(house, house.stranger, [theirs])
    await deposit(house, house.client, [theirs])
    await deposit(house, house.coach, [in_coachs])  # named by both: whose copy it is only its readers know


async def test_what_was_shortened_since_is_not_kept(house: House) -> None:
    """Either takes the agreement to a later date back, before the other has used it and after."""
    work = house.work
    original, theirs, own = await kept(house)
    later = house.now + 60 * DAY_SECONDS
    agreed = extension(work, work.first_core, later, theirs, own)
    await act(house, house.coach, agreed)
    await deposit(house, house.coach, [own])
    ids = [theirs[24:40], own[24:40]]
    back = work.act(ActKind.SHORTEN, agreed.core, house.coach, date=house.now, envelope_ids=ids)
    await act(house, house.coach, back)
    with pytest.raises(NotAllowed):
        await deposit(house, house.client, [theirs])
    assert await rows(house, house.client, Role.CLIENT) == [original]
    assert (await rows(house, house.coach, Role.COACH))[1:] == [None]
    again = extension(work, back.core, later, theirs)
    await act(house, house.coach, again)
    await deposit(house, house.client, [theirs])


async def test_without_recall_one_alone_takes_only_the_own_extension_back(empty: House) -> None:
    """Where the policy denies recall, the other may still use what both agreed to."""
    empty.work = Work(empty.coach, empty.client, author_may_recall=False)
    await empty.settle()
    work = empty.work
    original, theirs, own = await kept(empty)
    agreed = extension(work, work.first_core, empty.now + 60 * DAY_SECONDS, theirs, own)
    await act(empty, empty.coach, agreed)
    ids = [theirs[24:40], own[24:40]]
    await act(
        empty, empty.coach, work.act(ActKind.SHORTEN, agreed.core, empty.coach, date=1, envelope_ids=ids)
    )
    with pytest.raises(NotAllowed):
        await deposit(empty, empty.coach, [own])
    await deposit(empty, empty.client, [theirs])
    assert await rows(empty, empty.client, Role.CLIENT) == [original, theirs]


async def test_a_later_date_lies_within_the_hold(house: House) -> None:
    """Not past the end, not in the past; and a closing that came between bounds it too."""
    work = house.work
    holds = work.policy.hold_ends_at
    raw = work.anew(b"", Role.CLIENT, holds)
    for date in (holds + 1, house.now, house.now - 5):
        with pytest.raises(ActRefused):
            await act(house, house.coach, extension(work, work.first_core, date, raw))
    agreed = extension(work, work.first_core, holds, raw)
    await act(house, house.coach, agreed)
    soon = house.now + 8 * DAY_SECONDS
    close = work.close(agreed.core, house.coach, date=house.now, second_date=soon)
    await act(house, house.coach, close)
    with pytest.raises(PolicyRefused) as refusal:
        await deposit(house, house.client, [raw])
    assert refusal.value.facts["latest"] == soon
    wrong = work.anew(b"", Role.CLIENT, soon)
    agreed = extension(work, close.core, soon, wrong)
    await act(house, house.coach, agreed)
    stray = bytearray(wrong)
    stray[40:56] = b"t" * 16
    with pytest.raises(PolicyRefused):
        await deposit(house, house.client, [bytes(stray)])
    house.now = soon - 1
    await deposit(house, house.client, [wrong])


async def test_files_stay_with_what_is_kept(house: House) -> None:
    """Whoever uploaded them: they are read until the later date, by whoever keeps the message."""
    work, soon, later = house.work, house.now + 9 * DAY_SECONDS, house.now + 60 * DAY_SECONDS
    blob_id, content = b"b" * 32, b"a sealed photo"
    flows = house.flows.blobs
    await flows.create(house.coach.account_id, blob_id, soon, house.now)
    await flows.append(house.coach.account_id, blob_id, 0, content, house.now)
    digest = hashlib.sha256(content).digest()
    await flows.finish(house.coach.account_id, blob_id, len(content), digest, house.now)
    sent = [work.envelope(house.coach, role, expires_at=soon) for role in (Role.CLIENT, Role.COACH)]
    linked = [admission.read(raw, (blob_id,)) for raw in sent]
    await house.flows.accept.deposit(house.coach.account_id, [linked], house.now)
    theirs = work.anew(sent[0], Role.CLIENT, later)
    await act(house, house.coach, extension(work, work.first_core, later, theirs))
    strange = admission.read(theirs, (b"c" * 32,))
    with pytest.raises(RelayError) as refusal:
        await house.flows.accept.deposit(house.client.account_id, [[strange]], house.now)
    assert refusal.value.code == "blob-missing"
    await house.flows.accept.deposit(
        house.client.account_id, [[admission.read(theirs, (blob_id,))]], house.now
    )
    house.now = soon
    await house.flows.expire.sweep(soon, _at_once)
    assert await _blob(house, blob_id) is not None
    assert await house.store.blob_readers(blob_id, now=soon) == [house.client.account_id]
    house.now = later
    assert await _blob(house, blob_id) is None


async def test_a_proposal_is_shown_to_both_and_goes_with_its_number(house: House) -> None:
    """Signed by its proposer alone and such that it could be taken; either takes it away."""
    work, later = house.work, house.now + 60 * DAY_SECONDS
    raw = work.anew(b"", Role.CLIENT, later)
    waiter = house.wake.join(house.client.account_id, [work.engagement_id])
    agreements = house.flows.agreements
    mine = extension(work, work.first_core, later, raw, by=[house.coach]).encode()
    for _ in range(2):
        await agreements.propose(house.coach.account_id, work.engagement_id, mine, house.now)
    assert waiter.take() == ({}, {work.engagement_id})
    for person in (house.coach, house.client):
        assert (await view(house, person)).engagement.proposals == (mine,)
    with pytest.raises(NotFound):
        await agreements.propose(house.stranger.account_id, work.engagement_id, mine, house.now)
    with pytest.raises(NotFound):
        await agreements.drop_proposals(house.stranger.account_id, work.engagement_id, house.now)
    for _ in range(2):
        await agreements.drop_proposals(house.client.account_id, work.engagement_id, house.now)
    assert (await view(house, house.coach)).engagement.proposals == ()
    await agreements.propose(house.coach.account_id, work.engagement_id, mine, house.now)
    await act(house, house.client, work.close(work.first_core, house.client, date=house.now))
    assert (await view(house, house.coach)).engagement.proposals == ()
    with pytest.raises(Conflict):
        await agreements.propose(house.coach.account_id, work.engagement_id, mine, house.now)


async def test_what_could_not_be_taken_is_not_proposed(house: House) -> None:
    """Another kind, both signatures, another's signature, a date or a state that does not allow it."""
    work, first, later = house.work, house.work.first_core, house.now + 60 * DAY_SECONDS
    raw = work.anew(b"", Role.CLIENT, later)
    refused: list[tuple[bytes, type[RelayError]]] = [
        (work.close(first, house.coach, date=house.now).encode(), ActRefused),
        (extension(work, first, later, raw).encode(), ActRefused),
        (extension(work, first, later, raw, by=[house.client]).encode(), ActRefused),
        (extension(work, first, later, raw, by=[house.stranger]).encode(), ActRefused),
        (extension(work, first, work.policy.hold_ends_at + 1, raw, by=[house.coach]).encode(), ActRefused),
        (work.act(ActKind.REOPEN, first, house.coach, date=later).encode(), ActRefused),
        (
            work.act(ActKind.REOPEN, first, house.coach, date=later, issued_at=house.now + 301).encode(),
            ActRefused,
        ),
        (b"\x01\x03", Malformed),
    ]
    for proposal, refusal in refused:
        with pytest.raises(refusal):
            await house.flows.agreements.propose(
                house.coach.account_id, work.engagement_id, proposal, house.now
            )
    assert (await view(house, house.coach)).engagement.proposals == ()


async def test_nothing_is_kept_once_all_is_over(house: House) -> None:
    """From the end on there is no engagement to keep anything in."""
    work, holds = house.work, house.work.policy.hold_ends_at
    raw = work.anew(b"", Role.CLIENT, holds)
    await act(house, house.coach, extension(work, work.first_core, holds, raw))
    house.now = holds
    with pytest.raises((NotFound, EngagementClosed)):
        await deposit(house, house.client, [raw])


async def _blob(house: House, blob_id: bytes) -> Blob | None:
    return await house.store.blob(blob_id, now=house.now)


async def _at_once() -> None:
    return None
