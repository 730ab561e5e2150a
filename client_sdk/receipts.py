"""Receipts: what the relay has signed of taking and removing things, fetched, checked and kept as a file.

Owns the shape in which programs see a receipt, and the making of the file of receipts. Every receipt is
verified before it is given out: signature, chain and leaves; one that fails is given out as not sound, never
as good. (docs/protocol.md, part 16.)
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, Literal

from client_sdk import own_copies, protocol
from client_sdk.core import Core
from client_sdk.errors import Incompatible, Misused, NotFound
from client_sdk.loghead import LogHead
from client_sdk.messages import instant
from keys.copies_gone import CopiesGone
from keys.encoding import to_base64url
from keys.errors import Malformed
from keys.log import parse_checkpoint
from keys.names import DAY_SECONDS
from keys.notes import open_note
from keys.receipt_check import FileVerdict, ReceiptVerdict, Verdict, check_receipt_file
from keys.receipt_file import FiledCopies, FiledReceipt, ReceiptFile, ReceiptKeys
from keys.receipts import DOES_NOT_PROVE, Acceptance, Closing, Deletion, mailbox_pseudonym
from keys.receipts import Receipt as Signed

MOST_PAGES: Final = 1_000
Words = dict[bytes, list[tuple[bytes, CopiesGone]]]
"""By engagement what the other person has said of their own copies, signed, and what it means."""
KINDS: Final[dict[type[Signed], Literal["acceptance", "deletion", "closing"]]] = {
    Acceptance: "acceptance",
    Deletion: "deletion",
    Closing: "closing",
}


@dataclass(frozen=True, slots=True)
class Receipt:
    """One receipt of mine.

    `kind` is acceptance, deletion or closing, empty where not even the signature holds. `number` counts the
    receipts of one mailbox. `on` is when it was re-checked, for an acceptance the day on which things came.
    `asked`, `removed` and `left` count things (messages and files); of an acceptance `asked` are those taken.
    `sound` says that signature, chain and leaves hold, `logged` that the log holds it too.
    """

    kind: Literal["acceptance", "deletion", "closing", ""]
    engagement_id: str
    number: int
    on: datetime | None
    asked: int = 0
    removed: int = 0
    left: int = 0
    messages: int = 0
    files: int = 0
    promised: datetime | None = None
    keys_until: datetime | None = None
    backups_until: datetime | None = None
    sound: bool = False
    logged: bool = False
    note: str = field(default="", repr=False)
    their_copies_gone: datetime | None = None
    """When, by the other person's own signed word, everything due by then was gone from their computer."""

    @property
    def not_covered(self) -> str:
        """What a receipt does not prove, in its own words."""
        return "" if self.kind == "acceptance" else DOES_NOT_PROVE


class Receipts:
    """The receipts of an open account."""

    def __init__(self, core: Core, head: LogHead) -> None:
        self._core = core
        self._head = head

    @property
    def keys(self) -> ReceiptKeys:
        """Whose word counts: the keys pinned with the invitation."""
        pins = self._core.vault.pins
        host = self._core.session.origin.partition("://")[2]
        return ReceiptKeys(host, pins.relay_public, pins.log_public)

    async def of(self, engagement_id: bytes | None) -> list[Receipt]:
        """Return the receipts of one engagement, or of all, oldest first, each verified."""
        words = await self._heard()
        raw = await self._file(engagement_id, words)
        names = self._engagements()
        return [
            with_word(shown(one, filed.note, names), words)
            for one, filed in zip(
                check_receipt_file(raw.encode(), self.keys).receipts, raw.receipts, strict=True
            )
        ]

    async def file(self, engagement_id: bytes | None) -> ReceiptFile:
        """Return the file of receipts, with the proofs that the log holds them."""
        return await self._file(engagement_id, await self._heard())

    async def _heard(self) -> Words:
        """What others say of their own copies; a relay that passes none on has none."""
        try:
            return await own_copies.heard(self._core)
        except NotFound:
            return {}

    def _said(self, engagement_id: bytes | None, words: Words) -> tuple[FiledCopies, ...]:
        return tuple(
            FiledCopies(own_copies.identity_of(self._core.item(one)), statement)
            for one, said in words.items()
            if engagement_id in (None, one)
            for statement, _ in said
        )

    async def _file(self, engagement_id: bytes | None, words: Words) -> ReceiptFile:
        said = self._said(engagement_id, words)
        await self._head.refresh(0)
        receipts = [one async for one in self._all() if self._is_of(one, engagement_id)]
        note = self._head.note
        if not note:
            return ReceiptFile(self.keys, tuple(receipts), own_copies=said)
        text = open_note(note, f"{self.keys.host}/log", self.keys.log_public)
        size = parse_checkpoint(text).size
        wanted = sorted({one.batch.index for one in receipts if one.batch and one.batch.index < size})
        proofs = {
            index: await self._core.session.call(protocol.records.inclusion(index, size)) for index in wanted
        }
        return ReceiptFile(self.keys, tuple(receipts), note, proofs, said)

    async def _all(self) -> AsyncIterator[FiledReceipt]:
        after = 0
        for _ in range(MOST_PAGES):
            page = await self._core.session.call(protocol.records.receipts(after))
            for one in page.receipts:
                if one.order <= after:
                    raise Incompatible
                after = one.order
                yield one
            if not page.more or not page.receipts:
                return

    def _is_of(self, filed: FiledReceipt, engagement_id: bytes | None) -> bool:
        if engagement_id is None:
            return True
        names = self._engagements()
        return any(f"\nmailbox: {name}\n" in filed.note for name in _written(names, engagement_id))

    def _engagements(self) -> dict[bytes, bytes]:
        """My mailboxes' names in receipts, and the engagement of each."""
        found: dict[bytes, bytes] = {}
        for item in self._core.vault.engagements:
            for mailbox_id in (item.my_mailbox_id, item.notes_mailbox_id):
                if any(mailbox_id):
                    found[mailbox_pseudonym(mailbox_id)] = item.engagement_id
        return found


def _written(names: dict[bytes, bytes], engagement_id: bytes) -> list[str]:
    return [to_base64url(name) for name, one in names.items() if one == engagement_id]


def shown(verdict: ReceiptVerdict, note: str, engagements: dict[bytes, bytes]) -> Receipt:
    """Return a receipt as programs see it."""
    signed = verdict.receipt
    if signed is None:
        return Receipt("", "", 0, None, note=note)
    of = engagements.get(signed.mailbox, b"").hex()
    logged = verdict.logged is Verdict.GOOD
    if isinstance(signed, Acceptance):
        on = instant(signed.day * DAY_SECONDS)
        return Receipt(
            "acceptance",
            of,
            signed.number,
            on,
            asked=signed.count,
            sound=verdict.sound,
            logged=logged,
            note=note,
        )
    return Receipt(
        kind=KINDS[type(signed)],
        engagement_id=of,
        number=signed.number,
        on=instant(signed.done_at),
        asked=signed.asked,
        removed=signed.removed,
        left=signed.left,
        messages=signed.envelopes,
        files=signed.files,
        promised=instant(signed.due_last if isinstance(signed, Deletion) else signed.hold_ended_at),
        keys_until=instant(signed.keys_until),
        backups_until=instant(signed.backups_until),
        sound=verdict.sound,
        logged=logged,
        note=note,
    )


def with_word(receipt: Receipt, words: Words) -> Receipt:
    """Add the other person's word to a receipt of something that is gone."""
    if receipt.promised is None:
        return receipt
    of = words.get(bytes.fromhex(receipt.engagement_id), [])
    gone_at = own_copies.gone_at(of, int(receipt.promised.timestamp()))
    return replace(receipt, their_copies_gone=None if gone_at is None else instant(gone_at))


def check_file(raw: bytes, pinned: ReceiptKeys | None = None) -> FileVerdict:
    """Check a file of receipts without any relay; against `pinned`, else against the file's own keys."""
    try:
        return check_receipt_file(raw, pinned)
    except Malformed as cause:
        raise Misused(
            "That is not a file of receipts.", hint="Save one with: mailbox receipts --save FILE"
        ) from cause
