"""TLS on both ports of a whole relay: the certificate that is shown, renewed, spoilt; the floor; slow
handshakes.
"""

from __future__ import annotations

import asyncio
import ssl
import warnings
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import trustme

from relay.smtp_door.limits import Limits
from relay.smtp_door.listening import Certificate
from tests.door.conftest import Opener
from tests.service.programs import eventually
from tests.smtp.conftest import Standing, certified, standing
from tests.smtp.talk import BYE, HELLO, SENDER, Peer, faults_of, talk, wanted_of
from tests.smtp.talks.groups import BEGIN_TLS

PORTS = ("smtp", "smtps")


@pytest.fixture(scope="module")
async def relay(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Standing]:
    """A relay with both ports."""
    async with standing(tmp_path_factory.mktemp("tls")) as found:
        yield found


async def shown(relay: Standing, port: str, context: ssl.SSLContext) -> ssl.SSLObject | None:
    """The TLS of one dialogue at a port; None where no handshake came about."""
    implicit = port == "smtps"
    tls = {"ssl": context, "server_hostname": "mx.quietbox.test"} if implicit else {}
    try:
        reader, writer = await asyncio.open_connection(*relay.place(port), **tls)  # type: ignore[arg-type]
    except (ssl.SSLError, ConnectionError):
        return None
    try:
        await asyncio.wait_for(reader.readline(), 30)
        if not implicit:
            writer.write(b"STARTTLS\r\n")
            await asyncio.wait_for(reader.readline(), 30)
            await writer.start_tls(context, server_hostname="mx.quietbox.test")
        return writer.get_extra_info("ssl_object")
    except (ssl.SSLError, ConnectionError):
        return None
    finally:
        writer.transport.abort()


def trusting(authority: trustme.CA) -> ssl.SSLContext:
    """A client that trusts one authority and looks at the name."""
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


@pytest.mark.parametrize("port", PORTS)
async def test_a_renewed_certificate_is_shown_and_a_spoilt_one_is_not(relay: Standing, port: str) -> None:
    """Without a restart the next peer sees the new certificate, at both ports. While a file is half written,
    is no certificate, or does not fit the other, the one before is shown, and the log says so.
    """
    folder, log = relay.house.folder.parent / "tls", relay.house.relay
    old, new = trustme.CA(), trustme.CA()
    certified(folder, old)
    assert await shown(relay, port, trusting(old))
    chain, private_key = folder / "chain.pem", folder / "key.pem"
    good = chain.read_bytes(), private_key.read_bytes()
    certified(folder, new)
    fresh = chain.read_bytes(), private_key.read_bytes()
    spoilt = {
        "half a chain": (fresh[0][: len(fresh[0]) // 2], fresh[1]),
        "an empty chain": (b"", fresh[1]),
        "half a key": (fresh[0], fresh[1][: len(fresh[1]) // 2]),
        "a new chain beside the old key": (fresh[0], good[1]),
        "no certificate at all": (b"\xff" * 4000, fresh[1]),
    }
    chain.write_bytes(good[0])
    private_key.write_bytes(good[1])
    assert await shown(relay, port, trusting(old))
    for what, (first, second) in spoilt.items():
        said = len(log.events("door.certificate_kept"))
        replace(chain, first)
        replace(private_key, second)
        assert await shown(relay, port, trusting(old)), what
        assert await shown(relay, port, trusting(old)), what
        assert len(log.events("door.certificate_kept")) > said, what
    chain.unlink()
    assert await shown(relay, port, trusting(old))
    replace(chain, fresh[0])
    replace(private_key, fresh[1])
    assert await shown(relay, port, trusting(new))
    assert not await shown(relay, port, trusting(old))
    eventually(lambda: log.events("door.certificate_renewed"))
    assert "PRIVATE" not in log.log()


def replace(path: Path, content: bytes) -> None:
    """Write a file as programs that renew certificates do: a new one under its name."""
    beside = path.with_suffix(".new")
    beside.write_bytes(content)
    beside.replace(path)


@pytest.mark.parametrize("port", PORTS)
async def test_the_floor_is_tls_1_2(relay: Standing, port: str) -> None:
    """TLS 1.2 and 1.3 are spoken, 1.1 and older are not."""
    folder = relay.house.folder.parent / "tls"
    authority = trustme.CA()
    certified(folder, authority)
    for version, spoken in ((ssl.TLSVersion.TLSv1_2, "TLSv1.2"), (ssl.TLSVersion.TLSv1_3, "TLSv1.3")):
        context = trusting(authority)
        context.minimum_version = context.maximum_version = version
        found = await shown(relay, port, context)
        assert found is not None
        assert found.version() == spoken
    for version in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1):
        context = trusting(authority)
        context.set_ciphers("ALL:@SECLEVEL=0")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = context.maximum_version = version
        assert await shown(relay, port, context) is None


async def test_no_mail_in_clear_where_tls_is_required(open_door: Opener, tmp_path: Path) -> None:
    """Each command of a mail is told to come after STARTTLS; the others are answered as ever."""
    files = certified(tmp_path, authority := trustme.CA())
    certificate = Certificate(*map(Path, files.values()))
    house = await open_door(tls=certificate, require_tls=True)
    case = talk(
        "TLS is required", "RFC 3207, 4", HELLO, (b"MAIL FROM:<maya@home.example>\r\n", "530 5.7.0"),
        (b"RCPT TO:<{to}>\r\n", "530 5.7.0"), (b"DATA\r\n", "530 5.7.0"), (b"NOOP\r\n", "250"),
        (b"RSET\r\n", "250"), (b"VRFY x\r\n", "252"), *BEGIN_TLS, HELLO, SENDER, BYE,
    )  # fmt: skip
    heard = await Peer(house.address, b"k3v9@in.harrow.example", trusting(authority)).hold(case)
    for number, (got, wanted) in enumerate(zip(heard.answers, wanted_of(case), strict=True)):
        assert all(one.rpartition("\n")[2].startswith(want) for one, want in zip(got, wanted, strict=True)), (
            got
        )
        assert not [fault for one in got for fault in faults_of(one, greeting=number == 0)]


@pytest.mark.parametrize("implicit_tls", [False, True])
@pytest.mark.parametrize("begun", [b"", b"\x16\x03\x01", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"])
async def test_a_handshake_that_does_not_come_is_not_waited_for(
    open_door: Opener, tmp_path: Path, begun: bytes, *, implicit_tls: bool
) -> None:
    """A peer that begins TLS and drips, or says nothing, is let go, and its place is free."""
    files = certified(tmp_path, trustme.CA())
    limits = Limits(handshake_seconds=0.1, max_connections=1)
    house = await open_door(limits, tls=Certificate(*map(Path, files.values())))
    place = await house.door.start("127.0.0.1", 0, implicit_tls=True) if implicit_tls else house.address
    for _ in range(3):
        reader, writer = await asyncio.open_connection(*place)
        if not implicit_tls:
            await reader.readline()
            writer.write(b"STARTTLS\r\n")
            assert (await reader.readline()).startswith(b"220 ")
        writer.write(begun)
        assert await asyncio.wait_for(reader.read(), 30) == b""
        writer.close()
    assert house.porter.sinks == []


async def test_clear_text_at_the_port_of_tls(relay: Standing) -> None:
    """A peer that does not begin with TLS there gets no answer in clear, and no dialogue."""
    reader, writer = await asyncio.open_connection(*relay.place("smtps"))
    writer.write(b"EHLO home.example\r\nMAIL FROM:<maya@home.example>\r\n")
    said = await asyncio.wait_for(reader.read(), 30)
    assert b"220" not in said
    assert b"250" not in said
    writer.close()
