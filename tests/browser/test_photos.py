"""A photo that leaves the browser says nothing of where, when and with what it was taken."""

from __future__ import annotations

import base64
import struct
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import MAYA_PASSWORD, Pair
from tests.browser.visitor import visiting

pytestmark = pytest.mark.browser

PLACE = b"47.3769N 8.5417E canary"
UPRIGHT = 6  # held upright: the picture lies on its side without its Exif
DRAWN = """() => {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [40, 20];
  canvas.getContext("2d").fillRect(0, 0, 10, 10);
  return canvas.toDataURL("image/jpeg").split(",")[1];
}"""
SHOWN = """async (text) => {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const shown = await createImageBitmap(new Blob([bytes], { type: "image/jpeg" }));
  return [shown.width, shown.height];
}"""


def with_details(drawn: bytes) -> bytes:
    """A picture as a camera leaves it: Exif with orientation and a place, and something behind its end."""
    entry = struct.pack(">HHHIHH", 1, 0x0112, 3, 1, UPRIGHT, 0)
    body = b"Exif\0\0MM\0*" + struct.pack(">I", 8) + entry + bytes(4) + PLACE
    return drawn[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + drawn[2:] + PLACE


async def shown(page: Page, photo: bytes) -> list[int]:
    """Width and height as a browser shows them."""
    found: list[int] = await page.evaluate(SHOWN, base64.b64encode(photo).decode())
    return found


async def test_a_photo_without_place(browser: Browser, pair: Pair, tmp_path: Path) -> None:
    """Place and camera are taken out, and that is said; the picture is the same and still upright. Who wants
    them sends the file as it was. What cannot be taken apart is told of.
    """
    await pair.to_maya.send(subject="Before photos", text="An empty inbox offers another button.")
    async with visiting(browser, pair.origin) as visitor:
        await visitor.page.goto(pair.origin)
        await visitor.unlock(pair.client.name, MAYA_PASSWORD)
        await visitor.see("Before photos")
        photo = with_details(base64.b64decode(await visitor.page.evaluate(DRAWN)))
        names = ("heron.jpg", "wanted.jpg", "torn.jpg")
        for name in names:
            (tmp_path / name).write_bytes(photo if name != "torn.jpg" else photo[:300])
        await visitor.press("Write")
        await visitor.fill("Subject", "Heron photo")
        await visitor.page.locator("input[type=file]").set_input_files([tmp_path / name for name in names])
        note = visitor.page.get_by_text("Place and camera details removed from 2 photos.")
        await expect(note).to_contain_text("torn.jpg goes as it is")
        await visitor.page.get_by_role("button", name="Keep place and camera details").nth(1).click()
        await expect(visitor.page.get_by_text("details removed from 1 photo.")).to_be_visible()
        await visitor.press("Send to Anna")
        await visitor.see("Heron photo")
        (sent,) = [one async for one in pair.to_maya.messages() if one.subject == "Heron photo"]
        arrived = {file.name: await file.read() for file in sent.attachments}
        assert PLACE not in arrived["heron.jpg"]
        assert await shown(visitor.page, arrived["heron.jpg"]) == await shown(visitor.page, photo) == [20, 40]
        assert (arrived["wanted.jpg"], arrived["torn.jpg"]) == (photo, photo[:300])
        assert visitor.errors == []
