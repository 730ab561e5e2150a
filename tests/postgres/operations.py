"""What the campaign tries (`tests.postgres.campaign`): operations of the store, and what has to be there
before each of them. Owns no fault and no judgement.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from relay.core.model import Blob, QueuedRevoke, Step, VaultItem
from relay.store.postgres.partitions import PERIOD_SECONDS, Past
from tests.contract.people import (
    DAY_SECONDS,
    HOLD_ENDS,
    NOW,
    People,
    coach_invitation,
    enrolment,
    envelope,
    named,
)

WORK, ANNA, MAYA = named("work"), named("anna account"), named("maya account")
COACH, CLIENT = "work coach", "work client"
CONTENT = bytes(range(256)) * 8

Act = Callable[[People], Awaitable[Any]]


@dataclass(frozen=True)
class Operation:
    """What is tried, and what has to be there before. One that goes `by_rows` has more than one transaction,
    and passes over a row that is refused: the rest of it goes when it is given again.
    """

    name: str
    act: Act
    before: Act | None = None
    by_rows: bool = False


def _begun(people: People) -> Awaitable[Any]:
    blob = Blob(named("file", 32), ANNA, "uploading", 0, HOLD_ENDS - 1, NOW + DAY_SECONDS)
    return people.store.create_blob(blob, now=NOW)


def _piece(people: People) -> Awaitable[Any]:
    quota = 1 << 20
    return people.store.append_blob(named("file", 32), ANNA, 0, CONTENT, now=NOW, account_quota_bytes=quota)


def _finish(people: People) -> Awaitable[Any]:
    found = hashlib.sha256(CONTENT).digest()
    return people.store.finish_blob(named("file", 32), ANNA, len(CONTENT), found, now=NOW)


async def _blob(people: People) -> None:
    for step in (_begun, _piece, _finish):
        await step(people)


async def _two_with_a_file(people: People) -> Any:
    blob = named("file", 32)
    return await people.put(envelope(COACH, "m1", blob_ids=(blob,)), envelope(CLIENT, "m2", blob_ids=(blob,)))


async def _fill(people: People) -> None:
    await _blob(people)
    await _two_with_a_file(people)
    await people.put(
        envelope(COACH, "short", expires_at=NOW + 50), envelope(CLIENT, "short", expires_at=NOW + 50)
    )


def _close(people: People) -> Awaitable[Any]:
    return people.store.apply_act(WORK, Step(2, b"act 2", policy=b"policy 2", ends_at=NOW + 99), now=NOW)


async def _entries(people: People) -> None:
    entries = [bytes([2]) + named(f"entry {day}", 32) for day in range(3)]
    days = [(day, b"signed %d" % day) for day in range(3)]
    await people.store.put_days(named("keeper"), days, entries)


def _page(people: People) -> Awaitable[Any]:
    return people.store.rows(named(COACH), after=0, before=None, limit=50, max_bytes=1 << 20, now=NOW)


async def _pieces(people: People) -> bytes:
    return b"".join([piece async for piece in people.store.read_blob(named("file", 32), 0, 2_048)])


async def _sweep_periods(people: People) -> Any:
    """As a relay that has just been started, which has not looked at them yet. What else is counted differs:
    in a period that stays, chunks of files are rows.
    """
    store: Any = people.store
    store._past = Past(store._engine)
    swept = await store.sweep(now=HOLD_ENDS + 2 * PERIOD_SECONDS, limit=500)
    return swept.envelopes, swept.blobs, swept.engagement_ids


OPERATIONS = (
    Operation(
        "deposit", lambda p: p.put(envelope(COACH, "m1"), act=1), lambda p: p.put(envelope(COACH, "m0"))
    ),
    Operation("deposit into two, with a file", _two_with_a_file, _blob),
    Operation(
        "deposit of another period", lambda p: p.put(envelope(COACH, "m1", expires_at=NOW + 40 * DAY_SECONDS))
    ),
    Operation("the same again", _two_with_a_file, _fill),
    Operation("take an own copy", lambda p: p.store.expire_own(named(COACH), [named("m1")], now=NOW), _fill),
    Operation("sweep", lambda p: p.store.sweep(now=NOW + 60, limit=200), _fill, by_rows=True),
    Operation(
        "sweep an engagement that is over",
        lambda p: p.store.sweep(now=HOLD_ENDS, limit=500),
        _fill,
        by_rows=True,
    ),
    Operation("sweep periods that are over", _sweep_periods, _fill, by_rows=True),
    Operation("close", _close, _fill),
    Operation("acknowledge", lambda p: p.store.acknowledge(named(CLIENT), [named("m2")], now=NOW), _fill),
    Operation("begin a file", _begun),
    Operation("a piece of a file", _piece, _begun),
    Operation("finish a file", _finish, _blob),
    Operation(
        "enrol",
        lambda p: p.store.enrol(enrolment("bert"), now=NOW),
        lambda p: p.store.put_invitation(coach_invitation("bert"), now=NOW),
    ),
    Operation("a draft", lambda p: p.add_draft("second")),
    Operation(
        "vault", lambda p: p.store.put_vault(ANNA, [VaultItem("drafts", 1, HOLD_ENDS, b"box")], [], now=NOW)
    ),
    Operation("days and the log", _entries),
    Operation(
        "queue a revoke", lambda p: p.store.queue_revoke(QueuedRevoke(named("k"), b"revoke", HOLD_ENDS))
    ),
    Operation("close an account", lambda p: p.store.close_account(MAYA, now=NOW), _fill),
    Operation("read a page", _page, _fill),
    Operation("read a file", _pieces, _fill),
    Operation("read totals", lambda p: p.store.counts(now=NOW)),
)
SHORT = ("deposit", "take an own copy", "read a page")
"""What CI tries."""
