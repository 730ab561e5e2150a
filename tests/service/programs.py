"""Real programs for tests: a relay in a folder of its own, and a coach who uses it over HTTP.

Owns starting, waiting for and ending programs. Waits have a deadline and look at what the program itself
says; no test here depends on how long something takes.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from keys.encoding import from_base64url, to_base64url, u16, u32
from keys.envelope import ZERO_TAG, EnvelopeClass
from keys.invitation import InvitationKeys, invitation_keys, parse_link, sign_redemption
from keys.names import Role
from tests.flow.cast import ORIGIN, Person, Work
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
        relay = cls(folder)
        relay.command("init", "--local", str(folder), config=False)
        text = relay.config.read_text()
        text = re.sub(r':80[82][05]"  #', ':0"  #', text)
        text = re.sub(r'origin = ".*?"', f'origin = "{ORIGIN}"', text)
        relay.config.write_text(text + '\n[clock]\noffset_file = "offset"\n')
        return relay

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


@dataclass
class Coach:
    """Somebody who enrols by a link, and keeps records of their own in a notes mailbox."""

    relay: Relay
    now: int
    person: Person = field(default_factory=lambda: Person("anna"))
    token: str = ""
    work: Work = field(init=False)

    def __post_init__(self) -> None:
        self.work = Work(self.person, Person("maya"), now=self.now)

    def enrol(self, link: str) -> None:
        """Redeem the operator's invitation, sign in, and begin an engagement that its client accepts."""
        self._redeem(invitation_keys(parse_link(link).secret), self._finish(self.person))
        self.sign_in()
        work, engagement_id = self.work, to_base64url(self.work.engagement_id)
        status, answer = self.asks("POST", "/v1/engagements", {"engagement_id": engagement_id})
        assert status in {200, 201}, answer
        offer = {
            "invite_id": to_base64url(work.invitation.invite_id),
            "redemption_key": to_base64url(work.invitation.redemption.public),
            "box": to_base64url(work.invitation_box),
            "expires_at": self.now + 10 * DAY_SECONDS,
            "policy": to_base64url(work.policy.encode()),
            "act": to_base64url(work.offered()),
        }
        status, answer = self.asks("POST", f"/v1/engagements/{engagement_id}/invitation", offer)
        assert status in {200, 201, 204}, answer
        acceptance = {
            "acceptance": to_base64url(work.acceptance()),
            "act": to_base64url(work.agreed().encode()),
        }
        self._redeem(work.invitation, {**self._finish(work.client), **acceptance})

    def sign_in(self) -> None:
        """Open a session by the first way in."""
        _, started = self.relay.call("POST", "/v1/sessions/start", {"name": self.person.name})
        way, nonce = self.person.ways[0], self.person.dice(32)
        challenge = from_base64url(started["challenge"])
        signature = self.person.answer(way, self.person.account_id, challenge, nonce)
        fields = {
            "account_id": started["account_id"],
            "method_id": to_base64url(way.method_id),
            "challenge": started["challenge"],
            "nonce": to_base64url(nonce),
            "signature": to_base64url(signature),
        }
        status, opened = self.relay.call("POST", "/v1/sessions", fields)
        assert status == 201, opened
        self.token = opened["session"]

    def asks(self, method: str, path: str, body: bytes | dict[str, Any] = b"") -> tuple[int, Any]:
        """One request in the session."""
        return self.relay.call(method, path, body, Authorization=f"Bearer {self.token}")

    def deposit(self, expires_at: int) -> int:
        """Put a record of one's own into the notes mailbox; the status of the answer."""
        raw = self.work.envelope(
            self.person,
            Role.NOTES,
            expires_at=expires_at,
            envelope_class=EnvelopeClass.OWN,
            tag=ZERO_TAG,
        )
        group = u16(1) + u16(1) + u32(len(raw)) + raw + u16(0)
        return self.asks("POST", "/v1/envelopes", group)[0]

    def rows(self) -> bytes:
        """All rows of the notes mailbox."""
        mailbox = to_base64url(self.work.mailbox(Role.NOTES))
        status, rows = self.asks("GET", f"/v1/mailboxes/{mailbox}/envelopes")
        assert status == 200, rows
        return bytes(rows)

    def _redeem(self, keys: InvitationKeys, fields: dict[str, Any]) -> None:
        signature = to_base64url(sign_redemption(keys, json.dumps(fields).encode()))
        path = f"/v1/invitations/{to_base64url(keys.invite_id)}/redeem"
        status, answer = self.relay.call("POST", path, fields, **{"Quietbox-Redeem": signature})
        assert status == 201, answer

    def _finish(self, person: Person) -> dict[str, Any]:
        until = self.now + 900 * DAY_SECONDS
        methods = [
            {
                "method_id": to_base64url(way.method_id),
                "kind": way.kind,
                "kdf": way.kdf,
                "salt": to_base64url(way.salt),
                "login_key": to_base64url(way.keys.login.public),
                "wrap": to_base64url(way.wrap),
            }
            for way in person.ways
        ]
        items = [
            {"name": name, "version": 1, "expires_at": until, "box": to_base64url(person.box())}
            for name in ("identity", "manifest")
        ]
        return {
            "account_id": to_base64url(person.account_id),
            "name": person.name,
            "methods": methods,
            "statement": to_base64url(person.statement(now=self.now)),
            "vault": items,
        }
