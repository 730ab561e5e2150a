"""Clock: the only place of the SDK that reads the time.

Owns the offset between this computer and the relay. The relay's clock decides when a thing is due, so
`RelayClock.now` gives the relay's time as last told by its `Quietbox-Time` header. A wrong local clock
therefore harms nothing; a relay that lies about the time gains nothing, because the keeper judges by its own.
(docs/protocol.md, part 13.)
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

SET_BACK_SECONDS: Final = 10
"""A header this much behind what is known was not on a slow line: the relay's clock has been set back."""


class RelayClock:
    """Gives the relay's time in whole Unix seconds; this computer's own until the relay has told its time."""

    def __init__(self, local: Callable[[], float] = time.time) -> None:
        self._local = local
        self._offset_seconds: float | None = None

    def now(self) -> int:
        """Return the relay's time: this computer's, corrected by what the relay has told."""
        return int(self._local() + (self._offset_seconds or 0.0))

    def heard(self, relay_now: int) -> None:
        """Take in what the relay's clock showed a moment ago.

        It showed at least that second when it answered, so each answer gives a least offset, and the greatest
        of them is nearest: nothing that the relay has taken already lies ahead of this clock.
        """
        offset, known = relay_now - self._local(), self._offset_seconds
        if known is None or offset > known or offset < known - SET_BACK_SECONDS:
            self._offset_seconds = offset
