"""Replying: `mailbox reply`, for who was invited and does not join. Owns its question and its words."""

from __future__ import annotations

from typing import Annotated

import typer

from client_sdk.cli import exits
from client_sdk.cli.terminal import ask, is_talking, say
from client_sdk.errors import Misused
from client_sdk.messages import ReplyName
from client_sdk.sync import Account

LinkOrCode = Annotated[str, typer.Argument(metavar="LINK|CODE", help="Your coach's link, or the code.")]
RelayAddress = Annotated[
    str | None, typer.Option("--relay", metavar="URL", help="With a code: the relay's address.")
]


def link_of(link: str, relay: str | None) -> str:
    """Return the link, or what a typed code stands for at the relay that was told with it."""
    if "://" in link:
        return link
    if relay is None:
        raise Misused("A code needs the relay's address.", hint="Give it as --relay https://…")
    return Account.link_of(link, relay.rstrip("/"))


def reply(
    link: LinkOrCode,
    change: Annotated[
        str | None, typer.Option("--ask", metavar="TEXT", help="What to change; the invitation stays open.")
    ] = None,
    no: Annotated[bool, typer.Option("--no", help="No thank you; the invitation ends.")] = False,
    work_device: Annotated[
        bool, typer.Option("--work-device", help="Ask for a new link elsewhere; the invitation ends.")
    ] = False,
    relay: RelayAddress = None,
) -> None:
    """Say something to the coach who has invited you, without joining. The newest reply counts."""
    if [change is not None, no, work_device].count(True) != 1:
        raise Misused("Say one of --ask TEXT, --no and --work-device.")
    link = link_of(link, relay)
    kind: ReplyName = "change" if change is not None else "no" if no else "work-device"
    if kind != "change" and is_talking() and ask("The link opens nothing any more then. Type yes:") != "yes":
        say("Nothing was said.")
        raise typer.Exit(exits.FAILED)
    Account.reply(link, kind, change or "")
    say("Sent. The invitation is still open." if kind == "change" else "Sent. The invitation has ended.")
