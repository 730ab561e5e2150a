"""Which setting goes where."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from relay.clock import Reading, SystemClock
from relay.config import load
from relay.operator.init import Choice, initialise
from relay.service.assembly import flow_settings
from relay.service.desk import WATCH_SECONDS, FurtherWatch
from relay.service.doors import relay_facts
from relay.service.keyfiles import read_key_files
from relay.service.places import Places
from tests.contract.people import NOW
from tests.flow.house import Keeper

RING = '[keeper]\nring_backups = "ring"\nring_backup_key = "ring.pub"\n'


@pytest.mark.parametrize(("more", "days"), [("", 0), (RING, 14)])
def test_backups_of_the_ring_lengthen_what_people_are_told(tmp_path: Path, more: str, days: int) -> None:
    """Receipts and the relay's own word count the days for which a day's key can be had back."""
    folder = tmp_path / "relay"
    config = initialise(folder, Choice.local(), NOW, os.urandom)
    config.write_text(config.read_text().replace("[keeper]\n", more or "[keeper]\n", 1))
    settings = load(config)
    facts = relay_facts(settings, read_key_files(Places(settings.relay.data_dir).secrets))
    assert flow_settings(settings).ring_tail_seconds == days * 86_400
    assert facts.backup_tail_days == settings.backup.tail_days + days


async def test_a_further_keeper_that_is_away_shows_and_is_not_asked_by_everybody() -> None:
    """What needs its share cannot be read; but whoever looks at the relay's health asks another operator's
    keeper no more than twice a minute.
    """
    at = [0.0]
    clock = SystemClock(read=lambda: Reading(NOW + at[0], at[0]))
    one, other = Keeper(), Keeper()
    watch = FurtherWatch((one, other), clock)
    other.away = True
    for _ in range(5):
        assert await watch.all_here() is False
    assert (one.asked, other.asked) == (1, 1)
    other.away, at[0] = False, WATCH_SECONDS
    assert await watch.all_here() is True
    assert await FurtherWatch((), clock).all_here() is True
