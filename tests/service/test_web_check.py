"""The operator's check of the web inbox: on the disk, and as it is served by the real relay."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from keys import web
from relay.operator.findings import FINE, WARNING, WRONG, Finding
from relay.operator.web_check import examine_disk, examine_served
from tests.service.programs import Relay

FILES = {"index.html": b"<!doctype html>", "assets/a.js": b"1", "mark.svg": b"<svg/>"}


@pytest.fixture
def static(tmp_path: Path) -> Path:
    """A built inbox with its list."""
    folder = tmp_path / "static"
    for name, body in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(body)
    (folder / ".build-stamp").write_text("of the build, and not served")
    listed = [web.WebFile.of(name, body) for name, body in FILES.items()]
    (folder / web.MANIFEST).write_text(web.encode_manifest(listed))
    return folder


def states(findings: list[Finding]) -> list[tuple[str, str]]:
    """What was found, and how it stands."""
    return [(one.state, one.found) for one in findings]


def where(relay: Relay) -> str:
    """The address at which a started relay listens."""
    found = re.search(r"http=(\S+)", relay.start().ready)
    assert found is not None
    return f"http://{found[1]}"


def test_the_release_on_disk(static: Path) -> None:
    """The files as they were built are found so; what is not served is not asked about."""
    assert states(list(examine_disk(static))) == [(FINE, "3 files on disk are the release's")]


def test_another_inbox_on_disk(static: Path) -> None:
    """A file that is changed, missing or one more is named; none of it stops at the first."""
    (static / "assets" / "a.js").write_bytes(b"2")
    (static / "mark.svg").unlink()
    (static / "assets" / "extra.js").write_bytes(b"send()")
    wrong = [f"{name} is not the release's" for name in ("assets/a.js", "mark.svg", "assets/extra.js")]
    assert states(list(examine_disk(static))) == [(WRONG, one) for one in wrong]


@pytest.mark.parametrize("text", [None, "", "quietbox/web/v1\n", "\xff"])
def test_no_list(static: Path, text: str | None) -> None:
    """Without a list nothing is vouched for, and that is said; it is no proof of a change."""
    (static / web.MANIFEST).unlink()
    if text is not None:
        (static / web.MANIFEST).write_text(text, encoding="latin-1")
    assert [one.state for one in examine_disk(static)] == [WARNING]


def test_what_is_served(static: Path, relay: Relay) -> None:
    """What the relay serves is compared answer by answer; one that does not answer is told."""
    origin = where(relay)
    found = list(examine_served(static, origin))
    assert ("wrong", "/ has other bytes than the release") in states(found) or (
        "wrong",
        "/ is not there (answer 404)",
    ) in states(found)
    assert [one.state for one in examine_served(static, "http://127.0.0.1:9")] == [WRONG]


def test_the_command(relay: Relay) -> None:
    """`relay verify-web` looks at the installed inbox and at an address, and ends with what it found."""
    origin = where(relay)
    built = (Path(web.__file__).parents[1] / "relay" / "static" / web.MANIFEST).exists()
    told = relay.command("verify-web", origin, "--json", code=0 if built else 3)
    found = [json.loads(line) for line in told.stdout.splitlines()]
    assert {one["group"] for one in found} == {"web"}
    assert [one["check"] for one in found] == (["files", "served"] if built else ["list"])
