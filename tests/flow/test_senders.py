"""Personal addresses: a round trip proves them, work addresses are refused, guesses are few."""

from __future__ import annotations

import pytest

from relay.core.errors import (
    Busy,
    CodeRefused,
    Malformed,
    NotFound,
    TooManyRequests,
    WorkAddressRefused,
)
from tests.flow.house import House

ADDRESS = "Maya.Lind@post.example"


async def states(house: House) -> list[str]:
    """What is registered."""
    return [one.state for one in await house.flows.senders.all_of(house.client.account_id, house.now)]


async def test_a_code_confirms_the_address_it_went_to(house: House) -> None:
    """The code is eight digits, in a mail without a link; the stored row outlives the hour."""
    senders, owner = house.flows.senders, house.client.account_id
    await senders.add(owner, ADDRESS, house.now)
    recipient, subject, text = house.mail.sent[0]
    assert recipient == ADDRESS.lower()
    assert "http" not in subject + text
    assert len(house.mail.code()) == 8
    assert await states(house) == ["waiting"]
    await senders.confirm(owner, house.mail.code(), house.now + 3599)
    house.now += 30 * 86_400
    assert await states(house) == ["confirmed"]


async def test_a_late_or_wrong_or_anothers_code_is_refused(house: House) -> None:
    """A code lives an hour and serves its account alone; an unconfirmed address is forgotten with it."""
    senders = house.flows.senders
    await senders.add(house.client.account_id, ADDRESS, house.now)
    code = house.mail.code()
    wrong = f"{(int(code) + 1) % 10**8:08d}"
    for account, word, now in (
        (house.client.account_id, wrong, house.now),
        (house.client.account_id, "12", house.now),
        (house.client.account_id, "١٢٣٤٥٦٧٨", house.now),
        (house.coach.account_id, code, house.now),
        (house.client.account_id, code, house.now + 3600),
    ):
        with pytest.raises(CodeRefused):
            await senders.confirm(account, word, now)
    house.now += 3600
    assert await states(house) == []


async def test_five_tries_an_hour(house: House) -> None:
    """The sixth try waits for the hour to end, right or wrong."""
    senders, owner = house.flows.senders, house.client.account_id
    await senders.add(owner, ADDRESS, house.now)
    wrong = f"{(int(house.mail.code()) + 1) % 10**8:08d}"
    for _ in range(5):
        with pytest.raises(CodeRefused):
            await senders.confirm(owner, wrong, house.now + 60)
    with pytest.raises(TooManyRequests) as slow:
        await senders.confirm(owner, house.mail.code(), house.now + 120)
    assert slow.value.facts["retry_after"] == 3540
    await senders.add(owner, ADDRESS, house.now + 3700)
    await senders.confirm(owner, house.mail.code(), house.now + 3700)


async def test_five_mails_an_hour(house: House) -> None:
    """The relay mails nobody at will."""
    for number in range(5):
        await house.flows.senders.add(house.client.account_id, f"a{number}@post.example", house.now)
    with pytest.raises(TooManyRequests):
        await house.flows.senders.add(house.client.account_id, "a9@post.example", house.now)
    assert len(house.mail.sent) == 5


@pytest.mark.parametrize(
    "address",
    [
        "maya@northwind.example",
        "maya@mail.Northwind.example",
        "maya@operator-refused.example",
        "x@deep.operator-refused.example",
    ],
)
async def test_work_addresses_are_refused_before_anything_is_sent(house: House, address: str) -> None:
    """The policy's domains and the operator's, with all below them, get no mail."""
    with pytest.raises(WorkAddressRefused):
        await house.flows.senders.add(house.client.account_id, address, house.now)
    assert house.mail.sent == []


@pytest.mark.parametrize(
    "address", ["", "maya", "maya@", "@post.example", "m y@post.example", "mäya@post.example"]
)
async def test_odd_addresses_are_malformed(house: House, address: str) -> None:
    """What the door would not take as a path is no address here either."""
    with pytest.raises(Malformed):
        await house.flows.senders.add(house.client.account_id, address, house.now)


async def test_mail_that_cannot_go_out_is_said(house: House) -> None:
    """Where the mail cannot be handed over the person is told, and may try again."""
    house.mail.full = True
    with pytest.raises(Busy):
        await house.flows.senders.add(house.client.account_id, ADDRESS, house.now)
    house.mail.full = False
    await house.flows.senders.add(house.client.account_id, ADDRESS, house.now)
    assert await states(house) == ["waiting"]


async def test_asking_again_sends_a_new_code_and_keeps_what_is_confirmed(house: House) -> None:
    """A second code replaces the first; an address that is confirmed stays so."""
    senders, owner = house.flows.senders, house.client.account_id
    await senders.add(owner, ADDRESS, house.now)
    first = house.mail.code()
    await senders.add(owner, ADDRESS, house.now)
    with pytest.raises(CodeRefused):
        await senders.confirm(owner, first, house.now)
    await senders.confirm(owner, house.mail.code(), house.now)
    await senders.add(owner, ADDRESS, house.now)
    assert await states(house) == ["confirmed"]


async def test_an_address_is_forgotten_by_its_owner_alone(house: House) -> None:
    """Nobody else finds it to remove."""
    await house.flows.senders.add(house.client.account_id, ADDRESS, house.now)
    (sender,) = await house.flows.senders.all_of(house.client.account_id, house.now)
    with pytest.raises(NotFound):
        await house.flows.senders.remove(house.coach.account_id, sender.sender_id, house.now)
    await house.flows.senders.remove(house.client.account_id, sender.sender_id, house.now)
    assert await states(house) == []


async def test_addresses_are_bounded(house: House) -> None:
    """A person registers at most sixteen."""
    for number in range(16):
        await house.flows.senders.add(house.client.account_id, f"a{number}@post.example", house.now)
        await house.flows.senders.confirm(house.client.account_id, house.mail.code(), house.now)
        house.now += 3600
    with pytest.raises(TooManyRequests):
        await house.flows.senders.add(house.client.account_id, "late@post.example", house.now)


async def test_a_confirmed_address_lives_as_long_as_its_account(house: House) -> None:
    """An account that lives on takes its confirmed addresses along, and none that waits for its code."""
    senders, owner = house.flows.senders, house.client.account_id
    await senders.add(owner, ADDRESS, house.now)
    await senders.confirm(owner, house.mail.code(), house.now)
    await senders.add(owner, "maya@home.example", house.now)
    account = await house.store.account(owner, now=house.now)
    assert account is not None
    await house.store.extend_account(owner, account.expires_at + 86_400)
    house.now = account.expires_at
    assert await states(house) == ["confirmed"]
