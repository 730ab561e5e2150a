"""Real peers: Postfix, swaks and Python's smtplib deliver over verified TLS to a whole relay.

Left out, with a sentence, where one cannot be had: `python3 -m tests` installs them by apt where it may.
"""

from __future__ import annotations

import asyncio
import shutil
import smtplib
import ssl
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.service.programs import eventually
from tests.smtp import postfix
from tests.smtp.conftest import ADDRESS, Standing, standing

pytestmark = pytest.mark.peers

NAME = "mx.quietbox.test"
MAILS = [
    b"From: Maya <maya@home.example>\r\nSubject: plain\r\n\r\nHello.\r\n",
    b"From: Maya <maya@home.example>\r\nSubject: dots\r\n\r\n.\r\n..\r\n.hidden\r\nFrom here on\r\n",
    "From: Maya <maya@home.example>\r\nSubject: bits\r\nMIME-Version: 1.0\r\n"
    "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nGrüße\r\n".encode(),
    b"From: Maya <maya@home.example>\r\nSubject: empty\r\n\r\n",
    b"From: Maya <maya@home.example>\r\nSubject: lines\r\n\r\n" + b"%s\r\n" % (b"x" * 900) * 2_000,
]


@pytest.fixture(scope="module")
async def relay(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Standing]:
    """A relay that takes mail over TLS alone."""
    folder = tmp_path_factory.mktemp("peers")
    async with standing(folder, {"RELAY_SMTP__REQUIRE_TLS": "true"}) as found:
        found.authority.cert_pem.write_to_path(folder / "authority.pem")
        yield found


def mails(mark: str) -> list[bytes]:
    """The mails of one test: none that another test has sent already, or the door would know it again."""
    return [raw.replace(b"Subject: ", f"Subject: {mark} ".encode()) for raw in MAILS]


async def all_kept(relay: Standing, mark: str, sent: list[bytes], *, on_top: bool = False) -> None:
    """Each mail is read once, as it was written; a server puts its trace on top."""
    found = [raw for raw in await relay.mails() if f"Subject: {mark} ".encode() in raw]
    assert len(found) == len(sent)
    for raw in sent:
        assert any(one.endswith(raw) for one in found), raw[:60]
        (mail,) = [one for one in found if one.endswith(raw)]
        assert mail.startswith(b"Received: from ") if on_top else mail == raw


@pytest.mark.parametrize("port", ["smtp", "smtps"])
async def test_pythons_smtplib(relay: Standing, port: str) -> None:
    """The standard library's client, on both ports, with the certificate verified."""
    context = ssl.create_default_context()
    relay.authority.configure_trust(context)
    _, number = relay.place(port)

    def deliver(raw: bytes) -> None:
        name = "laptop.home.example"
        with (
            _Tls(NAME, number, name, context=context)
            if port == "smtps"
            else _Clear(NAME, number, name) as peer
        ):
            if port == "smtp":
                assert peer.starttls(context=context)[0] == 220
            peer.sendmail(ADDRESS, [relay.inbox], raw)

    for raw in (sent := mails(port)):
        await asyncio.to_thread(deliver, raw)
    await all_kept(relay, port, sent)


class _Clear(smtplib.SMTP):
    """As the library's, to a name that no DNS knows."""

    def _get_socket(self, host: str, port: int, timeout: float) -> Any:
        return super()._get_socket("127.0.0.1", port, timeout)  # type: ignore[misc]


class _Tls(smtplib.SMTP_SSL):
    """The same."""

    def _get_socket(self, host: str, port: int, timeout: float) -> Any:
        return super()._get_socket("127.0.0.1", port, timeout)  # type: ignore[misc]


@pytest.mark.parametrize("way", [("--tls",), ("--tls", "--pipeline"), ("--tls-on-connect",)], ids=" ".join)
async def test_swaks(relay: Standing, tmp_path: Path, way: tuple[str, ...]) -> None:
    """swaks, in turn, in groups (RFC 2920), and at the port of TLS."""
    if shutil.which("swaks") is None:
        pytest.skip("swaks is missing; Debian, Ubuntu: sudo apt-get install swaks libnet-ssleay-perl")
    host, port = relay.place("smtps" if "--tls-on-connect" in way else "smtp")
    authority = relay.house.folder.parent / "authority.pem"

    def deliver(raw: bytes) -> None:
        file = tmp_path / "mail"
        file.write_bytes(raw.removesuffix(b"\r\n").replace(b"\r\n", b"\n"))  # it ends the last line itself
        words = ["swaks", "--server", host, "--port", str(port), "--ehlo", "laptop.home.example", *way]
        words += ["--tls-verify", "--tls-ca-path", str(authority), "--from", ADDRESS, "--to", relay.inbox]
        done = subprocess.run([*words, "--data", f"@{file}"], capture_output=True, timeout=60, check=False)
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr
        assert b"TLS started" in done.stdout

    mark = " ".join(way)
    sent = [raw for raw in mails(mark) if not raw.endswith(b"\r\n\r\n")]  # it takes a last blank line away
    for raw in sent:
        await asyncio.to_thread(deliver, raw)
    await all_kept(relay, mark, sent)


async def test_postfix(relay: Standing) -> None:
    """Postfix hands on what it was given over a connection whose certificate it has verified; it takes a
    refusal as one, and a door that is too small for a mail, and nothing stays in its queue.
    """
    if reason := postfix.why_not():
        pytest.skip(reason)
    _, port = relay.place()
    authority = relay.house.folder.parent / "authority.pem"
    settings = postfix.TO_A_RELAY.format(port=port, authority=authority)
    with postfix.running(settings) as server:

        def deliver(raw: bytes, author: str = ADDRESS) -> None:
            with smtplib.SMTP("127.0.0.1", server.port, "laptop.home.example", timeout=30) as peer:
                peer.sendmail(author, [relay.inbox], raw, ["BODY=8BITMIME"])

        for raw in (sent := mails("postfix")):
            await asyncio.to_thread(deliver, raw)
        await asyncio.to_thread(deliver, MAILS[0].replace(b"maya@", b"otto@"))
        await asyncio.to_thread(deliver, MAILS[0] + (b"y" * 98 + b"\r\n") * 270_000)
        await asyncio.to_thread(eventually, lambda: "status=bounced" in server.log() and not server.queued())
        log = server.log()
    assert "Verified TLS connection established to 127.0.0.1" in log
    assert log.count("status=sent (250 2.0.0") == len(sent)
    assert "550 5.7.1 Only addresses that the owner" in log
    assert "message size" in log
    await all_kept(relay, "postfix", sent, on_top=True)
