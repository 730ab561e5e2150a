"""Outgoing mail: caught in a folder or handed to a smarthost, whole or not at all."""

from __future__ import annotations

import asyncio
import email
import stat
from collections.abc import AsyncIterator
from email.policy import default
from pathlib import Path

import pytest

from relay.config import load
from relay.core.errors import AddressRefused, Busy
from relay.core.ports import MailOut
from relay.notify.mail import open_mail_out
from tests.notify.smarthost import Smarthost, open_smarthost


class Noon:
    """A clock that stands at noon."""

    def now(self) -> int:
        return 1_800_000_000

    def monotonic(self) -> float:
        return 0.0


def settings(folder: Path, mail: str) -> Path:
    """A configuration with this `[mail]` table."""
    path = folder / "relay.toml"
    relay = '[relay]\nname = "Harrow"\norigin = "http://127.0.0.1:8080"\ndata_dir = "data"\n'
    path.write_text(f'{relay}[smtp]\ndomain = "in.harrow.example"\n[mail]\n{mail}\n')
    return path


async def test_a_mail_is_caught_as_one_private_file(tmp_path: Path) -> None:
    """The folder holds one readable mail, of the notice address, that no machine should answer."""
    out = open_mail_out(load(settings(tmp_path, 'out = "folder"\nfolder = "outbox"')), Noon())
    await out.send("maya@home.example", "Your code", "The code is 12345678.\n")
    (path,) = (tmp_path / "outbox").iterdir()
    message = email.message_from_bytes(path.read_bytes(), policy=default)
    assert (message["To"], message["From"]) == ("maya@home.example", "notice@in.harrow.example")
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Return-Path"] == "<notice@in.harrow.example>"
    assert "12345678" in message.get_content()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_a_folder_that_cannot_be_written_is_our_trouble(tmp_path: Path) -> None:
    """Where the folder is a file, the asker hears that it was not handed over."""
    (tmp_path / "outbox").write_text("")
    with pytest.raises(Busy):
        await open_mail_out(load(settings(tmp_path, 'folder = "outbox"')), Noon()).send(
            "a@b.example", "s", "t"
        )


@pytest.mark.parametrize(("reply", "taken"), [("250 OK", True), ("550 no", False)])
async def test_a_smarthost_takes_or_refuses(tmp_path: Path, reply: str, taken: bool) -> None:
    """The dialogue's end decides; a refusal is told, and a smarthost without STARTTLS gets nothing where
    TLS is set."""
    got: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 smart\r\n")
        while line := await reader.readline():
            if line.upper().startswith(b"DATA"):
                writer.write(b"354 go\r\n")
                got.append(await reader.readuntil(b"\r\n.\r\n"))
                writer.write(reply.encode() + b"\r\n")
            else:
                writer.write(b"250 OK\r\n")
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    route = f'out = "smarthost"\nhost = "127.0.0.1"\nport = {port}\ntls = '
    async with server:
        out = open_mail_out(load(settings(tmp_path, route + '"off"')), Noon())
        if taken:
            await out.send("maya@home.example", "Your code", "The code is 12345678.\n")
        else:
            with pytest.raises(Busy):
                await out.send("maya@home.example", "Your code", "The code is 12345678.\n")
        assert b"12345678" in got[0]
        with pytest.raises(Busy):
            await open_mail_out(load(settings(tmp_path, route + '"starttls"')), Noon()).send(
                "a@b.example", "s", "t"
            )
    assert len(got) == 1


@pytest.fixture
async def smarthost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Smarthost]:
    """A smarthost whose authority this process trusts."""
    async with open_smarthost(tmp_path) as host:
        monkeypatch.setenv("SSL_CERT_FILE", str(host.authority))
        yield host


def through(folder: Path, host: Smarthost) -> MailOut:
    """The way out over that smarthost, by STARTTLS."""
    route = f'out = "smarthost"\nhost = "localhost"\nport = {host.port}\ntls = "starttls"'
    return open_mail_out(load(settings(folder, route)), Noon())


async def test_a_notice_goes_by_starttls_under_its_return_address(
    tmp_path: Path, smarthost: Smarthost
) -> None:
    """The reverse path is what was given, else the notice address; From is the notice address."""
    out = through(tmp_path, smarthost)
    await out.send("maya@home.example", "A note", "Text\n", reverse_path="b.token@in.harrow.example")
    await out.send("maya@home.example", "Grüße", "Schöne Grüße\n")
    first, second = smarthost.taken
    assert (first.reverse_path, second.reverse_path) == (
        "b.token@in.harrow.example",
        "notice@in.harrow.example",
    )
    assert first.tls
    assert first.message["From"] == "notice@in.harrow.example"
    assert first.message["Return-Path"] is None
    assert (second.message["Subject"], second.text) == ("Grüße", "Schöne Grüße\n")
    assert {name.lower() for name in first.message} == {
        "from", "to", "subject", "date", "message-id", "auto-submitted", "mime-version", "content-type",
        "content-transfer-encoding",
    }  # fmt: skip


async def test_a_smarthost_of_an_unknown_authority_gets_nothing(tmp_path: Path) -> None:
    """Whoever cannot show that it is the smarthost hears no recipient."""
    async with open_smarthost(tmp_path) as host:
        with pytest.raises(Busy):
            await through(tmp_path, host).send("maya@home.example", "A note", "Text\n")
    assert host.taken == []


@pytest.mark.parametrize(
    ("reply", "for_good"),
    [
        ("550 5.1.1 No such user", True),
        ("550 5.1.10 Null MX", True),
        ("550 5.2.1 Mailbox disabled", True),
        ("553 5.1.3 Bad address", True),
        ("550 no such user here", True),
        ("450 4.2.0 Greylisted", False),
        ("452 4.2.2 Mailbox full", False),
        ("552 5.2.2 Mailbox full", False),
        ("554 5.7.1 Relay access denied", False),
        ("550 5.7.1 Not from you", False),
        ("550 relay not permitted", False),
        ("530 5.7.0 Authentication required", False),
        ("421 4.3.2 Going down", False),
    ],
)
async def test_only_a_dead_address_is_refused_for_good(
    tmp_path: Path, smarthost: Smarthost, reply: str, *, for_good: bool
) -> None:
    """What may be about us, or about now, is to be tried again."""
    smarthost.to_recipient["maya@home.example"] = reply
    with pytest.raises(AddressRefused if for_good else Busy):
        await through(tmp_path, smarthost).send("maya@home.example", "A note", "Text\n")


@pytest.mark.parametrize("reply", ["451 4.3.0 Later", "554 5.6.0 Not this", "554 5.1.1 odd place for it"])
async def test_what_is_said_to_data_is_about_the_mail(
    tmp_path: Path, smarthost: Smarthost, reply: str
) -> None:
    """It breaks no channel: the next mail may go."""
    smarthost.to_mail = reply
    with pytest.raises(Busy):
        await through(tmp_path, smarthost).send("maya@home.example", "A note", "Text\n")
