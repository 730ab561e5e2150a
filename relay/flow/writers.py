"""Writers: the sequences in which door and relay number what they send to each mailbox. Owns their counts, in
this process's memory alone (docs/protocol.md, part 6).
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from keys.names import ZERO_HASH

MOST_WRITERS: Final = 10_000


@dataclass(slots=True)
class Writer:
    """The sequence towards one mailbox: a random number drawn by this process, count, last content id. `turn`
    is held from the making of a content to its commit.
    """

    number: int
    count: int = 0
    previous_id: bytes = ZERO_HASH
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    def stored(self, content_id: bytes) -> None:
        """Move on after a commit."""
        self.count, self.previous_id = self.count + 1, content_id


class Writers:
    """One writer for each mailbox."""

    def __init__(self, random: Callable[[int], bytes]) -> None:
        """Nothing was sent yet."""
        self._random = random
        self._writers: OrderedDict[bytes, Writer] = OrderedDict()

    def of(self, mailbox_id: bytes) -> Writer:
        """The sequence towards this mailbox; a forgotten one begins anew under a new number."""
        writer = self._writers.pop(mailbox_id, None) or Writer(int.from_bytes(self._random(2), "big"))
        self._writers[mailbox_id] = writer
        if len(self._writers) > MOST_WRITERS:
            self._writers.popitem(last=False)
        return writer
