"""`python3 -m tests.vectors.generate`: make the vector files that are missing.

The files are frozen: an existing one is never written again, because HPKE encapsulates at random and
another run would give other bytes. To extend a format, delete its file on purpose and say why in the
commit, or add a new file. Expected outputs are what `keys` gives; that they are right is shown by the
official vectors in tests/unit/keys and by the browser's core, which runs the same files.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from keys.errors import KeysError
from tests.vectors.run import run, to_json

HERE = Path(__file__).parent


class Cases:
    """The cases of one file, in order of making."""

    def __init__(self) -> None:
        self.cases: list[dict[str, Any]] = []
        self._names: set[str] = set()

    def good(self, name: str, operation: str, /, **inputs: Any) -> dict[str, Any]:
        """Add a valid case; returns its outputs, as JSON values."""
        inputs = to_json(inputs)
        outputs = run(operation, inputs)
        self._add(name, operation, {"inputs": inputs, "outputs": outputs})
        return outputs

    def bad(self, name: str, operation: str, /, **inputs: Any) -> None:
        """Add an invalid case; `name` says its one fault."""
        inputs = to_json(inputs)
        try:
            run(operation, inputs)
        except KeysError:
            self._add(name, operation, {"inputs": inputs, "error": True})
            return
        raise AssertionError(f"accepted: {operation}: {name}")

    def _add(self, name: str, operation: str, rest: dict[str, Any]) -> None:
        full = f"{operation}: {name}"
        if full in self._names:
            raise AssertionError(f"twice: {full}")
        self._names.add(full)
        self.cases.append({"name": name, "operation": operation, **rest})


def patch(raw: bytes, at: int, new: bytes) -> bytes:
    """Replace bytes at a place (counted from the end where negative)."""
    at = at if at >= 0 else len(raw) + at
    return raw[:at] + new + raw[at + len(new) :]


def flip(raw: bytes, at: int, bit: int = 0) -> bytes:
    """Change one bit."""
    return patch(raw, at, bytes([raw[at] ^ (1 << bit)]))


def add_missing(formats: dict[str, Callable[[Cases], None]], folder: Path = HERE) -> int:
    """Append to each format's file the cases that it lacks; returns how many there were."""
    added = 0
    for name, fill in formats.items():
        path = folder / f"{name}.json"
        frozen = json.loads(path.read_text("utf-8"))["cases"] if path.exists() else []
        known = {(case["operation"], case["name"]) for case in frozen}
        cases = Cases()
        fill(cases)
        missing = [case for case in cases.cases if (case["operation"], case["name"]) not in known]
        if missing:
            path.write_text(_text(name, frozen + missing), "utf-8")
        added += len(missing)
    return added


def _text(name: str, cases: list[dict[str, Any]]) -> str:
    """Write one case a line, so that a difference can be read."""
    rows = ",\n".join(json.dumps(case, ensure_ascii=True, separators=(",", ":")) for case in cases)
    return f'{{"format":"{name}","version":1,"cases":[\n{rows}\n]}}\n'


def main() -> None:
    """Add what is missing and say so."""
    from tests.vectors.formats import FORMATS

    print(f"added {add_missing(FORMATS)} cases")


if __name__ == "__main__":
    main()
