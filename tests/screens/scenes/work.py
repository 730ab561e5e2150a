"""*Our work*: the overview, and where things are kept."""

from __future__ import annotations

from tests.screens.scene import Scene
from tests.screens.steps import SERVER, failing, hanging, pressing, reading, then, unlock, waiting

overview = then(unlock, waiting(".timeline"))
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
)
