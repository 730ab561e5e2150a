"""Together: one question for all who ask at the same moment. Owns who waits for which question.

Whoever asks while a question is under way waits for the next, so that no answer is older than its asking.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


class Together(Generic[Answer]):
    """Asks `ask` for many names at once; a name that its answer lacks has None."""

    def __init__(self, ask: Callable[[Sequence[bytes]], Awaitable[Mapping[bytes, Answer]]]) -> None:
        """Nobody waits."""
        self._ask = ask
        self._waiting: dict[bytes, list[asyncio.Future[Answer | None]]] = {}
        self._asking: asyncio.Task[None] | None = None

    async def of(self, name: bytes) -> Answer | None:
        """The answer for one name. Raises what `ask` raises."""
        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[Answer | None] = loop.create_future()
        self._waiting.setdefault(name, []).append(waiter)
        if self._asking is None:
            self._asking = loop.create_task(self._ask_all())
        return await waiter

    async def _ask_all(self) -> None:
        while self._waiting:
            await asyncio.sleep(0)  # who is served in the same turn of the loop asks with them
            waiting, self._waiting = self._waiting, {}
            found, trouble = dict[bytes, Answer](), None
            try:
                found.update(await self._ask(list(waiting)))
            except Exception as fault:  # noqa: BLE001 - it is raised where each of them asked
                trouble = fault
            for name, waiters in waiting.items():
                for waiter in waiters:
                    if waiter.done():  # it may have given up
                        continue
                    if trouble is None:
                        waiter.set_result(found.get(name))
                    else:
                        waiter.set_exception(trouble)
        self._asking = None
