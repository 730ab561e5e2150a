"""An event loop in simulated time: waiting costs nothing, and the same program runs the same way each time.

Owns the loop's clock. Nothing in it may wait for anything outside: there is no socket, no thread, no process.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

Result = TypeVar("Result")


class Stuck(Exception):
    """Somebody waits, and nothing is left to happen."""


class _Leap(selectors.SelectSelector):
    """Where a loop would sleep until its next timer, it is that moment already."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Nothing ever comes from outside."""
        if timeout is None:
            raise Stuck
        self.seconds += max(timeout, 0.0)
        return []


class SimulatedLoop(asyncio.SelectorEventLoop):
    """Starts at second 0."""

    def __init__(self) -> None:
        self._leap = _Leap()
        super().__init__(self._leap)

    def time(self) -> float:
        """Simulated seconds since the start."""
        return self._leap.seconds

    def run_in_executor(  # type: ignore[override]
        self, executor: object, func: Callable[..., Result], *arguments: Any
    ) -> asyncio.Future[Result]:
        """What would go to a thread is done at once: two threads never run the same way twice."""
        answer = self.create_future()
        try:
            answer.set_result(func(*arguments))
        except Exception as fault:  # noqa: BLE001 - it is raised where the answer is waited for
            answer.set_exception(fault)
        return answer


def run(main: Coroutine[Any, Any, Result], loop: SimulatedLoop) -> Result:
    """Run to the end, then end what still runs."""
    try:
        return loop.run_until_complete(main)
    finally:
        loop.run_until_complete(_end_the_rest())
        loop.close()


async def _end_the_rest() -> None:
    rest = asyncio.all_tasks() - {asyncio.current_task()}
    for task in rest:
        task.cancel()
    await asyncio.gather(*rest, return_exceptions=True)
