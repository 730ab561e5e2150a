"""A figure of the benchmark: what was measured, against which baseline, and the ratio to reach. Owns
rounds, medians and the table."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Figure:
    """One ratio. `floor` is the least that `ratio` may be (or the most, where `at_most`); None: told, not
    held."""

    row: str
    what: str
    subject: float
    baseline: float
    unit: str
    against: str
    floor: float | None = None
    at_most: bool = False

    @property
    def ratio(self) -> float:
        """Subject by baseline."""
        return self.subject / self.baseline

    @property
    def held(self) -> bool:
        """Whether the floor is reached."""
        return self.floor is None or (self.ratio <= self.floor if self.at_most else self.ratio >= self.floor)


@dataclass(frozen=True, slots=True)
class Told:
    """A measurement without a baseline: told beside the ratios."""

    what: str
    value: float
    unit: str


def interleaved(rounds: int, *measure: Callable[[], float]) -> list[float]:
    """The median of each measurement, all taken in turn in each round, so that drift of the machine meets
    them alike."""
    taken = [[one() for one in measure] for _ in range(rounds)]
    return [median(column) for column in zip(*taken, strict=True)]


def table(figures: list[Figure], told: list[Told]) -> str:
    """The figures as lines for a person."""
    lines = [f"{f.row:>3}  {_line(f)}{_bound(f)}" for f in figures]
    lines += [f"     {t.what}: {t.value:,.1f} {t.unit}" for t in told]
    return "\n".join(lines)


def _line(f: Figure) -> str:
    return f"{f.what}: {f.subject:,.1f} {f.unit}, {f.against}: {f.baseline:,.1f}, ratio {f.ratio:.2f}"


def _bound(f: Figure) -> str:
    if f.floor is None:
        return ""
    return f"  {'at most' if f.at_most else 'at least'} {f.floor:g}: {'held' if f.held else 'MISSED'}"


def as_json(figures: list[Figure], told: list[Told]) -> str:
    """The same for a machine, with ratios worked out."""
    rows = [{**asdict(f), "ratio": round(f.ratio, 4), "held": f.held} for f in figures]
    return json.dumps({"version": 1, "figures": rows, "told": [asdict(t) for t in told]}, indent=1)
