"""What is noted besides messages: the coach's notes, calls, and the check by voice."""

from __future__ import annotations

from playwright.async_api import Page

from tests.screens.scene import COACH, Scene
from tests.screens.steps import (
    OFFLINE,
    SERVER,
    failing,
    filling,
    hanging,
    pressing,
    reading,
    then,
    unlock,
    waiting,
)

NOTEBOOK, CALLS, CHECK = "/our-work/notes", "/our-work/calls", "/our-work/check"


async def note_again(page: Page) -> None:
    """Change what was noted about a call for oneself."""
    await page.locator(".own-note button").first.click()
    await page.locator(".noted textarea").fill("Ask about Thursday again.")


async def removing(page: Page) -> None:
    """Asked about the newest note."""
    await page.locator(".noted li:first-child button:last-child").click()
    await page.locator("dialog").wait_for()


there = then(unlock, waiting(".noted"))
NOTING = (
    Scene("work-notes", NOTEBOOK, {}, then(unlock, reading("six notes"))),
    Scene("work-notes-none", NOTEBOOK, {"notes": 0}, then(unlock, reading("keeps no notes"))),
    Scene("work-calls", CALLS, {}, then(unlock, waiting(".noted"))),
    Scene(
        "work-calls-own",
        CALLS,
        {"callNotes": True},
        then(unlock, waiting(".own-note .note-text")),
    ),
    Scene(
        "work-calls-own-write",
        CALLS,
        {"callNotes": True},
        then(unlock, waiting(".own-note .note-text"), note_again),
    ),
    Scene(
        "work-calls-offer",
        CALLS,
        {"calls": "now", "plain": True},
        then(unlock, reading("On the phone with")),
    ),
    Scene(
        "work-calls-none",
        CALLS,
        {"calls": "none", "plain": True},
        then(unlock, reading("Neither of you")),
    ),
    Scene("work-call", CALLS, {}, then(unlock, waiting(".noted"), pressing("Note a call"))),
    Scene(
        "work-call-faults",
        CALLS,
        {},
        then(
            unlock, waiting(".noted"), pressing("Note a call"), filling(Minutes="many"), pressing("Note it")
        ),
    ),
    Scene("notes", NOTEBOOK, COACH, there),
    Scene("notes-whole", NOTEBOOK, COACH, then(there, pressing("Read all of it"))),
    Scene(
        "notes-none",
        NOTEBOOK,
        {**COACH, "notes": 0, "notebook": "none"},
        then(unlock, reading("Nothing yet.")),
    ),
    Scene(
        "notes-closed",
        NOTEBOOK,
        {**COACH, "notebook": "closed"},
        then(there, reading("One note here cannot")),
    ),
    Scene(
        "notes-loading",
        NOTEBOOK,
        {**COACH, **hanging("privateNotes")},
        then(unlock, reading("Opening your notes")),
    ),
    Scene(
        "notes-offline",
        NOTEBOOK,
        {**COACH, **failing("privateNotes", OFFLINE)},
        then(unlock, waiting(".trouble")),
    ),
    Scene("notes-written", NOTEBOOK, COACH, then(there, filling(A_new_note="Half a thought."))),
    Scene("notes-empty", NOTEBOOK, COACH, then(there, pressing("Save the note"), waiting(".fault"))),
    Scene(
        "notes-saving",
        NOTEBOOK,
        {**COACH, **hanging("writeNote")},
        then(there, filling(A_new_note="A thought."), pressing("Save the note"), reading("Sealing the note")),
    ),
    Scene(
        "notes-not-saved",
        NOTEBOOK,
        {**COACH, **failing("writeNote", OFFLINE)},
        then(there, filling(A_new_note="A thought."), pressing("Save the note"), waiting(".trouble")),
    ),
    Scene(
        "notes-remove",
        NOTEBOOK,
        COACH,
        then(there, removing),
    ),
    Scene(
        "notes-not-removed",
        NOTEBOOK,
        {**COACH, **failing("expireNote", SERVER)},
        then(there, removing, pressing("Delete the note"), waiting("dialog .trouble")),
    ),
    Scene("notes-held", NOTEBOOK, {**COACH, "state": "held"}, then(there, reading("nothing can be added"))),
)
