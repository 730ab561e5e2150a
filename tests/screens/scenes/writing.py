"""A message being written and on its way."""

from __future__ import annotations

from tests.screens.scene import Scene
from tests.screens.steps import (
    BOARD,
    LOST,
    OFFLINE,
    SERVER,
    checking,
    choosing,
    failing,
    filling,
    hanging,
    message,
    opened,
    passing,
    pressing,
    pushing,
    reading,
    then,
    unlock,
    waiting,
    written,
)

sent = then(written, pressing("Send to Anna"))
WRITING = (
    Scene("write", steps=then(opened, pressing("Write"))),
    Scene("write-filled", steps=written),
    Scene(
        "write-until-read",
        "/",
        {"readMarks": True},
        then(written, checking("Until Anna has read it, then seven more days")),
    ),
    Scene(
        "write-until-read-sent",
        "/",
        {"readMarks": True},
        then(
            written,
            checking("Until Anna has read it, then seven more days"),
            pressing("Send to Anna"),
            passing(11),
            reading("or seven days after"),
        ),
    ),
    Scene("write-date", steps=then(written, checking("A date"))),
    Scene(
        "write-faults", steps=then(opened, pressing("Write"), checking("A date"), pressing("Send to Anna"))
    ),
    Scene("write-work-address", steps=then(written, filling(Message="Please copy jonas@northwind.example."))),
    Scene("write-no-connection", steps=then(written, pushing(LOST))),
    Scene("write-held", "/write", {"state": "held"}, then(unlock, waiting(".writer"))),
    Scene("write-not-signed", "/write", {"state": "draft"}, then(unlock, waiting(".writer"))),
    Scene("write-waiting", steps=then(sent, waiting(".outgoing"))),
    Scene("write-sending", "/", hanging("send"), then(sent, passing(11), waiting(".outgoing progress"))),
    Scene("write-sent", steps=then(sent, passing(11), reading("Sent."))),
    Scene(
        "write-sent-marks", "/", {"readMarks": True}, then(sent, passing(11), reading("not opened it yet"))
    ),
    Scene("write-not-sent", "/", failing("send", SERVER), then(sent, passing(11), reading("Not sent."))),
    Scene(
        "write-closed-meanwhile",
        "/",
        failing("send", {"code": "closed"}),
        then(sent, passing(11), reading("Not sent.")),
    ),
    Scene(
        "write-full", "/", failing("send", {"code": "full"}), then(sent, passing(11), reading("Not sent."))
    ),
    Scene(
        "write-full-largest",
        "/",
        failing("send", {"code": "full"}),
        then(sent, passing(11), pressing("See the largest"), waiting(".order[href='/']")),
    ),
    Scene(
        "write-back-to-text",
        "/",
        failing("send", OFFLINE),
        then(sent, passing(11), pressing("Back to the text")),
    ),
    Scene("reply", steps=then(message(BOARD), pressing("Reply"))),
    Scene(
        "write-after-lock",
        "/",
        {},
        then(
            written,
            passing(3),
            pressing("Lock"),
            unlock,
            waiting(".row"),
            pressing("Write"),
            reading("taken out"),
        ),
    ),
    Scene(
        "write-contact-changed",
        "/",
        failing("send", {"code": "contact-changed"}),
        then(sent, passing(11), reading("Not sent.")),
    ),
    Scene(
        "write-too-many",
        steps=then(
            opened,
            pressing("Write"),
            choosing(*((f"Page {page}.pdf", 100) for page in range(1, 35))),
            reading("At most 32"),
        ),
    ),
)
