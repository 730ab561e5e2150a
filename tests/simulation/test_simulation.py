"""The simulation must be able to fail: each promise is broken once, and is found broken; and whole as it
is, nothing is found. The long form is `relay simulate --runs 10000 --steps 1000`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from typer.testing import CliRunner

from relay.__main__ import app
from relay.core.model import Group, Outcome, Page
from relay.keeper.refusals import Refusals
from relay.operator.simulation.campaign import Campaign, history, verdicts
from relay.operator.simulation.play import Spoil, play
from relay.operator.simulation.players import Party
from relay.operator.simulation.world import World

STEPS = 300
SEEDS = range(8)


def test_whole_as_it_is_nothing_is_found() -> None:
    """The short form: several worlds, in two processes, and each ends as it should."""
    ended = list(verdicts(Campaign(first=0, runs=8, steps=STEPS, processes=2)))
    assert sorted(one.seed for one in ended) == list(range(8))
    assert [history(one, STEPS) for one in ended if one.fault] == []
    assert all(one.letters for one in ended)


def test_a_run_is_its_seed() -> None:
    """Two processes that play one seed see the same, to the last envelope."""
    first, again = (list(verdicts(Campaign(7, 1, STEPS, 1))) for _ in range(2))
    assert first == again


def test_a_failure_says_how_to_see_it_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that failed gives its fault, what led to it, and the command that repeats it; exit code 1."""
    failed = next(one for seed in SEEDS if (one := play(seed, STEPS, _forget_some)).fault)
    monkeypatch.setattr("relay.operator.simulation.campaign.verdicts", lambda _: iter([failed]))
    ended = CliRunner().invoke(app, ["simulate", "--runs", "1", "--steps", str(STEPS)])
    assert ended.exit_code == 1
    assert failed.fault in ended.output
    assert f"relay simulate --seed {failed.seed} --runs 1 --steps {STEPS}" in ended.output


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
    rows, began_at = world.store.rows, world.now()

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
    world.waiters.clear()
    original = world._listen

    def deaf() -> None:
        original()
        world.wake.mailbox = lambda *_: None  # type: ignore[method-assign, assignment]

    world._listen = deaf  # type: ignore[method-assign]
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
    faults = (play(seed, STEPS, spoil).fault for seed in SEEDS)
    assert any(found in fault for fault in faults)


def test_a_keeper_that_forgets_what_was_revoked_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A revocation that was confirmed holds."""
    monkeypatch.setattr(Refusals, "holds", lambda *_: False)
    monkeypatch.setattr(Party, "weights", {"send": 3, "revoke": 2, "ask_keeper": 4})
    faults = (play(seed, STEPS).fault for seed in SEEDS)
    assert any("the keeper opens nothing that was revoked" in fault for fault in faults)
