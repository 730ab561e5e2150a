"""The report: written, reviewed, released, and as the sponsor sees it."""

from __future__ import annotations

from playwright.async_api import Page

from tests.screens.scene import Scene
from tests.screens.steps import (
    OFFLINE,
    failing,
    filling,
    opened,
    pressing,
    reading,
    then,
    unlock,
    waiting,
)

RELEASE_LINK = "/r/#3." + "A" * 64
REPORT, EDIT, REVIEW = "/our-work/report", "/our-work/report-edit", "/our-work/review"


async def emptied(page: Page) -> None:
    """A goal that is how and where alone, and days the wrong way round."""
    await page.get_by_label("Where it stands").last.fill("Half way.")
    await page.get_by_label("From", exact=True).fill("2027-01-01")


digits_typed = then(filling(Six_digits="407182"), pressing("Open"))
REPORTING = (
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
)
