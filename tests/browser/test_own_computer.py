"""The installed inbox, served from a person's own computer for a relay elsewhere, opens their account."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from playwright.async_api import Browser, expect

from client_sdk import AsyncAccount, Home, webfiles
from client_sdk.transport import AiohttpTransport, Transport
from client_sdk.webserver import WebServer
from tests.browser.conftest import CHEAP, MAYA_PASSWORD
from tests.browser.visitor import visiting
from tests.e2e.house import ANNA_PASSWORD, made_relay

ORIGIN = "https://inbox.harrow.example"
MAYA = "Maya Okafor"


async def test_the_inbox_from_ones_own_computer(browser: Browser, tmp_path: Path) -> None:
    """The page of this release signs in at the relay under the relay's name, by password, and shows what is
    there; scripts, origin and policy are the release's, and nothing else is asked than this computer.
    """
    relay = made_relay(tmp_path / "relay")
    text = relay.config.read_text()
    origin_line = next(line for line in text.splitlines() if line.startswith("origin = "))
    listening = origin_line.split('"')[1]
    relay.config.write_text(text.replace(origin_line, f'origin = "{ORIGIN}"'))
    relay.start()

    def connect(_: str) -> Transport:
        return AiohttpTransport(listening)

    try:
        link = relay.command("coach", "invite", "Anna Harrow").stdout.strip()
        homes = {who: Home(tmp_path / who, file_cost=CHEAP) for who in ("anna", "maya")}
        anna = await AsyncAccount.setup(link, home=homes["anna"], password=ANNA_PASSWORD, connect=connect)
        async with anna:
            offered = await anna.invite(MAYA, hold=timedelta(days=30))
            maya = await AsyncAccount.accept(
                offered.link, name=MAYA, home=homes["maya"], password=MAYA_PASSWORD, connect=connect
            )
            name = maya.login.partition("@")[0]
            await maya.close()
            await anna.settle()
            await anna.engagement(MAYA).send(subject="Before Thursday", text="Three questions.")
        server = WebServer(ORIGIN, webfiles.installed_files(), upstream=listening)
        async with server.serving(0), visiting(browser, server.address.rstrip("/")) as visitor:
            page = visitor.page
            await page.goto(server.address)
            await page.get_by_label("Inbox name", exact=True).fill(name)
            await page.get_by_label("Password", exact=True).fill(MAYA_PASSWORD)
            await page.get_by_role("button", name="Open", exact=True).click()
            await expect(page.get_by_text("Before Thursday")).to_be_visible()
            assert visitor.errors == []
            assert all(one.startswith(server.address) for one in visitor.requests)
    finally:
        relay.kill()
