"""A dialogue as data, and the peer that holds it. Owns the form of a case and the reading of answers.

A case says what is sent, what must be answered to each piece, and what must be stored, byte for byte. It
never says how; the same cases are held with a whole relay and with a listener of other limits.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

ANSWER_SECONDS: Final = 20.0
CLOSED: Final = "closed"
TLS: Final = b"<a handshake>"
"""Instead of bytes: the peer begins TLS, and trusts the test's authority."""
HALF: Final = b"<no more from here>"
"""Instead of bytes: the peer ends its own direction."""

EHLO: Final = b"EHLO mail.home.example\r\n"
FROM: Final = b"MAIL FROM:<maya@home.example>\r\n"
TO: Final = b"RCPT TO:<{to}>\r\n"
DATA: Final = b"DATA\r\n"
END: Final = b".\r\n"
QUIT: Final = b"QUIT\r\n"

Step = tuple[bytes, str]
HELLO: Final[Step] = (EHLO, "250 ")
SENDER: Final[Step] = (FROM, "250 2.1.0")
RECIPIENT: Final[Step] = (TO, "250 2.1.5")
BEGIN: Final[Step] = (DATA, "354 ")
TO_DATA: Final[tuple[Step, ...]] = (HELLO, SENDER, RECIPIENT, BEGIN)
BYE: Final[Step] = (QUIT, "221 2.0.0 | closed")
TAKEN: Final = "250 2.0.0"


@dataclass(frozen=True, slots=True)
class Talk:
    """One dialogue. In `sent` and `stored`, `{to}` stands for the inbox's address, `{name}` for the case."""

    name: str
    source: str  # the part of an RFC, a CVE, or what happened elsewhere
    steps: tuple[Step, ...]
    stored: tuple[bytes, ...] = ()


@dataclass(slots=True)
class Heard:
    """What came back: for each step its answers, each as its lines joined by a line feed."""

    answers: list[list[str]] = field(default_factory=list)


def talk(name: str, source: str, *steps: Step, stored: Sequence[bytes] = ()) -> Talk:
    """A dialogue of any steps."""
    return Talk(name, source, tuple(steps), tuple(stored))


def line(name: str, source: str, sent: bytes, answer: str) -> Talk:
    """One line to a door that was not greeted yet."""
    return talk(name, source, (sent + b"\r\n", answer))


def greeted(name: str, source: str, sent: bytes, answer: str) -> Talk:
    """One line after EHLO; the dialogue is then closed as it should be."""
    return talk(name, source, HELLO, (sent + b"\r\n", answer), BYE)


def sender(name: str, source: str, argument: bytes, answer: str) -> Talk:
    """One MAIL command, and that it left a state from which a mail can begin anew."""
    return talk(
        name, source, HELLO, (b"MAIL FROM:" + argument + b"\r\n", answer), (b"RSET\r\n", "250 2.0.0"), SENDER
    )


def recipient(name: str, source: str, argument: bytes, answer: str) -> Talk:
    """One RCPT command, and that it did not become a recipient unless it was taken."""
    after = "354 " if answer.startswith("250") else "503 5.5.1"
    return talk(name, source, HELLO, SENDER, (b"RCPT TO:" + argument + b"\r\n", answer), (DATA, after))


def mail(
    more: bytes = b"Hello.\r\n", *, head: bytes = b"", author: bytes = b"Maya <maya@home.example>"
) -> bytes:
    """A mail whose subject is the case's name."""
    return b"From: " + author + b"\r\nSubject: {name}\r\n" + head + b"\r\n" + more


def delivered(name: str, source: str, wire: bytes, kept: bytes | None = None) -> Talk:
    """A mail that is taken. `wire` is what travels before the lone dot; `kept` is stored, if it differs."""
    return talk(name, source, *TO_DATA, (wire + END, TAKEN), BYE, stored=(wire if kept is None else kept,))


def refused(name: str, source: str, wire: bytes, answer: str) -> Talk:
    """A mail that is refused at its end; the dialogue goes on and another is taken."""
    good = mail(b"The one after.\r\n")
    return talk(
        name,
        source,
        *TO_DATA,
        (wire + END, answer),
        SENDER,
        RECIPIENT,
        BEGIN,
        (good + END, TAKEN),
        BYE,
        stored=(good,),
    )


@dataclass(frozen=True, slots=True)
class Peer:
    """Somebody who knows where the door is, and whom it takes mail for."""

    at: tuple[str, int]
    inbox: bytes
    trust: ssl.SSLContext | None = None
    implicit_tls: bool = False

    def filled(self, text: bytes, case: Talk) -> bytes:
        """A text of a case with its placeholders filled in."""
        return text.replace(b"{to}", self.inbox).replace(b"{name}", case.name.encode())

    async def hold(self, case: Talk) -> Heard:
        """Hold a dialogue to its end; the greeting is the first answer."""
        context = {"ssl": self.trust, "server_hostname": "mx.quietbox.test"} if self.implicit_tls else {}
        reader, writer = await asyncio.open_connection(*self.at, limit=1 << 20, **context)  # type: ignore[arg-type]
        heard = Heard([await _answers(reader, "220 ")])
        try:
            for sent, wanted in case.steps:
                if sent == TLS:
                    try:
                        await writer.start_tls(self.trust, server_hostname="mx.quietbox.test")  # type: ignore[arg-type]
                    except OSError:
                        heard.answers.append(["no handshake"])
                        break
                elif sent == HALF:
                    writer.write_eof()
                else:
                    with suppress(ConnectionError):
                        writer.write(self.filled(sent, case))
                        await writer.drain()
                heard.answers.append(await _answers(reader, wanted))
        finally:
            writer.close()
        return heard


def wanted_of(case: Talk) -> Iterator[list[str]]:
    """For the greeting and each step, how each of its answers begins."""
    yield ["220 "]
    for _, wanted in case.steps:
        yield [one.strip() for one in wanted.split("|") if one.strip()]


async def _answers(reader: asyncio.StreamReader, wanted: str) -> list[str]:
    """As many answers as are wanted, or fewer where the door closed."""
    return [await _answer(reader) for one in wanted.split("|") if one.strip()]


async def _answer(reader: asyncio.StreamReader) -> str:
    lines: list[str] = []
    while not lines or lines[-1][3:4] == "-":
        try:
            raw = await asyncio.wait_for(reader.readline(), ANSWER_SECONDS)
        except TimeoutError:
            return "silence"
        except (ConnectionError, ssl.SSLError):
            raw = b""
        if not raw:
            return CLOSED
        lines.append(raw.decode("latin-1").removesuffix("\r\n"))
    return "\n".join(lines)


_FORM: Final = re.compile(r"[2-5][0-9]{2}[ -][ -~]*")
_ENHANCED: Final = re.compile(r"[245]\.[0-9]{1,3}\.[0-9]{1,3} ")
_BARE: Final = {"220", "354"}


def faults_of(answer: str, *, greeting: bool = False) -> list[str]:
    """What is wrong with an answer whatever it says: its form (RFC 5321, 4.2), its enhanced code (RFC 2034),
    or that it says again what the peer said.
    """
    if answer == CLOSED:
        return []
    found = [f"not a reply line: {one!r}" for one in answer.split("\n") if not _FORM.fullmatch(one)]
    found += [f"over 512 bytes: {one!r}" for one in answer.split("\n") if len(one) > 510]
    if len({one[:3] for one in answer.split("\n")}) > 1:
        found.append("two codes in one reply")
    is_hello = "\n" in answer or not _ENHANCED.match(answer[4:])
    if not greeting and not is_hello and answer[4] != answer[0]:
        found.append("the enhanced code is of another class")
    if not greeting and is_hello and answer[:3] not in _BARE and not answer.startswith("250"):
        found.append("no enhanced code")
    if "canary" in answer or "maya" in answer or "home.example" in answer:
        found.append("it says what the peer said")
    return found
