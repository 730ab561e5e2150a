"""The settings."""

from __future__ import annotations

from tests.screens.scene import COACH, Scene
from tests.screens.steps import (
    OFFLINE,
    SERVER,
    Script,
    checking,
    failing,
    filling,
    hanging,
    later,
    passing,
    pressing,
    reading,
    then,
    unlock,
    waiting,
)

LEAVE, BROWSERS = "/settings/leave", "/settings/browsers"
MAIL, TOLD = "/settings/mail", "/settings/told"
leaving = then(
    unlock,
    filling(**{"Type: delete my inbox": "delete my inbox"}),
    pressing("Delete my inbox now"),
)
has = filling(**{"What you have now": "walnut glacier tapestry"})
NO_RECEIPT: Script = {"receipts": "none"}
SETTINGS = (
    Scene("settings", "/settings", {}, then(unlock, waiting(".menu"))),
    Scene(
        "settings-lend",
        BROWSERS,
        {},
        then(unlock, pressing("Add another browser"), reading("2093")),
    ),
    Scene(
        "settings-lend-used",
        BROWSERS,
        {"lent": "used"},
        then(unlock, pressing("Add another browser"), reading("2093"), later(4)),
    ),
    Scene("settings-leave-slip", LEAVE, {}, then(unlock, pressing("Delete my inbox now"), waiting(".fault"))),
    Scene("settings-leave-ending", LEAVE, hanging("close"), then(leaving, reading("Ending the work"))),
    Scene("settings-leave-waiting", LEAVE, NO_RECEIPT, then(leaving, reading("Waiting for the server"))),
    Scene("settings-leave-late", LEAVE, NO_RECEIPT, then(leaving, passing(200), reading("not come yet"))),
    Scene("settings-leave-failed", LEAVE, failing("close", SERVER), then(leaving, waiting(".trouble"))),
    Scene("settings-leave-coach", LEAVE, COACH, then(unlock, reading("whoever runs this server"))),
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
    Scene("settings-told-missing", TOLD, {}, then(unlock, pressing("Save"), waiting(".fault"))),
    Scene("settings-told-refused", TOLD, {"told": "refused"}, then(unlock, reading("at work now"))),
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
        "settings-browser-removed",
        BROWSERS,
        {},
        then(unlock, pressing("Remove Firefox on Windows"), reading("Did you not know it")),
    ),
    Scene(
        "settings-browser-removed-no-password",
        BROWSERS,
        {"withoutPassword": True},
        then(unlock, pressing("Remove Firefox on Windows"), reading("Make a new recovery sheet too")),
    ),
    Scene("settings-browsers", BROWSERS, {}, then(unlock, reading("Ways in"))),
    Scene(
        "settings-no-password",
        BROWSERS,
        {"withoutPassword": True},
        then(unlock, reading("There is none yet")),
    ),
    Scene(
        "settings-no-password-choose",
        BROWSERS,
        {"withoutPassword": True},
        then(unlock, pressing("Choose a password"), waiting(".five-words")),
    ),
    Scene(
        "settings-password",
        BROWSERS,
        {},
        then(unlock, pressing("Change Password"), reading("What you have now")),
    ),
    Scene(
        "settings-sheet",
        BROWSERS,
        {},
        then(unlock, pressing("Make a new one Recovery sheet"), reading("What you have now")),
    ),
    Scene(
        "settings-way-out",
        BROWSERS,
        {},
        then(unlock, pressing("Remove Safari on iPhone"), reading("Whoever has that device")),
    ),
    Scene("settings-told", TOLD, {}, then(unlock, reading("You are not told"))),
    Scene("settings-told-waiting", TOLD, {"told": "waiting"}, then(unlock, reading("Until you"))),
    Scene("settings-told-yes", TOLD, {"told": "confirmed"}, then(unlock, reading("You are told"))),
    Scene("settings-told-broken", TOLD, {"told": "broken"}, then(unlock, reading("came back"))),
    Scene("settings-keyboard", "/settings/keyboard", {}, then(unlock, reading("single letters"))),
    Scene(
        "settings-by-sheet",
        BROWSERS,
        {},
        then(unlock, reading("You came in by your recovery sheet")),
        kept={"by-sheet": "password"},
    ),
    Scene("settings-leave", LEAVE, {}, then(unlock, reading("Type: delete my inbox"))),
    Scene("settings-server", "/settings/server", {}, then(unlock, reading("Ways in"))),
    Scene("settings-mail-rule", MAIL, {"sender": "rule"}, then(unlock, reading("Not working yet"))),
    Scene(
        "settings-mail-forwarding",
        MAIL,
        {"sender": "forwarding"},
        then(unlock, reading("it arrives here")),
    ),
    Scene("settings-locking", "/settings/locking", {}, then(unlock, checking("60 minutes"))),
    Scene("settings-display", "/settings/display", {}, then(unlock, waiting("fieldset"))),
    Scene("settings-language", "/settings/language", {}, then(unlock, waiting("fieldset"))),
    Scene("settings-mail", MAIL, {"sender": "none"}, then(unlock, reading("turned away"))),
    Scene(
        "settings-mail-confirmed",
        MAIL,
        {"sender": "confirmed"},
        then(unlock, waiting(".ways-in")),
    ),
    Scene(
        "settings-mail-who",
        MAIL,
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
        MAIL,
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
        MAIL,
        {"sender": "waiting"},
        then(
            unlock,
            pressing("Add an address"),
            filling(Your_own_e_mail_address="maya@gmail.com"),
            pressing("Send me a code", "Confirm"),
        ),
    ),
    Scene("nowhere", "/settings/nothing", {}, then(unlock, reading("nothing at this address"))),
)
