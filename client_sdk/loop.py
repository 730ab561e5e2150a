"""Loop: an event loop in a thread of its own, which the twins without `await` hand their calls to.

Owns starting, waiting and stopping. Must never leave a call running after its caller was interrupted.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import suppress
from typing import Any, TypeVar

T = TypeVar("T")


class LoopThread:
    """An event loop in a thread of its own."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="client_sdk", daemon=True)
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._thread.is_alive()

    def run(self, call: Coroutine[Any, Any, T]) -> T:
        """Run a call to its end; an interruption of the waiting ends it too."""
        future = asyncio.run_coroutine_threadsafe(call, self._loop)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    def each(self, items: AsyncIterator[T]) -> Iterator[T]:
        """Yield what an asynchronous iterator yields."""
        end = object()

        async def following() -> Any:
            return await anext(items, end)

        try:
            while (item := self.run(following())) is not end:
                yield item
        finally:
            self._end(items)

    def _end(self, items: AsyncIterator[T]) -> None:
        """Let an iterator that was left early clean up after itself."""

        async def ending() -> None:
            with suppress(RuntimeError):
                await items.aclose()  # type: ignore[attr-defined]

        if self.alive:
            self.run(ending())

    def stop(self) -> None:
        """End the loop and its thread."""
        if self.alive:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()


def run_once(call: Coroutine[Any, Any, T]) -> T:
    """Run one call in a loop of its own."""
    thread = LoopThread()
    try:
        return thread.run(call)
    finally:
        thread.stop()
