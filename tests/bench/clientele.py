"""Row 28: a coach's inbox with two hundred clients, in Chromium with a processor four times slower. Owns the
making of the clients, who are real ones: each has joined by the SDK and has letters, and the coach has opened
each once, so that *Clients* has something to say of all.
"""

from __future__ import annotations

import asyncio
import tempfile
from itertools import takewhile
from pathlib import Path

from playwright.async_api import Browser, Request

from client_sdk.account import AsyncAccount
from tests.bench.alone import alone
from tests.bench.figures import Findings
from tests.bench.house import PASSWORD, home_of
from tests.bench.inbox import CALM_SECONDS, KB, MEMORY_MB, TIDIED_SECONDS, Pair, Times, people
from tests.bench.letters import write
from tests.bench.page import Phone, chromium, phone

CLIENTS, CLIENTS_QUICK = 200, 20
LETTERS = 3
LIST = ".clients li"
CLIENTS_LINK = "a[href='/clients']"
OPEN_ONE = f"{LIST}:not(:first-child) button"
"""First stands somebody who was invited, and cannot be opened yet."""
GLANCED = """(clients) => new Promise((done) => {
  const began = performance.now();
  const told = (row) => row.querySelectorAll("div > .meta").length > 1;
  const look = () => {
    const rows = [...document.querySelectorAll(".clients li")];
    if (rows.filter(told).length >= clients) {
      done(performance.now() - began);
    } else {
      requestAnimationFrame(look);
    }
  };
  look();
})"""
ELEMENTS = "() => document.querySelectorAll('*').length"


async def measure(rounds: int, quick: bool) -> Findings:
    """The client's bounds, for a coach of so many."""
    clients = CLIENTS_QUICK if quick else CLIENTS
    times = Times("28")
    async with people() as pair, chromium() as browser:
        await join(pair, clients)
        async with phone(browser, pair.origin) as one:
            await look_at_each(one, pair, clients)
        for _ in range(rounds):
            await a_morning(browser, pair, times, clients)
        await memory(pair, times, clients)
    return times.findings()


def name_of(number: int) -> str:
    """What a client is called."""
    return f"Client {number:03}"


async def join(pair: Pair, clients: int) -> None:
    """So many further clients accept, and write; the one who is there already is written to."""
    await write(pair.writing, LETTERS)
    with tempfile.TemporaryDirectory(prefix="quietbox-bench-") as folder:
        for number in range(clients):
            name = name_of(number)
            offered = await pair.coach.invite(name)
            home = home_of(Path(folder), str(number))
            async with await AsyncAccount.accept(
                offered.link, name=name, home=home, password=PASSWORD
            ) as client:
                assert await pair.coach.settle()
                await write(client.engagement(), LETTERS)


async def look_at_each(one: Phone, pair: Pair, clients: int) -> None:
    """Turn to one client after the other: each leaves a sealed index, which *Clients* reads. It is stored
    when the next one opens, so at last to the first again.
    """
    await one.page.goto("/")
    await enter(one, pair, CLIENTS_LINK)
    for number in (*range(clients), 0):
        await one.page.locator(CLIENTS_LINK).first.click()
        opening = one.page.get_by_role("button", name=f"Open {name_of(number)}", exact=True)
        here = one.page.locator(LIST, has_text=name_of(number)).get_by_text("Open here")
        await opening.or_(here).first.wait_for()
        if await opening.count():  # which one opens with the account is chance
            await opening.click()
            await one.page.locator(".row").first.wait_for()


async def enter(one: Phone, pair: Pair, wanted: str) -> float:
    """Milliseconds from *Open* until what is wanted stands there."""
    await one.page.get_by_label("Inbox name", exact=True).fill(pair.coach.login.partition("@")[0])
    await one.page.get_by_label("Password", exact=True).fill(PASSWORD)
    return await one.pressed("form button[type=submit]", wanted)


async def a_morning(browser: Browser, pair: Pair, times: Times, clients: int) -> None:
    """A visit of the coach: the inbox of one client, then all of them, then another one's."""
    async with phone(browser, pair.origin) as one:
        asked: list[Request] = []
        one.page.on("request", lambda request: asked.append(request))  # noqa: PLW0108 (a method it cannot take)
        async with one.page.expect_response(lambda answer: answer.url.endswith("/v1/relay")):
            await one.page.goto("/")
        await one.page.wait_for_load_state("networkidle")
        await one.slow(network=False)
        first = list(asked)
        asked.clear()
        took_ms = await enter(one, pair, ".row")
        opening = until_shown(asked)
        times.note(f"password to the first row, {clients} clients", 2_500, took_ms)
        times.tell("calls of the relay from the press to the first row", calls(opening), "calls")
        times.tell("the same with page and name of the relay", calls(first) + calls(opening), "calls")
        times.tell("bytes from the press to the first row", await answered(opening) / KB, "kB")
        await one.silent(CALM_SECONDS)
        times.note("the longest task of the page while it opens", 50, await one.longest())
        times.tell("elements of the page", await one.page.evaluate(ELEMENTS), "elements")
        await all_clients(one, times, clients, asked)


async def all_clients(one: Phone, times: Times, clients: int, asked: list[Request]) -> None:
    """*Clients*: the names, what is said of each, finding one, and turning to that one."""
    asked.clear()
    named_ms = await one.pressed(CLIENTS_LINK, f"{LIST}:nth-child({clients})")
    times.note(f"Clients, to the last of {clients} names", 300, named_ms)
    times.note("from then until something is said of all", 1_500, await glanced(one, clients))
    times.tell("calls of the relay for both of these", calls(asked), "calls")
    times.tell("bytes for both of these", await answered(asked) / KB, "kB")
    times.note("the longest task of the page with Clients", 50, await one.longest())
    times.tell("elements of the page with Clients", await one.page.evaluate(ELEMENTS), "elements")
    if await one.page.locator("main input").count():  # few are found without a field
        times.note("a letter of a name", 200, await one.typed("main input", "Client 00", ".clients"))
    turned_ms = await one.pressed(OPEN_ONE, ".row")
    times.tell("another client's first row, from the press", turned_ms)
    await one.silent(CALM_SECONDS)


async def glanced(one: Phone, clients: int) -> float:
    """Milliseconds until something is said of each client, from now on."""
    return float(await one.page.evaluate(GLANCED, clients))


def until_shown(requests: list[Request]) -> list[Request]:
    """Those before the wake line, which begins when the list is there, and which never ends."""
    return list(takewhile(lambda one: not one.url.endswith("/v1/wake"), requests))


def calls(requests: list[Request]) -> int:
    """How many of them a browser makes each time, because it does not keep the answer."""
    return sum("/assets/" not in one.url for one in requests)


async def answered(requests: list[Request]) -> float:
    """Bytes of their answers, headers included, as they came over the network."""
    sizes = [await one.sizes() for one in requests if await one.response()]
    return float(sum(one["responseBodySize"] + one["responseHeadersSize"] for one in sizes))


async def memory(pair: Pair, times: Times, clients: int) -> None:
    """As row 19: what page and worker hold after *Clients*, nobody steering the browser any more."""
    held = list[int]()
    async with alone() as browser:
        async with browser.held() as one:
            await one.page.goto(pair.origin)
            await enter(one, pair, ".row")
            await one.pressed(CLIENTS_LINK, LIST)
            await glanced(one, clients)
        for _ in range(TIDIED_SECONDS):
            held.append(browser.memory()["page and worker"])
            await asyncio.sleep(1)
    times.note("memory of page and worker, at most", MEMORY_MB, max(held) / 1e6, "MB")
    times.note("the same when the browser has tidied up", MEMORY_MB, held[-1] / 1e6, "MB")
