"""What `relay doctor` says of mail coming in: ports, certificate, name servers, MX, the workers' fence."""

from __future__ import annotations

import asyncio
import datetime as dt
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trustme

from relay import confine
from relay.clock import SystemClock
from relay.config import Settings, load
from relay.operator.door_checks import examine_mail_in
from relay.operator.findings import FINE, WARNING, WRONG, Finding
from tests.door.name_server import serving
from tests.door.zone import FAILS

HEAD = '[relay]\norigin = "http://127.0.0.1:8080"\n[smtp]\ndomain = "in.harrow.example"\n'


def settings(folder: Path, more: str) -> Settings:
    """A relay's settings."""
    path = folder / "relay.toml"
    path.write_text(HEAD + more)
    return load(path)


def found(of: Settings) -> dict[str, Finding]:
    """The findings by their checks."""
    return {finding.check: finding for finding in examine_mail_in(of)}


def certificate(folder: Path, name: str = "in.harrow.example", days: float = 90) -> str:
    """Put a certificate into the folder; the settings that name it."""
    until = dt.datetime.fromtimestamp(SystemClock(None).now(), dt.UTC) + dt.timedelta(days=days)
    since = until - dt.timedelta(days=365)
    issued = trustme.CA().issue_cert(name, not_before=since, not_after=until)
    issued.cert_chain_pems[0].write_to_path(folder / "c.pem")
    issued.private_key_pem.write_to_path(folder / "k.pem")
    return 'tls_cert = "c.pem"\ntls_key = "k.pem"\n'


@contextmanager
def answering(words: bytes, context: ssl.SSLContext | None = None) -> Iterator[int]:
    """A program at a port that says some words to one who connects, and goes."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            peer, _ = server.accept()
            with context.wrap_socket(peer, server_side=True) if context else peer as talking:
                talking.sendall(words)

        thread = threading.Thread(target=answer)
        thread.start()
        yield server.getsockname()[1]
        thread.join()


@pytest.mark.parametrize(("words", "state"), [(b"220 x ESMTP\r\n", FINE), (b"421 4.7.0 x\r\n", WARNING)])
def test_a_port_that_answers(tmp_path: Path, words: bytes, state: str) -> None:
    """A greeting is fine; anything else is somebody else, or a door that is full."""
    with answering(words) as port:
        assert found(settings(tmp_path, f'listen = "127.0.0.1:{port}"\n'))["port"].state == state


def test_a_port_where_nobody_is(tmp_path: Path) -> None:
    """No answer is wrong; a port that is not known before the start is not asked."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert found(settings(tmp_path, f'listen = "127.0.0.1:{port}"\n'))["port"].state == WRONG
    assert found(settings(tmp_path, 'listen = "127.0.0.1:0"\n'))["port"].state == FINE


def test_the_port_of_tls(tmp_path: Path) -> None:
    """It is asked in TLS, whoever its certificate is of; clear text there is wrong."""
    more = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "c.pem", tmp_path / "k.pem")
    for spoken, state in ((context, FINE), (None, WRONG)):
        with answering(b"220 x ESMTP\r\n", spoken) as port:
            more_here = f'{more}listen = "127.0.0.1:0"\nlisten_tls = "127.0.0.1:{port}"\n'
            assert found(settings(tmp_path, more_here))["port of TLS"].state == state


@pytest.mark.parametrize(
    ("name", "days", "state", "words"),
    [
        ("in.harrow.example", 90, FINE, "good until"),
        ("*.harrow.example", 90, FINE, "good until"),
        ("in.harrow.example", 5, WARNING, "good until"),
        ("in.harrow.example", -1, WRONG, "not now"),
        ("in.harrow.example", 400, WRONG, "not now"),
        ("elsewhere.example", 90, WARNING, "not for in.harrow.example"),
        ("*.example", 90, WARNING, "not for in.harrow.example"),
    ],
)
def test_a_certificate(tmp_path: Path, name: str, days: float, state: str, words: str) -> None:
    """Its dates and its name are told before other servers notice them."""
    finding = found(settings(tmp_path, 'listen = "127.0.0.1:0"\n' + certificate(tmp_path, name, days)))[
        "certificate"
    ]
    assert finding.state == state
    assert words in finding.found


@pytest.mark.parametrize("spoilt", [None, b"x", b""])
@pytest.mark.parametrize("file", ["c.pem", "k.pem"])
def test_a_certificate_of_no_use(tmp_path: Path, file: str, spoilt: bytes | None) -> None:
    """A file that is missing or spoilt is wrong."""
    more = certificate(tmp_path)
    (tmp_path / file).unlink()
    if spoilt is not None:
        (tmp_path / file).write_bytes(spoilt)
    assert found(settings(tmp_path, 'listen = "127.0.0.1:0"\n' + more))["certificate"].state == WRONG


def test_mail_in_clear(tmp_path: Path) -> None:
    """No certificate is fine on this machine alone."""
    assert found(settings(tmp_path, 'listen = "127.0.0.1:0"\n'))["TLS"].state == FINE
    assert (
        found(settings(tmp_path, 'listen = "192.0.2.1:0"\nnameservers = "127.0.0.1:1"\n'))["TLS"].state
        == WARNING
    )


def test_senders_that_are_not_proven(tmp_path: Path) -> None:
    """That a mail's own word counts is told each time."""
    assert (
        found(settings(tmp_path, 'listen = "127.0.0.1:0"\ncheck_senders = false\n'))["senders"].state
        == WARNING
    )


@pytest.mark.parametrize(("version", "state"), [(1, FINE), (0, WARNING), (-1, WARNING)])
def test_a_kernel_that_has_no_fence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: int, state: str
) -> None:
    """What then remains of the border around a worker is told, and what would mend it."""
    monkeypatch.setattr(confine, "_version", lambda: version)
    fence = found(settings(tmp_path, 'listen = "127.0.0.1:0"\n'))["fence"]
    assert fence.state == state
    assert ("no Landlock" in fence.found) == (state == WARNING) == bool(fence.advice)


@pytest.mark.parametrize(
    ("records", "servers", "mx"),
    [
        ({"in.harrow.example": {"MX": ["10 in.harrow.example."]}}, FINE, FINE),
        ({"in.harrow.example": {"MX": ["10 other.example."]}}, FINE, WARNING),
        ({}, FINE, WARNING),
        ({"in.harrow.example": {"MX": FAILS}}, WRONG, None),
    ],
)
async def test_the_dns(tmp_path: Path, records: dict[str, object], servers: str, mx: str | None) -> None:
    """Servers that do not answer put mail off; a missing MX record lets none come."""
    async with serving(records) as (_, (host, port)):  # type: ignore[arg-type]
        more = f'listen = "192.0.2.1:0"\nnameservers = "{host}:{port}"\n'
        findings = await asyncio.to_thread(found, settings(tmp_path, more))
    assert findings["name servers"].state == servers
    assert (findings["MX"].state if "MX" in findings else None) == mx
