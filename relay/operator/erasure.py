"""What a thief could read: opens everything that a set of stolen things opens, and counts it.

Owns the proof of ruling 28: one program that, with the ring in hand, opens every item of a person, and
without the destroyed ring and root opens none. It is given a copy of the database, the pepper, the keeper's
folder as it is found, and the person's own name and password; it asks no server, no keeper and no clock. It
never prints or returns a byte of what it opened.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from keys.blob import Attachment, BlobOpener
from keys.content import ContentKind, parse_content
from keys.day_keys import day_open_key, day_share
from keys.envelope import Envelope, parse_envelope
from keys.errors import KeysError
from keys.index import Place, index_key, open_segment
from keys.locks import LockType, link_key_id, link_share, open_keeper_lock
from keys.names import keeper_id, key_id
from keys.report_steps import NO_LINK, SignedStep, parse_step
from keys.sealing import open_parts, open_reader_share
from keys.suite import OpenKey
from keys.unlock import (
    AccountKeys,
    Method,
    account_keys,
    kdf_salt,
    normalise_password,
    password_keys,
    unwrap_account_key,
)
from keys.vault import open_item, parse_reading
from relay.core.pepper import Pepper
from relay.keeper.folder import read_key
from relay.keeper.ring import open_ring
from relay.keeper.root import roots


@dataclass(frozen=True, slots=True)
class Loot:
    """Everything but what was destroyed. `host` is the authority of the relay's origin."""

    database: Path
    pepper: bytes = field(repr=False)
    keeper: Path
    name: str
    host: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Tally:
    """How many of a person's envelopes and files were there, and how many of them opened."""

    envelopes: int
    envelopes_opened: int
    files: int
    files_opened: int
    segments: int = 0  # of the sealed index
    segments_opened: int = 0


def plunder(loot: Loot) -> Tally:
    """Try all that the loot gives on all that it holds of this person. KeysError where name or password are
    wrong."""
    with closing(sqlite3.connect(f"file:{loot.database}?mode=ro", uri=True)) as database:
        person = person_in(database, loot)
        account_id, reading_keys = person.account_id, person.reading
        days = dict(_days(loot.keeper))
        seeds = [day_open_key(seed) for seed in days.values()]
        found = [parse_envelope(raw) for raw in _envelopes(database, account_id)]
        opened = [
            content for envelope in found if (content := _opened(envelope, reading_keys, seeds)) is not None
        ]
        links = _link_secrets(opened)
        opened += [
            content for envelope in found if (content := _release_opened(envelope, links, seeds)) is not None
        ]
        attached = [attachment for content in opened for attachment in parse_content(content).attachments]
        files = _files(database, account_id)
        files_opened = sum(_file_opens(database, attachment) for attachment in attached)
        segments = list(_segments(database, account_id))
        segments_opened = sum(_segment_opens(person, place, box, days) for place, box in segments)
    return Tally(len(found), len(opened), files, files_opened, len(segments), segments_opened)


@dataclass(frozen=True, slots=True)
class Person:
    """What name and password give: the account's keys, and its reading keys by key id."""

    account_id: bytes
    keys: AccountKeys
    reading: Mapping[bytes, OpenKey]


def person_in(database: sqlite3.Connection, loot: Loot) -> Person:
    """A person's keys, from nothing but name, password, pepper and database."""
    pepper = Pepper(loot.pepper)
    (account_id,) = database.execute(
        "SELECT account_id FROM accounts WHERE name_tag = ?", (pepper.name_tag(loot.name),)
    ).fetchone()
    sealed = database.execute(
        "SELECT method_id, sealed FROM methods WHERE account_id = ?", (account_id,)
    ).fetchall()
    methods = (pepper.open_method(account_id, method_id, box) for method_id, box in sealed)
    way = next(method for method in methods if method.kind == "password")
    stretched = password_keys(normalise_password(loot.password), kdf_salt(loot.name, loot.host, way.salt))
    known = Method(way.method_id, way.kdf, way.salt)
    held = account_keys(unwrap_account_key(way.wrap, stretched.wrap_key, account_id, known))
    version, box = database.execute(
        "SELECT version, box FROM vault_items WHERE account_id = ? AND name = 'reading'", (account_id,)
    ).fetchone()
    reading = parse_reading(open_item(held.vault_key, account_id, "reading", version, box))
    keys = (OpenKey.from_seed(one.seed) for one in reading)
    return Person(account_id, held, {key_id(key.seal_key().raw): key for key in keys})


def _days(folder: Path) -> Iterator[tuple[int, bytes]]:
    """The seed of every day of every ring that any root in the folder opens."""
    keeper = keeper_id(read_key(folder).public)
    for path in sorted(folder.glob("ring.*")):
        for root in roots(folder / "root"):
            try:
                ring = open_ring(path.read_bytes(), root.secret, keeper, root.number)
            except KeysError:
                continue
            yield from ring.seeds.items()


def _envelopes(database: sqlite3.Connection, account_id: bytes) -> Iterator[bytes]:
    query = "SELECT raw FROM mailbox_rows JOIN mailboxes USING (mailbox_id) WHERE account_id = ?"
    return (raw for (raw,) in database.execute(f"{query} AND raw IS NOT NULL", (account_id,)))


def _files(database: sqlite3.Connection, account_id: bytes) -> int:
    query = "SELECT DISTINCT blob_id FROM blob_links JOIN mailboxes USING (mailbox_id) WHERE account_id = ?"
    return len(database.execute(query, (account_id,)).fetchall())


def _segments(database: sqlite3.Connection, account_id: bytes) -> Iterator[tuple[Place, bytes]]:
    query = (
        "SELECT mailbox_id, day, number, version, box FROM index_segments JOIN mailboxes USING (mailbox_id)"
        " WHERE account_id = ?"
    )
    for *place, box in database.execute(query, (account_id,)):
        yield Place(account_id, *place), box


def _segment_opens(person: Person, place: Place, box: bytes, days: Mapping[int, bytes]) -> bool:
    """Whether a part of the index opens, with the seed of its day or with that of any other."""
    for seed in days.values():
        share = day_share(seed, person.keys.access.public)
        try:
            open_segment(index_key(person.keys.index_base, [share], place.day), place, box)
        except KeysError:
            continue
        return True
    return False


def _opened(envelope: Envelope, reading: Mapping[bytes, OpenKey], days: Iterable[OpenKey]) -> bytes | None:
    """The first content of an envelope, if the reader's key and a day key each open their lock."""
    reader = reading.get(envelope.locks[0].key_id)
    shares = _keeper_shares(envelope, days)
    if reader is None or shares is None:
        return None
    return open_parts(envelope, open_reader_share(envelope, reader), shares)[0].content


def _keeper_shares(envelope: Envelope, days: Iterable[OpenKey]) -> list[bytes] | None:
    by_id = {key_id(day.seal_key().raw): day for day in days}
    keepers = [by_id.get(lock.key_id) for lock in envelope.keeper_locks]
    if None in keepers:
        return None
    return [
        open_keeper_lock(lock, day, envelope.header_hash).share
        for lock, day in zip(envelope.keeper_locks, keepers, strict=True)
        if day is not None
    ]


def _link_secrets(contents: Iterable[bytes]) -> list[bytes]:
    """The secrets of sponsors' links, which coaches send to clients with their signatures."""
    parsed = (parse_content(content) for content in contents)
    steps = (parse_step(one.fixed) for one in parsed if one.kind is ContentKind.REPORT)
    return [
        step.link_secret for step in steps if isinstance(step, SignedStep) and step.link_secret != NO_LINK
    ]


def _release_opened(envelope: Envelope, links: Iterable[bytes], days: Iterable[OpenKey]) -> bytes | None:
    """The first content of a release, if one of the links and a day key each open their lock."""
    lock = envelope.locks[0]
    secret = next((one for one in links if link_key_id(one) == lock.key_id), None)
    shares = _keeper_shares(envelope, days)
    if lock.type is not LockType.LINK or secret is None or shares is None:
        return None
    return open_parts(envelope, link_share(lock, secret, envelope.header_hash), shares)[0].content


def _file_opens(database: sqlite3.Connection, attachment: Attachment) -> bool:
    opener = BlobOpener(attachment)
    chunks = database.execute(
        "SELECT chunk FROM blob_chunks WHERE blob_id = ? ORDER BY start", (attachment.blob_id,)
    )
    try:
        for (chunk,) in chunks:
            opener.update(chunk)
        opener.finish()
    except KeysError:
        return False
    return True
