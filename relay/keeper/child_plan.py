"""What a relay tells the keeper that it starts: one line of JSON. Owns its bytes; reads no file.

It holds the places of files and no secret: the keeper reads its own.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class ChildPlan:
    """Where the keeper of one relay lives and answers. `ring_backup_key` is the file of the public key."""

    folder: Path
    socket: Path
    mirror: Path | None = None
    ring_backups: Path | None = None
    ring_backup_key: Path | None = None
    offset_file: Path | None = None

    def encode(self) -> bytes:
        """The plan as one line."""
        told = {name: None if path is None else str(path) for name, path in asdict(self).items()}
        return json.dumps(told).encode("ascii") + b"\n"


def parse_child_plan(line: bytes) -> ChildPlan:
    """What `encode` wrote; the relay that wrote it is believed."""
    told: dict[str, Any] = json.loads(line)
    return ChildPlan(**{name: path and Path(path) for name, path in told.items()})
