"""The end of the work."""

from __future__ import annotations

from tests.screens.scene import Scene
from tests.screens.steps import SERVER, checking, failing, hanging, pressing, reading, then, unlock, waiting

closing = then(unlock, waiting(".counts"))
sure = then(closing, pressing("See exactly what happens"), waiting(".exactly"))
CLOSING = (
    Scene("close", "/our-work/close", {}, closing),
    Scene(
        "close-aims",
        "/our-work/close",
        {"report": "changed", "copied": True},
        then(closing, waiting(".aims")),
    ),
    Scene("close-coach", "/our-work/close", {"role": "coach"}, closing),
    Scene(
        "close-coach-goes",
        "/our-work/close",
        {"role": "coach"},
        then(closing, pressing("What will go"), waiting(".each")),
    ),
    Scene(
        "close-coach-told",
        "/our-work/close",
        {"role": "coach"},
        then(
            closing,
            pressing("What will go"),
            waiting(".each"),
            pressing("What Maya will be told"),
            reading("Page 3 of 3"),
        ),
    ),
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
)
