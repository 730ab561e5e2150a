"""What of a mail stays where: in the memory of every process of a running relay, and in every log at every
level. On the file: a door reaches no store, whichever it is (docs/architecture.md).
"""

from __future__ import annotations

import asyncio
import base64
import re
import secrets
import smtplib
import ssl
from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest
import trustme

import relay as relay_package
from tests.e2e import house as house_module
from tests.e2e.house import MAYA_ADDRESS, House, open_house
from tests.service.programs import Relay, eventually

MAILS = 6
ALIKE = 17
"""Letters with which all canaries of a search begin."""
PIECE_BYTES = 1 << 24
RECORDS = "PYTHON_RECORDS"
NO_HAND_OVER = """
import functools, relay.service.door_workers as workers
workers.Times = functools.partial(workers.Times, 1e6, 1e6, 1e6, 1e6)
"""
ALL_RECORDS = """
import logging, os, traceback
file = open(os.environ["PYTHON_RECORDS"], "a", buffering=1)  # a door's worker may open none any more
def handle(self, record):
    words = [self.name, str(record.msg), repr(record.args)]
    words += traceback.format_exception(*record.exc_info) if record.exc_info else []
    file.write(" ".join(words) + "\\n")
logging.Logger.handle = handle
logging.Logger.isEnabledFor = lambda self, level: True
"""


def forms(canary: str) -> dict[str, bytes]:
    """A canary as it may lie in memory: base64 in each of its three places within a group."""
    raw = canary.encode()
    shifted = {f"base64 {n}": base64.b64encode(b"x" * n + raw + b"xx")[4:-8] for n in range(3)}
    return {
        "plain": raw,
        "utf-16": canary.encode("utf-16-le"),
        "utf-16-be": canary.encode("utf-16-be"),
        **shifted,
    }


def memory_of(pid: int) -> Iterator[bytes]:
    """All that a process has in memory and may write to, in overlapping pieces."""
    maps = Path(f"/proc/{pid}/maps").read_text().splitlines()
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        for line in maps:
            found = re.match(r"([0-9a-f]+)-([0-9a-f]+) rw", line)
            if found is None or "[vvar" in line:
                continue
            start, end = int(found[1], 16), int(found[2], 16)
            for at in range(start, end, PIECE_BYTES):
                memory.seek(at)
                try:
                    yield memory.read(min(PIECE_BYTES + 256, end - at))
                except OSError:
                    break


def found_in(pid: int, canaries: list[str]) -> set[str]:
    """Which forms of which canaries a process has in memory. They all begin alike, so that one search for
    each form does for all.
    """
    (beginning,) = {one[:ALIKE] for one in canaries}
    beginnings = forms(beginning)
    sought = {form: [(n, forms(one)[form]) for n, one in enumerate(canaries)] for form in beginnings}
    found: set[str] = set()
    for piece in memory_of(pid):
        for form in (form for form, raw in beginnings.items() if raw in piece):
            found |= {f"{n} {form}" for n, raw in sought[form] if raw in piece}
    return found


def mail_with(canary: str, recipient: str, sender: str) -> bytes:
    """A mail that says a canary in its name, its subject, its text and a file."""
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"] = f"{canary} <{sender}>", recipient
    message["Subject"] = f"about {canary}"
    message.set_content(f"I wrote {canary}\n" * 50)
    message.add_attachment(
        f"{canary} in a file".encode() * 200, maintype="application", subtype="x", filename="x"
    )
    message.add_attachment(canary.encode("utf-16"), maintype="application", subtype="x", filename="y")
    return message.as_bytes()


def bring(relay: Relay, recipient: str, canaries: list[str], sender: str = MAYA_ADDRESS) -> list[int]:
    """Bring mails by STARTTLS, two in a connection; the codes of the answers."""
    codes, context = [], ssl._create_unverified_context()
    found = re.search(r"smtp=(\S+):(\d+)", relay.ready)
    assert found is not None
    for some in range(0, len(canaries), 2):
        with smtplib.SMTP(found[1], int(found[2]), local_hostname="home.example", timeout=30) as peer:
            peer.starttls(context=context)
            for canary in canaries[some : some + 2]:
                try:
                    peer.sendmail(MAYA_ADDRESS, [recipient], mail_with(canary, recipient, sender))
                    codes.append(250)
                except smtplib.SMTPDataError as refused:
                    codes.append(refused.smtp_code)
    return codes


@pytest.fixture
def with_tls(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Relays have a certificate."""
    made = house_module.made_relay
    found = trustme.CA().issue_cert("in.harrow.example")

    def made_with_tls(folder: Path, database: str = "") -> Relay:
        relay = made(folder, database)
        chain, key = folder / "chain.pem", folder / "key.pem"
        found.private_key_pem.write_to_path(key)
        chain.write_bytes(b"".join(one.bytes() for one in found.cert_chain_pems))
        text = relay.config.read_text()
        relay.config.write_text(
            text.replace("[smtp]\n", f'[smtp]\ntls_cert = "{chain}"\ntls_key = "{key}"\n')
        )
        return relay

    monkeypatch.setattr(house_module, "made_relay", made_with_tls)


def starting_with(program: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each Python that is started from now on run this first."""
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(program)
    root = Path(relay_package.__file__).parent.parent
    monkeypatch.setenv("PYTHONPATH", f"{folder}:{root}")


async def bring_all(house: House) -> list[str]:
    """Bring mails that are taken, and one that is refused after its last byte; their canaries."""
    beginning = f"c{secrets.token_hex(ALIKE // 2)}"
    canaries = [f"{beginning}{secrets.token_hex(8)}y" for _ in range(MAILS + 1)]
    await house.register()
    inbox = await house.to_anna.address()
    assert await asyncio.to_thread(bring, house.relay, inbox, canaries[:-1]) == [250] * MAILS
    assert await asyncio.to_thread(bring, house.relay, inbox, canaries[-1:], "otto@away.example") == [550]
    return canaries


@pytest.mark.usefixtures("with_tls")
async def test_no_process_has_a_word_of_it(tmp_path: Path) -> None:
    """Once the workers that took the mails are gone, relay, keeper, template and the worker that accepts have
    none of their words in memory, in no spelling."""
    async with open_house(tmp_path / "relay") as house:
        assert house.relay.process is not None
        template, *before = house.relay.door()
        canaries = await bring_all(house)
        held = {*before, *house.relay.door()[1:]}
        await house.mail("nothing", "so that the worker that accepts hands over, too")
        eventually(lambda: not held & set(house.relay.door()) and len(house.relay.door()) == 2)
        pids = {house.relay.process.pid, *house.relay.children(), *house.relay.door()}
        assert len(pids) == 4
        assert {pid: found_in(pid, canaries) for pid in pids} == {pid: set() for pid in pids}
        assert template in pids


@pytest.mark.usefixtures("with_tls")
async def test_without_a_hand_over_it_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same search finds the words in a worker that lives on, long after 250; and there alone."""
    starting_with(NO_HAND_OVER, tmp_path / "first", monkeypatch)
    async with open_house(tmp_path / "relay") as house:
        assert house.relay.process is not None
        canaries = await bring_all(house)
        template, worker = house.relay.door()
        assert any("plain" in one for one in found_in(worker, canaries))
        for pid in (house.relay.process.pid, template, *house.relay.children()):
            assert found_in(pid, canaries) == set()


@pytest.mark.usefixtures("with_tls")
async def test_no_log_has_a_word_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With every logger of every library heard at every level, in every process, with its arguments and
    tracebacks, no record has a word of a mail or an address; nor has what the relay says itself."""
    starting_with(ALL_RECORDS, tmp_path / "first", monkeypatch)
    records = tmp_path / "records"
    monkeypatch.setenv(RECORDS, str(records))
    monkeypatch.setenv("PYTHONASYNCIODEBUG", "1")
    async with open_house(tmp_path / "relay") as house:
        canaries = await bring_all(house)
        inbox = await house.to_anna.address()
        said = house.relay.log()
    heard = records.read_text()
    assert "asyncio" in heard
    for word in (*canaries, MAYA_ADDRESS, "otto@away", inbox):
        assert word not in heard
        assert word not in said
