"""Acting: an act of an engagement, from what a person wants to its number at the relay.

Owns making the next act and posting it, again on the newer acts where the other person was first. Must never
sign what was not judged against the newest acts.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from client_sdk import protocol
from client_sdk.core import Core
from client_sdk.standing import Standing
from client_sdk.wire import RelayConflict
from keys.acts import Act, ActCore, ActKind, sign_act

ACT_TRIES: Final = 5


class Acting:
    """Signs and posts acts of one engagement."""

    def __init__(self, core: Core, standing: Standing) -> None:
        self._core = core
        self._standing = standing

    def next_core(self, kind: ActKind, **fields: Any) -> ActCore:
        """Return the core of the next act, under the policy in force unless `policy_hash` says another."""
        terms = self._standing.terms
        return ActCore(
            kind=kind,
            engagement_id=self._standing.engagement_id,
            policy_hash=fields.pop("policy_hash", terms.policy.hash),
            number=terms.last.number + 1,
            previous_hash=terms.last.hash,
            issued_at=self._core.now(),
            **fields,
        )

    def sign(self, core: ActCore, others: Act | None = None) -> Act:
        """Sign an act, beside the other person's signature where there is one."""
        return sign_act(core, self._standing.place.me.identity, others)

    async def post(self, act: Act, policy: bytes = b"") -> None:
        """Store an act and follow it. Raises Conflict where another act took its number."""
        await self._core.session.call(
            protocol.engagements.add_act(self._standing.engagement_id, act.encode(), policy)
        )
        await self._standing.refresh()

    async def post_next(self, make: Callable[[], ActCore | None]) -> None:
        """Make, sign and store an act; None: it is already so. `make` judges anew whenever the other person
        was first.
        """
        for attempt in range(1, ACT_TRIES + 1):
            await self._standing.refresh()
            core = make()
            if core is None:
                return
            try:
                await self.post(self.sign(core))
            except RelayConflict:
                if attempt == ACT_TRIES:
                    raise
            else:
                return
