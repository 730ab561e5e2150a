"""App: the commands of `mailbox`, by their names and in the order in which help lists them.

Owns nothing but names; each command stands in the module of its work, with its arguments and options. It
opens the account, calls the SDK and shows the result, and ends with a code of its own only where there is
more to say than done or failed. Those modules load what they need of the SDK when a command is called, so
that help and a mistyped option are answered without it.
"""

from __future__ import annotations

import typer

from client_sdk.cli import (
    agreeing,
    checking,
    dating,
    entering,
    exporting,
    forwarding,
    inviting,
    mailing,
    noticing,
    reading,
    receipting,
    recording,
    reopening,
    replying,
    reporting,
    standing,
    topics,
    webbing,
    writing,
)

app = typer.Typer(
    name="mailbox",
    help="A private inbox for coaches and their clients.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
for command in (
    dating.close,
    dating.reopen,
    dating.extend,
    dating.shorten,
    dating.why,
    checking.check,
    replying.reply,
    reporting.sponsor,
    receipting.receipts,
    exporting.export,
    mailing.address,
    mailing.confirm,
    webbing.verify_web,
    webbing.web,
    entering.setup,
    entering.accept,
    writing.send,
    writing.recall,
    reading.read,
    reading.watch,
    standing.status,
    standing.keepers,
    entering.lock,
    entering.unlock,
):
    app.command()(command)
app.command("help")(topics.help_topic)

client_app = typer.Typer(help="The clients of a coach.", no_args_is_help=True)
client_app.command("reopen")(reopening.reopen)
client_app.command("invite")(inviting.invite)
client_app.command("list")(standing.client_list)
client_app.command("show")(standing.client_show)
for name, group in (
    ("client", client_app),
    ("sender", mailing.sender_app),
    ("rule", forwarding.rule_app),
    ("notice", noticing.notice_app),
    ("agreement", agreeing.agreement_app),
    ("report", reporting.report_app),
    ("reopening", reopening.reopening_app),
    ("note", recording.note_app),
    ("call", recording.call_app),
):
    app.add_typer(group, name=name)
