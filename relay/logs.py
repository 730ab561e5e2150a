"""What the relay says on standard error: one JSON object a line, of listed fields only.

Owns: the list of fields that may be said (`FIELDS`), the form of each, and what becomes of the records of
other libraries. It must never print a value because somebody passed it: a field that is not listed, or
whose value has not the form of its field, is dropped and counted (`dropped`). No field here can hold an
address, a login name, a key, a token, an id of a person's thing, or a sentence. Of an
exception the class and the place in our code are said, never its text; of another library's record its
logger and place, never its message.

`open_log` gives the log that the parts are handed. `take_over` makes a whole process keep to it.
"""

from __future__ import annotations

import contextlib
import json
import logging
import re
import sys
import threading
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any, TextIO


@contextlib.contextmanager
def _without(name: str) -> Iterator[None]:
    """As if a library were not installed, unless it is loaded already."""
    is_loaded = name in sys.modules
    sys.modules.setdefault(name, None)  # type: ignore[arg-type]
    try:
        yield
    finally:
        if not is_loaded:
            del sys.modules[name]


with _without(
    "rich"
):  # with it structlog can paint tracebacks: 5 MiB in each program, for what is never said
    import structlog
from structlog.typing import EventDict, Processor, WrappedLogger  # noqa: E402

SILENT = ("mail", "aiohttp.access", "sqlalchemy")
"""Loggers of libraries that say who writes to whom: aiosmtpd's, aiohttp's access log, and SQL with its
values."""

OURS = ("relay", "keys")
CAUSES = 5
"""How many exceptions of a chain are named."""

Form = Callable[[object], bool]


def _text(pattern: str) -> Form:
    compiled = re.compile(pattern)
    return lambda value: isinstance(value, str) and compiled.fullmatch(value) is not None


def _number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1 << 53


def _flag(value: object) -> bool:
    return isinstance(value, bool)


# Words and routes have no digits, so that no login name and no id in hex fits one; and what fits a word or a
# logger is shorter than 32 random bytes in any spelling.
_WORD = _text(r"[a-z][a-z_.-]{0,39}")
_ROUTE = _text(r"(?:/(?:v[0-9]|[a-z._-]{1,32}|\{[a-z_]{1,32}\}))+")
_EVENT = _text(r"(?=.{3,60}\Z)[a-z_]+(?:\.[a-z_]+)+")

FIELDS: dict[str, Form] = {
    "backend": _WORD,
    "code": _WORD,
    "logger": _text(r"[A-Za-z_][A-Za-z0-9_.]{0,39}"),
    "mode": _WORD,
    "part": _WORD,
    "reason": _WORD,
    "standing": _WORD,
    "state": _WORD,
    "step": _WORD,
    "verdict": _WORD,
    "version": _text(r"[0-9]{1,4}\.[0-9]{1,4}(?:\.[0-9]{1,4})?"),
    "route": _ROUTE,
    "method": _text(r"[A-Z]{3,7}"),
    "listen": _text(r"(?:[0-9.]{7,15}|\[[0-9a-f:.]{2,45}\]|localhost):[0-9]{1,5}"),
    "where": _text(r"[a-z_][A-Za-z0-9_.]{0,79}:[0-9]{1,6}"),
    "transaction": _text(r"[0-9a-f]{8}"),
    "tls": _flag,
    "attempts": _number,
    "batches": _number,
    "blobs": _number,
    "bytes": _number,
    "connections": _number,
    "count": _number,
    "day": _number,
    "divergence_seconds": _number,
    "due": _number,
    "envelopes": _number,
    "exit_code": _number,
    "failed": _number,
    "lag_seconds": _number,
    "limit": _number,
    "milliseconds": _number,
    "offset_seconds": _number,
    "overdue": _number,
    "rows": _number,
    "seconds": _number,
    "size_bytes": _number,
    "status": _number,
}
"""Each field that may be said, with the form that its value must have."""


class Log(structlog.BoundLoggerBase):
    """A log that says events, `part.what_happened`, with listed fields; `bind` gives one that repeats some.

    `failure` takes an exception. Saying something never raises, and what is not allowed is left out, so these
    take anything.
    """

    def info(
        self, event: str, *unsaid: object, failure: BaseException | None = None, **fields: object
    ) -> None:
        """Something happened as it should."""
        self._say("info", event, {**fields, "unsaid": len(unsaid), "failure": failure})

    def warning(
        self, event: str, *unsaid: object, failure: BaseException | None = None, **fields: object
    ) -> None:
        """Something was refused or put off, and the relay goes on."""
        self._say("warning", event, {**fields, "unsaid": len(unsaid), "failure": failure})

    def error(
        self, event: str, *unsaid: object, failure: BaseException | None = None, **fields: object
    ) -> None:
        """Something needs the operator."""
        self._say("error", event, {**fields, "unsaid": len(unsaid), "failure": failure})

    def _say(self, level: str, event: str, fields: dict[str, object]) -> None:
        line, _ = self._process_event(level, event, fields)
        with contextlib.suppress(OSError, ValueError):  # standard error is gone: go on without a log
            self._logger.msg(*line)


def open_log(now: Callable[[], int], stream: TextIO | None = None) -> Log:
    """A log on `stream` (standard error if None); `now` gives the instant of each line, Unix seconds UTC."""
    chain: list[Processor] = [_Sieve(now), structlog.processors.JSONRenderer(json.dumps)]
    return Log(structlog.WriteLogger(stream or sys.stderr), chain, {})


class _Sieve:
    """Lets through what is listed, in a fixed order, and counts the rest."""

    def __init__(self, now: Callable[[], int]) -> None:
        self._now = now

    def __call__(self, logger: WrappedLogger, level: str, fields: EventDict) -> EventDict:
        event, failure = fields.pop("event"), fields.pop("failure")
        dropped = int(fields.pop("unsaid"))
        line: dict[str, Any] = {"at": self._now(), "level": level, "event": event}
        if not _EVENT(event):
            line["event"] = "log.unnamed"
            dropped += 1
        for name, value in fields.items():
            form = FIELDS.get(name)
            if form is not None and form(value):
                line[name] = value
            else:
                dropped += 1
        if failure is not None:
            line |= describe(failure)
        return line | ({"dropped": dropped} if dropped else {})


def describe(failure: BaseException) -> dict[str, object]:
    """Classes of an exception and its causes, newest first, and where in our code it was raised; no text."""
    where = place(failure.__traceback__)
    return {"failure": [type(error).__qualname__ for error in _chain(failure)]} | (
        {"where": where} if where else {}
    )


def _chain(failure: BaseException) -> Iterator[BaseException]:
    error: BaseException | None = failure
    for _ in range(CAUSES):
        if error is None:
            return
        yield error
        error = error.__cause__ or error.__context__


def place(traceback: TracebackType | None) -> str | None:
    """`module:line` of the innermost frame that runs our code."""
    found = None
    while traceback is not None:
        module = traceback.tb_frame.f_globals.get("__name__", "")
        if module.split(".")[0] in OURS:
            found = f"{module}:{traceback.tb_lineno}"
        traceback = traceback.tb_next
    return found


def take_over(log: Log) -> None:
    """Make the whole process say nothing but through `log`: other libraries' records, warnings, last
    words."""
    root = logging.getLogger()
    root.handlers = [_Relayed(log)]
    root.setLevel(logging.WARNING)
    for name in SILENT:
        _silence(logging.getLogger(name))
    logging.raiseExceptions = False  # or a record that cannot be formatted is printed whole
    logging.captureWarnings(True)
    sys.excepthook = lambda kind, error, traceback: log.error("process.died", failure=error)
    sys.unraisablehook = lambda unraisable: log.error("process.unraisable", failure=unraisable.exc_value)
    threading.excepthook = lambda arguments: log.error("process.thread_died", failure=arguments.exc_value)


def _silence(logger: logging.Logger) -> None:
    logger.handlers = [logging.NullHandler()]
    logger.propagate = False
    logger.setLevel(logging.CRITICAL + 1)


class _Relayed(logging.Handler):
    """Says of another library's record that there was one, and where; never what it said."""

    def __init__(self, log: Log) -> None:
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        say = self._log.error if record.levelno >= logging.ERROR else self._log.warning
        failure = record.exc_info[1] if record.exc_info else None
        say("library.record", logger=record.name, where=f"{record.module}:{record.lineno}", failure=failure)
