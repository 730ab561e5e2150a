"""Runs the parts of the bench that measure the rows asked for, and tells what they found."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Final

import uvloop

from tests.bench import (
    attachments,
    clientele,
    copies,
    crypto,
    curves,
    day,
    deposits,
    device,
    due,
    fetches,
    files,
    inbox,
    index_rows,
    keeper_opens,
    lateness,
    lists,
    mail_crowds,
    mail_rates,
    postgres_rates,
    silence,
    slow_syncs,
    synapse,
    unlocks,
    wakes,
)
from tests.bench.figures import Findings, as_json, table
from tests.bench.programs import LOAD_CORES, pin

Part = Callable[[int, bool], Awaitable[Findings]]

PARTS: Final[tuple[tuple[frozenset[str], Part], ...]] = (
    (frozenset({"1", "2", "4", "5"}), deposits.measure),
    (frozenset({"2"}), slow_syncs.measure),
    (frozenset({"3"}), synapse.measure),
    (frozenset({"6"}), lists.measure),
    (frozenset({"7"}), mail_rates.measure),
    (frozenset({"8"}), postgres_rates.measure),
    (frozenset({"9"}), due.measure),
    (frozenset({"10"}), attachments.measure),
    (frozenset({"11"}), wakes.measure),
    (frozenset({"12"}), crypto.measure),
    (frozenset({"13"}), lateness.measure),
    (frozenset({"14"}), mail_crowds.crowd),
    (frozenset({"15"}), mail_crowds.large),
    (frozenset({"16"}), index_rows.measure),
    (frozenset({"17"}), silence.measure),
    (frozenset({"18"}), inbox.small),
    (frozenset({"19"}), inbox.large),
    (frozenset({"20"}), keeper_opens.measure),
    (frozenset({"21"}), unlocks.measure),
    (frozenset({"22"}), day.measure),
    (frozenset({"23"}), curves.messages),
    (frozenset({"23"}), curves.mailboxes),
    (frozenset({"24"}), fetches.measure),
    (frozenset({"25"}), copies.measure),
    (frozenset({"26"}), device.measure),
    (frozenset({"27"}), files.measure),
    (frozenset({"28"}), clientele.measure),
)


def run(rows: Sequence[str], rounds: int, quick: bool, file: Path | None, hold: bool) -> int:
    """Measure and tell; 1 where a bound is to be held and is not, else 0."""
    pin(LOAD_CORES)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as loop:
        findings = loop.run(_measure(rows, rounds, quick))
    print(table(findings))
    if file is not None:
        file.write_text(as_json(findings) + "\n", encoding="utf-8")
    return int(hold and not all(figure.held for figure in findings.figures))


async def _measure(rows: Sequence[str], rounds: int, quick: bool) -> Findings:
    found = Findings(())
    for owned, part in PARTS:
        asked = owned.intersection(rows)
        if asked:
            print(f"measuring {', '.join(sorted(asked, key=int))}", file=sys.stderr, flush=True)
            part_found = await part(rounds, quick)
            found = Findings(
                (*found.figures, *(one for one in part_found.figures if one.row in asked)),
                (*found.told, *(one for one in part_found.told if one.row in asked)),
            )
    return found
