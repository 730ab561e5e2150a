"""The bytes between DATA and its lone dot. Owns dot-unstuffing, strict line endings and bounds; does no I/O.

Only CR LF `.` CR LF ends a mail. A bare CR, a bare LF or a NUL anywhere is a fault of the whole mail, so
that no two servers can disagree on where it ends (RFC 5321, 2.3.8 and 4.1.1.4). After a fault the rest is
read and thrown away, that the reply comes at its place.

Each byte is looked at as few times as may be: the looks here were half of what a mail of 1 MiB costs its
worker (docs/performance.md).
"""

from __future__ import annotations

from io import IncrementalNewlineDecoder

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
        end = held.find(_END) if b"." in held else -1  # large mails are base64, which has none
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
        mail = certain.replace(b"\r\n.", b"\r\n") if b"." in certain else certain
        dropped = min(self._virtual, len(mail))
        self._virtual -= dropped
        mail = mail[dropped:]
        self.size_bytes += len(mail)
        if self.size_bytes > self.max_bytes:
            self.fault = replies.TOO_BIG
            return b""
        return mail

    def _look_for_faults(self, certain: bytes) -> None:
        if b"\0" in certain or not _ends_lines_in_pairs(certain):
            self.fault = replies.BARE_LINE_ENDING  # before any other: with it the connection ends
        if not self._has_short_lines(certain):
            self.fault = self.fault or replies.DATA_LINE_TOO_LONG

    def _has_short_lines(self, certain: bytes) -> bool:
        """Whether no line is too long: from the begin of each, the last line end within a line's length is
        where the next look begins.
        """
        begins = -self._line_bytes
        while len(certain) - begins > MAX_LINE_BYTES:
            end = certain.rfind(b"\r\n", max(begins, 0), begins + MAX_LINE_BYTES + 2)
            if end < 0:
                return False
            begins = end + 2
        last = certain.rfind(b"\r\n") + 2
        self._line_bytes = len(certain) - (last if last > 1 else begins)
        return True


def _ends_lines_in_pairs(certain: bytes) -> bool:
    """Whether each CR stands before an LF, and each LF behind a CR: told by the reader of texts, which looks
    once, byte for byte.
    """
    reader = IncrementalNewlineDecoder(None, translate=False)
    reader.decode(certain.decode("latin-1"), final=True)
    return reader.newlines in (None, "\r\n")


def _pending(held: bytes) -> int:
    """How many last bytes may be the beginning of the end, and so must wait for more."""
    return next((n for n in (4, 3, 2, 1) if held.endswith(_END[:n])), 0)
