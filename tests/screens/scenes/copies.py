"""A copy of everything, locked and opened again."""

from __future__ import annotations

from playwright.async_api import Page

from tests.screens.scene import COACH, Scene
from tests.screens.steps import (
    SERVER,
    checking,
    choosing,
    failing,
    filling,
    hanging,
    pressing,
    reading,
    then,
    unlock,
    waiting,
)

COPY = "/our-work/copy"


async def opening_copy(page: Page) -> None:
    """The form for a locked copy unfolded, where no inbox is open."""
    await page.get_by_text("Open a locked copy").click()


copying = then(unlock, reading("A copy is yours"))
begun = then(
    copying, filling(**{"Password of the copy": "walnut glacier tapestry"}), pressing("Make the copy")
)
copy_chosen = then(opening_copy, filling(Its_password="walnut glacier tapestry"))
COPIES = (
    Scene("copy", COPY, {}, copying),
    Scene("copy-coach", COPY, COACH, copying),
    Scene("copy-open", COPY, {}, then(copying, checking("Whoever has the file"))),
    Scene(
        "copy-threads",
        COPY,
        {},
        then(copying, checking("Conversations that I choose"), checking("Before Thursday")),
    ),
    Scene(
        "copy-slips",
        COPY,
        {},
        then(copying, checking("Conversations that I choose"), pressing("Make the copy"), waiting(".fault")),
    ),
    Scene("copy-locking", COPY, hanging("lockCopy"), then(begun, reading("Making the lock"))),
    Scene("copy-saving", COPY, hanging("read"), then(begun, waiting("main progress"))),
    Scene("copy-file", COPY, hanging("file"), then(begun, waiting("main p.wrap"))),
    Scene("copy-stopped", COPY, hanging("file"), then(begun, waiting("main p.wrap"), pressing("Stop"))),
    Scene("copy-failed", COPY, failing("read", SERVER), then(begun, waiting(".trouble"))),
    Scene("copy-saved", COPY, {}, then(begun, reading("Saved outside"))),
    Scene("copy-partly", COPY, failing("file", {"code": "gone"}), then(begun, reading("Not in it"))),
    Scene("help-copy", "/help", {}, opening_copy),
    Scene("help-copy-missing", "/help", {}, then(opening_copy, pressing("Open it"), waiting(".fault"))),
    Scene(
        "help-copy-wrong",
        "/help",
        failing("unlockCopy", {"code": "wrong-password"}),
        then(copy_chosen, choosing(("our-work.qba", 300)), pressing("Open it"), waiting(".fault")),
    ),
    Scene(
        "help-copy-none",
        "/help",
        failing("unlockCopy", {"code": "refused"}),
        then(copy_chosen, choosing(("our-work.qba", 300)), pressing("Open it"), waiting(".trouble")),
    ),
    Scene(
        "help-copy-done",
        "/help",
        {},
        then(copy_chosen, choosing(("our-work.qba", 300)), pressing("Open it"), reading("Saved as a ZIP")),
    ),
)
