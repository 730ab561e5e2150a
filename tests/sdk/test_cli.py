"""The command line as its users meet it: real programs, what they print where, and how they end."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from client_sdk import errors
from client_sdk.cli import exits
from client_sdk.cli.progress import PlainLines
from client_sdk.cli.topics import EXIT_CODES, FORMATS, TOPICS
from client_sdk.home import write_private
from client_sdk.keyring import open_secret, seal_secret
from client_sdk.messages import Progress
from tests.sdk.house import ANNAS, CHEAP, MAYAS
from tests.service.prepared import run
from tests.service.programs import Relay, free_port

PROGRAM = [sys.executable, "-c", "from client_sdk.cli import main; main()"]
DEADLINE_SECONDS = 60


@dataclass
class Person:
    """Somebody at their own computer: a folder of local state and a file with their password."""

    folder: Path
    password: str

    def __post_init__(self) -> None:
        self.folder.mkdir()
        self.password_file.write_text(self.password + "\n")

    @property
    def password_file(self) -> Path:
        return self.folder / "password"

    def cheapen(self) -> None:
        """Seal the secret of this computer again at a lower cost: 256 MiB for each command is for people."""
        (path,) = (self.folder / "home").glob("*/device.sealed")
        secret = open_secret(path.read_bytes(), self.password)
        write_private(path, seal_secret(secret, self.password, CHEAP, os.urandom(16), os.urandom(24)))

    def environment(self, **more: str) -> dict[str, str]:
        kept = {name: text for name, text in os.environ.items() if not name.startswith("MAILBOX_")}
        home = {"MAILBOX_HOME": str(self.folder / "home"), "MAILBOX_PASSWORD_FILE": str(self.password_file)}
        return {**kept, **home, "NO_COLOR": "1", **more}

    def mailbox(
        self, *words: str, code: int = 0, text: str = "", descriptor: int | None = None, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a command to its end, with an open descriptor if one is named, and check its exit code."""
        done = run(
            "mailbox",
            words,
            environment=self.environment(**environment),
            given=text,
            descriptors=() if descriptor is None else (descriptor,),
            timeout=DEADLINE_SECONDS,
        )
        assert done.returncode == code, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done

    def objects(self, *words: str, code: int = 0) -> list[dict[str, Any]]:
        """Run a command with --json; each line is one object of version 1."""
        lines = self.mailbox(*words, "--json", code=code).stdout.splitlines()
        found = [json.loads(line) for line in lines]
        assert all(one["v"] == 1 and one["type"] in FORMATS for one in found)
        return found

    def start(self, *words: str) -> subprocess.Popen[str]:
        """Start a command that goes on."""
        return subprocess.Popen(
            [*PROGRAM, *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=self.environment(),
        )


@dataclass
class Two:
    """A coach and a client, each at their own computer, and their relay."""

    relay: Relay
    anna: Person
    maya: Person


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    """Set up, invited and accepted, all by the command line."""
    folder = tmp_path_factory.mktemp("cli")
    port = free_port()
    relay = Relay.at(port, folder / "relay").start()
    try:
        two = Two(relay, Person(folder / "anna", ANNAS), Person(folder / "maya", MAYAS))
        link = relay.command("coach", "invite", "Anna Harrow").stdout.strip()
        made = two.anna.mailbox("setup", link, "--name", "anna-harrow", "--sheet", str(folder / "sheet.txt"))
        assert made.stdout == f"anna-harrow@127.0.0.1:{port}\n"
        invited = two.anna.mailbox(
            "client",
            "invite",
            "--name",
            "Maya Okafor",
            "--welcome",
            "Welcome.",
            "--refuse",
            "northwind.example",
        )
        assert re.fullmatch(rf"http://127\.0\.0\.1:{port}/i/#1\.[\w-]{{43}}\n", invited.stdout)
        accepted = two.maya.mailbox("accept", invited.stdout.strip(), "--name", "Maya Okafor")
        assert "Numbers: " in accepted.stdout
        assert "northwind.example" in accepted.stderr  # the agreement, before it is signed
        (folder / "maya-sheet.txt").write_text(accepted.stdout)
        two.anna.cheapen()
        two.maya.cheapen()
        yield two
    finally:
        relay.kill()


def test_the_sheet_is_private(two: Two) -> None:
    """A sheet that is written to a file is 0600 and names the inbox and six groups."""
    sheet = two.anna.folder.parent / "sheet.txt"
    assert stat.S_IMODE(sheet.stat().st_mode) == 0o600
    assert re.search(r"anna-harrow@.*\n.*(?:\d{5} ){5}\d{5}\n", sheet.read_text())


def test_sending_and_reading(two: Two, tmp_path: Path) -> None:
    """A message with a file goes out with plain progress and is read: listed, shown, saved, and then no
    longer new.
    """
    source = tmp_path / "goals.pdf"
    source.write_bytes(bytes(range(256)) * 100_000)
    sent = two.anna.mailbox(
        "send",
        "maya",
        "-s",
        "Before Thursday",
        "-a",
        str(source),
        "--keep",
        "30d",
        "-",
        text="Three questions\n",
    )
    assert re.search(r"^To +Maya Okafor$", sent.stdout, re.MULTILINE)
    assert re.search(r"^Kept +until \w+ \d+ \w+.*, for both of you$", sent.stdout, re.MULTILINE)
    assert re.findall(r"Files  (\d+) %", sent.stderr)[-1] == "100"
    listed = two.maya.mailbox("read", "--unread")
    assert "Before Thursday" in listed.stdout
    assert "goals.pdf (26 MB)" in listed.stdout
    assert "Three questions" not in listed.stdout
    shown = two.maya.mailbox("read", "anna", "--unread", "--show", "--save", str(tmp_path / "in"))
    assert "Three questions" in shown.stdout
    assert (tmp_path / "in" / "goals.pdf").read_bytes() == source.read_bytes()
    assert two.maya.mailbox("read", "--unread").stdout == ""


def test_json(two: Two, tmp_path: Path) -> None:
    """Every object has the documented fields, one on a line, and nothing else is on standard output."""
    (sent,) = two.maya.objects("send", "anna", "-s", "Re", "Thank you \x1b[31mAnna")
    assert set(sent) == {"v", "type", "id", "engagement", "kept_until", "waiting", "reason"}
    messages = two.anna.objects("read", "maya", "--unread")
    assert [one["subject"] for one in messages] == ["Re"]
    assert messages[0]["id"] == sent["id"]
    assert (
        messages[0]["text"] == "Thank you \x1b[31mAnna"
    )  # JSON escapes it; a terminal is not written to raw
    assert messages[0]["from"] == {"role": "client", "name": "Maya Okafor", "checked": True}
    account, engagement = two.anna.objects("status")
    assert set(account) == {"v", "type", "login", "origin", "name"}
    assert (engagement["handle"], engagement["state"], engagement["unread"]) == ("maya-okafor", "active", 0)
    documented = set(re.findall(r"[a-z_]+", FORMATS))
    for one in (sent, *messages, account, engagement):
        assert set(one) <= documented | {"v"}
    shown = two.anna.mailbox("read", "maya", "--show")
    assert "\x1b" not in shown.stdout + shown.stderr


def test_status_in_words(two: Two) -> None:
    """Status says who I am, with whom, and until when, in words."""
    said = two.anna.mailbox("status").stdout.splitlines()
    assert re.fullmatch(r"Anna Harrow at 127\.0\.0\.1:\d+  \(anna-harrow@127\.0\.0\.1:\d+\)", said[0])
    assert re.search(r"Maya Okafor +\d+ messages, \d unread; until \w+ \d+ \w+", said[1])
    two.anna.mailbox("client", "invite", "--name", "Tom Field", "--hold", "30", "--work-ends", "2027-05-31")
    listed = two.anna.mailbox("client", "list").stdout
    assert "Tom Field" in listed
    assert "has not accepted yet" in listed


def test_gone_and_taken_back(two: Two) -> None:
    """A number of a recalled message is gone with exit 6; recalling what is not mine is refused with exit
    5.
    """
    (sent,) = two.anna.objects("send", "maya", "-s", "oh", "no")
    two.maya.objects("read")
    two.maya.mailbox("recall", "anna", sent["id"][:12], code=exits.REFUSED)
    assert two.anna.mailbox("recall", "maya", sent["id"][:12]).stdout.startswith("Taken back")
    assert two.anna.mailbox("recall", "maya", sent["id"][:12], code=exits.NOT_FOUND).stdout == ""
    assert "oh" not in [one["subject"] for one in two.maya.objects("read")]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("send", "nobody", "x"), exits.NOT_FOUND, "nobody here by that name"),
        (("send", "mya-okafor", "x"), exits.NOT_FOUND, "Perhaps: Maya Okafor"),
        (("send", "maya", "x", "--keep", "900d"), exits.REFUSED, "The latest is"),
        (("send", "maya", "x", "--keep", "soon"), exits.USAGE, "30d, 12h, 2m"),
        (("send", "maya", "x", "-a", "/none"), exits.NOT_FOUND, "no such file"),
        (("send", "maya", "-s", "s" * 301, "x"), exits.USAGE, "300"),
        (("recall", "maya", "xyz"), exits.USAGE, "6 to 32"),
        (("recall", "maya", "0" * 32), exits.NOT_FOUND, "no such message"),
        (("accept", "http://127.0.0.1:1/i/#1.x", "--name", "x"), exits.USAGE, "not an invitation link"),
        (("setup", "nonsense"), exits.USAGE, "not an invitation link"),
        (("sender", "add", "maya@northwind.example"), exits.REFUSED, "work address"),
        (("sender", "confirm", "12345678"), exits.NOT_FOUND, ""),
        (("client", "invite", "--name", "x", "--work-ends", "2020-01-01"), exits.USAGE, "last day of work"),
        (("client", "invite", "--name", "x", "--agreement", "/none"), exits.USAGE, "cannot be read"),
        (("status", "--account", "no-such-10@127.0.0.1:1"), exits.NOT_REACHABLE, "isn't answering"),
        (("help", "nonsense"), exits.USAGE, "exit-codes"),
        (("nonsense",), exits.USAGE, "No such command"),
        (("send",), exits.USAGE, "Missing argument"),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, tuple) else "",
)
def test_exit_codes(two: Two, words: tuple[str, ...], code: int, said: str) -> None:
    """What fails says why on standard error, leaves standard output empty, and ends with its documented
    code.
    """
    done = two.anna.mailbox(*words, code=code)
    assert said in done.stderr
    assert done.stdout == ""


def test_wrong_passwords(two: Two, tmp_path: Path) -> None:
    """A wrong password says so, none says where one may come from; both end with 4."""
    wrong = tmp_path / "wrong"
    wrong.write_text("not the password at all\n")
    said = two.anna.mailbox("status", code=exits.LOCKED, MAILBOX_PASSWORD_FILE=str(wrong)).stderr
    assert "That password did not open this inbox." in said
    said = two.anna.mailbox("status", code=exits.LOCKED, MAILBOX_PASSWORD_FILE="").stderr
    assert "--password-fd" in said
    two.anna.mailbox("status", code=exits.USAGE, MAILBOX_PASSWORD_FILE=str(tmp_path / "none"))
    assert "setup" in two.anna.mailbox("status", code=exits.LOCKED, MAILBOX_HOME=str(tmp_path / "new")).stderr


def test_a_password_by_descriptor(two: Two) -> None:
    """A script can hand the password over an open descriptor."""
    reading, writing = os.pipe()
    os.write(writing, ANNAS.encode() + b"\n")
    os.close(writing)
    done = subprocess.run(
        [*PROGRAM, "client", "list", "--password-fd", str(reading)],
        capture_output=True,
        text=True,
        timeout=DEADLINE_SECONDS,
        pass_fds=(reading,),
        env=two.anna.environment(MAILBOX_PASSWORD_FILE=""),
        check=False,
    )
    os.close(reading)
    assert done.returncode == 0, done.stderr
    assert "Maya Okafor" in done.stdout


def test_locking(two: Two, tmp_path: Path) -> None:
    """A locked computer opens by the password again; the sheet opens the inbox on a computer that is new."""
    two.maya.mailbox("lock")
    home = two.maya.folder / "home"
    assert not list(home.glob("*/device.sealed"))
    unlocked = two.maya.mailbox("unlock")
    two.maya.cheapen()
    assert unlocked.stdout.endswith(home.glob("*@*").__next__().name + "\n")
    login, sheet = unlocked.stdout.strip(), two.maya.folder.parent / "maya-sheet.txt"
    two.maya.mailbox("unlock", login, "--sheet", str(sheet), MAILBOX_HOME=str(tmp_path / "new"))
    listed = two.maya.mailbox("read", MAILBOX_HOME=str(tmp_path / "new"))
    assert "Before Thursday" in listed.stdout or listed.stdout == ""
    wrong = tmp_path / "wrong.txt"
    wrong.write_text("no numbers here")
    two.maya.mailbox("unlock", login, "--sheet", str(wrong), code=exits.USAGE)


def test_watching(two: Two) -> None:
    """What comes is printed as it comes, one object a line; an interruption ends with 130."""
    watching = two.maya.start("watch", "--json", "--show")
    assert watching.stdout is not None
    two.anna.objects("send", "maya", "-s", "while you watch", "text")
    seen: list[dict[str, Any]] = []
    while not any(one.get("subject") == "while you watch" for one in seen):
        ready, _, _ = select.select([watching.stdout], [], [], DEADLINE_SECONDS)
        assert ready
        seen.append(json.loads(watching.stdout.readline()))
    assert seen[-1]["text"] == "text"
    watching.send_signal(signal.SIGINT)
    watching.communicate(timeout=DEADLINE_SECONDS)
    assert watching.returncode == exits.INTERRUPTED


def test_killed_while_sending(two: Two, tmp_path: Path) -> None:
    """A program that is killed in the middle of a large file has sent nothing by half: the next command sends
    it, the same sealed bytes, and it arrives once and whole.
    """
    source = tmp_path / "large.bin"
    source.write_bytes(bytes(range(256)) * 150_000)
    sending = subprocess.Popen(
        [*PROGRAM, "send", "maya", "-s", "killed", "-a", str(source)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=two.anna.environment(),
    )
    assert sending.stderr is not None
    while "%" not in sending.stderr.readline():
        assert sending.poll() is None
    sending.kill()
    sending.communicate()
    outbox = next((two.anna.folder / "home").glob("*/outbox"))
    assert [path.stat().st_size > source.stat().st_size for path in outbox.iterdir()] == [True]
    assert "has gone out" in two.anna.mailbox("status").stderr
    assert list(outbox.iterdir()) == []
    got = [
        one for one in two.maya.objects("read", "--save", str(tmp_path / "in")) if one["subject"] == "killed"
    ]
    assert len(got) == 1
    assert (tmp_path / "in" / "large.bin").read_bytes() == source.read_bytes()


def test_addresses(two: Two) -> None:
    """The inbound address is printed alone; a personal address is registered by its code."""
    assert re.fullmatch(r"\w+@[\w.]+\n", two.maya.mailbox("address").stdout)
    two.maya.mailbox("sender", "add", "maya@home.example")
    (caught,) = (two.relay.folder / "outbox").glob("*.eml")
    code = re.search(r"\b\d{8}\b", caught.read_text())
    assert code is not None
    assert "Confirmed" in two.maya.mailbox("sender", "confirm", code[0]).stderr


def test_typing_at_a_terminal(two: Two) -> None:
    """A person is asked for the password, which is not shown; a wrong one is said; progress may move."""
    for typed, code, said in (
        ("not the password at all", exits.LOCKED, "did not open this inbox"),
        (ANNAS, 0, "Maya Okafor"),
    ):
        child, terminal = pty.fork()
        if child == 0:
            os.environ.update(two.anna.environment(MAILBOX_PASSWORD_FILE=""))
            os.execv(PROGRAM[0], [*PROGRAM, "client", "list"])
        screen = read_until(terminal, "Password:")
        os.write(terminal, typed.encode() + b"\n")
        screen += read_until(terminal, None)
        _, status = os.waitpid(child, 0)
        os.close(terminal)
        assert os.waitstatus_to_exitcode(status) == code, screen
        assert said in screen
        assert typed not in screen


def read_until(terminal: int, wanted: str | None) -> str:
    """Read a screen until something stands on it, or to its end."""
    screen = ""
    while wanted is None or wanted not in screen:
        ready, _, _ = select.select([terminal], [], [], DEADLINE_SECONDS)
        assert ready, screen
        try:
            piece = os.read(terminal, 4096)
        except OSError:  # the other side has closed
            break
        if not piece:
            break
        screen += piece.decode(errors="replace")
    return screen


def test_a_relay_that_is_gone(two: Two) -> None:
    """With the relay away a command ends with 7 and says that nothing is lost."""
    two.relay.stop()
    try:
        assert "Nothing is lost" in two.anna.mailbox("status", code=exits.NOT_REACHABLE).stderr
    finally:
        two.relay.start()
    two.anna.mailbox("status")


# --- without programs ---------------------------------------------------------------------------------------


def test_help(two: Two) -> None:
    """Each topic is printed on standard output; every command explains itself."""
    for topic, page in TOPICS.items():
        assert two.anna.mailbox("help", topic).stdout == page
    for command in ("send", "read", "watch", "client", "sender", "unlock"):
        assert "Usage: mailbox" in two.anna.mailbox(command, "--help").stdout


def test_each_error_has_its_code() -> None:
    """The table gives each kind of error the code of ruling 26, and the help page knows every code."""
    cases = {
        errors.Misused("x"): 2,
        errors.PartialDeletion(1, 1): 3,
        errors.Locked(): 4,
        errors.WrongPassword(): 4,
        errors.RetentionExceeded(): 5,
        errors.EngagementClosed(): 5,
        errors.Refused("act-refused"): 5,
        errors.NotFound(): 6,
        errors.Deleted(): 6,
        errors.InvitationClosed("used"): 6,
        errors.ServerUnavailable(): 7,
        errors.KeeperUnavailable(): 7,
        errors.RecipientKeyChanged(): 8,
        errors.NotTrusted("statement-fork"): 8,
        errors.Incompatible(): 1,
        errors.InboxFull(): 1,
    }
    for error, code in cases.items():
        assert exits.code_of(error) == code, error
    for code in (0, 1, 2, 3, 4, 5, 6, 7, 8, 130):
        assert re.search(rf"^  {code} ", EXIT_CODES, re.MULTILINE)


def test_plain_progress() -> None:
    """Without a terminal there is a line at each quarter and no more, whatever the steps."""
    for steps, lines in (
        (
            range(101),
            ["a  25 % of 100 bytes", "a  50 % of 100 bytes", "a  75 % of 100 bytes", "a  100 % of 100 bytes"],
        ),
        ((0, 60, 100), ["a  50 % of 100 bytes", "a  100 % of 100 bytes"]),
        ((100,), ["a  100 % of 100 bytes"]),
    ):
        said: list[str] = []
        bar = PlainLines("a", said.append)
        for done in steps:
            bar(Progress(done, 100))
        assert said == lines
    PlainLines("a", said.append)(Progress(0, 0))


def test_a_client_joins_by_a_code(two: Two, tmp_path: Path) -> None:
    """What is read out serves in place of the link, until it has served; without a place it is no use."""
    invited = two.anna.mailbox("client", "invite", "--name", "Tom Field")
    told = re.search(r"By voice: (\S+)/i/ then (\d{4} [a-z]+-[a-z]+-[a-z]+-[a-z]+)\n", invited.stderr)
    assert told is not None
    tom = Person(tmp_path / "tom", MAYAS)
    words = ("accept", told[2].upper(), "--name", "Tom Field")
    assert "--relay" in tom.mailbox(*words, code=exits.USAGE).stderr
    tom.mailbox(*words, "--relay", told[1])
    again = tom.mailbox(*words, "--relay", told[1], code=exits.NOT_FOUND)
    assert "That code opens nothing here." in again.stderr


def test_who_does_not_join_says_so(two: Two, tmp_path: Path) -> None:
    """One thing at a time; the coach's list says it in words and to programs; the link is over then."""
    link = two.anna.mailbox("client", "invite", "--name", "Lea Brandt").stdout.strip()
    lea = Person(tmp_path / "lea", MAYAS)
    for words in ((), ("--no", "--work-device"), ("--ask", "Less.", "--no"), ("--ask", "")):
        lea.mailbox("reply", link, *words, code=exits.USAGE)
    asked = lea.mailbox("reply", link, "--ask", "Thirty days of hold, please.")
    assert asked.stderr == "Sent. The invitation is still open.\n"
    shown = two.anna.mailbox("client", "list").stdout
    assert "asks for something to be changed first" in shown
    assert "Thirty days of hold, please." in shown
    assert "has ended" in lea.mailbox("reply", link, "--no").stderr
    listed = two.anna.mailbox("client", "show", "Lea Brandt", "--json").stdout
    assert json.loads(listed)["reply"] == {"kind": "no", "text": ""}
    late = lea.mailbox("accept", link, "--name", "Lea Brandt", code=exits.NOT_FOUND)
    assert "This invitation is declined." in late.stderr
