"""Notes, calls, receipts and heads of the log: over a real relay, and over one that lies."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import zipfile
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from client_sdk import AsyncAccount, protocol
from client_sdk.errors import Conflict, Misused, NotFound, Refused, WrongPassword
from client_sdk.receipts import check_file
from client_sdk.wire import Response
from keys.names import ZERO_HASH
from tests.sdk.house import MAYAS, House, opened_house

DAY = 86_400
CHECKER = Path(__file__).parents[1] / "receipts" / "independent.py"


@pytest_asyncio.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A relay, a coach and a client."""
    async with opened_house(tmp_path) as opened:
        yield opened


@pytest_asyncio.fixture
async def lied_to(tmp_path: Path) -> AsyncIterator[House]:
    """The same behind somebody who may answer in the relay's place."""
    async with opened_house(tmp_path, lying=True) as opened:
        yield opened


def checked(path: Path) -> subprocess.CompletedProcess[str]:
    """Run the program that imports nothing of ours."""
    return subprocess.run(
        [sys.executable, str(CHECKER), str(path)], capture_output=True, text=True, check=False, timeout=60
    )


async def logged(house: House) -> bool:
    """Whether the log holds a receipt of each kind."""
    kinds = {one.kind for one in await house.maya.receipts() if one.logged}
    return kinds == {"acceptance", "deletion"}


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    """Ask again until something holds that the relay does in its own time; at most a minute."""
    async with asyncio.timeout(60):
        while not await true():
            await asyncio.sleep(0.2)  # the relay tells nobody when a batch is logged


async def test_notes_are_the_coachs_alone(house: House) -> None:
    """A note comes back to its writer, newest first; the client can neither write nor read them."""
    first = await house.to_maya.notes.add("Ask about Berlin.")
    await house.to_maya.notes.add("She wants to lead.")
    assert [one.text for one in await house.to_maya.notes.all()] == [
        "She wants to lead.",
        "Ask about Berlin.",
    ]
    with pytest.raises(Refused):
        await house.to_anna.notes.add("mine")
    with pytest.raises(Refused):
        await house.to_anna.notes.all()
    assert [one async for one in house.to_anna.messages()] == []
    await house.to_maya.notes.expire(first.id)
    assert [one.text for one in await house.to_maya.notes.all()] == ["She wants to lead."]
    with pytest.raises(NotFound):
        await house.to_maya.notes.expire(first.id)
    for wrong in ("", "   "):
        with pytest.raises(Misused):
            await house.to_maya.notes.add(wrong)


async def test_a_call_is_noted_for_both(house: House) -> None:
    """Either notes a call; both see it once, apart from messages, with minutes, time and word."""
    held_at = datetime.fromtimestamp(house.relay.now(), UTC) - timedelta(hours=2)
    await house.to_anna.calls.add(held_at, 40, note="by phone")
    for side, mine in ((house.to_anna, True), (house.to_maya, False)):
        (call,) = await side.calls.all()
        assert (call.minutes, call.mine, call.note) == (40, mine, "by phone")
        assert int(call.held_at.timestamp()) == int(held_at.timestamp())
        assert [one async for one in side.messages()] == []
    for when, minutes in ((held_at, 0), (held_at, 1_441), (held_at + timedelta(days=1), 5)):
        with pytest.raises(Misused):
            await house.to_anna.calls.add(when, minutes)
    with pytest.raises(Misused):
        await house.to_anna.calls.add(held_at.replace(tzinfo=None), 5)


async def test_a_note_about_a_call_is_its_writers_alone(house: House) -> None:
    """Either notes something about a call that the other never sees; a later one takes its place and an empty
    one takes it away; the coach's is one of the notes. It goes with the call at the latest.
    """
    held_at = datetime.fromtimestamp(house.relay.now(), UTC) - timedelta(hours=2)
    sent = await house.to_anna.calls.add(held_at, 40)
    for side, words in ((house.to_anna, "She sounded tired."), (house.to_maya, "He was late.")):
        (call,) = await side.calls.all()
        assert call.private_note == ""
        await side.calls.note_privately(call.id, "first")
        await side.calls.note_privately(call.id[:8], words)
    for side, words in ((house.to_anna, "She sounded tired."), (house.to_maya, "He was late.")):
        (call,) = await side.calls.all()
        assert (call.id, call.private_note, call.note) == (sent.id, words, "")
        assert [one async for one in side.messages()] == []
    (kept,) = await house.to_maya.notes.all()
    assert (kept.text, kept.kept_until) == ("He was late.", call.kept_until)
    assert (await house.to_anna.summary()).here == 0
    await house.to_maya.calls.note_privately(sent.id, "")
    assert [one.private_note for one in await house.to_maya.calls.all()] == [""]
    assert await house.to_maya.notes.all() == []
    for number, text, error in ((sent.id, " ", Misused), ("0" * 8, "x", NotFound), ("12", "x", Misused)):
        with pytest.raises(error):
            await house.to_maya.calls.note_privately(number, text)


async def test_a_copy_is_noted_for_its_owner_alone(house: House, tmp_path: Path) -> None:
    """Whoever takes a copy finds that written down, with what was noted about calls in the copy; the other
    person finds nothing of it.
    """
    held_at = datetime.fromtimestamp(house.relay.now(), UTC) - timedelta(hours=2)
    sent = await house.to_anna.calls.add(held_at, 40)
    await house.to_anna.calls.note_privately(sent.id, "Ask again in June.")
    assert await house.to_anna.copies() == []
    await house.to_anna.export(tmp_path / "copy.zip")
    (copy,) = await house.to_anna.copies()
    assert (int(copy.at.timestamp()), copy.chosen) == (house.relay.now(), False)
    assert await house.to_maya.copies() == []
    with zipfile.ZipFile(tmp_path / "copy.zip") as archive:
        assert json.loads(archive.read("data.json"))["calls"][0]["private_note"] == "Ask again in June."
        assert b"Ask again in June." in archive.read("notes/notes.txt")


async def test_receipts_say_what_went_and_an_independent_program_agrees(house: House, tmp_path: Path) -> None:
    """After things have gone both hold receipts that verify, here and by a program that imports nothing of
    ours; after the day they are in the log; a changed file is refused by both.
    """
    await house.to_maya.send(subject="short", keep=timedelta(minutes=5))
    await house.to_maya.send(subject="long")
    house.relay.move_clock(600)
    house.relay.command("expire", "run")
    (receipt,) = await house.maya.receipts()
    assert (receipt.kind, receipt.removed, receipt.left, receipt.sound) == ("deletion", 1, 0, True)
    for _ in range(2):
        house.relay.move_clock(DAY)
        house.relay.command("expire", "run")
    await until(lambda: logged(house))
    found = await house.maya.receipts("Anna")
    assert {one.kind for one in found} == {"acceptance", "deletion"}
    assert all(one.sound for one in found)
    path = tmp_path / "receipts.json"
    path.write_bytes(await house.maya.receipt_file())
    assert house.maya.check_receipts(path.read_bytes()).sound
    said = checked(path)
    assert said.returncode == 0, said.stdout + said.stderr
    assert said.stdout.count("good") == len(found)
    fields = json.loads(path.read_bytes())
    fields["receipts"][0]["receipt"] = (
        fields["receipts"][0]["receipt"].replace("left: 0", "left: 1").replace("count: 1", "count: 2")
    )
    path.write_text(json.dumps(fields))
    assert not check_file(path.read_bytes()).sound
    assert checked(path).returncode == 1
    with pytest.raises(Misused):
        check_file(b"{}")


async def test_my_head_goes_into_what_i_send(house: House) -> None:
    """A message names the newest checkpoint that its sender has verified, and its reader can join it."""
    await house.to_maya.send(subject="one")
    assert house.anna._core.head.hash != ZERO_HASH
    assert [one.subject async for one in house.to_anna.messages()] == ["one"]
    assert not house.maya.log_forked
    assert house.maya._core.head._known()


@pytest.mark.parametrize(("status", "code"), [(404, "not-found"), (500, "internal")])
async def test_a_relay_that_shows_two_logs_is_found_out(lied_to: House, status: int, code: str) -> None:
    """Where the relay cannot produce the head that a message names, or always has a reason not to, messages
    go on being shown; after a day the person is told, and after an explanation no longer.
    """
    house = lied_to
    assert house.liar is not None
    await house.to_maya.send(subject="one")

    def denied(method: str, path: str, honest: Response) -> Response:
        if path.startswith("/v1/log/checkpoints/"):
            problem = f'{{"code": "{code}"}}'.encode()
            return Response(status, {"content-type": "application/problem+json"}, problem)
        return honest

    house.liar.lie = denied
    assert [one.subject async for one in house.to_anna.messages()] == ["one"]
    assert not house.maya.log_forked
    house.relay.move_clock(DAY + 60)
    await house.to_maya.send(subject="two")
    assert "two" in [one.subject async for one in house.to_anna.messages()]
    assert house.maya.log_forked
    house.liar.lie = None
    await house.to_maya.send(subject="three")
    assert "three" in [one.subject async for one in house.to_anna.messages()]
    assert not house.maya.log_forked


async def test_a_writer_who_names_no_head_any_more(lied_to: House) -> None:
    """Zeros mean that no head was seen yet: after one was named they are a fault, and marked."""
    house = lied_to
    assert house.liar is not None
    await house.to_maya.send(subject="one")
    house.anna._core.state.note("log-head", b"")

    def denied(method: str, path: str, honest: Response) -> Response:
        if path == "/v1/log/checkpoint":
            return Response(404, {"content-type": "application/problem+json"}, b'{"code": "not-found"}')
        return honest

    house.liar.lie = denied
    await house.to_maya.send(subject="two")
    house.liar.lie = None
    marks = {one.subject: one.marks async for one in house.to_anna.messages()}
    assert marks == {"one": (), "two": ("no-log-head",)}


async def test_a_way_in_that_was_removed_is_made_anew_by_the_password(house: House) -> None:
    """Where the relay does not know this computer any more, the right password opens the inbox and makes it
    known again; a wrong one does not.
    """
    method_id = house.maya._core.state.fact("method-id")
    await house.maya._core.session.call(protocol.people.remove_method(method_id))
    await house.maya.close()
    with pytest.raises(WrongPassword):
        await AsyncAccount.open(home=house.home("maya"), password="not the password at all")
    async with await house.reopen("maya") as again:
        anew = again._core.state.fact("method-id")
        assert anew != method_id
    async with await house.reopen("maya") as later:
        assert later._core.state.fact("method-id") == anew


async def test_only_what_was_read_is_signed(house: House) -> None:
    """Who gives what they looked at signs that invitation and no other; the link stays good for it."""
    offered = await house.anna.invite("Tom Field")
    seen = await AsyncAccount.look(offered.link)
    more: dict[str, Any] = {"name": "Tom Field", "home": house.home("tom"), "password": MAYAS}
    with pytest.raises(Conflict):
        await AsyncAccount.accept(offered.link, seen=replace(seen, box_hash=bytes(32)), **more)
    async with await AsyncAccount.accept(offered.link, seen=seen, **more) as tom:
        assert tom.my_name == "Tom Field"
