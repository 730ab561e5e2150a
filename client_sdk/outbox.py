"""Outbox: sealed messages on their way, byte for byte the same until the relay has acknowledged them.

Owns the order of sending and what becomes of a refusal. A message is on disk here, count and content id with
it, before the first byte leaves; after a restart the same bytes go out again, which the relay knows to be a
repetition. Must never seal again, never send a later message of an engagement before an earlier one, and
never hold text in clear. (docs/protocol.md, part 13, Deposit; rulings 10 and 19.)
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from client_sdk import errors, protocol
from client_sdk.attachment import Attachment
from client_sdk.attachments import Meter, OnProgress, SealedFile, seal_to_file, upload
from client_sdk.compose import Composed, Step
from client_sdk.core import Core
from client_sdk.frames import encode_groups
from client_sdk.home import FolderLock
from client_sdk.state_outgoing import Queued, SentLocks
from client_sdk.state_writers import WriterHead
from keys.blob import Attachment as Record
from keys.names import ZERO_HASH

log = logging.getLogger("client_sdk")

FOLDER: Final = "outbox"
FINAL: Final = (
    errors.RetentionExceeded,
    errors.EngagementClosed,
    errors.AgreementMissing,
    errors.TooLarge,
    errors.NotFound,
    errors.Conflict,
    errors.Refused,
)
"""What the relay decides for good, in its own words. After anything else a message goes on waiting."""
COMES_BACK: Final = frozenset({"blob-missing"})
"""Codes that sending all of it again mends: what was uploaded has gone, because its message came too late."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of a waiting message. `refusal` is None once it is stored."""

    content_id: bytes
    engagement_id: bytes
    expires_at: int
    refusal: errors.RelayError | None = None


class Outbox:
    """The waiting messages of an open account. `waits_for` has, by engagement, the code of what stopped
    them last.
    """

    def __init__(self, core: Core) -> None:
        self._core = core
        self._folder = core.folder / FOLDER
        self._lock = FolderLock(core.folder)
        self._sending = asyncio.Lock()
        self.waits_for: dict[bytes, str] = {}

    # --- in -------------------------------------------------------------------------------------------------

    async def seal_files(self, attachments: Sequence[Attachment], expires_at: int) -> tuple[Record, ...]:
        """Seal files into the outbox's folder, where they stay until their message is stored."""
        records: list[Record] = []
        try:
            for index, attachment in enumerate(attachments):
                records.append(await asyncio.to_thread(self._seal_file, attachment, index, expires_at))
        except BaseException:
            self.drop_files([record.blob_id for record in records])
            raise
        return tuple(records)

    def _seal_file(self, attachment: Attachment, name_index: int, expires_at: int) -> Record:
        fresh = self._folder / f"{self._core.random(16).hex()}.new"
        try:
            record = seal_to_file(attachment, fresh, name_index, expires_at, self._core.random)
            fresh.rename(self._path(record.blob_id))
        finally:
            fresh.unlink(missing_ok=True)
        return record

    def drop_files(self, blob_ids: Sequence[bytes]) -> None:
        """Take sealed files away."""
        for blob_id in blob_ids:
            self._path(blob_id).unlink(missing_ok=True)

    def _path(self, blob_id: bytes) -> Path:
        return self._folder / blob_id.hex()

    def enqueue(
        self,
        engagement_id: bytes,
        fp: bytes,
        records: Sequence[Record],
        records_expire_at: int,
        make: Callable[[Step], Composed],
    ) -> Composed:
        """Seal a message with the next count of this computer's writer, and keep it, all in one change.

        `make` composes for a step. Two programs of one account cannot come by the same count.
        """
        state = self._core.state
        with state.changing():
            writer = self._own_writer(engagement_id, fp, records_expire_at)
            head = state.writers.writer_head(engagement_id, fp, writer)
            step = Step(writer, head.count + 1, head.content_id) if head else Step(writer, 1, ZERO_HASH)
            composed = make(step)
            state.outgoing.enqueue(_queued(engagement_id, composed, step, fp, records))
            after = WriterHead(fp, writer, step.count, composed.content_id)
            state.writers.move_writer(engagement_id, after, records_expire_at)
            for envelope_id, locks in (
                (composed.their_envelope_id, composed.their_locks),
                (composed.own_envelope_id, composed.own_locks),
            ):
                sent = SentLocks(envelope_id, composed.content_id, locks)
                state.outgoing.remember_sent(sent, engagement_id, composed.expires_at)
        return composed

    def _own_writer(self, engagement_id: bytes, fp: bytes, expires_at: int) -> int:
        """Return this computer's writer number, drawing an unused one the first time (ruling 10)."""
        state = self._core.state
        writer = state.writers.own_writer(engagement_id)
        if writer is None:
            used = {head.writer for head in state.writers.writer_heads(engagement_id) if head.fp == fp}
            used |= {mark.writer for mark in self._core.vault.writers(engagement_id) if mark.fp == fp}
            writer = self._draw_writer()
            while writer in used:
                writer = self._draw_writer()
            state.writers.set_own_writer(engagement_id, writer, expires_at)
        return writer

    def _draw_writer(self) -> int:
        return int.from_bytes(self._core.random(2), "big")

    # --- out ------------------------------------------------------------------------------------------------

    def waiting(self) -> list[Queued]:
        """Return what waits, first in first."""
        return self._core.state.outgoing.queued()

    async def flush(
        self, engagement_id: bytes | None = None, on_progress: OnProgress | None = None
    ) -> list[Delivery]:
        """Send what waits (of one engagement, or all), in order; returns what was settled, one way or the
        other.

        Where the relay cannot be reached, the rest goes on waiting; where one engagement's message has to
        wait, its later ones wait with it.
        """
        async with self._sending:
            settled: list[Delivery] = []
            stuck: set[bytes] = set()
            for queued in self.waiting():
                if queued.engagement_id in stuck or engagement_id not in (None, queued.engagement_id):
                    continue
                try:
                    settled.append(await self._send(queued, on_progress))
                except errors.RelayError as cause:
                    log.warning("waiting on code=%s bytes=%d", cause.code, len(queued.sealed))
                    stuck.add(queued.engagement_id)
                    self.waits_for[queued.engagement_id] = cause.code
            return settled

    async def _send(self, queued: Queued, on_progress: OnProgress | None) -> Delivery:
        expires_at = queued.expires_at
        try:
            if self._core.now() >= expires_at:
                raise errors.Refused("due-before-sent", hint="Its date came before it could be sent.")
            await self._deposit(queued, on_progress)
        except FileNotFoundError:
            if self._core.state.outgoing.is_queued(queued.content_id):
                raise
            log.info("another program of this account was first")
        except FINAL as refusal:
            if isinstance(refusal, errors.Refused) and refusal.reason in COMES_BACK:
                raise
            log.warning("refused code=%s bytes=%d", refusal.code, len(queued.sealed))
            self._take_back(queued)
            return Delivery(queued.content_id, queued.engagement_id, expires_at, refusal)
        self._settle(queued)
        log.info("stored bytes=%d files=%d", len(queued.sealed), len(_details(queued)["files"]))
        return Delivery(queued.content_id, queued.engagement_id, expires_at)

    async def _deposit(self, queued: Queued, on_progress: OnProgress | None) -> None:
        files = [self._sealed_file(one, queued.expires_at) for one in _details(queued)["files"]]
        meter = Meter(sum(one.stored_bytes for one in files), on_progress)
        for one in files:
            await upload(self._core.session, one, meter)
        (refusal,) = await self._core.session.call(protocol.envelopes.deposit(encode_groups([queued.sealed])))
        if refusal is not None:
            raise refusal

    def _settle(self, queued: Queued) -> None:
        """It is stored: nothing of it is needed here any more."""
        self._core.state.outgoing.dequeue(queued.content_id)
        self.drop_files([bytes.fromhex(one["blob_id"]) for one in _details(queued)["files"]])

    def _take_back(self, queued: Queued) -> None:
        """It was refused for good: give its count back if it was the last, or the reader would miss it."""
        details = _details(queued)
        head = WriterHead(
            bytes.fromhex(details["fp"]), details["writer"], details["count"], queued.content_id
        )
        with self._core.state.changing():
            self._core.state.writers.step_back(queued.engagement_id, head, queued.previous_id)
            for sent in self._core.state.outgoing.sent_locks(queued.content_id):
                self._core.state.outgoing.forget_sent(sent.envelope_id)
            self._core.state.outgoing.dequeue(queued.content_id)
        self.drop_files([bytes.fromhex(one["blob_id"]) for one in details["files"]])

    def _sealed_file(self, one: dict[str, Any], expires_at: int) -> SealedFile:
        blob_id = bytes.fromhex(one["blob_id"])
        return SealedFile(
            blob_id, one["stored_bytes"], bytes.fromhex(one["sha256"]), expires_at, self._path(blob_id)
        )

    # --- beginning and end ----------------------------------------------------------------------------------

    def open(self) -> None:
        """Begin: what a crash has left goes, unless another program of this account is sealing just now."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        if self._lock.take_alone():
            self._forget_strays()
        self._lock.share()

    def close(self) -> None:
        """End."""
        self._lock.release()

    def _forget_strays(self) -> None:
        wanted = {one["blob_id"] for queued in self.waiting() for one in _details(queued)["files"]}
        for entry in self._folder.iterdir():
            if entry.name not in wanted:
                entry.unlink(missing_ok=True)


def _queued(
    engagement_id: bytes, composed: Composed, step: Step, fp: bytes, records: Sequence[Record]
) -> Queued:
    files = [
        {
            "blob_id": record.blob_id.hex(),
            "stored_bytes": record.stored_bytes,
            "sha256": record.stored_sha256.hex(),
        }
        for record in records
    ]
    details = {"writer": step.writer, "count": step.count, "fp": fp.hex(), "files": files}
    return Queued(
        content_id=composed.content_id,
        engagement_id=engagement_id,
        sealed=composed.group,
        details=json.dumps(details).encode("ascii"),
        previous_id=step.previous_id,
        expires_at=composed.expires_at,
    )


def _details(queued: Queued) -> dict[str, Any]:
    details: dict[str, Any] = json.loads(queued.details)
    return details
