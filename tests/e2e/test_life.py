"""A message lives and dies: by SDK, by SMTP, at its second, and undecryptable after its day."""

from __future__ import annotations

import base64
import shutil
import smtplib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from client_sdk import errors
from client_sdk.attachment import Attachment
from tests.e2e.house import ANNA_PASSWORD, MAYA_ADDRESS, MAYA_PASSWORD, House, open_house
from tests.e2e.index import keep_index
from tests.e2e.stored import Stored
from tests.postgres.server import Server, database_of
from tests.service.programs import eventually

SUBJECT, TEXT, FILE = "subject-canary", "words-canary to sit with", "goals-canary.txt"
FILE_BYTES = b"file-canary " * 40_000
MAIL_SUBJECT, MAIL_TEXT = "letterhead-canary", "handwriting-canary from my own address"
CANARIES = (
    SUBJECT,
    TEXT,
    FILE,
    "file-canary",
    MAIL_SUBJECT,
    MAIL_TEXT,
    MAYA_ADDRESS,
    "Maya Okafor",
    ANNA_PASSWORD,
    MAYA_PASSWORD,
)


async def write_to_each_other(house: House) -> None:
    """Two messages, a file, and a mail."""
    await house.to_maya.send(subject=SUBJECT, text=TEXT, attach=[Attachment.from_bytes(FILE_BYTES, FILE)])
    await house.to_anna.send(subject="Re", text="Thank you. " + TEXT)
    await house.register()
    await house.mail(MAIL_SUBJECT, MAIL_TEXT)


async def test_a_whole_life(tmp_path: Path, database: str) -> None:
    """Coach and client read each other, a mail comes in by SMTP; after their day all of it is gone, and
    nothing that was kept opens it.

    The same program that opens nothing afterwards opens everything before, with the ring in hand (ruling 28).
    """
    async with open_house(tmp_path / "relay", database=database) as house:
        await write_to_each_other(house)
        got = {message.subject: message async for message in house.to_anna.messages()}
        assert got[SUBJECT].text == TEXT
        assert await got[SUBJECT].attachments[0].read() == FILE_BYTES
        mail = got[MAIL_SUBJECT]
        assert mail.mail is not None
        assert not mail.sender.checked
        assert MAIL_TEXT in (await mail.mail.open()).text
        assert [message.subject async for message in house.to_maya.messages()] == ["Re", SUBJECT]

        keys_in = house.backup("look.db")
        for who, password in ((house.maya, MAYA_PASSWORD), (house.anna, ANNA_PASSWORD)):
            await keep_index(who, house.loot(who, password, keys_in), SUBJECT)
        backup, ring = house.backup("backup.db"), tmp_path / "stolen-ring"
        shutil.copytree(house.folder / "keeper", ring, ignore=shutil.ignore_patterns("*.sock"))
        for who, password, envelopes, files in (
            (house.maya, MAYA_PASSWORD, 3, 2),
            (house.anna, ANNA_PASSWORD, 2, 1),
        ):
            before = house.plunder(who, password, backup, ring)
            assert (before.envelopes, before.envelopes_opened, before.files, before.files_opened) == (
                envelopes,
                envelopes,
                files,
                files,
            )
            assert (before.segments, before.segments_opened) == (1, 1)

        await house.next_days(4)
        assert house.relay.status()["envelopes"] == 0
        assert house.relay.status()["blobs"] == 0
        with pytest.raises(errors.NotFound):
            _ = [message async for message in house.to_maya.messages()]
        for who, password in ((house.maya, MAYA_PASSWORD), (house.anna, ANNA_PASSWORD)):
            after = house.plunder(who, password, backup, house.folder / "keeper")
            assert (after.envelopes_opened, after.files_opened, after.segments_opened) == (0, 0, 0)
            assert after.segments == 1
        shutil.rmtree(house.folder / "outbox")  # what is caught there has left the relay
        raw = list(house.stored.raw())
        assert plain_finds(house.folder, backup, *raw, house.relay.log()) == []
        ((account_id,), *_) = house.stored.rows("SELECT account_id FROM accounts")
        assert any(account_id in whole for whole in raw)  # what does stand there in clear would be seen


async def test_the_search_finds_what_is_there(tmp_path: Path) -> None:
    """The search for canaries is worth something: planted raw and in base64 it finds each."""
    for canary in CANARIES:
        (tmp_path / "raw").write_bytes(b"x" + canary.encode())
        assert plain_finds(tmp_path) == [canary]
        (tmp_path / "raw").write_bytes(base64.b64encode(b"xyz" + canary.encode() + b"xyz"))
        assert plain_finds(tmp_path) == [canary]


@pytest.mark.postgres
async def test_the_search_finds_what_was_on_a_server(tmp_path: Path, server: Server, url: str) -> None:
    """Stored in clear for a moment and gone again from its table: it is found in the server's raw files."""
    stored = Stored(tmp_path, url)
    assert not any(SUBJECT.encode() in raw for raw in stored.raw())
    for statement in ("CREATE TABLE t (x text)", f"INSERT INTO t VALUES ('{SUBJECT}')", "DROP TABLE t"):
        server.psql(statement, database_of(url))
    assert any(SUBJECT.encode() in raw for raw in stored.raw())


async def test_gone_at_its_second(tmp_path: Path, database: str) -> None:
    """A message with seconds to live is read, and from its second on neither served, nor opened, nor left
    in the store."""
    async with open_house(tmp_path / "relay", database=database) as house:
        sent = await house.to_maya.send(subject="short", text="soon gone", keep=timedelta(seconds=30))
        await house.to_maya.send(subject="long", text="stays")
        assert {message.subject async for message in house.to_anna.messages()} == {"short", "long"}
        house.relay.move_clock(31)
        assert [message.subject async for message in house.to_anna.messages()] == ["long"]
        with pytest.raises(errors.Deleted):
            await house.to_anna.message(sent.id)
        eventually(lambda: house.relay.status()["envelopes"] == 2)


async def test_the_door_lets_in_nobody_else(tmp_path: Path, database: str) -> None:
    """Unregistered, refused and unknown get their sentence inside the session, and nothing of them is kept
    but the relay's sealed word to whom they wrote.
    """
    async with open_house(tmp_path / "relay", database=database) as house:
        await house.register()
        for sender, code in (("stranger@home.example", 550), ("hr@mail.corp.example", 550)):
            with pytest.raises(
                (smtplib.SMTPDataError, smtplib.SMTPRecipientsRefused, smtplib.SMTPResponseException)
            ) as refused:
                await house.mail("let me in", "please", sender=sender)
            assert str(code) in str(refused.value)
        with pytest.raises(errors.WorkAddressRefused):
            await house.maya.add_sender("maya@corp.example")
        told = [message async for message in house.to_anna.messages()]
        assert all(message.refused for message in told)
        assert {one.reason for message in told for one in message.refused} == {
            "sender-unknown",
            "work-address-refused",
        }
        assert house.relay.status()["envelopes"] == len(told)


async def test_both_copies_go_when_the_author_recalls(tmp_path: Path, database: str) -> None:
    """A recall takes both copies at once; the keeper refuses what may remain elsewhere."""
    async with open_house(tmp_path / "relay", database=database) as house:
        sent = await house.to_maya.send(subject="no", text="take it back")
        backup, keeper = house.backup("backup.db"), house.folder / "keeper"
        await house.to_maya.recall(sent.id)
        assert [message async for message in house.to_anna.messages()] == []
        assert [message async for message in house.to_maya.messages()] == []
        # What rests in a backup hangs on the keeper's refusal until the day: the ring's own files still
        # open it, and the documents say so.
        assert house.plunder(house.maya, MAYA_PASSWORD, backup, keeper).envelopes_opened == 1


def plain_finds(folder: Path, *more: Path | bytes | str) -> list[str]:
    """The canaries that stand in clear, in base64 (any alignment), hex or UTF-16 in a folder's files, in
    further files, in bytes or in texts."""
    wholes = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    for extra in more:
        raw = extra.read_bytes() if isinstance(extra, Path) else extra
        wholes.append(raw.encode() if isinstance(raw, str) else raw)
    return [
        canary
        for canary in CANARIES
        if any(form in whole for form in _forms(canary.encode()) for whole in wholes)
    ]


def _forms(canary: bytes) -> Iterator[bytes]:
    yield canary
    yield canary.hex().encode()
    yield canary.decode().encode("utf-16-le")
    for shift in range(3):
        encoded = base64.b64encode(bytes(shift) + canary)
        yield encoded[4 if shift else 0 : len(encoded) - 4]
