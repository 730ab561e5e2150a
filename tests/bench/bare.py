"""The baselines as servers: bare aiohttp, and one commit per request. Owns what the finished relay is
compared with.

`python3 -m tests.bench.bare read` reads the body and answers 201. `… commit FILE` also commits each body in
a transaction of its own, in a thread, with the journal settings of the relay. Both print `ready PORT`.
"""

from __future__ import annotations

import asyncio
import hashlib
import sqlite3
import sys
from concurrent.futures import ThreadPoolExecutor

from aiohttp import web

try:
    import uvloop
except ImportError:  # pragma: no cover - the extra is always there on the systems that bench
    uvloop = None  # type: ignore[assignment]


async def read_body(request: web.Request) -> web.Response:
    """Read the body and answer: the ceiling of the HTTP layer."""
    await request.read()
    return web.Response(status=201)


async def answer(_request: web.Request) -> web.Response:
    """Answer a GET with a few bytes."""
    return web.Response(body=b"ok")


class CommitEach:
    """One transaction and one sync for each request."""

    def __init__(self, path: str) -> None:
        self.thread = ThreadPoolExecutor(1)
        self.connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self.connection.executescript(
            "PRAGMA page_size=16384; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;PRAGMA secure_delete=ON"
        )
        self.connection.execute("CREATE TABLE body (key BLOB PRIMARY KEY, bytes BLOB)")

    def store(self, body: bytes) -> None:
        """Insert one body and commit it."""
        self.connection.execute("BEGIN IMMEDIATE")
        self.connection.execute(
            "INSERT OR IGNORE INTO body VALUES (?, ?)", (hashlib.sha256(body).digest(), body)
        )
        self.connection.execute("COMMIT")

    async def handle(self, request: web.Request) -> web.Response:
        """Read, commit, answer."""
        body = await request.read()
        await asyncio.get_running_loop().run_in_executor(self.thread, self.store, body)
        return web.Response(status=201)


async def serve(mode: str, path: str) -> None:
    """Serve on a free loopback port until the process is ended."""
    app = web.Application(client_max_size=16 << 20)
    app.router.add_post("/v1/envelopes", read_body if mode == "read" else CommitEach(path).handle)
    app.router.add_get("/", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print("ready", runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    if uvloop is not None:
        uvloop.install()
    asyncio.run(serve(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else ""))
