"""Web: what a web inbox is served under, and by what its files are checked.

Owns the headers of each file of the built inbox, the addresses of its views and the manifest of a release,
which relay, SDK and whoever checks from elsewhere have to read alike. Must never let a page run a script that
is not named by its hash, nor speak to anybody but its own server. (docs/protocol.md, part 21;
docs/threat-model.md.)
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from keys.encoding import ascending, exact, from_base64url, to_base64url
from keys.errors import Malformed
from keys.suite import H

PREFIX: Final = "/inbox/"
INDEX: Final = "index.html"
FRAME: Final = "frame.html"
"""The document in which the layout of a mail is looked at. It alone may be framed, by us alone."""
RELEASE: Final = "release.html"
"""The sponsor's page: one file, its style and script within it. It keeps nothing and fetches nothing else."""
RELEASE_PATH: Final = "/r/"
CHECK: Final = "check.html"
"""The page that checks a file of receipts: one file too. It asks its own server once, beforehand."""
CHECK_PATH: Final = "/check/"
MAIL_WORKER: Final = re.compile(r"assets/mailworker-[A-Za-z0-9_-]+\.js")
TRUSTED_TYPES: Final = "quietbox"
"""The one Trusted Types policy of the inbox: it names its worker's script."""

_AT: Final[Mapping[str, str]] = {RELEASE_PATH: RELEASE, CHECK_PATH: CHECK, CHECK_PATH.rstrip("/"): CHECK}
"""Where the pages of one file are. Who types the address of the second from paper may leave out its end."""
_SEGMENT: Final = r"[A-Za-z0-9_-]{1,128}"
_VIEW: Final = re.compile(
    rf"/|/a/|/(?:write|search|clients|how|locked|help)|/i/(?:{_SEGMENT})?|/(?:settings|our-work|receipts)(?:/{_SEGMENT})?"
    rf"|/(?:t|e|report)/{_SEGMENT}(?:/{_SEGMENT})?"
)
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
_LASTING: Final = re.compile(r"assets/[^/]+-[A-Za-z0-9_-]{8}\.[a-z0-9]+")
_INLINE_SCRIPT: Final = re.compile(rb"<script(?: type=\"importmap\")?>(.*?)</script>", re.DOTALL)
_INLINE_STYLE: Final = re.compile(rb"<style>(.*?)</style>", re.DOTALL)
_INTEGRITY: Final = re.compile(rb"sha256-[A-Za-z0-9+/]{43}=")
_COMMON: Final[Mapping[str, str]] = {
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=(), payment=(), usb=()",
    "X-DNS-Prefetch-Control": "off",
    "X-Robots-Tag": "noindex",
}
_NONE: Final = "'none'"
_OF_OURS: Final = (
    "style-src 'self'",
    "img-src 'self' blob: data:",
    "connect-src 'self'",
    "worker-src 'self'",
    "frame-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    f"trusted-types {TRUSTED_TYPES}",
)
FILE_CSP: Final = "; ".join(("default-src 'none'", "script-src 'self' 'wasm-unsafe-eval'", *_OF_OURS))
"""Of every file but the pages. For a worker's script it is the worker's own policy, and what a worker imports
carries no hash that a policy could name."""
MAIL_WORKER_CSP: Final = "default-src 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
"""Where a stranger's bytes are taken apart nothing is fetched."""


# --- serving ---


def file_of(path: str) -> str | None:
    """Return the name of the file that a path is answered with, were it there: `index.html` for each view,
    and the pages of one file where they are.
    """
    if path in _AT:
        return _AT[path]
    if path.startswith(PREFIX):
        return path.removeprefix(PREFIX)
    return INDEX if _VIEW.fullmatch(path) else None


def headers_of(name: str, body: bytes) -> dict[str, str]:
    """Return the headers under which a file of the built inbox goes out."""
    lasting = _LASTING.fullmatch(name) is not None
    return {
        **_COMMON,
        "Content-Security-Policy": policy_of(name, body),
        "Content-Type": _TYPES.get("." + name.rpartition(".")[2], "application/octet-stream"),
        "Cache-Control": "public, max-age=31536000, immutable" if lasting else "no-cache",
    }


def policy_of(name: str, body: bytes) -> str:
    """Return the content security policy of a file: the strict one, and a stricter one where mail is met, and
    on the pages of one file.
    """
    if name in _AT.values():
        return _one_file_policy(body)
    if name == FRAME:
        return _frame_policy(body)
    if name == INDEX:
        return _page_policy(body)
    return MAIL_WORKER_CSP if MAIL_WORKER.fullmatch(name) else FILE_CSP


def _page_policy(body: bytes) -> str:
    """Scripts by their hashes alone: those that the page names, its import map for what they import, and that
    map itself. `strict-dynamic` lets browsers that do not carry a map's hashes into imports go on; no address
    and no markup gets a script in by it.
    """
    named = sorted({f"'{one.decode()}'" for one in _INTEGRITY.findall(body)} | set(_inline(body)))
    scripts = " ".join([*named, "'strict-dynamic'"]) if named else _NONE
    return "; ".join(("default-src 'none'", f"script-src {scripts} 'wasm-unsafe-eval'", *_OF_OURS))


def _frame_policy(body: bytes) -> str:
    """No origin, no network, no way out; of scripts the one that is in the document, by its hash."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {' '.join(_inline(body)) or _NONE}",
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


def _one_file_policy(body: bytes) -> str:
    """The page's own script and style by their hashes, and its own server; no worker, no frame, no wasm."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {' '.join(_inline(body)) or _NONE}",
            f"style-src {' '.join(_inline(body, _INLINE_STYLE)) or _NONE}",
            "img-src data:",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    )


def _inline(body: bytes, tag: re.Pattern[bytes] = _INLINE_SCRIPT) -> list[str]:
    hashes = (base64.b64encode(H(inside)).decode() for inside in tag.findall(body))
    return [f"'sha256-{one}'" for one in hashes]


# --- manifest ---

MANIFEST: Final = "web-manifest.txt"
FIRST_LINE: Final = "quietbox/web/v1"
MOST_FILES: Final = 1_000
MOST_FILE_BYTES: Final = 16 * 1024 * 1024
_NAME: Final = re.compile(r"(?:[A-Za-z0-9_-][A-Za-z0-9._-]*/)*[A-Za-z0-9_-][A-Za-z0-9._-]*")


@dataclass(frozen=True, slots=True)
class WebFile:
    """A file of a release: its name below `/inbox/`, its length, the SHA-256 of its bytes."""

    name: str
    size_bytes: int
    sha256: bytes

    @classmethod
    def of(cls, name: str, body: bytes) -> WebFile:
        """Describe a file."""
        return cls(name, len(body), H(body))


def encode_manifest(files: Sequence[WebFile]) -> str:
    """Return the text of a manifest, files ascending by name; it may be the text of a signed note."""
    rows = sorted(files, key=lambda one: one.name)
    lines = [
        f"{one.name} {one.size_bytes} {to_base64url(exact(one.sha256, 32, 'SHA-256'))}\n" for one in rows
    ]
    text = f"{FIRST_LINE}\n{''.join(lines)}"
    parse_manifest(text)
    return text


def parse_manifest(text: str) -> tuple[WebFile, ...]:
    """Parse a manifest strictly. It names `index.html`; it does not name itself."""
    lines = text.split("\n")
    if lines[0] != FIRST_LINE or lines[-1] != "" or not 2 < len(lines) <= MOST_FILES + 2:
        raise Malformed("not a web manifest")
    files = tuple(_file(line) for line in lines[1:-1])
    ascending([one.name.encode("ascii") for one in files], "files")
    names = {one.name for one in files}
    if INDEX not in names or MANIFEST in names:
        raise Malformed("a web manifest names the page, and not itself")
    return files


def _file(line: str) -> WebFile:
    name, _, rest = line.partition(" ")
    size, _, hashed = rest.partition(" ")
    if not _NAME.fullmatch(name) or not re.fullmatch(r"0|[1-9][0-9]{0,8}", size):
        raise Malformed("not a file of a web manifest")
    if int(size) > MOST_FILE_BYTES:
        raise Malformed("a file has at most 16 MiB")
    return WebFile(name, int(size), from_base64url(hashed, 32))


# --- checking what is served ---


def addresses_of(files: Sequence[WebFile]) -> list[tuple[str, WebFile]]:
    """Return what to ask a server for, and which file has to come: each file, the page by two views, and the
    pages of one file where they are.
    """
    paths = {"/": INDEX, "/i/": INDEX, **_AT}
    views = [(path, one) for path, name in paths.items() for one in files if one.name == name]
    return views + [(PREFIX + one.name, one) for one in files]


def judge(file: WebFile, status: int, headers: Mapping[str, str], body: bytes) -> list[str]:
    """Return what is wrong with an answer that should be a file of a release, in words; none is well.

    `headers` by lower-case name, `body` without its content encoding.
    """
    if status != 200:
        return [f"is not there (answer {status})"]
    if WebFile.of(file.name, body) != file:
        return ["has other bytes than the release"]
    return faults_of(file.name, body, headers)


def faults_of(name: str, body: bytes, headers: Mapping[str, str]) -> list[str]:
    """Return what is wrong with the headers of a file that was served with the right bytes, in words; none is
    well. `headers` by lower-case name.
    """
    faults = []
    for wanted, value in headers_of(name, body).items():
        found = headers.get(wanted.lower())
        if wanted in _STRICT and found != value:
            faults.append(f"{wanted} is not as released" if found else f"{wanted} is missing")
    faults += [f"{header} is sent" for header in _FOREIGN if header in headers]
    return faults


_STRICT: Final = (
    "Content-Security-Policy",
    "Content-Type",
    "Referrer-Policy",
    "X-Content-Type-Options",
    "Cross-Origin-Opener-Policy",
    "Cross-Origin-Resource-Policy",
)
_FOREIGN: Final = ("link", "refresh", "set-cookie", "sourcemap", "x-sourcemap", "service-worker-allowed")
"""What a release never sends, and by which a page could fetch, leave or be known again."""
