"""The header section, read for decisions: one author or none, and the mails that are refused for what their
header says."""

from __future__ import annotations

import pytest

from relay.core import mail_head
from relay.core.errors import WorkAddressRefused

OWN = {"in.harrow.example", "mx.harrow.example"}


def author(value: bytes) -> str:
    """The author that a From field with this value names."""
    return str(mail_head.author(mail_head.read_fields(b"Subject: x\r\nFrom: " + value + b"\r\n")))


@pytest.mark.parametrize(
    "value",
    [
        b"maya@home.example",
        b"<Maya@Home.example>",
        b"Maya Okafor <maya@home.example>",
        b'"Okafor, Maya; (her)" <maya@home.example>',
        b'"a \\" <b@corp.example> " <maya@home.example>',
        b"=?utf-8?q?Maya_=3Chr=40corp=2Eexample=3E?= <maya@home.example>",
        b"Maya\r\n\t<maya@home.example>",
        "Mäya <maya@home.example>".encode(),
    ],
)
def test_one_author_is_found(value: bytes) -> None:
    """Display names are skipped undecoded; the one address is the author."""
    assert author(value) == "maya@home.example"


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"maya",
        b"maya@home.example, tom@home.example",
        b"maya@home.example <hr@corp.example>, x",
        b"<maya@home.example> <hr@corp.example>",
        b"<maya@home.example> x",
        b"maya@home.example (hr@corp.example)",
        b"friends: maya@home.example;",
        b'"unclosed <maya@home.example>',
        b'<"hr@corp.example" maya@home.example>',
        b'Maya <maya@home.example "hr@corp.example">',
        b'<"hr@corp.example"maya@home.example>',
        b"<=?utf-8?q?maya?=@=?utf-8?q?home.example?=>",
        b'<"maya"@home.example>',
        b"<maya@home.example",
    ],
)
def test_what_two_readers_could_read_differently_is_refused(value: bytes) -> None:
    """Lists, groups, comments, second addresses and broken brackets name nobody."""
    with pytest.raises(mail_head.HeadMalformed):
        author(value)


@pytest.mark.parametrize(
    "head",
    [
        b"no colon\r\n",
        b": x\r\n",
        b"Fr om: x\r\n",
        b" continued\r\n",
        b"X\r\n : folded before its colon\r\nFrom: a@b.example\r\n",
        b"From\r\n : a@b.example\r\n",
        b"From: a@b.example\r\nFrom: a@b.example\r\n",
        b"Subject: x\r\n",
    ],
)
def test_malformed_heads_and_missing_or_double_authors(head: bytes) -> None:
    """A header is fields alone, with exactly one From."""
    with pytest.raises(mail_head.HeadMalformed):
        mail_head.author(mail_head.read_fields(head))


def test_machines_circles_and_employers_are_refused() -> None:
    """Automatic replies, too many hops, and an employer's domain or what lies below it in any authoring
    field."""
    with pytest.raises(mail_head.Automatic):
        mail_head.check([(b"auto-submitted", b"Auto-Replied; x=y")], [], OWN)
    with pytest.raises(mail_head.TooManyHops):
        mail_head.check([(b"received", b"x")] * 51, [], OWN)
    mail_head.check([(b"received", b"x")] * 50, [], OWN)
    for name in (b"from", b"sender", b"reply-to", b"resent-from"):
        with pytest.raises(WorkAddressRefused):
            mail_head.check([(name, b"HR <hr@Mail.Corp.example>")], ["corp.example"], OWN)
    mail_head.check(
        [(b"auto-submitted", b"no"), (b"to", b"hr@corp.example"), (b"from", b"a@notcorp.example")],
        ["corp.example"],
        OWN,
    )


def test_bounds() -> None:
    """More fields than any honest mail has are refused."""
    with pytest.raises(mail_head.HeadTooLarge):
        mail_head.read_fields(b"A: b\r\n" * 1001)


@pytest.mark.parametrize("quotes", [b'"' + b'\\"' * 32_000, b'"x" ' * 16_000 + b'"', b'"' + b"\\" * 64_000])
def test_a_quoted_string_that_never_ends_is_read_once(quotes: bytes) -> None:
    """Sixty thousand bytes of open quotes are refused as fast as any other head: a pattern that tried each
    of them again would hold up every other connection for minutes."""
    with pytest.raises(mail_head.HeadMalformed):
        mail_head.author([(b"from", quotes + b" <a@b.example>")])


def test_a_field_of_many_folds() -> None:
    """A value in ten thousand lines is one value."""
    ((_, value),) = mail_head.read_fields(b"From: a" + b"\r\n b" * 10_000 + b"\r\n")
    assert value == b"a" + b" b" * 10_000


@pytest.mark.parametrize(
    "field",
    [
        (b"auto-submitted", b"auto-generated"),
        (b"auto-submitted", b""),
        (b"precedence", b"auto_reply"),
    ],
)
def test_machines(field: tuple[bytes, bytes]) -> None:
    """Answers of machines are refused, by hand and by a rule; what says that a person wrote is not."""
    with pytest.raises(mail_head.Automatic):
        mail_head.check([field], [], OWN)
    with pytest.raises(mail_head.Automatic):
        mail_head.check_machine([field], null_path=False)
    mail_head.check([(b"auto-submitted", b"No ; x"), (b"precedence", b"first-class")], [], OWN)


@pytest.mark.parametrize(
    "field",
    [
        (b"precedence", b"Bulk"),
        (b"precedence", b"junk"),
        (b"precedence", b"list"),
        (b"list-id", b"<news.shop.example>"),
        (b"list-unsubscribe", b"<mailto:x@shop.example>"),
    ],
)
def test_lists(field: tuple[bytes, bytes]) -> None:
    """What a list distributes nobody wrote by hand; a rule may bring it, but not with an empty reverse path,
    which no person's mail has."""
    with pytest.raises(mail_head.ListMail):
        mail_head.check([field], [], OWN)
    mail_head.check_machine([field], null_path=False)
    if field == (b"precedence", b"junk"):
        with pytest.raises(mail_head.Automatic):
            mail_head.check_machine([field], null_path=True)


@pytest.mark.parametrize(
    "field",
    [
        (b"message-id", b"<abc@In.Harrow.example>"),
        (b"x-loop", b"k3v9@in.harrow.example"),
        (b"received", b"from mail.home.example (x [192.0.2.1]) by In.Harrow.example. with ESMTP; Thu"),
        (b"received", b"from MX.harrow.example (relay [192.0.2.1]) by mail.home.example; Thu"),
    ],
)
def test_what_this_relay_made_comes_back(field: tuple[bytes, bytes]) -> None:
    """A mail with a mark of our own goes in a circle; one of another host does not."""
    with pytest.raises(mail_head.Loop):
        mail_head.check([field], [], OWN)
    mail_head.check(
        [
            (b"message-id", b"<abc@mail.home.example>"),
            (b"to", b"k3v9@in.harrow.example"),
            (b"received", b"from a.example by mail.home.example for <k3v9@in.harrow.example>; Thu"),
            (b"received", b"from notin.harrow.example by mail.home.example; Thu"),
        ],
        [],
        OWN,
    )


@pytest.mark.parametrize(
    "value",
    [
        b"hr@ corp.example",
        b"hr@(x)corp.example",
        b"hr@(x) (y)\tCorp.example",
        b"a@home.example, HR <hr@corp.example>",
        b"<@corp.example:a@home.example>",
        b"group: a@home.example, hr@corp.example;",
        b"hr@corp.example.",
        b"hr@corp .example",
        b"hr@corp. \t example",
        b"hr@corp(a) . (b)example",
        b"hr@((a) b)corp.example",
        b"hr@(a \\) b)corp.example",
        b'"(" <hr@corp . example>',
        b'("x) "HR" <hr@corp . example>',
    ],
)
@pytest.mark.parametrize(
    "name", [b"sender", b"reply-to", b"return-path", b"resent-from", b"resent-to", b"resent-bcc"]
)
def test_spellings_of_an_employers_address(name: bytes, value: bytes) -> None:
    """Spaces, comments, routes and groups hide no domain."""
    with pytest.raises(WorkAddressRefused):
        mail_head.check([(name, value)], ["corp.example"], OWN)


def test_a_domain_that_is_not_ascii_is_refused() -> None:
    """Two spellings of one domain cannot be compared, so the second is not taken."""
    with pytest.raises(mail_head.HeadMalformed):
        mail_head.check([(b"sender", "hr@c\u043erp.example".encode())], ["corp.example"], OWN)
    mail_head.check([(b"sender", "Mäya <maya@home.example>".encode())], ["corp.example"], OWN)


def test_copies_in_company_mail_are_seen() -> None:
    """To and Cc that name the employer are told, and that it was delivered there; other fields are not."""
    assert mail_head.names_copied([(b"cc", b"HR <hr@mail.corp.example>")], ["corp.example"])
    assert mail_head.names_copied(
        [(b"received", b"by mx.home.example with SMTP id x for <maya@corp.example>; Thu")], ["corp.example"]
    )
    assert not mail_head.names_copied(
        [(b"cc", b"a@notcorp.example"), (b"from", b"a@corp.example")], ["corp.example"]
    )


@pytest.mark.parametrize(
    "value",
    [
        b"@(" * 30_000,
        b"@" + b" " * 60_000,
        b"@(" + b"a" * 60_000,
        b"@()" * 20_000,
        b"@" * 60_000,
        b"@a" * 30_000,
        b"@a." * 20_000,
        b"@a . " * 12_000,
        b"(" * 30_000 + b"@" * 30_000,
        b'"\\' * 30_000,
    ],
)
@pytest.mark.parametrize("name", [b"sender", b"cc"])
def test_a_field_of_brackets_is_read_once(name: bytes, value: bytes) -> None:
    """Sixty thousand bytes of nothing cost no more than reading them: sixty thousand at signs cost a minute
    once, in which a worker heard nobody else.
    """
    mail_head.check([(name, value)], ["corp.example"], OWN)
    assert not mail_head.names_copied([(name, value)], ["corp.example"])
