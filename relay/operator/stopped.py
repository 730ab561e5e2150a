"""How a command ends when it cannot go on: a sentence for the operator and an exit code."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """Exit codes, alike for `relay` and `mailbox`."""

    DONE = 0
    ERROR = 1
    USAGE = 2
    PARTLY = 3
    REFUSED = 5
    NOT_THERE = 6
    NOT_REACHABLE = 7
    INTERRUPTED = 130


class Stopped(Exception):
    """The command ends here. The text is a sentence that says what to do."""

    def __init__(self, sentence: str, code: Exit = Exit.ERROR) -> None:
        super().__init__(sentence)
        self.code = code
