"""Cases of the keeper's wire."""

from __future__ import annotations

from typing import Any

from keys import day_gone, day_keys, suite
from keys import keeper_wire as wire
from keys.encoding import counted, label, u16, u32
from keys.envelope import parse_envelope
from keys.locks import open_keeper_lock
from keys.names import day_of
from tests.vectors.cast import (
    CLIENT,
    COACH,
    EXPIRES_AT,
    FURTHER_KEEPER,
    FURTHER_KEEPER_ID,
    KEEPER,
    KEEPER_ID,
    NOW,
    day_key,
    day_seed,
    message,
    secret,
)
from tests.vectors.generate import Cases, flip, patch
from tests.vectors.make_envelopes import Recipe, seal

DAY = day_of(EXPIRES_AT)
REPLY = suite.OpenKey.from_seed(secret("reply"))
ENVELOPE = parse_envelope(seal(Recipe(message())))
ASK = wire.Ask(ENVELOPE.header_hash, ENVELOPE.locks[1])


def request(items: int = 1, days: tuple[int, ...] = (DAY,), **changes: Any) -> wire.OpenRequest:
    """Return a client's request."""
    fields: dict[str, Any] = {
        "keeper_id": KEEPER_ID,
        "access_public": CLIENT.access.public,
        "asked_at": NOW,
        "nonce": secret("request nonce", 16),
        "reply_public": REPLY.public,
        "items": (ASK,) * items,
        "days": days,
    }
    return wire.OpenRequest(**(fields | changes))


def keeper_cases(cases: Cases) -> None:
    """Fill `keeper.json`."""
    cases.good("a day", "keeper_wire.day", seed=day_seed(DAY), access_public=CLIENT.access.public)
    _day_keys(cases)
    _days_gone(cases)
    _requests(cases)
    _answers(cases)
    _revokes(cases)


def _day_keys(cases: Cases) -> None:
    raw = day_keys.sign_day_key(day_keys.DayKey(KEEPER_ID, DAY, day_key(EXPIRES_AT).public), KEEPER)
    good = {"raw": raw, "keeper_id": KEEPER_ID, "keeper_public": KEEPER.public}
    cases.good("a day key", "keeper_wire.open_day_key", **good)
    faults: dict[str, dict[str, bytes]] = {
        "another keeper's id": {"keeper_id": FURTHER_KEEPER_ID},
        "another keeper's signature": {"keeper_public": FURTHER_KEEPER.public},
        "day changed": {"raw": flip(raw, 19)},
        "public key changed": {"raw": flip(raw, 700)},
        "signature changed": {"raw": flip(raw, -1)},
        "signature under another label": {"raw": raw[:-64] + KEEPER.sign(label("keeper-ask"), raw[:-64])},
        "cut short": {"raw": raw[:-1]},
        "a byte after": {"raw": raw + b"\0"},
    }
    for name, changes in faults.items():
        cases.bad(name, "keeper_wire.open_day_key", **(good | changes))


def _days_gone(cases: Cases) -> None:
    key = day_keys.sign_day_key(day_keys.DayKey(KEEPER_ID, DAY, day_key(EXPIRES_AT).public), KEEPER)
    raw = day_gone.sign_day_gone(
        day_gone.DayGone(KEEPER_ID, DAY, day_gone.day_key_hash(key), EXPIRES_AT + 60), KEEPER
    )
    good = {"raw": raw, "keeper_id": KEEPER_ID, "keeper_public": KEEPER.public}
    cases.good("a day destroyed", "day_gone.open_day_gone", **good)

    def resigned(body: bytes) -> dict[str, bytes]:
        return {"raw": body + KEEPER.sign(label("keeper-gone"), body)}

    faults: dict[str, dict[str, bytes]] = {
        "another keeper's id": {"keeper_id": FURTHER_KEEPER_ID},
        "another keeper's signature": {"keeper_public": FURTHER_KEEPER.public},
        "day changed": {"raw": flip(raw, 19)},
        "hash changed": {"raw": flip(raw, 30)},
        "first reserved byte": resigned(flip(raw[:-64], 60)),
        "last reserved byte": resigned(flip(raw[:-64], 87)),
        "instant above 2**53": resigned(patch(raw[:-64], 52, (2**53).to_bytes(8, "big"))),
        "signature under another label": {"raw": raw[:-64] + KEEPER.sign(label("keeper-day"), raw[:-64])},
        "cut short": {"raw": raw[:-1]},
        "a byte after": {"raw": raw + b"\0"},
        "empty": {"raw": b""},
    }
    for name, changes in faults.items():
        cases.bad(name, "day_gone.open_day_gone", **(good | changes))


def _signed(body: bytes, name: str = "keeper-ask") -> bytes:
    return body + CLIENT.access.sign(label(name), suite.H(body))


def _requests(cases: Cases) -> None:
    parse = "keeper_wire.parse_open_request"
    raw = wire.sign_open_request(request(), CLIENT.access)
    empty = wire.sign_open_request(request(0, ()), CLIENT.access)
    cases.good("one item and one day", parse, raw=raw, keeper_id=KEEPER_ID)
    cases.good("nothing", parse, raw=empty, keeper_id=KEEPER_ID)
    many = wire.sign_open_request(request(2, (DAY, DAY - 1, 0)), CLIENT.access)
    cases.good("two items, three days", parse, raw=many, keeper_id=KEEPER_ID)
    body = raw[:-64]
    count_at = 16 + 32 + 8 + 16 + 1216
    reader_lock = ENVELOPE.locks[0].record + bytes(80)
    faults = {
        "access key changed": flip(raw, 16),
        "time changed": flip(raw, 55),
        "one-time key changed": flip(raw, 100),
        "signature changed": flip(raw, -1),
        "signature without its hash": body + CLIENT.access.sign(label("keeper-ask"), body),
        "signature of a revocation": _signed(body, "keeper-revoke"),
        "an item more than there": _signed(patch(body, count_at, u16(2))),
        "1,025 items": _signed(body[:count_at] + u16(1025) + body[count_at + 2 :]),
        "4,097 days": _signed(empty[: -64 - 2] + u16(4097) + bytes(4 * 4097)),
        "a day less than said": _signed(body[:-4]),
        "a reader's lock": _signed(patch(body, count_at + 2 + 32, reader_lock)),
        "reserved byte in the lock": _signed(flip(body, count_at + 2 + 32 + 1)),
        "payload length in the lock": _signed(flip(body, count_at + 2 + 32 + 3)),
        "empty": b"",
        "cut short": raw[:-1],
        "a byte after": raw + b"\0",
    }
    for name, changed in faults.items():
        cases.bad(name, parse, raw=changed, keeper_id=KEEPER_ID)
    cases.bad("another keeper", parse, raw=raw, keeper_id=FURTHER_KEEPER_ID)


def _answers(cases: Cases) -> None:
    asked = request(2, (DAY, DAY - 1))
    raw_request = wire.sign_open_request(asked, CLIENT.access)
    payload = open_keeper_lock(ASK.lock, day_key(EXPIRES_AT), ASK.header_hash)
    here = wire.Grant(wire.Status.HERE, payload.share, payload.revoker_hash, 0, payload.expires_at)
    share = day_keys.day_share(day_seed(DAY), CLIENT.access.public)
    days = (wire.DayGrant(wire.Status.HERE, share), wire.DayGrant(wire.Status.GONE))
    answer = wire.Answer((here, wire.Grant(wire.Status.NOT_YET)), days)
    raw = wire.seal_answer(answer, asked, raw_request, KEEPER)
    good = {
        "raw": raw,
        "request": raw_request,
        "keeper_id": KEEPER_ID,
        "keeper_public": KEEPER.public,
        "reply_seed": REPLY.seed,
    }
    cases.good("two items and two days", "keeper_wire.open_answer", **good)
    other = wire.sign_open_request(request(2, (DAY, DAY - 1), nonce=bytes(16)), CLIENT.access)
    fewer = wire.sign_open_request(request(1, (DAY, DAY - 1)), CLIENT.access)
    plain = suite.hpke_open(
        REPLY, label("keeper-answer") + KEEPER_ID + suite.H(raw_request), raw[4:-64], 2 * 81 + 2 * 33
    )
    faults: dict[str, dict[str, bytes]] = {
        "answer to another request": {"request": other},
        "answer to a request of fewer items": {"request": fewer},
        "signed by another keeper": {"keeper_public": FURTHER_KEEPER.public},
        "another one-time key": {"reply_seed": secret("other reply")},
        "unsigned": {"raw": raw[:-64] + bytes(64)},
        "signature changed": {"raw": flip(raw, -1)},
        "sealed part changed": {"raw": flip(raw, 4)},
        "sealed part changed and signed by nobody": {"raw": flip(raw, -65)},
        "length one less": {"raw": patch(raw, 0, u32(len(raw) - 69))},
        "cut short": {"raw": raw[:-1]},
        "a byte after": {"raw": raw + b"\0"},
        "empty": {"raw": b""},
        "status 0": {"raw": _sealed(patch(plain, 0, b"\0"), raw_request)},
        "status 5": {"raw": _sealed(patch(plain, 0, b"\5"), raw_request)},
        "status of a day 0": {"raw": _sealed(patch(plain, 162, b"\0"), raw_request)},
        "a share that is not yet": {"raw": _sealed(patch(plain, 81 + 1, b"\1"), raw_request)},
        "a date of an item that is not yet": {"raw": _sealed(patch(plain, 161, b"\1"), raw_request)},
        "a share of a day that is gone": {"raw": _sealed(patch(plain, -1, b"\1"), raw_request)},
        "an item less": {"raw": _sealed(plain[81:], raw_request)},
        "a byte more inside": {"raw": _sealed(plain + b"\0", raw_request)},
        "sealed for another request": {"raw": _sealed(plain, raw_request, sealed_for=other)},
        "signed for another request": {"raw": _sealed(plain, raw_request, signed_for=other)},
        "sealed by another keeper": {"raw": _sealed(plain, raw_request, keeper_id=FURTHER_KEEPER_ID)},
    }
    for name, changes in faults.items():
        cases.bad(name, "keeper_wire.open_answer", **(good | changes))


def _sealed(
    plain: bytes,
    raw_request: bytes,
    *,
    sealed_for: bytes | None = None,
    signed_for: bytes | None = None,
    keeper_id: bytes = KEEPER_ID,
) -> bytes:
    """Seal and sign an answer by the text of docs/protocol.md, right or wrong."""
    info = label("keeper-answer") + keeper_id + suite.H(sealed_for or raw_request)
    sealed = suite.hpke_seal(REPLY.seal_key(), info, plain)
    signed = KEEPER_ID + suite.H(signed_for or raw_request) + suite.H(sealed)
    return counted(sealed, 4) + KEEPER.sign(label("keeper-answer-sig"), signed)


def _revokes(cases: Cases) -> None:
    parse = "keeper_wire.parse_revoke"
    nonce = secret("revoke nonce", 16)
    revoke = wire.Revoke(KEEPER_ID, COACH.access.public, NOW, nonce, ASK.header_hash, ASK.lock)
    raw = wire.sign_revoke(revoke, COACH.access)
    cases.good("by the revoker", parse, raw=raw, keeper_id=KEEPER_ID)
    body = raw[:-64]
    faults = {
        "access key of another": patch(raw, 16, CLIENT.access.public),
        "time changed": flip(raw, 55),
        "header's hash changed": flip(raw, 72),
        "lock changed": flip(raw, 200),
        "reserved byte in the lock": _revoke_signed(flip(body, 72 + 32 + 1)),
        "signature of an open request": body + COACH.access.sign(label("keeper-ask"), suite.H(body)),
        "signature changed": flip(raw, -1),
        "cut short": raw[:-1],
        "a byte after": raw + b"\0",
        "empty": b"",
    }
    for name, changed in faults.items():
        cases.bad(name, parse, raw=changed, keeper_id=KEEPER_ID)
    cases.bad("another keeper", parse, raw=raw, keeper_id=FURTHER_KEEPER_ID)
    good = {"answer": wire.sign_revoked(raw, KEEPER), "request": raw, "keeper_public": KEEPER.public}
    verify = "keeper_wire.verify_revoked"
    cases.good("confirmed", verify, **good)
    cases.bad("another request confirmed", verify, **(good | {"request": flip(raw, -1)}))
    cases.bad("confirmed by another keeper", verify, **(good | {"keeper_public": FURTHER_KEEPER.public}))
    cases.bad("confirmation cut short", verify, **(good | {"answer": good["answer"][:-1]}))


def _revoke_signed(body: bytes) -> bytes:
    return body + COACH.access.sign(label("keeper-revoke"), suite.H(body))
