"""The log: nothing that is not listed is ever printed, by us or by the libraries that run with us."""

from __future__ import annotations

import ast
import base64
import io
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay import logs as subject
from relay.logs import FIELDS, Log, open_log

ROOT = Path(__file__).resolve().parents[2]
NOW = 1_800_000_000
CANARIES = (
    "maya.lindqvist@home.example",
    "heron-lantern-47",
    "blue heron on the lake",
    "203.0.113.77",
    base64.urlsafe_b64encode(bytes(range(200, 232))).decode(),
    bytes(range(32)).hex(),
    "/v1/mailboxes/9f86d081884c7d659a2feaa0c55ad015",
    "From: maya@home.example\r\nSubject: a new job",
)
"""An address, a login name, a phrase, a peer, a token, an id in hex, a path with an id, a mail."""


@pytest.fixture
def stream() -> io.StringIO:
    """Where the log writes."""
    return io.StringIO()


@pytest.fixture
def log(stream: io.StringIO) -> Log:
    """A log at a held instant."""
    return open_log(lambda: NOW, stream)


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    """What was said."""
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def refuse(secret: str) -> None:
    """Fail as code does that puts a secret into its error."""
    raise ValueError(f"no such mailbox: {secret}")


def test_line(log: Log, stream: io.StringIO) -> None:
    """A line is one JSON object: instant, level, event, then the fields as given."""
    log.info("sweep.finished", rows=20, seconds=0.25, code="done", tls=True)
    text = '{"at": 1800000000, "level": "info", "event": "sweep.finished", "rows": 20, "seconds": 0.25, '
    assert stream.getvalue() == text + '"code": "done", "tls": true}\n'


def test_bind(log: Log, stream: io.StringIO) -> None:
    """A bound field stands in each line of that log and in no other."""
    bound = log.bind(transaction="0badcafe")
    bound.warning("door.refused", code="one-recipient")
    log.error("door.failed")
    assert [line.get("transaction") for line in lines(stream)] == ["0badcafe", None]
    assert [line["level"] for line in lines(stream)] == ["warning", "error"]


@pytest.mark.parametrize("canary", CANARIES)
def test_canary(log: Log, stream: io.StringIO, canary: str) -> None:
    """A secret in a field's name or value, listed or not, in the event or beside it, is counted, not said."""
    log.info("door.refused", sender=canary, **{canary: 1})
    log.info("door.refused %s", canary)
    event = f"door.{canary}"
    log.info(event)
    log.bind(subject=canary).warning("door.refused")
    for name in FIELDS:
        log.error("door.refused", **{name: canary})
    for name in (
        "event_dict",
        "level",
        "at",
        "method_name",
        "logger",
        "exc_info",
        "positional_args",
    ):
        log.error("door.refused", **{name: canary})
    said = lines(stream)
    assert all(part not in stream.getvalue() for part in (canary, json.dumps(canary)[1:-1]))
    assert [line["dropped"] for line in said] == [2, 2] + [1] * (len(said) - 2)


@pytest.mark.parametrize("canary", CANARIES)
def test_canary_in_failure(log: Log, stream: io.StringIO, canary: str) -> None:
    """Of an exception and its causes the classes are said, and the place in our code; never the text."""
    try:
        try:
            refuse(canary)
        except ValueError as error:
            raise KeyError(canary) from error
    except KeyError as error:
        log.error("door.failed", failure=error)
    assert canary not in stream.getvalue()
    assert lines(stream)[0]["failure"] == ["KeyError", "ValueError"]


def test_place(log: Log, stream: io.StringIO) -> None:
    """The place is the innermost line of ours, not of the library that we called, nor of our caller."""
    try:
        subject.open_log(lambda: NOW, stream)._process_event("info", "a.b", {})
    except KeyError as error:
        log.error("log.failed", failure=error)
    where = lines(stream)[0]["where"]
    assert where.startswith("relay.logs:")


def test_endless_causes(log: Log, stream: io.StringIO) -> None:
    """A chain of exceptions that has no end is named in part."""
    first, second = ValueError(), KeyError()
    first.__cause__, second.__cause__ = second, first
    log.error("door.failed", failure=first)
    assert len(lines(stream)[0]["failure"]) == subject.CAUSES


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("rows", "20"),
        ("rows", True),
        ("rows", 1 << 53),
        ("seconds", float("nan")),
        ("seconds", float("inf")),
        ("code", "Not Found"),
        ("code", "a" * 41),
        ("code", "a\n"),
        ("code", b"done"),
        ("code", ["done"]),
        ("code", None),
        ("route", "/v1/mailboxes/7"),
        ("transaction", "0badcafe0"),
        ("tls", 1),
        ("listen", "relay.example:25"),
    ],
)
def test_form(log: Log, stream: io.StringIO, name: str, value: object) -> None:
    """A listed field with a value of another form is dropped."""
    log.info("door.opened", **{name: value})
    assert lines(stream) == [{"at": NOW, "level": "info", "event": "door.opened", "dropped": 1}]


@pytest.mark.parametrize("listen", ["127.0.0.1:8080", "[::1]:25", "0.0.0.0:25", "localhost:0"])
def test_listen(log: Log, stream: io.StringIO, listen: str) -> None:
    """Where we listen may be said."""
    log.info("door.opened", listen=listen, route="/v1/mailboxes/{mailbox_id}/envelopes")
    assert lines(stream)[0]["listen"] == listen
    assert "route" in lines(stream)[0]


@given(st.binary(min_size=32, max_size=64))
def test_no_field_holds_a_secret(secret: bytes) -> None:
    """Thirty-two random bytes in hex or base64 fit no field, listed or not."""
    spellings = (secret.hex(), base64.b64encode(secret).decode(), base64.urlsafe_b64encode(secret).decode())
    assert not [name for name, form in FIELDS.items() for text in spellings if form(text)]


class Gone(io.StringIO):
    """A standard error whose reader has gone away."""

    def write(self, text: str) -> int:
        """Fail as a closed pipe does."""
        raise BrokenPipeError


def test_log_is_gone() -> None:
    """A log that cannot be written stops nobody."""
    open_log(lambda: NOW, Gone()).info("door.opened")


PROCESS = """
import asyncio, logging, sys, threading, warnings
from relay.logs import open_log, take_over

canary = sys.argv[1]
take_over(open_log(lambda: 1_800_000_000))

SILENT = ("mail.log", "mail.debug", "aiohttp.access", "sqlalchemy.engine.Engine")
for name in (*SILENT, "aiohttp.server", "asyncio"):
    logger = logging.getLogger(name)
    for level in (logging.DEBUG, logging.INFO, logging.ERROR):
        logger.log(level, "%r said " + canary, canary, extra={"peer": canary})
    logger.error("too %s few %s", canary)
    try:
        raise ValueError(canary)
    except ValueError:
        logger.exception(canary)
logging.warning(canary)
warnings.warn(canary, stacklevel=1)

def fail(*_):
    raise ValueError(canary)

thread = threading.Thread(target=fail, name=canary)
thread.start(); thread.join()

class Ghost:
    __del__ = fail
Ghost()

async def forget():
    asyncio.get_running_loop().call_soon(fail)
    task = asyncio.create_task(asyncio.sleep(0), name=canary)
    task.add_done_callback(fail)
    await task
    await asyncio.sleep(0)
asyncio.run(forget())
fail()
"""


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:
    """A process that has been taken over, and in which everything that can tell a secret does."""
    program = tmp_path_factory.mktemp("logs") / "program.py"
    program.write_text(PROCESS, encoding="utf-8")
    command = [sys.executable, program, CANARIES[0]]
    return subprocess.run(
        command, env={"PYTHONPATH": str(ROOT)}, text=True, capture_output=True, check=False, timeout=60
    )


def test_process_keeps_silent(process: subprocess.CompletedProcess[str]) -> None:
    """No library, warning, thread, destructor, task or last word tells a secret, whatever the level."""
    assert process.returncode == 1
    assert process.stdout == ""
    assert CANARIES[0] not in process.stderr
    assert "home.example" not in process.stderr


def test_process_says_that_something_was(process: subprocess.CompletedProcess[str]) -> None:
    """Each line is JSON; records are named by logger and place, last words by class; the silent are
    silent."""
    said = [json.loads(line) for line in process.stderr.splitlines()]
    loggers = {line.get("logger") for line in said}
    assert loggers == {None, "aiohttp.server", "asyncio", "root", "py.warnings"}
    events = [line["event"] for line in said]
    assert {"process.thread_died", "process.unraisable", "library.record"} <= set(events)
    assert said[-1]["event"] == "process.died"
    assert said[-1]["failure"] == ["ValueError"]
    assert not any("dropped" in line for line in said)


def logging_calls(tree: ast.AST) -> Iterator[ast.Call]:
    """Calls of `log.info` and its like, `self._log.error` included."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            name = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
            if name in ("log", "_log") and node.func.attr in ("info", "warning", "error", "bind"):
                yield node


def faults(call: ast.Call) -> list[str]:
    """What is wrong with a call."""
    method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    names = {keyword.arg for keyword in call.keywords}
    unlisted = [f"unlisted field {name}" for name in names - {*FIELDS, "failure"}]
    if method == "bind":
        return unlisted
    event = call.args[0] if len(call.args) == 1 else None
    constant = isinstance(event, ast.Constant) and subject._EVENT(event.value)
    return unlisted + ([] if constant else ["the event must be one constant, part.what_happened"])


def test_every_call_is_listed() -> None:
    """Each event of the relay is a constant, and each of its fields is listed: nothing is dropped by
    design."""
    found = {
        f"{path.relative_to(ROOT)}:{call.lineno}": faults(call)
        for path in (ROOT / "relay").rglob("*.py")
        if "node_modules" not in path.parts
        for call in logging_calls(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert {place: wrong for place, wrong in found.items() if wrong} == {}
