"""What a process behind a fence may open, on a kernel that knows how."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from relay import confine

PROGRAM = """
import os, sys
from pathlib import Path
from relay import confine
folder = Path(sys.argv[1])
ruleset = confine.fence([folder / "shut"], [folder, folder / "shut" / "needed"])
assert ruleset is not None and confine.confine(ruleset)
def done(work):
    try:
        work()
    except PermissionError:
        return "no"
    return "yes"
print(*map(done, (
    lambda: (folder / "shut" / "pepper").read_bytes(),
    lambda: (folder / "alias" / "pepper").read_bytes(),
    lambda: os.listdir(folder / "shut"),
    lambda: (folder / "shut" / "new").write_bytes(b""),
    lambda: (folder / "beside" / "new").write_bytes(b""),
    lambda: os.unlink(folder / "beside" / "file"),
    lambda: os.execv(sys.executable, [sys.executable, "-c", ""]),
    lambda: (folder / "shut" / "needed" / "file").read_bytes(),
    lambda: (folder / "beside" / "file").read_bytes(),
    lambda: os.open(os.devnull, os.O_RDWR),
    lambda: __import__("wave"),
)))
"""


@pytest.mark.skipif(not confine.is_known(), reason="this kernel has no Landlock")
def test_what_is_shut_and_what_is_not(tmp_path: Path) -> None:
    """Nothing is read in a closed folder by any path, nothing is written but a device, nothing is started;
    all else is read as before, a needed folder within the closed one too.
    """
    for name in ("shut/pepper", "shut/needed/file", "beside/file"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "alias").symlink_to(tmp_path / "shut")
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path)], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.split() == ["no"] * 7 + ["yes"] * 4
