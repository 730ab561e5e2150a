"""Wire: what an exchange with the relay is, as values, and how its problems become errors.

Owns requests, responses, strict reading of JSON answers and the table from the relay's codes to `errors`.
Does no I/O. Must never take an answer of another shape than the contract's (docs/protocol.md, part 13): what
is missing or of another type is `Incompatible`, never a default.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, Generic, TypeVar

from client_sdk import errors
from keys.encoding import dump_json, from_base64url, load_json, to_base64url
from keys.errors import Malformed

T = TypeVar("T")

JSON: Final = "application/json"
BINARY: Final = "application/octet-stream"
PROBLEM: Final = "application/problem+json"
SMALL_BYTES: Final = 1024 * 1024
VAULT_BYTES: Final = 8 * 1024 * 1024
ROWS_BYTES: Final = 5 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Request:
    """One request. `repeatable` says that the same bytes may be sent again after an unknown outcome."""

    method: str
    path: str
    body: bytes = field(default=b"", repr=False)
    content_type: str = ""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    repeatable: bool = True
    most_bytes: int = SMALL_BYTES  # of the answer


@dataclass(frozen=True, slots=True)
class Response:
    """One answer, read whole. Header names are lower-case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)

    @property
    def request_id(self) -> str | None:
        """What the relay calls this exchange, if it says so."""
        return self.headers.get("quietbox-request")


@dataclass(frozen=True, slots=True)
class Call(Generic[T]):
    """A request and the reading of its answer."""

    request: Request
    parse: Callable[[Response], T]
    accept: tuple[int, ...] = (200, 201, 202, 204)

    def read(self, response: Response) -> T:
        """Return what a good answer means; raise what a problem means."""
        if response.status not in self.accept:
            raise problem(response)
        try:
            return self.parse(response)
        except Malformed as cause:
            raise errors.Incompatible(request_id=response.request_id) from cause


def get(path: str, parse: Callable[[Response], T], most_bytes: int = SMALL_BYTES) -> Call[T]:
    """Ask for something."""
    return Call(Request("GET", path, most_bytes=most_bytes), parse)


def send_json(
    method: str, path: str, fields: dict[str, Any], parse: Callable[[Response], T], *, repeatable: bool = True
) -> Call[T]:
    """Send display fields and identifiers as JSON."""
    return Call(Request(method, path, dump_json(fields), JSON, repeatable=repeatable), parse)


def send_bytes(method: str, path: str, body: bytes, parse: Callable[[Response], T]) -> Call[T]:
    """Send a binary frame."""
    return Call(Request(method, path, body, BINARY, most_bytes=VAULT_BYTES), parse)


def nothing(response: Response) -> None:
    """Read an answer whose status says it all."""


class Fields:
    """Strict reading of a JSON object: each method raises `Malformed` for a missing field or another type."""

    __slots__ = ("_fields",)

    def __init__(self, fields: object) -> None:
        if not isinstance(fields, dict):
            raise Malformed("not an object")
        self._fields: dict[str, Any] = fields

    @classmethod
    def of(cls, response: Response) -> Fields:
        """Read the body of an answer."""
        return cls(load_json(response.body))

    def text(self, name: str, most_chars: int = 4096) -> str:
        """Return a text."""
        value = self._fields.get(name)
        if not isinstance(value, str) or len(value) > most_chars:
            raise Malformed(f"{name} must be a text")
        return value

    def whole(self, name: str) -> int:
        """Return an unsigned integer below 2⁶³."""
        value = self._fields.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 1 << 63:
            raise Malformed(f"{name} must be a whole number")
        return value

    def flag(self, name: str) -> bool:
        """Return true or false."""
        value = self._fields.get(name)
        if not isinstance(value, bool):
            raise Malformed(f"{name} is not true or false")
        return value

    def blob(self, name: str, size_bytes: int | None = None) -> bytes:
        """Return bytes written as base64url."""
        value = self._fields.get(name)
        if not isinstance(value, str):
            raise Malformed(f"{name} must be base64url")
        return from_base64url(value, size_bytes)

    def blobs(self, name: str) -> tuple[bytes, ...]:
        """Return a list of bytes written as base64url."""
        return tuple(Fields({"item": item}).blob("item") for item in self._list(name))

    def objects(self, name: str) -> list[Fields]:
        """Return a list of objects."""
        return [Fields(item) for item in self._list(name)]

    def object(self, name: str) -> Fields:
        """Return an object."""
        return Fields(self._fields.get(name))

    def optional(self, name: str) -> Fields | None:
        """Return an object, or None where it is null or missing."""
        value = self._fields.get(name)
        return None if value is None else Fields(value)

    def has(self, name: str) -> bool:
        """Whether the field is there and not null."""
        return self._fields.get(name) is not None

    def _list(self, name: str) -> list[Any]:
        value = self._fields.get(name)
        if not isinstance(value, list):
            raise Malformed(f"{name} must be a list")
        return value


# --- problems -----------------------------------------------------------------------------------------------


def problem(response: Response) -> errors.RelayError:
    """Turn an answer that is no success into the error that it means (RFC 9457, the relay's codes)."""
    fields = _problem_fields(response)
    code = fields.get("code")
    if not isinstance(code, str):
        return _without_code(response)
    return from_code(code, fields, response.request_id)


def from_code(code: str, fields: Mapping[str, Any], request_id: str | None = None) -> errors.RelayError:
    """Turn a code of the relay into an error; `fields` may hold `latest`, `retry_after` and `stored`."""
    if code == "policy-refused":
        return errors.RetentionExceeded(_instant(fields.get("latest")), request_id=request_id)
    if code == "too-many-requests":
        return errors.RateLimited(_seconds(fields.get("retry_after")), request_id=request_id)
    if code.startswith("invitation-"):
        return errors.InvitationClosed(code.removeprefix("invitation-"), request_id=request_id)
    if code == "not-signed-in":
        return SignedOut(request_id=request_id)
    if code == "blob-offset":
        return BlobOffset(_seconds(fields.get("stored")), request_id=request_id)
    if code in CONFLICTS:
        return RelayConflict(code, request_id=request_id)
    return _simple(code, request_id)


def _simple(code: str, request_id: str | None) -> errors.RelayError:
    kind = SIMPLE.get(code)
    return kind(request_id=request_id) if kind else errors.Refused(code, request_id=request_id)


SIMPLE: Final[dict[str, type[errors.RelayError]]] = {
    "busy": errors.ServerUnavailable,
    "code-refused": errors.NotFound,
    "digits-refused": errors.DigitsRefused,
    "engagement-closed": errors.EngagementClosed,
    "inbox-full": errors.InboxFull,
    "internal": errors.ServerUnavailable,
    "keeper-away": errors.KeeperUnavailable,
    "login-refused": errors.WrongPassword,
    "not-found": errors.NotFound,
    "nothing-here": errors.NothingHere,
    "policy-missing": errors.AgreementMissing,
    "too-large": errors.TooLarge,
    "work-address-refused": errors.WorkAddressRefused,
}
CONFLICTS: Final = frozenset(
    {
        "vault-conflict",
        "statement-conflict",
        "act-out-of-order",
        "check-out-of-order",
        "envelope-conflict",
        "blob-conflict",
        "name-taken",
    }
)


class SignedOut(errors.Locked):
    """The session is over: sign in again and go on."""


class RelayConflict(errors.Conflict):
    """A conflict by its code: read again and build on what is stored now."""

    def __init__(self, reason: str, *, request_id: str | None = None) -> None:
        super().__init__(f"Something else was stored first ({reason}).", request_id=request_id)
        self.reason = reason


class BlobOffset(errors.Conflict):
    """The relay holds another number of bytes of a blob: go on from `stored`."""

    def __init__(self, stored: int, *, request_id: str | None = None) -> None:
        super().__init__(request_id=request_id)
        self.stored = stored


WITHOUT_CODE: Final[dict[int, type[errors.RelayError]]] = {
    401: SignedOut,
    404: errors.NotFound,
    413: errors.TooLarge,
    429: errors.RateLimited,
}
"""By status alone: an answer to HEAD has no body, and a proxy in front knows no codes."""


def _problem_fields(response: Response) -> dict[str, Any]:
    if response.headers.get("content-type", "").partition(";")[0].strip() != PROBLEM:
        return {}
    try:
        return load_json(response.body)
    except Malformed:
        return {}


def _without_code(response: Response) -> errors.RelayError:
    """Judge an answer that came from something in front of the relay."""
    if response.status >= 500:
        return errors.ServerUnavailable(request_id=response.request_id)
    kind = WITHOUT_CODE.get(response.status)
    if kind is not None:
        return kind(request_id=response.request_id)
    return errors.Incompatible(
        f"The server answered {response.status} without saying why.", request_id=response.request_id
    )


def _instant(value: object) -> datetime | None:
    in_range = isinstance(value, int) and 0 < value < 253_402_300_800
    return datetime.fromtimestamp(value, UTC) if in_range and isinstance(value, int) else None


def _seconds(value: object) -> int:
    return value if isinstance(value, int) and 0 <= value < 1 << 63 else 0


def b64(field_bytes: bytes) -> str:
    """Write bytes as the contract's JSON does."""
    return to_base64url(field_bytes)
