"""The wheel and the hook that builds the inbox into it."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
INBOX = ROOT / "relay" / "inbox"


def load_hook() -> ModuleType:
    """The hook, loaded by path as hatchling does."""
    spec = importlib.util.spec_from_file_location("build_hook", INBOX / "build_hook.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


HOOK = load_hook()


def hook(root: Path) -> object:
    """The hook for a checkout."""
    return HOOK.InboxBuildHook(str(root), {}, None, None, str(root), "wheel")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with the inbox's source, not built."""
    leave = shutil.ignore_patterns("node_modules", "__pycache__")
    shutil.copytree(INBOX, tmp_path / "relay" / "inbox", ignore=leave)
    (tmp_path / "keys").mkdir()
    shutil.copy(ROOT / "keys" / "NOTICE", tmp_path / "keys")
    return tmp_path


def build_stamp(root: Path) -> None:
    """Say that the inbox has been built from the source as it is."""
    (root / "relay" / "static").mkdir()
    (root / "relay" / "static" / ".build-stamp").write_text(hook(root).fingerprint() + "\n")


def test_missing_source(tmp_path: Path) -> None:
    """Without the inbox's source the build stops with the names of what is missing."""
    (tmp_path / "relay" / "inbox").mkdir(parents=True)
    (tmp_path / "relay" / "inbox" / "index.html").touch()
    with pytest.raises(SystemExit) as caught:
        hook(tmp_path).initialize("standard", {})
    assert str(caught.value).startswith(
        "web inbox: cannot be built, there is no relay/inbox/package.json, no relay/inbox/package-lock.json"
    )
    assert "index.html" not in str(caught.value)


def test_fresh_needs_no_node(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What has been built from the same source is not built again, and no Node is asked for."""
    monkeypatch.delenv("INBOX_NODE", raising=False)
    assert hook(checkout).dependencies() == [HOOK.NODE_WHEEL]
    build_stamp(checkout)
    assert hook(checkout).dependencies() == []
    hook(checkout).initialize("standard", {})
    assert not (checkout / "relay" / "inbox" / "node_modules").exists()


def test_fingerprint(checkout: Path) -> None:
    """A changed source is built again; other line ends and a changed test are no change."""
    build_stamp(checkout)
    page = checkout / "relay" / "inbox" / "index.html"
    page.write_bytes(page.read_bytes().replace(b"\n", b"\r\n"))
    (page.parent / "src" / "new.test.ts").write_text("export {};\n")
    assert hook(checkout).fresh()
    (page.parent / "src" / "new.ts").write_text("export {};\n")
    assert not hook(checkout).fresh()


def test_chosen_node_without_npm(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Node of the builder's own choice must have npm beside it; if not, that is said."""
    monkeypatch.setenv("INBOX_NODE", str(checkout / "node"))
    with pytest.raises(SystemExit, match="no npm beside INBOX_NODE"):
        hook(checkout).initialize("standard", {})


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The wheel, built in a copy of the checkout."""
    copy = tmp_path_factory.mktemp("wheel") / "quietbox"
    shutil.copytree(
        ROOT, copy, ignore=shutil.ignore_patterns(".*_cache", ".git", ".venv", "node_modules", "__pycache__")
    )
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", "out"]
    done = subprocess.run(build, cwd=copy, text=True, capture_output=True, check=False, timeout=110)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = (copy / "out").glob("quietbox-*-py3-none-any.whl")
    return zipfile.ZipFile(built)


def test_wheel(wheel: zipfile.ZipFile) -> None:
    """The wheel has the code, the built inbox with the licences of its parts, and type markers."""
    held = set(wheel.namelist())
    assert {f"{package}/py.typed" for package in ("keys", "relay", "client_sdk")} <= held
    assert {"relay/static/index.html", "relay/static/licences.txt", "relay/config/settings.py"} <= held
    assert any(name.endswith("licenses/LICENSE") for name in held)


def test_wheel_has_no_more(wheel: zipfile.ZipFile) -> None:
    """Nothing else is installed: no TypeScript, no tests, no folder at the top but ours."""
    held = wheel.namelist()
    tops = {name.split("/")[0] for name in held if ".dist-info" not in name}
    assert tops == {"keys", "relay", "client_sdk"}
    assert [name for name in held if name.endswith((".ts", ".tsx")) or name.startswith("relay/inbox/")] == []


SVG = "http://www.w3.org/2000/svg"
"""The name of a language, in the icon that the page carries; nothing is fetched from there."""


def test_built_inbox_is_ours_alone(wheel: zipfile.ZipFile) -> None:
    """The page loads nothing from elsewhere and carries no script or style in itself."""
    page = wheel.read("relay/static/index.html").decode()
    assert "://" not in page.replace(SVG, "")
    assert "<style" not in page
    assert "<script>" not in page
