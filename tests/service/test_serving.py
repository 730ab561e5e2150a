"""`relay serve` as a program: what it says, who may run beside it, what a keeper's end and its own end
leave.
"""

from __future__ import annotations

import os
import re
import signal
import socket
from pathlib import Path

import pytest

from tests.service.coach import Coach
from tests.service.programs import DAY_SECONDS, Relay, eventually


def test_it_prints_one_line_and_ends_when_asked(relay: Relay) -> None:
    """Standard output has the line that says where it listens and nothing else; SIGTERM ends it with 0."""
    relay.start_anew()
    assert re.fullmatch(r"ready http=127\.0\.0\.1:\d+ smtp=127\.0\.0\.1:\d+\n", relay.ready)
    assert relay.health() == {"status": "ok", "keeper": "here", "clock": "ok", "offset_seconds": 0}
    (keeper,) = relay.children()
    assert relay.stop() == (0, "")
    assert not _lives(keeper)
    assert not list(relay.folder.glob("*.sock"))


@pytest.mark.parametrize("part", ["http", "smtp", "sweep"])
def test_one_part_alone(relay: Relay, part: str) -> None:
    """`--only` opens that part's port and no other."""
    relay.start("--only", part)
    assert re.findall(r" (\w+)=", relay.ready) == ([] if part == "sweep" else [part])
    assert relay.stop()[0] == 0


def test_both_doors_answer(relay: Relay) -> None:
    """Mail can be brought where the line says."""
    relay.start()
    with socket.create_connection(smtp_of(relay), timeout=10) as peer:
        assert peer.recv(200).startswith(b"220 ")


def test_a_crash_leaves_no_core(relay: Relay) -> None:
    """Neither the relay nor the keeper may write a core, nor the door, which holds mail in clear."""
    relay.start()
    assert relay.process is not None
    assert len(relay.door()) == 2
    for number in (relay.process.pid, *relay.children(), *relay.door()):
        limits = Path(f"/proc/{number}/limits").read_text()
        assert re.search(r"^Max core file size +0 +0 ", limits, re.MULTILINE)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_no_process_of_the_door_outlives_it(relay: Relay, number: signal.Signals) -> None:
    """Whether the relay is asked to end or killed: nobody goes on holding mail, or its port."""
    relay.start_anew()
    door = relay.door()
    with socket.create_connection(smtp_of(relay), timeout=10) as peer:
        assert peer.recv(200).startswith(b"220 ")
        relay.end(number)
        eventually(lambda: not any(map(_lives, door)))
    relay.start()
    with socket.create_connection(smtp_of(relay), timeout=10) as peer:
        assert peer.recv(200).startswith(b"220 ")


def smtp_of(relay: Relay) -> tuple[str, int]:
    """Where mail is brought."""
    matched = re.search(r"smtp=(\S+):(\d+)", relay.ready)
    assert matched is not None
    return matched[1], int(matched[2])


def test_a_second_one_is_refused(relay: Relay) -> None:
    """Who finds the lock held says so and changes nothing; the first goes on."""
    relay.start()
    refused = relay.command("serve", code=1)
    assert "relay.lock" in refused.stderr
    assert refused.stdout == ""
    assert relay.health()["status"] == "ok"


def test_deposits_go_on_while_the_keeper_is_away(coach: Coach) -> None:
    """A killed keeper shows in `/healthz`; a deposit is taken, day keys are at hand; then it is back."""
    relay = coach.relay
    _, facts = relay.call("GET", "/v1/relay")
    keeper_id, today = facts["keepers"][0]["keeper_id"], coach.now // DAY_SECONDS
    days = f"/v1/keepers/{keeper_id}/days?first={today}&count=30"
    eventually(lambda: coach.asks("GET", days)[0] == 200)
    (keeper,) = relay.children()
    os.kill(keeper, signal.SIGKILL)
    assert (
        eventually(lambda: (health := relay.health())["keeper"] == "away" and health)["status"] == "degraded"
    )
    assert coach.deposit(coach.now + 3_600) == 201
    status, kept = coach.asks("GET", days)
    assert (status, len(kept)) == (200, 30 * 1_300)
    eventually(lambda: relay.health()["keeper"] == "here")
    assert coach.asks("GET", days) == (200, kept)


def test_the_keeper_ends_with_a_relay_that_is_killed(coach: Coach) -> None:
    """No keeper outlives its relay; the next start finds folder and store free, and what was stored."""
    relay = coach.relay
    assert coach.deposit(coach.now + 3_600) == 201
    (keeper,) = relay.children()
    relay.end(signal.SIGKILL)
    eventually(lambda: not _lives(keeper))
    relay.start()
    assert relay.status()["envelopes"] == 1
    assert eventually(lambda: relay.health()["keeper"] == "here")


def test_a_clock_that_is_moved_is_followed(coach: Coach) -> None:
    """What is due is not read from that second on, is swept, and the keeper ticks on each new day."""
    relay, today = coach.relay, coach.now // DAY_SECONDS
    assert coach.deposit(coach.now + DAY_SECONDS) == 201
    assert coach.deposit(coach.now + 3 * DAY_SECONDS) == 201
    assert relay.status()["envelopes"] == 2
    for day in (1, 2):
        relay.move_clock(day * DAY_SECONDS)
        eventually(lambda day=day: relay.events("keeper.ticked")[-1]["day"] == today + day)
        eventually(lambda: relay.status()["envelopes"] == 1)
    assert relay.status()["overdue"] == 0
    health = relay.health()
    assert (health["offset_seconds"], health["clock"]) == (2 * DAY_SECONDS, "ok")


def test_what_is_due_is_gone_before_the_ports_open(coach: Coach) -> None:
    """A relay that slept past a date sweeps first: when it says it is ready, nothing due is left."""
    relay = coach.relay
    assert coach.deposit(coach.now + 3_600) == 201
    relay.stop()
    relay.move_clock(DAY_SECONDS)
    swept = len(relay.events("sweep.done"))
    relay.start()
    assert len(relay.events("sweep.done")) == swept + 1
    assert relay.status()["envelopes"] == 0


def test_a_port_that_is_taken_is_said(relay: Relay) -> None:
    """A sentence on standard error, exit 1, nothing on standard output; the lock is free again."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        where = f"127.0.0.1:{taken.getsockname()[1]}"
        refused = relay.command("serve", code=1, environment={"RELAY_HTTP__LISTEN": where})
    assert "could not start" in refused.stderr
    assert refused.stdout == ""
    relay.start()


def test_a_secret_that_is_missing_is_said(relay: Relay) -> None:
    """Without its keys, or with keys that others can read, a relay does not start."""
    door = relay.folder / "secrets" / "door"
    door.chmod(0o644)
    assert f"chmod 600 {door}" in relay.command("serve", code=1).stderr
    door.unlink()
    assert str(door) in relay.command("serve", code=1).stderr


def _lives(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return True
