"""Web files: the inbox of the installed release, and the check of one that a server serves.

Owns finding the built inbox on this computer, fetching what a relay serves, and comparing both with a
manifest. A server can give one person what it gives nobody else, so a check says what this computer got. Must
never take a file of the installed inbox that its own manifest does not name. (docs/protocol.md, part 21.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from client_sdk.errors import Misused, NotTrusted, ServerUnavailable
from client_sdk.transport import check_origin, proxy_for
from keys import web
from keys.errors import KeysError
from keys.notes import open_note, parse_verifier

if TYPE_CHECKING:
    import aiohttp

FETCH_SECONDS: Final = 60.0
PACKAGE: Final = "relay"
"""The folder beside this program in which a release carries the built inbox; nothing of it is run."""


def installed_manifest() -> str:
    """Return the manifest of the installed release. `Misused` where it carries no inbox."""
    try:
        return (_folder() / web.MANIFEST).read_text("ascii")
    except (OSError, UnicodeDecodeError) as cause:
        raise _missing() from cause


def installed_files() -> dict[str, bytes]:
    """Return the installed inbox, by name, each file as its manifest has it; `NotTrusted` otherwise."""
    try:
        named = web.parse_manifest(installed_manifest())
        found = {one.name: (_folder() / one.name).read_bytes() for one in named}
    except OSError as cause:
        raise _missing() from cause
    except KeysError as cause:
        raise NotTrusted("web-manifest") from cause
    if any(web.WebFile.of(one.name, found[one.name]) != one for one in named):
        raise NotTrusted("web-files")
    return found


def _folder() -> Path:
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise _missing()
    return Path(spec.submodule_search_locations[0]) / "static"


def _missing() -> Misused:
    return Misused(
        "The web inbox is not installed here.", hint="Install the whole package, or name a --manifest."
    )


def signed_manifest(note: str, verifier: str) -> str:
    """Return the text of a signed manifest. `Misused` for what is no verifier key, `NotTrusted` for a
    manifest that this key has not signed.
    """
    try:
        name, public = parse_verifier(verifier)
    except KeysError as cause:
        raise Misused("That is not a verifier key.", hint="It is written NAME+HASH+KEY.") from cause
    try:
        return open_note(note, name, public)
    except KeysError as cause:
        raise NotTrusted("web-signature") from cause


@dataclass(frozen=True, slots=True)
class WebFault:
    """What is wrong at one address of a server."""

    path: str
    what: str


@dataclass(frozen=True, slots=True)
class WebVerdict:
    """What a server served, against a manifest: how many addresses were asked, and what was wrong."""

    origin: str
    asked: int
    faults: tuple[WebFault, ...]

    @property
    def sound(self) -> bool:
        """Whether all was as released."""
        return not self.faults


async def check_web(origin: str, manifest: str) -> WebVerdict:
    """Fetch every file of a manifest from a server and judge bytes and headers.

    `Misused` for what is no origin or no manifest, `ServerUnavailable` where the server does not answer.
    """
    import aiohttp

    check_origin(origin)
    try:
        asked = web.addresses_of(web.parse_manifest(manifest))
    except KeysError as cause:
        raise Misused("That is not a web manifest.", hint="Take the one of the release.") from cause
    limit = aiohttp.ClientTimeout(total=FETCH_SECONDS)
    jar = aiohttp.DummyCookieJar()
    async with aiohttp.ClientSession(timeout=limit, cookie_jar=jar, proxy=proxy_for(origin)) as session:
        faults = await _faults(session, origin, asked)
    return WebVerdict(origin, len(asked), tuple(faults))


async def _faults(
    session: aiohttp.ClientSession, origin: str, asked: Sequence[tuple[str, web.WebFile]]
) -> list[WebFault]:
    faults = []
    for path, file in asked:
        status, headers, body = await _fetch(session, origin + path, file.size_bytes)
        faults += [WebFault(path, what) for what in web.judge(file, status, headers, body)]
    return faults


async def _fetch(
    session: aiohttp.ClientSession, address: str, size_bytes: int
) -> tuple[int, dict[str, str], bytes]:
    """Fetch what should have that size, and one byte more at most; of a header all values, joined."""
    import aiohttp

    try:
        async with session.get(address, allow_redirects=False) as answer:
            body = bytearray()
            while len(body) <= size_bytes and (piece := await answer.content.readany()):
                body += piece
            headers = {name.lower(): ", ".join(answer.headers.getall(name)) for name in answer.headers}
            return answer.status, headers, bytes(body[: size_bytes + 1])
    except (aiohttp.ClientError, TimeoutError, OSError) as cause:
        raise ServerUnavailable from cause
