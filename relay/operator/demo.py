"""`relay demo`: a coach and a client write to each other on a relay of their own, before your eyes.

Owns the story and its checks. With `--check` it is played to its end unattended: every date passes, and
then it is shown that nothing which was kept opens any more. Without, a second invitation is left open for
you to accept in a browser.
"""

from __future__ import annotations

import email
import itertools
import json
import re
import signal
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.policy import default
from pathlib import Path
from typing import Any

import typer

from keys.errors import KeysError
from relay.core.model import DAY_SECONDS
from relay.operator.erasure import Loot, Tally, plunder
from relay.operator.stage import Person, Relay, StepFailed, deliver, eventually, expect, stage

SUBJECT = "Before Thursday's board"
QUESTIONS = "Three questions to sit with before you walk in. You need not answer them here."
FILE_NAME = "goals.txt"
FILE = "1. Lead the merger team without doing its work.\n2. One evening a week without the phone.\n" * 400
ANSWER = "Thank you. The second one kept me awake."
MAIL_SUBJECT = "Something I wrote on the train"
MAIL_TEXT = "Sent from my own address, so that it is not in the office's archive."
MAYA_ADDRESS = "maya@home.example"
SPONSOR = "Northwind Ltd"
IN_HER_WORDS = "I used to answer at midnight. I do not any more."
REPORT = f"""period: 2026-09-01 to 2026-12-31
for: Joan Reyes, personnel
== goal
Lead the merger team without doing its work.
-- where it stands
On course.
== in the client's words
{IN_HER_WORDS}
"""
WORK_DAYS, HOLD_DAYS = 2, 1
SHORT_SECONDS = 120
FOR_YOU = """
Now you. Open this invitation in a browser, as Anna's client Tom Field:

    {link}

When you have joined, Anna's computer sends three messages: one with a file, one that is gone in two
minutes. Your password and your sheet are yours to choose. Mail that the relay sends is caught in
{outbox}

Ctrl-C ends the demo and deletes everything.
"""


def run(*, check: bool) -> int:
    """Play; returns the exit code: 0, or 1 where a step did not come out as it must."""
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, signal.default_int_handler)
    try:
        with stage(driven_clock=check) as (relay, folder):
            story = Story(relay, folder)
            story.opening()
            if check:
                story.ending()
            else:
                story.invitation_for_you()
    except (StepFailed, KeysError, OSError, subprocess.SubprocessError, ValueError) as failed:
        typer.echo(f"FAILED  {failed}", err=True)
        return 1
    except KeyboardInterrupt:
        typer.echo("\nEnded. Everything of the demo has been deleted.")
    return 0


class Story:
    """The steps, in order; each prints one line when it has come out right."""

    def __init__(self, relay: Relay, folder: Path) -> None:
        self._relay, self._folder = relay, folder
        self._anna = Person("Anna Harrow", folder / "anna", "walnut harbour lantern bridge meadow")
        self._maya = Person("Maya Okafor", folder / "maya", "pepper candle orchard willow harvest")
        self._way: dict[str, Any] = {}
        self._number = itertools.count(1)

    def opening(self) -> None:
        """What happens in both forms of the demo."""
        self._told(f"A relay serves at {self._relay.origin}, with a keeper beside it")
        self._step("Anna Harrow, a coach, has set up her account from the operator's link", self._set_up)
        self._step("Maya Okafor, a client, has read the agreement, signed it and joined", self._join)
        self._step(
            "Anna has sent a message with a file; Maya's computer opened both, byte for byte", self._write
        )
        self._step("Maya has answered; Anna has read it", self._answer)
        self._step("Maya's own mail address is confirmed by a code", self._register)
        self._step(
            'A mail from it came in by SMTP, sealed at the door, marked "sender not checked"', self._forward
        )
        self._step(
            "A report is written and signed by both; the sponsor opened it with link and digits once Maya"
            " had released it, and nothing before",
            self._sponsor,
        )

    def ending(self) -> None:
        """All dates pass, and what was kept is tried on everything."""
        self._step(
            f"A message kept for {SHORT_SECONDS} seconds was there, and is gone at its second", self._short
        )
        self._step(
            "A thief with backup, ring, root and the people's passwords opens everything", self._stolen_before
        )
        self._step(
            "Maya has taken the report back: link and digits open nothing, every keeper refuses it",
            self._take_back,
        )
        self._step(
            "All its days have passed, each with its sweep and its tick; the store is empty",
            self._days_pass,
        )
        self._step(
            "The same thief, with all of it but the ring and root that are destroyed, opens nothing",
            self._stolen_after,
        )
        self._step(
            "No word of theirs stands in clear in any file or log of the relay", self._nothing_in_clear
        )

    def invitation_for_you(self) -> None:
        """Leave an invitation open, and be the coach's computer until it is accepted and after."""
        welcome = "Good to have you here. Look around; I will write as soon as you have come in."
        link = self._anna.mailbox("client", "invite", "--name", "Tom Field", "--welcome", welcome)
        typer.echo(FOR_YOU.format(link=link, outbox=self._relay.folder / "outbox"))
        self._await_joining("Tom Field")
        self._welcome("tom")
        typer.echo("Three messages are on their way. Answer, and it is shown here.")
        self._await_answers()

    # the steps

    def _set_up(self) -> None:
        link = self._relay.command("coach", "invite", self._anna.name)
        self._anna.mailbox("setup", link, "--sheet", str(self._folder / "anna.sheet"))
        self._anna.login = str(self._anna.told("status")[0]["login"])

    def _join(self) -> None:
        ends = datetime.fromtimestamp(self._relay.status()["now"], UTC).date() + timedelta(days=WORK_DAYS)
        terms = ("--work-ends", ends.isoformat(), "--hold", str(HOLD_DAYS), "--refuse", "corp.example")
        link = self._anna.mailbox("client", "invite", "--name", self._maya.name, *terms)
        self._maya.mailbox(
            "accept", link, "--name", self._maya.name, "--sheet", str(self._folder / "maya.sheet")
        )
        self._maya.login = str(self._maya.told("status")[0]["login"])

    def _write(self) -> None:
        path = self._folder / FILE_NAME
        path.write_text(FILE)
        self._anna.mailbox("send", "maya", "-s", SUBJECT, "-a", str(path), QUESTIONS)
        (message,) = self._maya.told("read", "--save", str(self._folder / "saved"))
        expect((message["subject"], message["text"]) == (SUBJECT, QUESTIONS), "another text arrived")
        expect(Path(message["saved"][0]).read_text() == FILE, "another file arrived")

    def _answer(self) -> None:
        self._maya.mailbox("send", "anna", "-s", f"Re: {SUBJECT}", ANSWER)
        expect(
            any(message["text"] == ANSWER for message in self._anna.told("read", "maya")), "no answer arrived"
        )

    def _register(self) -> None:
        self._maya.mailbox("sender", "add", MAYA_ADDRESS)
        (caught,) = (self._relay.folder / "outbox").glob("*.eml")
        told = email.message_from_bytes(caught.read_bytes(), policy=default).get_content()
        code = re.search(r"\b\d{8}\b", str(told))
        self._maya.mailbox("sender", "confirm", code[0] if code else "")

    def _forward(self) -> None:
        deliver(self._relay, MAYA_ADDRESS, self._maya.mailbox("address"), MAIL_SUBJECT, MAIL_TEXT)
        mails = [message for message in self._maya.told("read") if message["subject"] == MAIL_SUBJECT]
        expect(len(mails) == 1 and MAIL_TEXT in mails[0]["text"], "the mail did not arrive")
        expect(mails[0]["from"]["checked"] is False, "the mail passes for checked")

    def _sponsor(self) -> None:
        sees = "one page, and only when Maya has signed it off"
        self._anna.mailbox("agreement", "maya", "propose", "--sponsor", SPONSOR, "--sponsor-sees", sees)
        self._maya.mailbox("agreement", "anna", "sign", "--yes")
        path = self._folder / "report.txt"
        path.write_text(REPORT)
        self._maya.mailbox("report", "anna", "edit", "--file", str(path))
        (self._way,) = self._anna.told("report", "maya", "sign", "--yes")
        expect(not self._as_sponsor(), "the sponsor saw a report that Maya had not released")
        self._maya.mailbox("report", "anna", "release", "--now", "--yes")
        expect(IN_HER_WORDS in self._as_sponsor(), "the sponsor does not see the report")

    def _as_sponsor(self) -> str:
        """What link and digits open; empty for nothing."""
        sponsor = Person("Joan Reyes", self._folder / "joan", "")
        return sponsor.sees(self._way["link"], self._way["digits"])

    def _take_back(self) -> None:
        self._maya.mailbox("report", "anna", "withdraw")
        expect(not self._as_sponsor(), "the sponsor still sees what Maya took back")

    def _short(self) -> None:
        self._anna.mailbox("send", "maya", "-s", "short", "--keep", f"{SHORT_SECONDS}s", "gone soon")
        expect(self._subjects(self._maya).count("short") == 1, "the short message did not arrive")
        self._relay.move_clock(SHORT_SECONDS + 1)
        expect("short" not in self._subjects(self._maya), "the short message is still there")

    def _stolen_before(self) -> None:
        self._relay.backup(self._folder / "backup.db")
        self._relay.steal_keeper(self._folder / "stolen-keeper")
        for person in (self._maya, self._anna):
            tally = self._plunder(person, self._folder / "stolen-keeper")
            expect(tally.envelopes_opened == tally.envelopes > 0, "the thief should open every envelope now")
            expect(tally.files_opened == tally.files > 0, "the thief should open every file now")

    def _days_pass(self) -> None:
        for day in range(1, WORK_DAYS + HOLD_DAYS + 2):
            ticks = self._relay.ticks()
            self._relay.move_clock(day * DAY_SECONDS)
            eventually(lambda ticks=ticks: self._relay.ticks() > ticks, "the keeper's tick")  # type: ignore[misc]
        eventually(lambda: not self._relay.status()["envelopes"], "the sweep")

    def _stolen_after(self) -> None:
        for person in (self._maya, self._anna):
            tally = self._plunder(person, self._relay.folder / "keeper")
            expect(tally.envelopes > 0, "the backup should still hold its envelopes")
            expect(tally.envelopes_opened == tally.files_opened == 0, "the thief opened something")

    def _nothing_in_clear(self) -> None:
        words = (
            SUBJECT,
            QUESTIONS,
            ANSWER,
            FILE[:40],
            FILE_NAME,
            MAIL_SUBJECT,
            MAIL_TEXT,
            IN_HER_WORDS,
            self._way["link"],
            self._maya.name,
            self._maya.password,
        )
        kept = [path for path in self._relay.folder.rglob("*") if path.is_file() and path.suffix != ".eml"]
        for path in [*kept, self._folder / "backup.db"]:
            whole = path.read_bytes()
            expect(
                not any(word.encode() in whole for word in words), f"something stands in clear in {path.name}"
            )

    # helpers of the steps

    def _plunder(self, person: Person, keeper: Path) -> Tally:
        name, _, host = person.login.partition("@")
        pepper = (self._relay.folder / "secrets" / "pepper").read_bytes()
        return plunder(Loot(self._folder / "backup.db", pepper, keeper, name, host, person.password))

    def _subjects(self, person: Person) -> list[str]:
        return [str(message["subject"]) for message in person.told("read")]

    def _await_joining(self, name: str) -> None:
        with self._anna.watch() as watching:
            for line in watching.stdout or ():
                if json.loads(line)["type"] == "joined":
                    watching.terminate()
                    typer.echo(f"{name} has joined.")
                    return
        raise StepFailed("the coach's watch ended")

    def _welcome(self, who: str) -> None:
        path = self._folder / FILE_NAME
        self._anna.mailbox(
            "send",
            who,
            "-s",
            "Welcome",
            "This is where we two write to each other. Nothing here reaches your work mail.",
        )
        self._anna.mailbox("send", who, "-s", SUBJECT, "-a", str(path), QUESTIONS)
        self._anna.mailbox(
            "send",
            who,
            "-s",
            "A door code, for two minutes",
            "--keep",
            "2m",
            "4417. It is gone before you have lost it.",
        )

    def _await_answers(self) -> None:
        with self._anna.watch() as watching:
            for line in watching.stdout or ():
                event = json.loads(line)
                if event["type"] == "message" and not event["mine"]:
                    typer.echo(f"{event['from']['name']} has written: {event['subject']}")

    def _step(self, told: str, act: Callable[[], None]) -> None:
        act()
        self._told(told)

    def _told(self, told: str) -> None:
        typer.echo(f"{next(self._number):>2}  {told}")
