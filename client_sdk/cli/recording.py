"""Recording: the commands for a coach's notes and for the calls that both can see.

Owns names and options of what is kept of the work beside its messages.
"""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from client_sdk.cli import exits, show
from client_sdk.cli.opening import AccountName, AsJson, OneWho, PasswordFd, now, opened
from client_sdk.cli.terminal import clean_lines, say, tell, typed_text
from client_sdk.errors import Misused
from client_sdk.words import in_words, instant_in_words, parse_day, plural

if TYPE_CHECKING:
    from client_sdk.calls import NotedCall
    from client_sdk.notes import Note

SHORT_ID_SIGNS: Final = 12

note_app = typer.Typer(help="Your own notes about a client: nobody else can read them.", no_args_is_help=True)
call_app = typer.Typer(help="The calls that either of you has noted for both.", no_args_is_help=True)


# --- notes --------------------------------------------------------------------------------------------------


@note_app.callback()
def note(context: typer.Context, who: OneWho) -> None:
    """Your own notes about a client: nobody else can read them."""
    context.obj = who


@note_app.command("add")
def note_add(
    context: typer.Context,
    text: Annotated[
        str | None, typer.Argument(metavar="[TEXT|-]", help="The text; - or nothing reads standard input.")
    ] = None,
    account: AccountName = None,
    password_fd: PasswordFd = None,
) -> None:
    """Write a note."""
    body = typed_text(text)
    with opened(account, password_fd) as me:
        kept = me.engagement(context.obj).notes.add(body)
    tell(f"Noted. It goes with everything else, {instant_in_words(kept.kept_until, now())}.")


@note_app.command("list")
def note_list(
    context: typer.Context,
    as_json: AsJson = False,
    account: AccountName = None,
    password_fd: PasswordFd = None,
) -> None:
    """List your notes, newest first, a line each."""
    with opened(account, password_fd) as me:
        notes = me.engagement(context.obj).notes.all()
    for one in notes:
        if as_json:
            show.show_json("note", note_json(one))
        else:
            tell(
                f"{instant_in_words(one.written_at, now())}  {_first_words(one.text)}"
                f"  number {one.id[:SHORT_ID_SIGNS]}"
            )
    if not notes:
        say("No notes.")


@note_app.command("print")
def note_print(context: typer.Context, account: AccountName = None, password_fd: PasswordFd = None) -> None:
    """Print your notes whole, oldest first. With the date on which the paper should go too."""
    with opened(account, password_fd) as me:
        notes = me.engagement(context.obj).notes.all()[::-1]
    for one in notes:
        tell(instant_in_words(one.written_at, now()))
        for line in clean_lines(one.text):
            tell(f"  {line}")
        tell("")
    if notes:
        last = max(one.kept_until for one in notes)
        tell(f"Please destroy this paper by {instant_in_words(last, now())}.")
    else:
        say("No notes.")


@note_app.command("expire")
def note_expire(
    context: typer.Context,
    number: Annotated[str, typer.Argument(metavar="ID", help="The note's number, or its beginning.")],
    account: AccountName = None,
    password_fd: PasswordFd = None,
) -> None:
    """Delete one note, now."""
    with opened(account, password_fd) as me:
        me.engagement(context.obj).notes.expire(number)
    tell("Deleted.")


def note_json(one: Note) -> dict[str, Any]:
    """Return a note for programs."""
    return {
        "id": one.id,
        "written_at": show.text_of(one.written_at),
        "kept_until": show.text_of(one.kept_until),
        "text": one.text,
    }


# --- calls --------------------------------------------------------------------------------------------------


@call_app.callback()
def call(context: typer.Context, who: OneWho) -> None:
    """The calls that either of you has noted for both."""
    context.obj = who


@call_app.command("add")
def call_add(
    context: typer.Context,
    minutes: Annotated[int, typer.Option("--minutes", min=1, max=1440, help="How long it was.")],
    on: Annotated[
        str | None, typer.Option("--on", metavar="DATE", help="The day, as 2027-02-28; today if not given.")
    ] = None,
    word: Annotated[str, typer.Option("--note", help="A word for both of you.")] = "",
    private: Annotated[
        str, typer.Option("--private", metavar="TEXT", help="A note for yourself: nobody else can read it.")
    ] = "",
    account: AccountName = None,
    password_fd: PasswordFd = None,
) -> None:
    """Note a call that you have had. Both of you see it."""
    held_at = now() if on is None else datetime.combine(parse_day(on), time(12), UTC)
    with opened(account, password_fd) as me:
        calls = me.engagement(context.obj).calls
        sent = calls.add(min(held_at, now()), minutes, note=word)
        if private and not sent.waiting:
            calls.note_privately(sent.id, private)
    tell(f"Noted for both of you, kept until {instant_in_words(sent.kept_until, now())}.")
    if private and sent.waiting:
        say("Your own note was not kept: write it once the call has left, by `call WHO private ID TEXT`.")
    raise typer.Exit(exits.PARTLY if sent.waiting else exits.DONE)


@call_app.command("private")
def call_private(
    context: typer.Context,
    number: Annotated[str, typer.Argument(metavar="ID", help="The call's number, or its beginning.")],
    text: Annotated[
        str | None, typer.Argument(metavar="[TEXT|-]", help="The text; - or nothing reads standard input.")
    ] = None,
    delete: Annotated[bool, typer.Option("--delete", help="Delete what you noted about it.")] = False,
    account: AccountName = None,
    password_fd: PasswordFd = None,
) -> None:
    """Note something about a call for yourself: nobody else can read it. It goes with the call."""
    body = "" if delete else typed_text(text)
    if not delete and not body.strip():
        raise Misused("A note has some text. --delete takes away what is there.")
    with opened(account, password_fd) as me:
        me.engagement(context.obj).calls.note_privately(number, body)
    tell("Deleted." if delete else "Noted for you alone. It goes with the call.")


@call_app.command("list")
def call_list(
    context: typer.Context,
    as_json: AsJson = False,
    account: AccountName = None,
    password_fd: PasswordFd = None,
) -> None:
    """List the calls, newest first."""
    with opened(account, password_fd) as me:
        engagement = me.engagement(context.obj)
        calls, name = engagement.calls.all(), engagement.name
    for one in calls:
        if as_json:
            show.show_json("call", call_json(one))
        else:
            by = "you" if one.mine else name
            word = f"  {_first_words(one.note)}" if one.note else ""
            word += f"  for you alone: {_first_words(one.private_note)}" if one.private_note else ""
            day, length = in_words(one.held_at.date(), now().date()), plural(one.minutes, "minute")
            tell(f"{day}, {length}  noted by {by}{word}  number {one.id[:SHORT_ID_SIGNS]}")
    if not calls:
        say("No calls noted.")


def call_json(one: NotedCall) -> dict[str, Any]:
    """Return a call for programs."""
    return {
        "id": one.id,
        "held_at": show.text_of(one.held_at),
        "minutes": one.minutes,
        "mine": one.mine,
        "kept_until": show.text_of(one.kept_until),
        "note": one.note,
        "private_note": one.private_note,
    }


# --- words --------------------------------------------------------------------------------------------------


def _first_words(text: str) -> str:
    line = next(iter(clean_lines(text)), "")
    return line if len(line) <= 60 else line[:57] + "..."
