"""Archive page: what a copy looks like in a browser without a network, and as text.

Owns the words and marks around what people wrote. Must never put a sign of theirs into the page that is not
escaped, nor let the page ask any network for anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from typing import Final
from urllib.parse import quote

from client_sdk.words import in_words

STYLE: Final = (
    ":root{color-scheme:light dark}body{max-width:44rem;margin:2rem auto;padding:0 1rem;"
    "font:1.06rem/1.6 Georgia,serif}article{border-top:1px solid #8886;padding:1.5rem 0}"
    "h2{margin:0;font-size:1.2rem}pre{white-space:pre-wrap;font:inherit;overflow-wrap:anywhere}"
    ".meta,label{font:.9rem/1.4 system-ui,sans-serif}input{font:inherit;padding:.5rem;width:100%;"
    "box-sizing:border-box}[hidden]{display:none}"
)
SCRIPT: Final = (
    'const i=document.querySelector("input");i.addEventListener("input",()=>{const t=i.value.toLowerCase();'
    'for(const a of document.querySelectorAll("article"))'
    "a.hidden=!a.textContent.toLowerCase().includes(t)})"
)
"""Hides what does not hold the typed letters; the page is whole without it."""
POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
    "form-action 'none'; base-uri 'none'"
)


@dataclass(frozen=True, slots=True)
class Copied:
    """A message of a copy. `files` are names and the paths under which they lie in it."""

    title: str
    at: datetime
    kept_until: datetime
    subject: str = field(repr=False)
    text: str = field(repr=False)
    files: Sequence[tuple[str, str]] = field(default=(), repr=False)


def head(people: str, until: datetime, also: Sequence[str]) -> str:
    """Return the page up to its first message."""
    links = " · ".join(f'<a href="{linked(path)}">{escape(path)}</a>' for path in also)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width"><meta name="referrer" content="no-referrer">'
        f"<title>A copy of an inbox</title><style>{STYLE}</style></head><body>\n"
        f"<h1>{escape(people)}</h1><p><strong>{escape(destroy(until))}</strong></p>\n"
        f'<p class="meta">{links}</p>\n'
        '<label>Search <input type="search"></label>\n'
    )


def article(one: Copied) -> str:
    """Return a message as it stands in the page."""
    listed = "".join(f'<li><a href="{linked(path)}">{escape(name)}</a></li>' for name, path in one.files)
    files = f'<p class="meta">Files</p><ul>{listed}</ul>' if listed else ""
    subject = escape(one.subject or "Without a subject")
    return (
        f'<article><p class="meta">{escape(one.title)}</p><h2>{subject}</h2>'
        f"<pre>{escape(one.text)}</pre>{files}</article>\n"
    )


def foot() -> str:
    """Return the end of the page."""
    return f"<script>{SCRIPT}</script></body></html>\n"


def letter(one: Copied) -> str:
    """Return a message as a text of its own."""
    files = "".join(f"File: {path}\n" for _, path in one.files)
    until = in_words(one.kept_until.date())
    return f"{one.title}\n{one.subject}\nKept until {until}\n{files}\n{one.text}\n"


def destroy(until: datetime) -> str:
    """Return the sentence that goes with the copy."""
    return f"This copy is not deleted by itself. Please destroy it by {in_words(until.date())}."


def linked(path: str) -> str:
    """Return a path as a link: each part for itself, so that no name becomes a question or a scheme."""
    return "./" + "/".join(quote(part, safe="") for part in path.split("/"))
