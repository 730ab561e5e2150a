"""The clock: what may be refused and what may be acted on, whatever the machine's clocks do."""

from __future__ import annotations

import subprocess
import sys
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay import clock as subject
from relay.clock import ClockError, Reading, Standing, SystemClock
from relay.core.errors import Busy

START = 1_800_000_000
DAY = 86_400


@dataclass
class Machine:
    """A machine whose clocks are held: both go on together, and the wall clock can be moved alone."""

    wall: float = START
    monotonic: float = 5_000.0
    synchronised: bool = False
    questions: list[bool] = field(default_factory=list)

    def read(self) -> Reading:
        """Both clocks."""
        return Reading(self.wall, self.monotonic)

    def ask(self) -> bool:
        """Whether the kernel holds the wall clock to be right; each question is noted."""
        self.questions.append(self.synchronised)
        return self.synchronised

    def live(self, seconds: float) -> None:
        """Time passes."""
        self.wall += seconds
        self.monotonic += seconds

    def clock(self, offset_file: Path | None = None, last_known_at: int | None = None) -> SystemClock:
        """A relay's clock on this machine."""
        return SystemClock(offset_file, last_known_at=last_known_at, read=self.read, synchronised=self.ask)


@pytest.fixture
def machine() -> Machine:
    """A sound machine."""
    return Machine()


def test_time_passes(machine: Machine) -> None:
    """On a sound machine `now`, what may be acted on and what is known are the wall clock's whole second."""
    clock = machine.clock()
    machine.live(3_600.9)
    assert clock.now() == clock.act_at() == clock.known_at() == START + 3_600
    assert clock.monotonic() == 8_600.9
    assert clock.standing() is Standing.AGREED


@pytest.mark.parametrize(("jump", "agreed"), [(60, True), (61, False), (-60, True), (-61, False)])
def test_limit(machine: Machine, jump: int, agreed: bool) -> None:
    """Sixty seconds apart still agree, sixty-one do not, in either direction."""
    clock = machine.clock()
    machine.wall += jump
    assert clock.standing() is (Standing.AGREED if agreed else Standing.DIVERGED)
    assert (clock.act_at() is not None) == agreed


@pytest.mark.parametrize("jump", [400 * DAY, 3_600, -3_600, -400 * DAY])
def test_jump(machine: Machine, jump: int) -> None:
    """After a jump nothing may be acted on and reads go by the later clock; back in step, all goes on."""
    clock = machine.clock()
    machine.live(100)
    machine.wall += jump
    machine.live(100)
    assert clock.act_at() is clock.known_at() is None
    assert clock.now() == START + 200 + max(jump, 0)
    machine.wall -= jump
    assert clock.now() == clock.act_at() == START + 200


@pytest.mark.parametrize(
    ("jump", "served"), [(60, True), (61, False), (400 * DAY, False), (-400 * DAY, True)]
)
def test_served(machine: Machine, jump: int, served: bool) -> None:
    """People are answered while the wall clock is right or behind, and not while it has run ahead by more
    than a minute; once it is put right they are answered again, by an instant that has not moved on.
    """
    clock = machine.clock()
    machine.live(100)
    machine.wall += jump
    with nullcontext() if served else pytest.raises(Busy):
        assert clock.serving_at() == clock.now()
    machine.wall -= jump
    assert clock.serving_at() == START + 100 + (jump if jump == 60 else 0)


@pytest.mark.parametrize("apart", [-60, -30, 0, 30, 60])
def test_of_two_clocks_the_later_refuses_and_the_earlier_acts(machine: Machine, apart: int) -> None:
    """Up to a minute from the database server's clock, before it or behind: nothing is readable after that
    clock's instant, nothing swept before it, at whichever relay; so it is an hour later too, unasked.
    """
    clock = machine.clock()
    clock.compare(machine.wall - apart, machine.monotonic)
    for _ in range(2):
        server_at = int(machine.wall) - apart
        assert clock.standing() is Standing.AGREED
        assert clock.now() == clock.serving_at() == max(int(machine.wall), server_at)
        assert clock.act_at() == min(int(machine.wall), server_at)
        machine.live(3_600)
    assert clock.apart_seconds() == apart


@pytest.mark.parametrize("apart", [-400 * DAY, -61, 61, 400 * DAY])
def test_too_far_from_the_server_nobody_is_answered(machine: Machine, apart: int) -> None:
    """Nobody knows which of the two is wrong: nothing is swept, no instant is noted, and the server's is not
    believed, until they agree again.
    """
    clock = machine.clock()
    clock.compare(machine.wall - apart, machine.monotonic)
    assert clock.standing() is Standing.APART
    assert clock.act_at() is clock.known_at() is None
    assert clock.now() == int(machine.wall)
    assert int(clock.apart_seconds()) == apart
    with pytest.raises(Busy):
        clock.serving_at()
    clock.compare(machine.wall, machine.monotonic)
    assert clock.standing() is Standing.AGREED
    assert clock.serving_at() == clock.act_at() == int(machine.wall)


def test_what_was_long_on_its_way(machine: Machine) -> None:
    """Nobody knows when the server looked at its clock: refused is by the latest, swept by the earliest, and
    apart is only what is so for certain.
    """
    clock = machine.clock()
    before = machine.monotonic
    machine.live(4)
    clock.compare(START + 62, before)  # between 58 and 62 ahead of ours
    assert clock.standing() is Standing.AGREED
    assert (clock.now(), clock.act_at()) == (START + 66, START + 4)
    clock.compare(START + 4 - 58, before)
    assert (clock.now(), clock.act_at()) == (START + 66, START + 4 - 58)


def test_a_clock_that_lags_is_helped_by_the_server(machine: Machine) -> None:
    """A wall clock that was put back is no reason to send people away: they are answered by the later of what
    has passed and the server's, and nothing is swept.
    """
    clock = machine.clock()
    clock.compare(machine.wall + 10, machine.monotonic)
    machine.wall -= 400 * DAY
    machine.live(100)
    assert clock.serving_at() == START + 110
    assert clock.standing() is Standing.DIVERGED


@pytest.mark.parametrize("away", [-5 * DAY, 5 * DAY])
def test_served_after_an_absence(machine: Machine, away: int) -> None:
    """A relay whose clock nobody vouches for since its start answers people; not while that clock has run
    ahead since, and again once the kernel says that it was set right.
    """
    clock = machine.clock(last_known_at=START - away)
    at = max(START, START - away)
    assert clock.serving_at() == at
    machine.wall += 10 * DAY
    with pytest.raises(Busy):
        clock.serving_at()
    machine.synchronised = True
    assert clock.serving_at() == START + 10 * DAY
    assert clock.standing() is Standing.AGREED


def test_floor(machine: Machine) -> None:
    """A small correction backwards makes nothing readable again, and holds sweeps back at once."""
    clock = machine.clock()
    assert clock.now() == START
    machine.wall -= 30
    assert clock.now() == START
    assert clock.act_at() == START - 30
    machine.live(31)
    assert clock.now() == START + 1


def test_small_step_ahead(machine: Machine) -> None:
    """A step too small to stop anything is refused by, and yet nothing is swept by it."""
    clock = machine.clock()
    machine.wall += 59
    assert clock.now() == START + 59
    assert clock.act_at() == START


def test_accept(machine: Machine) -> None:
    """The operator's word ends a divergence, forwards and backwards, and does turn time back."""
    clock = machine.clock()
    machine.wall += 90 * DAY
    clock.accept()
    assert clock.now() == clock.act_at() == START + 90 * DAY
    machine.wall -= 90 * DAY
    assert clock.act_at() is None
    clock.accept()
    assert clock.now() == clock.act_at() == START


@pytest.mark.parametrize(
    ("away", "standing"),
    [
        (0, Standing.AGREED),
        (2 * DAY, Standing.AGREED),
        (2 * DAY + 1, Standing.ABSENT),
        (-2 * DAY, Standing.AGREED),
        (-2 * DAY - 1, Standing.ABSENT),
    ],
)
def test_start(machine: Machine, away: int, standing: Standing) -> None:
    """More than two days between the last known instant and the start, either way, need a word."""
    clock = machine.clock(last_known_at=START - away)
    assert clock.standing() is standing
    assert (clock.act_at() is None) == (standing is Standing.ABSENT)


def test_first_start(machine: Machine) -> None:
    """A relay that has never run has nothing to lose and needs no word."""
    assert machine.clock().standing() is Standing.AGREED
    assert machine.questions == []


def test_what_was_due_stays_due(machine: Machine) -> None:
    """A clock found behind after a restart makes nothing readable again, and what becomes due meanwhile is
    refused at its second: time does not stand still until the clock has caught up.
    """
    clock = machine.clock(last_known_at=START + 1_000)
    assert clock.now() == START + 1_000
    machine.live(1_001)
    assert clock.now() == START + 2_001
    assert clock.act_at() == START + 1_001
    clock.accept()
    assert clock.now() == START + 1_001


def test_absence_ends(machine: Machine) -> None:
    """The kernel's word ends an absence for good, whatever it did to the clock on the way there."""
    clock = machine.clock(last_known_at=START + 30 * DAY)
    assert clock.act_at() is None
    machine.wall += 30 * DAY + 7
    machine.synchronised = True
    assert clock.act_at() == START + 30 * DAY + 7
    machine.synchronised = False
    machine.live(1)
    assert clock.act_at() == START + 30 * DAY + 8


def test_absence_accepted(machine: Machine) -> None:
    """The operator's word ends an absence where no kernel can vouch."""
    clock = machine.clock(last_known_at=START - 400 * DAY)
    clock.accept()
    assert clock.act_at() == START


def test_offset(machine: Machine, tmp_path: Path) -> None:
    """A moved offset moves the time at once, forwards and back, and stops nothing."""
    path = tmp_path / "offset"
    clock = machine.clock(path)
    for seconds in (0, 400 * DAY, -3_600):
        subject.write_offset(path, seconds)
        assert clock.now() == clock.act_at() == START + seconds
        assert clock.offset_seconds() == seconds
    assert list(tmp_path.iterdir()) == [path]


def test_offset_across_a_restart(machine: Machine, tmp_path: Path) -> None:
    """What is known leaves the offset out, so moving it while the relay is down is no absence."""
    path = tmp_path / "offset"
    subject.write_offset(path, 90 * DAY)
    known_at = machine.clock(path).known_at()
    assert known_at == START
    subject.write_offset(path, 400 * DAY)
    again = machine.clock(path, last_known_at=known_at)
    assert again.act_at() == START + 400 * DAY


@pytest.mark.parametrize("broken", [b"", b"8640", b"86400 s", b"\xff", None])
def test_offset_goes_bad(machine: Machine, tmp_path: Path, broken: bytes | None) -> None:
    """While running, a file that is gone or holds no number leaves the last word in force."""
    path = tmp_path / "offset"
    subject.write_offset(path, 8_640)
    clock = machine.clock(path)
    path.unlink() if broken is None else path.write_bytes(broken)
    assert clock.now() == START + 8_640


@pytest.mark.parametrize(
    "text",
    [b"", b"one day", b"1.5", b" 1", b"1 ", b"1\n\n", b"+1", b"--1", b"1" * 13, b"9" * 12, b"1" * 100],
)
def test_bad_offset(machine: Machine, tmp_path: Path, text: bytes) -> None:
    """At the start anything but one whole number within a century is refused."""
    path = tmp_path / "offset"
    path.write_bytes(text)
    with pytest.raises(ClockError):
        machine.clock(path)


def test_offset_too_far(tmp_path: Path) -> None:
    """No offset over a century is written."""
    with pytest.raises(ClockError):
        subject.write_offset(tmp_path / "offset", 101 * 366 * DAY)
    assert list(tmp_path.iterdir()) == []


@given(
    st.lists(
        st.tuples(st.integers(0, 3 * DAY), st.integers(-400 * DAY, 400 * DAY), st.booleans()), max_size=30
    )
)
def test_no_jump_acts_early(steps: list[tuple[int, int, bool]]) -> None:
    """Whatever jumps and goes back, nothing is acted on before its time, and `now` is never behind it."""
    machine, true_at = Machine(), START
    clock = machine.clock()
    for passed, jump, undone in steps:
        machine.live(passed)
        true_at += passed
        machine.wall += jump
        act_at = clock.act_at()
        assert act_at is None or act_at <= true_at
        assert clock.now() >= true_at - subject.DIVERGENCE_LIMIT_SECONDS
        if undone:
            machine.wall = true_at
            assert clock.act_at() == true_at


def test_this_machine() -> None:
    """The real clocks agree with each other here, and the kernel gives an answer of some kind."""
    clock = SystemClock()
    first = clock.monotonic()
    assert clock.standing() is Standing.AGREED
    assert clock.monotonic() >= first
    assert subject.kernel_synchronised() in (True, False)


def test_nobody_else_reads_the_time() -> None:
    """A module of the relay that reads the time itself is refused by the linter."""
    code = "import time\n\nprint(time.time())\n"
    ruff = [
        sys.executable,
        "-m",
        "ruff",
        "check",
        "--stdin-filename",
        "relay/core/now.py",
        "--select",
        "TID251",
        "-",
    ]
    done = subprocess.run(ruff, input=code, text=True, capture_output=True, check=False, timeout=60)
    assert done.returncode == 1
    assert "relay/clock.py" in done.stdout
