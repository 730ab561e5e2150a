"""Where the relay keeps things below its folder, and who may see them. Owns names and permissions.

Must never name anything inside the keeper's folder, which the relay does not open (docs/threat-model.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from relay.keeper.sockets import MOST_RELAYS

PRIVATE_FOLDER: Final = 0o700
PRIVATE_FILE: Final = 0o600
STATIC: Final = Path(__file__).resolve().parent.parent / "static"
"""The built web inbox of the installed release."""


@dataclass(frozen=True, slots=True)
class Places:
    """The files of one relay. Relays that share a folder, each with a database of PostgreSQL, are numbered
    from 1; what each has for itself bears its number.
    """

    folder: Path
    number: int = 1

    @property
    def database(self) -> Path:
        """The store's file."""
        return self.folder / "relay.db"

    @property
    def lock(self) -> Path:
        """Held by whoever has the store open."""
        return self.folder / f"relay{self._suffix}.lock"

    @property
    def control(self) -> Path:
        """The socket at which a running relay takes the operator's commands."""
        return self.folder / f"control{self._suffix}.sock"

    @property
    def controls(self) -> list[Path]:
        """The sockets of all relays of this folder, running or not, by number."""
        found = (Places(self.folder, number).control for number in range(1, MOST_RELAYS + 1))
        return [path for path in found if path.exists()]

    @property
    def _suffix(self) -> str:
        return "" if self.number == 1 else f"-{self.number}"

    @property
    def restoring(self) -> Path:
        """The folder in which a restore builds the new database."""
        return self.folder / "restoring"

    @property
    def backups_lock(self) -> Path:
        """Held by the relay that looks after the backups of this folder, of those that share it."""
        return self.folder / "backups.lock"

    @property
    def rehearsing(self) -> Path:
        """The folder in which a rehearsal of a restore does all that a restore does."""
        return self.folder / "rehearsing"

    @property
    def rehearsal_lock(self) -> Path:
        """Held by a rehearsal."""
        return self.folder / "rehearsal.lock"

    @property
    def rehearsed(self) -> Path:
        """When the last rehearsal went well, in Unix seconds."""
        return self.folder / "rehearsed"

    @property
    def secrets(self) -> Path:
        """The folder of the relay's own keys."""
        return self.folder / "secrets"
