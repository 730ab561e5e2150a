"""Spoken check: what each side may say next in a run. Owns the order of its steps and how long it lives.

The relay carries three values and learns nothing from them: the digits follow from the keys as each side
knows them. Must never draw a number for anybody, nor take a value twice, as a second one could be chosen
after the other side's. (docs/protocol.md, part 20.)
"""

from __future__ import annotations

import hmac
from dataclasses import replace
from typing import Final

from keys.names import Role
from keys.spoken import RANDOM_BYTES
from relay.core.errors import Conflict, Malformed
from relay.core.model import SpokenRun

RUN_SECONDS: Final = 120
OUT_OF_ORDER: Final = "check-out-of-order"


def begin(engagement_id: bytes, role: Role, commitment: bytes, now: int) -> SpokenRun:
    """The run that the coach's commitment begins. Raises Malformed, Conflict for the client."""
    if role is not Role.COACH:
        raise Conflict(OUT_OF_ORDER)
    return SpokenRun(engagement_id, _number(commitment), b"", b"", now + RUN_SECONDS)


def answer(run: SpokenRun | None, role: Role, commitment: bytes, number: bytes) -> SpokenRun:
    """The run after one more random number: the client's, once the commitment is there, then the coach's.
    The same again changes nothing. Raises Malformed, Conflict.
    """
    number = _number(number)
    if run is None or not hmac.compare_digest(run.commitment, _number(commitment)):
        raise Conflict(OUT_OF_ORDER)
    stored = run.client_random if role is Role.CLIENT else run.coach_random
    early = role is not Role.CLIENT and not run.client_random
    if early or stored not in (b"", number):
        raise Conflict(OUT_OF_ORDER)
    return replace(run, client_random=number) if role is Role.CLIENT else replace(run, coach_random=number)


def _number(value: bytes) -> bytes:
    if len(value) != RANDOM_BYTES:
        raise Malformed("spoken check")
    return value
