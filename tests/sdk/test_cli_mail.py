"""Mail that comes in, as somebody at a terminal deals with it: real relay and name server, and a provider."""

from __future__ import annotations

import asyncio
import email
import re
import smtplib
import subprocess
import threading
from collections.abc import Iterator
from email.policy import SMTP
from pathlib import Path

import pytest

from client_sdk.cli import exits
from tests.door.name_server import serving
from tests.sdk.house import ANNAS, MAYAS
from tests.sdk.test_cli import PROGRAM, Person
from tests.service.programs import Relay, eventually, free_port

PLAIN = "maya@home.example"
SPF = {"home.example": {"TXT": ['"v=spf1 ip4:127.0.0.1 -all"']}}


class Names:
    """A name server on a thread of its own, because the tests here wait for programs."""

    def __init__(self) -> None:
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))
        self.at = ""

    async def _serve(self) -> None:
        async with serving(SPF) as (_, at):
            self._loop, self._ended = asyncio.get_running_loop(), asyncio.Event()
            self.at = f"{at[0]}:{at[1]}"
            self._ready.set()
            await self._ended.wait()

    def __enter__(self) -> Names:
        self._thread.start()
        self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join()


class Provider:
    """Maya's mail provider: hands in what she writes, and forwards by her rule."""

    def __init__(self, relay: Relay) -> None:
        self._relay = relay

    def written(self) -> list[Path]:
        """What the relay has mailed so far, the newest last."""
        return sorted((self._relay.folder / "outbox").glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)

    def hand_in(self, recipient: str, raw: bytes, reverse_path: str = PLAIN) -> None:
        """Deliver a mail; raises as smtplib does where it is refused."""
        matched = re.search(r"smtp=(\S+):(\d+)", self._relay.ready)
        assert matched is not None
        with smtplib.SMTP(matched[1], int(matched[2]), local_hostname="home.example", timeout=30) as peer:
            peer.sendmail(reverse_path, [recipient], raw)


def started(person: Person, *words: str) -> subprocess.Popen[str]:
    """Start a command that waits for something, its talk at hand."""
    return subprocess.Popen(
        [*PROGRAM, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=person.environment(),
    )


def mail(subject: str, author: str = PLAIN) -> bytes:
    """A small mail."""
    head = (
        f"From: {author}\r\nTo: x@inbox.example\r\nMessage-ID: <{subject.replace(' ', '.')}@home.example>\r\n"
    )
    return f"{head}Date: Mon, 1 Jun 2026 12:00:00 +0000\r\nSubject: {subject}\r\n\r\nWords.\r\n".encode()


@pytest.fixture(scope="module")
def maya(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Person, Provider]]:
    """A client with a confirmed address, at her own computer."""
    folder = tmp_path_factory.mktemp("cli-mail")
    relay = Relay.at(free_port(), folder / "relay")
    with Names() as names:
        text = relay.config.read_text()
        checks = f'check_senders = true\nnameservers = ["{names.at}"]'
        relay.config.write_text(text.replace("check_senders = false", checks))
        relay.start()
        try:
            anna, person = Person(folder / "anna", ANNAS), Person(folder / "maya", MAYAS)
            link = relay.command("coach", "invite", "Anna Harrow").stdout.strip()
            anna.mailbox("setup", link)
            anna.cheapen()
            invited = anna.mailbox("client", "invite", "--name", "Maya Okafor").stdout.strip()
            person.mailbox("accept", invited, "--name", "Maya Okafor")
            person.cheapen()
            anna.mailbox("client", "list")
            provider = Provider(relay)
            person.mailbox("sender", "add", PLAIN)
            code = re.search(r"\b\d{8}\b", provider.written()[-1].read_text())
            assert code is not None
            person.mailbox("sender", "confirm", code[0])
            yield person, provider
        finally:
            relay.kill()


def test_what_a_provider_gives(maya: tuple[Person, Provider]) -> None:
    """The test waits for a first mail and says by it how far the provider vouches; then the mail is asked
    about, and once it is answered no more.
    """
    person, provider = maya
    address = person.mailbox("address").stdout.strip()
    running = started(person, "sender", "test")
    try:
        assert running.stderr is not None
        while "waits" not in running.stderr.readline():
            assert running.poll() is None
        provider.hand_in(address, mail("on the train"))
        told = running.communicate(timeout=60)[0]
    finally:
        running.kill()
    assert running.returncode == 0
    assert "the server alone vouches" in told
    (found,) = person.objects("read")
    assert (found["grade_number"], found["marks"]) == (3, ["confirm"])
    assert "from you" in person.mailbox("confirm", "anna", found["id"][:12]).stdout
    assert person.objects("read")[0]["marks"] == []


def test_it_was_not_me(maya: tuple[Person, Provider]) -> None:
    """A mail that was not from its owner is gone with one command."""
    person, provider = maya
    provider.hand_in(person.mailbox("address").stdout.strip(), mail("not by me"))
    assert "was it you? mailbox confirm" in person.mailbox("read", "--show").stdout
    (found,) = [one for one in person.objects("read") if one["subject"] == "not by me"]
    assert "gone" in person.mailbox("confirm", "anna", found["id"], "--not-me").stdout
    assert "not by me" not in person.mailbox("read").stdout


def test_what_was_turned_away_is_told(maya: tuple[Person, Provider]) -> None:
    """A refused mail is told in the inbox with a masked address and what to do, and counted by `status`."""
    person, provider = maya
    person.mailbox("read", "--show")
    with pytest.raises(smtplib.SMTPDataError):
        provider.hand_in(
            person.mailbox("address").stdout.strip(), mail("from elsewhere", "otto@else.example"), PLAIN
        )
    found = eventually(lambda: [one for one in person.objects("read", "--unread") if "refused" in one])
    (entry,) = found[0]["refused"]
    assert (entry["address"], entry["reason"]) == ("o…@e….example", "sender-unknown")
    shown = person.mailbox("read").stdout
    assert "mail from o…@e….example" in shown
    assert "mailbox sender add ADDRESS" in shown


def test_a_rule_step_by_step(maya: tuple[Person, Provider]) -> None:
    """A person is told each step; the provider forwards the line, and from then on what others write."""
    person, provider = maya
    assert "No rules" in person.mailbox("rule", "list").stderr
    person.mailbox("rule", "code", code=exits.NOT_FOUND)
    added = person.mailbox("rule", "add", PLAIN)
    address = added.stdout.strip()
    assert re.fullmatch(r"\w+@[\w.]+", address)
    assert f"mailbox rule test {PLAIN}" in added.stderr
    assert "waiting for its test" in person.mailbox("rule", "list").stdout
    with pytest.raises(smtplib.SMTPException):
        provider.hand_in(address, mail("too early", "otto@else.example"))
    before = len(provider.written())
    running = started(person, "rule", "test", PLAIN)
    try:
        eventually(lambda: len(provider.written()) > before)
        line = email.message_from_bytes(provider.written()[-1].read_bytes(), policy=SMTP)
        provider.hand_in(address, line.as_bytes())
        told = running.communicate(timeout=60)[0]
    finally:
        running.kill()
    assert (running.returncode, told) == (0, "The rule is active.\n")
    provider.hand_in(address, mail("from a friend", "otto@else.example"))
    got = {one["subject"]: one for one in person.objects("read")}["from a friend"]
    assert got["grade_number"] == 4
    (rule,) = person.objects("rule", "list")
    assert (rule["state"], rule["address"]) == ("active", address)
    person.mailbox("rule", "remove", rule["id"][:8])
    assert person.objects("rule", "list") == []
    with pytest.raises(smtplib.SMTPException):
        provider.hand_in(address, mail("too late", "otto@else.example"))


def test_wrong_words(maya: tuple[Person, Provider]) -> None:
    """What is no address, no rule or no number is said with what to do."""
    person, _ = maya
    assert "not a mail address" in person.mailbox("rule", "add", "maya", code=exits.USAGE).stderr
    person.mailbox("rule", "test", PLAIN, code=exits.NOT_FOUND)
    person.mailbox("rule", "remove", "abc", code=exits.USAGE)
    person.mailbox("sender", "remove", "abcdef", code=exits.NOT_FOUND)
    person.mailbox("confirm", "anna", "abcdef", code=exits.NOT_FOUND)
    (sender,) = person.objects("sender", "list")
    assert sender["state"] == "confirmed"
