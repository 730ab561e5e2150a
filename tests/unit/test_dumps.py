"""What keeps a process's memory its own."""

from __future__ import annotations

import os
import subprocess
import sys

ASK = """
import ctypes, resource
from relay.dumps import no_dumps
no_dumps()
print(resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))
"""
STAY = """
from relay.dumps import end_with
end_with({parent})
print("still here")
"""


def test_no_core_and_nobody_looks_in() -> None:
    """After it both the limit of a core and the kernel's mark (PR_GET_DUMPABLE) are zero."""
    done = subprocess.run([sys.executable, "-c", ASK], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "(0, 0) 0"


def test_who_has_no_parent_any_more_ends() -> None:
    """A process whose parent ended before it could say so ends by itself; one with its parent goes on."""
    told = {os.getpid(): "still here\n", os.getpid() + 1: ""}
    for parent, said in told.items():
        program = STAY.format(parent=parent)
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
        assert done.stdout == said
