"""The list of messages, the cards above it, and the lock that falls when nobody is there."""

from __future__ import annotations

from tests.screens.scene import Scene
from tests.screens.steps import (
    ARRIVED,
    BOARD,
    LOST,
    SERVER,
    Script,
    every_50_minutes,
    failing,
    hanging,
    later,
    opened,
    pressing,
    pushing,
    reading,
    then,
    ticking,
    ticking_first,
    unlock,
    waiting,
)


def happened(what: str) -> Script:
    """Something was done to the inbox from elsewhere."""
    return {"kind": "happened", "happened": {"number": 7, "what": what, "at": 1_794_000_000}}


ASKED = pushing(happened("askSheet"))
SELECTING = then(opened, pressing("Select"), waiting(".chosen"))
CHOSEN = then(SELECTING, ticking(BOARD, "Re: What changed this week", "Goals, second"))
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
    Scene("select", steps=SELECTING),
    Scene("select-chosen", steps=CHOSEN),
    Scene(
        "select-most",
        "/",
        {"letters": "thousand"},
        then(opened, pressing("Show earlier messages (1,154)", "Select"), ticking_first(101)),
    ),
    Scene("select-delete", steps=then(CHOSEN, pressing("Delete"), waiting("dialog"))),
    Scene(
        "select-deleting",
        steps=then(CHOSEN, pressing("Delete", "Delete my 3 copies"), waiting(".outgoing")),
    ),
    Scene(
        "select-not-marked",
        "/",
        failing("markAll", SERVER),
        then(CHOSEN, pressing("Mark read"), waiting(".chosen .trouble")),
    ),
    Scene("select-keep", steps=then(CHOSEN, pressing("Keep a copy"), reading("A copy is yours"))),
    Scene(
        "select-kept",
        steps=then(CHOSEN, pressing("Keep a copy", "Save the copy"), reading("Saved outside")),
    ),
    Scene("list-asked", "/", {"proposal": "agreement"}, opened),
    Scene("list-ends-30", "/", {"state": "held", "endsIn": 28}, opened),
    Scene("list-ends-copied", "/", {"state": "held", "endsIn": 6, "copied": True}, opened),
    Scene("list-ends-7", "/", {"state": "held", "endsIn": 6}, opened),
    Scene("list-ends-1", "/", {"state": "held", "endsIn": 1}, opened),
    Scene("list-went-unread", "/", {"unread": True}, opened),
    *(
        Scene(f"list-happened-{what.lower()}", "/", {}, then(opened, pushing(happened(what)), reading(said)))
        for what, said in (
            *(
                ("way", "Was that you?"),
                ("password", "password was changed"),
                ("sheetUsed", "recovery sheet"),
            ),
            *(("sheet", "sheet was made"), ("reopening", "End it"), ("reopened", "for somebody, taking")),
        )
    ),
    Scene("list-records", "/", {}, then(opened, pushing({"kind": "records"}), waiting(".lines .banner"))),
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
)
