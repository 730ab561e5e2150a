"""A firm's colour and mark: taken, served, and refused at the start with what to do instead."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.images import png
from tests.service.programs import Relay


def brand(relay: Relay, **settings: str) -> None:
    """Set these beside the relay's name."""
    lines = "".join(f'{key} = "{value}"\n' for key, value in settings.items())
    relay.config.write_text(relay.config.read_text().replace("[relay]\n", f"[relay]\n{lines}"))


def doctor(relay: Relay) -> dict[str, dict[str, str]]:
    """What it says of each setting."""
    told = relay.command("doctor", "--json", code=1).stdout.splitlines()
    return {one["check"]: one for one in map(json.loads, told) if one["group"] == "config"}


def test_a_firm_of_its_own(relay: Relay) -> None:
    """Both are told to anybody, and the doctor looks at them."""
    (relay.folder / "mark.png").write_bytes(png(48))
    brand(relay, colour="#7A1F5C", mark="mark.png")
    relay.command("config", "check")
    relay.start()
    _, told = relay.call("GET", "/v1/relay")
    assert told["colours"]["do"] == "#7a1f5c"
    assert relay.call("GET", f"/v1/relay/mark/{told['mark']}") == (200, png(48))
    relay.stop()
    found = doctor(relay)
    assert (found["colour"]["state"], found["mark"]["state"]) == ("ok", "ok")
    assert ":1 at least" in found["colour"]["found"]


def test_a_colour_that_cannot_be_read(relay: Relay) -> None:
    """No command goes on; each names the nearest that can be read."""
    brand(relay, colour="#0078d4")
    for words in (("config", "check"), ("serve",)):
        assert "nearest is #016bbe" in relay.command(*words, code=1).stderr
    assert "nearest is #016bbe" in doctor(relay)["settings"]["found"]


@pytest.mark.parametrize(
    ("image", "said"),
    [
        (None, "No such file"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a PNG"),
        (png(32), "32 × 32 pixels"),
        (png(24) + bytes(16 * 1024), "larger than 16 KiB"),
    ],
)
def test_a_mark_that_cannot_be_used(relay: Relay, image: bytes | None, said: str) -> None:
    """The relay does not start, and the doctor and the check say why; what needs no mark goes on."""
    if image is not None:
        (relay.folder / "mark.png").write_bytes(image)
    brand(relay, mark="mark.png")
    for words in (("config", "check"), ("serve",)):
        told = relay.command(*words, code=1).stderr
        assert "relay.mark: " in told
        assert said in told
    found = doctor(relay)
    assert found["mark"]["state"] == "wrong"
    assert said in found["mark"]["found"]
    relay.command("expire", "due")


def test_a_folder_for_a_mark(relay: Relay, tmp_path: Path) -> None:
    """What is no file is said in a sentence."""
    brand(relay, mark=str(tmp_path))
    assert "Is a directory" in relay.command("config", "check", code=1).stderr
