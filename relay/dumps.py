"""What a process holds in memory stays there, and no process outlives the one that it works for.

Owns two words to the kernel. It must never be needed for a promise to hold: a system that does not know them
runs as before, and `docs/threat-model.md` says what then remains.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
from typing import Final

_DEATH_SIGNAL: Final = 1  # PR_SET_PDEATHSIG, prctl(2)
_DUMPABLE: Final = 4  # PR_SET_DUMPABLE


def no_dumps() -> None:
    """A crash writes no core, and no other program of the same system user may look into this one's memory
    (prctl(2), ptrace(2)). Asked anew after each start of a program; a fork has it from its parent.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _prctl(_DUMPABLE, 0)


def end_with(parent: int) -> None:
    """Be killed when the process `parent`, which started this one, has ended; at once if it has already."""
    _prctl(_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)


def _prctl(option: int, value: int) -> None:
    try:
        call = ctypes.CDLL(None).prctl
    except (AttributeError, OSError, TypeError):  # a system without that call
        return
    call(option, ctypes.c_ulong(value), 0, 0, 0)
