"""A message opened: its thread, its files, the mail it came as, and a copy of it to keep."""

from __future__ import annotations

from playwright.async_api import Page

from tests.screens.scene import Scene
from tests.screens.steps import (
    BOARD,
    SERVER,
    Script,
    back,
    failing,
    hanging,
    later,
    message,
    opened,
    passing,
    pressing,
    reading,
    row,
    then,
    unlock,
    waiting,
)

MAILS: Script = {"letters": "mail"}


async def drawn(page: Page) -> None:
    """The layout stands there at its height."""
    await page.wait_for_selector("iframe.layout:not([height='80'])")


async def press_in_frame(page: Page) -> None:
    """Press the link in the layout: no selector reaches into it, so by its place."""
    frame = page.locator("iframe.layout")
    await frame.focus()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await page.wait_for_selector("dialog[open]")


READING = (
    Scene("read", steps=message(BOARD)),
    Scene("read-thread", steps=message("What changed this week")),
    Scene(
        "read-folded",
        steps=then(
            message("Re: What changed"), passing(5), back, row("Re: What"), waiting(".folded-message")
        ),
    ),
    Scene("read-mail", steps=message("Notes from the train")),
    Scene("mail-signed", "/", MAILS, message("The lake in November")),
    Scene("mail-layout", "/", MAILS, then(message("The lake"), pressing("Show its layout"), drawn)),
    Scene(
        "mail-link", "/", MAILS, then(message("The lake"), pressing("Show its layout"), drawn, press_in_frame)
    ),
    Scene(
        "mail-layout-failed",
        "/",
        {**MAILS, **failing("layout", SERVER)},
        then(message("The lake"), pressing("Show its layout"), waiting(".trouble")),
    ),
    Scene("mail-confirm", "/", MAILS, message("From my phone")),
    Scene(
        "mail-was-mine",
        "/",
        MAILS,
        then(message("From my phone"), pressing("It was me"), reading("It stays")),
    ),
    Scene(
        "mail-was-not-mine",
        "/",
        MAILS,
        then(message("From my phone"), pressing("It was not me"), waiting(".gone")),
    ),
    Scene("mail-rule", "/", MAILS, message("Your table on Friday")),
    Scene("mail-code", "/", MAILS, message("Forwarding confirmation")),
    Scene("mail-as-file", "/", MAILS, message("The whole folder")),
    Scene("mail-refused", "/", MAILS, then(message("turned away"), waiting(".refused"))),
    Scene("read-marks", "/", {"readMarks": True}, then(message("Before I answer"), waiting(".opened"))),
    Scene(
        "read-after-opening",
        "/",
        {"readMarks": True, "afterOpening": True},
        then(message(BOARD), waiting(".message-foot .meta")),
    ),
    Scene(
        "read-until-opened",
        "/",
        {"readMarks": True, "afterOpening": True},
        then(message("Re: What changed this week"), reading("or seven days after")),
    ),
    Scene("read-failed", steps=message("could not be opened")),
    Scene("read-failed-held", "/", {"state": "held"}, message("could not be opened")),
    Scene(
        "read-failed-asked",
        steps=then(message("could not be opened"), pressing("Ask Anna"), waiting("textarea")),
    ),
    Scene("read-gap", steps=message("Goals, second try")),
    Scene("read-exactly", steps=then(message(BOARD), pressing("Tuesday 8 September, 09:12"))),
    Scene("read-marked-unread", steps=then(message(BOARD), pressing("Mark unread"), waiting(".row.unread"))),
    Scene(
        "read-not-marked",
        "/",
        failing("markAll", SERVER),
        then(message(BOARD), pressing("Mark unread"), waiting(".trouble")),
    ),
    Scene("keep-copy", steps=then(message(BOARD), pressing("Keep a copy"), reading("It is one file"))),
    Scene(
        "keep-copy-page",
        steps=then(message("What changed this week"), pressing("Keep a copy"), reading("It is one page")),
    ),
    Scene(
        "keep-copy-saving",
        "/",
        hanging("file"),
        then(message(BOARD), pressing("Keep a copy"), pressing("Save the copy"), waiting("dialog progress")),
    ),
    Scene(
        "keep-copy-saved",
        steps=then(
            message(BOARD), pressing("Keep a copy"), pressing("Save the copy"), reading("Saved outside")
        ),
    ),
    Scene(
        "keep-copy-failed",
        "/",
        failing("file", SERVER),
        then(message(BOARD), pressing("Keep a copy"), pressing("Save the copy"), waiting("dialog .trouble")),
    ),
    Scene("read-loading", "/", hanging("thread"), then(opened, row(BOARD), reading("Opening the message"))),
    Scene("read-server", "/", failing("thread", SERVER), then(opened, row(BOARD), waiting(".trouble"))),
    Scene(
        "read-keeper-away",
        "/",
        failing("thread", {"code": "keeper-away"}),
        then(opened, row(BOARD), waiting(".trouble")),
    ),
    Scene("read-gone", "/t/dead", {}, then(unlock, waiting(".gone"))),
    Scene(
        "read-due",
        "/",
        {"letters": "short"},
        then(message("A word about sleep"), later(125), waiting(".gone")),
    ),
    Scene(
        "read-link", steps=then(message(BOARD), pressing("https://talks.example/quiet-authority/part-two"))
    ),
    Scene(
        "file-picture",
        steps=then(message(BOARD), pressing("Look at How the votes moved since spring.png"), waiting("img")),
    ),
    Scene(
        "file-text",
        steps=then(message("Goals, second"), pressing("Look at Goals.txt"), reading("What this is")),
    ),
    Scene(
        "file-saving",
        "/",
        hanging("file"),
        then(message(BOARD), pressing("Save Three questions, one page.pdf"), waiting("progress")),
    ),
    Scene(
        "file-saved",
        steps=then(message(BOARD), pressing("Save Three questions, one page.pdf"), reading("Saved outside")),
    ),
    Scene(
        "file-stopped",
        "/",
        hanging("file"),
        then(message(BOARD), pressing("Save Three questions, one page.pdf", "Stop"), reading("Stopped.")),
    ),
    Scene(
        "file-failed",
        "/",
        failing("file", SERVER),
        then(message(BOARD), pressing("Save Three questions, one page.pdf"), reading("answering")),
    ),
    Scene("read-went-unread", "/", {"unread": True}, then(opened, row("Went unread"), waiting(".gone"))),
)
