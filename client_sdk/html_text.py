"""HTML as text, for a mail that has nothing else.

Owns a reader of tags that keeps what a person would read and drops the rest; it makes no elements and reads
each sign once, whatever a stranger wrote, as the page's reader does (`relay/inbox/src/mail/htmltext.ts`).
"""

from __future__ import annotations

import re
from html import unescape
from typing import Final

MOST_SIGNS: Final = 1_000_000
"""More than this nobody reads; it bounds the work of a hostile mail."""

_TOKEN: Final = re.compile(
    r"""<!--.*?(?:-->|\Z)|<(/?)([a-zA-Z][a-zA-Z0-9]*+)(?:[^<>"']++|"[^"]*+"|'[^']*+')*+>?""", re.DOTALL
)
_ENTITY: Final = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,8});")
_BREAKS: Final = frozenset(["br", "p", "div", "tr", "li", "h1", "h2", "h3", "h4", "table", "blockquote"])
_SILENT: Final = frozenset({"script", "style", "title", "template"})


def html_to_text(html: str) -> str:
    """Return the text of an HTML mail: no scripts, styles, pictures or hidden addresses."""
    text = "".join(_pieces(html[:MOST_SIGNS]))
    lines = (re.sub(r"[ \t\r\f\v]+", " ", line).strip() for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"


def _pieces(source: str) -> list[str]:
    pieces, silent, at = list[str](), "", 0
    for found in _TOKEN.finditer(source):
        tag = (found[2] or "").lower()
        if not silent:
            pieces += (_plain(source[at : found.start()]), "\n" if tag in _BREAKS else "")
        at = found.end()
        if silent:
            silent = "" if found[1] and tag == silent else silent
        elif tag in _SILENT and not found[1]:
            silent = tag
    return pieces if silent else [*pieces, _plain(source[at:])]


def _plain(text: str) -> str:
    return _ENTITY.sub(lambda found: unescape(found[0]), text.replace("\n", " "))
