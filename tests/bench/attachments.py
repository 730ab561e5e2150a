"""Row 10: a file of 256 MiB through the SDK, up and down, against the same bytes through bare aiohttp into
one file and back, and against the chunked cipher alone; and how much memory relay and SDK take for it.

What is held, and why not the cipher alone: docs/decisions/0006-large-bodies.md.

The SDK runs in a program of its own, `python -m tests.bench.attachments FOLDER RELAY PORT MIB ROUNDS`, whose
memory is then the SDK's alone. It prints what it measured as one JSON object.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median

import aiohttp
import uvloop

from client_sdk.account import AsyncAccount
from client_sdk.attachment import Attachment
from client_sdk.engagement import AsyncEngagement
from keys.stream import Opener, Sealer
from tests.bench.figures import Figure, Findings, Told, interleaved
from tests.bench.house import PASSWORD, home_of, housed
from tests.bench.programs import Memory, output_of, served

MIB = 1 << 20
MOST_GROWTH_MIB = 64.0
LEAST_OF_A_FILE = 0.4
STEPS = ("seal", "put", "up", "open", "get", "down")

Columns = dict[str, list[float]]


async def measure(rounds: int, quick: bool) -> Findings:
    """Send and fetch a file in each round, by a program beside this one."""
    size_mib = 32 if quick else 256
    async with housed() as (house, relay, _):
        with served("tests.bench.bare", "file", str(house.folder / "bare.bin")) as bare:
            words = (house.folder, relay.process.pid, bare.port, size_mib, rounds)
            printed = await asyncio.to_thread(output_of, "tests.bench.attachments", *map(str, words))
    found: Columns = json.loads(printed)
    what, ways = f"{size_mib} MiB up and down", _joined(found["up"], found["down"])
    file, cipher = _joined(found["put"], found["get"]), _joined(found["seal"], found["open"])
    return Findings(
        (
            Figure("10", what, ways, "bare aiohttp, one file", file, "MB/s", LEAST_OF_A_FILE),
            Figure("10", what, ways, "the cipher alone", cipher, "MB/s"),
            *(_growth(who, found) for who in ("relay", "SDK") if who in found),
        ),
        tuple(Told("10", name, median(found[name]), "MB/s") for name in STEPS),
    )


def _joined(there: list[float], back: list[float]) -> list[float]:
    """The rate of both ways, one after the other."""
    return [2 / (1 / one + 1 / other) for one, other in zip(there, back, strict=True)]


def _growth(who: str, found: Columns) -> Figure:
    most = [MOST_GROWTH_MIB] * len(found[who])
    return Figure("10", f"memory that {who} grew by", found[who], "of", most, "MiB", 1, at_most=True)


# --- the program ---


@dataclass
class Bare:
    """The baseline's other end: the least that a large file's way there and back safely takes. What it sends
    is random bytes, as sealed bytes are.
    """

    http: aiohttp.ClientSession
    url: str
    digest: bytes = b""

    async def put(self, source: Path) -> None:
        """From a file here to one there: hashed and synced there."""
        async with self.http.put(self.url, data=_pieces(source)) as answer:
            assert answer.status == 201
            self.digest = await answer.read()

    async def get(self, target: Path) -> None:
        """The same back: hashed, and synced into a file here."""
        running = hashlib.sha256()
        async with self.http.get(self.url, read_bufsize=MIB) as answer:
            with target.open("wb") as file:
                async for piece in answer.content.iter_any():
                    running.update(piece)
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
        assert running.digest() == self.digest
        target.unlink()


async def _pieces(source: Path) -> AsyncIterator[bytes]:
    with source.open("rb") as file:
        while piece := file.read(MIB):
            yield piece


@dataclass
class Sides:
    """Both accounts of an engagement, and a file to send."""

    coach: AsyncEngagement
    client: AsyncEngagement
    source: Path
    fetched: Path
    processes: dict[str, Memory]
    bare: Bare
    grown: dict[str, float] = field(default_factory=dict)

    @property
    def size_bytes(self) -> int:
        """How large the file is."""
        return self.source.stat().st_size

    async def up(self) -> None:
        """Send it: sealed, uploaded, and its message stored."""
        sent = await self.coach.send(subject="A file", attach=[Attachment.from_path(self.source)])
        assert not sent.waiting

    async def down(self) -> None:
        """Fetch what was sent last: every check made, and on disk."""
        message = await anext(self.client.messages())
        (file,) = message.attachments
        path = await file.save_to(self.fetched)
        assert path.stat().st_size == self.size_bytes
        path.unlink()

    async def put(self) -> None:
        """As many bytes through bare aiohttp, there."""
        await self.bare.put(self.source)

    async def get(self) -> None:
        """And back."""
        await self.bare.get(self.fetched.with_suffix(".bare"))

    async def seal(self) -> None:
        """The cipher alone, from memory into memory."""
        sealer, piece = Sealer(b"k" * 32, b"bench", os.urandom(24)), os.urandom(MIB)
        for _ in range(self.size_bytes // MIB):
            sealer.update(piece)
        sealer.finish()

    async def open(self) -> None:
        """The cipher alone, the other way: one sealed mebibyte, opened again and again."""
        sealer, piece = Sealer(b"k" * 32, b"bench", os.urandom(24)), os.urandom(MIB)
        sealed = bytes(sealer.update(piece))
        for _ in range(self.size_bytes // MIB):
            Opener(b"k" * 32, b"bench", sealer.head).update(sealed)

    async def rate(self, step: Callable[[], Awaitable[None]]) -> float:
        """MB a second of one step, and on the way how much memory it took."""
        before = {who: memory.forget_peak() for who, memory in self.processes.items()}
        started = time.perf_counter()
        await step()
        elapsed = time.perf_counter() - started
        for who, resident in before.items():
            peak = self.processes[who].peak()
            if resident is not None and peak is not None and step in (self.up, self.down):
                self.grown[who] = max(self.grown.get(who, 0.0), peak - resident)
        return self.size_bytes / 1e6 / elapsed


async def _program(folder: Path, relay: int, bare_port: int, size_mib: int, rounds: int) -> Columns:
    source = folder / "source.bin"
    with source.open("wb") as file:
        for _ in range(size_mib):
            file.write(os.urandom(MIB))
    async with (
        await AsyncAccount.open(home=home_of(folder, "coach"), password=PASSWORD) as coach,
        await AsyncAccount.open(home=home_of(folder, "client"), password=PASSWORD) as client,
        aiohttp.ClientSession() as http,
    ):
        processes = {"relay": Memory(relay), "SDK": Memory()}
        bare = Bare(http, f"http://127.0.0.1:{bare_port}/file")
        parties = coach.engagement(), client.engagement()
        sides = Sides(*parties, source, folder / "fetched", processes, bare)
        steps = (partial(sides.rate, getattr(sides, name)) for name in STEPS)
        found = dict(zip(STEPS, await interleaved(rounds, *steps), strict=True))
    return found | {who: [grown] for who, grown in sides.grown.items()}


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as loop:
        print(json.dumps(loop.run(_program(Path(sys.argv[1]), *map(int, sys.argv[2:])))))
