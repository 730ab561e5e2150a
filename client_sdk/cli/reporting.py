"""Reporting: the commands for the report that both write for the sponsor.

Owns names, options and questions. What would leave is shown before anybody is asked to sign it; without a
terminal, only `--yes` signs.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from client_sdk.cli import exits, show
from client_sdk.cli.editor import edited, read_text, wants_again
from client_sdk.cli.opening import AccountName, AsJson, OneWho, PasswordFd, Yes, now, opened
from client_sdk.cli.show_report import status_json, status_lines
from client_sdk.cli.terminal import ask, clean, is_talking, say, tell
from client_sdk.errors import Misused
from client_sdk.words import instant_in_words, parse_day

if TYPE_CHECKING:
    from client_sdk.report_status import ReportStatus
    from client_sdk.report_text import ReportForm
    from client_sdk.sync_engagement import Engagement

report_app = typer.Typer(help="The report that both write for the sponsor.", no_args_is_help=True)
Note = Annotated[str, typer.Option("--note", help="A sentence to go with it.")]
Until = Annotated[
    str | None, typer.Option("--until", metavar="DATE", help="The last day on which it can be read.")
]


@report_app.callback()
def report(context: typer.Context, who: OneWho) -> None:
    """The report that both write for the sponsor."""
    context.obj = who


@report_app.command("edit")
def report_edit(
    context: typer.Context,
    file: Annotated[
        Path | None, typer.Option("--file", metavar="FILE", help="Take the form from a file; - prints it.")
    ] = None,
    as_json: AsJson = False,
    account: AccountName = None,
    password_fd: PasswordFd = None,
) -> None:
    """Write the next version, in your editor or from a file. It ends the signatures of the one before."""
    from client_sdk.report_text import form_text, parse_form

    with opened(account, password_fd) as me:
        engagement = me.engagement(context.obj)
        written = engagement.report
        form = written.draft()
        text = form_text(form, clean(written.sponsor), may_name_calls=written.may_name_calls)
        if file is not None and str(file) == "-":
            typer.echo(text, nl=False)
            return
        typed = parse_form(read_text(file)) if file is not None else _typed(text)
        if typed is None or typed == form:
            say("Nothing was changed.")
            return
        _show(engagement, written.write(typed), as_json=as_json)


def _typed(text: str) -> ReportForm | None:
    from client_sdk.report_text import parse_form

    while True:
        text = edited(text)
        try:
            return parse_form(text)
        except Misused as fault:
            if not wants_again(fault):
                return None


@report_app.command("preview")
def report_preview(
    context: typer.Context, account: AccountName = None, password_fd: PasswordFd = None
) -> None:
    """Show exactly what the sponsor would see. Nothing else."""
    with opened(account, password_fd) as me:
        _preview(me.engagement(context.obj))


def _preview(engagement: Engagement) -> None:
    written = engagement.report
    lines = written.preview()
    say(f"This is exactly what {clean(written.sponsor)} will see. Nothing else.")
    for line in lines:
        tell(clean(line))


@report_app.command("status")
def report_status(
    context: typer.Context,
    as_json: AsJson = False,
    account: AccountName = None,
    password_fd: PasswordFd = None,
) -> None:
    """Say how it stands: versions and whose, who signed, what is released until when."""
    with opened(account, password_fd) as me:
        engagement = me.engagement(context.obj)
        _show(engagement, engagement.report.status(), as_json=as_json)


@report_app.command("sign")
def report_sign(
    context: typer.Context,
    begins: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help="Not before this day (default: at once).")
    ] = None,
    until: Until = None,
    new_link: Annotated[
        bool, typer.Option("--new-link", help="Draw another link; the old one ends.")
    ] = False,
    yes: Yes = False,
    as_json: AsJson = False,
    account: AccountName = None,
    password_fd: PasswordFd = None,
) -> None:
    """Sign the newest version, as its coach, and print link and digits for the sponsor."""
    with opened(account, password_fd) as me:
        engagement = me.engagement(context.obj)
        read = _agreed(engagement, "Sign this? Type yes:", yes=yes)
        way = engagement.report.sign(begins=_day(begins), until=_day(until), new_link=new_link, version=read)
        if as_json:
            show.show_json("link", {"engagement": engagement.id, "link": way.link, "digits": way.digits})
            return
        tell(f"Link    {way.link}")
        tell(f"Digits  {way.digits or 'as you gave them before'}")
        say("Give link and digits to the sponsor by two ways, say one by mail and one by telephone.")
        say(f"Nothing is to be seen there before {clean(engagement.name)} has released it.")


@report_app.command("release")
def report_release(  # noqa: PLR0913, PLR0917 (each choice has an option)
    context: typer.Context,
    at_once: Annotated[bool, typer.Option("--now", help="At once.")] = False,
    tomorrow: Annotated[bool, typer.Option("--tomorrow", help="Tomorrow at 09:00 (the default).")] = False,
    at: Annotated[
        str | None, typer.Option("--at", metavar="TIME", help="At this local time: 2026-12-09T14:00.")
    ] = None,
    until: Until = None,
    yes: Yes = False,
    as_json: AsJson = False,
    account: AccountName = None,
    password_fd: PasswordFd = None,
) -> None:
    """Sign the newest version, as its client, and let it out. One night is left to change your mind."""
    begins = _begins(at_once=at_once, tomorrow=tomorrow, at=at)
    with opened(account, password_fd) as me:
        engagement = me.engagement(context.obj)
        read = _agreed(engagement, "Release this? Type yes:", yes=yes)
        status = engagement.report.release(begins=begins, until=_day(until), version=read)
        _show(engagement, status, as_json=as_json)


@report_app.command("decline")
def report_decline(
    context: typer.Context, note: Note = "", account: AccountName = None, password_fd: PasswordFd = None
) -> None:
    """Say that you will not release it. The sponsor sees no difference."""
    _answer(context.obj, "declined", note, account, password_fd)


@report_app.command("ask")
def report_ask(
    context: typer.Context, note: Note = "", account: AccountName = None, password_fd: PasswordFd = None
) -> None:
    """Ask the other person to change something."""
    _answer(context.obj, "change", note, account, password_fd)


def _answer(who: str, answer: Any, note: str, account: str | None, password_fd: int | None) -> None:
    with opened(account, password_fd) as me:
        engagement = me.engagement(who)
        engagement.report.answer(answer, note=note)
        tell(f"Told to {clean(engagement.name)} alone.")


@report_app.command("withdraw")
def report_withdraw(
    context: typer.Context, account: AccountName = None, password_fd: PasswordFd = None
) -> None:
    """Take back what was released. If somebody printed it, that stays with them."""
    with opened(account, password_fd) as me:
        engagement = me.engagement(context.obj)
        engagement.report.withdraw()
    tell("Taken back, and confirmed by every keeper. The sponsor's page says that there is no report.")


@report_app.command("close-link")
def report_close_link(
    context: typer.Context, account: AccountName = None, password_fd: PasswordFd = None
) -> None:
    """End the sponsor's link. What was released goes with it."""
    with opened(account, password_fd) as me:
        me.engagement(context.obj).report.close_link()
    tell("The link has ended.")


def sponsor(
    link: Annotated[str, typer.Argument(help="The sponsor's link.")],
    digits: Annotated[str, typer.Argument(help="The six digits.")],
) -> None:
    """Read a report as its sponsor does, without a browser. It needs no account."""
    import asyncio

    from client_sdk.report_text import report_lines
    from client_sdk.sponsor import open_release

    believed = asyncio.run(open_release(link, digits))
    for line in report_lines(believed.report):
        tell(clean(line))
    say(f"Until {instant_in_words(datetime.fromtimestamp(believed.ends_at, UTC), now())}.")


def _agreed(engagement: Engagement, question: str, *, yes: bool) -> str | None:
    """Show what would leave, and ask; without a terminal `--yes` has to be given. Returns the id of the
    version that was read: what comes while somebody reads is not what they agreed to.
    """
    if yes:
        return None
    if not is_talking():
        raise Misused("There is nobody to ask.", hint="Give --yes where a script decides.")
    versions = engagement.report.status().versions  # before the reading: a newer one shown is refused below
    _preview(engagement)
    if ask(question).lower() != "yes":
        say("Nothing was signed.")
        raise typer.Exit(exits.FAILED)
    return versions[0].id if versions else None


def _day(typed: str | None) -> date | None:
    return parse_day(typed) if typed else None


def _begins(*, at_once: bool, tomorrow: bool, at: str | None) -> datetime | None:
    """The instant from which it can be read; None: at once."""
    if at_once + tomorrow + (at is not None) > 1:
        raise Misused("Choose one of --now, --tomorrow and --at.")
    if at_once:
        return None
    if at is None:
        from client_sdk.report_dates import tomorrow_morning

        return tomorrow_morning(now())
    try:
        wanted = datetime.fromisoformat(at)
    except ValueError as cause:
        raise Misused("A time is written as 2026-12-09T14:00.") from cause
    return wanted.astimezone()  # where none is named, the local zone's offset on that day, not today's


def _show(engagement: Engagement, status: ReportStatus, *, as_json: bool) -> None:
    if as_json:
        show.show_json("report", status_json(engagement.id, status))
        return
    for line in status_lines(status, clean(engagement.name)):
        tell(line)
