"""The web inbox is checked against a release's list of files, and served from a person's own computer."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web as http

from client_sdk import errors, webfiles
from client_sdk.webserver import WebServer, name_for
from keys import notes, web
from keys.errors import Malformed
from keys.suite import SignKey

RELEASE = SignKey.from_seed(bytes(range(32)))
NAME = "releases.quietbox.example"
VERIFIER = f"{NAME}+{notes.key_hash(NAME, RELEASE.public).hex()}+" + (
    base64.b64encode(b"\x01" + RELEASE.public).decode()
)
ORIGIN = "https://inbox.harrow.example"
SCRIPT = b"export const hello = 1;"
DIGEST = base64.b64encode(hashlib.sha256(SCRIPT).digest()).decode()
PAGE = f'<!doctype html><script type="module" integrity="sha256-{DIGEST}" src="/inbox/assets/a.js">'.encode()
FILES = {"index.html": PAGE, "assets/a.js": SCRIPT, "mark.svg": b"<svg/>"}
MANIFEST = web.encode_manifest([web.WebFile.of(name, body) for name, body in FILES.items()])


class Served:
    """A relay's stand-in: serves a release, until a test changes what it answers with."""

    def __init__(self) -> None:
        self.files = dict(FILES)
        self.headers: dict[str, str] = {}
        self.origin = ""
        self.asked: list[tuple[str, str, str]] = []

    async def answer(self, request: http.Request) -> http.Response:
        """A file, or for `/v1` what was asked."""
        self.asked.append((request.method, request.path_qs, request.headers.get("Cookie", "")))
        if request.path.startswith("/v1"):
            kept = {"Quietbox-Time": "7", "Set-Cookie": "a=b", "Content-Type": "application/json"}
            return http.Response(status=201, body=await request.read() or b"{}", headers=kept)
        name = web.file_of(request.path) or ""
        if name not in self.files:
            return http.Response(status=404)
        body = self.files[name]
        headers = {**web.headers_of(name, body), **self.headers}
        return http.Response(body=body, headers={one: text for one, text in headers.items() if text})


@pytest_asyncio.fixture
async def served() -> AsyncIterator[Served]:
    """A server on loopback."""
    there, app = Served(), http.Application()
    app.router.add_route("*", "/{path:.*}", there.answer)
    runner = http.AppRunner(app)
    await runner.setup()
    await http.TCPSite(runner, "127.0.0.1", 0).start()
    there.origin = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield there
    await runner.cleanup()


# --- the list of files ---


def test_the_list_reads_as_it_was_written() -> None:
    """A list names each file with length and hash, ascending, and nothing else."""
    found = web.parse_manifest(MANIFEST)
    assert [one.name for one in found] == ["assets/a.js", "index.html", "mark.svg"]
    assert web.encode_manifest(found) == MANIFEST


LINES = MANIFEST.splitlines()
BAD = {
    "empty": "",
    "no files": LINES[0] + "\n",
    "another version": MANIFEST.replace("/v1", "/v2"),
    "no last line end": MANIFEST[:-1],
    "a line more": MANIFEST + "\n",
    "not ascending": "\n".join([LINES[0], LINES[2], LINES[1], LINES[3], ""]),
    "one file twice": "\n".join([*LINES, LINES[3], ""]),
    "without the page": "\n".join([LINES[0], LINES[1], ""]),
    "a way out of the folder": MANIFEST.replace("mark.svg", "../mark.svg"),
    "a hidden file": MANIFEST.replace("mark.svg", "x/.svg"),
    "itself": MANIFEST.replace("mark.svg", web.MANIFEST),
    "a length with a sign": MANIFEST.replace("mark.svg ", "mark.svg +"),
    "a length with a zero before": MANIFEST.replace("mark.svg ", "mark.svg 0"),
    "a hash cut short": MANIFEST[:-3] + "\n",
    "not ASCII": MANIFEST.replace("mark", "märk"),
}


@pytest.mark.parametrize("text", BAD.values(), ids=BAD.keys())
def test_a_list_that_is_none_is_refused(text: str) -> None:
    """Every list has one form."""
    with pytest.raises(Malformed):
        web.parse_manifest(text)


def test_a_signed_list() -> None:
    """The list of a release counts where the named key has signed it, and not by any other."""
    note = notes.sign_note(MANIFEST, NAME, RELEASE)
    assert webfiles.signed_manifest(note, VERIFIER) == MANIFEST
    with pytest.raises(errors.NotTrusted):
        webfiles.signed_manifest(note.replace("mark", "mork"), VERIFIER)
    other = SignKey.from_seed(bytes(32))
    with pytest.raises(errors.NotTrusted):
        webfiles.signed_manifest(notes.sign_note(MANIFEST, NAME, other), VERIFIER)
    changed = VERIFIER[:-4] + ("AAA=" if VERIFIER.endswith("=") else "AAAA")
    for wrong in ("", "x", VERIFIER + "A", VERIFIER.replace("+", "-"), changed, "x" + VERIFIER):
        with pytest.raises(errors.Misused):
            webfiles.signed_manifest(note, wrong)


# --- what a server serves ---


async def test_the_published_inbox(served: Served) -> None:
    """A server that serves the release, bytes and headers, is sound; every file and view is asked for."""
    verdict = await webfiles.check_web(served.origin, MANIFEST)
    assert verdict.sound
    assert verdict.asked == 5
    paths = ["/", "/i/", "/inbox/assets/a.js", "/inbox/index.html", "/inbox/mark.svg"]
    assert sorted(path for _, path, _ in served.asked) == paths


LIES: dict[str, tuple[dict[str, bytes], dict[str, str], str]] = {
    "another script": ({"assets/a.js": b"export const hello = 2;"}, {}, "has other bytes"),
    "a longer script": ({"assets/a.js": SCRIPT + b"\nsend()"}, {}, "has other bytes"),
    "no policy": ({}, {"Content-Security-Policy": ""}, "Content-Security-Policy is missing"),
    "a weaker policy": (
        {},
        {"Content-Security-Policy": "script-src 'unsafe-inline' *"},
        "Content-Security-Policy is not as released",
    ),
    "a type that is guessed": ({}, {"X-Content-Type-Options": ""}, "X-Content-Type-Options is missing"),
    "a third party by header": ({}, {"Link": "<https://cdn.example/x.js>; rel=preload"}, "link is sent"),
    "a way away": ({}, {"Refresh": "0; url=https://evil.example"}, "refresh is sent"),
    "a cookie": ({}, {"Set-Cookie": "who=you"}, "set-cookie is sent"),
}


@pytest.mark.parametrize(("files", "headers", "what"), LIES.values(), ids=LIES.keys())
async def test_another_inbox(
    served: Served, files: dict[str, bytes], headers: dict[str, str], what: str
) -> None:
    """Whatever differs from the release, in bytes or headers, is named with its address."""
    served.files |= files
    served.headers = headers
    verdict = await webfiles.check_web(served.origin, MANIFEST)
    assert not verdict.sound
    assert any(what in one.what for one in verdict.faults)


async def test_a_missing_file(served: Served) -> None:
    """A file that is not there is named; a redirect is not followed."""
    del served.files["mark.svg"]
    verdict = await webfiles.check_web(served.origin, MANIFEST)
    assert [(one.path, one.what) for one in verdict.faults] == [
        ("/inbox/mark.svg", "is not there (answer 404)")
    ]
    with pytest.raises(errors.ServerUnavailable):
        await webfiles.check_web("http://127.0.0.1:9", MANIFEST)
    with pytest.raises(errors.Misused):
        await webfiles.check_web("http://inbox.harrow.example", MANIFEST)


# --- serving it here ---


async def test_the_installed_inbox_is_served_for_a_relay_elsewhere(served: Served) -> None:
    """The page comes from here under its headers; the interface is passed through, cookies and the like
    are not.
    """
    server = WebServer(ORIGIN, FILES, upstream=served.origin)
    async with server.serving(0), aiohttp.ClientSession(auto_decompress=False) as browser:
        assert server.address.startswith("http://inbox.harrow.example.localhost:")
        at = server.address.replace("inbox.harrow.example.localhost", "127.0.0.1").rstrip("/")
        host = {"Host": server.address[7:-1]}
        async with browser.get(at + "/t/0a1b2c", headers=host) as told:
            assert (told.status, await told.read()) == (200, PAGE)
            assert f"'sha256-{DIGEST}'" in told.headers["Content-Security-Policy"]
        async with browser.get(at + "/inbox/nothing.js", headers=host) as told:
            assert told.status == 404
        asked = {**host, "Cookie": "a=b", "Authorization": "Bearer x", "Content-Type": "application/json"}
        async with browser.post(at + "/v1/sessions?x=%20", data=b"{1}", headers=asked) as told:
            assert (told.status, await told.read()) == (201, b"{1}")
            assert told.headers["Quietbox-Time"] == "7"
            assert "Set-Cookie" not in told.headers
        assert served.asked == [("POST", "/v1/sessions?x=%20", "")]


async def test_no_other_name_is_answered(served: Served) -> None:
    """A page of somebody else's, to which a name of theirs has led this address, gets nothing."""
    server = WebServer(ORIGIN, FILES, upstream=served.origin)
    async with server.serving(0), aiohttp.ClientSession() as browser:
        at = server.address.replace("inbox.harrow.example.localhost", "127.0.0.1").rstrip("/")
        for host in ("evil.example", "127.0.0.1", server.address[7:-1] + "0", "localhost"):
            for path in ("/", "/v1/relay"):
                async with browser.get(at + path, headers={"Host": host}) as told:
                    assert told.status == 421
    assert served.asked == []


async def test_nothing_but_the_interface_is_passed_on(served: Served) -> None:
    """Neither an address of somebody else's nor a way out of `/v1` gets past."""
    server = WebServer(ORIGIN, FILES, upstream=served.origin)
    async with server.serving(0):
        port = int(server.address[7:-1].rpartition(":")[2])
        for asked in (
            f"{served.origin}/v1/x",
            "/v1/../x",
            "/v1/%2e%2e/x",
            "/v1/a/%2E./..%2fx",
            "@a.example/v1/x",
        ):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            head = f"GET {asked} HTTP/1.1\r\nHost: {server.address[7:-1]}\r\nConnection: close\r\n\r\n"
            writer.write(head.encode())
            assert (await reader.readline()).split()[1] in {b"400", b"404"}, asked
            writer.close()
    assert served.asked == []


async def test_the_relay_is_away(served: Served) -> None:
    """Where the relay is not reached the page is still served, and the interface says so."""
    server = WebServer(ORIGIN, FILES, upstream="http://127.0.0.1:9")
    async with server.serving(0), aiohttp.ClientSession() as browser:
        at = server.address.replace("inbox.harrow.example.localhost", "127.0.0.1").rstrip("/")
        host = {"Host": server.address[7:-1]}
        async with browser.get(at + "/v1/relay", headers=host) as told:
            assert told.status == 502
        async with browser.get(at + "/", headers=host) as told:
            assert told.status == 200


def test_whose_name() -> None:
    """The name says the relay; what a name cannot say is refused with what to do."""
    assert name_for(ORIGIN) == "inbox.harrow.example.localhost"
    assert name_for(ORIGIN + ":8443") == "inbox.harrow.example.port-8443.localhost"
    for origin in ("http://127.0.0.1:8080", "https://a.port-8443", "https://[2001:db8::1]:8443"):
        with pytest.raises(errors.Misused):
            name_for(origin)


def test_the_installed_inbox_is_as_its_list_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is served here is read with its list; a file that was changed since is not served."""
    folder = tmp_path / "static"
    for name, body in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(body)
    monkeypatch.setattr(webfiles, "_folder", lambda: folder)
    with pytest.raises(errors.Misused):
        webfiles.installed_files()
    (folder / web.MANIFEST).write_text(MANIFEST)
    assert webfiles.installed_files() == FILES
    (folder / "assets" / "a.js").write_bytes(b"export const hello = 3;")
    with pytest.raises(errors.NotTrusted):
        webfiles.installed_files()
