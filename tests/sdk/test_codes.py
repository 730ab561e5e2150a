"""Typed codes over a real relay: an invitation that is read out."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from client_sdk import AsyncAccount, errors
from tests.sdk.house import MAYAS, House, opened_house


@pytest_asyncio.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """A relay, a coach and a client."""
    async with opened_house(tmp_path_factory.mktemp("codes")) as house:
        yield house


async def test_a_code_stands_for_the_link(house: House) -> None:
    """However it is typed it gives the very link, as often as it is asked; new words end the earlier ones;
    with the invitation the code is gone.
    """
    invited = await house.anna.invite("Tom Field")
    first = await house.anna.invitation_code("Tom Field")
    assert first.split()[1].count("-") == 3
    relay = house.anna.origin
    for typed in (first, first.upper().replace("-", " "), f"  {first[:4]},{first[4:]}. "):
        assert await AsyncAccount.link_of(typed, relay) == invited.link
    second = await house.anna.invitation_code("Tom Field")
    assert second[:4] == first[:4]
    with pytest.raises(errors.NotFound):
        await AsyncAccount.link_of(first, relay)
    link = await AsyncAccount.link_of(second, relay)
    tom = await AsyncAccount.accept(link, name="Tom Field", home=house.home("tom"), password=MAYAS)
    await tom.close()
    with pytest.raises(errors.NotFound):
        await AsyncAccount.link_of(second, relay)
    await house.anna.settle()
    with pytest.raises(errors.NotFound):
        await house.anna.invitation_code("Tom Field")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "The code is mistyped."),
        ("4417 abacus abdomen abdominal zzzz", "Word 4 is mistyped."),
        ("4417 abacus abdomen abdominal", "The code is mistyped."),
        ("4417 abacus abdomen abdominal abide ability ablaze", "four words"),
    ],
)
async def test_what_is_no_code(house: House, typed: str, said: str) -> None:
    """Nothing is asked of the relay for it, and the wrong word is named."""
    with pytest.raises(errors.Misused, match=said):
        await AsyncAccount.link_of(typed, house.anna.origin)


async def test_wrong_words_too_often(house: House) -> None:
    """After five wrong tries the right words wait as well, and it is said how long."""
    await house.anna.invite("Lea Brandt")
    code = await house.anna.invitation_code("Lea Brandt")
    wrong = f"{code[:4]} abacus abdomen abdominal abide"
    for _ in range(5):
        with pytest.raises(errors.NotFound, match="opens nothing"):
            await AsyncAccount.link_of(wrong, house.anna.origin)
    with pytest.raises(errors.RateLimited):
        await AsyncAccount.link_of(code, house.anna.origin, timeout=5)
