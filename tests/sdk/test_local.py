"""What stands on this computer: folders, the sealed secret, the remembered state, names of files."""

from __future__ import annotations

import os
import secrets
import sqlite3
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail, null
from keyring.errors import KeyringLocked, PasswordDeleteError

from client_sdk import errors
from client_sdk.attachment import Attachment
from client_sdk.attachments import Meter, seal_to_file
from client_sdk.files import new_file, safe_name
from client_sdk.home import FolderLock, Home, write_private
from client_sdk.keyring import MAGIC, Keychain, SealedFile, find_keychain, open_secret, seal_secret
from client_sdk.messages import Progress
from client_sdk.state import State
from client_sdk.state_mailboxes import MINE, READ, REPLACED, SHOWN, Seen
from client_sdk.state_outgoing import Queued, SentLocks
from client_sdk.state_writers import WriterHead
from client_sdk.tallying import Next, ReadMarks, tally, to_remind, unread_by
from keys.blob import BlobOpener
from keys.errors import Malformed, NotOpened
from tests.sdk.house import CHEAP
from tests.sdk.pair import DAY, NOW, dice

SECRET = bytes(range(32))


def mode(path: Path) -> int:
    """Who may do what with a file."""
    return stat.S_IMODE(path.stat().st_mode)


# --- home ---------------------------------------------------------------------------------------------------


def test_home_is_private(tmp_path: Path) -> None:
    """Folders are 0700; one that others can look into is refused."""
    home = Home(tmp_path / "home")
    folder = home.folder("walnut-lamp-10@inbox.example:8443")
    assert mode(home.path) == mode(folder) == 0o700
    assert home.accounts() == []
    (folder / "state.sqlite3").touch()
    assert home.accounts() == ["walnut-lamp-10@inbox.example:8443"]
    home.path.chmod(0o755)
    with pytest.raises(errors.Misused, match="open to others"):
        home.accounts()


def test_accounts_are_chosen(tmp_path: Path) -> None:
    """One account needs no name, several do, none says how to begin; a name cannot leave the folder."""
    home = Home(tmp_path / "home")
    with pytest.raises(errors.Locked):
        home.choose(None)
    for name in ("a-10@x.example", "b-10@x.example"):
        (home.folder(name) / "state.sqlite3").touch()
        if name.startswith("a"):
            assert home.choose(None) == name
    with pytest.raises(errors.Misused):
        home.choose(None)
    assert home.choose("b-10@x.example") == "b-10@x.example"
    for wrong in ("../x@y", "a@..", "a/b@c", "@", "a@", "A@b", "a@b/c", "a" * 200 + "@b"):
        with pytest.raises(errors.Misused):
            home.folder(wrong)


def test_private_files_are_whole(tmp_path: Path) -> None:
    """A private file is 0600, replaced in one step, and nothing else is left."""
    path = tmp_path / "file"
    for content in (b"one", b"two"):
        write_private(path, content)
        assert path.read_bytes() == content
    assert mode(path) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_folder_locks(tmp_path: Path) -> None:
    """Only who is alone holds the lock alone; sharing is for many."""
    one, two = FolderLock(tmp_path), FolderLock(tmp_path)
    assert one.take_alone()
    assert not two.take_alone()
    one.share()
    assert not two.take_alone()
    two.share()
    one.release()
    assert two.take_alone()
    two.release()


# --- the sealed secret --------------------------------------------------------------------------------------


def test_the_secret_is_sealed(tmp_path: Path) -> None:
    """The file opens by its password alone, in any spacing and form of its signs; nothing of the secret
    is in it.
    """
    path = tmp_path / "device.sealed"
    SealedFile(path, lambda: "correct horse  battery", secrets.token_bytes, CHEAP).save(SECRET)
    assert mode(path) == 0o600
    assert SECRET not in path.read_bytes()
    assert SealedFile(path, lambda: " correct horse battery ", secrets.token_bytes).load() == SECRET
    with pytest.raises(errors.WrongPassword):
        SealedFile(path, lambda: "wrong horse battery", secrets.token_bytes).load()
    SealedFile(path, lambda: "", secrets.token_bytes).forget()
    with pytest.raises(errors.Locked):
        SealedFile(path, lambda: "correct horse battery", secrets.token_bytes).load()


def test_damaged_secrets() -> None:
    """A changed byte anywhere, a cut file or costs out of range never open, and never take memory without
    bound.
    """
    sealed = seal_secret(SECRET, "password", CHEAP, bytes(16), bytes(24))
    assert open_secret(sealed, "password") == SECRET
    for at in (*range(12, len(sealed), 7), len(sealed) - 1):
        changed = sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :]
        with pytest.raises(NotOpened):
            open_secret(changed, "password")
    for wrong in (
        b"",
        sealed[:20],
        MAGIC + b"\xff" * 8 + sealed[12:],
        MAGIC + bytes(8) + sealed[12:],
        b"QBK2" + sealed[4:],
    ):
        with pytest.raises(Malformed):
            open_secret(wrong, "password")


class Memory(KeyringBackend):
    """A keychain that forgets everything at the end of a test."""

    priority = 5
    opened = True

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        """Take out."""
        if not self.opened:
            raise KeyringLocked
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        """Put in."""
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        """Take away."""
        if self.kept.pop((service, username), None) is None:
            raise PasswordDeleteError


@pytest.fixture
def keychain() -> Iterator[Memory]:
    """The system's keychain, for one test."""
    before, memory = keyring.get_keyring(), Memory()
    keyring.set_keyring(memory)
    yield memory
    keyring.set_keyring(before)


def test_the_keychain(keychain: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    """The secret goes in, comes out and goes; a closed or empty keychain is Locked, and taking away twice
    is no fault.
    """
    monkeypatch.setattr(Memory, "__module__", "keyring.backends.memory")
    place = Keychain("walnut-lamp-10@inbox.example")
    with pytest.raises(errors.Locked):
        place.load()
    place.save(SECRET)
    assert place.load() == SECRET
    assert list(keychain.kept) == [("quietbox", "walnut-lamp-10@inbox.example")]
    keychain.opened = False
    with pytest.raises(errors.Locked) as caught:
        place.load()
    assert isinstance(caught.value.__cause__, KeyringLocked)
    keychain.opened = True
    for _ in range(2):
        place.forget()
    for damaged in ("", "!", "YWJj"):
        keychain.kept["quietbox", "walnut-lamp-10@inbox.example"] = damaged
        with pytest.raises(errors.Locked):
            place.load()


def test_no_keychain_is_none(keychain: Memory) -> None:
    """A backend that is not the library's own, that fails or that forgets is no keychain: nothing is put
    into it.
    """
    place = Keychain("walnut-lamp-10@inbox.example")
    for backend in (keychain, fail.Keyring(), null.Keyring()):
        keyring.set_keyring(backend)
        assert find_keychain() is None
        with pytest.raises(errors.Locked):
            place.save(SECRET)
    assert keychain.kept == {}


# --- state --------------------------------------------------------------------------------------------------


@pytest.fixture
def state(tmp_path: Path) -> State:
    """A fresh state."""
    return State(tmp_path / "state.sqlite3")


def test_state_is_remembered(tmp_path: Path) -> None:
    """Facts, orders, heads and the outbox are there after closing, in a file that only the owner reads."""
    path = tmp_path / "state.sqlite3"
    state = State(path)
    state.note("origin", b"https://x")
    state.note_number("vault-counter", 7)
    state.mailboxes.move_taken(b"m", 5)
    state.mailboxes.move_read(b"m", 4)
    state.outgoing.enqueue(Queued(b"c", b"e", b"sealed", b"{}", b"p", NOW))
    state.close()
    assert mode(path) == 0o600
    again = State(path)
    assert again.fact("origin") == b"https://x"
    assert again.fact("none") == b""
    assert again.number("vault-counter") == 7
    assert (
        again.mailboxes.taken_order(b"m"),
        again.mailboxes.read_order(b"m"),
        again.mailboxes.taken_order(b"n"),
    ) == (5, 4, 0)
    assert again.outgoing.queued() == [Queued(b"c", b"e", b"sealed", b"{}", b"p", NOW)]
    again.close()


def test_orders_and_heads_never_go_back(state: State) -> None:
    """A lower order or count changes nothing."""
    state.mailboxes.move_taken(b"m", 5)
    state.mailboxes.move_taken(b"m", 3)
    assert state.mailboxes.taken_order(b"m") == 5
    for count in (5, 3):
        state.writers.move_writer(b"e", WriterHead(b"f", 1, count, bytes([count])), NOW)
    assert state.writers.writer_head(b"e", b"f", 1) == WriterHead(b"f", 1, 5, b"\5")
    assert state.writers.writer_head(b"e", b"f", 2) is None


def test_a_step_is_taken_back_only_from_the_end(state: State) -> None:
    """A refused content gives its count back if nothing came after it, else the count stays used."""
    head = WriterHead(b"f", 1, 5, b"five")
    state.writers.move_writer(b"e", head, NOW)
    state.writers.step_back(b"e", WriterHead(b"f", 1, 5, b"other"), b"four")
    state.writers.step_back(b"e", WriterHead(b"f", 1, 4, b"four"), b"three")
    assert state.writers.writer_head(b"e", b"f", 1) == head
    state.writers.step_back(b"e", head, b"four")
    assert state.writers.writer_head(b"e", b"f", 1) == WriterHead(b"f", 1, 4, b"four")


def test_changes_are_all_or_none(state: State) -> None:
    """What fails in the middle leaves nothing behind."""

    def fail() -> None:
        with state.changing():
            state.mailboxes.move_taken(b"m", 5)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert state.mailboxes.taken_order(b"m") == 0


def test_the_outbox_is_in_order(state: State) -> None:
    """First in, first out; what is acknowledged is out."""
    for name in (b"z", b"a", b"m"):
        state.outgoing.enqueue(Queued(name, b"e", b"", b"{}", b"", NOW))
    assert [one.content_id for one in state.outgoing.queued()] == [b"z", b"a", b"m"]
    state.outgoing.dequeue(b"a")
    assert not state.outgoing.is_queued(b"a")
    assert state.outgoing.is_queued(b"m")
    assert [one.content_id for one in state.outgoing.queued()] == [b"z", b"m"]


def seen(number: int, flags: int = SHOWN, expires_at: int = NOW + 9, gap: int = 0) -> Seen:
    """A content that was taken in."""
    ids = (bytes([number]) * 32, number, bytes([number]) * 16)
    return Seen(*ids, flags, expires_at, gap, 5 * bool(gap), files=number)


def test_tallies(state: State) -> None:
    """Counted are messages for people that are here; unread are those of the other, above what was read."""
    for one in (seen(1), seen(2, SHOWN | MINE), seen(3, SHOWN, NOW + 5), seen(4, 0), seen(5), seen(6)):
        state.mailboxes.remember_seen(b"m", one)
    state.mailboxes.leave(b"m", seen(6).envelope_id, 7, NOW + 9)
    state.mailboxes.move_read(b"m", 1)
    counted = tally(state.mailboxes.all_seen(b"m"), NOW, unread_by(ReadMarks(1, (), ())))
    assert (counted.here, counted.files, counted.unread, counted.next) == (4, 11, 2, Next(NOW + 5, 1, 3))
    assert (counted.unread_goes_at, counted.unread_going) == (NOW + 5, 1)
    assert tally(state.mailboxes.all_seen(b"m"), NOW, unread_by(ReadMarks(1, {5}, ()))).unread == 1
    assert tally(state.mailboxes.all_seen(b"m"), NOW, unread_by(ReadMarks(9, (), (3,)))).unread == 1
    assert tally(state.mailboxes.all_seen(b"m"), NOW + 9, unread_by(ReadMarks(1, (), ()))).here == 0
    assert tally(state.mailboxes.all_seen(b"other"), NOW, unread_by(ReadMarks(1, (), ()))).next.at == 0
    state.mailboxes.remember_seen(b"m", replace(seen(5), flags=SHOWN | READ))
    assert tally(state.mailboxes.all_seen(b"m"), NOW, unread_by(ReadMarks(1, (), ()))).unread == 1


def test_reminders() -> None:
    """An unread message is reminded of once 30, 7 and 1 days before it goes, and never of days that it never
    had.
    """
    goes_at = NOW + 40 * DAY
    one = replace(seen(1, expires_at=goes_at), created_at=NOW)
    told = 0
    for day, days in ((0, 0), (9, 0), (10, 30), (11, 0), (33, 7), (34, 0), (39, 1), (40, 0)):
        found = to_remind([replace(one, reminded=told)], NOW + day * DAY)
        assert [number for _, number in found] == ([days] if days else []), day
        told = days or told
    short = replace(one, created_at=goes_at - 3 * DAY)
    assert to_remind([short], goes_at - 3 * DAY) == []
    assert [days for _, days in to_remind([short], goes_at - DAY)] == [1]


def test_a_content_is_found_by_its_beginning(state: State) -> None:
    """An id is found by its beginning, in its own mailbox alone."""
    state.mailboxes.remember_seen(b"m", seen(7))
    assert state.mailboxes.seen(b"m", seen(7).content_id) == seen(7)
    assert state.mailboxes.seen(b"m", bytes(32)) is None
    assert state.mailboxes.seen_between(b"m", b"\x07\x07", b"\x07\x07") == [seen(7)]
    assert state.mailboxes.seen_between(b"m", b"\x08", b"\x09") == []


def test_gaps_and_stones(state: State) -> None:
    """What left unopened after a row explains as many contents missing after it; what was opened explains
    none.
    """
    state.mailboxes.remember_seen(b"m", seen(1))
    state.mailboxes.leave(b"m", seen(1).envelope_id, 9, NOW + 9)
    state.mailboxes.leave(b"m", b"long ago", 4, NOW + 9)
    assert state.mailboxes.explains_gap(b"m", 5)
    state.mailboxes.remember_seen(b"m", seen(7, gap=2))
    for stone in (b"one", b"one", b"two"):
        assert not state.mailboxes.explains_gap(b"m", 5)
        state.mailboxes.leave(b"m", stone, 8, NOW + 9)
    assert state.mailboxes.explains_gap(b"m", 5)


def test_a_replaced_copy_is_not_gone(state: State) -> None:
    """A copy whose place a newer one took is let go without a word, before its tombstone comes and after."""
    old, new = b"old".ljust(16, b"."), b"new".ljust(16, b".")
    state.mailboxes.replace_copy(b"m", old, seen(3).content_id, NOW + 9)
    state.mailboxes.remember_seen(b"m", replace(seen(3), envelope_id=new))
    assert state.mailboxes.replaced_copies(b"m") == [old]
    assert state.mailboxes.leave(b"m", old, 12, NOW + 9, reason="own-copy", gone_day=5) == REPLACED
    assert (state.mailboxes.replaced_copies(b"m"), state.mailboxes.stones(b"m")) == ([], [])
    assert state.mailboxes.seen(b"m", seen(3).content_id).flags & SHOWN  # type: ignore[union-attr]
    assert state.mailboxes.leave(b"m", new, 13, NOW + 9, reason="unread", gone_day=6) == "unread"
    (stone,) = state.mailboxes.stones(b"m", untold=True)
    assert (stone.content_id, stone.reason, stone.gone_day) == (seen(3).content_id, "unread", 6)
    state.mailboxes.told(b"m")
    assert state.mailboxes.stones(b"m", untold=True) == []
    assert len(state.mailboxes.stones(b"m")) == 1


def test_an_older_state_is_taken_over(tmp_path: Path) -> None:
    """What was seen in an older format is taken in again; counts and outbox stay."""
    path = tmp_path / "old"
    base = sqlite3.connect(path)
    base.executescript(
        "CREATE TABLE fact(name TEXT PRIMARY KEY, content BLOB NOT NULL);"
        "CREATE TABLE mailbox(mailbox_id BLOB PRIMARY KEY, taken_order INTEGER, read_order INTEGER);"
        "CREATE TABLE seen(mailbox_id BLOB); CREATE TABLE stone(mailbox_id BLOB);"
        "CREATE TABLE writer(engagement_id BLOB, fp BLOB, writer INTEGER, count INTEGER, content_id BLOB,"
        " row_order INTEGER, expires_at INTEGER, PRIMARY KEY(engagement_id, fp, writer));"
        "INSERT INTO writer VALUES (x'65', x'66', 7, 3, x'63', 2, 99);"
        "INSERT INTO mailbox VALUES (x'6d', 9, 4); INSERT INTO fact VALUES ('a', x'01');"
        "PRAGMA user_version = 1"
    )
    base.close()
    for _ in range(2):
        state = State(path)
        assert (state.mailboxes.taken_order(b"m"), state.mailboxes.read_order(b"m"), state.number("a")) == (
            0,
            4,
            1,
        )
        state.mailboxes.remember_seen(b"m", seen(1))
        state.note("a", b"\x01")
        assert state.writers.writer_heads(b"e") == [WriterHead(b"f", 7, 3, b"c", 2)]
        assert not state.writers.was_headed(b"e", b"f", 7, 4)
        state.close()


def test_who_has_named_a_head_of_the_log(state: State) -> None:
    """From the first content with a head on, and for that writer alone, whatever order they are read in."""
    for writer in (1, 2):
        state.writers.move_writer(b"e", WriterHead(b"f", writer, 9, b"c"), NOW)
    for count in (6, 4, 8):
        state.writers.note_headed(b"e", b"f", 1, count)
    named = [count for count in range(1, 10) if state.writers.was_headed(b"e", b"f", 1, count)]
    assert named == [5, 6, 7, 8, 9]
    assert not state.writers.was_headed(b"e", b"f", 2, 9)
    assert not state.writers.was_headed(b"e", b"f", 3, 9)


def test_due_things_leave(state: State, tmp_path: Path) -> None:
    """At its second everything dated is gone, from the file's bytes too; the outbox stays to be reported."""
    canary = b"canary-of-a-lock"
    state.mailboxes.remember_seen(b"m", seen(1, expires_at=NOW))
    state.writers.move_writer(b"e", WriterHead(b"f", 1, 1, b"c"), NOW)
    state.writers.set_own_writer(b"e", 1, NOW)
    state.note("proposed", b"act", NOW)
    state.note("origin", b"https://inbox.example")
    state.outgoing.remember_sent(SentLocks(b"id", b"c", canary), b"e", NOW)
    state.outgoing.enqueue(Queued(b"c", b"e", b"", b"{}", b"", NOW))
    state.forget_due(NOW - 1)
    assert state.mailboxes.seen(b"m", seen(1).content_id)
    assert canary in (tmp_path / "state.sqlite3").read_bytes()
    state.forget_due(NOW)
    assert state.mailboxes.seen(b"m", seen(1).content_id) is None
    assert state.writers.writer_heads(b"e") == []
    assert state.writers.own_writer(b"e") is None
    assert (state.fact("proposed"), state.fact("origin")) == (b"", b"https://inbox.example")
    assert state.outgoing.sent_locks(b"c") == []
    assert state.outgoing.is_queued(b"c")
    assert canary not in (tmp_path / "state.sqlite3").read_bytes()


# --- files --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("goals.pdf", "goals.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\x\\report.doc", "report.doc"),
        ("a\x00b\x1b[31m.txt", "ab[31m.txt"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("..", "file"),
        ("", "file"),
        (" .hidden. ", "hidden"),
        ("con", "_con"),
        ("NUL.txt", "_NUL.txt"),
        ('a<b>:c"d|e?f*g', "abcdefg"),
        ("e\u0301.txt", "\xe9.txt"),
        ("n" * 300 + ".pdf", "n" * 196 + ".pdf"),
    ],
)
def test_names_are_safe(name: str, safe: str) -> None:
    """A name that somebody else chose is one plain entry of a folder, showing the ending that it has."""
    assert safe_name(name) == safe
    assert len(safe_name(name).encode()) <= 200


def test_files_are_never_overwritten(tmp_path: Path) -> None:
    """A second file of one name gets a number; without `finish` nothing is left; both are private."""
    for number in (1, 2, 3):
        with new_file(tmp_path, "../a.txt", secrets.token_bytes) as file:
            file.write(str(number).encode())
            assert file.finish().read_bytes() == str(number).encode()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a (2).txt", "a (3).txt", "a.txt"]
    assert mode(tmp_path / "a.txt") == 0o600

    def fail() -> None:
        with new_file(tmp_path / "new", "b", secrets.token_bytes) as half:
            half.write(b"half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert list((tmp_path / "new").iterdir()) == []


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    """A link that somebody put in the way is not written through."""
    target = tmp_path / "target"
    target.write_bytes(b"mine")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a").symlink_to(target)
    with new_file(tmp_path / "in", "a", secrets.token_bytes) as file:
        file.write(b"new")
        assert file.finish().name == "a (2)"
    assert target.read_bytes() == b"mine"


@pytest.mark.parametrize("size", [0, 1, 1023, 16_384, 2_500_000])
def test_files_are_sealed_once_and_open(tmp_path: Path, size: int) -> None:
    """A sealed file opens to its bytes, padded on disk, with nothing of it in clear."""
    content = bytes(index * 7 % 251 for index in range(size))
    source = tmp_path / "source"
    source.write_bytes(content)
    for attachment in (Attachment.from_path(source), Attachment.from_bytes(content, "source")):
        record = seal_to_file(attachment, tmp_path / "sealed", 0, NOW + 9, dice("blob"))
        stored = (tmp_path / "sealed").read_bytes()
        assert len(stored) == record.stored_bytes
        assert mode(tmp_path / "sealed") == 0o600
        opener = BlobOpener(record)
        assert opener.update(stored) + opener.finish() == content
        assert size < 1000 or content[:1000] not in stored


def test_attachments_are_named(tmp_path: Path) -> None:
    """A file has a safe name and a type; one that is not there is not found; a repr shows neither name
    nor bytes.
    """
    one = Attachment.from_bytes(b"canary", "../canary.pdf")
    assert (one.label.name, one.label.media_type, one.size_bytes) == ("canary.pdf", "application/pdf", 6)
    assert "canary" not in repr(one)
    assert Attachment.from_bytes(b"", "x", media_type="text/x").label.media_type == "text/x"
    with pytest.raises(errors.NotFound):
        Attachment.from_path(tmp_path / "none")
    with pytest.raises(errors.NotFound):
        Attachment.from_path(tmp_path)


def test_meters_add_up() -> None:
    """Progress counts up to the total over several files and never past it."""
    told: list[Progress] = []
    meter = Meter(10, told.append)
    for done in (0, 4, 12):
        meter.at(done)
    assert told == [Progress(0, 10), Progress(4, 10), Progress(10, 10)]


def test_home_follows_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """MAILBOX_HOME names the folder; without it, the system's place for such things."""
    monkeypatch.setenv("MAILBOX_HOME", str(tmp_path / "named"))
    assert Home().path == tmp_path / "named"
    monkeypatch.delenv("MAILBOX_HOME")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert Home().path == tmp_path / "quietbox"
    monkeypatch.delenv("XDG_DATA_HOME")
    monkeypatch.setenv("HOME", os.fspath(tmp_path))
    assert Home().path == tmp_path / ".local" / "share" / "quietbox"
