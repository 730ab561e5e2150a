"""The bench's rows: what may be asked for, what measures it, and the table that tells of it."""

from __future__ import annotations

import re
from pathlib import Path

from tests.bench.__main__ import ROWS, SCENARIOS
from tests.bench.run import PARTS

FIGURES = Path(__file__).parents[2] / "docs" / "performance.md"


def test_each_row_is_measured_and_told_of() -> None:
    """A row that can be asked for has a part that measures it and a line in the table of figures, and neither
    has another; each is of one scenario.
    """
    measured = {row for rows, _ in PARTS for row in rows}
    told = set(re.findall(r"^\| (\d+) \|", FIGURES.read_text("utf-8"), re.MULTILINE))
    assert measured == set(ROWS) == told
    assert len(ROWS) == len(set(ROWS))


def test_each_scenario_stands_at_the_head() -> None:
    """The table of commands names every scenario."""
    head = FIGURES.read_text("utf-8").partition("## The figures")[0]
    assert {name for name in SCENARIOS if f"`{name}`" not in head} == set()
