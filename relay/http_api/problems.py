"""Problems: the one table from error code to HTTP status, and the body of an error (RFC 9457).

Never says more than the error's own public sentence and facts: what was sent is not echoed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from relay.core.errors import RelayError

CONTENT_TYPE: Final = "application/problem+json"
TYPE_PREFIX: Final = "urn:quietbox:problem:"

STATUS: Final[Mapping[str, int]] = {
    "malformed": 400,
    "not-signed-in": 401,
    "not-allowed": 403,
    "login-refused": 403,
    "policy-missing": 403,
    "policy-refused": 403,
    "engagement-closed": 403,
    "act-refused": 403,
    "work-address-refused": 403,
    "code-refused": 403,
    "address-refused": 403,
    "digits-refused": 403,
    "not-found": 404,
    "invitation-unknown": 404,
    "nothing-here": 404,
    "too-slow": 408,
    "envelope-conflict": 409,
    "statement-conflict": 409,
    "vault-conflict": 409,
    "index-conflict": 409,
    "engagement-conflict": 409,
    "invitation-conflict": 409,
    "act-out-of-order": 409,
    "check-out-of-order": 409,
    "step-refused": 409,
    "name-taken": 409,
    "offer-conflict": 409,
    "blob-conflict": 409,
    "blob-offset": 409,
    "blob-incomplete": 409,
    "blob-missing": 409,
    "conflict": 409,
    "invitation-used": 410,
    "invitation-expired": 410,
    "invitation-withdrawn": 410,
    "invitation-declined": 410,
    "offer-used": 410,
    "gone": 410,
    "too-large": 413,
    "unsupported-type": 415,
    "too-many-requests": 429,
    "internal": 500,
    "keeper-away": 503,
    "busy": 503,
    "inbox-full": 507,
}
"""Each code that the relay may answer with (docs/protocol.md, part 13)."""


def status_of(code: str) -> int:
    """The HTTP status of a code."""
    return STATUS.get(code, 500)


def describe(fault: RelayError) -> tuple[int, bytes]:
    """Status and body of an error. A code that the table lacks is a fault of ours, and is told as one."""
    status = status_of(fault.code)
    code = fault.code if fault.code in STATUS else RelayError.code
    body: dict[str, int | str] = {
        "type": TYPE_PREFIX + code,
        "title": fault.public if code == fault.code else RelayError.public,
        "status": status,
        "code": code,
    }
    return status, json.dumps(body | fault.facts, ensure_ascii=False).encode("utf-8")


def describe_status(status: int) -> bytes:
    """The body of an error that was found before any route was: a request that is no HTTP."""
    phrase = HTTPStatus(status).phrase
    fields = {"type": TYPE_PREFIX + "malformed", "title": phrase, "status": status, "code": "malformed"}
    return json.dumps(fields).encode("utf-8")
