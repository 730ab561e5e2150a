"""What is promised of answers that serve again within a second, and of what a mailbox holds."""

from __future__ import annotations

from dataclasses import dataclass

from relay.flow.held import Held
from relay.flow.lately import MOST_REMEMBERED, Lately
from tests.flow.house import alone


@dataclass
class Shelf:
    """A store of one number of which tests hold the revision."""

    number: int = 1
    asked: int = 0
    changes: int = 0

    def revision(self) -> int:
        """As the store's."""
        return self.changes

    async def read(self) -> int:
        """The number."""
        self.asked += 1
        return self.number

    async def read_late(self) -> int:
        """The number as it was, while it changes."""
        found = await self.read()
        self.number, self.changes = self.number + 1, self.changes + 1
        return found

    async def linked_bytes(self, mailbox_id: bytes, account_id: bytes) -> int:
        """The number again."""
        return await self.read()


def lately(shelf: Shelf) -> Lately:
    """Over a shelf."""
    return Lately(shelf)  # type: ignore[arg-type]  # all that it asks for


async def test_within_a_second_the_store_is_asked_once() -> None:
    """Another question, another second or another revision asks again, and the clock may go back."""
    shelf = Shelf()
    memory = lately(shelf)
    assert [await memory.ask(shelf.read, 5, "a") for _ in range(3)] == [1, 1, 1]
    assert shelf.asked == 1
    shelf.number = 2
    assert await memory.ask(shelf.read, 5, "b") == 2
    assert await memory.ask(shelf.read, 5, "a") == 1
    assert await memory.ask(shelf.read, 6, "a") == 2
    shelf.number = 3
    assert await memory.ask(shelf.read, 5, "a") == 3
    shelf.number, shelf.changes = 4, 1
    assert await memory.ask(shelf.read, 5, "a") == 4


async def test_an_answer_that_a_change_overtook_is_not_remembered() -> None:
    """It was true when it was read, and may not be when it comes."""
    shelf = Shelf()
    memory = lately(shelf)
    assert await memory.ask(shelf.read_late, 5, "a") == 1
    assert await memory.ask(shelf.read, 5, "a") == 2


async def test_the_memory_has_a_limit() -> None:
    """However many are asked for in a second; beyond it the store is asked each time."""
    shelf = Shelf()
    memory = lately(shelf)
    for number in range(MOST_REMEMBERED + 1):
        await memory.ask(shelf.read, 5, number)
    asked = shelf.asked
    await memory.ask(shelf.read, 5, 0)
    assert shelf.asked == asked
    await memory.ask(shelf.read, 5, MOST_REMEMBERED)
    assert shelf.asked == asked + 1


async def test_what_a_mailbox_holds_is_never_taken_for_less() -> None:
    """What is stored counts at once; only where the mailbox seems full is the store asked again."""
    shelf = Shelf(number=10)
    held = Held(shelf, alone())  # type: ignore[arg-type]  # all that it asks for
    assert not await held.is_full(b"m", 20)
    held.add(b"m", 9)
    assert not await held.is_full(b"m", 20)
    assert shelf.asked == 1
    held.add(b"m", 1)
    assert not await held.is_full(b"m", 20)
    assert shelf.asked == 2
    shelf.number = 20
    held.add(b"m", 10)
    assert await held.is_full(b"m", 20)
    shelf.number = 19
    assert not await held.is_full(b"m", 20)
