"""A relay that takes mail, and Postfix with Dovecot as its baseline. Owns both, each in a folder of its own.

Both cores are free to all, as row 7 has it. Postfix and Dovecot are Debian's (`apt-get install postfix
dovecot-lmtpd`), with settings of their own and none of the machine's; they need root.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from client_sdk.account import AsyncAccount
from tests.bench.house import House, enrol
from tests.bench.mail_load import Envelope
from tests.bench.programs import CORES, Served, output_of, served
from tests.smtp import postfix

SENDER: Final = "maya@home.example"
HIGH: Final = {
    "RELAY_SMTP__MAX_COMMANDS": "1000000000",
    "RELAY_SMTP__MAX_CONNECTIONS": "10000",
    "RELAY_SMTP__MAX_CONNECTIONS_PER_ADDRESS": "10000",
    "RELAY_LIMITS__DOOR_MAILS_PER_HOUR": "1000000000",
}
TO_DOVECOT = """\
virtual_mailbox_domains = box.test
virtual_transport = lmtp:inet:127.0.0.1:{port}
"""
DOVECOT = """\
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = lmtp
ssl = no
first_valid_uid = 1
mail_location = maildir:~/Maildir
passdb {{
  driver = static
  args = nopassword=y
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={folder}/home/%n
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {port}
  }}
}}
"""


@dataclass(frozen=True, slots=True)
class Door:
    """A relay's port for mail, and an inbox behind it."""

    relay: Served
    port: int
    envelope: Envelope
    house: House


@asynccontextmanager
async def door() -> AsyncIterator[Door]:
    """A serving relay whose coach has confirmed an address."""
    with tempfile.TemporaryDirectory(prefix="quietbox-bench-") as folder:
        house = House(Path(folder), free_port())
        output_of("relay", "init", "--local", str(house.config.parent))
        house.relay("expire", "due")  # makes the tables: the relay that is measured has not just done that
        settings = {**house.environment, **HIGH}
        with served(*house.serve, environment=settings, cores=set(CORES)) as relay:
            async with await enrol(house) as coach:
                await _register(coach, house.config.parent / "outbox")
                envelope = Envelope(SENDER, await coach.engagement("Maya Okafor").address())
            port = int(relay.ready.rpartition("smtp=")[2].split()[0].rpartition(":")[2])
            yield Door(relay, port, envelope, house)


async def _register(coach: AsyncAccount, outbox: Path) -> None:
    await coach.add_sender(SENDER)
    (caught,) = outbox.glob("*.eml")
    found = re.search(r"\b\d{8}\b", caught.read_text())
    assert found is not None
    await coach.confirm_sender(found[0])


@dataclass(frozen=True, slots=True)
class MailServer:
    """Postfix in front of Dovecot."""

    port: int
    box: Path
    envelope: Envelope
    programs: tuple[int, ...]

    def count(self) -> int:
        """How many mails lie in the mailbox."""
        new = self.box / "Maildir" / "new"
        return sum(1 for _ in new.iterdir()) if new.exists() else 0

    async def holds(self, count: int) -> None:
        """Wait until so many lie there."""
        while self.count() < count:
            await asyncio.sleep(0.005)


def why_not() -> str:
    """Why the baseline cannot be run here; empty where it can."""
    if shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin") is None:
        return "Dovecot is missing; Debian, Ubuntu: sudo apt-get install postfix dovecot-lmtpd"
    return postfix.why_not()


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """Postfix and Dovecot's LMTP, until the block ends."""
    folder, port = Path(tempfile.mkdtemp(prefix="quietbox-dovecot-")), free_port()
    folder.chmod(0o755)
    (folder / "home").mkdir()
    shutil.chown(folder / "home", "nobody")
    settings = folder / "dovecot.conf"
    settings.write_text(DOVECOT.format(folder=folder, port=port))
    dovecot = subprocess.Popen(["/usr/sbin/dovecot", "-F", "-c", str(settings)])
    try:
        with postfix.running(TO_DOVECOT.format(port=port)) as front:
            box, envelope = folder / "home" / "box", Envelope(SENDER, "box@box.test")
            master = (front.folder / "queue" / "pid" / "master.pid").read_text()
            yield MailServer(front.port, box, envelope, (dovecot.pid, int(master)))
    finally:
        dovecot.terminate()
        dovecot.wait(30)
        shutil.rmtree(folder)


def cpu_seconds(*programs: int) -> float:
    """Processor time of programs with all that they started, what has ended included (proc_pid_stat(5))."""
    ticks = sum(sum(map(int, _stat(number)[11:15])) for root in programs for number in family(root))
    return ticks / os.sysconf("SC_CLK_TCK")


def family(number: int) -> Iterator[int]:
    """A program and those that it has started and that still run."""
    try:
        tasks = list(Path(f"/proc/{number}/task").iterdir())
        children = [child for task in tasks for child in (task / "children").read_text().split()]
    except OSError:
        return
    yield number
    for child in children:
        yield from family(int(child))


def _stat(number: int) -> list[str]:
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ["0"] * 20


def free_port() -> int:
    """A loopback port that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])
