"""Mailing: mail that came in by SMTP, as its owner deals with it in one engagement.

Owns the owner's word on mail that its server alone vouches for ("was it you?"), and waiting for what comes
next at the door. Must never take a word on a mail that was not in doubt, and never lose a word that another
device has taken. (docs/protocol.md, part 18.)
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final

from client_sdk import protocol
from client_sdk.core import Core
from client_sdk.errors import Deleted, Misused
from client_sdk.intake import Intake
from client_sdk.mail_grade import MailGrade
from client_sdk.showing import AsyncMessage, Showing
from client_sdk.standing import Standing
from client_sdk.state_mailboxes import Seen
from client_sdk.taken import Taken
from client_sdk.vault import Change, Changes, Vault
from keys.content import ContentKind, parse_door_facts
from keys.mailin import MOST_VERDICTS, Verdict, encode_verdicts
from keys.names import ID_BYTES

LOOK_SECONDS: Final = 2.0


class Mailing:
    """The mail of one engagement's mailbox."""

    def __init__(self, core: Core, standing: Standing, intake: Intake, showing: Showing) -> None:
        self._core = core
        self._standing = standing
        self._intake = intake
        self._showing = showing

    async def judge(self, seen: Seen, verdict: Verdict) -> None:
        """Write down what the owner says of a mail of grade 3. One that is not theirs goes from their inbox.

        May be repeated and taken back while the mail is there. Misused for anything else than such a mail.
        """
        row = await self._intake.one(seen.row_order)
        if not isinstance(row, Taken):
            raise Deleted
        content = row.opened.content
        if content.kind is not ContentKind.MAIL or parse_door_facts(content.fixed).grade != MailGrade.SERVER:
            raise Misused(
                "That is no mail of which you are asked whether it was you.",
                hint="Only mail that its server alone vouches for is in doubt.",
            )
        await self._core.records.change(lambda vault: self._changes(vault, seen, verdict))
        if verdict is Verdict.NOT_MINE:
            await self._core.session.call(
                protocol.envelopes.expire_own(self._intake.mailbox_id, (seen.envelope_id,))
            )
            self._core.state.mailboxes.leave(
                self._intake.mailbox_id, seen.envelope_id, seen.row_order, seen.expires_at, reason="own-copy"
            )

    def _changes(self, vault: Vault, seen: Seen, verdict: Verdict) -> Changes:
        engagement_id, start = self._standing.engagement_id, seen.content_id[:ID_BYTES]
        verdicts = dict(vault.verdicts(engagement_id))
        if verdicts.get(start) is verdict:
            return {}
        if len(verdicts) >= MOST_VERDICTS:
            verdicts = self._of_what_is_here(verdicts)
        plain = encode_verdicts(verdicts | {start: verdict})
        return {f"mailin/{engagement_id.hex()}": Change(plain, self._standing.kept_until())}

    def _of_what_is_here(self, verdicts: Mapping[bytes, Verdict]) -> dict[bytes, Verdict]:
        """Leave out words on mail that has gone: they are not needed any more."""
        here = {
            one.content_id[:ID_BYTES] for one in self._core.state.mailboxes.all_seen(self._intake.mailbox_id)
        }
        return {start: verdict for start, verdict in verdicts.items() if start in here}

    async def next(self, order: int) -> AsyncMessage:
        """Wait for the first mail, or notice of a refused one, above an order; the caller bounds the wait."""
        while True:
            async for page in self._intake.after(order):
                order, read = page[-1].order, self._showing.read_marks()
                for result in page:
                    message = self._showing.message(result, read)
                    if message is not None and (message.mail is not None or message.refused):
                        return message
            await asyncio.sleep(LOOK_SECONDS)
