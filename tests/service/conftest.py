"""A relay for each test, ended whatever happens; one that runs, and one that is shared by tests that only
look.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.service.coach import Coach
from tests.service.programs import Relay


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[Relay]:
    """A relay that is made and does not run yet."""
    made = Relay.made(tmp_path / "house")
    yield made
    made.kill()


@pytest.fixture
def coach(relay: Relay) -> Coach:
    """A coach of a running relay, enrolled and signed in."""
    relay.start()
    coach = Coach(relay, relay.now())
    coach.enrol(relay.command("coach", "invite", "Anna Harrow").stdout.strip())
    return coach
