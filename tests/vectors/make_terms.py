"""Cases of terms: histories of policies and acts, and what they put in force."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from keys.acts import ActCore, ActKind, sign_act
from keys.policy import Policy
from tests.vectors.cast import COACH, DAY, ENGAGEMENT_ID, NOW, POLICY, secret
from tests.vectors.generate import Cases

IN_FORCE = "terms.in_force"
WORK = POLICY.work_ends_at
HOLD = POLICY.hold_ends_at


@dataclass
class History:
    """Policies and acts of one engagement, as they were taken one after the other."""

    policies: list[Policy] = field(default_factory=list)
    acts: list[ActCore] = field(default_factory=list)

    def act(self, kind: ActKind, issued_at: int, **fields: Any) -> History:
        """Add an act under the newest policy."""
        before = self.acts[-1] if self.acts else None
        self.acts.append(
            ActCore(
                kind=kind,
                engagement_id=ENGAGEMENT_ID,
                policy_hash=self.policies[-1].hash,
                number=len(self.acts) + 1,
                previous_hash=before.hash if before else bytes(32),
                issued_at=issued_at,
                **fields,
            )
        )
        return self

    def agree(self, issued_at: int, **changes: Any) -> History:
        """Add a policy and the act that puts it in force."""
        before = self.policies[-1] if self.policies else None
        chain = {"number": len(self.policies) + 1, "previous_hash": before.hash if before else bytes(32)}
        self.policies.append(replace(before or POLICY, **chain, **changes))
        return self.act(ActKind.POLICY, issued_at, subject=self.policies[-1].hash)

    def close(self, issued_at: int, date: int, second_date: int) -> History:
        """Add an act of kind 4."""
        return self.act(ActKind.CLOSE, issued_at, date=date, second_date=second_date)

    def reopen(self, issued_at: int, date: int) -> History:
        """Add an act of kind 5."""
        return self.act(ActKind.REOPEN, issued_at, date=date)

    def inputs(self, instants: list[int], expires_at: int = HOLD) -> dict[str, Any]:
        """Return the inputs of a case. One signature is enough: `in_force` looks at none."""
        return {
            "policies": [policy.encode() for policy in self.policies],
            "acts_in_order": [sign_act(core, COACH.identity).encode() for core in self.acts],
            "instants": instants,
            "expires_at": expires_at,
        }


def term_cases(cases: Cases) -> None:
    """Fill `terms.json`."""
    around = [NOW, WORK - 1, WORK, HOLD - 1, HOLD, HOLD + DAY]
    week = 7 * DAY
    shortened = (
        History()
        .agree(NOW)
        .act(ActKind.SHORTEN, NOW + 1, date=NOW + DAY, envelope_ids=(secret("envelope", 16),))
    )
    histories = {
        "nothing signed": History(),
        "a policy": History().agree(NOW),
        "a policy and a recall": shortened,
        "at most ten days": History().agree(NOW, longest_keep_days=10),
        "closed, the hold shorter": History().agree(NOW).close(NOW + DAY, NOW + 2 * DAY, NOW + 2 * week),
        "closed, the hold as it was": History().agree(NOW).close(NOW + DAY, NOW + DAY, HOLD),
        "closed twice": History()
        .agree(NOW)
        .close(NOW, WORK - DAY, HOLD - DAY)
        .close(NOW + 1, NOW + 2, HOLD - 2 * DAY),
        "closed, then later dates that count for nothing": History()
        .agree(NOW)
        .close(NOW, NOW + DAY, NOW + week)
        .close(NOW + 1, WORK, HOLD),
        "reopened": History().agree(NOW).close(NOW, NOW + DAY, NOW + week).reopen(NOW + 2 * DAY, HOLD - DAY),
        "reopened beyond the hold": History()
        .agree(NOW)
        .close(NOW, NOW + DAY, NOW + week)
        .reopen(NOW + DAY, HOLD + DAY),
        "reopened after the end of the work": History().agree(NOW).reopen(WORK + DAY, HOLD - DAY),
        "reopened and closed again": History()
        .agree(NOW)
        .close(NOW, NOW + DAY, NOW + week)
        .reopen(NOW + 2 * DAY, WORK)
        .close(NOW + 3 * DAY, NOW + 3 * DAY, HOLD - DAY),
        "a longer policy": History().agree(NOW).agree(NOW + DAY, work_ends_at=WORK + 90 * DAY),
        "a shorter policy": History().agree(NOW).agree(NOW + DAY, work_ends_at=WORK - DAY, hold_days=0),
        "a policy after closing": History()
        .agree(NOW)
        .close(NOW, NOW + DAY, NOW + week)
        .agree(NOW + 2 * DAY, hold_days=60),
        "a policy without a hold": History().agree(NOW, hold_days=0),
    }
    for name, history in histories.items():
        cases.good(name, IN_FORCE, **history.inputs(around))
    for turn in range(24):
        history, instants = drawn(f"history {turn}")
        cases.good(f"drawn {turn}", IN_FORCE, **history.inputs(instants, instants[-1]))
    agreed = History().agree(NOW)
    cases.bad("a policy withheld", IN_FORCE, **(agreed.inputs(around) | {"policies": []}))
    other = replace(POLICY, hold_days=29).encode()
    cases.bad("another policy", IN_FORCE, **(agreed.inputs(around) | {"policies": [other]}))
    for kind, history in (
        ("closed", agreed.close(NOW, NOW + 1, HOLD)),
        ("reopened", History([POLICY]).reopen(NOW, WORK)),
    ):
        acts = history.inputs(around)["acts_in_order"][-1:]
        cases.bad(f"{kind} before anything", IN_FORCE, **(history.inputs(around) | {"acts_in_order": acts}))


def drawn(name: str) -> tuple[History, list[int]]:
    """Draw a history of up to nine acts, some of which no relay would take, and instants around their
    dates.
    """
    numbers = list(hashlib.shake_256(name.encode()).digest(200))
    history, now = History().agree(NOW, longest_keep_days=numbers[0] % 3 * 40), NOW
    for at in range(1, 2 + numbers[1] % 8):
        kind, one, two, wait = numbers[at * 8 : at * 8 + 4]
        now += wait * 20_000
        if kind % 4 == 0:
            history.agree(now, work_ends_at=(now // DAY + one) * DAY, hold_days=two % 90)
        elif kind % 4 == 1:
            history.reopen(now, now + one * DAY)
        else:
            history.close(now, now + one * DAY // 4, now + (one + two) * DAY // 4)
    ends = sorted(
        {date for core in history.acts for date in (core.issued_at, core.date, core.second_date) if date}
    )
    middles = [(low + high) // 2 for low, high in pairwise(ends)]
    return history, sorted({*ends, *middles, *(end - 1 for end in ends)})
