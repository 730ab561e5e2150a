"""Long lines, many lines, big heads (RFC 5321, 4.5.3.1; RFC 5322, 2.1.1)."""

from __future__ import annotations

from typing import Final

from tests.smtp.talk import (
    BEGIN,
    END,
    HELLO,
    RECIPIENT,
    SENDER,
    TAKEN,
    TO_DATA,
    Talk,
    delivered,
    greeted,
    mail,
    refused,
    talk,
)  # fmt: skip

LONG_LINE: Final = "500 5.5.2"


def big_head(bytes_: int) -> bytes:
    """A mail whose head, its blank line not counted, has about so many bytes."""
    field = b"X-Filler: " + b"f" * 66 + b"\r\n"
    return mail(head=field * (bytes_ // len(field)))


TALKS: Final[list[Talk]] = [
    greeted("a command of 510", "RFC 5321, 4.5.3.1.4: 512 with its end", b"NOOP " + b"x" * 505, "250 2.0.0"),
    greeted("a command at our limit", "RFC 5321, 4.1.1.11: parameters make it longer", b"NOOP " + b"x" * 993, "250 2.0.0"),
    greeted("a command over our limit", "RFC 5321, 4.5.3.1.4", b"NOOP " + b"x" * 994, LONG_LINE),
    greeted("a command of 60,000", "RFC 5321, 4.5.3.1.4: skipped to its end", b"NOOP " + b"x" * 60_000, LONG_LINE),
    talk("a command without an end", "a line that never ends costs no memory", HELLO, (b"NOOP " + b"x" * 200_000, "500 5.5.2 | closed")),
    talk("a long command hides another", "CVE-2009-0410 and its kin", HELLO, (b"x" * 2000 + b" RSET\r\nNOOP\r\n", "500 5.5.2 | 250 2.0.0")),
    talk("a long MAIL", "RFC 5321, 4.5.3.1.3", HELLO, (b"MAIL FROM:<" + b"m" * 5000 + b"@home.example>\r\n", LONG_LINE), SENDER),
    delivered("a line of 998", "RFC 5322, 2.1.1", mail(b"x" * 998 + b"\r\n")),
    delivered("a line of 999", "RFC 5322, 2.1.1: more than one may, less than real mail has", mail(b"x" * 999 + b"\r\n")),
    delivered("a line of 8,192", "the door's limit", mail(b"x" * 8192 + b"\r\n")),
    refused("a line of 8,193", "the door's limit", mail(b"x" * 8193 + b"\r\n"), "550 5.6.0"),
    refused("a line of 100,000", "more than a buffer", mail(b"x" * 100_000 + b"\r\n"), "550 5.6.0"),
    refused("a last line that is too long", "the door's limit", mail(b"x\r\n" + b"y" * 9000 + b"\r\n"), "550 5.6.0"),
    delivered("a field of 998", "RFC 5322, 2.1.1", mail(head=b"X-A: " + b"a" * 993 + b"\r\n")),
    delivered("a folded field of 16,000", "RFC 5322, 2.2.3", mail(head=b"References:" + b"\r\n <aaaaaaaaaaaaaaaaaaaaaaaa@x.test>" * 450 + b"\r\n")),
    delivered("a head of 60,000", "the door's limit is 65,536", big_head(60_000)),
    refused("a head of 70,000", "the door's limit", big_head(70_000), "552 5.3.4"),
    delivered("900 fields", "the door's limit is 1,000", mail(head=b"X: 1\r\n" * 900)),
    refused("1,100 fields", "the door's limit", mail(head=b"X: 1\r\n" * 1100), "552 5.3.4"),
    delivered("50 hops", "RFC 5321, 6.3", mail(head=b"Received: from a.test by b.test; Mon\r\n" * 50)),
    refused("51 hops", "RFC 5321, 6.3: going in circles", mail(head=b"Received: from a.test by b.test; Mon\r\n" * 51), "554 5.4.6"),
    delivered("20,000 short lines", "RFC 5321, 4.5.3.1.7: at least 64K of content", mail(b"x\r\n" * 20_000)),
    delivered("30,000 blank lines", "the same", mail(b"\r\n" * 30_000)),
    delivered("64K octets", "RFC 5321, 4.5.3.1.7", mail(b"y" * 76 + b"\r\n" + (b"z" * 76 + b"\r\n") * 900)),
    talk(
        "a refused mail is read to its end", "the reply comes at its place",
        *TO_DATA, (mail(b"x" * 9000 + b"\r\n" + b"QUIT\r\nRSET\r\n") + END, "550 5.6.0"), SENDER, RECIPIENT, BEGIN,
        (mail() + END, TAKEN), stored=[mail()],
    ),
]  # fmt: skip
