"""Row 12: an envelope sealed, against its parts timed apart; and how many are sealed and opened in a second
on one core."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from functools import partial
from statistics import median

from keys import stream
from keys.content import Content, ContentKind, Recipient
from keys.envelope import EnvelopeClass, parse_envelope
from keys.keeper_wire import Grant, Status
from keys.locks import open_keeper_lock
from keys.names import ZERO_HASH, access_hash, fingerprint
from keys.sealing import (
    Addressing,
    ReaderTarget,
    open_envelope,
    open_reader_share,
    seal_envelope,
    sign_content,
)
from keys.suite import OpenKey, SignKey, hpke_seal
from tests.bench.figures import Figure, Findings, Told, interleaved

TEXT = "x" * 3_300  # with frame and padding: a stream of about 4 KiB


async def measure(rounds: int, quick: bool) -> Findings:
    """Measure both sides in turn."""
    bench, repeats = _Bench(), 100 if quick else 1_000
    works = (bench.seal, bench.parts, bench.open)
    whole, parts, opening = await interleaved(
        rounds, *(partial(_per_second, work, repeats) for work in works)
    )
    row = Figure("12", "envelopes sealed, one core", whole, "their parts apart", parts, "/s", 0.8)
    return Findings((row,), (Told("12", "envelopes opened, keeper's part included", median(opening), "/s"),))


async def _per_second(work: Callable[[], object], repeats: int) -> float:
    started = time.perf_counter()
    for _ in range(repeats):
        work()
    return repeats / (time.perf_counter() - started)


class _Bench:
    def __init__(self) -> None:
        self.reader, self.day = OpenKey.from_seed(os.urandom(32)), OpenKey.from_seed(os.urandom(32))
        self.reading_key, self.day_key = self.reader.seal_key(), self.day.seal_key()
        self.signer, self.access = SignKey.from_seed(os.urandom(32)), SignKey.from_seed(os.urandom(32))
        self.fp = fingerprint(self.signer.public)
        self.frame = self._content().encode()
        self.raw = self.seal()

    def seal(self) -> bytes:
        to = Addressing(
            EnvelopeClass.MESSAGE,
            bytes(16),
            b"\1" * 16,
            1_900_000_000,
            self.fp,
            ReaderTarget(self.reading_key, 1),
            self.access.public,
            self.access.public,
        )
        return seal_envelope(
            to, [sign_content(self.frame, EnvelopeClass.MESSAGE, self.signer)], [self.day_key], os.urandom
        )

    def parts(self) -> None:
        hpke_seal(self.reading_key, b"reader", bytes(32))
        hpke_seal(self.day_key, b"keeper", bytes(112))
        self.signer.sign(b"label", bytes(3_700))
        stream.seal_stream(bytes(32), bytes(32), bytes(4_096), os.urandom(24))

    def open(self) -> None:
        envelope = parse_envelope(self.raw)
        share = open_reader_share(envelope, self.reader)
        told = open_keeper_lock(envelope.keeper_locks[0], self.day, envelope.header_hash)
        grant = Grant(Status.HERE, told.share, told.revoker_hash, told.not_before, told.expires_at)
        open_envelope(
            envelope,
            share,
            [grant],
            revoker_access_hash=access_hash(self.access.public),
            signers={self.fp: self.signer.public},
            my_fp=self.fp,
            now=1,
        )

    def _content(self) -> Content:
        return Content(
            kind=ContentKind.MESSAGE,
            nonce=os.urandom(16),
            thread_id=bytes(16),
            writer=1,
            count=1,
            previous_id=ZERO_HASH,
            created_at=1,
            expires_at=1_900_000_000,
            policy_hash=b"\1" * 32,
            sender_fp=self.fp,
            checkpoint_hash=ZERO_HASH,
            vault_counter=1,
            sender_statement_hash=ZERO_HASH,
            recipients=(Recipient(self.fp, ZERO_HASH),),
            shown={"subject": "s", "text": TEXT},
        )
