"""A figure of the benchmark: what was measured, against which baseline, and the ratio to reach. Owns
rounds, medians and the table."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Figure:
    """One ratio. `subject` and `baseline` have a value for each round; a round's two were taken one after
    the other, so the figure is the median of the rounds' ratios.

    `bound` is the least that it may be, or the most, where `at_most`; None: told, not held.
    """

    row: str
    what: str
    subject: Sequence[float]
    against: str
    baseline: Sequence[float]
    unit: str
    bound: float | None = None
    at_most: bool = False

    @property
    def ratios(self) -> list[float]:
        """Subject by baseline, round by round."""
        return [one / other for one, other in zip(self.subject, self.baseline, strict=True)]

    @property
    def ratio(self) -> float:
        """The median of the rounds' ratios."""
        return median(self.ratios)

    @property
    def held(self) -> bool:
        """Whether the bound is kept."""
        if self.bound is None:
            return True
        return self.ratio <= self.bound if self.at_most else self.ratio >= self.bound


@dataclass(frozen=True, slots=True)
class Told:
    """A measurement without a baseline: told beside the ratios."""

    row: str
    what: str
    value: float
    unit: str


@dataclass(frozen=True, slots=True)
class Findings:
    """What a part of the bench has measured."""

    figures: tuple[Figure, ...]
    told: tuple[Told, ...] = ()


async def interleaved(rounds: int, *measure: Callable[[], Awaitable[T]]) -> list[list[T]]:
    """A column of measurements for each of `measure`, all taken in turn in each round, so that drift of the
    machine meets them alike."""
    taken = [[await one() for one in measure] for _ in range(rounds)]
    return [list(column) for column in zip(*taken, strict=True)]


def table(findings: Findings) -> str:
    """The figures as a table in Markdown, and below it what is told."""
    lines = ["| row | figure | subject | baseline | ratio (of rounds) | bound |", "|---|---|---|---|---|---|"]
    lines += [_line(figure) for figure in findings.figures]
    lines += [""] * bool(findings.told)
    lines += [f"- row {told.row}: {told.what}: {_number(told.value)} {told.unit}" for told in findings.told]
    return "\n".join(lines)


def as_json(findings: Findings) -> str:
    """The same for a machine, each round's values included."""
    rows = [{**asdict(f), "ratio": round(f.ratio, 4), "held": f.held} for f in findings.figures]
    return json.dumps({"version": 1, "figures": rows, "told": [asdict(t) for t in findings.told]}, indent=1)


def _line(f: Figure) -> str:
    subject = f"{_number(median(f.subject))} {f.unit}"
    baseline = f"{f.against}: {_number(median(f.baseline))}"
    ratio = f"{f.ratio:.2f} ({min(f.ratios):.2f} to {max(f.ratios):.2f})"
    return f"| {f.row} | {f.what} | {subject} | {baseline} | {ratio} | {_bound(f)} |"


def _bound(f: Figure) -> str:
    if f.bound is None:
        return "told"
    return f"{'at most' if f.at_most else 'at least'} {f.bound:g}: {'held' if f.held else '**missed**'}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
