"""The built inbox with its scripted worker, on loopback, under the relay's own addresses and headers."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from keys.web import headers_of
from relay.http_api.about import MARK_HEADERS
from relay.http_api.pages import Page, Pages
from tests.__main__ import BIN
from tests.images import png

HERE = Path(__file__).parent
INBOX = HERE.parents[1] / "relay" / "inbox"
BUILT = HERE / "out" / "page"
EMPTY = "/empty"
"""An address of the origin at which no script runs, with headers like the others'."""
MARK = f"/v1/relay/mark/{'A' * 22}"
"""The image beside the firm's name, where a scene has one."""
OWN_KEYS = {"relay_key": "A" * 43, "log_key": "A" * 43}
"""What the page that checks receipts asks for."""


def build(folder: Path = BUILT) -> None:
    """Bundle the views with the scripted worker into a folder. Ends the program with what the tools said if
    they fail.
    """
    node = shutil.which("node", path=f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}")
    if node is None or not (INBOX / "node_modules" / "vite").is_dir():
        raise SystemExit("error: the inbox's tools are not installed; run `python3 -m tests` first")
    tools = INBOX / "node_modules"
    steps = (
        [
            str(tools / "typescript" / "bin" / "tsc"),
            "--noEmit",
            "-p",
            str(HERE / "fixture" / "tsconfig.json"),
        ],
        [
            str(tools / "vite" / "bin" / "vite.js"),
            "build",
            "--config",
            str(HERE / "fixture" / "vite.config.mts"),
            "--outDir",
            str(folder),
        ],
    )
    for step in steps:
        done = subprocess.run([node, *step], cwd=INBOX, capture_output=True, encoding="utf-8", check=False)
        if done.returncode:
            raise SystemExit(f"error: the scripted inbox cannot be built\n{done.stdout}{done.stderr}")


@asynccontextmanager
async def served(folder: Path = BUILT) -> AsyncIterator[str]:
    """The origin at which the built page is served while the block lasts."""
    pages = Pages(folder, secure=False)

    async def answer(request: web.Request) -> web.Response:
        if request.path == EMPTY:
            return web.Response(headers=headers_of("index.html", b""))
        if request.path == MARK:
            return web.Response(body=png(48), headers=MARK_HEADERS)
        if request.path == "/v1/relay":
            return web.json_response(OWN_KEYS)
        page: Page | None = pages.find(request.path)
        if page is None:
            raise web.HTTPNotFound
        return web.Response(body=page.body, headers=dict(page.headers))

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        yield f"http://localhost:{port}"  # a name: no device is offered at an address of numbers
    finally:
        await runner.cleanup()
