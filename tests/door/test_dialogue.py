"""The dialogue on a real socket: what is answered, what is kept, and what no peer can make the door do."""

from __future__ import annotations

import asyncio
import errno
import itertools
import os
import smtplib
import socket
import ssl
from pathlib import Path

import pytest
import trustme

from relay.core.errors import Busy, InboxFull
from relay.smtp_door import server
from relay.smtp_door.dialogue import _to_the_end
from relay.smtp_door.limits import Limits
from relay.smtp_door.listening import Certificate
from relay.smtp_door.places import network_of
from tests.door.conftest import Opener

MAIL = b"From: <maya@home.example>\r\nSubject: s\r\n\r\nHello.\r\n"


async def test_a_size_that_is_too_big_is_refused_at_rcpt_and_told(open_door: Opener) -> None:
    """By the peer's own word, before a byte of it travels, and when it is known whom it was for (RFC 1870,
    6.2); the next mail of the connection is taken."""
    house = await open_door()
    peer = await house.connect()
    await peer.reply()
    await peer.say(b"EHLO mail.home.example\r\n")
    for size in (b"26214401", b"99999999999999999999"):
        assert (await peer.say(b"MAIL FROM:<maya@home.example> SIZE=" + size + b"\r\n")).startswith("250")
        assert (await peer.say(b"RCPT TO:<nobody@in.harrow.example>\r\n")).startswith("550 5.1.1")
        assert (await peer.say(b"RCPT TO:<k3v9@in.harrow.example>\r\n")).startswith("552 5.3.4")
        assert (await peer.say(b"DATA\r\n")).startswith("503")
        assert (await peer.say(b"RSET\r\n")).startswith("250")
    assert house.porter.told == ["too-large", "too-large"]
    await peer.to_data()
    assert (await peer.say(b"From: <maya@home.example>\r\n\r\nx\r\n.\r\n")).startswith("250")


async def test_a_mail_is_kept_byte_for_byte_and_then_answered(open_door: Opener) -> None:
    """250 comes after the commit, and what was committed is what was sent, unstuffed."""
    house = await open_door()
    peer = await house.connect()
    assert (await peer.reply()).startswith("220 in.harrow.example")
    await peer.to_data()
    assert (await peer.say(b"From: a\r\n\r\n..dot\r\n.\r\n")).startswith("250 2.0.0")
    (sink,) = house.porter.sinks
    assert sink.ended == "committed"
    assert bytes(sink.mail) == b"From: a\r\n\r\n.dot\r\n"
    assert (sink.arrival.greeting, sink.arrival.tls) == ("mail.home.example", False)
    assert (await peer.say(b"QUIT\r\n")).startswith("221")


async def test_pythons_own_client_delivers(open_door: Opener) -> None:
    """A real client, with SIZE and pipelined ends, is served; a second mail follows on one connection."""
    house = await open_door()

    def deliver() -> None:
        with smtplib.SMTP(*house.address, local_hostname="laptop.home.example", timeout=10) as client:
            for _ in range(2):
                client.sendmail("maya@home.example", ["k3v9@in.harrow.example"], MAIL)

    await asyncio.get_running_loop().run_in_executor(None, deliver)
    assert [bytes(sink.mail) for sink in house.porter.sinks] == [MAIL, MAIL]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"MAIL FROM:<maya@home.example>", "503 5.5.1"),
        (b"EHLO", "501"),
        (b"EHLO \xff", "501"),
        (b"BDAT 3", "500 5.5.1"),
        (b"AUTH PLAIN AAAA", "500 5.5.1"),
        (b"\x00\x01", "500"),
        (b"", "500"),
        (b"DATA", "503"),
        (b"RCPT TO:<a@b.example>", "503"),
        (b"STARTTLS", "502"),
        (b"VRFY maya", "252"),
        (b"HELP", "214"),
        (b"RSET x", "501"),
        (b"QUIT x", "501"),
        (b"x" * 1001, "500 5.5.2"),
    ],
)
async def test_what_comes_out_of_turn_gets_its_sentence(open_door: Opener, line: bytes, code: str) -> None:
    """Each wrong or unknown command is answered from the table, with nothing of it echoed."""
    peer = await (await open_door()).connect()
    await peer.reply()
    said = await peer.say(line + b"\r\n")
    assert said.startswith(code)
    assert "maya" not in said
    assert "\x00" not in said


@pytest.mark.parametrize(
    ("argument", "code"),
    [
        (b"<maya@home.example> SIZE=1 SIZE=1", "501"),
        (b"<maya@home.example> SMTPUTF8", "555"),
        (b"<maya@home.example> BODY=BINARYMIME", "555"),
        (b"<hr@=?utf-8?q?corp.example?=>", "501 5.1.7"),
        (b'<"maya"@home.example>', "501 5.1.7"),
        (b"<maya@home.example", "501 5.1.7"),
        (b"maya@home.example", "501 5.1.7"),
        (b"<@relay.example:maya@home.example>", "501 5.1.7"),
        (b"<maya@home.example>", "250"),
        (b" <maya@home.example> SIZE=100 BODY=8BITMIME", "250"),
        (b"<>", "250"),
    ],
)
async def test_sender_paths(open_door: Opener, argument: bytes, code: str) -> None:
    """Only a plain path with parameters that were offered is taken for a reverse path."""
    peer = await (await open_door()).connect()
    await peer.reply()
    await peer.say(b"EHLO home.example\r\n")
    assert (await peer.say(b"MAIL FROM:" + argument + b"\r\n")).startswith(code)


async def test_recipients(open_door: Opener) -> None:
    """One known inbox a transaction: unknown, malformed, second and refused ones get their own reply, the
    null sender too."""
    house = await open_door()
    peer = await house.connect()
    await peer.reply()
    await peer.say(b"EHLO home.example\r\n")
    await peer.say(b"MAIL FROM:<maya@home.example>\r\n")
    assert (await peer.say(b"RCPT TO:<nobody@in.harrow.example>\r\n")).startswith("550 5.1.1")
    assert (await peer.say(b"RCPT TO:<=?utf-8?q?k3v9?=@in.harrow.example>\r\n")).startswith("550 5.1.1")
    assert (await peer.say(b"RCPT TO:<k3v9>\r\n")).startswith("501 5.1.3")
    house.porter.refuse_recipient = Busy()
    assert (await peer.say(b"RCPT TO:<k3v9@in.harrow.example>\r\n")).startswith("451")
    house.porter.refuse_recipient = None
    assert (await peer.say(b"RCPT TO:<k3v9@in.harrow.example>\r\n")).startswith("250")
    assert (await peer.say(b"RCPT TO:<k3v9@in.harrow.example>\r\n")).startswith("452 4.5.3")
    await peer.say(b"RSET\r\n")
    await peer.say(b"MAIL FROM:<>\r\n")
    assert (await peer.say(b"RCPT TO:<k3v9@in.harrow.example>\r\n")).startswith("550 5.7.1")


async def test_refusals_at_the_end_of_data(open_door: Opener) -> None:
    """A refusal while writing or at commit is answered at its place; our own trouble is a 451 that tells
    nothing."""
    house = await open_door()
    peer = await house.connect()
    await peer.reply()
    for options, code in (
        ({"refuse_write": InboxFull()}, "452 4.2.2"),
        ({"refuse_commit": InboxFull()}, "452 4.2.2"),
    ):
        house.porter.next_sink = dict(options)
        await peer.to_data()
        assert (await peer.say(MAIL + b".\r\n")).startswith(code)
    house.porter.next_sink = {"refuse_commit": ZeroDivisionError("maya@home.example")}
    await peer.to_data()
    assert (await peer.say(MAIL + b".\r\n")) == "451 4.3.0 Our own trouble, try later"
    assert "maya" not in house.log.getvalue()


@pytest.mark.parametrize("form", [b"\n.\r\n", b"\r\n.\n", b"\n.\n", b"\r.\r\n", b"a\0\r\n"])
async def test_smuggled_ends_make_one_refusal(open_door: Opener, form: bytes) -> None:
    """A mail with another line ending inside is refused once, whole, and the connection ends; the commands
    hidden in it are never heard."""
    house = await open_door()
    peer = await house.connect()
    await peer.reply()
    await peer.to_data()
    hidden = b"MAIL FROM:<x@y.example>\r\nRCPT TO:<k3v9@in.harrow.example>\r\nDATA\r\n"
    assert (await peer.say(MAIL + b"x" + form + hidden + b".\r\n")).startswith("550 5.6.11")
    assert [sink.ended for sink in house.porter.sinks] == ["aborted"]
    assert await peer.reader.read() == b""


async def test_bare_line_feeds_in_commands_end_the_dialogue(open_door: Opener) -> None:
    """A command that does not end in CR LF is answered once, and the connection is closed."""
    peer = await (await open_door()).connect()
    await peer.reply()
    assert (await peer.say(b"EHLO home.example\nMAIL FROM:<a@b.example>\r\n")).startswith("500 5.5.2")
    assert await peer.reader.read() == b""


async def test_limits(open_door: Opener) -> None:
    """Junk, commands, idleness, size and connections each have an end and a sentence."""
    limits = Limits(
        max_mail_bytes=2000, idle_seconds=0.3, max_connections=2, max_commands=20, max_junk_commands=2
    )
    house = await open_door(limits)
    first, second = await house.connect(), await house.connect()
    await first.reply()
    await second.reply()
    third = await house.connect()
    assert (await third.reply()).startswith("421 4.7.0")
    for _ in range(2):
        await first.say(b"WHAT\r\n")
    assert (await first.say(b"WHAT\r\n")).startswith("421 4.7.0")
    await second.to_data()
    assert (await second.say(b"x" * 80 + b"\r\n" + b"y\r\n" * 800 + b".\r\n")).startswith("552 5.3.4")
    assert (await second.reply()).startswith("421 4.4.2")
    fourth = await house.connect()
    await fourth.reply()
    for _ in range(20):
        assert (await fourth.say(b"NOOP\r\n")).startswith("250")
    assert (await fourth.say(b"NOOP\r\n")).startswith("421 4.7.0")


async def test_a_peer_that_hangs_up_in_data_leaves_nothing(open_door: Opener) -> None:
    """Without the lone dot there is no mail: the sink is aborted."""
    house = await open_door()
    peer = await house.connect()
    await peer.reply()
    await peer.to_data()
    peer.writer.write(MAIL)
    peer.writer.close()
    while not house.porter.sinks[0].ended:
        await asyncio.sleep(0)
    assert house.porter.sinks[0].ended == "aborted"


async def test_a_peer_that_has_said_all_is_still_answered(open_door: Opener) -> None:
    """Who closes only its own direction after the lone dot hears the 250, and need not send it again."""
    house = await open_door()
    peer = await house.connect()
    await peer.reply()
    await peer.to_data()
    peer.writer.write(MAIL + b".\r\n")
    peer.writer.write_eof()
    assert (await peer.reply()).startswith("250")
    assert await peer.reader.read() == b""
    assert [sink.ended for sink in house.porter.sinks] == ["committed"]


async def test_a_commit_is_finished_though_the_door_stops(open_door: Opener) -> None:
    """A stop in the instant of the commit waits for it: one copy, and the peer is told to try again or
    nothing."""
    house = await open_door()
    hold = asyncio.Event()
    house.porter.next_sink = {"hold": hold}
    peer = await house.connect()
    await peer.reply()
    await peer.to_data()
    peer.writer.write(MAIL + b".\r\n")
    while not (house.porter.sinks and bytes(house.porter.sinks[0].mail) == MAIL):
        await asyncio.sleep(0)
    stopping = asyncio.ensure_future(house.door.stop())
    await asyncio.sleep(0)
    hold.set()
    await stopping
    assert house.porter.sinks[0].ended == "committed"


async def test_tls_begins_once_and_forgets_what_was_said_before(open_door: Opener, tmp_path: Path) -> None:
    """STARTTLS upgrades once; greeting and commands that were pushed in before it count for nothing; where
    TLS is required, mail waits for it."""
    authority = trustme.CA()
    certificate = authority.issue_cert("in.harrow.example")
    certificate.private_key_pem.write_to_path(tmp_path / "key.pem")
    certificate.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
    house = await open_door(tls=Certificate(tmp_path / "cert.pem", tmp_path / "key.pem"), require_tls=True)
    peer = await house.connect()
    await peer.reply()
    await peer.say(b"EHLO home.example\r\n")
    assert (await peer.say(b"MAIL FROM:<maya@home.example>\r\n")).startswith("530 5.7.0")
    assert (await peer.say(b"STARTTLS\r\n")).startswith("220")
    client = ssl.create_default_context()
    authority.configure_trust(client)
    await peer.writer.start_tls(client, server_hostname="in.harrow.example")
    assert (await peer.say(b"MAIL FROM:<maya@home.example>\r\n")).startswith("503 5.5.1")
    assert (await peer.say(b"STARTTLS\r\n")).startswith("503")
    await peer.to_data()
    assert (await peer.say(MAIL + b".\r\n")).startswith("250")
    assert house.porter.sinks[0].arrival.tls
    pushy = await house.connect()
    await pushy.reply()
    assert (await pushy.say(b"STARTTLS\r\nEHLO evil.example\r\nMAIL FROM:<x@y.example>\r\n")).startswith(
        "220"
    )
    await pushy.writer.start_tls(client, server_hostname="in.harrow.example")
    assert (await pushy.say(b"RCPT TO:<k3v9@in.harrow.example>\r\n")).startswith("503 5.5.1")


async def test_a_renewed_certificate_is_shown_without_a_restart(open_door: Opener, tmp_path: Path) -> None:
    """The next connection sees the new certificate; while chain and key do not fit, the old one stays."""
    chain, private_key = tmp_path / "cert.pem", tmp_path / "key.pem"
    old, new = trustme.CA(), trustme.CA()

    def put(authority: trustme.CA, *, with_key: bool) -> None:
        issued = authority.issue_cert("in.harrow.example")
        issued.cert_chain_pems[0].write_to_path(chain)
        if with_key:
            issued.private_key_pem.write_to_path(private_key)
        os.utime(chain, ns=(0, next(stamps)))

    async def is_shown(authority: trustme.CA) -> bool:
        peer = await house.connect()
        await peer.reply()
        await peer.say(b"STARTTLS\r\n")
        client = ssl.create_default_context()
        authority.configure_trust(client)
        try:
            await peer.writer.start_tls(client, server_hostname="in.harrow.example")
        except ssl.SSLError:
            return False
        return True

    stamps = itertools.count(1, 10**9)
    put(old, with_key=True)
    house = await open_door(tls=Certificate(chain, private_key))
    put(new, with_key=False)
    assert await is_shown(old)
    put(new, with_key=True)
    assert await is_shown(new)
    assert not await is_shown(old)


async def test_nothing_of_the_mail_reaches_the_log(open_door: Opener) -> None:
    """Verdict and size are said; greeting, paths, header and body are not."""
    house = await open_door()
    peer = await house.connect()
    await peer.reply()
    await peer.to_data()
    await peer.say(MAIL + b".\r\n")
    said = house.log.getvalue()
    assert "door.received" in said
    for word in ("maya", "home.example", "k3v9", "Hello", "Subject"):
        assert word not in said


async def test_the_slowest_makes_room_when_all_places_are_taken(open_door: Opener) -> None:
    """Peers that drip keep no honest one out: the slowest is cut with a word, and what it began is undone."""
    limits = Limits(max_connections=2, grace_seconds=0, slow_bytes_per_second=1e9)
    house = await open_door(limits)
    quick, slow = await house.connect(), await house.connect()
    for peer in (quick, slow):
        await peer.reply()
    await slow.to_data()
    slow.writer.write(b"From: a")
    await quick.say(b"NOOP " + b"x" * 900 + b"\r\n")
    await quick.say(b"NOOP " + b"x" * 900 + b"\r\n")
    new = await house.connect()
    assert (await new.reply()).startswith("220")
    assert (await slow.reply()).startswith("421 4.4.2")
    assert (await quick.say(b"NOOP\r\n")).startswith("250")
    assert [sink.ended for sink in house.porter.sinks] == ["aborted"]


async def test_who_is_not_slow_or_waits_for_us_keeps_its_place(open_door: Opener) -> None:
    """Neither a peer of good pace nor one whose mail is being committed is cut: the new one comes later."""
    house = await open_door(Limits(max_connections=1, grace_seconds=0, slow_bytes_per_second=0))
    peer = await house.connect()
    await peer.reply()
    assert (await (await house.connect()).reply()).startswith("421 4.7.0")

    house = await open_door(Limits(max_connections=1, grace_seconds=0, slow_bytes_per_second=1e9))
    house.porter.next_sink = {"hold": (held := asyncio.Event())}
    peer = await house.connect()
    await peer.reply()
    await peer.to_data()
    peer.writer.write(MAIL + b".\r\n")
    while not house.porter.sinks or bytes(house.porter.sinks[0].mail) != MAIL:
        await asyncio.sleep(0)
    assert (await (await house.connect()).reply()).startswith("421 4.7.0")
    held.set()
    assert (await peer.reply()).startswith("250")


@pytest.mark.parametrize(
    ("peer", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
    ],
)
def test_what_counts_as_one_peer(peer: str, network: str) -> None:
    """All of an IPv6 /64 is one peer: its owner has 2^64 addresses."""
    assert network_of(peer) == network


@pytest.mark.parametrize("failure", [None, ZeroDivisionError()])
async def test_work_is_finished_however_often_the_dialogue_is_cancelled(failure: Exception | None) -> None:
    """A second cancellation leaves a commit no more undone than the first."""
    done, held = [], asyncio.Event()

    async def work() -> None:
        await held.wait()
        done.append(True)
        if failure is not None:
            raise failure

    task = asyncio.ensure_future(_to_the_end(work()))
    for _ in range(3):
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.sleep(0)
    assert not task.done()
    held.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert done == [True]


async def test_who_is_taken_in_the_instant_before_the_close_is_served(open_door: Opener) -> None:
    """A door that hands over closes between two turns of the loop: whoever it took in the one before is not
    dropped, and is waited for."""
    house = await open_door()
    with socket.create_connection(house.address) as peer:
        peer.setblocking(False)
        house.door._listening[0]._take()
        house.door.close()
        emptied = asyncio.ensure_future(house.door.emptied())
        loop = asyncio.get_running_loop()
        assert (await loop.sock_recv(peer, 100)).startswith(b"220 ")
        assert not emptied.done()
        await loop.sock_sendall(peer, b"QUIT\r\n")
        assert (await loop.sock_recv(peer, 100)).startswith(b"221 ")
    await emptied


class Full:
    """A listening socket of a system that has no room for a first connection."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener, self.refusals = listener, 0

    def accept(self) -> object:
        """As the socket's own, from the second time on."""
        if not self.refusals:
            self.refusals += 1
            raise OSError(errno.EMFILE, "no room")
        return self._listener.accept()

    def __getattr__(self, name: str) -> object:
        return getattr(self._listener, name)


async def test_a_system_without_room_is_asked_again(
    open_door: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who comes meanwhile waits and is served; the log says so, and the door does not spin."""
    monkeypatch.setattr(server, "_REST_SECONDS", 0.0)
    house = await open_door()
    (listening,) = house.door._listening
    listening._listener = full = Full(listening._listener)  # type: ignore[assignment]
    peer = await house.connect()
    assert (await peer.reply()).startswith("220 ")
    assert full.refusals == 1
    assert "door.no_room" in house.log.getvalue()


class Recorded:
    """A transport that writes down what is written in one piece."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport, self.pieces = transport, list[bytes]()

    def write(self, piece: bytes) -> None:
        """As the transport's own."""
        self.pieces.append(piece)
        self._transport.write(piece)

    def __getattr__(self, name: str) -> object:
        return getattr(self._transport, name)


async def test_replies_to_a_group_travel_together(open_door: Opener) -> None:
    """Commands that came in one piece are answered in one, in their order; the reply to a mail waits for no
    other command."""
    house = await open_door()
    peer = await house.connect()
    await peer.reply()
    (wire,) = house.door._open
    wire._transport = recorded = Recorded(wire._transport)  # type: ignore[assignment]
    peer.writer.write(b"EHLO mail.home.example\r\nMAIL FROM:<maya@home.example>\r\n")
    peer.writer.write(b"RCPT TO:<k3v9@in.harrow.example>\r\nDATA\r\n")
    assert [(await peer.reply())[:3] for _ in range(4)] == ["250", "250", "250", "354"]
    assert len(recorded.pieces) == 1
    peer.writer.write(MAIL + b".\r\nNOOP\r\nQUIT\r\n")
    assert [(await peer.reply())[:9] for _ in range(3)] == ["250 2.0.0", "250 2.0.0", "221 2.0.0"]
    assert recorded.pieces[1:] == [b"250 2.0.0 Sealed and kept\r\n", b"250 2.0.0 OK\r\n221 2.0.0 Bye\r\n"]
