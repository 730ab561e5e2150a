"""Pages: the built web inbox, read whole at the start and served from a fixed table.

No path of a request ever reaches the file system. The headers of each file are `keys.web`'s, the same for
whoever serves it. (docs/threat-model.md.)
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from keys import web
from relay.http_api.responses import HSTS, SERVER


@dataclass(frozen=True, slots=True)
class Page:
    """A file with the headers under which it goes out. `etag` is a strong one (RFC 9110, 8.8.3); `packed` is
    the same page compressed, where that is worth it, and then the only one that is kept in memory.
    """

    kept: bytes = field(repr=False)
    etag: str
    headers: Mapping[str, str]
    packed: Page | None = None

    @property
    def body(self) -> bytes:
        """What goes out. Hardly a browser takes no gzip: for those it is unpacked."""
        return self.kept if self.packed is None else gzip.decompress(self.packed.kept)


class Pages:
    """The table of files, and the addresses of views, which all answer with `index.html`."""

    def __init__(self, root: Path | None, *, secure: bool) -> None:
        """Read all files below `root`. `secure` says that the origin is https."""
        self._pages = dict(_read(root, secure)) if root is not None and root.is_dir() else {}

    def find(self, path: str) -> Page | None:
        """The page at a path, or None."""
        name = web.file_of(path)
        return self._pages.get(name) if name is not None else None


def _read(root: Path, secure: bool) -> Iterator[tuple[str, Page]]:
    files = sorted(path for path in root.rglob("*") if path.is_file())
    names = [(path.relative_to(root).as_posix(), path) for path in files]
    shown = [
        (name, path) for name, path in names if not any(part.startswith(".") for part in name.split("/"))
    ]
    if len(shown) > web.MOST_FILES or any(path.stat().st_size > web.MOST_FILE_BYTES for _, path in shown):
        raise ValueError("that is no built inbox")
    for name, path in shown:
        yield name, _page(name, path.read_bytes(), secure)


def _page(name: str, body: bytes, secure: bool) -> Page:
    headers = {"Server": SERVER, **web.headers_of(name, body), "Vary": "Accept-Encoding"}
    if secure:
        headers["Strict-Transport-Security"] = HSTS
    packed = gzip.compress(body, mtime=0)  # once, at the start: these files hold no secret
    if len(packed) >= len(body):
        return _tagged(body, headers)
    return replace(
        _tagged(body, headers), kept=b"", packed=_tagged(packed, {**headers, "Content-Encoding": "gzip"})
    )


def _tagged(body: bytes, headers: Mapping[str, str]) -> Page:
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    return Page(body, etag, {**headers, "ETag": etag})
