"""Exporting: a copy of everything that one side of an engagement can open, as one archive.

Owns what goes into it, in which order and under which names. Works in bounded memory: what is written bit by
bit lies meanwhile in nameless files of the account's own folder, gone with the program. Must never leave
something out without saying so, nor put a file in before all of it was checked.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

from client_sdk import archive_page as page
from client_sdk.archive import ArchiveWriter, new_archive
from client_sdk.archive_page import Copied
from client_sdk.attachments import AsyncReceivedFile, OnProgress, fetch_into
from client_sdk.core import Core
from client_sdk.errors import Deleted, NotFound, NotTrusted, RelayError, ReportNotReady
from client_sdk.files import safe_name
from client_sdk.mail_grade import GRADES
from client_sdk.messages import Progress, instant
from client_sdk.notes import Note
from client_sdk.receipts import Receipts
from client_sdk.taken import Bad, Gone
from client_sdk.words import in_words

if TYPE_CHECKING:
    from client_sdk.engagement import AsyncEngagement
    from client_sdk.showing import AsyncMessage

VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Exported:
    """A copy that was made. `left` names what could not go into it, in words."""

    path: Path
    messages: int
    files: int
    left: tuple[str, ...] = field(default=(), repr=False)


class Exporting:
    """Makes one copy of one engagement. Use it once."""

    def __init__(self, core: Core, engagement: AsyncEngagement, ends_at: int) -> None:
        self._core, self._engagement = core, engagement
        self._ends_at = instant(ends_at)
        self._messages, self._files = 0, 0
        self._left: list[str] = []

    async def write(self, path: Path, password: str | None, total: int, tell: OnProgress | None) -> Exported:
        """Write all of it. Raises Misused, ServerUnavailable, KeeperUnavailable; nothing is left then."""
        made_at = instant(self._core.now())
        with (
            ExitStack() as spools,
            new_archive(path, password, self._core.random, made_at) as archive,
        ):
            body, listed = (spools.enter_context(self._spool()) for _ in range(2))
            also = await self._records(archive)
            async for order, one in self._engagement.since(0):
                if isinstance(one, Bad):
                    self._left.append(f"row {order}: could not be opened ({one.code})")
                elif one is not None and not isinstance(one, Gone):
                    await self._message(archive, one, body, listed)
                    if tell:
                        tell(Progress(min(self._messages, total), max(total, self._messages)))
            self._page(archive, body, also)
            await self._data(archive, listed)
        if tell:
            tell(Progress(self._messages, self._messages))
        return Exported(path, self._messages, self._files, tuple(self._left))

    def _spool(self) -> IO[bytes]:
        """A file without a name, in a folder that nobody else can look into."""
        return tempfile.TemporaryFile(dir=self._core.folder)

    # --- messages -------------------------------------------------------------------------------------------

    async def _message(
        self, archive: ArchiveWriter, one: AsyncMessage, body: IO[bytes], listed: IO[bytes]
    ) -> None:
        number = f"{self._messages + 1:04}"
        sources = (one.mail.raw,) if one.mail else one.attachments
        files: list[tuple[AsyncReceivedFile, str]] = []
        for at, source in enumerate(sources, 1):
            name = f"files/{number}-{at}-{safe_name(source.name or 'message.eml')}"
            if await self._file(archive, source, name):
                files.append((source, name))
        text = await self._text(one)
        who = self._name(one)
        copied = Copied(
            title=f"{who}, {in_words(one.sent_at.date())} {one.sent_at:%H:%M} UTC",
            at=one.sent_at,
            kept_until=one.kept_until,
            subject=one.subject,
            text=text,
            files=[(source.name or "message.eml", name) for source, name in files],
        )
        archive.add_text(f"messages/{number}.txt", page.letter(copied))
        body.write(page.article(copied).encode("utf-8", "replace"))
        described = _described(one, who, text, files)
        listed.write((",\n" if self._messages else "").encode() + _json(described))
        self._messages += 1

    async def _text(self, one: AsyncMessage) -> str:
        """Its text; of mail the text inside, where it can be taken apart."""
        if one.mail is None:
            return one.text
        try:
            return (await one.mail.open()).text
        except RelayError as error:
            self._left.append(
                f"the text of a mail of {one.sent_at:%Y-%m-%d}: {error.code}; the mail itself is in"
            )
            return ""

    async def _file(self, archive: ArchiveWriter, source: AsyncReceivedFile, name: str) -> bool:
        """Fetch a file whole, and only then put it in."""
        with self._spool() as spool:
            try:
                await fetch_into(source, spool)
            except (NotFound, Deleted, NotTrusted) as error:
                self._left.append(f"{name}: {error.code}")
                return False
            archive.add(name, spool)
        self._files += 1
        return True

    def _name(self, one: AsyncMessage) -> str:
        if one.sender.role == "relay":
            return "The server"
        return one.sender.name

    # --- what both keep besides -----------------------------------------------------------------------------

    async def _records(self, archive: ArchiveWriter) -> list[str]:
        """Put in the agreement, notes, receipts and the report; returns their paths."""
        added: list[str] = []
        for version in await self._engagement.agreement.history():
            if version.text:
                added.append(f"agreement/agreement-{version.number}.txt")
                archive.add_text(added[-1], version.text)
        if notes := await self._notes():
            added.append("notes/notes.txt")
            written = (
                f"{in_words(one.written_at.date())} {one.written_at:%H:%M} UTC\n{one.text}" for one in notes
            )
            archive.add_text(added[-1], "\n\n".join(written) + "\n")
        receipts = await Receipts(self._core, self._core.head).file(bytes.fromhex(self._engagement.id))
        added.append("receipts/receipts.json")
        archive.add_text(added[-1], receipts.encode().decode())
        try:
            lines = await self._engagement.report.preview()
        except ReportNotReady:
            return added
        added.append("report/report.txt")
        archive.add_text(added[-1], "\n".join(lines) + "\n")
        return added

    async def _notes(self) -> list[Note]:
        """One's own, oldest first: a coach's about the work, and anybody's about calls."""
        if self._engagement.my_role == "coach":
            return (await self._engagement.notes.all())[::-1]
        calls = (await self._engagement.calls.all())[::-1]
        return [
            Note(one.id, one.held_at, one.kept_until, one.private_note, b"")
            for one in calls
            if one.private_note
        ]

    def _page(self, archive: ArchiveWriter, body: IO[bytes], also: list[str]) -> None:
        people = f"{self._engagement.my_name} and {self._engagement.name}"
        with self._spool() as whole:
            whole.write(page.head(people, self._ends_at, also).encode("utf-8", "replace"))
            _append(whole, body)
            whole.write(page.foot().encode())
            archive.add("open-me.html", whole, packed=True)

    async def _data(self, archive: ArchiveWriter, listed: IO[bytes]) -> None:
        """All of it for programs, with notes and calls."""
        about = {
            "version": VERSION,
            "work_ends_at": _seconds((await self._engagement.summary()).work_ends_at),
            "deleted_at": _seconds(self._ends_at),
            "left": self._left,
            "calls": [
                {
                    "at": _seconds(one.held_at),
                    "minutes": one.minutes,
                    "mine": one.mine,
                    "note": one.note,
                    "private_note": one.private_note,
                }
                for one in await self._engagement.calls.all()
            ],
            "notes": [{"at": _seconds(one.written_at), "text": one.text} for one in await self._notes()],
        }
        with self._spool() as whole:
            whole.write(_json(about)[:-1] + b', "messages": [\n')
            _append(whole, listed)
            whole.write(b"\n]}\n")
            archive.add("data.json", whole, packed=True)


def _described(
    one: AsyncMessage, who: str, text: str, files: Sequence[tuple[AsyncReceivedFile, str]]
) -> dict[str, Any]:
    """A message as data.json has it; `files` with where each lies in the archive."""
    return {
        "id": one.id,
        "from": who,
        "mine": one.mine,
        "at": _seconds(one.sent_at),
        "subject": one.subject,
        "text": text,
        "kept_until": _seconds(one.kept_until),
        "files": [{"name": source.name, "path": name, "bytes": source.size_bytes} for source, name in files],
        "marks": list(one.marks),
        "how": GRADES.get(one.mail.grade, "") if one.mail else "",
        "refused": [
            {"address": refused.address, "reason": refused.reason, "at": _seconds(refused.at)}
            for refused in one.refused
        ],
    }


def _append(whole: IO[bytes], part: IO[bytes]) -> None:
    part.seek(0)
    while piece := part.read(1024 * 1024):
        whole.write(piece)


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")


def _seconds(at: datetime) -> int:
    return int(at.timestamp())
