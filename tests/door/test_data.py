"""The bytes between DATA and its lone dot, whatever pieces they arrive in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.smtp_door import replies
from relay.smtp_door.data import MAX_LINE_BYTES, DataReader


def read(wire: bytes, cuts: list[int] | None = None, max_bytes: int = 1 << 20) -> tuple[bytes, DataReader]:
    """Feed `wire` in pieces cut at `cuts`."""
    reader, mail, at = DataReader(max_bytes), b"", 0
    for cut in [*sorted(c % (len(wire) + 1) for c in cuts or []), len(wire)]:
        if not reader.ended and cut > at:
            mail += reader.feed(wire[at:cut])
            at = cut
    return mail, reader


@given(
    lines=st.lists(st.binary(max_size=40).map(lambda b: b.translate(None, b"\r\n\0")), max_size=12),
    cuts=st.lists(st.integers(0, 10_000), max_size=8),
    after=st.sampled_from([b"", b"QUIT\r\n", b".\r\n"]),
)
def test_what_was_sent_is_what_is_stored(lines: list[bytes], cuts: list[int], after: bytes) -> None:
    """Dots are unstuffed, the end is found, what follows is kept apart, in whatever pieces it all comes."""
    mail = b"".join(line + b"\r\n" for line in lines)
    stuffed = b"".join((b"." + line if line.startswith(b".") else line) + b"\r\n" for line in lines)
    got, reader = read(stuffed + b".\r\n" + after, [*cuts, len(stuffed) + 3 + len(after)])
    assert reader.ended
    assert reader.fault is None
    assert got == mail
    assert reader.size_bytes == len(mail)
    assert after.startswith(reader.rest) or reader.rest == after


@pytest.mark.parametrize(
    "form",
    [
        b"\n.\r\n",
        b"\r\n.\n",
        b"\n.\n",
        b"\r.\r",
        b"\r\n.\r",
        b"\r.\r\n",
        b"\n\n.\r\n",
        b"a\0b\r\n",
        b"a\rb\r\n",
        b"a\nb\r\n",
    ],
)
def test_other_ends_are_faults_and_never_ends(form: bytes) -> None:
    """A form that another server might take for the end makes the whole mail faulty, and the real end is
    still found."""
    wire = b"one" + form + b"MAIL FROM:<x@y.example>\r\n.\r\n"
    for cut in range(len(wire)):
        got, reader = read(wire, [cut])
        assert reader.ended, cut
        assert reader.fault == replies.BARE_LINE_ENDING, cut
        assert b"MAIL" not in got, cut


LINES = st.one_of(
    st.integers(MAX_LINE_BYTES - 2, MAX_LINE_BYTES + 2).map(lambda size: b"a" * size),
    st.sampled_from([b"", b".", b"..", b"a", b"b" * 5000, b"\r", b"\n", b"\0", b"c\rd", b"e\nf"]),
)


@given(lines=st.lists(LINES, max_size=6), cuts=st.lists(st.integers(0, 50_000), max_size=6))
def test_faults_are_those_of_the_plain_rule(lines: list[bytes], cuts: list[int]) -> None:
    """In whatever pieces a mail comes: a bare CR or LF or a NUL is one fault, a line over the limit the
    other, and there is none besides.
    """
    wire = b"".join((b"." + line if line.startswith(b".") else line) + b"\r\n" for line in lines)
    _, reader = read(wire + b".\r\n", [*cuts, len(wire) + 3])
    rest = wire.replace(b"\r\n", b"")
    bare = any(one in rest for one in (b"\r", b"\n", b"\0"))
    long = any(len(line) > MAX_LINE_BYTES for line in wire.split(b"\r\n"))
    assert reader.ended
    assert reader.fault == (
        replies.BARE_LINE_ENDING if bare else replies.DATA_LINE_TOO_LONG if long else None
    )


def test_a_mail_may_be_empty() -> None:
    """A lone dot at once is an empty mail, not a fault."""
    assert read(b".\r\n")[0] == b""


def test_size_and_line_limits() -> None:
    """A mail of exactly the limit passes, one byte more does not; a line over its limit is a fault, split
    or not."""
    assert read(b"12345678\r\n.\r\n", max_bytes=10)[1].fault is None
    assert read(b"123456789\r\n.\r\n", max_bytes=10)[1].fault == replies.TOO_BIG
    long = b"a" * (MAX_LINE_BYTES + 1) + b"\r\n.\r\n"
    assert read(long)[1].fault == replies.DATA_LINE_TOO_LONG
    assert read(long, [5000, 8000])[1].fault == replies.DATA_LINE_TOO_LONG
    assert read(b"a" * MAX_LINE_BYTES + b"\r\n.\r\n", [100, 8000])[1].fault is None
