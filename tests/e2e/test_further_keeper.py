"""A second, independent keeper: a program of its own on TCP, with a clock of its own. What is sealed needs
it, and dies with it, whatever the relay's own keeper still holds.
"""

from __future__ import annotations

import asyncio
import shutil
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from client_sdk import errors
from client_sdk.account import AsyncAccount
from keys.encoding import from_base64url
from relay.keeper.client import SocketKeeper
from relay.keeper.sockets import Tcp
from tests.e2e.house import ANNA_PASSWORD, MAYA_PASSWORD, House, cheap_home, made_relay
from tests.service.prepared import Program
from tests.service.programs import DAY_SECONDS, Relay, eventually


@dataclass
class Second:
    """The second keeper: its folder, made by `relay init` for another operator, and its program."""

    house: Relay
    process: Program | None = None
    place: str = "127.0.0.1:0"

    @classmethod
    def made(cls, folder: Path) -> Second:
        """A keeper that does not run yet."""
        return cls(made_relay(folder))

    def told(self) -> dict[str, str]:
        """Its fingerprint and key, as its operator gives them out."""
        lines = self.house.command("keeper", "fingerprint").stdout.splitlines()
        return dict(line.split() for line in lines)

    def start(self) -> None:
        """Run it, and wait until it says where it answers; that place is kept for later starts."""
        before = len(self.house.events("keeper.ready")) if (self.house.folder / "log").exists() else 0
        self.process = self.house.program("keeper", "--listen", self.place)
        eventually(lambda: len(self.house.events("keeper.ready")) > before)
        self.place = self.house.events("keeper.ready")[-1]["listen"]

    async def words(self) -> list[bytes]:
        """What it has signed of days destroyed, asked for by TCP and verified."""
        host, _, port = self.place.rpartition(":")
        public = from_base64url(self.told()["key"], 32)
        return await SocketKeeper(Tcp(host, int(port)), public).days_gone(0)

    def stop(self) -> None:
        """End it."""
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(30)
            self.process = None

    def next_day(self, days: int) -> None:
        """Let its own clock pass into a later day; it ticks by itself."""
        self.house.move_clock(days * DAY_SECONDS)
        eventually(lambda: any(tick["count"] for tick in self.house.events("keeper.ticked")))


@dataclass
class Two:
    """A relay with two keepers, and a coach and a client who require both."""

    house: House
    second: Second

    async def read(self) -> dict[str, str]:
        """What the client reads."""
        return {message.subject: message.text async for message in self.house.to_anna.messages()}


@asynccontextmanager
async def two_keepers(base: Path, database: str) -> AsyncIterator[Two]:
    """Everything running: the coach has compared the second keeper's fingerprint, the client has it from the
    coach.
    """
    relay, second = made_relay(base / "relay", database), Second.made(base / "second")
    async with AsyncExitStack() as ending:
        ending.callback(second.stop)
        await asyncio.to_thread(second.start)
        told = second.told()
        further = f'\n[[further_keepers]]\naddress = "{second.place}"\nkey = "{told["key"]}"\n'
        relay.config.write_text(relay.config.read_text() + further)
        relay.start()
        ending.callback(relay.kill)
        link = relay.command("coach", "invite", "Anna Harrow").stdout.strip()
        anna = await AsyncAccount.setup(
            link, home=cheap_home(base / "anna"), password=ANNA_PASSWORD, keepers=[told["fingerprint"]]
        )
        ending.push_async_callback(anna.close)
        ends = datetime.fromtimestamp(relay.now(), UTC).date() + timedelta(days=5)
        offered = await anna.invite("Maya Okafor", work_ends=ends, hold=timedelta(days=3))
        home = cheap_home(base / "maya")
        maya = await AsyncAccount.accept(offered.link, name="Maya Okafor", home=home, password=MAYA_PASSWORD)
        ending.push_async_callback(maya.close)
        await anna.settle()
        yield Two(House(relay, relay.folder, anna, maya, database), second)


async def test_reading_needs_both_and_waits_for_the_one_that_is_away(tmp_path: Path, database: str) -> None:
    """Read with both; with the second stopped reading waits and says which keeper it is; back again, nothing
    was lost. The door's mail needs both too.
    """
    async with two_keepers(tmp_path, database) as two:
        house, name = two.house, two.second.told()["fingerprint"]
        await house.to_maya.send(subject="first", text="with both")
        assert await two.read() == {"first": "with both"}
        for account in (house.anna, house.maya):
            seen = {one.fingerprint: (one.required, one.compared) for one in await account.keepers()}
            assert seen[name] == (True, True)
            assert sorted(seen.values()) == [(True, False), (True, True)]
        await house.to_maya.send(subject="second", text="unread yet")
        await house.register()
        await house.mail("letter", "from my own address")
        await asyncio.to_thread(two.second.stop)
        with pytest.raises(errors.KeeperUnavailable, match=name):
            await two.read()
        doctor = house.relay.command("doctor", code=1).stdout
        assert f"{name}: away" in doctor
        await asyncio.to_thread(two.second.start)
        assert (await two.read())["second"] == "unread yet"
        async for message in house.to_anna.messages():
            if message.mail is not None:
                assert "from my own address" in (await message.mail.open()).text


async def test_what_the_second_keeper_has_lost_never_opens(tmp_path: Path, database: str) -> None:
    """Its folder destroyed, and another keeper in its place: nothing opens, though the relay's own keeper has
    every day.
    """
    async with two_keepers(tmp_path, database) as two:
        await two.house.to_maya.send(subject="lost", text="to be")
        await asyncio.to_thread(two.second.stop)
        shutil.rmtree(two.second.house.folder / "keeper")
        stranger = Second.made(tmp_path / "stranger")
        shutil.copytree(stranger.house.folder / "keeper", two.second.house.folder / "keeper")
        await asyncio.to_thread(two.second.start)
        with pytest.raises(errors.KeeperUnavailable):
            await two.read()
        assert two.house.relay.status()["keeper"] == "here"


async def test_a_day_that_the_second_keeper_has_destroyed_is_gone(tmp_path: Path, database: str) -> None:
    """Its own tick ends the day: gone for good, while the first keeper and the relay still hold it, and
    though its clock is put back; and it has signed that it did so.
    """
    async with two_keepers(tmp_path, database) as two:
        house = two.house
        await house.to_maya.send(subject="short", text="soon gone", keep=timedelta(hours=1))
        await house.to_maya.send(subject="long", text="stays")
        await asyncio.to_thread(two.second.next_day, 2)
        await asyncio.to_thread(two.second.stop)
        (two.second.house.folder / "offset").unlink()
        await asyncio.to_thread(two.second.start)
        assert house.relay.status()["envelopes"] == 4
        assert await two.read() == {"long": "stays"}
        assert await two.second.words()


async def test_what_is_not_compared_is_not_required(tmp_path: Path, database: str) -> None:
    """A coach who names no fingerprint requires the relay's own keeper alone; the other is shown, and nothing
    is claimed for it.
    """
    relay, second = made_relay(tmp_path / "relay", database), Second.made(tmp_path / "second")
    told = second.told()
    further = f'\n[[further_keepers]]\naddress = "/nowhere.sock"\nkey = "{told["key"]}"\n'
    relay.config.write_text(relay.config.read_text() + further)
    relay.start()
    try:
        link = relay.command("coach", "invite", "Anna Harrow").stdout.strip()
        wrong = told["fingerprint"][:-2] + ("AA" if not told["fingerprint"].endswith("AA") else "BA")
        with pytest.raises((errors.NotTrusted, errors.Misused)):
            await AsyncAccount.setup(
                link, home=cheap_home(tmp_path / "x"), password=ANNA_PASSWORD, keepers=[wrong]
            )
        anna = await AsyncAccount.setup(link, home=cheap_home(tmp_path / "anna"), password=ANNA_PASSWORD)
        seen = {one.fingerprint: (one.required, one.compared) for one in await anna.keepers()}
        assert seen[told["fingerprint"]] == (False, False)
        assert sorted(seen.values()) == [(False, False), (True, False)]
        await anna.close()
    finally:
        relay.kill()
