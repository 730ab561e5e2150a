"""Routes: what every request goes through. Owns the decorator that binds a handler to its path and
models, and the order of checks: session, rate, query, body, handler; whatever fails becomes a problem,
never a stack trace.

Nothing is logged of a request but its route's template, method, status and time.
"""

from __future__ import annotations

import re
from binascii import a2b_base64
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, TypeVar

from aiohttp import web
from pydantic import ValidationError

from keys.encoding import from_base64url
from keys.errors import Malformed as MalformedFormat
from relay.core.errors import Malformed, NotFound, NotSignedIn
from relay.http_api.bodies import BINARY_TYPE, JSON_TYPE, Room, arrived, read_body, strict_json
from relay.http_api.context import Context
from relay.http_api.models.fields import EmptyQuery, Model
from relay.http_api.network import network_of
from relay.http_api.rates import Rates

JSON_BYTES: Final = 64 * 1024
PATH_ID: Final = web.RequestKey("path_id", str)
"""Where a request that was led past the router has the one id of its path."""
_PLAIN_QUERY: Final = re.compile(r"[a-z_]+=[0-9]+(?:&[a-z_]+=[0-9]+)*", re.ASCII)
_BEARER: Final = "Bearer "
_HEADER_CHARACTERS: Final = len(_BEARER) + 43
_LAST: Final = frozenset("AEIMQUYcgkosw048")
"""The last character holds 4 bits of the token; its other 2 are zero."""
_ALPHABET: Final = bytes.maketrans(b"-_+/", b"+/!!")

M = TypeVar("M", bound=Model)


class Bytes:
    """Marks a body or an answer of bytes (`application/octet-stream`)."""


@dataclass(slots=True)
class Call:
    """One request, checked. `account_id` and `token` are empty where no session is needed; `query` is the
    route's query model.
    """

    context: Context
    request: web.Request
    now: int
    account_id: bytes
    token: bytes
    query: Any
    raw: bytes

    def id(self, name: str, size_bytes: int = 16) -> bytes:
        """An id of the path. What is no id is not found, as an id that nobody has."""
        try:
            text = self.request.get(PATH_ID) or self.request.match_info[name]
            return from_base64url(text, size_bytes)
        except MalformedFormat:
            raise NotFound from None

    def network(self) -> bytes:
        """Where the caller is, for delays; empty where that says nothing."""
        return network_of(self.request.remote)


Handler = Callable[[Call, Any], Awaitable[web.StreamResponse]]
Gate = Callable[[Call], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Route:
    """A handler and all that is checked before it. The handler gets the call and its body: a model,
    bytes, or None.
    """

    method: str
    path: str
    handler: Handler
    summary: str
    session: bool
    body: type[Model] | type[Bytes] | None
    query: type[Model]
    answer: type[Model] | type[Bytes] | None
    status: int
    most_bytes: int
    gate: Gate | None
    model: type[Model] | None = field(init=False)

    def __post_init__(self) -> None:
        is_json = self.body is not None and issubclass(self.body, Model)
        object.__setattr__(self, "model", self.body if is_json else None)


@dataclass(frozen=True, slots=True)
class Desk:
    """What all requests share: the context, rates, and room for large bodies."""

    context: Context
    rates: Rates
    room: Room


def route(
    where: str,
    *,
    session: bool = True,
    body: type[Model] | type[Bytes] | None = None,
    query: type[Model] = EmptyQuery,
    answer: type[Model] | type[Bytes] | None = None,
    status: int = 200,
    most_bytes: int = JSON_BYTES,
    gate: Gate | None = None,
) -> Callable[[Handler], Route]:
    """Bind a handler to a method and a path, `GET /v1/relay`. Its docstring's first line becomes the
    summary in the OpenAPI description. `gate` refuses before the body is read.
    """
    method, _, path = where.partition(" ")

    def bind(handler: Handler) -> Route:
        summary = (handler.__doc__ or "").strip().partition("\n")[0]
        return Route(method, path, handler, summary, session, body, query, answer, status, most_bytes, gate)

    return bind


async def run(bound: Route, desk: Desk, request: web.Request, now: int) -> web.StreamResponse:
    """Check a request and hand it to its handler. Raises RelayError."""
    context, token, account_id = desk.context, b"", b""
    if bound.session:
        token = _token(request)
        access, writes = context.flows.access, bound.method != "GET"
        account_id = access.remembered(token, now, writes=writes) or b""
        account_id = account_id or await access.caller(token, now, writes=writes)
    desk.rates.take(token or network_of(request.remote))
    call = Call(context, request, now, account_id, token, _query(bound, request), b"")
    if bound.gate is not None:
        await bound.gate(call)
    if bound.body is None:
        if request.body_exists:
            raise Malformed("no body is taken here")
        return await bound.handler(call, None)
    if bound.most_bytes <= JSON_BYTES or arrived(request):
        return await _with_body(bound, call)
    with desk.room.for_body(account_id, request.content_length, bound.most_bytes):
        return await _with_body(bound, call)


async def _with_body(bound: Route, call: Call) -> web.StreamResponse:
    content_type = BINARY_TYPE if bound.model is None else JSON_TYPE
    seconds = call.context.limits.body_seconds
    call.raw = await read_body(call.request, content_type, bound.most_bytes, seconds)
    if bound.model is None:
        return await bound.handler(call, call.raw)
    return await bound.handler(call, parse(bound.model, strict_json(call.raw)))


def parse(model: type[M], fields: dict[str, Any]) -> M:
    """Validate against a model. Malformed names the first field that is wrong, and nothing of its value."""
    try:
        return model.model_validate(fields)
    except ValidationError as fault:
        place = ".".join(str(part) for part in fault.errors(include_input=False, include_url=False)[0]["loc"])
        raise Malformed(detail=f"field {place[:80]}" if place.isascii() else "field") from None


def answer(model: Model, status: int = 200) -> web.Response:
    """A JSON answer."""
    body = model.model_dump_json(exclude_unset=True).encode("utf-8")
    return web.Response(body=body, status=status, content_type=JSON_TYPE)


def packed(call: Call, model: Model, status: int = 200) -> web.Response:
    """A JSON answer by gzip, where the caller takes it. For answers that grow with a person's engagements and
    hold no text that somebody else could choose (docs/decisions/0036): its length then tells nothing.
    """
    response = answer(model, status)
    if "gzip" in call.request.headers.get("Accept-Encoding", ""):
        response.enable_compression(web.ContentCoding.gzip)
    return response


def binary(body: bytes, status: int = 200) -> web.Response:
    """An answer of bytes."""
    return web.Response(body=body, status=status, content_type=BINARY_TYPE)


def done() -> web.Response:
    """An answer without content."""
    return web.Response(status=204)


def _token(request: web.Request) -> bytes:
    """The bearer token of a request: canonical base64url of 32 bytes, read on the fastest way there is."""
    header = request.headers.get("Authorization", "")
    if not header.startswith(_BEARER) or len(header) != _HEADER_CHARACTERS or header[-1] not in _LAST:
        raise NotSignedIn
    try:
        return a2b_base64(
            header[len(_BEARER) :].encode("ascii").translate(_ALPHABET) + b"=", strict_mode=True
        )
    except ValueError:
        raise NotSignedIn from None


def _query(bound: Route, request: web.Request) -> Any:
    text = request.raw_path.partition("?")[2]
    if _PLAIN_QUERY.fullmatch(text):
        return _plain_query(bound.query, text)
    if request.query_string:
        return _parse_pairs(bound.query, list(request.query.items()))
    return parse(bound.query, {}) if bound.query is not EmptyQuery else None


@lru_cache(maxsize=1024)
def _plain_query(model: type[Model], text: str) -> Model:
    """Who waits asks the same again and again: a query that means as it stands what it means decoded."""
    return _parse_pairs(model, [pair.partition("=")[::2] for pair in text.split("&")])


def _parse_pairs(model: type[M], pairs: Sequence[tuple[str, str]]) -> M:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise Malformed("a parameter twice")
    return parse(model, fields)
