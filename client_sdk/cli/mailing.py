"""Mailing: the commands for mail that comes in by SMTP: the addresses it may come from, rules by which a
provider forwards it, and the owner's word on mail that its server alone vouches for.

Owns names, options and the plain instructions that a person follows at their provider.
"""

from __future__ import annotations

from typing import Annotated, Any, Final

import typer

from client_sdk import rules
from client_sdk.cli import exits, show
from client_sdk.cli.opening import AccountName, AsJson, OneWho, PasswordFd, Who, now, opened
from client_sdk.cli.terminal import say, tell
from client_sdk.errors import NotFound, NothingYet
from client_sdk.mail import MailGrade
from client_sdk.messages import Rule, Sender
from client_sdk.sync import Account
from client_sdk.words import in_words, instant_in_words

TEST_SECONDS: Final = 600.0
RULE_SECONDS: Final = 120.0

sender_app = typer.Typer(help="The personal mail addresses that you write from.", no_args_is_help=True)
rule_app = typer.Typer(
    help="Rules by which your mail provider forwards mail into an inbox here.", no_args_is_help=True
)

MailAddress = Annotated[str, typer.Argument(metavar="ADDRESS", help="A personal mail address of yours.")]
Number = Annotated[
    str | None, typer.Argument(metavar="[NUMBER]", help="Which rule, where there are several.")
]
For = Annotated[str | None, typer.Option("--for", metavar="WHO", help="With whom, where there are several.")]


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
        me.remove_sender(_sender(me, number))
    say("Forgotten.")


def _sender(me: Account, number: str) -> Sender:
    typed = number.strip().lower()
    found = [one for one in me.senders() if len(typed) >= rules.LEAST_ID_SIGNS and one.id.startswith(typed)]
    if len(found) != 1:
        raise NotFound("There is no such address, or several: mailbox sender list")
    return found[0]


@sender_app.command("test")
def sender_test(
    who: Who = None, as_json: AsJson = False, account: AccountName = None, password_fd: PasswordFd = None
) -> None:
    """Find out how far your provider vouches for you: send yourself a mail while this waits for it."""
    with opened(account, password_fd) as me:
        engagement = me.engagement(who)
        say("Send a short mail now, from the address that you have registered, to:")
        say(f"  {engagement.address()}")
        say("This waits ten minutes at most. Ctrl-C ends it; what comes later is in your inbox as ever.")
        message = engagement.next_mail(timeout=TEST_SECONDS)
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


# --- rules --------------------------------------------------------------------------------------------------


@rule_app.command("add")
def rule_add(
    mail_address: MailAddress,
    who: For = None,
    sender: Annotated[
        str | None,
        typer.Option(
            "--sender", metavar="NUMBER", help="Its number, where several addresses are registered."
        ),
    ] = None,
    as_json: AsJson = False,
    account: AccountName = None,
    password_fd: PasswordFd = None,
) -> None:
    """Begin a rule for a registered address: prints what to enter at your provider and what comes next."""
    plain = rules.mail_address(mail_address)
    with opened(account, password_fd) as me:
        engagement = me.engagement(who)
        rule = engagement.add_rule(_sender(me, sender) if sender else None)
        name, handle = engagement.name, engagement.handle
    if as_json:
        show.show_json("rule", rule_json(rule))
        return
    tell(rule.address)
    for line in _instructions(rule, plain, name, handle):
        say(line)


def _instructions(rule: Rule, mail_address: str, name: str, handle: str) -> list[str]:
    number = rule.id[: show.SHORT_ID_SIGNS]
    return [
        f"That is the address to which {mail_address} may forward mail, into your inbox with {name}.",
        "",
        "1. In your provider's settings, under forwarding, enter that address. By a filter, forward only",
        "   what belongs here. Never forward mail from work.",
        f"2. Many providers first send a code there. See it by: mailbox rule code --for {handle}",
        "   and type it in at your provider. It is kept for an hour.",
        f"3. Then: mailbox rule test {mail_address}",
        "   We mail you one line; when your provider forwards it, the rule is active.",
        "",
        f"Until then it takes nothing else. It waits until {instant_in_words(rule.ends_at, now())}.",
        f"Its number is {number}.",
    ]


@rule_app.command("code")
def rule_code(
    who: For = None, as_json: AsJson = False, account: AccountName = None, password_fd: PasswordFd = None
) -> None:
    """Show what your provider has sent to confirm a rule: usually a code or a link to open."""
    with opened(account, password_fd) as me:
        me.settle()
        meant = [me.engagement(who)] if who else [one for one in me.engagements() if one.active]
        found = [
            (message, message.mail.open())
            for engagement in meant
            for message in engagement.messages(mark=False)
            if message.mail and message.mail.grade == MailGrade.CONFIRMATION
        ]
    for message, mail in found:
        if as_json:
            show.show_json("message", show.message_json(message, mail, [], text=True))
        else:
            show.show_message(message, mail, [], text=True, now=now())
    if not found:
        say("Nothing has come from your provider yet. Not every provider sends something; then go on with")
        say("mailbox rule test ADDRESS")
    raise typer.Exit(exits.DONE if found else exits.NOT_FOUND)


@rule_app.command("test")
def rule_test(
    mail_address: MailAddress,
    number: Number = None,
    as_json: AsJson = False,
    account: AccountName = None,
    password_fd: PasswordFd = None,
) -> None:
    """Mail one line to the address and wait until your provider has forwarded it: then the rule is active."""
    with opened(account, password_fd) as me:
        waiting = [one for one in me.rules() if one.state != rules.ACTIVE or number]
        rule = rules.pick(waiting, number)
        good_until = me.test_rule(rule, mail_address)
        say(f"One line is on its way to {mail_address}, good until {instant_in_words(good_until, now())}.")
        say("Waiting for your provider to forward it, two minutes at most.")
        try:
            rule = me.active_rule(rule, timeout=RULE_SECONDS)
        except NothingYet:
            say("It has not come through yet. It may still: mailbox rule list shows it.")
            say("If it stays so: is the address entered, confirmed and switched on at your provider?")
            say("Mail that was turned away meanwhile is told in your inbox: mailbox read")
    if as_json:
        show.show_json("rule", rule_json(rule))
    elif rule.state == rules.ACTIVE:
        tell("The rule is active.")
        say("What it brings is marked as such: its authors are not proven unless their own domain signs.")
    raise typer.Exit(exits.DONE if rule.state == rules.ACTIVE else exits.PARTLY)


@rule_app.command("list")
def rule_list(as_json: AsJson = False, account: AccountName = None, password_fd: PasswordFd = None) -> None:
    """List your rules, with the address of each."""
    with opened(account, password_fd) as me:
        found, names = me.rules(), {one.id: one.name for one in me.engagements()}
    for one in found:
        if as_json:
            show.show_json("rule", rule_json(one))
        else:
            tell(_rule_line(one, names.get(one.engagement_id, "")))
            tell(f"  {one.address}   number {one.id[: show.SHORT_ID_SIGNS]}")
    if not found:
        say("No rules. Begin with: mailbox rule add ADDRESS")


def _rule_line(rule: Rule, name: str) -> str:
    until = instant_in_words(rule.ends_at, now())
    state = "active" if rule.state == rules.ACTIVE else "waiting for its test"
    return f"{name}: {state}, until {until}"


@rule_app.command("remove")
def rule_remove(number: Number = None, account: AccountName = None, password_fd: PasswordFd = None) -> None:
    """End a rule. Its address takes nothing from then on; switch the forwarding off at your provider too."""
    with opened(account, password_fd) as me:
        me.remove_rule(rules.pick(me.rules(), number))
    say("Ended. Switch the forwarding off at your provider as well, or it will get errors.")


def rule_json(rule: Rule) -> dict[str, Any]:
    """Return a rule for programs."""
    return {
        "id": rule.id,
        "engagement": rule.engagement_id,
        "sender": rule.sender_id,
        "address": rule.address,
        "state": rule.state,
        "ends_at": show.text_of(rule.ends_at),
    }
