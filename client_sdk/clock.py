"""Clock: the only place of the SDK that reads the time.

Owns the offset between this computer and the relay. The relay's clock decides when a thing is due, so
`RelayClock.now` gives the relay's time as last told by its `Quietbox-Time` header. A wrong local clock
therefore harms nothing; a relay that lies about the time gains nothing, because the keeper judges by its own.
(docs/protocol.md, part 13.)
"""

from __future__ import annotations

import time
from collections.abc import Callable


class RelayClock:
    """Gives the relay's time in whole Unix seconds."""

    def __init__(self, local: Callable[[], float] = time.time) -> None:
        self._local = local
        self.offset_seconds = 0.0

    def now(self) -> int:
        """Return the relay's time: this computer's, corrected by the last offset."""
        return int(self._local() + self.offset_seconds)

    def heard(self, relay_now: int) -> None:
        """Take in what the relay's clock showed a moment ago."""
        offset = relay_now - self._local()
        if abs(offset - self.offset_seconds) > 1:  # the header has whole seconds: less is no news
            self.offset_seconds = offset
