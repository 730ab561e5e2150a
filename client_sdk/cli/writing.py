"""Writing: the commands that send a message and take one back.

Owns where the text comes from. What waits in the outbox is said, and ends with a code of its own.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from client_sdk.attachment import Attachment
from client_sdk.cli import exits, show
from client_sdk.cli.opening import AccountName, AsJson, PasswordFd, keep_new, now, opened
from client_sdk.cli.progress import shown_progress
from client_sdk.cli.terminal import tell, typed_text


def send(
    who: Annotated[str, typer.Argument(help="A name, a part of it, or a number.")],
    text: Annotated[
        str | None, typer.Argument(metavar="[TEXT|-]", help="The text; - or nothing reads standard input.")
    ] = None,
    subject: Annotated[str, typer.Option("-s", "--subject", help="The subject.")] = "",
    attach: Annotated[
        list[Path] | None, typer.Option("-a", "--attach", metavar="FILE", help="A file; may be repeated.")
    ] = None,
    keep: Annotated[
        str | None,
        typer.Option("--keep", metavar="TIME", help="How long: 30d, 12h, 2m, 90s, a day, or read+7d."),
    ] = None,
    as_json: AsJson = False,
    account: AccountName = None,
    password_fd: PasswordFd = None,
) -> None:
    """Send a message."""
    files = [Attachment.from_path(path) for path in attach or ()]
    until = keep_new(keep)
    body = _text(text, has_files=bool(files))
    with opened(account, password_fd) as me:
        engagement = me.engagement(who)
        with shown_progress("Files") as on_progress:
            sent = engagement.send(
                subject=subject,
                text=body,
                attach=files,
                keep=until,
                on_progress=on_progress if files else None,
            )
        if as_json:
            show.show_json("sent", show.sent_json(sent))
        else:
            show.show_sent(sent, engagement.name, now())
    raise typer.Exit(exits.PARTLY if sent.waiting else exits.DONE)


def _text(typed: str | None, *, has_files: bool) -> str:
    """Return the text: as typed, or read to the end; files may go without one."""
    return "" if typed is None and has_files else typed_text(typed)


def recall(
    who: Annotated[str, typer.Argument(help="A name, a part of it, or a number.")],
    number: Annotated[str, typer.Argument(metavar="ID", help="The message's number, or its beginning.")],
    account: AccountName = None,
    password_fd: PasswordFd = None,
) -> None:
    """Take back a message that you wrote, for both."""
    with opened(account, password_fd) as me:
        me.engagement(who).recall(number)
    tell("Taken back. It is gone for both of you.")
