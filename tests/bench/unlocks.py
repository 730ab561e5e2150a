"""Row 21: the morning on which everybody unlocks at once, against as many requests to bare aiohttp.

One unlock is what a person's software asks: challenge, proof, account, vault, the first page, and here also
the end of the session. Stretching a password is its own work and is not measured; the proof is a device's,
which nobody can guess, so that no brake is in the way.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from statistics import median

from client_sdk.account import AsyncAccount
from keys.encoding import from_base64url, to_base64url
from keys.names import origin_hash
from keys.suite import SignKey
from keys.unlock import Login, device_keys
from tests.bench.crowd import Act, Visitor, let_loose, visiting
from tests.bench.figures import Figure, Findings, Told, interleaved
from tests.bench.house import PASSWORD, House, home_of, housed
from tests.bench.load import Measured
from tests.bench.programs import served

LEAST: float = 0.10
"""Of as many bare requests: two of the six are a transaction each, with its sync."""
REQUESTS = 6


@dataclass(frozen=True, slots=True)
class Key:
    """What somebody needs to unlock."""

    name: str
    origin: str
    method_id: bytes
    login: SignKey
    mailbox_id: bytes

    async def unlock(self, at: Visitor) -> Visitor:
        """A page of the person, signed in; what an inbox shows first has been read."""
        page = at.other()
        told = await page.ask("POST", "/v1/sessions/start", status=200, json={"name": self.name})
        start = json.loads(told)
        told = await page.ask("POST", "/v1/sessions", status=201, json=self._answer(start))
        page.token = json.loads(told)["session"]
        await page.ask("GET", "/v1/account", status=200)
        await page.ask("POST", "/v1/vault/items", status=200, json={"known": 0, "names": []})
        path = f"/v1/mailboxes/{to_base64url(self.mailbox_id)}/envelopes?after=0&limit=50"
        await page.ask("GET", path, status=200)
        return page

    async def visit(self, at: Visitor) -> None:
        """Unlock, and end the session."""
        page = await self.unlock(at)
        await page.ask("DELETE", "/v1/sessions", status=204)

    def _answer(self, start: dict[str, str]) -> dict[str, str]:
        account_id = from_base64url(start["account_id"], 16)
        challenge, nonce = from_base64url(start["challenge"], 32), os.urandom(32)
        login = Login(origin_hash(self.origin), account_id, self.method_id, challenge, nonce)
        return {
            "account_id": start["account_id"],
            "method_id": to_base64url(self.method_id),
            "challenge": start["challenge"],
            "nonce": to_base64url(nonce),
            "signature": to_base64url(login.sign(self.login)),
        }


async def measure(rounds: int, quick: bool) -> Findings:
    """In turn with the bare requests."""
    count = 100 if quick else 1_000
    async with housed() as (house, relay, _):
        key = await client_key(house)
        with served("tests.bench.bare", "read") as bare:
            async with visiting(relay.port) as ours, visiting(bare.port) as theirs:
                unlocks, plain = await interleaved(
                    rounds,
                    partial(let_loose, ours, [key.visit] * count),
                    partial(let_loose, theirs, bare_requests(count * REQUESTS)),
                )
    rates = [one.rate * REQUESTS for one in unlocks], [one.rate for one in plain]
    figure = Figure("21", "requests of an unlock storm", rates[0], "bare aiohttp", rates[1], "/s", LEAST)
    return Findings(
        (figure,),
        (
            Told("21", "people unlocked", median(one.rate for one in unlocks), "/s"),
            Told("21", "99 of 100 unlocked within", _late_ms(unlocks), "ms"),
        ),
    )


def bare_requests(count: int) -> list[Act]:
    """As many requests without anything behind them."""
    return [partial(Visitor.ask, method="GET", path="/", status=200)] * count


async def client_key(house: House) -> Key:
    """The way in of the client's computer."""
    async with await AsyncAccount.open(home=home_of(house.folder, "client"), password=PASSWORD) as client:
        core = client._core
        secret = await asyncio.to_thread(core.secret_place.load)
        (item,) = core.vault.engagements
        login, method_id = device_keys(secret).login, core.state.fact("method-id")
        return Key(core.session.name, core.session.origin, method_id, login, item.my_mailbox_id)


def _late_ms(column: Sequence[Measured]) -> float:
    return median(one.quantile_ms(0.99) for one in column)
