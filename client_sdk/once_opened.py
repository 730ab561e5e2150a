"""Once opened: messages that are to go so many days after their reader has opened them.

Owns for which messages that is so, and the act by which the reader's software brings their dates forward.
Must never do it where both have not signed read marks, since the date tells the writer on which day a message
was opened, nor where one alone cannot bring a date forward for both; and never to a copy that both keep
longer, or that was given back. (docs/protocol.md, part 6.)
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Final

from client_sdk.core import Core
from client_sdk.errors import Refused, RelayError
from client_sdk.shortening import Shortening
from client_sdk.standing import Standing
from client_sdk.state_mailboxes import MINE
from client_sdk.taken import Taken
from keys.content import date_after_opening
from keys.envelope import EnvelopeClass
from keys.names import DAY_SECONDS
from keys.policy import Policy

log = logging.getLogger("client_sdk")

MOST_AT_ONCE: Final = 100
"""How many messages one act names: each by a few envelope ids, of which an act has room for 1,024."""

_NO_READ_MARKS: Final = (
    "By such a date you see on which day a message was opened. So both sign read marks first, and that an "
    "author may take back."
)


def counts_from_opening(policy: Policy) -> bool:
    """Whether a date may be counted from the opening under a policy."""
    return policy.read_marks and policy.author_may_recall


def check_after_opening(policy: Policy, days: int | None) -> None:
    """Refuse to ask for what would not be done: Refused `no-read-marks`."""
    if days is not None and not counts_from_opening(policy):
        raise Refused("no-read-marks", hint=_NO_READ_MARKS)


class OnceOpened:
    """What follows from the opening of one engagement's messages."""

    def __init__(self, core: Core, standing: Standing, mailbox_id: bytes) -> None:
        self._core = core
        self._standing = standing
        self._shortening = Shortening(core, standing)
        self._mailbox_id = mailbox_id

    def days_of(self, taken: Taken) -> int | None:
        """Return how many days after its opening a message goes; None where nobody asked for that, or where
        it does not count.
        """
        days = taken.opened.content.days_after_opening
        if days is None or taken.opened.class_of_origin is not EnvelopeClass.MESSAGE or taken.given_back:
            return None
        seen = self._core.state.mailboxes.seen(self._mailbox_id, taken.opened.content_id)
        kept_longer = seen is not None and seen.since_act > 0
        return days if counts_from_opening(self._standing.terms.policy) and not kept_longer else None

    def date_of(self, taken: Taken) -> int | None:
        """Return the date that a message of the other person's gets by being opened now; None: it keeps its
        own.
        """
        days = None if taken.flags & MINE else self.days_of(taken)
        if days is None:
            return None
        date = date_after_opening(self._core.now(), days)
        return date if date < taken.expires_at else None

    async def settle(self, opened: Collection[Taken]) -> bool:
        """Bring the dates of messages forward that a person has opened, for both; returns whether any moved.

        What cannot be done now is done when the message is next opened. Never raises for the relay.
        """
        due: dict[int, list[Taken]] = defaultdict(list)
        for one in opened:
            if date := self.date_of(one):
                due[date].append(one)
        try:
            for date, found in due.items():
                for at in range(0, len(found), MOST_AT_ONCE):
                    await self._shorten(found[at : at + MOST_AT_ONCE], date)
        except RelayError as cause:
            log.info("dates were not brought forward: %s", cause.code)
            return False
        return bool(due)

    async def _shorten(self, found: Iterable[Taken], date: int) -> None:
        """Sign one act for several messages; it tells the day of opening, and not the second."""
        place = await self._standing.current()
        named = {one for taken in found for one in self._shortening.copies_of(taken, place)}
        today = self._core.now() // DAY_SECONDS * DAY_SECONDS
        await self._shortening.shorten(tuple(sorted(named)), date, issued_at=today)
