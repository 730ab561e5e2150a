"""Row 24: a reader who looks whether something is new: mostly nothing is, sometimes one message, against a
bare GET.

The mailbox holds 10,000; the cursor is at its end, or one before it.
"""

from __future__ import annotations

from functools import partial
from statistics import median

from tests.bench import load
from tests.bench.figures import Figure, Findings, Told, interleaved
from tests.bench.house import STORED, housed
from tests.bench.lists import BARE_GET, HELD, PAGE, ROW_HEAD_BYTES
from tests.bench.programs import served

LEAST: float = 0.25
"""Of a bare GET: half of what a store without sessions and limits gave in the trials of the design (0.50)."""


async def measure(rounds: int, quick: bool) -> Findings:
    """From as many connections as row 1, in turn."""
    count = 2_000 if quick else 12_000
    async with housed() as (_, relay, coach):
        mailbox_id = coach.mailbox_ids[0]
        envelopes = coach.forge(HELD, [mailbox_id])
        await load.run(relay.port, coach.deposits(envelopes, PAGE), STORED)
        nothing, one = (coach.page(mailbox_id, after, PAGE) for after in (HELD, HELD - 1))
        a_row = load.Wanted(200, ROW_HEAD_BYTES + len(envelopes[0]))
        with served("tests.bench.bare", "read") as bare:
            plain, empty, single = await interleaved(
                rounds,
                partial(load.run, bare.port, [BARE_GET] * count, load.Wanted(200)),
                partial(load.run, relay.port, [nothing] * count, load.Wanted(200, 0)),
                partial(load.run, relay.port, [one] * count, a_row),
            )
    gets, looks, rows = ([one.rate for one in column] for column in (plain, empty, single))
    return Findings(
        (
            Figure("24", "looks that find nothing new", looks, "bare GET", gets, "/s", LEAST),
            Figure("24", "looks that find one message", rows, "bare GET", gets, "/s"),
        ),
        (Told("24", "99 of 100 looks within", median(one.quantile_ms(0.99) for one in empty), "ms"),),
    )
