"""Wakes: whoever waits is told to look, at this relay and at every other on the same database. Owns what is
told of a wake; who waits here is `relay.notify.wake`.
"""

from __future__ import annotations

from collections.abc import Sequence

from keys.encoding import u64
from keys.errors import Malformed
from relay.core.ports import Wake
from relay.core.words import ID_BYTES, Kind, whole
from relay.flow.company import Company


class WakeAll:
    """The `Wake` port: whoever waits here, and at every other relay."""

    def __init__(self, here: Wake, company: Company) -> None:
        """`here` wakes those who wait in this process."""
        self._here, self._company = here, company
        company.hear(Kind.MAILBOX, lambda fields: here.mailbox(fields[0], whole(fields[1])))
        company.hear(Kind.ENGAGEMENT, lambda fields: here.engagement(fields[0]))
        company.hear(Kind.ACCOUNT, lambda fields: here.account(fields[0]))
        company.hear(Kind.OPENED, lambda fields: here.opened(fields[0], fields[1], _ids(fields[2])))
        company.looks(here.let_go)

    def mailbox(self, mailbox_id: bytes, cursor: int) -> None:
        """As the port."""
        self._here.mailbox(mailbox_id, cursor)
        self._company.tell(Kind.MAILBOX, mailbox_id, u64(cursor))

    def engagement(self, engagement_id: bytes) -> None:
        """As the port."""
        self._here.engagement(engagement_id)
        self._company.tell(Kind.ENGAGEMENT, engagement_id)

    def account(self, account_id: bytes) -> None:
        """As the port."""
        self._here.account(account_id)
        self._company.tell(Kind.ACCOUNT, account_id)

    def opened(self, account_id: bytes, engagement_id: bytes, mailbox_ids: Sequence[bytes]) -> None:
        """As the port."""
        self._here.opened(account_id, engagement_id, mailbox_ids)
        self._company.tell(Kind.OPENED, account_id, engagement_id, b"".join(mailbox_ids))

    def let_go(self) -> None:
        """As the port: of those who wait here."""
        self._here.let_go()


def _ids(field: bytes) -> list[bytes]:
    if len(field) % ID_BYTES:
        raise Malformed("ids")
    return [field[at : at + ID_BYTES] for at in range(0, len(field), ID_BYTES)]
