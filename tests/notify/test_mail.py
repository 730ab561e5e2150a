"""Outgoing mail: caught in a folder or handed to a smarthost, whole or not at all."""

from __future__ import annotations

import asyncio
import email
import stat
from email.policy import default
from pathlib import Path

import pytest

from relay.config import load
from relay.core.errors import Busy
from relay.notify.mail import open_mail_out


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
