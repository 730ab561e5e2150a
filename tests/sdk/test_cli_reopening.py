"""Letting a client back at two terminals: what each reads, and what stands on the screen afterwards."""

from __future__ import annotations

import json
import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from client_sdk.cli import exits
from tests.sdk.test_cli import Person, Two, two  # noqa: F401 - the fixture of both people
from tests.sdk.test_cli_agreement import at_terminal


def test_a_lost_inbox_comes_back(two: Two, tmp_path: Path) -> None:  # noqa: F811
    """The coach is asked whether she has rung; the link is good for the newcomer alone; *yes* on both sides
    brings the conversation back, and says from whom.
    """
    two.anna.mailbox("send", "maya", "-s", "Before", "What you wrote before.")
    two.anna.mailbox("read", "maya")
    assert "Nothing is being reopened" in two.anna.mailbox("reopening", "status", "maya").stderr
    code, screen = at_terminal(two.anna, [("Type yes:", "no")], "client", "reopen", "maya")
    assert (code, "Nothing was changed" in screen) == (exits.FAILED, True)
    shutil.rmtree(two.maya.folder / "home")
    made = two.anna.mailbox("client", "reopen", "maya", "--welcome", "Welcome back.", "--yes")
    link = made.stdout.strip()
    assert "/i/#1." in link
    assert "Deleted things stay deleted" in made.stderr
    again = Person(tmp_path / "again", two.maya.password)
    said = again.mailbox("accept", link, "--name", "Maya Okafor", "--sheet", str(tmp_path / "sheet"))
    assert "lets you back" in said.stderr
    assert "mailbox reopening check" in said.stderr
    again.cheapen()
    again.mailbox("read", code=exits.PARTLY)
    assert two.anna.objects("reopening", "status", "maya")[0]["state"] == "joined"
    with ThreadPoolExecutor() as pool:
        answers = [("Type yes or no:", "yes")]
        running = [
            pool.submit(at_terminal, one, answers, "reopening", "check", who)
            for one, who in ((two.anna, "maya"), (again, "anna"))
        ]
        (coach, annas), (client, mayas) = [one.result() for one in running]
    assert (coach, client) == (exits.DONE, exits.DONE)
    (digits,) = re.findall(r"^\d{3} \d{3}\b", annas, re.MULTILINE)
    assert digits in mayas
    assert "1 thing given back, with the same dates" in annas
    read = again.mailbox("read", "anna").stdout
    assert "  Before\n" in read
    assert "given back by your coach, with the same date" in read
    (message,) = [json.loads(line) for line in again.mailbox("read", "anna", "--json").stdout.splitlines()]
    assert message["marks"] == ["given-back"]
