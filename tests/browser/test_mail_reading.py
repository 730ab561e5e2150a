"""Forwarded mail in the browser, from the door to the eye: words first, the layout after a press, files under
safe names, and hostile mail that stays where it is.
"""

from __future__ import annotations

import re
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, expect

from tests.browser.forwarding import MAYA, PROVIDER, Door, entered
from tests.browser.hostile import aimed_at, together
from tests.browser.visitor import Visitor, visiting
from tests.browser.walls import Escapes, listening

pytestmark = pytest.mark.browser

PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000 1f15c4890000000d49444154789c6364f8cf500f00"
    "03860180 5a347d6b0000000049454e44ae426082".replace(" ", "")
)
A_MAIL = 40


def laid_out(subject: str, words: str | None, html: str) -> EmailMessage:
    """A mail with a layout, and perhaps with words beside it."""
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"], message["Subject"] = MAYA, "x@home.example", subject
    if words is None:
        message.set_content(html, subtype="html", cte="base64")
    else:
        message.set_content(words)
        message.add_alternative(html, subtype="html", cte="base64")
    return message


async def deliver(door: Door, message: EmailMessage) -> None:
    """Hand a mail in as its author's provider does."""
    assert await door.bring(PROVIDER.sign(message.as_bytes())) == 250


async def drawn(visitor: Visitor) -> Locator:
    """Press for the layout, and wait until the frame has told its height."""
    await visitor.press("Show its layout")
    frame = visitor.page.locator("iframe.layout")
    await expect(frame).not_to_have_attribute("height", "80")
    return frame


async def test_a_mail_is_words_first_then_its_layout_and_its_files(browser: Browser, door: Door) -> None:
    """Words, how it came, where the original is; files under safe names; the layout with the picture that
    came along; a link asks before it is followed; the same again after the words alone.
    """
    message = laid_out(
        "Heron letter",
        "Words of the heron.\n\nhttps://plain.example/walk",
        "<style>p{color:#060}</style><p>Laid out.</p><img src='cid:pier@x' width=40 height=20>"
        "<img src='https://counter.example/o.gif'><a href='https://walks.example/november?a=b'>Read on</a>",
    )
    html = message.get_payload()[1]
    html.add_related(PICTURE, "image", "png", cid="<pier@x>")
    message.add_attachment(
        b"MZ", maintype="application", subtype="octet-stream", filename="../../fr\u202egnp.\u202c.exe"
    )
    await deliver(door, message)
    async with visiting(browser, door.origin) as visitor:
        await entered(visitor, door)
        await visitor.open("Heron letter")
        shown = visitor.page.locator(".message")
        await expect(shown).to_contain_text("Words of the heron.")
        await expect(shown).to_contain_text(f"Forwarded in from {MAYA}. It travelled by ordinary e-mail")
        await expect(shown).to_contain_text("Only you have it here.")
        await expect(shown).to_contain_text("The original is still in your Sent folder")
        await expect(shown.locator("iframe")).to_have_count(0)
        await expect(shown.locator(".file-name .name").get_by_text("frgnp..exe")).to_be_visible()
        await visitor.press("Understood")
        await expect(shown).not_to_contain_text("Sent folder")
        frame = await drawn(visitor)
        await expect(shown).not_to_contain_text("Words of the heron.")
        await frame.focus()
        await visitor.page.keyboard.press("Tab")
        await visitor.page.keyboard.press("Enter")
        await expect(
            visitor.page.get_by_text("This goes to walks.example, outside this inbox.")
        ).to_be_visible()
        leave = visitor.page.get_by_role("link", name="Open walks.example")
        assert await leave.get_attribute("href") == "https://walks.example/november?a=b"
        assert "noreferrer" in str(await leave.get_attribute("rel"))
        await visitor.press("Cancel")
        await visitor.press("Show its words alone")
        await expect(shown).to_contain_text("Words of the heron.")
        assert all(one.startswith((door.origin, "blob:", "data:")) for one in visitor.requests)
        assert visitor.errors == []


async def test_a_file_of_a_stranger_is_looked_at_without_being_run(browser: Browser, door: Door) -> None:
    """Text is shown as text; what could run or fetch is only saved."""
    message = laid_out("Otter files", "See the files.", "<p>x</p>")
    script = b"<script>console.log('pwned')</script>"
    for name, kind in (("a.txt", "plain"), ("b.html", "html"), ("c.svg", "xml")):
        message.add_attachment(script, maintype="text", subtype=kind, filename=name)
    message.add_attachment(script, maintype="image", subtype="svg+xml", filename="d.svg")
    message.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="e.pdf")
    await deliver(door, message)
    async with visiting(browser, door.origin) as visitor:
        await entered(visitor, door)
        await visitor.open("Otter files")
        await expect(visitor.page.get_by_role("button", name=re.compile("^Save "))).to_have_count(6)
        await expect(visitor.page.get_by_role("button", name=re.compile("^Look at "))).to_have_count(1)
        await visitor.press("Look at a.txt")
        await expect(visitor.page.locator("pre")).to_have_text(script.decode())
        await visitor.press("Close")
        async with visitor.page.expect_download() as coming:
            await visitor.press("Save b.html")
        assert Path(await (await coming.value).path()).read_bytes().strip() == script
        assert "pwned" not in visitor.said
        assert visitor.errors == []


async def test_hostile_layouts_do_nothing_in_the_inbox(browser: Browser, door: Door) -> None:
    """Hundreds of ways to run, fetch or leave, as mail through the door: the words are words, and the layout
    neither speaks nor calls nor moves, also when everything in it is pressed.
    """
    escapes = Escapes()
    async with listening(escapes) as canary:
        layouts = aimed_at(canary)
        mails = [layouts[start : start + A_MAIL] for start in range(0, len(layouts), A_MAIL)]
        for number, some in enumerate(mails):
            hostile = laid_out(f"Magpie {number:02}", None, together(["<p>Magpie", *some]))
            await deliver(door, hostile)
        async with visiting(browser, door.origin) as visitor:
            visitor.page.on("popup", lambda popup: escapes.went.append(popup.url))
            visitor.page.on("dialog", lambda dialog: escapes.ran.append(dialog.message))
            await entered(visitor, door)
            # Whether a link is followed may be asked at any time after the press on it.
            asking = visitor.page.locator("dialog[open]")
            await visitor.page.add_locator_handler(asking, lambda _: visitor.press("Cancel"))
            address = visitor.page.url
            for number in range(len(mails)):
                await visitor.open(f"Magpie {number:02}")
                await expect(visitor.page.locator(".message")).to_contain_text("Magpie")
                frame = await drawn(visitor)
                height = int(await frame.get_attribute("height") or "0")
                for down in range(10, min(height, 400), 60):
                    await frame.click(position={"x": 40, "y": down}, force=True)
                    await visitor.page.wait_for_timeout(50)
                    if await visitor.page.locator("dialog[open]").count():
                        await visitor.press("Cancel")
                frames = [one.url for one in visitor.page.frames if one is not visitor.page.main_frame]
                assert frames == [f"{door.origin}/inbox/frame.html"]
                await visitor.press(re.compile("^Inbox"))
            assert visitor.page.url == address
            assert [
                one for one in visitor.requests if not one.startswith((door.origin, "blob:", "data:"))
            ] == []
            assert "pwned" not in visitor.said
    assert escapes.all == []
