"""Row 7: mails by SMTP, accepted and in the mailbox, against Postfix with Dovecot's LMTP on the same cores.

The relay says 250 when a mail is sealed and committed; Postfix says it when the mail is in its queue, so its
time ends when Dovecot has put the last one into the mailbox. STARTTLS off, both cores free to all. The bounds
are ours (docs/decisions/0016-what-a-sealed-mail-costs.md); what the design asks for is told beside them.
"""

from __future__ import annotations

from functools import partial
from itertools import count as counter

from tests.bench import mail_load
from tests.bench.figures import Figure, Findings, Told, interleaved
from tests.bench.load import Measured
from tests.bench.mail_house import Door, MailServer, cpu_seconds, door, mail_server, why_not
from tests.bench.programs import CORES, LOAD_CORES, pin

KIB = 1 << 10
AGAINST = "Postfix + Dovecot LMTP"
CASES: tuple[tuple[str, int, bool, int, int, float, float], ...] = (
    # what, size, many on a connection, mails, of the quick form, bound, what the design asks for
    ("mails of 4 KiB, one a connection", 4 * KIB, False, 2_000, 300, 1.4, 4),
    ("mails of 4 KiB, many a connection", 4 * KIB, True, 2_000, 300, 1.3, 8),
    ("mails of 64 KiB, many a connection", 64 * KIB, True, 400, 100, 1.2, 3),
    ("mails of 1 MiB, many a connection", 1024 * KIB, True, 60, 20, 0.8, 1.5),
)
MARKS = counter()
Spent = tuple[Measured, float]  # with seconds of a processor for each mail


async def measure(rounds: int, quick: bool) -> Findings:
    """All four, each round's servers in turn."""
    if reason := why_not():
        print(f"row 7 is left out: {reason}")
        return Findings(())
    figures, told = [], []
    pin(set(CORES))
    try:
        with mail_server() as baseline:
            async with door() as subject:
                for what, size_bytes, many, usual, small, bound, asked in CASES:
                    given = (small if quick else usual), size_bytes, many
                    ours, theirs = await interleaved(
                        rounds, partial(_ours, subject, *given), partial(_theirs, baseline, *given)
                    )
                    rates = [[one.rate for one, _ in column] for column in (ours, theirs)]
                    spent = [[1 / seconds for _, seconds in column] for column in (ours, theirs)]
                    figures.append(Figure("7", what, rates[0], AGAINST, rates[1], "/s", bound))
                    figures.append(Figure("7", f"{what}, by CPU time", spent[0], AGAINST, spent[1], "/s"))
                    told.append(Told("7", f"{what}, the design asks for", asked, "times the baseline"))
                    told.append(
                        Told("7", f"{what}, 99 of 100 answered within", ours[0][0].quantile_ms(0.99), "ms")
                    )
                assert subject.house.envelopes() == sum(
                    (small if quick else usual) * rounds for _, _, _, usual, small, _, _ in CASES
                )
    finally:
        pin(LOAD_CORES)
    return Findings(tuple(figures), tuple(told))


async def _ours(subject: Door, count: int, size_bytes: int, many: bool) -> Spent:
    sent = mail_load.mails(count, size_bytes, f"ours-{next(MARKS)}")
    before = cpu_seconds(subject.relay.process.pid)
    measured = await mail_load.run(subject.port, subject.envelope, sent, many=many)
    return measured, (cpu_seconds(subject.relay.process.pid) - before) / count


async def _theirs(baseline: MailServer, count: int, size_bytes: int, many: bool) -> Spent:
    sent = mail_load.mails(count, size_bytes, f"theirs-{next(MARKS)}")
    arrived, before = partial(baseline.holds, baseline.count() + count), cpu_seconds(*baseline.programs)
    measured = await mail_load.run(baseline.port, baseline.envelope, sent, many=many, arrived=arrived)
    return measured, (cpu_seconds(*baseline.programs) - before) / count
