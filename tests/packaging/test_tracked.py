"""What stands in the repository: no path of somebody's machine, no address of a package registry."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCK = ROOT / "relay" / "inbox" / "package-lock.json"
FORBIDDEN = {
    "a path of somebody's machine": r"(?<![\w.$}])/(?:home|root|Users|work)/\w",
    "a path of somebody's Windows": r"\b[A-Z]:\\Users\\",
    "the place of a package in a registry": r'"resolved"\s*:',
    "the choice of a registry": r"--(?:extra-)?index-u[r]l|\bregistry\s*=",
    "a package registry": r"\b(?:registry\.(?:npmjs|yarnpkg)|pypi\.org|pythonhosted\.org)\b|://[^\s\"]*/simple\b",
}


def tracked() -> list[Path]:
    """The files that git knows, links and submodules left out."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, timeout=60)
    return [path for name in done.stdout.decode().split("\0") if name and (path := ROOT / name).is_file()]


def test_no_address_of_a_machine_or_a_registry() -> None:
    """No tracked text names where it was written or where packages were fetched."""
    if not (ROOT / ".git").exists():
        pytest.skip("this is an unpacked archive: there is no list of tracked files")
    found = []
    for path in tracked():
        text = path.read_bytes().decode("utf-8", errors="replace")
        for what, pattern in FORBIDDEN.items():
            found += [f"{path.relative_to(ROOT)}: {what}" for _ in re.finditer(pattern, text)]
    assert found == []


@pytest.mark.parametrize(
    "text",
    [
        "cd /ho" + "me/anna/relay",
        '"resol' + 'ved": "x"',
        "pip --index-" + "url x",
        "https://py" + "pi.org",
        "/wo" + "rk/main",
    ],
)
def test_guard_can_fail(text: str) -> None:
    """The patterns find what they are for."""
    assert any(re.search(pattern, text) for pattern in FORBIDDEN.values())


def test_lock_file() -> None:
    """Each package of the inbox's lock file is held by its hash, and none by an address."""
    packages = {name: entry for name, entry in json.loads(LOCK.read_bytes())["packages"].items() if name}
    assert packages
    assert [name for name, entry in packages.items() if "resolved" in entry or "link" in entry] == []
    assert [
        name for name, entry in packages.items() if not entry.get("integrity", "").startswith("sha512-")
    ] == []


def test_no_install_scripts() -> None:
    """No package of the inbox wants to run a program while it is being installed."""
    packages = json.loads(LOCK.read_bytes())["packages"].items()
    assert [name for name, entry in packages if entry.get("hasInstallScript")] == []
