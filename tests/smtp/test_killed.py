"""kill -9 of a whole relay while a mail comes in: in DATA, at each call by which it reaches the disk, and
after the commit with the 250 lost. What was acknowledged is there; what was not is, once, after its retry.

A few points with every change, all of them with `--hypothesis-profile long`.
"""

from __future__ import annotations

import asyncio
import signal
import subprocess
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.e2e.test_walk import CALLS, can_trace
from tests.service.programs import eventually
from tests.smtp.conftest import Standing, standing
from tests.smtp.talk import CLOSED, END, TAKEN, TO_DATA, mail, talk

SHORT_POINTS = 3
BODY = b"".join(
    b"%05d of the lines of a mail that is staged in pieces\r\n" % number for number in range(9_000)
)


@pytest.fixture(scope="module")
async def relay(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Standing]:
    """A relay that is killed, and started again, by each test."""
    async with standing(tmp_path_factory.mktemp("killed")) as found:
        yield found


def written(name: str, body: bytes = BODY) -> bytes:
    """A mail of its own subject."""
    return mail(body).replace(b"{name}", name.encode())


async def sent(relay: Standing, raw: bytes) -> str:
    """Deliver a mail by a dialogue of its own; the last answer."""
    with suppress(ConnectionError):
        heard = await relay.peer().hold(talk("a mail", "reliability.md 7, row 1", *TO_DATA, (raw + END, "2")))
        return heard.answers[-1][-1]
    return CLOSED


async def restart(relay: Standing) -> None:
    """Kill the relay, if it still lives, and start it again."""
    await asyncio.to_thread(relay.house.relay.end, signal.SIGKILL)
    await asyncio.to_thread(relay.house.relay.start)


async def count(relay: Standing, raw: bytes) -> int:
    """How often a mail is in the inbox."""
    return (await relay.mails()).count(raw)


async def test_a_kill_in_data(relay: Standing) -> None:
    """Of a mail that was not ended nothing is read; its retry makes one copy."""
    raw = written("in data")
    reader, writer = await asyncio.open_connection(*relay.place())
    await reader.readline()
    for line, _ in TO_DATA:
        writer.write(line.replace(b"{to}", relay.inbox.encode()))
        while (await reader.readline())[3:4] == b"-":
            pass
    writer.write(raw[:-9000])
    await writer.drain()
    await asyncio.to_thread(eventually, lambda: relay.house.relay.status()["blobs"])
    await restart(relay)
    with suppress(ConnectionError):
        assert await reader.read() == b""
    writer.close()
    assert await count(relay, raw) == 0
    assert (await sent(relay, raw)).startswith(TAKEN)
    assert await count(relay, raw) == 1


async def test_a_lost_250_in_the_same_run(relay: Standing) -> None:
    """A peer that never heard the 250 and tries again within the hour makes no second copy."""
    raw = written("lost 250")
    assert (await sent(relay, raw)).startswith(TAKEN)
    for _ in range(3):
        assert (await sent(relay, raw)).startswith(TAKEN)
    assert await count(relay, raw) == 1


async def test_a_kill_between_commit_and_250(relay: Standing) -> None:
    """What was committed is there after the kill; a retry makes at most one copy more (docs/architecture.md),
    and further ones none.
    """
    raw = written("killed after the commit")
    assert (await sent(relay, raw)).startswith(TAKEN)  # and let this answer be the one that nobody heard
    await restart(relay)
    assert await count(relay, raw) == 1
    for _ in range(3):
        assert (await sent(relay, raw)).startswith(TAKEN)
    assert await count(relay, raw) <= 2


@contextmanager
def traced(relay: Standing, seen: Path, *words: str) -> Iterator[None]:
    """Strace on the relay's own program, with all its threads."""
    assert relay.house.relay.process is not None
    said = seen.with_suffix(".said")
    command = ("strace", "-f", "-p", str(relay.house.relay.process.pid), "-o", str(seen), *words)
    with said.open("w") as file, subprocess.Popen(command, stderr=file) as tracer:
        eventually(lambda: "attached" in said.read_text())
        try:
            yield
        finally:
            tracer.kill()


@pytest.mark.skipif(not can_trace(), reason="strace is missing, or may not trace other programs")
@pytest.mark.timeout(900)
async def test_a_kill_at_any_call_to_the_disk(relay: Standing, tmp_path: Path, long_form: bool) -> None:
    """Wherever between the first byte and the 250 the relay is killed: a mail that was acknowledged is there
    once, one that was not is there once after its retry, or twice where the kill came after the commit.
    """
    with traced(relay, tmp_path / "seen", "-e", f"trace={CALLS}"):
        assert (await sent(relay, written("undisturbed"))).startswith(TAKEN)
    threads = Counter(line.split()[0] for line in (tmp_path / "seen").read_text().splitlines() if "(" in line)
    every = list(range(1, max(threads.values()) + 1))
    step = 1 if long_form else max(1, len(every) // SHORT_POINTS)
    struck = 0
    for at in every[step // 2 :: step]:
        raw = written(f"killed at call {at}")
        with traced(
            relay,
            tmp_path / f"seen-{at}",
            "-e",
            f"trace={CALLS}",
            "-e",
            f"inject={CALLS}:signal=KILL:when={at}",
        ):
            answer = await sent(relay, raw)
        assert relay.house.relay.process is not None
        struck += not answer.startswith(TAKEN)
        await restart(relay)
        before = await count(relay, raw)
        assert before == 1 if answer.startswith(TAKEN) else before <= 1
        assert (await sent(relay, raw)).startswith(TAKEN)
        assert await count(relay, raw) <= 1 + before
        assert await count(relay, raw) >= 1
    assert struck >= min(SHORT_POINTS, len(every)) - 1
