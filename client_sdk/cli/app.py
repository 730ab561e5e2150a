"""App: the commands of `mailbox`, their arguments and options.

Owns nothing but names: each command opens the account, calls the SDK and shows the result. A command ends
with a code of its own only where there is more to say than done or failed.

Longer than other modules, because the words of every option stand beside its use.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from client_sdk.attachment import Attachment
from client_sdk.cli import (
    agreeing,
    checking,
    exits,
    exporting,
    mailing,
    passwords,
    receipting,
    recording,
    reopening,
    replying,
    reporting,
    show,
    webbing,
)
from client_sdk.cli.agreeing import read_template
from client_sdk.cli.noticing import notice_app
from client_sdk.cli.opening import AccountName, AsJson, OneWho, PasswordFd, Who, days, now, opened
from client_sdk.cli.opening import keep as keep_for
from client_sdk.cli.progress import shown_progress
from client_sdk.cli.terminal import ask, clean, is_talking, say, tell, tell_json, typed_text, wrapped
from client_sdk.errors import Misused, RelayError
from client_sdk.sync import Account, Engagement
from client_sdk.words import instant_in_words, parse_day

app = typer.Typer(
    name="mailbox",
    help="A private inbox for coaches and their clients.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
client_app = typer.Typer(help="The clients of a coach.", no_args_is_help=True)
app.add_typer(client_app, name="client")
app.add_typer(mailing.sender_app, name="sender")
app.add_typer(mailing.rule_app, name="rule")
app.add_typer(notice_app, name="notice")
app.add_typer(agreeing.agreement_app, name="agreement")
app.add_typer(reporting.report_app, name="report")
app.add_typer(reopening.reopening_app, name="reopening")
client_app.command("reopen")(reopening.reopen)
app.add_typer(recording.note_app, name="note")
app.add_typer(recording.call_app, name="call")
for command in (
    agreeing.close,
    agreeing.reopen,
    agreeing.extend,
    agreeing.shorten,
    agreeing.why,
    checking.check,
    replying.reply,
    reporting.sponsor,
    receipting.receipts,
    exporting.export,
    mailing.address,
    mailing.confirm,
    webbing.verify_web,
    webbing.web,
):
    app.command()(command)

SheetFile = Annotated[
    Path | None, typer.Option("--sheet", metavar="FILE", help="Write the recovery sheet to this file.")
]


# --- beginning ----------------------------------------------------------------------------------------------


@app.command()
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


@app.command()
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


# --- clients ------------------------------------------------------------------------------------------------


@client_app.command("invite")
def client_invite(  # noqa: PLR0913, PLR0917 (each fact of an agreement has an option)
    name: Annotated[str, typer.Option("--name", help="The client's name.")],
    welcome: Annotated[str, typer.Option("--welcome", help="What the client reads first.")] = "",
    work_ends: Annotated[
        str | None, typer.Option("--work-ends", metavar="DATE", help="The last day of work, as 2027-02-28.")
    ] = None,
    hold: Annotated[
        int | None, typer.Option("--hold", metavar="DAYS", min=0, help="Days that all is held after it.")
    ] = None,
    refuse: Annotated[
        list[str] | None,
        typer.Option("--refuse", metavar="DOMAIN", help="A work mail domain; may be repeated."),
    ] = None,
    longest_keep: Annotated[
        str | None,
        typer.Option("--longest-keep", metavar="DAYS", help="The longest for one message: 30d."),
    ] = None,
    recall: Annotated[
        bool, typer.Option("--recall/--no-recall", help="Whether an author may take back for both.")
    ] = True,
    sponsor: Annotated[str | None, typer.Option("--sponsor", metavar="NAME", help="Who pays.")] = None,
    sponsor_sees: Annotated[
        str | None, typer.Option("--sponsor-sees", metavar="TEXT", help="What the sponsor is shown.")
    ] = None,
    place: Annotated[
        list[str] | None,
        typer.Option("--place", metavar="TEXT", help="Where it is kept; may be repeated."),
    ] = None,
    phone: Annotated[
        list[str] | None,
        typer.Option("--phone", metavar="NUMBER", help="A personal telephone number; may be repeated."),
    ] = None,
    read_marks: Annotated[
        bool, typer.Option("--read-marks/--no-read-marks", help="Whether each sees what was read.")
    ] = False,
    agreement: Annotated[
        Path | None, typer.Option("--agreement", metavar="FILE", help="An agreement of your own.")
    ] = None,
    account: AccountName = None,
    password_fd: PasswordFd = None,
) -> None:
    """Invite a client; prints the link, and a code that can be read out in its place."""
    template = read_template(agreement) if agreement else None
    with opened(account, password_fd) as me:
        made = me.invite(
            name,
            welcome=welcome,
            work_ends=parse_day(work_ends) if work_ends else None,
            hold=timedelta(days=hold) if hold is not None else None,
            longest_keep=days(longest_keep),
            recall=recall,
            refuse=tuple(refuse or ()),
            sponsor=sponsor,
            sponsor_sees=sponsor_sees,
            places=tuple(place) if place else None,
            phones=tuple(phone) if phone else None,
            read_marks=read_marks,
            agreement=template,
        )
        code = me.invitation_code(made.engagement_id)
    tell(made.link)
    say(f"By voice: {made.link.partition('#')[0]} then {code}")
    say("Send it from your own phone to theirs, not to a work address.")
    say(f"Good until {instant_in_words(made.expires_at, now())}. Used only when they finish.")


@client_app.command("list")
def client_list(as_json: AsJson = False, account: AccountName = None, password_fd: PasswordFd = None) -> None:
    """List clients, invited ones too."""
    with opened(account, password_fd) as me:
        me.settle()
        code = _show_engagements(me, as_json)
    raise typer.Exit(code)


@client_app.command("show")
def client_show(
    who: OneWho, as_json: AsJson = False, account: AccountName = None, password_fd: PasswordFd = None
) -> None:
    """Show one client: what is here, what goes when, what waits."""
    with opened(account, password_fd) as me:
        me.settle()
        summary = me.engagement(who).summary()
        if as_json:
            show.show_json("engagement", show.engagement_json(summary))
        else:
            show.show_whole(summary, now())


def _show_engagements(me: Account, as_json: bool) -> int:
    """Write every engagement and what goes next; one that fails stops none of the others."""
    code, shown = exits.DONE, []
    for engagement in me.engagements():
        try:
            summary = engagement.summary()
        except RelayError as error:
            say(f"{engagement.name}: {error}")
            code = exits.PARTLY
            continue
        shown.append(summary)
        if as_json:
            show.show_json("engagement", show.engagement_json(summary))
        else:
            show.show_engagement(summary, now())
            _say_news(engagement, active=summary.state in {"active", "held"})
    if not as_json:
        show.show_next(shown, now())
    return code


def _say_news(engagement: Engagement, *, active: bool) -> None:
    """Say what has left since somebody was last told, and what unread goes soon."""
    if not active:
        return
    for line in show.gone_lines(engagement.gone(new=True), engagement.name, now()):
        say(line)
    for reminder in engagement.reminders():
        say(show.reminder_line(reminder.count, reminder.going_at, engagement.name, now()))


# --- writing ------------------------------------------------------------------------------------------------


@app.command()
def send(
    who: Annotated[str, typer.Argument(help="A name, a part of it, or a number.")],
    text: Annotated[
        str | None, typer.Argument(metavar="[TEXT|-]", help="The text; - or nothing reads standard input.")
    ] = None,
    subject: Annotated[str, typer.Option("-s", "--subject", help="The subject.")] = "",
    attach: Annotated[
        list[Path] | None, typer.Option("-a", "--attach", metavar="FILE", help="A file; may be repeated.")
    ] = None,
    keep: Annotated[
        str | None, typer.Option("--keep", metavar="TIME", help="How long: 30d, 12h, 2m, 90s, or a day.")
    ] = None,
    as_json: AsJson = False,
    account: AccountName = None,
    password_fd: PasswordFd = None,
) -> None:
    """Send a message."""
    files = [Attachment.from_path(path) for path in attach or ()]
    until = keep_for(keep)
    body = _text(text, has_files=bool(files))
    with opened(account, password_fd) as me:
        engagement = me.engagement(who)
        with shown_progress("Files") as on_progress:
            sent = engagement.send(
                subject=subject,
                text=body,
                attach=files,
                keep=until,
                on_progress=on_progress if files else None,
            )
        if as_json:
            show.show_json("sent", show.sent_json(sent))
        else:
            show.show_sent(sent, engagement.name, now())
    raise typer.Exit(exits.PARTLY if sent.waiting else exits.DONE)


def _text(typed: str | None, *, has_files: bool) -> str:
    """Return the text: as typed, or read to the end; files may go without one."""
    return "" if typed is None and has_files else typed_text(typed)


@app.command()
def recall(
    who: Annotated[str, typer.Argument(help="A name, a part of it, or a number.")],
    number: Annotated[str, typer.Argument(metavar="ID", help="The message's number, or its beginning.")],
    account: AccountName = None,
    password_fd: PasswordFd = None,
) -> None:
    """Take back a message that you wrote, for both."""
    with opened(account, password_fd) as me:
        me.engagement(who).recall(number)
    tell("Taken back. It is gone for both of you.")


# --- reading ------------------------------------------------------------------------------------------------


@app.command()
def read(
    who: Who = None,
    unread: Annotated[bool, typer.Option("--unread", help="Only what you have not read here.")] = False,
    as_json: AsJson = False,
    save: Annotated[Path | None, typer.Option("--save", metavar="DIR", help="Save the files here.")] = None,
    with_text: Annotated[bool, typer.Option("--show", help="Print the text as well.")] = False,
    account: AccountName = None,
    password_fd: PasswordFd = None,
) -> None:
    """List messages, newest first. With --show or --json the texts too, which then count as read."""
    with opened(account, password_fd) as me:
        me.settle()
        meant = [me.engagement(who)] if who else [one for one in me.engagements() if one.active]
        code = exits.DONE
        if not meant:
            say("Nobody here yet.")
        for engagement in meant:
            try:
                _read_one(engagement, unread=unread, as_json=as_json, save=save, text=with_text or as_json)
                if not as_json:
                    _say_news(engagement, active=engagement.active)
            except RelayError as error:
                if who:
                    raise
                say(f"{engagement.name}: {error}")
                code = exits.PARTLY
    raise typer.Exit(code)


def _read_one(engagement: Engagement, *, unread: bool, as_json: bool, save: Path | None, text: bool) -> None:
    newest, count = None, 0
    for message in engagement.messages(unread=unread, mark=text):
        newest, count = newest or message, count + 1
        mail = message.mail.open() if message.mail and (text or save) else None
        saved = _save(message, mail, save) if save else []
        if as_json:
            show.show_json("message", show.message_json(message, mail, saved, text=text))
        else:
            show.show_message(message, mail, saved, text=text, now=now())
    if newest is None:
        say(f"Nothing{' new' if unread else ''} from {engagement.name}.")
    elif text:
        engagement.mark_read(newest)
    else:
        say("Add --show to print the text.")


def _save(message: Any, mail: Any, folder: Path) -> list[Path]:
    """Save the files of a message or of a mail."""
    if mail is not None:
        import secrets

        return [one.save_to(folder, secrets.token_bytes) for one in mail.attachments]
    saved = []
    for one in message.attachments:
        with shown_progress(one.name) as on_progress:
            saved.append(one.save_to(folder, on_progress=on_progress))
    return saved


@app.command()
def watch(
    who: Who = None,
    as_json: AsJson = False,
    with_text: Annotated[bool, typer.Option("--show", help="Print the text as well.")] = False,
    account: AccountName = None,
    password_fd: PasswordFd = None,
) -> None:
    """Print what happens as it happens, until interrupted."""
    with opened(account, password_fd) as me:
        only = me.engagement(who).id if who else None
        say("Watching. Ctrl-C ends it.")
        for event in me.watch():
            if only in (None, event.engagement_id):
                _show_event(me, event, as_json=as_json, text=with_text)


def _show_event(me: Account, event: Any, *, as_json: bool, text: bool) -> None:
    name = me.engagement(event.engagement_id).name
    if event.message is not None:
        mail = event.message.mail.open() if event.message.mail and text else None
        if as_json:
            show.show_json("message", show.message_json(event.message, mail, [], text=text))
        else:
            show.show_message(event.message, mail, [], text=text, now=now())
        if text:
            me.engagement(event.engagement_id).acknowledge(event.message)
    elif as_json:
        show.show_json(event.kind, show.event_json(event))
    elif event.kind == "reminder":
        tell(show.reminder_line(event.count, event.at, name, now()))
    elif event.reason == "unread":
        tell(show.unread_line(name, event.at.date() if event.at else None, now()))
    else:
        tell(EVENTS[event.kind].format(name=name))


EVENTS: Final = {
    "gone": "{name}: a message is gone, as agreed.",
    "unreadable": "{name}: something came that did not pass the checks; it is not shown.",
    "joined": "{name} has accepted.",
    "replied": "{name} has replied to the invitation: mailbox client list",
}


# --- the rest -----------------------------------------------------------------------------------------------


@app.command()
def status(as_json: AsJson = False, account: AccountName = None, password_fd: PasswordFd = None) -> None:
    """Who you are here, what waits, what goes next."""
    with opened(account, password_fd) as me:
        me.settle()
        if as_json:
            tell_json("account", login=me.login, origin=me.origin, name=me.my_name)
        else:
            tell(f"{me.my_name} at {me.origin.partition('://')[2]}  ({me.login})")
        code = _show_engagements(me, as_json)
        if not as_json and not me.engagements():
            say("Nobody here yet. Begin with `mailbox client invite --name NAME`.")
    raise typer.Exit(code)


@app.command()
def keepers(account: AccountName = None, as_json: AsJson = False, password_fd: PasswordFd = None) -> None:
    """Who holds the keys of the days. Without those who are needed nothing opens here."""
    with opened(account, password_fd) as me:
        for one in me.keepers():
            if as_json:
                tell_json("keeper", fingerprint=one.fingerprint, required=one.required, compared=one.compared)
            else:
                tell(f"{one.fingerprint}  {one.words}")


@app.command()
def lock(account: AccountName = None, password_fd: PasswordFd = None) -> None:
    """Take this computer's way in away. Only the password or the sheet opens the inbox here again."""
    with opened(account, password_fd) as me:
        me.lock()
    say("Locked.")


@app.command()
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


@app.command("help")
def help_topic(
    topic: Annotated[str, typer.Argument(metavar="TOPIC", help="exit-codes, environment or formats.")],
) -> None:
    """Print a page on a topic."""
    from client_sdk.cli.topics import TOPICS

    if topic not in TOPICS:
        raise Misused("There is no page on that.", hint="There are: " + ", ".join(TOPICS))
    for line in TOPICS[topic].splitlines():
        tell(line)
