"""`relay demo --check`, as somebody who has just installed it would run it: on the file, without a server."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.timeout(300)
def test_the_demo_plays_to_its_end(tmp_path: Path) -> None:
    """Every step comes out right, one line a step, and nothing of it is left in the temporary folder."""
    done = subprocess.run(
        [sys.executable, "-m", "relay", "demo", "--check"],
        capture_output=True,
        text=True,
        timeout=280,
        env={"PATH": "/usr/bin:/bin", "TMPDIR": str(tmp_path), "HOME": str(tmp_path)},
        cwd=tmp_path,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert [line[:4].strip() for line in done.stdout.splitlines()] == [str(number) for number in range(1, 15)]
    assert list(tmp_path.iterdir()) == []
