"""The agreement, changes to it, and its dates."""

from __future__ import annotations

from playwright.async_api import Page

from tests.screens.scene import Scene
from tests.screens.steps import (
    OFFLINE,
    failing,
    hanging,
    later,
    opened,
    pressing,
    reading,
    summary,
    then,
    unlock,
    waiting,
)


async def top(page: Page) -> None:
    """Back to the beginning of the page: a bar covers half a row wherever one stops."""
    await page.evaluate("scrollTo(0, 0)")


AGREEMENT = (
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
)
