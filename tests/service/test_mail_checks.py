"""What `relay doctor` says of outgoing mail; and moment 8: no notice holds a link, a name, a count or a
subject of a message, and each has the phrase.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from relay.config import Settings, load
from relay.notify.letter import compose
from relay.operator import mail_checks
from relay.operator.findings import FINE, WARNING, WRONG
from relay.operator.mail_checks import PHRASE, examine_mail_out, faults_of
from relay.store.engine import connect_writer
from relay.store.migrate import bring_up


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """An empty database of today's schema."""
    database = connect_writer(tmp_path / "relay.db")
    bring_up(database)
    yield database
    database.close()


def settings(folder: Path, more: str = "", listen: str = "127.0.0.1:8025") -> Settings:
    """A relay's settings."""
    path = folder / "relay.toml"
    path.write_text(
        '[relay]\nname = "Harrow"\norigin = "http://127.0.0.1:8080"\n'
        f'[smtp]\nlisten = "{listen}"\ndomain = "in.harrow.example"\n{more}'
    )
    return load(path)


def test_all_is_well(reader: sqlite3.Connection, tmp_path: Path) -> None:
    """Every notice that can be made is made and looked at."""
    found = list(examine_mail_out(reader, settings(tmp_path)))
    assert {one.state for one in found} == {FINE}
    assert [one.check for one in found] == ["way", "notice", "channels"]


def test_a_folder_on_a_server_tells_nobody(reader: sqlite3.Connection, tmp_path: Path) -> None:
    """A server whose mail is caught is told so."""
    way, *_ = examine_mail_out(reader, settings(tmp_path, listen="0.0.0.0:25"))
    assert way.state == WARNING


@pytest.mark.parametrize(
    ("subject", "text", "fault"),
    [
        ("A note", "Anna wrote to you.\n" + PHRASE, "a name"),
        ("A note", "You have 3 messages.\n" + PHRASE, "a number"),
        ("3 new", PHRASE, "a number"),
        ("A note", "See https://relay\n" + PHRASE, "a link"),
        ("A note", "Go to inbox.harrow.example.\n" + PHRASE, "a link"),
        ("A note", "Write to a@b.\n" + PHRASE, "a link"),
        ("A note", "Something is waiting.\n", "no phrase"),
    ],
)
def test_what_a_notice_must_not_have_is_seen(subject: str, text: str, fault: str) -> None:
    """The check can fail."""
    message = compose("notice@in.harrow.example", "maya@home.example", subject, text, 0)
    assert faults_of(message, ["Anna"]) == {fault}
    message["X-More"] = "x"
    assert "another header" in faults_of(message, [])


def test_a_bad_notice_is_wrong(
    reader: sqlite3.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever text the relay would send is what is looked at."""
    monkeypatch.setattr(mail_checks, "notice_text", lambda *_: f"Anna: https://x/1\n{PHRASE}\n")
    _, notice, _ = examine_mail_out(reader, settings(tmp_path))
    assert notice.state == WRONG
    assert "a link" in notice.found


def test_notices_that_wait_in_vain_are_told(reader: sqlite3.Connection, tmp_path: Path) -> None:
    """Totals alone."""
    reader.execute("PRAGMA foreign_keys=OFF")
    reader.execute(
        "INSERT INTO notice_channels VALUES (x'01', x'02', x'03', 'confirmed', 'at-once', 1, 8, 0, 0, 0, x'',"
        " 0, 1, 1, 5, 3, x'', 9)"
    )
    *_, channels = examine_mail_out(reader, settings(tmp_path))
    assert channels.state == WARNING
    assert "1 notices" in channels.found


def test_a_database_of_an_older_release_is_told(tmp_path: Path) -> None:
    """The other checks are made all the same."""
    with closing(sqlite3.connect(tmp_path / "old.db")) as old:
        *others, channels = examine_mail_out(old, settings(tmp_path))
    assert {one.state for one in others} == {FINE}
    assert channels.state == WARNING
