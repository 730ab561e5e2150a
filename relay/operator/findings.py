"""What a check of `relay doctor` gives. Owns its form in JSON and for people."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Final

FINE: Final = "ok"
WARNING: Final = "warning"
WRONG: Final = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found; `advice` says what to do, where something is to be done."""

    group: str
    check: str
    state: str
    found: str
    advice: str = ""

    def fields(self) -> dict[str, str]:
        """As `--json` prints it."""
        return asdict(self)

    def line(self) -> str:
        """As people read it."""
        head = f"{self.group:<10}{self.state.upper() if self.state == WRONG else self.state:<9}"
        return f"{head}{self.check}: {self.found}" + (f"\n{'':<19}Do: {self.advice}" if self.advice else "")
