"""Mailing: the commands for mail that comes in by SMTP: the addresses that a person writes from, and their
word on mail that its server alone vouches for.

Owns names and options, and what is said of how far a provider vouches for its people.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import typer

from client_sdk.cli import exits, show
from client_sdk.cli.opening import AccountName, AsJson, OneWho, PasswordFd, Who, now, opened
from client_sdk.cli.terminal import say, tell
from client_sdk.errors import NotFound
from client_sdk.mail_grade import MailGrade
from client_sdk.words import in_words

if TYPE_CHECKING:
    from client_sdk.messages import Sender
    from client_sdk.sync import Account

TEST_SECONDS: Final = 600.0

sender_app = typer.Typer(help="The personal mail addresses that you write from.", no_args_is_help=True)

MailAddress = Annotated[str, typer.Argument(metavar="ADDRESS", help="A personal mail address of yours.")]


def address(who: Who = None, account: AccountName = None, password_fd: PasswordFd = None) -> None:
    """Print the address at which your inbox takes your own mail. Only registered senders may use it."""
    with opened(account, password_fd) as me:
        tell(me.engagement(who).address())


# --- addresses that you write from --------------------------------------------------------------------------


@sender_app.command("add")
def sender_add(
    mail_address: MailAddress, account: AccountName = None, password_fd: PasswordFd = None
) -> None:
    """Register a personal address; a code is sent to it."""
    with opened(account, password_fd) as me:
        me.add_sender(mail_address)
    say("A code is on its way there. Then: mailbox sender confirm CODE")


@sender_app.command("confirm")
def sender_confirm(
    code: Annotated[str, typer.Argument(metavar="CODE", help="The code that came.")],
    account: AccountName = None,
    password_fd: PasswordFd = None,
) -> None:
    """Confirm a personal address."""
    with opened(account, password_fd) as me:
        me.confirm_sender(code)
    say("Confirmed. Mail from there reaches your inbox.")
    say("How far your provider vouches for it shows with a first mail: mailbox sender test")


@sender_app.command("list")
def sender_list(as_json: AsJson = False, account: AccountName = None, password_fd: PasswordFd = None) -> None:
    """List registered addresses by number and day. The relay keeps no address, so it can name none."""
    with opened(account, password_fd) as me:
        found = me.senders()
    for one in found:
        if as_json:
            show.show_json(
                "sender", {"id": one.id, "state": one.state, "added_on": show.text_of(one.added_on)}
            )
        else:
            added = in_words(one.added_on.date(), now().date())
            tell(f"number {one.id[: show.SHORT_ID_SIGNS]}  {one.state}, added {added}")
    if not found:
        say("No address is registered. Begin with: mailbox sender add ADDRESS")


@sender_app.command("remove")
def sender_remove(
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="Its number, or its beginning.")],
    account: AccountName = None,
    password_fd: PasswordFd = None,
) -> None:
    """Forget an address, with the rules for it. Mail from there is refused from then on."""
    with opened(account, password_fd) as me:
        me.remove_sender(sender_of(me, number))
    say("Forgotten.")


def sender_of(me: Account, number: str) -> Sender:
    """Return the registered address whose number begins so. NotFound."""
    from client_sdk import rules

    typed = number.strip().lower()
    found = [one for one in me.senders() if len(typed) >= rules.LEAST_ID_SIGNS and one.id.startswith(typed)]
    if len(found) != 1:
        raise NotFound("There is no such address, or several: mailbox sender list")
    return found[0]


TEST_ASKED: Final = """\
Send a short mail now, from the address that you have registered, to:
  {address}
This waits ten minutes at most. Ctrl-C ends it; what comes later is in your inbox as ever."""


@sender_app.command("test")
def sender_test(
    who: Who = None, as_json: AsJson = False, account: AccountName = None, password_fd: PasswordFd = None
) -> None:
    """Find out how far your provider vouches for you: send yourself a mail while this waits for it."""
    with opened(account, password_fd) as me:
        engagement = me.engagement(who)
        asked = TEST_ASKED.format(address=engagement.address())
        message = engagement.next_mail(ready=lambda: say(asked), timeout=TEST_SECONDS)
        name = engagement.handle
    refused = message.refused[0] if message.refused else None
    if as_json:
        found = {
            "engagement": message.engagement_id,
            "id": message.id,
            "grade_number": message.mail.grade if message.mail else None,
            "refused": refused.reason if refused else None,
        }
        show.show_json("tested", found)
    elif refused:
        tell(f"A mail came and was refused: {refused.sentence}.")
        tell(refused.hint)
    elif message.mail:
        tell(f"It has come. {GRADES_TOLD[MailGrade(message.mail.grade)]}")
        if "confirm" in message.marks:
            tell(f"This one asks too: mailbox confirm {name} {message.id[: show.SHORT_ID_SIGNS]}")
    raise typer.Exit(exits.REFUSED if refused else exits.DONE)


GRADES_TOLD: Final = {
    MailGrade.NOT_CHECKED: (
        "This relay does not check senders: whoever knows your address and the inbox's could write as you."
    ),
    MailGrade.SIGNED: (
        "Your provider signs its mail, and the signature fits your address: it comes in without a question."
    ),
    MailGrade.SERVER: (
        "Your provider does not sign its mail; the server alone vouches for it. Each mail from there will ask"
        " you whether it was you."
    ),
    MailGrade.RULE: "It came by your rule, and nothing proves its author. That is not the address above.",
    MailGrade.RULE_SIGNED: "It came by your rule, signed by its author. That is not the address above.",
    MailGrade.CONFIRMATION: "It came while a rule is being set up: mailbox rule code",
}


# --- was it you ---------------------------------------------------------------------------------------------


def confirm(
    who: OneWho,
    number: Annotated[str, typer.Argument(metavar="ID", help="The mail's number, or its beginning.")],
    not_me: Annotated[
        bool, typer.Option("--not-me", help="It was not you: it goes from your inbox at once.")
    ] = False,
    account: AccountName = None,
    password_fd: PasswordFd = None,
) -> None:
    """Say of a mail that its server alone vouches for whether it was from you."""
    with opened(account, password_fd) as me:
        me.engagement(who).confirm_mail(number, mine=not not_me)
    tell("It is gone from your inbox." if not_me else "Noted, on all your devices: it was from you.")
