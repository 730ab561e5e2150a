# ruff: noqa: ASYNC109 (the synchronous twin has no other way to bound a call)
"""Mail: what came in by SMTP, byte for byte, opened as mail.

Owns reading a raw message with the standard library: subject, text, files. The sender is what the mail says
of itself; the door's grade says how far that was checked. Must never run, fetch or believe anything in a
mail: HTML is turned to text where a mail has nothing else, links stay text. (docs/protocol.md, part 6, kind
9; RFC 5322, RFC 2045.)
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP
from email.utils import parseaddr
from enum import IntEnum
from html.parser import HTMLParser
from pathlib import Path
from typing import Final

from client_sdk.attachment import UNKNOWN_TYPE
from client_sdk.attachments import AsyncReceivedFile, Random
from client_sdk.files import new_file, safe_name
from keys.content import DoorFacts

MOST_PARTS: Final = 1_000


class MailGrade(IntEnum):
    """What the door found of a mail's author (docs/protocol.md, part 6). Nothing of it is end to end."""

    NOT_CHECKED = 1
    SIGNED = 2
    SERVER = 3
    RULE = 4
    RULE_SIGNED = 5
    CONFIRMATION = 6


GRADES: Final[Mapping[int, str]] = {
    MailGrade.NOT_CHECKED: "sender not checked",
    MailGrade.SIGNED: "sender's domain checked",
    MailGrade.SERVER: "sender's server checked",
    MailGrade.RULE: "brought by your rule, author not proven",
    MailGrade.RULE_SIGNED: "brought by your rule, author's domain checked",
    MailGrade.CONFIRMATION: "came while a rule is being set up, gone within the hour",
}


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


def head_of(facts: DoorFacts) -> tuple[str, str]:
    """Return sender and subject from the head that the door kept, for a list that does not fetch the mail."""
    message = _parse(facts.head)
    return sender_of(message), _header(message, "subject")


def open_mail(raw: bytes, grade: int) -> Mail:
    """Open a raw mail. Never raises for what is wrong in it: mail is often wrong."""
    message = _parse(raw)
    parts = list(_leaves(message))
    body = _body(parts)
    files = tuple(_file(part, number) for number, part in enumerate(parts, 1) if part is not body)
    return Mail(
        sender_of(message),
        GRADES.get(grade, GRADES[MailGrade.NOT_CHECKED]),
        _header(message, "subject"),
        _text(body) if body is not None else "",
        files,
    )


def sender_of(message: EmailMessage) -> str:
    """Return the From address, without the name, which anybody may choose."""
    return _plain(parseaddr(_header(message, "from"))[1])


def _parse(raw: bytes) -> EmailMessage:
    return BytesParser(policy=SMTP).parsebytes(raw)


def _header(message: EmailMessage, name: str) -> str:
    """Return a header's text on one line. The library raises various errors for broken ones."""
    try:
        return _plain(str(message.get(name, "")))
    except (ValueError, LookupError, IndexError, AttributeError, TypeError):
        return ""


def _plain(text: str) -> str:
    clean = text.encode("utf-8", "replace").decode("utf-8")
    return "".join(sign for sign in clean if sign.isprintable())[:1000]


def _leaves(message: EmailMessage) -> Iterator[EmailMessage]:
    for number, part in enumerate(message.walk()):
        if number >= MOST_PARTS:
            return
        if not part.is_multipart():
            yield part


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


# --- HTML ---------------------------------------------------------------------------------------------------


def html_to_text(html: str) -> str:
    """Return the text of an HTML mail: no scripts, styles, pictures or hidden addresses."""
    reader = _TextOfHtml()
    reader.feed(html)
    reader.close()
    lines = (re.sub(r"[ \t\r\f\v]+", " ", line).strip() for line in "".join(reader.pieces).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"


class _TextOfHtml(HTMLParser):
    """Collects what a person would read."""

    _BREAKS: Final = frozenset({"br", "p", "div", "tr", "li", "h1", "h2", "h3", "h4", "table", "blockquote"})
    _SILENT: Final = frozenset({"script", "style", "title"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin an element."""
        self._silent += tag in self._SILENT
        if tag in self._BREAKS:
            self.pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """End an element."""
        if tag in self._SILENT and self._silent:
            self._silent -= 1
        if tag in self._BREAKS:
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        """Take text."""
        if not self._silent:
            self.pieces.append(data.replace("\n", " "))
