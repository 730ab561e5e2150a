"""The end of a message: deleted, or brought forward."""

from __future__ import annotations

from tests.screens.scene import Scene
from tests.screens.steps import (
    BOARD,
    SERVER,
    checking,
    failing,
    filling,
    message,
    passing,
    pressing,
    reading,
    then,
    waiting,
)

DELETING = (
    Scene("delete-mine", steps=then(message(BOARD), pressing("Delete"))),
    Scene(
        "delete-both", steps=then(message("Goals, second"), pressing("Delete"), checking("For both of us"))
    ),
    Scene(
        "delete-waiting",
        steps=then(message(BOARD), pressing("Delete", "Delete my copy"), waiting(".outgoing")),
    ),
    Scene(
        "delete-done",
        steps=then(
            message(BOARD), pressing("Delete", "Delete my copy"), passing(12), reading("Gone from the server")
        ),
    ),
    Scene(
        "delete-failed",
        "/",
        failing("expire", SERVER),
        then(message(BOARD), pressing("Delete", "Delete my copy"), passing(12), reading("Not deleted")),
    ),
    Scene("shorten", steps=then(message(BOARD), pressing("Change"))),
    Scene("shorten-wrong", steps=then(message(BOARD), pressing("Change", "Change the date"))),
    Scene(
        "shorten-done",
        steps=then(
            message(BOARD),
            pressing("Change"),
            filling(Delete_it_on="2026-10-01"),
            pressing("Change the date"),
            reading("Kept until Thursday 1 October 2026"),
        ),
    ),
    Scene("shorten-too-late", steps=then(message("A word about sleep"), pressing("Change"))),
)
