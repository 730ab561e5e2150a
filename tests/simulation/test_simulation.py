"""The simulation must be able to fail: each promise is broken once, and is found broken; and whole as it
is, nothing is found. The long form is `relay simulate --runs 10000`, of each kind.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from typer.testing import CliRunner

from relay.__main__ import app
from relay.core.model import Group, Outcome, Page
from relay.flow.company import Company
from relay.keeper.refusals import Refusals
from relay.operator.simulation.campaign import Campaign, history, verdicts
from relay.operator.simulation.play import Kind, Spoil, play
from relay.operator.simulation.players import Party
from relay.operator.simulation.world import World

STEPS = 300
ALONE, SEVERAL, ON_FILE = Kind(STEPS), Kind(STEPS, relays=3), Kind(STEPS, on_file=True)
SEEDS = range(8)
MANY_SEEDS = range(30)


@pytest.mark.parametrize(("kind", "runs"), [(ALONE, 8), (SEVERAL, 8), (ON_FILE, 3)])
def test_whole_as_it_is_nothing_is_found(kind: Kind, runs: int) -> None:
    """The short form: several worlds, in two processes, and each ends as it should."""
    ended = list(verdicts(Campaign(first=0, runs=runs, kind=kind, processes=2)))
    assert sorted(one.seed for one in ended) == list(range(runs))
    assert [history(one, kind) for one in ended if one.fault] == []
    assert all(one.letters for one in ended)


@pytest.mark.parametrize("kind", [ALONE, SEVERAL, ON_FILE])
def test_a_run_is_its_seed(kind: Kind) -> None:
    """Two processes that play one seed see the same, to the last envelope."""
    first, again = (list(verdicts(Campaign(7, 1, replace(kind, steps=100), 1))) for _ in range(2))
    assert first == again


def test_a_failure_says_how_to_see_it_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that failed gives its fault, what led to it, and the command that repeats it; exit code 1."""
    failed = next(one for seed in SEEDS if (one := play(seed, SEVERAL, _forget_some)).fault)
    monkeypatch.setattr("relay.operator.simulation.campaign.verdicts", lambda _: iter([failed]))
    ended = CliRunner().invoke(app, ["simulate", "--runs", "1", "--steps", "300", "--relays", "3"])
    assert ended.exit_code == 1
    assert failed.fault in ended.output
    assert f"relay simulate --seed {failed.seed} --runs 1 --steps 300 --relays 3" in ended.output


def test_a_file_has_one_relay() -> None:
    """Several relays on a file are no kind of run."""
    ended = CliRunner().invoke(app, ["simulate", "--file", "--relays", "2"])
    assert ended.exit_code == 2
    assert "a file has one relay" in ended.output


def _forget_some(world: World) -> None:
    """Every ninth deposit is acknowledged and not stored."""
    deposit, count = world.store.deposit, 0

    async def forgetful(groups: list[Group], **named: Any) -> list[Outcome]:
        nonlocal count
        count += 1
        return [Outcome("stored")] * len(groups) if count % 9 == 0 else await deposit(groups, **named)

    world.store.deposit = forgetful  # type: ignore[method-assign, assignment]


def _show_what_is_due(world: World) -> None:
    """Pages are made by a clock that stands still."""
    rows, began_at = world.store.rows, world.relays[0].now()

    async def late(mailbox_id: bytes, *, now: int, **named: Any) -> Page:
        return await rows(mailbox_id, now=began_at, **named)

    world.store.rows = late  # type: ignore[method-assign, assignment]


def _pass_one_by(world: World) -> None:
    """A cursor goes one too far."""
    rows = world.store.rows

    async def hasty(mailbox_id: bytes, **named: Any) -> Page:
        page = await rows(mailbox_id, **named)
        return replace(page, next=page.next + 1) if page.rows else page

    world.store.rows = hasty  # type: ignore[method-assign, assignment]


def _take_nothing_away(world: World) -> None:
    """Own copies are said to be gone, and stay."""

    async def kept(mailbox_id: bytes, envelope_ids: list[bytes], *, now: int) -> int:
        return len(envelope_ids)

    world.store.expire_own = kept  # type: ignore[method-assign, assignment]


def _wake_nobody(world: World) -> None:
    """Readers are not told."""
    original = world.listen

    def deaf() -> None:
        original()
        for relay in world.up:
            relay.wake.mailbox = lambda *_: None  # type: ignore[method-assign, assignment]

    world.listen = deaf  # type: ignore[method-assign]
    deaf()


def _sweep_too_soon(world: World) -> None:
    """The sweep takes what is due within three days."""
    sweep = world.store.sweep

    async def eager(*, now: int, limit: int) -> Any:
        return await sweep(now=now + 3 * 86_400, limit=limit)

    world.store.sweep = eager  # type: ignore[method-assign, assignment]


def _cut_files(world: World) -> None:
    """Attachments come without their end."""
    read_blob = world.store.read_blob

    def cut(blob_id: bytes, start: int, stop: int) -> Any:
        return read_blob(blob_id, start, stop - 1)

    world.store.read_blob = cut  # type: ignore[method-assign]


WRONG_AMONG_SEVERAL: list[tuple[str, Callable[..., object]]] = [
    ("tell", lambda *_: None),
    ("_missed", lambda _: None),
]


@pytest.mark.parametrize(
    ("spoil", "found"),
    [
        (_forget_some, "what was acknowledged is there"),
        (_show_what_is_due, "nothing is read at its date"),
        (_pass_one_by, "what was acknowledged is there"),
        (_take_nothing_away, "what went does not come back"),
        (_wake_nobody, "a reader is woken"),
        (_sweep_too_soon, "what was acknowledged is there"),
        (_cut_files, "a file's bytes are its own"),
    ],
)
def test_what_is_broken_is_found(spoil: Spoil, found: str) -> None:
    """One of a few runs finds each broken promise, and names it."""
    faults = (play(seed, ALONE, spoil).fault for seed in SEEDS)
    assert any(found in fault for fault in faults)


@pytest.mark.parametrize(("what", "instead"), WRONG_AMONG_SEVERAL)
def test_what_is_wrong_among_several_is_found(
    monkeypatch: pytest.MonkeyPatch, what: str, instead: Callable[..., object]
) -> None:
    """A relay that tells the others nothing, or passes over what it missed, leaves a reader asleep."""
    monkeypatch.setattr(Company, what, instead)
    faults = (play(seed, SEVERAL).fault for seed in MANY_SEEDS)
    assert any("a reader is woken" in fault for fault in faults)


def test_a_keeper_that_forgets_what_was_revoked_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A revocation that was confirmed holds."""
    monkeypatch.setattr(Refusals, "holds", lambda *_: False)
    monkeypatch.setattr(Party, "weights", {"send": 3, "revoke": 2, "ask_keeper": 4})
    faults = (play(seed, ALONE).fault for seed in SEEDS)
    assert any("the keeper opens nothing that was revoked" in fault for fault in faults)
