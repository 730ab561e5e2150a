"""The two walls around the layout of a stranger's mail, each shown alone: cleaning without the policy, and
the policy without the cleaner. Through neither does a script run, a request leave, or anything go anywhere.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.async_api import Browser

from relay.http_api.pages import Pages
from tests.browser.conftest import STATIC
from tests.browser.hostile import aimed_at, together
from tests.browser.walls import FRAME, Escapes, listening, serving, show_all

pytestmark = pytest.mark.browser

UNCLEANED = b"""<!doctype html><title>Layout</title><body><script>
addEventListener("message", ({ data, ports: [port] }) => {
  const policy = trustedTypes.createPolicy("dompurify", { createHTML: (html) => html });
  const range = document.createRange();
  range.selectNodeContents(document.body);
  document.body.append(range.createContextualFragment(policy.createHTML(data.html)));
  port.postMessage({ height: 60 });
}, { once: true });
</script></body>"""
"""A frame that cleans nothing, and by whose way of adding elements even scripts would run."""
A_GROUP = 8
CLEANER = re.compile(r"[\w$]+\.sanitize\((\w+)\.html,[\w$]+\)")
PLAIN = {"Content-Type": "text/html; charset=utf-8"}


def policies(folder: Path, frame: bytes) -> tuple[dict[str, str], dict[str, str]]:
    """The headers under which the relay serves this frame, and those of its page."""
    (folder / "frame.html").write_bytes(frame)
    (folder / "index.html").write_bytes(b"<!doctype html>")
    pages = Pages(folder, secure=False)
    found = [pages.find(path) for path in (FRAME, "/")]
    headers = [dict(page.headers) for page in found if page is not None]
    for one in headers:
        one.pop("ETag")
    return headers[0], headers[1]


async def test_without_walls_they_get_out(browser: Browser) -> None:
    """With neither cleaning nor policy these layouts do what they want: the tests below can fail."""
    escapes = Escapes()
    async with listening(escapes) as canary, serving(UNCLEANED, PLAIN, PLAIN, escapes) as origin:
        # Here, where nothing stops them, the page itself has to stay.
        stay = [one.replace(f";top.location='{canary}/top'", "") for one in aimed_at(canary)]
        some = [one for one in stay if "top" not in one][:60]
        await show_all(browser, origin, some, escapes, sandbox=False)
    assert len(escapes.called) > 10
    assert "pwned" in escapes.ran


async def test_cleaning_alone_lets_nothing_out(browser: Browser) -> None:
    """The built frame without any policy or sandbox: nothing runs, fetches or moves; a plain link is told."""
    escapes = Escapes()
    frame = (STATIC / "frame.html").read_bytes()
    async with listening(escapes) as canary, serving(frame, PLAIN, PLAIN, escapes) as origin:
        layouts = aimed_at(canary)
        answers = await show_all(browser, origin, layouts, escapes, sandbox=False, all_answer=True)
    assert escapes.all == []
    shown = {at for at, data in answers if "height" in data}
    assert [one for at, one in enumerate(layouts) if at not in shown] == []
    told = {data["address"] for _, data in answers if "address" in data}
    assert f"{canary}/plain" in told
    assert all(one.startswith(canary) for one in told)


async def test_without_the_cleaner_nothing_gets_out(browser: Browser, tmp_path: Path) -> None:
    """The built frame with DOMPurify cut out of it, elements added so that even scripts would run, under the
    relay's policies: the same.
    """
    escapes = Escapes()
    built = (STATIC / "frame.html").read_text("utf-8")
    mutant, cut = CLEANER.subn(
        r"(html=>document.createRange().createContextualFragment(trustedTypes.createPolicy("
        r"'dompurify',{createHTML:one=>one}).createHTML(html)))(\1.html)",
        built,
    )
    assert cut == 1
    frame = mutant.encode()
    frame_headers, page_headers = policies(tmp_path, frame)
    async with listening(escapes) as canary, serving(frame, frame_headers, page_headers, escapes) as origin:
        answers = await show_all(browser, origin, aimed_at(canary), escapes, sandbox=True)
    assert escapes.all == []
    assert len(answers) > 300


async def test_the_policy_alone_runs_nothing_and_fetches_nothing(browser: Browser, tmp_path: Path) -> None:
    """A frame that does nothing but add elements, under the relay's policies: no script, and no request to
    anybody else. A bare connection, and going to another page of ours, no policy can stop.
    """
    escapes = Escapes()
    frame_headers, page_headers = policies(tmp_path, UNCLEANED)
    async with (
        listening(escapes) as canary,
        serving(UNCLEANED, frame_headers, page_headers, escapes) as origin,
    ):
        some = grouped(canary)
        answers = await show_all(browser, origin, some, escapes, sandbox=True)
    assert escapes.ran == []
    assert [one for one in escapes.called if " HTTP/" in one] == []
    assert [one for one in (*escapes.asked, *escapes.went) if one.startswith(canary)] == []
    assert len(answers) > len(some) // 2


async def test_both_together(browser: Browser, tmp_path: Path) -> None:
    """The frame as it is served: every layout is drawn and nothing gets out."""
    escapes = Escapes()
    frame = (STATIC / "frame.html").read_bytes()
    frame_headers, page_headers = policies(tmp_path, frame)
    async with listening(escapes) as canary, serving(frame, frame_headers, page_headers, escapes) as origin:
        some = grouped(canary)
        answers = await show_all(browser, origin, some, escapes, sandbox=True, all_answer=True)
    assert escapes.all == []
    shown = {at for at, data in answers if "height" in data}
    assert [one for at, one in enumerate(some) if at not in shown] == []


def grouped(canary: str) -> list[str]:
    """All layouts, some to a document."""
    layouts = aimed_at(canary)
    return [together(layouts[start : start + A_GROUP]) for start in range(0, len(layouts), A_GROUP)]
