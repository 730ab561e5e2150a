"""The ledger of deletions over a database, by an operator's command: which records, and whether they reach
far enough back. Owns `relay restore --replay`, for a database that was put back by other means.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from keys.log import Checkpoint, checkpoint_hash
from keys.notes import sign_note
from relay.config import Settings
from relay.core.log import SignedCheckpoint
from relay.core.model import DAY_SECONDS
from relay.operator.backup import OPEN, alone, troubles
from relay.operator.standing import instant
from relay.operator.stopped import Exit, Stopped
from relay.service.keyfiles import KeyFiles, read_key_files
from relay.service.places import Places
from relay.store.deletion_files import LedgerDamaged, Record, ledger_days
from relay.store.engine import connect_writer
from relay.store.ledgers import known_to, ledgers_in, name_in, others_in, records_of
from relay.store.migrate import bring_up
from relay.store.replay import OtherLog, Replayed, Sign, replay


def replay_here(settings: Settings, ledgers: Sequence[Path] = (), without: Collection[str] = ()) -> Replayed:
    """Apply the ledger to the database as it is, because it was put back by other means; `without` are the
    names of ledgers that are lost. Raises Stopped.
    """
    places, url = Places(settings.relay.data_dir), settings.database.url
    with troubles(places.database), alone(places.lock, OPEN), ledger_troubles():
        sign = signer(settings.relay.origin, read_key_files(places.secrets))
        if url is not None:
            from relay.operator import on_postgres

            return on_postgres.replay_there(url, partial(_records_of_now, settings, ledgers, without), sign)
        if not places.database.exists():
            raise Stopped(f"There is no database: {places.database}.", Exit.NOT_THERE)
        with closing(connect_writer(places.database)) as database:
            bring_up(database)
            return replay(database, _records_of_now(settings, ledgers, without, database), sign)


def replayed_told(done: Replayed) -> Iterator[str]:
    """What the ledger changed, for people."""
    yield f"{done.envelopes:,} messages and {done.methods:,} ways in are gone again as promised."
    yield f"{done.acts:,} acts and {done.statements:,} statements that were signed since stand again."
    yield from unjoined_told(done)
    yield "What is due goes when the relay starts; nobody is signed in."


def unjoined_told(done: Replayed) -> Iterator[str]:
    """Whose mailbox has to be reopened again, as a number."""
    if done.unjoined:
        yield (
            f"{done.unjoined:,} reopened mailboxes are the former client's at the relay: who joined has no"
            " account in these rows. Their coach has to reopen them again."
        )


def records_for(settings: Settings, ledgers: Sequence[Path], at: int) -> Iterator[Record]:
    """All of the ledger, for a database of that instant: a backup that was made while the clock was ahead
    bears a later date than the records of what went after it, and what it knows already changes nothing.
    Raises Stopped where no ledger reaches back to then.
    """
    roots = [settings.backup.ledger, *ledgers]
    missing = [root for root in roots if not root.is_dir()]
    if missing and ledgers:
        raise Stopped(f"There is no ledger in {missing[0]}.", Exit.NOT_THERE)
    folders = [folder for root in roots if not missing for folder in ledgers_in(root)]
    days = sorted(day for folder in folders for day in ledger_days(folder))
    if not days or days[0] > at // DAY_SECONDS:
        reaches = f"reaches back to {instant(days[0] * DAY_SECONDS)}" if days else f"is not in {roots[0]}"
        raise Stopped(
            f"These rows are of {instant(at)}, and the ledger of deletions {reaches}:"
            " what has gone since would come back. Nothing was changed.",
            Exit.REFUSED,
        )
    return records_of(folders)


@contextmanager
def ledger_troubles() -> Iterator[None]:
    """What is wrong with a ledger, as a sentence. Raises Stopped."""
    try:
        yield
    except (LedgerDamaged, OtherLog) as failure:
        raise Stopped(
            f"The ledger cannot be applied: {failure}. Nothing was changed.", Exit.REFUSED
        ) from None


def signer(origin: str, keys: KeyFiles) -> Sign:
    """Signs a checkpoint of this relay's log."""
    name = f"{urlsplit(origin).netloc}/log"

    def sign(size: int, root: bytes) -> SignedCheckpoint:
        text = Checkpoint(name, size, root).encode()
        return SignedCheckpoint(size, sign_note(text, name, keys.log), checkpoint_hash(text))

    return sign


def refuse_missing(
    settings: Settings, ledgers: Sequence[Path], without: Collection[str], database: Any
) -> None:
    """Raises Stopped where the rows were written with ledgers of which no folder is named, nor said that they
    are lost; or where a ledger that is here knows of one that was begun after these rows.
    """
    folders = [folder for root in (settings.backup.ledger, *ledgers) for folder in ledgers_in(root)]
    known = known_to(database)
    for folder in folders:
        known = others_in(folder) | known
    for name in without:
        if name not in known:
            raise Stopped(f"These rows know no ledger {name}.", Exit.USAGE)
    here = {name_in(folder) for folder in folders}
    missing = [name for name in known if name not in here and name not in without]
    if missing:
        of = ", ".join(f"{name} ({known[name][0]}, opened {instant(known[name][1])})" for name in missing)
        raise Stopped(
            f"Relays of these rows wrote ledgers that are not here: {of}. What those relays let go since"
            " would come back. Name each folder with --ledger or, where one is lost, its name with --without;"
            " nothing was changed.",
            Exit.REFUSED,
        )


def _records_of_now(
    settings: Settings, ledgers: Sequence[Path], without: Collection[str], database: Any
) -> Iterator[Record]:
    """For a database as it is: it is of the instant at which a relay last swept it."""
    row = database.execute("SELECT value FROM notes WHERE name='last_sweep_at'").fetchone()
    if row is None:
        raise Stopped("No relay has ever swept these rows, so nobody knows of when they are.", Exit.REFUSED)
    records = records_for(settings, ledgers, int(row[0]))
    refuse_missing(settings, ledgers, without, database)
    return records
