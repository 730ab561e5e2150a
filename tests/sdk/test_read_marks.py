"""Read marks over a real relay: where both have signed them, a writer learns what of theirs was read."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from client_sdk.wire import Response
from tests.sdk.house import House, opened_house

KEEP = timedelta(days=3)


@pytest_asyncio.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A coach and a client, and a relay whose answers can be changed."""
    async with opened_house(tmp_path, lying=True) as opened:
        yield opened


async def marks(house: House) -> dict[str, bool | None]:
    """What the coach's list says of each message, by subject."""
    return {one.subject: one.opened async for one in house.to_anna.messages(mark=False)}


async def test_read_marks_need_both_signatures(house: House) -> None:
    """Nobody asks before; then each learns of what they wrote themselves, whatever was read earlier counted
    in, and nothing of the other's; when both take them out of the agreement nobody asks any more.
    """
    liar = house.liar
    assert liar is not None
    early = await house.to_anna.send(subject="early", text="x")
    await house.to_maya.send(subject="hers", text="x")
    await house.to_maya.message(early.id)
    assert await marks(house) == {"early": None, "hers": None}
    assert not [path for _, path in liar.told if path.endswith("/opened")]
    made = await house.to_anna.agreement.propose(read_marks=True)
    assert "Each of you sees whether the other has read a message." in made.sentences
    assert await marks(house) == {"early": None, "hers": None}
    await house.to_maya.agreement.agree(made.id)
    await house.to_anna.send(subject="late", text="x")
    assert await marks(house) == {"early": True, "hers": None, "late": False}
    assert (await house.to_anna.message(early.id)).opened is True
    assert {one.subject: one.opened async for one in house.to_maya.messages()}["hers"] is False
    assert await marks(house) == {"early": True, "hers": None, "late": True}
    ended = await house.to_maya.agreement.propose(read_marks=False)
    await house.to_anna.agreement.agree(ended.id)
    assert await marks(house) == {"early": None, "hers": None, "late": None}


async def test_what_was_sealed_again(house: House) -> None:
    """Of a message that both keep longer nobody says that it was not opened: its first copy may have been."""
    made = await house.to_anna.agreement.propose(read_marks=True)
    await house.to_maya.agreement.agree(made.id)
    sent = [await house.to_anna.send(subject=name, text="x", keep=KEEP) for name in ("kept", "plain")]
    await house.to_maya.message(sent[0].id)
    assert await marks(house) == {"kept": True, "plain": False}
    longer = await house.to_anna.extend([sent[0].id], 10 * KEEP)
    await house.to_maya.agreement.agree(longer.id)
    await house.to_anna.summary()
    assert (await house.to_anna.message(sent[0].id)).kept_until > sent[0].kept_until
    assert await marks(house) == {"kept": None, "plain": False}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"opened": ["AAAAAAAAAAAAAAAAAAAAAA"]}', False),
        (b'{"opened": ["short"]}', None),
        (b'{"opened": "all"}', None),
        (b"{}", None),
        (b"not JSON", None),
    ],
)
async def test_what_a_relay_says_of_marks(lied: House, body: bytes, said: bool | None) -> None:
    """An id that nobody asked for is passed over; what cannot be read leaves the message unmarked."""
    assert lied.liar is not None
    lied.liar.lie = lambda _, path, honest: (
        Response(200, {"content-type": "application/json"}, body) if path.endswith("/opened") else honest
    )
    assert await marks(lied) == {"only": said}


@pytest_asyncio.fixture(scope="module")
async def lied(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """One message under read marks."""
    async with opened_house(tmp_path_factory.mktemp("lied"), lying=True) as opened:
        made = await opened.to_anna.agreement.propose(read_marks=True)
        await opened.to_maya.agreement.agree(made.id)
        await opened.to_anna.send(subject="only", text="x")
        yield opened
