"""Showing: what a person sees of a row that passed every check.

Owns names, dates and marks of a message. Must never show a sender that the signature did not prove, and say
so where nobody proved one: mail that came in by SMTP.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from client_sdk.attachments import AsyncReceivedFile
from client_sdk.core import Core
from client_sdk.mail import AsyncMailMessage, head_of
from client_sdk.mail_grade import MailGrade
from client_sdk.messages import Message, Person, instant
from client_sdk.once_opened import OnceOpened
from client_sdk.refused import read_refused
from client_sdk.standing import Standing
from client_sdk.state_mailboxes import MINE, READ, SHOWN
from client_sdk.taken import Result, Taken
from client_sdk.tallying import ReadMarks
from keys.content import Content, ContentKind, parse_door_facts
from keys.envelope import EnvelopeClass
from keys.mailin import Verdict
from keys.names import ID_BYTES, ZERO_HASH, Role
from keys.sealing import Opened

MOST_CHECKS_SIGNS: Final = 4_096

NOBODY_SAYS: Final[Mapping[bytes, bool]] = MappingProxyType({})

AsyncMessage = Message[AsyncReceivedFile, AsyncMailMessage]


class Showing:
    """Turns rows of one engagement into messages."""

    def __init__(self, core: Core, standing: Standing, mailbox_id: bytes) -> None:
        self._core = core
        self._standing = standing
        self._mailbox_id = mailbox_id
        self._once_opened = OnceOpened(core, standing, mailbox_id)

    def read_marks(self) -> ReadMarks:
        """Return what has been read, here or on another device."""
        stored = self._core.vault.read_orders(self._standing.engagement_id)
        return ReadMarks(self._core.state.mailboxes.read_order(self._mailbox_id), stored.above, stored.again)

    def message(
        self, result: Result | None, read: ReadMarks, opened: Mapping[bytes, bool] = NOBODY_SAYS
    ) -> AsyncMessage | None:
        """Return what a person sees of a row; None for what is not for showing, as mail that its owner has
        said not to be theirs. `opened` says of contents of one's own whether the other has opened them.
        """
        if not isinstance(result, Taken) or not result.flags & SHOWN:
            return None
        if self._verdict(result.opened) is Verdict.NOT_MINE:
            return None
        content, mine = result.opened.content, bool(result.flags & MINE)
        sender, subject, mail = self._sender(result), content.subject, None
        attachments = self._files(content)
        if content.kind is ContentKind.MAIL:
            facts = parse_door_facts(content.fixed)
            address, subject = head_of(facts)
            sender = Person("mail", address, checked=False)
            checks = text if isinstance(text := content.shown.get("checks"), str) else ""
            mail, attachments = AsyncMailMessage(attachments[0], facts.grade, checks[:MOST_CHECKS_SIGNS]), ()
        return Message(
            id=message_id(result.opened.content_id),
            engagement_id=self._standing.engagement_id.hex(),
            order=result.order,
            sender=sender,
            mine=mine,
            sent_at=instant(content.created_at),
            kept_until=instant(result.expires_at),
            subject=subject,
            text=content.text,
            attachments=attachments,
            mail=mail,
            unread=not mine and read.unread(result.order, was_read=bool(result.flags & READ)),
            marks=self._gap_mark(result)
            + ("old-key",) * result.old_key
            + ("given-back",) * result.given_back
            + self._head_mark(result)
            + self._mail_marks(result.opened),
            refused=read_refused(content.shown) if content.kind is ContentKind.NOTICE else (),
            opened=opened.get(result.opened.content_id) if mine else None,
            days_after_opening=self._once_opened.days_of(result),
        )

    def _files(self, content: Content) -> tuple[AsyncReceivedFile, ...]:
        session, random = self._core.session, self._core.random
        return tuple(
            AsyncReceivedFile(
                content.file_name(one), content.file_type(one), one.plain_bytes, one, session, random
            )
            for one in content.attachments
        )

    def _head_mark(self, taken: Taken) -> tuple[str, ...]:
        """Say that a writer who has once named a head of the relay's log names none any more (ruling 9)."""
        content, opened = taken.opened.content, taken.opened
        if opened.class_of_origin is not EnvelopeClass.MESSAGE or content.checkpoint_hash != ZERO_HASH:
            return ()
        who = (self._standing.engagement_id, content.sender_fp, content.writer)
        return ("no-log-head",) * self._core.state.writers.was_headed(*who, content.count)

    def _verdict(self, opened: Opened) -> Verdict | None:
        """Return what the owner has said of a mail of grade 3; nobody's word counts on any other."""
        content = opened.content
        if content.kind is not ContentKind.MAIL or parse_door_facts(content.fixed).grade != MailGrade.SERVER:
            return None
        return self._core.vault.verdicts(self._standing.engagement_id).get(opened.content_id[:ID_BYTES])

    def _mail_marks(self, opened: Opened) -> tuple[str, ...]:
        """Say what its owner has to know of a mail: that they are asked whether it was them, and that a copy
        lies in company mail.
        """
        content = opened.content
        if content.kind is not ContentKind.MAIL:
            return ()
        in_doubt = parse_door_facts(content.fixed).grade == MailGrade.SERVER and not self._verdict(opened)
        return ("confirm",) * in_doubt + ("copied-to-work",) * (content.shown.get("copied_to_work") is True)

    def _gap_mark(self, taken: Taken) -> tuple[str, ...]:
        """Say what is known of what is missing before: left before it was opened here, or nobody knows."""
        if taken.gap_after is None:
            return ()
        explained = self._core.state.mailboxes.explains_gap(self._mailbox_id, taken.gap_after)
        return ("gone-before",) if explained else ("missing-before",)

    def _sender(self, taken: Taken) -> Person:
        if taken.opened.class_of_origin is EnvelopeClass.NOTICE:
            return Person("relay", "")
        item = self._standing.item
        coach_wrote = bool(taken.flags & MINE) == (item.my_role is Role.COACH)
        name = item.my_name if taken.flags & MINE else item.their_name
        return Person("coach" if coach_wrote else "client", name)


def message_id(content_id: bytes) -> str:
    """Return how a message is called: the first 16 bytes of its content id (P14), in hexadecimal."""
    return content_id[:16].hex()
