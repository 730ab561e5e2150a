"""kill -9 and failing calls, walked over every call by which relay and keeper reach the disk while things go:
due, sweep, checkpoint, second look, receipt, batch, log, tick. strace(1) stops the real programs.

After each the relay is started anew and finishes; then a checker, a program of its own, asks it. A few points
with every change, all of them with `--hypothesis-profile long` (CONTRIBUTING.md).

On PostgreSQL the relay is killed at what it sends, too, to the server or to others. The keeper knows no
database, and connections that fail are walked over by tests/postgres/campaign.py.
"""

from __future__ import annotations

import copy
import json
import re
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from keys.encoding import to_base64url, u16, u32
from keys.errors import KeysError
from keys.names import Role, keeper_id
from relay.keeper.folder import read_key
from relay.keeper.ring import open_ring
from relay.keeper.root import roots
from tests.e2e import checker
from tests.e2e.house import on
from tests.e2e.stored import Stored
from tests.flow.cast import ORIGIN
from tests.postgres.server import Server, database_of
from tests.service.coach import Coach
from tests.service.programs import DAY_SECONDS, Relay, eventually

CALLS = "fsync,fdatasync,pwrite64,ftruncate,rename,renameat2,unlink,unlinkat"
DUE_SECONDS = 6 * 3_600
OWNERS = {Role.CLIENT: "client", Role.COACH: "coach", Role.NOTES: "coach"}
SENDS = f"{CALLS},write,sendto,sendmsg"
SHORT_POINTS = {"relay": 4, "keeper": 2}
EACH_SEND = 5  # of more than 1,000 the long form takes every fifth
TEMPLATE = "prepared"
UNDONE = (
    "SELECT count(*) FROM mailbox_rows WHERE reason = 0 AND expires_at <= {now}",
    "SELECT count(*) FROM blobs WHERE expires_at <= {now}",
    "SELECT count(*) FROM receipt_leaves WHERE number = 0",
    "SELECT count(*) FROM receipts WHERE batch_index < 0 AND day < {now} / 86400",
    "SELECT (SELECT count(*) FROM log_entries) <> (SELECT max(size) FROM log_checkpoints)",
    "SELECT (SELECT value FROM notes WHERE name = 'accepted_day') < {now} / 86400 - 1",
)


def can_trace() -> bool:
    """Whether strace is there and may look at a program that runs."""
    if shutil.which("strace") is None:
        return False
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as idle:
        words = ("strace", "-f", "-p", str(idle.pid), "-e", "trace=none")
        with subprocess.Popen(words, stderr=subprocess.PIPE, text=True) as tracer:
            assert tracer.stderr is not None
            attached = "attached" in tracer.stderr.readline()
            tracer.terminate()
        idle.kill()
    return attached


pytestmark = [
    pytest.mark.skipif(not can_trace(), reason="strace is missing, or may not trace other programs"),
    pytest.mark.timeout(900),
]


@dataclass
class Walk:
    """One copy of the prepared relay, on its way through two days."""

    relay: Relay
    coach: Coach
    things: list[dict[str, Any]]
    due_at: int
    database: str = ""
    offset: int = 0

    @property
    def stored(self) -> Stored:
        """What the copy has."""
        return Stored(self.relay.folder, self.database)

    def number(self, of: str) -> int:
        """The process id of the relay or of its keeper."""
        assert self.relay.process is not None
        return self.relay.process.pid if of == "relay" else self.relay.children()[0]

    def to(self, at: int) -> None:
        """Let the relay's time be `at`."""
        self.offset += at - self.relay.now()
        self.relay.move_clock(self.offset)

    @property
    def stages(self) -> tuple[int, int]:
        """When things are due, and a day on which all that went before is logged."""
        return self.due_at + 10, self.due_at // DAY_SECONDS * DAY_SECONDS + 2 * DAY_SECONDS + 600

    def is_done(self, at: int) -> bool:
        """Whether nothing is left to do at a stage: by the rows, and by what the keeper's ticks said."""
        day = at // DAY_SECONDS
        undone = any(self.stored.number(one.format(now=at)) for one in UNDONE)
        return not undone and any(tick["day"] >= day for tick in self.relay.events("keeper.ticked"))

    def finish(self) -> None:
        """Both stages, to their ends."""
        for at in self.stages:
            if self.relay.now() < at:
                self.to(at)
            eventually(lambda at=at: self.is_done(at))

    def check(self) -> None:
        """Let the checker look, and look into the keeper's ring: no day that is over opens."""
        said = self.checked(self.things)
        assert said.returncode == 0, said.stdout + said.stderr
        assert said.stdout.count("good") == len(checker.checks(self.database))
        today = self.relay.now() // DAY_SECONDS
        assert min(ring_days(self.relay.folder / "keeper")) >= today - 1

    def checked(self, things: list[dict[str, Any]]) -> subprocess.CompletedProcess[str]:
        """What the checker says of these things."""
        people = {}
        for name, person in (("coach", self.coach.person), ("client", self.coach.work.client)):
            session = copy.copy(self.coach)
            session.relay, session.person = self.relay, person
            session.sign_in()
            people[name] = session.token
        listening = re.search(r"http=(\S+)", self.relay.ready)
        assert listening is not None
        told = {
            "origin": f"http://{listening[1]}",
            "host": ORIGIN.partition("://")[2],
            "folder": str(self.relay.folder),
            "database": self.database,
            "people": people,
            "mailboxes": {to_base64url(self.coach.work.mailbox(role)): who for role, who in OWNERS.items()},
            "things": things,
        }
        path = self.relay.folder.parent / "told.json"
        path.write_text(json.dumps(told))
        return subprocess.run(
            [sys.executable, "-m", checker.__name__, str(path)],
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )


def ring_days(folder: Path) -> Iterator[int]:
    """The days of every ring that any root in the keeper's folder opens."""
    keeper = keeper_id(read_key(folder).public)
    for path in folder.glob("ring.*"):
        for root in roots(folder / "root"):
            with suppress(KeysError):
                yield from open_ring(path.read_bytes(), root.secret, keeper, root.number).seeds


@dataclass
class Prepared:
    """A relay that has things of two dates, stopped; walks begin with copies of it."""

    folder: Path
    coach: Coach
    due_at: int
    server: Server | None = None
    things: list[dict[str, Any]] = field(default_factory=list)
    _copies: int = 0

    def put(self, role: Role, expires_at: int, file: bytes = b"") -> None:
        """Store one thing, and remember what it looks like."""
        work = self.coach.work
        raw = work.envelope(work.coach, role, expires_at=expires_at)
        links = self._upload(file, expires_at) if file else b""
        group = u16(1) + u16(1) + u32(len(raw)) + raw + u16(len(links) // 32) + links
        status, answer = self.coach.asks("POST", "/v1/envelopes", group)
        assert status == 201, answer
        middles = [raw[len(raw) // 2 :][:32], *([file[70_000:70_032]] if file else [])]
        self.things.append(
            {
                "mailbox": to_base64url(work.mailbox(role)),
                "id": to_base64url(raw[24:40]),
                "expires_at": expires_at,
                "marks": [middle.hex() for middle in middles],
            }
        )

    def _upload(self, content: bytes, expires_at: int) -> bytes:
        blob_id, ask = self.coach.work.dice(32), self.coach.asks
        name = to_base64url(blob_id)
        assert ask("POST", "/v1/blobs", {"blob_id": name, "expires_at": expires_at})[0] in {200, 201}
        assert ask("PUT", f"/v1/blobs/{name}?offset=0", content)[0] == 200
        digest = to_base64url(sha256(content).digest())
        done = {"stored_length": len(content), "sha256": digest}
        assert ask("POST", f"/v1/blobs/{name}/finish", done)[0] in {200, 204}
        return blob_id

    @contextmanager
    def walking(self) -> Iterator[Walk]:
        """A copy that serves, and is gone afterwards."""
        self._copies += 1
        folder = self.folder.parent / f"copy-{self._copies}" / "relay"
        shutil.copytree(self.folder, folder)
        relay = Relay(folder)
        database = self._copied(relay)
        relay.start()
        try:
            yield Walk(relay, self.coach, self.things, self.due_at, database)
        finally:
            relay.kill()
            shutil.rmtree(folder.parent)
            if self.server is not None:
                self.server.psql(f"DROP DATABASE {database_of(database)} WITH (FORCE)")

    def _copied(self, relay: Relay) -> str:
        """The URL of a copy's own database; "" where its file has been copied with the folder."""
        if self.server is None:
            return ""
        name = f"copy_{self._copies}"
        self.server.psql(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
        old, new = self.server.url(TEMPLATE), self.server.url(name)
        relay.config.write_text(relay.config.read_text().replace(on(old), on(new)))
        return new


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """With its rows in the file."""
    return prepare(tmp_path_factory.mktemp("walk") / "relay")


@pytest.fixture(scope="module")
def on_a_server(tmp_path_factory: pytest.TempPathFactory, server: Server) -> Prepared:
    """With its rows in a database of PostgreSQL."""
    server.psql(f"CREATE DATABASE {TEMPLATE}")
    return prepare(tmp_path_factory.mktemp("walk") / "relay", server)


def prepare(folder: Path, server: Server | None = None) -> Prepared:
    """Things in all three mailboxes, some due in hours, the others at the end of the hold; with files."""
    relay = Relay.made(folder)
    relay.config.write_text(relay.config.read_text() + on(server.url(TEMPLATE) if server else ""))
    relay.start()
    try:
        coach = Coach(relay, relay.now())
        coach.enrol(relay.command("coach", "invite", "Anna Harrow").stdout.strip())
        made = Prepared(relay.folder, coach, relay.now() + DUE_SECONDS, server)
        for until in (made.due_at, coach.work.policy.hold_ends_at):
            for role in (Role.CLIENT, Role.CLIENT, Role.COACH, Role.NOTES):
                made.put(role, until)
            made.put(Role.CLIENT, until, coach.work.dice(200_000))
    finally:
        relay.stop()
    return made


@contextmanager
def tracing(walk: Walk, number: int, *words: str) -> Iterator[Path]:
    """Trace a process with all its threads, from here on; what was seen is in the file."""
    seen = walk.relay.folder.parent / "seen"
    said = walk.relay.folder.parent / "tracer"
    with said.open("w") as said_file:
        command = ("strace", "-f", "-p", str(number), "-o", str(seen), *words)
        with subprocess.Popen(command, stderr=said_file) as tracer:
            eventually(lambda: "attached" in said.read_text())
            try:
                yield seen
            finally:
                tracer.kill()  # asked to end, it would wait for threads that are dead


def points(prepared: Prepared, of: str, calls: str = CALLS) -> list[int]:
    """How often the busiest thread reaches the disk on the whole way: one undisturbed walk, which is checked
    too.
    """
    with prepared.walking() as walk:
        with tracing(walk, walk.number(of), "-e", f"trace={calls}") as seen:
            walk.finish()
        walk.check()
        threads = Counter(line.split()[0] for line in seen.read_text().splitlines() if "(" in line)
    return list(range(1, max(threads.values()) + 1))


def chosen(every: list[int], of: str, long_form: bool) -> list[int]:
    """All of them in the long form, else some that are as far apart as can be."""
    if long_form:
        return every
    step = max(1, len(every) // SHORT_POINTS[of])
    return every[step // 2 :: step]


def disturbed(prepared: Prepared, of: str, fault: str, at: int, calls: str = CALLS) -> bool:
    """One walk with a fault at one call; then the relay is killed, comes back, finishes, and is checked.
    Whether that call came: no walk has quite as many as another.
    """
    with prepared.walking() as walk:
        number = walk.number(of)
        words = ("-e", f"trace={calls}", "-e", f"inject={calls}:{fault}:when={at}")
        with tracing(walk, number, *words) as seen:
            for stage in walk.stages:
                walk.to(stage)
                with suppress(AssertionError):  # a failed step may wait for its next turn: the restart is it
                    eventually(lambda stage=stage: is_dead(seen) or walk.is_done(stage))
                if is_dead(seen):
                    break
        struck = is_dead(seen) or "(INJECTED)" in seen.read_text()
        walk.relay.end(signal.SIGKILL)
        walk.relay.start()
        walk.finish()
        walk.check()
        return struck


def is_dead(seen: Path) -> bool:
    """Whether the tracer has killed what it traced."""
    return "+++ killed by SIGKILL" in seen.read_text(errors="replace")


@pytest.mark.parametrize("rows", ["prepared", pytest.param("on_a_server", marks=pytest.mark.postgres)])
def test_the_checker_can_fail(rows: str, request: pytest.FixtureRequest) -> None:
    """Told that all was due long ago, of a relay that holds everything, it finds all of it wrong."""
    with request.getfixturevalue(rows).walking() as walk:
        eventually(lambda: walk.relay.events("keeper.ticked"))
        said = walk.checked([{**one, "expires_at": 1} for one in walk.things])
    assert said.returncode == 1
    for name in ("mailboxes", "receipts", *(() if walk.database else ("raw files",))):
        assert f"WRONG  {name}: AssertionError" in said.stdout


@pytest.mark.parametrize("of", ["relay", "keeper"])
def test_a_kill_at_any_call(prepared: Prepared, of: str, long_form: bool) -> None:
    """Whichever call it was to be, after a restart everything is as promised."""
    every = points(prepared, of)
    assert len(every) >= SHORT_POINTS[of]
    struck = 0
    for at in chosen(every, of, long_form):
        print(f"killed the {of} at call {at} of {len(every)}")
        struck += disturbed(prepared, of, "signal=KILL", at)
    assert struck >= SHORT_POINTS[of] - 1


@pytest.mark.postgres
def test_a_kill_at_anything_sent(on_a_server: Prepared, long_form: bool) -> None:
    """A relay on PostgreSQL: whatever the server has heard of it by then, after a restart everything is as
    promised.
    """
    every = points(on_a_server, "relay", SENDS)[::EACH_SEND]
    assert len(every) >= SHORT_POINTS["relay"]
    struck = 0
    for at in chosen(every, "relay", long_form):
        print(f"killed the relay on PostgreSQL at call {at} of {every[-1]}")
        struck += disturbed(on_a_server, "relay", "signal=KILL", at, SENDS)
    assert struck >= SHORT_POINTS["relay"] - 1


def test_a_call_that_fails(prepared: Prepared, long_form: bool) -> None:
    """A disk that refuses one call of the relay's: after a restart everything is as promised."""
    every = points(prepared, "relay")
    struck = 0
    for at in chosen(every, "relay", long_form):
        print(f"call {at} of {len(every)} failed")
        struck += disturbed(prepared, "relay", "error=EIO", at)
    assert struck >= SHORT_POINTS["relay"] - 1
