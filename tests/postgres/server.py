"""A throw-away PostgreSQL server on a Unix socket, for ordinary users and for root. Owns its folder and its
process; listens on no port.

The server's programs are looked for in TEST_POSTGRES_BIN, then where Debian puts them.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pytest

START_SECONDS = 60
COMMAND_SECONDS = 120
SETTINGS = {
    "listen_addresses": "''",
    "max_connections": "80",
    "shared_buffers": "64MB",
}


class NoPostgres(RuntimeError):
    """There is no server to start here; the text says what to install."""


def programs() -> Path:
    """The folder of initdb and pg_ctl. Raises NoPostgres."""
    named = os.environ.get("TEST_POSTGRES_BIN")
    found = [Path(named)] if named else sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    if not found:
        raise NoPostgres("apt-get install postgresql, or set TEST_POSTGRES_BIN")
    return found[0]


class Server:
    """One server, from its making to its end."""

    def __init__(self, settings: dict[str, str] | None = None, *, of: Server | None = None) -> None:
        """An empty one, or a replica of another that runs, which follows it until `promote`."""
        self._bin = programs()
        self.folder = Path(tempfile.mkdtemp(prefix="relay-pg-"))
        self.data, self.socket = self.folder / "data", self.folder / "s"
        self._settings = {**SETTINGS, **(settings or {})}
        self._as: dict[str, Any] = {}
        for room in (self.data, self.socket):
            room.mkdir(mode=0o700)
        if os.geteuid() == 0:  # the server refuses to run as root
            user = _somebody()
            self._as = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
            self.folder.chmod(0o755)
            for room in (self.data, self.socket):
                os.chown(room, user.pw_uid, user.pw_gid)
        if of is None:
            self._run("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        else:
            self._run(
                "pg_basebackup", "-h", str(of.socket), "-U", "postgres", "-R", "-c", "fast", "--no-sync"
            )

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = " ".join(f"-c {name}={value}" for name, value in self._settings.items())
        self._run(
            "pg_ctl",
            "-w",
            "-t",
            str(START_SECONDS),
            "-o",
            f"-k {self.socket} {options}",
            "-l",
            "log",
            "start",
        )

    def stop(self, how: str = "immediate") -> None:
        """End it: `immediate` is a crash, `fast` is not."""
        self._run("pg_ctl", "-m", how, "-w", "stop")

    def promote(self) -> None:
        """End following, and take writes."""
        self._run("pg_ctl", "-w", "promote")

    def url(self, database: str = "postgres") -> str:
        """For SQLAlchemy."""
        return f"postgresql://postgres@/{database}?host={self.socket}"

    def remove(self) -> None:
        """Stop it if it runs, and take its folder away."""
        if (self.data / "postmaster.pid").exists():
            self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def psql(self, statement: str, database: str = "postgres") -> str:
        """Run a statement as the server's owner; its output."""
        return self.run("psql", "-h", str(self.socket), "-U", "postgres", "-Atc", statement, database)

    def run(self, program: str, *arguments: str) -> str:
        """Run one of the server's programs; its output."""
        return self._run(program, *arguments, data=False)

    def _run(self, program: str, *arguments: str, data: bool = True) -> str:
        where = ["-D", str(self.data)] if data else []
        user = self._as if data else {}  # clients may be anybody; another user's fork copies our page table
        with tempfile.TemporaryFile("w+") as said:  # a pipe can hang pg_ctl
            ended = subprocess.run(
                [str(self._bin / program), *where, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                cwd=self.data,
                timeout=COMMAND_SECONDS,
                check=False,
                env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": str(self.data)},
                **user,
            )
            said.seek(0)
            told = said.read()
        if ended.returncode:
            raise NoPostgres(f"{program} failed: {told}")
        return told.strip()


def started() -> Server:
    """A server that answers; without PostgreSQL's programs its tests are skipped."""
    try:
        found = Server()
    except NoPostgres as missing:
        pytest.skip(str(missing))
    found.start()
    return found


def database_of(url: str) -> str:
    """The name of the database in a URL of `Server.url`."""
    return url.partition("@/")[2].partition("?")[0]


def _somebody() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise NoPostgres("no user to run it as")
