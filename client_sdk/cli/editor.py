"""Editor: a text is typed in the person's own editor.

Owns where it lies meanwhile: a folder of its own that nobody else can read, in memory where the system has
such a place, and gone afterwards with whatever the editor left beside it.
"""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from client_sdk.cli.terminal import ask, is_talking, say
from client_sdk.errors import Misused

MOST_BYTES: Final = 256 * 1024


def edited(text: str) -> str:
    """Return the text after the person's editor was at it. Raises Misused where there is none to ask."""
    if not is_talking():
        raise Misused("There is nobody to ask.", hint="Give --file FILE where a script writes.")
    command = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    with TemporaryDirectory(prefix="mailbox-", dir=runtime or None) as folder:
        path = Path(folder, "report.txt")
        path.write_text(text, "utf-8")
        try:
            done = subprocess.run([*shlex.split(command), str(path)], check=False)
        except (OSError, ValueError) as cause:
            raise Misused(f"The editor {command!r} could not be started.", hint="Set EDITOR.") from cause
        if done.returncode != 0:
            raise Misused("The editor ended with an error; nothing was taken.")
        return read_text(path)


def read_text(path: Path) -> str:
    """Read a text file of at most 256 KiB. Raises Misused."""
    try:
        with path.open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
        text = raw.decode("utf-8")
    except (OSError, UnicodeDecodeError) as cause:
        raise Misused("The file cannot be read as text.") from cause
    if len(raw) > MOST_BYTES:
        raise Misused("The file is too large for a report.")
    return text


def wants_again(fault: Misused) -> bool:
    """Say what was wrong and ask whether to go on typing."""
    say(str(fault))
    return is_talking() and ask("Edit again? Type yes, or anything else to throw it away:").lower() == "yes"
