"""What was refused at the door reaches its owner as a sealed notice of the relay: for each reason, masked, so
many an hour, folded beyond; and nothing of it lies anywhere in clear."""

from __future__ import annotations

from pathlib import Path

import pytest

from keys.content import ContentKind
from keys.envelope import parse_envelope
from keys.names import Role
from relay.core.addresses import Address
from relay.core.admission import read
from relay.core.errors import NotAllowed
from relay.core.model import DAY_SECONDS
from relay.core.refused import mask
from relay.flow.sender_proof import SenderChecks
from relay.smtp_door.limits import Limits
from relay.store.memory import MemoryStore
from relay.store.sqlite import SqliteStore
from tests.door.test_full_path import ADDRESS, HEAD, MAIL, Doorstep, standing
from tests.door.test_proven_senders import HOME, KEYS
from tests.door.zone import FAILS, Zone
from tests.flow.cast import MAIL_DOMAIN

OTTO = MAIL.replace(b"maya@", b"otto@")
MINE, OTTOS = "m…@h….example", "o…@h….example"


@pytest.fixture
async def doorstep() -> Doorstep:
    """A door without checks of the sender."""
    async with standing(MemoryStore()) as found:
        yield found


@pytest.mark.parametrize(
    ("mail", "options", "told"),
    [
        (OTTO, {}, (OTTOS, "sender-unknown")),
        (MAIL, {"reverse_path": "hr@mail.northwind.example"}, ("h…@m….example", "work-address-refused")),
        (MAIL, {"greeting": "gw.northwind.example"}, (MINE, "work-address-refused")),
        (b"Sender: hr@northwind.example\r\n" + MAIL, {}, (MINE, "work-address-refused")),
        (b"Auto-Submitted: auto-replied\r\n" + MAIL, {}, (MINE, "automatic")),
        (b"List-Id: <x.home.example>\r\n" + MAIL, {}, (MINE, "list-mail")),
        (HEAD + b"Auto-Submitted: auto-replied\r\n", {}, (MINE, "automatic")),
    ],
)
async def test_a_refusal_is_told(
    doorstep: Doorstep, mail: bytes, options: dict[str, str], told: tuple[str, str]
) -> None:
    """In the session to who sent it, and to whom it was for with as little as they need to know it by."""
    assert (await doorstep.deliver(mail, **options)).startswith("550")
    assert await doorstep.refused() == [told]
    (notice,) = await doorstep.notices()
    (entry,) = notice.shown["refused"]
    assert entry["at"] == doorstep.house.now - doorstep.house.now % 60
    assert (notice.kind, notice.shown["about"]) == (ContentKind.NOTICE, "refused")
    assert notice.text.isascii()
    assert "http" not in notice.text
    assert notice.expires_at == doorstep.house.now + 14 * DAY_SECONDS
    assert await doorstep.kept() == (0, 0)


@pytest.mark.parametrize(
    "mail",
    [
        HEAD + b"Received: from a by in.harrow.example; Thu\r\n\r\nx\r\n",
        HEAD + b"Received: from a by b; Thu\r\n" * 51 + b"\r\nx\r\n",
        HEAD + b"From: otto@home.example\r\n\r\nx\r\n",
        HEAD + b"no colon\r\n\r\nx\r\n",
        f"From: <notice@{MAIL_DOMAIN}>\r\nAuto-Submitted: auto-generated\r\n\r\nx\r\n".encode(),
    ],
)
async def test_what_nobody_could_mend_is_not(doorstep: Doorstep, mail: bytes) -> None:
    """Circles, broken heads, and our own mail, which would tell of itself for ever."""
    assert (await doorstep.deliver(mail))[:2] == "55"
    assert await doorstep.notices() == []


async def test_who_is_not_proven_is_told_and_trouble_of_ours_is_not() -> None:
    """A 451 comes again by itself."""
    zone = Zone(KEYS)
    async with standing(MemoryStore(), SenderChecks(zone, 10)) as doorstep:
        assert (await doorstep.deliver(MAIL)).startswith("550 5.7.26")
        assert await doorstep.refused() == [(MINE, "sender-unproven")]
        zone.records[HOME.name] = {"TXT": FAILS}
        assert (await doorstep.deliver(HOME.sign(MAIL))).startswith("451")
        assert len(await doorstep.notices()) == 1


async def test_what_is_too_large_is_told_whether_it_said_so_or_not() -> None:
    """By SIZE before it travels, by its bytes when they have come, and when it goes on and on."""
    async with standing(MemoryStore(), limits=Limits(max_mail_bytes=300_000)) as doorstep:
        peer = await doorstep.peer()
        for line in ("EHLO x.example", f"MAIL FROM:<{ADDRESS}> SIZE=300001"):
            assert (await peer.say(line.encode() + b"\r\n")).startswith("250")
        to = await doorstep.inbox()
        assert (await peer.say(f"RCPT TO:<{to}>\r\n".encode())).startswith("552 5.3.4")
        assert (await peer.say(b"RSET\r\n")).startswith("250")
        assert (await doorstep.deliver(OTTO + b"x" * 70 + b"\r\n" * 180_000)).startswith("552 5.3.4")
        assert await doorstep.refused() == [(MINE, "too-large"), (OTTOS, "too-large")]
        assert (await doorstep.to_data(peer)).startswith("354")
        assert (await peer.say(MAIL + b"longer and longer\r\n" * 40_000)).startswith("552 5.3.4")
        assert len(await doorstep.notices()) == 3
        assert await doorstep.kept() == (0, 0)
        peer.writer.close()


async def test_a_full_inbox_is_told_once_an_hour(doorstep: Doorstep) -> None:
    """The peer was asked to come again, and does; the notice itself finds room."""
    mail = HEAD + b"\r\n" + b"x" * 70 + (b"y" * 70 + b"\r\n") * 29_000
    assert (await doorstep.deliver(mail)).startswith("250")
    for _ in range(3):
        assert (await doorstep.deliver(MAIL)).startswith("452")
    assert await doorstep.refused() == [(MINE, "inbox-full")]
    doorstep.house.now += 3600
    assert (await doorstep.deliver(MAIL)).startswith("452")
    assert await doorstep.refused() == [(MINE, "inbox-full")] * 2


async def test_a_notice_finds_room_where_envelopes_have_none(doorstep: Doorstep) -> None:
    """What fills the mailbox must not keep its owner from hearing so."""
    house = doorstep.house
    held = (await doorstep.store.counts(now=house.now))["stored_bytes"]
    house.flows.accept._quota_bytes = held + 100
    assert (await doorstep.deliver()).startswith("452 4.2.2")
    assert await doorstep.refused() == [(MINE, "inbox-full")]


async def test_six_notices_an_hour_and_what_comes_beyond_is_folded(doorstep: Doorstep) -> None:
    """At most twenty wait for the next hour's first, which needs no further mail."""
    house, refusals = doorstep.house, doorstep.flow.refusals
    mailbox = house.work.mailbox(Role.CLIENT)
    for number in range(30):
        await refusals.tell(mailbox, Address(f"a{number}", "home.example"), "automatic", house.now)
    assert len(await doorstep.notices()) == 6
    await refusals.flush(house.now + 3599)
    assert len(await doorstep.notices()) == 6
    house.now += 3600
    await refusals.flush(house.now)
    *_, last = await doorstep.notices()
    assert len(last.shown["refused"]) == 20
    await refusals.flush(house.now)
    assert len(await doorstep.notices()) == 7
    for _ in range(7):
        assert (await doorstep.deliver(OTTO)).startswith("550")
    assert len(await doorstep.notices()) == 12
    house.now += 3600
    assert (await doorstep.deliver(OTTO)).startswith("550")
    *_, last = await doorstep.notices()
    assert len(last.shown["refused"]) == 3
    await refusals.flush(house.now + 7200)
    assert len(await doorstep.notices()) == 13


async def test_one_inboxs_flood_is_not_anothers(doorstep: Doorstep) -> None:
    """The limit is each mailbox's own."""
    house, refusals = doorstep.house, doorstep.flow.refusals
    for _ in range(8):
        await refusals.tell(house.work.mailbox(Role.COACH), None, "automatic", house.now)
    await refusals.tell(house.work.mailbox(Role.CLIENT), None, "automatic", house.now)
    assert await doorstep.refused() == [("", "automatic")]


async def test_a_notice_that_cannot_be_sealed_changes_nothing_for_the_mail(doorstep: Doorstep) -> None:
    """While the keeper is away the refusal is the same, and nothing is kept in clear instead."""
    doorstep.house.keeper.away = True
    assert (await doorstep.deliver(OTTO)).startswith("550 5.7.1")
    assert await doorstep.notices() == []


async def test_nothing_of_it_is_anywhere_in_clear(tmp_path: Path) -> None:
    """Neither in the files nor in the log."""
    store = await SqliteStore.open(tmp_path / "db")
    async with standing(store) as doorstep:
        assert (await doorstep.deliver(OTTO)).startswith("550")
        assert await doorstep.refused() == [(OTTOS, "sender-unknown")]
        log = doorstep.log.getvalue()
    raw = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    for trace in ("otto", OTTOS, "sender-unknown"):
        assert trace.encode() not in raw
    assert "otto" not in log
    await store.close()


async def test_the_notices_of_a_mailbox_are_one_sequence(doorstep: Doorstep) -> None:
    """Count and previous id continue, so that a reader sees one that is missing."""
    for _ in range(3):
        await doorstep.deliver(OTTO)
    notices = await doorstep.notices()
    assert [one.count for one in notices] == [1, 2, 3]
    assert len({one.writer for one in notices}) == 1


async def test_nobody_but_the_relay_writes_a_notice(doorstep: Doorstep) -> None:
    """A person who deposits one is refused, as is the door."""
    await doorstep.deliver(OTTO)
    page = await doorstep.store.rows(
        doorstep.house.work.mailbox(Role.CLIENT),
        after=0, before=None, limit=10, max_bytes=1 << 20, now=doorstep.house.now,
    )  # fmt: skip
    raw = page.rows[0].raw
    assert raw is not None
    assert parse_envelope(raw).header.policy_tag == bytes(16)
    accept, owner = doorstep.house.flows.accept, doorstep.house.client.account_id
    for account_id in (owner, doorstep.house.coach.account_id, bytes(16)):
        with pytest.raises(NotAllowed):
            await accept.deposit(account_id, [[read(raw)]], doorstep.house.now)


def test_masks() -> None:
    """The first characters and the last label; nothing where there was no address."""
    assert mask(Address("maya", "mail.home.example")) == "m…@m….example"
    assert mask(Address("m", "h.example")) == "m…@h….example"
    assert mask(None) == ""
