"""Being told by mail: what the SDK puts and believes, and the commands as their users meet them."""

from __future__ import annotations

import email
import json
import re
from dataclasses import replace
from email.policy import default
from typing import Any

import pytest

from client_sdk import notices
from client_sdk.cli import exits, noticing
from client_sdk.cli.topics import FORMATS
from client_sdk.errors import Misused
from client_sdk.notices import SUBJECTS, NoticeChannel
from client_sdk.wire import Response
from keys.errors import Malformed
from relay.core.telling import check_words
from tests.sdk.test_cli import Two, two

__all__ = ["two"]

GOOD = {
    "state": "confirmed", "address": "maya@home.example", "subject": "A short note", "phrase": "blue heron",
    "when": "daily", "warnings": True, "hour": 8, "quiet_from": 22, "quiet_until": 7, "offset_minutes": -90,
}  # fmt: skip
CHANNEL = NoticeChannel(**GOOD)  # type: ignore[arg-type]


def told(**changed: Any) -> NoticeChannel:
    """An answer of the relay, as it is read."""
    return notices._channel(Response(200, {}, json.dumps(GOOD | changed).encode()))


def test_an_answer_is_read_as_it_is() -> None:
    """All fields, and a sentence for each state."""
    assert told() == CHANNEL
    assert len({replace(CHANNEL, state=state).words for state in notices.STATES}) == 5
    assert "maya" not in repr(CHANNEL)
    assert "heron" not in repr(CHANNEL)


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "other"}, {"state": None}, {"when": "hourly"}, {"hour": -1}, {"hour": "8"}, {"warnings": 1},
        {"offset_minutes": 900}, {"offset_minutes": True}, {"offset_minutes": 1.5}, {"address": "a" * 255},
        {"phrase": "x" * 61}, {"subject": 7},
    ],
    ids=str,
)  # fmt: skip
def test_another_answer_is_not_believed(wrong: dict[str, Any]) -> None:
    """Each field has its form."""
    with pytest.raises(Malformed):
        told(**wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        {"subject": ""}, {"subject": "x" * 61}, {"phrase": " a"}, {"phrase": "a\nb"}, {"when": "now"},
        {"hour": 24}, {"quiet_from": -1}, {"quiet_until": 99}, {"address": "maya"},
        {"address": "mäya@home.example"}, {"phrase": "www.lake"}, {"subject": "see lake.example"},
    ],
    ids=str,
)  # fmt: skip
def test_what_cannot_be_is_not_sent(wrong: dict[str, Any]) -> None:
    """A mistake is told before anything leaves."""
    with pytest.raises(Misused):
        notices.asked(replace(CHANNEL, **wrong))


@pytest.mark.parametrize("subject", SUBJECTS)
def test_the_five_subjects_are_dull_and_taken(subject: str) -> None:
    """The relay takes each."""
    assert len(SUBJECTS) == 5
    check_words(subject, subject)
    assert not re.search(r"[0-9]|secur|urgent|message|mailbox|inbox", subject, re.IGNORECASE)


@pytest.mark.parametrize(
    ("typed", "hours"), [("22-7", (22, 7)), ("none", (0, 0)), ("9-99", (9, 99)), ("0-0", (0, 0))]
)
def test_quiet_hours_are_read(typed: str, hours: tuple[int, int]) -> None:
    """Two numbers; whether a clock has them is looked at with the rest."""
    assert noticing._hours(typed) == hours


@pytest.mark.parametrize("typed", ["", "late", "22", "22-", "-7", "22–7", "22-7-8", "\u0662-\u0663", "a-b"])
def test_other_quiet_hours_are_not(typed: str) -> None:
    """A mistake is told."""
    with pytest.raises(Misused):
        noticing._hours(typed)


def test_the_commands(two: Two) -> None:
    """Set, confirm, try, change, end, at one's own computer."""
    work = ("notice", "set", "maya@northwind.example", "--phrase", "blue heron")
    assert "work address" in two.maya.mailbox(*work, code=exits.REFUSED).stderr
    set_up = two.maya.mailbox("notice", "set", "maya@home.example", "--phrase", "blue heron")
    assert "mailbox notice confirm CODE" in set_up.stderr
    two.maya.mailbox("notice", "confirm", newest(two)[1].split()[3].rstrip("."))
    two.maya.mailbox("notice", "test")
    subject, text = newest(two)
    assert subject == SUBJECTS[0]
    assert text.endswith("\nblue heron\n")
    (changed,) = two.maya.objects("notice", "set", "--when", "daily", "--hour", "9", "--no-warnings")
    assert (changed["when"], changed["hour"], changed["warnings"]) == ("daily", 9, False)
    assert (changed["state"], changed["phrase"], changed["quiet_from"]) == ("confirmed", "blue heron", 22)
    assert set(changed) <= set(re.findall(r"[a-z_]+", FORMATS)) | {"v"}
    shown = two.maya.mailbox("notice", "show").stdout
    assert "to        maya@home.example" in shown
    assert "when      daily, at 9" in shown
    two.maya.mailbox("notice", "off")
    assert two.maya.objects("notice", "show")[0]["state"] == "none"


def newest(two: Two) -> tuple[str, str]:
    """Subject and text of the newest mail that the relay has caught."""
    caught = max((two.relay.folder / "outbox").glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
    message = email.message_from_bytes(caught.read_bytes(), policy=default)
    return str(message["Subject"]), str(message.get_content()).replace("\r\n", "\n")
