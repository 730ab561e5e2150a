"""Exporting: the command that makes a copy of one's own, checks one, and unlocks one.

Says before anything is written where it goes and what it means that it lies there. Checking and unlocking
need no server and no account.
"""

from __future__ import annotations

import secrets
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from client_sdk.cli import exits, passwords, show
from client_sdk.cli.opening import AccountName, AsJson, PasswordFd, now, opened
from client_sdk.cli.terminal import clean, say, tell
from client_sdk.errors import Misused
from client_sdk.files import safe_name
from client_sdk.words import in_words, plural, size_in_words

if TYPE_CHECKING:
    from client_sdk.exporting import Exported
    from client_sdk.messages import Progress

SHARED: Final = ("dropbox", "onedrive", "google drive", "icloud", "mobile documents", "nextcloud", "owncloud")
"""Folders that some program copies to somebody else's computers, by a part of their names."""
QUARTER_PERCENT: Final = 25
MOST_TOLD: Final = 20


def export(
    who: Annotated[
        str, typer.Argument(metavar="WHO|verify|open", help="A name; or verify, or open, and a file.")
    ],
    file: Annotated[Path | None, typer.Argument(metavar="[FILE]", help="The copy to verify or open.")] = None,
    target: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Where to write it.")
    ] = None,
    protect: Annotated[bool, typer.Option("--protect", help="Lock it with a password of its own.")] = False,
    copy_password_fd: Annotated[
        int | None,
        typer.Option(
            "--copy-password-fd", metavar="N", help="Read the copy's password from this descriptor."
        ),
    ] = None,
    as_json: AsJson = False,
    account: AccountName = None,
    password_fd: PasswordFd = None,
) -> None:
    """Take a copy of everything with one person; `export verify FILE`, `export open FILE` need no server."""
    if who in ("verify", "open"):
        if file is None:
            raise Misused(f"Which copy? mailbox export {who} FILE")
        if who == "verify":
            raise typer.Exit(_verify(file, copy_password_fd, as_json=as_json))
        return _open(file, target, copy_password_fd)
    if file is not None:
        raise Misused("Only verify and open take a file; where to write it is said by -o FILE.")
    locks = protect or copy_password_fd is not None
    with opened(account, password_fd) as me:
        engagement = me.engagement(who)
        ends_at = engagement.summary().hold_ends_at
        day = f"{now():%Y-%m-%d}"
        path = (
            target or Path(safe_name(f"{engagement.handle}-{day}.{'qba' if locks else 'zip'}"))
        ).absolute()
        _warn(path, in_words(ends_at.date(), now().date()), locks=locks)
        password = passwords.chosen_for_copy(copy_password_fd)() if locks else None
        made = engagement.export(path, password=password, on_progress=_Quarters(say))
    _tell(made, locks=locks, as_json=as_json)
    raise typer.Exit(exits.PARTLY if made.left else exits.DONE)


def _tell(made: Exported, *, locks: bool, as_json: bool) -> None:
    """Where it is, what is in it, and what is not."""
    size_bytes = made.path.stat().st_size
    if as_json:
        show.show_json(
            "copy",
            {
                "path": str(made.path),
                "messages": made.messages,
                "files": made.files,
                "size": size_bytes,
                "locked": locks,
                "left": list(made.left),
            },
        )
    else:
        tell(str(made.path))
    say(f"{plural(made.messages, 'message')} and {plural(made.files, 'file')}, {size_in_words(size_bytes)}.")
    for one in made.left[:MOST_TOLD]:
        say(f"Not in it: {clean(one)}")
    if len(made.left) > MOST_TOLD:
        say(f"and {len(made.left) - MOST_TOLD} more, named in data.json")


def _warn(path: Path, date: str, *, locks: bool) -> None:
    """Say where it goes, and who may come upon it there."""
    say(f"The copy goes to {path}")
    say(f"It is yours: nobody deletes it for you on {date}. Not on a computer that belongs to your work.")
    if not locks:
        say("Whoever has that file can read all of it; --protect locks it with a password.")
    parts = " ".join(part.lower() for part in path.parts)
    if any(one in parts for one in SHARED):
        say(
            "That folder looks like one that is copied to somebody else's computers. The copy goes there too."
        )
    try:
        mode = path.parent.stat().st_mode
    except OSError:
        return
    if path.is_relative_to(tempfile.gettempdir()) or mode & stat.S_IWOTH:
        say("Others use that folder too. The file itself is open to you alone.")


def _verify(file: Path, descriptor: int | None, *, as_json: bool) -> int:
    from client_sdk.archive_check import check_archive

    verdict = check_archive(file, passwords.of_copy(descriptor))
    if as_json:
        fields = {"sound": verdict.sound, "entries": verdict.entries, "wrong": list(verdict.wrong)}
        show.show_json("copy-check", fields)
    elif verdict.sound:
        tell(f"Sound: all {verdict.entries:,} of what is in it, each as it was written.")
    else:
        for one in verdict.wrong[:MOST_TOLD]:
            tell(f"WRONG  {clean(one)}")
        say(
            f"{plural(len(verdict.wrong), 'thing')} in it missing, changed or there twice. Make another copy."
        )
    return exits.DONE if verdict.sound else exits.FAILED


def _open(file: Path, target: Path | None, descriptor: int | None) -> None:
    from client_sdk.archive import unlock_archive
    from client_sdk.archive_lock import is_locked

    if not is_locked(file):
        raise Misused("This copy is not locked.", hint="Any program for ZIP files opens it.")
    path = (target or file.with_suffix(".zip")).absolute()
    say(f"The unlocked copy goes to {path}; whoever has that file can read all of it.")
    unlock_archive(file, path, passwords.of_copy(descriptor)(), secrets.token_bytes)
    tell(str(path))


class _Quarters:
    """Says a line whenever another quarter is done."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self._told = 0

    def __call__(self, progress: Progress) -> None:
        """Take in how far it is."""
        if not progress.total:
            return
        reached = progress.done * 100 // progress.total // QUARTER_PERCENT
        if reached > self._told:
            self._told = reached
            self._write(f"{progress.done:,} of {progress.total:,} messages")
