"""Commands in groups (RFC 2920), and STARTTLS (RFC 3207)."""

from __future__ import annotations

from typing import Final

from tests.smtp.talk import (
    BYE,
    DATA,
    EHLO,
    END,
    FROM,
    HELLO,
    QUIT,
    RECIPIENT,
    SENDER,
    TAKEN,
    TLS,
    TO,
    Talk,
    mail,
    talk,
)  # fmt: skip

MAIL: Final = mail()
OTHER: Final = mail(b"Another.\r\n")
NOBODY: Final = b"RCPT TO:<nobody@quietbox.localhost>\r\n"
GROUP: Final = (FROM + TO + DATA, "250 2.1.0 | 250 2.1.5 | 354 ")
STARTTLS: Final = (b"STARTTLS\r\n", "220 2.0.0")
BEGIN_TLS: Final = (STARTTLS, (TLS, ""))

TALKS: Final[list[Talk]] = [
    talk("MAIL, RCPT, DATA in a group", "RFC 2920, 3.1", HELLO, GROUP, (MAIL + END, TAKEN), stored=[MAIL]),
    talk(
        "two mails, the ends in groups", "RFC 2920, 3.1",
        HELLO, GROUP, (MAIL + END + FROM + TO + DATA, f"{TAKEN} | 250 2.1.0 | 250 2.1.5 | 354 "), (OTHER + END + QUIT, f"{TAKEN} | 221 2.0.0 | closed"),
        stored=[MAIL, OTHER],
    ),
    talk("RSET first in a group", "RFC 2920, 3.1", HELLO, SENDER, (b"RSET\r\n" + FROM + TO + DATA, "250 2.0.0 | 250 2.1.0 | 250 2.1.5 | 354 "), (MAIL + END, TAKEN), stored=[MAIL]),
    talk(
        "a group whose recipient is refused", "RFC 2920, 3.1: DATA is then refused, and no mail is expected",
        HELLO, (FROM + NOBODY + DATA, "250 2.1.0 | 550 5.1.1 | 503 5.5.1"), (b"RSET\r\n", "250 2.0.0"), GROUP, (MAIL + END, TAKEN), stored=[MAIL],
    ),
    talk(
        "one of two recipients in a group is refused", "RFC 2920, 3.1",
        HELLO, (FROM + NOBODY + TO + DATA, "250 2.1.0 | 550 5.1.1 | 250 2.1.5 | 354 "), (MAIL + END, TAKEN), stored=[MAIL],
    ),
    talk("a group whose sender is refused", "RFC 2920, 3.1", HELLO, (b"MAIL FROM:<x>\r\n" + TO + DATA, "501 5.1.7 | 503 5.5.1 | 503 5.5.1")),
    talk("a group of NOOP", "RFC 2920, 3.1: it should be last, and does no harm", HELLO, (b"NOOP\r\n" * 20, " | ".join(["250 2.0.0"] * 20))),
    talk("EHLO and a group behind it", "RFC 2920, 3.1: EHLO should be last; it changes nothing that the group needs", (EHLO + FROM + TO, "250 | 250 2.1.0 | 250 2.1.5")),
    talk("a group cut in the middle of a command", "RFC 2920", HELLO, (FROM + TO[:9], "250 2.1.0"), (TO[9:] + DATA, "250 2.1.5 | 354 "), (MAIL + END, TAKEN), stored=[MAIL]),
    talk("a group cut between CR and LF", "RFC 2920", HELLO, (FROM[:-1], ""), (b"\n" + TO, "250 2.1.0 | 250 2.1.5")),
    talk("answers come in order", "RFC 2920, 3.2", HELLO, (b"VRFY x\r\nWHAT\r\nNOOP\r\nHELP\r\nRSET\r\n", "252 | 500 | 250 | 214 | 250")),
    talk("a line too long in a group", "RFC 2920 with RFC 5321, 4.5.3.1.4", HELLO, (FROM + b"x" * 3000 + b"\r\n" + TO, "250 2.1.0 | 500 5.5.2 | 250 2.1.5")),
    # TLS
    talk("STARTTLS and a mail", "RFC 3207, 4", HELLO, *BEGIN_TLS, HELLO, GROUP, (MAIL + END, TAKEN), stored=[MAIL]),
    talk("STARTTLS before a greeting", "RFC 3207", *BEGIN_TLS, HELLO, GROUP, (MAIL + END, TAKEN), stored=[MAIL]),
    talk("after STARTTLS one greets anew", "RFC 3207, 4.2", HELLO, *BEGIN_TLS, (FROM, "503 5.5.1"), HELLO, SENDER),
    talk("after STARTTLS there is no sender", "RFC 3207, 4.2", HELLO, SENDER, RECIPIENT, *BEGIN_TLS, (DATA, "503 5.5.1"), HELLO, (TO, "503 5.5.1")),
    talk("STARTTLS within TLS", "RFC 3207, 4.2; reliability.md 1.8", HELLO, *BEGIN_TLS, (b"STARTTLS\r\n", "503 5.5.1"), HELLO, (b"STARTTLS\r\n", "503 5.5.1")),
    talk("STARTTLS with an argument", "RFC 3207, 4", HELLO, (b"STARTTLS now\r\n", "501 5.5.4"), GROUP, (MAIL + END, TAKEN), stored=[MAIL]),
    talk("STARTTLS in small letters", "RFC 5321, 2.4", HELLO, (b"starttls\r\n", "220 2.0.0"), (TLS, ""), HELLO, SENDER),
    talk(
        "commands pushed behind STARTTLS", "CVE-2011-0411, CVE-2024-34083: what was said in clear counts for nothing",
        HELLO, (b"STARTTLS\r\n" + EHLO + FROM + TO, "220 2.0.0"), (TLS, ""), (DATA, "503 5.5.1"), HELLO, (TO, "503 5.5.1"),
    ),
    talk(
        "a mail pushed behind STARTTLS", "CVE-2011-0411",
        HELLO, (b"STARTTLS\r\n" + EHLO + FROM + TO + DATA + MAIL + END, "220 2.0.0"), (TLS, ""), HELLO, (b"NOOP\r\n", "250 2.0.0"), BYE,
    ),
    talk("half a command pushed behind STARTTLS", "CVE-2021-38084 and its kin", HELLO, (b"STARTTLS\r\nMAIL FROM:<canary", "220 2.0.0"), (TLS, ""), (b"@x.test>\r\n", "500 5.5.1"), HELLO),
    talk("RSET pushed behind STARTTLS", "CVE-2021-33515 and its kin", HELLO, (b"STARTTLS\r\nRSET\r\n", "220 2.0.0"), (TLS, ""), HELLO, (b"NOOP\r\n", "250 2.0.0")),
    talk("no handshake behind STARTTLS", "RFC 3207: clear text is no handshake", HELLO, STARTTLS, (EHLO, "closed")),
    talk("a handshake without STARTTLS", "a client of the other port", (b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\r\n", "500 5.5.")),
    talk("AUTH within TLS", "RFC 4954: not offered there either", *BEGIN_TLS, HELLO, (b"AUTH PLAIN AGNhbmFyeQ==\r\n", "500 5.5.1")),
    talk("a smuggled end within TLS", "CVE-2023-51764", *BEGIN_TLS, HELLO, GROUP, (MAIL + b"x\n.\r\n" + FROM + TO + END, "550 5.6.11 | closed")),
    talk("LF within TLS", "RFC 5321, 2.3.8", *BEGIN_TLS, (b"EHLO x.test\n", "500 5.5.2 | closed")),
    talk("QUIT within TLS", "RFC 3207", *BEGIN_TLS, BYE),
    talk("a mail pushed behind DATA within TLS", "RFC 2920, 3.1", *BEGIN_TLS, HELLO, SENDER, RECIPIENT, (DATA + MAIL + END, "503 5.5.1 | closed")),
    talk("a group within TLS", "RFC 2920", *BEGIN_TLS, (EHLO + FROM + TO + DATA, "250 | 250 2.1.0 | 250 2.1.5 | 354 "), (MAIL + END, TAKEN), stored=[MAIL]),
    talk("a mail in clear, then one in TLS", "RFC 3207, 4: at any time between two", HELLO, GROUP, (MAIL + END, TAKEN), *BEGIN_TLS, HELLO, GROUP, (OTHER + END, TAKEN), stored=[MAIL, OTHER]),
]  # fmt: skip
