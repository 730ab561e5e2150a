"""Agreement, dates and closing by the command line, as their users meet them."""

from __future__ import annotations

import os
import pty
import re

import pytest

from client_sdk.cli import exits
from client_sdk.cli.topics import FORMATS
from tests.sdk.test_cli import PROGRAM, Person, Two, read_until, two

__all__ = ["two"]


def at_terminal(person: Person, answers: list[tuple[str, str]], *words: str) -> tuple[int, str]:
    """Run a command at a terminal and answer its questions; returns its code and the screen."""
    child, terminal = pty.fork()
    if child == 0:
        os.environ.update(person.environment())
        os.execv(PROGRAM[0], [*PROGRAM, *words])
    screen = ""
    for question, answer in answers:
        screen += read_until(terminal, question)
        os.write(terminal, answer.encode() + b"\n")
    screen += read_until(terminal, None)
    _, status = os.waitpid(child, 0)
    os.close(terminal)
    return os.waitstatus_to_exitcode(status), screen


def test_a_change_in_words(two: Two) -> None:
    """The change is said in sentences before it is signed; status names it; history keeps it."""
    said = two.anna.mailbox("agreement", "maya", "propose", "--hold", "180d", "--note", "More \x1b[31mtime.")
    assert "Held for 180 days instead of 90." in said.stdout
    assert "\x1b" not in said.stdout
    assert "Nothing has changed yet" in said.stderr
    status = two.maya.mailbox("status").stdout
    assert "a change of the agreement waits for your signature (today)" in status
    two.maya.mailbox("agreement", "anna", "sign", code=exits.USAGE)  # nobody to ask, and no --yes
    code, screen = at_terminal(two.maya, [("Type yes:", "no")], "agreement", "anna", "sign")
    assert (code, "Nothing was signed." in screen) == (exits.FAILED, True)
    assert screen.index("Held for 180 days") < screen.index("Type yes:")
    code, screen = at_terminal(two.maya, [("Type yes:", "yes")], "agreement", "anna", "sign")
    assert (code, "It holds for both of you" in screen) == (exits.DONE, True)
    history = two.anna.mailbox("agreement", "maya", "history").stdout
    assert history.index("Number 2") < history.index("Number 1")
    shown = two.anna.mailbox("agreement", "maya", "show").stdout
    assert "180 days" in shown
    assert max(map(len, shown.splitlines())) <= 102


def test_no_is_an_answer(two: Two) -> None:
    """A declined proposal is over, with exit 5 for who signs it late; one's own is taken back."""
    (made,) = two.maya.objects("agreement", "anna", "propose", "--sponsor", "N", "--sponsor-sees", "nothing")
    assert "Declined" in two.anna.mailbox("agreement", "maya", "decline", made["id"][:10]).stdout
    late = two.anna.mailbox("agreement", "maya", "sign", made["id"], "--yes", code=exits.REFUSED)
    assert "declined" in late.stderr
    two.maya.mailbox("agreement", "anna", "propose", "--phone", "07700 900142")
    assert "Taken back" in two.maya.mailbox("agreement", "anna", "decline").stdout
    two.anna.mailbox("agreement", "maya", "sign", "--yes", code=exits.NOT_FOUND)


def test_dates_in_words(two: Two) -> None:
    """Longer is proposed and signed, shorter done at once, and every thing says why it goes."""
    (sent,) = two.anna.objects("send", "maya", "-s", "dates", "--keep", "5d", "x")
    told = two.maya.mailbox("why", "anna", sent["id"][:12]).stdout.splitlines()
    assert re.fullmatch(r"It goes at [\d:]+ UTC on \w+ \d+ \w+ \d{4}\.", told[0])
    assert told[1].startswith("Anna Harrow chose this date when it was written")
    assert told[2] == "Sooner: either of you, for both. Later: only both of you together."
    two.maya.mailbox("extend", "anna", sent["id"][:12], "--keep", "30d")
    two.anna.mailbox("agreement", "maya", "sign", "--yes")
    (why,) = two.maya.objects("why", "anna", sent["id"])
    assert "Both of you signed on" in why["decided"][1]
    said = two.anna.mailbox("shorten", "maya", sent["id"][:12], "--keep", "2d").stdout
    assert said == "Shortened, for both of you.\n"
    assert "brought the date forward" in two.maya.mailbox("why", "anna", sent["id"]).stdout
    assert "1 going" in two.maya.mailbox("status").stdout


def test_json_is_documented(two: Two) -> None:
    """Every object of these commands has the documented fields and no others."""
    found = two.anna.objects("agreement", "maya", "history")
    found += two.anna.objects("agreement", "maya", "propose", "--no-recall")
    found += two.anna.objects("close", "maya", "--hold", "30d") + two.anna.objects("why", "maya")
    found += two.anna.objects("client", "show", "maya")
    assert {one["type"] for one in found} == {"agreement", "proposal", "plan", "why", "engagement"}
    documented = set(re.findall(r"[a-z_]+", FORMATS))
    for one in found:
        assert set(one) <= documented | {"v"}
        for nested in (one.get("facts"), one.get("held")):
            assert set(nested or ()) <= documented
    (plan,) = [one for one in found if one["type"] == "plan"]
    assert plan["done"] is False
    two.anna.mailbox("agreement", "maya", "decline")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("agreement", "maya", "propose"), exits.USAGE, "changes nothing"),
        (("agreement", "maya", "propose", "--hold", "long"), exits.USAGE, "30d"),
        (("agreement", "maya", "propose", "--hold", "12h"), exits.USAGE, "whole days"),
        (("agreement", "maya", "propose", "--place", ""), exits.USAGE, "place"),
        (("agreement", "maya", "propose", "--agreement", "/none"), exits.USAGE, "cannot be read"),
        (("agreement", "maya", "propose", "--work-ends", "soon"), exits.USAGE, "2027-02-28"),
        (("agreement", "nobody", "show"), exits.NOT_FOUND, "nobody here"),
        (("agreement", "maya", "sign", "0123456789"), exits.NOT_FOUND, "no such proposal"),
        (("agreement", "maya", "nonsense"), exits.USAGE, "No such command"),
        (("close", "maya", "--hold", "3d"), exits.USAGE, "seven days"),
        (("close", "maya", "--hold", "3000d"), exits.REFUSED, "The latest is"),
        (("close", "maya", "--on", "2020-01-01"), exits.USAGE, "today or later"),
        (("reopen", "maya", "--until", "2027-01-31"), exits.REFUSED, "nothing to reopen"),
        (("extend", "maya", "0" * 32, "--keep", "5d"), exits.NOT_FOUND, "no such message"),
        (("extend", "maya", "xyz", "--keep", "5d"), exits.USAGE, "6 to 32"),
        (("why", "maya", "0" * 32), exits.NOT_FOUND, "no such message"),
        (("why", "maya", "invitation"), exits.NOT_FOUND, "accepted"),
    ],
    ids=lambda value: " ".join(value)[:44] if isinstance(value, tuple) else "",
)
def test_exit_codes(two: Two, words: tuple[str, ...], code: int, said: str) -> None:
    """What fails says why on standard error, leaves standard output empty, and ends with its code."""
    done = two.anna.mailbox(*words, code=code)
    assert said in done.stderr
    assert done.stdout == ""


def test_closing_at_a_terminal(two: Two) -> None:
    """The plan comes first; a wrong name does nothing; the right one closes; then only both reopen."""
    for typed, code in (("Maya", exits.FAILED), ("maya okafor", exits.DONE)):
        found, screen = at_terminal(two.anna, [("to confirm", typed)], "close", "maya", "--hold", "30d")
        assert found == code, screen
        assert screen.index("nothing has been done yet") < screen.index("to confirm")
        assert ("Done." if code == exits.DONE else "Nothing was done.") in screen
    held = two.maya.mailbox("status").stdout
    assert re.search(r"Anna Harrow +held, everything deleted after \w+ \d+ \w+", held)
    two.maya.mailbox("send", "anna", "too late", code=exits.REFUSED)
    until = two.maya.objects("why", "anna")[0]["goes_at"][:8] + "01"
    two.maya.mailbox("reopen", "anna", "--until", until)
    assert "reopening waits for your signature" in two.anna.mailbox("client", "show", "maya").stdout
    assert "the work goes on" in two.anna.mailbox("reopen", "maya", "--until", until).stdout
    two.maya.mailbox("send", "anna", "in time")
