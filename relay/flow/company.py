"""Company: the relays that serve one database together. Owns what this one tells the others, who hears what
they tell, and who of them is there. (docs/decisions/0014.)

Each telling is sealed under a key of the pepper: who runs the database sees how much is told, and when. What
is told may be missed, and never decides alone: a write is checked again by its transaction, and after
anything missed all that is remembered is forgotten and all who wait are sent to look. Memory is bounded:
words that nobody takes are dropped, and the gap in the numbers tells the others.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from keys.box import NONCE_BYTES, OVERHEAD_BYTES
from keys.errors import KeysError
from keys.names import Random
from relay.core.errors import Busy
from relay.core.pepper import Pepper
from relay.core.ports import Line
from relay.core.words import (
    HEAD_BYTES,
    ID_BYTES,
    Beats,
    Kind,
    Presence,
    Telling,
    from_signed,
    name_of,
    parse_telling,
    signed,
    telling,
    word,
)
from relay.flow.hourly import Hourly

Fields = tuple[bytes, ...]
Hear = Callable[[Fields], None]
Count = Callable[[bytes, int, int], None]
"""Whose, how many more, and when."""

MOST_WORDS: Final = 50_000
MOST_TALLIES: Final = 20_000
MOST_RELAYS: Final = 256
MOST_NUMBERS: Final = 4_096
"""Of relays that were ever heard: what they told is known again after they have gone."""


class Company:
    """This relay among the others. Without a line it is alone, and all that is told is dropped."""

    def __init__(self, line: Line | None, pepper: Pepper, random: Random) -> None:
        self._line, self._pepper, self._random = line, pepper, random
        self._me = random(ID_BYTES) if line is not None else b""
        self._number = 0
        self._words: deque[bytes] = deque()
        self._tallies: dict[tuple[str, bytes], tuple[int, int]] = {}
        self._unsaid = False  # something was not told, as nobody was known to be there
        self._others: dict[bytes, float] = {}  # when each was heard last
        self._numbers: OrderedDict[bytes, int] = OrderedDict()  # the newest of each, also of those who went
        self._hear: dict[Kind, list[Hear]] = {Kind.TALLY: [self._tallied], Kind.CLEARED: [self._was_cleared]}
        self._counters: dict[
            str, tuple[Callable[[bytes, int, int], None], Callable[[bytes], None] | None]
        ] = {}
        self._forget: list[Callable[[], None]] = []
        self._look: list[Callable[[], None]] = []
        self._held: list[Callable[[], Iterable[bytes]]] = []
        self._something = asyncio.Event()
        self._now: Callable[[], int] = int
        self.stands = False
        self.whole_since = 0
        """The instant from which on nothing was missed, by the relay's clock."""
        self.unheard = 0
        """Tellings that were no such thing."""

    @property
    def is_alone(self) -> bool:
        """Whether there is no line, so that nothing has to be right for anybody else."""
        return self._line is None

    @property
    def others(self) -> int:
        """How many other relays are there."""
        return len(self._others)

    # --- what the parts of a relay say ---

    def hear(self, kind: Kind, act: Hear) -> None:
        """Let `act`, too, have the fields of each word of a kind."""
        self._hear.setdefault(kind, []).append(act)

    def forgets(self, forget: Callable[[], None]) -> None:
        """Call `forget` whenever something may have been missed."""
        self._forget.append(forget)

    def looks(self, look: Callable[[], None]) -> None:
        """Call `look` when something may have been missed, and no more is: those who wait are to look."""
        self._look.append(look)

    def holds(self, held: Callable[[], Iterable[bytes]]) -> None:
        """Tell a relay that has come the words of `held`."""
        self._held.append(held)

    def tell(self, kind: Kind, *fields: bytes) -> None:
        """Tell the others, as soon as the line takes it. Where none is known to be there, whoever hears the
        next telling sees a gap: it may have been there all the time.
        """
        if self._others:
            self._say([word(kind, *fields)])
        else:
            self._unsaid = True

    def counter(
        self,
        name: str,
        heard: Count,
        cleared: Callable[[bytes], None] | None = None,
    ) -> Count:
        """The way to tell counts of this name: whose, how many more, and when; others' come to `heard`."""
        self._counters[name] = heard, cleared

        def count(whose: bytes, more: int, now: int) -> None:
            if self._others:
                self._count(name, whose, more, now)

        return count

    def hourly(self, name: str, most: int) -> Hourly:
        """A count by the hour that all relays share."""
        counted = Hourly(most)
        counted.tell = self.counter(name, counted.heard)
        return counted

    def told_at(self, at: int) -> int:
        """An instant that another relay told, as one of ours: a clock that is days ahead there would make a
        count last for days here.
        """
        return min(at, self._now())

    def clear(self, name: str, whose: bytes) -> None:
        """Tell the others that what was counted of somebody counts no more."""
        self._tallies.pop((name, whose), None)
        self.tell(Kind.CLEARED, name.encode(), whose)

    def _count(self, name: str, whose: bytes, more: int, now: int) -> None:
        before, _ = self._tallies.get((name, whose), (0, 0))
        if before or len(self._tallies) < MOST_TALLIES:
            self._tallies[name, whose] = before + more, now

    # --- the line ---

    async def keep(self, now: Callable[[], int], say: Callable[[bool], None]) -> None:
        """Keep company until cancelled. `now` gives the relay's instant; `say` is told whenever the line is
        lost or found.
        """
        line = self._line
        if line is None:
            return
        self._now = now

        def stands(found: bool) -> None:
            if found != self.stands:
                say(found)
            self._stands(found)

        async with asyncio.TaskGroup() as group:
            group.create_task(line.listen(self._heard, stands))
            group.create_task(self._speak())
            group.create_task(self._watch(line.beats))

    async def leave(self) -> None:
        """Say the last words, while the line still stands."""
        if self.stands:
            self._tell_tallies()
            self._say([word(Kind.HERE, bytes([Presence.GOES]))])
            self.stands = False
            await self._say_all()

    def _stands(self, found: bool) -> None:
        self.stands = found
        self._others.clear()
        self._words.clear()
        self._forget_all()
        if found:
            self._look_all()
            self._number += bool(self._number)  # a gap, for what nobody was told since it was lost
            self._say([word(Kind.HERE, bytes([Presence.HAS_COME]))])

    async def _watch(self, beats: Beats) -> None:
        silent_seconds = 0.0
        while True:
            await asyncio.sleep(beats.tally)
            self._tell_tallies()
            silent_seconds += beats.tally
            if self.stands and silent_seconds >= beats.here:
                silent_seconds = 0.0
                self._say([word(Kind.HERE, bytes([Presence.HERE]))])
            self._miss_the_silent(asyncio.get_running_loop().time() - beats.gone)

    def _miss_the_silent(self, since: float) -> None:
        silent = [one for one, came in self._others.items() if came < since]
        for one in silent:
            del self._others[one]
        if silent:
            self._missed()

    def _missed(self) -> None:
        self._forget_all()
        self._look_all()

    def _forget_all(self) -> None:
        self.whole_since = self._now()
        for forget in self._forget:
            forget()

    def _look_all(self) -> None:
        for look in self._look:
            look()

    # --- speaking ---

    def _say(self, words: Sequence[bytes]) -> None:
        if len(self._words) + len(words) > MOST_WORDS:
            self._words.clear()
            self._number += 1  # the others see the gap
        self._words.extend(words)
        self._something.set()

    def _tell_tallies(self) -> None:
        tallies, self._tallies = self._tallies, {}
        self._say(
            [
                word(Kind.TALLY, name.encode(), whose, from_signed(more), from_signed(now))
                for (name, whose), (more, now) in tallies.items()
                if more
            ]
        )

    async def _speak(self) -> None:
        while True:
            await self._something.wait()
            self._something.clear()
            await self._say_all()

    async def _say_all(self) -> None:
        while self._line is not None and self._words:
            self._number += 1 + self._unsaid
            self._unsaid = False
            raw = telling(self._me, self._number, self._taken(self._line.most_bytes))
            try:
                await self._line.tell(self._pepper.seal_telling(raw, self._random(NONCE_BYTES)))
            except Busy:
                return  # what waits is said after it, and the gap tells of this

    def _taken(self, most_bytes: int) -> list[bytes]:
        room, taken = most_bytes - OVERHEAD_BYTES - HEAD_BYTES, list[bytes]()
        while self._words and len(self._words[0]) <= room:
            taken.append(self._words.popleft())
            room -= len(taken[-1])
        return taken

    # --- hearing ---

    def _heard(self, sealed: bytes) -> None:
        try:
            told = parse_telling(self._pepper.open_telling(sealed))
            if told.sender == self._me:
                return
            self._is_there(told)
            for kind, fields in told.words:
                if kind is Kind.HERE:
                    self._presence(told.sender, fields[0][0])
                for act in self._hear.get(kind, ()):
                    act(fields)
        except KeysError:
            self.unheard += 1

    def _is_there(self, told: Telling) -> None:
        number = self._numbers.pop(told.sender, 0)
        self._numbers[told.sender] = max(number, told.number)
        if told.number <= number:
            raise Repeated
        if len(self._numbers) > MOST_NUMBERS:
            self._numbers.popitem(last=False)
        if len(self._others) < MOST_RELAYS or told.sender in self._others:
            self._others[told.sender] = asyncio.get_running_loop().time()
        if told.number != number + 1:
            self._missed()  # also by one that is new here, and has told something before

    def _presence(self, sender: bytes, how: int) -> None:
        if how == Presence.GOES:
            self._others.pop(sender, None)
        elif how == Presence.HAS_COME:
            self._say([word(Kind.HERE, bytes([Presence.HERE]))])
            for held in self._held:
                self._say(list(held()))

    def _tallied(self, fields: Fields) -> None:
        counter = self._counters.get(name_of(fields[0]))
        if counter is not None:
            counter[0](fields[1], signed(fields[2]), self.told_at(signed(fields[3])))

    def _was_cleared(self, fields: Fields) -> None:
        counter = self._counters.get(name_of(fields[0]))
        if counter is not None and counter[1] is not None:
            counter[1](fields[1])


class Repeated(KeysError):
    """A telling that was heard before."""
