"""`relay init`: a folder with settings, secrets and a keeper. Writes nothing over anything that is there."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from keys.names import Random
from relay.keeper.disk import sync_folder
from relay.keeper.folder import FolderRefused, create_keeper
from relay.operator.stopped import Exit, Stopped
from relay.service.keyfiles import create_key_files
from relay.service.places import PRIVATE_FILE, PRIVATE_FOLDER, Places

CONFIG_NAME: Final = "relay.toml"
LOCAL_DOMAIN: Final = "quietbox.localhost"


@dataclass(frozen=True, slots=True)
class Choice:
    """What differs from relay to relay at the start. Listen addresses are HOST:PORT; port 0 picks a free
    one.
    """

    origin: str
    mail_domain: str
    http_listen: str
    smtp_listen: str
    proxy: bool

    @classmethod
    def local(cls, domain: str = LOCAL_DOMAIN) -> Choice:
        """On one's own computer: loopback, no TLS, mail caught in a folder."""
        return cls("http://127.0.0.1:8080", domain, "127.0.0.1:8080", "127.0.0.1:8025", proxy=False)

    @classmethod
    def public(cls, domain: str) -> Choice:
        """On a server: TLS stands in front of the web side, and mail comes in at port 25."""
        return cls(f"https://{domain}", domain, "127.0.0.1:8080", "0.0.0.0:25", proxy=True)


def initialise(folder: Path, choice: Choice, now: int, random: Random) -> Path:
    """Write settings, secrets and a keeper into `folder`; returns the file of the settings. Raises
    Stopped.
    """
    config, places = folder / CONFIG_NAME, Places(folder)
    keeper = folder / "keeper"
    for path in (config, places.secrets, keeper, places.database):
        if path.exists():
            raise Stopped(f"{path} is there already; nothing was changed.")
    try:
        folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        keeper_public = create_keeper(keeper, now, random)
        create_key_files(places.secrets, keeper_public, random)
        _write_config(config, config_text(choice))
        sync_folder(folder)
    except (OSError, FolderRefused) as failure:
        raise Stopped(f"{folder} could not be made: {failure}") from None
    return config


def choice_of(*, local: bool, domain: str | None) -> Choice:
    """What the command line asks for. Raises Stopped."""
    if local:
        return Choice.local(domain or LOCAL_DOMAIN)
    if domain is None:
        raise Stopped("Say --domain NAME for a server, or --local for your own computer.", Exit.USAGE)
    return Choice.public(domain)


def config_text(choice: Choice) -> str:
    """The settings file, each line explained."""
    return (_PUBLIC if choice.proxy else _LOCAL).format(choice=choice)


def _write_config(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)


_HEAD: Final = """\
# A relay of Quietbox. `relay config show` prints all settings, `relay config explain KEY` what one means.
# Paths start at this file's folder. The environment goes before the file: RELAY_HTTP__LISTEN for http.listen.

[relay]
origin = "{choice.origin}"  # what people open; part of their keys, so choose it once
name = "Quietbox"  # shown on pages and in mails

[http]
"""

_KEEPER: Final = """
[keeper]
autostart = true  # `relay serve` starts the keeper of the days' keys; false if it has a user of its own

[mail]
"""

_LIMITS: Final = """
[limits]
unbound_keep_days = 30  # longest keep of what no agreement governs
mailbox_quota_bytes = 268435456  # a full inbox refuses; nothing is taken out to make room
sweep_seconds = 20  # what is due is unreadable at once, and taken away by a sweep every so often

[operator]
refused_domains = []  # domains, and all below them, from which no mail is taken and to which no notice goes
"""

_LOCAL: Final = (
    _HEAD
    + """\
listen = "{choice.http_listen}"  # this computer alone; port 0 picks a free one

[smtp]
listen = "{choice.smtp_listen}"  # mail comes in here, from this computer alone
domain = "{choice.mail_domain}"  # what follows the @ of inbound addresses
check_senders = false  # a mail's own word for who wrote it counts; for this computer alone
"""
    + _KEEPER
    + """\
out = "folder"  # outgoing mail is caught as .eml files
folder = "outbox"  # in this folder
"""
    + _LIMITS
)

_PUBLIC: Final = (
    _HEAD
    + """\
listen = "{choice.http_listen}"  # a proxy with TLS stands in front of it

[smtp]
listen = "{choice.smtp_listen}"  # where other mail servers deliver
domain = "{choice.mail_domain}"  # what follows the @ of inbound addresses; its MX record points here
# tls_cert = "tls/fullchain.pem"  # with both, mail comes in over STARTTLS
# tls_key = "tls/privkey.pem"
"""
    + _KEEPER
    + """\
out = "folder"  # outgoing mail is caught as .eml files; "smarthost" hands it on
folder = "outbox"  # in this folder
# host = "smtp.provider.example"  # the smarthost; its password is best given as RELAY_MAIL__PASSWORD
"""
    + _LIMITS
)
