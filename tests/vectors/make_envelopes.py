"""Cases of envelopes, locks and sealing: whole ones, and ones that are wrong in one place under valid
seals.

Longer than other modules: one fault is one entry, and they are read together.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, replace
from typing import Any

from keys import locks, names, stream, suite
from keys.content import Content, ContentKind, Recipient, content_id
from keys.encoding import counted, label, u16, u32, u64
from keys.envelope import Envelope, EnvelopeClass, parse_envelope
from keys.padding import pad
from tests.vectors.cast import (
    CLIENT,
    CLIENT_MAILBOX,
    COACH,
    COACH_MAILBOX,
    DAY,
    DOOR,
    EXPIRES_AT,
    NOTES_MAILBOX,
    NOTICE,
    NOW,
    POLICY,
    STRANGER,
    day_key,
    day_seed,
    keeper_share,
    message,
    secret,
    source,
)
from tests.vectors.generate import Cases, flip, patch

OPEN = "sealing.open_envelope"
PARSE = "envelope.parse_envelope"
CLIENT_READING = CLIENT.reading_key()


@dataclass(frozen=True)
class Recipe:
    """All that goes into one envelope; a wrong one changes one field and seals the rest honestly."""

    content: Content
    signer: suite.SignKey = COACH.identity
    envelope_class: int = 1
    signed_class: int | None = None
    mailbox_id: bytes = CLIENT_MAILBOX
    envelope_id: bytes | None = None
    recipient_fp: bytes = CLIENT.fp
    policy_tag: bytes = POLICY.tag
    expires_at: int = EXPIRES_AT
    reading_key: suite.OpenKey = CLIENT_READING
    keepers: tuple[str, ...] = ("keeper",)
    payload: dict[str, Any] | None = None
    keeper_day_at: int | None = None
    inner: bytes | None = None
    parts: int = 1
    signature: bytes | None = None
    frame: bytes | None = None
    share_order: int = 1
    transcript: bytes | None = None
    link_secret: bytes | None = None


def seal(recipe: Recipe) -> bytes:
    """Seal a recipe by the text of docs/protocol.md, apart from `keys.sealing`."""
    draw = source("recipe")
    frame = recipe.content.encode() if recipe.frame is None else recipe.frame
    inner = _inner(recipe, frame) if recipe.inner is None else recipe.inner
    days = sorted((day_key(recipe.keeper_day_at or recipe.expires_at, k) for k in recipe.keepers), key=_kid)
    header = _header(recipe, frame, 1 + len(days), stream.sealed_length(len(inner)))
    header_hash = suite.H(header)
    shares, records = [draw(32)], [b""]
    if recipe.link_secret is None:
        records[0] = locks.seal_reader_lock(shares[0], recipe.reading_key.seal_key(), 1, header_hash)
    else:
        shares[0] = locks.derive_link_share(recipe.link_secret, header_hash)
        records[0] = locks.link_lock(recipe.link_secret)
    for day in days:
        shares.append(draw(32))
        fields: dict[str, Any] = {
            "share": shares[-1],
            "reader_hash": CLIENT.access_hash,
            "revoker_hash": COACH.access_hash,
            "not_before": 0,
            "expires_at": recipe.expires_at,
        }
        payload = locks.KeeperPayload(**(fields | (recipe.payload or {})))
        records.append(_keeper_record(payload, day, recipe.expires_at, header_hash))
    clear = header + b"".join(records)
    transcript = recipe.transcript or suite.H(clear)
    key = hmac.digest(transcript, label("ck") + b"".join(shares[:: recipe.share_order]), "sha256")
    return clear + stream.seal_stream(key, transcript, inner, draw(24))


def _inner(recipe: Recipe, frame: bytes) -> bytes:
    signed = label("content") + bytes([recipe.signed_class or recipe.envelope_class]) + frame
    signature = recipe.signature or recipe.signer.sign(signed)
    return pad(bytes([recipe.parts]) + (counted(frame, 4) + signature) * recipe.parts)


def _header(recipe: Recipe, frame: bytes, lock_count: int, body_bytes: int) -> bytes:
    first_id = content_id(EnvelopeClass(recipe.signed_class or recipe.envelope_class), frame)
    derived = names.envelope_id(recipe.envelope_class, first_id, recipe.recipient_fp, recipe.expires_at)
    ids = recipe.mailbox_id + (recipe.envelope_id or derived) + recipe.policy_tag
    start = b"QBX1" + bytes([1, 1, recipe.envelope_class, lock_count])
    return start + ids + u64(recipe.expires_at) + u32(body_bytes) + bytes(4)


def _keeper_record(
    payload: locks.KeeperPayload, day: suite.OpenKey, promised: int, header_hash: bytes
) -> bytes:
    """Seal a payload as it is, even where its date is of another day than the lock's."""
    head = bytes([2, 0]) + u16(112) + _kid(day) + u32(names.day_of(promised))
    lock = locks.Lock(locks.LockType.KEEPER, _kid(day), names.day_of(promised), head)
    return head + suite.hpke_seal(day.seal_key(), lock.hpke_info(header_hash), payload.encode())


def _kid(key: suite.OpenKey) -> bytes:
    return names.key_id(key.public)


def _lock_places(raw: bytes) -> tuple[int, int, int]:
    """Return where the reader's lock, the first keeper's lock and the body begin."""
    parsed = parse_envelope(raw)
    first = 72 + len(parsed.locks[0].record)
    return 72, first, len(raw) - parsed.header.body_bytes


def opening(raw: bytes, recipe: Recipe, **changes: Any) -> dict[str, Any]:
    """Return the inputs of opening an envelope as its reader."""
    parsed = parse_envelope(raw)
    fields: dict[str, Any] = {
        "raw": raw,
        "reading_seed": recipe.reading_key.seed,
        "grants": grants(parsed, recipe),
        "revoker_access_hash": COACH.access_hash,
        "signers": [COACH.identity.public, CLIENT.identity.public],
        "my_fp": CLIENT.fp,
        "now": NOW,
    }
    return fields | changes


def grants(parsed: Envelope, recipe: Recipe) -> list[dict[str, Any]]:
    """Return what honest keepers answer, whatever the lock says of its date."""
    answers = []
    for lock in parsed.keeper_locks:
        day = next(d for k in recipe.keepers if _kid(d := day_key(recipe.expires_at, k)) == lock.key_id)
        plain = suite.hpke_open(day, lock.hpke_info(parsed.header_hash), lock.sealed, 112)
        answers.append(
            {
                "status": 1,
                "share": plain[:32],
                "revoker_hash": plain[64:96],
                "not_before": int.from_bytes(plain[96:104], "big"),
                "expires_at": int.from_bytes(plain[104:], "big"),
            }
        )
    return answers


def envelope_cases(cases: Cases) -> None:
    """Fill `envelope.json`."""
    plain = Recipe(message())
    raw = seal(plain)
    cases.good("a message", PARSE, raw=raw)
    cases.good("a message from coach to client", OPEN, **opening(raw, plain))
    _other_classes(cases)
    _resealed(cases)
    _several_keepers(cases)
    _links(cases)
    _locks(cases, raw)
    _bad_outsides(cases, raw)
    _bad_bodies(cases, raw, plain)
    _bad_openings(cases, raw, plain)
    _bad_recipes(cases, plain)
    _bad_inner(cases, plain)


def _other_classes(cases: Cases) -> None:
    own_copy = Recipe(
        message(),
        mailbox_id=COACH_MAILBOX,
        recipient_fp=COACH.fp,
        reading_key=COACH.reading_key(),
        payload={"reader_hash": COACH.access_hash, "revoker_hash": CLIENT.access_hash},
    )
    mine = {"my_fp": COACH.fp, "revoker_access_hash": CLIENT.access_hash}
    cases.good("the sender's own copy", OPEN, **opening(seal(own_copy), own_copy, **mine))
    notice_content = message(
        kind=ContentKind.NOTICE,
        sender_fp=names.fingerprint(NOTICE.public),
        policy_hash=bytes(32),
        shown={"subject": "Your sheet was used", "text": "Somebody read the recovery sheet."},
    )
    notice = Recipe(notice_content, signer=NOTICE, envelope_class=3, policy_tag=bytes(16))
    cases.good("a relay notice", OPEN, **opening(seal(notice), notice, signers=[NOTICE.public]))
    notes = Recipe(
        message(COACH, COACH, kind=ContentKind.OWN, shown={"note": "ask about Berlin"}),
        envelope_class=6,
        mailbox_id=NOTES_MAILBOX,
        recipient_fp=COACH.fp,
        reading_key=COACH.reading_key(),
        payload={"reader_hash": COACH.access_hash, "revoker_hash": COACH.access_hash},
    )
    mine = {"my_fp": COACH.fp, "revoker_access_hash": COACH.access_hash, "signers": [COACH.identity.public]}
    cases.good("an own record", OPEN, **opening(seal(notes), notes, **mine))
    later = EXPIRES_AT + 30 * DAY
    resealed = Recipe(message(), envelope_class=5, signed_class=1, expires_at=later)
    raw = seal(resealed)
    fields = {
        "raw": raw,
        "reading_seed": resealed.reading_key.seed,
        "keeper_shares": [grant["share"] for grant in grants(parse_envelope(raw), resealed)],
        "signers": [COACH.identity.public],
        "my_fp": CLIENT.fp,
        "former_fps": [],
        "promised_at": later,
    }
    cases.good("extended by both", "sealing.open_resealed", **fields)
    cases.bad("extended by nobody", "sealing.open_resealed", **(fields | {"promised_at": None}))
    cases.bad(
        "extended further than signed", "sealing.open_resealed", **(fields | {"promised_at": later - DAY})
    )
    cases.bad("re-sealed for another", "sealing.open_resealed", **(fields | {"my_fp": STRANGER.fp}))
    moved = Recipe(message(), envelope_class=5, signed_class=1, recipient_fp=STRANGER.fp)
    raw = seal(moved)
    shares = [grant["share"] for grant in grants(parse_envelope(raw), moved)]
    fields |= {"raw": raw, "keeper_shares": shares, "my_fp": STRANGER.fp, "promised_at": None}
    former = {"former_fps": [CLIENT.fp]}
    cases.good("given back under a new identity", "sealing.open_resealed", **(fields | former))
    cases.bad("given back to somebody who was never meant", "sealing.open_resealed", **fields)


def _resealed(cases: Cases) -> None:
    """Class 5 as `keys.resealing` opens it: one part, under the date of an act."""
    open_, later = "resealing.open_resealed", EXPIRES_AT + 30 * DAY
    plain = Recipe(message(), envelope_class=5, signed_class=1, expires_at=later)
    frame = plain.content.encode()
    named = {"content": frame, "reader_fp": CLIENT.fp, "expires_at": later}
    cases.good("of a message", "resealing.resealed_id", **named)
    cases.good("of a mail", "resealing.resealed_id", **(named | {"content": patch(frame, 1, b"\x09")}))
    cases.bad("reader's fp of 31 bytes", "resealing.resealed_id", **(named | {"reader_fp": CLIENT.fp[1:]}))

    def given(recipe: Recipe, raw: bytes | None = None) -> dict[str, Any]:
        raw = seal(recipe) if raw is None else raw
        fields = opening(raw, recipe)
        del fields["signers"]
        signers = {"parties": [COACH.identity.public, CLIENT.identity.public], "door": [DOOR.public]}
        return fields | signers | {"promised_at": later}

    good = given(plain)
    cases.good("a message under a later date", open_, **good)
    own = Recipe(
        message(),
        envelope_class=5,
        signed_class=1,
        expires_at=later,
        mailbox_id=COACH_MAILBOX,
        recipient_fp=COACH.fp,
        reading_key=COACH.reading_key(),
        payload={"reader_hash": COACH.access_hash, "revoker_hash": CLIENT.access_hash},
    )
    mine = {"my_fp": COACH.fp, "revoker_access_hash": CLIENT.access_hash}
    cases.good("the sender's own copy", open_, **(given(own) | mine))
    mail = Recipe(_mail(), signer=DOOR, envelope_class=5, signed_class=2, expires_at=later)
    cases.good("a mail under a later date", open_, **given(mail))
    first = Recipe(message())
    notes = Recipe(
        message(COACH, CLIENT, kind=ContentKind.OWN), envelope_class=5, signed_class=1, expires_at=later
    )
    two = replace(plain, inner=_resealed_parts(plain, 2))
    faults: dict[str, dict[str, Any]] = {
        "an envelope of class 1": given(first) | {"promised_at": EXPIRES_AT},
        "a date that no act gave": good | {"promised_at": later - DAY},
        "the content's own date promised": good | {"promised_at": EXPIRES_AT},
        "two parts": given(two),
        "an own record": given(notes),
        "a mail signed by a party": given(replace(mail, signer=COACH.identity)),
        "a message signed by the door": given(replace(plain, signer=DOOR)),
        "a mail by a party": given(
            replace(mail, content=replace(mail.content, sender_fp=COACH.fp), signer=COACH.identity)
        ),
        "a message by the door": given(
            replace(plain, content=message(sender_fp=names.fingerprint(DOOR.public)), signer=DOOR)
        ),
        "a mail, the door unknown": given(mail) | {"door": []},
        "signed as class 5": given(replace(plain, signed_class=5)),
        "sealed for another": good | {"my_fp": STRANGER.fp},
        "another revoker": good | {"revoker_access_hash": STRANGER.access_hash},
        "id of class 1": given(replace(plain, envelope_id=_id_of_class(1, plain))),
        "another policy tag": given(replace(plain, policy_tag=secret("tag", 16))),
        "due": good | {"now": later},
    }
    for name, fields in faults.items():
        cases.bad(name, open_, **fields)


def _mail() -> Content:
    """A mail taken in, as the door signs it."""
    from tests.vectors.make_contents import contents

    return replace(contents()["a mail"], sender_fp=names.fingerprint(DOOR.public))


def _resealed_parts(recipe: Recipe, count: int) -> bytes:
    frame = recipe.content.encode()
    signature = recipe.signer.sign(label("content") + b"\1" + frame)
    return pad(bytes([count]) + (counted(frame, 4) + signature) * count)


def _id_of_class(envelope_class: int, recipe: Recipe) -> bytes:
    first_id = content_id(EnvelopeClass.MESSAGE, recipe.content.encode())
    return names.envelope_id(envelope_class, first_id, recipe.recipient_fp, recipe.expires_at)


def _several_keepers(cases: Cases) -> None:
    two = Recipe(message(), keepers=("keeper", "further keeper"))
    raw = seal(two)
    cases.good("two keepers", PARSE, raw=raw)
    fields = opening(raw, two)
    cases.good("two keepers", OPEN, **fields)
    cases.bad("one of two keepers' answers missing", OPEN, **(fields | {"grants": fields["grants"][:1]}))
    cases.bad("keepers' shares exchanged", OPEN, **(fields | {"grants": fields["grants"][::-1]}))
    _, first, body = _lock_places(raw)
    second = first + locks.KEEPER_LOCK_BYTES
    swapped = raw[:first] + raw[second:body] + raw[first:second] + raw[body:]
    cases.bad("keepers' locks not ascending", PARSE, raw=swapped)
    twice = raw[:first] + raw[first:second] * 2 + raw[body:]
    cases.bad("one keeper's lock twice", PARSE, raw=twice)
    exchanged = Recipe(message(), keepers=("keeper", "further keeper"), share_order=-1)
    raw = seal(exchanged)
    cases.bad("content key from shares in reverse order", OPEN, **opening(raw, exchanged))
    three = Recipe(message(), keepers=("keeper", "further keeper", "third keeper"))
    raw = seal(three)
    cases.good("three keepers", OPEN, **opening(raw, three))
    cases.bad("five locks", PARSE, raw=seal(replace(three, keepers=(*three.keepers, "fourth keeper"))))


def _links(cases: Cases) -> None:
    link_secret = secret("release link")
    from tests.vectors.make_report import signed_content, terms_of

    frames = {who: signed_content(who, terms_of()).encode() for who in (COACH, CLIENT)}
    inner_parts = b"".join(
        counted(frame, 4) + who.identity.sign(label("content") + b"\x04" + frame)
        for who, frame in frames.items()
    )
    recipe = Recipe(
        message(),
        frame=frames[COACH],
        envelope_class=4,
        inner=pad(b"\x02" + inner_parts),
        link_secret=link_secret,
    )
    raw = seal(recipe)
    shares = [grant["share"] for grant in grants(parse_envelope(raw), recipe)]
    cases.good("a link", "locks.link", link_secret=link_secret, header_hash=secret("header"))
    cases.good("a release", "sealing.open_link", raw=raw, link_secret=link_secret, keeper_shares=shares)
    other = secret("another link")
    cases.bad("another link's secret", "sealing.open_link", raw=raw, link_secret=other, keeper_shares=shares)
    one_part = seal(replace(recipe, inner=pad(b"\x01" + inner_parts[: len(inner_parts) // 2])))
    shares = [grant["share"] for grant in grants(parse_envelope(one_part), recipe)]
    cases.bad("one part", "sealing.open_link", raw=one_part, link_secret=link_secret, keeper_shares=shares)
    cases.bad("link lock outside a release", PARSE, raw=seal(Recipe(message(), link_secret=link_secret)))
    cases.bad("link lock with a period", PARSE, raw=flip(raw, 72 + 15))
    cases.bad("link lock with a payload", PARSE, raw=flip(raw, 72 + 3))


def _locks(cases: Cases, raw: bytes) -> None:
    parsed = parse_envelope(raw)
    reader, keeper = parsed.locks
    common = {"header_hash": parsed.header_hash}
    seed = {"reading_seed": CLIENT.reading_seed()}
    cases.good("the reader's", "locks.open_reader_lock", record=reader.record, **common, **seed)
    day = {"day_seed": day_seed(names.day_of(EXPIRES_AT))}
    cases.good("the keeper's", "locks.open_keeper_lock", record=keeper.record, **common, **day)
    for name, operation, record, secrets in (
        ("reader", "locks.open_reader_lock", reader.record, seed),
        ("keeper", "locks.open_keeper_lock", keeper.record, day),
    ):
        other_header = {"header_hash": flip(parsed.header_hash, 0)}
        wrong = {next(iter(secrets)): secret("wrong seed")}
        cases.bad(f"{name}'s lock under another header", operation, record=record, **other_header, **secrets)
        cases.bad(f"{name}'s lock with another key", operation, record=record, **common, **wrong)
        cases.bad(f"{name}'s lock cut short", operation, record=record[:-1], **common, **secrets)
        cases.bad(f"{name}'s lock with a byte more", operation, record=record + b"\0", **common, **secrets)
        cases.bad(
            f"{name}'s lock with its period changed", operation, record=flip(record, 15), **common, **secrets
        )
        cases.bad(
            f"{name}'s lock, encapsulation changed", operation, record=flip(record, 16), **common, **secrets
        )
        cases.bad(
            f"{name}'s lock, curve part changed", operation, record=flip(record, 1110), **common, **secrets
        )
        cases.bad(f"{name}'s lock, tag changed", operation, record=flip(record, -1), **common, **secrets)
    cases.bad(
        "a keeper's lock as a reader's", "locks.open_reader_lock", record=keeper.record, **common, **seed
    )
    other_day = Recipe(message(), payload={"expires_at": EXPIRES_AT + DAY})
    parsed = parse_envelope(seal(other_day))
    fields = {"record": parsed.locks[1].record, "header_hash": parsed.header_hash}
    cases.bad("keeper's date of another day", "locks.open_keeper_lock", **fields, **day)
    no_date = parse_envelope(seal(Recipe(message(), payload={"expires_at": 0})))
    fields = {"record": no_date.locks[1].record, "header_hash": no_date.header_hash}
    cases.bad("keeper's date missing", "locks.open_keeper_lock", **fields, **day)


def _bad_outsides(cases: Cases, raw: bytes) -> None:
    reader_at, keeper_at, body_at = _lock_places(raw)
    changes = {
        "empty": b"",
        "header alone": raw[:72],
        "header cut short": raw[:71],
        "wrong magic": patch(raw, 0, b"QBB1"),
        "version 0": patch(raw, 4, b"\0"),
        "version 2": patch(raw, 4, b"\2"),
        "suite 2": patch(raw, 5, b"\2"),
        "class 0": patch(raw, 6, b"\0"),
        "class 7": patch(raw, 6, b"\7"),
        "one lock": patch(raw, 7, b"\1"),
        "three locks said, two there": patch(raw, 7, b"\3"),
        "no policy tag": patch(raw, 40, bytes(16)),
        "no date": patch(raw, 56, bytes(8)),
        "date above 2**53": patch(raw, 56, (2**53).to_bytes(8, "big")),
        "date of another day than the lock's": patch(raw, 56, u64(EXPIRES_AT + 1)),
        "body length one more": patch(raw, 64, u32(len(raw) - body_at + 1)),
        "body length of the next padded size": patch(raw, 64, u32(stream.sealed_length(1088))),
        "body length 0": patch(raw, 64, bytes(4)),
        "body of a length that padding never gives": patch(raw, 64, u32(len(raw) - body_at + 1)) + b"\0",
        "body below the floor": patch(raw, 64, u32(stream.sealed_length(1023)))[:-1],
        "reserved byte of the header": flip(raw, 71),
        "lock of type 0": patch(raw, reader_at, b"\0"),
        "lock of type 4": patch(raw, reader_at, b"\4"),
        "reserved byte of the reader's lock": flip(raw, reader_at + 1),
        "payload length of the reader's lock": flip(raw, reader_at + 3),
        "reserved byte of the keeper's lock": flip(raw, keeper_at + 1),
        "payload length of the keeper's lock": flip(raw, keeper_at + 3),
        "day of the keeper's lock": flip(raw, keeper_at + 15),
        "keeper's lock first": raw[:72] + raw[keeper_at:body_at] + raw[72:keeper_at] + raw[body_at:],
        "two readers' locks": raw[:72] + raw[72:keeper_at] * 2 + raw[body_at:],
        "last byte missing": raw[:-1],
        "a byte after the end": raw + b"\0",
        "two envelopes": raw + raw,
    }
    for name, changed in changes.items():
        cases.bad(name, PARSE, raw=changed)


def _bad_bodies(cases: Cases, raw: bytes, recipe: Recipe) -> None:
    body_at = _lock_places(raw)[2]
    fields = opening(raw, recipe)
    for name, at in (
        ("mailbox id", 8),
        ("envelope id", 24),
        ("policy tag", 40),
        ("salt", body_at),
        ("commitment", body_at + 24),
        ("first byte of the chunk", body_at + 56),
        ("tag of the chunk", len(raw) - 1),
    ):
        cases.bad(f"{name} changed", OPEN, **(fields | {"raw": flip(raw, at)}))
    earlier = patch(raw, 56, u64(EXPIRES_AT - 60))
    cases.bad("date changed within its day", OPEN, **(fields | {"raw": earlier}))
    for relabelled in (2, 3, 5, 6):
        cases.bad(
            f"relabelled as class {relabelled}",
            OPEN,
            **(fields | {"raw": patch(raw, 6, bytes([relabelled]))}),
        )


def _bad_openings(cases: Cases, raw: bytes, recipe: Recipe) -> None:
    fields = opening(raw, recipe)
    grant = fields["grants"][0]

    def bad(name: str, **changes: Any) -> None:
        cases.bad(name, OPEN, **(fields | changes))

    bad("reading key of another epoch", reading_seed=CLIENT.reading_seed(2))
    bad("at the second of expiry", now=EXPIRES_AT)
    bad("after expiry", now=EXPIRES_AT + DAY)
    bad("no keeper's answer", grants=[])
    bad("an answer too many", grants=[grant, grant])
    bad("another share", grants=[grant | {"share": flip(grant["share"], 31)}])
    empty = {"share": bytes(32), "revoker_hash": bytes(32), "not_before": 0, "expires_at": 0}
    for name, status in (("gone", 2), ("not yet", 3), ("refused", 4)):
        bad(f"keeper says {name}", grants=[empty | {"status": status}])
    bad("keeper's answer names a later date", grants=[grant | {"expires_at": EXPIRES_AT + 1}])
    bad("keeper's answer names another revoker", grants=[grant | {"revoker_hash": STRANGER.access_hash}])
    bad("another revoker demanded", revoker_access_hash=CLIENT.access_hash)
    bad("not before its instant", grants=[grant | {"not_before": NOW + 1}])
    bad("nobody may sign", signers=[])
    bad("only the client may sign", signers=[CLIENT.identity.public])
    bad("signed by the door", signers=[DOOR.public])
    bad("I am neither recipient nor sender", my_fp=STRANGER.fp)
    bad("the sender opens the recipient's copy as its own", my_fp=COACH.fp)


def _bad_recipes(cases: Cases, plain: Recipe) -> None:
    """Envelopes that open but say something else than they should."""
    content = plain.content
    frame = content.encode()
    signature = COACH.identity.sign(label("content") + b"\x01" + frame)
    other = message(nonce=secret("other nonce", 16))
    unequal = replace(content, recipients=(Recipient(STRANGER.fp, bytes(32)),))
    faults = {
        "signature by another key": replace(plain, signer=CLIENT.identity),
        "signature changed": replace(plain, signature=flip(signature, 40)),
        "signature with S above the order": replace(plain, signature=_above_order(signature)),
        "signature for the door's class": replace(plain, signed_class=2, envelope_id=_id_of(frame)),
        "signature over another content": replace(plain, signature=COACH.identity.sign(b"\x01" + frame)),
        "envelope id of another content": replace(plain, envelope_id=_id_of(other.encode())),
        "envelope id of another recipient": replace(plain, recipient_fp=STRANGER.fp),
        "date in the content later": Recipe(replace(content, expires_at=EXPIRES_AT + 1)),
        "date in the content earlier": Recipe(replace(content, expires_at=EXPIRES_AT - 1)),
        "date in the keeper's lock one second earlier": replace(
            plain, payload={"expires_at": EXPIRES_AT - 1}
        ),
        "revoker in the keeper's lock": replace(plain, payload={"revoker_hash": STRANGER.access_hash}),
        "not before, in the keeper's lock": replace(plain, payload={"not_before": NOW + 60}),
        "policy hash of another policy": Recipe(replace(content, policy_hash=secret("other policy"))),
        "sender unknown": Recipe(message(STRANGER), signer=STRANGER.identity),
        "not among the recipients": Recipe(unequal),
        "key of the body from another transcript": replace(plain, transcript=secret("transcript")),
        "relay notice in class 1": Recipe(_kind(content, ContentKind.NOTICE)),
        "own record in class 1": Recipe(_kind(content, ContentKind.OWN)),
        "message in class 3": replace(plain, envelope_class=3),
        "message in class 6": replace(plain, envelope_class=6),
        "content of another version": replace(plain, frame=patch(frame, 0, b"\2")),
        "content with a byte more": replace(plain, frame=frame + b"\0"),
        "content cut short": replace(plain, frame=frame[:-1]),
        "content empty": replace(plain, frame=b""),
    }
    for name, recipe in faults.items():
        cases.bad(name, OPEN, **opening(seal(recipe), recipe))
    tagless = Recipe(
        _kind(replace(content, policy_hash=bytes(16) + secret("rest", 16)), ContentKind.OWN),
        envelope_class=6,
        policy_tag=bytes(16),
    )
    cases.bad("no tag but a policy hash", OPEN, **opening(seal(tagless), tagless))


def _kind(content: Content, kind: ContentKind) -> Content:
    return replace(content, kind=kind)


def _id_of(frame: bytes) -> bytes:
    return names.envelope_id(1, content_id(EnvelopeClass.MESSAGE, frame), CLIENT.fp, EXPIRES_AT)


def _above_order(signature: bytes) -> bytes:
    order = 2**252 + 27742317777372353535851937790883648493
    return signature[:32] + (int.from_bytes(signature[32:], "little") + order).to_bytes(32, "little")


def _bad_inner(cases: Cases, plain: Recipe) -> None:
    frame = plain.content.encode()
    part = counted(frame, 4) + COACH.identity.sign(label("content") + b"\x01" + frame)
    good = pad(b"\1" + part)
    inners = {
        "padding not zero at its start": patch(good, 1 + len(part), b"\1"),
        "padding not zero at its end": patch(good, -1, b"\1"),
        "padding of the next size": good + bytes(1088 - 1024),
        "no parts": pad(b"\0" + part),
        "two parts in class 1": pad(b"\2" + part + part),
        "part longer than the text": patch(good, 1, u32(len(good))),
        "part length 0": patch(good, 1, u32(0)),
        "part length one less": patch(good, 1, u32(len(frame) - 1)),
    }
    for name, inner in inners.items():
        recipe = replace(plain, inner=inner)
        cases.bad(name, OPEN, **opening(seal(recipe), recipe))
    cases.bad("five parts in class 5", "sealing.open_resealed", **_five(plain, pad(b"\5" + part * 5)))


def _five(plain: Recipe, inner: bytes) -> dict[str, Any]:
    recipe = replace(plain, envelope_class=5, signed_class=1, inner=inner)
    raw = seal(recipe)
    return {
        "raw": raw,
        "reading_seed": recipe.reading_key.seed,
        "keeper_shares": [
            keeper_share(parse_envelope(raw).locks[1], parse_envelope(raw).header_hash, EXPIRES_AT)
        ],
        "signers": [COACH.identity.public],
        "my_fp": CLIENT.fp,
        "former_fps": [],
        "promised_at": None,
    }
