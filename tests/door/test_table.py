"""Small dialogues by the hundred, from the RFCs and from what broke other servers: each with its answer."""

from __future__ import annotations

import itertools

import pytest

from tests.door.conftest import Opener, Peer
from tests.door.test_dialogue import MAIL

EHLO = b"EHLO mail.home.example\r\n"
FROM = b"MAIL FROM:<maya@home.example>\r\n"
TO = b"RCPT TO:<k3v9@in.harrow.example>\r\n"
ATOM = b"!#$%&'*+/=?^_`{|}~-"

GOOD_PATHS = [
    b"maya@home.example",
    b"MAYA@HOME.EXAMPLE",
    b"m@a.b.c.example",
    b"maya.o@home.example",
    b"maya+x@home.example",
    ATOM + b"@home.example",
    b"a" * 64 + b"@home.example",
    b"m@" + b"a" * 63 + b".example",
    b"m@1.example",
    b"m@xn--hme-sna.example",
    b"m@a-b.example",
    b"m@" + b"a." * 90 + b"example",
]
BAD_PATHS = [
    b"maya",
    b"@home.example",
    b"maya@",
    b"maya@home",
    b"maya@home..example",
    b"maya@.home.example",
    b"maya@home.example.",
    b"maya@-home.example",
    b"maya@home-.example",
    b".maya@home.example",
    b"maya.@home.example",
    b"ma..ya@home.example",
    b"ma ya@home.example",
    b"maya @home.example",
    b"maya@ home.example",
    b"maya@home.example ",
    b" maya@home.example",
    b"maya@home@corp.example",
    b'"maya"@home.example',
    b'"a@b"@home.example',
    b"maya(x)@home.example",
    b"maya@(x)home.example",
    b"maya@[192.0.2.1]",
    b"maya@[IPv6:2001:db8::1]",
    b"maya@192.0.2.1",
    b"maya@home.1",
    b"m\xc3\xa4ya@home.example",
    b"maya@h\xc3\xb6me.example",
    b"maya@home.example\xc2\x85",
    b"maya@home\xe3\x80\x82example",
    b"maya@home.example\x00",
    b"maya\x00@home.example",
    b"maya@home.example\t",
    b"maya@home.ex\x7fample",
    b"=?utf-8?q?maya?=@=?utf-8?q?home.example?=",
    b"maya@=?utf-8?q?home.example?=",
    b"@a.example:maya@home.example",
    b"@a.example,@b.example:maya@home.example",
    b"maya%home.example@",
    b"maya!home",
    b"<maya@home.example",
    b"a" * 65 + b"@home.example",
    b"m@" + b"a" * 64 + b".example",
    b"m@" + b"a." * 130 + b"example",
    b"maya@home.example,otto@home.example",
    b"maya\\@home.example",
    b"maya@home_x.example",
    b"maya@*.example",
]


async def met(open_door: Opener) -> tuple[Peer, object]:
    """A peer that has greeted."""
    house = await open_door()
    peer = await house.connect()
    await peer.reply()
    await peer.say(EHLO)
    return peer, house


@pytest.mark.parametrize("path", GOOD_PATHS)
@pytest.mark.parametrize(
    "form", [b"MAIL FROM:<%s>", b"mail from:<%s>", b"MAIL FROM: <%s>", b"MAIL FROM:<%s> SIZE=1"]
)
async def test_good_paths(open_door: Opener, path: bytes, form: bytes) -> None:
    """Every address of dots and atoms is a sender, in any case of letters."""
    peer, _ = await met(open_door)
    assert (await peer.say(form % path + b"\r\n")).startswith("250 2.1.0")


@pytest.mark.parametrize("path", BAD_PATHS)
@pytest.mark.parametrize("command", [b"MAIL FROM:", b"RCPT TO:"])
async def test_bad_paths(open_door: Opener, path: bytes, command: bytes) -> None:
    """Whatever two servers could read differently is no address; nothing of it is echoed."""
    peer, house = await met(open_door)
    if command.startswith(b"RCPT"):
        await peer.say(FROM)
    said = await peer.say(command + b"<" + path + b">\r\n")
    assert said[:3] in {"501", "500", "555", "550"}
    assert "maya" not in said
    assert house.porter.sinks == []  # type: ignore[attr-defined]


STEPS = {
    b"EHLO": EHLO,
    b"MAIL": FROM,
    b"RCPT": TO,
    b"DATA": b"DATA\r\n",
    b"RSET": b"RSET\r\n",
    b"NOOP": b"NOOP\r\n",
}


def expected(order: tuple[bytes, ...]) -> list[str]:
    """What RFC 5321, 4.1.4, answers to these commands, one after the other."""
    greeted, sender, recipient, said = False, False, False, []
    for step in order:
        code = "250"
        if step == b"EHLO":
            greeted, sender, recipient = True, False, False
        elif step == b"MAIL":
            code = "250" if greeted and not sender else "503"
            sender = sender or greeted
        elif step == b"RCPT":
            code = "503" if not sender else "452" if recipient else "250"
            recipient = recipient or sender
        elif step == b"DATA":
            code = "354" if recipient else "503"
        elif step == b"RSET":
            sender = recipient = False
        said.append(code)
        if code == "354":
            break
    return said


@pytest.mark.parametrize(
    "order", list(itertools.permutations(STEPS, 4)), ids=lambda order: b"-".join(order).decode()
)
async def test_every_order_of_commands(open_door: Opener, order: tuple[bytes, ...]) -> None:
    """Four of the commands in each order: the right code at each place, a mail only where there is one."""
    house = await open_door()
    peer = await house.connect()
    await peer.reply()
    said: list[str] = []
    for step in order:
        if said[-1:] != ["354"]:
            said.append((await peer.say(STEPS[step]))[:3])
    assert said == expected(order)
    if said[-1] == "354":
        assert (await peer.say(MAIL + b".\r\n")).startswith("250 2.0.0")
    assert len(house.porter.sinks) == (1 if "354" in said else 0)


ENDS = [b"\n", b"\r", b"\r\r\n"]
DOTS = [b".", b".."]
LINE_ENDS = [b"\n", b"\r", b"\r\n"]


@pytest.mark.parametrize(("before", "dot", "after"), list(itertools.product(ENDS, DOTS, LINE_ENDS)))
async def test_no_other_end_ends_a_mail(open_door: Opener, before: bytes, dot: bytes, after: bytes) -> None:
    """A smuggled end makes one refusal: what stands behind it never is a command."""
    peer, house = await met(open_door)
    await peer.say(FROM + TO + b"DATA\r\n")
    await peer.reply()
    await peer.reply()
    smuggled = MAIL + b"x" + before + dot + after + FROM + TO + b"DATA\r\nevil\r\n.\r\n"
    assert (await peer.say(smuggled)).startswith("550 5.6.11")
    assert await peer.reader.read() == b""
    assert [sink.ended for sink in house.porter.sinks] == ["aborted"]  # type: ignore[attr-defined]


@pytest.mark.parametrize("dot", [b"..", b". ", b".\t", b".x", b"...", b".-"])
async def test_lines_that_begin_with_a_dot(open_door: Opener, dot: bytes) -> None:
    """One dot is taken off, and the rest is the mail."""
    peer, house = await met(open_door)
    await peer.say(FROM + TO + b"DATA\r\n")
    await peer.reply()
    await peer.reply()
    assert (await peer.say(MAIL + dot + b"\r\n.\r\n")).startswith("250")
    assert bytes(house.porter.sinks[0].mail) == MAIL + dot[1:] + b"\r\n"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "parameter",
    [
        b"SIZE",
        b"SIZE=",
        b"SIZE=x",
        b"SIZE=-1",
        b"SIZE=1x",
        b"SIZE=1.5",
        b"SIZE=" + b"9" * 30,
        b"BODY",
        b"BODY=",
        b"BODY=8BIT",
        b"BODY=BINARYMIME",
        b"SMTPUTF8",
        b"RET=HDRS",
        b"ENVID=x",
        b"AUTH=<>",
        b"REQUIRETLS",
        b"BY=1;R",
        b"X=Y",
        b"=",
        b"SIZE=1 SIZE=2",
        b"BODY=7BIT body=8BITMIME",
        b"\xff=1",
        b"SIZE=\xd9\xa1",
    ],
)
async def test_parameters_that_are_not_offered(open_door: Opener, parameter: bytes) -> None:
    """What was not offered is refused, not ignored: the peer would rely on it."""
    peer, _ = await met(open_door)
    assert (await peer.say(FROM[:-2] + b" " + parameter + b"\r\n"))[:3] in {"501", "552", "555"}


@pytest.mark.parametrize(
    "line",
    [
        b"EHLO\x00",
        b"EHLO \xc3\xa9",
        b"EHLO " + b"a" * 256,
        b"MAIL",
        b"MAIL FROM",
        b"MAIL FROM:",
        b"MAIL TO:<a@b.example>",
        b"MAILFROM:<a@b.example>",
        b"RCPT",
        b"RCPT FROM:<a@b.example>",
        b"DATA x",
        b"STARTTLS",
        b"AUTH LOGIN",
        b"BDAT 1 LAST",
        b"EXPN list",
        b"ETRN x",
        b"TURN",
        b"SEND FROM:<a@b.example>",
        b"SAML FROM:<a@b.example>",
        b"XCLIENT ADDR=192.0.2.1",
        b"XFORWARD NAME=x",
        b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2",
        b"GET / HTTP/1.1",
        b"POST / HTTP/1.1",
        b"\x16\x03\x01\x02\x00\x01",
        b"QUIT now",
        b"RSET now",
        b"HELO",
        b"LHLO x",
        b"\xff\xfb\x01",
        b" EHLO x",
        b"\tEHLO x",
        b"EHLO\tx",
        b".",
        b"VRFY",
        b"UNKNOWN" * 100,
    ],
)
async def test_lines_that_are_no_command_here(open_door: Opener, line: bytes) -> None:
    """Each gets a refusal from the table, nothing echoed, nothing believed."""
    house = await open_door()
    peer = await house.connect()
    await peer.reply()
    said = await peer.say(line + b"\r\n")
    assert said[:3] in {"252", "500", "501", "502", "503"}
    assert said.isascii()
    assert said[4:].isprintable()
    assert house.porter.sinks == []
