"""The bytes between DATA and its lone dot. Owns dot-unstuffing, strict line endings and bounds; does no I/O.

Only CR LF `.` CR LF ends a mail. A bare CR, a bare LF or a NUL anywhere is a fault of the whole mail, so
that no two servers can disagree on where it ends (RFC 5321, 2.3.8 and 4.1.1.4). After a fault the rest is
read and thrown away, that the reply comes at its place.
"""

from __future__ import annotations

from relay.smtp_door import replies

_END = b"\r\n.\r\n"
MAX_LINE_BYTES = 8192  # RFC 5321 says 1,000; real mail exceeds it, and we only store


class DataReader:
    """Feed it what arrives; it gives the mail's bytes as they are to be stored. `fault` is the reply that a
    faulty mail gets."""

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self.size_bytes = 0
        self.fault: str | None = None
        self.ended = False
        self.rest = b""
        self._carry = b"\r\n"  # as if a line had just ended: a dot may come first
        self._virtual = 2  # bytes of the carry that the peer never sent
        self._line_bytes = 0

    def feed(self, arrived: bytes) -> bytes:
        """Take bytes; return what of the mail is now certain (empty after a fault). Once `ended`, `rest`
        holds what came after."""
        held = self._carry + arrived
        end = held.find(_END)
        if end >= 0:
            self.ended, self.rest = True, held[end + len(_END) :]
            certain, self._carry = held[: end + 2], b""
        else:
            cut = len(held) - _pending(held)
            certain, self._carry = held[:cut], held[cut:]
        return self._checked(certain)

    def _checked(self, certain: bytes) -> bytes:
        self._look_for_faults(certain)
        if self.fault:
            return b""
        mail = certain.replace(b"\r\n.", b"\r\n")
        dropped = min(self._virtual, len(mail))
        self._virtual -= dropped
        mail = mail[dropped:]
        self.size_bytes += len(mail)
        if self.size_bytes > self.max_bytes:
            self.fault = replies.TOO_BIG
            return b""
        return mail

    def _look_for_faults(self, certain: bytes) -> None:
        pairs = certain.count(b"\r\n")
        if pairs != certain.count(b"\r") or pairs != certain.count(b"\n") or b"\0" in certain:
            self.fault = replies.BARE_LINE_ENDING  # before any other: with it the connection ends
        lines = certain.split(b"\r\n")
        lengths = [len(line) for line in lines]
        lengths[0] += self._line_bytes
        self._line_bytes = lengths[-1]
        if max(lengths) > MAX_LINE_BYTES:
            self.fault = self.fault or replies.DATA_LINE_TOO_LONG


def _pending(held: bytes) -> int:
    """How many last bytes may be the beginning of the end, and so must wait for more."""
    return next((n for n in (4, 3, 2, 1) if held.endswith(_END[:n])), 0)
