"""Context: all that the HTTP interface is given. Owns the seam to `relay.service`, which fills it;
decides nothing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from relay.core.colours import FirmColours
from relay.flow.flows import Flows
from relay.logs import Log


class Waiter(Protocol):
    """One reader who waits for a wake. `is_over`: to wait no longer, as something may have been missed."""

    is_over: bool

    def take(self) -> tuple[dict[bytes, int], set[bytes]]:
        """Cursors by mailbox id, and engagement ids, that have changed since the last time."""

    def take_account(self) -> bool:
        """Whether something happened to the account itself since the last time."""

    async def wait(self, most_seconds: float) -> bool:
        """Wait until something has changed, or so long; says whether it has."""


class Waits(Protocol):
    """Where readers wait: `relay.notify.wake.WakeHub`."""

    def join(self, account_id: bytes, ids: Iterable[bytes]) -> Waiter:
        """Begin to wait, for mailboxes and engagements that are the account's."""

    def leave(self, waiter: Waiter) -> None:
        """Wait no longer."""


@dataclass(frozen=True, slots=True)
class RelayFacts:
    """What `GET /v1/relay` tells. The keys are Ed25519 verification keys; `keepers` are (keeper id, its
    key), the relay's own first, then those of other operators. `mark` is a PNG image.
    """

    name: str
    origin: str
    mail_domain: str
    relay_key: bytes
    log_key: bytes
    door_key: bytes
    notice_key: bytes
    keepers: tuple[tuple[bytes, bytes], ...]
    backup_tail_days: int
    max_blob_bytes: int
    max_envelope_bytes: int
    colours: FirmColours | None = None
    mark: bytes | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of the listener. Times are seconds, sizes bytes."""

    header_seconds: int
    body_seconds: int
    max_connections: int
    max_connections_per_address: int
    max_deposit_bytes: int
    requests_per_minute: int


@dataclass(frozen=True, slots=True)
class Health:
    """What `GET /healthz` tells."""

    keeper_here: bool
    clock_ok: bool
    offset_seconds: int


@dataclass(frozen=True, slots=True)
class Context:
    """What the handlers work with. `now` gives the instant by which to refuse, Unix seconds UTC; so does
    `serving_at`, which raises Busy while the clock is such that nobody may be answered.

    `static_root` is the folder of the built web inbox, read whole at the start; None serves the interface
    alone.
    """

    flows: Flows
    facts: RelayFacts
    limits: Limits
    waits: Waits
    now: Callable[[], int]
    serving_at: Callable[[], int]
    health: Callable[[], Awaitable[Health]]
    log: Log
    static_root: Path | None = None
