"""Inviting: the command by which a coach invites a client. Owns an option for each fact of the agreement."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from client_sdk.cli.agreeing import read_template
from client_sdk.cli.opening import AccountName, PasswordFd, days, now, opened, work_phones
from client_sdk.cli.terminal import say, tell
from client_sdk.words import instant_in_words, parse_day


def invite(  # noqa: PLR0913, PLR0917 (each fact of an agreement has an option)
    name: Annotated[str, typer.Option("--name", help="The client's name.")],
    welcome: Annotated[str, typer.Option("--welcome", help="What the client reads first.")] = "",
    work_ends: Annotated[
        str | None, typer.Option("--work-ends", metavar="DATE", help="The last day of work, as 2027-02-28.")
    ] = None,
    hold: Annotated[
        int | None, typer.Option("--hold", metavar="DAYS", min=0, help="Days that all is held after it.")
    ] = None,
    refuse: Annotated[
        list[str] | None,
        typer.Option("--refuse", metavar="DOMAIN", help="A work mail domain; may be repeated."),
    ] = None,
    longest_keep: Annotated[
        str | None,
        typer.Option("--longest-keep", metavar="DAYS", help="The longest for one message: 30d."),
    ] = None,
    recall: Annotated[
        bool, typer.Option("--recall/--no-recall", help="Whether an author may take back for both.")
    ] = True,
    sponsor: Annotated[str | None, typer.Option("--sponsor", metavar="NAME", help="Who pays.")] = None,
    sponsor_sees: Annotated[
        str | None, typer.Option("--sponsor-sees", metavar="TEXT", help="What the sponsor is shown.")
    ] = None,
    place: Annotated[
        list[str] | None,
        typer.Option("--place", metavar="TEXT", help="Where it is kept; may be repeated."),
    ] = None,
    phone: Annotated[
        list[str] | None,
        typer.Option("--phone", metavar="NUMBER", help="A personal telephone number; may be repeated."),
    ] = None,
    coach_work_phone: Annotated[
        list[str] | None,
        typer.Option("--coach-work-phone", metavar="NUMBER", help="Of these, a work number of the coach."),
    ] = None,
    client_work_phone: Annotated[
        list[str] | None,
        typer.Option("--client-work-phone", metavar="NUMBER", help="Of these, a work number of the client."),
    ] = None,
    read_marks: Annotated[
        bool, typer.Option("--read-marks/--no-read-marks", help="Whether each sees what was read.")
    ] = False,
    agreement: Annotated[
        Path | None, typer.Option("--agreement", metavar="FILE", help="An agreement of your own.")
    ] = None,
    account: AccountName = None,
    password_fd: PasswordFd = None,
) -> None:
    """Invite a client; prints the link, and a code that can be read out in its place."""
    template = read_template(agreement) if agreement else None
    with opened(account, password_fd) as me:
        made = me.invite(
            name,
            welcome=welcome,
            work_ends=parse_day(work_ends) if work_ends else None,
            hold=timedelta(days=hold) if hold is not None else None,
            longest_keep=days(longest_keep),
            recall=recall,
            refuse=tuple(refuse or ()),
            sponsor=sponsor,
            sponsor_sees=sponsor_sees,
            places=tuple(place) if place else None,
            phones=tuple(phone) if phone else None,
            work_phones=work_phones(coach_work_phone, client_work_phone),
            read_marks=read_marks,
            agreement=template,
        )
        code = me.invitation_code(made.engagement_id)
    tell(made.link)
    say(f"By voice: {made.link.partition('#')[0]} then {code}")
    say("Send it from your own phone to theirs, not to a work address.")
    say(f"Good until {instant_in_words(made.expires_at, now())}. Used only when they finish.")
