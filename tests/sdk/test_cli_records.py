"""Notes, calls and receipts on the command line: what is printed, and how wrong use ends."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from client_sdk.cli import exits
from tests.sdk.test_cli import Two, two  # noqa: F401 - the fixture of both people

DAY_SECONDS = 86_400


def test_notes(two: Two) -> None:  # noqa: F811
    """A note is added, listed, printed with the date for the paper, and deleted; a client has none."""
    assert two.anna.mailbox("note", "maya", "add", "Ask about Berlin.").stdout.startswith("Noted.")
    two.anna.mailbox("note", "maya", "add", "-", text="She wants to lead.\n")
    listed = two.anna.objects("note", "maya", "list")
    assert [one["text"] for one in listed] == ["She wants to lead.", "Ask about Berlin."]
    printed = two.anna.mailbox("note", "maya", "print").stdout
    assert printed.index("Berlin") < printed.index("lead") < printed.index("Please destroy this paper by")
    assert two.anna.mailbox("note", "maya", "expire", listed[0]["id"][:12]).stdout == "Deleted.\n"
    assert len(two.anna.objects("note", "maya", "list")) == 1
    two.anna.mailbox("note", "maya", "expire", listed[0]["id"][:12], code=exits.NOT_FOUND)
    two.anna.mailbox("note", "maya", "expire", "x", code=exits.USAGE)
    two.anna.mailbox("note", "maya", "add", " ", code=exits.USAGE)
    two.maya.mailbox("note", "anna", "add", "mine", code=exits.REFUSED)


def test_calls(two: Two) -> None:  # noqa: F811
    """A call is noted by one and listed by both, with what each notes for nobody else; what no call can be is
    refused.
    """
    two.maya.mailbox("call", "anna", "add", "--minutes", "40", "--note", "by phone")
    assert "40 minutes  noted by you  by phone" in two.maya.mailbox("call", "anna", "list").stdout
    assert "40 minutes  noted by Maya Okafor" in two.anna.mailbox("call", "maya", "list").stdout
    (call,) = two.anna.objects("call", "maya", "list")
    assert (call["minutes"], call["mine"], call["note"]) == (40, False, "by phone")
    two.maya.mailbox("call", "anna", "private", call["id"][:12], "Ask again in June.")
    listed = two.maya.mailbox("call", "anna", "list").stdout
    assert f"by phone  for you alone: Ask again in June.  number {call['id'][:12]}" in listed
    assert "June" not in two.anna.mailbox("call", "maya", "list").stdout
    two.maya.mailbox("call", "anna", "private", call["id"], " ", code=exits.USAGE)
    two.maya.mailbox("call", "anna", "private", "00000000", "x", code=exits.NOT_FOUND)
    two.anna.mailbox("call", "maya", "add", "--minutes", "5", "--private", "Mine.")
    (newest, _) = two.anna.objects("call", "maya", "list")
    assert newest["private_note"] == "Mine."
    two.anna.mailbox("call", "maya", "private", newest["id"], "--delete")
    assert "Mine." not in two.anna.mailbox("call", "maya", "list").stdout
    two.maya.mailbox("call", "anna", "add", "--minutes", "0", code=exits.USAGE)
    two.maya.mailbox("call", "anna", "add", "--minutes", "5", "--on", "soon", code=exits.USAGE)


def test_receipts(two: Two, tmp_path: Path) -> None:  # noqa: F811
    """What went is receipted in words that admit their limits; the saved file is private, is good by its own
    keys, and one that was changed ends with the code for what does not fit.
    """
    assert two.maya.mailbox("receipts").stdout == ""
    two.anna.mailbox("send", "maya", "-s", "short", "--keep", "5m", "gone soon")
    two.anna.mailbox("read", "maya")
    two.relay.move_clock(600)
    two.relay.command("expire", "run")
    two.anna.mailbox("status")  # opens her account, which says what this computer let go
    path = tmp_path / "receipts.json"
    saving = two.maya.mailbox("receipts", "anna", "--save", str(path))
    shown = saving.stdout
    assert re.search(r" check it at http://127\.0\.0\.1:\d+/check/ or by ", saving.stderr)
    assert "deleted: 1 message, 0 files" in shown
    assert "not covered copies that people saved or printed" in shown
    assert "'s computer: deleted" in shown
    assert path.stat().st_mode & 0o777 == 0o600
    (receipt,) = two.maya.objects("receipts")
    assert (receipt["of"], receipt["removed"], receipt["sound"]) == ("deletion", 1, True)
    checked = two.maya.mailbox("receipts", "check", str(path)).stdout
    assert "good   deletion 1" in checked
    assert "said   by the key" in checked
    fields = json.loads(path.read_bytes())
    fields["receipts"][0]["receipt"] = fields["receipts"][0]["receipt"].replace("left: 0", "left: 1")
    path.write_text(json.dumps(fields))
    assert "WRONG" in two.maya.mailbox("receipts", "check", str(path), code=exits.KEY_CHANGED).stdout
    assert two.maya.objects("receipts", "check", str(path), code=exits.KEY_CHANGED)[0]["sound"] is False


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("receipts", "check"), exits.USAGE),
        (("receipts", "check", "/none"), exits.NOT_FOUND),
        (("receipts", "maya", "/none"), exits.USAGE),
        (("receipts", "nobody"), exits.NOT_FOUND),
    ],
)
def test_wrong_use(two: Two, words: tuple[str, ...], code: int) -> None:  # noqa: F811
    """What is asked wrongly says so and prints nothing."""
    assert two.anna.mailbox(*words, code=code).stdout == ""
