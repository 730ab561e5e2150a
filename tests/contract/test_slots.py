"""What a sponsor's slot promises on every body: one is open, tickets alone write, and what ended is gone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from keys.release import slot_of
from relay.core.errors import ActRefused, Conflict, InboxFull, NotFound, TooManyRequests
from relay.core.model import SealedEnvelope, Slot, Step
from relay.store.limits import MOST_SLOT_BYTES
from tests.contract.people import HOLD_ENDS, NOW, People, envelope, named

WORK, MAYA = named("work"), named("maya account")


def slot(name: str = "link", **changed: bytes | int) -> Slot:
    """A slot as a coach opens it."""
    tag = named(f"{name} digits", 32)
    opened = Slot(WORK, named(f"{name} sponsor"), named(name), named(f"{name} key", 32), tag, NOW, HOLD_ENDS)
    return replace(opened, **changed)  # type: ignore[arg-type]


def sealed(name: str, link: str = "link", **changed: int) -> SealedEnvelope:
    """A release's envelope."""
    return replace(envelope(f"{link} sponsor", name, envelope_class=4), **changed)


async def put(people: People, opened: Slot, *, most: int = 9, now: int = NOW) -> None:
    """Open a slot for the client."""
    await people.store.put_slot(opened, MAYA, most=most, now=now)


async def let_out(
    people: People, number: int, given: SealedEnvelope, not_before: int = 0, now: int = NOW
) -> None:
    """Take a ticket of that number."""
    act = f"act {number}".encode()
    step = Step(number, act, release=given, not_before=not_before)
    await people.store.apply_act(WORK, step, now=now)


async def served(people: People, now: int = NOW, link: str = "link") -> bytes | None:
    """What a sponsor sees."""
    found = await people.store.release_now(named(f"{link} sponsor"), now=now)
    return found.envelope if found else None


async def test_a_slot_is_found_by_engagement_and_link_until_it_is_closed(people: People) -> None:
    """And the sponsor's mailbox by nothing else; other digits for the same link change these alone."""
    store = people.store
    assert await store.slot(WORK, now=NOW) is None
    with pytest.raises(NotFound):
        await store.close_slot(WORK, now=NOW)
    await put(people, slot())
    changed = slot(digits_tag=named("others", 32), opened_at=NOW + 5)
    await put(people, changed, now=NOW + 5)
    for found in (await store.slot(WORK, now=NOW), await store.slot_of_link(named("link"), now=NOW)):
        assert found == replace(changed, opened_at=NOW)
    assert await store.slot_of_link(named("another"), now=NOW) is None
    assert await store.slot(WORK, now=HOLD_ENDS) is None
    assert await store.mailbox(named("link sponsor"), now=NOW) is None
    assert named("link sponsor") not in [one.mailbox_id for one in await store.mailboxes_of(MAYA, now=NOW)]
    await let_out(people, 2, sealed("report"))
    await store.close_slot(WORK, now=NOW)
    assert await store.slot_of_link(named("link"), now=NOW) is None
    assert await served(people) is None


async def test_a_later_release_takes_the_place_when_it_begins(people: People) -> None:
    """Until then the former is seen; from then on the later, though it was let out long before."""
    await put(people, slot())
    await let_out(people, 2, sealed("first"))
    await let_out(people, 3, sealed("second"), not_before=NOW + 100)
    await let_out(people, 4, sealed("third"), not_before=NOW + 50)
    living = await people.store.releases(named("link sponsor"), now=NOW)
    assert [(one.act_number, one.not_before) for one in living] == [(2, 0), (3, NOW + 100), (4, NOW + 50)]
    seen = [await served(people, NOW + seconds) for seconds in (0, 49, 50, 100, 200)]
    first, third = sealed("first").raw, sealed("third").raw
    assert seen == [first, first, third, third, third]
    await people.sweep_all(NOW + 200)
    assert (await people.store.counts(now=NOW + 200))["due"] == 0
    assert await served(people, NOW + 200) == third


async def test_the_same_terms_once_more(people: People) -> None:
    """They have the same envelope id: what had it, living or withdrawn, makes room."""
    store = people.store
    await put(people, slot())
    await let_out(people, 2, sealed("report"))
    again = replace(sealed("report"), raw=envelope("link sponsor", "report", salt="again").raw)
    await let_out(people, 3, again, now=NOW + 1)
    assert await served(people, NOW + 1) == again.raw
    withdraw = Step(4, b"act 4", withdrawn=slot_of(named("link sponsor")))
    await store.apply_act(WORK, withdraw, now=NOW + 2)
    assert await served(people, NOW + 2) is None
    assert await store.releases(named("link sponsor"), now=NOW + 2) == []
    await let_out(people, 5, sealed("report"), now=NOW + 3)
    assert await served(people, NOW + 3) == sealed("report").raw


async def test_a_withdrawal_of_another_slot_ends_nothing(people: People) -> None:
    """It names the slot by its mailbox."""
    await put(people, slot())
    await let_out(people, 2, sealed("report"))
    await people.store.apply_act(WORK, Step(3, b"act 3", withdrawn=slot_of(named("other"))), now=NOW)
    assert await served(people) == sealed("report").raw


async def test_a_new_slot_ends_the_one_before(people: People) -> None:
    """What was released into it is gone at once, no ticket writes there, and there are not many."""
    await put(people, slot())
    await let_out(people, 2, sealed("report"))
    await put(people, slot("new"))
    assert await served(people) is None
    assert await people.store.slot_of_link(named("link"), now=NOW) is None
    with pytest.raises(ActRefused):
        await let_out(people, 3, sealed("report"))
    await let_out(people, 3, sealed("report", "new"))
    assert await served(people, link="new") == sealed("report", "new").raw
    with pytest.raises(TooManyRequests):
        await put(people, slot("third"), most=2)
    assert await served(people, link="new") == sealed("report", "new").raw


async def test_what_is_refused_changes_nothing(people: People) -> None:
    """A link of another engagement, nobody's account, what is too large, and what outlives the mailbox."""
    await put(people, slot())
    with pytest.raises(Conflict):
        await put(people, slot("other", link_id=named("link"), engagement_id=named("other work")))
    with pytest.raises(NotFound):
        await people.store.put_slot(slot("new"), named("nobody"), most=9, now=NOW)
    await let_out(people, 2, sealed("report"))
    for refused in (
        sealed("large", raw=bytes(MOST_SLOT_BYTES + 1)),
        sealed("long", expires_at=HOLD_ENDS + 1),
    ):
        with pytest.raises(InboxFull):
            await let_out(people, 3, refused)
    engagement = await people.store.engagement(WORK, now=NOW)
    assert engagement is not None
    assert len(engagement.acts) == 2
    assert await served(people) == sealed("report").raw


async def test_it_ends_with_the_engagement(people: People) -> None:
    """An earlier end brings slot and release forward; after it nothing is left of either."""
    await put(people, slot())
    await let_out(people, 2, sealed("report"))
    await people.store.apply_act(WORK, Step(3, b"act 3", ends_at=NOW + 60), now=NOW)
    assert await served(people, NOW + 59) == sealed("report").raw
    assert await served(people, NOW + 60) is None
    assert await people.store.slot_of_link(named("link"), now=NOW + 60) is None
    await people.sweep_all(NOW + 60)
    assert (await people.store.counts(now=NOW + 60))["due"] == 0
