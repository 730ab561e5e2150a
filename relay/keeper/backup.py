"""Ring backups: the ring, sealed to a key that the operator keeps offline, for 14 days (ruling 12).

Owns the bytes of a backup, the files of one folder, and their end. Off by default: a backup and its private
key together open what should be gone, so within the tail nothing of a destroyed day may be called
undecryptable. Beside the backups stands a refusal list that is never behind: each revoke is synced there
before it is answered, so that a restored keeper does not open what was revoked after its backup.
(docs/protocol.md, part 11.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from keys.encoding import Reader, counted, exact, from_base64url, label, u32, u64
from keys.errors import Malformed
from keys.names import ID_BYTES, keeper_id
from keys.suite import HPKE_OVERHEAD_BYTES, SEED_BYTES, OpenKey, SealKey, SignKey, hpke_open, hpke_seal
from relay.keeper.disk import PRIVATE_FOLDER, sync_folder, write_synced
from relay.keeper.refusals import ENTRY_BYTES, MOST_ENTRIES
from relay.keeper.ring import DAY_SECONDS, MOST_DAYS, Ring, decode_ring, encode_ring

TAIL_DAYS: Final = 14

_START: Final = b"QBR1" + bytes([1, 0, 0, 0])
_HEAD_BYTES: Final = len(_START) + ID_BYTES + 8 + 8
_MOST_RING_BYTES: Final = 64 + 36 * MOST_DAYS
_MOST_PLAIN_BYTES: Final = SEED_BYTES + 8 + _MOST_RING_BYTES + MOST_ENTRIES * (4 + ENTRY_BYTES)
_ENDING: Final = ".ring"
_UNFINISHED: Final = ".new"


@dataclass(frozen=True, slots=True)
class Saved:
    """What a backup holds: the keeper's signing key, its ring, and the refusal list of that moment."""

    made_at: int
    key: SignKey = field(repr=False)
    ring: Ring
    refused: Sequence[tuple[int, bytes]] = field(repr=False)


def seal_backup(saved: Saved, to: SealKey) -> bytes:
    """Return the bytes of a backup."""
    head = _START + keeper_id(saved.key.public) + u64(saved.ring.number) + u64(saved.made_at)
    entries = b"".join(u32(day) + exact(entry, ENTRY_BYTES, "refusal") for day, entry in saved.refused)
    ring = counted(encode_ring(saved.ring), 4)
    return head + hpke_seal(to, _info(head), saved.key.seed + ring + u32(len(saved.refused)) + entries)


def open_backup(raw: bytes, key: OpenKey) -> Saved:
    """Open a backup with the operator's offline key. NotOpened under another; Malformed for no backup."""
    if not 0 <= len(raw) - _HEAD_BYTES - HPKE_OVERHEAD_BYTES <= _MOST_PLAIN_BYTES:
        raise Malformed("no ring backup")
    reader = Reader(raw)
    reader.expect(_START, "start of a ring backup")
    of, number, made_at = reader.take(ID_BYTES), reader.u64(), reader.u64()
    sealed = reader.rest()
    plain = hpke_open(key, _info(raw[:_HEAD_BYTES]), sealed, len(sealed) - HPKE_OVERHEAD_BYTES)
    saved = _read_plain(Reader(plain), made_at)
    if (keeper_id(saved.key.public), saved.ring.number) != (of, number):
        raise Malformed("a backup of another ring")
    return saved


def _read_plain(reader: Reader, made_at: int) -> Saved:
    key = SignKey.from_seed(reader.take(SEED_BYTES))
    ring = decode_ring(reader.counted(4, _MOST_RING_BYTES))
    count = reader.between(reader.u32(), 0, MOST_ENTRIES, "number of refusals")
    refused = [(reader.u32(), reader.take(ENTRY_BYTES)) for _ in range(count)]
    reader.finish()
    return Saved(made_at, key, ring, refused)


def _info(head: bytes) -> bytes:
    return label("ring-backup") + head


class Backups:
    """The backups in one folder, at most one a day."""

    def __init__(self, folder: Path, to: SealKey) -> None:
        """`to` is the public key whose private half is kept offline."""
        self.folder, self._to = folder, to

    @property
    def refusals(self) -> Path:
        """Where the refusal list stands that is never behind."""
        return self.folder / "refused"

    def make_folder(self) -> None:
        """Make the folder; the one above it must be there, or its disk may not be mounted. Raises OSError."""
        self.folder.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
        self.refusals.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)

    def write(self, saved: Saved) -> None:
        """Write the backup of a day in the place of an earlier one of that day. Raises OSError."""
        path = self.folder / f"{saved.made_at // DAY_SECONDS}{_ENDING}"
        fresh = path.with_suffix(_UNFINISHED)
        write_synced(fresh, seal_backup(saved, self._to))
        fresh.replace(path)
        sync_folder(self.folder)

    def drop_old(self, now: int) -> None:
        """Remove the backups of days that ended over 14 days ago, and what a crash left of one that was being
        written: it may be whole, and nothing else would ever end it. Raises OSError.
        """
        first_kept = now // DAY_SECONDS - TAIL_DAYS
        old = [path for path in self._files() if int(path.stem) < first_kept]
        old += self.folder.glob(f"*{_UNFINISHED}")
        for path in old:
            path.unlink()
        if old:
            sync_folder(self.folder)

    def last_day(self) -> int | None:
        """The day of the newest backup; None where there is none. Raises OSError."""
        return max((int(path.stem) for path in self._files()), default=None)

    def _files(self) -> list[Path]:
        return [path for path in self.folder.glob(f"*{_ENDING}") if path.stem.isdecimal()]


def read_open_key(path: Path) -> OpenKey:
    """The operator's offline private key: one line of base64url. Raises OSError, Malformed."""
    return OpenKey.from_seed(from_base64url(path.read_text(encoding="ascii", errors="replace").strip(), 32))


def read_seal_key(path: Path) -> SealKey:
    """The public key that backups are sealed to: one line of base64url. Raises OSError, Malformed."""
    return SealKey.from_bytes(from_base64url(path.read_text(encoding="ascii", errors="replace").strip()))
