"""The web inbox is served from a fixed table, under the strict policy; nothing of a path reaches the file
system.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
from pathlib import Path

import pytest

from keys import web
from relay.http_api.pages import Pages
from tests.flow.house import House
from tests.http.served import Served, serve

VIEWS = [
    "/",
    "/i/",
    "/a/",
    "/i/agreement",
    "/t/0a1b2c",
    "/t/0a1b2c/reply",
    "/write",
    "/search",
    "/clients",
    "/our-work",
    "/how",
    "/help",
    "/locked",
    "/receipts",
    "/settings",
    "/settings/mail",
    "/e/abc",
    "/e/abc/agreement",
    "/report/abc",
    "/?show=unread",
]
NOWHERE = [
    "/nowhere",
    "/write/",
    "/i/a/b",
    "/t/",
    "/t/a/b/c",
    "/inbox",
    "/inbox/",
    "/inbox/missing.js",
    "/inbox/../index.html",
    "/inbox/%2e%2e/index.html",
    "/inbox/.vite/manifest.json",
    "/inbox//index.html",
    "/inbox/assets/" + "n" * 4000,
    "/v1",
    "/v1/nothing",
    "/v1/vault/items/",
    "/%00",
    "/t/" + "%C3%A4" * 10,
]


@pytest.mark.parametrize("path", VIEWS)
async def test_every_view_answers_with_the_page_and_the_strict_policy(served: Served, path: str) -> None:
    """Each address of a view is the same page, never stored, under the whole policy."""
    told = await served.ask("GET", path)
    assert (told.status, told.body) == (200, b"<!doctype html><title>Quietbox</title>")
    assert told.headers["content-type"] == "text/html; charset=utf-8"
    assert told.headers["cache-control"] == "no-cache"
    assert told.headers["content-security-policy"] == (
        "default-src 'none'; script-src 'none' 'wasm-unsafe-eval'; style-src 'self'; "
        "img-src 'self' blob: data:; "
        "connect-src 'self'; worker-src 'self'; frame-src 'self'; manifest-src 'self'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types quietbox"
    )
    for name, value in (
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("server", "quietbox"),
        ("x-robots-tag", "noindex"),
        ("strict-transport-security", "max-age=63072000"),
    ):
        assert told.headers[name] == value
    assert "permissions-policy" in told.headers


async def test_files_of_hashed_names_last_and_others_are_asked_for_again(served: Served) -> None:
    """A hashed name never changes its bytes; whatever else there is carries a tag to ask by."""
    told = await served.ask("GET", "/inbox/assets/index-Gr3Iqp_c.js")
    assert told.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert told.headers["content-type"] == "text/javascript; charset=utf-8"
    assert "content-security-policy" in told.headers
    told = await served.ask("GET", "/inbox/assets/plain.css")
    assert told.headers["cache-control"] == "no-cache"
    again = await served.ask(
        "GET", "/inbox/assets/plain.css", headers={"If-None-Match": told.headers["etag"]}
    )
    assert (again.status, again.body) == (304, b"")
    head = await served.ask("HEAD", "/inbox/assets/plain.css")
    assert (head.status, head.body, head.headers["content-length"]) == (200, b"", "7")


def test_the_frame_of_a_mail_runs_the_one_script_that_is_in_it(tmp_path: Path) -> None:
    """The document for layouts is without origin and network; its script is named by its hash; we alone frame
    it. Without a script in it none may run.
    """
    script = b"show('\xc3\xa4')"
    digest = base64.b64encode(hashlib.sha256(script).digest()).decode()
    (tmp_path / "frame.html").write_bytes(b"<body><script>" + script + b"</script></body>")
    found = Pages(tmp_path, secure=False).find("/inbox/frame.html")
    assert found is not None
    assert found.headers["Content-Security-Policy"] == (
        f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox allow-scripts; "
        "require-trusted-types-for 'script'; trusted-types dompurify"
    )
    assert found.headers["X-DNS-Prefetch-Control"] == "off"
    (tmp_path / "frame.html").write_bytes(b"<body></body>")
    empty = Pages(tmp_path, secure=False).find("/inbox/frame.html")
    assert empty is not None
    assert "script-src 'none';" in empty.headers["Content-Security-Policy"]


def test_the_sponsors_page_runs_and_speaks_to_nothing_but_itself(tmp_path: Path) -> None:
    """What a sponsor's link opens is one file: its script and its style are named by their hashes, and it may
    reach its own server alone.
    """
    script, style = b"show(1)", b"p{}"
    named = [base64.b64encode(hashlib.sha256(one).digest()).decode() for one in (script, style)]
    body = b"<style>" + style + b"</style><script>" + script + b"</script>"
    (tmp_path / "release.html").write_bytes(body)
    pages_here = Pages(tmp_path, secure=False)
    found = pages_here.find("/r/")
    assert found is not None
    assert found.body == body
    assert found.headers["Content-Security-Policy"] == (
        f"default-src 'none'; script-src 'sha256-{named[0]}'; style-src 'sha256-{named[1]}'; img-src data:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )
    assert found.headers["Cache-Control"] == "no-cache"
    assert [pages_here.find(path) for path in ("/r", "/r/x", "/r/?a")] == [None] * 3


def test_the_page_that_checks_receipts_is_as_strict(tmp_path: Path) -> None:
    """It is one file like the sponsor's, under the same policy; its address may be typed without the end."""
    for name in ("release.html", "check.html"):
        (tmp_path / name).write_bytes(b"<style>p{}</style><script>show(1)</script>")
    pages_here = Pages(tmp_path, secure=False)
    release, check = pages_here.find("/r/"), pages_here.find("/check/")
    assert release is not None
    assert check is not None
    assert check.headers == release.headers
    assert pages_here.find("/check") == check
    assert [pages_here.find(path) for path in ("/check/x", "/checks", "/check//")] == [None] * 3


def test_the_page_runs_the_scripts_whose_hashes_it_names(tmp_path: Path) -> None:
    """The page's policy names no address: its scripts, what they import later by its map, and the map itself
    stand there by their hashes.
    """
    entry, later = (base64.b64encode(hashlib.sha256(one).digest()).decode() for one in (b"entry", b"later"))
    imports = f'{{"integrity":{{"/inbox/assets/later-87u22LM9.js":"sha256-{later}"}}}}'
    script = f'<script type="module" integrity="sha256-{entry}" src="/inbox/assets/e-87u22LM9.js"></script>'
    (tmp_path / "index.html").write_text(f'<script type="importmap">{imports}</script>{script}')
    found = Pages(tmp_path, secure=False).find("/write")
    assert found is not None
    scripts = found.headers["Content-Security-Policy"].split("; ")[1].split(" ")
    mapped = base64.b64encode(hashlib.sha256(imports.encode()).digest()).decode()
    assert set(scripts[1:]) == {
        "'strict-dynamic'",
        "'wasm-unsafe-eval'",
        *(f"'sha256-{one}'" for one in (entry, later, mapped)),
    }


def test_where_mail_is_taken_apart_nothing_is_fetched(tmp_path: Path) -> None:
    """The mail worker's script has a policy without network; another worker's keeps the page's."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "mailworker-87u22LM9.js").write_bytes(b"1")
    (tmp_path / "assets" / "worker-87u22LM9.js").write_bytes(b"1")
    pages_here = Pages(tmp_path, secure=False)
    found = pages_here.find("/inbox/assets/mailworker-87u22LM9.js")
    other = pages_here.find("/inbox/assets/worker-87u22LM9.js")
    assert found is not None
    assert other is not None
    assert found.headers["Content-Security-Policy"].startswith("default-src 'none'; require-trusted")
    assert other.headers["Content-Security-Policy"] == web.FILE_CSP


async def test_a_large_file_goes_out_compressed_to_whom_takes_it(served: Served) -> None:
    """Who accepts gzip gets the same file smaller, under a tag of its own; who does not gets it plain."""
    plain = await served.ask("GET", "/inbox/assets/large.txt", headers={"Accept-Encoding": "identity"})
    packed = await served.ask("GET", "/inbox/assets/large.txt", headers={"Accept-Encoding": "br, gzip"})
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert len(packed.body) < len(plain.body)
    assert gzip.decompress(packed.body) == plain.body
    assert packed.headers["etag"] != plain.headers["etag"]
    assert packed.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
    assert packed.headers["content-security-policy"] == plain.headers["content-security-policy"]


@pytest.mark.parametrize("path", NOWHERE)
async def test_anything_else_is_not_found(served: Served, path: str) -> None:
    """What is in no table is a problem of 404, whatever it looks like."""
    told = await served.talk(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    assert told.startswith(b"HTTP/1.1 404 ")
    assert b'"not-found"' in told


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "PROPFIND"])
async def test_pages_are_looked_at_and_nothing_else(served: Served, method: str) -> None:
    """No other method finds anything, neither on a page nor on a route that lacks it."""
    for path in ("/", "/v1/relay", "/inbox/index.html"):
        told = await served.ask(method, path)
        assert told.status == 404


async def test_without_a_built_inbox_the_interface_is_served_alone(house: House, tmp_path: Path) -> None:
    """A missing folder is no fault: views are not found, the interface answers; no HSTS on plain http."""
    async with serve(
        house, tmp_path / "missing", said=io.StringIO(), origin="http://127.0.0.1:8080"
    ) as served:
        assert (await served.ask("GET", "/")).code == "not-found"
        told = await served.ask("GET", "/v1/relay")
        assert told.status == 200
        assert "strict-transport-security" not in told.headers


def test_a_folder_that_is_no_built_inbox_stops_the_start(
    static_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Too many or too large files are a mistake of whoever named the folder."""
    monkeypatch.setattr(web, "MOST_FILES", 2)
    with pytest.raises(ValueError, match="no built inbox"):
        Pages(static_root, secure=False)
