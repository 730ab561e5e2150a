"""The whole way of a mail: socket, door, flow, store, with real keys and real sealing.

Longer than other modules: one doorstep, and all that can become of a mail on it.
"""

from __future__ import annotations

import asyncio
import io
import tracemalloc
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from keys import sealing, stream
from keys.acts import ActCore, ActKind, sign_act
from keys.blob import BlobOpener, BlobSealer
from keys.content import MOST_HEAD_BYTES, Content, ContentKind, content_id, parse_door_facts
from keys.envelope import EnvelopeClass, parse_envelope
from keys.errors import NotOpened, Refused
from keys.keeper_wire import Grant, Status
from keys.locks import open_keeper_lock
from keys.names import ZERO_HASH, Role, access_hash, fingerprint
from keys.policy import Policy
from keys.suite import OpenKey, SignKey
from relay.core import policy as core_policy
from relay.core.model import DAY_SECONDS
from relay.core.pepper import Pepper
from relay.core.ports import Store
from relay.flow import addressed, mail_sink
from relay.flow.door import Door as DoorFlow
from relay.flow.flows import Ports
from relay.flow.mail_sink import MailDoor
from relay.flow.sender_proof import SenderChecks
from relay.flow.writers import MOST_AT_ONCE
from relay.logs import open_log
from relay.smtp_door.limits import Limits
from relay.smtp_door.server import Door
from relay.store.memory import MemoryStore
from relay.store.sqlite import SqliteStore
from tests.door.conftest import Peer
from tests.flow.cast import KEEPER, KEEPER_ID, MAIL_DOMAIN, Dice
from tests.flow.house import NOTICE_KEY, SIGNS, House

DOOR = SignKey.from_seed(b"D" * 32)
CLASS_AT = 6
ADDRESS = "maya@home.example"
HEAD = b"From: Maya <maya@home.example>\r\nSubject: Thursday\r\n"
MAIL = HEAD + b"\r\nI will be late.\r\n.a line with a dot\r\n"


@dataclass
class Doorstep:
    """A door on a socket in front of a house whose client has confirmed an address."""

    house: House
    store: Store
    flow: DoorFlow
    sinks: MailDoor
    door: Door
    at: tuple[str, int]
    log: io.StringIO

    async def inbox(self) -> str:
        """The client's inbound address."""
        mailboxes = await self.store.mailboxes_of(self.house.client.account_id, now=self.house.now)
        return f"{mailboxes[0].address}@{MAIL_DOMAIN}"

    async def peer(self, source: str = "127.0.0.1") -> Peer:
        """A connection that has read its greeting."""
        peer = Peer(*await asyncio.open_connection(*self.at, local_addr=(source, 0)))
        await peer.reply()
        return peer

    async def to_data(
        self, peer: Peer, *, reverse_path: str = ADDRESS, greeting: str = "", to: str = ""
    ) -> str:
        """Come to the point where the mail is awaited; the last reply."""
        for line in (
            f"EHLO {greeting or 'mail.home.example'}",
            f"MAIL FROM:<{reverse_path}>",
            f"RCPT TO:<{to or await self.inbox()}>",
            "DATA",
        ):
            said = await peer.say(line.encode() + b"\r\n")
            if said[0] not in "23":
                return said
        return said

    async def deliver(self, mail: bytes = MAIL, *, source: str = "127.0.0.1", **options: str) -> str:
        """One mail over a connection of its own; the reply to it."""
        peer = await self.peer(source)
        try:
            said = await self.to_data(peer, **options)
            return await peer.say(stuffed(mail) + b".\r\n") if said.startswith("354") else said
        finally:
            peer.writer.close()

    async def rows(self) -> list[bytes]:
        """The mails in the client's mailbox."""
        return [raw for raw in await self._all_rows() if raw[CLASS_AT] == EnvelopeClass.DOOR]

    async def notices(self) -> list[Content]:
        """What the relay has told the client, opened."""
        return [self.open(raw) for raw in await self._all_rows() if raw[CLASS_AT] == EnvelopeClass.NOTICE]

    async def refused(self) -> list[tuple[str, str]]:
        """Masked author and reason of all refusals that the client was told of."""
        told = [one for notice in await self.notices() for one in notice.shown["refused"]]
        return [(one["address"], one["reason"]) for one in told]

    async def _all_rows(self) -> list[bytes]:
        page = await self.store.rows(
            self.house.work.mailbox(Role.CLIENT),
            after=0, before=None, limit=200, max_bytes=1 << 30, now=self.house.now,
        )  # fmt: skip
        return [row.raw for row in page.rows if row.raw is not None]

    async def kept(self) -> tuple[int, int]:
        """Envelopes, but for the relay's notices, and blobs in the whole store."""
        counts = await self.store.counts(now=self.house.now)
        return counts["envelopes"] - len(await self.notices()), counts["blobs"]

    def open(self, raw: bytes) -> Content:
        """Open an envelope as its reader does, with the keeper's share."""
        house, envelope = self.house, parse_envelope(raw)
        (lock,) = envelope.keeper_locks
        payload = open_keeper_lock(lock, OpenKey.from_seed(b"d" * 32), envelope.header_hash)
        assert payload.reader_hash == access_hash(house.client.access.public)
        grant = Grant(
            Status.HERE, payload.share, payload.revoker_hash, payload.not_before, payload.expires_at
        )
        return sealing.open_envelope(
            envelope,
            sealing.open_reader_share(envelope, house.client.reading),
            [grant],
            revoker_access_hash=access_hash(house.coach.access.public),
            signers={fingerprint(key.public): key.public for key in [signer_of(raw)]},
            my_fp=house.client.fp,
            now=house.now,
        ).content

    async def mail_of(self, content: Content) -> bytes:
        """The mail that a content carries, fetched and opened by its reader."""
        (record,) = content.attachments
        blobs, reader = self.house.flows.blobs, BlobOpener(record)
        blob = await blobs.readable(self.house.client.account_id, record.blob_id, self.house.now)
        mail = bytearray()
        async for piece in blobs.read(blob, 0, blob.stored_bytes):
            mail += reader.update(piece)
        return bytes(mail + reader.finish())


def signer_of(raw: bytes) -> SignKey:
    """Whose signature an envelope's class demands."""
    return NOTICE_KEY if raw[CLASS_AT] == EnvelopeClass.NOTICE else DOOR


def stuffed(mail: bytes) -> bytes:
    """A mail as it travels."""
    return b"".join(
        (b"." + line if line.startswith(b".") else line) + b"\r\n" for line in mail.split(b"\r\n")[:-1]
    )


@pytest.fixture(params=("memory", "sqlite"))
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    """Both bodies of the store in turn."""
    body: Store = MemoryStore() if request.param == "memory" else await SqliteStore.open(tmp_path / "db")
    yield body
    await body.close()


@pytest.fixture
async def doorstep(store: Store) -> AsyncIterator[Doorstep]:
    """A door in front of a settled house, on both stores."""
    async with standing(store) as found:
        yield found


@asynccontextmanager
async def standing(
    store: Store, checks: SenderChecks | None = None, limits: Limits | None = None
) -> AsyncIterator[Doorstep]:
    """A door in front of a settled house, with or without checks of the sender."""
    house = House(store)
    await house.settle()
    await house.flows.senders.add(house.client.account_id, ADDRESS, house.now)
    await house.flows.senders.confirm(house.client.account_id, house.mail.code(), house.now)
    ports = Ports(store, (house.keeper,), house.wake, house.mail, Pepper(b"p" * 32), Dice("door"), SIGNS)
    keepers = ((KEEPER_ID, KEEPER.public),)
    flow = DoorFlow(ports, house.flows, house.settings, keepers, lambda: house.now)
    sinks = MailDoor(
        flow,
        DOOR,
        Dice("sinks"),
        own_names={MAIL_DOMAIN, "mx.harrow.example"},
        notice_address=house.settings.notice_address,
        checks=checks,
    )
    said = io.StringIO()
    door = Door(sinks, limits or Limits(), open_log(lambda: 0, said), hostname=MAIL_DOMAIN)
    at = await door.start("127.0.0.1", 0)
    yield Doorstep(house, store, flow, sinks, door, at, said)
    await door.stop()


async def test_the_reader_opens_the_byte_exact_mail(doorstep: Doorstep) -> None:
    """What was sent is what the reader opens, with the door's facts beside it, and nothing of it lies in
    the store or the log in clear."""
    assert (await doorstep.deliver()).startswith("250 2.0.0")
    (raw,) = await doorstep.rows()
    content = doorstep.open(raw)
    assert await doorstep.mail_of(content) == MAIL
    facts = parse_door_facts(content.fixed)
    assert (facts.grade, facts.tls, facts.received_at) == (1, False, doorstep.house.now)
    assert (facts.greeting, facts.reverse_path) == ("mail.home.example", ADDRESS)
    assert (facts.recipient, facts.head) == (await doorstep.inbox(), HEAD)
    assert (content.kind, content.count) == (ContentKind.MAIL, 1)
    assert b"late" not in raw
    assert "maya" not in doorstep.log.getvalue()


@pytest.mark.parametrize(("folds", "kept"), [(1635, True), (1900, False)])
async def test_of_a_long_head_whole_fields_are_kept(doorstep: Doorstep, folds: int, kept: bool) -> None:
    """A list shows who wrote by the head that the door kept: where that ended within From, it would show
    another, `maya@home.example` of `maya@home.example.other.test`.
    """
    first, fill = b"A: 1\r\n", b"X-Fill:" + b"\r\n\tfolded-" * folds + b"\r\n"
    assert (len(first + fill) < MOST_HEAD_BYTES - 8) == kept
    assert len(first + fill + HEAD) > MOST_HEAD_BYTES
    assert (await doorstep.deliver(first + fill + HEAD + b"\r\nHello.\r\n")).startswith("250")
    facts = parse_door_facts(doorstep.open((await doorstep.rows())[0]).fixed)
    assert facts.head == (first + fill if kept else first)


async def test_a_large_mail_keeps_its_bytes(doorstep: Doorstep) -> None:
    """Several pieces of staging make one mail again."""
    mail = HEAD + b"\r\n" + b"".join(b"%06d of the lines\r\n" % number for number in range(150_000))
    assert (await doorstep.deliver(mail)).startswith("250")
    assert await doorstep.mail_of(doorstep.open((await doorstep.rows())[0])) == mail


@pytest.mark.parametrize("size_bytes", [0, 150_000, 190_000, 240_000, 280_000])
async def test_a_mail_of_one_piece_is_one_write(
    doorstep: Doorstep, monkeypatch: pytest.MonkeyPatch, size_bytes: int
) -> None:
    """What fits a piece when it is sealed comes to the store with its envelope, in one call; what does not is
    staged first. Both are read back byte for byte.
    """
    staged = list[str]()
    for name in ("create_blob", "append_blob", "finish_blob", "abort_blob"):
        plain = getattr(doorstep.store, name)
        monkeypatch.setattr(
            doorstep.store, name, lambda *a, _n=name, _p=plain, **o: (staged.append(_n), _p(*a, **o))[1]
        )
    mail = MAIL + (b"y" * 98 + b"\r\n") * (size_bytes // 100)
    assert (await doorstep.deliver(mail)).startswith("250")
    assert await doorstep.kept() == (1, 1)
    content = doorstep.open((await doorstep.rows())[0])
    assert await doorstep.mail_of(content) == mail
    (record,) = content.attachments
    is_whole = record.stored_bytes < mail_sink.PIECE_BYTES
    assert (not staged) == is_whole
    assert is_whole == (size_bytes < 250_000)


async def test_a_large_mail_costs_little_memory(tmp_path: Path) -> None:
    """A mail of ten mebibytes passes through under two of memory, once all that is loaded once is loaded."""
    store = await SqliteStore.open(tmp_path / "db")
    async with standing(store) as doorstep:
        assert await deliver_slowly(doorstep, 1 << 20) > 0
        assert await deliver_slowly(doorstep, 10 << 20) < 2 << 20
    await store.close()


async def deliver_slowly(doorstep: Doorstep, size_bytes: int, head: bytes = HEAD) -> int:
    """Deliver a mail of this size by a peer that holds none of it; the most memory that it took."""
    lines = (b"z" * 78 + b"\r\n") * 400
    peer = await doorstep.peer()
    await doorstep.to_data(peer)
    peer.writer.write(head + b"\r\n")
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    for _ in range(size_bytes // len(lines)):
        peer.writer.write(lines)
        await peer.writer.drain()
    assert (await peer.say(b".\r\n")).startswith("250")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    peer.writer.close()
    return most - before


async def test_the_sequence_goes_on_from_mail_to_mail(doorstep: Doorstep) -> None:
    """Counts rise by one and each content names the one before, in the order of the mailbox; mails that come
    at once have a few sequences of their own, in each of which nothing is missing."""
    for number in range(3):
        assert (await doorstep.deliver(MAIL + b"one %d\r\n" % number)).startswith("250")
    replies = await asyncio.gather(*(doorstep.deliver(MAIL + b"%d\r\n" % n) for n in range(7)))
    assert all(reply.startswith("250") for reply in replies)
    sequences: dict[int, list[Content]] = {}
    for raw in await doorstep.rows():
        content = doorstep.open(raw)
        assert content.count == len(sequences.setdefault(content.writer, [])) + 1
        sequences[content.writer].append(content)
    first, *others = sequences.values()
    assert len(first) >= 3
    assert 0 <= len(others) < MOST_AT_ONCE
    assert sum(map(len, sequences.values())) == 10
    for sequence in sequences.values():
        previous = [ZERO_HASH, *(content_id(EnvelopeClass.DOOR, one.encode()) for one in sequence)]
        assert [one.previous_id for one in sequence] == previous[:-1]


async def test_250_is_said_after_the_commit(doorstep: Doorstep, monkeypatch: pytest.MonkeyPatch) -> None:
    """As long as the store has not committed, nothing is said, and nothing of a small mail is there."""
    reached, held, plain = asyncio.Event(), asyncio.Event(), doorstep.store.deposit

    async def deposit(*args: Any, **options: Any) -> Any:
        reached.set()
        await held.wait()
        return await plain(*args, **options)

    monkeypatch.setattr(doorstep.store, "deposit", deposit)
    peer = await doorstep.peer()
    await doorstep.to_data(peer)
    peer.writer.write(stuffed(MAIL) + b".\r\n")
    answer = asyncio.ensure_future(peer.reply())
    await reached.wait()
    assert not answer.done()
    assert await doorstep.kept() == (0, 0)
    held.set()
    assert (await answer).startswith("250")
    peer.writer.close()
    assert await doorstep.kept() == (1, 1)


async def test_a_lost_250_makes_one_copy(doorstep: Doorstep) -> None:
    """The same transaction again, within the hour and across its turn, is answered 250 and kept once; after
    it, or with one byte changed, it is another mail."""
    assert (await doorstep.deliver()).startswith("250")
    doorstep.house.now += 3599
    assert (await doorstep.deliver()).startswith("250")
    assert await doorstep.kept() == (1, 1)
    assert (await doorstep.deliver(MAIL + b"x\r\n")).startswith("250")
    assert await doorstep.kept() == (2, 2)
    doorstep.house.now += 3601
    assert (await doorstep.deliver()).startswith("250")
    assert await doorstep.kept() == (3, 3)


async def test_two_of_one_transaction_at_once_make_one_copy(doorstep: Doorstep) -> None:
    """A peer that tries again while its first try is under way has one mail in the inbox."""
    replies = await asyncio.gather(*(doorstep.deliver() for _ in range(5)))
    assert all(reply.startswith("250") for reply in replies)
    assert await doorstep.kept() == (1, 1)


@pytest.mark.parametrize("after", [b"", MAIL[:40], stuffed(MAIL) * 60_000])
async def test_a_connection_that_is_lost_in_data_leaves_nothing(doorstep: Doorstep, after: bytes) -> None:
    """Before the lone dot there is no mail: no envelope and no staged byte stays."""
    peer = await doorstep.peer()
    await doorstep.to_data(peer)
    peer.writer.write(after)
    await peer.writer.drain()
    peer.writer.close()
    await ended(doorstep)
    assert await doorstep.kept() == (0, 0)


async def test_a_connection_that_is_lost_before_354_leaves_nothing(doorstep: Doorstep) -> None:
    """A peer that goes while the door prepares for its mail leaves no staging blob."""
    for _ in range(20):
        peer = await doorstep.peer()
        await doorstep.to_data(peer)
        peer.writer.write(b".\r\n")
        await peer.reply()
        inbox = await doorstep.inbox()
        lines = f"MAIL FROM:<{ADDRESS}>\r\nRCPT TO:<{inbox}>\r\nDATA\r\n".encode()
        peer.writer.write(lines)
        peer.writer.transport.abort()
    await ended(doorstep)
    assert (await doorstep.kept())[1] == 0


async def ended(doorstep: Doorstep) -> None:
    """Wait until no dialogue is open."""
    while doorstep.door._open:
        await asyncio.sleep(0.001)


def broken(*_: object, **__: object) -> Any:
    """What a library does when it breaks."""
    raise RuntimeError("maya@home.example")


def refused(*_: object, **__: object) -> Any:
    """What our own formats do when something does not fit."""
    raise Refused("stale")


def unopened(*_: object, **__: object) -> Any:
    """What a failing primitive does."""
    raise NotOpened


CRYPTO = [
    (BlobSealer, "update"),
    (BlobSealer, "finish"),
    (BlobSealer, "record"),
    (BlobSealer, "__init__"),
    (addressed, "open_day_key"),
    (mail_sink, "choose_reading_key"),
    (addressed, "parse_statement"),
    (core_policy, "parse_policy"),
    (mail_sink, "sign_content"),
    (mail_sink, "seal_envelope"),
    (mail_sink, "content_id"),
    (mail_sink, "fingerprint"),
    (sealing.locks, "seal_reader_lock"),
    (sealing.locks, "seal_keeper_lock"),
    (sealing.stream, "seal_stream"),
    (stream, "AESGCM"),
    (SignKey, "sign"),
    (addressed.SealKey, "from_bytes"),
    (Pepper, "address_tag"),
]


@pytest.mark.parametrize("failure", [broken, refused, unopened])
@pytest.mark.parametrize(("owner", "name"), CRYPTO, ids=lambda part: getattr(part, "__name__", part))
async def test_any_trouble_with_keys_is_temporary_and_keeps_nothing(
    doorstep: Doorstep,
    monkeypatch: pytest.MonkeyPatch,
    owner: Any,
    name: str,
    failure: Callable[..., Any],
) -> None:
    """Each call that has to do with keys fails in turn: 451, no envelope, no blob, nothing of it in the
    log, and the next mail is taken."""
    assert hasattr(owner, name)
    with monkeypatch.context() as patched:
        patched.setattr(owner, name, failure)
        assert (await doorstep.deliver()).startswith("451 4.3.0")
        await ended(doorstep)
    assert await doorstep.kept() == (0, 0)
    assert "maya" not in doorstep.log.getvalue()
    assert (await doorstep.deliver()).startswith("250")


async def test_a_keeper_that_is_away_is_a_451(doorstep: Doorstep) -> None:
    """Without a day key nothing is sealed and nothing is kept."""
    doorstep.house.keeper.away = True
    assert (await doorstep.deliver()).startswith("451")
    assert await doorstep.kept() == (0, 0)


async def test_a_random_source_that_fails_is_a_451(
    doorstep: Doorstep, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is sealed with bytes that did not come."""
    for drawing in (doorstep.flow, doorstep.sinks):
        with monkeypatch.context() as patched:
            patched.setattr(drawing, "random", broken)
            assert (await doorstep.deliver()).startswith("451")
            await ended(doorstep)
    assert await doorstep.kept() == (0, 0)


@pytest.mark.parametrize(
    "head",
    [
        b"From: <otto@home.example>\r\n",
        b"From: <maya@home.example>, <otto@home.example>\r\n",
        b"From: <maya@home.example>\r\nFrom: <maya@home.example>\r\n",
        b"Subject: none\r\n",
        b"From: <maya@home.example>\r\nAuto-Submitted: auto-replied\r\n",
        b"From: <maya@home.example>\r\nno colon\r\n",
        HEAD + b"Received: from a.example\r\n" * 51,
    ],
)
async def test_what_no_confirmed_address_wrote_is_refused(doorstep: Doorstep, head: bytes) -> None:
    """A permanent refusal, and nothing kept."""
    said = await doorstep.deliver(head + b"\r\nHello.\r\n")
    assert said.startswith("55")
    assert await doorstep.kept() == (0, 0)


@pytest.mark.parametrize(
    "field",
    [
        b"Sender: <hr@northwind.example>",
        b"Reply-To: hr@mail.northwind.example",
        b"Resent-From: <hr@NORTHWIND.example>",
        b"DKIM-Signature: v=1; a=rsa-sha256; d=northwind.example; s=k; b=AAAA",
        b"DKIM-Signature: v=1; a=rsa-sha256;\r\n\td=Mail.Northwind.example ; s=k; b=AAAA",
        b"Received: from gw.northwind.example ([192.0.2.7]) by mx.home.example with ESMTPS; Mon",
        b"Received: from laptop (unknown [192.0.2.7])\r\n\tby smtp.northwind.example. with ESMTPS; Mon",
        b"ARC-Seal: i=1; a=rsa-sha256; d=northwind.example; s=k; cv=none; b=AAAA",
        b"Sender: <hr@operator-refused.example>",
    ],
)
async def test_mail_that_an_employers_servers_saw_is_refused(doorstep: Doorstep, field: bytes) -> None:
    """The domains of policy and operator are refused in every field that says who wrote or carried it; Cc
    and To may name them."""
    assert (await doorstep.deliver(HEAD + field + b"\r\n\r\nHello.\r\n")).startswith("550 5.7.1")
    assert await doorstep.kept() == (0, 0)
    copied = HEAD + b"Cc: <hr@northwind.example>\r\nTo: hr@northwind.example\r\n\r\nHello.\r\n"
    assert (await doorstep.deliver(copied)).startswith("250")


async def test_an_employer_is_refused_in_the_envelope_and_greeting(doorstep: Doorstep) -> None:
    """The reverse path decides at RCPT, the greeting, which becomes our own trace, before DATA."""
    assert (await doorstep.deliver(reverse_path="hr@northwind.example")).startswith("550 5.7.1")
    assert (await doorstep.deliver(greeting="MX1.Northwind.Example.")).startswith("550 5.7.1")
    assert await doorstep.kept() == (0, 0)


async def test_a_policy_that_changes_during_data_is_a_451(doorstep: Doorstep) -> None:
    """A mail that was begun under the agreement before is not bounced: it comes again under the new one."""
    peer = await doorstep.peer()
    await doorstep.to_data(peer)
    await new_policy(doorstep.house)
    assert (await peer.say(stuffed(MAIL) + b".\r\n")).startswith("451")
    peer.writer.close()
    assert await doorstep.kept() == (0, 0)
    assert (await doorstep.deliver()).startswith("250")


async def new_policy(house: House) -> Policy:
    """Both sign a second policy."""
    work = house.work
    policy = replace(work.policy, number=2, previous_hash=work.policy.hash, hold_days=91)
    core = ActCore(
        ActKind.POLICY, work.engagement_id, policy.hash, 2, work.first_core.hash, house.now,
        subject=policy.hash,
    )  # fmt: skip
    act = sign_act(core, work.client.identity, sign_act(core, work.coach.identity))
    await house.flows.agreements.act(
        work.coach.account_id, work.engagement_id, act.encode(), policy.encode(), house.now
    )
    return policy


async def test_an_inbox_that_the_door_has_filled_is_full(doorstep: Doorstep) -> None:
    """The mails themselves count, not only their envelopes: whoever knows the two addresses cannot fill the
    relay's disk; the owner's removal makes room."""
    mail = HEAD + b"\r\n" + b"x" * 78 + b"\r\n"
    mail += (b"y" * 998 + b"\r\n") * 400
    replies = [await doorstep.deliver(mail + b"%d\r\n" % number) for number in range(6)]
    assert replies[0].startswith("250")
    assert replies[-1].startswith("452 4.2.2")
    taken = sum(reply.startswith("250") for reply in replies)
    assert await doorstep.kept() == (taken, taken)
    house = doorstep.house
    ids = [parse_envelope(raw).header.envelope_id for raw in await doorstep.rows()]
    await house.flows.expire.own_copies(
        house.client.account_id, house.work.mailbox(Role.CLIENT), ids, house.now
    )
    assert (await doorstep.deliver(mail + b"again\r\n")).startswith("250")


async def test_an_inbox_takes_so_many_mails_an_hour(doorstep: Doorstep) -> None:
    """Whoever knows the two addresses can write them by the thousand: past the bound a mail is to come later,
    and an hour on it is taken."""
    most = doorstep.house.settings.door_mails_per_hour
    replies = [await doorstep.deliver(MAIL + b"%d\r\n" % number) for number in range(most + 1)]
    assert [reply[:3] for reply in replies] == ["250"] * most + ["451"]
    assert replies[-1].startswith("451 4.7.0")
    assert await doorstep.kept() == (most, most)
    doorstep.house.now += 3600
    assert (await doorstep.deliver()).startswith("250")


async def test_a_closed_engagement_takes_no_mail(doorstep: Doorstep) -> None:
    """From the end of the work on the inbox refuses."""
    doorstep.house.now = doorstep.house.work.policy.work_ends_at
    assert (await doorstep.deliver()).startswith("550")
    doorstep.house.now -= DAY_SECONDS
