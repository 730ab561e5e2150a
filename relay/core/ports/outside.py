"""All that is no store: keepers, wake-ups, other relays, outgoing mail, the DNS, and where a mail goes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from relay.core.words import Beats


class Keeper(Protocol):
    """A keeper as the relay reaches it. Raises `KeeperAway` when it does not answer."""

    keeper_id: bytes

    async def days(self, first: int, count: int) -> list[bytes]: ...

    async def days_gone(self, first: int) -> list[bytes]:
        """Signed words of 152 bytes on days destroyed, from `first` on, ascending, at most 62."""

    async def open(self, request: bytes) -> bytes: ...

    async def revoke(self, request: bytes) -> bytes: ...

    async def tick(self) -> dict[str, int]: ...

    async def status(self) -> dict[str, int | str]: ...


class Wake(Protocol):
    """Tells waiting readers to look, without content."""

    def mailbox(self, mailbox_id: bytes, cursor: int) -> None: ...

    def engagement(self, engagement_id: bytes) -> None: ...

    def account(self, account_id: bytes) -> None:
        """Something happened to this account."""

    def opened(self, account_id: bytes, engagement_id: bytes, mailbox_ids: Sequence[bytes]) -> None:
        """A draft began: whoever waits for this account waits for these too."""

    def let_go(self) -> None:
        """Something may have been missed: whoever waits is to come back and look."""


class Line(Protocol):
    """The way to the other relays on the same database. What is said reaches those that listen then, or
    nobody.
    """

    most_bytes: int
    """Longest telling."""
    beats: Beats

    async def tell(self, raw: bytes) -> None:
        """Say it to all the others. Raises `Busy` where it was perhaps not said."""

    async def listen(self, heard: Callable[[bytes], None], stands: Callable[[bool], None]) -> None:
        """Give each telling of the others to `heard`, until cancelled. `stands` is told True when the line
        stands, from where on nothing is missed, and False when it has been lost, and again after each try
        that failed.
        """


class MailOut(Protocol):
    """Outgoing mail of the relay itself: codes and notices, never content."""

    async def send(self, recipient: str, subject: str, text: str, *, reverse_path: str = "") -> None:
        """Hand over one plain-text mail; it is returned to `reverse_path`, or to the notice address. Raises
        `Busy` when it cannot be handed over now, `AddressRefused` when the recipient is refused for good.
        """


class Resolver(Protocol):
    """The DNS."""

    async def ask(self, name: str, kind: str) -> Sequence[str]:
        """The records of a kind (A, AAAA, MX, PTR, TXT) of a lower-case ASCII name; none where there is no
        such name or record. MX: hosts, the most preferred first; TXT: each record's strings in one, Latin-1
        for its bytes. Raises `DnsTrouble` where a server failed or did not answer.
        """


class Sink(Protocol):
    """What `flow` hands the door for one mail: sealed chunk by chunk into a staging blob (ruling 22)."""

    async def write(self, piece: bytes) -> None: ...

    async def abort(self, code: str = "") -> None:
        """Let all of it go. `code`: why the mail is refused, which its recipient may be told."""

    async def commit(self) -> None:
        """Finish the blob, seal and store the envelope. Returns after commit; a `RelayError` says why not."""
