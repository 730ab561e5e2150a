"""Mail that comes in, with senders checked by a real name server: what its owner is asked, told and shown."""

from __future__ import annotations

import asyncio
import re
import smtplib
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from client_sdk import errors
from client_sdk.mail_grade import MailGrade
from client_sdk.refused import read_refused
from tests.door.name_server import serving
from tests.sdk.house import House, opened_house

MAYAS_ADDRESS = "maya@home.example"
SPF = {"home.example": {"TXT": ['"v=spf1 ip4:127.0.0.1 -all"']}}
MAIL = (
    "From: Maya <{author}>\r\nTo: x@inbox.example\r\nDate: Mon, 1 Jun 2026 12:00:00 +0000\r\n"
    "Message-ID: <{subject}@home.example>\r\nSubject: {subject}\r\n\r\nIt came to me.\r\n"
)


@pytest_asyncio.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """A relay that checks senders, and a client whose provider does not sign."""
    async with (
        serving(SPF) as (_, at),
        opened_house(tmp_path_factory.mktemp("mail"), checked_by=f"{at[0]}:{at[1]}") as house,
    ):
        await house.maya.add_sender(MAYAS_ADDRESS)
        await house.maya.confirm_sender(newest_mail(house, r"\b\d{8}\b"))
        yield house


def newest_mail(house: House, pattern: str) -> str:
    """What the relay has written last to a personal address, as far as a pattern goes."""
    caught = max((house.folder / "relay" / "outbox").glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
    found = re.search(pattern, caught.read_text())
    assert found is not None
    return found[0]


async def deliver(house: House, subject: str, author: str = MAYAS_ADDRESS) -> None:
    """Bring a mail to the client's inbox, as a provider would."""
    recipient = await house.to_anna.address()
    await asyncio.to_thread(_deliver, house, recipient, author, subject)


def _deliver(house: House, recipient: str, author: str, subject: str) -> None:
    matched = re.search(r"smtp=(\S+):(\d+)", house.relay.ready)
    assert matched is not None
    raw = MAIL.format(author=author, subject=subject).encode()
    with smtplib.SMTP(matched[1], int(matched[2]), local_hostname="home.example", timeout=30) as peer:
        peer.sendmail(author, [recipient], raw)


async def subjects(house: House) -> dict[str, tuple[str, ...]]:
    """The client's messages, with their marks."""
    return {one.subject: one.marks async for one in house.to_anna.messages()}


async def test_it_was_me(house: House) -> None:
    """A mail that its server alone vouches for asks until its owner has answered, here and elsewhere."""
    ready = asyncio.Event()
    waiting = asyncio.create_task(house.to_anna.next_mail(ready=ready.set, timeout=30))
    await ready.wait()
    await deliver(house, "on the train")
    message = await waiting
    assert message.mail is not None
    assert message.mail.grade == MailGrade.SERVER
    assert (message.subject, message.marks) == ("on the train", ("confirm",))
    assert "spf=pass" in message.mail.checks
    await house.to_anna.confirm_mail(message.id)
    await house.to_anna.confirm_mail(message.id[:8])
    assert (await subjects(house))["on the train"] == ()
    elsewhere = await house.elsewhere("maya", "elsewhere")
    async with elsewhere:
        assert [one.marks async for one in elsewhere.engagement().messages()] == [()]


async def test_it_was_not_me(house: House) -> None:
    """A mail that was not from its owner is gone at once, and does not come back on another computer."""
    await deliver(house, "not by me")
    message = {one.subject: one async for one in house.to_anna.messages()}["not by me"]
    await house.to_anna.confirm_mail(message.id, mine=False)
    assert "not by me" not in await subjects(house)
    with pytest.raises(errors.Deleted):
        await house.to_anna.message(message.id)
    again = await house.reopen("maya")
    async with again:
        assert "not by me" not in [one.subject async for one in again.engagement().messages()]


async def test_only_such_mail_is_asked_about(house: House) -> None:
    """A word on anything else than a mail in doubt is refused and changes nothing."""
    sent = await house.to_maya.send(subject="from Anna", text="Hello.")
    with pytest.raises(errors.Misused):
        await house.to_anna.confirm_mail(sent.id, mine=False)
    assert (await subjects(house))["from Anna"] == ()


async def test_nothing_comes(house: House) -> None:
    """Waiting for a mail ends when its time is over, and says so."""
    with pytest.raises(errors.NothingYet):
        await house.to_anna.next_mail(timeout=0.1)


def test_a_notice_that_is_not_as_agreed() -> None:
    """What a notice tells is shown as far as it is well formed; the rest keeps nothing from being shown."""
    good = {"address": "m…@h….example", "reason": "sender-unproven", "at": 1_790_000_040}
    bad = [
        {},
        None,
        "x",
        good | {"at": True},
        good | {"at": -1},
        good | {"at": 1 << 60},
        good | {"address": 7},
    ]
    bad += [good | {"reason": "x" * 65}, good | {"address": "x" * 101}]
    (found,) = read_refused({"about": "refused", "refused": [*bad, good]})
    assert (found.address, found.reason, found.at.year) == ("m…@h….example", "sender-unproven", 2026)
    assert "m…" not in repr(found)
    assert read_refused({"about": "refused", "refused": "x"}) == ()
    assert read_refused({"about": "else", "refused": [good]}) == ()
    strange = read_refused({"about": "refused", "refused": [good | {"reason": "new-reason"}]})
    assert "does not know" in strange[0].sentence
