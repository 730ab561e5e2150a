"""The file and the memory tell the same story: whatever is deposited, shortened, swept late or not at all,
under a clock that jumps, both give the same answers and show the same rows.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from keys.names import Role
from relay.core.errors import RelayError
from relay.core.model import DAY_SECONDS, PARTIES, Blob, DoorMemory, Group, Step
from relay.core.ports import Store
from relay.store.memory import MemoryStore
from relay.store.sqlite import SqliteStore
from tests.contract.people import HOLD_ENDS, NOW, People, envelope, named

BOXES = ("work coach", "work client", "work notes", "nowhere")
NAMES = st.sampled_from([f"m{number}" for number in range(6)])
BLOBS = st.sampled_from(["photo", "film"])
WHO = st.sampled_from(["anna", "maya"])
SPANS = st.sampled_from([-1, 0, 1, 50, DAY_SECONDS, 20 * DAY_SECONDS])
JUMPS = st.sampled_from([-20 * DAY_SECONDS, -1, 1, 49, 50, DAY_SECONDS, 21 * DAY_SECONDS, 401 * DAY_SECONDS])

LETTER = st.tuples(
    st.sampled_from(BOXES), NAMES, SPANS, st.sampled_from(["", "other"]), st.sampled_from([100, 900])
)
PARCEL = st.tuples(st.sampled_from(BOXES), NAMES, BLOBS)
GROUP = st.tuples(
    WHO, st.lists(LETTER, max_size=3), st.lists(PARCEL, max_size=1), st.sampled_from([None, "t1", "t2"])
)
STEPS = st.one_of(
    st.tuples(st.just("deposit"), st.lists(GROUP, min_size=1, max_size=3)),
    st.tuples(st.just("expire_own"), st.sampled_from(BOXES), st.lists(NAMES, max_size=3)),
    st.tuples(st.just("shorten"), st.lists(NAMES, max_size=3), SPANS),
    st.tuples(st.just("end"), SPANS),
    st.tuples(st.just("acknowledge"), st.sampled_from(BOXES), st.lists(NAMES, max_size=3)),
    st.tuples(st.just("propose"), st.sampled_from(PARTIES), st.integers(0, 2)),
    st.tuples(st.just("seal_anew"), st.sampled_from(BOXES), NAMES, st.lists(BLOBS, max_size=2), SPANS),
    st.tuples(st.just("upload"), BLOBS, WHO, SPANS),
    st.tuples(st.just("finish"), BLOBS, WHO),
    st.tuples(st.just("abort"), BLOBS),
    st.tuples(st.just("sweep"), st.integers(1, 30)),
    st.tuples(st.just("jump"), JUMPS),
)


@dataclass
class Teller:
    """Takes steps on one store and tells what it saw. The dates of blobs are its own book-keeping."""

    store: Store
    now: int = NOW
    acts: int = 1
    dates: dict[str, int] = field(default_factory=dict)

    async def take(self, step: tuple[Any, ...]) -> Any:
        """The answer of a step, or the code of its refusal."""
        name, *arguments = step
        try:
            return await getattr(self, name)(*arguments)
        except RelayError as refusal:
            return refusal.code, refusal.facts

    async def deposit(self, groups: list[Any]) -> Any:
        """Letters without attachments, parcels with one."""
        made = []
        for who, letters, parcels, tag in groups:
            mails = [
                envelope(box, name, expires_at=self.now + span, salt=salt, size=size, twin=name)
                for box, name, span, salt, size in letters
            ]
            mails += [
                envelope(box, name, expires_at=self.dates.get(blob, self.now), blob_ids=(named(blob, 32),))
                for box, name, blob in parcels
            ]
            memory = DoorMemory((named(tag, 32), named("t1", 32)), self.now + 60) if tag else None
            made.append(Group(named(f"{who} account"), tuple(mails), memory))
        return await self.store.deposit(made, now=self.now, quota_bytes=2500)

    async def expire_own(self, box: str, names: list[str]) -> Any:
        """Own copies."""
        return await self.store.expire_own(named(box), [named(name) for name in names], now=self.now)

    async def shorten(self, names: list[str], span: int) -> Any:
        """The next act of kind 2."""
        changed = await self.store.apply_act(
            named("work"),
            Step(
                self.acts + 1,
                f"act {self.acts + 1}".encode(),
                shorten=[named(name) for name in names],
                date=self.now + span,
            ),
            now=self.now,
        )
        self.acts += 1
        return changed

    async def end(self, span: int) -> Any:
        """The next act, by which all ends then, or at the first end again where that has passed."""
        ends_at = self.now + span if span > 0 else HOLD_ENDS
        step = Step(self.acts + 1, f"act {self.acts + 1}".encode(), ends_at=ends_at)
        changed = await self.store.apply_act(named("work"), step, now=self.now)
        self.acts += 1
        return changed

    async def acknowledge(self, box: str, names: list[str]) -> Any:
        """Shown to their reader."""
        return await self.store.acknowledge(named(box), [named(name) for name in names], now=self.now)

    async def propose(self, side: Role, ahead: int) -> None:
        """An act of that number, seen from the newest."""
        await self.store.put_proposal(named("work"), side, self.acts + ahead, b"proposed", now=self.now)

    async def seal_anew(self, box: str, name: str, blobs: list[str], span: int) -> Any:
        """A later copy, with blobs of another."""
        ids = tuple(named(blob, 32) for blob in dict.fromkeys(blobs))
        anew = envelope(
            box, f"{name} anew", expires_at=self.now + span, blob_ids=ids, envelope_class=5, size=300
        )
        owner = named("maya account")
        return await self.store.deposit([Group(owner, (anew,))], now=self.now, quota_bytes=2500)

    async def upload(self, name: str, who: str, span: int) -> Any:
        """A row, and some bytes at the end."""
        blob_id, owner = named(name, 32), named(f"{who} account")
        date = self.dates.setdefault(name, self.now + span)
        blob = Blob(blob_id, owner, "uploading", 0, date, self.now + DAY_SECONDS)
        await self.store.create_blob(blob, now=self.now)
        known = await self.store.blob(blob_id, now=self.now)
        return await self.store.append_blob(
            blob_id, owner, known.stored_bytes if known else 0, b"12345", now=self.now, account_quota_bytes=18
        )

    async def finish(self, name: str, who: str) -> Any:
        """Finish with the true hash of what is there."""
        blob = await self.store.blob(named(name, 32), now=self.now)
        stored = blob.stored_bytes if blob else 0
        digest = hashlib.sha256(b"12345" * (stored // 5)).digest()
        await self.store.finish_blob(named(name, 32), named(f"{who} account"), stored, digest, now=self.now)

    async def abort(self, name: str) -> Any:
        """Let an upload go."""
        await self.store.abort_blob(named(name, 32), now=self.now)

    async def sweep(self, limit: int) -> Any:
        """A whole run."""
        envelopes = blobs = 0
        ended: tuple[bytes, ...] = ()
        while True:
            swept = await self.store.sweep(now=self.now, limit=limit)
            envelopes, blobs = envelopes + swept.envelopes, blobs + swept.blobs
            ended += swept.engagement_ids
            if not swept.more:
                return envelopes, blobs, ended

    async def jump(self, seconds: int) -> None:
        """The clock is wrong, or was."""
        self.now += seconds

    async def view(self) -> Any:
        """All that a reader may see now."""
        pages = [
            await self.store.rows(
                named(box), after=0, before=None, limit=200, max_bytes=1 << 20, now=self.now
            )
            for box in BOXES
        ]
        blobs = [
            (
                await self.store.blob(named(b, 32), now=self.now),
                await self.store.blob_readers(named(b, 32), now=self.now),
            )
            for b in ("photo", "film")
        ]
        engagement = await self.store.engagement(named("work"), now=self.now)
        boxes = [await self.store.mailbox(named(box), now=self.now) for box in BOXES]
        notes = [await self.store.notes(named(box), now=self.now) for box in BOXES]
        looks = [await self.look(box) for box in BOXES]
        return pages, blobs, engagement, boxes, notes, looks, await self.store.counts(now=self.now)

    async def look(self, box: str) -> Any:
        """What a second look at a mailbox finds, but for nonces."""
        look = await self.store.look(named(box), 0, 1 << 40, now=self.now)
        if look is None:
            return None
        gone = {
            (one.leaf.envelope_id, one.leaf.envelope_hash, one.due_at, one.promised_at) for one in look.gone
        }
        left = look.rows_left, look.blobs_left, sorted(look.left_dues)
        return look.account_id, look.expires_at, gone, look.files, left


@settings(max_examples=80, deadline=None)
@given(steps=st.lists(STEPS, max_size=14))
async def test_both_bodies_tell_the_same_story(migrated: Path, steps: list[tuple[Any, ...]]) -> None:
    """After each step both give the same answer, the same pages, blobs, cursors and counts."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(shutil.copy(migrated, folder))
        file = await SqliteStore.open(path)
        try:
            tellers = [Teller(MemoryStore()), Teller(file)]
            for teller in tellers:
                await People(teller.store).settle()
            for step in steps:
                memory_answer, file_answer = [await teller.take(step) for teller in tellers]
                assert file_answer == memory_answer, step
                memory_view, file_view = [await teller.view() for teller in tellers]
                assert file_view == memory_view, step
            for teller in tellers:
                teller.now = max(teller.now, HOLD_ENDS + 500 * DAY_SECONDS)
                await teller.sweep(30)
                counts = await teller.store.counts(now=teller.now)
                left = counts["envelopes"], counts["blobs"], counts["stored_bytes"], counts["due"]
                assert left == (0, 0, 0, 2)  # both accounts wait for the certificate of what ended
        finally:
            await file.close()
