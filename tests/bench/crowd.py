"""People at one relay at the same time, each doing one thing after another by a common HTTP client. Owns how
they are let loose and what is counted.

The client costs more than a relay does, so a baseline has to be asked by the same client.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

import aiohttp

from tests.bench.load import CONNECTIONS, LONGEST_SECONDS, Measured, WrongAnswer

Act = Callable[["Visitor"], Awaitable[object]]


class Visitor:
    """One person's connection."""

    def __init__(self, http: aiohttp.ClientSession, origin: str, token: str = "") -> None:
        self._http, self._origin = http, origin
        self.token = token

    async def ask(
        self, method: str, path: str, *, status: int, json: object = None, body: bytes | None = None
    ) -> bytes:
        """One request; the answer's body. Raises WrongAnswer."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        if body is not None:
            headers["Content-Type"] = "application/octet-stream"
        url = self._origin + path
        async with self._http.request(method, url, json=json, data=body, headers=headers) as answer:
            told = await answer.read()
        if answer.status != status:
            raise WrongAnswer(f"{method} {path}: {answer.status}, not {status}: {told[:200]!r}")
        return told

    def other(self) -> Visitor:
        """The same person at a further page, signed in nowhere."""
        return Visitor(self._http, self._origin)


@asynccontextmanager
async def visiting(port: int, token: str = "") -> AsyncIterator[Visitor]:
    """Somebody at the server of that port."""
    connector = aiohttp.TCPConnector(limit=CONNECTIONS)
    async with aiohttp.ClientSession(connector=connector) as http:
        yield Visitor(http, f"http://127.0.0.1:{port}", token)


async def let_loose(visitor: Visitor, acts: Sequence[Act]) -> Measured:
    """Do all acts, as many at a time as there are connections. Raises WrongAnswer, and TimeoutError."""
    waiting, latencies = iter(acts), list[float]()

    async def one_after_another() -> None:
        for act in waiting:
            began = time.perf_counter()
            await act(visitor)
            latencies.append(time.perf_counter() - began)

    began = time.perf_counter()
    async with asyncio.timeout(LONGEST_SECONDS), asyncio.TaskGroup() as group:
        for _ in range(CONNECTIONS):
            group.create_task(one_after_another())
    return Measured(time.perf_counter() - began, sorted(latencies))
