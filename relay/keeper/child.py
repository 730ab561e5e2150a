"""The keeper as a child of a relay: `python -m relay.keeper`, started by the relay alone.

Owns its start, and the sentences for what keeps it from starting. It is told by the relay what it goes by,
and loads neither settings nor a command line, which would be two thirds of its start. Standard input is a
pipe of which the relay holds the other end; when that ends, it ends.
"""

from __future__ import annotations

import asyncio
import os
import sys
from typing import Final

from keys.errors import KeysError
from relay.clock import ClockError, SystemClock
from relay.keeper.backup import Backups, read_seal_key
from relay.keeper.child_plan import ChildPlan, parse_child_plan
from relay.keeper.folder import FolderRefused
from relay.keeper.run import Plan, run
from relay.keeper.tick import RingLost
from relay.logs import open_log, take_over

MOST_LINE_BYTES: Final = 1 << 16


def main() -> None:
    """Read the plan and run until SIGTERM, SIGINT or the relay's end; exit code 1 after a sentence."""
    told = parse_child_plan(_line())
    try:
        log = open_log(SystemClock(told.offset_file).now)
        take_over(log)
        asyncio.run(run(_plan(told), log, lambda _: log.info("keeper.ready")))
    except (FolderRefused, RingLost, ClockError) as failure:
        sys.exit(str(failure))
    except KeysError:
        sys.exit(f"{told.ring_backup_key} holds no public key of `relay keeper ring-key`.")
    except OSError as failure:
        sys.exit(f"The keeper could not start: {failure}")
    except KeyboardInterrupt:  # it came to the whole group before anybody listened for it
        sys.exit(130)


def _line() -> bytes:
    """The one line, and nothing of what follows: that is the relay's end."""
    line = bytearray()
    while not line.endswith(b"\n"):
        piece = os.read(0, 1)
        if not piece or len(line) > MOST_LINE_BYTES:
            sys.exit(0)
        line += piece
    return bytes(line)


def _plan(told: ChildPlan) -> Plan:
    backups = None
    if told.ring_backups is not None and told.ring_backup_key is not None:
        backups = Backups(told.ring_backups, read_seal_key(told.ring_backup_key))
    return Plan(told.folder, told.socket, told.mirror, backups, offset_file=told.offset_file, child=True)
