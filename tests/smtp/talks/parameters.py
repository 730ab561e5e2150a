"""Parameters of MAIL, and what EHLO offers (RFC 1870, 6152, 2034, 2920, 3461, 3030, 6531, 8689)."""

from __future__ import annotations

from typing import Final

from tests.smtp.talk import (
    BEGIN,
    BYE,
    END,
    FROM,
    HELLO,
    RECIPIENT,
    TAKEN,
    Talk,
    mail,
    sender,
    talk,
)  # fmt: skip

SENDER: Final = FROM[len(b"MAIL FROM:") : -2]
MOST: Final = 26_214_400
TAKES: Final = "250 2.1.0"
UNOFFERED: Final = "555 5.5.4"
WRONG: Final = "501 5.5.4"

_PARAMETERS: Final = {
    b"SIZE=0": ("RFC 1870, 4: zero says nothing", TAKES),
    b"SIZE=1": ("RFC 1870", TAKES),
    b"size=1": ("RFC 5321, 4.1.1.11: names have no case", TAKES),
    b"SIZE=%d" % MOST: ("RFC 1870: exactly what EHLO offered", TAKES),
    b"SIZE=00000000000000000001": ("RFC 1870: up to twenty digits", TAKES),
    b"SIZE=000000000000000000001": ("one more", WRONG),
    b"SIZE=-1": ("a sign", WRONG),
    b"SIZE=+1": ("a sign", WRONG),
    b"SIZE=1e3": ("a power", WRONG),
    b"SIZE=0x10": ("a base", WRONG),
    b"SIZE=1_000": ("Python reads this as a number", WRONG),
    b"SIZE=\xd9\xa1": ("a digit of another script, which int() reads", WRONG),
    b"SIZE=": ("RFC 5321: a value has a sign at least", WRONG),
    b"SIZE": ("RFC 1870: MAIL needs the value", WRONG),
    b"SIZE=1 SIZE=1": ("twice", WRONG),
    b"SIZE=1 size=2": ("twice, in other letters", WRONG),
    b"BODY=7BIT": ("RFC 6152", TAKES),
    b"BODY=8BITMIME": ("RFC 6152", TAKES),
    b"body=8bitmime": ("RFC 6152: values have no case", TAKES),
    b"BODY=BINARYMIME": ("RFC 3030 is not offered", UNOFFERED),
    b"BODY=9BIT": ("no such body", UNOFFERED),
    b"BODY": ("a value is missing", UNOFFERED),
    b"BODY=8BITMIME BODY=7BIT": ("twice", WRONG),
    b"SIZE=100 BODY=8BITMIME": ("both", TAKES),
    b"BODY=8BITMIME SIZE=100": ("in any order", TAKES),
    b"  SIZE=100": ("more spaces between", TAKES),
    b"SMTPUTF8": ("RFC 6531 is not offered: an address is ASCII", UNOFFERED),
    b"RET=HDRS": ("RFC 3461 is not offered", UNOFFERED),
    b"RET=FULL ENVID=canary": ("RFC 3461", UNOFFERED),
    b"AUTH=<>": ("RFC 4954, 5", UNOFFERED),
    b"AUTH=maya@home.example": ("RFC 4954: somebody else's word", UNOFFERED),
    b"REQUIRETLS": ("RFC 8689 is not offered", UNOFFERED),
    b"BY=120;R": ("RFC 2852", UNOFFERED),
    b"HOLDFOR=60": ("RFC 4865", UNOFFERED),
    b"MT-PRIORITY=9": ("RFC 6710", UNOFFERED),
    b"TRANSID=<canary@x.test>": ("RFC 1845", UNOFFERED),
    b"SOLICIT=org.canary": ("RFC 3865", UNOFFERED),
    b"XOORG=corp.example": ("a word of one vendor", UNOFFERED),
    b"=": ("nothing at all", UNOFFERED),
    b"=1": ("a value without a name", UNOFFERED),
    b"SIZE =1": ("a space before the sign", WRONG),
    b"SIZE=1;BODY=7BIT": ("another sign between", WRONG),
    b"\xe2\x84\xaa=1": ("a sign that becomes K in capitals", UNOFFERED),
    b" ".join([b"X%d=1" % number for number in range(90)]): ("ninety that nobody offered", UNOFFERED),
}

_TOO_BIG: Final = {
    b"%d"
    % (MOST + 1): "RFC 1870, 6.2: refused before a byte of it travels, and when it is known whom to tell",
    b"99999999999999999999": "more than 64 bits hold",
    b"18446744073709551616": "2^64: CVE-2003-0714 was a size that wrapped",
    b"4294967296": "2^32",
}


def _too_big(size: bytes, source: str) -> Talk:
    return talk(
        f"size {size!r}", source,
        HELLO, (FROM[:-2] + b" SIZE=" + size + b"\r\n", TAKES), (RECIPIENT[0], "552 5.3.4"), BYE,
    )  # fmt: skip


TALKS: Final[list[Talk]] = [
    *(_too_big(size, source) for size, source in _TOO_BIG.items()),
    *(sender(f"parameter {more[:40]!r}", source, SENDER + b" " + more, answer) for more, (source, answer) in _PARAMETERS.items()),
    talk(
        "a size that is less than the mail's", "RFC 1870, 6.3: an honest mistake is no reason to refuse",
        HELLO, (FROM[:-2] + b" SIZE=1\r\n", TAKES), RECIPIENT, BEGIN, (mail() + END, TAKEN), stored=[mail()],
    ),
    talk(
        "a size that is more than the mail's", "RFC 1870, 5",
        HELLO, (FROM[:-2] + b" SIZE=20000000\r\n", TAKES), RECIPIENT, BEGIN, (mail() + END, TAKEN), stored=[mail()],
    ),
    talk(
        "eight bits as announced", "RFC 6152, 3",
        HELLO, (FROM[:-2] + b" BODY=8BITMIME\r\n", TAKES), RECIPIENT, BEGIN,
        (mail(b"Gr\xc3\xbc\xc3\x9fe\xff\x80\r\n") + END, TAKEN), stored=[mail(b"Gr\xc3\xbc\xc3\x9fe\xff\x80\r\n")],
    ),
    talk(
        "eight bits that were announced as seven", "RFC 6152, 3: kept as they are, nothing is converted",
        HELLO, (FROM[:-2] + b" BODY=7BIT\r\n", TAKES), RECIPIENT, BEGIN,
        (mail(b"caf\xe9\r\n") + END, TAKEN), stored=[mail(b"caf\xe9\r\n")],
    ),
    talk(
        "after a refused size a smaller one", "RFC 1870, 6.2",
        HELLO, (FROM[:-2] + b" SIZE=%d\r\n" % (MOST + 1), TAKES), (RECIPIENT[0], "552 5.3.4"),
        (b"RSET\r\n", "250 "), (FROM, TAKES), RECIPIENT, BYE,
    ),
]  # fmt: skip
