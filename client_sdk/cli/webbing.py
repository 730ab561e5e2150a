"""Webbing: the commands around the web inbox: check one that a server serves, serve the installed one here.

Owns names and options. Says what a check is worth: it tells what this computer got, this time.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from client_sdk.cli import exits, show
from client_sdk.cli.opening import AccountName, AsJson
from client_sdk.cli.terminal import say, tell
from client_sdk.errors import Misused
from client_sdk.home import Home
from client_sdk.words import plural

if TYPE_CHECKING:
    from client_sdk.webserver import WebServer

PORT = 8190


def verify_web(
    url: Annotated[
        str | None, typer.Argument(metavar="[URL]", help="The relay's address; without it, your account's.")
    ] = None,
    manifest: Annotated[
        Path | None, typer.Option("--manifest", metavar="FILE", help="A release's signed list of files.")
    ] = None,
    key: Annotated[
        str | None, typer.Option("--key", metavar="KEY", help="The key that signs releases: NAME+HASH+KEY.")
    ] = None,
    as_json: AsJson = False,
    account: AccountName = None,
) -> None:
    """Check that a relay serves the published inbox: every file, byte for byte, and its headers."""
    from client_sdk import webfiles
    from client_sdk.loop import run_once
    from client_sdk.opening import guess_origin

    origin = url.rstrip("/") if url else guess_origin(Home().choose(account))
    verdict = run_once(webfiles.check_web(origin, _manifest(manifest, key)))
    faults = [{"path": one.path, "what": one.what} for one in verdict.faults]
    if as_json:
        fields = {"origin": origin, "asked": verdict.asked, "sound": verdict.sound, "faults": faults}
        show.show_json("web", fields)
    elif verdict.sound:
        which = "the signed list" if manifest else "the release that is installed here"
        tell(f"{origin} serves {which}: {plural(verdict.asked, 'answer')} compared, bytes and headers.")
    else:
        for one in verdict.faults:
            tell(f"{one.path} {one.what}")
        say(f"{origin} does not serve the published inbox. Type no password there; use `mailbox web`.")
        say("Or it runs another version: compare with the signed list of that version (--manifest, --key).")
    say("This says what this computer was given now. A server can give somebody else something else.")
    raise typer.Exit(exits.DONE if verdict.sound else exits.KEY_CHANGED)


def _manifest(manifest: Path | None, key: str | None) -> str:
    """Return the text to compare with: a signed one, or the installed release's."""
    from client_sdk import webfiles

    if manifest is None and key is None:
        return webfiles.installed_manifest()
    if manifest is None or key is None:
        raise Misused(
            "A list of files and the key that has signed it go together.",
            hint="Give both --manifest FILE and --key KEY, or neither.",
        )
    try:
        note = manifest.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as cause:
        raise Misused("That list cannot be read.", hint="Is it the file of the release?") from cause
    return webfiles.signed_manifest(note, key)


def web(
    port: Annotated[
        int, typer.Option("--port", metavar="N", min=0, max=65_535, help="Where to listen.")
    ] = PORT,
    account: AccountName = None,
) -> None:
    """Serve the inbox from this computer, so that you need not trust the page that the relay serves."""
    import asyncio

    from client_sdk import webfiles
    from client_sdk.opening import guess_origin
    from client_sdk.webserver import WebServer

    server = WebServer(guess_origin(Home().choose(account)), webfiles.installed_files())
    asyncio.run(_serve(server, port))


async def _serve(server: WebServer, port: int) -> None:
    import asyncio

    async with server.serving(port):
        tell(server.address)
        say("Open that in Chrome, Edge or Firefox on this computer; sign in by password or recovery sheet.")
        say(
            "The page is the installed release's; only sealed bytes go to the relay and back. Ctrl-C ends it."
        )
        await asyncio.Event().wait()
