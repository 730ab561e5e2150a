"""What the built inbox weighs, compressed by brotli as a server in front would. Owns the counting alone."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.__main__ import BIN

STATIC = Path(__file__).resolve().parents[2] / "relay" / "static"
ASSETS = "/inbox/"
COUNT = """
const { brotliCompressSync } = require("node:zlib");
const { readFileSync } = require("node:fs");
const [folder, ...names] = process.argv.slice(1);
const sizes = names.map((name) => brotliCompressSync(readFileSync(`${folder}/${name}`)).length);
console.log(JSON.stringify(sizes));
"""


def brotli_bytes(names: Sequence[str]) -> dict[str, int]:
    """The compressed size of each of these files of the built inbox."""
    node = shutil.which("node", path=f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}")
    assert node is not None, "no Node.js here; `python3 -m tests` installs it"
    done = subprocess.run(
        [node, "-e", COUNT, str(STATIC), *names], capture_output=True, text=True, check=True
    )
    return dict(zip(names, json.loads(done.stdout), strict=True))


def scripts_of(addresses: Sequence[str]) -> list[str]:
    """The inbox's scripts among what was asked for, each once."""
    names = [one.partition(ASSETS)[2] for one in addresses]
    return sorted({name for name in names if name.endswith(".js")})


def built(suffix: str) -> list[str]:
    """All files of the built inbox that end like this."""
    return sorted(path.relative_to(STATIC).as_posix() for path in STATIC.rglob(f"*{suffix}"))
