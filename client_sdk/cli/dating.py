"""Dating: the commands for when things go: closing and reopening the work, longer, sooner, why.

Owns names, options and questions; a plan is shown in sentences before anything is done. Must never close
anything without the name typed, or `--yes`.
"""

from __future__ import annotations

from typing import Annotated

import typer

from client_sdk.cli import exits, show, show_agreement
from client_sdk.cli.agreeing import tell_change
from client_sdk.cli.opening import AccountName, AsJson, OneWho, PasswordFd, Yes, days, keep, opened
from client_sdk.cli.terminal import ask, clean, is_talking, say, tell
from client_sdk.words import parse_day


def close(
    who: OneWho,
    hold: Annotated[
        str | None, typer.Option("--hold", metavar="DAYS", help="How long all is held: 90d (else as agreed).")
    ] = None,
    on: Annotated[
        str | None, typer.Option("--on", metavar="DATE", help="The last day of work (default: at once).")
    ] = None,
    yes: Yes = False,
    as_json: AsJson = False,
    account: AccountName = None,
    password_fd: PasswordFd = None,
) -> None:
    """Close the work, after showing the plan. Nothing is done before you have typed the name."""
    with opened(account, password_fd) as me:
        engagement = me.engagement(who)
        plan = engagement.plan_close(hold=days(hold), work_ends=parse_day(on) if on else None)
        if not as_json:
            tell(f"Plan for {engagement.name} (nothing has been done yet)")
            for line in plan.summary().splitlines():
                tell(f"  {line}")
        done = yes or _confirmed(engagement.name)
        if done:
            plan.confirm()
        if as_json:
            show.show_json("plan", show_agreement.plan_json(engagement.id, plan.plan, done=done))
        else:
            tell("Done." if done else "Nothing was done.")
    raise typer.Exit(exits.DONE if done or not is_talking() else exits.FAILED)


def _confirmed(name: str) -> bool:
    """Ask for the name; without a terminal the plan alone is shown."""
    if not is_talking():
        say("Nothing was done: --yes closes where nobody can be asked.")
        return False
    return ask(f"Proceed? Type the name to confirm ({clean(name)}):").casefold() == clean(name).casefold()


def reopen(
    who: OneWho,
    until: Annotated[str, typer.Option("--until", metavar="DATE", help="The new last day of work.")],
    as_json: AsJson = False,
    account: AccountName = None,
    password_fd: PasswordFd = None,
) -> None:
    """Reopen work that is held, by both signatures. Proposes a day, or signs the one that is proposed."""
    with opened(account, password_fd) as me:
        engagement = me.engagement(who)
        made = engagement.reopen(parse_day(until))
        tell_change(engagement, made, as_json=as_json)
        if made.state == "agreed" and not as_json:
            tell("Signed by both: the work goes on.")


Until = Annotated[str, typer.Option("--keep", metavar="TIME", help="How long: 30d, 12h, or a day.")]
Number = Annotated[str, typer.Argument(metavar="ID", help="The message's number, or its beginning.")]


def extend(
    who: OneWho,
    numbers: Annotated[list[str], typer.Argument(metavar="ID...", help="The messages' numbers.")],
    until: Until,
    as_json: AsJson = False,
    account: AccountName = None,
    password_fd: PasswordFd = None,
) -> None:
    """Keep messages longer, by both signatures. Proposes it; `agreement WHO sign` is the answer."""
    with opened(account, password_fd) as me:
        engagement = me.engagement(who)
        tell_change(engagement, engagement.extend(numbers, keep(until)), as_json=as_json)


def shorten(
    who: OneWho,
    number: Number,
    until: Until,
    account: AccountName = None,
    password_fd: PasswordFd = None,
) -> None:
    """Bring the date of a message forward. For both, where the agreement says so."""
    with opened(account, password_fd) as me:
        both = me.engagement(who).shorten(number, keep(until))
    tell("Shortened, for both of you." if both else "Shortened: your own copy. The other one keeps its date.")


def why(
    who: OneWho,
    subject: Annotated[
        str, typer.Argument(metavar="[ID]", help="A message, or engagement, notes, invitation, account.")
    ] = "engagement",
    as_json: AsJson = False,
    account: AccountName = None,
    password_fd: PasswordFd = None,
) -> None:
    """Say when something goes, and why. Who decided that, and who can change it."""
    with opened(account, password_fd) as me:
        engagement = me.engagement(who)
        told = engagement.why(subject)
        if as_json:
            show.show_json("why", show_agreement.why_json(engagement.id, told))
            return
        for line in told.text.splitlines():
            tell(line)
