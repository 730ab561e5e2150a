"""What `relay doctor` looks at of a database of PostgreSQL: whether it answers, what its server promises of a
commit, replicas, periods that stay, and its rows by the checks of the file. Owns all but the last; imported
where a database has a URL, as its driver is an extra.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from pydantic import SecretStr
from sqlalchemy.engine import make_url

from relay.core.model import DAY_SECONDS
from relay.operator import on_postgres
from relay.operator.findings import FINE, WARNING, WRONG, Finding
from relay.store.faults import Fault, NotUsable
from relay.store.postgres.migrate import newest
from relay.store.postgres.partitions import FIND, found_periods
from relay.store.postgres.store import MOST_CONNECTIONS, SETTINGS

NUMBER: Final = "SELECT version_num FROM alembic_version"
FOLLOWERS: Final = "SELECT count(*) FROM pg_stat_replication"
ROOM: Final = """
SELECT CAST(current_setting('max_connections') AS integer)
    - CAST(current_setting('superuser_reserved_connections') AS integer)"""
ONE_RELAYS: Final = MOST_CONNECTIONS + 1
"""Connections: those of its pool, and its line."""
WAITS: Final = "synchronous_standby_names"
LOST: Final = "a failover loses the newest acknowledged writes, and brings back what was deleted in them"
SHOW: Final = "SELECT current_setting(?)"
STAYS_SECONDS: Final = DAY_SECONDS
"""A period that is over goes within the hour, if nobody reads it."""

Look = Callable[[Any], Iterator[Finding]]


def examine_server(url: SecretStr, now: int, look: Look) -> Iterator[Finding]:
    """All of them, on one snapshot; `look` is given a reader of its rows where they are of this release."""

    def work(database: Any) -> list[Finding]:
        database.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        found = [*_server(database, url), _periods(database, now), *_rows(database, look)]
        database.execute("ROLLBACK")
        return found

    try:
        yield from on_postgres.looked(url, work)
    except (NotUsable, Fault) as failure:
        yield Finding("data", "database", WRONG, f"{failure}")


def _server(database: Any, url: SecretStr) -> Iterator[Finding]:
    for name, value in SETTINGS.items():
        found = _shown(database, name)
        yield Finding("data", name, FINE if found == value else WRONG, found)
    if _shown(database, "data_checksums") == "on":
        yield Finding("data", "data_checksums", FINE, "on")
    else:
        found = "off: the server would not notice a page that its disk has changed"
        yield Finding(
            "data", "data_checksums", WARNING, found, "pg_checksums --enable, the server being down"
        )
    (room,) = database.execute(ROOM).fetchone()
    told, few = f"{room} connections, {ONE_RELAYS} for each relay", room < ONE_RELAYS
    yield Finding("data", "connections", WRONG if few else FINE, told, "raise max_connections" * few)
    yield _replicas(database, _hosts(url))


def _replicas(database: Any, hosts: int) -> Finding:
    """Whether a commit waits for another machine, where there is one."""
    waits = bool(_shown(database, WAITS))
    (followers,) = database.execute(FOLLOWERS).fetchone()
    if waits and not followers:
        advice = f"start it; without one: {WAITS} = '' there, and what is acknowledged is on one disk"
        return Finding("data", "replicas", WRONG, "commits wait for a replica, and none follows", advice)
    if waits:
        return Finding("data", "replicas", FINE, f"commits wait for one; {followers} follow")
    if followers or hosts > 1:
        return Finding("data", "replicas", WARNING, f"commits wait for none: {LOST}", f"set {WAITS} there")
    return Finding("data", "replicas", FINE, "none follows, and the URL names one server")


def _periods(database: Any, now: int) -> Finding:
    """Tables whose dates are all over: they go as a whole, with their files."""
    found = found_periods(database.execute(FIND))
    stay = [one for one in found if one.is_over(now - STAYS_SECONDS)]
    told = f"{len(found)} tables of thirty days, {len(stay)} of them over for more than a day"
    if stay:
        advice = "end sessions that are `idle in transaction`; a file that lives longer keeps its own"
        return Finding("data", "periods", WARNING, told, advice)
    return Finding("data", "periods", FINE, told)


def _rows(database: Any, look: Look) -> Iterator[Finding]:
    """Their checks, where this release knows their tables."""
    (number,) = database.execute(NUMBER).fetchone()
    if number != newest():
        found = f"its tables are those of another release ({number}, not {newest()})"
        yield Finding("data", "schema", WARNING, found, "relay migrate, when all relays have ended")
        return
    yield Finding("data", "schema", FINE, number)
    yield from look(database)


def _shown(database: Any, name: str) -> str:
    return str(database.execute(SHOW, (name,)).fetchone()[0])


def _hosts(url: SecretStr) -> int:
    """How many servers the URL names."""
    named = make_url(url.get_secret_value()).query.get("host", "")
    return len(named.split(",") if isinstance(named, str) else named)
