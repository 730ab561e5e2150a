"""Programs of `relay` and `mailbox` that need not import everything first.

Owns a helper process that has imported both programs and forks for each that is started, which then runs as
it would from the shell: a process of its own with its own words, environment, descriptors and exit code. Most
of a short command's time is imports, and the tests run thousands. Must never run a command in the process of
the tests. Some tests start programs as a shell does: tests/service/test_serving.py (`start_anew`),
tests/sdk/test_cli.py (PROGRAM) and tests/e2e/test_demo.py.
"""

from __future__ import annotations

import array
import atexit
import contextlib
import gc
import importlib
import json
import os
import pkgutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import IO, Any

PACKAGES = ("keys", "relay", "client_sdk")
ENTRIES = {"relay": "relay.__main__", "mailbox": "client_sdk.cli"}
LEFT_OUT = ("relay.inbox", "relay.migrations")
MOST_REQUEST_BYTES = 1 << 20
MOST_DESCRIPTORS = 16
NUMBER = array.array("i").itemsize
ONE_ASKS = threading.Lock()


class Program:
    """A program that was started: what tests use of `subprocess.Popen`, with bytes."""

    def __init__(
        self,
        program: str,
        words: Sequence[str],
        *,
        environment: Mapping[str, str] | None = None,
        stdin: int = subprocess.DEVNULL,
        stdout: int = subprocess.DEVNULL,
        stderr: int | None = None,
        descriptors: Sequence[int] = (),
    ) -> None:
        """`relay`, `mailbox` or a module with a `main`. Each of the three is PIPE, DEVNULL or an open
        descriptor; further descriptors keep their numbers.
        """
        self.args = [program, *words]
        self.returncode: int | None = None
        self._line, theirs = socket.socketpair()
        with theirs, contextlib.ExitStack() as handed:
            given, self.stdin = _end(handed, stdin, "wb")
            out, self.stdout = _end(handed, stdout, "rb")
            err, self.stderr = _end(handed, 2 if stderr is None else stderr, "rb")
            asked = {
                "program": program,
                "words": list(words),
                "environment": dict(os.environ if environment is None else environment),
                "folder": str(Path.cwd()),
                "numbers": [0, 1, 2, *descriptors],
            }
            _hand(json.dumps(asked).encode(), [theirs.fileno(), given, out, err, *descriptors])
        self.pid = self._number()

    def __repr__(self) -> str:
        return f"<Program {self.args} pid={self.pid} returncode={self.returncode}>"

    def poll(self) -> int | None:
        """The exit code, or None while it runs."""
        if self.returncode is None:
            self._line.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                self._ended()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """The exit code, when it has ended. Raises TimeoutExpired."""
        if self.returncode is None:
            self._line.settimeout(timeout)
            try:
                self._ended()
            except TimeoutError:
                raise subprocess.TimeoutExpired(self.args, timeout or 0) from None
        assert self.returncode is not None
        return self.returncode

    def communicate(self, timeout: float | None = None) -> tuple[bytes, bytes]:
        """Wait for its end, and read what it left in its pipes, of which it can have filled none."""
        if self.stdin is not None:
            self.stdin.close()
        self.wait(timeout)
        told = []
        for pipe in (self.stdout, self.stderr):
            told.append(b"" if pipe is None or pipe.closed else pipe.read())
            if pipe is not None:
                pipe.close()
        return told[0], told[1]

    def send_signal(self, number: int) -> None:
        """Signal it, unless it has ended."""
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    def __enter__(self) -> Program:
        return self

    def __exit__(self, *_: object) -> None:
        self.communicate()

    def _ended(self) -> None:
        self.returncode = self._number()
        self._line.close()

    def _number(self) -> int:
        raw = self._line.recv(NUMBER)  # both numbers are written at once each: never a part of one
        assert len(raw) == NUMBER, f"{self.args} went away without a word"
        return int.from_bytes(raw, sys.byteorder, signed=True)


def run(
    program: str,
    words: Sequence[str],
    *,
    environment: Mapping[str, str] | None = None,
    given: str = "",
    descriptors: Sequence[int] = (),
    timeout: float,
) -> subprocess.CompletedProcess[str]:
    """Run `relay` or `mailbox` to its end. Raises TimeoutExpired."""
    with tempfile.TemporaryFile() as put, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        put.write(given.encode())
        put.seek(0)
        started = Program(
            program,
            words,
            environment=environment,
            stdin=put.fileno(),
            stdout=out.fileno(),
            stderr=err.fileno(),
            descriptors=descriptors,
        )
        try:
            code = started.wait(timeout)
        except subprocess.TimeoutExpired:
            started.kill()
            raise
        return subprocess.CompletedProcess(started.args, code, *(_read(one) for one in (out, err)))


def _read(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode()


def _end(handed: contextlib.ExitStack, what: int, mode: str) -> tuple[int, Any]:
    """The descriptor that a program gets, and our end of it if it is a pipe."""
    if what == subprocess.DEVNULL:
        nothing = os.open(os.devnull, os.O_RDWR)
        handed.callback(os.close, nothing)
        return nothing, None
    if what != subprocess.PIPE:
        return what, None
    reading, writing = os.pipe()
    theirs, ours = (reading, writing) if mode == "wb" else (writing, reading)
    handed.callback(os.close, theirs)
    return theirs, os.fdopen(ours, mode)


def _hand(raw: bytes, descriptors: list[int]) -> None:
    """A request: its length, and then it, with the descriptors. Programs are started from several threads."""
    with ONE_ASKS:
        line = _helper()
        socket.send_fds(line, [len(raw).to_bytes(4, "big")], descriptors)
        line.sendall(raw)


@cache
def _helper() -> socket.socket:
    """The line to this process's helper, which ends with the line."""
    ours, theirs = socket.socketpair()
    with theirs:
        command = [sys.executable, "-m", __name__, str(theirs.fileno())]
        helper = subprocess.Popen(
            command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )

    def end() -> None:
        ours.close()
        helper.wait(30)

    atexit.register(end)
    assert ours.recv(1) == b".", "the programs cannot be imported"
    return ours


# --- in the helper ------------------------------------------------------------------------------------------


def _import_all() -> None:
    """Both programs and all that their commands import when they run."""
    for name in PACKAGES:
        package = importlib.import_module(name)
        for found in pkgutil.walk_packages(package.__path__, f"{name}."):
            if not found.name.startswith(LEFT_OUT) and not found.name.endswith(".__main__"):
                importlib.import_module(found.name)
    importlib.import_module("relay.__main__")


def _requests(line: socket.socket) -> Iterator[tuple[dict[str, Any], list[int]]]:
    """What is asked for, until the line ends."""
    while True:
        head, descriptors, *_ = socket.recv_fds(line, 4, MOST_DESCRIPTORS)
        if not head:
            os._exit(0)
        raw = b""
        while rest := int.from_bytes(head, "big") - len(raw):
            raw += line.recv(min(rest, MOST_REQUEST_BYTES))  # what follows is the next request's
        yield json.loads(raw), descriptors


def _serve(line: socket.socket) -> None:
    """Fork for each request; in the fork, return when the program is to begin."""
    signal.signal(signal.SIGCHLD, _wait)
    for asked, descriptors in _requests(line):
        if os.fork() == 0:
            line.close()
            _between(asked, descriptors)
            return
        for descriptor in descriptors:
            os.close(descriptor)


def _wait(*_: object) -> None:
    """Wait for what stands between and has ended."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _between(asked: dict[str, Any], descriptors: list[int]) -> None:
    """Fork once more and tell how that ended; in the inner fork, return with all as the program wants it."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    told, *files = descriptors
    if inner := os.fork():
        for file in files:
            os.close(file)
        _tell(told, inner)
        _, status = os.waitpid(inner, 0)
        _tell(told, os.waitstatus_to_exitcode(status))
        os._exit(0)
    os.close(told)
    _take(files, asked["numbers"])
    os.chdir(asked["folder"])
    os.environ.clear()
    os.environ.update(asked["environment"])
    sys.argv = [asked["program"], *asked["words"]]
    sys.modules["__main__"].__package__ = None  # usage names the program, not this module
    sys.stdin, sys.stdout = open(0), open(1, "w")  # noqa: SIM115
    sys.stderr = open(2, "w", buffering=1, errors="backslashreplace")  # noqa: SIM115


def _tell(told: int, number: int) -> None:
    with contextlib.suppress(BrokenPipeError):  # the test has gone
        os.write(told, array.array("i", [number]).tobytes())


def _take(files: list[int], numbers: list[int]) -> None:
    """Put descriptors where the program looks for them."""
    high = [os.dup2(file, 200 + at) for at, file in enumerate(files)]
    for file in files:
        os.close(file)
    for file, number in zip(high, numbers, strict=True):
        os.dup2(file, number)
        os.close(file)


def _main() -> None:
    _import_all()
    gc.freeze()  # what never goes is not written to, and stays shared
    line = socket.socket(fileno=int(sys.argv[1]))
    line.sendall(b".")
    _serve(line)
    module = importlib.import_module(ENTRIES.get(sys.argv[0], sys.argv[0]))
    try:
        module.main()
    except SystemExit as ended:
        if isinstance(ended.code, int | None):
            _end_at_once(ended.code or 0)
        raise


def _end_at_once(code: int) -> None:
    """End as a program does, but for taking all modules apart, which costs more than many commands do."""
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and not thread.daemon:
            thread.join()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    _main()
