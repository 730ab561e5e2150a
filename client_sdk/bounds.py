"""Bounds: how long a call may take, as errors of this package. Owns the two ways in which a time ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from client_sdk.errors import NothingYet, ServerUnavailable


@asynccontextmanager
async def bounded(seconds: float | None) -> AsyncIterator[None]:
    """Bound what is done within; None leaves the limits of each exchange alone to bound it."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as cause:
        raise ServerUnavailable("It took longer than was allowed.") from cause


@asynccontextmanager
async def awaited(seconds: float | None) -> AsyncIterator[None]:
    """Bound the waiting for something that others do: `NothingYet` when the time is over."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as cause:
        raise NothingYet from cause
