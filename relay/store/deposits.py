"""Deposits in the file. Owns how groups of envelopes are judged and stored, with the blobs that they bring
and the door's memory; never looks into an envelope.

A hot path: the driver's own statements, few for each envelope, as each costs a switch between threads. All
of a group's checks come before its first change, so a refusal leaves nothing. What decides is asked once the
mailboxes are locked: another relay may be at them too.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from functools import partial
from itertools import chain
from typing import Final, NamedTuple

from keys.envelope import EnvelopeClass
from relay.core.model import DAY_SECONDS, Blob, DoorMemory, Group, Outcome, SealedEnvelope, WholeBlob
from relay.store.channels import mark_arrivals
from relay.store.faults import VIOLATIONS
from relay.store.shared import each, is_alone, lock_mailboxes_ahead
from relay.store.whole import refusal_of_blobs

Name = tuple[bytes, bytes]
Bound = tuple[bytes | int | None, ...]
Brought = Mapping[bytes, Blob]
Waiting = dict[bytes, list[tuple[int, SealedEnvelope, int]]]
"""By mailbox: which group's, the envelope, and the newest act that it was let in under."""

TRIES_TOGETHER: Final = 2
BLOB: Final = b"blob"
TAG: Final = b"tag"
"""Before a name: whose it is, where it is not an envelope's in its mailbox, of 16 bytes."""

PLACE = """
SELECT m.expires_at, m.stored_bytes, r.reason, r.expires_at, r.raw = ?3
FROM mailboxes m LEFT JOIN mailbox_rows r ON r.mailbox_id = m.mailbox_id AND r.envelope_id = ?2
WHERE m.mailbox_id = ?1"""
NEWEST_ACT = """
SELECT max(a.number) FROM acts a JOIN mailboxes m ON m.engagement_id = a.engagement_id
WHERE m.mailbox_id = ?"""
MAKE_ROOM = """
UPDATE mailboxes SET cursor = cursor + ?1, stored_bytes = stored_bytes + ?2
WHERE mailbox_id = ?3 AND expires_at >= ?4 AND stored_bytes + ?2 <= ?5 AND (?6 = 0 OR ?6 = (
    SELECT max(a.number) FROM acts a WHERE a.engagement_id = mailboxes.engagement_id))
RETURNING mailbox_id, cursor"""
PUT_IN = """
UPDATE mailboxes SET cursor = cursor + 1, stored_bytes = stored_bytes + ? WHERE mailbox_id = ?
RETURNING cursor"""
KNOWN_ENVELOPE = "SELECT mailbox_id, envelope_id FROM mailbox_rows WHERE mailbox_id = ? AND envelope_id = ?"
KNOWN_BLOB = "SELECT blob_id FROM blobs WHERE blob_id = ?"
KNOWN_TAG = "SELECT tag FROM door_memory WHERE tag = ?"
INSERT = """
INSERT INTO mailbox_rows
(mailbox_id, position, envelope_id, received_day, expires_at, shortened, reason, raw, twin_id)
VALUES (?, ?, ?, ?, ?, 0, 0, ?, ?)"""
INSERT_BLOB = """
INSERT INTO blobs (blob_id, account_id, state, stored_bytes, promised_at, unlinked_expires_at, expires_at)
VALUES (?1, ?2, 'linked', ?3, ?4, ?5, ?4)"""
INSERT_CHUNK = "INSERT INTO blob_chunks (blob_id, start, expires_at, chunk) VALUES (?, 0, ?, ?)"
INSERT_LINK = "INSERT INTO blob_links (blob_id, mailbox_id, envelope_id, expires_at) VALUES (?, ?, ?, ?)"
REMEMBER = """
INSERT INTO door_memory (tag, expires_at) VALUES (?, ?)
ON CONFLICT (tag) DO UPDATE SET expires_at = excluded.expires_at"""
LIVING_LINKS = """
SELECT l.mailbox_id, l.envelope_id, l.blob_id FROM blob_links l JOIN mailbox_rows r
ON r.mailbox_id = l.mailbox_id AND r.envelope_id = l.envelope_id AND r.reason = 0 AND r.expires_at > ?2
WHERE l.mailbox_id IN (SELECT m.mailbox_id FROM mailboxes m, mailboxes o
    WHERE o.mailbox_id = ?1 AND m.engagement_id = o.engagement_id AND m.account_id = ?4)
AND (l.mailbox_id, l.envelope_id) IN (SELECT mailbox_id, envelope_id FROM blob_links WHERE blob_id = ?3)"""


class Deposit(NamedTuple):
    """A group as it waits for the writer."""

    group: Group
    now: int
    quota_bytes: int


class _NotSimple(Exception):
    """Some of the groups need to be looked at by themselves; `mailbox_ids` took no more."""

    def __init__(self, mailbox_ids: Collection[bytes] = ()) -> None:
        super().__init__()
        self.mailbox_ids = mailbox_ids


def deposit_together(database: sqlite3.Connection, deposits: Sequence[Deposit]) -> list[Outcome | None]:
    """Store groups of new envelopes with one statement for each mailbox and one for all rows. Those that are
    not as simple as that (known, refused, with a blob that was there before) are taken one by one; where
    others write meanwhile they get None, for a transaction in which that shows (`deposit_each`).
    """
    outcomes: list[Outcome | None] = [None] * len(deposits)
    simple = [number for number, deposit in enumerate(deposits) if _is_simple(deposit)]
    for number, outcome in _store_simple(database, deposits, simple):
        outcomes[number] = outcome
    if is_alone(database):
        return [
            outcome or _deposit_group(database, *deposit)
            for outcome, deposit in zip(outcomes, deposits, strict=True)
        ]
    return outcomes


def deposit_each(database: sqlite3.Connection, deposits: Sequence[Deposit]) -> list[Outcome]:
    """Store groups one by one, in a transaction that sees what it would if no other ran."""
    lock_mailboxes_ahead(database, _mailboxes(deposits))
    return [_deposit_group(database, *deposit) for deposit in deposits]


def _store_simple(
    database: sqlite3.Connection, deposits: Sequence[Deposit], numbers: list[int]
) -> list[tuple[int, Outcome]]:
    """Try all, and where that fails once more without those that are in the way."""
    lock_mailboxes_ahead(database, _mailboxes([deposits[number] for number in numbers]))
    for _ in range(TRIES_TOGETHER):
        taken = [deposits[number] for number in numbers]
        database.execute("SAVEPOINT together")
        try:
            stored = _deposit_new(database, taken)
        except (*VIOLATIONS, _NotSimple) as found:
            database.execute("ROLLBACK TO together")
            database.execute("RELEASE together")
            full = found.mailbox_ids if isinstance(found, _NotSimple) else ()
            stay = _others(database, taken, full)
            numbers = [number for number, stays in zip(numbers, stay, strict=True) if stays]
        else:
            database.execute("RELEASE together")
            return list(zip(numbers, stored, strict=True))
    return []


def _mailboxes(deposits: Sequence[Deposit]) -> set[bytes]:
    return {envelope.mailbox_id for deposit in deposits for envelope in deposit.group.envelopes}


def _others(database: sqlite3.Connection, deposits: Sequence[Deposit], full: Collection[bytes]) -> list[bool]:
    """Of each group whether it can still be one of many: nothing of it is known, nor comes twice."""
    named = [_names(deposit.group) for deposit in deposits]
    often = Counter(chain.from_iterable(named))
    known = _known(database, list(often))
    return [
        not any(name in known or often[name] > 1 for name in names)
        and not any(envelope.mailbox_id in full for envelope in deposit.group.envelopes)
        for names, deposit in zip(named, deposits, strict=True)
    ]


def _names(group: Group) -> list[tuple[bytes, ...]]:
    """What of a group can be there only once: envelopes, blobs, transactions of the door."""
    envelopes = [(envelope.mailbox_id, envelope.envelope_id) for envelope in group.envelopes]
    blobs = [(BLOB, whole.blob.blob_id) for whole in group.blobs]
    tags = [(TAG, tag) for tag in group.door_memory.tags] if group.door_memory else []
    return [*envelopes, *blobs, *tags]


def _known(database: sqlite3.Connection, names: Sequence[tuple[bytes, ...]]) -> set[tuple[bytes, ...]]:
    envelopes = [name for name in names if name[0] not in (BLOB, TAG)]
    blobs = [name[1:] for name in names if name[0] == BLOB]
    tags = [name[1:] for name in names if name[0] == TAG]
    return {
        *each(database, KNOWN_ENVELOPE, envelopes),
        *((BLOB, blob_id) for (blob_id,) in each(database, KNOWN_BLOB, blobs)),
        *((TAG, tag) for (tag,) in each(database, KNOWN_TAG, tags)),
    }


def _deposit_new(database: sqlite3.Connection, deposits: Sequence[Deposit]) -> list[Outcome]:
    """Raises _NotSimple, or a violation for an id that is known."""
    waiting: Waiting = {}
    for number, deposit in enumerate(deposits):
        for envelope, act in deposit.group.under_acts():
            waiting.setdefault(envelope.mailbox_id, []).append((number, envelope, act))
    newest = _make_room(database, deposits, waiting)
    _remember_new(database, deposits)
    cursors: list[dict[bytes, int]] = [{} for _ in deposits]
    rows: list[Bound] = []
    for mailbox_id, envelopes in waiting.items():
        for position, (number, envelope, _) in enumerate(envelopes, newest[mailbox_id] - len(envelopes) + 1):
            cursors[number][mailbox_id] = position
            rows.append(_row_of(envelope, position, deposits[number].now))
    database.executemany(INSERT, rows)
    _insert_whole(database, [whole for deposit in deposits for whole in deposit.group.blobs])
    links = [_link_rows(envelope) for envelopes in waiting.values() for _, envelope, _ in envelopes]
    database.executemany(INSERT_LINK, chain.from_iterable(links))
    mark_arrivals(database, [tell for deposit in deposits for tell in deposit.group.tells])
    return [Outcome("stored", cursors=tuple(found.items())) for found in cursors]


def _make_room(
    database: sqlite3.Connection,
    deposits: Sequence[Deposit],
    waiting: Waiting,
) -> dict[bytes, int]:
    """The newest position of each mailbox, with what waits for it counted in. Raises _NotSimple where one
    has no room, does not last, or is governed by another act than a group was let in under.
    """
    if not deposits:
        return {}
    now, quota_bytes = max(d.now for d in deposits), min(d.quota_bytes for d in deposits)
    bound: list[Bound] = []
    for mailbox_id, found in waiting.items():
        envelopes = [envelope for _, envelope, _ in found]
        acts = {act for _, _, act in found}
        if len(acts) > 1:
            raise _NotSimple([mailbox_id])
        added_bytes = sum([len(envelope.raw) for envelope in envelopes])
        last = max(now + 1, *[envelope.expires_at for envelope in envelopes])
        bound.append((len(envelopes), added_bytes, mailbox_id, last, quota_bytes, acts.pop()))
    newest = dict(each(database, MAKE_ROOM, bound))
    if len(newest) < len(waiting):
        raise _NotSimple(waiting.keys() - newest.keys())
    return newest


def _is_simple(deposit: Deposit) -> bool:
    """Whether nothing has to be looked up for a group but its mailboxes and the door's memory."""
    group = deposit.group
    brought, linked = _brought(group), set[bytes]()
    for envelope in group.envelopes:
        if envelope.expires_at <= deposit.now or not _are_brought(envelope, brought):
            return False
        linked |= set(envelope.blob_ids)
    return bool(group.envelopes) and not refusal_of_blobs(group, linked, lambda _: False)


def _are_brought(envelope: SealedEnvelope, brought: Brought) -> bool:
    """Whether all blobs of an envelope come with it, under its own date."""
    if envelope.blob_ids and envelope.envelope_class == EnvelopeClass.RESEALED:
        return False
    found = [brought.get(blob_id) for blob_id in envelope.blob_ids]
    return all(blob is not None and blob.expires_at == envelope.expires_at for blob in found)


def _remember_new(database: sqlite3.Connection, deposits: Sequence[Deposit]) -> None:
    """Put transactions of the door into its memory. Raises _NotSimple where one is in it, or comes twice."""
    memories = [(deposit.group.door_memory, deposit.now) for deposit in deposits]
    known = [(memory, now) for memory, now in memories if memory is not None]
    tags = [tag for memory, _ in known for tag in memory.tags]
    if len(set(tags)) < len(tags) or any(_is_remembered(database, memory, now) for memory, now in known):
        raise _NotSimple
    database.executemany(REMEMBER, sorted((memory.tags[0], memory.expires_at) for memory, _ in known))


def _insert_whole(database: sqlite3.Connection, brought: Sequence[WholeBlob]) -> None:
    """Store blobs as they are once an envelope of their date links them."""
    blobs = [(whole.blob, whole.content) for whole in brought]
    database.executemany(
        INSERT_BLOB,
        [
            (blob.blob_id, blob.account_id, len(content), blob.expires_at, blob.unlinked_expires_at)
            for blob, content in blobs
        ],
    )
    database.executemany(
        INSERT_CHUNK, [(blob.blob_id, blob.expires_at, content) for blob, content in blobs if content]
    )


def _link_rows(envelope: SealedEnvelope) -> list[Bound]:
    name = (envelope.mailbox_id, envelope.envelope_id, envelope.expires_at)
    return [(blob_id, *name) for blob_id in dict.fromkeys(envelope.blob_ids)]


def _brought(group: Group) -> Brought:
    return {whole.blob.blob_id: whole.blob for whole in group.blobs}


def _row_of(envelope: SealedEnvelope, position: int, now: int) -> Bound:
    name, day = envelope.envelope_id, now // DAY_SECONDS
    return (envelope.mailbox_id, position, name, day, envelope.expires_at, envelope.raw, envelope.twin_id)


def _deposit_group(database: sqlite3.Connection, group: Group, now: int, quota_bytes: int) -> Outcome:
    if group.door_memory and _is_remembered(database, group.door_memory, now):
        return Outcome("repeated")
    fresh: dict[Name, SealedEnvelope] = {}
    added_bytes: dict[bytes, int] = {}
    for envelope, act in group.under_acts():
        room_bytes = quota_bytes - added_bytes.get(envelope.mailbox_id, 0)
        code = _refusal(database, envelope, act, fresh, room_bytes, now)
        if code == "":
            fresh[envelope.mailbox_id, envelope.envelope_id] = envelope
            added_bytes[envelope.mailbox_id] = added_bytes.get(envelope.mailbox_id, 0) + len(envelope.raw)
        elif code != "repeated":
            return Outcome("refused", code)
    if fresh and (code := _refusal_of_blobs(database, group, fresh.values(), now)):
        return Outcome("refused", code)
    if group.door_memory:
        database.execute(REMEMBER, (group.door_memory.tags[0], group.door_memory.expires_at))
    if fresh:
        _insert_whole(database, group.blobs)
    cursors = {envelope.mailbox_id: _insert(database, envelope, now) for envelope in fresh.values()}
    mark_arrivals(database, group.tells if fresh else ())
    return Outcome("stored", cursors=tuple(cursors.items())) if fresh else Outcome("repeated")


def _is_remembered(database: sqlite3.Connection, memory: DoorMemory, now: int) -> bool:
    found = [
        database.execute("SELECT 1 FROM door_memory WHERE tag=? AND expires_at>?", (tag, now)).fetchone()
        for tag in memory.tags
    ]
    return any(found)


def _refusal(
    database: sqlite3.Connection,
    envelope: SealedEnvelope,
    act: int,
    fresh: dict[Name, SealedEnvelope],
    room_bytes: int,
    now: int,
) -> str:
    """Why an envelope is not stored: a code, `repeated`, or nothing."""
    name = (envelope.mailbox_id, envelope.envelope_id)
    row = database.execute(PLACE, (*name, envelope.raw)).fetchone()
    if row is None or row[0] <= now:
        return "not-found"
    _, stored_bytes, reason, expires_at, is_same = row
    if reason is not None and (reason or expires_at <= now):
        return "repeated"  # it was here; what is gone does not come back
    if name in fresh:
        is_same = fresh[name].raw == envelope.raw
    if is_same is not None:
        return "repeated" if is_same else "envelope-conflict"
    if act and database.execute(NEWEST_ACT, name[:1]).fetchone() != (act,):
        return "changed"  # an act came in between: it is judged anew, by that
    if not now < envelope.expires_at <= row[0]:
        return "policy-refused"
    return "inbox-full" if stored_bytes + len(envelope.raw) > room_bytes else ""


def _refusal_of_blobs(
    database: sqlite3.Connection, group: Group, fresh: Collection[SealedEnvelope], now: int
) -> str:
    """Why the blobs that new envelopes name or bring refuse their group: a code, or nothing."""
    linked = {blob_id for envelope in fresh for blob_id in envelope.blob_ids}
    code = refusal_of_blobs(group, linked, partial(_is_known, database))
    if code:
        return code
    brought = _brought(group)
    may = all(_may_link(database, envelope, group.account_id, brought, now) for envelope in fresh)
    return "" if may else "blob-missing"


def _is_known(database: sqlite3.Connection, blob_id: bytes) -> bool:
    return database.execute("SELECT 1 FROM blobs WHERE blob_id=?", (blob_id,)).fetchone() is not None


def _may_link(
    database: sqlite3.Connection, envelope: SealedEnvelope, account_id: bytes, brought: Brought, now: int
) -> bool:
    if envelope.envelope_class == EnvelopeClass.RESEALED:
        return _may_inherit(database, envelope, account_id, now)
    for blob_id in envelope.blob_ids:
        if blob_id in brought:
            if brought[blob_id].expires_at != envelope.expires_at:
                return False
            continue
        row = database.execute(
            "SELECT state, account_id, promised_at FROM blobs WHERE blob_id=? AND expires_at>?",
            (blob_id, now),
        ).fetchone()
        if row != ("finished", account_id, envelope.expires_at):
            return False
    return True


def _may_inherit(database: sqlite3.Connection, envelope: SealedEnvelope, account_id: bytes, now: int) -> bool:
    """Whether all blobs of a re-sealed envelope hang on one living envelope of the depositor's in this
    engagement: it is that one under another date, or given back.
    """
    wanted = set(envelope.blob_ids)
    bound = (envelope.mailbox_id, now, next(iter(wanted), b""), account_id)
    found = database.execute(LIVING_LINKS, bound).fetchall()
    held: dict[Name, set[bytes]] = {}
    for *name, blob_id in found:
        held.setdefault((name[0], name[1]), set()).add(blob_id)
    return not wanted or any(wanted <= blob_ids for blob_ids in held.values())


def _insert(database: sqlite3.Connection, envelope: SealedEnvelope, now: int) -> int:
    """Store one envelope at the next position of its mailbox, which is given back."""
    (position,) = database.execute(PUT_IN, (len(envelope.raw), envelope.mailbox_id)).fetchone()
    name = (envelope.mailbox_id, envelope.envelope_id)
    database.execute(INSERT, _row_of(envelope, position, now))
    for blob_id in dict.fromkeys(envelope.blob_ids):
        database.execute(INSERT_LINK, (blob_id, *name, envelope.expires_at))
        database.execute(
            "UPDATE blobs SET expires_at=max(?1, CASE state WHEN 'linked' THEN expires_at ELSE 0 END),"
            " state='linked' WHERE blob_id=?2",
            (envelope.expires_at, blob_id),
        )
    return int(position)
