"""Shapes of real mail, made here: what mail programs, phones, calendars and ciphers send, whole and odd.

The door stores what it was sent, byte for byte, and takes nothing apart; so what is odd inside is kept odd.
"""

from __future__ import annotations

import base64
import gzip
import quopri
import struct
import zlib
from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from typing import Final

from tests.smtp.talk import Talk, delivered

FROM: Final = b"From: Maya Okafor <maya@home.example>\r\n"
NOISE: Final = b"".join(struct.pack(">I", (number * 2_654_435_761) & 0xFFFFFFFF) for number in range(2_000))
PNG: Final = (
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0:~\x9bU\0\0\0\nIDAT"
    + zlib.compress(b"\0\0")
    + b"\0\0\0\0IEND\xaeB`\x82"
)  # fmt: skip


def stuffed(raw: bytes) -> bytes:
    """A mail as it travels."""
    return b"".join(
        (b"." + one if one.startswith(b".") else one) + b"\r\n" for one in raw.split(b"\r\n")[:-1]
    )


def plain(text: str, charset: str, encoding: str, **more: str) -> bytes:
    """A mail of one text."""
    head = f"Subject: {charset} in {encoding}\r\nMIME-Version: 1.0\r\n".encode()
    head += (
        f"Content-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: {encoding}\r\n".encode()
    )
    head += b"".join(f"{name}: {value}\r\n".encode() for name, value in more.items())
    raw = text.encode(charset)
    body = {"base64": base64.encodebytes(raw), "quoted-printable": quopri.encodestring(raw)}.get(
        encoding, raw
    )
    return FROM + head + b"\r\n" + b"\r\n".join(body.splitlines()) + b"\r\n"


def part(kind: str, body: bytes, *more: str) -> bytes:
    """A part of a multipart."""
    head = "".join(f"{one}\r\n" for one in (f"Content-Type: {kind}", *more))
    return head.encode() + b"\r\n" + body


def parts(
    kind: str, *inside: bytes, boundary: str = "=_cut_", preamble: bytes = b"", epilogue: bytes = b""
) -> bytes:
    """A multipart's head and body."""
    cut = b"\r\n--" + boundary.encode()
    body = preamble + b"".join(cut + b"\r\n" + one for one in inside) + cut + b"--\r\n" + epilogue
    return f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n\r\n'.encode() + body.removeprefix(
        b"\r\n"
    )


def whole(subject: str, content: bytes, *more: str) -> bytes:
    """A mail around a content that has its own Content-Type."""
    head = "".join(f"{one}\r\n" for one in (f"Subject: {subject}", "MIME-Version: 1.0", *more))
    return FROM + head.encode() + content


def b64(raw: bytes, width: int = 76) -> bytes:
    """Base64 in lines."""
    text = base64.b64encode(raw)
    return b"".join(text[at : at + width] + b"\r\n" for at in range(0, len(text), width))


def nested(depth: int) -> bytes:
    """Multiparts within each other."""
    inside = part("text/plain", b"The innermost.\r\n")
    for level in range(depth):
        inside = parts("mixed", inside, boundary=f"level-{level}")
    return inside


def forwarded(inner: bytes) -> bytes:
    """A mail as an attachment."""
    return parts(
        "mixed",
        part("text/plain", b"See below.\r\n"),
        part("message/rfc822", inner, "Content-Disposition: attachment"),
    )


def made(policy: object, **fields: str) -> EmailMessage:
    """A mail of the standard library's."""
    message = EmailMessage(policy=policy)  # type: ignore[arg-type]
    message["From"], message["To"] = "maya@home.example", "x@home.example"
    for name, value in fields.items():
        message[name] = value
    return message


TEXTS: Final = [
    ("Hello.\nTwo lines.\n", "us-ascii", "7bit"),
    ("Grüße aus Köln – 5 €\n", "utf-8", "8bit"),
    ("Grüße aus Köln – 5 €\n", "utf-8", "quoted-printable"),
    ("Grüße aus Köln – 5 €\n", "utf-8", "base64"),
    ("Grüße aus Köln\n", "iso-8859-1", "8bit"),
    ("5 € und œ\n", "iso-8859-15", "quoted-printable"),
    ("“Quoted” — 5 €\n", "windows-1252", "8bit"),
    ("Привет, Майя\n", "koi8-r", "8bit"),
    ("Привет, Майя\n", "windows-1251", "base64"),
    ("こんにちは\n", "iso-2022-jp", "7bit"),
    ("こんにちは\n", "shift_jis", "8bit"),
    ("こんにちは\n", "euc-jp", "base64"),
    ("你好,麦雅\n", "gb18030", "8bit"),
    ("你好,麥雅\n", "big5", "8bit"),
    ("안녕하세요\n", "euc-kr", "quoted-printable"),
    ("שלום מאיה\n", "iso-8859-8", "8bit"),
    ("مرحبا مايا\n", "windows-1256", "base64"),
    ("สวัสดี\n", "tis-620", "8bit"),
    ("Γειά Μάγια, ΦΨΩ\n", "iso-8859-7", "quoted-printable"),
    ("Grüße\n", "utf-7", "7bit"),
    ("Grüße\n", "utf-16", "base64"),
    ("👩‍👧 🇩🇪 e\u0301\n", "utf-8", "8bit"),
]  # fmt: skip

HTML: Final = (
    b'<html><head><style>p{color:#123}</style></head><body><p>Hi <b>Anna</b></p>'
    b'<img src="cid:logo@home"><script>alert(1)</script><a href="https://x.test/?a=1&b=2">x</a></body></html>\r\n'
)  # fmt: skip
ICS: Final = (
    b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:1@home.example\r\n"
    b"DTSTART:20261124T090000Z\r\nSUMMARY:Coaching\\, third\r\nDESCRIPTION:A long line that is folded the way tha\r\n"
    b" t calendars fold\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)
PGP: Final = (
    b"-----BEGIN PGP MESSAGE-----\r\n\r\n" + b64(NOISE[:600], 64) + b"=Ab12\r\n-----END PGP MESSAGE-----\r\n"
)
ALTERNATIVE: Final = parts(
    "alternative", part("text/plain", b"Hi Anna\r\n"), part("text/html", HTML), boundary="alt"
)
INNER: Final = b"From: Otto <otto@x.test>\r\nSubject: the one inside\r\nDate: Mon, 23 Nov 2026 09:00:00 +0100\r\n\r\n.dot\r\nFrom x\r\n"


def _multiparts() -> Iterator[tuple[str, bytes]]:
    yield "two ways to read", whole("a", ALTERNATIVE)
    yield (
        "a picture in the text",
        whole(
            "a",
            parts(
                "related",
                ALTERNATIVE,
                part(
                    "image/png; name=logo.png",
                    b64(PNG),
                    "Content-Transfer-Encoding: base64",
                    "Content-ID: <logo@home>",
                ),
                boundary="rel",
            ),
        ),
    )
    yield (
        "all three kinds in each other",
        whole(
            "a",
            parts(
                "mixed",
                parts("related", ALTERNATIVE, boundary="rel"),
                part('application/pdf; name="a b.pdf"', b64(NOISE), "Content-Transfer-Encoding: base64"),
                boundary="mix",
            ),
        ),
    )
    yield "thirty levels", whole("deep", nested(30))
    yield (
        "two hundred parts",
        whole("many", parts("mixed", *(part("text/plain", b"%d\r\n" % number) for number in range(200)))),
    )
    yield (
        "a preamble and an epilogue",
        whole(
            "a",
            parts(
                "mixed",
                part("text/plain", b"x\r\n"),
                preamble=b"This is a mail of several parts.\r\n",
                epilogue=b"And this is after it.\r\n",
            ),
        ),
    )
    yield (
        "no last boundary",
        whole("cut", parts("mixed", part("text/plain", b"x\r\n")).replace(b"--=_cut_--", b"--=_cut_")),
    )
    yield "no boundary at all", whole("none", b"Content-Type: multipart/mixed\r\n\r\nx\r\n")
    yield (
        "a boundary that is a dot",
        whole("dots", parts("mixed", part("text/plain", b"x\r\n"), boundary=".")),
    )
    yield "an empty boundary", whole("empty", parts("mixed", part("text/plain", b"x\r\n"), boundary=""))
    yield (
        "a boundary of seventy",
        whole("long", parts("mixed", part("text/plain", b"x\r\n"), boundary="b" * 70)),
    )
    yield (
        "one boundary within another",
        whole(
            "prefix",
            parts("mixed", parts("mixed", part("text/plain", b"x\r\n"), boundary="aa"), boundary="a"),
        ),
    )
    yield "an empty part", whole("empty", parts("mixed", part("text/plain", b"")))
    yield "a digest", whole("digest", parts("digest", b"\r\n" + INNER, b"\r\n" + INNER))
    yield "a part without a head", whole("bare", parts("mixed", b"\r\nonly text\r\n"))
    yield (
        "two heads for one thing",
        whole("twice", b"Content-Type: text/plain\r\nContent-Type: text/html\r\n\r\n<p>x</p>\r\n"),
    )


def _programs() -> Iterator[tuple[str, bytes]]:
    yield (
        "forwarded inline as Gmail does",
        whole(
            "Fwd: Thursday",
            parts(
                "alternative",
                part(
                    'text/plain; charset="UTF-8"',
                    b"---------- Forwarded message ---------\r\nFrom: Otto <otto@x.test>\r\nDate: Mon, Nov 23, 2026 at 9:00\xe2\x80\xafAM\r\nSubject: Thursday\r\nTo: <maya@home.example>\r\n\r\nSee you\r\n",
                ),
                part("text/html", b'<div dir="ltr"><div class="gmail_quote">x</div></div>\r\n'),
                boundary="000000000000a1b2c3062f",
            ),
        ),
    )
    yield (
        "forwarded inline as Apple does",
        whole(
            "Fwd: Thursday",
            part(
                "text/plain; charset=utf-8",
                b"\r\n\r\n> Begin forwarded message:\r\n> \r\n> From: Otto <otto@x.test>\r\n> Subject: Thursday\r\n> \r\n> See you\r\n",
            ),
            "X-Mailer: Apple Mail (2.3774.600.62)",
            "X-Universally-Unique-Identifier: 0A-1B",
        ),
    )
    yield (
        "an attachment between texts as Apple does",
        whole(
            "photos",
            parts(
                "mixed",
                part("text/plain", b"Before\r\n"),
                part(
                    'image/heic; x-unix-mode=0644; name="IMG_0001.HEIC"',
                    b64(NOISE[:900]),
                    "Content-Disposition: inline; filename=IMG_0001.HEIC",
                    "Content-Transfer-Encoding: base64",
                ),
                part("text/plain", b"After\r\n"),
                boundary="Apple-Mail=_0F2B",
            ),
        ),
    )
    yield (
        "forwarded as Outlook does",
        whole(
            "WG: Donnerstag",
            ALTERNATIVE,
            "Thread-Topic: Donnerstag",
            "Thread-Index: AQHbPQ==",
            "X-MS-Has-Attach: ",
            "x-ms-exchange-transport-forked: True",
            "Accept-Language: de-DE, en-US",
        ),
    )
    yield (
        "Outlook's winmail.dat",
        whole(
            "tnef",
            parts(
                "mixed",
                part("text/plain", b"x\r\n"),
                part(
                    'application/ms-tnef; name="winmail.dat"',
                    b64(b"\x78\x9f\x3e\x22" + NOISE[:500]),
                    "Content-Transfer-Encoding: base64",
                ),
            ),
        ),
    )
    yield "forwarded as an attachment", whole("Fwd", forwarded(INNER))
    yield (
        "forwarded four times as an attachment",
        whole("Fwd", forwarded(FROM + forwarded(FROM + forwarded(FROM + forwarded(INNER))))),
    )
    yield (
        "an attached mail in base64",
        whole("Fwd", part("message/rfc822", b64(INNER), "Content-Transfer-Encoding: base64")),
    )
    yield (
        "redirected",
        b"Resent-From: maya@home.example\r\nResent-Date: Mon, 23 Nov 2026 09:00:00 +0000\r\n"
        + FROM
        + b"Subject: again\r\n\r\nx\r\n",
    )
    yield (
        "a phone's short one",
        FROM
        + b"Subject:\r\nX-Mailer: iPhone Mail (21G93)\r\nMime-Version: 1.0 (1.0)\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n\r\n\r\nSent from my phone\r\n",
    )
    yield (
        "flowed text",
        plain("A paragraph that \nflows.\n \n-- \nMaya\n", "us-ascii", "7bit", X="1").replace(
            b"charset=us-ascii", b"charset=us-ascii; format=flowed; delsp=yes"
        ),
    )
    yield (
        "an invitation to a meeting",
        whole(
            "Invitation",
            parts(
                "mixed",
                parts(
                    "alternative",
                    part("text/plain", b"x\r\n"),
                    part("text/calendar; charset=UTF-8; method=REQUEST", ICS),
                    boundary="in",
                ),
                part('application/ics; name="invite.ics"', b64(ICS), "Content-Transfer-Encoding: base64"),
                boundary="out",
            ),
        ),
    )
    yield "a calendar alone", whole("Accepted", part("text/calendar; method=REPLY; component=VEVENT", ICS))
    yield (
        "a card",
        whole(
            "card",
            part("text/vcard; charset=utf-8", b"BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Maya\r\nEND:VCARD\r\n"),
        ),
    )
    yield (
        "a report of delivery",
        whole(
            "Undelivered",
            parts(
                "report; report-type=delivery-status",
                part("text/plain", b"x\r\n"),
                part(
                    "message/delivery-status",
                    b"Reporting-MTA: dns; x.test\r\n\r\nFinal-Recipient: rfc822; a@x.test\r\nAction: failed\r\nStatus: 5.1.1\r\n",
                ),
                part("message/rfc822", INNER),
            ),
        ),
    )


def _ciphers() -> Iterator[tuple[str, bytes]]:
    sealed = part(
        "application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m",
        b64(NOISE),
        "Content-Transfer-Encoding: base64",
    )
    signature = part(
        "application/pkcs7-signature; name=smime.p7s", b64(NOISE[:1500]), "Content-Transfer-Encoding: base64"
    )
    yield "S/MIME, sealed", whole("s", sealed)
    yield (
        "S/MIME, signed beside",
        whole(
            "s",
            parts(
                'signed; protocol="application/pkcs7-signature"; micalg=sha-256',
                part("text/plain", b"trailing space \r\n\r\n"),
                signature,
            ),
        ),
    )
    yield (
        "S/MIME, signed inside",
        whole(
            "s",
            part(
                "application/pkcs7-mime; smime-type=signed-data",
                b64(NOISE[:900]),
                "Content-Transfer-Encoding: base64",
            ),
        ),
    )
    yield (
        "PGP/MIME, sealed",
        whole(
            "...",
            parts(
                'encrypted; protocol="application/pgp-encrypted"',
                part("application/pgp-encrypted", b"Version: 1\r\n"),
                part("application/octet-stream", PGP),
            ),
        ),
    )
    yield (
        "PGP/MIME, signed",
        whole(
            "p",
            parts(
                'signed; micalg=pgp-sha512; protocol="application/pgp-signature"',
                part("text/plain", b"From the start\r\n"),
                part("application/pgp-signature", PGP.replace(b"MESSAGE", b"SIGNATURE")),
            ),
        ),
    )
    yield "PGP inline", FROM + b"Subject: p\r\n\r\n" + PGP
    yield (
        "PGP clear-signed",
        FROM
        + b"Subject: p\r\n\r\n-----BEGIN PGP SIGNED MESSAGE-----\r\nHash: SHA512\r\n\r\n- --dash\r\n-----BEGIN PGP SIGNATURE-----\r\n\r\nAA==\r\n-----END PGP SIGNATURE-----\r\n",
    )
    yield (
        "Autocrypt",
        whole(
            "a",
            b"Content-Type: text/plain\r\n\r\nx\r\n",
            "Autocrypt: addr=maya@home.example; prefer-encrypt=mutual; keydata=\r\n "
            + "\r\n ".join(b64(NOISE[:700], 70).decode().split()),
        ),
    )


def _oddities() -> Iterator[tuple[str, bytes]]:
    yield "no body", FROM + b"Subject: no body\r\n"
    yield "an empty body", FROM + b"Subject: empty body\r\n\r\n"
    yield "a body of blank lines", FROM + b"Subject: blank\r\n\r\n" + b"\r\n" * 7
    yield "one line and no subject", FROM + b"\r\nx\r\n"
    yield (
        "lines like those of a mailbox file",
        FROM + b"Subject: mbox\r\n\r\nFrom maya@home.example Mon Nov 23\r\n>From here\r\n>>From there\r\n",
    )
    yield "a tail of spaces", FROM + b"Subject: tail   \r\n\r\nx   \r\n\t\r\n  \r\n"
    yield "lines of a dot", FROM + b"Subject: dots\r\n\r\n.\r\n..\r\n.x\r\n"
    yield (
        "every byte but three",
        FROM + b"Subject: bytes\r\n\r\n" + bytes(one for one in range(256) if one not in b"\0\r\n") + b"\r\n",
    )
    yield "eight bits in the subject", FROM + "Subject: Grüße 👋\r\n\r\nx\r\n".encode()
    yield "eight bits of Latin in the subject", FROM + b"Subject: Gr\xfc\xdfe\r\n\r\nx\r\n"
    yield "long words in a subject", made(SMTP, Subject="Ä" * 300).as_bytes() + b"x\r\n"
    yield "internationalised mail", made(SMTPUTF8, Subject="Grüße").as_bytes() + "ü\r\n".encode()
    yield (
        "a head of sixty thousand",
        FROM + b"Subject: long\r\nReferences:" + b"\r\n <%s@x.test>" % (b"a" * 60) * 800 + b"\r\n\r\nx\r\n",
    )
    yield "a line of eight thousand", FROM + b"Subject: long\r\n\r\n" + b"w" * 8_000 + b"\r\n"
    yield (
        "base64 in one line",
        whole(
            "b",
            part(
                "application/octet-stream",
                base64.b64encode(NOISE[:5000]) + b"\r\n",
                "Content-Transfer-Encoding: base64",
            ),
        ),
    )
    yield (
        "base64 with dirt",
        whole(
            "b",
            part("application/octet-stream", b"AA*A\r\n=BB\r\n====\r\n", "Content-Transfer-Encoding: base64"),
        ),
    )
    yield (
        "quoted-printable with dirt",
        whole(
            "q", part("text/plain", b"=ZZ = \r\n=\r\nx=\r\n", "Content-Transfer-Encoding: quoted-printable")
        ),
    )
    yield "uuencoded", FROM + b"Subject: uu\r\n\r\nbegin 644 a.txt\r\n#:&D*\r\n`\r\nend\r\n"
    yield (
        "yEnc",
        FROM + b"Subject: y\r\n\r\n=ybegin line=128 size=3 name=a\r\n\x92\x93\x94\r\n=yend size=3\r\n",
    )
    yield (
        "a packed file",
        whole(
            "gz",
            part(
                "application/gzip",
                b64(gzip.compress(b"\0" * 100_000, mtime=0)),
                "Content-Transfer-Encoding: base64",
            ),
        ),
    )
    yield (
        "a file's name in parts",
        whole(
            "n",
            part(
                "application/pdf",
                b64(b"%PDF"),
                "Content-Transfer-Encoding: base64",
                "Content-Disposition: attachment;\r\n filename*0*=utf-8''%C3%9Cber;\r\n filename*1*=%20alles.pdf",
            ),
        ),
    )
    yield (
        "a file's name that climbs",
        whole(
            "n",
            part(
                'text/plain; name="../../etc/passwd"',
                b"x\r\n",
                'Content-Disposition: attachment; filename="..\\\\..\\\\x.exe"',
            ),
        ),
    )
    yield (
        "a character set of nobody's",
        whole("c", b"Content-Type: text/plain; charset=x-canary\r\n\r\n\xfe\xff\r\n"),
    )
    yield (
        "a type of nobody's",
        whole(
            "t", b"Content-Type: chemical/x-pdb; a=b; ;;\r\nContent-Transfer-Encoding: x-gone\r\n\r\n\x80\r\n"
        ),
    )
    yield (
        "a piece of a larger mail",
        whole("m", b'Content-Type: message/partial; id="1@x.test"; number=2; total=3\r\n\r\nx\r\n'),
    )
    yield (
        "content that is elsewhere",
        whole(
            "m", b'Content-Type: message/external-body; access-type=URL; URL="https://x.test/"\r\n\r\nx\r\n'
        ),
    )
    yield "markup alone", whole("h", b"Content-Type: text/html; charset=utf-8\r\n\r\n" + HTML)
    yield (
        "a megabyte of lines",
        FROM
        + b"Subject: big\r\n\r\n"
        + b"".join(b"%06d of the lines that there are\r\n" % number for number in range(30_000)),
    )


SHAPES: Final[list[tuple[str, bytes]]] = [
    *((f"{charset} in {encoding}", plain(text, charset, encoding)) for text, charset, encoding in TEXTS),
    *_multiparts(),
    *_programs(),
    *_ciphers(),
    *_oddities(),
]  # fmt: skip

TALKS: Final[list[Talk]] = [
    delivered(
        f"shape {number}: {what}",
        "reliability.md 7, row 13: in by SMTP, out byte for byte",
        stuffed(raw),
        raw,
    )
    for number, (what, raw) in enumerate(SHAPES)
]
