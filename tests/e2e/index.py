"""Software that keeps a person's sealed index, as the inbox does: it asks the keeper for the share of a day,
seals what a list shows, and stores it over HTTP. Promises nothing by itself.
"""

from __future__ import annotations

import os
import sqlite3
import struct
from contextlib import closing

from client_sdk import protocol
from client_sdk.account import AsyncAccount
from client_sdk.frames import EnvelopeRow
from client_sdk.wire import Call, nothing, send_bytes
from keys.encoding import to_base64url
from keys.index import ME, IndexRow, Place, index_key, number_of, seal_segment
from keys.keeper_wire import OpenRequest, Status, open_answer, sign_open_request
from keys.names import day_of
from keys.suite import OpenKey
from relay.operator.erasure import Loot, Person, person_in


async def keep_index(who: AsyncAccount, loot: Loot, subject: str) -> None:
    """Store a segment of a person's own mailbox that quotes `subject`, under the day of its first letter."""
    with closing(sqlite3.connect(loot.database)) as database:
        person = person_in(database, loot)
    core = who._core
    mailbox_id = core.vault.engagements[0].my_mailbox_id
    page = await core.session.call(protocol.envelopes.rows_after(mailbox_id, 0))
    first = next(row for row in page.rows if isinstance(row, EnvelopeRow))
    sealed_until = int.from_bytes(first.raw[56:64], "big")
    row = IndexRow(
        order=first.order,
        envelope_id=first.raw[24:40],
        envelope_class=1,
        created_at=core.now(),
        sealed_until=sealed_until,
        origin=1,
        kind=1,
        by=ME,
        writer=1,
        count=1,
        subject=subject,
    )
    place = Place(person.account_id, mailbox_id, day_of(sealed_until), number_of(first.order), 1)
    key = index_key(person.keys.index_base, [await _share(who, person, place.day)], place.day)
    box = seal_segment(key, place, [row], os.urandom(24))
    body = struct.pack(">HIQQQI", 1, place.day, place.number, 1, sealed_until, len(box)) + box
    await core.session.call(_put(mailbox_id, body))


def _put(mailbox_id: bytes, body: bytes) -> Call[None]:
    call = send_bytes("PUT", f"/v1/mailboxes/{to_base64url(mailbox_id)}/index", body, nothing)
    return Call(call.request, nothing, (204,))


async def _share(who: AsyncAccount, person: Person, day: int) -> bytes:
    """What the keeper gives this person for a day."""
    core, access, reply_key = who._core, person.keys.access, OpenKey.from_seed(os.urandom(32))
    (pin,) = core.vault.pins.keepers
    request = OpenRequest(
        keeper_id=pin.keeper_id,
        access_public=access.public,
        asked_at=core.now(),
        nonce=os.urandom(16),
        reply_public=reply_key.public,
        items=(),
        days=(day,),
    )
    raw = sign_open_request(request, access)
    answer = await core.session.call(protocol.keepers.ask_keeper(pin.keeper_id, raw))
    (granted,) = open_answer(answer, request, raw, pin.public, reply_key).days
    assert granted.status is Status.HERE
    return granted.share
