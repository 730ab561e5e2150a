"""What a provider's rule promises: it lives with its mailbox and its confirmed sender, its challenge serves
once, and what is counted of it is counted in one transaction."""

from __future__ import annotations

from dataclasses import replace

import pytest

from relay.core.errors import CodeRefused, NotFound, TooManyRequests
from relay.core.model import DAY_SECONDS, MOST_BEARERS, Rule, Step
from relay.core.ports import Store
from tests.contract.people import DRAFT_ENDS, HOLD_ENDS, NOW, People, named
from tests.contract.test_ledger import sender

ANNA, MAYA = named("anna account"), named("maya account")
BOX = named("work client")
HOME = replace(sender("home"), state="confirmed", code_tag=b"")


def rule(name: str = "post", **fields: object) -> Rule:
    """A waiting rule of Maya's, for a day."""
    waiting = Rule(
        rule_id=named(name),
        mailbox_id=BOX,
        account_id=MAYA,
        sender_id=HOME.sender_id,
        address=f"{name}address",
        state="waiting",
        token_tag=b"",
        token_expires_at=0,
        token_used=0,
        bearers=b"",
        first_mails=0,
        expires_at=NOW + DAY_SECONDS,
    )
    return replace(waiting, **fields)  # type: ignore[arg-type]


@pytest.fixture
async def ruled(people: People) -> Store:
    """A store in which Maya has confirmed an address, and has a rule."""
    await people.store.put_sender(HOME, now=NOW)
    await people.store.put_rule(rule(), now=NOW, most=4)
    return people.store


async def the_rule(store: Store, now: int = NOW) -> Rule | None:
    """What is there of it."""
    return await store.rule_by_address("postaddress", now=now)


async def test_a_rule_is_found_by_its_address_and_owner_until_its_day_is_over(ruled: Store) -> None:
    """Of its owner alone, oldest first; a waiting one is gone after its day."""
    await ruled.put_rule(rule("mobile"), now=NOW, most=4)
    assert await the_rule(ruled) == rule()
    assert await ruled.rules_of(MAYA, now=NOW) == [rule(), rule("mobile")]
    assert await ruled.rules_of(ANNA, now=NOW) == []
    assert await ruled.rule_by_address("elsewhere", now=NOW) is None
    assert await ruled.rules_of(MAYA, now=NOW + DAY_SECONDS) == []
    assert await the_rule(ruled, NOW + DAY_SECONDS) is None


async def test_a_rule_needs_mailbox_and_confirmed_sender_of_one_account(ruled: Store) -> None:
    """Another's mailbox or address, one that waits for its code, one that is not there: not found."""
    await ruled.put_sender(sender("waits"), now=NOW)
    await ruled.put_sender(replace(HOME, sender_id=named("hers"), account_id=ANNA), now=NOW)
    for fields in (
        {"mailbox_id": named("work coach")},
        {"mailbox_id": named("nowhere")},
        {"sender_id": named("waits")},
        {"sender_id": named("hers")},
        {"sender_id": named("nobody")},
        {"account_id": ANNA},
    ):
        with pytest.raises(NotFound):
            await ruled.put_rule(rule("x", **fields), now=NOW, most=4)
    with pytest.raises(NotFound):
        await ruled.put_rule(rule("x"), now=HOLD_ENDS, most=4)
    with pytest.raises(TooManyRequests):
        await ruled.put_rule(rule("x"), now=NOW, most=1)
    assert await ruled.rules_of(MAYA, now=NOW) == [rule()]


async def test_the_newest_challenge_activates_once_in_time(ruled: Store) -> None:
    """Then the rule lives as long as its mailbox; the same challenge again changes nothing, not even who may
    bring mail; the next one adds."""
    first, second = named("first", 32), named("second", 32)
    bearers = [named("a", 32), named("b", 32)]
    for token in (first, b""):
        with pytest.raises(CodeRefused):
            await ruled.activate_rule(named("post"), token, bearers, now=NOW)
    await ruled.put_challenge(named("post"), named("early", 32), NOW + 3600, now=NOW)
    await ruled.put_challenge(named("post"), first, NOW + 3600, now=NOW)
    for token, now in ((named("early", 32), NOW), (second, NOW), (first, NOW + 3600)):
        with pytest.raises(CodeRefused):
            await ruled.activate_rule(named("post"), token, bearers, now=now)
    await ruled.activate_rule(named("post"), first, bearers, now=NOW + 3599)
    active = await the_rule(ruled)
    assert active is not None
    assert (active.state, active.bearer_tags, active.expires_at) == ("active", tuple(bearers), HOLD_ENDS)
    await ruled.activate_rule(named("post"), first, [named("c", 32)], now=NOW + 3599)
    assert await the_rule(ruled) == active
    await ruled.put_challenge(named("post"), second, NOW + 7200, now=NOW)
    await ruled.activate_rule(named("post"), second, [bearers[0], named("c", 32)], now=NOW)
    known = await the_rule(ruled)
    assert known is not None
    assert known.bearer_tags == (bearers[1], bearers[0], named("c", 32))


async def test_bearers_are_bounded(ruled: Store) -> None:
    """The oldest is let go."""
    many = [named(f"bearer {number}", 32) for number in range(MOST_BEARERS + 3)]
    await ruled.put_challenge(named("post"), named("token", 32), NOW + 60, now=NOW)
    await ruled.activate_rule(named("post"), named("token", 32), many, now=NOW)
    known = await the_rule(ruled)
    assert known is not None
    assert known.bearer_tags == tuple(many[3:])


async def test_first_mails_are_counted(ruled: Store) -> None:
    """So many and no more; of a rule that is not there none."""
    for _ in range(3):
        await ruled.count_first_mail(named("post"), 3, now=NOW)
    with pytest.raises(TooManyRequests):
        await ruled.count_first_mail(named("post"), 3, now=NOW)
    for name, now in (("nothing", NOW), ("post", NOW + DAY_SECONDS)):
        with pytest.raises(NotFound):
            await ruled.count_first_mail(named(name), 3, now=now)
        with pytest.raises(NotFound):
            await ruled.put_challenge(named(name), b"x" * 32, NOW, now=now)


async def test_its_owner_alone_ends_it(ruled: Store) -> None:
    """Another finds nothing to end; it ends once."""
    for owner, name in ((ANNA, "post"), (MAYA, "nothing")):
        with pytest.raises(NotFound):
            await ruled.remove_rule(owner, named(name), now=NOW)
    await ruled.remove_rule(MAYA, named("post"), now=NOW)
    assert await the_rule(ruled) is None
    with pytest.raises(NotFound):
        await ruled.remove_rule(MAYA, named("post"), now=NOW)


async def test_it_ends_with_its_sender(ruled: Store) -> None:
    """An address that is forgotten brings no mail any more."""
    await ruled.remove_sender(MAYA, HOME.sender_id, now=NOW)
    assert await ruled.rules_of(MAYA, now=NOW) == []
    assert (await ruled.counts(now=NOW + 2 * DAY_SECONDS))["due"] == 0  # it has left no row


async def test_it_ends_and_goes_on_with_its_engagement(ruled: Store) -> None:
    """An active rule's end follows both ways; a waiting one's comes forward alone; the sweep takes both, and
    then the mailbox."""
    await ruled.put_rule(rule("mobile"), now=NOW, most=4)
    await ruled.put_challenge(named("post"), named("token", 32), NOW + 60, now=NOW)
    await ruled.activate_rule(named("post"), named("token", 32), [], now=NOW)
    for number, ends_at in ((2, NOW + 60), (3, DRAFT_ENDS)):
        await ruled.apply_act(named("work"), Step(number, b"act %d" % number, ends_at=ends_at), now=NOW)
        active, waiting = await ruled.rules_of(MAYA, now=NOW)
        assert (active.expires_at, waiting.expires_at) == (ends_at, NOW + 60)
    people = People(ruled)
    await people.sweep_all(NOW + 60)
    assert [one.rule_id for one in await ruled.rules_of(MAYA, now=NOW)] == [named("post")]
    assert await ruled.rules_of(MAYA, now=DRAFT_ENDS) == []
    await people.sweep_all(DRAFT_ENDS)
    assert await ruled.mailbox(BOX, now=NOW) is None
    assert await ruled.rules_of(MAYA, now=NOW) == []
