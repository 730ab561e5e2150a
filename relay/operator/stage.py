"""The stage of `relay demo`: a relay and people in a temporary folder, each used by its own commands, as
anyone would use them.

Owns starting and ending the programs and what they are told. The people's side is the `mailbox` command in
processes of its own: this package never imports it.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import smtplib
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

DEADLINE_SECONDS = 60.0
LOOK_SECONDS = 0.1
NOTHING_HERE = 6
"""The exit code of `mailbox` for what is not there."""

_MAILBOX = (sys.executable, "-c", "from client_sdk.cli import main; main()")
_RELAY = (sys.executable, "-m", "relay")


class StepFailed(Exception):
    """A step did not come out as it must; the text says which."""


def expect(true: object, what: str) -> None:
    """Fail the step unless something is so."""
    if not true:
        raise StepFailed(what)


def eventually(true: Callable[[], object], what: str) -> None:
    """Look until something is so; fail the step at the deadline."""
    ends_at = time.monotonic() + DEADLINE_SECONDS
    while not true():
        if time.monotonic() > ends_at:
            raise StepFailed(f"{what}: not within {DEADLINE_SECONDS:.0f} seconds")
        threading.Event().wait(LOOK_SECONDS)


@dataclass
class Relay:
    """One relay's folder and program."""

    folder: Path
    origin: str
    process: subprocess.Popen[str] | None = None
    smtp: tuple[str, int] = ("", 0)

    def command(self, *words: str) -> str:
        """Run a command of `relay` and return what it printed."""
        return _run([*_RELAY, *words, "--config", str(self.folder / "relay.toml")], {})

    def start(self) -> None:
        """Serve; returns when it is ready."""
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [*_RELAY, "serve", "--config", str(self.folder / "relay.toml")],
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        line = self.process.stdout.readline() if self.process.stdout else ""
        found = re.fullmatch(r"ready http=\S+ smtp=(\S+):(\d+)\n", line)
        expect(found, f"the relay did not start; its log is {self.folder / 'log'}")
        self.smtp = (found[1], int(found[2])) if found else self.smtp

    def stop(self) -> None:
        """End it."""
        if self.process is not None:
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(20)
            self.process.kill()

    def status(self) -> dict[str, Any]:
        """What `relay status --json` says."""
        return dict(json.loads(self.command("status", "--json")))

    def move_clock(self, seconds: int) -> None:
        """Let the relay and its keeper believe that so many seconds more have passed."""
        fresh = self.folder / "offset.new"
        fresh.write_text(f"{seconds}\n")
        fresh.rename(self.folder / "offset")

    def ticks(self) -> int:
        """How often the keeper has ticked."""
        return (self.folder / "log").read_text().count('"keeper.ticked"')

    def backup(self, copy: Path) -> None:
        """Copy the database consistently, as a backup would."""
        with closing(sqlite3.connect(self.folder / "relay.db")) as live, closing(sqlite3.connect(copy)) as to:
            live.backup(to)

    def steal_keeper(self, copy: Path) -> None:
        """Copy the keeper's folder as it is at this moment."""
        shutil.copytree(self.folder / "keeper", copy, ignore=shutil.ignore_patterns("*.sock"))


@dataclass
class Person:
    """Somebody with a computer of their own, who uses `mailbox`."""

    name: str
    home: Path
    password: str = field(repr=False)
    login: str = ""

    def mailbox(self, *words: str) -> str:
        """Run a command of `mailbox` and return what it printed."""
        return _run([*_MAILBOX, *words], self._environment())

    def told(self, *words: str) -> list[dict[str, Any]]:
        """The same with `--json`, line by line."""
        return [json.loads(line) for line in self.mailbox(*words, "--json").splitlines()]

    def sees(self, link: str, digits: str) -> str:
        """What a sponsor's link and digits open; empty where the command says that there is nothing."""
        done = subprocess.run(
            [*_MAILBOX, "sponsor", link, digits],
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=DEADLINE_SECONDS,
            env={**os.environ, **self._environment()},
            check=False,
        )
        expect(done.returncode in (0, NOTHING_HERE), "the sponsor's look failed")
        return done.stdout.strip() if done.returncode == 0 else ""

    def watch(self) -> subprocess.Popen[str]:
        """Start `mailbox watch --json`."""
        return subprocess.Popen(
            [*_MAILBOX, "watch", "--json"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
            text=True,
            env={**os.environ, **self._environment()},
        )

    def _environment(self) -> dict[str, str]:
        self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        secret = self.home.with_suffix(".password")
        if not secret.exists():
            secret.touch(mode=0o600)
            secret.write_text(self.password + "\n")
        return {"MAILBOX_HOME": str(self.home), "MAILBOX_PASSWORD_FILE": str(secret)}


@contextmanager
def stage(*, driven_clock: bool) -> Iterator[tuple[Relay, Path]]:
    """A relay that is ready, and the folder around it; both are gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="quietbox-demo-"))
    port = _port(8080)
    relay = Relay(folder / "relay", f"http://127.0.0.1:{port}")
    try:
        _run([*_RELAY, "init", "--local", str(relay.folder)], {})
        _settle(relay.folder / "relay.toml", port, _port(8025), driven_clock=driven_clock)
        relay.start()
        yield relay, folder
    finally:
        relay.stop()
        shutil.rmtree(folder, ignore_errors=True)


def deliver(relay: Relay, sender: str, recipient: str, subject: str, text: str) -> None:
    """Hand a mail to the relay's door, as a personal provider would."""
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"], message["Subject"] = sender, sender, subject
    message.set_content(text)
    with smtplib.SMTP(*relay.smtp, local_hostname="mail.home.example", timeout=30) as peer:
        peer.sendmail(sender, [recipient], message.as_bytes())


def _settle(config: Path, http_port: int, smtp_port: int, *, driven_clock: bool) -> None:
    text = config.read_text().replace("127.0.0.1:8080", f"127.0.0.1:{http_port}")
    text = text.replace("127.0.0.1:8025", f"127.0.0.1:{smtp_port}")
    text = text.replace('name = "Quietbox"', 'name = "Harrow Coaching"')
    config.write_text(text + ('\n[clock]\noffset_file = "offset"\n' if driven_clock else ""))


def _port(wanted: int) -> int:
    """The wanted loopback port if it is free, else another."""
    for port in (wanted, 0):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return int(probe.getsockname()[1])
    raise StepFailed("no free port")


def _run(command: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=DEADLINE_SECONDS,
        env={**os.environ, **environment},
        check=False,
    )
    expect(
        done.returncode == 0,
        done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "a command failed",
    )
    return done.stdout.strip()
