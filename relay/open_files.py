"""How many files and connections a program of the relay may have open at a time.

Owns one word to the kernel (getrlimit(2)). Many systems give 1,024 and let a program take more: at the end of
them a relay would reach neither its store nor its keeper, whatever its own limits say.
"""

from __future__ import annotations

import resource
from typing import Final

from relay.logs import Log

OTHERS: Final = 512
"""Beside the connections that are counted: the store's, the keeper's, logs, the system's own."""


def make_room(connections: int, log: Log) -> None:
    """Let this program, and those that it starts, have so many connections, as far as the system allows;
    where it does not allow them the log says how many files it does.
    """
    wanted = connections + OTHERS
    most = may_open(wanted)
    if most < wanted:
        log.warning("files.few", count=wanted, limit=most)


def may_open(wanted: int) -> int:
    """Ask for so many files; how many it may open now."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return wanted if soft == resource.RLIM_INFINITY else soft
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    return most
