"""Judging: what an opened content is beside all that is known: chains of statements, keys that were replaced,
what was given back, gaps before it.

Owns these answers as pure functions; who asks remembers. Must never open anything. (docs/protocol.md, part
14.)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from client_sdk.parties import Place
from client_sdk.receive import Unreadable, names_of
from client_sdk.state_writers import WriterHead
from client_sdk.terms import Terms
from keys.content import Content, ContentKind
from keys.envelope import EnvelopeClass
from keys.names import ZERO_HASH, envelope_id
from keys.reopening import SLACK_SECONDS
from keys.sealing import Opened
from keys.statement import Statement

OLD_KEY_SECONDS: Final = 2 * 86_400


def check_statements(
    opened: Opened, place: Place, mine: Mapping[bytes, Statement], theirs: Mapping[bytes, Statement]
) -> None:
    """Refuse a content that names a statement which the chains, from first to newest, do not hold."""
    content = opened.content
    chains = {place.me.fp: mine, place.other.fp: theirs}
    if content.sender_fp in chains and content.sender_statement_hash not in chains[content.sender_fp]:
        raise Unreadable("sender-statement")
    for recipient in content.recipients:
        if recipient.fp in chains and recipient.statement_hash not in chains[recipient.fp]:
            raise Unreadable("recipient-statement")


def statements_known(
    opened: Opened, place: Place, mine: Mapping[bytes, Statement], theirs: Mapping[bytes, Statement]
) -> bool:
    """Whether the chains at hand suffice to judge a content."""
    try:
        check_statements(opened, place, mine, theirs)
    except Unreadable:
        return False
    return True


def sealed_to_old_key(opened: Opened, place: Place) -> bool:
    """Whether a content was sealed to a statement of mine that had been replaced for over two days (P8)."""
    newest = place.me.statement
    named = [one.statement_hash for one in opened.content.recipients if one.fp == place.me.fp]
    late = opened.content.created_at > newest.card.issued_at + OLD_KEY_SECONDS
    return late and any(one != newest.hash for one in named)


def given_back_ids(opened: Opened, place: Place, terms: Terms) -> set[bytes]:
    """Return the ids under which a content may have been given back into an inbox that was reopened: one for
    each date that it has had.
    """
    reopened, content = terms.reopened, opened.content
    if reopened is None or content.created_at > reopened.core.issued_at + SLACK_SECONDS:
        return set()
    fps = (place.me.fp, place.other.fp, *terms.line)
    names = [name for fp in fps for name in names_of(opened, fp, terms, b"")]
    acts = (act for act in terms.acts if set(act.core.envelope_ids).intersection(names))
    ends = (end for _, end in terms.in_force.cuts)
    dates = {content.expires_at, *(act.core.date for act in acts), *ends}
    client, cid = terms.line[-1], opened.content_id
    return {envelope_id(EnvelopeClass.RESEALED, cid, client, date) for date in dates if date}


BROKEN: Final = 1 << 40
"""A gap that no number of expired messages explains: a count used twice, or a wrong hash of what came
before.
"""


def gap_before(content: Content, content_id: bytes, head: WriterHead | None) -> int:
    """Return how many contents of its writer are missing before this one; BROKEN where the chain is wrong.

    `head` is the furthest known of this writer. What is older than the head was counted when the head was.
    """
    if (content.count == 1) != (content.previous_id == ZERO_HASH):
        return BROKEN
    if head is None:
        return content.count - 1
    wrong_before = content.count == head.count + 1 and content.previous_id != head.content_id
    used_twice = content.count == head.count and content_id != head.content_id
    if wrong_before or used_twice:
        return BROKEN
    return max(0, content.count - head.count - 1)


SHOWN_KINDS: Final = frozenset({ContentKind.MESSAGE, ContentKind.MAIL, ContentKind.NOTICE})


def is_shown(opened: Opened) -> bool:
    """Whether a content is a message for people; the others are taken in silently."""
    return opened.content.kind in SHOWN_KINDS
