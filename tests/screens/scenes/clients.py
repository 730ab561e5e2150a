"""The coach's clients: invited, answering, joined."""

from __future__ import annotations

from tests.screens.scene import COACH, Scene
from tests.screens.steps import (
    OFFLINE,
    Script,
    failing,
    filling,
    hanging,
    opened,
    pressing,
    pushing,
    reading,
    then,
    unlock,
    waiting,
)

ALONE = {**COACH, "alone": True, "letters": "none"}
INVITED = then(
    pressing("Invite a client"),
    filling(**{"Name of the client": "Rosa Winter"}),
    pressing("Read the agreement"),
    reading("What both of you sign"),
)
REPLIES: Script = {
    "kind": "replies",
    "replies": [
        {"name": "Rosa Winter", "kind": "change"},
        {"name": "Tom Field", "kind": "no"},
        {"name": "Ida Moor", "kind": "work"},
        {"name": "Nora Lind", "kind": "change"},
    ],
}
"""People who were invited have answered without joining."""

CLIENTS = (
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
    Scene("clients", "/clients", {"role": "coach"}, then(unlock, reading("going from"))),
    Scene("list-replies", "/", COACH, then(opened, pushing(REPLIES), reading("And one more"))),
    Scene(
        "clients-own-words",
        "/clients",
        {**COACH, "reply": "no"},
        then(
            unlock,
            pressing("Read the reply Rosa Winter", "Invite again", "Read the agreement"),
            reading("words of your own"),
        ),
    ),
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
)
