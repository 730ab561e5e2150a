"""Pages: the built web inbox, read whole at the start and served from a fixed table. Owns its headers.

No path of a request ever reaches the file system. Each file carries the strict policy, workers' scripts
too: a worker's policy is its own answer's. Where mail is met there is a stricter one. (docs/threat-model.md.)
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from relay.http_api.responses import HSTS, SERVER

TRUSTED_TYPES: Final = "quietbox"
"""The one Trusted Types policy of the inbox: it names its worker's script."""
PREFIX: Final = "/inbox/"
MOST_FILE_BYTES: Final = 16 * 1024 * 1024
MOST_FILES: Final = 1000
CSP: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self' 'wasm-unsafe-eval'",
        "style-src 'self'",
        "img-src 'self' blob: data:",
        "connect-src 'self'",
        "worker-src 'self'",
        "frame-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        f"trusted-types {TRUSTED_TYPES}",
    )
)
FRAME: Final = "frame.html"
"""The document in which the layout of a mail is looked at. It alone may be framed, by us alone."""
MAIL_WORKER: Final = re.compile(r"assets/mailworker-[A-Za-z0-9_-]+\.js")
MAIL_WORKER_CSP: Final = "default-src 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
"""Where a stranger's bytes are taken apart nothing is fetched."""
HEADERS: Final[Mapping[str, str]] = {
    "Server": SERVER,
    "Content-Security-Policy": CSP,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=(), payment=(), usb=()",
    "X-DNS-Prefetch-Control": "off",
    "X-Robots-Tag": "noindex",
}
_TYPES: Final[Mapping[str, str]] = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".md": "text/plain; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
_HASHED: Final = re.compile(r"assets/[^/]+-[A-Za-z0-9_-]{8}\.[a-z0-9]+")
_INLINE_SCRIPT: Final = re.compile(rb"<script>(.*?)</script>", re.DOTALL)
_SEGMENT: Final = r"[A-Za-z0-9_-]{1,128}"
_VIEW: Final = re.compile(
    rf"/|/(?:write|how|locked|help)|/i/(?:{_SEGMENT})?|/(?:settings|our-work|receipts)(?:/{_SEGMENT})?"
    rf"|/(?:t|e|report)/{_SEGMENT}(?:/{_SEGMENT})?"
)


@dataclass(frozen=True, slots=True)
class Page:
    """A file with the headers under which it goes out. `etag` is a strong one (RFC 9110, 8.8.3); `packed` is
    the same page compressed, where that is worth it.
    """

    body: bytes = field(repr=False)
    etag: str
    headers: Mapping[str, str]
    packed: Page | None = None


class Pages:
    """The table of files, and the addresses of views, which all answer with `index.html`."""

    def __init__(self, root: Path | None, *, secure: bool) -> None:
        """Read all files below `root`. `secure` says that the origin is https."""
        self._pages = dict(_read(root, secure)) if root is not None and root.is_dir() else {}

    def find(self, path: str) -> Page | None:
        """The page at a path, or None."""
        if path.startswith(PREFIX):
            return self._pages.get(path.removeprefix(PREFIX))
        return self._pages.get("index.html") if _VIEW.fullmatch(path) else None


def _read(root: Path, secure: bool) -> Iterator[tuple[str, Page]]:
    files = sorted(path for path in root.rglob("*") if path.is_file())
    names = [(path.relative_to(root).as_posix(), path) for path in files]
    shown = [
        (name, path) for name, path in names if not any(part.startswith(".") for part in name.split("/"))
    ]
    if len(shown) > MOST_FILES or any(path.stat().st_size > MOST_FILE_BYTES for _, path in shown):
        raise ValueError("that is no built inbox")
    for name, path in shown:
        yield name, _page(name, path.read_bytes(), secure)


def _page(name: str, body: bytes, secure: bool) -> Page:
    lasting = _HASHED.fullmatch(name) is not None
    headers = {**HEADERS, "Content-Security-Policy": _policy(name, body)}
    headers["Content-Type"] = _TYPES.get(Path(name).suffix, "application/octet-stream")
    headers["Cache-Control"] = "public, max-age=31536000, immutable" if lasting else "no-cache"
    headers["Vary"] = "Accept-Encoding"
    if secure:
        headers["Strict-Transport-Security"] = HSTS
    packed = gzip.compress(body, mtime=0)  # once, at the start: these files hold no secret
    if len(packed) >= len(body):
        return _tagged(body, headers)
    return _tagged(body, headers, _tagged(packed, {**headers, "Content-Encoding": "gzip"}))


def _policy(name: str, body: bytes) -> str:
    """The content security policy of a file: the strict one, and a stricter one where mail is met."""
    if name == FRAME:
        return _frame_policy(body)
    return MAIL_WORKER_CSP if MAIL_WORKER.fullmatch(name) else CSP


def _frame_policy(body: bytes) -> str:
    """No origin, no network, no way out; of scripts the one that is in the document, by its hash."""
    hashes = (hashlib.sha256(script).digest() for script in _INLINE_SCRIPT.findall(body))
    scripts = " ".join(f"'sha256-{base64.b64encode(one).decode()}'" for one in hashes) or "'none'"
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {scripts}",
            "style-src 'unsafe-inline'",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'self'",
            "sandbox allow-scripts",
            "require-trusted-types-for 'script'",
            "trusted-types dompurify",
        )
    )


def _tagged(body: bytes, headers: Mapping[str, str], packed: Page | None = None) -> Page:
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    return Page(body, etag, {**headers, "ETag": etag}, packed)
