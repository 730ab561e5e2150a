"""Frames with hostile layouts in them, and everything by which one could be seen to have got out.

Owns a listening server that nobody should ever call, a server for the frame's document with or without its
policy, and a page that shows one layout in each frame and presses what is in it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from playwright.async_api import Browser, BrowserContext, Page, Request

from tests.browser.visitor import PATIENCE_MILLISECONDS

FRAME = "/inbox/frame.html"
STOPPED = ("about:blank", "about:srcdoc", "about:blank#blocked", "chrome-error://chromewebdata/")
"""Where a frame stands that went nowhere."""
BATCH = 80
SILENT_MILLISECONDS = 3_000
"""How long a frame is waited for that may never answer."""
SETTLE_MILLISECONDS = 400
"""How long layouts that have been drawn get to do what they are not to do."""
PIXEL = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9"
    "awAAAABJRU5ErkJggg=="
)
SHOW = """async ([layouts, sandbox, pixel, patience]) => {
  window.answers = [];
  document.body.replaceChildren();
  await Promise.all(layouts.map((html, at) => new Promise((done) => {
    const frame = document.createElement("iframe");
    if (sandbox) frame.sandbox = "allow-scripts";
    frame.src = "/inbox/frame.html";
    frame.width = 300;
    frame.height = 60;
    frame.addEventListener("load", () => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = ({ data }) => { window.answers.push([at, data]); done(); };
      setTimeout(done, patience);
      const letter = { html, pictures: new Map([["1", pixel]]), noPicture: "left out", lang: "en" };
      frame.contentWindow.postMessage(letter, "*", [port2]);
    }, { once: true });
    document.body.append(frame);
  })));
}"""


@dataclass
class Escapes:
    """What got out of frames: none of it may ever be."""

    called: list[str] = field(default_factory=list)
    """First lines of what reached the listening server; empty for a connection that said nothing."""
    asked: list[str] = field(default_factory=list)
    """What the browser fetched beside the frame's document, from wherever."""
    ran: list[str] = field(default_factory=list)
    """What a script of a layout said."""
    went: list[str] = field(default_factory=list)
    """Where a frame or the page went, and windows that opened."""

    @property
    def all(self) -> list[str]:
        """Everything, for an assertion's sake."""
        return [*self.called, *self.asked, *self.ran, *self.went]


@asynccontextmanager
async def listening(escapes: Escapes) -> AsyncIterator[str]:
    """The origin of a server that notes whoever connects."""

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        at = len(escapes.called)
        escapes.called.append("")
        try:
            escapes.called[at] = (await reader.readline()).decode("latin-1").strip()
            writer.write(b"HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\nContent-Length: 0\r\n\r\n")
            await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()[:2]
    async with server:
        yield f"http://{host}:{port}"


@asynccontextmanager
async def serving(
    frame: bytes, frame_headers: Mapping[str, str], page_headers: Mapping[str, str], escapes: Escapes
) -> AsyncIterator[str]:
    """The origin of a page and of the frame's document, under these headers; anything else is noted."""

    async def answer(request: web.Request) -> web.Response:
        if request.path == "/":
            return web.Response(body=b"<!doctype html><title>Page</title>", headers=dict(page_headers))
        if request.path_qs == FRAME:
            return web.Response(body=frame, headers=dict(frame_headers))
        if request.path != "/favicon.ico":
            escapes.asked.append(f"{request.method} {request.path_qs}")
        raise web.HTTPNotFound

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        yield f"http://{host}:{port}"
    finally:
        await runner.cleanup()


def watch(context: BrowserContext, page: Page, escapes: Escapes, allowed: Sequence[str]) -> None:
    """Note requests that were answered, beside the allowed ones, scripts that speak, and every move. One that
    failed was stopped in the browser, or the server to which it got has noted it.
    """

    def note(request: Request) -> None:
        local = request.url.startswith(("data:", "blob:", "about:"))
        if not local and not request.url.startswith(tuple(allowed)):
            escapes.asked.append(request.url)

    def move(url: str) -> None:
        if not url.startswith(tuple(allowed)) and url not in STOPPED:
            escapes.went.append(url)

    context.on("requestfinished", note)
    page.on("framenavigated", lambda frame: move(frame.url))
    page.on("popup", lambda popup: escapes.went.append(f"window {popup.url}"))
    page.on("download", lambda download: escapes.went.append(f"download {download.url}"))
    page.on("console", lambda line: escapes.ran.append(line.text) if line.text == "pwned" else None)


async def show_all(
    browser: Browser,
    origin: str,
    layouts: Sequence[str],
    escapes: Escapes,
    *,
    sandbox: bool,
    all_answer: bool = False,
) -> list[object]:
    """Show each layout in a frame of its own and press in it; gives what the frames answered. Where not all
    have to, the others are not waited for.
    """
    patience = PATIENCE_MILLISECONDS if all_answer else SILENT_MILLISECONDS
    context = await browser.new_context(viewport={"width": 1280, "height": 900})
    answers: list[object] = []
    try:
        page = await context.new_page()
        page.on("dialog", lambda dialog: asyncio.ensure_future(dialog.dismiss()))
        watch(context, page, escapes, (f"{origin}{FRAME}",))
        for start in range(0, len(layouts), BATCH):
            batch = layouts[start : start + BATCH]
            await page.goto(f"{origin}/")
            escapes.went[:] = [one for one in escapes.went if one != f"{origin}/"]
            escapes.asked[:] = [one for one in escapes.asked if one != f"{origin}/"]
            await page.evaluate(SHOW, [list(batch), sandbox, PIXEL, patience])
            await press_all(page, batch)
            await page.wait_for_timeout(SETTLE_MILLISECONDS)
            if page.url == f"{origin}/":
                answers += [[start + at, data] for at, data in await page.evaluate("window.answers")]
    finally:
        await context.close()
    return answers


async def press_all(page: Page, layouts: Sequence[str]) -> None:
    """Press where the first words stand in each frame that has something to be pressed."""
    boxes = await page.evaluate(
        "[...document.querySelectorAll('iframe')].map((f) => { const b = f.getBoundingClientRect();"
        " return [b.x + 30, b.y + 28 + scrollY]; })"
    )
    for layout, (x, y) in zip(layouts, boxes, strict=True):
        if "press" in layout:
            await page.evaluate("(top) => scrollTo(0, top)", max(0, y - 300))
            await page.mouse.click(x, y - await page.evaluate("scrollY"))
