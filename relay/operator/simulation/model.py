"""What must hold, reckoned without the relay: from what was sent and what was answered alone.

An answer is *yes* or *no*; where none came it is *maybe*, and what was asked may have been done once, or not
at all. Owns the judgement of everything that people see. Must never ask the relay, nor use its code.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum

from keys.keeper_wire import Status
from keys.names import Role
from relay.core.model import Row
from relay.operator.simulation.people import Pair


class Broken(AssertionError):
    """Something that must hold does not."""


class Known(Enum):
    """What people know of something that they asked for."""

    NO = 0
    MAYBE = 1
    YES = 2


@dataclass(eq=False)
class Letter:
    """One envelope. `message` is a number that those sealed from one content share; `blob_id` is empty
    without an attachment; `is_locked` if the keeper can open it; `asked_at` is the true second at which it
    was sent for the time that was answered.
    """

    pair: Pair = field(repr=False)
    role: Role
    message: int
    envelope_id: bytes
    raw: bytes = field(repr=False)
    expires_at: int
    blob_id: bytes = b""
    is_locked: bool = True
    stored: Known = Known.NO
    gone: Known = Known.NO
    revoked: Known = Known.NO
    order: int = 0
    asked_at: float = 0.0

    @property
    def mailbox_id(self) -> bytes:
        """Where it goes."""
        return self.pair.mailbox(self.role)

    def __str__(self) -> str:
        return f"{self.role.name.lower()}/{self.envelope_id.hex()[:8]}"


@dataclass(frozen=True)
class Span:
    """From when something was asked to when it was answered, in true seconds; `steady` while no clock was
    wrong, `caught_up` where the keeper has seen no later instant either.
    """

    asked_at: int
    answered_at: int
    steady: bool
    caught_up: bool


@dataclass
class Model:
    """All letters, by mailbox and envelope id."""

    letters: dict[tuple[bytes, bytes], Letter] = field(default_factory=dict)
    _boxes: dict[bytes, list[Letter]] = field(default_factory=dict)
    _locked: dict[bytes, list[Letter]] = field(default_factory=dict)
    _messages: list[list[Letter]] = field(default_factory=list)
    followed: dict[bytes, set[bytes]] = field(default_factory=dict)

    def add(self, letters: Iterable[Letter]) -> None:
        """These are about to be sent: one message."""
        self._messages.append(list(letters))
        for letter in self._messages[-1]:
            self.letters[letter.mailbox_id, letter.envelope_id] = letter
            self._boxes.setdefault(letter.mailbox_id, []).append(letter)
            if letter.is_locked:
                self._locked.setdefault(letter.mailbox_id, []).append(letter)

    def locked(self, mailbox_id: bytes) -> list[Letter]:
        """Those of them that the keeper can open."""
        return self._locked.get(mailbox_id, [])

    def next_message(self) -> int:
        """The number of the message that is sent next."""
        return len(self._messages)

    def of_message(self, message: int) -> list[Letter]:
        """The same message in all mailboxes."""
        return self._messages[message]

    def of(self, mailbox_id: bytes) -> list[Letter]:
        """All that were sent to a mailbox, in the order of sending."""
        return self._boxes.get(mailbox_id, [])

    def check_page(
        self, mailbox_id: bytes, rows: Sequence[Row], after: int, gone: set[bytes], span: Span
    ) -> list[Letter]:
        """What one page says, by itself; gives back the letters on it. `gone` is what was gone for sure when
        it was asked for.
        """
        orders = [row.order for row in rows]
        _hold(
            orders == sorted(set(orders)) and min(orders, default=after + 1) > after, "orders ascend", orders
        )
        found = []
        for row in rows:
            letter = self.letters.get((mailbox_id, row.envelope_id))
            if letter is None:
                raise Broken(f"a row is of something that was sent: {row}")
            if row.raw is not None:
                self._check_row(letter, row.order, row.raw, span)
                _hold(row.envelope_id not in gone, "what went does not come back", letter)
                found.append(letter)
        return found

    def check_listing(
        self, mailbox_id: bytes, found: Sequence[Letter], known: Sequence[Letter], span: Span
    ) -> None:
        """What all pages say together; `known` were in the mailbox for sure when the first was asked for."""
        _hold(len(found) == len(set(found)), "nothing is there twice", mailbox_id.hex())
        if span.steady:
            for letter in known:
                there = (
                    letter in found or letter.gone is not Known.NO or letter.expires_at <= span.answered_at
                )
                _hold(there, "what was acknowledged is there", letter)

    def surely_gone(self, mailbox_id: bytes) -> set[bytes]:
        """The ids of what people were told is gone from a mailbox."""
        return {one.envelope_id for one in self.of(mailbox_id) if one.gone is Known.YES}

    def surely_in(self, mailbox_id: bytes) -> list[Letter]:
        """What is in a mailbox for sure, as long as it is not due."""
        return [one for one in self.of(mailbox_id) if one.stored is Known.YES and one.gone is Known.NO]

    def follow(self, mailbox_id: bytes, found: Iterable[Letter]) -> None:
        """What a reader saw who always goes on from its cursor."""
        self.followed.setdefault(mailbox_id, set()).update(letter.envelope_id for letter in found)

    def check_followed(self, mailbox_id: bytes, living: Iterable[Letter]) -> None:
        """A cursor leaves nothing out: what is there now has been passed by whoever went on to the end."""
        missed = [
            str(letter) for letter in living if letter.envelope_id not in self.followed.get(mailbox_id, set())
        ]
        _hold(not missed, "a cursor passes nothing by", missed)

    def check_file(self, letter: Letter, content: bytes | None, before: Letter, span: Span) -> None:
        """What came of an attachment, None where it was not found; `before` is how its letter stood then."""
        if content is not None:
            _hold(content == letter.blob_id * 4, "a file's bytes are its own", letter)
            _hold(letter.expires_at > span.asked_at, "no file is read at its date", letter)
        elif span.steady and before.stored is Known.YES and letter.gone is Known.NO:
            _hold(letter.expires_at <= span.answered_at, "a file is there until its date", letter)

    def check_asked(self, letter: Letter, status: Status, revoked_before: Known, span: Span) -> None:
        """What the keeper said of a letter's lock."""
        if status is Status.HERE:
            _hold(letter.expires_at > span.asked_at, "the keeper opens nothing that is due", letter)
            _hold(revoked_before is not Known.YES, "the keeper opens nothing that was revoked", letter)
        elif span.caught_up and letter.revoked is Known.NO:
            _hold(
                letter.expires_at <= span.answered_at,
                "the keeper opens what lives",
                f"{letter} {status.name}",
            )

    def _check_row(self, letter: Letter, order: int, raw: bytes, span: Span) -> None:
        _hold(raw == letter.raw, "an envelope's bytes are those that were sent", letter)
        _hold(letter.expires_at > span.asked_at, "nothing is read at its date", letter)
        _hold(letter.order in (0, order), "an order stays", letter)
        letter.order = order


def _hold(holds: bool, what: str, about: object) -> None:
    if not holds:
        raise Broken(f"{what}: {about}")
