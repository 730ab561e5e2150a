"""Whole: what was begun is brought to its end, though whoever asked for it hangs up. Owns the tasks of those.

A commit that was asked for is made; were its caller's end also the end of what follows, this process would go
on remembering rights that an act has taken, and nobody would be woken.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

Result = TypeVar("Result")

_UNDER_WAY: Final[set[asyncio.Task[Any]]] = set()  # the loop itself holds tasks but weakly


async def to_the_end(work: Coroutine[Any, Any, Result]) -> Result:
    """Await `work`; where the caller is cancelled, it goes on alone."""
    task = asyncio.get_running_loop().create_task(work)
    _UNDER_WAY.add(task)
    task.add_done_callback(_UNDER_WAY.discard)
    return await asyncio.shield(task)
