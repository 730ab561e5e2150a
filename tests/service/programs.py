"""Real programs for tests: a relay in a folder of its own.

Owns starting, waiting for and ending programs. Waits have a deadline and look at what the program itself
says; no test here depends on how long something takes.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.flow.cast import ORIGIN
from tests.service.prepared import Program, run

DEADLINE_SECONDS = 60.0
DAY_SECONDS = 86_400


def eventually(true: Callable[[], Any]) -> Any:
    """Look again and again until something is so; returns what it gave. Fails at the deadline."""
    ends_at = time.monotonic() + DEADLINE_SECONDS
    while time.monotonic() < ends_at:
        if found := true():
            return found
        threading.Event().wait(0.05)
    raise AssertionError("it never came true")


def free_port() -> int:
    """A loopback port that was free a moment ago, where an origin must be known before its relay starts."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def children_of(pid: int) -> list[int]:
    """The processes that a process has started; none where it has ended."""
    try:
        return [int(number) for number in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def command_of(pid: int) -> bytes:
    """With which words a process was started, each but the last with a zero byte behind it."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


@dataclass
class Relay:
    """A relay's folder, made by `relay init`, and its program while it runs."""

    folder: Path
    process: Program | subprocess.Popen[bytes] | None = None
    ready: str = ""

    @classmethod
    def made(cls, folder: Path) -> Relay:
        """A relay on free ports, with a clock that the test moves."""
        return cls(folder)._initialised(ORIGIN, 0)

    @classmethod
    def at(cls, port: int, folder: Path, *, listens_on: int = 0) -> Relay:
        """A relay whose origin names a port, with a clock that the test moves. It listens on that port, or on
        another one where something stands in its place.
        """
        return cls(folder)._initialised(f"http://127.0.0.1:{port}", listens_on or port)

    def _initialised(self, origin: str, port: int) -> Relay:
        self.command("init", "--local", str(self.folder), config=False)
        text = re.sub(r'origin = ".*?"', f'origin = "{origin}"', self.config.read_text())
        text = text.replace('127.0.0.1:8080"  #', f'127.0.0.1:{port}"  #')
        text = text.replace('127.0.0.1:8025"  #', '127.0.0.1:0"  #')
        self.config.write_text(text + '\n[clock]\noffset_file = "offset"\n')
        return self

    @property
    def config(self) -> Path:
        return self.folder / "relay.toml"

    def command(
        self, *words: str, config: bool = True, code: int = 0, environment: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a command of `relay` to its end, and check its exit code."""
        where = ("--config", str(self.config)) if config else ()
        done = run("relay", [*words, *where], environment={**os.environ, **(environment or {})}, timeout=60)
        assert done.returncode == code, done.stderr
        return done

    def start(self, *words: str) -> Relay:
        """Serve, and wait for the line that says it is ready."""
        with (self.folder / "log").open("ab") as log:
            asked = ["serve", "--config", str(self.config), *words]
            self.process = Program("relay", asked, stdout=subprocess.PIPE, stderr=log.fileno())
        return self._said_ready()

    def start_anew(self) -> Relay:
        """Serve as a shell would start it, imports and all."""
        with (self.folder / "log").open("ab") as log:
            command = [sys.executable, "-m", "relay", "serve", "--config", str(self.config)]
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log)
        return self._said_ready()

    def _said_ready(self) -> Relay:
        assert self.process is not None
        assert self.process.stdout is not None
        self.ready = self.process.stdout.readline().decode()
        assert self.ready.startswith("ready"), self.log()
        return self

    def program(self, *words: str) -> Program:
        """Start another program of this folder; what it says goes into the log."""
        with (self.folder / "log").open("ab") as log:
            return Program("relay", [*words, "--config", str(self.config)], stderr=log.fileno())

    def stop(self) -> tuple[int, str]:
        """Ask it to end; returns the exit code, and what it printed after the first line."""
        return self.end(signal.SIGTERM)

    def end(self, number: signal.Signals) -> tuple[int, str]:
        """End it by a signal."""
        assert self.process is not None
        self.process.send_signal(number)
        rest, _ = self.process.communicate(timeout=DEADLINE_SECONDS)
        code, self.process = self.process.returncode, None
        return code, rest.decode()

    def kill(self) -> None:
        """End it at once, where it still runs: what a fixture leaves behind."""
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
            self.process = None

    def log(self) -> str:
        """All that it has said on standard error."""
        return (self.folder / "log").read_text()

    def events(self, event: str) -> list[dict[str, Any]]:
        """What the log says of one kind."""
        lines = (json.loads(line) for line in self.log().splitlines() if line.startswith("{"))
        return [line for line in lines if line["event"] == event]

    def children(self) -> list[int]:
        """The keepers that it has started: one, or none yet."""
        assert self.process is not None
        return [pid for pid in children_of(self.process.pid) if b"\0relay.keeper\0" in command_of(pid)]

    def workers(self) -> list[int]:
        """The relays that `--workers` has started."""
        assert self.process is not None
        return [pid for pid in children_of(self.process.pid) if b"\0--worker\0" in command_of(pid)]

    def door(self) -> list[int]:
        """The template of its door, and then the workers."""
        assert self.process is not None
        templates = [pid for pid in children_of(self.process.pid) if b"relay.smtp_door" in command_of(pid)]
        return templates + [worker for template in templates for worker in children_of(template)]

    def move_clock(self, seconds: int) -> None:
        """Set the offset of the clock, in one step."""
        fresh = self.folder / "offset.new"
        fresh.write_text(str(seconds))
        fresh.replace(self.folder / "offset")

    def now(self) -> int:
        """The relay's own time."""
        _, facts = self.call("GET", "/v1/relay")
        return int(facts["time"])

    def call(
        self, method: str, path: str, body: bytes | dict[str, Any] = b"", **headers: str
    ) -> tuple[int, Any]:
        """One request: status, and JSON or bytes."""
        matched = re.search(r"http=(\S+):(\d+)", self.ready)
        assert matched is not None
        connection = http.client.HTTPConnection(matched[1], int(matched[2]), timeout=DEADLINE_SECONDS)
        kind = "application/json" if isinstance(body, dict) else "application/octet-stream"
        raw = json.dumps(body).encode() if isinstance(body, dict) else body
        connection.request(method, path, raw, {"Content-Type": kind, **headers} if raw else headers)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        is_json = "json" in answer.headers.get("Content-Type", "")
        return answer.status, json.loads(content) if is_json else content

    def health(self) -> dict[str, Any]:
        """What `/healthz` says."""
        status, found = self.call("GET", "/healthz")
        assert status == 200
        return dict(found)

    def status(self) -> dict[str, Any]:
        """What `relay status --json` says."""
        return dict(json.loads(self.command("status", "--json").stdout))
