"""Recording: the commands for a coach's notes and for the calls that both can see.

Owns names and options of what is kept of the work beside its messages.
"""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Annotated, Any, Final

import typer

from client_sdk.calls import NotedCall
from client_sdk.cli import exits, show
from client_sdk.cli.opening import AccountName, AsJson, OneWho, PasswordFd, now, opened
from client_sdk.cli.terminal import clean_lines, say, tell, typed_text
from client_sdk.notes import Note
from client_sdk.words import in_words, instant_in_words, parse_day, plural

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
    account: AccountName = None,
    password_fd: PasswordFd = None,
) -> None:
    """Note a call that you have had. Both of you see it."""
    held_at = now() if on is None else datetime.combine(parse_day(on), time(12), UTC)
    with opened(account, password_fd) as me:
        sent = me.engagement(context.obj).calls.add(min(held_at, now()), minutes, note=word)
    tell(f"Noted for both of you, kept until {instant_in_words(sent.kept_until, now())}.")
    raise typer.Exit(exits.PARTLY if sent.waiting else exits.DONE)


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
            day = in_words(one.held_at.date(), now().date())
            tell(f"{day}, {plural(one.minutes, 'minute')}  noted by {by}{word}")
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
    }


# --- words --------------------------------------------------------------------------------------------------


def _first_words(text: str) -> str:
    line = next(iter(clean_lines(text)), "")
    return line if len(line) <= 60 else line[:57] + "..."
