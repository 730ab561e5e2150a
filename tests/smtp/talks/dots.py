"""Dots at the beginning of lines (RFC 5321, 4.5.2)."""

from __future__ import annotations

from typing import Final

from tests.smtp.talk import Talk, delivered, mail

_BODIES: Final = {
    # what, as it travels, as it is kept
    "a stuffed dot alone": (b"..\r\n", b".\r\n"),
    "three dots": (b"...\r\n", b"..\r\n"),
    "a stuffed word": (b"..config\r\n", b".config\r\n"),
    "a dot that a client forgot to stuff": (b".config\r\n", b"config\r\n"),
    "a dot and a space": (b". \r\n", b" \r\n"),
    "a dot and a tab": (b".\t\r\n", b"\t\r\n"),
    "a dot inside a line": (b"a.b\r\n..\r\nc.\r\n", b"a.b\r\n.\r\nc.\r\n"),
    "dots line after line": (b"..\r\n" * 50, b".\r\n" * 50),
    "a dot before a blank line": (b"..\r\n\r\n..\r\n", b".\r\n\r\n.\r\n"),
    "a line of dots": (b"." * 79 + b"\r\n", b"." * 78 + b"\r\n"),
    "a line of dots at the limit": (b"." * 8192 + b"\r\n", b"." * 8191 + b"\r\n"),
    "ellipses and numbers": (b"...and\r\n.5\r\n", b"..and\r\n5\r\n"),
    "a quoted dialogue": (b"> .\r\n> QUIT\r\n", b"> .\r\n> QUIT\r\n"),
    "a dialogue behind a stuffed dot": (
        b"..\r\nMAIL FROM:<canary@x.test>\r\n",
        b".\r\nMAIL FROM:<canary@x.test>\r\n",
    ),
    "a blank line before the end": (b"Hello.\r\n\r\n", b"Hello.\r\n\r\n"),
    "ten blank lines before the end": (b"\r\n" * 10, b"\r\n" * 10),
    "a dot and high bytes": (b"..\xff\xfe\r\n", b".\xff\xfe\r\n"),
    "a dot, and a second line of one": (b"..\r\n...\r\n", b".\r\n..\r\n"),
    "quoted-printable that ends in a dot": (b"soft=\r\n.. end\r\n", b"soft=\r\n. end\r\n"),
    "an end in base64": (b"DQouDQo=\r\n", b"DQouDQo=\r\n"),
    "groff": (b"..TH MAN 1\r\n..SH NAME\r\n", b".TH MAN 1\r\n.SH NAME\r\n"),
}

TALKS: Final[list[Talk]] = [
    *(delivered(what, "RFC 5321, 4.5.2", mail(wire), mail(kept)) for what, (wire, kept) in _BODIES.items()),
    delivered(
        "a stuffed dot at the head's first byte",
        "RFC 5321, 4.5.2: the first line too; a field's name may begin so (RFC 5322, 2.2)",
        b"..Odd: 1\r\n" + mail(),
        b".Odd: 1\r\n" + mail(),
    ),
    delivered(
        "a stuffed dot in a folded field",
        "RFC 5321, 4.5.2 knows no head",
        mail(head=b"X-A: 1\r\n ..\r\n"),
    ),
    delivered("a head alone", "RFC 5322, 2.1: the body is optional", mail()[: -len(b"\r\nHello.\r\n")]),
    delivered("a head and a blank line", "RFC 5322, 2.1", mail(b"")),
]  # fmt: skip
