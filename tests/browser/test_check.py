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

from keys.notes import sign_note
from keys.receipt_file import FiledReceipt, ReceiptFile, ReceiptKeys
from keys.receipts import Deletion, Leaf, leaves_root, mailbox_pseudonym, receipt_hash
from keys.suite import SignKey
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


MANY = 120
HELD = """() => {
  let now = 0;
  window.turns = [];
  performance.now = () => (now += 1000);  // at each look a second has gone
  window.setTimeout = (go) => window.turns.push(go);
}"""
TURN = "() => window.turns.shift()()"
ALL_TURNS = "() => { window.setTimeout = queueMicrotask; window.turns.shift()(); }"
"""The page's turns, one at a time: a check that is as slow as the test wants it."""


def many() -> bytes:
    """A file of more receipts than are drawn at once, each of a deletion, which another server has signed."""
    signer, host = SignKey.from_seed(b"r" * 32), "inbox.harrow.example"
    filed: list[FiledReceipt] = []
    for number in range(1, MANY + 1):
        leaf = Leaf(number.to_bytes(32), number.to_bytes(16), bytes(32))
        done = 1_790_000_000 + number
        receipt = Deletion(
            receipt_id=number.to_bytes(16),
            mailbox=mailbox_pseudonym(bytes(16)),
            number=number,
            previous_hash=receipt_hash(filed[-1].note) if filed else bytes(32),
            leaves_root=leaves_root(Deletion, (leaf,)),
            done_at=done,
            due_first=done,
            due_last=done,
            asked=1,
            removed=1,
            left=0,
            envelopes=1,
            files=0,
            rows_left=0,
            blobs_left=0,
            journal="truncated",
            keys_until=done,
            backups_until=done,
        )
        filed.append(FiledReceipt(number, sign_note(receipt.encode(), host, signer), (leaf,)))
    return ReceiptFile(ReceiptKeys(host, signer.public, signer.public), tuple(filed)).encode()


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
        await expect(visitor.page.get_by_label("Choose the file that you saved")).to_be_visible()
        yield visitor


async def give(page: Page, content: bytes, said: str) -> None:
    """Choose a file, see what its heading or its reason says, and go back to the choice."""
    file = FilePayload(name="receipts.json", mimeType="application/json", buffer=content)
    await page.get_by_label("Choose the file that you saved").set_input_files(file)
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
        await visitor.page.get_by_label("Choose the file that you saved").set_input_files(large)
        await expect(visitor.page.get_by_text("larger than a file of receipts can be")).to_be_visible()


async def test_a_long_check_says_how_far_it_is_and_stops(browser: Browser, practice: Practice) -> None:
    """While a long file is checked the page says how far it is; *Stop* ends that, and what is still under way
    shows nothing any more. Checked to its end, it has its first hundred rows, and the others at a press.
    """
    content = many()
    async with at_the_page(browser, practice.origin) as visitor:
        page = visitor.page
        await page.evaluate(HELD)
        choice = page.get_by_label("Choose the file that you saved")
        file = FilePayload(name="receipts.json", mimeType="application/json", buffer=content)
        await choice.set_input_files(file)
        await expect(page.get_by_text("Reading the file")).to_be_visible()
        for done in (0, 1, 2):
            await page.evaluate(TURN)
            await expect(page.get_by_text(f"{done} of {MANY} receipts checked")).to_be_visible()
            assert await page.get_by_role("progressbar").evaluate("bar => [bar.value, bar.max]") == [
                done,
                MANY,
            ]
        await visitor.press("Stop")
        await page.evaluate(ALL_TURNS)
        await expect(page.get_by_text("Stopped. This file was not checked to its end.")).to_be_visible()
        await another(page)
        await give(page, content, "Nobody here knows the signature of")
        await expect(page.get_by_text(f"{MANY} messages, on")).to_be_visible()
        rows = page.locator("section details")
        await expect(rows).to_have_count(100)
        await visitor.press(f"Show {MANY - 100} more")
        await expect(rows).to_have_count(MANY)
        await expect(rows.nth(100).locator("summary")).to_be_focused()
        assert visitor.errors == []


async def test_it_speaks_german_where_the_browser_does(
    browser: Browser, practice: Practice, saved: bytes
) -> None:
    """What is pressed to choose a file too, which a browser else writes in a language of its own."""
    async with visiting(browser, practice.origin, locale="de-DE") as visitor:
        page = visitor.page
        await page.goto(f"{practice.origin}/check/")
        async with page.expect_file_chooser() as asked:
            await page.get_by_text("Die gespeicherte Datei wählen").click()
        file = FilePayload(name="loeschbelege.json", mimeType="application/json", buffer=saved)
        await (await asked.value).set_files(file)
        await expect(page.get_by_text("hat das unterschrieben, und nichts wurde")).to_be_visible()


async def test_a_server_that_does_not_answer_is_said(
    browser: Browser, practice: Practice, saved: bytes
) -> None:
    """Without the server's own word nobody is told that it signed."""
    async with visiting(browser, practice.origin) as visitor:
        await visitor.page.route("**/v1/relay", lambda route: route.abort())
        await visitor.page.goto(f"{practice.origin}/check")
        await give(visitor.page, saved, "signed this could not be checked")
        await expect(visitor.page.get_by_text(SURE)).to_have_count(0)
