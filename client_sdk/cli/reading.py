"""Reading: the commands that show messages, and what happens as it happens.

Owns when a message counts as read: where its text was printed, and not where it was only listed.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from client_sdk.cli import exits, show
from client_sdk.cli.opening import AccountName, AsJson, PasswordFd, Who, now, opened
from client_sdk.cli.progress import shown_progress
from client_sdk.cli.standing import say_news
from client_sdk.cli.terminal import say, tell
from client_sdk.errors import RelayError

if TYPE_CHECKING:
    from client_sdk.sync import Account
    from client_sdk.sync_engagement import Engagement

EVENTS: Final = {
    "gone": "{name}: a message is gone, as agreed.",
    "unreadable": "{name}: something came that did not pass the checks; it is not shown.",
    "joined": "{name} has accepted.",
    "replied": "{name} has replied to the invitation: mailbox client list",
}


def read(
    who: Who = None,
    unread: Annotated[bool, typer.Option("--unread", help="Only what you have not read here.")] = False,
    as_json: AsJson = False,
    save: Annotated[Path | None, typer.Option("--save", metavar="DIR", help="Save the files here.")] = None,
    with_text: Annotated[bool, typer.Option("--show", help="Print the text as well.")] = False,
    account: AccountName = None,
    password_fd: PasswordFd = None,
) -> None:
    """List messages, newest first. With --show or --json the texts too, which then count as read."""
    with opened(account, password_fd) as me:
        me.settle()
        meant = [me.engagement(who)] if who else [one for one in me.engagements() if one.active]
        code = exits.DONE
        if not meant:
            say("Nobody here yet.")
        for engagement in meant:
            try:
                _read_one(engagement, unread=unread, as_json=as_json, save=save, text=with_text or as_json)
                if not as_json:
                    say_news(engagement, active=engagement.active)
            except RelayError as error:
                if who:
                    raise
                say(f"{engagement.name}: {error}")
                code = exits.PARTLY
    raise typer.Exit(code)


def _read_one(engagement: Engagement, *, unread: bool, as_json: bool, save: Path | None, text: bool) -> None:
    newest, count = None, 0
    for message in engagement.messages(unread=unread, mark=text):
        newest, count = newest or message, count + 1
        mail = message.mail.open() if message.mail and (text or save) else None
        saved = _save(message, mail, save) if save else []
        if as_json:
            show.show_json("message", show.message_json(message, mail, saved, text=text))
        else:
            show.show_message(message, mail, saved, text=text, now=now())
    if newest is None:
        say(f"Nothing{' new' if unread else ''} from {engagement.name}.")
    elif text:
        engagement.mark_read(newest)
    else:
        say("Add --show to print the text.")


def _save(message: Any, mail: Any, folder: Path) -> list[Path]:
    """Save the files of a message or of a mail."""
    if mail is not None:
        import secrets

        return [one.save_to(folder, secrets.token_bytes) for one in mail.attachments]
    saved = []
    for one in message.attachments:
        with shown_progress(one.name) as on_progress:
            saved.append(one.save_to(folder, on_progress=on_progress))
    return saved


def watch(
    who: Who = None,
    as_json: AsJson = False,
    with_text: Annotated[bool, typer.Option("--show", help="Print the text as well.")] = False,
    account: AccountName = None,
    password_fd: PasswordFd = None,
) -> None:
    """Print what happens as it happens, until interrupted."""
    with opened(account, password_fd) as me:
        only = me.engagement(who).id if who else None
        say("Watching. Ctrl-C ends it.")
        for event in me.watch():
            if only in (None, event.engagement_id):
                _show_event(me, event, as_json=as_json, text=with_text)


def _show_event(me: Account, event: Any, *, as_json: bool, text: bool) -> None:
    name = me.engagement(event.engagement_id).name
    if event.message is not None:
        mail = event.message.mail.open() if event.message.mail and text else None
        if as_json:
            show.show_json("message", show.message_json(event.message, mail, [], text=text))
        else:
            show.show_message(event.message, mail, [], text=text, now=now())
        if text:
            me.engagement(event.engagement_id).acknowledge(event.message)
    elif as_json:
        show.show_json(event.kind, show.event_json(event))
    elif event.kind == "reminder":
        tell(show.reminder_line(event.count, event.at, name, now()))
    elif event.reason == "unread":
        tell(show.unread_line(name, event.at.date() if event.at else None, now()))
    else:
        tell(EVENTS[event.kind].format(name=name))
