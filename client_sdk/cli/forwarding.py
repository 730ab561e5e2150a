"""Forwarding: the commands for rules by which a provider forwards mail into an inbox here.

Owns names, options and the plain instructions that a person follows at their provider. Must never call a rule
active before a line of the relay's own has come through it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from client_sdk.cli import exits, show
from client_sdk.cli.mailing import MailAddress, sender_of
from client_sdk.cli.opening import AccountName, AsJson, PasswordFd, now, opened
from client_sdk.cli.terminal import say, tell
from client_sdk.errors import NothingYet
from client_sdk.mail_grade import MailGrade
from client_sdk.words import instant_in_words

if TYPE_CHECKING:
    from client_sdk.messages import Rule

RULE_SECONDS: Final = 120.0

rule_app = typer.Typer(
    help="Rules by which your mail provider forwards mail into an inbox here.", no_args_is_help=True
)

Number = Annotated[
    str | None, typer.Argument(metavar="[NUMBER]", help="Which rule, where there are several.")
]
For = Annotated[str | None, typer.Option("--for", metavar="WHO", help="With whom, where there are several.")]


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
    from client_sdk import rules

    plain = rules.mail_address(mail_address)
    with opened(account, password_fd) as me:
        engagement = me.engagement(who)
        rule = engagement.add_rule(sender_of(me, sender) if sender else None)
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
    from client_sdk import rules

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
    from client_sdk import rules

    until = instant_in_words(rule.ends_at, now())
    state = "active" if rule.state == rules.ACTIVE else "waiting for its test"
    return f"{name}: {state}, until {until}"


@rule_app.command("remove")
def rule_remove(number: Number = None, account: AccountName = None, password_fd: PasswordFd = None) -> None:
    """End a rule. Its address takes nothing from then on; switch the forwarding off at your provider too."""
    from client_sdk import rules

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
