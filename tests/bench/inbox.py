"""Rows 18 and 19: the inbox in Chromium with a processor four times slower, and slow 4G for the first load;
and a mailbox of ten thousand letters. The bounds are those that a person may be made to wait.
"""

from __future__ import annotations

import asyncio
import re
import tempfile
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from playwright.async_api import Browser

from client_sdk.account import AsyncAccount
from client_sdk.engagement import AsyncEngagement
from tests.bench.alone import alone
from tests.bench.figures import Figure, Findings, Told
from tests.bench.house import PASSWORD, House, free_port, home_of
from tests.bench.letters import write
from tests.bench.page import Phone, chromium, phone
from tests.bench.programs import output_of, served
from tests.browser.weights import brotli_bytes, built

LETTERS = 10_000
MEMORY_MB = 120
INDEX_WRITTEN_SECONDS = 8
"""The index is written five seconds after the last change: who asks nothing for longer has done it."""
TIDIED_SECONDS = 45
CALM_SECONDS = 1.0
KB = 1_000


@dataclass(frozen=True)
class Pair:
    """A relay, its coach, and the name of a client who opens the inbox in the browser."""

    origin: str
    coach: AsyncAccount
    client_name: str
    link: str

    @property
    def writing(self) -> AsyncEngagement:
        """The coach's side of their engagement."""
        return self.coach.engagement("Maya Okafor")


@dataclass
class Times:
    """Measurements by name, a value for each round, each with what it may be at most; or told."""

    row: str
    taken: dict[tuple[str, float, str], list[float]] = field(default_factory=lambda: defaultdict(list))
    heard: dict[tuple[str, str], list[float]] = field(default_factory=lambda: defaultdict(list))

    def note(self, what: str, allowed: float, value: float, unit: str = "ms") -> None:
        """One value."""
        self.taken[what, allowed, unit].append(value)

    def tell(self, what: str, value: float, unit: str = "ms") -> None:
        """One value of what has no bound."""
        self.heard[what, unit].append(value)

    def findings(self) -> Findings:
        """Each held at its bound; of what is told, the median."""
        figures = tuple(self._figure(*named, values) for named, values in self.taken.items())
        told = (Told(self.row, what, median(values), unit) for (what, unit), values in self.heard.items())
        return Findings(figures, tuple(told))

    def _figure(self, what: str, allowed: float, unit: str, values: list[float]) -> Figure:
        bounds = [allowed] * len(values)
        return Figure(self.row, what, values, f"of {allowed:g} {unit}", bounds, unit, 1, at_most=True)


async def small(rounds: int, quick: bool) -> Findings:
    """Row 18: what is loaded, and an inbox of a few dozen letters."""
    times = Times("18")
    async with people() as pair, chromium() as browser:
        await write(pair.writing, 10 if quick else 60)
        for _ in range(rounds):
            await invited(browser, pair, times)
            await a_day(browser, pair, times)
    weigh(times)
    return times.findings()


async def large(rounds: int, quick: bool) -> Findings:
    """Row 19: ten thousand letters, opened out of the sealed index that an earlier visit has left."""
    times = Times("19")
    letters = 500 if quick else LETTERS
    async with people() as pair, chromium() as browser:
        await write(pair.writing, letters)
        async with phone(browser, pair.origin) as one:
            await one.page.goto("/")
            first_ms = await one.unlock(pair.client_name, PASSWORD)
            await known(one, letters)
            await one.silent(INDEX_WRITTEN_SECONDS)
        for _ in range(rounds):
            await again(browser, pair, times, letters)
        await memory(pair, times, letters)
    times.tell(f"first row of {letters:,} letters without an index", first_ms)
    return times.findings()


@asynccontextmanager
async def people(host: str = "127.0.0.1") -> AsyncIterator[Pair]:
    """A serving relay in a folder of its own, until the block ends. `host` is what its origin calls it."""
    with tempfile.TemporaryDirectory(prefix="quietbox-bench-") as folder:
        port = free_port()
        house = House(Path(folder), port, {"RELAY_RELAY__ORIGIN": f"http://{host}:{port}"})
        output_of("relay", "init", "--local", str(house.config.parent))
        with served(*house.serve, environment=house.environment):
            printed = re.search(r"http://\S+", house.relay("coach", "invite", "Anna Harrow"))
            assert printed is not None
            home = home_of(house.folder, "coach")
            async with await AsyncAccount.setup(printed[0], home=home, password=PASSWORD) as coach:
                offered = await coach.invite("Maya Okafor")
                client = await AsyncAccount.accept(
                    offered.link, name="Maya Okafor", home=home_of(house.folder, "client"), password=PASSWORD
                )
                await client.close()
                assert await coach.settle()
                spare = await coach.invite("Lena Light")
                origin = printed[0].partition("/i/")[0]
                yield Pair(origin, coach, client.login.partition("@")[0], spare.link)


async def invited(browser: Browser, pair: Pair, times: Times) -> None:
    """A first visit, by an invitation."""
    async with phone(browser, pair.origin) as one:
        await one.slow(network=True)
        await one.page.goto(pair.link)
        await one.page.get_by_label("Yes, my own").wait_for()
        times.note("an invitation painted, slow 4G", 1_800, await one.painted())
        times.note("bytes before Continue", 60, await one.received() / KB, "kB")


async def a_day(browser: Browser, pair: Pair, times: Times) -> None:
    """The locked page over slow 4G; then, with the relay at hand, what a person does."""
    async with phone(browser, pair.origin) as one:
        await one.slow(network=True)
        await one.page.goto("/")
        await one.page.get_by_label("Inbox name", exact=True).wait_for()
        times.note("the locked page painted, slow 4G", 1_800, await one.painted())
        await one.page.wait_for_load_state("networkidle")
        times.note("bytes of the app, first time", 120, await one.received() / KB, "kB")
        await one.slow(network=False)
        times.note("unlock by password to the first row", 2_500, await one.unlock(pair.client_name, PASSWORD))
        await one.silent(CALM_SECONDS)
        times.note("the longest task of the page while it opens", 50, await one.longest())
        times.note("open a message", 200, await one.pressed(".row", ".message .prose"))
        await one.page.go_back()
        await one.page.locator(".search-link").wait_for()
        times.note("open the search", 200, await one.pressed(".search-link", "#search"))
        times.note("a letter of the search", 200, await one.typed("#search", "fer", ".found"))
        await one.page.go_back()
        times.note("open the page for writing", 200, await one.pressed("a[href='/write']", "textarea"))
        await one.page.get_by_label("Subject").fill("Of the bench")
        await one.page.get_by_label("Message", exact=True).fill("A line.")
        times.note("send, to the line that says so", 200, await one.pressed("form .do", ".outgoing"))
        times.note("the longest task of the page from then on", 50, await one.longest())


async def again(browser: Browser, pair: Pair, times: Times, letters: int) -> None:
    """A visit in which nothing is new."""
    async with phone(browser, pair.origin) as one:
        await one.page.goto("/")
        await one.slow(network=False)
        await one.page.get_by_label("Inbox name", exact=True).wait_for()
        first_ms = await one.unlock(pair.client_name, PASSWORD)
        times.note(f"password to the first row of {letters:,}", 2_500, first_ms)
        times.note("from the first row until all are known", 1_500, await known(one, letters))
        times.note("200 more rows", 200, await one.further())
        await one.page.locator(".search-link").click()
        times.note("a letter of the search over all", 200, await one.typed("#search", "letter 14", ".found"))


async def memory(pair: Pair, times: Times, letters: int) -> None:
    """What page and worker hold after such a visit, nobody steering the browser any more: at most, and once
    the browser has tidied up, which it does half a minute after the last work.
    """
    held = list[int]()
    async with alone() as browser:
        async with browser.held() as one:
            await one.page.goto(pair.origin)
            await one.unlock(pair.client_name, PASSWORD)
            await known(one, letters)
            await one.page.locator(".search-link").click()
            await one.typed("#search", "letter 14", ".found")
        for _ in range(TIDIED_SECONDS):
            held.append(browser.memory()["page and worker"])
            await asyncio.sleep(1)
    times.note("memory of page and worker, at most", MEMORY_MB, max(held) / 1e6, "MB")
    times.note("the same when the browser has tidied up", MEMORY_MB, held[-1] / 1e6, "MB")


async def known(one: Phone, letters: int) -> float:
    """Milliseconds until the list says how many there are in all."""
    return await one.appearing(f"Search {letters:,} messages")


def weigh(times: Times) -> None:
    """Scripts, style and the sponsor's page, by brotli."""
    style = brotli_bytes([name for name in built(".css") if name.startswith("assets/style-")])
    times.note("style, brotli", 12, sum(style.values()) / KB, "kB")
    page = brotli_bytes(["release.html"])
    times.note("the sponsor's page, brotli", 60, sum(page.values()) / KB, "kB")
