"""A house served over HTTP, and a client that sends exactly what it is told. Owns no rule."""

from __future__ import annotations

import asyncio
import gzip
import io
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from keys.encoding import to_base64url
from relay.core.colours import FirmColours
from relay.http_api.app import create_app
from relay.http_api.context import Context, Health, Limits, RelayFacts
from relay.http_api.listener import Listener, listen
from relay.logs import open_log
from tests.flow.cast import KEEPER, KEEPER_ID, MAIL_DOMAIN, ORIGIN, Person
from tests.flow.house import House

LIMITS = Limits(
    header_seconds=30,
    body_seconds=30,
    max_connections=40,
    max_connections_per_address=40,
    max_deposit_bytes=8 * 1024 * 1024,
    requests_per_minute=10_000,
)


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        packed = self.headers.get("content-encoding") == "gzip"
        return json.loads(gzip.decompress(self.body) if packed else self.body)

    @property
    def code(self) -> str:
        """The code of a problem."""
        assert self.headers["content-type"] == "application/problem+json"
        return str(self.json["code"])


@dataclass
class Served:
    """A served house."""

    house: House
    listener: Listener
    http: aiohttp.ClientSession
    said: io.StringIO
    health: Health = field(default_factory=lambda: Health(True, True, 0))
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def origin(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.listener.port}"

    async def ask(
        self,
        method: str,
        path: str,
        *,
        who: Person | None = None,
        body: object = None,
        raw: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """One request: `body` as JSON, or `raw` as bytes with the binary type unless `headers` say
        otherwise.
        """
        sent = {"Accept-Encoding": "identity"}
        if who is not None:
            sent["Authorization"] = f"Bearer {await self.token(who)}"
        if body is not None:
            raw = json.dumps(body).encode()
            sent["Content-Type"] = "application/json"
        elif raw is not None:
            sent["Content-Type"] = "application/octet-stream"
        sent |= headers or {}
        async with self.http.request(
            method,
            self.origin + path,
            data=None if raw is None else io.BytesIO(raw),
            headers=sent,
            allow_redirects=False,
        ) as response:
            told = {name.lower(): value for name, value in response.headers.items()}
            return Answer(response.status, told, await response.read())

    async def token(self, who: Person) -> str:
        """A session of somebody, opened once."""
        if who.label not in self.tokens:
            self.tokens[who.label] = to_base64url((await self.house.open(who)).token)
        return self.tokens[who.label]

    async def talk(self, sent: bytes, *, most_seconds: float = 20) -> bytes:
        """Send bytes on a bare connection and read until the relay closes it."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.listener.port)
        try:
            writer.write(sent)
            async with asyncio.timeout(most_seconds):
                return await reader.read()
        finally:
            writer.close()


@asynccontextmanager
async def serve(
    house: House,
    static_root: Path | None,
    *,
    said: io.StringIO,
    limits: Limits = LIMITS,
    origin: str = ORIGIN,
    serving_at: Callable[[], int] | None = None,
    colours: FirmColours | None = None,
    mark: bytes | None = None,
) -> AsyncIterator[Served]:
    """Serve a house until the block ends, by its clock, or by `serving_at` where that is given."""
    facts = RelayFacts(
        name="Harrow's relay",
        origin=origin,
        mail_domain=MAIL_DOMAIN,
        relay_key=b"r" * 32,
        log_key=b"l" * 32,
        door_key=b"d" * 32,
        notice_key=b"n" * 32,
        keepers=((KEEPER_ID, KEEPER.public),),
        backup_tail_days=14,
        max_blob_bytes=house.settings.most_blob_bytes,
        max_envelope_bytes=1_200_000,
        colours=colours,
        mark=mark,
    )

    async def health() -> Health:
        return found.health

    context = Context(
        flows=house.flows,
        facts=facts,
        limits=limits,
        waits=house.wake,
        now=lambda: house.now,
        serving_at=serving_at or (lambda: house.now),
        health=health,
        log=open_log(lambda: house.now, said),
        static_root=static_root,
    )
    listener = await listen(create_app(context), limits, "127.0.0.1", 0)
    jar = aiohttp.DummyCookieJar()
    async with aiohttp.ClientSession(auto_decompress=False, cookie_jar=jar) as http:
        found = Served(house, listener, http, said)
        try:
            yield found
        finally:
            await listener.close()


def deposit_body(*groups: Sequence[tuple[bytes, Sequence[bytes]]]) -> bytes:
    """Groups of (envelope, blob ids) as they are deposited."""
    body = len(groups).to_bytes(2, "big")
    for group in groups:
        body += len(group).to_bytes(2, "big")
        for envelope, blob_ids in group:
            body += len(envelope).to_bytes(4, "big") + envelope
            body += len(blob_ids).to_bytes(2, "big") + b"".join(blob_ids)
    return body


def b64(raw: bytes) -> str:
    """As in JSON and paths."""
    return to_base64url(raw)
