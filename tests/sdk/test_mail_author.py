"""Who wrote a mail, for the SDK: the author whom the door judged, or nobody."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client_sdk.mail import head_of, open_mail
from client_sdk.mail_author import author_of
from keys.content import DoorFacts
from relay.core import mail_head
from relay.core.errors import RelayError

PIECES = [
    b'"', b"\\", b"<", b">", b"(", b")", b",", b";", b":", b"@", b" ", b"\t", b"\r\n ", b".", b"x",
    b"\xc3\xa4", b"\x0b", b"otto@x.test", b"<otto@x.test>", b"<maya@home.example>", b" <maya@home.example>",
    b"=?utf-8?q?otto=40x.test?=", b"=?utf-8?q?=22=3Cotto=40x.test=3E?=",
    b"\r\nSender: ", b"\r\nFrom: ", b"\r\nfrom : ",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=8).map(b"".join))
def test_who_is_shown_is_whom_the_door_judged(value: bytes) -> None:
    """Where the door reads an author, the SDK reads the same."""
    head = b"Subject: x\r\nFrom: " + value + b"\r\nTo: y@z.test\r\n"
    with suppress(RelayError):
        judged = str(mail_head.author(mail_head.read_fields(head)))
        assert author_of(head).lower() == judged


@pytest.mark.parametrize(
    "value",
    [
        b"otto@x.test <maya@home.example>",
        b'"otto@x.test" <maya@home.example>',
        b"<maya@home.example>",
        b" \r\n maya@home.example",
        b"=?utf-8?q?otto=40x=2Etest=2C?= <maya@home.example>",
        b"=?utf-8?q?=22=3Cotto=40x=2Etest=3E?=\r\n <maya@home.example>",
        b'"a \\" <otto@x.test>" <maya@home.example>',
    ],
)
def test_a_name_is_no_author(value: bytes) -> None:
    """A display name that looks like an address, encoded or not, is nobody; in a list as in a mail."""
    raw = b"From: " + value + b"\r\nSubject: x\r\n\r\nFrom: otto@x.test\r\n"
    facts = DoorFacts(5, True, 0, bytes(4), "x", "", "", raw.partition(b"\r\n\r\n")[0])
    assert open_mail(raw, 5).sender == "maya@home.example"
    assert head_of(facts) == ("maya@home.example", "x")


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"Maya",
        b"maya@home.example, otto@x.test",
        b"maya@home.example (otto@x.test)",
        b"Maya <maya@home.example> <otto@x.test>",
        b"maya@home.example\r\nFrom: otto@x.test",
        b"Friends: maya@home.example;",
        b'"maya@home.example',
        b'<"otto@x.test" maya@home.example>',
        b'Maya <maya@home.example "otto@x.test">',
        b"maya@h\xc3\xb6me.example",
        b"m@" + b"a." * 200 + b"example",
    ],
)
def test_what_is_not_plain_is_nobody(value: bytes) -> None:
    """Where two readers could read two authors, none is shown."""
    assert author_of(b"From: " + value + b"\r\n") == ""


@pytest.mark.parametrize(
    "value", [b'"' * 60_000, b'"\\' * 30_000, b"<" * 60_000, b"a." * 30_000, b"a@" * 30_000]
)
def test_a_long_field_is_read_once(value: bytes) -> None:
    """Sixty thousand bytes of nothing cost no more than reading them."""
    assert author_of(b"From: " + value) == ""
