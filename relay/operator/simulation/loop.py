"""An event loop in simulated time: waiting costs nothing, and the same program runs the same way each time.

Owns the loop's clock. Nothing in it may wait for anything outside: there is no socket, no thread, no process.
What happens at one moment happens in the order in which it was asked for.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Generator
from contextvars import Context, copy_context
from heapq import heappop, heappush
from typing import Any, TypeVar, cast

Result = TypeVar("Result")
Callback = Callable[..., object]


class Stuck(Exception):
    """Somebody waits, and nothing is left to happen."""


class _Call:
    """What is to be called; as much of `asyncio.Handle` as there is use for here."""

    __slots__ = ("_arguments", "_callback", "_context", "is_cancelled")

    def __init__(self, callback: Callback, arguments: tuple[Any, ...], context: Context | None) -> None:
        self._callback, self._arguments = callback, arguments
        self._context = copy_context() if context is None else context
        self.is_cancelled = False

    def cancel(self) -> None:
        """It is not called."""
        self.is_cancelled = True

    def make(self) -> None:
        """Call it."""
        self._context.run(self._callback, *self._arguments)


class SimulatedLoop(asyncio.AbstractEventLoop):
    """Starts at second 0. As much of an event loop as tasks, futures and timers need; what it has not raises
    NotImplementedError.
    """

    def __init__(self) -> None:
        self._seconds = 0.0
        self._number = 0
        self._ready: deque[_Call] = deque()
        self._timers: list[tuple[float, int, _Call]] = []  # a heap
        self._is_closed = False

    def time(self) -> float:
        """Simulated seconds since the start."""
        return self._seconds

    async def pause(self, seconds: float) -> None:
        """As `asyncio.sleep`. Where nothing else happens until then, it is that moment already."""
        until = self._seconds + seconds
        if not self._ready and (not self._timers or self._timers[0][0] > until):
            self._seconds = until
        else:
            moment: asyncio.Future[None] = self.create_future()
            self.call_at(until, _settle, moment)
            await moment

    # --- what asyncio asks of a loop ---

    def call_soon(  # type: ignore[override]
        self, callback: Callback, *arguments: Any, context: Context | None = None
    ) -> asyncio.Handle:
        """As the base class, as for all below."""
        call = _Call(callback, arguments, context)
        self._ready.append(call)
        return cast(asyncio.Handle, call)

    call_soon_threadsafe = call_soon  # type: ignore[assignment]

    def call_at(  # type: ignore[override]
        self, when: float, callback: Callback, *arguments: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        call = _Call(callback, arguments, context)
        self._number += 1
        heappush(self._timers, (when, self._number, call))
        return cast(asyncio.TimerHandle, call)

    def call_later(  # type: ignore[override]
        self, delay: float, callback: Callback, *arguments: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        return self.call_at(self._seconds + delay, callback, *arguments, context=context)

    def create_future(self) -> asyncio.Future[Any]:
        return asyncio.Future(loop=self)

    def create_task(
        self,
        coro: Generator[Any, None, Result] | Coroutine[Any, Any, Result],
        *,
        name: str | None = None,
        context: Context | None = None,
    ) -> asyncio.Task[Result]:
        return asyncio.Task(coro, loop=self, name=name, context=context)

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

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Nobody looks at what goes wrong with nobody waiting for it; here that must not happen unseen.
        Raises what went wrong.
        """
        fault = context.get("exception")
        raise fault if isinstance(fault, BaseException) else RuntimeError(context.get("message"))

    def get_debug(self) -> bool:
        return False

    def is_running(self) -> bool:
        return not self._is_closed

    def is_closed(self) -> bool:
        return self._is_closed

    def close(self) -> None:
        self._is_closed = True
        self._ready.clear()
        self._timers.clear()

    def run_until_complete(self, future: Any) -> Any:
        """Raises Stuck where the future waits for nothing that will happen."""
        asyncio._set_running_loop(self)  # noqa: SLF001 - it is for who writes a loop (asyncio.events)
        try:
            task = asyncio.ensure_future(future, loop=self)
            while not task.done():
                self._next().make()
            return task.result()
        finally:
            asyncio._set_running_loop(None)  # noqa: SLF001

    def _next(self) -> _Call:
        while True:
            if self._ready:
                call = self._ready.popleft()
            elif self._timers:
                when, _, call = heappop(self._timers)
                self._seconds = max(self._seconds, when)
            else:
                raise Stuck
            if not call.is_cancelled:
                return call


def run(main: Coroutine[Any, Any, Result], loop: SimulatedLoop) -> Result:
    """Run to the end, then end what still runs."""
    try:
        return cast(Result, loop.run_until_complete(main))
    finally:
        loop.run_until_complete(_end_the_rest())
        loop.close()


async def _end_the_rest() -> None:
    rest = asyncio.all_tasks() - {asyncio.current_task()}
    for task in rest:
        task.cancel()
    await asyncio.gather(*rest, return_exceptions=True)


def _settle(moment: asyncio.Future[None]) -> None:
    if not moment.done():
        moment.set_result(None)
