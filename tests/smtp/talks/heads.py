"""The head of a mail: who wrote it, who carried it, and every way to say that so that two readers differ
(RFC 5322, 3.4 and 3.6; RFC 2047; RFC 3834; RFC 6376).
"""

from __future__ import annotations

from typing import Final

from tests.smtp.talk import Talk, delivered, mail, refused

UNCLEAR: Final = "550 5.6.0"
STRANGER: Final = "550 5.7.1 Only"
WORK: Final = "550 5.7.1 Mail from a work"
MACHINE: Final = "550 5.7.1 Automatic"

_AUTHORS: Final[dict[bytes, tuple[str, str]]] = {
    # what stands in From, its source, and the refusal, if any
    b"maya@home.example": ("RFC 5322, 3.4: addr-spec alone", ""),
    b"<maya@home.example>": ("RFC 5322, 3.4: a display name is optional", ""),
    b"Maya Okafor <maya@home.example>": ("RFC 5322, 3.4", ""),
    b'"Okafor, Maya" <maya@home.example>': ("RFC 5322, 3.2.4: a quoted comma", ""),
    b'"Maya \\"M\\" Okafor" <maya@home.example>': ("RFC 5322, 3.2.4: quoted marks", ""),
    b'"hr@corp.example" <maya@home.example>': (
        "invariant 8: a display name that names work is work's word",
        WORK,
    ),
    b'"hr@x.test" <maya@home.example>': ("any other name that looks like an address is a name", ""),
    b"=?utf-8?q?M=C3=A4ya?= <maya@home.example>": ("RFC 2047, 5: a phrase may be encoded", ""),
    b"=?utf-8?b?TcOkeWE=?= <MAYA@Home.Example>": ("RFC 5321, 2.4: capitals", ""),
    b"=?utf-8?q?hr=40corp=2Eexample?= <maya@home.example>": (
        "an encoded word is a phrase, never an address",
        "",
    ),
    b"Maya\r\n <maya@home.example>": ("RFC 5322, 2.2.3: folded", ""),
    b"\r\n\tMaya <maya@home.example>": ("RFC 5322, 2.2.3: folded at once", ""),
    b"Maya <  maya@home.example  >": ("RFC 5322, 3.4: CFWS within brackets is of old clients", ""),
    b"Maya . O <maya@home.example>": ("RFC 5322, 4.1: an obsolete phrase", ""),
    b"M\xc3\xa4ya <maya@home.example>": ("RFC 6532: eight bits in a name are kept", ""),
    b"": ("RFC 5322, 3.6.2: nobody", UNCLEAR),
    b"<>": ("nobody", UNCLEAR),
    b"Maya": ("a name alone", UNCLEAR),
    b"maya": ("no domain", UNCLEAR),
    b"maya@home.example, otto@home.example": ("RFC 5322, 3.6.2: two authors", UNCLEAR),
    b"otto@home.example, maya@home.example": ("two authors, the known one last", UNCLEAR),
    b"maya@home.example,": ("RFC 5322, 4.4: an empty member of a list", UNCLEAR),
    b"Maya <maya@home.example>, Otto <otto@x.test>": (
        "CVE-2023-27043: readers take one or the other",
        UNCLEAR,
    ),
    b"Maya <maya@home.example> <otto@x.test>": ("two brackets", UNCLEAR),
    b"Maya <otto@x.test> <maya@home.example>": ("two brackets", UNCLEAR),
    b"<otto@x.test>maya@home.example": ("something behind the bracket", UNCLEAR),
    b"maya@home.example <otto@x.test>": ("a display name that is the known address", STRANGER),
    b'"maya@home.example" <otto@x.test>': ("the same, quoted", STRANGER),
    b"maya@home.example (Maya)": ("RFC 5322, 3.2.2: a comment could hide another address", UNCLEAR),
    b"(otto@x.test) maya@home.example": ("a comment first", UNCLEAR),
    b"maya(x)@home.example": ("a comment inside", UNCLEAR),
    b"Maya (her own) <maya@home.example>": ("a comment in a phrase", UNCLEAR),
    b"Friends: maya@home.example;": ("RFC 5322, 3.4: a group (RFC 6854)", UNCLEAR),
    b"undisclosed:;": ("an empty group", UNCLEAR),
    b"Friends: otto@x.test; maya@home.example": ("a group and more", UNCLEAR),
    b'"Maya <maya@home.example>': ("a quotation that is not closed", UNCLEAR),
    b'"Maya" "<otto@x.test>" <maya@home.example>': ("quoted brackets are a name", ""),
    b"<@x.test:maya@home.example>": ("RFC 5322, 4.4: an obsolete route", UNCLEAR),
    b'"maya"@home.example': ("a quoted local part", UNCLEAR),
    b'"maya@home.example"@x.test': ("a quoted address as a local part", UNCLEAR),
    b"maya@[192.0.2.7]": ("an address literal", UNCLEAR),
    b"maya @ home.example": ("RFC 5322, 4.4: obsolete spaces", UNCLEAR),
    b"maya@home. example": ("the same", UNCLEAR),
    b"maya@home.example\x0b": ("a vertical tab", UNCLEAR),
    b"maya@home.example.": ("a final dot", UNCLEAR),
    b"maya@=?utf-8?q?home.example?=": ("python/cpython 152519: an encoded word in a domain", UNCLEAR),
    b"=?utf-8?q?maya=40home=2Eexample?=": ("RFC 2047, 5: never in an addr-spec", UNCLEAR),
    b"=?utf-8?q?maya?=@home.example": ("a local part that only looks encoded", STRANGER),
    b"=?utf-8?q?=22?= <maya@home.example>": ("an encoded quotation mark is a name", ""),
    b"=?utf-8?b?PG90dG9AeC50ZXN0Pg==?= <maya@home.example>": ("encoded brackets are a name", ""),
    b"maya@h\xd0\xbeme.example": ("a Cyrillic o", UNCLEAR),
    b"maya@home\xe3\x80\x82example": ("an ideographic full stop", UNCLEAR),
    b"m\xc3\xa4ya@home.example": ("RFC 6532: an address is ASCII here", UNCLEAR),
    b"otto@home.example": ("ruling 24: another of the same provider", STRANGER),
    b"maya@mail.home.example": ("a subdomain is another domain", STRANGER),
    b"maya+work@home.example": ("a detail makes another address", STRANGER),
    b"hr@corp.example": ("invariant 8", WORK),
    b"hr@Sub.Corp.Example": ("invariant 8: subdomains, in any letters", WORK),
}

_WORK_FIELDS: Final = {
    b"Sender: <hr@corp.example>": "RFC 5322, 3.6.2",
    b"Sender: hr@corp.example (Maya)": "a comment hides nothing",
    b"Reply-To: Maya <maya@home.example>, hr@corp.example": "RFC 5322, 3.6.2: any of them",
    b"Reply-To: maya@home.example,\r\n\thr@corp.example": "folded",
    b"Reply-To: hr@ corp.example": "RFC 5322, 4.4: an obsolete space",
    b"Reply-To: hr@(x)corp.example": "a comment within",
    b"REPLY-TO: HR@CORP.EXAMPLE": "capitals",
    b"Reply-To : hr@corp.example": "RFC 5322, 4.5: an obsolete space before the colon",
    b"Resent-From: hr@corp.example": "RFC 5322, 3.6.6",
    b"Resent-Sender: hr@corp.example": "RFC 5322, 3.6.6",
    b"Resent-To: hr@corp.example": "RFC 5322, 3.6.6: it was sent on to work",
    b"Return-Path: <hr@corp.example>": "RFC 5321, 4.4: another server's trace",
    b"Received: from mx.corp.example (mx.corp.example [192.0.2.9]) by mail.home.example; Mon": "RFC 5321, 4.4: from",
    b"Received: from laptop ([192.0.2.9]) by mx.corp.example with ESMTPS; Mon": "RFC 5321, 4.4: by",
    b"Received: from laptop\r\n\t([192.0.2.9])\r\n\tby smtp.corp.example; Mon": "folded",
    b"DKIM-Signature: v=1; a=rsa-sha256; d=corp.example; s=a; h=from; bh=AA==; b=AA==": "RFC 6376, 3.5",
    b"DKIM-Signature: v=1; a=rsa-sha256; d = Mail.Corp.Example ;\r\n s=a; h=from; bh=AA==; b=AA==": "spaces and folds",
    b"ARC-Seal: i=1; a=rsa-sha256; cv=none; d=corp.example; s=a; b=AA==": "RFC 8617, 4.1.3",
    b"ARC-Message-Signature: i=1; a=rsa-sha256; d=corp.example; s=a; h=from; bh=AA==; b=AA==": "RFC 8617, 4.1.2",
}

_BORNE: Final = {
    b"Cc: hr@corp.example": "reliability.md 8: a colleague in copy; the reader sees a label",
    b"To: hr@corp.example, maya@home.example": "the same",
    b"X-Note: corp.example": "a field that says nothing of who wrote",
    b"Subject: Re: hr@corp.example": "a second subject",
    b"References: <1@corp.example>": "a thread that began at work names its host",
    b"Received: from corp.example.home.example by mail.home.example; Mon": "a name within a name is no subdomain",
    b"Sender: <hr@notcorp.example>": "the same",
    b"Auto-Submitted: no": "RFC 3834, 5",
    b"Auto-Submitted: No; x=y": "RFC 3834, 5: parameters, capitals",
    b"Precedence: first-class": "a word that means nothing bad",
    b"Date: not a date": "RFC 5322, 3.6.1: nothing rests on it",
    b"Message-ID: none": "RFC 5322, 3.6.4: nothing rests on it",
    b"MIME-Version: 7": "RFC 2045: the reader's business",
    b"Content-Type: text/plain; charset=canary": "the reader's business",
    b"Content-Type: multipart/mixed; boundary=": "the reader's business",
    b"Content-Transfer-Encoding: canary": "the reader's business",
    b"Authentication-Results: quietbox.localhost; dkim=pass": "RFC 8601, 5: another's word, kept and not believed",
    b"X-Empty:": "RFC 5322, 2.2: a body may be empty",
    b"X-" + b"n" * 200 + b": 1": "RFC 5322, 3.6.8: a long name",
    b"X-Folded: a\r\n b\r\n\tc\r\n   d": "RFC 5322, 2.2.3",
    b"X-Folded:\r\n \r\n a": "RFC 5322, 4.2: a fold of spaces alone",
    b"X-Bytes: \x80\xff\xfe": "RFC 6532: bytes are kept",
    b"X-Control: \x01\x07\x1b[2J": "control signs are the reader's business",
    b"Subject: =?utf-8?q?=0D=0AFrom:_otto=40x=2Etest?=": "an encoded line end is a string",
    b"Subject: =?iso-2022-jp?b?GyRC?=": "an encoded word that is cut",
    b"X-From: hr@corp.example": "another name",
}

_UNCLEAR_HEADS: Final = {
    "no From": (b"Subject: {name}\r\n\r\nHello.\r\n", "RFC 5322, 3.6: From is needed"),
    "two From fields": (
        mail(head=b"From: maya@home.example\r\n"),
        "RFC 5322, 3.6: at most one; readers show the first or the last",
    ),
    "a second From of a stranger": (mail(head=b"From: otto@x.test\r\n"), "the same"),
    "a second From in capitals": (mail(head=b"FROM: otto@x.test\r\n"), "the same"),
    "a second From with a space": (
        mail(head=b"From : otto@x.test\r\n"),
        "RFC 5322, 4.5: an obsolete form that readers take",
    ),
    "a line without a colon": (mail(head=b"no colon here\r\n"), "RFC 5322, 2.2"),
    "an mbox line first": (
        b"From maya@home.example Mon Nov 23 2026\r\n" + mail(),
        "a mailbox file's own line is no field",
    ),
    "an mbox line inside": (mail(head=b">From maya@home.example\r\n"), "the same, quoted"),
    "a colon first": (mail(head=b": value\r\n"), "RFC 5322, 2.2: a name"),
    "a name of eight bits": (mail(head=b"Fr\xc3\xb6m: otto@x.test\r\n"), "RFC 5322, 2.2: printable ASCII"),
    "a control sign in a name": (mail(head=b"Fro\x08m: otto@x.test\r\n"), "RFC 5322, 2.2"),
    "a space in a name": (mail(head=b"X Y: 1\r\n"), "RFC 5322, 2.2"),
    "a fold first": (b" folded\r\n" + mail(), "RFC 5322, 2.2.3: it continues nothing"),
    "a mail that begins with a blank line": (b"\r\n" + mail(), "RFC 5322, 2.1: then all of it is body"),
    "a body alone": (b"Hello.\r\n", "RFC 5322, 2.1"),
    "an eight-bit Reply-To": (mail(head="Reply-To: hr@cörp.example\r\n".encode()), "nobody could compare it"),
}

_MACHINES: Final = {
    b"Auto-Submitted: auto-replied": "RFC 3834, 5",
    b"Auto-Submitted: auto-generated": "RFC 3834, 5",
    b"AUTO-SUBMITTED: Auto-Replied; owner=canary": "RFC 3834, 5: capitals, parameters",
    b"Auto-Submitted:\r\n auto-replied": "RFC 5322, 2.2.3: folded",
}


def _author(number: int, value: bytes, source: str, answer: str) -> Talk:
    name, raw = f"author {number}: {value[:40]!r}", mail(author=value)
    return refused(name, source, raw, answer) if answer else delivered(name, source, raw)


TALKS: Final[list[Talk]] = [
    *(_author(number, value, *rest) for number, (value, rest) in enumerate(_AUTHORS.items())),
    *(refused(f"from work: {field[:60]!r}", f"invariant 8; {source}", mail(head=field + b"\r\n"), WORK) for field, source in _WORK_FIELDS.items()),
    *(delivered(f"borne: {field[:50]!r}", source, mail(head=field + b"\r\n")) for field, source in _BORNE.items()),
    *(refused(what, source, raw, UNCLEAR) for what, (raw, source) in _UNCLEAR_HEADS.items()),
    *(refused(f"machine: {field!r}", source, mail(head=field + b"\r\n"), MACHINE) for field, source in _MACHINES.items()),
    refused("our own mail again", "RFC 5321, 6.3: a loop", mail(head=b"Message-ID: <1@quietbox.localhost>\r\n"), "554 5.4.6"),
]  # fmt: skip
