"""Entering: the commands by which an account comes to be on this computer, and its way in goes again.

Owns where a password comes from, where this computer's secret goes, and the recovery sheet, which is given
out once. Must never sign an agreement that was not shown first.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from client_sdk.cli import exits, passwords, replying
from client_sdk.cli.agreeing import read_template
from client_sdk.cli.opening import AccountName, PasswordFd, opened
from client_sdk.cli.terminal import ask, clean, is_talking, say, tell, wrapped
from client_sdk.errors import Misused
from client_sdk.sync import Account

SheetFile = Annotated[
    Path | None, typer.Option("--sheet", metavar="FILE", help="Write the recovery sheet to this file.")
]


def setup(
    link: Annotated[str, typer.Argument(help="The operator's link.")],
    name: Annotated[
        str | None, typer.Option("--name", metavar="LOGIN", help="A login name of your own.")
    ] = None,
    keeper: Annotated[
        list[str] | None,
        typer.Option(
            "--keeper",
            metavar="FINGERPRINT",
            help="A further keeper, by the fingerprint from whoever runs it. Reading then needs it too.",
        ),
    ] = None,
    sheet: SheetFile = None,
    password_fd: PasswordFd = None,
) -> None:
    """Make a coach's account on this computer."""
    account = Account.setup(
        link,
        password=passwords.chosen(password_fd),
        name=name,
        keepers=tuple(keeper or ()),
        keychain=_use_keychain(password_fd),
    )
    _finish_enrolment(account, sheet)


def accept(
    link: replying.LinkOrCode,
    name: Annotated[str, typer.Option("--name", help="Your name, by which you sign the agreement.")],
    relay: replying.RelayAddress = None,
    login: Annotated[str | None, typer.Option("--login", help="A login name of your own.")] = None,
    sheet: SheetFile = None,
    password_fd: PasswordFd = None,
) -> None:
    """Accept a coach's invitation. Shows the agreement, asks you to sign, makes the account here."""
    link = replying.link_of(link, relay)
    proposal = Account.look(link)
    say(f"{proposal.coach_name} has opened a private inbox for the two of you, on {proposal.relay_name}.")
    for line in wrapped(f"{proposal.welcome}\n\n{proposal.agreement}"):
        say(line)
    if proposal.reopens:
        say("This lets you back into the inbox that you had; the agreement is the one that you have signed.")
    question = "Come back as" if proposal.reopens else "Sign this as"
    if is_talking() and ask(f'{question} "{clean(name)}"? Type yes:').lower() != "yes":
        say("Nothing was signed.")
        raise typer.Exit(exits.FAILED)
    account = Account.accept(
        link,
        name=name,
        login=login,
        seen=proposal,
        password=passwords.chosen(password_fd),
        keychain=_use_keychain(password_fd),
    )
    _finish_enrolment(account, sheet, reopens=proposal.reopens)


def _use_keychain(descriptor: int | None) -> bool:
    """A script that brings a password gets a file sealed by it; a person the keychain, where there is one."""
    if passwords.has_source(descriptor):
        return False
    from client_sdk.keyring import find_keychain

    return find_keychain() is not None


def _finish_enrolment(account: Account, sheet_file: Path | None, *, reopens: bool = False) -> None:
    """Give out the recovery sheet, the only time that there is one; and say what comes next to who comes back
    to an inbox that was lost.
    """
    from client_sdk.home import write_private

    with account:
        sheet = account.recovery_sheet
        if sheet is None:
            return
        if sheet_file is None:
            for line in sheet.text.splitlines():
                tell(line)
        else:
            write_private(sheet_file, sheet.text.encode("utf-8"))
            tell(account.login)
            say(f"The recovery sheet is in {sheet_file}. Print it, then take the file away.")
        say("Ready. Stay on the telephone with your coach: mailbox reopening check" if reopens else "Ready.")


def lock(account: AccountName = None, password_fd: PasswordFd = None) -> None:
    """Take this computer's way in away. Only the password or the sheet opens the inbox here again."""
    with opened(account, password_fd) as me:
        me.lock()
    say("Locked.")


def unlock(
    account: Annotated[str | None, typer.Argument(metavar="[NAME@HOST]", help="Which account.")] = None,
    sheet: Annotated[
        Path | None, typer.Option("--sheet", metavar="FILE", help="A file with the recovery sheet's numbers.")
    ] = None,
    accept_older_vault: Annotated[
        bool,
        typer.Option(
            "--accept-older-vault",
            help="The operator has told me that the server was restored: take my records as they were then.",
        ),
    ] = False,
    password_fd: PasswordFd = None,
) -> None:
    """Open an account here, by its password or the recovery sheet."""
    numbers = _sheet_numbers(sheet) if sheet else None
    password = passwords.existing(password_fd)
    with Account.open(
        account,
        password=password,
        sheet=numbers,
        keychain=_use_keychain(password_fd),
        accept_older_vault=accept_older_vault,
    ) as me:
        tell(me.login)
    say("Unlocked.")


def _sheet_numbers(path: Path) -> str:
    """Find the six groups in a sheet, whatever else is printed on it."""
    import re

    groups = re.findall(r"(?<!\S)\d{5}(?!\S)", read_template(path))
    if len(groups) != 6:
        raise Misused("There are no six groups of five numbers in that file.")
    return " ".join(groups)
