"""Row 3: durable deposits against Synapse, a server that people run for what this one does: one message of
4 KiB after another into a room by the client API.

Synapse comes from the package index into an environment of its own below `tests/bench/out`, made when the row
is asked for; where that fails, the row says so and is left out. Its own limits are set out of the way.
"""

from __future__ import annotations

import hmac
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import count as counter
from pathlib import Path
from typing import Any, Final

from tests.bench.crowd import Visitor, let_loose, visiting
from tests.bench.deposits import deposit
from tests.bench.figures import Figure, Findings, interleaved
from tests.bench.house import free_port, housed
from tests.bench.programs import ROOT, SERVER_CORES, pin

VERSION: Final = "matrix-synapse==1.163.2"
PLACE: Final = ROOT / "tests" / "bench" / "out" / "synapse"
PYTHON: Final = PLACE / "bin" / "python"
SECRET: Final = "bench"
START_SECONDS: Final = 60
LEAST: Final = 45
TEXT_BYTES: Final = 3_800  # with its event around it: 4 KiB
NUMBERS: Final = counter()
SETTINGS: Final = """\
server_name: bench.test
pid_file: {folder}/pid
listeners: [{{port: {port}, bind_addresses: ["127.0.0.1"], type: http, resources: [{{names: [client]}}]}}]
database: {{name: sqlite3, args: {{database: {folder}/homeserver.db}}}}
log_config: {folder}/log.yaml
media_store_path: {folder}/media
signing_key_path: {folder}/signing.key
registration_shared_secret: {secret}
macaroon_secret_key: bench
form_secret: bench
report_stats: false
trusted_key_servers: []
rc_message: {{per_second: 1000000, burst_count: 1000000}}
"""
LOG: Final = """\
version: 1
handlers: {none: {class: logging.NullHandler}}
root: {level: ERROR, handlers: [none]}
"""


@dataclass(frozen=True, slots=True)
class Room:
    """A place to send to, and who may."""

    port: int
    token: str
    room_id: str

    async def send(self, visitor: Visitor) -> None:
        """One message."""
        said = {"msgtype": "m.text", "body": os.urandom(TEXT_BYTES // 2).hex()}
        path = f"/_matrix/client/v3/rooms/{self.room_id}/send/m.room.message/{next(NUMBERS)}"
        await visitor.ask("PUT", path, status=200, json=said)


async def measure(rounds: int, quick: bool) -> Findings:
    """In turn, on the same core."""
    if reason := _why_not():
        print(f"row 3 is left out: {reason}")
        return Findings(())
    count, theirs = (2_000, 100) if quick else (16_000, 600)
    with _serving() as room:
        async with housed() as (_, relay, coach), visiting(room.port, room.token) as visitor:
            ours, other = await interleaved(
                rounds,
                partial(deposit, relay.port, coach, count),
                partial(let_loose, visitor, [room.send] * theirs),
            )
    rates = [[one.rate for one in column] for column in (ours, other)]
    return Findings((Figure("3", "durable deposits of 4 KiB", rates[0], "Synapse", rates[1], "/s", LEAST),))


def _why_not() -> str:
    """What is missing; empty where it is there."""
    if PYTHON.exists():
        return ""
    PLACE.parent.mkdir(exist_ok=True)
    steps = ([sys.executable, "-m", "venv", str(PLACE)], [str(PYTHON), "-m", "pip", "install", "-q", VERSION])
    for step in steps:
        done = subprocess.run(step, capture_output=True, text=True, check=False)
        if done.returncode:
            PYTHON.unlink(missing_ok=True)
            return f"{VERSION} cannot be installed: {done.stderr.strip()[-200:]}"
    return ""


@contextmanager
def _serving() -> Iterator[Room]:
    with tempfile.TemporaryDirectory(prefix="quietbox-bench-") as folder:
        port = free_port()
        config = Path(folder, "homeserver.yaml")
        config.write_text(SETTINGS.format(folder=folder, port=port, secret=SECRET))
        Path(folder, "log.yaml").write_text(LOG)
        words = [str(PYTHON), "-m", "synapse.app.homeserver", "-c", str(config)]
        subprocess.run([*words, "--generate-keys"], check=True, capture_output=True)
        before = os.sched_getaffinity(0) if SERVER_CORES else set()
        pin(SERVER_CORES)
        process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        pin(before)
        try:
            yield _room(port)
        finally:
            process.terminate()
            process.wait(START_SECONDS)


def _room(port: int) -> Room:
    """Somebody in a room of their own, once it answers."""
    register = "/_synapse/admin/v1/register"
    nonce = _ask_until_it_answers(port, register)["nonce"]
    mac = hmac.digest(SECRET.encode(), b"\0".join([nonce.encode(), b"anna", b"bench", b"notadmin"]), "sha1")
    asked = {"nonce": nonce, "username": "anna", "password": "bench", "admin": False, "mac": mac.hex()}
    token = _ask(port, register, asked)["access_token"]
    room_id = _ask(port, "/_matrix/client/v3/createRoom", {}, token)["room_id"]
    return Room(port, token, room_id)


def _ask_until_it_answers(port: int, path: str) -> Any:
    ends_at = time.monotonic() + START_SECONDS
    while True:
        try:
            return _ask(port, path)
        except urllib.error.URLError:
            if time.monotonic() > ends_at:
                raise
            time.sleep(0.2)


def _ask(port: int, path: str, asked: object = None, token: str = "") -> Any:
    body = None if asked is None else json.dumps(asked).encode()
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", body, headers)
    with urllib.request.urlopen(request, timeout=START_SECONDS) as answer:
        return json.load(answer)
