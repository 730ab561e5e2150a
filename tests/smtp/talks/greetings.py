"""How a peer names itself, and words that are no commands here."""

from __future__ import annotations

from typing import Final

from tests.smtp.talk import BYE, HELLO, Talk, greeted, line, talk

_NAMES: Final = {
    b"x.test": "250 ",
    b"localhost": "250 ",
    b"[192.0.2.7]": "250 ",
    b"[IPv6:2001:db8::7]": "250 ",
    b"LAPTOP_MAYA": "250 ",  # no domain, and said by real machines: it is believed nowhere
    b"xn--hme-sna.example": "250 ",
    b"a" * 255: "250 ",
    b"a" * 256: "501 5.5.4",
    b"": "501 5.5.4",
    b"two names": "501 5.5.4",
    b"h\xc3\xb6me.example": "501 5.5.4",
    b"x\x7f.test": "501 5.5.4",
    b"x\x1b[31m.test": "501 5.5.4",
    b"x\t.test": "501 5.5.4",
    b"x.test\xc2\x85250 canary": "501 5.5.4",
}

_OTHERS: Final = {
    b"EXPN canary": ("RFC 5321, 4.1.1.7: a list is nobody's to have", "500 5.5.1"),
    b"AUTH PLAIN AGNhbmFyeQBjYW5hcnk=": ("RFC 4954: not offered, nothing to guess at", "500 5.5.1"),
    b"AUTH LOGIN": ("RFC 4954", "500 5.5.1"),
    b"BDAT 3 LAST": ("RFC 3030: not offered", "500 5.5.1"),
    b"ETRN canary.example": ("RFC 1985", "500 5.5.1"),
    b"ATRN canary.example": ("RFC 2645", "500 5.5.1"),
    b"TURN": ("RFC 5321, F.1: a turned connection was a way to take mail", "500 5.5.1"),
    b"SEND FROM:<canary@x.test>": ("RFC 5321, F.6", "500 5.5.1"),
    b"SOML FROM:<canary@x.test>": ("RFC 5321, F.6", "500 5.5.1"),
    b"SAML FROM:<canary@x.test>": ("RFC 5321, F.6", "500 5.5.1"),
    b"LHLO x.test": ("RFC 2033: this is no LMTP", "500 5.5.1"),
    b"XCLIENT ADDR=192.0.2.1": ("a front server's word on who writes is not believed", "500 5.5.1"),
    b"XFORWARD NAME=canary": ("the same", "500 5.5.1"),
    b"PROXY TCP4 192.0.2.1 192.0.2.2 1 25": ("HAProxy's line is not believed", "500 5.5.1"),
    b"DEBUG": ("the Internet worm of 1988", "500 5.5.1"),
    b"WIZ": ("sendmail's back door", "500 5.5.1"),
    b"X-EXPS GSSAPI": ("CVE-2020-0688 and its kin begin with an extension nobody uses", "500 5.5.1"),
    b"XEXCH50 2 2": ("CVE-2003-0714: a size that was believed", "500 5.5.1"),
    b"BURL imap://canary@x.test/": ("RFC 4468: nothing is fetched for anybody", "500 5.5.1"),
    b"MAILFROM:<maya@home.example>": ("a verb ends at a space", "500 5.5.1"),
    b"RCPTTO:<{to}>": ("the same", "500 5.5.1"),
    b" NOOP": ("a line begins with its verb", "500 5.5.1"),
    b"NOOP\tcanary": ("a tab is no space", "500 5.5.1"),
    b"\xef\xbb\xbfNOOP": ("a byte order mark", "500 5.5.1"),
    b"\xff\xfb\x01\xff\xfb\x03": ("telnet's options", "500 5.5.1"),
    b"NOO\x08P": ("a backspace is a byte like another", "500 5.5.1"),
    b"\xd0\x9c\xd0\x90IL FROM:<canary@x.test>": ("Cyrillic letters that look like Latin", "500 5.5.1"),
    b"%s%n%x%s%n": ("CVE-2000-0666 and its kin: a format string", "500 5.5.1"),
    b"${run{canary}}": ("CVE-2019-10149: a string that was expanded", "500 5.5.1"),
    b"() { :; }; canary": ("CVE-2014-6271: a string that reached a shell", "500 5.5.1"),
    b"${jndi:ldap://canary.test/a}": ("CVE-2021-44228: a string that was looked up in a log", "500 5.5.1"),
    b"-1": ("a number is no verb", "500 5.5.1"),
    b".": ("a lone dot outside of a mail", "500 5.5.1"),
    b"": ("an empty line", "500 5.5.1"),
    b"*": ("an IMAP client", "500 5.5.1"),
    b"USER canary": ("a POP client", "500 5.5.1"),
}

_WEB: Final = {
    b"GET / HTTP/1.1": "a browser that was led here (CVE-2021-31971 and the NAT slipstream are of its kind)",
    b"POST /canary HTTP/1.1": "a form whose body holds a dialogue",
    b"PUT / HTTP/1.0": "the same",
    b"HEAD / HTTP/1.1": "the same",
    b"OPTIONS * HTTP/1.1": "the same",
    b"CONNECT mail.test:25 HTTP/1.1": "a proxy",
    b"get / http/1.1": "in small letters",
}

TALKS: Final[list[Talk]] = [
    *(
        line(f"greeting {number}: {name[:20]!r}", "RFC 5321, 4.1.1.1 and 2.3.5", b"EHLO " + name, answer)
        for number, (name, answer) in enumerate(_NAMES.items())
    ),
    *(greeted(f"no command: {sent[:30]!r}", source, sent, answer) for sent, (source, answer) in _OTHERS.items()),
    *(
        talk(f"another protocol: {sent!r}", source, (sent + b"\r\nHost: x\r\n\r\nMAIL FROM:<a@b.test>\r\n", "500 5.5.1 | closed"))
        for sent, source in _WEB.items()
    ),
    talk("HELO says one line", "RFC 5321, 4.1.1.1", (b"HELO x.test\r\n", "250 quietbox.localhost"), BYE),
    talk("EHLO without STARTTLS is as good", "RFC 3207, 4: TLS is not forced by default", HELLO, BYE),
]  # fmt: skip
