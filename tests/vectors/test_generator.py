"""The generator still makes the cases that are frozen, and never writes a frozen file again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.vectors.formats import FORMATS
from tests.vectors.generate import HERE, write_missing


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with newly made vectors."""
    folder = tmp_path_factory.mktemp("vectors")
    assert write_missing(FORMATS, folder) == list(FORMATS)
    return folder


def _cases(path: Path) -> list[dict[str, Any]]:
    cases: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))["cases"]
    return cases


@pytest.mark.parametrize("name", FORMATS)
def test_same_cases(name: str, fresh: Path) -> None:
    """A new run makes the same cases in the same order, with the same verdicts."""
    ours, theirs = _cases(HERE / f"{name}.json"), _cases(fresh / f"{name}.json")
    for field in ("operation", "name", "error"):
        assert [case.get(field) for case in ours] == [case.get(field) for case in theirs]


def test_frozen_files_stay(fresh: Path) -> None:
    """A second run writes nothing."""
    assert write_missing(FORMATS, fresh) == []


def test_every_file_has_a_format() -> None:
    """No vector file lies about that nobody makes."""
    assert sorted(path.stem for path in HERE.glob("*.json")) == sorted(FORMATS)
