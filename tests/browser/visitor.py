"""A person at a browser: one context, one page, and what the browser said meanwhile.

Owns the steps that several tests take, and the look into every place where a page could leave something
behind.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from playwright.async_api import Browser, Locator, Page, Response, expect
from playwright.async_api import TimeoutError as NotInTime

PATIENCE_MILLISECONDS = 30_000
SOON_MILLISECONDS = 3_000
"""For a press that something else may have made needless; then it is looked again."""
HALF = "() => sessionStorage.getItem('tab') !== null"
"""The tab can be loaded anew: its half is there."""
TRACES = """async () => JSON.stringify({
  address: location.href,
  title: document.title,
  state: history.state,
  local: {...localStorage},
  session: {...sessionStorage},
  databases: await indexedDB.databases(),
  caches: await caches.keys(),
  files: await Array.fromAsync((await navigator.storage.getDirectory()).keys()),
  cookies: document.cookie,
})"""


@dataclass
class Client:
    """A client who joined in the browser: what was shown on the way."""

    link: str = field(repr=False)
    name: str = ""
    sheet: tuple[str, ...] = field(default=(), repr=False)


@dataclass
class Visitor:
    """A page, and everything that its browser has said."""

    page: Page
    origin: str
    said: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def listen(self) -> None:
        """Hear the console, errors and requests."""
        self.page.on("console", lambda line: self._hear(line.type, line.text))
        self.page.on(
            "worker", lambda worker: worker.on("console", lambda line: self._hear(line.type, line.text))
        )
        self.page.on("pageerror", lambda error: self._hear("error", str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))

    def _hear(self, kind: str, text: str) -> None:
        self.said.append(text)
        if kind == "error":
            self.errors.append(text)

    # --- steps ----------------------------------------------------------------------------------------------

    async def press(self, name: str | re.Pattern[str]) -> None:
        """Press the last button or link of this name: a sheet's stands after the page's."""
        exact = isinstance(name, str)
        button = self.page.get_by_role("button", name=name, exact=exact)
        await button.or_(self.page.get_by_role("link", name=name, exact=exact)).last.click()

    async def lock(self) -> None:
        """Press *Lock*, and wait until the relay has what was gathered and has ended the session: the page
        shows itself locked before that, and a browser that is closed then takes both along.
        """

        def ended(answer: Response) -> bool:
            return answer.request.method == "DELETE" and answer.url.endswith("/v1/sessions")

        async with self.page.expect_response(ended):
            await self.press("Lock")
        await expect(self.page.get_by_role("heading", name="Your inbox is locked")).to_be_visible()

    async def fill(self, label: str, text: str) -> None:
        """Type into the field with this label."""
        await self.page.get_by_label(label, exact=True).fill(text)

    def row(self, subject: str) -> Locator:
        """The row of the list that has this subject."""
        return self.page.locator(".row", has_text=subject)

    async def see(self, subject: str) -> None:
        """Wait for a row, and let it in where it waits at the top of the list."""
        row, fresh = self.row(subject), self.page.locator("button.newcomers")
        await expect(fresh.or_(row).first).to_be_visible()
        while not await row.count():  # what waits may be another message, and this one come after it
            with suppress(NotInTime):  # let in already, and the row is there
                await fresh.click(timeout=SOON_MILLISECONDS)
            await expect(fresh.or_(row).first).to_be_visible()
        await expect(row).to_be_visible()

    async def open(self, subject: str) -> None:
        """Open the message of a row."""
        await self.see(subject)
        await self.row(subject).click()
        await self.page.locator(".message").first.wait_for()

    @asynccontextmanager
    async def draft_stored(self) -> AsyncIterator[None]:
        """At the end of the block the vault has what was typed in it, and has no more what was sent in it."""

        def told(answer: Response) -> bool:
            asked = answer.request
            stores = asked.method == "PUT" and asked.url.endswith("/v1/vault")
            return stores and answer.ok and "drafts/" in (asked.post_data or "")

        async with self.page.expect_response(told):
            yield

    async def load_often(self, link: str, go_on: Callable[[], Awaitable[None]]) -> None:
        """Fifty loads of a link as by programs that look for dangers: most only fetch, each fifth runs
        the page's scripts, and each tenth goes on with it, the last one too.
        """
        for number in range(1, 51):
            if number % 5:
                assert (await self.page.request.get(link)).ok
                continue
            await self.page.goto("about:blank")
            await self.page.goto(link)
            if number % 10 == 0:
                await go_on()

    async def begin_to_join(self, link: str, signature: str) -> None:
        """Up to the signature under the agreement."""
        await self.page.goto(link)
        await self.page.get_by_label("Yes, my own").check()
        await self.press("Continue")
        await self.fill("Type your name to sign", signature)

    async def join(self, client: Client, signature: str, password: str) -> None:
        """All of it: agreement, a password of one's own, sheet, *Finish*."""
        await self.begin_to_join(client.link, signature)
        await self.press("Sign")
        await self.page.get_by_label("Choose my own").check()
        await self.fill("Password", password)
        await self.press("Continue")
        await self.note_sheet(client)
        await self.press("Finish")
        await self.page.get_by_role("heading", name="Inbox", exact=True).wait_for()

    async def note_sheet(self, client: Client) -> None:
        """Note what is on the sheet, as somebody with a pencil would."""
        await self.page.get_by_role("heading", name="Your recovery sheet").wait_for()
        text = await self.page.locator("main").inner_text()
        client.sheet = tuple(re.findall(r"\b\d{5}\b", text)[:6])
        named = re.search(r"[a-z]+-[a-z]+-\d\d(?=@)", text)
        assert named is not None
        assert len(client.sheet) == 6
        client.name = named[0]
        await self.press("Copy")
        await self.page.get_by_label("I have put it somewhere safe").check()

    async def unlock(self, name: str, password: str) -> None:
        """Type name and password, and press *Open*."""
        await self.fill("Inbox name", name)
        await self.fill("Password", password)
        await self.press("Open")

    async def unlock_by_sheet(self, name: str, sheet: tuple[str, ...]) -> None:
        """Type the digits of the recovery sheet."""
        await self.press(re.compile("get in"))
        await self.fill("Inbox name", name)
        for number, group in enumerate(sheet, 1):
            await self.page.get_by_label(f"Group {number}", exact=True).fill(group)
        await self.press("Open with the sheet")

    async def is_open(self) -> None:
        """The list stands there."""
        await expect(self.page.get_by_role("heading", name="Inbox", exact=True)).to_be_visible()

    # --- looking --------------------------------------------------------------------------------------------

    async def traces(self) -> str:
        """Everything that a page can leave behind, and everything that was said or asked for, as one text."""
        left = await self.page.evaluate(TRACES)
        return "\n".join((left, json.dumps(self.said), json.dumps(self.requests)))


@asynccontextmanager
async def visiting(
    browser: Browser, origin: str, *, width: int = 1280, locale: str = "en-GB", touch: bool = False
) -> AsyncIterator[Visitor]:
    """A fresh browser profile at the origin, gone afterwards. `touch`: a screen for fingers."""
    context = await browser.new_context(
        viewport={"width": width, "height": 860},
        timezone_id="Europe/London",
        locale=locale,
        permissions=["clipboard-read", "clipboard-write"],
        accept_downloads=True,
        has_touch=touch,
        is_mobile=touch,
    )
    context.set_default_timeout(PATIENCE_MILLISECONDS)
    visitor = Visitor(await context.new_page(), origin)
    visitor.listen()
    try:
        yield visitor
    finally:
        await context.close()
