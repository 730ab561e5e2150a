"""What `relay doctor` says of an object store: fine where it does all that a relay asks of it, and for each
way in which it does not a sentence and what to do.
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

import obstore
import pytest
from obstore.exceptions import GenericError, PermissionDeniedError, UnauthenticatedError

from relay.config import Settings, load
from relay.operator import object_checks
from relay.operator.findings import FINE, WRONG, Finding
from relay.operator.object_checks import examine_objects

STEPS = ["put", "get", "delete", "list"]


def settings(folder: Path, url: str) -> Settings:
    """A relay's, with its attachments there."""
    path = folder / "relay.toml"
    objects = f'[objects]\nurl = "{url}"\n' if url else ""
    path.write_text(f'[relay]\norigin = "http://127.0.0.1:8080"\n[smtp]\ndomain = "in.example"\n{objects}')
    return load(path)


@pytest.fixture
def place(tmp_path: Path) -> Settings:
    """A folder for objects."""
    return settings(tmp_path, f"file://{tmp_path}/objects")


def states(found: list[Finding]) -> list[tuple[str, str]]:
    """Checks and how they ended."""
    return [(one.check, one.state) for one in found]


def test_without_one_there_is_nothing_to_look_at(tmp_path: Path) -> None:
    """Attachments are in the database."""
    assert list(examine_objects(settings(tmp_path, ""))) == []


def test_all_is_well(place: Settings, tmp_path: Path) -> None:
    """Each step is done, the folder is its owner's alone, and nothing is left in it."""
    assert states(list(examine_objects(place))) == [(step, FINE) for step in (*STEPS, "private")]
    assert [path for path in (tmp_path / "objects").rglob("*") if path.is_file()] == []


def test_a_folder_that_others_may_open(place: Settings, tmp_path: Path) -> None:
    """Said, with the command that ends it."""
    (tmp_path / "objects").mkdir(mode=0o755)
    *_, last = examine_objects(place)
    assert (last.check, last.state, last.advice) == ("private", WRONG, f"chmod 700 {tmp_path}/objects")


@pytest.mark.parametrize(
    ("fails", "fault", "step", "word"),
    [
        ("put_async", UnauthenticatedError("who"), "put", "AWS_ACCESS_KEY_ID"),
        ("put_async", PermissionDeniedError("no"), "put", "rights"),
        ("put_async", GenericError("dns"), "put", "objects.url"),
        ("get_range_async", PermissionDeniedError("no"), "get", "rights"),
        ("delete_async", PermissionDeniedError("no"), "delete", "rights"),
        ("list_with_delimiter_async", PermissionDeniedError("no"), "list", "rights"),
    ],
)
def test_each_step_that_fails(
    fails: str, fault: Exception, step: str, word: str, place: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What went before is fine, nothing follows, and the advice says what to change."""

    async def refuses(*_: Any, **__: Any) -> None:
        raise fault

    monkeypatch.setattr(obstore, fails, refuses)
    *before, failed, _ = examine_objects(place)
    assert states(before) == [(one, FINE) for one in STEPS[: STEPS.index(step)]]
    assert (failed.check, failed.state) == (step, WRONG)
    assert word in failed.advice
    assert "\n" not in failed.found


def test_one_that_keeps_what_it_has_let_go_or_gives_other_bytes(
    place: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither is believed."""

    async def nothing(*_: Any, **__: Any) -> bytes:
        return b"something else"

    for name, step in (("delete_async", "delete"), ("get_range_async", "get")):
        with monkeypatch.context() as patched:
            patched.setattr(obstore, name, nothing)
            assert (step, WRONG) in states(list(examine_objects(place)))


def test_one_that_never_answers(place: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Is waited for until a deadline."""

    async def hangs(*_: Any, **__: Any) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(obstore, "put_async", hangs)
    monkeypatch.setattr(object_checks, "ANSWER_SECONDS", 0.05)
    found, _ = examine_objects(place)
    assert "no answer" in found.found
    assert os.sep not in found.found
