"""How long the door waits for one who is slow: in a command, in a mail, in a last word that is not read."""

from __future__ import annotations

import asyncio

import pytest

from relay.smtp_door.limits import Limits
from tests.door.conftest import Opener
from tests.smtp.talk import EHLO, FROM

NEVER = 3600.0


@pytest.mark.parametrize("begun", [b"N", EHLO + FROM[:-1], b"x" * 1500])
async def test_a_command_that_drips(open_door: Opener, begun: bytes) -> None:
    """A command that was begun must end in its seconds, though the peer is never silent for long."""
    house = await open_door(Limits(idle_seconds=NEVER, line_seconds=0.05))
    peer = await house.connect()
    assert (await peer.reply()).startswith("220")
    peer.writer.write(begun)
    said = await peer.reply()
    while said.startswith("250"):
        said = await peer.reply()
    assert said.startswith("421 4.4.2")
    assert await peer.reader.read() == b""


async def test_a_mail_that_drips(open_door: Opener) -> None:
    """A mail that comes too slowly is given up with a word, and nothing of it stays."""
    house = await open_door(Limits(idle_seconds=NEVER, drip_seconds=0.05, drip_bytes_per_second=1e6))
    peer = await house.connect()
    await peer.reply()
    await peer.to_data()
    assert (await peer.say(b"From: maya@home.example\r\n")).startswith("421 4.4.2")
    assert await peer.reader.read() == b""
    assert [sink.ended for sink in house.porter.sinks] == ["aborted"]


async def test_a_mail_of_good_pace_is_not_counted_by_its_first_span(open_door: Opener) -> None:
    """Each span counts anew: one who sends enough in each has all the time that a connection has."""
    limits = Limits(idle_seconds=NEVER, drip_seconds=0.02, drip_bytes_per_second=1)
    house = await open_door(limits)
    peer = await house.connect()
    await peer.reply()
    await peer.to_data()
    ends_at = asyncio.get_running_loop().time() + 5 * limits.drip_seconds
    raw = b"From: maya@home.example\r\n"
    peer.writer.write(raw)
    while asyncio.get_running_loop().time() < ends_at:
        peer.writer.write(b"X: 1\r\n")
        raw += b"X: 1\r\n"
        await peer.writer.drain()
        await asyncio.sleep(0)
    assert (await peer.say(b".\r\n")).startswith("250")
    assert bytes(house.porter.sinks[0].mail) == raw


async def test_a_last_word_arrives_though_more_was_sent(open_door: Opener) -> None:
    """One who goes on sending after the door has closed its direction still reads why."""
    house = await open_door(Limits(max_junk_commands=1))
    peer = await house.connect()
    await peer.reply()
    peer.writer.write(b"WHAT\r\n" * 50_000)
    assert (await peer.reply()).startswith("500")
    assert (await peer.reply()).startswith("421 4.7.0")
    peer.writer.close()
