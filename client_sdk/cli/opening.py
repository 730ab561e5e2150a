"""Opening: what every command begins with: its account, its usual options, the time for its words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from client_sdk.cli import passwords
from client_sdk.cli.terminal import say
from client_sdk.clock import RelayClock
from client_sdk.errors import Misused
from client_sdk.sync import Account
from client_sdk.words import parse_day, parse_duration

if TYPE_CHECKING:
    from client_sdk.keep import AfterOpening

AccountName = Annotated[
    str | None, typer.Option("--account", metavar="NAME@HOST", help="Which account, where there are several.")
]
PasswordFd = Annotated[
    int | None,
    typer.Option("--password-fd", metavar="N", help="Read the password from this file descriptor."),
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line (mailbox help formats).")]
Who = Annotated[str | None, typer.Argument(metavar="[WHO]", help="A name, a part of it, or a number.")]
OneWho = Annotated[str, typer.Argument(metavar="WHO", help="A name, a part of it, or a number.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask: for scripts.")]


@contextmanager
def opened(account: str | None, descriptor: int | None) -> Iterator[Account]:
    """Open the account, say what became of waiting messages, and close it afterwards."""
    with Account.open(account, password=passwords.existing(descriptor)) as me:
        for one in me.delivered:
            if one.refusal is None:
                say("A message that had waited has gone out.")
            else:
                say(f"A message that had waited was refused: {one.refusal}")
        yield me


def now() -> datetime:
    """Return this computer's time, for words such as "Friday"."""
    return datetime.fromtimestamp(RelayClock().now(), UTC)


def keep(typed: str | None) -> date | timedelta | None:
    """Read how long something is kept: a day, or a length of time."""
    if typed is None:
        return None
    return parse_day(typed) if typed.count("-") == 2 else parse_duration(typed)


def keep_new(typed: str | None) -> date | timedelta | AfterOpening | None:
    """Read how long a new message is kept: as `keep` does, or `read+7d`."""
    start, plus, length = (typed or "").strip().lower().partition("+")
    if start != "read" or not plus:
        return keep(typed)
    span = parse_duration(length)
    if span % timedelta(days=1):
        raise Misused("After it was read, whole days count.", hint="Write read+7d.")
    from client_sdk.keep import AfterOpening  # what signs comes with it, which not every command needs

    return AfterOpening(span.days)


def days(typed: str | None) -> timedelta | None:
    """Read a length in days: `90d`, or `0d` for none."""
    if typed is None:
        return None
    return timedelta(0) if typed.strip().lower() == "0d" else parse_duration(typed)


def work_phones(coachs: list[str] | None, clients: list[str] | None) -> dict[str, str] | None:
    """Read whose work numbers some are; None where nothing was said, one empty entry means none."""
    if coachs is None and clients is None:
        return None
    return {one: "coach" for one in coachs or () if one} | {one: "client" for one in clients or () if one}
