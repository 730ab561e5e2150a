"""Log head: the newest checkpoint of the relay's log that this computer has verified, and what others named.

Owns the comparison by which two people catch a relay that shows them different records: my head goes into
every message that I send, and a head in a message that I get must be one that the relay can join to mine.
Must never move to a head that does not continue the one before, never trust a proof's sender, and never stop
anybody from writing: a doubt that lasts a day is told to the person. (docs/protocol.md, part 16; P18.)
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Final

from client_sdk import protocol
from client_sdk.errors import RelayError
from client_sdk.session import Session
from client_sdk.state import State
from keys.errors import KeysError
from keys.errors import Refused as ProofRefused
from keys.log import Checkpoint, checkpoint_hash, parse_checkpoint, verify_consistency
from keys.names import DAY_SECONDS, ZERO_HASH
from keys.notes import open_note

log = logging.getLogger("client_sdk")

FRESH_SECONDS: Final = 300
PATIENCE_SECONDS: Final = DAY_SECONDS
"""How long a relay may take to explain itself: it may just have come back."""
MOST_KNOWN: Final = 1_024
MOST_DOUBTS: Final = 64
MOST_ASKED: Final = 8
"""Of the heads that a page of messages names the newest few are asked about: a fork lasts."""
_HEAD: Final = "log-head"
_KNOWN: Final = "log-known"
_DOUBTS: Final = "log-doubts"
_DOUBT_BYTES: Final = 40


class LogHead:
    """The log of one relay as this computer knows it. Everything is remembered in the local state."""

    def __init__(self, session: Session, state: State, log_public: bytes) -> None:
        self._session = session
        self._state = state
        self._public = log_public
        self._name = session.origin.partition("://")[2] + "/log"
        self._refreshed_at = 0
        self._asked_at = 0
        self._verified: tuple[str, str, Checkpoint] | None = None

    @property
    def note(self) -> str:
        """The verified checkpoint as the relay signed it; empty before the first."""
        return self._state.fact(_HEAD).decode("utf-8")

    @property
    def hash(self) -> bytes:
        """What goes into a message: the hash of the verified checkpoint, zeros before the first."""
        return checkpoint_hash(self._own()[0]) if self.note else ZERO_HASH

    def forked(self) -> bool:
        """Whether some head has gone unexplained for a day: two people were shown different records."""
        oldest = min((since for _, since in self._doubts()), default=None)
        return oldest is not None and self._session.now() - oldest >= PATIENCE_SECONDS

    async def refresh(self, fresh_seconds: int = FRESH_SECONDS) -> None:
        """Move on to the relay's newest checkpoint, if it continues mine, unless that was done so many
        seconds ago or less; a relay that is away changes nothing.
        """
        if abs(self._session.now() - self._refreshed_at) < fresh_seconds:
            return
        try:
            note = await self._session.call(protocol.records.newest_checkpoint())
        except RelayError as away:
            log.info("no checkpoint: %s", away.code)
            return
        self._refreshed_at = self._session.now()
        await self._move_to(note)

    async def meet(self, named: Iterable[bytes]) -> None:
        """Judge the heads that messages have named; what the relay cannot join to mine is doubted."""
        doubted, known = [one for one, _ in self._doubts()], {ZERO_HASH, self.hash, *self._known()}
        fresh = [one for one in dict.fromkeys(named) if one not in known][-MOST_ASKED:]
        if not fresh and abs(self._session.now() - self._asked_at) < FRESH_SECONDS:
            return
        self._asked_at = self._session.now()
        for one in dict.fromkeys([*doubted, *fresh]):
            if one != self.hash:
                await self._judge(one)

    # --- judging --------------------------------------------------------------------------------------------

    async def _move_to(self, note: str) -> None:
        if note == self.note:
            self._settle(self.hash)
            return
        before = self.hash
        try:
            text, newest = self._open(note)
            mine = self._mine()
            if mine is not None and newest.size < mine.size:
                raise ProofRefused("rollback")
            if mine is not None:
                await self._join(mine, newest)
        except (KeysError, RelayError) as cause:
            self._doubt(before if self.note else checkpoint_hash(note), cause)
            return
        self._state.note(_HEAD, note.encode("utf-8"))
        self._settle(before)
        self._settle(checkpoint_hash(text))

    async def _judge(self, named: bytes) -> None:
        try:
            note = await self._session.call(protocol.records.checkpoint_named(named))
            text, theirs = self._open(note)
            if checkpoint_hash(text) != named:
                raise ProofRefused("another checkpoint")
            mine = self._mine()
            if mine is not None:
                await self._join(*sorted((mine, theirs), key=lambda one: one.size))
        except (RelayError, KeysError) as cause:  # also one that has no time for just this: it has a day
            self._doubt(named, cause)
        else:
            self._settle(named)

    async def _join(self, first: Checkpoint, second: Checkpoint) -> None:
        """Have it proved that one tree begins with the other. Raises KeysError where it does not."""
        proof: tuple[bytes, ...] = ()
        if 0 < first.size < second.size:
            proof = await self._session.call(protocol.records.consistency(first.size, second.size))
        verify_consistency(first.size, second.size, proof, first.root, second.root)

    def _open(self, note: str) -> tuple[str, Checkpoint]:
        text = open_note(note, self._name, self._public)
        checkpoint = parse_checkpoint(text)
        if checkpoint.origin != self._name:
            raise ProofRefused("another log")
        return text, checkpoint

    def _mine(self) -> Checkpoint | None:
        return self._own()[1] if self.note else None

    def _own(self) -> tuple[str, Checkpoint]:
        """My head's text and checkpoint, verified once for each program."""
        note = self.note
        if self._verified is None or self._verified[0] != note:
            self._verified = (note, *self._open(note))
        return self._verified[1:]

    # --- memory ---------------------------------------------------------------------------------------------

    def _known(self) -> list[bytes]:
        joined = self._state.fact(_KNOWN)
        return [joined[at : at + 32] for at in range(0, len(joined), 32)]

    def _doubts(self) -> list[tuple[bytes, int]]:
        joined = self._state.fact(_DOUBTS)
        parts = [joined[at : at + _DOUBT_BYTES] for at in range(0, len(joined), _DOUBT_BYTES)]
        return [(part[:32], int.from_bytes(part[32:], "big")) for part in parts]

    def _doubt(self, named: bytes, cause: Exception) -> None:
        """Remember since when a head goes unexplained; the oldest doubts are kept."""
        log.warning("a checkpoint is not explained: %s", type(cause).__name__)
        doubts = self._doubts()
        if all(one != named for one, _ in doubts) and len(doubts) < MOST_DOUBTS:
            self._note_doubts([*doubts, (named, self._session.now())])

    def _settle(self, named: bytes) -> None:
        """A head is joined to mine: it is known, and no longer doubted."""
        if named == ZERO_HASH:
            return
        known = self._known()
        if named not in known:
            self._state.note(_KNOWN, b"".join([*known, named][-MOST_KNOWN:]))
        left = [(one, since) for one, since in self._doubts() if one != named]
        if len(left) < len(self._doubts()):
            self._note_doubts(left)

    def _note_doubts(self, doubts: Iterable[tuple[bytes, int]]) -> None:
        self._state.note(_DOUBTS, b"".join(one + since.to_bytes(8, "big") for one, since in doubts))
