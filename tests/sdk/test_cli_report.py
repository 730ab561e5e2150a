"""The report by the command line, as coach and client meet it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from client_sdk.cli import exits
from client_sdk.sponsor import open_release
from keys.release import parse_link
from tests.sdk.test_cli import Two, two
from tests.sdk.test_cli_agreement import at_terminal

__all__ = ["two"]

FORM = """\
period: 2026-09-01 to 2026-12-31
for: Joan Reyes, personnel

== goal
Lead the merger team.
-- how we will know
The team says so.
-- where it stands
On course.
\\# A line that begins with a number sign.

== in the client's words
I say no earlier now.

== what is next
A look back in spring.
"""


@pytest.fixture(scope="module")
def named(two: Two) -> Two:
    """Two whose agreement names a sponsor."""
    two.anna.mailbox("agreement", "maya", "propose", "--sponsor", "Northwind Ltd", "--sponsor-sees", "a page")
    two.maya.mailbox("agreement", "anna", "sign", "--yes")
    return two


def file_of(tmp_path: Path, text: str) -> str:
    """A form in a file."""
    path = tmp_path / "report.txt"
    path.write_text(text, "utf-8")
    return str(path)


async def test_written_signed_released_and_taken_back(named: Two, tmp_path: Path) -> None:
    """Each step says what it did; nothing is signed unasked; the sponsor reads it in between."""
    anna, maya = named.anna, named.maya
    assert "There is no report yet." in maya.mailbox("report", "anna", "status").stdout
    maya.mailbox("report", "anna", "release", "--now", "--yes", code=exits.REFUSED)
    written = maya.mailbox("report", "anna", "edit", "--file", file_of(tmp_path, FORM)).stdout
    assert "Version 1, changed by you" in written
    assert "The coach has not signed this version." in written
    shown = anna.mailbox("report", "maya", "preview")
    assert "This is exactly what Northwind Ltd will see. Nothing else." in shown.stderr
    assert "# A line that begins with a number sign." in shown.stdout
    anna.mailbox("report", "maya", "sign", code=exits.USAGE)
    (way,) = anna.objects("report", "maya", "sign", "--yes")
    assert parse_link(way["link"]).text() == way["link"]
    code, screen = at_terminal(maya, [("Type yes:", "no")], "report", "anna", "release", "--now")
    assert (code, "Nothing was signed." in screen) == (exits.FAILED, True)
    assert screen.index("Lead the merger team.") < screen.index("Type yes:")
    (status,) = maya.objects("report", "anna", "release", "--yes")
    assert status["release"]["state"] == "waiting"  # until tomorrow morning
    (status,) = maya.objects("report", "anna", "release", "--now", "--yes")
    assert status["release"]["state"] == "open"
    believed = await open_release(way["link"], way["digits"])
    assert believed.report.sponsor_person == "Joan Reyes, personnel"
    assert "confirmed by every keeper" in maya.mailbox("report", "anna", "withdraw").stdout
    assert "has been taken back" in anna.mailbox("report", "maya", "status").stdout


def test_a_version_that_comes_while_somebody_reads_is_not_signed(named: Two, tmp_path: Path) -> None:
    """The coach writes and signs another version while the client has the question before them."""
    anna, maya = named.anna, named.maya
    anna.mailbox("report", "maya", "edit", "--file", file_of(tmp_path, FORM + "As it was read.\n"))
    anna.mailbox("report", "maya", "sign", "--yes")
    other = file_of(tmp_path, FORM + "As nobody has read it.\n")

    class Late(str):
        """An answer that is given only after the other has written."""

        __slots__ = ()

        def encode(self, encoding: str = "utf-8", errors: str = "strict") -> bytes:
            """Write and sign first."""
            anna.mailbox("report", "maya", "edit", "--file", other)
            anna.mailbox("report", "maya", "sign", "--yes")
            return super().encode(encoding, errors)

    answers = [("Type yes:", Late("yes"))]
    code, screen = at_terminal(maya, [*answers], "report", "anna", "release", "--now")
    assert (code, "Another version was written meanwhile." in screen) == (exits.REFUSED, True), screen
    assert "As it was read." in screen
    assert "As nobody has read it." not in screen
    (status,) = maya.objects("report", "anna", "status")
    assert status["client_signed"] is None


def test_the_editor(named: Two, tmp_path: Path) -> None:
    """The form is typed in the person's own editor, told of its wrong line, and typed again."""
    script = tmp_path / "editor.py"
    script.write_text(
        "import sys, pathlib\n"
        "path = pathlib.Path(sys.argv[1])\n"
        "text = path.read_text()\n"
        "wrong = 'Better.' in text\n"
        "path.write_text(text.replace('--- wrong\\n', '') if wrong else "
        "text.replace('A look back', '--- wrong\\nBetter. A look back'))\n"
    )
    named.maya.mailbox("report", "anna", "edit", "--file", file_of(tmp_path, FORM + "x\n"))
    environment = named.maya.environment
    named.maya.environment = lambda: environment() | {"EDITOR": f"{sys.executable} {script}"}  # type: ignore[method-assign]
    try:
        code, screen = at_terminal(named.maya, [("Edit again?", "yes")], "report", "anna", "edit")
    finally:
        named.maya.environment = environment  # type: ignore[method-assign]
    assert code == exits.DONE, screen
    assert "no such part" in screen
    assert "Better. A look back" in named.maya.mailbox("report", "anna", "preview").stdout


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("period: 2026-12-31 to 2026-09-01", "Line 1: the period"),
        ("period: sometime", "Line 1: the period"),
        ("colour: green", "Line 1: before the first goal"),
        ("calls: named", "The form: the period"),
    ],
)
def test_a_wrong_head_is_named_by_its_line(named: Two, tmp_path: Path, line: str, said: str) -> None:
    """What does not fit is said with its line, and nothing is written."""
    path = file_of(tmp_path, line + "\n" + "\n".join(FORM.splitlines()[1:]))
    told = named.maya.mailbox("report", "anna", "edit", "--file", path, code=exits.USAGE)
    assert said in told.stderr


def test_the_form_is_its_own_answer(named: Two, tmp_path: Path) -> None:
    """What `edit --file -` prints is taken again, and changes nothing."""
    printed = named.maya.mailbox("report", "anna", "edit", "--file", "-").stdout
    again = named.maya.mailbox("report", "anna", "edit", "--file", file_of(tmp_path, printed))
    assert "Nothing was changed." in again.stderr
