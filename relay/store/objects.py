"""Pieces of attachments in an object store, in the place of chunks in the database. Owns their names, and
that nothing stays there whose day is over.

An object is named by its blob's own day and 16 random bytes, so no name is used twice and none tells whose it
is. What is written but never noted in the database (a crash between both) goes with its day; what both have
agreed to keep longer stays under it. Must never say that a piece is stored before the object store has said
so, nor give one out that the database does not name. (docs/decisions/0018-object-store.md)
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple, Self
from urllib.parse import unquote, urlsplit

from relay.core.errors import Busy, NotFound
from relay.core.model import DAY_SECONDS

NAME_BYTES: Final = 16
MOST_SECONDS: Final = 30
RETRIES: Final = 3
LOOPBACK: Final = ("http://127.0.0.1:", "http://[::1]:", "http://localhost:")
"""Where an endpoint without TLS is allowed."""
LISTED_TOGETHER: Final = 500


class Named(NamedTuple):
    """One object: the day of its blob's own date, and its name."""

    day: int
    name: bytes

    @property
    def path(self) -> str:
        """Where it is, below the store's prefix."""
        return f"{self.day:06d}/{self.name.hex()}"


class Objects:
    """The object store behind a URL. Every method raises Busy while it cannot be reached."""

    def __init__(self, store: Any, random: Callable[[int], bytes], folder: Path | None = None) -> None:
        """`store` is one of obstore; `random` gives names. `folder` is where it writes, if that is here: its
        files are synced, which the library leaves to us.
        """
        self._store = store
        self._random = random
        self._folder = folder

    @classmethod
    def at(cls, url: str, random: Callable[[int], bytes]) -> Self:
        """`s3://bucket/prefix`, `gs://…`, `az://…`, `file:///folder`; credentials and endpoint are those of
        the environment (AWS_ACCESS_KEY_ID, AWS_ENDPOINT_URL and so on).

        Raises ValueError where that is no place for objects.
        """
        from obstore.exceptions import BaseError
        from obstore.store import LocalStore, from_url

        folder = Path(unquote(urlsplit(url).path)) if url.startswith("file:///") else None
        near = os.environ.get("AWS_ENDPOINT_URL", "").startswith(LOOPBACK)
        options: Any = {"timeout": timedelta(seconds=MOST_SECONDS), "allow_http": near}
        retries: Any = {"max_retries": RETRIES, "retry_timeout": timedelta(seconds=MOST_SECONDS)}
        try:
            if folder is not None:
                return cls(LocalStore(folder, mkdir=True), random, folder)
            return cls(from_url(url, client_options=options, retry_config=retries), random)
        except (BaseError, ValueError, OSError) as fault:
            raise ValueError(f"no object store: {str(fault).partition(chr(10))[0]}") from None

    async def put(self, expires_at: int, piece: bytes) -> Named:
        """Store a piece of a blob of this date under a new name; it is there when this returns."""
        import obstore

        named = Named(-(-expires_at // DAY_SECONDS), self._random(NAME_BYTES))
        with _reached():
            await obstore.put_async(self._store, named.path, piece, use_multipart=False)
            if self._folder is not None:
                await asyncio.to_thread(_sync, self._folder / named.path)
        return named

    async def get(self, named: Named, start: int, length: int) -> bytes:
        """So many bytes of a piece. Raises NotFound where it is not there."""
        import obstore

        with _reached():
            found = await obstore.get_range_async(self._store, named.path, start=start, length=length)
        return bytes(found)

    async def drop(self, some: Sequence[Named]) -> None:
        """Take them away; one that is gone is no fault."""
        with _reached():
            await self._drop([one.path for one in some])

    async def drop_days_before(self, day: int, but: Collection[Named] = ()) -> int:
        """Take away whatever stands under a day that is over, but these; returns how many that were."""
        import obstore

        dropped, kept = 0, {one.path for one in but}
        with _reached():
            found = await obstore.list_with_delimiter_async(self._store)
            for prefix in sorted(found["common_prefixes"]):
                if _day_of(prefix) < day:
                    async for some in obstore.list(self._store, prefix, chunk_size=LISTED_TOGETHER):
                        over = [one["path"] for one in some if one["path"] not in kept]
                        await self._drop(over)
                        dropped += len(over)
        return dropped

    async def _drop(self, paths: Iterable[str]) -> None:
        import obstore

        for path in paths:
            try:
                await obstore.delete_async(self._store, path)
            except FileNotFoundError:
                continue


def _sync(path: Path) -> None:
    """The file, its folder, and the folder that names that one."""
    for one in (path, path.parent, path.parent.parent):
        descriptor = os.open(one, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _day_of(prefix: str) -> int:
    """The day that a prefix stands for; of what is not ours, one that is never over."""
    name = prefix.rstrip("/").rpartition("/")[2]
    return int(name) if len(name) == 6 and name.isascii() and name.isdigit() else 1 << 62


@contextmanager
def _reached() -> Iterator[None]:
    """Faults of the object store by the relay's names."""
    from obstore.exceptions import BaseError

    try:
        yield
    except FileNotFoundError:
        raise NotFound from None
    except (BaseError, OSError) as fault:
        raise Busy(f"object store: {type(fault).__name__}") from fault
