"""What attachments promise where their pieces are in an object store: all that they promise elsewhere, and
that neither side is left with what the other has lost.

The stores are a folder by the library's own driver and, where moto is installed beside the project
(TEST_MOTO_SERVER, or `moto_server` on PATH), an S3 server on loopback.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import urllib.request
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from relay.core.errors import Busy, Conflict, NotFound
from relay.core.model import DAY_SECONDS
from relay.core.ports import Store
from relay.operator import object_checks
from relay.operator.findings import FINE, WRONG
from relay.store import objects as module
from relay.store.objects import Named, Objects
from relay.store.sqlite import SqliteStore
from tests.contract.people import HOLD_ENDS, NOW, QUOTA, People, envelope, group
from tests.contract.test_blobs import (  # noqa: F401 - the same promises, on this body
    BLOB,
    CLIENT,
    append,
    read,
    test_a_blob_goes_with_its_last_link,
    test_a_blob_made_again_is_hashed_anew,
    test_a_refused_piece_is_no_part_of_the_hash,
    test_abort,
    test_account_quota_counts_all_uploads,
    test_an_unlinked_blob_is_gone_after_a_day,
    test_finish_checks_length_and_hash_and_may_be_repeated,
    test_linking_needs_a_finished_own_unlinked_blob_of_the_same_date,
    test_offset_must_be_what_is_stored,
    test_only_the_uploader_appends_and_finishes,
    test_pieces_of_any_size_read_back_in_any_range,
    test_reading_past_the_end_is_not_found,
)
from tests.contract.test_object_checks import STEPS, settings
from tests.service.programs import eventually

START_SECONDS = 30


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """A bucket on a server of this module's own."""
    program = os.environ.get("TEST_MOTO_SERVER") or shutil.which("moto_server")
    if program is None or subprocess.run([program, "--help"], capture_output=True, check=False).returncode:
        pytest.skip("no S3 server: pip install 'moto[server,s3]' elsewhere, and TEST_MOTO_SERVER=/path/to/it")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [program, "-H", "127.0.0.1", "-p", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _make_bucket(f"http://127.0.0.1:{port}")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(START_SECONDS)


def _make_bucket(origin: str) -> None:
    asked = urllib.request.Request(f"{origin}/bucket", method="PUT")
    eventually(lambda: _answers(asked))


def _answers(asked: urllib.request.Request) -> bool:
    try:
        urllib.request.urlopen(asked, timeout=START_SECONDS).close()
    except OSError:
        return False
    return True


@pytest.fixture(params=["file", "s3"])
def objects(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Objects:
    """An empty place for objects."""
    if request.param == "file":
        return Objects.at(f"file://{tmp_path}/objects", os.urandom)
    origin = request.getfixturevalue("s3")
    for name, value in {
        "AWS_ENDPOINT_URL": origin,
        "AWS_ACCESS_KEY_ID": "made-up",
        "AWS_SECRET_ACCESS_KEY": "made-up",
        "AWS_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    return Objects.at(f"s3://bucket/{tmp_path.name}", os.urandom)


@pytest.fixture
async def store(path: Path, objects: Objects) -> AsyncIterator[Store]:
    """The file's body, with its attachments there."""
    body = await SqliteStore.open(path)
    body.objects = objects
    yield body
    await body.close()


class Away(Objects):
    """A store that cannot be reached."""

    def __init__(self) -> None:
        """Nothing is behind it."""

    async def put(self, expires_at: int, piece: bytes) -> Named:
        """Not now."""
        raise Busy("away")

    async def get(self, named: Named, start: int, length: int) -> bytes:
        """Not now."""
        raise Busy("away")

    async def drop(self, some: Sequence[Named], seconds: float = 0) -> list[Named]:
        """Not now."""
        raise Busy("away")


class Hanging(Away):
    """One that never answers who takes something away."""

    async def drop(self, some: Sequence[Named], seconds: float = 0) -> list[Named]:
        """Never."""
        await asyncio.Event().wait()
        raise AssertionError


async def stored(objects: Objects) -> int:
    """How many objects there are, whichever day they are of."""
    import obstore

    return sum([len(some) async for some in obstore.list(objects._store)])


async def test_what_is_due_is_gone_from_the_object_store_too(
    people: People, store: SqliteStore, objects: Objects
) -> None:
    """A piece is an object; after the sweep neither row nor object is left."""
    blob = await people.upload("photo", b"x" * 100_000)
    letter = envelope(CLIENT, "m", expires_at=blob.expires_at, blob_ids=(blob.blob_id,))
    await store.deposit([group(letter)], now=NOW, quota_bytes=QUOTA)
    assert await stored(objects) == 1
    assert (await store.counts(now=NOW))["blobs"] == 1
    await people.sweep_all(blob.expires_at)
    assert await stored(objects) == 0
    assert (await store.counts(now=blob.expires_at))["blobs"] == 0


async def test_a_piece_that_is_refused_leaves_no_object(people: People, objects: Objects) -> None:
    """One that fails after its object was written takes the object along."""
    await people.store.create_blob(BLOB, now=NOW)
    await append(people, 0, b"first")

    async def late(expires_at: int, piece: bytes) -> Named:
        named = await Objects.put(objects, expires_at, piece)
        await Objects.put(objects, NOW + DAY_SECONDS, b"other")
        await people.store.abort_blob(BLOB.blob_id, now=NOW)  # meanwhile
        return named

    objects.put = late  # type: ignore[method-assign]
    with pytest.raises(NotFound):
        await append(people, 5, b"second")
    assert await stored(objects) == 1  # the other


async def test_a_piece_whose_commit_nobody_heard_of_stays(
    people: People, store: SqliteStore, objects: Objects, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection was lost after the commit: whoever comes again is told that the piece is stored, and it
    is.
    """
    await store.create_blob(BLOB, now=NOW)
    written = store._write

    async def lost(work: Any) -> Any:
        await written(work)
        raise Busy("lost")

    with monkeypatch.context() as held:
        held.setattr(store, "_write", lost)
        with pytest.raises(Busy):
            await append(people, 0, b"first")
    with pytest.raises(Conflict) as stored_already:
        await append(people, 0, b"first")
    assert stored_already.value.facts["stored"] == 5
    assert await read(store, BLOB.blob_id, 0, 5) == b"first"


async def test_while_the_object_store_is_away_nothing_is_taken_and_nothing_lost(
    people: People, store: SqliteStore, objects: Objects
) -> None:
    """Uploads and reads are to come again; what is due meanwhile is not read, and goes once it is back."""
    blob = await people.upload("drawing", b"x" * 1000)
    await people.store.create_blob(BLOB, now=NOW)
    store.objects = Away()
    with pytest.raises(Busy):
        await append(people, 0, b"piece")
    with pytest.raises(Busy):
        await read(store, blob.blob_id, 0, 10)
    await people.sweep_all(HOLD_ENDS)
    assert (await store.counts(now=HOLD_ENDS))["blobs"] == 1
    assert await store.blob(blob.blob_id, now=HOLD_ENDS) is None
    store.objects = objects
    await people.sweep_all(HOLD_ENDS)
    assert await stored(objects) == 0
    assert (await store.counts(now=HOLD_ENDS))["blobs"] == 0


async def test_the_sweep_waits_for_no_object_store(people: People, store: SqliteStore) -> None:
    """While it hangs the database's own rows go all the same, and the blob that it holds refuses."""
    blob = await people.upload("photo", b"x" * 1000)
    letter = envelope(CLIENT, "m", expires_at=blob.expires_at, blob_ids=(blob.blob_id,))
    await store.deposit([group(letter)], now=NOW, quota_bytes=QUOTA)
    store.objects = Hanging()
    for _ in range(2):  # the second finds it due still
        assert not (await store.sweep(now=blob.expires_at, limit=50)).more
    assert (await store.counts(now=blob.expires_at))["due"] == 1
    assert await people.names(CLIENT, now=blob.expires_at) != [(letter.envelope_id, 0)]


async def test_several_go_at_once_and_one_that_stays_holds_up_no_other(
    people: People, store: SqliteStore, objects: Objects, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of three pieces one cannot be taken away: the others go together, it is remembered, said, and goes when
    it can.
    """
    import obstore

    blobs = [await people.upload(name, b"x" * 1000) for name in ("one", "two", "three")]
    delete, met, refused = obstore.delete_async, asyncio.Barrier(3), list[str]()

    async def one_fails(behind: Any, path: str) -> None:
        if not refused:
            await met.wait()  # one after the other would wait for ever
            refused.append(path)
        if path == refused[0]:
            raise PermissionError("not yet")
        await delete(behind, path)

    with monkeypatch.context() as patched:
        patched.setattr(obstore, "delete_async", one_fails)
        assert await store.drop_objects_due(now=HOLD_ENDS, limit=50) == 2
        with pytest.raises(Busy):
            await store.drop_objects_due(now=HOLD_ENDS, limit=50)
    assert await stored(objects) == (await store.counts(now=HOLD_ENDS))["blobs"] == 1
    assert await store.drop_objects_due(now=HOLD_ENDS, limit=50) == 1
    assert await store.drop_objects_due(now=HOLD_ENDS, limit=50) == 0
    assert await stored(objects) == (await store.counts(now=HOLD_ENDS))["blobs"] == 0
    assert len(blobs) == 3


async def test_one_that_hangs_is_given_up(objects: Objects, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every question to the object store has a deadline; of several to be taken away the others are gone."""
    import obstore

    first, second = [await objects.put(HOLD_ENDS, b"x") for _ in range(2)]
    delete = obstore.delete_async

    async def hangs(behind: Any, path: str = "", *_: Any, **__: Any) -> None:
        if path == second.path:
            await delete(behind, path)
            return
        await asyncio.Event().wait()

    for name in ("delete_async", "put_async", "get_range_async", "list_with_delimiter_async"):
        monkeypatch.setattr(obstore, name, hangs)
    monkeypatch.setattr(module, "MOST_SECONDS", 0.05)
    assert await objects.drop([first, second], seconds=1) == [second]
    for asked in (objects.put(NOW, b"x"), objects.get(first, 0, 1), objects.drop_days_before(0)):
        with pytest.raises(Busy):
            await asked
    with pytest.raises(Busy):
        await objects.drop([first], seconds=0.05)


async def test_an_object_that_no_row_names_goes_with_its_day(store: SqliteStore, objects: Objects) -> None:
    """A relay that was killed between object and row leaves it until its day is over, and no longer."""
    ends_at = NOW - NOW % DAY_SECONDS + 2 * DAY_SECONDS
    await objects.put(ends_at, b"never named")
    assert await store.drop_days_over(now=ends_at - 1) == 0
    assert await stored(objects) == 1
    assert await store.drop_days_over(now=ends_at) == 1
    assert await stored(objects) == 0


async def test_what_is_kept_longer_outlives_its_day(
    people: People, store: SqliteStore, objects: Objects
) -> None:
    """An attachment whose date both moved back stays under its first day until its new date."""
    blob = await people.upload("photo", b"12345", expires_at=NOW + 100)
    await people.put(envelope(CLIENT, "m", expires_at=NOW + 100, blob_ids=(blob.blob_id,)))
    ends_at = NOW + 3 * DAY_SECONDS
    longer = envelope(CLIENT, "m anew", expires_at=ends_at, blob_ids=(blob.blob_id,), envelope_class=5)
    assert (await people.put(longer, by="maya")).status == "stored"
    after = NOW + 2 * DAY_SECONDS
    await people.sweep_all(after)
    assert await store.drop_days_over(now=after) == 0
    assert await read(store, blob.blob_id, 0, 5) == b"12345"
    await people.sweep_all(ends_at)
    assert await stored(objects) == 0


async def test_a_store_that_is_not_configured_any_more_gives_nothing_away(
    people: People, store: SqliteStore
) -> None:
    """Without its object store a blob is to be asked for again; it is neither empty nor not found."""
    blob = await people.upload("photo", b"x" * 1000)
    store.objects = None
    with pytest.raises(Busy):
        await read(store, blob.blob_id, 0, 10)


@pytest.mark.parametrize("url", ["", "nope", "s3://", "ftp://x/y"])
def test_what_is_no_place_for_objects(url: str) -> None:
    """A URL that names none is refused, in a line."""
    with pytest.raises(ValueError, match="no object store") as refused:
        Objects.at(url, os.urandom)
    assert "\n" not in str(refused.value)


def test_the_doctor_at_a_bucket(s3: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same on a server; of a bucket that is not there, and of a server that is away, what to do."""
    for name, value in {
        "AWS_ENDPOINT_URL": s3,
        "AWS_ACCESS_KEY_ID": "made-up",
        "AWS_SECRET_ACCESS_KEY": "made-up",
        "AWS_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    found = list(object_checks.examine_objects(settings(tmp_path, "s3://bucket/doctor")))
    assert [(one.check, one.state) for one in found] == [(step, FINE) for step in STEPS]
    (missing,) = object_checks.examine_objects(settings(tmp_path, "s3://nowhere/doctor"))
    assert (missing.check, missing.state) == ("put", WRONG)
    assert "bucket" in missing.advice
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setattr(object_checks, "ANSWER_SECONDS", 0.5)
    (away,) = object_checks.examine_objects(settings(tmp_path, "s3://bucket/doctor"))
    assert (away.check, away.state) == ("put", WRONG)
    assert "AWS_ENDPOINT_URL" in away.advice
