"""What `relay doctor` says of keepers: clock, mirror, refusal list, the ring's backups, further keepers.

Owns these findings. It asks the local keeper what it says of itself, and never opens its folder.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from relay.config import Settings
from relay.operator.findings import FINE, WARNING, WRONG, Finding

GROUP = "keepers"


def examine_keepers(settings: Settings, status: Mapping[str, Any]) -> Iterator[Finding]:
    """All of them; `status` is what the desk told."""
    facts = status["keeper_facts"]
    if facts:
        yield _clock(facts)
        yield _mirror(settings, facts)
        yield _refusals(facts)
        yield _backups(facts)
    for keeper in status["further_keepers"]:
        yield _further(keeper)


def _clock(facts: Mapping[str, Any]) -> Finding:
    fine = facts.get("clock") == "ok"
    found = (
        "it believes its clock" if fine else "its clock has gained over two days, and nothing is destroyed"
    )
    advice = "" if fine else "if the clock is right: relay clock accept"
    return Finding(GROUP, "clock", FINE if fine else WRONG, found, advice)


def _mirror(settings: Settings, facts: Mapping[str, Any]) -> Finding:
    state = facts.get("mirror")
    if state == "none":
        found = "none: with its disk all that is kept is lost"
        return Finding(GROUP, "mirror", WARNING, found, "[keeper] mirror = a folder on another disk")
    if state != "in-step":
        found = "away: no new day, no revocation and no tick until it is back"
        return Finding(GROUP, "mirror", WRONG, found, "look at its disk, then restart the keeper")
    if _on_one_disk(settings.keeper.folder, settings.keeper.mirror):
        found = "in step, but on the same disk as the keeper's folder"
        return Finding(GROUP, "mirror", WARNING, found, "[keeper] mirror = a folder on another disk")
    return Finding(GROUP, "mirror", FINE, "in step")


def _on_one_disk(folder: Path, mirror: Path | None) -> bool:
    """As far as this system user may look; the two folders themselves may be closed to it."""
    try:
        return mirror is not None and folder.parent.stat().st_dev == mirror.parent.stat().st_dev
    except OSError:
        return False


def _refusals(facts: Mapping[str, Any]) -> Finding:
    if facts.get("refusal_list") == "caught-up":
        return Finding(GROUP, "refusal list", FINE, "nothing that was taken back is missing")
    found = "behind, after a restore: the keeper opens nothing"
    return Finding(GROUP, "refusal list", WRONG, found, "relay keeper catch-up FOLDER")


def _backups(facts: Mapping[str, Any]) -> Finding:
    state = facts.get("ring_backup")
    if state == "off":
        return Finding(GROUP, "ring backups", FINE, "off: undecryptable from the tick after the day")
    found = f"undecryptable after the tick plus {facts.get('tail_days')} days"
    if state == "failed":
        found += "; the last backup failed, and old ones may not have been removed"
        return Finding(GROUP, "ring backups", WRONG, found, "look at the disk of [keeper] ring_backups")
    return Finding(GROUP, "ring backups", FINE, found)


def _further(keeper: Mapping[str, Any]) -> Finding:
    advice = {
        "away": "ask its operator; until then those who pinned it cannot read, and nothing is lost",
        "differs": "its clock and this one's are days apart: one of them is wrong",
    }
    state = keeper["state"]
    check = f"further {keeper['fingerprint']}"
    return Finding(GROUP, check, FINE if state == "here" else WRONG, state, advice.get(state, ""))
