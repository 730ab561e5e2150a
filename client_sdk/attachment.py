"""Attachment: a file on its way out, as a caller names it.

Owns where its bytes come from and what the reader will see of it. Reads nothing before it is sent, and
imports little: a program that only names files should start at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from client_sdk.errors import NotFound
from client_sdk.files import safe_name

READ_BYTES: Final = 1024 * 1024
UNKNOWN_TYPE: Final = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class FileLabel:
    """Name and media type of a file, as the reader will see them."""

    name: str = field(repr=False)
    media_type: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file to send. Make it with `from_path` or `from_bytes`."""

    label: FileLabel
    size_bytes: int
    _source: Path | bytes = field(repr=False)

    @classmethod
    def from_path(
        cls, path: Path | str, *, name: str | None = None, media_type: str | None = None
    ) -> Attachment:
        """Send a file from disk; it is read when it is sent. `NotFound` where there is none."""
        source = Path(path)
        if not source.is_file():
            raise NotFound("There is no such file.")
        return cls(_label(name or source.name, media_type), source.stat().st_size, source)

    @classmethod
    def from_bytes(cls, content: bytes, name: str, *, media_type: str | None = None) -> Attachment:
        """Send bytes under a name."""
        return cls(_label(name, media_type), len(content), bytes(content))

    def pieces(self) -> Iterator[bytes]:
        """Yield the file's bytes, a piece at a time."""
        if isinstance(self._source, bytes):
            for at in range(0, len(self._source), READ_BYTES):
                yield self._source[at : at + READ_BYTES]
            return
        with self._source.open("rb") as file:
            while piece := file.read(READ_BYTES):
                yield piece


def _label(name: str, media_type: str | None) -> FileLabel:
    import mimetypes

    shown = safe_name(name)
    return FileLabel(shown, media_type or mimetypes.guess_type(shown, strict=False)[0] or UNKNOWN_TYPE)
