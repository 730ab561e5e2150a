"""Notices: how I am told by mail that something waits.

Owns the channel's requests (docs/protocol.md, parts 13 and 18) and the five dull subject lines that are
offered. A notice holds the subject line, the phrase, and nothing of anybody; the relay keeps both, sealed, so
that it can send them.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from client_sdk.errors import Misused
from client_sdk.wire import Call, Fields, Request, Response, get, nothing, send_json
from keys.encoding import load_json
from keys.errors import Malformed

if TYPE_CHECKING:
    from client_sdk.core import Core

ROUTE: Final = "/v1/notice-channel"
SUBJECTS: Final = ("A short note", "Reminder", "Something for later", "News", "When you have a moment")
WHEN: Final = ("at-once", "daily", "never")
STATES: Final = ("none", "waiting", "confirmed", "broken", "refused")
MOST_WORDS_SIGNS: Final = 60
CODE_DIGITS: Final = 8
MOST_OFFSET_MINUTES: Final = 840
_LINK: Final = re.compile(r"://|@|www\.|[^\W_]\.[^\W\d_]{2,}", re.IGNORECASE)
"""What mail software would make a link; the relay refuses it too."""


@dataclass(frozen=True, slots=True)
class NoticeChannel:
    """How I am told. `state`: none; waiting for the code; confirmed; broken (mail there came back); refused
    (a work address by now). `warnings`: also before something unread goes. Hours are whole, by a clock that
    is `offset_minutes` ahead of UTC; `hour` is for daily notices and warnings; equal quiet hours are none.
    """

    state: str
    address: str = field(repr=False)
    subject: str = field(repr=False)
    phrase: str = field(repr=False)
    when: str
    warnings: bool
    hour: int
    quiet_from: int
    quiet_until: int
    offset_minutes: int

    @property
    def words(self) -> str:
        """The state in a sentence."""
        return _STATES_TOLD[self.state]


_STATES_TOLD: Final = {
    "none": "You are not told by mail.",
    "waiting": "A code is on its way to this address; nothing is sent there before it is confirmed.",
    "confirmed": "Notices go to this address.",
    "broken": "Mail to this address came back, so nothing more is sent there. Set it again, or another.",
    "refused": "This is a work address by now, so nothing more is sent there. Choose a personal one.",
}


def local_offset_minutes(now: int) -> int:
    """How far this computer's clock is ahead of UTC at an instant."""
    return time.localtime(now).tm_gmtoff // 60


def asked(channel: NoticeChannel) -> dict[str, Any]:
    """What is put, checked as far as it can be here. Raises Misused."""
    from client_sdk.rules import mail_address  # with every request of mail: too much for five subject lines

    for words in (channel.subject, channel.phrase):
        if not 1 <= len(words) <= MOST_WORDS_SIGNS or not words.isprintable() or words != words.strip():
            raise Misused("Subject line and phrase have 1 to 60 characters, on one line.")
        if _LINK.search(words):
            raise Misused("Subject line and phrase hold no link and no address.")
    if channel.when not in WHEN:
        raise Misused("Notices come at-once, daily or never.")
    if not all(0 <= hour <= 23 for hour in (channel.hour, channel.quiet_from, channel.quiet_until)):
        raise Misused("Hours are 0 to 23.")
    return {
        "address": mail_address(channel.address),
        "subject": channel.subject,
        "phrase": channel.phrase,
        "when": channel.when,
        "warnings": channel.warnings,
        "hour": channel.hour,
        "quiet_from": channel.quiet_from,
        "quiet_until": channel.quiet_until,
        "offset_minutes": channel.offset_minutes,
    }


async def show(core: Core) -> NoticeChannel:
    """What is set."""
    return await core.session.call(get(ROUTE, _channel))


async def put(core: Core, channel: NoticeChannel) -> NoticeChannel:
    """Set it all."""
    return await core.session.call(send_json("PUT", ROUTE, asked(channel), _channel, repeatable=False))


async def change(
    core: Core, address: str | None, quiet: tuple[int, int] | None, given: Mapping[str, Any]
) -> NoticeChannel:
    """Set what is given and not None, and leave the rest; hours are by this computer's clock."""
    before = await show(core)
    if before.state == "none":
        if address is None or given["phrase"] is None:
            raise Misused("To be told by mail you give an address and a phrase.")
        before = replace(before, subject=SUBJECTS[0], when=WHEN[0], quiet_from=22, quiet_until=7)
    changed = {name: value for name, value in given.items() if value is not None}
    hours = quiet or (before.quiet_from, before.quiet_until)
    return await put(
        core,
        replace(
            before,
            address=address or before.address,
            quiet_from=hours[0],
            quiet_until=hours[1],
            offset_minutes=local_offset_minutes(core.now()),
            **changed,
        ),
    )


async def confirm(core: Core, code: str) -> NoticeChannel:
    """Confirm the address by its code."""
    digits = "".join(sign for sign in code if sign in "0123456789")
    if len(digits) != CODE_DIGITS:
        raise Misused("A code has eight digits.")
    fields = {"code": digits}
    return await core.session.call(send_json("POST", f"{ROUTE}/confirm", fields, _channel, repeatable=False))


async def test(core: Core) -> NoticeChannel:
    """Have one sent now. Misused where no address is confirmed."""
    channel = await show(core)
    if channel.state != "confirmed":
        raise Misused(channel.words)
    return await core.session.call(Call(Request("POST", f"{ROUTE}/test", repeatable=False), _channel))


async def stop(core: Core) -> None:
    """Forget it all."""
    await core.session.call(Call(Request("DELETE", ROUTE), nothing))


def _channel(response: Response) -> NoticeChannel:
    fields = Fields.of(response)
    offset_minutes = load_json(response.body).get("offset_minutes")
    if type(offset_minutes) is not int or abs(offset_minutes) > MOST_OFFSET_MINUTES:
        raise Malformed("offset_minutes")
    state, when = fields.text("state", 20), fields.text("when", 20)
    if state not in STATES or when not in WHEN:
        raise Malformed("state")
    return NoticeChannel(
        state=state,
        address=fields.text("address", 254),
        subject=fields.text("subject", MOST_WORDS_SIGNS),
        phrase=fields.text("phrase", MOST_WORDS_SIGNS),
        when=when,
        warnings=fields.flag("warnings"),
        hour=fields.whole("hour"),
        quiet_from=fields.whole("quiet_from"),
        quiet_until=fields.whole("quiet_until"),
        offset_minutes=offset_minutes,
    )
