"""Show: messages, events and engagements on standard output, for people and for programs.

Owns both forms. The JSON form is documented by `mailbox help formats`; a field is never taken away or changed
within one version.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from client_sdk.cli.terminal import clean_lines, tell, tell_json
from client_sdk.mail import Mail
from client_sdk.messages import EngagementSummary, Message, Sent
from client_sdk.words import instant_in_words, plural, size_in_words

SHORT_ID_SIGNS = 12
MARKS = {
    "missing-before": "something that was written before this is missing",
    "gone-before": "something that was written before this went before it was read here",
    "old-key": "sealed to an old key",
}


def text_of(instant: datetime) -> str:
    """Return an instant for programs (RFC 3339)."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def show_message(
    message: Message[Any, Any], mail: Mail | None, saved: list[Path], *, text: bool, now: datetime
) -> None:
    """Write a message for a person."""
    who = "you" if message.mine else message.sender.name or "the relay"
    note = "" if message.sender.checked else f"  ({mail.grade if mail else 'sender not checked'})"
    new = "  new" if message.unread else ""
    tell(f"{instant_in_words(message.sent_at, now)}  from {who}{note}{new}")
    tell(f"  {message.subject or '(no subject)'}")
    files = mail.attachments if mail else message.attachments
    if files:
        tell("  files  " + ", ".join(f"{one.name} ({size_in_words(one.size_bytes)})" for one in files))
    for path in saved:
        tell(f"  saved  {path}")
    for mark in message.marks:
        tell(f"  note   {MARKS.get(mark, mark)}")
    tell(f"  kept until {instant_in_words(message.kept_until, now)}   number {message.id[:SHORT_ID_SIGNS]}")
    if text:
        tell("")
        for line in clean_lines(mail.text if mail else message.text):
            tell(f"  {line}")
    tell("")


def message_json(
    message: Message[Any, Any], mail: Mail | None, saved: list[Path], *, text: bool
) -> dict[str, Any]:
    """Return a message for programs."""
    files = mail.attachments if mail else message.attachments
    fields: dict[str, Any] = {
        "id": message.id,
        "engagement": message.engagement_id,
        "from": {
            "role": message.sender.role,
            "name": message.sender.name,
            "checked": message.sender.checked,
        },
        "mine": message.mine,
        "unread": message.unread,
        "sent_at": text_of(message.sent_at),
        "kept_until": text_of(message.kept_until),
        "subject": message.subject,
        "attachments": [{"name": one.name, "type": one.media_type, "size": one.size_bytes} for one in files],
        "marks": list(message.marks),
        "saved": [str(path) for path in saved],
    }
    if mail:
        fields["grade"] = mail.grade
    if text:
        fields["text"] = mail.text if mail else message.text
    return fields


def show_sent(sent: Sent, name: str, now: datetime) -> None:
    """Write what became of a message that was sent."""
    tell(f"To        {name}")
    tell(f"Kept      until {instant_in_words(sent.kept_until, now)}, for both of you")
    tell(f"Number    {sent.id}")
    waiting = f"Waiting   sealed in the outbox ({sent.reason}); it goes out at the next run"
    tell(waiting if sent.waiting else "Sent.")


def sent_json(sent: Sent) -> dict[str, Any]:
    """Return a sent message for programs."""
    return {
        "id": sent.id,
        "engagement": sent.engagement_id,
        "kept_until": text_of(sent.kept_until),
        "waiting": sent.waiting,
        "reason": sent.reason,
    }


def engagement_json(summary: EngagementSummary) -> dict[str, Any]:
    """Return an engagement for programs."""
    return {
        "id": summary.engagement_id,
        "handle": summary.handle,
        "name": summary.name,
        "state": summary.state,
        "here": summary.here,
        "unread": summary.unread,
        "waiting": summary.waiting,
        "work_ends_at": text_of(summary.work_ends_at),
        "hold_ends_at": text_of(summary.hold_ends_at),
        "next_deletion_at": text_of(summary.next_deletion_at) if summary.next_deletion_at else None,
    }


def show_engagement(summary: EngagementSummary, now: datetime) -> None:
    """Write an engagement on a line."""
    tell(f"  {summary.name:<24}  {_state(summary, now)}")


def _state(summary: EngagementSummary, now: datetime) -> str:
    if summary.state == "invited":
        return "invited, has not accepted yet"
    waiting = f", {summary.waiting} waiting to go out" if summary.waiting else ""
    if summary.state == "held":
        return f"held, everything deleted after {instant_in_words(summary.hold_ends_at, now)}{waiting}"
    here = f"{plural(summary.here, 'message')}, {summary.unread} unread"
    return f"{here}{waiting}; until {instant_in_words(summary.work_ends_at, now)}"


def show_json(kind: str, fields: dict[str, Any]) -> None:
    """Write one object."""
    tell_json(kind, **fields)
