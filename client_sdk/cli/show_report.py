"""Show report: how the report for the sponsor stands, as lines for a person and as JSON for a program.

Owns these words alone; asks nobody and changes nothing.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from client_sdk.cli.opening import now
from client_sdk.cli.terminal import clean, clean_lines
from client_sdk.words import instant_in_words

if TYPE_CHECKING:
    from client_sdk.report_status import ReleaseState, ReportStatus

RELEASES: Final = {
    "waiting": "Released, from {begins} until {ends}. Until it begins you can take it back unseen.",
    "open": "{sponsor} can read it since {begins}, until {ends}.",
    "ended": "It was released until {ends}; that has passed.",
    "withdrawn": "What was released has been taken back.",
}


def status_lines(status: ReportStatus, name: str) -> list[str]:
    """What a person is told of it; `name` is of the other."""
    if not status.versions:
        return ["There is no report yet."]
    lines = []
    for one in status.versions[:5]:
        who = "you" if one.mine else name
        lines.append(f"Version {one.number}, changed by {who} {instant_in_words(one.written_at, now())}")
    if status.beside:
        lines.append("Another version was written at the same moment; nothing of it is in the newest.")
    lines += _signatures(status)
    if status.answer:
        said = "will not be released" if status.answer == "declined" else "is to be changed"
        lines.append(f"{'You' if status.answered_by_me else name} said that it {said}.")
        lines += [f"  note   {line}" for line in clean_lines(status.note)]
    if not status.link_open:
        lines.append("No link is open for the sponsor.")
    return [*lines, *_released(status.release, clean(status.sponsor))]


def _signatures(status: ReportStatus) -> list[str]:
    if status.dropped:
        both = len(status.dropped) > 1
        who = "Both signatures have" if both else f"The {status.dropped[0]}'s signature has"
        return [f"{who} fallen away: the version was changed after it was signed."]
    lines = []
    if status.coach_signed_at and status.window:
        begins, ends = status.window
        since = f"from {instant_in_words(begins, now())} " if begins else ""
        signed = instant_in_words(status.coach_signed_at, now())
        lines.append(f"Signed by the coach {signed}, {since}until {instant_in_words(ends, now())}.")
    else:
        lines.append("The coach has not signed this version. Nothing leaves before both.")
    if status.client_signed_at:
        lines.append(f"Signed by the client {instant_in_words(status.client_signed_at, now())}.")
    return lines


def _released(release: ReleaseState | None, sponsor: str) -> list[str]:
    if release is None:
        return [f"{sponsor} sees nothing: nothing has been released."]
    begins, ends = (instant_in_words(one, now()) for one in (release.begins_at, release.ends_at))
    lines = [RELEASES[release.state].format(sponsor=sponsor, begins=begins, ends=ends)]
    if not release.confirmed:
        lines.append("A keeper has not yet confirmed what was taken back; this asks it again each time.")
    return lines


def status_json(engagement_id: str, status: ReportStatus) -> dict[str, Any]:
    """Return the JSON form of a status."""
    release = status.release
    window = status.window
    return {
        "engagement": engagement_id,
        "sponsor": status.sponsor,
        "versions": [
            {"number": one.number, "mine": one.mine, "at": _stamp(one.written_at)} for one in status.versions
        ],
        "beside": status.beside,
        "coach_signed": _stamp(status.coach_signed_at),
        "window": {"from": _stamp(window[0]), "until": _stamp(window[1])} if window else None,
        "client_signed": _stamp(status.client_signed_at),
        "dropped": list(status.dropped),
        "answer": status.answer,
        "answered_by_me": status.answered_by_me,
        "note": status.note,
        "link_open": status.link_open,
        "release": {
            "state": release.state,
            "from": _stamp(release.begins_at),
            "until": _stamp(release.ends_at),
            "confirmed": release.confirmed,
        }
        if release
        else None,
    }


def _stamp(instant: datetime | None) -> str | None:
    return instant.astimezone(UTC).isoformat() if instant else None
