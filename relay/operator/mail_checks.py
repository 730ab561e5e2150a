"""What `relay doctor` looks at in outgoing mail: where it goes, that a notice says nothing of anybody, and
whether notices wait in vain. Owns these checks; sends nothing, and shows nothing of a person.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator
from email.message import EmailMessage
from typing import Final

from relay.config import Settings
from relay.core.telling import LINK, Pending, notice_text
from relay.notify.letter import compose
from relay.operator.findings import FINE, WARNING, WRONG, Finding

SUBJECT: Final = "A short note"
PHRASE: Final = "blue heron on the lake"
RECIPIENT: Final = "somebody@home.example"
EVERY_PENDING: Final = tuple(Pending(bits) for bits in range(16))
TRIED_IN_VAIN: Final = 3
HEADERS: Final = frozenset(
    {"from", "to", "subject", "date", "message-id", "auto-submitted", "mime-version", "content-type"}
    | {"content-transfer-encoding"}
)

_TOTALS: Final = "SELECT state, count(*) FROM notice_channels GROUP BY state"
_IN_VAIN: Final = "SELECT count(*) FROM notice_channels WHERE due_at>0 AND attempts>=?"


def examine_mail_out(reader: sqlite3.Connection, settings: Settings) -> Iterator[Finding]:
    """All checks."""
    yield _way(settings)
    yield _notices(settings)
    yield _channels(reader)


def faults_of(message: EmailMessage, names: Iterable[str]) -> set[str]:
    """What a notice must not have: a number, a link, a name of these, a header more; or lacks: the phrase."""
    text = str(message.get_content())
    said = f"{message['Subject']}\n{text}"
    faults = {
        "a number": re.search(r"\d", said) is not None,
        "a link": LINK.search(said) is not None,
        "a name": any(name.lower() in said.lower() for name in names if name),
        "another header": not {name.lower() for name in message} <= HEADERS,
        "no phrase": PHRASE not in text,
    }
    return {fault for fault, is_so in faults.items() if is_so}


def _way(settings: Settings) -> Finding:
    if settings.mail.out == "smarthost":
        return Finding("mail out", "way", FINE, f"handed to the smarthost, TLS {settings.mail.tls}")
    if settings.smtp.listen.loopback:
        return Finding("mail out", "way", FINE, "caught in a folder, for trying out")
    told = "caught in a folder: no code and no notice reaches anybody"
    return Finding("mail out", "way", WARNING, told, '[mail] out = "smarthost"')


def _notices(settings: Settings) -> Finding:
    """Every notice there can be, made as it would be sent."""
    made = [
        compose(settings.mail_from, RECIPIENT, SUBJECT, notice_text(pending, PHRASE), 0)
        for pending in EVERY_PENDING
    ]
    names = (settings.relay.name, settings.smtp.domain, RECIPIENT)
    faults = set[str]().union(*(faults_of(one, names) for one in made))
    if faults:
        return Finding("mail out", "notice", WRONG, f"a notice has {', '.join(sorted(faults))}")
    return Finding("mail out", "notice", FINE, "no name, no number, no link; the phrase is there")


def _channels(reader: sqlite3.Connection) -> Finding:
    try:
        totals = dict(reader.execute(_TOTALS).fetchall())
        (in_vain,) = reader.execute(_IN_VAIN, (TRIED_IN_VAIN,)).fetchone()
    except sqlite3.OperationalError:
        return Finding("mail out", "channels", WARNING, "the database is an older release's", "relay serve")
    told = f"{totals.get('confirmed', 0)} people are told, {totals.get('broken', 0)} addresses take no mail"
    if in_vain:
        told += f", {in_vain} notices were refused for now {TRIED_IN_VAIN} times or more"
        return Finding("mail out", "channels", WARNING, told, "see what the smarthost has against this relay")
    return Finding("mail out", "channels", FINE, told)
