"""Reading: the messages of one engagement, listed, found by what somebody typed, and followed.

Owns the order in which messages come, and the moment at which one counts as shown or read. Must never give
out a message before everything that is new was taken in: a date may have moved, or it may have been taken
back.
"""

from __future__ import annotations

import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any, Final

from client_sdk.attending import Attending
from client_sdk.core import Core
from client_sdk.errors import Misused, NotFound, RelayError
from client_sdk.intake import NEWEST, Intake
from client_sdk.messages import Message
from client_sdk.once_opened import OnceOpened
from client_sdk.showing import AsyncMessage, Showing
from client_sdk.state_mailboxes import REPLACED, Seen
from client_sdk.taken import Bad, Gone, Result, Taken

log = logging.getLogger("client_sdk")

ID_SIGNS: Final = 32
LEAST_ID_SIGNS: Final = 6


class Reading:
    """Reads one engagement's mailbox. `keep_up` takes in what is new and follows what was signed."""

    def __init__(
        self,
        core: Core,
        intake: Intake,
        showing: Showing,
        attending: Attending,
        once_opened: OnceOpened,
        keep_up: Callable[[], Awaitable[None]],
    ) -> None:
        self._core = core
        self._intake = intake
        self._showing = showing
        self._attending = attending
        self._once_opened = once_opened
        self._keep_up = keep_up

    async def messages(self, *, unread: bool, mark: bool) -> AsyncIterator[AsyncMessage]:
        """Yield messages, newest first; see `AsyncEngagement.messages`."""
        await self._keep_up()
        read = self._showing.read_marks()
        newest = self._core.state.mailboxes.taken_order(self._intake.mailbox_id)
        shown: list[bytes] = []
        due: list[Taken] = []
        try:
            async for page in self._intake.before(NEWEST):
                taken = _newest_first(page)
                opened = await self._attending.opened(taken)
                for result in taken:
                    message = self._showing.message(result, read, opened)
                    if message is not None and (message.unread or not unread):
                        shown.append(result.opened.content_id)
                        due += [result] if self._once_opened.date_of(result) else []
                        yield message
                if unread and page[-1].order <= read.all_read_to:
                    break
        finally:
            if mark:
                await self._attending.acknowledge(shown)
                await self._once_opened.settle(due)
        if unread and mark:
            await self._attending.read_up_to(newest)

    async def since(self, order: int) -> AsyncIterator[tuple[int, AsyncMessage | Gone | Bad | None]]:
        """Yield what stands above an order, with its order; None for what is not for showing."""
        async for page in self._intake.after(order):
            read = self._showing.read_marks()
            for result in page:
                shown = self._showing.message(result, read)
                replaced = isinstance(result, Gone) and result.reason == REPLACED
                yield result.order, result if isinstance(result, Gone | Bad) and not replaced else shown

    async def one(self, wanted: str) -> AsyncMessage:
        """Return the message whose id begins so, which then counts as shown. NotFound, Deleted."""
        seen = await self.find(wanted)
        result = await self._intake.one(seen.row_order)
        if isinstance(result, Taken) and await self._once_opened.settle([result]):
            result = await self._intake.one(seen.row_order)
        opened = await self._attending.opened([result] if isinstance(result, Taken) else [])
        message = self._showing.message(result, self._showing.read_marks(), opened)
        if message is None:
            raise self._attending.absent(seen)
        await self._attending.acknowledge([seen.content_id])
        return message

    async def find(self, wanted: str) -> Seen:
        """Find what was taken in by the beginning of its id. NotFound, Deleted."""
        await self._keep_up()
        low, high = _between(wanted)
        found = self._core.state.mailboxes.seen_between(self._intake.mailbox_id, low, high)
        if len(found) > 1:
            raise NotFound("That could be several messages.")
        if not found:
            raise self._attending.deleted(low, high)
        return found[0]

    async def acknowledge(self, message: Message[Any, Any]) -> None:
        """Tell the relay that a message was shown. Never fails for the relay."""
        low, high = _between(message.id)
        found = self._core.state.mailboxes.seen_between(self._intake.mailbox_id, low, high)
        await self._attending.acknowledge([one.content_id for one in found])
        if message.days_after_opening is not None and not message.mine:
            await self._settle(found)

    async def _settle(self, found: Sequence[Seen]) -> None:
        try:
            results = [await self._intake.one(one.row_order) for one in found]
        except RelayError as cause:
            log.info("dates were not brought forward: %s", cause.code)
            return
        await self._once_opened.settle([one for one in results if isinstance(one, Taken)])


def _newest_first(page: list[Result]) -> list[Taken]:
    """Return what opened of a page, the newest written first: what was sealed again has a later row."""
    taken = [result for result in page if isinstance(result, Taken)]
    return sorted(taken, key=lambda one: one.opened.content.created_at, reverse=True)


def _between(wanted: str) -> tuple[bytes, bytes]:
    """Return the lowest and highest id that begin as typed."""
    typed = wanted.strip().lower()
    if not re.fullmatch(rf"[0-9a-f]{{{LEAST_ID_SIGNS},{ID_SIGNS}}}", typed):
        raise Misused("A message's number has 6 to 32 signs of 0-9 and a-f.")
    low, high = (bytes.fromhex(typed.ljust(ID_SIGNS, fill)) for fill in "0f")
    return low, high
