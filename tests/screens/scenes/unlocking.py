"""The ways into an inbox that is there already: password, recovery sheet, another browser."""

from __future__ import annotations

from tests.screens.scene import LINK, Scene
from tests.screens.steps import (
    OFFLINE,
    SERVER,
    Script,
    camera,
    checking,
    digits,
    failing,
    filling,
    hanging,
    later,
    message,
    opened,
    own_device,
    pressing,
    pushing,
    reading,
    then,
    unlock,
    waiting,
    written,
)

READ = pressing("Read the square with the camera")
ENDED: Script = {"kind": "locked", "why": "ended"}
OFFER = "/a/#4." + "A" * 43
the_sheet = then(
    digits("41723", "90056", "18834", "55120", "70391", "26647"), pressing("Open with the sheet")
)
UNLOCKING = (
    Scene("unlock"),
    Scene("unlock-remembered", kept={"inbox-name": "amber-river-42"}),
    Scene("firm-unlock", script={"firm": True}),
    Scene("firm-list", script={"firm": True}, steps=opened),
    Scene("firm-message", script={"firm": True}, steps=message("Before Thursday")),
    Scene("firm-invitation", LINK, {"firm": True}, then(own_device, reading("Type your name to sign"))),
    Scene("unlock-icon", script={"icon": True}),
    Scene(
        "unlock-gone",
        "/",
        {"endsIn": -1},
        then(unlock, waiting(".frame"), pushing(ENDED), reading("was deleted on")),
    ),
    Scene(
        "unlock-was-to-go",
        "/",
        failing("unlock", {"code": "wrong-password"}),
        then(unlock, reading("was to be deleted on")),
        kept={"inbox-name": "amber-river-42", "inbox-ends": "1780012800"},
    ),
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
        "how",
        "/settings",
        {},
        then(unlock, waiting(".menu"), pressing("How this works Who can read what, and when it goes")),
    ),
)
