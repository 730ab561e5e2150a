"""From a file to PostgreSQL by one command: all of it, whatever stops it, and never over anything else."""

from __future__ import annotations

import asyncio
import io
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from relay.clock import SystemClock, write_offset
from relay.operator import moving
from relay.operator.backup_checks import examine_left_file
from relay.operator.findings import WARNING, WRONG
from relay.operator.stopped import Exit, Stopped
from relay.service.lock import store_held
from relay.store.engine import SettingRefused
from relay.store.faults import NotUsable
from relay.store.postgres import filling
from tests.contract.people import NOW, People, envelope, named
from tests.postgres.moving import COACH, House, house, rows_of
from tests.postgres.server import Server, database_of

pytestmark = pytest.mark.postgres


@pytest.fixture
def relay(tmp_path: Path) -> House:
    """A stopped relay whose file has rows in every table."""
    made = house(tmp_path / "relay")
    assert all(made.rows().values())
    return made


def silent(*_: object) -> None:
    """Tell nobody."""


def refusal(relay: House, url: str) -> Stopped:
    """How a move was refused, with the file's rows as they were."""
    before = relay.rows()
    with pytest.raises(Stopped) as caught:
        moving.move(relay.settings, url, silent)
    assert relay.rows() | {"notes": []} == before | {"notes": []}  # a sweep notes when it was
    return caught.value


def test_all_rows_are_there_and_new_ones_beside_them(relay: House, url: str) -> None:
    """Every table is as it was, in its order; what is stored afterwards gets numbers of its own; the file
    stays as it was and opens for nobody.
    """
    said = io.StringIO()
    done = moving.move(relay.settings, url, moving.telling(said))
    before = relay.rows()
    assert asyncio.run(rows_of(url)) == before
    assert done.rows == sum(map(len, before.values()))
    assert (
        "mailbox_rows: 3 of 3 rows\n" in said.getvalue() or "mailbox_rows: 2 of 2 rows\n" in said.getvalue()
    )
    with pytest.raises(SettingRefused, match="moved to PostgreSQL"):
        relay.with_store(_look)
    relay.with_store(_look, url)
    assert refusal(relay, url).code != Exit.DONE


async def _look(people: People) -> None:
    """What was stored is read, and more of every kind that draws a number is stored."""
    assert {name for name, _ in await people.names(COACH)} >= {named("one"), named("two")}
    blob = await people.store.blob(named("file", 32), now=NOW)
    assert blob is not None
    await people.put(envelope(COACH, "three"))
    await people.store.expire_own(named(COACH), [named("two"), named("three")], now=NOW)
    await people.sweep_all(NOW)
    assert named("one") in {name for name, reason in await people.names(COACH) if not reason}


def test_the_file_that_is_left_must_go(relay: House, url: str) -> None:
    """The doctor tells of it from the first day, and calls it wrong when the tail of backups is over."""
    moving.move(relay.settings, url, silent)
    settings = relay.on(url)
    for days, state in ((0, WARNING), (14, WRONG)):
        write_offset(relay.places.folder / "offset", NOW + days * 86_400 + 60 - SystemClock().now())
        (finding,) = examine_left_file(settings)
        assert (finding.state, "delete" in finding.advice) == (state, True)
    relay.places.database.unlink()
    assert list(examine_left_file(settings)) == []


def test_what_is_due_goes_before(relay: House, url: str) -> None:
    """It reaches the other machine as a tombstone alone."""

    async def let_go(people: People) -> None:
        await people.store.expire_own(named(COACH), [named("two")], now=NOW)

    relay.with_store(let_go)
    moving.move(relay.settings, url, silent)
    found = {row[2]: row for row in asyncio.run(rows_of(url))["mailbox_rows"]}
    assert named("two") not in {name for name, row in found.items() if row[6] == 0}


class Broken(Exception):
    """Made to happen."""


@pytest.mark.parametrize("stops_at", [1, 40])
def test_interrupted_it_goes_on(
    relay: House, url: str, monkeypatch: pytest.MonkeyPatch, stops_at: int
) -> None:
    """At whichever step it ends, in a batch too, neither side opens; the next try copies the rest alone."""
    with monkeypatch.context() as failing:
        failing.setattr(filling, "REACHED", "SELECT $1, $2, $3, $4 FROM nothing")
        assert "did not do it" in str(refusal(relay, url))
    monkeypatch.setattr(filling, "BATCH_ROWS", 1)
    tells: list[tuple[str, int]] = []

    def stopping(table: str, count: int, total: int) -> None:
        tells.append((table, count))
        if len(tells) > stops_at:
            raise Broken

    with pytest.raises(Broken):
        moving.move(relay.settings, url, stopping)
    for there in ("", url):
        with pytest.raises(SettingRefused, match=r"give it again|goes on with it"):
            relay.with_store(_look, there)
    copied = len(tells) - len({table for table, _ in tells})
    tells.clear()
    done = moving.move(relay.settings, url, lambda table, count, total: tells.append((table, count)))
    assert len(tells) - len({table for table, _ in tells}) == done.rows - copied
    assert asyncio.run(rows_of(url)) == relay.rows()


CRASH = """
import os, signal, sys
from pathlib import Path
from relay.config import load
from relay.operator import moving
from relay.operator.backup_checks import examine_left_file
from relay.operator.findings import WARNING, WRONG
from relay.store.postgres import server, filling
module = {"server": server, "filling": filling, "moving": moving}[sys.argv[1]]
name, when = sys.argv[2].split(".")
real = getattr(module, name)
def crash(*arguments, **named):
    if when == "after":
        real(*arguments, **named)
    os.kill(os.getpid(), signal.SIGKILL)
setattr(module, name, crash)
moving.move(load(Path(sys.argv[3])), sys.argv[4], lambda *_: None)
"""
POINTS = ["moving mark.before", "filling _compare.before", "server finish.before"]


@pytest.mark.parametrize("point", POINTS)
def test_killed_it_goes_on(relay: House, url: str, point: str) -> None:
    """Killed between any two steps: given again, it comes to its end."""
    module, name = point.split()
    child = subprocess.run(
        [sys.executable, "-c", CRASH, module, name, str(relay.config), url],
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert child.returncode == -signal.SIGKILL, child.stderr
    moving.move(relay.settings, url, silent)
    assert asyncio.run(rows_of(url)) == relay.rows()
    relay.with_store(_look, url)


TAMPERS = {
    "vault_items": "UPDATE vault_items SET box=box||'x'",
    "sessions": "DELETE FROM sessions",
    "notes": "INSERT INTO notes (name, value) VALUES ('more', 1)",
}


def test_a_row_that_was_changed_is_found(relay: House, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One byte that differs, a row less, a row more: its table is told, and neither side opens."""
    real, found = filling._compare, []

    async def tampered(driver: Any, name: str, *others: Any) -> None:
        if name in TAMPERS:
            await driver.execute(TAMPERS[name])
            with pytest.raises(NotUsable, match=name):
                await real(driver, name, *others)
            found.append(name)
        if len(found) in {0, len(TAMPERS)}:
            await real(driver, name, *others)

    monkeypatch.setattr(filling, "_compare", tampered)
    assert "rows copied" in str(refusal(relay, url)), found
    for there in ("", url):
        with pytest.raises(SettingRefused):
            relay.with_store(_look, there)


def test_into_nothing_but_an_empty_database(relay: House, server: Server, url: str, tmp_path: Path) -> None:
    """Tables of others, a relay's rows, another relay's half, one that runs: each has its sentence."""
    name = database_of(url)
    server.psql("CREATE TABLE orders (number int)", name)
    assert "not empty" in str(refusal(relay, url))
    server.psql("DROP TABLE orders", name)
    with store_held(relay.places.lock):
        assert "stop it first" in str(refusal(relay, url))
    other = house(tmp_path / "other")
    (other.places.secrets / "log").write_bytes(bytes(32))
    with pytest.raises(Broken):
        moving.move(other.settings, url, broken)
    assert "Another relay's" in str(refusal(relay, url))


def broken(*_: object) -> None:
    """Raise."""
    raise Broken


def test_what_is_no_database(relay: House, server: Server, url: str) -> None:
    """No URL, nobody there, no such database, no such name, no right: a sentence, and never the password."""
    server.psql("CREATE ROLE guest LOGIN PASSWORD 'correct-horse'")
    refused = {
        "mysql://anna:correct-horse@db.example/x": (Exit.USAGE, "begins with"),
        "postgresql://anna:correct-horse@db.example:port/x": (Exit.USAGE, "begins with"),
        "postgresql://anna:correct-horse@127.0.0.1:9/x": (Exit.NOT_REACHABLE, "does not answer"),
        f"{url}&sslmode=require": (Exit.ERROR, "no URL"),
        server.url("nowhere"): (Exit.ERROR, "createdb"),
        url.replace("postgres@", "nobody:correct-horse@"): (Exit.ERROR, "refuses this name"),
        url.replace("postgres@", "guest:correct-horse@"): (Exit.ERROR, "may not do that"),
    }
    for bad, (code, words) in refused.items():
        stopped = refusal(relay, bad)
        assert (stopped.code, words in str(stopped)) == (code, True), str(stopped)
        assert "correct-horse" not in str(stopped)
    for secret in ("anna:correct-horse@db.example/x", "anna@db.example/x?password=correct-horse"):
        shown = moving.without_password(f"postgresql://{secret}")
        assert ("***" in shown, "correct-horse" in shown) == (True, False)
    relay.places.database.unlink()
    with pytest.raises(Stopped) as caught:
        moving.move(relay.settings, url, silent)
    assert caught.value.code == Exit.NOT_THERE
