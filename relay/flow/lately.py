"""Lately: what the store said within this second. Owns a short memory of answers about people and agreements,
so that one mail, or many at once, need not ask the same four times.

An answer serves again while the store has the same revision and the clock shows the same second: then the
store would say the same. Must never hold an answer that depends on what mail itself changes.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from relay.core.ports import Store

Answer = TypeVar("Answer")

MOST_REMEMBERED: Final = 1_000


class Lately:
    """Asks once in a second."""

    def __init__(self, store: Store) -> None:
        """Nothing was asked yet."""
        self._store = store
        self._as_of = (-1, -1)  # revision and instant
        self._answers: dict[object, object] = {}

    async def ask(self, ask: Callable[[], Awaitable[Answer]], now: int, *question: object) -> Answer:
        """What `ask` answers, or has answered to this question; what it raises is not remembered."""
        known = self._known(now)
        if question not in known:
            answer = await ask()
            if self._known(now) is known and len(known) < MOST_REMEMBERED:  # else it may be an older one
                known[question] = answer
            return answer
        return known[question]  # type: ignore[return-value]  # each question has one kind of answer

    def _known(self, now: int) -> dict[object, object]:
        as_of = self._store.revision(), now
        if as_of != self._as_of:
            self._as_of, self._answers = as_of, {}
        return self._answers
