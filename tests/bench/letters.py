"""Letters for benches: what a coach has written, many at a time. Owns sealing them as the SDK does, and
storing them fifty to a request; measures nothing.

Sent one after the other, ten thousand of them took twenty minutes, of which sealing is ten seconds: each
waits for the relay several times. A reader sees no difference but the number of the writer.
"""

from __future__ import annotations

from itertools import islice

from client_sdk.compose import Composed, Draft, Step, choose_date, compose
from client_sdk.engagement import AsyncEngagement
from client_sdk.frames import encode_groups
from client_sdk.protocol import envelopes
from keys.names import ZERO_HASH, day_of

TEXT = "A line about the weather and the week.\n" * 12
AT_ONCE = 50


async def write(engagement: AsyncEngagement, letters: int) -> None:
    """Store so many letters to the other person, each with a subject of its own, oldest first."""
    core, standing = engagement._core, engagement._standing
    place = await engagement._sending.ready()
    now = core.now()
    expires_at = choose_date(standing.terms.in_force, None, now)
    day_keys = await core.keepers.day_keys(day_of(expires_at))
    writer = int.from_bytes(core.random(2), "big")

    def sealed(number: int, previous_id: bytes) -> Composed:
        return compose(
            place,
            standing.terms,
            Draft(f"Letter {number} ferns", TEXT),
            Step(writer, number, previous_id),
            expires_at=expires_at,
            now=now,
            day_keys=day_keys,
            random=core.random,
        )

    numbers, previous_id = iter(range(1, letters + 1)), ZERO_HASH
    while batch := tuple(islice(numbers, AT_ONCE)):
        groups: list[bytes] = []
        for number in batch:
            letter = sealed(number, previous_id)
            groups.append(letter.group)
            previous_id = letter.content_id
        refused = await core.session.call(envelopes.deposit(encode_groups(groups)))
        assert not any(refused), refused
