"""Mailboxes' contents in memory. Owns deposit, rows and own expiry; never looks into an envelope."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from keys.envelope import EnvelopeClass
from relay.core.model import DAY_SECONDS, Group, Notes, Outcome, Page, Reason, Row, SealedEnvelope, Shaped
from relay.store.memory.channels import mark_arrivals
from relay.store.memory.state import Entry, State, Upload
from relay.store.whole import check_sizes, refusal_of_blobs


class MemoryEnvelopes:
    """`relay.core.ports.Envelopes` but for the sweep."""

    def __init__(self, state: State) -> None:
        """Work on `state`."""
        self._state = state

    async def deposit(self, groups: Sequence[Group], *, now: int, quota_bytes: int) -> list[Outcome]:
        """Each group in turn, all or nothing."""
        check_sizes(groups)
        return [self._deposit_group(group, now, quota_bytes) for group in groups]

    def _deposit_group(self, group: Group, now: int, quota_bytes: int) -> Outcome:
        if group.door_memory and any(self._state.door_memory.get(t, 0) > now for t in group.door_memory.tags):
            return Outcome("repeated")
        fresh: dict[tuple[bytes, bytes], SealedEnvelope] = {}
        for envelope, act in group.under_acts():
            name = (envelope.mailbox_id, envelope.envelope_id)
            code = self._refusal(envelope, act, fresh, now, quota_bytes)
            if code not in ("", "repeated"):
                return Outcome("refused", code)
            if code == "":
                fresh[name] = envelope
        code = self._refusal_of_blobs(group, list(fresh.values()), now) if fresh else ""
        if code:
            return Outcome("refused", code)
        if group.door_memory:
            self._state.door_memory[group.door_memory.tags[0]] = group.door_memory.expires_at
        if fresh:
            for whole in group.blobs:
                blob = replace(whole.blob, state="linked")
                self._state.uploads[blob.blob_id] = Upload(blob, blob.expires_at, bytearray(whole.content))
            mark_arrivals(self._state, group.tells)
        return self._store(list(fresh.values()), now)

    def _refusal(
        self,
        envelope: SealedEnvelope,
        act: int,
        fresh: dict[tuple[bytes, bytes], SealedEnvelope],
        now: int,
        quota_bytes: int,
    ) -> str:
        """Why an envelope is not stored: a code, `repeated`, or nothing."""
        mailbox = self._state.mailboxes.get(envelope.mailbox_id)
        if mailbox is None or mailbox.expires_at <= now:
            return "not-found"
        entry = self._state.entries.get((envelope.mailbox_id, envelope.envelope_id))
        if entry is not None and (entry.reason or entry.expires_at <= now):
            return "repeated"  # it was here; what is gone does not come back
        twin = fresh.get((envelope.mailbox_id, envelope.envelope_id))
        raw = twin.raw if twin else entry.raw if entry else None
        if raw is not None:
            return "repeated" if raw == envelope.raw else "envelope-conflict"
        acts = self._state.engagements[mailbox.engagement_id].acts
        if act and len(acts) != act:
            return "changed"  # an act came in between: it is judged anew, by that
        if not now < envelope.expires_at <= mailbox.expires_at:
            return "policy-refused"
        stored = sum(len(e.raw) for e in self._state.entries_of(envelope.mailbox_id))
        waiting = sum(len(e.raw) for e in fresh.values() if e.mailbox_id == envelope.mailbox_id)
        return "inbox-full" if stored + waiting + len(envelope.raw) > quota_bytes else ""

    def _refusal_of_blobs(self, group: Group, fresh: Sequence[SealedEnvelope], now: int) -> str:
        """Why the blobs that new envelopes name, or that come with them, refuse their group."""
        linked = {blob_id for envelope in fresh for blob_id in envelope.blob_ids}
        code = refusal_of_blobs(group, linked, self._state.uploads.__contains__)
        if code:
            return code
        dates = {whole.blob.blob_id: whole.blob.expires_at for whole in group.blobs}
        may = all(self._may_link(envelope, group.account_id, dates, now) for envelope in fresh)
        return "" if may else "blob-missing"

    def _may_link(
        self, envelope: SealedEnvelope, account_id: bytes, dates: Mapping[bytes, int], now: int
    ) -> bool:
        """`dates` are those of the blobs that come with the envelope."""
        if envelope.envelope_class == EnvelopeClass.RESEALED:
            return self._may_inherit(envelope, account_id, now)
        for blob_id in envelope.blob_ids:
            if blob_id in dates:
                if dates[blob_id] != envelope.expires_at:
                    return False
                continue
            upload = self._state.uploads.get(blob_id)
            if upload is None or upload.due_at <= now or upload.blob.state != "finished":
                return False
            if (upload.blob.account_id, upload.blob.expires_at) != (account_id, envelope.expires_at):
                return False
        return True

    def _may_inherit(self, envelope: SealedEnvelope, account_id: bytes, now: int) -> bool:
        """Whether all blobs of a re-sealed envelope hang on one living envelope of the depositor's here."""
        here = self._state.mailboxes[envelope.mailbox_id].engagement_id
        mine = [
            m.mailbox_id
            for m in self._state.mailboxes.values()
            if (m.engagement_id, m.account_id) == (here, account_id)
        ]
        living = [e for one in mine for e in self._state.entries_of(one) if e.expires_at > now]
        wanted = set(envelope.blob_ids)
        return not wanted or any(wanted <= set(entry.blob_ids) for entry in living)

    def _store(self, envelopes: list[SealedEnvelope], now: int) -> Outcome:
        cursors: dict[bytes, int] = {}
        for envelope in envelopes:
            cursors[envelope.mailbox_id] = order = self._state.next_order(envelope.mailbox_id)
            self._state.entry_count += 1
            entry = Entry(
                self._state.entry_count,
                envelope.mailbox_id,
                envelope.envelope_id,
                order,
                now // DAY_SECONDS,
                envelope.expires_at,
                envelope.raw,
                tuple(dict.fromkeys(envelope.blob_ids)),
                twin_id=envelope.twin_id,
            )
            self._state.put_entry(entry)
            for blob_id in envelope.blob_ids:
                self._state.link(blob_id, envelope.expires_at)
        return Outcome("stored", cursors=tuple(cursors.items())) if envelopes else Outcome("repeated")

    async def rows(
        self,
        mailbox_id: bytes,
        *,
        after: int | None,
        before: int | None,
        limit: int,
        max_bytes: int,
        now: int,
        shape: Callable[[Iterable[Row]], Shaped] = tuple,  # type: ignore[assignment]
    ) -> Page[Shaped]:
        """A page of what is not due; at least one row, however large, where there is one."""
        mailbox = self._state.mailboxes.get(mailbox_id)
        living = [] if mailbox is None or mailbox.expires_at <= now else self._state.entries_of(mailbox_id)
        living = [entry for entry in living if entry.expires_at > now]
        start = after or 0
        if before is None:
            found = [entry for entry in living if entry.order > start]
        else:
            start, found = before, [entry for entry in reversed(living) if entry.order < before]
        taken, used = 0, 0
        for entry in found[:limit]:
            used += len(entry.raw)
            if taken and used > max_bytes:
                break
            taken += 1
        rows = tuple(_row(entry) for entry in found[:taken])
        return Page(shape(rows), rows[-1].order if rows else start, len(found) > taken)

    async def acknowledge(self, mailbox_id: bytes, envelope_ids: Sequence[bytes], *, now: int) -> int:
        """Whether the row still holds the envelope makes no difference: it was shown."""
        mailbox = self._state.mailboxes.get(mailbox_id)
        if mailbox is None or mailbox.expires_at <= now:
            return 0
        known = [self._state.entries.get((mailbox_id, one)) for one in dict.fromkeys(envelope_ids)]
        for entry in known:
            if entry is not None:
                entry.acknowledged = True
        return sum(entry is not None for entry in known)

    async def opened(self, mailbox_id: bytes, envelope_ids: Sequence[bytes], *, now: int) -> list[bytes]:
        """As the port."""
        asked = [self._state.entries.get((mailbox_id, one)) for one in dict.fromkeys(envelope_ids)]
        living = [one for one in asked if one is not None and not one.reason and one.expires_at > now]
        return [one.envelope_id for one in living if self._state.is_opened(one)]

    async def notes(self, mailbox_id: bytes, *, now: int) -> Notes:
        """The class is a byte of the envelope's header (docs/protocol.md, part 5)."""
        mailbox = self._state.mailboxes.get(mailbox_id)
        living = [] if mailbox is None or mailbox.expires_at <= now else self._state.entries_of(mailbox_id)
        dates = [
            e.expires_at for e in living if e.expires_at > now and e.raw[6:7] == bytes([EnvelopeClass.OWN])
        ]
        return Notes(len(dates), max(dates, default=0))

    async def expire_own(self, mailbox_id: bytes, envelope_ids: Sequence[bytes], *, now: int) -> int:
        """Tombstones with the reason `OWN_COPY`; blobs without a link go with them."""
        expired = 0
        for envelope_id in envelope_ids:
            entry = self._state.entries.get((mailbox_id, envelope_id))
            if entry is not None and not entry.reason and entry.expires_at > now:
                blob_ids = entry.blob_ids
                self._state.expire(entry, Reason.OWN_COPY, now)
                self._state.drop_due_uploads(blob_ids, now)
                expired += 1
        return expired


def _row(entry: Entry) -> Row:
    if entry.reason is None:
        return Row(entry.order, entry.envelope_id, entry.received_day, raw=entry.raw)
    return Row(entry.order, entry.envelope_id, entry.received_day, reason=entry.reason)
