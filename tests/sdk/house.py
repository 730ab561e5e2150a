"""A real relay with a coach and a client who use the SDK, and a liar that may stand in between.

The liar speaks to the relay and answers in its place: honestly, unless a test has told it a lie. People know
the relay by the liar's address, so that nothing but their own checks stands against it.
"""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
from aiohttp import web

from client_sdk import AsyncAccount, AsyncEngagement, FileCost, Home
from client_sdk.wire import Response
from tests.service.programs import Relay, free_port

CHEAP = FileCost(memory_kib=64, passes=1)
"""For the secret on a computer of a test's: 256 MiB an opening is for people."""
ANNAS = "walnut harbour lantern bridge orchard"
MAYAS = "pepper meadow candle river stone"

Lie = Callable[[str, str, Response], Response]


@dataclass
class Liar:
    """Answers in the relay's place. `lie` changes an answer, given method, path and the honest answer."""

    target: int
    lie: Lie | None = None
    told: list[tuple[str, str]] = field(default_factory=list)
    _session: aiohttp.ClientSession | None = None

    async def answer(self, request: web.Request) -> web.Response:
        """Ask the relay, and answer as told."""
        assert self._session is not None
        self.told.append((request.method, request.path_qs))
        headers = {name: text for name, text in request.headers.items() if name != "Host"}
        headers["Accept-Encoding"] = "identity"  # what passes here is looked into
        body = await request.read()
        async with self._session.request(
            request.method,
            f"http://127.0.0.1:{self.target}{request.path_qs}",
            data=io.BytesIO(body) if body else None,
            headers=headers,
            allow_redirects=False,
        ) as honest:
            kept = {
                name.lower(): text
                for name, text in honest.headers.items()
                if name.lower() in {"content-type", "retry-after"} or name.lower().startswith("quietbox-")
            }
            if request.method == "HEAD":
                kept["content-length"] = honest.headers["Content-Length"]
            said = Response(honest.status, kept, await honest.read())
        if self.lie is not None:
            said = self.lie(request.method, request.path_qs, said)
        return web.Response(status=said.status, headers=dict(said.headers), body=said.body or None)

    @asynccontextmanager
    async def serving(self, port: int) -> AsyncIterator[None]:
        """Answer at a port."""
        app = web.Application(client_max_size=1 << 26)
        app.router.add_route("*", "/{path:.*}", self.answer)
        runner = web.AppRunner(app, shutdown_timeout=1)
        async with aiohttp.ClientSession(auto_decompress=False) as self._session:
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", port).start()
            try:
                yield
            finally:
                await runner.cleanup()


@dataclass
class House:
    """The relay's programs and its two people."""

    relay: Relay
    folder: Path
    liar: Liar | None
    anna: AsyncAccount
    maya: AsyncAccount

    @property
    def to_maya(self) -> AsyncEngagement:
        """The coach's side of their engagement."""
        return self.anna.engagement("Maya Okafor")

    @property
    def to_anna(self) -> AsyncEngagement:
        """The client's side of it."""
        return self.maya.engagement()

    def home(self, who: str) -> Home:
        """Somebody's folder of local state."""
        return Home(self.folder / who, file_cost=CHEAP)

    async def reopen(self, who: str, *, accept_older_vault: bool = False) -> AsyncAccount:
        """Open a second session on somebody's computer, as another program would."""
        password = ANNAS if who == "anna" else MAYAS
        return await AsyncAccount.open(
            home=self.home(who), password=password, accept_older_vault=accept_older_vault
        )

    async def elsewhere(self, who: str, name: str) -> AsyncAccount:
        """Open somebody's account on a computer that has seen nothing yet."""
        login, password = (self.anna.login, ANNAS) if who == "anna" else (self.maya.login, MAYAS)
        return await AsyncAccount.open(login, home=self.home(name), password=password)


@dataclass
class Standing:
    """A relay that runs, and what lies in its place, before anybody has an account."""

    relay: Relay
    liar: Liar | None = None

    @asynccontextmanager
    async def house(self, folder: Path, *, language: str = "en") -> AsyncIterator[House]:
        """Let a coach set up, invite a client, and the client accept: two whom nobody here knows yet."""
        if self.liar is not None:
            self.liar.lie, self.liar.told = None, []
        async with AsyncExitStack() as ending:
            link = self.relay.command("coach", "invite", "Anna Harrow").stdout.strip()
            home = Home(folder / "anna", file_cost=CHEAP)
            anna = await AsyncAccount.setup(link, home=home, password=ANNAS)
            ending.push_async_callback(anna.close)
            offered = await anna.invite(
                "Maya Okafor", welcome="Welcome, Maya.", refuse=("northwind.example",), language=language
            )
            home = Home(folder / "maya", file_cost=CHEAP)
            maya = await AsyncAccount.accept(offered.link, name="Maya Okafor", home=home, password=MAYAS)
            ending.push_async_callback(maya.close)
            await anna.settle()
            yield House(self.relay, folder, self.liar, anna, maya)


@asynccontextmanager
async def standing(folder: Path, *, lying: bool = False, checked_by: str = "") -> AsyncIterator[Standing]:
    """Start a relay. With `checked_by`, a name server, it checks senders."""
    origin_port = free_port()
    listen_port = free_port() if lying else origin_port
    relay = Relay.at(origin_port, folder / "relay", listens_on=listen_port)
    if checked_by:
        text = relay.config.read_text()
        checks = f'check_senders = true\nnameservers = ["{checked_by}"]'
        assert "check_senders = false" in text
        relay.config.write_text(text.replace("check_senders = false", checks))
    relay.start()
    liar = Liar(listen_port) if lying else None
    async with AsyncExitStack() as ending:
        ending.callback(relay.kill)
        if liar is not None:
            await ending.enter_async_context(liar.serving(origin_port))
        yield Standing(relay, liar)


@asynccontextmanager
async def opened_house(
    folder: Path, *, lying: bool = False, checked_by: str = "", language: str = "en"
) -> AsyncIterator[House]:
    """A relay of its own, and its two people."""
    async with (
        standing(folder, lying=lying, checked_by=checked_by) as found,
        found.house(folder, language=language) as house,
    ):
        yield house


async def subjects(engagement: AsyncEngagement) -> list[str]:
    """The subjects of all messages, oldest first."""
    return [message.subject async for message in engagement.messages()][::-1]
