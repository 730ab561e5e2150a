"""Every screen and state of the web inbox, with the way to it. A scene's name is its picture's name.

Longer than other modules: every screen and state is one line of one list.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from playwright.async_api import Page

from tests.screens.steps import (
    ARRIVED,
    BOARD,
    LOST,
    OFFLINE,
    SERVER,
    Script,
    Steps,
    camera,
    checking,
    choosing,
    digits,
    every_50_minutes,
    failing,
    filling,
    hanging,
    later,
    message,
    opened,
    own_device,
    passing,
    pressing,
    pushing,
    reading,
    ready,
    row,
    sheet,
    signed,
    stay,
    then,
    unlock,
    waiting,
    written,
)

LINK = "/i/#1." + "A" * 43
COACH_LINK = "/i/#2." + "A" * 43
RELEASE_LINK = "/r/#3." + "A" * 64
REPORT, EDIT, REVIEW = "/our-work/report", "/our-work/report-edit", "/our-work/review"
IN_APP = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Mobile/15E148 LinkedInApp"
)


def happened(what: str) -> Script:
    """Something was done to the inbox from elsewhere."""
    return {"kind": "happened", "happened": {"number": 7, "what": what, "at": 1_794_000_000}}


@dataclass(frozen=True, slots=True)
class Scene:
    """A screen in a state: what the worker is told, where the page opens, and what a person then does."""

    name: str
    address: str = "/"
    script: Script = field(default_factory=dict)
    steps: Steps = stay
    agent: str = ""
    scripts: bool = True
    kept: Mapping[str, str] = field(default_factory=dict)


async def back(page: Page) -> None:
    """The browser's own way back."""
    await page.go_back()


def searching(typed: str) -> Steps:
    """From the list to the search, and something typed."""

    async def play(page: Page) -> None:
        await opened(page)
        await page.locator(".search-link").click()
        await page.locator("#search").fill(typed)
        await page.locator(".found" if typed else "#search").wait_for()

    return play


async def summary(page: Page) -> None:
    """Unfold the whole agreement."""
    await page.locator("summary").click()


async def emptied(page: Page) -> None:
    """A goal that is how and where alone, and days the wrong way round."""
    await page.get_by_label("Where it stands").last.fill("Half way.")
    await page.get_by_label("From", exact=True).fill("2027-01-01")


digits_typed = then(filling(Six_digits="407182"), pressing("Open"))


async def top(page: Page) -> None:
    """Back to the beginning of the page: a bar covers half a row wherever one stops."""
    await page.evaluate("scrollTo(0, 0)")


READ = pressing("Read the square with the camera")
finished = then(ready, pressing("Finish"))
AT_WORK = then(
    checking("It belongs to my work"),
    pressing("Continue", "Ask for a new link"),
    reading("End this invitation?"),
)
ASKING = then(own_device, pressing("Ask Anna to change something"), waiting("dialog"))
WISHED = then(
    filling(What_you_would_like_to_be_different="Thirty days are enough."), pressing("Send to Anna")
)
JOINING = (
    Scene("join-1-question", LINK),
    Scene("join-1-unsure", LINK, steps=checking("I am not sure")),
    Scene("join-1-missing", LINK, steps=pressing("Continue")),
    Scene("join-1-work", LINK, steps=then(checking("It belongs to my work"), pressing("Continue"))),
    Scene("join-1-work-end", LINK, steps=AT_WORK),
    Scene(
        "join-1-work-failed",
        LINK,
        {"fail": {"reply": {"code": "refused"}}},
        then(AT_WORK, pressing("End it and tell them"), waiting(".trouble")),
    ),
    Scene(
        "join-1-work-told",
        LINK,
        steps=then(AT_WORK, pressing("End it and tell them"), reading("They have been told")),
    ),
    Scene("join-1-unexpected", LINK, steps=pressing("Not expecting it?")),
    Scene("join-1-in-app", LINK, steps=pressing("Copy the link"), agent=IN_APP),
    Scene("join-1-coach", COACH_LINK),
    Scene("join-1-no-link", "/i/", steps=reading("Four digits and some words")),
    Scene("join-1-mistyped", "/i/#1.short"),
    Scene("join-1-no-script", LINK, scripts=False),
    Scene("join-2-agreement", LINK, steps=then(own_device, waiting(".lines-six"))),
    Scene("join-2-plain", LINK, {"plain": True}, then(own_device, waiting(".lines-six"))),
    Scene("join-2-whole", LINK, steps=then(own_device, summary)),
    Scene("join-2-unsigned", LINK, steps=then(own_device, pressing("Sign"))),
    Scene("join-2-ask", LINK, steps=ASKING),
    Scene("join-2-ask-missing", LINK, steps=then(ASKING, pressing("Send to Anna"), waiting("dialog .fault"))),
    Scene(
        "join-2-ask-failed",
        LINK,
        {"fail": {"reply": OFFLINE}},
        then(ASKING, WISHED, waiting("dialog .trouble")),
    ),
    Scene("join-2-asked", LINK, steps=then(ASKING, WISHED, reading("Sent. Anna can answer"))),
    Scene("join-2-no", LINK, steps=then(own_device, pressing("No thank you"), waiting("dialog"))),
    Scene(
        "join-2-said-no",
        LINK,
        steps=then(own_device, pressing("No thank you", "Tell Anna"), reading("Anna has been told")),
    ),
    Scene(
        "join-2-declined",
        LINK,
        failing("openInvitation", {"code": "invitation-declined"}),
        then(own_device, reading("has ended")),
    ),
    Scene(
        "join-2-opening", LINK, hanging("openInvitation"), then(own_device, reading("Opening the invitation"))
    ),
    Scene("join-2-offline", LINK, failing("openInvitation", OFFLINE), then(own_device, waiting(".trouble"))),
    Scene(
        "join-2-used",
        LINK,
        failing("openInvitation", {"code": "invitation-used"}),
        then(own_device, reading("used")),
    ),
    Scene(
        "join-2-old",
        LINK,
        failing("openInvitation", {"code": "invitation-expired"}),
        then(own_device, reading("too old")),
    ),
    Scene(
        "join-2-withdrawn",
        LINK,
        failing("openInvitation", {"code": "invitation-withdrawn"}),
        then(own_device, reading("taken back")),
    ),
    Scene(
        "join-2-unknown",
        LINK,
        failing("openInvitation", {"code": "invitation-unknown"}),
        then(own_device, reading("opens nothing")),
    ),
    Scene("join-3-offered", LINK, steps=then(signed, waiting(".five-words"))),
    Scene("join-3-own", LINK, steps=then(signed, checking("Choose my own"))),
    Scene(
        "join-3-short",
        LINK,
        steps=then(signed, checking("Choose my own"), filling(Password="too short"), pressing("Continue")),
    ),
    Scene(
        "join-3-taken",
        LINK,
        failing("finishEnrolment", {"code": "name-taken"}),
        then(finished, waiting(".banner")),
    ),
    Scene("join-4-sheet", LINK, steps=then(sheet, waiting(".digits"))),
    Scene("join-4-ready", LINK, steps=ready),
    Scene("join-4-finishing", LINK, hanging("finishEnrolment"), then(finished, reading("Setting up"))),
    Scene("join-4-offline", LINK, failing("finishEnrolment", OFFLINE), then(finished, waiting(".trouble"))),
    Scene("join-5-welcome", LINK, {"letters": "none"}, then(finished, waiting(".empty"))),
)

UNLOCKING = (
    Scene("unlock"),
    Scene("unlock-remembered", kept={"inbox-name": "amber-river-42"}),
    Scene("unlock-missing", steps=pressing("Open")),
    Scene(
        "unlock-wrong",
        "/",
        failing("unlock", {"code": "wrong-password"}),
        then(unlock, reading("did not open")),
    ),
    Scene(
        "unlock-slow",
        "/",
        failing("unlock", {"code": "too-many-requests", "retryAfter": 30}),
        then(unlock, reading("Too many tries")),
    ),
    Scene("unlock-away", "/", failing("unlock", OFFLINE), then(unlock, reading("No connection"))),
    Scene("unlock-server", "/", failing("unlock", SERVER), then(unlock, waiting(".trouble"))),
    Scene("unlock-opening", "/", hanging("unlock"), then(unlock, reading("About two seconds"))),
    Scene(
        "unlock-after-idle",
        "/",
        {},
        then(written, later(14 * 60 + 30), later(60), reading("Locked after")),
        kept={"lock-minutes": "15"},
    ),
    Scene("unlock-after-press", "/", {}, then(opened, pressing("Lock"), reading("is locked"))),
    Scene("help", "/help"),
    Scene("help-camera", "/help", steps=then(camera(), READ, reading("Hold the sheet"))),
    Scene(
        "help-camera-refused", "/help", steps=then(camera("NotAllowedError"), READ, reading("may not use"))
    ),
    Scene("help-camera-none", "/help", steps=then(camera("NotFoundError"), READ, reading("No camera was"))),
    Scene(
        "help-camera-busy", "/help", steps=then(camera("NotReadableError"), READ, reading("did not start"))
    ),
    Scene(
        "help-camera-nothing",
        "/help",
        steps=then(camera(), READ, reading("Hold the sheet"), later(121), reading("in two minutes")),
    ),
    Scene(
        "help-group",
        "/help",
        failing("unlock", {"code": "sheet-group", "group": 4}),
        then(
            digits("41723", "90056", "18834", "55121", "70391", "26647"),
            pressing("Open with the sheet"),
            reading("does not fit"),
        ),
    ),
    Scene(
        "help-missing", "/help", {}, then(digits("41723", "90056", "188"), pressing("Open with the sheet"))
    ),
    Scene("how-outside", "/how"),
)

LISTS = (
    Scene("list", steps=opened),
    Scene("list-unread", "/?show=unread", steps=opened),
    Scene("list-files", "/?show=files", steps=opened),
    Scene("list-going", "/?show=going", steps=opened),
    Scene("list-soon", "/", {"letters": "soon"}, opened),
    Scene("list-no-match", "/?show=going", {"letters": "month"}, then(unlock, waiting(".none"))),
    Scene("list-new", steps=then(opened, pushing(ARRIVED), waiting(".newcomers"))),
    Scene("list-loading", "/", hanging("list"), then(unlock, reading("Opening your messages"))),
    Scene("list-not-loaded", "/", failing("list", SERVER), then(unlock, waiting(".trouble"))),
    Scene("list-no-connection", steps=then(opened, pushing(LOST), waiting(".lines .banner"))),
    Scene("list-empty", "/", {"letters": "none"}, then(unlock, waiting(".empty"))),
    Scene("list-not-signed", "/", {"letters": "none", "state": "draft"}, then(unlock, waiting(".empty"))),
    Scene("list-held", "/", {"state": "held"}, opened),
    Scene("list-all-gone", "/", {"letters": "none", "state": "gone"}, then(unlock, waiting(".empty"))),
    Scene("list-clock", "/", {"clockOffset": -7 * 365 * 86_400}, opened),
    Scene("list-by-deletion", "/?by=deletion", steps=opened),
    Scene("list-many", "/", {"letters": "thousand"}, opened),
    Scene(
        "list-many-further",
        "/",
        {"letters": "thousand"},
        then(opened, pressing("Show earlier messages (1,154)")),
    ),
    Scene("search-empty", steps=searching("")),
    Scene("search-found", steps=searching("week")),
    Scene("search-none", steps=then(searching("zebra"), reading("No message has those words"))),
    Scene(
        "search-inside",
        steps=then(searching("promote"), pressing("Search inside all messages"), reading("Read inside all")),
    ),
    Scene(
        "search-running",
        "/",
        hanging("searchInside"),
        then(searching("promote"), pressing("Search inside all messages"), reading("7 of")),
    ),
    Scene(
        "search-stopped",
        "/",
        hanging("searchInside"),
        then(
            searching("promote"),
            pressing("Search inside all messages", "Stop"),
            reading("were not looked into"),
        ),
    ),
    Scene(
        "search-failed",
        "/",
        failing("searchInside", OFFLINE),
        then(searching("promote"), pressing("Search inside all messages"), waiting(".trouble")),
    ),
    Scene("search-read", steps=then(searching("thursday"), row(BOARD), waiting(".message"))),
    Scene("search-back", steps=then(searching("thursday"), row(BOARD), waiting(".message"), back)),
    Scene("search-many", "/", {"letters": "thousand"}, searching("letter")),
    Scene("list-earlier", steps=then(opened, pressing("Show earlier messages"), reading("An older letter"))),
    Scene(
        "idle-warning",
        steps=then(opened, later(14 * 60 + 10), waiting("dialog")),
        kept={"lock-minutes": "15"},
    ),
    Scene(
        "idle-twelve-hours",
        steps=then(opened, every_50_minutes(14), later(19 * 60 + 5), waiting("dialog")),
        kept={"lock-minutes": "60"},
    ),
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
    Scene("read-failed", steps=message("could not be opened")),
    Scene("read-gap", steps=message("Goals, second try")),
    Scene("read-exactly", steps=then(message(BOARD), pressing("Tuesday 8 September, 09:12"))),
    Scene("read-marked-unread", steps=then(message(BOARD), pressing("Mark unread"), waiting(".row.unread"))),
    Scene(
        "read-not-marked",
        "/",
        failing("markUnread", SERVER),
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
    Scene("delete-mine", steps=then(message(BOARD), pressing("Delete"))),
    Scene(
        "delete-both", steps=then(message("Goals, second"), pressing("Delete"), checking("For both of us"))
    ),
    Scene(
        "delete-waiting",
        steps=then(message(BOARD), pressing("Delete", "Delete my copy"), waiting(".outgoing")),
    ),
    Scene(
        "delete-done",
        steps=then(
            message(BOARD), pressing("Delete", "Delete my copy"), passing(12), reading("Gone from the server")
        ),
    ),
    Scene(
        "delete-failed",
        "/",
        failing("expire", SERVER),
        then(message(BOARD), pressing("Delete", "Delete my copy"), passing(12), reading("Not deleted")),
    ),
    Scene("shorten", steps=then(message(BOARD), pressing("Change"))),
    Scene("shorten-wrong", steps=then(message(BOARD), pressing("Change", "Change the date"))),
    Scene(
        "shorten-done",
        steps=then(
            message(BOARD),
            pressing("Change"),
            filling(Delete_it_on="2026-10-01"),
            pressing("Change the date"),
            reading("Kept until Thursday 1 October 2026"),
        ),
    ),
    Scene("shorten-too-late", steps=then(message("A word about sleep"), pressing("Change"))),
)

sent = then(written, pressing("Send to Anna"))
WRITING = (
    Scene("write", steps=then(opened, pressing("Write"))),
    Scene("write-filled", steps=written),
    Scene("write-date", steps=then(written, checking("A date"))),
    Scene(
        "write-faults", steps=then(opened, pressing("Write"), checking("A date"), pressing("Send to Anna"))
    ),
    Scene("write-work-address", steps=then(written, filling(Message="Please copy jonas@northwind.example."))),
    Scene("write-no-connection", steps=then(written, pushing(LOST))),
    Scene("write-held", "/write", {"state": "held"}, then(unlock, waiting(".writer"))),
    Scene("write-not-signed", "/write", {"state": "draft"}, then(unlock, waiting(".writer"))),
    Scene("write-waiting", steps=then(sent, waiting(".outgoing"))),
    Scene("write-sending", "/", hanging("send"), then(sent, passing(11), waiting(".outgoing progress"))),
    Scene("write-sent", steps=then(sent, passing(11), reading("Sent."))),
    Scene("write-not-sent", "/", failing("send", SERVER), then(sent, passing(11), reading("Not sent."))),
    Scene(
        "write-closed-meanwhile",
        "/",
        failing("send", {"code": "closed"}),
        then(sent, passing(11), reading("Not sent.")),
    ),
    Scene(
        "write-full", "/", failing("send", {"code": "full"}), then(sent, passing(11), reading("Not sent."))
    ),
    Scene(
        "write-back-to-text",
        "/",
        failing("send", OFFLINE),
        then(sent, passing(11), pressing("Back to the text")),
    ),
    Scene("reply", steps=then(message(BOARD), pressing("Reply"))),
    Scene(
        "write-after-lock",
        "/",
        {},
        then(
            written,
            passing(3),
            pressing("Lock"),
            unlock,
            waiting(".row"),
            pressing("Write"),
            reading("taken out"),
        ),
    ),
)

overview = then(unlock, waiting(".timeline"))
closing = then(unlock, waiting(".counts"))
sure = then(closing, pressing("See exactly what happens"), waiting(".exactly"))
WORK = (
    Scene("work", "/our-work", {}, overview),
    Scene(
        "work-plain",
        "/our-work",
        {"plain": True, "notes": 0, "calls": "none", "receipts": "none", "backups": 0},
        overview,
    ),
    Scene("work-coach", "/our-work", {"role": "coach"}, overview),
    Scene("work-held", "/our-work", {"state": "held"}, overview),
    Scene("work-closed", "/our-work", {"state": "held", "closedBy": "other"}, overview),
    Scene("work-draft", "/our-work", {"state": "draft", "letters": "none"}, overview),
    Scene("work-proposed", "/our-work", {"proposal": "agreement"}, overview),
    Scene("work-loading", "/our-work", hanging("work"), then(unlock, reading("Opening your agreement"))),
    Scene("work-server", "/our-work", failing("work", SERVER), then(unlock, waiting(".trouble"))),
    Scene("work-why", "/our-work", {}, then(overview, pressing("29 May 2027"))),
    Scene(
        "work-why-closed",
        "/our-work",
        {"state": "held", "closedBy": "other"},
        then(overview, pressing("19 August 2026")),
    ),
    Scene("work-kept", "/our-work/kept", {}, then(unlock, waiting(".places"))),
    Scene(
        "work-kept-coach", "/our-work/kept", {"role": "coach", "backups": 0}, then(unlock, waiting(".places"))
    ),
    Scene("work-sponsor", "/our-work/sponsor", {}, then(unlock, reading("You have released nothing"))),
    Scene("sponsor-open", "/our-work/sponsor", {"report": "open"}, then(unlock, waiting(".document"))),
    Scene(
        "sponsor-waiting", "/our-work/sponsor", {"report": "waiting"}, then(unlock, reading("Nothing until"))
    ),
    Scene("sponsor-ended", "/our-work/sponsor", {"report": "ended"}, then(unlock, reading("has ended"))),
    Scene(
        "sponsor-withdrawn",
        "/our-work/sponsor",
        {"report": "withdrawn"},
        then(unlock, reading("was withdrawn")),
    ),
    Scene(
        "sponsor-coach", "/our-work/sponsor", {"role": "coach"}, then(unlock, reading("Maya has released"))
    ),
    Scene("report-none", REPORT, {}, then(unlock, reading("Nothing has been written yet"))),
    *(
        Scene(f"report-{state}", REPORT, {"report": state}, then(unlock, waiting("main .actions")))
        for state in (
            *("written", "changed", "beside", "signed", "window", "asked", "declined"),
            *("waiting", "open", "newer", "ended", "closed", "withdrawn", "unconfirmed"),
        )
    ),
    *(
        Scene(
            f"report-coach-{state}",
            REPORT,
            {"report": state, "role": "coach"},
            then(unlock, waiting("main .actions")),
        )
        for state in ("written", "dropped", "asked", "declined", "signed", "waiting", "open")
    ),
    Scene(
        "report-withdraw", REPORT, {"report": "open"}, then(unlock, pressing("Withdraw"), waiting("dialog"))
    ),
    Scene(
        "report-withdraw-away",
        REPORT,
        {"report": "waiting", **failing("report", OFFLINE)},
        then(unlock, waiting(".trouble")),
    ),
    Scene("report-edit-first", EDIT, {}, then(unlock, waiting(".goal-fields"))),
    Scene("report-edit", EDIT, {"report": "signed", "named": True}, then(unlock, waiting(".goal-fields"))),
    Scene(
        "report-edit-wrong",
        EDIT,
        {"report": "written"},
        then(
            unlock,
            waiting(".goal-fields"),
            pressing("Add a goal"),
            emptied,
            pressing("Give it to Anna"),
            waiting(".fault"),
        ),
    ),
    Scene("review-unsigned", REVIEW, {"report": "written"}, then(unlock, waiting(".document"))),
    Scene("review-signed", REVIEW, {"report": "signed", "named": True}, then(unlock, waiting(".deciding"))),
    Scene("review-window", REVIEW, {"report": "window"}, then(unlock, waiting(".deciding"))),
    Scene("review-open", REVIEW, {"report": "open"}, then(unlock, waiting(".document"))),
    Scene(
        "review-until",
        REVIEW,
        {"report": "signed"},
        then(unlock, waiting(".deciding"), pressing("Change"), pressing("Release tomorrow at 09:00")),
    ),
    Scene(
        "review-ask",
        REVIEW,
        {"report": "signed"},
        then(unlock, waiting(".deciding"), pressing("Ask Anna to change something"), waiting("dialog")),
    ),
    Scene(
        "review-decline",
        REVIEW,
        {"report": "signed"},
        then(unlock, waiting(".deciding"), pressing("Don’t release"), waiting("dialog")),
    ),
    Scene(
        "review-coach",
        REVIEW,
        {"report": "written", "role": "coach"},
        then(unlock, reading("signs after you")),
    ),
    Scene(
        "review-coach-nobody",
        REVIEW,
        {"report": "written", "role": "coach", "nobody": True},
        then(unlock, reading("Please name who reads it there")),
    ),
    Scene(
        "review-coach-way",
        REVIEW,
        {"report": "written", "role": "coach"},
        then(
            unlock,
            reading("signs after you"),
            filling(**{"Type your name to sign": "Anna Harrow"}),
            pressing("Sign"),
            waiting(".way"),
        ),
    ),
    Scene(
        "review-coach-signed",
        REVIEW,
        {"report": "signed", "role": "coach"},
        then(unlock, waiting(".document")),
    ),
    Scene("list-report", "/", {"report": "waiting"}, then(opened, reading("gets your report"))),
    Scene(
        "list-report-coach", "/", {"report": "waiting", "role": "coach"}, then(opened, reading("can cancel"))
    ),
    Scene("release-form", RELEASE_LINK, steps=waiting("form")),
    Scene("release-no-link", "/r/", steps=reading("Open that link again")),
    Scene("release-six", RELEASE_LINK, steps=pressing("Open")),
    *(
        Scene(f"release-{why}", RELEASE_LINK, {"sponsor": why}, then(digits_typed, reading(said)))
        for why, said in (
            ("wrong", "do not open this page"),
            ("nothing", "no report here at present"),
            ("tries", "too many wrong tries"),
            ("offline", "no connection"),
            ("later", "in a few minutes"),
        )
    ),
    Scene("release-open", RELEASE_LINK, steps=then(digits_typed, waiting(".document"))),
    Scene("work-sponsor-none", "/our-work/sponsor", {"plain": True}, then(unlock, reading("Nobody besides"))),
    Scene("work-notes", "/our-work/notes", {}, then(unlock, reading("six notes"))),
    Scene("work-notes-none", "/our-work/notes", {"notes": 0}, then(unlock, reading("keeps no notes"))),
    Scene("work-calls", "/our-work/calls", {}, then(unlock, waiting(".noted"))),
    Scene(
        "work-calls-offer",
        "/our-work/calls",
        {"calls": "now", "plain": True},
        then(unlock, reading("On the phone with")),
    ),
    Scene(
        "work-calls-none",
        "/our-work/calls",
        {"calls": "none", "plain": True},
        then(unlock, reading("Neither of you")),
    ),
    Scene("work-call", "/our-work/calls", {}, then(unlock, waiting(".noted"), pressing("Note a call"))),
    Scene(
        "work-call-faults",
        "/our-work/calls",
        {},
        then(
            unlock, waiting(".noted"), pressing("Note a call"), filling(Minutes="many"), pressing("Note it")
        ),
    ),
    Scene("work-check", "/our-work/check", {}, then(unlock, reading("on your next call"))),
    Scene("work-check-done", "/our-work/check", {"heard": True}, then(unlock, reading("voice say it"))),
    Scene(
        "work-check-waiting",
        "/our-work/check",
        {"hang": ["startCheck"]},
        then(unlock, pressing("Start"), reading("Waiting until")),
    ),
    Scene(
        "work-check-digits", "/our-work/check", {}, then(unlock, pressing("Start"), waiting(".spoken-digits"))
    ),
    Scene(
        "work-check-coach",
        "/our-work/check",
        {"role": "coach"},
        then(unlock, pressing("Start"), waiting(".spoken-digits")),
    ),
    Scene(
        "work-check-no",
        "/our-work/check",
        {},
        then(unlock, pressing("Start"), pressing("No"), reading("Stop writing here")),
    ),
    Scene(
        "work-check-changed",
        "/our-work/check",
        {"check": {"kind": "changed"}},
        then(unlock, pressing("Start"), reading("Stop writing here")),
    ),
    Scene(
        "work-check-nobody",
        "/our-work/check",
        {"check": {"kind": "nobody"}},
        then(unlock, pressing("Start"), reading("was not there")),
    ),
    Scene("work-agreement", "/our-work/agreement", {"versions": 2}, then(unlock, waiting(".signatures"))),
    Scene(
        "work-agreement-earlier",
        "/our-work/agreement",
        {"versions": 2, "textGone": True},
        then(unlock, waiting(".signatures"), pressing("Version 1")),
    ),
    Scene("change", "/our-work/change", {"proposal": "agreement"}, then(unlock, waiting(".bullets"))),
    Scene(
        "change-whole",
        "/our-work/change",
        {"proposal": "agreement"},
        then(unlock, waiting(".bullets"), summary),
    ),
    Scene("change-text", "/our-work/change", {"proposal": "text"}, then(unlock, waiting(".bullets"))),
    Scene("change-keep", "/our-work/change", {"proposal": "keep"}, then(unlock, waiting(".bullets"))),
    Scene(
        "change-reopen",
        "/our-work/change",
        {"proposal": "reopen", "state": "held"},
        then(unlock, waiting(".bullets")),
    ),
    Scene(
        "change-mine",
        "/our-work/change",
        {"proposal": "mine", "role": "coach"},
        then(unlock, waiting(".bullets")),
    ),
    Scene(
        "change-declined",
        "/our-work/change",
        {"proposal": "declined", "role": "coach"},
        then(unlock, reading("did not agree")),
    ),
    Scene(
        "change-overtaken",
        "/our-work/change",
        {"proposal": "overtaken"},
        then(unlock, reading("signed meanwhile")),
    ),
    Scene(
        "change-agreed",
        "/our-work/change",
        {"proposal": "agreement"},
        then(unlock, waiting(".bullets"), pressing("Agree"), reading("signed by both")),
    ),
    Scene(
        "change-signing",
        "/our-work/change",
        {"proposal": "agreement", **hanging("agree")},
        then(unlock, waiting(".bullets"), pressing("Agree"), reading("Signing")),
    ),
    Scene(
        "change-offline",
        "/our-work/change",
        {"proposal": "agreement", **failing("agree", OFFLINE)},
        then(unlock, waiting(".bullets"), pressing("Agree"), waiting(".trouble")),
    ),
    Scene("dates", "/our-work/dates", {}, then(unlock, reading("Sooner, either"))),
    Scene(
        "dates-keep",
        "/",
        {},
        then(
            opened,
            later(0),
            pressing("Our work"),
            waiting(".timeline"),
            pressing("Ask to change a date"),
            pressing("Messages that go before that day"),
            pressing("Ask Anna"),
            top,
        ),
    ),
    Scene(
        "dates-coach",
        "/our-work/dates",
        {"role": "coach"},
        then(unlock, reading("Sooner, either"), pressing("Propose other dates")),
    ),
    Scene(
        "dates-coach-nothing",
        "/our-work/dates",
        {"role": "coach"},
        then(unlock, reading("Sooner, either"), pressing("Propose other dates", "Propose it to Maya")),
    ),
    Scene("dates-held", "/our-work/dates", {"state": "held"}, then(unlock, reading("Go on together"))),
    Scene(
        "dates-reopen-wrong",
        "/our-work/dates",
        {"state": "held"},
        then(unlock, reading("Go on together"), pressing("Ask Anna to go on")),
    ),
    Scene("close", "/our-work/close", {}, closing),
    Scene(
        "close-other",
        "/our-work/close",
        {},
        then(closing, checking("Another day between"), pressing("See exactly what happens")),
    ),
    Scene("close-sure-hold", "/our-work/close", {}, sure),
    Scene(
        "close-sure-go",
        "/our-work/close",
        {},
        then(
            closing,
            checking("Let it go on"),
            checking("Delete my own copies"),
            pressing("See exactly what happens"),
            waiting(".exactly"),
        ),
    ),
    Scene(
        "close-doing",
        "/our-work/close",
        hanging("close"),
        then(sure, pressing("Close our work"), reading("Signing")),
    ),
    Scene(
        "close-failed",
        "/our-work/close",
        failing("close", SERVER),
        then(sure, pressing("Close our work"), waiting(".trouble")),
    ),
    Scene(
        "close-done",
        "/our-work/close",
        {},
        then(sure, pressing("Close our work"), reading("Your work has ended")),
    ),
    Scene(
        "close-already", "/our-work/close", {"state": "held"}, then(unlock, reading("Your work has ended"))
    ),
    Scene("receipts", "/receipts", {}, then(unlock, waiting(".menu"))),
    Scene(
        "receipts-none",
        "/receipts",
        {"receipts": "none"},
        then(unlock, reading("Nothing has been deleted yet")),
    ),
    Scene("receipts-partial", "/receipts", {"receipts": "partial"}, then(unlock, waiting(".menu"))),
    Scene("receipts-server", "/receipts", failing("receipts", SERVER), then(unlock, waiting(".trouble"))),
    Scene("receipt", "/receipts/001f", {}, then(unlock, waiting(".receipt-lines"))),
    Scene(
        "receipt-partial", "/receipts/001f", {"receipts": "partial"}, then(unlock, waiting(".receipt-lines"))
    ),
    Scene(
        "receipt-checked",
        "/receipts/001f",
        {},
        then(unlock, pressing("Check this receipt"), reading("What was checked")),
    ),
    Scene(
        "receipt-waiting",
        "/receipts/001f",
        {"checked": "waiting"},
        then(unlock, pressing("Check this receipt"), reading("What was checked")),
    ),
    Scene(
        "receipt-wrong",
        "/receipts/001f",
        {"checked": "wrong"},
        then(unlock, pressing("Check this receipt"), reading("What was checked")),
    ),
    Scene("receipt-gone", "/receipts/00ff", {}, then(unlock, waiting(".trouble"))),
    Scene(
        "receipt-certificate",
        "/receipts/0020",
        {"receipts": "closed", "state": "gone", "letters": "none"},
        then(unlock, waiting(".certificate")),
    ),
    Scene("list-asked", "/", {"proposal": "agreement"}, opened),
    Scene("list-ends-30", "/", {"state": "held", "endsIn": 28}, opened),
    Scene("list-ends-7", "/", {"state": "held", "endsIn": 6}, opened),
    Scene("list-ends-1", "/", {"state": "held", "endsIn": 1}, opened),
    Scene("list-went-unread", "/", {"unread": True}, opened),
    Scene("read-went-unread", "/", {"unread": True}, then(opened, row("Went unread"), waiting(".gone"))),
    *(
        Scene(f"list-happened-{what.lower()}", "/", {}, then(opened, pushing(happened(what)), reading(said)))
        for what, said in (
            *(
                ("way", "Was that you?"),
                ("password", "password was changed"),
                ("sheetUsed", "recovery sheet"),
            ),
            *(("sheet", "sheet was made"), ("reopening", "End it"), ("reopened", "for somebody as you")),
        )
    ),
    Scene("list-records", "/", {}, then(opened, pushing({"kind": "records"}), waiting(".lines .banner"))),
)

COACH = {"role": "coach"}
ALONE = {**COACH, "alone": True, "letters": "none"}
INVITED = then(
    pressing("Invite a client"),
    filling(**{"Name of the client": "Rosa Winter"}),
    pressing("Read the agreement"),
    reading("What both of you sign"),
)
CROWN = "4417 hazel-orbit-linen-cro"
OFFER = "/a/#4." + "A" * 43
CODES = (
    Scene("code-suggested", "/i/", steps=then(filling(Code=CROWN), waiting(".suggestions button"))),
    *(
        Scene(
            f"code-{name}",
            "/i/",
            {"fail": {"readCode": fail}},
            then(filling(Code=CROWN), pressing("Continue"), waiting(".fault")),
        )
        for name, fail in (
            ("mistyped", {"code": "code-mistyped", "group": 4}),
            ("refused", {"code": "code-refused"}),
            ("slow", {"code": "too-many-requests", "retryAfter": 3000}),
        )
    ),
    Scene("code-looking", "/i/", {"hang": ["coming"]}, then(filling(Code=CROWN), pressing("Continue"))),
    Scene("add-start", OFFER),
    Scene("add-no-link", "/a/", steps=reading("Four digits and some words")),
    Scene("add-choose", OFFER, steps=then(pressing("Continue"), reading("With a new password"))),
    Scene("add-password", OFFER, steps=then(pressing("Continue"), checking("With a new password"))),
    *(
        Scene(
            f"add-{name}",
            OFFER,
            {"fail": {"look": {"code": code}}},
            then(pressing("Continue"), reading(text)),
        )
        for name, code, text in (
            ("used", "offer-used", "This was used already"),
            ("old", "code-refused", "This is too old"),
            ("offline", "offline", "No connection"),
        )
    ),
    Scene(
        "add-taken",
        OFFER,
        {"fail": {"comeIn": {"code": "server"}}},
        then(
            pressing("Continue"),
            checking("With a new password"),
            filling(**{"New password": "pepper meadow candle"}),
            pressing("Set it and open"),
            waiting(".trouble"),
        ),
    ),
    Scene("clients-invite", "/clients", COACH, then(unlock, pressing("Invite a client"))),
    Scene(
        "clients-invite-fault",
        "/clients",
        {**COACH, "inviteFault": "domains"},
        then(unlock, pressing("Invite a client"), pressing("Read the agreement"), waiting(".fault")),
    ),
    Scene("clients-agreement", "/clients", COACH, then(unlock, INVITED)),
    Scene(
        "clients-invited",
        "/clients",
        COACH,
        then(
            unlock,
            INVITED,
            pressing("Sign and invite Rosa Winter", "Make a code to read out"),
            reading("4417"),
        ),
    ),
    Scene(
        "clients-shown",
        "/clients",
        COACH,
        then(unlock, pressing("Show the invitation Rosa Winter"), waiting(".square")),
    ),
    Scene(
        "clients-withdraw",
        "/clients",
        COACH,
        then(unlock, pressing("Show the invitation Rosa Winter", "Take it back"), waiting("dialog")),
    ),
    Scene(
        "settings-lend",
        "/settings/browsers",
        {},
        then(unlock, pressing("Add another browser"), reading("2093")),
    ),
    Scene(
        "settings-lend-used",
        "/settings/browsers",
        {"lent": "used"},
        then(unlock, pressing("Add another browser"), reading("2093"), later(4)),
    ),
)

AGAIN: Script = {"again": True}
COMES: Script = {"returning": "newcomer"}
FORMER: Script = {"returning": "former"}
REOPEN = "/our-work/reopen"
rung = then(unlock, reading("I have rung"), checking("I have rung Maya on a number"))
compared = then(unlock, pressing("Start"), waiting(".spoken-digits"))
REOPENING = (
    Scene("join-again", LINK, AGAIN, then(own_device, waiting(".lines-six"))),
    Scene("join-again-missing", LINK, AGAIN, then(own_device, waiting(".lines-six"), pressing("Continue"))),
    Scene("return", "/", COMES, then(unlock, reading("Ring Anna, and your inbox"))),
    Scene("return-waiting", "/", {**COMES, **hanging("checkReturn")}, then(unlock, pressing("Start"))),
    Scene("return-digits", "/", COMES, compared),
    Scene("return-no", "/", COMES, then(compared, pressing("No"), reading("Stop writing here"))),
    Scene("return-changed", "/", {**COMES, "comes": {"kind": "changed"}}, then(unlock, pressing("Start"))),
    Scene(
        "return-nobody",
        "/",
        {**COMES, "comes": {"kind": "nobody"}},
        then(unlock, pressing("Start"), reading("was not there")),
    ),
    Scene(
        "return-agreeing",
        "/",
        {**COMES, **hanging("agreeReturn")},
        then(compared, pressing("Yes, the same"), reading("Waiting until Anna")),
    ),
    Scene(
        "return-offline",
        "/",
        {**COMES, **failing("agreeReturn", OFFLINE)},
        then(compared, pressing("Yes, the same"), waiting(".trouble")),
    ),
    Scene(
        "return-not-opened",
        "/",
        {**COMES, **failing("choose", OFFLINE)},
        then(compared, pressing("Yes, the same"), waiting(".trouble")),
    ),
    Scene("former", "/", FORMER, then(unlock, reading("has reopened this inbox"))),
    Scene("former-late", "/", {"returning": "late"}, then(unlock, reading("is closed"))),
    Scene("former-stopping", "/", {**FORMER, **hanging("stopReturn")}, then(unlock, pressing("Stop"))),
    Scene(
        "former-failed",
        "/",
        {**FORMER, **failing("stopReturn", OFFLINE)},
        then(unlock, pressing("Stop"), waiting(".trouble")),
    ),
    Scene("list-given-back", "/", {"givenBack": True}, opened),
    Scene("read-given-back", "/", {"givenBack": True}, message("Goals, second")),
    Scene("reopen", REOPEN, COACH, then(unlock, reading("I have rung"))),
    Scene("reopen-not-rung", REOPEN, COACH, then(unlock, pressing("Make the way back for Maya"))),
    Scene(
        "reopen-making",
        REOPEN,
        {**COACH, **hanging("openWayBack")},
        then(rung, pressing("Make the way back for Maya"), reading("Making it")),
    ),
    Scene(
        "reopen-not-made",
        REOPEN,
        {**COACH, **failing("openWayBack", SERVER)},
        then(rung, pressing("Make the way back for Maya"), waiting(".trouble")),
    ),
    Scene(
        "reopen-made",
        REOPEN,
        COACH,
        then(rung, pressing("Make the way back for Maya", "Make a code to read out"), reading("4417")),
    ),
    Scene("reopen-open", REOPEN, {**COACH, "back": "open"}, then(unlock, waiting(".square"))),
    Scene("reopen-elsewhere", REOPEN, {**COACH, "back": "elsewhere"}, then(unlock, reading("not at hand"))),
    Scene(
        "reopen-end",
        REOPEN,
        {**COACH, "back": "open"},
        then(unlock, waiting(".square"), pressing("End it"), waiting("dialog")),
    ),
    Scene("reopen-joined", REOPEN, {**COACH, "back": "joined"}, then(unlock, reading("Maya has come"))),
    Scene("reopen-claimed", REOPEN, {**COACH, "back": "claimed"}, then(unlock, reading("said so already"))),
    Scene("reopen-digits", REOPEN, {**COACH, "back": "joined"}, compared),
    Scene(
        "reopen-no",
        REOPEN,
        {**COACH, "back": "joined"},
        then(compared, pressing("No"), reading("Stop writing here")),
    ),
    Scene(
        "reopen-giving",
        REOPEN,
        {**COACH, "back": "joined", **hanging("agreeWayBack")},
        then(compared, pressing("Yes, the same"), waiting("progress")),
    ),
    Scene("reopen-taken", REOPEN, {**COACH, "back": "taken"}, then(unlock, reading("is back"))),
    Scene(
        "reopen-given",
        REOPEN,
        {**COACH, "back": "taken"},
        then(unlock, pressing("Give back what is missing"), reading("208 things")),
    ),
    Scene(
        "reopen-broken",
        REOPEN,
        {**COACH, "back": "taken", **failing("giveBack", OFFLINE)},
        then(unlock, pressing("Give back what is missing"), waiting(".trouble")),
    ),
    Scene(
        "reopen-offline", REOPEN, {**COACH, **failing("wayBack", OFFLINE)}, then(unlock, waiting(".trouble"))
    ),
)

LEAVE, COPY, BROWSERS = "/settings/leave", "/our-work/copy", "/settings/browsers"
leaving = then(
    unlock,
    filling(**{"Type: delete my inbox": "delete my inbox"}),
    pressing("Delete my inbox now"),
)
has = filling(**{"What you have now": "walnut glacier tapestry"})
NOTEBOOK = "/our-work/notes"
there = then(unlock, waiting(".noted"))


async def opening_copy(page: Page) -> None:
    """The form for a locked copy unfolded, where no inbox is open."""
    await page.get_by_text("Open a locked copy").click()


async def removing(page: Page) -> None:
    """Asked about the newest note."""
    await page.locator(".noted li:first-child button:last-child").click()
    await page.locator("dialog").wait_for()


NOTES = (
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

copying = then(unlock, reading("A copy is yours"))
begun = then(
    copying, filling(**{"Password of the copy": "walnut glacier tapestry"}), pressing("Make the copy")
)
back = then(opening_copy, filling(Its_password="walnut glacier tapestry"))
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
        then(back, choosing(("our-work.qba", 300)), pressing("Open it"), waiting(".fault")),
    ),
    Scene(
        "help-copy-none",
        "/help",
        failing("unlockCopy", {"code": "refused"}),
        then(back, choosing(("our-work.qba", 300)), pressing("Open it"), waiting(".trouble")),
    ),
    Scene(
        "help-copy-done",
        "/help",
        {},
        then(back, choosing(("our-work.qba", 300)), pressing("Open it"), reading("Saved as a ZIP")),
    ),
)

NO_RECEIPT: Script = {"receipts": "none"}
the_sheet = then(
    digits("41723", "90056", "18834", "55120", "70391", "26647"), pressing("Open with the sheet")
)
ASKED = pushing(happened("askSheet"))
RARELY = (
    Scene("help-question", "/help", {}, then(the_sheet, reading("The newest message here is from"))),
    Scene("help-question-empty", "/help", {"letters": "none"}, then(the_sheet, reading("It is for you and"))),
    Scene("help-question-away", "/help", failing("list", OFFLINE), then(the_sheet, waiting(".trouble"))),
    Scene(
        "help-question-no",
        "/help",
        {},
        then(the_sheet, reading("The newest"), pressing("No, lock it"), reading("Locked again")),
    ),
    Scene(
        "list-newer", "/", {}, then(opened, pushing({"kind": "newer"}), reading("There is a newer version"))
    ),
    Scene("list-ask-sheet", "/", {}, then(opened, ASKED, reading("Do you still have"))),
    Scene(
        "list-ask-sheet-wrong",
        "/",
        failing("answerSheet", {"code": "sheet-group"}),
        then(opened, ASKED, reading("Do you still have"), pressing("It is here"), waiting(".fault")),
    ),
    Scene(
        "list-ask-sheet-lost",
        "/",
        {},
        then(
            opened,
            ASKED,
            reading("Do you still have"),
            pressing("I can’t find it"),
            reading("What you have now"),
        ),
    ),
    Scene("settings-leave-slip", LEAVE, {}, then(unlock, pressing("Delete my inbox now"), waiting(".fault"))),
    Scene("settings-leave-ending", LEAVE, hanging("close"), then(leaving, reading("Ending the work"))),
    Scene("settings-leave-waiting", LEAVE, NO_RECEIPT, then(leaving, reading("Waiting for the server"))),
    Scene("settings-leave-late", LEAVE, NO_RECEIPT, then(leaving, passing(200), reading("not come yet"))),
    Scene("settings-leave-failed", LEAVE, failing("close", SERVER), then(leaving, waiting(".trouble"))),
    Scene("settings-leave-coach", LEAVE, COACH, then(unlock, reading("whoever runs this server"))),
    Scene(
        "clients-failed",
        "/clients",
        {**COACH, **failing("clients", OFFLINE)},
        then(unlock, waiting(".trouble")),
    ),
    Scene(
        "clients-opening",
        "/clients",
        {**COACH, **hanging("choose")},
        then(unlock, pressing("Open Jonas Lind"), reading("Opening")),
    ),
    Scene(
        "settings-password-wrong",
        BROWSERS,
        failing("prove", {"code": "wrong-password"}),
        then(unlock, pressing("Change Password"), has, pressing("Change it"), waiting(".fault")),
    ),
    Scene(
        "settings-sheet-new",
        BROWSERS,
        {},
        then(
            unlock, pressing("Make a new one Recovery sheet"), has, pressing("Continue"), waiting(".digits")
        ),
    ),
    Scene("settings-told-missing", "/settings/told", {}, then(unlock, pressing("Save"), waiting(".fault"))),
    Scene(
        "settings-told-refused", "/settings/told", {"told": "refused"}, then(unlock, reading("at work now"))
    ),
    Scene(
        "settings-lend-offline",
        BROWSERS,
        failing("lend", OFFLINE),
        then(unlock, pressing("Add another browser")),
    ),
    Scene(
        "settings-server-failed",
        "/settings/server",
        failing("rows", SERVER),
        then(unlock, waiting(".trouble")),
    ),
    Scene(
        "help-wrong",
        "/help",
        failing("unlock", {"code": "wrong-password"}),
        then(
            digits("41723", "90056", "18834", "55120", "70391", "26647"),
            pressing("Open with the sheet"),
            waiting(".trouble"),
        ),
    ),
    Scene(
        "write-contact-changed",
        "/",
        failing("send", {"code": "contact-changed"}),
        then(sent, passing(11), reading("Not sent.")),
    ),
    Scene(
        "write-too-many",
        steps=then(
            opened,
            pressing("Write"),
            choosing(*((f"Page {page}.pdf", 100) for page in range(1, 35))),
            reading("At most 32"),
        ),
    ),
)

OTHERS = (
    Scene("settings", "/settings", {}, then(unlock, waiting(".menu"))),
    Scene("clients", "/clients", {"role": "coach"}, then(unlock, reading("Asks for a change"))),
    *(
        Scene(
            f"clients-reply-{kind}",
            "/clients",
            {**COACH, "reply": kind},
            then(unlock, pressing("Read the reply Rosa Winter"), waiting("section.card h1")),
        )
        for kind in ("change", "no", "work")
    ),
    Scene("clients-replied", "/clients", {**COACH, "reply": "no"}, then(unlock, reading("Said no"))),
    Scene(
        "clients-again",
        "/clients",
        {**COACH, "reply": "work"},
        then(unlock, pressing("Read the reply Rosa Winter", "Invite again"), waiting("textarea")),
    ),
    Scene("alone", "/", ALONE, then(unlock, reading("Nobody works with you"))),
    Scene("alone-clients", "/clients", ALONE, then(unlock, reading("Nobody yet"))),
    *CODES,
    *REOPENING,
    *NOTES,
    *COPIES,
    *RARELY,
    Scene("settings-browsers", "/settings/browsers", {}, then(unlock, reading("Ways in"))),
    Scene(
        "settings-password",
        "/settings/browsers",
        {},
        then(unlock, pressing("Change Password"), reading("What you have now")),
    ),
    Scene(
        "settings-sheet",
        "/settings/browsers",
        {},
        then(unlock, pressing("Make a new one Recovery sheet"), reading("What you have now")),
    ),
    Scene(
        "settings-way-out",
        "/settings/browsers",
        {},
        then(unlock, pressing("Remove Safari on iPhone"), reading("Whoever has that device")),
    ),
    Scene("settings-told", "/settings/told", {}, then(unlock, reading("You are not told"))),
    Scene("settings-told-waiting", "/settings/told", {"told": "waiting"}, then(unlock, reading("Until you"))),
    Scene(
        "settings-told-yes", "/settings/told", {"told": "confirmed"}, then(unlock, reading("You are told"))
    ),
    Scene("settings-told-broken", "/settings/told", {"told": "broken"}, then(unlock, reading("came back"))),
    Scene("settings-keyboard", "/settings/keyboard", {}, then(unlock, reading("single letters"))),
    Scene(
        "settings-by-sheet",
        "/settings/browsers",
        {},
        then(unlock, reading("You came in by your recovery sheet")),
        kept={"by-sheet": "password"},
    ),
    Scene("settings-leave", "/settings/leave", {}, then(unlock, reading("Type: delete my inbox"))),
    Scene("settings-server", "/settings/server", {}, then(unlock, reading("Ways in"))),
    Scene(
        "settings-mail-rule", "/settings/mail", {"sender": "rule"}, then(unlock, reading("Not working yet"))
    ),
    Scene(
        "settings-mail-forwarding",
        "/settings/mail",
        {"sender": "forwarding"},
        then(unlock, reading("it arrives here")),
    ),
    Scene("settings-locking", "/settings/locking", {}, then(unlock, checking("60 minutes"))),
    Scene("settings-display", "/settings/display", {}, then(unlock, waiting("fieldset"))),
    Scene("settings-language", "/settings/language", {}, then(unlock, waiting("fieldset"))),
    Scene("settings-mail", "/settings/mail", {"sender": "none"}, then(unlock, reading("turned away"))),
    Scene(
        "settings-mail-confirmed",
        "/settings/mail",
        {"sender": "confirmed"},
        then(unlock, waiting(".ways-in")),
    ),
    Scene(
        "settings-mail-who",
        "/settings/mail",
        {"sender": "none"},
        then(
            unlock,
            pressing("Add an address"),
            filling(Your_own_e_mail_address="maya@home.example"),
            checking("I am not sure"),
            pressing("Send me a code"),
        ),
    ),
    Scene(
        "settings-mail-work",
        "/settings/mail",
        {"sender": "none"},
        then(
            unlock,
            pressing("Add an address"),
            filling(Your_own_e_mail_address="maya@mail.northwind.example"),
            pressing("Send me a code"),
        ),
    ),
    Scene(
        "settings-mail-code",
        "/settings/mail",
        {"sender": "waiting"},
        then(
            unlock,
            pressing("Add an address"),
            filling(Your_own_e_mail_address="maya@gmail.com"),
            pressing("Send me a code", "Confirm"),
        ),
    ),
    Scene(
        "how",
        "/settings",
        {},
        then(unlock, waiting(".menu"), pressing("How this works Who can read what, and when it goes")),
    ),
    Scene("nowhere", "/settings/nothing", {}, then(unlock, reading("nothing at this address"))),
)

SCENES = (*JOINING, *UNLOCKING, *LISTS, *READING, *WRITING, *WORK, *OTHERS)
