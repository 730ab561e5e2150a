"""What one person's program says of its own copies, and what the other one makes of it: over a real relay."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest_asyncio

from client_sdk import own_copies
from client_sdk.receipts import check_file
from keys.copies_gone import CopiesGone, Moment, sign_copies_gone
from keys.encoding import from_base64url, to_base64url
from keys.suite import SignKey
from tests.sdk.house import House, opened_house

DAY = 86_400


@pytest_asyncio.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A relay, a coach and a client."""
    async with opened_house(tmp_path) as opened:
        yield opened


async def test_the_other_hears_when_a_computer_has_let_go(house: House) -> None:
    """Nothing is said before it is gone; at the coach's next opening it is, by itself, and stands at the
    client's receipt; a file carries it, where a changed word is refused; what goes later is one moment more.
    """
    await house.to_maya.send(subject="short", keep=timedelta(minutes=5))
    await house.to_maya.send(subject="later", keep=timedelta(days=2))
    assert [one async for one in house.to_maya.messages()]  # taken in: from now on this computer remembers it
    house.relay.move_clock(600)
    house.relay.command("expire", "run")
    before = [one for one in await house.maya.receipts() if one.kind == "deletion"]
    assert [one.their_copies_gone for one in before] == [None]
    async with await house.reopen("anna") as anna:
        identity = anna._core.vault.identity.public
        assert await own_copies.tell(anna._core) == 0  # said at the opening already
    (receipt,) = await house.maya.receipts()
    assert receipt.their_copies_gone is not None
    assert receipt.promised is not None
    assert receipt.promised <= receipt.their_copies_gone
    raw = await house.maya.receipt_file()
    assert check_file(raw).sound
    (said,) = check_file(raw).own_copies
    assert said.identity_public == identity
    fields = json.loads(raw)
    statement = bytearray(from_base64url(fields["own_copies"][0]["statement"]))
    statement[30] ^= 1
    fields["own_copies"][0]["statement"] = to_base64url(bytes(statement))
    changed = check_file(json.dumps(fields).encode())
    assert not changed.sound
    assert changed.own_copies[0].gone is None
    house.relay.move_clock(2 * DAY)
    house.relay.command("expire", "run")
    async with await house.reopen("anna") as again:
        moments = own_copies.said(again._core, again._core.vault.engagements[0]).moments
    assert len(moments) == 2
    assert moments[0].gone_at == int(receipt.their_copies_gone.timestamp())


async def test_nobody_else_can_say_it(house: House) -> None:
    """The relay refuses a word under another key, of another engagement, or that is none; and what it made up
    itself is not believed.
    """
    item = house.maya._core.vault.engagements[0]
    now = house.relay.now()
    said = CopiesGone(item.engagement_id, 1, (Moment(now, now),))
    mallory = SignKey.from_seed(bytes(32))
    words = {item.engagement_id: [(sign_copies_gone(said, mallory), said)]}
    assert own_copies.gone_at(words[item.engagement_id], now) == now  # what an unchecked word would come to
    call = own_copies.records.say_own_copies
    for engagement_id, statement in (
        (item.engagement_id, sign_copies_gone(said, mallory)),
        (bytes(16), sign_copies_gone(said, house.anna._core.vault.identity)),
        (item.engagement_id, b"noise"),
        (item.engagement_id, b"\1" * 5_000),
    ):
        refused = False
        try:
            await house.anna._core.session.call(call(engagement_id, statement))
        except own_copies.RelayError:
            refused = True
        assert refused
    assert await own_copies.heard(house.maya._core) == {}
