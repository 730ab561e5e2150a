"""*Take a copy* in the browser: everything or chosen conversations, locked or open, gone on with after a
break; opened again by the SDK and by the page.
"""

from __future__ import annotations

import asyncio
import json
import re
import secrets
import zipfile
from base64 import b64decode
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, Route, expect

from client_sdk.archive import new_archive, unlock_archive
from client_sdk.archive_check import check_archive
from client_sdk.archive_lock import is_locked
from client_sdk.attachment import Attachment
from tests.browser.conftest import MAYA_PASSWORD, Pair, Practice
from tests.browser.test_codes import as_coach
from tests.browser.visitor import Visitor, visiting

pytestmark = pytest.mark.browser

FILE = b"a file of ours\n" * 400_000
PASSWORD = "hazel orbit linen crow amber"
SAVED = "Saved outside this inbox."
NO_PICKER = "delete window.showSaveFilePicker"
PICKED = """() => {
  window.showSaveFilePicker = async ({ suggestedName }) => {
    const folder = await navigator.storage.getDirectory();
    return await folder.getFileHandle(suggestedName, { create: true });
  };
}"""
"""A browser asks whoever sits there; here the answer is a file of the browser's own, written as any other."""
READ = """async (name) => {
  const folder = await navigator.storage.getDirectory();
  const file = await (await folder.getFileHandle(name)).getFile();
  const url = await new Promise((resolve) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.readAsDataURL(file);
  });
  return url.slice(url.indexOf(",") + 1);
}"""
NAMES = "async () => Array.fromAsync((await navigator.storage.getDirectory()).keys())"


def nobody() -> str:
    """Nobody is asked for a password."""
    raise AssertionError


async def to_copy(visitor: Visitor) -> None:
    """From the list to *Take a copy*."""
    await visitor.press("Our work")
    await visitor.press(re.compile("^Take a copy"))
    await expect(visitor.page.get_by_role("heading", name="Take a copy")).to_be_visible()


async def enter(visitor: Visitor, pair: Pair) -> None:
    """The client's inbox."""
    await visitor.page.goto(pair.origin)
    await visitor.unlock(pair.client.name, MAYA_PASSWORD)
    await visitor.is_open()


async def saved(page: Page, act: str, to: Path) -> str:
    """Press what saves a file, and keep it; returns the name that the browser was given."""
    async with page.expect_download() as downloading:
        await page.get_by_role("button", name=act, exact=True).click()
    download = await downloading.value
    await download.save_as(to)
    return download.suggested_filename


def contents(path: Path) -> tuple[dict[str, bytes], dict[str, object]]:
    """Every entry by its name, and what data.json says."""
    with zipfile.ZipFile(path) as bundle:
        entries = {name: bundle.read(name) for name in bundle.namelist()}
    return entries, json.loads(entries["data.json"])


async def test_everything_of_a_coach_and_of_a_client(browser: Browser, pair: Pair, tmp_path: Path) -> None:
    """Open, by a browser that only downloads: the SDK finds it sound; files are whole, the page opens and
    searches without a network; the coach's notes are in the coach's and in no other.
    """
    note = Attachment.from_bytes(FILE, "../notes <b>.txt")
    await pair.to_maya.send(subject="Bittern <i>", text="For the **copy** & more", attach=[note])
    await pair.to_maya.notes.add("Plover, for nobody else.")
    copies = {who: tmp_path / f"{who}.zip" for who in ("coach", "client")}
    async with visiting(browser, pair.origin) as coach, visiting(browser, pair.origin) as client:
        await enter(client, pair)
        await as_coach(coach, pair.practice)
        row = coach.page.get_by_role("listitem").filter(has_text=pair.name)
        opens, notes = row.get_by_role("button", name="Open"), row.get_by_role("link", name="Notes")
        await expect(opens.or_(notes)).to_be_visible()
        if await opens.count():
            await opens.click()
            await coach.is_open()
        for who, visitor in (("coach", coach), ("client", client)):
            await visitor.page.evaluate(NO_PICKER)
            await to_copy(visitor)
            await visitor.page.get_by_label("Whoever has the file").check()
            name = await saved(visitor.page, "Make the copy", copies[who])
            assert re.fullmatch(r"our-work-\d{4}-\d\d-\d\d\.zip", name)
            await expect(visitor.page.get_by_text(SAVED)).to_be_visible()
            assert visitor.errors == []
    for who, path in copies.items():
        assert check_archive(path, nobody).sound
        entries, data = contents(path)
        (copied,) = (name for name in entries if name.startswith("files/") and "notes" in name)
        assert entries[copied] == FILE
        assert ("notes/notes.txt" in entries) == (who == "coach")
        assert (b"Plover" in b"".join(entries.values())) == (who == "coach")
        assert pair.to_maya.agreement.text.encode() == entries["agreement/agreement-1.txt"]
        assert data["left"] == []
        assert "Bittern <i>" in [one["subject"] for one in data["messages"]]  # type: ignore[attr-defined]
    folder = tmp_path / "unpacked"
    with zipfile.ZipFile(copies["client"]) as bundle:
        bundle.extractall(folder)
    context = await browser.new_context(offline=True)
    try:
        page = await context.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        await page.goto((folder / "open-me.html").as_uri())
        heading = page.get_by_role("heading", name="Bittern <i>")
        await expect(heading).to_be_visible()
        await page.get_by_role("searchbox").fill("nothing like it")
        await expect(heading).to_be_hidden()
        await page.get_by_role("searchbox").fill("BITTERN")
        await expect(heading).to_be_visible()
        assert all(address.startswith("file:") for address in asked)
    finally:
        await context.close()


async def test_a_chosen_conversation_locked_and_broken_off(
    browser: Browser, pair: Pair, tmp_path: Path
) -> None:
    """Written straight into a file, gone on with after the line broke in the middle of an attachment, without
    a byte fetched twice: it holds that conversation alone, nothing of it can be read without the password,
    and the SDK opens it.
    """
    large = Attachment.from_bytes(FILE * 2, "large.bin")
    await pair.to_maya.send(subject="Curlew alone", text="In this one.", attach=[large])
    await pair.to_maya.send(subject="Whimbrel", text="Not in this one.")
    async with visiting(browser, pair.origin) as visitor:
        await enter(visitor, pair)
        await visitor.see("Whimbrel")
        await visitor.page.evaluate(PICKED)
        await to_copy(visitor)
        await visitor.page.get_by_label("Conversations that I choose").check()
        await visitor.press("Make the copy")
        await expect(visitor.page.get_by_text("Please choose one at least.")).to_be_visible()
        await expect(visitor.page.get_by_text("12 characters or more").first).to_be_visible()
        await visitor.page.get_by_role("checkbox", name=re.compile("Curlew")).check()
        await visitor.fill("Password of the copy", PASSWORD)
        got: list[str] = []
        line = asyncio.Event()

        async def break_after_the_first(route: Route) -> None:
            if got and not line.is_set():
                await route.abort()
                return
            got.append(route.request.headers["range"])
            await route.fallback()

        await visitor.page.context.route("**/v1/blobs/*", break_after_the_first)
        await visitor.press("Make the copy")
        await expect(visitor.page.get_by_text("What was made so far waits")).to_be_visible()
        assert await visitor.page.evaluate(NAMES) != []
        line.set()
        await visitor.press("Go on")
        await expect(visitor.page.get_by_text(SAVED)).to_be_visible()
        await expect(visitor.page.get_by_text("One message and one file.")).to_be_visible()
        assert len(got) == len(set(got)) > 1
        (name,) = await visitor.page.evaluate(NAMES)
        assert name.endswith(".qba")
        locked = tmp_path / name
        locked.write_bytes(b64decode(await visitor.page.evaluate(READ, name)))
        assert is_locked(locked)
        assert b"Curlew" not in locked.read_bytes()
        assert check_archive(locked, lambda: PASSWORD).sound
        errors = [one for one in visitor.errors if "ERR_FAILED" not in one]
        assert errors == []
    unlock_archive(locked, tmp_path / "open.zip", PASSWORD, bytes)
    entries, data = contents(tmp_path / "open.zip")
    assert [one["subject"] for one in data["messages"]] == ["Curlew alone"]  # type: ignore[attr-defined]
    assert data["chosen"] is True
    assert not [one for one in entries if one.startswith(("agreement/", "receipts/", "notes/"))]
    (file,) = (one for one in entries if one.startswith("files/"))
    assert entries[file] == FILE * 2


async def test_a_locked_copy_is_opened_by_the_locked_page(
    browser: Browser, practice: Practice, tmp_path: Path
) -> None:
    """What the command has locked: with its password it comes out byte for byte; with another, cut, or no
    copy at all, nothing does, and the page says why. No request leaves for it.
    """
    locked, whole, cut = (tmp_path / name for name in ("work.qba", "work.zip", "cut.qba"))
    with new_archive(locked, PASSWORD, secrets.token_bytes, datetime(2026, 9, 8, tzinfo=UTC)) as archive:
        archive.add("files/large.bin", BytesIO(FILE))
    unlock_archive(locked, whole, PASSWORD, secrets.token_bytes)
    cut.write_bytes(locked.read_bytes()[:-40])
    async with visiting(browser, practice.origin) as visitor:
        await visitor.page.add_init_script(NO_PICKER)
        async with visitor.page.expect_response("**/v1/relay"):  # the name on top of each page
            await visitor.page.goto(f"{practice.origin}/help")
        await visitor.page.get_by_text("Open a locked copy").click()
        before = len(visitor.requests)
        await visitor.page.get_by_label("The copy, a file that ends in .qba").set_input_files(locked)
        await visitor.fill("Its password", PASSWORD + "s")
        await visitor.press("Open it")
        await expect(visitor.page.get_by_text("That password does not open this copy.")).to_be_visible()
        await visitor.fill("Its password", PASSWORD)
        assert await saved(visitor.page, "Open it", tmp_path / "page.zip") == "work.zip"
        assert (tmp_path / "page.zip").read_bytes() == whole.read_bytes()
        for file_of, said in (
            (cut, "This copy was changed, or a part of it is missing."),
            (whole, "That file is not a locked copy."),
        ):
            await visitor.page.get_by_label("The copy, a file that ends in .qba").set_input_files(file_of)
            await visitor.press("Open it")
            await expect(visitor.page.get_by_text(said)).to_be_visible()
        assert visitor.errors == []
        assert not [address for address in visitor.requests[before:] if "/v1/" in address]
