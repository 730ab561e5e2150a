"""A provider's rule from beginning to end: a whole relay with its door's own processes, a name server, a peer
that forwards as providers do, and the reader's own software. Then the relay is killed, and restored."""

from __future__ import annotations

import asyncio
import email
import re
import smtplib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from email.policy import SMTP
from pathlib import Path
from typing import Any

import pytest

from client_sdk.mail_grade import MailGrade
from client_sdk.messages import Message, Rule
from tests.door.name_server import serving
from tests.door.signing import Signer
from tests.sdk.house import House, opened_house

MAYA = "maya@home.example"
SRS = "SRS0=hJ3k=7Q=shop.example=news@home.example"
PROVIDER = Signer("home.example")
SHOP = Signer("shop.example")
ZONES = {
    "home.example": {"TXT": ['"v=spf1 ip4:127.0.0.1 -all"']},
    "other.example": {"TXT": ['"v=spf1 ip4:127.0.0.2 -all"']},
    **{one.name: {"TXT": [f'"{one.record()}"']} for one in (PROVIDER, SHOP)},
}
SHOP_MAIL = SHOP.sign(
    b"From: Shop <news@shop.example>\r\nTo: <maya@home.example>\r\nSubject: Offer\r\n"
    b"Message-ID: <1@shop.example>\r\nDate: Mon, 1 Jun 2026 12:00:00 +0000\r\n\r\nTen percent.\r\n"
)
CODE_MAIL = PROVIDER.sign(
    b"From: <no-reply@home.example>\r\nAuto-Submitted: auto-generated\r\nSubject: Confirm forwarding\r\n"
    b"Message-ID: <2@home.example>\r\nDate: Mon, 1 Jun 2026 12:00:00 +0000\r\n\r\nCode 314159.\r\n"
)


@dataclass
class Provider:
    """The client's provider, which forwards what comes for them."""

    house: House

    def bring(self, to: str, raw: bytes, *, path: str = SRS, source: str = "127.0.0.1") -> tuple[int, str]:
        """One mail, as it is; the last reply."""
        matched = re.search(r"smtp=(\S+):(\d+)", self.house.relay.ready)
        assert matched is not None
        at = (matched[1], int(matched[2]))
        with smtplib.SMTP(*at, local_hostname="x.example", timeout=30, source_address=(source, 0)) as peer:
            try:
                peer.sendmail(path, [to], raw)
            except smtplib.SMTPRecipientsRefused as refused:
                ((code, said),) = refused.recipients.values()
            except smtplib.SMTPResponseException as refused:
                code, said = refused.smtp_code, refused.smtp_error
            else:
                return 250, ""
        return code, said.decode() if isinstance(said, bytes) else said

    def forward_newest(self, to: str) -> tuple[int, str]:
        """What the relay has written last to the personal address, through the rule."""
        caught = max(
            (self.house.folder / "relay" / "outbox").glob("*.eml"), key=lambda path: path.stat().st_mtime_ns
        )
        return self.bring(to, b"Received: from in by mx.home.example; Thu\r\n" + caught.read_bytes())


@pytest.fixture(scope="module")
async def provider(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Provider]:
    """A relay that checks senders, and a client who has confirmed an address."""
    async with (
        serving(ZONES) as (_, at),
        opened_house(tmp_path_factory.mktemp("rules"), checked_by=f"{at[0]}:{at[1]}") as house,
    ):
        await house.maya.add_sender(MAYA)
        outbox = house.folder / "relay" / "outbox"
        (caught,) = outbox.glob("*.eml")
        found = re.search(r"\b\d{8}\b", str(email.message_from_bytes(caught.read_bytes(), policy=SMTP)))
        assert found is not None
        await house.maya.confirm_sender(found[0])
        yield Provider(house)


async def inbox(provider: Provider) -> list[Message[Any, Any]]:
    """What the client sees, oldest first."""
    return [one async for one in provider.house.to_anna.messages()][::-1]


async def told(provider: Provider) -> list[tuple[str, str]]:
    """The refusals that the client's software shows."""
    return [(one.address, one.reason) for message in await inbox(provider) for one in message.refused]


async def active(provider: Provider) -> Rule:
    """A rule, set up by plain steps."""
    house = provider.house
    rule = await house.to_anna.add_rule()
    await house.maya.test_rule(rule, MAYA)
    assert await asyncio.to_thread(provider.forward_newest, rule.address) == (250, "")
    return await house.maya.active_rule(rule, timeout=10)


async def test_a_rule_from_beginning_to_end(provider: Provider) -> None:
    """The provider's code is shown while it waits, the test makes it active, its mail comes with its grade,
    byte for byte; nobody else's does, and the owner is told."""
    house = provider.house
    rule = await house.to_anna.add_rule()
    code, said = await asyncio.to_thread(provider.bring, rule.address, SHOP_MAIL.replace(b"Ten", b"Two"))
    assert (code, said[:5]) == (550, "5.7.1")
    sent = CODE_MAIL
    assert (await asyncio.to_thread(provider.bring, rule.address, sent, path="no-reply@home.example"))[
        0
    ] == 250
    (shown,) = [one for one in await inbox(provider) if one.mail]
    assert shown.mail is not None
    assert (shown.mail.grade, shown.subject) == (MailGrade.CONFIRMATION, "Confirm forwarding")
    assert (shown.kept_until - shown.sent_at).total_seconds() == 3600
    await house.maya.test_rule(rule, MAYA)
    assert (await asyncio.to_thread(provider.forward_newest, rule.address))[0] == 250
    assert (await house.maya.active_rule(rule, timeout=10)).state == "active"
    assert (await asyncio.to_thread(provider.bring, rule.address, SHOP_MAIL))[0] == 250
    forwarded = (await inbox(provider))[-1]
    assert forwarded.mail is not None
    assert forwarded.mail.grade == MailGrade.RULE_SIGNED
    assert await forwarded.mail.raw.read() == SHOP_MAIL
    code, said = await asyncio.to_thread(
        provider.bring, rule.address, SHOP_MAIL, path="x@other.example", source="127.0.0.2"
    )
    assert (code, said[:5]) == (550, "5.7.1")
    assert await told(provider) == [("n…@s….example", "rule-waiting"), ("n…@s….example", "rule-bearer")]


async def test_what_is_refused_by_hand_is_told_too(provider: Provider) -> None:
    """A stranger, a machine and an employer to the inbox's own address."""
    to = await provider.house.to_anna.address()
    before = len(await told(provider))
    for raw, path in (
        (SHOP_MAIL, "news@shop.example"),
        (PROVIDER.sign(b"From: <maya@home.example>\r\nAuto-Submitted: auto-replied\r\n\r\nAway.\r\n"), MAYA),
        (PROVIDER.sign(b"From: <maya@home.example>\r\nReply-To: a@northwind.example\r\n\r\nx\r\n"), MAYA),
        (SHOP_MAIL, "news@northwind.example"),
    ):
        assert (await asyncio.to_thread(provider.bring, to, raw, path=path))[0] == 550
    reasons = [reason for _, reason in (await told(provider))[before:]]
    assert reasons == ["sender-unknown", "automatic", "work-address-refused", "work-address-refused"]
    for trace in ("home.example", "shop.example", "northwind.example"):
        assert trace not in provider.house.relay.log()


async def test_what_was_refused_too_often_is_told_in_the_next_hour(provider: Provider) -> None:
    """Six notices, then nothing; an hour on one more, without any further mail."""
    house, to = provider.house, await provider.house.to_anna.address()
    house.relay.move_clock(7_200)
    before = len(await told(provider))
    for number in range(9):
        raw = SHOP_MAIL + b"%d\r\n" % number
        assert (await asyncio.to_thread(provider.bring, to, raw, path="news@shop.example"))[0] == 550
    assert len(await told(provider)) == before + 6
    house.relay.move_clock(7_200 + 3_600)
    async with asyncio.timeout(30):
        while len(await told(provider)) < before + 9:
            await asyncio.sleep(0.2)


async def test_a_rule_is_there_after_a_kill_and_after_a_restore(provider: Provider) -> None:
    """Active as before, for the same provider alone; one that was ended stays so after a kill."""
    house, relay = provider.house, provider.house.relay
    kept, ended = await active(provider), await active(provider)
    await house.maya.remove_rule(ended)
    relay.kill()
    await asyncio.to_thread(relay.start)
    assert (await asyncio.to_thread(provider.bring, kept.address, SHOP_MAIL))[0] == 250
    assert (await asyncio.to_thread(provider.bring, ended.address, SHOP_MAIL))[0] == 550
    made = await asyncio.to_thread(relay.command, "backup", "create")
    await asyncio.to_thread(relay.stop)
    await asyncio.to_thread(relay.command, "restore", made.stdout.split()[-1])
    await asyncio.to_thread(relay.start)
    assert (await asyncio.to_thread(provider.bring, kept.address, SHOP_MAIL + b"again\r\n"))[0] == 250
    other = {"path": "x@other.example", "source": "127.0.0.2"}
    assert (await asyncio.to_thread(provider.bring, kept.address, SHOP_MAIL, **other))[0] == 550
    assert Path(relay.folder).exists()
