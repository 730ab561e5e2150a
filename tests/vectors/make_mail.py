"""Cases of mail that came in: what its owner has said of it."""

from __future__ import annotations

from keys.encoding import u16
from keys.mailin import Verdict, encode_verdicts
from tests.vectors.cast import secret
from tests.vectors.generate import Cases, patch

PARSE = "mailin.parse_verdicts"
ROW_BYTES = 17


def mailin_cases(cases: Cases) -> None:
    """Fill `mailin.json`."""
    starts = sorted(secret(name, 16) for name in ("mail 1", "mail 2", "mail 3"))
    plain = encode_verdicts({starts[0]: Verdict.MINE, starts[1]: Verdict.NOT_MINE, starts[2]: Verdict.MINE})
    most = {number.to_bytes(16, "big"): Verdict.MINE for number in range(2_048)}
    rows = [plain[3 + ROW_BYTES * n : 3 + ROW_BYTES * (n + 1)] for n in range(3)]
    cases.good("three verdicts", PARSE, plain=plain)
    cases.good("none", PARSE, plain=encode_verdicts({}))
    cases.good("as many as may be", PARSE, plain=encode_verdicts(most))
    last = (2_048).to_bytes(16, "big") + b"\1"
    for name, changed in {
        "empty": b"",
        "version 2": patch(plain, 0, b"\2"),
        "one byte short": plain[:-1],
        "one byte more": plain + b"\0",
        "more than said": patch(plain, 1, u16(2)),
        "fewer than said": patch(plain, 1, u16(4)),
        "verdict 0": patch(plain, -1, b"\0"),
        "verdict 3": patch(plain, -1, b"\3"),
        "not ascending": plain[:3] + rows[1] + rows[0] + rows[2],
        "one mail twice": plain[:3] + rows[0] + rows[0] + rows[2],
        "more than may be": b"\1" + u16(2_049) + encode_verdicts(most)[3:] + last,
    }.items():
        cases.bad(name, PARSE, plain=changed)
