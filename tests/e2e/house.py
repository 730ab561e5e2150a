"""A relay with a coach and a client who use it. Owns bringing them together, mail by SMTP, and moving the
clock by days."""

from __future__ import annotations

import asyncio
import email
import re
import smtplib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP, default
from pathlib import Path

from client_sdk import AsyncAccount, AsyncEngagement, Home
from relay.operator.erasure import Loot, Tally, plunder
from relay.service.keyfiles import read_backup_key
from relay.store.backup_file import opened, read_head
from relay.store.engine import connect_writer
from relay.store.rebuild import load_as
from tests.e2e.stored import Stored
from tests.sdk.house import CHEAP
from tests.service.programs import DAY_SECONDS, Relay, eventually, free_port

ANNA_PASSWORD = "walnut-canary harbour lantern bridge"
MAYA_PASSWORD = "pepper-canary meadow candle orchard"
MAYA_ADDRESS = "maya-canary@home.example"


@dataclass
class House:
    """The relay's programs and its two people."""

    relay: Relay
    folder: Path
    anna: AsyncAccount
    maya: AsyncAccount
    database: str = ""
    days_gone: int = 0

    @property
    def stored(self) -> Stored:
        """What the relay has, as nobody sees it who only asks the relay."""
        return Stored(self.folder, self.database)

    @property
    def to_maya(self) -> AsyncEngagement:
        """The coach's side of their engagement."""
        return self.anna.engagement("Maya Okafor")

    @property
    def to_anna(self) -> AsyncEngagement:
        """The client's side of it."""
        return self.maya.engagement()

    async def next_days(self, days: int) -> None:
        """Let days pass, one at a time, each with its sweep and the keeper's tick."""
        for _ in range(days):
            ticks = len(self.relay.events("keeper.ticked"))
            self.days_gone += 1
            self.relay.move_clock(self.days_gone * DAY_SECONDS)
            await asyncio.to_thread(self._wait_for_tick, ticks)
        await asyncio.to_thread(eventually, lambda: not self.relay.status()["due"])

    async def leap(self, days: int) -> None:
        """Let days pass in one step, as for a relay that was off meanwhile: one sweep, one tick."""
        self.days_gone += days - 1
        await self.next_days(1)

    def _wait_for_tick(self, ticks: int) -> None:
        eventually(lambda: len(self.relay.events("keeper.ticked")) > ticks)

    async def mail(self, subject: str, text: str, *, sender: str = MAYA_ADDRESS) -> None:
        """Forward a mail from a personal address into the client's inbox."""
        message = EmailMessage(policy=SMTP)
        message["From"], message["To"], message["Subject"] = sender, "x@home.example", subject
        message.set_content(text)
        await asyncio.to_thread(self._deliver, sender, await self.to_anna.address(), message.as_bytes())

    def _deliver(self, sender: str, recipient: str, raw: bytes) -> None:
        matched = re.search(r"smtp=(\S+):(\d+)", self.relay.ready)
        assert matched is not None
        with smtplib.SMTP(matched[1], int(matched[2]), local_hostname="home.example", timeout=30) as peer:
            peer.sendmail(sender, [recipient], raw)

    async def register(self, address: str = MAYA_ADDRESS) -> None:
        """Prove the client's personal address by the code that was mailed to it."""
        await self.maya.add_sender(address)
        caught = max((self.folder / "outbox").glob("*.eml"), key=lambda path: path.stat().st_mtime)
        told = email.message_from_bytes(caught.read_bytes(), policy=default).get_content()
        found = re.search(r"\b\d{8}\b", str(told))
        assert found is not None
        await self.maya.confirm_sender(found[0])

    def sealed_backup(self) -> Path:
        """A backup made by command, while the relay serves."""
        return Path(self.relay.command("backup", "create").stdout.strip())

    def backup(self, name: str) -> Path:
        """The rows of a backup as a thief has them, who opened it with its stolen key: in a file, from
        whichever database they came; nothing is applied or swept.
        """
        copy, made = self.folder.parent / name, self.sealed_backup()
        key = read_backup_key(self.folder / "secrets")
        with closing(connect_writer(copy)) as target, made.open("rb") as file:
            head = read_head(file)
            load_as(target, head.schema, opened(file, head, key))
        return copy

    def plunder(self, who: AsyncAccount, password: str, database: Path, keeper: Path) -> Tally:
        """What a thief with these things and the person's own password can open."""
        return plunder(self.loot(who, password, database, keeper))

    def loot(self, who: AsyncAccount, password: str, database: Path, keeper: Path | None = None) -> Loot:
        """What a thief holds, by default with the keeper's folder as it is."""
        name, _, host = who.login.partition("@")
        pepper = (self.folder / "secrets" / "pepper").read_bytes()
        return Loot(database, pepper, keeper or self.folder / "keeper", name, host, password)


def cheap_home(folder: Path) -> Home:
    """Somebody's own computer, whose secret is sealed at a low cost: 256 MiB an opening is for people."""
    return Home(folder, file_cost=CHEAP)


def made_relay(folder: Path, database: str = "") -> Relay:
    """A relay on a port that its origin names, with a clock that the test moves. `database`: the URL of
    another database than the file.
    """
    relay = Relay.at(free_port(), folder)
    relay.config.write_text(relay.config.read_text() + on(database))
    return relay


def on(database: str) -> str:
    """What the settings say of a database; nothing of the file."""
    return f'\n[database]\nurl = "{database}"\n' if database else ""


@asynccontextmanager
async def open_house(
    folder: Path, *, work_days: int = 2, hold_days: int = 1, mail: str = "", database: str = ""
) -> AsyncIterator[House]:
    """Start a relay, let a coach set up, invite a client, and the client accept. `mail`: another way out for
    its mail than the folder; `database`: the URL of another database than the file.
    """
    relay = made_relay(folder, database)
    if mail:
        text = relay.config.read_text()
        relay.config.write_text(re.sub(r"\[mail\]\n[^\[]*", mail + "\n", text))
    relay.start()
    async with AsyncExitStack() as ending:
        ending.callback(relay.kill)
        link = relay.command("coach", "invite", "Anna Harrow").stdout.strip()
        anna = await AsyncAccount.setup(link, home=cheap_home(folder.parent / "anna"), password=ANNA_PASSWORD)
        ending.push_async_callback(anna.close)
        ends = datetime.fromtimestamp(relay.now(), UTC).date() + timedelta(days=work_days)
        hold = timedelta(days=hold_days)
        offered = await anna.invite("Maya Okafor", work_ends=ends, hold=hold, refuse=("corp.example",))
        home = cheap_home(folder.parent / "maya")
        maya = await AsyncAccount.accept(offered.link, name="Maya Okafor", home=home, password=MAYA_PASSWORD)
        ending.push_async_callback(maya.close)
        await anna.settle()
        yield House(relay, folder, anna, maya, database)
