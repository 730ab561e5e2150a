"""Places in a folder: each relay there has one of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from relay.service.lock import StoreHeld, place_held, store_held
from relay.service.places import Places


def test_each_takes_the_first_place_that_is_free(tmp_path: Path) -> None:
    """With its own lock and socket; one that is given up is taken again; where all are taken nobody comes."""
    with place_held(tmp_path, 3) as first:
        with place_held(tmp_path, 3) as second, place_held(tmp_path, 3) as third:
            assert [one.number for one in (first, second, third)] == [1, 2, 3]
            assert len({one.lock for one in (first, second, third)}) == 3
            assert len({one.control for one in (first, second, third)}) == 3
            with pytest.raises(StoreHeld), place_held(tmp_path, 3):
                pass
        with place_held(tmp_path, 3) as again:
            assert again.number == 2
        with pytest.raises(StoreHeld), place_held(tmp_path, 1):
            pass
    with store_held(Places(tmp_path).lock):
        pass


def test_what_fails_inside_is_not_taken_for_a_place_that_is_taken(tmp_path: Path) -> None:
    """A second store that is held, inside the first, is its own trouble."""
    with pytest.raises(StoreHeld, match="inside"), place_held(tmp_path, 3):
        raise StoreHeld("inside")
