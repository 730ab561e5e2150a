"""Reports that a notice could not be delivered (RFC 3464). Owns one question about one mail: does it say for
certain that delivery failed for good.

It reads what it must, in this order, and believes nothing else: the one Content-Type of the mail, its parts,
the fields of the part that is the report. What is not exactly such a report says nothing. It decodes no part,
and must never raise for what a mail holds. The mail is at most `MOST_BYTES` long, its lines end in CR LF.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from relay.core.errors import RelayError
from relay.core.mail_head import Fields, read_fields

MOST_BYTES: Final = 65_536
MOST_PARTS: Final = 16
MOST_GROUPS: Final = 64

_PARAMETER: Final = re.compile(
    rb';[ \t]*([!#$%&*+.0-9A-Za-z^_-]+)=(?:"([^"\\]*)"|([^\s;"()<>@,:\\/?=]+))[ \t]*'
)
_REPORT_TYPES: Final = frozenset({b"message/delivery-status", b"message/global-delivery-status"})
_PLAIN: Final = frozenset({b"7bit", b"8bit", b"binary"})
_FAILED: Final = b"failed"


def says_failed(mail: bytes) -> bool:
    """Whether this is a delivery status report of which at least one recipient has `Action: failed`."""
    try:
        return len(mail) <= MOST_BYTES and any(map(_failed, _reports(mail)))
    except RelayError:  # a header that two readers could understand differently
        return False


def _reports(mail: bytes) -> Iterator[bytes]:
    """The bodies of the parts that are reports."""
    head, blank, body = mail.partition(b"\r\n\r\n")
    kind, parameters = _content_type(read_fields(head))
    boundary = parameters.get(b"boundary", b"")
    is_report = kind == b"multipart/report"
    if not blank or not is_report or parameters.get(b"report-type", b"").lower() != b"delivery-status":
        return
    for part in _parts(body, boundary) if 1 <= len(boundary) <= 70 else ():
        part_head, blank, part_body = part.partition(b"\r\n\r\n")
        if (
            blank
            and _content_type(fields := read_fields(part_head))[0] in _REPORT_TYPES
            and _is_plain(fields)
        ):
            yield part_body


def _content_type(fields: Fields) -> tuple[bytes, dict[bytes, bytes]]:
    """Type and parameters of the one Content-Type field (RFC 2045, 5.1), the type empty where it is not
    exactly one, or not understood to its end.
    """
    values = [value for name, value in fields if name == b"content-type"]
    if len(values) != 1:
        return b"", {}
    kind, semicolon, rest = values[0].partition(b";")
    parameters: dict[bytes, bytes] = {}
    rest, at = semicolon + rest.rstrip(b"; \t"), 0
    while at < len(rest):
        found = _PARAMETER.match(rest, at)
        if found is None or found[1].lower() in parameters:
            return b"", {}
        parameters[found[1].lower()] = found[3] if found[2] is None else found[2]
        at = found.end()
    return kind.strip().lower(), parameters


def _is_plain(fields: Fields) -> bool:
    encodings = [value.lower() for name, value in fields if name == b"content-transfer-encoding"]
    return len(encodings) <= 1 and _PLAIN.issuperset(encodings)


def _parts(body: bytes, boundary: bytes) -> Iterator[bytes]:
    """The parts between the delimiters (RFC 2046, 5.1.1), up to the closing one or `MOST_PARTS`."""
    delimiter, lines, count = b"--" + boundary, list[bytes](), 0
    for line in body.split(b"\r\n"):
        mark = line.rstrip(b" \t")
        if mark not in {delimiter, delimiter + b"--"}:
            lines.append(line)
            continue
        if count:
            yield b"\r\n".join(lines)
        count += 1
        lines = []
        if mark != delimiter or count > MOST_PARTS:
            return


def _failed(report: bytes) -> bool:
    """Fields of the message, a blank line, then fields of each recipient (RFC 3464, 2.1 to 2.3)."""
    groups = [group for group in re.split(rb"(?:\r\n){2,}", report.strip(b"\r\n")) if group][:MOST_GROUPS]
    if len(groups) < 2 or b"reporting-mta" not in dict(read_fields(groups[0])):
        return False
    return any(_is_failure(read_fields(group)) for group in groups[1:])


def _is_failure(fields: Fields) -> bool:
    names = [name for name, _ in fields]
    if any(names.count(name) != 1 for name in (b"final-recipient", b"action", b"status")):
        return False
    return dict(fields)[b"action"].partition(b"(")[0].strip().lower() == _FAILED
