"""Reopening: the commands by which a coach lets a client back who lost every way in. Owns what the two read
on their screens while they are on the telephone, and the words for what does not come back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import typer

from client_sdk.cli import exits, show
from client_sdk.cli.opening import AccountName, AsJson, OneWho, PasswordFd, Who, Yes, now, opened
from client_sdk.cli.terminal import ask, clean, say, tell
from client_sdk.words import instant_in_words

if TYPE_CHECKING:
    from client_sdk.sync_engagement import Engagement

START_SECONDS: Final = 180.0
"""How long a command waits for the other person."""

reopening_app = typer.Typer(help="Letting back a client who lost every way in.", no_args_is_help=True)

_STATES: Final = {
    "open": "waits for the client to use the link",
    "joined": "the client has joined; the spoken check comes next",
    "claimed": "the client has heard the digits; the coach signs next",
    "taken": "done",
}


def reopen(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The client.")],
    welcome: Annotated[str, typer.Option("--welcome", help="What the client reads first.")] = "",
    yes: Yes = False,
    account: AccountName = None,
    password_fd: PasswordFd = None,
) -> None:
    """Let a client back who lost device, password and sheet; prints the link."""
    with opened(account, password_fd) as me:
        engagement = me.engagement(name)
        who = clean(engagement.name)
        say(
            f"What you have comes back to {who}, with the same dates: what you two wrote here, and its files."
        )
        say(f"What only {who} had does not: forwarded mail, notes and receipts. Deleted things stay deleted.")
        if (
            not yes
            and ask(f"Have you rung {who} on a number that you already had? Type yes:").lower() != "yes"
        ):
            say("Nothing was changed. Ring first: whoever has the link and says the digits is let in.")
            raise typer.Exit(exits.FAILED)
        made = engagement.reopening.open(welcome=welcome)
        code = me.invitation_code(made.engagement_id)
    tell(made.link)
    say(f"By voice: {made.link.partition('#')[0]} then {code}")
    say(f"Good until {instant_in_words(made.expires_at, now())}. Once they have joined, on the telephone:")
    say(f'  mailbox reopening check "{who}"')


@reopening_app.command("status")
def status(
    who: Who = None, as_json: AsJson = False, account: AccountName = None, password_fd: PasswordFd = None
) -> None:
    """Say how far it is."""
    with opened(account, password_fd) as me:
        found = me.engagement(who).reopening.state()
        if as_json:
            fields = {"state": found.state if found else "none", "you": found.you if found else ""}
            dates = {"opened_at": found.opened_at, "until": found.until} if found else {}
            return show.show_json("reopening", fields | {at: show.text_of(one) for at, one in dates.items()})
        if found is None:
            return say("Nothing is being reopened here.")
        until = instant_in_words(found.until, now())
        tell(_STATES[found.state])
        if found.you == "client":
            say("Somebody is being let in as you. If that is not you: mailbox reopening end")
        elif found.you == "former":
            say(f"It was reopened for somebody. If that was not you, until {until}: mailbox reopening stop")
        return None


@reopening_app.command("check")
def check(who: Who = None, account: AccountName = None, password_fd: PasswordFd = None) -> None:
    """Read six digits to each other; then the coach's copies come back."""
    with opened(account, password_fd) as me:
        engagement = me.engagement(who)
        _compare(engagement)


def _compare(engagement: Engagement) -> None:
    name, coach = clean(engagement.name), engagement.my_role == "coach"
    say(f"Stay on the telephone with {name}. {name} starts too; waiting for that.")
    digits = engagement.reopening.start(timeout=START_SECONDS)
    tell(f"{digits[:3]} {digits[3:]}")
    first, last = ("You read", f"{name} reads") if coach else (f"{name} reads", "you read")
    said = ask(f"{first} the first three aloud, {last} the last three. The same? Type yes or no:")
    if said.lower() != "yes":
        say(f"Nothing was given to anybody. Ring {name} on a number that you already have.")
        raise typer.Exit(exits.KEY_CHANGED)
    given = engagement.reopening.same(timeout=START_SECONDS)
    if coach:
        say(f"Done. {given:,} {'thing' if given == 1 else 'things'} given back, with the same dates.")
    else:
        say(f"Done. As soon as {name} has said so too, what you two wrote comes back: mailbox read")


@reopening_app.command("end")
def end(who: Who = None, account: AccountName = None, password_fd: PasswordFd = None) -> None:
    """End it, before the coach has signed."""
    with opened(account, password_fd) as me:
        me.engagement(who).reopening.end()
    say("Ended. The link opens nothing any more.")


@reopening_app.command("stop")
def stop(who: Who = None, account: AccountName = None, password_fd: PasswordFd = None) -> None:
    """Stop it, within 48 hours: this inbox is yours again."""
    with opened(account, password_fd) as me:
        me.engagement(who).reopening.stop()
    say("Stopped. This inbox is yours again; what was sealed to the other one is gone. Ring your coach.")


@reopening_app.command("give-back")
def give_back(who: OneWho, account: AccountName = None, password_fd: PasswordFd = None) -> None:
    """Give back once more what did not come through; what did is not sent again."""
    with opened(account, password_fd) as me:
        given = me.engagement(who).reopening.give_back()
    say(f"{given:,} given back.")
