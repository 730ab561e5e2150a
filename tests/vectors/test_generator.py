"""The generator still makes the cases that are frozen, and never writes a frozen case again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.vectors.formats import FORMATS
from tests.vectors.generate import HERE, add_missing


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with newly made vectors."""
    folder = tmp_path_factory.mktemp("vectors")
    assert add_missing(FORMATS, folder) > 0
    return folder


def _verdicts(path: Path) -> dict[tuple[str, str], bool]:
    cases = json.loads(path.read_text("utf-8"))["cases"]
    found = {(case["operation"], case["name"]): case.get("error", False) for case in cases}
    assert len(found) == len(cases)
    return found


@pytest.mark.parametrize("name", FORMATS)
def test_same_cases(name: str, fresh: Path) -> None:
    """A new run makes the same cases with the same verdicts, and none is there twice."""
    assert _verdicts(HERE / f"{name}.json") == _verdicts(fresh / f"{name}.json")


def test_frozen_cases_stay(fresh: Path) -> None:
    """A second run writes nothing; a lost case alone is made again, and the others stay byte for byte."""
    before = {path.name: path.read_bytes() for path in fresh.glob("*.json")}
    assert add_missing(FORMATS, fresh) == 0
    assert {path.name: path.read_bytes() for path in fresh.glob("*.json")} == before
    path = fresh / "envelope.json"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join(lines[:1] + lines[2:]), "utf-8")
    assert add_missing({"envelope": FORMATS["envelope"]}, fresh) == 1
    kept = path.read_text("utf-8").splitlines()
    assert kept[1:-2] == [line.rstrip("\n") for line in lines[2:-2]] + [lines[-2].rstrip("\n") + ","]


def test_every_file_has_a_format() -> None:
    """No vector file lies about that nobody makes."""
    assert sorted(path.stem for path in HERE.glob("*.json")) == sorted(FORMATS)
