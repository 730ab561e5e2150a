"""Where a mail ends, and where it does not: smuggled ends, bare CR, LF and NUL (RFC 5321, 2.3.8 and 4.1.1.4).

CVE-2023-51764 (Postfix), CVE-2023-51765 (sendmail), CVE-2023-51766 (Exim) and CVE-2024-27305 (aiosmtpd) were
servers that took one of these for the end where another did not.
"""

from __future__ import annotations

from typing import Final

from tests.smtp.talk import (
    BEGIN,
    DATA,
    EHLO,
    END,
    FROM,
    HALF,
    HELLO,
    RECIPIENT,
    SENDER,
    TAKEN,
    TO,
    TO_DATA,
    Talk,
    mail,
    talk,
)  # fmt: skip

BARE: Final = "550 5.6.11 | closed"
HIDDEN: Final = FROM + TO + DATA + mail(b"smuggled\r\n", head=b"X-Canary: 1\r\n") + END
MAIL: Final = mail()

_ENDS: Final = {
    b"\n.\n": "CVE-2023-51764: both bare LF",
    b"\n.\r\n": "CVE-2023-51764: LF, dot, CR LF",
    b"\r\n.\n": "CVE-2023-51766: CR LF, dot, LF",
    b"\r.\r": "both bare CR",
    b"\r.\r\n": "CVE-2023-51765: CR, dot, CR LF",
    b"\r\n.\r": "CR LF, dot, CR",
    b"\n.\r": "LF, dot, CR",
    b"\r.\n": "CR, dot, LF",
    b"\n\n.\n\n": "doubled LF",
    b"\r\n\n.\r\n": "an LF between",
    b"\r\r\n.\r\n": "CR before CR LF: two servers count other lines",
    b"\r\n.\r\r\n": "CR LF, dot, CR, CR LF",
    b"\r\n.\n\r\n": "an LF behind the dot",
    b"\r\n\x00.\r\n": "CVE-2023-51765: a NUL before the dot",
    b"\r\n.\x00\r\n": "a NUL behind the dot",
    b"\x00\r\n.\r\n": "a NUL before the line",
    b"\r\x00\n.\r\n": "a NUL within CR LF",
    b"\n\r.\n\r": "turned round",
    b"\r\n..\n": "a stuffed dot and LF",
    b"\n..\r\n": "LF and a stuffed dot",
}

_PLACES: Final = {
    "a bare LF in the head": mail(head=b"X-A: 1\nX-B: 2\r\n"),
    "a bare CR in the head": mail(head=b"X-A: 1\rX-B: 2\r\n"),
    "a NUL in the head": mail(head=b"X-A: \x00\r\n"),
    "a bare LF instead of the blank line": mail()[:-10] + b"\n\r\nHello.\r\n",
    "a bare LF as the first byte": b"\n" + mail(),
    "a bare CR as the first byte": b"\r" + mail(),
    "a bare LF as the last byte of a body": mail(b"Hello.\n\r\n"),
    "a bare CR as the last byte of a line": mail(b"Hello.\r\r\n"),
    "LF and CR turned round": mail(b"Hello.\n\rYou\r\n"),
    "a body of UNIX lines": mail(b"One.\nTwo.\nThree.\r\n"),
    "a body of old Mac lines": mail(b"One.\rTwo.\rThree.\r\n"),
    "a NUL in the body": mail(b"He\x00llo.\r\n"),
    "a thousand NULs": mail(b"\x00" * 1000 + b"\r\n"),
    "UTF-16 text": mail("Grüße".encode("utf-16-le") + b"\r\n"),
    "a bare CR at the end of a segment": mail(b"x" * 4000 + b"\r" + b"y" * 4000 + b"\r\n"),
    "a fault far inside": mail(b"x" * 70 + b"\r\n") + (b"y" * 76 + b"\r\n") * 3000 + b"z\nz\r\n",
    "a fault behind another fault": mail(b"x" * 9000 + b"\r\n" + b"a\nb\r\n"),
}

TALKS: Final[list[Talk]] = [
    *(
        talk(f"smuggled end {form!r}", source, *TO_DATA, (MAIL + b"x" + form + HIDDEN, BARE))
        for form, source in _ENDS.items()
    ),
    *(
        talk(f"smuggled end {form!r} at once", "the same, the mail being empty before it", *TO_DATA, (form + HIDDEN, BARE))
        for form in (b".\n", b".\r", b".\x00\r\n", b"\n.\r\n")
    ),
    *(talk(what, "RFC 5321, 2.3.8 and 4.1.1.4", *TO_DATA, (raw + END, BARE)) for what, raw in _PLACES.items()),
    talk(
        "the end, and a dialogue behind it", "RFC 2920: what follows the end is a command",
        *TO_DATA, (MAIL + END + b"NOOP\r\nRSET\r\n", f"{TAKEN} | 250 2.0.0 | 250 2.0.0"), stored=[MAIL],
    ),
    talk(
        "a second lone dot", "RFC 5321, 4.1.1.4: outside of a mail it is no command",
        *TO_DATA, (MAIL + END + END, f"{TAKEN} | 500 5.5.1"), stored=[MAIL],
    ),
    talk(
        "the end in pieces", "RFC 5321, 4.1.1.4: wherever the network cuts",
        *TO_DATA, (MAIL[:-2], ""), (b"\r", ""), (b"\n", ""), (b".", ""), (b"\r", ""), (b"\n", TAKEN), stored=[MAIL],
    ),
    talk(
        "a mail byte by byte at its end", "the same",
        *TO_DATA, (MAIL, ""), (b".", ""), (b"\r\n", TAKEN), (b"NOOP\r\n", "250 2.0.0"), stored=[MAIL],
    ),
    talk("the peer goes before the end", "RFC 5321, 4.1.1.10: no end, no mail", *TO_DATA, (MAIL, ""), (HALF, "closed")),
    talk("the peer goes within the end", "the same", *TO_DATA, (MAIL + b".\r", ""), (HALF, "closed")),
    talk("the peer goes before its first byte", "the same", *TO_DATA, (HALF, "closed")),
    talk("the peer goes in a command", "RFC 5321, 4.1.1: no CR LF, no command", HELLO, (FROM[:-2], ""), (HALF, "closed")),
    talk("the peer has said all", "a client that ends its direction still hears 250", *TO_DATA, (MAIL + END, TAKEN), (HALF, "closed"), stored=[MAIL]),
    talk("a command with LF alone", "RFC 5321, 2.3.8", (b"EHLO x.test\n", "500 5.5.2 | closed")),
    talk("a command with CR alone", "RFC 5321, 2.3.8", (b"EHLO x.test\rNOOP\r\n", "500 5.5.2 | closed")),
    talk("a command with CR CR LF", "RFC 5321, 2.3.8", (b"EHLO x.test\r\r\n", "500 5.5.2 | closed")),
    talk("a command with LF and more", "CVE-2024-27305: two commands in one line", (b"EHLO x.test\nMAIL FROM:<canary@x.test>\r\n", "500 5.5.2 | closed")),
    talk("a NUL in a command", "RFC 5321, 2.3.8", (b"EHLO x\x00.test\r\n", "500 5.5.2 | closed")),
    talk("a NUL before a command", "the same", HELLO, (b"\x00RSET\r\n", "500 5.5.2 | closed")),
    talk("CR LF in a path", "RFC 5321, 4.1.2", HELLO, (b"MAIL FROM:<maya\r\n@home.example>\r\n", "501 5.1.7 | 500 5.5.1")),
    talk("LF in a path", "the same", HELLO, (b"MAIL FROM:<maya\n@home.example>\r\n", "500 5.5.2 | closed")),
    talk("a bare LF inside DATA's own line", "RFC 5321, 2.3.8", HELLO, SENDER, RECIPIENT, (b"DATA\n", "500 5.5.2 | closed")),
    talk("a mail pushed behind DATA", "RFC 2920, 3.1: the mail waits for 354", HELLO, SENDER, RECIPIENT, (DATA + MAIL + END, "503 5.5.1 | closed")),
    talk(
        "a whole dialogue pushed at once", "RFC 2920, 3.1; what a browser can be made to send",
        (EHLO + FROM + TO + DATA + MAIL + END, "250 | 250 2.1.0 | 250 2.1.5 | 503 5.5.1 | closed"),
    ),
    talk("a mail in one group with QUIT", "RFC 2920, 3.1", *TO_DATA, (MAIL + END + b"QUIT\r\n", f"{TAKEN} | 221 2.0.0 | closed"), stored=[MAIL]),
    talk(
        "a hidden mail between two good ones", "CVE-2023-51764: only CR LF, dot, CR LF ends",
        *TO_DATA, (MAIL + END, TAKEN), SENDER, RECIPIENT, BEGIN, (mail(b"a\r\n..\r\nb\r\n") + END, TAKEN),
        stored=[MAIL, mail(b"a\r\n.\r\nb\r\n")],
    ),
]  # fmt: skip
