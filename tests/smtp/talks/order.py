"""The order of commands: what each may follow, and what each leaves behind (RFC 5321, 4.1.4)."""

from __future__ import annotations

from typing import Final

from tests.smtp.talk import (
    BEGIN,
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
    TO,
    Talk,
    greeted,
    line,
    mail,
    talk,
)  # fmt: skip

RSET: Final = (b"RSET\r\n", "250 2.0.0")
NOOP: Final = (b"NOOP\r\n", "250 2.0.0")
HELO: Final = (b"HELO mail.home.example\r\n", "250 ")
MAIL: Final = mail()
ONE: Final = (SENDER, RECIPIENT, BEGIN, (MAIL + END, TAKEN))
TWO: Final = mail(b"Another.\r\n")

TALKS: Final[list[Talk]] = [
    line("MAIL before a greeting", "RFC 5321, 4.1.4", FROM[:-2], "503 5.5.1"),
    line("RCPT before a greeting", "RFC 5321, 4.1.4", TO[:-2], "503 5.5.1"),
    line("DATA before a greeting", "RFC 5321, 4.1.4", b"DATA", "503 5.5.1"),
    line("NOOP before a greeting", "RFC 5321, 4.1.4: NOOP, HELP, RSET, VRFY, QUIT need none", b"NOOP", "250 2.0.0"),
    line("RSET before a greeting", "RFC 5321, 4.1.4", b"RSET", "250 2.0.0"),
    line("VRFY before a greeting", "RFC 5321, 4.1.4", b"VRFY canary", "252 2.1.5"),
    line("HELP before a greeting", "RFC 5321, 4.1.4", b"HELP", "214 2.0.0"),
    talk("QUIT before a greeting", "RFC 5321, 4.1.1.10", BYE),
    talk("RCPT before MAIL", "RFC 5321, 3.3", HELLO, (TO, "503 5.5.1"), SENDER, RECIPIENT),
    talk("DATA before MAIL", "RFC 5321, 3.3", HELLO, (DATA, "503 5.5.1"), *ONE, stored=[MAIL]),
    talk("DATA before RCPT", "RFC 5321, 3.3", HELLO, SENDER, (DATA, "503 5.5.1"), RECIPIENT, BEGIN, stored=[]),
    talk("MAIL twice", "RFC 5321, 4.1.4: no nested transaction", HELLO, SENDER, (FROM, "503 5.5.1"), RECIPIENT),
    talk("MAIL after RCPT", "RFC 5321, 4.1.4", HELLO, SENDER, RECIPIENT, (FROM, "503 5.5.1"), BEGIN),
    talk("a greeting by HELO", "RFC 5321, 4.1.1.1", HELO, *ONE, BYE, stored=[MAIL]),
    talk("HELO after EHLO", "RFC 5321, 4.1.4", HELLO, HELO, *ONE, stored=[MAIL]),
    talk("EHLO after HELO", "RFC 5321, 4.1.4", HELO, HELLO, *ONE, stored=[MAIL]),
    talk("EHLO ends a transaction", "RFC 5321, 4.1.4", HELLO, SENDER, RECIPIENT, HELLO, (DATA, "503 5.5.1")),
    talk("HELO ends a transaction", "RFC 5321, 4.1.4", HELLO, SENDER, RECIPIENT, HELO, (TO, "503 5.5.1")),
    talk(
        "a bad EHLO changes nothing", "RFC 5321, 4.1.4: if EHLO is not acceptable the state stays",
        HELLO, SENDER, RECIPIENT, (b"EHLO\r\n", "501 5.5.4"), BEGIN, (MAIL + END, TAKEN), stored=[MAIL],
    ),
    talk("RSET ends a transaction", "RFC 5321, 4.1.1.5", HELLO, SENDER, RECIPIENT, RSET, (DATA, "503 5.5.1"), (TO, "503")),
    talk("RSET keeps the greeting", "RFC 5321, 4.1.1.5", HELLO, SENDER, RSET, *ONE, stored=[MAIL]),
    talk("RSET of nothing", "RFC 5321, 4.1.1.5", HELLO, RSET, RSET, RSET, *ONE, stored=[MAIL]),
    talk("NOOP inside a transaction", "RFC 5321, 4.1.1.9", HELLO, NOOP, SENDER, NOOP, RECIPIENT, NOOP, BEGIN),
    talk("VRFY inside a transaction", "RFC 5321, 4.1.4", HELLO, SENDER, (b"VRFY x\r\n", "252"), RECIPIENT, BEGIN),
    talk("HELP inside a transaction", "RFC 5321, 4.1.4", HELLO, SENDER, (b"HELP DATA\r\n", "214"), RECIPIENT, BEGIN),
    talk(
        "two mails in one dialogue", "RFC 5321, 3.3",
        HELLO, *ONE, SENDER, RECIPIENT, BEGIN, (TWO + END, TAKEN), BYE, stored=[MAIL, TWO],
    ),
    talk("after a mail there is no sender", "RFC 5321, 4.1.1.4", HELLO, *ONE, (TO, "503 5.5.1"), (DATA, "503"), stored=[MAIL]),
    talk(
        "the same mail again in one dialogue", "ruling 19: a repeated transaction within the hour is one mail",
        HELLO, *ONE, *ONE, stored=[MAIL],
    ),
    talk(
        "a second recipient", "RFC 5321, 4.5.3.1.10 and ruling 23",
        HELLO, SENDER, RECIPIENT, (TO, "452 4.5.3"), BEGIN, (MAIL + END, TAKEN), stored=[MAIL],
    ),
    talk(
        "a hundred recipients", "RFC 5321, 4.5.3.1.8: the rest is told to come again, none is lost",
        HELLO, SENDER, RECIPIENT, (TO * 100, " | ".join(["452 4.5.3"] * 100)), BEGIN, (MAIL + END, TAKEN), stored=[MAIL],
    ),
    talk(
        "a stranger before the recipient", "RFC 5321, 3.3: a refused RCPT ends nothing",
        HELLO, SENDER, (b"RCPT TO:<nobody@quietbox.localhost>\r\n", "550 5.1.1"), RECIPIENT, BEGIN, (MAIL + END, TAKEN),
        stored=[MAIL],
    ),
    talk(
        "only strangers", "RFC 5321, 3.3: no recipient, no data",
        HELLO, SENDER, (b"RCPT TO:<nobody@quietbox.localhost>\r\n", "550 5.1.1"), (DATA, "503 5.5.1"),
    ),
    talk("a mail without lines", "RFC 5321, 4.1.1.4", HELLO, SENDER, RECIPIENT, BEGIN, (END, "550 5.6.0"), HELLO),
    talk("QUIT in a transaction", "RFC 5321, 4.1.1.10", HELLO, SENDER, RECIPIENT, BYE),
    talk("QUIT, and more behind it", "RFC 5321, 4.1.1.10: nothing is read behind it", (QUIT + EHLO + FROM, "221 2.0.0 | closed")),
    talk(
        "a mail that is no mail, and a good one", "RFC 5321, 4.1.1.4: a refusal ends the mail, not the dialogue",
        HELLO, SENDER, RECIPIENT, BEGIN, (b"no field\r\n" + END, "550 5.6.0"), *ONE, stored=[MAIL],
    ),
    greeted("DATA with an argument", "RFC 5321, 4.1.1.4", b"DATA now", "501 5.5.4"),
    greeted("RSET with an argument", "RFC 5321, 4.1.1.5: should be 501", b"RSET all", "501 5.5.4"),
    talk("QUIT with an argument", "RFC 5321, 4.1.1.10", HELLO, (b"QUIT now\r\n", "501 5.5.4"), BYE),
    greeted("NOOP with an argument", "RFC 5321, 4.1.1.9: it is ignored", b"NOOP canary", "250 2.0.0"),
    greeted("HELP with an argument", "RFC 5321, 4.1.1.8", b"HELP canary", "214 2.0.0"),
    greeted("VRFY without an argument", "RFC 5321, 4.1.1.6", b"VRFY", "501 5.5.4"),
    greeted("VRFY of somebody who is here", "RFC 5321, 3.5.3: 252 says nothing of who is here", b"VRFY {to}", "252 2.1.5"),
    greeted("VRFY of somebody who is not", "RFC 5321, 7.3", b"VRFY nobody@quietbox.localhost", "252 2.1.5"),
    greeted("trailing spaces", "RFC 5321, 4.1.1: are to be tolerated", b"NOOP   ", "250 2.0.0"),
    greeted("trailing spaces behind DATA", "RFC 5321, 4.1.1", b"DATA \t ", "503 5.5.1"),
    talk("trailing space behind a path", "RFC 5321, 4.1.1", HELLO, (FROM[:-2] + b" \r\n", "250 2.1.0"), RECIPIENT),
    talk("a trailing tab", "RFC 5321, 4.1.1", HELLO, (FROM[:-2] + b"\t\r\n", "250 2.1.0"), (TO[:-2] + b"\t \r\n", "250 2.1.5")),
    talk("small letters", "RFC 5321, 2.4: verbs have no case", (b"ehlo x.test\r\n", "250 "), (FROM.lower(), "250 2.1.0")),
    talk("mixed letters", "RFC 5321, 2.4", (b"eHlO x.test\r\n", "250 "), (b"mAiL fRoM:<maya@home.example>\r\n", "250 2.1.0")),
]  # fmt: skip
