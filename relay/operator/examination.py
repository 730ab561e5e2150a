"""`relay doctor`: looks at a relay's promises and its house, and tells everything that is wrong at once.

Owns the list of checks. It only looks: nothing is mended, and nothing of a person is shown. A check that
cannot be made says so as a warning; it is never passed over.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from pydantic import SecretStr

from relay.clock import ClockError
from relay.config import Settings
from relay.operator.asking import do
from relay.operator.backup import now_of
from relay.operator.backup_checks import examine_backups, examine_left_file
from relay.operator.count_checks import examine_counts
from relay.operator.door_checks import examine_mail_in
from relay.operator.findings import FINE, WARNING, WRONG, Finding
from relay.operator.keeper_checks import examine_keepers
from relay.operator.mail_checks import examine_mail_out
from relay.operator.mark import examine_firm
from relay.operator.moving import DRIVER
from relay.operator.object_checks import examine_objects
from relay.operator.record_checks import examine_records
from relay.operator.settings import settings_of
from relay.operator.stopped import Exit, Stopped
from relay.operator.web_check import examine_disk
from relay.service.keyfiles import KeyMissing, read_key_files
from relay.service.places import STATIC, Places
from relay.store.engine import SETTINGS, connect_reader

SWEEP_LATE_SECONDS: Final = 600
WAL_RESET_FIXED: Final = ((3, 51, 3), (3, 50, 7), (3, 44, 6))
"""First fixed releases; the older two are backports. https://sqlite.org/wal.html#walresetbug"""


def examine(config: Path) -> Iterator[Finding]:
    """All checks, in order. Where the settings cannot be used there is nothing more to look at."""
    try:
        settings = settings_of(config)
    except Stopped as mistakes:
        for line in str(mistakes).splitlines():
            yield Finding(
                "config", "settings", WRONG, line, "relay config explain KEY says what a setting means"
            )
        return
    yield Finding("config", "settings", FINE, "the settings can be used")
    yield from examine_firm(settings)
    yield from _permissions(settings)
    yield from _keys(settings)
    yield from _data(settings)
    yield from _promises(settings)
    yield from examine_objects(settings)
    yield from examine_mail_in(settings)
    yield from examine_backups(settings)
    yield from examine_disk(STATIC)


def exit_code(findings: list[Finding]) -> Exit:
    """1 if something is wrong, 3 if there are only warnings, 0 if all is fine."""
    states = {finding.state for finding in findings}
    return Exit.ERROR if WRONG in states else Exit.PARTLY if WARNING in states else Exit.DONE


def _permissions(settings: Settings) -> Iterator[Finding]:
    places = Places(settings.relay.data_dir)
    private = [places.folder, places.secrets, places.database]
    if settings.keeper.autostart:
        private.append(settings.keeper.folder)
    for path in private:
        if not path.exists():
            continue
        is_open = bool(path.stat().st_mode & 0o077)
        mode = "700" if path.is_dir() else "600"
        yield Finding(
            "config",
            f"private: {path.name}",
            WRONG if is_open else FINE,
            "open to other users" if is_open else "for its owner alone",
            f"chmod {mode} {path}" if is_open else "",
        )
    if settings.keeper.autostart:
        yield Finding(
            "config",
            "keeper apart",
            WARNING,
            "relay and keeper run as one system user, so nothing isolates them from each other",
            "docs/operations.md shows how to give the keeper a user of its own",
        )


def _keys(settings: Settings) -> Iterator[Finding]:
    try:
        read_key_files(Places(settings.relay.data_dir).secrets)
    except KeyMissing as missing:
        yield Finding("config", "secrets", WRONG, str(missing))
    else:
        yield Finding("config", "secrets", FINE, "all keys are there")


def _data(settings: Settings) -> Iterator[Finding]:
    if settings.database.url is not None:
        yield from _server(settings, settings.database.url)
        yield from examine_left_file(settings)
        return
    database = Places(settings.relay.data_dir).database
    if not database.exists():
        yield Finding("data", "database", WARNING, "there is none yet; `relay serve` makes it")
        return
    try:
        reader = connect_reader(database)
    except (sqlite3.Error, RuntimeError) as failure:
        yield Finding("data", "database", WRONG, f"it cannot be read: {failure}")
        return
    try:
        yield from _pragmas(reader)
        reader.execute("BEGIN")
        yield from _rows(settings, reader)
        reader.execute("ROLLBACK")
    finally:
        reader.close()
    yield _sqlite_release(sqlite3.sqlite_version_info)


def _server(settings: Settings, url: SecretStr) -> Iterator[Finding]:
    if find_spec("asyncpg") is None:
        yield Finding("data", "database", WRONG, DRIVER)
        return
    from relay.operator.server_checks import examine_server

    with suppress(ClockError):  # told below
        yield from examine_server(url, now_of(settings), partial(_rows, settings))


def _rows(settings: Settings, reader: sqlite3.Connection) -> Iterator[Finding]:
    """Checks of rows, wherever they are; `reader` shows one snapshot."""
    with suppress(KeyMissing):  # told already
        keys = read_key_files(Places(settings.relay.data_dir).secrets)
        yield from examine_records(reader, keys, settings.relay.origin.partition("://")[2])
    with suppress(ClockError):  # told below
        yield from examine_counts(reader, now_of(settings))
    yield from examine_mail_out(reader, settings)


def _pragmas(reader: sqlite3.Connection) -> Iterator[Finding]:
    wanted = {"journal_mode": "wal"} | {name: SETTINGS[name] for name in ("secure_delete", "synchronous")}
    for name, value in wanted.items():
        (found,) = reader.execute(f"PRAGMA {name}").fetchone()
        yield Finding("data", name, FINE if found == value else WRONG, f"{found}")
    (check,) = reader.execute("PRAGMA quick_check(1)").fetchone()
    yield Finding(
        "data", "integrity", FINE if check == "ok" else WRONG, "sound" if check == "ok" else "damaged"
    )


def _sqlite_release(version: tuple[int, ...]) -> Finding:
    fixed = version >= WAL_RESET_FIXED[0] or any(
        version[:2] == backport[:2] and version >= backport for backport in WAL_RESET_FIXED[1:]
    )
    text = ".".join(map(str, version))
    if fixed:
        return Finding("data", "sqlite", FINE, text)
    found = f"{text} can lose commits when two connections checkpoint; this relay uses one, so it is not met"
    return Finding("data", "sqlite", WARNING, found, "SQLite 3.51.3 or newer")


def _promises(settings: Settings) -> Iterator[Finding]:
    try:
        status = do(settings, "status")
    except Stopped as stopped:
        yield Finding("promises", "relay", WRONG, str(stopped))
        return
    for check in (_overdue, _last_sweep, _keeper, _clock):
        yield check(status)
    yield from examine_keepers(settings, status)


def _overdue(status: Mapping[str, Any]) -> Finding:
    late = status["overdue"]
    return Finding(
        "promises",
        "overdue",
        WRONG if late else FINE,
        f"{status['due']} due, {late} overdue",
        "relay expire run" if late else "",
    )


def _last_sweep(status: Mapping[str, Any]) -> Finding:
    last_at = status["last_sweep_at"]
    if last_at is None:
        return Finding("promises", "sweep", WARNING, "never yet", "relay serve, or relay expire run")
    ago_seconds = status["now"] - last_at
    late = ago_seconds > SWEEP_LATE_SECONDS
    return Finding(
        "promises",
        "sweep",
        WRONG if late else FINE,
        f"{ago_seconds} seconds ago",
        "relay serve" if late else "",
    )


def _keeper(status: Mapping[str, Any]) -> Finding:
    advice = {
        "away": "relay serve, or `relay keeper` where it runs by itself; until then nothing can be opened",
        "stopped": "it does not believe its clock; if that is right: relay clock accept",
    }
    state = status["keeper"]
    return Finding("promises", "keeper", FINE if state == "here" else WRONG, state, advice.get(state, ""))


def _clock(status: Mapping[str, Any]) -> Finding:
    standing, offset_seconds = status["clock"], status["offset_seconds"]
    if standing == "apart":
        apart_seconds = status["apart_seconds"]
        which = "ahead of" if apart_seconds > 0 else "behind"
        found = f"this machine's clock is {abs(apart_seconds)} seconds {which} the database server's"
        return Finding("clock", "standing", WRONG, found, "set right the one that is wrong")
    if standing != "agreed":
        return Finding("clock", "standing", WRONG, standing, "if the clock is right: relay clock accept")
    if offset_seconds:
        return Finding("clock", "standing", WARNING, f"moved by {offset_seconds} seconds, for a trial")
    return Finding("clock", "standing", FINE, "wall clock and monotonic clock agree")
