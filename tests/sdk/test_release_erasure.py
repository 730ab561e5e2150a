"""A report, taken back: undecryptable with all that the relay had, once keeper and day have done theirs.

One program tries everything, before and after: it must open the report while it can be opened.
"""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from client_sdk import protocol
from client_sdk.errors import NothingHere
from client_sdk.report_text import ReportForm
from client_sdk.sponsor import open_release
from keys.envelope import parse_envelope
from keys.errors import KeysError
from keys.keeper_wire import Ask, OpenRequest, Status, open_unsigned_answer, sign_open_request
from keys.locks import link_access_key, link_id
from keys.release import ReleaseLink, Served, believe, parse_link
from keys.report import Goal
from keys.suite import OpenKey
from relay.operator.erasure import Loot, plunder
from tests.sdk.house import MAYAS, House, opened_house
from tests.service.programs import DAY_SECONDS, eventually

FORM = ReportForm(date(2026, 9, 1), date(2026, 12, 31), "Joan Reyes", (Goal("Lead the merger team."),))


async def kept_by_a_thief(house: House, link: ReleaseLink, served: Served) -> bool:
    """Whether whoever kept what was served once, and holds the link, gets it open at the keeper, past the
    relay's own rules.
    """
    core = house.anna.engagement("Maya Okafor")._core
    envelope, access = parse_envelope(served.envelope), link_access_key(link.secret)
    reply_key, shares = OpenKey.from_seed(core.random(32)), list[bytes]()
    for pin in core.vault.pins.keepers:
        request = OpenRequest(
            keeper_id=pin.keeper_id,
            access_public=access.public,
            asked_at=core.now(),
            nonce=core.random(16),
            reply_public=reply_key.public,
            items=tuple(Ask(envelope.header_hash, lock) for lock in envelope.keeper_locks),
        )
        raw = sign_open_request(request, access)
        answer = await core.session.call(protocol.keepers.ask_keeper(pin.keeper_id, raw))
        grants = open_unsigned_answer(answer, request, raw, reply_key).grants
        shares += [one.share for one in grants if one.status is Status.HERE]
    try:
        believe(link, served, shares, core.now())
    except KeysError:
        return False
    return True


def steal(house: House, copy: Path) -> Loot:
    """The database and the keeper's folder as they are now."""
    folder = house.relay.folder
    copy.mkdir()
    with closing(sqlite3.connect(folder / "relay.db")) as live, closing(sqlite3.connect(copy / "db")) as to:
        live.backup(to)
    shutil.copytree(folder / "keeper", copy / "keeper", ignore=shutil.ignore_patterns("*.sock"))
    name, _, host = house.maya.login.partition("@")
    pepper = (folder / "secrets" / "pepper").read_bytes()
    return Loot(copy / "db", pepper, copy / "keeper", name, host, MAYAS)


@pytest.mark.timeout(300)
async def test_taken_back_is_taken_from_whoever_kept_it(tmp_path: Path) -> None:
    """Before: link and digits, a kept copy at the keeper, and the stolen ring each open it. After the
    withdrawal neither relay nor keeper does, whatever was kept; after its day what is left of the ring does
    not either.
    """
    async with opened_house(tmp_path) as house:
        made = await house.to_maya.agreement.propose(sponsor="Northwind Ltd", sponsor_sees="a page")
        await house.to_anna.agreement.agree(made.id)
        await house.to_anna.report.write(FORM)
        way = await house.to_maya.report.sign()
        until = date(1970, 1, 1) + timedelta(days=house.relay.now() // DAY_SECONDS + 1)
        await house.to_anna.report.release(until=until)
        link = parse_link(way.link)
        call = protocol.release.shown(link_id(link.secret), way.digits)
        core = house.to_maya._core
        served = (await core.session.ask(call)).served
        await open_release(way.link, way.digits)
        assert await kept_by_a_thief(house, link, served)
        loot = steal(house, tmp_path / "before")
        tally = plunder(loot)
        assert tally.envelopes_opened == tally.envelopes > 1

        await house.to_anna.report.withdraw()
        with pytest.raises(NothingHere):
            await open_release(way.link, way.digits)
        assert not await kept_by_a_thief(house, link, served)
        after = plunder(steal(house, tmp_path / "after"))
        assert after.envelopes == tally.envelopes - 1  # the relay has it no more

        for day in (1, 2, 3):
            ticks = len(house.relay.events("keeper.ticked"))
            house.relay.move_clock(day * DAY_SECONDS)
            eventually(lambda ticks=ticks: len(house.relay.events("keeper.ticked")) > ticks)  # type: ignore[misc]
        left = replace(loot, keeper=house.relay.folder / "keeper")
        assert plunder(left).envelopes_opened == tally.envelopes - 1  # all the rest lives on
