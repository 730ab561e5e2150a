"""Clock faults with the real programs: a relay and a keeper whose machine shows them a wrong time. Nothing is
swept or destroyed early, nothing that is due is served.
"""

from __future__ import annotations

import asyncio
import re
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from keys.names import day_of
from relay.clock import SystemClock
from relay.core.errors import KeeperAway
from relay.keeper.client import SocketKeeper
from tests.keeper import shown_clocks
from tests.service.coach import Coach
from tests.service.prepared import Program, run
from tests.service.programs import DAY_SECONDS, Relay, eventually

YEARS_2038 = 2**31 - 3_600
"""An hour before the second at which 32 bits with a sign end."""


class Machine:
    """A relay and its keeper, each a program by itself, under the clocks of one machine."""

    def __init__(self, folder: Path) -> None:
        self.relay = Relay.made(folder)
        text = self.relay.config.read_text().replace("autostart = true", "autostart = false")
        self.relay.config.write_text(text.partition("\n[clock]")[0])
        self.clocks = folder / "clocks"
        self.wrong, self.passed = 0, 0
        self.set()
        self.keeper: Program | None = None
        public = (folder / "secrets" / "keeper.pub").read_bytes()
        self.client = SocketKeeper(folder / "keeper.sock", public)

    def set(self, wrong: int | None = None, passed: int = 0) -> None:
        """Make the wall clock wrong by so much, and let time pass on both clocks."""
        self.wrong, self.passed = self.wrong if wrong is None else wrong, self.passed + passed
        fresh = self.clocks.with_suffix(".new")
        fresh.write_text(f"{self.wrong} {self.passed}")
        fresh.replace(self.clocks)

    def program(self, *words: str, stdout: int = subprocess.DEVNULL) -> Program:
        """Start a program of `relay` on this machine."""
        asked = [str(self.clocks), *words, "--config", str(self.relay.config)]
        with (self.relay.folder / "log").open("ab") as log:
            return Program(shown_clocks.__name__, asked, stdout=stdout, stderr=log.fileno())

    def start(self) -> None:
        """Run both; returns when both answer."""
        self.keeper = self.program("keeper")
        eventually(lambda: self.asked("status"))
        self.relay.process = self.program("serve", stdout=subprocess.PIPE)
        assert self.relay.process.stdout is not None
        self.relay.ready = self.relay.process.stdout.readline().decode()
        assert re.match("ready", self.relay.ready), self.relay.log()

    def stop(self) -> None:
        """End both."""
        if self.relay.process is not None:
            self.relay.stop()
        if self.keeper is not None:
            self.keeper.terminate()
            self.keeper.wait(30)
            self.keeper = None

    def link(self) -> str:
        """A coach's link, made on this machine."""
        made = self.program("coach", "invite", "Anna Harrow", stdout=subprocess.PIPE)
        return made.communicate(timeout=60)[0].decode().strip()

    def asked(self, verb: str) -> dict[str, int] | None:
        """The keeper's status, or what its tick did; None where it does not."""
        try:
            return dict(asyncio.run(getattr(self.client, verb)()))
        except KeeperAway:
            return None

    def sweeps(self) -> bool:
        """Ask for a sweep; whether the relay believes its clock."""
        asked = ["expire", "run", "--config", str(self.relay.config)]
        return run("relay", asked, timeout=60).returncode == 0

    def held(self) -> tuple[int, int]:
        """Envelopes in the store, and days in the ring."""
        status = self.asked("status")
        assert status is not None
        with closing(sqlite3.connect(self.relay.folder / "relay.db")) as database:
            (envelopes,) = database.execute("SELECT count(*) FROM mailbox_rows WHERE reason=0").fetchone()
        return envelopes, status["days"]

    def has_made_a_year(self) -> bool:
        """Whether the keeper has made the keys of all the days to come that it makes."""
        status = self.asked("status")
        return status is not None and status["days"] > 900

    def lacks_nothing(self, before: tuple[int, int]) -> bool:
        """Whether all of that is still held; by a clock that is ahead further days are made, which is no
        harm.
        """
        envelopes, days = self.held()
        return envelopes == before[0] and days >= before[1]


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    """A machine whose clocks are right; nothing runs yet."""
    machine = Machine(tmp_path / "house")
    yield machine
    machine.stop()


def filled(machine: Machine) -> Coach:
    """Run all, and put in what is due in an hour, in two days and in twenty; the keeper has made a year."""
    machine.start()
    now = machine.relay.now()
    coach = Coach(machine.relay, now)
    coach.enrol(machine.link())
    for seconds in (3_600, 2 * DAY_SECONDS, 20 * DAY_SECONDS):
        assert coach.deposit(now + seconds) == 201
    eventually(machine.has_made_a_year)
    return coach


YEARS = (400 * DAY_SECONDS, -400 * DAY_SECONDS)


def test_jumps_while_running(machine: Machine) -> None:
    """By years, by less than the keeper would believe, or by the hour of a summer time gone wrong: neither
    sweep nor tick takes anything; put right, everything is served, and the sweep goes on.
    """
    coach = filled(machine)
    rows = coach.rows()
    for jump in (*YEARS, 40 * 3_600, 3_600, -3_600):
        before = machine.held()
        machine.set(wrong=jump)
        assert not machine.sweeps(), jump
        ticked = machine.asked("tick")
        assert ticked is None or ticked["destroyed"] == 0, jump
        assert machine.relay.health()["clock"] == "stopped", jump
        assert machine.lacks_nothing(before), jump
        machine.set(wrong=0)
        assert machine.sweeps(), jump
        assert coach.rows() == rows, jump
        assert machine.asked("tick")["destroyed"] == 0, jump  # type: ignore[index]
        assert machine.lacks_nothing(before), jump


def test_jumps_across_a_restart(machine: Machine) -> None:
    """Started under a clock that is years off, both wait for the operator's word and take nothing; started
    again under the right one they go on.
    """
    coach = filled(machine)
    before, rows = machine.held(), coach.rows()
    for jump in YEARS:
        machine.stop()
        machine.set(wrong=jump)
        machine.start()
        assert not machine.sweeps(), jump
        ticked = machine.asked("tick")
        assert ticked is None or ticked["destroyed"] == 0, jump
        assert machine.lacks_nothing(before), jump
        machine.stop()
        machine.set(wrong=0)
        machine.start()
        assert machine.sweeps(), jump
        assert coach.rows() == rows, jump
        assert machine.lacks_nothing(before), jump


def test_a_restart_in_the_past_serves_nothing_late(machine: Machine) -> None:
    """Under a clock that is four hundred days behind time goes on all the same: what becomes due is refused
    at its second, and nothing is taken away.
    """
    coach = filled(machine)
    rows = coach.rows()
    machine.stop()
    machine.set(wrong=-400 * DAY_SECONDS)
    machine.start()
    assert coach.rows() == rows
    machine.set(passed=3_700)
    assert 0 < len(coach.rows()) < len(rows)
    assert not machine.sweeps()
    assert machine.relay.status()["envelopes"] == 3


def test_2038(machine: Machine) -> None:
    """The last second of 32 bits is a second like others: what is due around it goes, the keeper destroys
    its day when that is over, and the rest stays.
    """
    machine.set(wrong=YEARS_2038 - SystemClock().now())
    machine.start()
    now = machine.relay.now()
    assert abs(now - YEARS_2038) < 60
    coach = Coach(machine.relay, now)
    coach.enrol(machine.link())
    for at in (2**31 - 1, 2**31, 2**31 + 40 * DAY_SECONDS // 2):
        assert coach.deposit(at) == 201
    eventually(machine.has_made_a_year)
    machine.set(passed=3_700)
    assert machine.sweeps()
    assert machine.relay.status()["envelopes"] == 1
    machine.set(passed=DAY_SECONDS)
    eventually(lambda: asyncio.run(machine.client.days_gone(0)))
    words = asyncio.run(machine.client.days_gone(0))
    assert [int.from_bytes(raw[16:20], "big") for raw in words] == [day_of(2**31)]
    assert machine.relay.status()["envelopes"] == 1
