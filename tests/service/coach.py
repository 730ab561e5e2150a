"""A coach who uses a real relay over HTTP, with bytes of her own making.

Owns her requests; what a relay does is started and ended in `programs`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from keys.encoding import from_base64url, to_base64url, u16, u32
from keys.envelope import ZERO_TAG, EnvelopeClass
from keys.invitation import InvitationKeys, invitation_keys, parse_link, sign_redemption
from keys.names import Role
from tests.flow.cast import Person, Work
from tests.service.programs import DAY_SECONDS, Relay


@dataclass
class Coach:
    """Somebody who enrols by a link, and keeps records of their own in a notes mailbox."""

    relay: Relay
    now: int
    person: Person = field(default_factory=lambda: Person("anna"))
    token: str = ""
    work: Work = field(init=False)

    def __post_init__(self) -> None:
        self.work = Work(self.person, Person("maya"), now=self.now)

    def enrol(self, link: str) -> None:
        """Redeem the operator's invitation, sign in, and begin an engagement that its client accepts."""
        self._redeem(invitation_keys(parse_link(link).secret), self._finish(self.person))
        self.sign_in()
        work, engagement_id = self.work, to_base64url(self.work.engagement_id)
        status, answer = self.asks("POST", "/v1/engagements", {"engagement_id": engagement_id})
        assert status in {200, 201}, answer
        offer = {
            "invite_id": to_base64url(work.invitation.invite_id),
            "redemption_key": to_base64url(work.invitation.redemption.public),
            "box": to_base64url(work.invitation_box),
            "expires_at": self.now + 10 * DAY_SECONDS,
            "policy": to_base64url(work.policy.encode()),
            "act": to_base64url(work.offered()),
        }
        status, answer = self.asks("POST", f"/v1/engagements/{engagement_id}/invitation", offer)
        assert status in {200, 201, 204}, answer
        acceptance = {
            "acceptance": to_base64url(work.acceptance()),
            "act": to_base64url(work.agreed().encode()),
        }
        self._redeem(work.invitation, {**self._finish(work.client), **acceptance})

    def sign_in(self) -> None:
        """Open a session by the first way in."""
        _, started = self.relay.call("POST", "/v1/sessions/start", {"name": self.person.name})
        way, nonce = self.person.ways[0], self.person.dice(32)
        challenge = from_base64url(started["challenge"])
        signature = self.person.answer(way, self.person.account_id, challenge, nonce)
        fields = {
            "account_id": started["account_id"],
            "method_id": to_base64url(way.method_id),
            "challenge": started["challenge"],
            "nonce": to_base64url(nonce),
            "signature": to_base64url(signature),
        }
        status, opened = self.relay.call("POST", "/v1/sessions", fields)
        assert status == 201, opened
        self.token = opened["session"]

    def asks(self, method: str, path: str, body: bytes | dict[str, Any] = b"") -> tuple[int, Any]:
        """One request in the session."""
        return self.relay.call(method, path, body, Authorization=f"Bearer {self.token}")

    def deposit(self, expires_at: int) -> int:
        """Put a record of one's own into the notes mailbox; the status of the answer."""
        raw = self.work.envelope(
            self.person,
            Role.NOTES,
            expires_at=expires_at,
            envelope_class=EnvelopeClass.OWN,
            tag=ZERO_TAG,
        )
        group = u16(1) + u16(1) + u32(len(raw)) + raw + u16(0)
        return self.asks("POST", "/v1/envelopes", group)[0]

    def rows(self) -> bytes:
        """All rows of the notes mailbox."""
        mailbox = to_base64url(self.work.mailbox(Role.NOTES))
        status, rows = self.asks("GET", f"/v1/mailboxes/{mailbox}/envelopes")
        assert status == 200, rows
        return bytes(rows)

    def _redeem(self, keys: InvitationKeys, fields: dict[str, Any]) -> None:
        signature = to_base64url(sign_redemption(keys, json.dumps(fields).encode()))
        path = f"/v1/invitations/{to_base64url(keys.invite_id)}/redeem"
        status, answer = self.relay.call("POST", path, fields, **{"Quietbox-Redeem": signature})
        assert status == 201, answer

    def _finish(self, person: Person) -> dict[str, Any]:
        until = self.now + 900 * DAY_SECONDS
        methods = [
            {
                "method_id": to_base64url(way.method_id),
                "kind": way.kind,
                "kdf": way.kdf,
                "salt": to_base64url(way.salt),
                "login_key": to_base64url(way.keys.login.public),
                "wrap": to_base64url(way.wrap),
            }
            for way in person.ways
        ]
        items = [
            {"name": name, "version": 1, "expires_at": until, "box": to_base64url(person.box())}
            for name in ("identity", "manifest")
        ]
        return {
            "account_id": to_base64url(person.account_id),
            "name": person.name,
            "methods": methods,
            "statement": to_base64url(person.statement(now=self.now)),
            "vault": items,
        }
