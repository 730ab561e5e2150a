"""Every frozen vector gives what it says, in Python."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from keys.errors import KeysError
from tests.vectors.run import OPERATIONS, run

FILES = sorted(Path(__file__).parent.glob("*.json"))


def _cases() -> list[Any]:
    rows = [(path.stem, case) for path in FILES for case in json.loads(path.read_text("utf-8"))["cases"]]
    return [pytest.param(case, id=f"{stem}: {case['operation']}: {case['name']}") for stem, case in rows]


CASES = _cases()


@pytest.mark.parametrize("case", CASES)
def test_vector(case: dict[str, Any]) -> None:
    """A valid vector gives exactly its outputs; an invalid one is refused, with one neutral verdict."""
    if case.get("error"):
        with pytest.raises(KeysError):
            run(case["operation"], case["inputs"])
        return
    assert run(case["operation"], case["inputs"]) == case["outputs"]


def test_every_operation_has_vectors() -> None:
    """Each operation has a valid case, so that no runner can leave one out unseen."""
    valid = {case.values[0]["operation"] for case in CASES if "outputs" in case.values[0]}
    assert valid == set(OPERATIONS)


def test_enough_invalid_vectors() -> None:
    """At least 150 cases have one fault each."""
    assert sum("error" in case.values[0] for case in CASES) >= 150
