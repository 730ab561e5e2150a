"""Row 22: a mixed day: what a practice does between morning and evening, in an order drawn by a seed, against
as many requests to bare aiohttp.

Of a hundred acts: 50 looks whether something is new, 20 lists of ten with bodies, 20 messages to both, 5
people who unlock and lock again, 5 attachments of 256 KiB that go up.
"""

from __future__ import annotations

import hashlib
import os
from functools import partial
from random import Random
from statistics import median
from typing import Final

from keys.encoding import to_base64url
from tests.bench.crowd import Act, Visitor, let_loose, visiting
from tests.bench.figures import Figure, Findings, Told, interleaved
from tests.bench.house import STORED, Writer, housed
from tests.bench.load import run
from tests.bench.programs import served
from tests.bench.unlocks import Key, bare_requests, client_key

LEAST: Final = 0.25
HELD: Final = 1_000
BLOB_BYTES: Final = 256 << 10
SHARES: Final = {"look": 50, "list": 20, "deposit": 20, "unlock": 5, "blob": 5}
REQUESTS: Final = {"look": 1, "list": 1, "deposit": 1, "unlock": 6, "blob": 3}
PIECE: Final = os.urandom(BLOB_BYTES)


async def measure(rounds: int, quick: bool) -> Findings:
    """Each round another order, the same for every run."""
    count = 300 if quick else 3_000
    requests = sum(SHARES[name] * REQUESTS[name] for name in SHARES) * count // 100
    drawn = Random(22)
    async with housed() as (house, relay, coach):
        await run(relay.port, coach.deposits(coach.forge(HELD), 50), STORED)
        key = await client_key(house)
        with served("tests.bench.bare", "read") as bare:
            async with visiting(relay.port, coach.token) as ours, visiting(bare.port) as theirs:
                days, plain = await interleaved(
                    rounds,
                    lambda: let_loose(ours, acts(coach, key, count, drawn)),
                    partial(let_loose, theirs, bare_requests(requests)),
                )
    rates = [one.rate * requests / count for one in days], [one.rate for one in plain]
    figure = Figure("22", "requests of a mixed day", rates[0], "bare aiohttp", rates[1], "/s", LEAST)
    late = median(one.quantile_ms(0.99) for one in days)
    return Findings((figure,), (Told("22", "99 of 100 acts within", late, "ms"),))


def acts(coach: Writer, key: Key, count: int, random: Random) -> list[Act]:
    """So many acts of all kinds by their shares, shuffled."""
    looked = _path(coach, HELD // 2 - 1)
    made: dict[str, Act] = {
        "look": partial(Visitor.ask, method="GET", path=looked, status=200),
        "unlock": key.visit,
        "blob": partial(_upload, expires_at=coach.expires_at),
    }
    found = [one for name, one in made.items() for _ in range(SHARES[name] * count // 100)]
    found += [_list(coach, random) for _ in range(SHARES["list"] * count // 100)]
    found += [_deposit(body) for body in coach.bodies(coach.forge(2 * SHARES["deposit"] * count // 100), 2)]
    random.shuffle(found)
    return found


def _path(coach: Writer, after: int) -> str:
    return f"/v1/mailboxes/{to_base64url(coach.mailbox_ids[0])}/envelopes?after={after}&limit=10"


def _list(coach: Writer, random: Random) -> Act:
    path = _path(coach, random.randrange(HELD // 2 - 10))
    return partial(Visitor.ask, method="GET", path=path, status=200)


def _deposit(body: bytes) -> Act:
    return partial(Visitor.ask, method="POST", path="/v1/envelopes", status=201, body=body)


async def _upload(visitor: Visitor, expires_at: int) -> None:
    """An attachment, in one piece."""
    blob_id = to_base64url(os.urandom(32))
    await visitor.ask("POST", "/v1/blobs", status=201, json={"blob_id": blob_id, "expires_at": expires_at})
    await visitor.ask("PUT", f"/v1/blobs/{blob_id}?offset=0", status=200, body=PIECE)
    said = {"stored_length": BLOB_BYTES, "sha256": to_base64url(hashlib.sha256(PIECE).digest())}
    await visitor.ask("POST", f"/v1/blobs/{blob_id}/finish", status=204, json=said)
