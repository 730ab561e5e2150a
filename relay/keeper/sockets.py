"""Where keepers answer: Unix sockets at paths of any length, open to one system user alone, and TCP.

Owns the way round the 108 bytes that a socket's address may have: the folder is opened, and the address names
it by its descriptor. Must never leave a socket that others may write to, not even for an instant.
"""

from __future__ import annotations

import asyncio
import os
import socket
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

MOST_RELAYS: Final = 64
"""On one machine, with one keeper."""

_ADDRESS_BYTES = 100
_DESCRIPTORS = Path("/proc/self/fd")


def listen(path: Path, *, group: bool = False, waiting: int = 64) -> socket.socket:
    """A listening socket of mode 0600, or 0660 for the `group` too. So many may be `waiting` to be let in;
    further ones are turned away at once.

    A socket that was left there is replaced: the caller holds a lock that says it is nobody's.
    """
    if path.exists() and stat.S_ISSOCK(path.stat().st_mode):
        path.unlink()
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        umask = os.umask(0o117 if group else 0o177)
        try:
            with _address(path) as address:
                listener.bind(address)
        finally:
            os.umask(umask)
        listener.listen(waiting)
        listener.setblocking(False)
    except BaseException:
        listener.close()
        raise
    return listener


def unlisten(path: Path) -> None:
    """Take the name of a socket away; one that is gone already is no trouble."""
    with suppress(OSError):
        path.unlink()


@dataclass(frozen=True, slots=True)
class Tcp:
    """A host and a port."""

    host: str
    port: int


Address = Path | Tcp


async def connect(address: Address) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Streams to the socket at `address`. Raises OSError."""
    if isinstance(address, Tcp):
        return await asyncio.open_connection(address.host, address.port)
    caller = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    caller.setblocking(False)
    try:
        with _address(address) as name:
            await asyncio.get_running_loop().sock_connect(caller, name)
        return await asyncio.open_unix_connection(sock=caller)
    except BaseException:
        caller.close()
        raise


@contextmanager
def _address(path: Path) -> Iterator[str]:
    if len(os.fsencode(path)) <= _ADDRESS_BYTES or not _DESCRIPTORS.exists():
        yield str(path)
        return
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield str(_DESCRIPTORS / str(folder) / path.name)
    finally:
        os.close(folder)
