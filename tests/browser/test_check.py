"""The page that checks a file of receipts: without an inbox, and without a word to anybody."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, FilePayload, Page, expect

from tests.browser.conftest import Practice
from tests.browser.visitor import TRACES, Visitor, visiting
from tests.screens.judge import axe
from tests.service.programs import eventually

pytestmark = pytest.mark.browser

SURE = "signed this, and nothing was changed since"
DROP = """text => {
  const files = new DataTransfer();
  files.items.add(new File([text], "receipts.json"));
  document.dispatchEvent(new DragEvent("drop", { dataTransfer: files, cancelable: true }));
}"""


def elsewhere() -> bytes:
    """A file that another server has signed."""
    vectors = json.loads((Path(__file__).parents[1] / "vectors" / "receipts.json").read_text())
    check = "receipt_check.check_receipt_file"
    text: str = next(one for one in vectors["cases"] if one["operation"] == check)["inputs"]["file"]
    return text.encode()


@pytest.fixture(scope="module")
async def saved(practice: Practice) -> bytes:
    """A file of receipts in which one message went on its date, as the SDK saves it."""
    await practice.take_in("Tess Ford")
    to_tess = practice.anna.engagement("Tess Ford")
    sent = await to_tess.send(subject="Goes soon", text="Only for now.", keep=timedelta(seconds=5))
    await asyncio.to_thread(eventually, lambda: practice.relay.now() > sent.kept_until.timestamp())
    await asyncio.to_thread(eventually, lambda: not practice.relay.status()["due"])
    return await practice.anna.receipt_file("Tess Ford")


@asynccontextmanager
async def at_the_page(browser: Browser, origin: str) -> AsyncIterator[Visitor]:
    """A visitor who may choose a file."""
    async with visiting(browser, origin, width=375) as visitor:
        await visitor.page.goto(f"{origin}/check/")
        await expect(visitor.page.get_by_label("The file that you saved")).to_be_visible()
        yield visitor


async def give(page: Page, content: bytes, said: str) -> None:
    """Choose a file, see what its heading or its reason says, and go back to the choice."""
    file = FilePayload(name="receipts.json", mimeType="application/json", buffer=content)
    await page.get_by_label("The file that you saved").set_input_files(file)
    await expect(page.get_by_text(said).first).to_be_visible()
    await expect(page.get_by_role("heading", level=1)).to_be_focused()


async def another(page: Page) -> None:
    """Back to the choice."""
    await page.get_by_role("button", name="Check another file").click()


async def test_a_file_is_checked_and_nobody_hears_of_it(
    browser: Browser, practice: Practice, saved: bytes
) -> None:
    """A file of this server's is told in plain words, chosen or dropped. The page asks its server once,
    before it takes a file; after that nothing is fetched, nothing can be, and nothing is kept.
    """
    async with at_the_page(browser, practice.origin) as visitor:
        page = visitor.page
        asked = [one.removeprefix(practice.origin) for one in visitor.requests]
        assert [one for one in asked if not one.startswith("data:")] == ["/check/", "/v1/relay"]
        traces = await page.evaluate(TRACES)
        visitor.requests.clear()
        await give(page, saved, SURE)
        await expect(page.get_by_text("One message, on")).to_be_visible()
        await expect(page.get_by_text("Copies that people saved or printed")).to_be_visible()
        assert await axe(page, colours_only=False) == []
        await another(page)
        await page.evaluate(DROP, saved.decode())
        await expect(page.get_by_text(SURE)).to_be_visible()
        assert await page.evaluate(TRACES) == traces
        assert visitor.requests == []
        assert visitor.errors == []
        for path in ("/v1/relay", "/check/"):
            assert await page.evaluate("path => fetch(path).catch(() => 'refused')", path) == "refused"


async def test_a_file_that_is_not_right_is_told(browser: Browser, practice: Practice, saved: bytes) -> None:
    """One changed bit, another's signature, a receipt taken out, a file that was cut or is something else:
    each is said in words, and none looks like a good one.
    """
    fields: dict[str, Any] = json.loads(saved)

    def changed(**more: object) -> bytes:
        return json.dumps(fields | more).encode()

    forged = base64.urlsafe_b64encode(b"\x01" * 32).decode().rstrip("=")
    at = saved.index(b"removed: 1")
    files = {
        saved[: at + 9] + b"0" + saved[at + 10 :]: "Something in this file is not right",
        changed(relay_key=fields["log_key"]): "did not sign this file",
        changed(relay_key=forged): "a part was changed so that nobody can read it",
        changed(host="inbox.harrow.example"): "Something in this file is not right",
        elsewhere(): "Nobody here knows the signature of",
        changed(receipts=[], proofs=[]): "without any receipt",
        saved[:-40]: "its end is missing",
        b"PK\x03\x04": "like a copy of an inbox",
        b"<p>Receipts</p>": "It is not a file of receipts",
        b"": "There is nothing in it",
    }
    async with at_the_page(browser, practice.origin) as visitor:
        for content, said in files.items():
            await give(visitor.page, content, said)
            await expect(visitor.page.get_by_text(SURE)).to_have_count(0)
            await another(visitor.page)
        assert visitor.errors == []


async def test_too_large_a_file_is_not_read(browser: Browser, practice: Practice, tmp_path: Path) -> None:
    """Its size alone refuses it."""
    large = tmp_path / "large.json"
    with large.open("wb") as file:
        file.truncate(64 * 1024 * 1024 + 1)
    async with at_the_page(browser, practice.origin) as visitor:
        await visitor.page.get_by_label("The file that you saved").set_input_files(large)
        await expect(visitor.page.get_by_text("larger than a file of receipts can be")).to_be_visible()


async def test_a_server_that_does_not_answer_is_said(
    browser: Browser, practice: Practice, saved: bytes
) -> None:
    """Without the server's own word nobody is told that it signed."""
    async with visiting(browser, practice.origin) as visitor:
        await visitor.page.route("**/v1/relay", lambda route: route.abort())
        await visitor.page.goto(f"{practice.origin}/check")
        await give(visitor.page, saved, "signed this could not be checked")
        await expect(visitor.page.get_by_text(SURE)).to_have_count(0)
