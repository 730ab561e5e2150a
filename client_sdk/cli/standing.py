"""Standing: the commands that say how things stand: with each person, with this account, with the keepers.

Owns what is said of several engagements one after the other. Must never let one that fails keep the others
from being shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from client_sdk.cli import exits, show
from client_sdk.cli.opening import AccountName, AsJson, OneWho, PasswordFd, now, opened
from client_sdk.cli.terminal import say, tell, tell_json
from client_sdk.errors import RelayError

if TYPE_CHECKING:
    from client_sdk.sync import Account
    from client_sdk.sync_engagement import Engagement


def client_list(as_json: AsJson = False, account: AccountName = None, password_fd: PasswordFd = None) -> None:
    """List clients, invited ones too."""
    with opened(account, password_fd) as me:
        me.settle()
        code = _show_engagements(me, as_json)
    raise typer.Exit(code)


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
            say_news(engagement, active=summary.state in {"active", "held"})
    if not as_json:
        show.show_next(shown, now())
    return code


def say_news(engagement: Engagement, *, active: bool) -> None:
    """Say what has left since somebody was last told, and what unread goes soon."""
    if not active:
        return
    for line in show.gone_lines(engagement.gone(new=True), engagement.name, now()):
        say(line)
    for reminder in engagement.reminders():
        say(show.reminder_line(reminder.count, reminder.going_at, engagement.name, now()))


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


def keepers(account: AccountName = None, as_json: AsJson = False, password_fd: PasswordFd = None) -> None:
    """Who holds the keys of the days. Without those who are needed nothing opens here."""
    with opened(account, password_fd) as me:
        for one in me.keepers():
            if as_json:
                tell_json("keeper", fingerprint=one.fingerprint, required=one.required, compared=one.compared)
            else:
                tell(f"{one.fingerprint}  {one.words}")
