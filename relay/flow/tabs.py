"""Tabs: the relay's half of what lets a page be reloaded without asking again. (docs/protocol.md, part 9.)

Owns the halves, in memory alone, and when each is forgotten: with its session, after silence, and soon after
its page was left. A half opens nothing without the tab's own secret, which never comes here. Must never be
written to a disk. The other relays on the same database are told, so that a reload may come to any of them.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from keys.encoding import u64
from keys.suite import H
from relay.core.words import Kind, whole, word
from relay.flow.company import Company

LEFT_SECONDS: Final = 60
"""A reload over a slow line takes less; whoever opens a closed tab again later is asked."""
MOST_TABS: Final = 10_000
TOLD_SECONDS: Final = 20
"""The other relays hear so often, at most, that a page is still there; less than the shortest silence."""


@dataclass(frozen=True, slots=True)
class Tab:
    """What a page leaves here for its next reload. `label` is sealed for its owner; it may be empty."""

    token: bytes = field(repr=False)
    half: bytes = field(repr=False)
    box: bytes = field(repr=False)
    idle_seconds: int
    label: bytes = field(default=b"", repr=False)


@dataclass(slots=True)
class _Held:
    tab: Tab
    seen_at: int
    told_at: int
    formers: tuple[Tab, ...] = ()
    """What a page may still have: the half before, and the one that it came with last."""
    formers_until: int = 0
    came_with: Tab | None = None
    left_at: int = 0

    @property
    def tabs(self) -> list[Tab]:
        """All that open something."""
        return [self.tab, *self.formers]

    def forgotten(self, now: int) -> bool:
        left = self.left_at and now >= self.left_at + LEFT_SECONDS
        return bool(left) or now >= self.seen_at + self.tab.idle_seconds


class Tabs:
    """Halves by session (`session_tag`, the keyed hash of its token)."""

    def __init__(self, company: Company, most_tabs: int = MOST_TABS) -> None:
        self._company = company
        self._most_tabs = most_tabs
        self._held: OrderedDict[bytes, _Held] = OrderedDict()
        self._sessions: dict[bytes, bytes] = {}
        company.hear(Kind.TAB, self._told)
        company.hear(Kind.TAB_SEEN, lambda fields: self._told_seen(fields[0], whole(fields[1])))
        company.hear(Kind.TAB_LEFT, lambda fields: self._told_left(fields[0], whole(fields[1])))
        company.holds(self._words)

    def put(self, session_tag: bytes, tab: Tab, now: int) -> None:
        """Keep a session's half. The one before, and the one that a page came with last, are good for another
        minute: a page that is loaded anew at this moment, again and again, has not heard that there is a new
        one.
        """
        self._put(session_tag, tab, now)
        self._company.tell(Kind.TAB, *_fields(session_tag, self._held[session_tag]))

    def _put(self, session_tag: bytes, tab: Tab, now: int) -> None:
        before = self._held.get(session_tag)
        may_have = (before.tab, before.came_with) if before is not None else ()
        self.forget(session_tag)
        formers = tuple(dict.fromkeys(filter(None, may_have)))
        self._held[session_tag] = held = _Held(tab, now, now, formers, now + LEFT_SECONDS)
        for one in held.tabs:
            self._sessions[H(one.token)] = session_tag
        if len(self._held) > self._most_tabs:
            self.forget(next(iter(self._held)))

    def find(self, token: bytes, now: int) -> tuple[bytes, Tab] | None:
        """The session and the half of a tab's token; it is at hand again. None where it is forgotten."""
        session_tag = self._sessions.get(H(token), b"")
        held = self._held.get(session_tag)
        if held is None or held.forgotten(now):
            return None
        good = held.tabs if now < held.formers_until else [held.tab]
        asked = next((tab for tab in good if tab.token == token), None)
        if asked is None:
            return None
        held.came_with = asked
        held.seen_at, held.left_at = now, 0
        self._tell_seen(session_tag, held)
        return session_tag, asked

    def session_of(self, token: bytes) -> bytes | None:
        """The session of a tab's token; None where nothing is held."""
        return self._sessions.get(H(token))

    def left(self, token: bytes, now: int) -> None:
        """The page says that it is being left."""
        session_tag = self._sessions.get(H(token), b"")
        held = self._held.get(session_tag)
        if held is not None:
            held.left_at = now
            self._company.tell(Kind.TAB_LEFT, session_tag, u64(now))

    def seen(self, session_tag: bytes, now: int) -> None:
        """Something came from this session: it has not been left after all, or another tab shares it."""
        held = self._held.get(session_tag)
        if held is not None and not held.forgotten(now):
            held.seen_at = now
            if now > held.left_at:
                held.left_at = 0
            if now >= held.told_at + TOLD_SECONDS:
                self._tell_seen(session_tag, held)

    def known(self, session_tag: bytes) -> tuple[bytes, int]:
        """Label and last sign of a session; empty and 0 where nothing is held."""
        held = self._held.get(session_tag)
        return (held.tab.label, held.seen_at) if held is not None else (b"", 0)

    def abandoned(self, session_tag: bytes, now: int) -> bool:
        """Whether its page was left and nobody came back: nothing can go on with this session."""
        held = self._held.get(session_tag)
        return held is not None and held.left_at > 0 and held.forgotten(now)

    def forget(self, session_tag: bytes) -> None:
        """Drop a session's half."""
        held = self._held.pop(session_tag, None)
        for one in held.tabs if held is not None else ():
            self._sessions.pop(H(one.token), None)

    # --- the other relays ---

    def _tell_seen(self, session_tag: bytes, held: _Held) -> None:
        held.told_at = held.seen_at
        self._company.tell(Kind.TAB_SEEN, session_tag, u64(held.seen_at))

    def _words(self) -> Iterator[bytes]:
        return (word(Kind.TAB, *_fields(tag, held)) for tag, held in self._held.items())

    def _told(self, fields: tuple[bytes, ...]) -> None:
        session_tag, token, half, box, idle_seconds, seen_at, left_at, label = fields
        tab = Tab(token, half, box, whole(idle_seconds), label)
        held = self._held.get(session_tag)
        if held is not None and held.seen_at > whole(seen_at):
            return  # an older one, from somebody who tells all that they hold
        if held is None or held.tab != tab:
            self._put(session_tag, tab, whole(seen_at))
        self._held[session_tag].left_at = whole(left_at)

    def _told_seen(self, session_tag: bytes, at: int) -> None:
        held = self._held.get(session_tag)
        if held is not None and at >= held.seen_at:
            held.seen_at = at
            held.left_at = held.left_at if held.left_at > at else 0

    def _told_left(self, session_tag: bytes, at: int) -> None:
        held = self._held.get(session_tag)
        if held is not None:
            held.left_at = at


def _fields(session_tag: bytes, held: _Held) -> tuple[bytes, ...]:
    tab = held.tab
    times = (u64(tab.idle_seconds), u64(held.seen_at), u64(held.left_at))
    return (session_tag, tab.token, tab.half, tab.box, *times, tab.label)
