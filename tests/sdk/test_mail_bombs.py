"""Mail that is made to be a burden, opened by the SDK: it costs what its size does, and never raises."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client_sdk.html_text import html_to_text
from client_sdk.mail import MOST_DEPTH, MOST_PARTS, open_mail

HEAD = b"From: Maya <maya@home.example>\r\nSubject: x\r\n"
PIECES = [
    b'"',
    b"(",
    b")",
    b";",
    b"=",
    b"*",
    b"*0*",
    b"''",
    b"%FF",
    b"utf-8'en'x",
    b"name=",
    b"boundary=",
    b"\\",
    b"/",
    b"multipart/mixed; boundary=b",
    b"multipart/digest",
    b"message/rfc822",
    b"message/partial",
    b"text/html; charset=",
    b"attachment; filename=",
    b"=?x?b?//?=",
    b"=?utf-8?q?=00?=",
    b"\r\n ",
    b"\xff",
    b"<",
    b">",
    b"[",
    b":",
    b"?",
    b"\r\nContent-Type: ",
    b"\r\nContent-Disposition: ",
    b"\r\nContent-Transfer-Encoding: base64",
    b"\r\n\r\n",
    b"\r\n--b\r\n",
]


def nested(depth: int) -> bytes:
    """A mail of parts within parts."""
    opened = (b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(depth))
    return HEAD + b"".join(opened) + b"\r\nwords\r\n"


def parts(count: int) -> bytes:
    """A mail of so many parts."""
    return (
        HEAD
        + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
        + b"--b\r\n\r\nwords\r\n" * count
        + b"--b--"
    )


def field(name: bytes, value: bytes) -> bytes:
    """A mail with such a field."""
    return HEAD + name + b": " + value + b"\r\n\r\nwords\r\n"


def test_parts_within_limits_are_taken_apart() -> None:
    """As deep and as many as anybody sends."""
    assert open_mail(nested(MOST_DEPTH), 2).text.strip() == "words"
    assert len(open_mail(parts(MOST_PARTS), 2).attachments) == MOST_PARTS - 1


@pytest.mark.parametrize(
    "raw",
    [
        nested(MOST_DEPTH + 1),
        nested(20_000),
        parts(MOST_PARTS + 1),
        parts(100_000),
        HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 20_000,
    ],
    ids=["deep", "very deep", "many", "very many", "forwarded without end"],
)
def test_what_is_entangled_is_its_head_alone(raw: bytes) -> None:
    """Deeper, or more, than anybody sends: who wrote and about what, and the rest stays in the raw mail."""
    opened = open_mail(raw, 2)
    assert (opened.sender, opened.subject, opened.text, opened.attachments) == (
        "maya@home.example",
        "x",
        "",
        (),
    )


@pytest.mark.parametrize("sign", [b'"', b"(", b"a*0=b; ", b"a(", b"=?", b"\\", b"a=" + b'"' * 40, b"<"])
@pytest.mark.parametrize("name", [b"Content-Type", b"Content-Disposition", b"Content-Transfer-Encoding"])
def test_a_field_of_marks_says_nothing(name: bytes, sign: bytes) -> None:
    """Sixty thousand bytes of quotes or brackets took a minute and a half, or ended in the library."""
    assert open_mail(field(name, b"x/y; filename=" + sign * (60_000 // len(sign))), 2).subject == "x"


@pytest.mark.parametrize(
    "html",
    [
        "<!--" * 300_000,
        "<a " * 300_000,
        "<![CDATA[" * 100_000,
        "&#" + "9" * 9_000 + ";",
        '<a "' * 200_000,
        "<script>" + "</scrip " * 100_000,
    ],
    ids=["comments", "tags", "sections", "digits", "quotes", "script"],
)
def test_markup_is_read_once(html: str) -> None:
    """Open comments took the square of their number, and a number of nine thousand digits was an error."""
    assert html_to_text(html).endswith("\n")


@given(st.lists(st.sampled_from(PIECES), max_size=30).map(b"".join))
def test_whatever_a_mail_says_of_its_parts_it_opens(value: bytes) -> None:
    """The library raises where a field of a part is broken in certain ways, even while it reads."""
    opened = open_mail(HEAD + b"Content-Type: " + value + b"\r\n\r\nwords\r\n--b--\r\n", 2)
    assert opened.sender == "maya@home.example"
