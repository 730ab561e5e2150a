"""Agreeing: the commands for the agreement that both sign.

Owns names, options and questions; a change is shown in sentences before anybody is asked to sign it. Must
never sign for somebody who was not asked: without a terminal, only `--yes` does.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from client_sdk.cli import exits, show, show_agreement
from client_sdk.cli.opening import (
    AccountName,
    AsJson,
    OneWho,
    PasswordFd,
    Yes,
    days,
    now,
    opened,
    work_phones,
)
from client_sdk.cli.terminal import ask, is_talking, say, tell
from client_sdk.errors import Misused, NotFound
from client_sdk.words import parse_day

if TYPE_CHECKING:
    from client_sdk.changes import ProposedChange
    from client_sdk.sync_engagement import Engagement

MOST_TEMPLATE_BYTES: Final = 100_000
agreement_app = typer.Typer(help="The agreement: show it, change it together.", no_args_is_help=True)
Id = Annotated[str | None, typer.Argument(metavar="[ID]", help="The proposal's number; none: the only one.")]
Lists = list[str] | None


@agreement_app.callback()
def agreement(context: typer.Context, who: OneWho) -> None:
    """The agreement: show it, change it together."""
    context.obj = who


@agreement_app.command("show")
def agreement_show(
    context: typer.Context,
    as_json: AsJson = False,
    account: AccountName = None,
    password_fd: PasswordFd = None,
) -> None:
    """Show the agreement in force, then what waits for a signature."""
    with opened(account, password_fd) as me:
        engagement = me.engagement(context.obj)
        newest = engagement.agreement.history()[0]
        if as_json:
            show.show_json("agreement", show_agreement.version_json(engagement.id, newest))
        else:
            show_agreement.show_version(newest, now())
        _show_proposals(engagement, as_json=as_json, only_open=True)


@agreement_app.command("history")
def agreement_history(
    context: typer.Context,
    as_json: AsJson = False,
    account: AccountName = None,
    password_fd: PasswordFd = None,
) -> None:
    """List what both have signed, and what was proposed. Proposals go at their own dates."""
    with opened(account, password_fd) as me:
        engagement = me.engagement(context.obj)
        for one in engagement.agreement.history():
            if as_json:
                show.show_json("agreement", show_agreement.version_json(engagement.id, one))
            else:
                show_agreement.show_signed(one, now())
        _show_proposals(engagement, as_json=as_json, only_open=False)


def _show_proposals(engagement: Engagement, *, as_json: bool, only_open: bool) -> None:
    for one in engagement.agreement.proposals():
        if only_open and one.state != "open":
            continue
        if as_json:
            show.show_json("proposal", show_agreement.proposal_json(engagement.id, one))
        else:
            show_agreement.show_proposal(one, engagement.name, now())


@agreement_app.command("propose")
def agreement_propose(  # noqa: PLR0913, PLR0917 (each fact of an agreement has an option)
    context: typer.Context,
    work_ends: Annotated[
        str | None, typer.Option("--work-ends", metavar="DATE", help="The last day of work, as 2027-02-28.")
    ] = None,
    hold: Annotated[
        str | None, typer.Option("--hold", metavar="DAYS", help="How long all is held after it: 90d.")
    ] = None,
    longest_keep: Annotated[
        str | None,
        typer.Option(
            "--longest-keep", metavar="DAYS", help="The longest for one message: 30d; 0d: no limit."
        ),
    ] = None,
    recall: Annotated[
        bool | None, typer.Option("--recall/--no-recall", help="Whether an author may take back for both.")
    ] = None,
    refuse: Annotated[
        Lists, typer.Option("--refuse", metavar="DOMAIN", help="A work mail domain; all, may be repeated.")
    ] = None,
    sponsor: Annotated[
        str | None, typer.Option("--sponsor", metavar="NAME", help='Who pays; "" for nobody.')
    ] = None,
    sponsor_sees: Annotated[
        str | None, typer.Option("--sponsor-sees", metavar="TEXT", help="What the sponsor is shown.")
    ] = None,
    place: Annotated[
        Lists, typer.Option("--place", metavar="TEXT", help="Where it is kept; all, may be repeated.")
    ] = None,
    phone: Annotated[
        Lists, typer.Option("--phone", metavar="NUMBER", help="A personal number; all, may be repeated.")
    ] = None,
    coach_work_phone: Annotated[
        Lists,
        typer.Option("--coach-work-phone", metavar="NUMBER", help="Of these, a work number of the coach."),
    ] = None,
    client_work_phone: Annotated[
        Lists,
        typer.Option("--client-work-phone", metavar="NUMBER", help="Of these, a work number of the client."),
    ] = None,
    read_marks: Annotated[
        bool | None, typer.Option("--read-marks/--no-read-marks", help="Whether each sees what was read.")
    ] = None,
    sponsor_calls: Annotated[
        bool | None,
        typer.Option("--sponsor-calls/--no-sponsor-calls", help="Whether a report may name the calls."),
    ] = None,
    note: Annotated[str, typer.Option("--note", help="A sentence to go with it.")] = "",
    text: Annotated[
        Path | None, typer.Option("--agreement", metavar="FILE", help="A text of your own, facts as ${...}.")
    ] = None,
    as_json: AsJson = False,
    account: AccountName = None,
    password_fd: PasswordFd = None,
) -> None:
    """Propose a change. What you do not name stays; nothing changes before the other person has signed."""
    template = read_template(text) if text else None
    with opened(account, password_fd) as me:
        engagement = me.engagement(context.obj)
        made = engagement.agreement.propose(
            work_ends=parse_day(work_ends) if work_ends else None,
            hold=days(hold),
            longest_keep=days(longest_keep),
            recall=recall,
            refused_domains=_all(refuse),
            sponsor=sponsor,
            sponsor_sees=sponsor_sees,
            places=_all(place),
            phones=_all(phone),
            work_phones=work_phones(coach_work_phone, client_work_phone),
            read_marks=read_marks,
            sponsor_calls=sponsor_calls,
            note=note,
            template=template,
        )
        tell_change(engagement, made, as_json=as_json)


def _all(named: Lists) -> tuple[str, ...] | None:
    """Return a list as typed; one empty entry means an empty list."""
    if named is None:
        return None
    return tuple(one for one in named if one)


def tell_change(engagement: Engagement, made: ProposedChange, *, as_json: bool) -> None:
    """Say what was proposed or signed, and that it waits where it does."""
    if as_json:
        show.show_json("proposal", show_agreement.proposal_json(engagement.id, made))
        return
    show_agreement.show_proposal(made, engagement.name, now())
    if made.state == "open":
        say(f"It waits for {engagement.name}. Nothing has changed yet.")


def read_template(path: Path) -> str:
    """Read a text of one's own."""
    try:
        with path.open("rb") as file:
            return file.read(MOST_TEMPLATE_BYTES).decode("utf-8")
    except (OSError, UnicodeDecodeError) as cause:
        raise Misused("The agreement's file cannot be read as text.") from cause


@agreement_app.command("sign")
def agreement_sign(
    context: typer.Context,
    proposal: Id = None,
    yes: Yes = False,
    as_json: AsJson = False,
    account: AccountName = None,
    password_fd: PasswordFd = None,
) -> None:
    """Sign what the other person proposed, after it was shown."""
    with opened(account, password_fd) as me:
        engagement = me.engagement(context.obj)
        one = _meant(engagement, proposal)
        if not as_json:
            show_agreement.show_proposal(one, engagement.name, now(), whole=True)
        _ask_yes("Sign this? Type yes:", yes=yes)
        made = engagement.agreement.agree(one.id)
        if as_json:
            show.show_json("proposal", show_agreement.proposal_json(engagement.id, made))
        else:
            tell("Signed. It holds for both of you from now on.")


@agreement_app.command("decline")
def agreement_decline(
    context: typer.Context,
    proposal: Id = None,
    note: Annotated[str, typer.Option("--note", help="A sentence to go with it.")] = "",
    account: AccountName = None,
    password_fd: PasswordFd = None,
) -> None:
    """Say no to a proposal, or take your own back. What holds stays."""
    with opened(account, password_fd) as me:
        engagement = me.engagement(context.obj)
        one = _meant(engagement, proposal, own=True)
        engagement.agreement.decline(one.id, note=note)
    tell("Taken back. Nothing has changed." if one.mine else "Declined. Nothing has changed.")


def _meant(engagement: Engagement, typed: str | None, *, own: bool = False) -> ProposedChange:
    """Return the proposal that is meant; without a number, the only one that can be answered."""
    found = engagement.agreement.proposals()
    if typed is not None:
        meant = [one for one in found if one.id.startswith(typed.strip().lower())]
    else:
        meant = [one for one in found if one.state == "open" and (own or not one.mine)]
    if len(meant) != 1:
        raise NotFound("There is no such proposal." if not meant else "Say which: there are several.")
    return meant[0]


def _ask_yes(question: str, *, yes: bool) -> None:
    if yes:
        return
    if not is_talking():
        raise Misused("There is nobody to ask.", hint="Give --yes where a script decides.")
    if ask(question).lower() != "yes":
        say("Nothing was signed.")
        raise typer.Exit(exits.FAILED)
