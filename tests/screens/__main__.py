"""`python3 -m tests.screens [--language de|long|rtl] [NAME…]`: pictures of every screen, in out.

Owns the order: build the inbox with its scripted worker, serve it with the relay's own headers, walk every
scene at each width in both themes, write a picture, judge it. Exits 1 naming screen and element if a page
scrolls sideways, something overlaps, a text has less than 4.5:1, a target is too small, the browser
complained, or axe finds something serious. It judges no words and no beauty: somebody has to look at the
pictures. Names choose the scenes that begin with them. A language is spoken once a scene has been played:
German, or one made from English, accented and a third longer (then a word that is in no catalogue is a
fault) or from right to left (then what is not mirrored is one).
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv" / ("Scripts" if os.name == "nt" else "bin")


def main() -> int:
    """Run inside .venv, which `python3 -m tests` makes; returns the exit code."""
    python = VENV / ("python.exe" if os.name == "nt" else "python")
    if not python.exists():
        sys.exit("error: no .venv here; run `python3 -m tests` first, it makes one")
    if Path(sys.prefix).resolve() != VENV.parent.resolve():
        return subprocess.run(
            [str(python), "-m", "tests.screens", *sys.argv[1:]], cwd=ROOT, check=False
        ).returncode
    from tests.screens.walk import LANGUAGES, walk

    asked = argparse.ArgumentParser(prog="tests.screens")
    asked.add_argument("--language", choices=LANGUAGES, default="en")
    asked.add_argument("names", nargs="*")
    chosen = asked.parse_args()
    return asyncio.run(walk(chosen.names, chosen.language))


if __name__ == "__main__":
    sys.exit(main())
