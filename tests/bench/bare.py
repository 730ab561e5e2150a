"""The baselines as servers: bare aiohttp, and one commit per request. Owns what the finished relay is
compared with.

`python -m tests.bench.bare read` reads the body and answers 201, or answers a GET with a few bytes. `… page
BYTES` answers a GET with so many bytes, which it has in memory. `… commit FILE` also
commits each body in a transaction of its own, in a thread, with the journal settings of the relay. `… file
FILE` keeps one body of any size in a file, and gives it back. All run on the event loop that the relay runs
on, and print `ready http=HOST:PORT`.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import sqlite3
import sys
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import uvloop
from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

MIB = 1 << 20
SETTINGS = """
PRAGMA page_size=16384; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;
CREATE TABLE body (key BLOB PRIMARY KEY, bytes BLOB);"""


async def read_body(request: web.Request) -> web.Response:
    """Read the body and answer: the ceiling of the HTTP layer."""
    await request.read()
    return web.Response(status=201)


def answering(body: bytes) -> Handler:
    """Answer a GET with these bytes."""

    async def answer(_request: web.Request) -> web.Response:
        return web.Response(body=body)

    return answer


class CommitEach:
    """One transaction and one sync for each request."""

    def __init__(self, path: Path) -> None:
        self.thread = ThreadPoolExecutor(1)
        self.database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self.database.executescript(SETTINGS)

    def store(self, body: bytes) -> None:
        """Insert one body and commit it."""
        self.database.execute("BEGIN IMMEDIATE")
        self.database.execute("INSERT INTO body VALUES (?, ?)", (hashlib.sha256(body).digest(), body))
        self.database.execute("COMMIT")

    async def handle(self, request: web.Request) -> web.Response:
        """Read, commit, answer."""
        body = await request.read()
        await asyncio.get_running_loop().run_in_executor(self.thread, self.store, body)
        return web.Response(status=201)


class KeepFile:
    """The least that keeping a large body safely takes: written, hashed, one sync. No database, no session,
    no quota, no pieces.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    async def take(self, request: web.Request) -> web.Response:
        """Write and hash what comes, sync, answer with the hash."""
        running = hashlib.sha256()
        with self.path.open("wb") as file:
            async for piece in request.content.iter_chunked(MIB):
                running.update(piece)
                file.write(piece)
            file.flush()
            await asyncio.to_thread(os.fsync, file.fileno())
        return web.Response(body=running.digest(), status=201)

    async def give(self, _request: web.Request) -> web.StreamResponse:
        """Send it back."""
        return web.FileResponse(self.path, chunk_size=MIB)


def routes(mode: str, word: str) -> list[web.RouteDef]:
    """What a mode serves."""
    match mode:
        case "file":
            keeper = KeepFile(Path(word))
            return [web.put("/file", keeper.take), web.get("/file", keeper.give)]
        case "page":
            return [web.get("/", answering(os.urandom(int(word))))]
        case "commit":
            return [web.post("/v1/envelopes", CommitEach(Path(word)).handle)]
        case _:
            return [web.post("/v1/envelopes", read_body), web.get("/", answering(b"ok"))]


async def serve(mode: str, word: str = "") -> None:
    """Serve on a free loopback port until the process is ended."""
    app = web.Application(client_max_size=16 << 20)
    app.add_routes(routes(mode, word))
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(f"ready http=127.0.0.1:{runner.addresses[0][1]}", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as loop:
        loop.run(serve(*sys.argv[1:]))
