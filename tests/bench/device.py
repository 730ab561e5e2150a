"""Row 26: the inbox opened by the device's own unlock, in Chromium with a processor four times slower. Owns
the device, which is the browser's own imitation of one and answers at once.
"""

from __future__ import annotations

from playwright.async_api import Browser, expect

from tests.bench.figures import Findings
from tests.bench.house import PASSWORD
from tests.bench.inbox import CALM_SECONDS, Pair, Times, people
from tests.bench.letters import write
from tests.bench.page import Phone, chromium, phone

MOST_MS = 800
FINGER = {
    "protocol": "ctap2",
    "ctap2Version": "ctap2_1",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "hasPrf": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
BUTTON = ".with-device button"


async def measure(rounds: int, quick: bool) -> Findings:
    """From the press to the first row, with the relay at hand as row 18's password, and over slow 4G."""
    times = Times("26")
    # A device keeps its word for a name: no browser takes an address of digits for one.
    async with people("localhost") as pair, chromium() as browser:
        await write(pair.writing, 10 if quick else 60)
        for _ in range(rounds):
            await opened(browser, pair, times)
    return times.findings()


async def opened(browser: Browser, pair: Pair, times: Times) -> None:
    """Somebody whose device has been added opens the page anew."""
    async with phone(browser, pair.origin) as one:
        await added(one, pair)
        times.note("unlock with the device to the first row", MOST_MS, await pressed(one, network=False))
        times.tell("the same over slow 4G", await pressed(one, network=True))


async def pressed(one: Phone, *, network: bool) -> float:
    """Milliseconds from the press to the first row, of a new visit; then it is locked again."""
    await one.page.goto("/")
    await one.page.locator(BUTTON).wait_for()
    await one.page.wait_for_load_state("networkidle")
    await one.slow(network=network)
    took_ms = await one.pressed(BUTTON, ".row")
    await one.silent(CALM_SECONDS)
    await one.unslowed()
    await lock(one)
    return took_ms


async def added(one: Phone, pair: Pair) -> None:
    """Unlock by the password, and let this device open the inbox from now on."""
    await one.tools.send("WebAuthn.enable")
    await one.tools.send("WebAuthn.addVirtualAuthenticator", {"options": FINGER})
    await one.page.goto("/")
    await one.unlock(pair.client_name, PASSWORD)
    await one.silent(CALM_SECONDS)
    await one.page.goto("/settings/browsers")
    await one.page.get_by_role("button", name="Use this device").click()
    await expect(one.page.get_by_text("this device opens your inbox")).to_be_visible()
    await lock(one)


async def lock(one: Phone) -> None:
    """Lock, so that the next visit is asked."""
    await one.page.get_by_role("button", name="Lock", exact=True).click()
    await one.page.locator(BUTTON).wait_for()
