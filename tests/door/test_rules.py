"""Mail that a provider's rule brings, over a real socket and a real DNS: the challenge's way there and back,
who may bring mail from then on, how it is graded, and what is never taken."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from keys.content import parse_door_facts
from keys.names import Role
from relay.core.addresses import parse_address
from relay.core.errors import Malformed
from relay.core.model import DAY_SECONDS, Rule
from relay.core.rules import Bearer, Claim
from relay.core.sender_checks import Grade
from relay.flow.sender_proof import SenderChecks
from relay.flow.visit import Arrival
from relay.notify.letter import compose
from relay.smtp_door.resolver import DnsResolver
from relay.store.memory import MemoryStore
from relay.store.sqlite import SqliteStore
from tests.door.name_server import serving
from tests.door.signing import Signer
from tests.door.test_full_path import ADDRESS, MAIL, Doorstep, standing
from tests.door.test_proven_senders import together
from tests.door.zone import FAILS, Zone
from tests.flow.cast import MAIL_DOMAIN

PROVIDER = Signer("post.example")
OTHER = Signer("other.example")
SHOP = Signer("shop.example")
NOTICE = f"notice@{MAIL_DOMAIN}"
SRS = "SRS0=hJ3k=7Q=shop.example=news@post.example"
SHOP_MAIL = b"From: Shop <news@shop.example>\r\nTo: maya@home.example\r\nSubject: Offer\r\n\r\nHello.\r\n"
HERE, ELSEWHERE = "127.0.0.1", "127.0.0.2"

SPF = {"post.example": {"TXT": ["v=spf1 ip4:127.0.0.1 -all"]}}
OTHER_SPF = {"other.example": {"TXT": ["v=spf1 ip4:127.0.0.2 -all"]}}
HELO = {"out.post.example": {"TXT": ["v=spf1 ip4:127.0.0.1 -all"]}}
KEYS = {**PROVIDER.zone(), **OTHER.zone(), **SHOP.zone()}
ALL = [SPF, OTHER_SPF, HELO, KEYS]


@dataclass
class Ruled:
    """A doorstep whose client has a rule for their confirmed address."""

    step: Doorstep
    rule: Rule

    @property
    def to(self) -> str:
        """The rule's inbound address."""
        return f"{self.rule.address}@{MAIL_DOMAIN}"

    async def state(self) -> str:
        """Of the rule as it stands."""
        found = await self.step.store.rule_by_address(self.rule.address, now=self.step.house.now)
        return found.state if found else "gone"

    async def bring(self, mail: bytes = SHOP_MAIL, *, path: str = SRS, **options: str) -> str:
        """A mail as the provider brings it."""
        return await self.step.deliver(mail, reverse_path=path, to=self.to, **options)

    async def challenge(self) -> bytes:
        """A challenge as it leaves the relay."""
        house = self.step.house
        owner = house.client.account_id
        await house.flows.rules.challenge(owner, self.rule.rule_id, ADDRESS, house.now)
        recipient, subject, text = house.mail.sent[-1]
        assert recipient == ADDRESS
        return compose(NOTICE, recipient, subject, text, house.now).as_bytes()

    async def activate(self, **options: str) -> None:
        """Challenge, there and back."""
        assert (await self.bring(await self.challenge(), **options)).startswith("250")
        assert await self.state() == "active"

    async def grades(self) -> list[int]:
        """Of all mails that were taken."""
        opened = [self.step.open(raw) for raw in await self.step.rows()]
        return [parse_door_facts(content.fixed).grade for content in opened]


@asynccontextmanager
async def ruled(*zones: Mapping[str, Any], checks: SenderChecks | None = None) -> AsyncIterator[Ruled]:
    """A waiting rule, with these zones."""
    made = checks or SenderChecks(Zone(together([dict(zone) for zone in zones or ALL])), 10)
    async with standing(MemoryStore(), made) as step:
        yield Ruled(step, await waiting(step))


async def waiting(step: Doorstep) -> Rule:
    """A rule for the client's confirmed address."""
    house = step.house
    (sender,) = await house.flows.senders.all_of(house.client.account_id, house.now)
    box = house.work.mailbox(Role.CLIENT)
    return await house.flows.rules.add(house.client.account_id, box, sender.sender_id, house.now)


async def test_the_whole_way_with_a_real_name_server(tmp_path: Path) -> None:
    """Set up, tested, in use, on a file and over a DNS server: by hand beside it nothing changes."""
    store = await SqliteStore.open(tmp_path / "db")
    zones = together([dict(zone) for zone in ALL])
    quoted = {name: {"TXT": [f'"{text}"' for text in kinds["TXT"]]} for name, kinds in zones.items()}
    async with (
        serving(quoted) as (_, at),
        standing(store, SenderChecks(DnsResolver([at]), 10)) as step,
    ):
        mine = Ruled(step, await waiting(step))
        assert (await mine.bring()).startswith("550 5.7.1 ")
        await mine.activate()
        assert await step.rows() == []
        assert (await mine.bring(SHOP.sign(SHOP_MAIL))).startswith("250")
        assert (await mine.bring()).startswith("250")
        assert await mine.grades() == [5, 4]
        assert (await step.deliver(MAIL)).startswith("550 5.7.26")
        assert (await step.deliver(SHOP_MAIL)).startswith("550 5.7.1 ")
        content = step.open((await step.rows())[0])
        assert await step.mail_of(content) == SHOP.sign(SHOP_MAIL)
        assert content.shown["checks"] == (
            "dkim=pass header.d=shop.example header.s=k1; spf=pass smtp.mailfrom=post.example; "
            "dmarc=pass header.from=shop.example; arc=none"
        )
        assert "shop.example" not in step.log.getvalue()
    await store.close()


async def test_a_challenge_must_be_the_very_one() -> None:
    """Another token, another author, no line at all, one for another rule, an expired one: still waiting."""
    async with ruled() as mine:
        sent = await mine.challenge()
        token = sent.split(b"quietbox-rule ")[1][:32]
        wrong = b"B" * 32
        cases = [
            sent.replace(token, wrong),
            sent.replace(token, token[:-1]),
            sent.replace(token, token + b"A"),
            sent.replace(token, token.lower()),
            sent.replace(NOTICE.encode(), b"maya@home.example"),
            sent.replace(NOTICE.encode(), b"notice@in.harrow.example.other.example"),
            sent.replace(b"From: ", b"From: x@y.example\r\nFrom: "),
            sent.replace(b"quietbox-rule", b"quietbox-role"),
        ]
        for mail in cases:
            assert (await mine.bring(mail)).startswith("55"), mail
            assert await mine.state() == "waiting"
        other = Ruled(mine.step, await waiting(mine.step))
        assert (await other.bring(sent)).startswith("550 5.7.1 ")
        newer = await mine.challenge()
        assert (await mine.bring(sent)).startswith("550 5.7.1 ")
        mine.step.house.now += 3600
        assert (await mine.bring(newer)).startswith("550 5.7.1 ")
        assert await mine.state() == await other.state() == "waiting"
        assert await mine.step.refused() == []
        assert await mine.step.kept() == (0, 0)


OURS_SPF = {MAIL_DOMAIN: {"TXT": ["v=spf1 ip4:127.0.0.1 -all"]}}


async def test_we_are_nobodys_provider() -> None:
    """Where the forwarder is our smarthost, a challenge with our path would make whoever sends by that
    smarthost a bearer: it counts for nothing, alone; beside another it adds nothing."""
    async with ruled(OURS_SPF, *ALL) as mine:
        sent = await mine.challenge()
        assert (await mine.bring(sent, path=NOTICE)).startswith("550 5.7.1 ")
        assert await mine.state() == "waiting"
        assert await mine.step.refused() == [("", "rule-bearer")]
        assert (await mine.bring(sent, greeting=MAIL_DOMAIN)).startswith("250")
        assert await mine.state() == "active"
        assert (await mine.bring(path=f"x@{MAIL_DOMAIN}")).startswith("550 5.7.1 ")
        assert (await mine.bring(greeting=MAIL_DOMAIN)).startswith("250")


@pytest.mark.parametrize("before", [b"", b"Forwarded for you:\r\n\r\n"])
async def test_a_challenge_that_was_encoded_anew_is_known(before: bytes) -> None:
    """A forwarder may send the body as base64, in a part of its own; another token is none there, either."""
    async with ruled() as mine:
        head, _, body = (await mine.challenge()).partition(b"\r\n\r\n")
        for text in (body.replace(b"quietbox-rule ", b"quietbox-rule AAAA"), body):
            encoded = base64.encodebytes(before + text).replace(b"\n", b"\r\n")
            mail = (
                head
                + b"\r\n\r\n--part\r\nContent-Transfer-Encoding: base64\r\n\r\n"
                + encoded
                + b"--part--\r\n"
            )
            assert (await mine.bring(mail)).startswith("250" if text is body else "55")
        assert await mine.state() == "active"


async def test_a_token_counts_from_the_notice_address_alone() -> None:
    """Also where whoever reads the mails says otherwise: the deciding side looks at the author itself."""
    async with ruled() as mine:
        token = (await mine.challenge()).split(b"quietbox-rule ")[1][:32].decode()
        arrival = Arrival(HERE, "x", False, parse_address(SRS.encode()), parse_address(mine.to.encode()))
        claim = Claim((Bearer("path", "post.example"),), unsure=False, proven=True, token=token)
        visit = await mine.step.flow.open(arrival)
        assert await visit.by_rule(parse_address(b"maya@home.example"), claim) is Grade.FIRST_OF_RULE
        assert await mine.state() == "waiting"
        with pytest.raises(Malformed):
            await visit.author(parse_address(b"maya@home.example"))
        assert await visit.by_rule(parse_address(NOTICE.encode()), claim) is None
        assert await mine.state() == "active"
        by_hand = await mine.step.flow.open(
            replace(arrival, recipient=parse_address((await mine.step.inbox()).encode()))
        )
        with pytest.raises(Malformed):
            await by_hand.by_rule(None, claim)


async def test_a_challenge_that_comes_twice_is_answered_alike() -> None:
    """A lost 250 makes no second round; who brings it again does not become one who may bring mail."""
    async with ruled() as mine:
        sent = await mine.challenge()
        assert (await mine.bring(sent)).startswith("250")
        again = await mine.bring(sent, path="x@other.example", source=ELSEWHERE)
        assert again.startswith("250")
        assert (await mine.bring(path="x@other.example", source=ELSEWHERE)).startswith("550 5.7.1 Only")


async def test_a_provider_may_change_what_it_forwards_with_but_not_the_line() -> None:
    """Trace fields, an ARC set, a footer and MIME parts around it are a provider's business."""
    for change in (
        lambda sent: b"Received: from in.harrow.example by mx.post.example; Thu\r\n" + sent,
        lambda sent: PROVIDER.seal(sent, 1, "none"),
        lambda sent: b"X-Forwarded-For: maya@home.example k3v9@in.harrow.example\r\n" + sent,
        lambda sent: (
            sent.replace(b"\r\n\r\n", b"\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\n", 1)
            + b"\r\n--x--\r\n"
        ),
        lambda sent: sent + b"-- \r\nForwarded by your provider\r\n",
    ):
        async with ruled() as mine:
            assert (await mine.bring(change(await mine.challenge()))).startswith("250")
            assert await mine.state() == "active"


async def test_a_challenge_that_nobody_recognisable_brings_is_not_enough() -> None:
    """No SPF, no ARC: refused. Trouble of the DNS: it is to come again."""
    async with ruled({"x.example": {}}) as mine:
        sent = await mine.challenge()
        assert (await mine.bring(sent)).startswith("550 5.7.1 Only the provider")
        assert await mine.state() == "waiting"
        assert await mine.step.refused() == [("", "rule-bearer")]  # its owner waits for it
        odd = sent.replace(b"quietbox-rule ", b"quietbox-rule A")
        other = sent.replace(sent.split(b"quietbox-rule ")[1][:32], b"B" * 32)
        for mail in (odd, other):
            assert (await mine.bring(mail)).startswith("55")
        assert len(await mine.step.notices()) == 1
    async with ruled({"post.example": {"TXT": FAILS}}) as mine:
        assert (await mine.bring(await mine.challenge())).startswith("451 4.4.3")
        assert await mine.state() == "waiting"


@pytest.mark.parametrize(
    ("what", "options", "mail", "answer"),
    [
        ("the provider's reverse path", {}, SHOP_MAIL, "250"),
        ("from another of its machines, by its name", {"path": "x@shop.example"}, SHOP_MAIL, "250"),
        (
            "another's reverse path and name, sealed by it",
            {"path": "x@shop.example", "greeting": "x.example", "source": ELSEWHERE},
            PROVIDER.seal(SHOP_MAIL, 1, "none"),
            "250",
        ),
        ("another host in its name", {"source": ELSEWHERE}, SHOP_MAIL, "550 5.7.1 Only"),
        (
            "another provider, proven",
            {"path": "x@other.example", "greeting": "x.example", "source": ELSEWHERE},
            SHOP_MAIL,
            "550 5.7.1 Only",
        ),
        (
            "another provider, sealed by itself",
            {"path": "x@other.example", "greeting": "x.example", "source": ELSEWHERE},
            OTHER.seal(SHOP_MAIL, 1, "none"),
            "550 5.7.1 Only",
        ),
        (
            "a broken seal of the provider",
            {"path": "x@shop.example", "greeting": "x.example", "source": ELSEWHERE},
            PROVIDER.seal(SHOP_MAIL, 1, "none").replace(b"Hello", b"Hullo"),
            "550 5.7.1 Only",
        ),
        (
            "the author alone, whoever that is",
            {"path": "x@shop.example", "greeting": "x.example", "source": ELSEWHERE},
            SHOP.sign(SHOP_MAIL),
            "550 5.7.1 Only",
        ),
        (
            "its owner by hand",
            {"path": ADDRESS, "greeting": "x.example", "source": ELSEWHERE},
            MAIL,
            "550 5.7.1 Only",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
async def test_who_may_bring_mail(what: str, options: dict[str, str], mail: bytes, answer: str) -> None:
    """After a challenge that came with reverse path, name and seal of one provider."""
    async with ruled() as mine:
        sent = PROVIDER.seal(await mine.challenge(), 1, "none")
        assert (await mine.bring(sent, greeting="out.post.example")).startswith("250")
        said = await mine.bring(mail, **({"greeting": "out.post.example"} | options))
        assert said.startswith(answer)
        assert len(await mine.step.rows()) == (answer == "250")


@pytest.mark.parametrize(
    "greeting", ["[127.0.0.1]", "x", "a..b.example", "x\\.example", "out.post.example.", "*", "a" * 255]
)
async def test_what_a_peer_greets_with_is_a_name_or_nothing(greeting: str) -> None:
    """A literal, a single label, something odd: no reason to fail, and nobody's proof."""
    async with ruled() as mine:
        assert (await mine.bring(await mine.challenge(), greeting=greeting)).startswith("250")
        said = await mine.bring(path="x@shop.example", greeting=greeting)
        assert said.startswith("250" if greeting == "out.post.example." else "550 5.7.1 Only")


async def test_a_failed_chain_is_nobodys_proof() -> None:
    """Neither for a challenge, nor, where a challenge came with one beside a good reverse path, for whoever
    brings another: a bearer without a name would be everybody.
    """
    async with ruled() as mine:
        sent = PROVIDER.seal(await mine.challenge(), 1, "none").replace(b"Subject: ", b"Subject: Fwd: ")
        odd = {"path": "x@shop.example", "greeting": "x.example", "source": ELSEWHERE}
        assert (await mine.bring(sent, **odd)).startswith("550 5.7.1 Only")
        assert await mine.state() == "waiting"
        assert (await mine.bring(sent, greeting="x.example")).startswith("250")
        assert await mine.state() == "active"
        for signer in (PROVIDER, OTHER):
            spoilt = signer.seal(SHOP_MAIL, 1, "none").replace(b"Hello", b"Hullo")
            assert (await mine.bring(spoilt, **odd)).startswith("550 5.7.1 Only")
        assert (await mine.bring(SHOP_MAIL, greeting="x.example")).startswith("250")


async def test_a_name_server_that_fails_is_never_a_pass() -> None:
    """Nor a refusal: the mail is to come again, unless something else shows who brought it."""
    async with ruled() as mine:
        await mine.activate(greeting="out.post.example")
        zone = mine.step.sinks.checks._resolver  # type: ignore[union-attr]
        zone.records["post.example"] = {"TXT": FAILS}
        assert (await mine.bring(greeting="x.example")).startswith("451 4.4.3")
        assert (await mine.bring(greeting="out.post.example")).startswith("250")
        zone.records[SHOP.name] = {"TXT": FAILS}
        assert (await mine.bring(SHOP.sign(SHOP_MAIL), greeting="out.post.example")).startswith("451 4.4.3")


async def test_a_providers_confirmation_reaches_its_owner_and_goes_within_the_hour() -> None:
    """Three signed mails while it waits, made by machines as they are; not a fourth, none that is not
    signed, and nothing that says how sure its author is."""
    code = b"From: Post <no-reply@post.example>\r\nAuto-Submitted: auto-generated\r\nSubject: "
    async with ruled() as mine:
        step = mine.step
        assert (await mine.bring(code + b"x\r\n\r\n123 456\r\n")).startswith("550 5.7.1 ")
        for number in range(3):
            mail = PROVIDER.sign(code + b"code %d\r\n\r\n123 456\r\n" % number)
            assert (await mine.bring(mail, path="no-reply@post.example")).startswith("250")
        late = PROVIDER.sign(code + b"late\r\n\r\n123 456\r\n")
        assert (await mine.bring(late)).startswith("550 5.7.1 ")
        assert await mine.grades() == [6, 6, 6]
        content = step.open((await step.rows())[0])
        assert content.expires_at == step.house.now + 3600
        assert b"123 456" in await step.mail_of(content)
        await mine.activate()
        assert (await mine.bring()).startswith("250")
        step.house.now += 3600
        assert await mine.grades() == [4]
        assert [one for one in await step.refused() if one[1] != "rule-waiting"] == []


async def test_a_rule_that_has_ended_takes_nothing() -> None:
    """Ended by its owner, with its address, or after a day without a challenge: no such inbox."""
    async with ruled() as mine:
        await mine.activate()
        house = mine.step.house
        await house.flows.rules.remove(house.client.account_id, mine.rule.rule_id, house.now)
        assert (await mine.bring()).startswith("550 5.1.1")
        second = Ruled(mine.step, await waiting(mine.step))
        await second.activate()
        await house.flows.senders.remove(house.client.account_id, second.rule.sender_id, house.now)
        assert (await second.bring()).startswith("550 5.1.1")
    async with ruled() as mine:
        mine.step.house.now += DAY_SECONDS
        assert (await mine.bring()).startswith("550 5.1.1")


@pytest.mark.parametrize(
    "field",
    [
        b"From: HR <hr@northwind.example>\r\n",
        b"From: x (hr@northwind.example) <news@shop.example>\r\n",
        b"From: a@shop.example, hr@northwind.example\r\n",
        b"Sender: hr@mail.northwind.example\r\n",
        b"Reply-To: hr@NORTHWIND.example\r\n",
        b"Return-Path: <hr@northwind.example>\r\n",
        b"Resent-From: hr@northwind.example\r\n",
        b"DKIM-Signature: v=1; d=northwind.example; s=x; b=x\r\n",
        b"ARC-Seal: i=1; d=northwind.example; b=x\r\n",
        b"Received: from mail.northwind.example (x [192.0.2.1]) by mx.post.example; Thu\r\n",
        b"Received: from x (out.northwind.example [192.0.2.1]) by mx.post.example; Thu\r\n",
        b"Received: from x by mx.northwind.example with ESMTP; Thu\r\n",
        b"Sender: hr@operator-refused.example\r\n",
    ],
)
async def test_an_employer_is_refused_wherever_it_shows(field: bytes) -> None:
    """As in all mail; a rule changes nothing of that."""
    async with ruled() as mine:
        await mine.activate()
        mail = field + (SHOP_MAIL if not field.startswith(b"From") else SHOP_MAIL.partition(b"\r\n")[2])
        assert (await mine.bring(mail)).startswith("550 5.7.1 Mail from a work address")
        assert await mine.step.kept() == (0, 0)
        assert [reason for _, reason in await mine.step.refused()] == ["work-address-refused"]


async def test_an_employer_in_the_reverse_path_or_its_forwarded_form() -> None:
    """What a forwarder wrote into the local part names whom it came from."""
    async with ruled() as mine:
        await mine.activate()
        for path in ("hr@northwind.example", "SRS0=ab=7Q=northwind.example=hr@post.example"):
            assert (await mine.bring(path=path)).startswith("550 5.7.1 Mail from a work address")


async def test_what_a_private_provider_mentions_does_not_refuse_but_is_told() -> None:
    """To, Cc and `for` may name the employer: it is taken, and marked as copied to work."""
    async with ruled() as mine:
        await mine.activate()
        for field in (
            b"Cc: hr@northwind.example\r\n",
            b"Received: from a.example by mx.post.example for <maya@northwind.example>; Thu\r\n",
            b"Received: from a.example by mx.post.example (for northwind.example) with ESMTP; Thu\r\n",
        ):
            assert (await mine.bring(field + SHOP_MAIL)).startswith("250")
        shown = [mine.step.open(raw).shown["copied_to_work"] for raw in await mine.step.rows()]
        assert shown == [True, True, False]


@pytest.mark.parametrize(
    ("field", "answer"),
    [
        (b"Auto-Submitted: auto-replied\r\n", "550 5.7.1 Automatic"),
        (b"Auto-Submitted: auto-generated\r\n", "550 5.7.1 Automatic"),
        (b"Precedence: auto_reply\r\n", "550 5.7.1 Automatic"),
        (b"Received: from a.example by in.harrow.example; Thu\r\n", "554 5.4.6 That mail has come"),
        (b"Received: from mx.harrow.example by mx.post.example; Thu\r\n", "554 5.4.6 That mail has come"),
        (b"X-Loop: x@in.harrow.example\r\n", "554 5.4.6 That mail has come"),
        (b"Received: from a.example by b.example; Thu\r\n" * 51, "554 5.4.6 That mail has passed"),
        (b"Received: from a.example by b.example; Thu\r\n" * 50, "250"),
        (b"Auto-Submitted: no\r\nPrecedence: bulk\r\nList-Id: <x.shop.example>\r\n", "250"),
        (b"From: x@shop.example\r\n", "550 5.6.0"),
    ],
    ids=lambda value: value[:40] if isinstance(value, bytes) else None,
)
async def test_machines_and_loops(field: bytes, answer: str) -> None:
    """A machine's answer, and what goes in a circle, is refused; a newsletter is what rules are for."""
    async with ruled() as mine:
        await mine.activate()
        assert (await mine.bring(field + SHOP_MAIL)).startswith(answer)


async def test_our_own_notices_do_not_come_back_and_are_not_told() -> None:
    """A rule that forwards everything brings our own notice too: refused, and telling of it would make the
    next one."""
    async with ruled() as mine:
        await mine.activate()
        notice = compose(NOTICE, ADDRESS, "Something", "Something is waiting.\n", 0).as_bytes()
        assert (await mine.bring(notice)).startswith("554 5.4.6")
        bare = b"From: " + NOTICE.encode() + b"\r\nAuto-Submitted: auto-generated\r\n\r\nx\r\n"
        assert (await mine.bring(bare)).startswith("550 5.7.1 Automatic")
        assert await mine.step.refused() == []


async def test_an_author_that_nobody_can_read_is_not_proven() -> None:
    """A group or a second address in From is taken as it is, at the lowest grade."""
    async with ruled() as mine:
        await mine.activate()
        odd = SHOP_MAIL.replace(b"Shop <news@shop.example>", b"Shop (news) <news@shop.example>")
        assert (await mine.bring(SHOP.sign(odd))).startswith("250")
        assert await mine.grades() == [4]


async def test_without_checks_the_peers_own_address_counts() -> None:
    """For a door on this machine alone."""
    async with standing(MemoryStore()) as step:
        mine = Ruled(step, await waiting(step))
        await mine.activate()
        assert (await mine.bring()).startswith("250")
        assert (await mine.bring(source=ELSEWHERE)).startswith("550 5.7.1 Only")
        assert await mine.grades() == [4]


async def test_a_rule_and_the_inbox_have_each_their_own_limit() -> None:
    """A flood through one of them stops neither the other nor by hand."""
    async with ruled() as mine:
        await mine.activate()
        said = [await mine.bring(SHOP_MAIL + b"%d\r\n" % number) for number in range(12)]
        assert [one[:3] for one in said] == ["250"] * 11 + ["451"]
        assert (await mine.step.deliver(MAIL)).startswith("550 5.7.26")


async def test_a_rule_that_ends_while_its_mail_comes_takes_nothing() -> None:
    """The end of the rule between DATA and its last byte is the end of the mail."""
    async with ruled() as mine:
        await mine.activate()
        peer = await mine.step.peer()
        assert (await mine.step.to_data(peer, reverse_path=SRS, to=mine.to)).startswith("354")
        house = mine.step.house
        await house.flows.rules.remove(house.client.account_id, mine.rule.rule_id, house.now)
        assert (await peer.say(SHOP_MAIL + b".\r\n")).startswith("550 5.1.1")
        peer.writer.close()
        await asyncio.sleep(0)
        assert await mine.step.kept() == (0, 0)
