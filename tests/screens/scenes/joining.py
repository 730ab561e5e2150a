"""The invitation: a link or a typed code, the questions, the agreement, the password, the sheet."""

from __future__ import annotations

from tests.screens.scene import LINK, Scene
from tests.screens.steps import (
    OFFLINE,
    checking,
    device,
    failing,
    filling,
    hanging,
    own_device,
    pressing,
    reading,
    ready,
    sheet,
    signed,
    summary,
    then,
    waiting,
)

COACH_LINK = "/i/#2." + "A" * 43
IN_APP = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Mobile/15E148 LinkedInApp"
)
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
CROWN = "4417 hazel-orbit-linen-cro"
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
    Scene("join-3-device", LINK, steps=then(device("made"), signed, reading("Use this device"))),
    Scene(
        "join-3-device-password",
        LINK,
        steps=then(device("made"), signed, checking("Choose a password"), waiting(".five-words")),
    ),
    *(
        Scene(
            f"join-3-device-{came}",
            LINK,
            steps=then(device(came), signed, pressing("Use this device"), reading(text)),
        )
        for came, text in (
            ("asking", "Your device is asking"),
            ("stopped", "Nothing was changed"),
            ("unable", "Please choose a password"),
        )
    ),
    Scene(
        "join-4-device",
        LINK,
        steps=then(device("made"), signed, pressing("Use this device"), reading("if the device is lost")),
    ),
    Scene("join-4-sheet", LINK, steps=then(sheet, waiting(".digits"))),
    Scene("join-4-ready", LINK, steps=ready),
    Scene("join-4-finishing", LINK, hanging("finishEnrolment"), then(finished, reading("Setting up"))),
    Scene("join-4-offline", LINK, failing("finishEnrolment", OFFLINE), then(finished, waiting(".trouble"))),
    Scene("join-5-welcome", LINK, {"letters": "none"}, then(finished, waiting(".empty"))),
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
)
