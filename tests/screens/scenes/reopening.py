"""A lost inbox: joined again, given back, and as its former keys see it."""

from __future__ import annotations

from tests.screens.scene import COACH, LINK, Scene
from tests.screens.steps import (
    OFFLINE,
    SERVER,
    Script,
    checking,
    failing,
    hanging,
    message,
    opened,
    own_device,
    pressing,
    reading,
    then,
    unlock,
    waiting,
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
