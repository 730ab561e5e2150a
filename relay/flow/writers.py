"""Writers: the sequences in which door and relay number what they send to each mailbox. Owns their counts, in
this process's memory alone (docs/protocol.md, part 6).
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

from keys.names import ZERO_HASH, Random

MOST_MAILBOXES: Final = 10_000
MOST_AT_ONCE: Final = 4
"""Sequences towards one mailbox: mails that come together need not wait for each other's commit. Its readers
keep the last of each, so that there are not many.
"""


@dataclass(slots=True)
class Writer:
    """One sequence towards one mailbox: a random number drawn by this process, count, last content id. Its
    turn is held from the making of a content to its commit.
    """

    number: int
    count: int = 0
    previous_id: bytes = ZERO_HASH
    wanted: int = 0  # by so many, who holds the turn included
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def take(self) -> None:
        """Wait for the turn."""
        self.wanted += 1
        try:
            await self._turn.acquire()
        except BaseException:
            self.wanted -= 1
            raise

    def leave(self) -> None:
        """Give the turn to who is next."""
        self.wanted -= 1
        self._turn.release()

    def stored(self, content_id: bytes) -> None:
        """Move on after a commit."""
        self.count, self.previous_id = self.count + 1, content_id


class Writers:
    """One writer for each mailbox, and a few more where mails come together."""

    def __init__(self, random: Random) -> None:
        """Nothing was sent yet."""
        self._random = random
        self._writers: OrderedDict[bytes, list[Writer]] = OrderedDict()

    def of(self, mailbox_id: bytes) -> Writer:
        """The sequence towards this mailbox that is wanted least; a forgotten one begins anew under a new
        number.
        """
        writers = self._writers.pop(mailbox_id, [])
        self._writers[mailbox_id] = writers
        if len(self._writers) > MOST_MAILBOXES:
            self._writers.popitem(last=False)
        least = min(writers, key=lambda writer: writer.wanted, default=None)
        if least is None or (least.wanted and len(writers) < MOST_AT_ONCE):
            least = self._begin({writer.number for writer in writers})
            writers.append(least)
        return least

    def _begin(self, taken: Collection[int]) -> Writer:
        number = int.from_bytes(self._random(2), "big")
        while number in taken:
            number = (number + 1) % (1 << 16)
        return Writer(number)
