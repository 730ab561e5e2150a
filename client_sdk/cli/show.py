"""Show: messages, events and engagements on standard output, for people and for programs.

Owns both forms. The JSON form is documented by `mailbox help formats`; a field is never taken away or changed
within one version.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from client_sdk.cli.terminal import clean_lines, tell, tell_json, wrapped
from client_sdk.mail_grade import GRADES
from client_sdk.words import in_words, instant_in_words, plural, size_in_words

if TYPE_CHECKING:
    from client_sdk.mail import Mail
    from client_sdk.messages import EngagementSummary, Event, GoneMessage, Message, Sent

SHORT_ID_SIGNS = 12
MARKS = {
    "given-back": "given back by your coach, with the same date",
    "missing-before": "something that was written before this is missing",
    "gone-before": "something that was written before this went before it was read here",
    "old-key": "sealed to an old key",
    "confirm": "its server alone vouches for it: was it you? mailbox confirm WHO {number}, or with --not-me",
    "copied-to-work": "a work address got a copy too: that copy is the employer's",
    "no-log-head": "its writer's software no longer says which records of the server it has seen",
}


def text_of(instant: datetime) -> str:
    """Return an instant for programs (RFC 3339)."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def show_message(
    message: Message[Any, Any], mail: Mail | None, saved: list[Path], *, text: bool, now: datetime
) -> None:
    """Write a message for a person."""
    who = "you" if message.mine else message.sender.name or "the relay"
    note = f"  ({GRADES[message.mail.grade]})" if message.mail else ""
    new = "  new" if message.unread else ""
    tell(f"{instant_in_words(message.sent_at, now)}  from {who}{note}{new}")
    tell(f"  {message.subject or '(no subject)'}")
    files = mail.attachments if mail else message.attachments
    if files:
        tell("  files  " + ", ".join(f"{one.name} ({size_in_words(one.size_bytes)})" for one in files))
    for path in saved:
        tell(f"  saved  {path}")
    for one in message.refused:
        tell(f"  mail from {one.address or 'nobody named'}, {instant_in_words(one.at, now)}: {one.sentence}")
        tell(f"    {one.hint}")
    if message.opened is not None:
        tell(f"  {'opened' if message.opened else 'not opened yet'}, by the server's word")
    if message.days_after_opening is not None:
        reader = "the other" if message.mine else "you"
        shown = "" if message.mine else "; by the date its writer sees on which day"
        tell(f"  to go {message.days_after_opening} days after {reader} opened it{shown}")
    for mark in message.marks:
        tell(f"  note   {MARKS.get(mark, mark).format(number=message.id[:SHORT_ID_SIGNS])}")
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
        "opened": message.opened,
        "days_after_opening": message.days_after_opening,
        "sent_at": text_of(message.sent_at),
        "kept_until": text_of(message.kept_until),
        "subject": message.subject,
        "attachments": [{"name": one.name, "type": one.media_type, "size": one.size_bytes} for one in files],
        "marks": list(message.marks),
        "saved": [str(path) for path in saved],
    }
    if message.refused:
        fields["refused"] = [
            {"address": one.address, "reason": one.reason, "at": text_of(one.at)} for one in message.refused
        ]
    if message.mail:
        fields |= {
            "grade": GRADES[message.mail.grade],
            "grade_number": message.mail.grade,
            "checks": message.mail.checks,
        }
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
        "files": summary.files,
        "notices": summary.notices,
        "next_messages": summary.next_messages,
        "next_files": summary.next_files,
        "unread_goes_at": text_of(summary.unread_goes_at) if summary.unread_goes_at else None,
        "unread_going": summary.unread_going,
        "reply": {"kind": summary.reply.kind, "text": summary.reply.text} if summary.reply else None,
        "proposals": [
            {"id": one.id, "kind": one.kind, "mine": one.mine, "since": text_of(one.since)}
            for one in summary.proposals
        ],
    }


def event_json(event: Event[Any, Any]) -> dict[str, Any]:
    """Return what happened, for programs."""
    fields: dict[str, Any] = {"engagement": event.engagement_id}
    if event.reason:
        fields["reason"] = event.reason
    if event.at:
        fields["at"] = text_of(event.at)
    if event.count:
        fields["count"] = event.count
    return fields


def show_engagement(summary: EngagementSummary, now: datetime) -> None:
    """Write an engagement on a line, and what waits for a signature on the next."""
    tell(f"  {summary.name:<24}  {_state(summary, now)}")
    for line in _waits(summary, now):
        tell(f"  {'':<24}  {line}")


def show_whole(summary: EngagementSummary, now: datetime) -> None:
    """Write an engagement in a few lines."""
    tell(f"{summary.name}  (number {summary.engagement_id[:SHORT_ID_SIGNS]})")
    tell(f"  {_state(summary, now)}")
    if summary.state in {"active", "held"}:
        tell(f"  everything is deleted after {instant_in_words(summary.hold_ends_at, now)}")
    for line in _waits(summary, now):
        tell(f"  {line}")
    show_next([summary], now)


def _state(summary: EngagementSummary, now: datetime) -> str:
    if summary.state == "invited":
        return REPLIED[summary.reply.kind] if summary.reply else "invited, has not accepted yet"
    if summary.state == "gone":
        return "gone; everything was deleted, as agreed"
    waiting = f", {summary.waiting} waiting to go out" if summary.waiting else ""
    if summary.state == "held":
        return f"held, everything deleted after {instant_in_words(summary.hold_ends_at, now)}{waiting}"
    here = f"{plural(summary.here, 'message')}, {summary.unread} unread"
    if summary.unread_goes_at:
        here += f", {summary.unread_going} going {instant_in_words(summary.unread_goes_at, now)} unread"
    return f"{here}{waiting}; until {instant_in_words(summary.work_ends_at, now)}"


WAITING = {
    "agreement": "a change of the agreement waits",
    "extend": "keeping messages longer waits",
    "reopen": "reopening waits",
}


REPLIED = {
    "change": "invited, asks for something to be changed first:",
    "no": "said no to the invitation, which has ended",
    "work-device": "asks for a new link to a device of their own; the invitation has ended",
}


def _waits(summary: EngagementSummary, now: datetime) -> list[str]:
    lines = [*wrapped(summary.reply.text)] if summary.reply and summary.reply.text else []
    if summary.notices:
        notices = plural(summary.notices, "notice")
        lines.append(f"{notices} of mail that was not taken in: mailbox read {summary.handle}")
    for one in summary.proposals:
        whose = f"for {summary.name}" if one.mine else "for your signature"
        waited = max(0, (now - one.since).days)
        since = plural(waited, "day") if waited else "today"
        lines.append(f"{WAITING[one.kind]} {whose} ({since})   number {one.id[:SHORT_ID_SIGNS]}")
    return lines


def show_next(summaries: Sequence[EngagementSummary], now: datetime) -> None:
    """Write what goes next, over all engagements."""
    dates = [one.next_deletion_at for one in summaries if one.next_deletion_at]
    if not dates:
        return
    going = [one for one in summaries if one.next_deletion_at == min(dates)]
    count = plural(sum(one.next_messages for one in going), "message")
    files = sum(one.next_files for one in going)
    more = f", {plural(files, 'file')}" if files else ""
    tell(f"Next deletion: {instant_in_words(min(dates), now)}: {count}{more}")


def gone_lines(gone: Sequence[GoneMessage], name: str, now: datetime) -> list[str]:
    """Return what to say of what has left: what went unread for itself, the rest by number."""
    lines = [unread_line(name, one.on, now) for one in gone if one.reason == "unread"]
    rest = [one for one in gone if one.reason != "unread"]
    if len(rest) == 1:
        lines.append(f"{name}: 1 earlier message is gone, as agreed.")
    elif rest:
        lines.append(f"{name}: {len(rest)} earlier messages are gone, as agreed.")
    return lines


def unread_line(name: str, on: date | None, now: datetime) -> str:
    """Return what to say of a message of mine that went and was never read."""
    day = f" on {in_words(on, now.date())}" if on else ""
    return f"{name}: a message of yours went unread{day}."


def reminder_line(count: int, going_at: datetime, name: str, now: datetime) -> str:
    """Return what to say of unread messages that go soon."""
    verb = "goes" if count == 1 else "go"
    return f"{name}: {plural(count, 'unread message')} {verb} after {instant_in_words(going_at, now)}."


def show_json(kind: str, fields: dict[str, Any]) -> None:
    """Write one object."""
    tell_json(kind, **fields)
