"""A copy of everything: what is in it, that it is whole or not there at all, that a changed one is found."""

from __future__ import annotations

import hashlib
import json
import stat
import zipfile
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from client_sdk import Attachment, Progress, errors
from client_sdk.archive import new_archive, unlock_archive
from client_sdk.archive_check import check_archive
from client_sdk.archive_lock import is_locked
from client_sdk.wire import Response
from tests.sdk.house import House, Liar, opened_house

PASSWORD = "hazel orbit linen crow amber"
AT = datetime(2026, 9, 8, tzinfo=UTC)


@pytest_asyncio.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """A relay, a coach and a client, with somebody before it who may lie. Messages of all tests stay."""
    async with opened_house(tmp_path_factory.mktemp("house"), lying=True) as opened:
        yield opened


@pytest.fixture
def liar(house: House) -> Iterator[Liar]:
    """Who lies, until the test is over."""
    assert house.liar is not None
    yield house.liar
    house.liar.lie = None


def no_password() -> str:
    """Nobody is asked."""
    raise AssertionError


def random(count: int) -> bytes:
    """Fresh each time it does not matter."""
    return bytes(range(count))


async def test_everything_is_in_it(house: House, tmp_path: Path) -> None:
    """Both sides, files under safe names, notes and calls, agreement and receipts, a page without a live sign
    of theirs, checksums that hold; open to its owner alone. The client's copy has no note of the coach's.
    """
    plan = tmp_path / "plan.txt"
    plan.write_text("The plan. " * 5_000)
    named = Attachment.from_bytes(plan.read_bytes(), name="../<b>plan.txt")
    await house.to_maya.send(subject="<script>alert(1)</script>", text="Fish & chips", attach=[named])
    await house.to_anna.send(subject="Re: it", text="Thank you.")
    await house.to_maya.notes.add("Ask about Berlin.")
    await house.to_maya.calls.add(datetime.fromtimestamp(house.relay.now(), UTC), 40, note="by phone")
    told: list[Progress] = []
    target = tmp_path / "maya.zip"
    made = await house.to_maya.export(target, on_progress=told.append)
    assert (made.path, made.messages, made.files, made.left) == (target, 2, 1, ())
    assert told[-1] == Progress(2, 2)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    with zipfile.ZipFile(target) as bundle:
        names = bundle.namelist()
        (file,) = (name for name in names if name.startswith("files/"))
        assert bundle.read(file) == plan.read_bytes()
        assert file.count("/") == 1
        page = bundle.read("open-me.html").decode()
        assert "Fish &amp; chips" in page
        assert "<script>alert" not in page
        assert "messages/0002.txt" in names
        assert "Thank you." in bundle.read("messages/0002.txt").decode()
        shown = json.loads(bundle.read("data.json"))
        assert [one["mine"] for one in shown["messages"]] == [True, False]
        assert [one["text"] for one in shown["notes"]] == ["Ask about Berlin."]
        assert [one["minutes"] for one in shown["calls"]] == [40]
        assert house.to_maya.agreement.text in bundle.read("agreement/agreement-1.txt").decode()
        assert house.anna.check_receipts(bundle.read("receipts/receipts.json")).sound
        sums = dict(line.split("  ")[::-1] for line in bundle.read("checksums.txt").decode().splitlines())
        assert sums[file] == hashlib.sha256(plan.read_bytes()).hexdigest()
        assert set(sums) == set(names) - {"checksums.txt"}
    assert check_archive(target, no_password).sound
    mayas = await house.to_anna.export(tmp_path / "anna.zip")
    with zipfile.ZipFile(mayas.path) as bundle:
        assert json.loads(bundle.read("data.json"))["notes"] == []


async def test_what_cannot_go_in_is_named(house: House, liar: Liar, tmp_path: Path) -> None:
    """A file that comes changed is not in it and is said; the rest is; the name is nobody else's."""
    await house.to_maya.send(subject="one", attach=[Attachment.from_bytes(b"x" * 5_000, name="x.bin")])
    await house.to_maya.send(subject="two")

    def spoil(method: str, path: str, honest: Response) -> Response:
        changed = method == "GET" and path.startswith("/v1/blobs/")
        return Response(honest.status, honest.headers, bytes(len(honest.body))) if changed else honest

    liar.lie = spoil
    made = await house.to_maya.export(tmp_path / "maya.zip")
    assert made.files == 0
    assert made.messages > len(made.left) > 0
    assert "x.bin" in made.left[-1]
    assert check_archive(made.path, no_password).sound
    with pytest.raises(errors.Misused, match="file of that name"):
        await house.to_maya.export(made.path)


async def test_nothing_is_left_of_one_that_broke(house: House, liar: Liar, tmp_path: Path) -> None:
    """Where the relay falls silent in the middle there is no file, under any name."""
    await house.to_maya.send(subject="one", attach=[Attachment.from_bytes(b"x" * 5_000, name="x.bin")])

    def fall(method: str, path: str, honest: Response) -> Response:
        return Response(503, {}, b"") if method == "GET" and path.startswith("/v1/blobs/") else honest

    liar.lie = fall
    folder = tmp_path / "copies"
    folder.mkdir()
    with pytest.raises(errors.ServerUnavailable):
        await house.to_maya.export(folder / "maya.zip", timeout=5)
    assert list(folder.iterdir()) == []
    with pytest.raises(errors.Misused):
        await house.to_maya.export(tmp_path / "nowhere" / "maya.zip")


async def test_one_that_is_not_signed_yet_has_none(house: House, tmp_path: Path) -> None:
    """An invitation that waits is nothing to copy."""
    await house.anna.invite("Tom Field", hold=timedelta(days=30))
    with pytest.raises(errors.AgreementMissing):
        await house.anna.engagement("tom").export(tmp_path / "tom.zip")


def made(path: Path, password: str | None = None) -> Path:
    """A small archive."""
    with new_archive(path, password, random, AT) as archive:
        archive.add_text("open-me.html", "<p>Words.</p>" * 4_000)
        archive.add_text("messages/0001.txt", "Words.\n")
    return path


def test_a_locked_one(tmp_path: Path) -> None:
    """Nothing of it can be read without its password, and all of it with it; opened it is the same ZIP."""
    locked = made(tmp_path / "maya.qba", PASSWORD)
    assert is_locked(locked)
    assert b"messages/0001" not in locked.read_bytes()
    assert check_archive(locked, lambda: PASSWORD).sound
    with pytest.raises(errors.WrongPassword):
        check_archive(locked, lambda: PASSWORD + "s")
    unlock_archive(locked, tmp_path / "maya.zip", PASSWORD, random)
    with zipfile.ZipFile(tmp_path / "maya.zip") as bundle:
        assert bundle.read("messages/0001.txt") == b"Words.\n"
    with pytest.raises(errors.WrongPassword):
        unlock_archive(locked, tmp_path / "other.zip", PASSWORD + "s", random)
    with pytest.raises(errors.Misused, match="not locked"):
        unlock_archive(tmp_path / "maya.zip", tmp_path / "other.zip", PASSWORD, random)
    with pytest.raises(errors.Misused, match="12 to 1,024"):
        made(tmp_path / "short.qba", "short")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["maya.qba", "maya.zip"]


@pytest.mark.parametrize("at", [30, 60, 90, -10, -200])
def test_a_locked_one_that_was_changed(tmp_path: Path, at: int) -> None:
    """One bit, anywhere, is found; what was cut is too, and nothing is left under the name."""
    whole = made(tmp_path / "maya.qba", PASSWORD).read_bytes()
    flipped = bytearray(whole)
    flipped[at] ^= 1
    for spoiled in (bytes(flipped), whole[:at], whole + b"\0"):
        (tmp_path / "spoiled.qba").write_bytes(spoiled)
        with pytest.raises((errors.Misused, errors.WrongPassword)):
            unlock_archive(tmp_path / "spoiled.qba", tmp_path / "out.zip", PASSWORD, random)
        assert not (tmp_path / "out.zip").exists()
        with pytest.raises((errors.Misused, errors.WrongPassword)):
            check_archive(tmp_path / "spoiled.qba", lambda: PASSWORD)


def rewritten(path: Path, change: dict[str, bytes | None]) -> Path:
    """An archive with other entries: None takes one out."""
    target = path.with_name("changed.zip")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = change.get(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
        for name in set(change) - set(old.namelist()):
            new.writestr(name, change[name] or b"")
    return target


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"messages/0001.txt": b"Other words."}, ("messages/0001.txt",)),
        ({"messages/0001.txt": None}, ("messages/0001.txt",)),
        ({"more.txt": b"More."}, ("more.txt",)),
    ],
)
def test_a_changed_one_is_found(
    tmp_path: Path, change: dict[str, bytes | None], wrong: tuple[str, ...]
) -> None:
    """What was changed, taken out or put in is named."""
    verdict = check_archive(rewritten(made(tmp_path / "maya.zip"), change), no_password)
    assert verdict.wrong == wrong


@pytest.mark.parametrize(
    "content", [b"", b"PK", b"QBA1", b"QBA1" + bytes(80), b"words " * 1_000, b"PK\x05\x06" + bytes(18)]
)
def test_what_is_no_copy(tmp_path: Path, content: bytes) -> None:
    """Whatever else is given is said to be no copy, and no more."""
    path = tmp_path / "thing"
    path.write_bytes(content)
    with pytest.raises((errors.Misused, errors.WrongPassword)):
        check_archive(path, lambda: PASSWORD)


@pytest.mark.parametrize("sums", [b"no sums here\n", b"\xff\xfe", b"ab  x\n", (b"0" * 64 + b"  x\n") * 2])
def test_checksums_that_are_none(tmp_path: Path, sums: bytes) -> None:
    """A list that cannot be read, or names one thing twice, is no copy's."""
    changed = rewritten(made(tmp_path / "maya.zip"), {"checksums.txt": sums})
    with pytest.raises(errors.Misused):
        check_archive(changed, no_password)
