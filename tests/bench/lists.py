"""Row 6: pages of 50 envelopes with their bodies, from a mailbox of 10,000, against bare aiohttp that answers
as many bytes out of memory, which is told, and against a bare GET, which is held
(docs/decisions/0006-large-bodies.md).
"""

from __future__ import annotations

from functools import partial
from statistics import median

from tests.bench import load
from tests.bench.figures import Figure, Findings, Told, interleaved
from tests.bench.house import STORED, Writer, housed
from tests.bench.programs import served

PAGE = 50
HELD = 10_000
ROW_HEAD_BYTES = 17
BARE_GET = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


async def measure(rounds: int, quick: bool) -> Findings:
    """Fill a mailbox, then read it from cursors all over it, from as many connections as row 1."""
    count = 500 if quick else 3_000
    async with housed() as (house, relay, coach):
        mailbox_id = coach.mailbox_ids[0]
        envelopes = coach.forge(HELD, [mailbox_id])
        await load.run(relay.port, coach.deposits(envelopes, PAGE), STORED)
        assert house.envelopes() == HELD
        page = load.Wanted(200, PAGE * (ROW_HEAD_BYTES + len(envelopes[0])))
        with (
            served("tests.bench.bare", "read") as bare,
            served("tests.bench.bare", "page", str(page.body_bytes)) as large,
        ):
            plain, held, lists = await interleaved(
                rounds,
                partial(load.run, bare.port, [BARE_GET] * (8 * count), load.Wanted(200)),
                partial(load.run, large.port, [BARE_GET] * (2 * count), page),
                partial(load.run, relay.port, _pages(coach, mailbox_id, count), page),
            )
    what, pages = f"lists of {PAGE} with bodies", [one.rate for one in lists]
    from_memory, bare_gets = ([one.rate for one in column] for column in (held, plain))
    return Findings(
        (
            Figure("6", what, pages, "bare aiohttp, as much from memory", from_memory, "/s"),
            Figure("6", what, pages, "bare GET", bare_gets, "/s", 0.10),
        ),
        (Told("6", "99 of 100 lists within", median(one.quantile_ms(0.99) for one in lists), "ms"),),
    )


def _pages(reader: Writer, mailbox_id: bytes, count: int) -> list[bytes]:
    step = 37  # shares no factor with the number of places, so cursors wander over all of them
    places = HELD - PAGE
    return [reader.page(mailbox_id, number * PAGE * step % places, PAGE) for number in range(count)]
