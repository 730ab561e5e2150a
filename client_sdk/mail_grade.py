"""Mail grade: what the door found of a mail's author, as a number and in words for people.

Owns the six grades, in words that promise no more than the door has checked. Loads nothing: the command line
says them too.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from typing import Final


class MailGrade(IntEnum):
    """What the door found of a mail's author (docs/protocol.md, part 6). Nothing of it is end to end."""

    NOT_CHECKED = 1
    SIGNED = 2
    SERVER = 3
    RULE = 4
    RULE_SIGNED = 5
    CONFIRMATION = 6


GRADES: Final[Mapping[int, str]] = {
    MailGrade.NOT_CHECKED: "sender not checked",
    MailGrade.SIGNED: "sender's domain checked",
    MailGrade.SERVER: "sender's server checked",
    MailGrade.RULE: "brought by your rule, author not proven",
    MailGrade.RULE_SIGNED: "brought by your rule, author's domain checked",
    MailGrade.CONFIRMATION: "came while a rule is being set up, gone within the hour",
}
