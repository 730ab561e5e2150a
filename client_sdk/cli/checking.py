"""Checking: the command of the spoken check. Owns what two people on the telephone read on their screens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import typer

from client_sdk.cli import exits, show
from client_sdk.cli.opening import AccountName, AsJson, OneWho, PasswordFd, now, opened
from client_sdk.cli.terminal import ask, clean, say, tell
from client_sdk.errors import Misused
from client_sdk.words import instant_in_words

if TYPE_CHECKING:
    from client_sdk.spoken import Heard
    from client_sdk.sync_engagement import Engagement

START_SECONDS: Final = 180.0
"""How long the command waits for the other person to start."""


def check(
    who: OneWho,
    when: Annotated[bool, typer.Option("--when", help="Say when it was done, instead of doing it.")] = False,
    as_json: AsJson = False,
    account: AccountName = None,
    password_fd: PasswordFd = None,
) -> None:
    """Read six digits to each other while you are on the telephone: the spoken check."""
    if as_json and not when:
        raise Misused("The check itself is for two people on the telephone.", hint="--when --json")
    with opened(account, password_fd) as me:
        engagement = me.engagement(who)
        if when:
            return _tell_when(engagement, as_json=as_json)
        return _compare(engagement)


def _compare(engagement: Engagement) -> None:
    name = clean(engagement.name)
    say(f"Stay on the telephone with {name}. {name} starts the check too; waiting for that.")
    digits = engagement.spoken_check.start(timeout=START_SECONDS)
    tell(f"{digits[:3]} {digits[3:]}")
    first, last = (
        ("you read", f"{name} reads") if engagement.my_role == "coach" else (f"{name} reads", "you read")
    )
    said = ask(
        f"{first.capitalize()} the first three aloud, {last} the last three. The same? Type yes or no:"
    )
    if said.lower() != "yes":
        say(f"Write nothing more here. Ring {name} on a number that you already have, and say what you saw.")
        raise typer.Exit(exits.KEY_CHANGED)
    engagement.spoken_check.same()
    say(f"Done. You have heard {name}’s voice say it.")


def _tell_when(engagement: Engagement, *, as_json: bool) -> None:
    heard = engagement.spoken_check.heard()
    for one in heard:
        if as_json:
            show.show_json("heard", {"heard_at": show.text_of(one.heard_at), "mine": one.mine})
        else:
            tell(_in_words(one, clean(engagement.name)))
    if not heard:
        say("Not yet. It takes ten seconds on your next call.")


def _in_words(one: Heard, name: str) -> str:
    day = instant_in_words(one.heard_at, now())
    return f"{day}  you heard {name}’s voice say it" if one.mine else f"{day}  {name} heard yours"
