"""Confine: what a process may open of the machine's files, once it has loaded what it needs.

Owns a few words to the kernel (landlock(7)): all files stay readable but those in closed folders, none is
written but a device, none is started. It must never be needed for a promise to hold: a system that does not
know them runs as before, and `docs/threat-model.md` says what then remains.
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

_CREATE, _ADD, _RESTRICT = 444, 445, 446  # the same on every architecture
_NO_NEW_PRIVILEGES: Final = 38  # PR_SET_NO_NEW_PRIVS, prctl(2)
_PATH_BENEATH: Final = 1
_READ_FILE, _READ_FOLDER, _WRITE_FILE = 1 << 2, 1 << 3, 1 << 1
_RIGHTS: Final = (0, 13, 14, 15, 15, 16)
"""How many rights each version knows; later ones know no further of files."""
_DEVICES: Final = Path("/dev")


def fence(closed: Sequence[Path], needed: Sequence[Path] = ()) -> int | None:
    """A descriptor for `confine`: whoever is behind it opens nothing in the folders `closed`, which are
    there, and writes and starts nothing at all. `needed` are folders that stay readable wherever they lie,
    unless they hold a closed one. None where the system does not know how.
    """
    system, version = _system(), _version()
    if system is None or version < 1:
        return None
    handled = (1 << _RIGHTS[min(version, len(_RIGHTS) - 1)]) - 1
    ruleset = int(system.syscall(_CREATE, struct.pack("=Q", handled), 8, 0))
    if ruleset < 0:
        return None
    shut = [Path(os.path.realpath(one)) for one in closed]
    for path in (*_open(Path("/"), shut), *(one for one in needed if not _holds(one, shut))):
        with suppress(OSError):  # what cannot be looked at cannot be opened either
            _allow(system, ruleset, path)
    return ruleset


def is_known() -> bool:
    """Whether the system knows how: Linux since 5.13, where Landlock is switched on."""
    return _version() >= 1


def confine(ruleset: int) -> bool:
    """Be behind a fence from now on, with all children. False where the system refuses."""
    system = _system()
    if system is None:
        return False
    system.prctl(_NO_NEW_PRIVILEGES, ctypes.c_ulong(1), 0, 0, 0)
    return int(system.syscall(_RESTRICT, ruleset, 0)) == 0


def _system() -> ctypes.CDLL | None:
    return ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def _version() -> int:
    system = _system()
    return int(system.syscall(_CREATE, None, 0, 1)) if system is not None else 0


def _open(folder: Path, shut: Sequence[Path]) -> Iterator[Path]:
    """What is in a folder, as whole as may be."""
    if not _holds(folder, shut):
        yield folder
        return
    with suppress(OSError), os.scandir(folder) as found:
        for entry in found:
            path = Path(entry.path)
            if path not in shut and not entry.is_symlink():
                yield from _open(path, shut)


def _holds(folder: Path, shut: Sequence[Path]) -> bool:
    return any(one.is_relative_to(folder) for one in shut)


def _allow(system: ctypes.CDLL, ruleset: int, path: Path) -> None:
    place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        rights = _READ_FILE | (_READ_FOLDER if path.is_dir() else 0)
        rights |= _WRITE_FILE if path.is_relative_to(_DEVICES) else 0
        system.syscall(_ADD, ruleset, _PATH_BENEATH, struct.pack("=Qi", rights, place), 0)
    finally:
        os.close(place)
