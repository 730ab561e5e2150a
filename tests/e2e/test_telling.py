"""Being told by mail, from end to end: a real relay program, the SDK, a smarthost behind STARTTLS, bounces
over SMTP, and kills between what is due and what was sent.
"""

from __future__ import annotations

import asyncio
import re
import signal
import smtplib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from client_sdk import errors
from relay.flow.telling import CLAIM_SECONDS
from tests.e2e.house import House, open_house
from tests.notify.smarthost import Smarthost, Taken, open_smarthost
from tests.service.programs import DAY_SECONDS, eventually
from tests.unit.core.test_bounces import report

ADDRESS = "maya-canary@home.example"
PHRASE = "blue heron on the lake"


@dataclass
class Story:
    """A coach and a client, their relay, the smarthost of its mail, and how far its clock has gone."""

    house: House
    smarthost: Smarthost
    seconds_gone: int = 0

    async def set_up(self) -> None:
        """Maya is told by mail, at any hour."""
        waiting = await self.house.maya.set_notice(ADDRESS, phrase=PHRASE, quiet=(0, 0))
        assert waiting.state == "waiting"
        code = re.search(r"\b\d{8}\b", self.smarthost.taken.pop().text)
        assert code is not None
        assert (await self.house.maya.confirm_notice(code[0])).state == "confirmed"

    async def becomes(self, count: int) -> list[Taken]:
        """Wait for that many mails at the smarthost; no more have come."""
        await asyncio.to_thread(eventually, lambda: len(self.smarthost.taken) >= count)
        await asyncio.to_thread(eventually, lambda: self.row()[1:] == (0, 0))
        assert len(self.smarthost.taken) == count
        return self.smarthost.taken

    def pass_seconds(self, seconds: int) -> None:
        """The relay's clock moves."""
        self.seconds_gone += seconds
        self.house.relay.move_clock(self.seconds_gone)

    def row(self) -> tuple[str, int, int]:
        """What the database has of the channel: its state, what is pending, when it is due."""
        ((state, pending, due_at),) = self.house.stored.rows(
            "SELECT state, pending, due_at FROM notice_channels"
        )
        return (str(state), int(pending), int(due_at))

    async def bounce(self, to: str, mail: bytes) -> None:
        """A provider's report, by SMTP, without a sender."""
        await asyncio.to_thread(self._bounce, to, mail)

    def _bounce(self, to: str, mail: bytes) -> None:
        matched = re.search(r"smtp=(\S+):(\d+)", self.house.relay.ready)
        assert matched is not None
        with smtplib.SMTP(matched[1], int(matched[2]), local_hostname="mx.home.example", timeout=30) as peer:
            peer.sendmail("", [to], mail)


@pytest.fixture
async def story(tmp_path: Path, database: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Story]:
    """Two days of work and one of hold, with Maya told by mail."""
    async with open_smarthost(tmp_path) as host:
        monkeypatch.setenv("SSL_CERT_FILE", str(host.authority))
        way = f'[mail]\nout = "smarthost"\nhost = "localhost"\nport = {host.port}\n'
        async with open_house(tmp_path / "relay", mail=way, database=database) as house:
            found = Story(house, host)
            await found.set_up()
            yield found


async def test_a_notice_and_its_bounce(story: Story) -> None:
    """A message, one notice of nothing but the phrase, a report that it failed, and its owner sees that."""
    house, smarthost = story.house, story.smarthost
    await house.to_maya.send(subject="canary subject", text="canary text")
    assert story.row()[1] == 1
    assert smarthost.taken == []
    story.pass_seconds(1201)
    (notice,) = await story.becomes(1)
    assert (notice.recipient, notice.tls) == (ADDRESS, True)
    assert PHRASE in notice.text
    for secret in (b"canary subject", b"canary text", b"Anna", b"Maya", b"http", b"www"):
        assert secret not in notice.raw.replace(ADDRESS.encode(), b"")
    await story.bounce(notice.reverse_path, report(b"delayed"))
    assert (await house.maya.notice()).state == "confirmed"
    await story.bounce(notice.reverse_path, report())
    assert (await house.maya.notice()).state == "broken"
    await house.to_maya.send(subject="more", text="more")
    assert story.row()[1:] == (0, 0)
    with pytest.raises(errors.Misused):
        await house.maya.test_notice()
    smarthost.taken.clear()
    await story.set_up()
    assert (await house.maya.test_notice()).state == "confirmed"
    for raw in house.stored.raw():
        assert ADDRESS.encode() not in raw
        assert PHRASE.encode() not in raw
    assert "canary" not in house.relay.log()
    await house.maya.stop_notices()
    assert (await house.maya.notice()).state == "none"


async def test_reading_drops_a_notice(story: Story) -> None:
    """Shown to a person, and nothing goes; what comes after that is told."""
    await story.house.to_maya.send(subject="one", text="one")
    assert [one.subject async for one in story.house.to_anna.messages()] == ["one"]
    assert story.row()[1:] == (0, 0)
    await story.house.to_maya.send(subject="two", text="two")
    story.pass_seconds(1201)
    await story.becomes(1)


async def test_a_kill_before_it_is_due_loses_nothing(story: Story) -> None:
    """What is pending is on disk with the message itself."""
    await story.house.to_maya.send(subject="one", text="one")
    story.house.relay.end(signal.SIGKILL)
    story.pass_seconds(1201)
    story.house.relay.start()
    await story.becomes(1)


async def test_a_kill_at_the_handover_repeats_that_one_alone(story: Story) -> None:
    """The smarthost has taken it and the relay dies before it hears so: that notice comes twice, no more."""
    smarthost, relay = story.smarthost, story.house.relay
    await story.house.to_maya.send(subject="one", text="one")
    killed = asyncio.Event()

    async def end() -> None:
        await asyncio.to_thread(relay.end, signal.SIGKILL)
        killed.set()

    async def kill() -> None:
        if not killed.is_set():
            await asyncio.shield(asyncio.ensure_future(end()))  # its connection ends with the relay

    smarthost.before_answer = kill
    story.pass_seconds(1201)
    await asyncio.wait_for(killed.wait(), 60)
    story.pass_seconds(CLAIM_SECONDS + 1)  # until then it is the killed one's to send
    await asyncio.to_thread(relay.start)
    first, second = await story.becomes(2)
    assert first.text == second.text


async def test_a_smarthost_that_refuses_for_now_is_asked_again(story: Story) -> None:
    """The notice waits, across a restart too, and goes when it is taken."""
    story.smarthost.to_mail = "451 4.3.0 Later"
    await story.house.to_maya.send(subject="one", text="one")
    due_at = story.row()[2]
    story.pass_seconds(1201)
    await asyncio.to_thread(eventually, lambda: story.row()[2] > due_at)
    await asyncio.to_thread(story.house.relay.stop)
    story.smarthost.to_mail = ""
    await asyncio.to_thread(story.house.relay.start)
    assert story.smarthost.taken == []
    story.pass_seconds(120)
    await story.becomes(1)


async def test_a_dead_address_is_seen_at_the_handover(story: Story) -> None:
    """Refused for good at RCPT: broken, and nothing is tried again."""
    story.smarthost.to_recipient[ADDRESS] = "550 5.1.1 No such user"
    await story.house.to_maya.send(subject="one", text="one")
    story.pass_seconds(1201)
    await asyncio.to_thread(eventually, lambda: story.row() == ("broken", 0, 0))
    assert (await story.house.maya.notice()).state == "broken"


async def test_a_warning_before_something_unread_goes(story: Story) -> None:
    """On the last day but one, at the hour that was chosen, where arrivals themselves are not told."""
    await story.house.maya.set_notice(when="never", hour=23)
    sent = await story.house.to_maya.send(subject="one", text="one")
    assert story.row()[1] == 0
    two_days_before = int(sent.kept_until.timestamp()) - 2 * DAY_SECONDS + 60
    story.pass_seconds(two_days_before - story.house.relay.now())
    await asyncio.to_thread(eventually, lambda: story.row()[1] == 8)
    story.pass_seconds(story.row()[2] - story.house.relay.now())
    (warning,) = await story.becomes(1)
    assert "deleted in a day or two" in warning.text
