"""Coach and client over a real relay: sending, reading, taking back, watching, other computers, waiting
messages.

Longer than other modules: the tests share two houses, each of which takes seconds to stand.
"""

from __future__ import annotations

import asyncio
import logging
import re
import smtplib
from collections.abc import AsyncIterator
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest
import pytest_asyncio

from client_sdk import AsyncAccount, Attachment, Event, Home, Progress, errors
from client_sdk.catalogue import catalogue
from client_sdk.vault import Change
from client_sdk.vault_items import ReadItem
from client_sdk.wire import Response
from tests.sdk.house import ANNAS, CHEAP, MAYAS, House, opened_house, subjects
from tests.service.programs import DAY_SECONDS

KEEP = timedelta(days=3)


@pytest_asyncio.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """One house for all that leaves it usable."""
    async with opened_house(tmp_path_factory.mktemp("together")) as house:
        yield house


# --- sending and reading ------------------------------------------------------------------------------------


async def test_a_message_with_files(house: House, tmp_path: Path) -> None:
    """Text and files arrive as they were; dates are the same for both; progress counts up; nothing is
    overwritten.
    """
    content = bytes(range(256)) * 40_000
    source = tmp_path / "goals.pdf"
    source.write_bytes(content)
    told: list[Progress] = []
    sent = await house.to_maya.send(
        subject="Before Thursday",
        text="Three questions\nto sit with",
        attach=[Attachment.from_path(source), Attachment.from_bytes(b"", "empty.txt")],
        keep=KEEP,
        on_progress=told.append,
    )
    assert not sent.waiting
    assert [one.done for one in told] == sorted(one.done for one in told)
    assert told[-1].done == told[-1].total > len(content)
    got = await house.to_anna.message(sent.id[:8])
    assert (got.subject, got.text, got.sender.name) == (
        "Before Thursday",
        "Three questions\nto sit with",
        "Anna Harrow",
    )
    assert got.kept_until == sent.kept_until
    assert (got.mine, got.unread, got.marks) == (False, True, ())
    large, empty = got.attachments
    assert (large.name, large.media_type, large.size_bytes) == ("goals.pdf", "application/pdf", len(content))
    down: list[Progress] = []
    first = await large.save_to(tmp_path / "in", on_progress=down.append)
    assert first.read_bytes() == content
    assert down[-1].done == down[-1].total
    assert (await large.save_to(tmp_path / "in")).name == "goals (2).pdf"
    assert await empty.read() == b""
    own = await house.to_maya.message(sent.id)
    assert (own.text, own.mine, own.unread) == (got.text, True, False)


async def test_an_answer(house: House) -> None:
    """The client answers; unread ones come once, newest first, and are read then."""
    for number in (1, 2):
        await house.to_anna.send(subject=f"answer {number}", text="x", keep=KEEP)
    looked = [message.subject async for message in house.to_maya.messages(unread=True, mark=False)]
    fresh = [message.subject async for message in house.to_maya.messages(unread=True)]
    assert looked == fresh
    assert fresh[:2] == ["answer 2", "answer 1"]
    assert [message async for message in house.to_maya.messages(unread=True)] == []
    assert (await house.to_maya.summary()).unread == 0


async def test_unread_again(house: House) -> None:
    """What a browser marked unread is unread here too, below all that was read, and is read with the rest."""
    for number in (1, 2):
        await house.to_anna.send(subject=f"again {number}", text="x", keep=KEEP)
    first = [one async for one in house.to_maya.messages(unread=True)][1]
    records, name = house.to_maya._core.records, f"read/{house.to_maya.id}"
    item = ReadItem(first.order, (), (first.order,)).encode()
    until = int(first.kept_until.timestamp())
    await records.change(lambda _: {name: Change(item, until)})
    assert (await house.to_maya.summary()).unread == 1
    assert [one.subject async for one in house.to_maya.messages(unread=True)] == ["again 1"]
    assert [one async for one in house.to_maya.messages(unread=True)] == []
    assert records.vault.read_orders(bytes.fromhex(house.to_maya.id)).again == ()


async def test_the_agreement_is_kept(house: House) -> None:
    """Both can read what they signed, in the same words."""
    assert house.to_maya.agreement.text == house.to_anna.agreement.text
    assert "northwind.example" in house.to_anna.agreement.text
    assert house.to_anna.agreement.facts.refused_domains == ("northwind.example",)


async def test_no_later_than_agreed(house: House) -> None:
    """A date past the hold is refused with the latest one, before anything is sealed or used up."""
    before = house.anna._core.state.writers.writer_heads(bytes.fromhex(house.to_maya.id))
    with pytest.raises(errors.RetentionExceeded) as caught:
        await house.to_maya.send(text="x", keep=timedelta(days=900))
    assert caught.value.latest == (await house.to_maya.summary()).hold_ends_at
    assert house.anna._core.state.writers.writer_heads(bytes.fromhex(house.to_maya.id)) == before


# --- leaving ------------------------------------------------------------------------------------------------


async def test_gone_at_its_second(tmp_path: Path) -> None:
    """A message of a minute is read, then gone at its second; who did not read it is told that something
    went.
    """
    async with opened_house(tmp_path) as house:
        sent = await house.to_maya.send(subject="short", text="x", keep=timedelta(seconds=60))
        assert await subjects(house.to_anna) == ["short"]
        unread = await house.to_maya.send(subject="unread", text="x", keep=timedelta(seconds=60))
        stays = await house.to_maya.send(subject="stays", text="x")
        house.relay.move_clock(61)
        assert await subjects(house.to_anna) == ["stays"]
        for gone in (sent, unread):
            with pytest.raises(errors.NotFound):
                await house.to_anna.message(gone.id)
        await asyncio.to_thread(house.relay.command, "expire", "run")
        got = await house.to_anna.message(stays.id)
        assert got.marks == ("gone-before",)
        summary = await house.to_anna.summary()
        assert (summary.here, summary.next_deletion_at) == (1, stays.kept_until)


async def test_recall(house: House) -> None:
    """What its author takes back is gone for both; somebody else's cannot be; a second time says that it
    is gone.
    """
    sent = await house.to_maya.send(subject="taken back", text="x", keep=KEEP)
    assert "taken back" in await subjects(house.to_anna)
    with pytest.raises(errors.Refused, match="not-mine"):
        await house.to_anna.recall(sent.id)
    await house.to_maya.recall(sent.id)
    for side in (house.to_anna, house.to_maya):
        assert "taken back" not in await subjects(side)
        with pytest.raises(errors.Deleted):
            await side.message(sent.id)
    assert house.anna._core.state.outgoing.sent_locks(bytes.fromhex(sent.id)) == []
    with pytest.raises(errors.Deleted):
        await house.to_maya.recall(sent.id)


async def test_shorten(house: House) -> None:
    """Either brings the date forward for both, and neither pushes it back."""
    sent = await house.to_maya.send(subject="shorter", text="x", keep=KEEP)
    await house.to_anna.shorten(sent.id, timedelta(days=1))
    for side in (house.to_anna, house.to_maya):
        got = await side.message(sent.id)
        assert timedelta(hours=23) < sent.kept_until - got.kept_until < timedelta(hours=49)
    for wrong in (timedelta(days=4), timedelta(seconds=-5), None):
        with pytest.raises(errors.Misused):
            await house.to_maya.shorten(sent.id, wrong)


async def test_my_own_copy(house: House) -> None:
    """Deleting my own copy leaves the other person's until its date."""
    sent = await house.to_maya.send(subject="own copy", text="x", keep=KEEP)
    await house.to_anna.message(sent.id)
    await house.to_anna.expire(sent.id)
    assert "own copy" not in await subjects(house.to_anna)
    assert (await house.to_maya.message(sent.id)).subject == "own copy"


async def test_wrong_numbers(house: House) -> None:
    """A number that is none, too short or unknown is refused, and a shared beginning is not guessed from."""
    for wrong in ("", "12345", "xyzxyz", "0" * 33):
        with pytest.raises(errors.Misused):
            await house.to_anna.message(wrong)
    with pytest.raises(errors.NotFound):
        await house.to_anna.message("0" * 32)


# --- watching -----------------------------------------------------------------------------------------------


async def next_event(
    events: AsyncIterator[Event[object, object]], kind: str = "message"
) -> Event[object, object]:
    """The next event of a kind."""
    async with asyncio.timeout(60):
        async for event in events:
            if event.kind == kind:
                return event
    raise AssertionError("the watch ended")


async def test_watch(house: House) -> None:
    """New messages come as they are sent, each once; a cursor goes on where it was."""
    events = house.maya.watch(since=house.maya.cursor)
    first = asyncio.create_task(next_event(events))
    await house.to_maya.send(subject="watched 1", text="x", keep=KEEP)
    event = await first
    assert event.message is not None
    assert event.message.subject == "watched 1"
    await house.to_maya.send(subject="watched 2", text="x", keep=KEEP)
    assert (await next_event(events)).message.subject == "watched 2"  # type: ignore[union-attr]
    await events.aclose()  # type: ignore[attr-defined]
    again = house.maya.watch(since=event.cursor)
    assert (await next_event(again)).message.subject == "watched 2"  # type: ignore[union-attr]
    await again.aclose()  # type: ignore[attr-defined]
    with pytest.raises(errors.Misused):
        await anext(house.maya.watch(since="nonsense"))


async def test_watch_over_a_restart(tmp_path: Path) -> None:
    """When the relay goes and comes again, the watch goes on with what came meanwhile, and doubles
    nothing.
    """
    async with opened_house(tmp_path) as house:
        events = house.maya.watch()
        first = asyncio.create_task(next_event(events))
        await house.to_maya.send(subject="before", text="x")
        assert (await first).message.subject == "before"  # type: ignore[union-attr]
        second = asyncio.create_task(next_event(events))
        await asyncio.to_thread(house.relay.stop)
        await asyncio.to_thread(house.relay.start)
        await house.to_maya.send(subject="after", text="x")
        assert (await second).message.subject == "after"  # type: ignore[union-attr]
        await events.aclose()  # type: ignore[attr-defined]


async def test_watch_sees_who_joins(house: House, tmp_path: Path) -> None:
    """A coach who watches is told when an invitation is accepted, and then of that person's messages."""
    offered = await house.anna.invite("Lea Brandt")
    events = house.anna.watch(since=house.anna.cursor)
    joined = asyncio.create_task(next_event(events, "joined"))
    home = Home(tmp_path / "lea", file_cost=CHEAP)
    async with await AsyncAccount.accept(
        offered.link, name="Lea B.", home=home, password=MAYAS, login="lea-brandt"
    ) as lea:
        event = await joined
        assert event.engagement_id == offered.engagement_id
        assert house.anna.engagement("lea").name == "Lea B."
        await lea.engagement().send(subject="here I am", text="x")
        assert (await next_event(events)).message.subject == "here I am"  # type: ignore[union-attr]
        assert lea.login.startswith("lea-brandt@")
    await events.aclose()  # type: ignore[attr-defined]
    with pytest.raises(errors.InvitationClosed) as caught:
        await AsyncAccount.look(offered.link)
    assert caught.value.reason == "used"


async def test_an_invitation_is_replaced(house: House) -> None:
    """Inviting the same person again before they accept makes the old link useless and the new one good."""
    first = await house.anna.invite("Tom Field")
    second = await house.anna.invite("Tom Field")
    assert first.engagement_id == second.engagement_id
    with pytest.raises(errors.InvitationClosed):
        await AsyncAccount.look(first.link)
    proposal = await AsyncAccount.look(second.link)
    assert (proposal.coach_name, proposal.client_name) == ("Anna Harrow", "Tom Field")
    assert "Tom Field" in proposal.agreement
    with pytest.raises(errors.AgreementMissing):
        await house.anna.engagement("tom").send(text="too early")
    assert (await house.anna.engagement("tom").summary()).state == "invited"


# --- other computers ----------------------------------------------------------------------------------------


async def test_another_computer(house: House) -> None:
    """The password opens the account elsewhere; nothing is missing there, and what was read is read."""
    await house.to_maya.send(subject="for both computers", text="x", keep=KEEP)
    for message in [message async for message in house.to_anna.messages(unread=True)]:
        assert message.marks in ((), ("gone-before",))
    second = await house.reopen("maya")
    await second.close()  # leaves its marks in the vault
    fresh = await house.elsewhere("maya", "maya's phone")
    got = {message.subject: message async for message in fresh.engagement().messages()}
    assert got["for both computers"].unread is False
    assert all("missing-before" not in message.marks for message in got.values())
    sent = await fresh.engagement().send(subject="from the phone", text="x", keep=KEEP)
    assert (await house.to_maya.message(sent.id)).marks == ()
    await fresh.close()
    with pytest.raises(errors.WrongPassword):
        await AsyncAccount.open(house.maya.login, home=house.home("x"), password="not the password at all")


async def test_locked_computers(tmp_path: Path) -> None:
    """A locked computer opens by the password alone; the sheet opens the account anywhere; a mistyped
    group is named.
    """
    async with opened_house(tmp_path) as house:
        sheet = house.maya.recovery_sheet
        assert sheet is not None
        other = await house.reopen("maya")
        await other.lock()
        with pytest.raises(errors.Locked):
            await AsyncAccount.open(home=house.home("maya"))
        with pytest.raises(errors.WrongPassword):
            await AsyncAccount.open(home=house.home("maya"), password="not the password at all")
        await (await house.reopen("maya")).close()
        await (await house.reopen("maya")).close()  # by its own secret again
        fresh = await AsyncAccount.open(
            house.maya.login, home=house.home("new"), sheet=sheet.groups, password=MAYAS
        )
        assert fresh.engagement().name == "Anna Harrow"
        await fresh.close()
        groups = sheet.groups.split()
        groups[2] = groups[2][:4] + str((int(groups[2][4]) + 1) % 10)
        with pytest.raises(errors.Misused, match="Group 3"):
            await AsyncAccount.open(
                house.maya.login, home=house.home("y"), sheet=" ".join(groups), password=MAYAS
            )
        assert sheet.groups not in repr(sheet)


async def test_two_programs_of_one_account(house: House) -> None:
    """Two programs that send at once never use one count twice, and the reader misses nothing."""
    second = await house.reopen("anna")
    engagements = [house.to_maya, second.engagement("Maya Okafor")]
    await asyncio.gather(
        *(engagements[n % 2].send(subject=f"at once {n}", text="x", keep=KEEP) for n in range(12))
    )
    got = [message async for message in house.to_anna.messages() if message.subject.startswith("at once")]
    assert len(got) == 12
    assert all("missing-before" not in message.marks for message in got)
    await second.close()


async def test_renewal(tmp_path: Path) -> None:
    """After a month a coach's next unlock makes new keys; the client follows, old messages still open."""
    async with opened_house(tmp_path) as house:
        await house.to_anna.send(subject="to the old key", text="x")
        house.relay.move_clock(31 * DAY_SECONDS)
        fresh = await house.reopen("anna")
        assert fresh._core.me().statement.card.number == 2
        sent = await house.to_anna.send(subject="to the new key", text="x")
        got = {message.subject: message async for message in fresh.engagement().messages()}
        assert set(got) == {"to the old key", "to the new key"}
        assert got["to the new key"].marks == ()
        back = await fresh.engagement().send(subject="from the new key", text="x")
        assert (await house.to_anna.message(back.id)).subject == "from the new key"
        assert (await house.to_maya.message(sent.id)).subject == "to the new key"  # a program from before
        await fresh.close()


# --- personal addresses and mail ----------------------------------------------------------------------------


async def test_mail_comes_in(house: House) -> None:
    """A mail from a confirmed address arrives sealed, opens as mail, and is marked as not checked."""
    with pytest.raises(errors.WorkAddressRefused):
        await house.maya.add_sender("maya@northwind.example")
    for wrong in ("", "maya", "mäya@home.example"):
        with pytest.raises(errors.Misused):
            await house.maya.add_sender(wrong)
    await house.maya.add_sender("maya@home.example")
    caught = max((house.folder / "relay" / "outbox").glob("*.eml"), key=lambda path: path.stat().st_mtime)
    code = re.search(rb"\b\d{8}\b", caught.read_bytes())
    assert code is not None
    with pytest.raises(errors.NotFound):
        await house.maya.confirm_sender("00000000")
    await house.maya.confirm_sender(f" {code[0].decode()[:4]} {code[0].decode()[4:]}")
    assert [one.state for one in await house.maya.senders()] == ["confirmed"]
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"] = "Maya <maya@home.example>", "x@home.example"
    message["Subject"] = "a thought on the train"
    message.set_content("It came to me.\n")
    message.add_attachment(b"notes", maintype="text", subtype="plain", filename="notes.txt")
    address = await house.to_anna.address()
    await asyncio.to_thread(_deliver, house, address, message.as_bytes())
    got = {one.subject: one async for one in house.to_anna.messages()}["a thought on the train"]
    assert (got.sender.role, got.sender.checked, got.sender.name) == ("mail", False, "maya@home.example")
    assert got.mail is not None
    opened = await got.mail.open()
    assert opened.grade == "sender not checked"
    assert opened.text == "It came to me.\n"
    assert [(one.name, one.content) for one in opened.attachments] == [("notes.txt", b"notes")]
    assert message.as_bytes() in await got.mail.raw.read()
    await house.maya.remove_sender((await house.maya.senders())[0])
    assert await house.maya.senders() == []


def _deliver(house: House, recipient: str, raw: bytes) -> None:
    matched = re.search(r"smtp=(\S+):(\d+)", house.relay.ready)
    assert matched is not None
    with smtplib.SMTP(matched[1], int(matched[2]), local_hostname="home.example", timeout=30) as peer:
        peer.sendmail("maya@home.example", [recipient], raw)


# --- waiting messages ---------------------------------------------------------------------------------------


@pytest_asyncio.fixture(scope="module")
async def lying(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """A house whose relay's answers can be lost on their way."""
    async with opened_house(tmp_path_factory.mktemp("lost"), lying=True) as house:
        yield house


LOST = Response(502, {}, b"")


async def test_a_lost_answer_sends_once(lying: House) -> None:
    """The relay stores a message and its answer is lost: it waits, goes out again as the same bytes,
    arrives once.
    """
    assert lying.liar is not None
    lying.liar.lie = lambda method, path, honest: LOST if path == "/v1/envelopes" else honest
    sent = await lying.to_maya.send(
        subject="lost answer", text="x", attach=[Attachment.from_bytes(b"a", "a")]
    )
    assert (sent.waiting, sent.reason) == (True, "unavailable")
    waiting = lying.anna._outbox.waiting()
    assert [one.content_id[:16].hex() for one in waiting] == [sent.id]
    later = await lying.to_maya.send(subject="later", text="x")
    assert later.waiting  # behind the first: order is kept
    assert (await lying.to_maya.summary()).waiting == 2
    lying.liar.lie = None
    again = await lying.reopen("anna")
    assert [one.refusal for one in again.delivered] == [None, None]
    assert again._outbox.waiting() == []
    await again.close()
    got = [message async for message in lying.to_anna.messages()]
    assert [(message.subject, message.marks) for message in got] == [("later", ()), ("lost answer", ())]
    assert await got[1].attachments[0].read() == b"a"
    assert list((lying.anna._core.folder / "outbox").iterdir()) == []


async def test_an_upload_goes_on_where_it_was(lying: House) -> None:
    """After a break in the middle of a large file, the stored ciphertext goes on from what the relay
    holds.
    """
    assert lying.liar is not None
    content = bytes(range(256)) * 80_000  # 20 MB: three pieces
    pieces = 0

    def lose_after_two(method: str, path: str, honest: Response) -> Response:
        nonlocal pieces
        pieces += method == "PUT"
        return LOST if method == "PUT" and pieces > 2 else honest

    lying.liar.lie = lose_after_two
    sent = await lying.to_maya.send(subject="large", attach=[Attachment.from_bytes(content, "large")])
    assert sent.waiting
    lying.liar.lie, lying.liar.told = None, []
    (delivered,) = await lying.anna.send_waiting()
    assert delivered.refusal is None
    assert not any("offset=0" in path for _, path in lying.liar.told)
    got = await lying.to_anna.message(sent.id)
    assert await got.attachments[0].read() == content


async def test_a_call_that_takes_too_long(lying: House) -> None:
    """A time limit that passes before sealing raises; one that passes later leaves the message waiting,
    once.
    """
    assert lying.liar is not None
    with pytest.raises(errors.ServerUnavailable):
        await lying.to_maya.send(subject="never begun", text="x", timeout=0)
    assert lying.anna._outbox.waiting() == []
    lying.liar.lie = lambda method, path, honest: LOST if path == "/v1/envelopes" else honest
    sent = await lying.to_maya.send(subject="too slow", text="x", timeout=2)
    assert sent.waiting
    lying.liar.lie = None
    await lying.anna.send_waiting()
    assert (await subjects(lying.to_anna)).count("too slow") == 1


async def test_a_full_inbox(lying: House) -> None:
    """When an inbox is full the message waits, says for what, and goes out once there is room."""
    assert lying.liar is not None
    full = Response(507, {"content-type": "application/problem+json"}, b'{"code":"inbox-full"}')
    lying.liar.lie = lambda method, path, honest: full if path == "/v1/envelopes" else honest
    sent = await lying.to_maya.send(subject="no room", text="x")
    assert (sent.waiting, sent.reason) == (True, "inbox-full")
    lying.liar.lie = None
    (delivered,) = await lying.anna.send_waiting()
    assert delivered.refusal is None


async def test_a_recall_waits_for_its_keeper(lying: House) -> None:
    """A recall that the keeper has not confirmed is partly done, and done when it is repeated."""
    assert lying.liar is not None
    sent = await lying.to_maya.send(subject="half gone", text="x")
    assert "half gone" in await subjects(lying.to_anna)
    queued = Response(202, {}, b"")
    lying.liar.lie = lambda method, path, honest: queued if path.endswith("/revoke") else honest
    with pytest.raises(errors.PartialDeletion):
        await lying.to_maya.recall(sent.id)
    assert "half gone" not in await subjects(lying.to_anna)
    forged = Response(200, {}, bytes(64))
    lying.liar.lie = lambda method, path, honest: forged if path.endswith("/revoke") else honest
    with pytest.raises(errors.PartialDeletion):
        await lying.to_maya.recall(sent.id)
    lying.liar.lie = None
    await lying.to_maya.recall(sent.id)


async def test_a_refusal_is_final(lying: House) -> None:
    """What the relay refuses for good raises, leaves nothing waiting, and its count is used by the next
    message.
    """
    assert lying.liar is not None
    refusal = Response(
        403, {"content-type": "application/problem+json"}, b'{"code":"policy-refused","latest":1800000000}'
    )
    lying.liar.lie = lambda method, path, honest: refusal if path == "/v1/blobs" else honest
    with pytest.raises(errors.RetentionExceeded):
        await lying.to_maya.send(subject="refused", attach=[Attachment.from_bytes(b"a", "a")])
    lying.liar.lie = None
    assert lying.anna._outbox.waiting() == []
    sent = await lying.to_maya.send(subject="next", text="x")
    assert (await lying.to_anna.message(sent.id)).marks == ()


async def test_a_crash_leaves_no_strays(lying: House) -> None:
    """A sealed file that no message names goes at the next opening, unless another program is sealing
    just now.
    """
    stray = lying.anna._core.folder / "outbox" / ("0" * 64)
    stray.write_bytes(b"sealed")
    await (await lying.reopen("anna")).close()
    assert stray.exists()  # the other program, which is open, may be at work on it
    lying.anna._outbox.close()
    await (await lying.reopen("anna")).close()
    assert not stray.exists()
    lying.anna._outbox._lock = type(lying.anna._outbox._lock)(lying.anna._core.folder)


# --- what is said in the log --------------------------------------------------------------------------------


async def test_the_log_holds_no_content(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Through every call, nothing of text, names, addresses, links or passwords is logged; ids and sizes
    are.
    """
    caplog.set_level(logging.DEBUG)
    async with opened_house(tmp_path) as house:
        offered = await house.anna.invite(
            "Canary Name", welcome="canary-welcome", agreement=catalogue().template() + "canary-agreement"
        )
        await house.to_maya.send(
            subject="canary-subject",
            text="canary-text",
            attach=[Attachment.from_bytes(b"canary-bytes", "canary-file.txt")],
        )
        got = [message async for message in house.to_anna.messages()]
        await got[0].attachments[0].save_to(tmp_path / "canary-folder")
        await house.maya.add_sender("canary@home.example")
        await house.to_maya.recall(got[0].id)
        with pytest.raises(errors.NotFound):
            house.anna.engagement("canary-nobody")
        with pytest.raises(errors.RelayError) as caught:
            await AsyncAccount.look(offered.link.replace("#1.", "#1.A")[:-1])
        shown = "\n".join([repr(got), repr(offered), repr(house.anna), repr(caught.value)])
    records = [record.getMessage() for record in caplog.records if record.name == "client_sdk"]
    assert records
    secret = offered.link.partition("#1.")[2]
    canaries = ["canary", secret, ANNAS, MAYAS, "Harrow", "Okafor", house.anna.login.partition("@")[0]]
    for canary in canaries:
        assert canary.lower() not in "\n".join(records).lower(), canary
        if canary != "canary":
            assert canary.lower() not in shown.lower(), canary
    assert "canary" not in shown
