"""Row 20: locks that a keeper opens a second, over its socket, against the X-Wing decapsulation alone.

Each request asks for as many locks as a reader's software asks at once; its answer is verified and opened
here, on the other core, while another request is under way.
"""

from __future__ import annotations

import asyncio
import os
import time
from dataclasses import dataclass
from functools import partial

from keys.day_keys import open_day_key
from keys.keeper_wire import Ask, OpenRequest, Status, open_answer, sign_open_request
from keys.locks import KEEPER_PAYLOAD_BYTES, KeeperPayload, parse_lock, seal_keeper_lock
from keys.names import access_hash, day_of
from keys.suite import OpenKey, SealKey, SignKey, hpke_open, hpke_seal
from relay.keeper.client import SocketKeeper
from relay.service.keyfiles import read_key_files
from relay.service.places import Places
from tests.bench.figures import Figure, Findings, interleaved
from tests.bench.house import House, Writer, housed

AT_ONCE = 50
LEAST: float = 0.4


@dataclass(frozen=True, slots=True)
class _Asker:
    """Somebody who may open some envelopes, and the keeper that they ask."""

    keeper: SocketKeeper
    public: bytes
    access: SignKey
    asks: tuple[Ask, ...]

    async def rate(self, count: int) -> float:
        """Locks a second, so many requests, two at a time."""
        started = time.perf_counter()
        await asyncio.gather(*(self._ask(count // 2) for _ in range(2)))
        return count * len(self.asks) / (time.perf_counter() - started)

    async def _ask(self, count: int) -> None:
        for _ in range(count):
            reply = OpenKey.from_seed(os.urandom(32))
            request = OpenRequest(
                self.keeper.keeper_id,
                self.access.public,
                int(time.time()),
                os.urandom(16),
                reply.public,
                self.asks,
            )
            raw = sign_open_request(request, self.access)
            answer = open_answer(await self.keeper.open(raw), request, raw, self.public, reply)
            assert all(grant.status == Status.HERE for grant in answer.grants)


async def measure(rounds: int, quick: bool) -> Findings:
    """In turn with the bare operation."""
    count = 10 if quick else 100
    async with housed() as (house, _, coach):
        asker = await _asker(house, coach)
        opened, bare = await interleaved(rounds, partial(asker.rate, count), partial(_bare, count * AT_ONCE))
    what = f"locks opened by the keeper, {AT_ONCE} a request"
    return Findings((Figure("20", what, opened, "the decapsulation alone", bare, "/s", LEAST),))


async def _asker(house: House, coach: Writer) -> _Asker:
    places = Places(house.config.parent)
    public = read_key_files(places.secrets).keeper_public
    keeper = SocketKeeper(house.config.parent / "keeper.sock", public)
    day = day_of(coach.expires_at)
    (signed,) = await keeper.days(day, 1)
    day_key = SealKey.from_bytes(open_day_key(signed, keeper.keeper_id, public).public)
    access = SignKey.from_seed(os.urandom(32))
    return _Asker(keeper, public, access, _asks(coach, day_key, access))


def _asks(coach: Writer, day_key: SealKey, access: SignKey) -> tuple[Ask, ...]:
    may = access_hash(access.public)
    payload = KeeperPayload(os.urandom(32), may, may, 0, coach.expires_at)
    hashes = [os.urandom(32) for _ in range(AT_ONCE)]
    return tuple(Ask(one, parse_lock(seal_keeper_lock(payload, day_key, one))) for one in hashes)


async def _bare(count: int) -> float:
    key = OpenKey.from_seed(os.urandom(32))
    sealed = hpke_seal(key.seal_key(), b"keeper", bytes(KEEPER_PAYLOAD_BYTES))
    await asyncio.sleep(0)
    started = time.perf_counter()
    for _ in range(count):
        hpke_open(key, b"keeper", sealed, KEEPER_PAYLOAD_BYTES)
    return count / (time.perf_counter() - started)
