"""Noticing: the commands for being told by mail. Owns names, options and words."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from client_sdk import notices
from client_sdk.cli import exits
from client_sdk.cli.opening import AccountName, AsJson, PasswordFd, now, opened
from client_sdk.cli.terminal import ask, is_talking, say, tell, tell_json
from client_sdk.errors import Misused
from client_sdk.notices import SUBJECTS, NoticeChannel

notice_app = typer.Typer(
    help="Being told by mail that something waits: no content, no link, your own phrase.",
    no_args_is_help=True,
)

Quiet = Annotated[
    str | None, typer.Option("--quiet", metavar="22-7", help="Hours in which no notice comes; `none`.")
]


@notice_app.command("show")
def notice_show(as_json: AsJson = False, account: AccountName = None, password_fd: PasswordFd = None) -> None:
    """Show how you are told, and whether that works."""
    with opened(account, password_fd) as me:
        _show(me.notice(), as_json=as_json)


@notice_app.command("set")
def notice_set(  # noqa: PLR0913, PLR0917 - options of a command
    address: Annotated[
        str | None, typer.Argument(metavar="[ADDRESS]", help="A personal address; the one that is set.")
    ] = None,
    phrase: Annotated[
        str | None,
        typer.Option(
            "--phrase", help="Words by which you know that a notice is real. They say nothing of you."
        ),
    ] = None,
    subject: Annotated[
        str | None, typer.Option("--subject", "-s", help=f"One of your own, or {', '.join(SUBJECTS)}.")
    ] = None,
    when: Annotated[
        str | None, typer.Option("--when", metavar="at-once|daily|never", help="When something has come.")
    ] = None,
    hour: Annotated[
        int | None,
        typer.Option("--hour", help="For daily notices and for warnings, by this computer's clock."),
    ] = None,
    quiet: Quiet = None,
    warnings: Annotated[
        bool | None,
        typer.Option("--warnings/--no-warnings", help="Also before something unread is deleted."),
    ] = None,
    as_json: AsJson = False,
    account: AccountName = None,
    password_fd: PasswordFd = None,
) -> None:
    """Set how you are told; what is not given stays. A new address gets a code."""
    hours = None if quiet is None else _hours(quiet)
    with opened(account, password_fd) as me:
        if phrase is None and me.notice().state == "none" and is_talking():
            phrase = ask("A phrase by which you will know a real notice, such as blue heron on the lake:")
        channel = me.set_notice(
            address, phrase=phrase, subject=subject, when=when, hour=hour, quiet=hours, warnings=warnings
        )
    _show(channel, as_json=as_json)
    if channel.state == "waiting":
        say("When the code has come: mailbox notice confirm CODE")


@notice_app.command("confirm")
def notice_confirm(
    code: Annotated[str, typer.Argument(metavar="CODE", help="The code that came.")],
    account: AccountName = None,
    password_fd: PasswordFd = None,
) -> None:
    """Confirm the address."""
    with opened(account, password_fd) as me:
        me.confirm_notice(code)
    say("Confirmed. See how a notice looks: mailbox notice test")


@notice_app.command("test")
def notice_test(as_json: AsJson = False, account: AccountName = None, password_fd: PasswordFd = None) -> None:
    """Send one notice now."""
    with opened(account, password_fd) as me:
        channel = me.test_notice()
    if as_json:
        _show(channel, as_json=True)
    elif channel.state == "confirmed":
        say("It is on its way. If it does not come, look among what your provider took for spam.")
    else:
        tell(channel.words)
    raise typer.Exit(exits.DONE if channel.state == "confirmed" else exits.FAILED)


@notice_app.command("off")
def notice_off(account: AccountName = None, password_fd: PasswordFd = None) -> None:
    """Be told no more; the relay forgets address and words."""
    with opened(account, password_fd) as me:
        me.stop_notices()
    say("Off. The server has forgotten the address and the words.")


def _hours(typed: str) -> tuple[int, int]:
    """`22-7` as two hours; `none` as equal ones."""
    begins, dash, ends = typed.partition("-")
    if typed == "none":
        return 0, 0
    if not (dash and begins.isascii() and begins.isdigit() and ends.isascii() and ends.isdigit()):
        raise Misused("Quiet hours are given as 22-7, or none.")
    return int(begins), int(ends)


def _show(channel: NoticeChannel, *, as_json: bool) -> None:
    if as_json:
        tell_json("notice", **asdict(channel))
        return
    tell(channel.words)
    if channel.state == "none":
        return
    tell(f"to        {channel.address}")
    tell(f"subject   {channel.subject}")
    tell(f"phrase    {channel.phrase}")
    tell(f"when      {channel.when}{f', at {channel.hour}' if channel.when == 'daily' else ''}")
    if channel.quiet_from != channel.quiet_until:
        tell(f"quiet     {channel.quiet_from} to {channel.quiet_until}")
    tell(f"warnings  {'before something unread is deleted' if channel.warnings else 'none'}")
    if channel.offset_minutes != notices.local_offset_minutes(int(now().timestamp())):
        say("These hours are by another clock than this computer's; `mailbox notice set` takes this one.")
