"""A program that is killed before or after one step of a backup or a restore.

Owns where the kill stands: `MODULE.FUNCTION before|after`, as a test names it. Must never change what the
steps themselves do.
"""

from __future__ import annotations

import os
import signal
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from relay.config import load
from relay.operator import backup, restore
from tests.service.prepared import run

WORK = {
    "backup": lambda config: backup.create(load(config)),
    "restore": lambda config, path: restore.restore(load(config), Path(path)),
}


def crash(step: str, *work: str) -> None:
    """Begin a piece of work of WORK with its arguments, and have it killed at a step."""
    child = run(__name__, [step, *work], timeout=60)
    assert child.returncode == -signal.SIGKILL, child.stderr


def main() -> None:
    """The program."""
    step, work, config, *others = sys.argv[1:]
    place, when = step.split()
    module_name, _, name = place.rpartition(".")
    module = import_module(module_name)
    real = getattr(module, name)

    def broken(*arguments: Any, **named: Any) -> None:
        if when == "after":
            real(*arguments, **named)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(module, name, broken)
    WORK[work](Path(config), *others)
