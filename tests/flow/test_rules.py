"""A provider's rule, until its challenge goes out: for a confirmed address of one's own mailbox, and no
stranger is mailed. What comes in by a rule is tested at the door (tests/door/test_rules.py)."""

from __future__ import annotations

import re

import pytest

from keys.names import Role
from relay.core.errors import (
    Busy,
    Malformed,
    NotFound,
    TooManyRequests,
    WorkAddressRefused,
)
from relay.core.model import DAY_SECONDS, Rule
from tests.flow.house import House

ADDRESS = "maya@post.example"


async def confirmed(house: House, address: str = ADDRESS) -> bytes:
    """An address of the client's, confirmed; its id."""
    senders, owner = house.flows.senders, house.client.account_id
    await senders.add(owner, address, house.now)
    await senders.confirm(owner, house.mail.code(), house.now)
    return (await senders.all_of(owner, house.now))[-1].sender_id


async def waiting(house: House) -> Rule:
    """A rule for it."""
    box = house.work.mailbox(Role.CLIENT)
    return await house.flows.rules.add(house.client.account_id, box, await confirmed(house), house.now)


async def test_a_rule_waits_a_day_at_an_address_of_its_own(house: House) -> None:
    """Random, nobody else's, and gone after a day without a challenge."""
    rule = await waiting(house)
    assert (rule.state, rule.expires_at) == ("waiting", house.now + DAY_SECONDS)
    assert re.fullmatch("[a-z2-7]{16}", rule.address)
    mailbox = await house.store.mailbox(house.work.mailbox(Role.CLIENT), now=house.now)
    assert mailbox is not None
    assert mailbox.address != rule.address
    assert await house.flows.rules.all_of(house.client.account_id, house.now) == [rule]
    assert await house.flows.rules.all_of(house.coach.account_id, house.now) == []
    assert await house.flows.rules.all_of(house.client.account_id, house.now + DAY_SECONDS) == []


async def test_only_ones_own_mailbox_and_confirmed_address(house: House) -> None:
    """Not the other's, not a stranger's, not the notes', not for an address that waits for its code."""
    sender_id, rules, work = await confirmed(house), house.flows.rules, house.work
    await house.flows.senders.add(house.client.account_id, "later@post.example", house.now)
    late = (await house.flows.senders.all_of(house.client.account_id, house.now))[-1].sender_id
    for owner, box, sender in (
        (house.client, Role.COACH, sender_id),
        (house.coach, Role.COACH, sender_id),
        (house.coach, Role.NOTES, sender_id),
        (house.stranger, Role.CLIENT, sender_id),
        (house.client, Role.CLIENT, late),
        (house.client, Role.CLIENT, bytes(16)),
    ):
        with pytest.raises(NotFound):
            await rules.add(owner.account_id, work.mailbox(box), sender, house.now)


async def test_the_challenge_is_one_line_to_the_address_that_was_confirmed(house: House) -> None:
    """Base32 of 20 random bytes, new each time; nothing of it is stored in clear."""
    rule = await waiting(house)
    rules, owner = house.flows.rules, house.client.account_id
    assert await rules.challenge(owner, rule.rule_id, ADDRESS.upper(), house.now) == house.now + 3600
    recipient, subject, text = house.mail.sent[-1]
    assert recipient == ADDRESS
    assert re.fullmatch("quietbox-rule [A-Z2-7]{32}\n", text)
    assert "maya" not in subject.lower()
    await rules.challenge(owner, rule.rule_id, ADDRESS, house.now)
    assert house.mail.sent[-1][2] != text
    stored = await house.store.rule_by_address(rule.address, now=house.now)
    assert stored is not None
    assert text.split()[1].encode() not in stored.token_tag


@pytest.mark.parametrize(
    ("address", "error"),
    [
        ("tom@post.example", NotFound),
        ("other@post.example", NotFound),  # confirmed, and not this rule's
        ("not an address", Malformed),
        ("mäya@post.example", Malformed),
        ("", Malformed),
    ],
)
async def test_no_other_address_gets_a_challenge(house: House, address: str, error: type[Exception]) -> None:
    """Whoever holds the session cannot make the relay mail anybody but who has confirmed."""
    rule = await waiting(house)
    await confirmed(house, "other@post.example")
    sent = len(house.mail.sent)
    with pytest.raises(error):
        await house.flows.rules.challenge(house.client.account_id, rule.rule_id, address, house.now)
    for stranger in (house.coach, house.stranger):
        with pytest.raises(NotFound):
            await house.flows.rules.challenge(stranger.account_id, rule.rule_id, ADDRESS, house.now)
    assert len(house.mail.sent) == sent


async def test_challenges_and_rules_are_few(house: House) -> None:
    """Five mails an hour, four rules a mailbox, twenty made an hour."""
    rule, owner = await waiting(house), house.client.account_id
    for _ in range(5):
        await house.flows.rules.challenge(owner, rule.rule_id, ADDRESS, house.now)
    with pytest.raises(TooManyRequests):
        await house.flows.rules.challenge(owner, rule.rule_id, ADDRESS, house.now)
    box = house.work.mailbox(Role.CLIENT)
    for _ in range(3):
        last = await house.flows.rules.add(owner, box, rule.sender_id, house.now)
    with pytest.raises(TooManyRequests):
        await house.flows.rules.add(owner, box, rule.sender_id, house.now)
    for _ in range(15):
        await house.flows.rules.remove(owner, last.rule_id, house.now)
        last = await house.flows.rules.add(owner, box, rule.sender_id, house.now)
    await house.flows.rules.remove(owner, last.rule_id, house.now)
    with pytest.raises(TooManyRequests):
        await house.flows.rules.add(owner, box, rule.sender_id, house.now)


async def test_an_address_that_became_work_gets_no_challenge(house: House) -> None:
    """What an operator refuses since is refused here too, before anything is sent."""
    rule = await waiting(house)
    house.flows.rules._refused = ("post.example",)
    with pytest.raises(WorkAddressRefused):
        await house.flows.rules.challenge(house.client.account_id, rule.rule_id, ADDRESS, house.now)


async def test_mail_that_cannot_go_out_is_said(house: House) -> None:
    """Its owner may try again; the challenge that never went serves nobody."""
    rule, owner = await waiting(house), house.client.account_id
    house.mail.full = True
    with pytest.raises(Busy):
        await house.flows.rules.challenge(owner, rule.rule_id, ADDRESS, house.now)
    house.mail.full = False
    await house.flows.rules.challenge(owner, rule.rule_id, ADDRESS, house.now)


async def test_a_rule_ends_with_the_address_that_it_is_for(house: House) -> None:
    """Forgetting the address ends the rule; ended by its owner it is gone too."""
    rule, owner = await waiting(house), house.client.account_id
    other = await house.flows.rules.add(
        owner, rule.mailbox_id, await confirmed(house, "other@post.example"), house.now
    )
    await house.flows.senders.remove(owner, rule.sender_id, house.now)
    assert await house.flows.rules.all_of(owner, house.now) == [other]
    await house.flows.rules.remove(owner, other.rule_id, house.now)
    assert await house.flows.rules.all_of(owner, house.now) == []
