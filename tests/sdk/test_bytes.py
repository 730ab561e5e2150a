"""What an opening weighs: the bytes of a coach of eight, as they leave the relay, before gzip."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from client_sdk.wire import VAULT_BYTES, Request, Response
from tests.sdk.house import House, opened_house

OPENING_BYTES = 32_000
MORE_BYTES = 1_300
"""Of each further client."""
LISTED_BYTES = 250


@pytest_asyncio.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """A coach and her first client, and somebody who hears what is said."""
    async with opened_house(tmp_path_factory.mktemp("bytes"), lying=True) as opened:
        yield opened


async def weight(house: House, path: str) -> int:
    """The bytes of an answer to the coach."""
    session = house.anna._core.session
    asked = session._signed(Request("GET", path, most_bytes=VAULT_BYTES))
    answer = await session._transport.exchange(asked)
    assert answer.status == 200
    return len(answer.body)


async def test_a_coach_of_eight(house: House) -> None:
    """An opening and the list of clients hold little of each client; and who has read a vault once is sent
    its first part alone when nothing has changed.
    """
    heard: list[tuple[str, int]] = []

    def hear(method: str, path: str, honest: Response) -> Response:
        heard.append((path, len(honest.body)))
        return honest

    assert house.liar is not None
    await house.anna.invite("Client 2")
    of_two = await weight(house, "/v1/opening")
    for number in range(3, 9):
        await house.anna.invite(f"Client {number}")
    of_eight = await weight(house, "/v1/opening")
    assert of_eight < OPENING_BYTES
    assert of_eight - of_two < 6 * MORE_BYTES
    assert await weight(house, "/v1/engagements") < 8 * LISTED_BYTES
    house.liar.lie = hear
    await house.anna.refresh()
    ((path, size),) = heard
    assert path == "/v1/vault/items"
    assert size < OPENING_BYTES
