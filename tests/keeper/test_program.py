"""`relay keeper` as a program: who may run beside it, how it ends, and what a kill at any moment leaves."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from keys.day_keys import open_day_key
from keys.encoding import to_base64url
from relay.core.errors import KeeperAway
from relay.keeper.child_plan import ChildPlan
from relay.keeper.client import SocketKeeper
from tests.service import prepared
from tests.service.programs import DAY_SECONDS, Relay, eventually


class Program:
    """A keeper's program over a relay's folder."""

    def __init__(self, relay: Relay) -> None:
        self.relay = relay
        self.public = (relay.folder / "secrets" / "keeper.pub").read_bytes()
        self.client = SocketKeeper(relay.folder / "keeper.sock", self.public)
        self.process: prepared.Program | None = None

    def start(self, *words: str) -> None:
        """Run it, and wait until it answers."""
        asked = ["keeper", "--config", str(self.relay.config), *words]
        with (self.relay.folder / "log").open("ab") as log:
            self.process = prepared.Program("relay", asked, stdin=subprocess.PIPE, stderr=log.fileno())
        eventually(self.answers)

    def configure(self, line: str) -> None:
        """Add a line to its settings."""
        text = self.relay.config.read_text()
        self.relay.config.write_text(text.replace("[keeper]\n", f"[keeper]\n{line}\n"))

    def answers(self) -> bool:
        """Whether it does."""
        try:
            asyncio.run(self.client.status())
        except KeeperAway:
            return False
        return True

    def end(self, number: signal.Signals) -> int:
        """End it by a signal; its exit code."""
        assert self.process is not None
        self.process.send_signal(number)
        code = self.process.wait(30)
        self.process.stdin.close()
        self.process = None
        return code


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    """A keeper that is made and does not run yet."""
    program = Program(Relay.made(tmp_path / "house"))
    yield program
    if program.process is not None:
        program.end(signal.SIGKILL)


def test_it_ends_when_asked(program: Program) -> None:
    """SIGTERM ends it with 0 and takes its socket away."""
    program.start()
    assert program.end(signal.SIGTERM) == 0
    assert not (program.relay.folder / "keeper.sock").exists()


def test_it_leaves_no_core_dump(program: Program) -> None:
    """The limit for core files is 0, soft and hard: a crash cannot write seeds to a file."""
    program.start()
    assert program.process is not None
    limits = Path(f"/proc/{program.process.pid}/limits").read_text()
    (core,) = [line.split() for line in limits.splitlines() if line.startswith("Max core file size")]
    assert core[4:6] == ["0", "0"]


def test_one_keeper_at_a_time(program: Program) -> None:
    """A second keeper over the same folder ends with a sentence; the first goes on answering."""
    program.start()
    assert "another keeper holds" in program.relay.command("keeper", code=1).stderr
    assert program.answers()


def test_a_folder_that_is_open_to_others_is_refused(program: Program) -> None:
    """Permissions come first."""
    (program.relay.folder / "keeper").chmod(0o750)
    assert "chmod 700" in program.relay.command("keeper", code=1).stderr


def test_a_ring_that_does_not_open_is_said(program: Program) -> None:
    """A damaged ring ends the start with the name of the file."""
    (program.relay.folder / "keeper" / "ring.1").write_bytes(b"damaged")
    assert "ring.1" in program.relay.command("keeper", code=1).stderr


def test_its_fingerprint_is_printed(program: Program) -> None:
    """For people and for another relay's settings; from its folder, or from what the relay was given."""
    short, key = to_base64url(program.client.keeper_id), to_base64url(program.public)
    expected = f"fingerprint  {short}\nkey          {key}\n"
    assert program.relay.command("keeper", "fingerprint").stdout == expected
    (program.relay.folder / "keeper" / "key").unlink()
    assert program.relay.command("keeper", "fingerprint").stdout == expected


def test_a_clock_is_accepted_by_its_own_operator(program: Program) -> None:
    """A keeper without a relay takes the operator's word at its own socket; one that is away is said."""
    assert "does not answer" in program.relay.command("keeper", "accept-clock", code=7).stderr
    program.start()
    assert "0 days were over" in program.relay.command("keeper", "accept-clock").stderr


@pytest.mark.parametrize(
    ("place", "code", "said"),
    [("keeper.example:80", 2, "--listen must be"), ("203.0.113.7:0", 1, "loopback alone")],
)
def test_a_wrong_place_to_listen_is_said(program: Program, place: str, code: int, said: str) -> None:
    """No name, and nothing but loopback while the clock is moved by hand."""
    assert said in program.relay.command("keeper", "--listen", place, code=code).stderr


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('mirror = "nowhere/second"', "mounted"),
        ('ring_backups = "ring"\nring_backup_key = "relay.toml"', "no public key"),
        ('ring_backups = "ring"\nring_backup_key = "none"', "could not start"),
        ('ring_backups = "nowhere/ring"\nring_backup_key = "ring.pub"', "could not start"),
    ],
)
def test_what_it_cannot_write_keeps_it_from_starting(program: Program, line: str, said: str) -> None:
    """A mirror or a folder of backups that is not there, and a key that is none: a sentence each."""
    public = program.relay.command("keeper", "ring-key", str(program.relay.folder / "k"), config=False).stdout
    (program.relay.folder / "ring.pub").write_text(public)
    program.configure(line)
    assert said in program.relay.command("keeper", code=1).stderr


def test_doctor_tells_of_mirror_and_backups(program: Program) -> None:
    """A relay's examination has a group for keepers."""
    public = program.relay.command("keeper", "ring-key", str(program.relay.folder / "k"), config=False).stdout
    (program.relay.folder / "ring.pub").write_text(public)
    program.configure('mirror = "second"\nring_backups = "ring"\nring_backup_key = "ring.pub"')
    program.relay.start()
    try:
        lines = program.relay.command("doctor", "--json", code=3).stdout.splitlines()
        told = {one["check"]: one for one in map(json.loads, lines) if one["group"] == "keepers"}
        assert set(told) == {"clock", "mirror", "refusal list", "ring backups"}
        assert told["mirror"]["found"] == "in step, but on the same disk as the keeper's folder"
        assert told["ring backups"]["found"] == "undecryptable after the tick plus 14 days"
        assert "undecryptable after the tick plus 14 days" in program.relay.command("status").stdout
        assert program.relay.events("keeper.mirror_rebuilt")
    finally:
        program.relay.stop()


def child(plan: ChildPlan, stderr: int = subprocess.DEVNULL) -> prepared.Program:
    """A keeper as a relay starts it."""
    started = prepared.Program("relay.keeper.child", [], stdin=subprocess.PIPE, stderr=stderr)
    started.stdin.write(plan.encode())
    started.stdin.flush()
    return started


def test_a_child_ends_with_its_parent(program: Program) -> None:
    """As a child it goes by what it is told, and ends when standard input does."""
    folder = program.relay.folder
    program.process = started = child(ChildPlan(folder / "keeper", folder / "keeper.sock"))
    eventually(program.answers)
    started.stdin.close()
    assert started.wait(30) == 0
    program.process = None


@pytest.mark.parametrize(
    ("key", "said"),
    [("relay.toml", "holds no public key"), ("none", "The keeper could not start")],
)
def test_a_child_says_what_keeps_it_from_starting(program: Program, key: str, said: str) -> None:
    """A sentence, and exit code 1."""
    folder = program.relay.folder
    plan = ChildPlan(
        folder / "keeper", folder / "keeper.sock", ring_backups=folder / "ring", ring_backup_key=folder / key
    )
    with child(plan, subprocess.PIPE) as started:
        _, told = started.communicate(30)
    assert (started.returncode, told.decode().count("\n")) == (1, 1)
    assert said in told.decode()


def test_a_child_that_is_told_nothing_ends(program: Program) -> None:
    """The relay that started it has gone: no line, half of one, or one without an end."""
    for told in (b"", b'{"folder": "/', bytes(1 << 17)):
        started = prepared.Program("relay.keeper.child", [], stdin=subprocess.PIPE)
        with contextlib.suppress(BrokenPipeError):
            started.stdin.write(told)
            started.stdin.close()
        assert started.wait(30) == 0


@pytest.mark.parametrize("mirror", [False, True])
def test_kills_in_the_middle_of_ticks_lose_nothing(program: Program, mirror: bool, long_form: bool) -> None:
    """Killed time and again while it ticks and makes days, it starts each time, and each day key that it
    ever gave out is still the one of its day; with a mirror too. In the long form it is killed twenty times.
    """
    if mirror:
        program.configure('mirror = "second"')
    given: dict[int, bytes] = {}
    for round_number in range(20 if long_form else 6):
        program.start()
        asyncio.run(_press(program, given, round_number))
    program.start()
    today = asyncio.run(_today(program))
    living = {day: key for day, key in given.items() if day >= today}
    assert living
    assert asyncio.run(_keys(program, today, max(living) - today + 1)).items() >= living.items()


async def _press(program: Program, given: dict[int, bytes], round_number: int) -> None:
    """Ask for ticks and ever more days at once, and kill in the midst of it."""
    today = await _today(program)
    program.relay.move_clock((round_number // 4) * DAY_SECONDS)
    asked: list[asyncio.Task[Any]] = []
    for ahead in range(6):
        asked.append(asyncio.create_task(_remember(program, given, today + 1 + round_number + ahead)))
        asked.append(asyncio.create_task(program.client.tick()))
    for _ in range(round_number % 5 + 1):
        await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
        asked = [task for task in asked if not task.done()] or asked
    assert program.process is not None
    os.kill(program.process.pid, signal.SIGKILL)
    await asyncio.gather(*asked, return_exceptions=True)
    program.end(signal.SIGKILL)


async def _remember(program: Program, given: dict[int, bytes], day: int) -> None:
    for made, key in (await _keys(program, day, 1)).items():
        assert given.setdefault(made, key) == key


async def _keys(program: Program, first: int, count: int) -> dict[int, bytes]:
    raws = await program.client.days(first, count)
    keys = [open_day_key(raw, program.client.keeper_id, program.public) for raw in raws]
    return {key.day: key.public for key in keys}


async def _today(program: Program) -> int:
    return (await program.client.tick())["day"]
