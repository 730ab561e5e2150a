# ruff: noqa: ASYNC109 (the synchronous twin has no other way to bound a call)
"""Mail: what came in by SMTP, byte for byte, opened as mail.

Owns reading a raw message with the standard library: subject, text, files. The sender is the address that the
mail says of itself, without the name, which anybody may choose; the door's grade says how far that was
checked. Must never run, fetch or believe anything in a mail: HTML is turned to text where a mail has nothing
else, links stay text. (docs/protocol.md, part 6, kind 9; RFC 5322, RFC 2045.)
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from email.errors import MessageError
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import EmailPolicy, Policy
from pathlib import Path
from typing import Any, Final, cast

from client_sdk.attachment import UNKNOWN_TYPE
from client_sdk.attachments import AsyncReceivedFile
from client_sdk.files import new_file, safe_name
from client_sdk.html_text import html_to_text
from client_sdk.mail_author import author_of
from client_sdk.mail_grade import GRADES, MailGrade
from keys.content import DoorFacts
from keys.names import Random

MOST_PARTS: Final = 500
MOST_DEPTH: Final = 16
"""Each line of a mail is held against the ends of all parts around it."""


@dataclass(frozen=True, slots=True)
class MailFile:
    """A file inside a mail."""

    name: str = field(repr=False)
    media_type: str = field(repr=False)
    content: bytes = field(repr=False)

    @property
    def size_bytes(self) -> int:
        """Its size."""
        return len(self.content)

    def save_to(self, folder: Path | str, random: Random) -> Path:
        """Write it into a folder under a safe name, never over another; returns where it is."""
        with new_file(folder, self.name, random) as file:
            file.write(self.content)
            return file.finish()


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail, opened. `sender` is what the mail says; `grade` in words what the door found."""

    sender: str = field(repr=False)
    grade: str
    subject: str = field(repr=False)
    text: str = field(repr=False)
    attachments: tuple[MailFile, ...] = field(repr=False)


MOST_FIELD_SIGNS: Final = 4_096
MOST_MARKS: Final = 40
"""Quotes and brackets of a field that says what a part is: the library's reading takes the square of them,
and ends at a few hundred within each other.
"""


class _Entangled(Exception):
    """More parts, or parts within parts, than anybody sends."""


class _Part(EmailMessage):
    """A part that knows how deep it lies, and counts with all others."""

    def __init__(self, policy: Policy | None = None) -> None:
        super().__init__(policy)
        self.depth, self.count = 0, itertools.count(1)

    def attach(self, payload: Any) -> None:
        """Take a part in, while the mail is read. Raises _Entangled."""
        if isinstance(payload, _Part):
            payload.depth, payload.count = self.depth + 1, self.count
            if payload.depth > MOST_DEPTH or next(self.count) > MOST_PARTS:
                raise _Entangled
        super().attach(payload)


class _Bounded(EmailPolicy):
    """The library's own policy, for which a field of a part is empty where nobody writes such."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        """Take a field's name and value from its lines."""
        name, value = super().header_source_parse(sourcelines)
        too_much = len(value) > MOST_FIELD_SIGNS or sum(map(value.count, '"(;')) > MOST_MARKS
        return name, "" if too_much and name.lower().startswith("content-") else value

    def header_fetch_parse(self, name: str, value: str) -> Any:
        """Return what a field says. The library raises various errors for broken ones, which say nothing."""
        try:
            return super().header_fetch_parse(name, value)
        except (MessageError, ValueError, LookupError, AttributeError, TypeError):
            return super().header_fetch_parse(name, "")


_POLICY: Final = _Bounded(linesep="\r\n")


def head_of(facts: DoorFacts) -> tuple[str, str]:
    """Return sender and subject from the head that the door kept, for a list that does not fetch the mail."""
    return author_of(facts.head), _header(_parse(facts.head), "subject")


def open_mail(raw: bytes, grade: int) -> Mail:
    """Open a raw mail. Never raises for what is wrong in it: mail is often wrong. One of more parts than
    `MOST_PARTS`, or deeper than `MOST_DEPTH`, is its head alone; all of it is in the raw mail.
    """
    head_bytes = raw.find(b"\r\n\r\n")
    head = raw if head_bytes < 0 else raw[:head_bytes]
    try:
        message = _parse(raw)
    except _Entangled:
        message = _parse(head)
        message.clear_content()
    parts: list[EmailMessage] = [part for part in message.walk() if not part.is_multipart()]
    body = _body(parts)
    files = tuple(_file(part, number) for number, part in enumerate(parts, 1) if part is not body)
    return Mail(
        author_of(head),
        GRADES.get(grade, GRADES[MailGrade.NOT_CHECKED]),
        _header(message, "subject"),
        _text(body) if body is not None else "",
        files,
    )


def _parse(raw: bytes) -> EmailMessage:
    return cast(EmailMessage, BytesParser(_Part, policy=_POLICY).parsebytes(raw))


def _header(message: EmailMessage, name: str) -> str:
    """Return a header's text on one line."""
    return _plain(str(message.get(name, "")))


def _plain(text: str) -> str:
    clean = text.encode("utf-8", "replace").decode("utf-8")
    return "".join(sign for sign in clean if sign.isprintable())[:1000]


def _body(parts: list[EmailMessage]) -> EmailMessage | None:
    """Return the part to show: the first plain text that is no file, else the first HTML."""
    shown = [part for part in parts if part.get_content_disposition() != "attachment"]
    for wanted in ("text/plain", "text/html"):
        for part in shown:
            if part.get_content_type() == wanted and not part.get_filename():
                return part
    return None


def _text(part: EmailMessage) -> str:
    """Return a part's text; an unknown or lying character set costs signs, not the mail."""
    content = _content(part)
    charset = part.get_content_charset("utf-8")
    try:
        text = content.decode(charset, "replace")
    except (LookupError, ValueError):
        text = content.decode("utf-8", "replace")
    return html_to_text(text) if part.get_content_type() == "text/html" else text.replace("\r\n", "\n")


def _content(part: EmailMessage) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _file(part: EmailMessage, number: int) -> MailFile:
    try:
        name = part.get_filename() or ""
    except (ValueError, LookupError, IndexError, AttributeError, TypeError):
        name = ""
    kind = part.get_content_type() or UNKNOWN_TYPE
    return MailFile(safe_name(name or f"part-{number}"), kind, _content(part))


@dataclass(frozen=True, slots=True)
class AsyncMailMessage:
    """A mail that came in by SMTP, not yet fetched. `raw` is the mail byte for byte, `grade` a MailGrade,
    `checks` what the door noted of its checks (RFC 8601's words; empty where it checks nothing).
    """

    raw: AsyncReceivedFile
    grade: int
    checks: str = field(default="", repr=False)

    async def open(self, *, timeout: float | None = None) -> Mail:
        """Fetch and open the mail. `TooLarge` above 64 MiB: save `raw` instead."""
        return open_mail(await self.raw.read(timeout=timeout), self.grade)
