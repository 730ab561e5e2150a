"""Wake: reading server-sent events, which carry ids and cursors alone.

Owns the grammar of the stream (WHATWG HTML, 9.2) as far as the contract uses it. Pure. An event that is not
understood is left out: what matters is read from the mailboxes themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from client_sdk.wire import Fields
from keys.encoding import load_json
from keys.errors import Malformed

MOST_DATA_BYTES: Final = 4096


@dataclass(frozen=True, slots=True)
class MailboxWake:
    """A mailbox has something new, up to `cursor`."""

    mailbox_id: bytes
    cursor: int


@dataclass(frozen=True, slots=True)
class EngagementWake:
    """An engagement has changed."""

    engagement_id: bytes


Wake = MailboxWake | EngagementWake


@dataclass(slots=True)
class WakeReader:
    """Turns lines into wakes."""

    _event: str = ""
    _data: bytes = b""

    def feed(self, line: bytes) -> Wake | None:
        """Take a line without its end; returns a wake where one is complete."""
        if not line:
            event, data = self._event, self._data.removesuffix(b"\n")
            self._event, self._data = "", b""
            return _wake(event, data)
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if name == b"event":
            self._event = value.decode("ascii", "replace")
        elif name == b"data" and len(self._data) + len(value) < MOST_DATA_BYTES:
            self._data += value + b"\n"
        return None


def _wake(event: str, data: bytes) -> Wake | None:
    try:
        if event == "wake":
            fields = Fields(load_json(data))
            return MailboxWake(fields.blob("mailbox_id", 16), fields.whole("cursor"))
        if event == "engagement":
            return EngagementWake(Fields(load_json(data)).blob("engagement_id", 16))
    except Malformed:
        return None
    return None


def encode_cursor(orders: Iterable[tuple[bytes, int]]) -> str:
    """Return a cursor over several mailboxes as one opaque text."""
    return ",".join(f"{mailbox_id.hex()}:{order}" for mailbox_id, order in sorted(orders))


def parse_cursor(cursor: str) -> dict[bytes, int]:
    """Read what `encode_cursor` wrote; `Malformed` otherwise."""
    return dict(_parse_orders(cursor))


def _parse_orders(cursor: str) -> Iterator[tuple[bytes, int]]:
    for part in filter(None, cursor.split(",")):
        mailbox, colon, order = part.partition(":")
        if len(mailbox) != 32 or not colon or not (order.isascii() and order.isdigit() and len(order) <= 19):
            raise Malformed("not a cursor")
        try:
            yield bytes.fromhex(mailbox), int(order)
        except ValueError:
            raise Malformed("not a cursor") from None
