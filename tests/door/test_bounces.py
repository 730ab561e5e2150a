"""Notices that come back, by a real dialogue: who may write to a return address, what is understood, and that
nothing else changes.
"""

from __future__ import annotations

import pytest

from relay.core.addresses import Address, parse_address
from relay.core.model import DAY_SECONDS
from relay.core.telling import Times, Words
from relay.flow.addressed import NoSuchInbox
from relay.store.memory import MemoryStore
from tests.door.test_full_path import Doorstep, standing
from tests.unit.core.test_bounces import report

ADDRESS = "told@home.example"


@pytest.fixture
async def doorstep() -> Doorstep:
    """A door without checks of the sender."""
    async with standing(MemoryStore()) as found:
        yield found


async def returned_to(doorstep: Doorstep) -> str:
    """Maya is told by mail; the return address of her newest notice."""
    house = doorstep.house
    maya, channel = house.client.account_id, house.flows.notice_channel
    words = Words(ADDRESS, "A short note", "blue heron on the lake")
    await channel.put(maya, words, Times("at-once", True, 8, 0, 0, 0), house.now)
    await channel.confirm(maya, house.mail.code(), house.now)
    await channel.test(maya, house.now)
    return house.mail.returned_to[-1]


async def state(doorstep: Doorstep) -> str:
    """What Maya is shown."""
    house = doorstep.house
    return (await house.flows.notice_channel.shown(house.client.account_id, house.now)).state


async def test_a_report_of_failure_breaks_the_channel(doorstep: Doorstep) -> None:
    """From end to end; nothing is stored of the mail, nobody is sent another, nothing of it is logged."""
    to = await returned_to(doorstep)
    sent = len(doorstep.house.mail.sent)
    assert (await doorstep.deliver(report(), reverse_path="", to=to)).startswith("250")
    assert await state(doorstep) == "broken"
    assert await doorstep.kept() == (0, 0)
    assert await doorstep.notices() == []
    assert len(doorstep.house.mail.sent) == sent
    said = doorstep.log.getvalue()
    assert "home.example" not in said
    assert to.partition("@")[0] not in said


@pytest.mark.parametrize(
    "mail",
    [
        report(b"delayed"),
        b"Subject: Out of office\r\nAuto-Submitted: auto-replied\r\n\r\nAction: failed\r\n",
        b"no field\r\n",
        b"\r\n",
        b"\x00\xff\xfe".replace(b"\x00", b"\x01") + b"\r\n",
    ],
)
async def test_anything_else_is_taken_and_forgotten(doorstep: Doorstep, mail: bytes) -> None:
    """A delay, an automatic answer, junk: 250, and nothing has changed."""
    to = await returned_to(doorstep)
    assert (await doorstep.deliver(mail, reverse_path="", to=to)).startswith("250")
    assert await state(doorstep) == "confirmed"
    assert await doorstep.kept() == (0, 0)


async def test_no_more_than_64_kib_is_taken(doorstep: Doorstep) -> None:
    """What is longer is refused, and says nothing however it begins."""
    to = await returned_to(doorstep)
    long = report() + b"more of it\r\n" * 6_000
    assert (await doorstep.deliver(long, reverse_path="", to=to)).startswith("552")
    assert await state(doorstep) == "confirmed"


async def test_only_mail_without_a_sender_comes_there_and_nowhere_else(doorstep: Doorstep) -> None:
    """A return address is no inbox, and an inbox takes no bounce."""
    to = await returned_to(doorstep)
    assert (await doorstep.deliver(report(), reverse_path="x@home.example", to=to)).startswith("550 5.1.1")
    with pytest.raises(NoSuchInbox):  # at RCPT already
        await doorstep.flow.recipient(Address("x", "home.example"), parse_address(to.encode()))
    assert (await doorstep.deliver(report(), reverse_path="")).startswith("550")
    assert await state(doorstep) == "confirmed"


async def test_forged_and_late_addresses_are_none(doorstep: Doorstep) -> None:
    """Refused at RCPT, as an address that never was; so is another domain's."""
    to = await returned_to(doorstep)
    local, _, domain = to.partition("@")
    other = local[:-1] + ("a" if local[-1] != "a" else "b")
    for wrong in (f"{other}@{domain}", f"b.{'a' * 32}@{domain}", f"{local}@other.example", f"b.@{domain}"):
        assert (await doorstep.deliver(report(), reverse_path="", to=wrong))[:2] in {"55", "50"}
    doorstep.house.now += 7 * DAY_SECONDS
    assert (await doorstep.deliver(report(b"delayed"), reverse_path="", to=to)).startswith("250")
    doorstep.house.now += DAY_SECONDS
    assert (await doorstep.deliver(report(), reverse_path="", to=to)).startswith("550 5.1.1")
    assert await state(doorstep) == "confirmed"


async def test_capitals_in_a_return_address_do_not_matter(doorstep: Doorstep) -> None:
    """Some servers write addresses so."""
    to = await returned_to(doorstep)
    assert (await doorstep.deliver(report(), reverse_path="", to=to.upper())).startswith("250")
    assert await state(doorstep) == "broken"


async def test_too_many_are_asked_to_come_later(doorstep: Doorstep) -> None:
    """A temporary refusal: a report that matters comes again."""
    to = await returned_to(doorstep)
    for _ in range(20):
        assert (await doorstep.deliver(b"x: y\r\n", reverse_path="", to=to)).startswith("250")
    assert (await doorstep.deliver(report(), reverse_path="", to=to)).startswith("451")
