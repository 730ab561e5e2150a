"""Cases of content frames and blobs."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import Any

from keys import blob
from keys.acts import ActKind, parse_act, sign_act
from keys.calls import Call
from keys.content import Content, ContentKind, DoorFacts, Recipient, statement_notice
from keys.encoding import counted, to_base64url, u16, u64
from keys.own_records import CopyRecord, NoteRecord
from keys.proposal import Proposal, declined_shown
from keys.spoken import SpokenResult
from tests.vectors.cast import (
    ACT,
    AGREEMENT,
    AGREEMENT_SALT,
    CLIENT,
    COACH,
    EXPIRES_AT,
    NOW,
    POLICY,
    STRANGER,
    message,
    secret,
)
from tests.vectors.generate import Cases, flip, patch

PARSE = "content.parse_content"
FACTS = DoorFacts(
    grade=1,
    tls=True,
    received_at=NOW,
    peer=bytes([192, 0, 2, 7]),
    greeting="mail.lindqvist.example",
    reverse_path="maya@lindqvist.example",
    recipient="k7f2@inbox.harrow.example",
    head=b"From: maya@lindqvist.example\r\nSubject: Thursday\r\n",
)
_UNSAFE = (2**53).to_bytes(8, "big")
PLAIN = b"Notes for Thursday.\n" * 60


def sealed_blob(plain: bytes = PLAIN, flags: int = 0) -> tuple[bytes, blob.Attachment]:
    """Return a stored blob and its record."""
    sealer = blob.BlobSealer(secret("blob id"), secret("blob key"), EXPIRES_AT, secret("blob salt", 24))
    stored = sealer.start + sealer.update(plain) + b"".join(sealer.finish())
    return bytes(stored), sealer.record(0, flags)


def extension() -> bytes:
    """Return an act of kind 3 that one has signed."""
    core = replace(
        ACT,
        kind=ActKind.EXTEND,
        number=2,
        previous_hash=ACT.hash,
        date=EXPIRES_AT,
        subject=bytes(32),
        envelope_ids=(secret("extended", 16),),
    )
    return sign_act(core, COACH.identity).encode()


def withdrawal() -> bytes:
    """A signed act of kind 7."""
    core = replace(
        ACT, kind=ActKind.WITHDRAW, number=2, previous_hash=ACT.hash, subject=secret("slot"), issued_at=NOW
    )
    return sign_act(core, CLIENT.identity).encode()


def contents() -> dict[str, Content]:
    """Return one content of each kind, and of some shapes."""
    act = sign_act(ACT, CLIENT.identity).encode()
    shown = Proposal(parse_act(act), POLICY, AGREEMENT_SALT, AGREEMENT).shown("Two more sessions?")
    record = sealed_blob()[1]
    files = {"files": [{"name": "Notizen für Donnerstag.txt", "type": "text/plain"}]}
    many = tuple(Recipient(fp, bytes(32)) for fp in sorted(secret(f"fp {n}") for n in range(16)))
    return {
        "a message": message(),
        "with a file": message(attachments=(record,), shown={"text": "here", **files}),
        "16 recipients": message(recipients=many),
        "empty fields": message(shown={}),
        "subject of 300 characters beyond the first plane": message(shown={"subject": "🌿" * 300}),
        "unknown names": message(shown={"text": "x", "mood": ["good", 7, None]}),
        "a statement": message(
            kind=ContentKind.STATEMENT, fixed=statement_notice(secret("blind"), COACH.statement())
        ),
        "a date": message(kind=ContentKind.DATE, fixed=extension(), shown={"note": "For our last talk."}),
        "an agreement": message(kind=ContentKind.AGREEMENT, fixed=act, shown=shown),
        "an agreement declined": message(kind=ContentKind.AGREEMENT, fixed=act, shown=declined_shown("No.")),
        "a call": message(
            kind=ContentKind.CALL, fixed=Call(45, NOW - 3600).encode(), shown={"note": "By phone."}
        ),
        "a withdrawal": message(kind=ContentKind.WITHDRAWAL, fixed=withdrawal(), shown={"note": "No more."}),
        "a spoken check": message(
            kind=ContentKind.SPOKEN, fixed=SpokenResult(True, COACH.fp, CLIENT.fp).encode()
        ),
        "own copies gone": message(kind=ContentKind.OWN_GONE),
        "a mail": message(
            kind=ContentKind.MAIL,
            fixed=FACTS.encode(),
            attachments=(replace(record, flags=1),),
            shown={"files": [{"name": "message.eml", "type": "message/rfc822"}]},
        ),
    }


def content_cases(cases: Cases) -> None:
    """Fill `content.json`."""
    for name, content in contents().items():
        origin = 2 if content.kind is ContentKind.MAIL else 1
        cases.good(name, PARSE, frame=content.encode(), class_of_origin=origin)
    _bad_frames(cases)
    _bad_attachments(cases)
    _bad_shown(cases)
    _after_opening(cases)
    _bad_acts_inside(cases)
    _calls(cases)
    _own_records(cases)
    _proposals(cases)
    _door_facts(cases)


def _bad(cases: Cases, name: str, frame: bytes) -> None:
    cases.bad(name, PARSE, frame=frame, class_of_origin=1)


def _bad_frames(cases: Cases) -> None:
    made = contents()
    frame = made["a message"].encode()
    two = message(
        recipients=tuple(Recipient(fp, bytes(32)) for fp in sorted([CLIENT.fp, STRANGER.fp]))
    ).encode()
    head = frame[:292]
    faults = {
        "empty": b"",
        "head cut short": frame[:227],
        "version 0": patch(frame, 0, b"\0"),
        "version 2": patch(frame, 0, b"\2"),
        "kind 0": patch(frame, 1, b"\0"),
        "kind 14": patch(frame, 1, b"\x0e"),
        "message called a call": patch(frame, 1, b"\x0c"),
        "no recipients": patch(frame, 2, b"\0")[:228] + frame[292:],
        "17 recipients": patch(frame, 2, b"\x11")[:228] + bytes(64 * 17) + frame[292:],
        "33 attachments said": patch(frame, 3, b"\x21"),
        "an attachment said, none there": patch(frame, 3, b"\1"),
        "count 0": patch(frame, 38, bytes(6)),
        "no date": patch(frame, 84, bytes(8)),
        "created above 2**53": patch(frame, 76, _UNSAFE),
        "vault counter above 2**53": patch(frame, 188, _UNSAFE),
        "recipients not ascending": two[:228] + two[292:356] + two[228:292] + two[356:],
        "one recipient twice": two[:228] + two[228:292] * 2 + two[356:],
        "fixed part in a message": head + counted(b"\0", 4) + frame[296:],
        "fixed part longer than the frame": patch(frame, 292, b"\xff"),
        "JSON longer than the frame": patch(frame, 296, b"\xff"),
        "JSON empty": head + bytes(8),
        "JSON a list": head + bytes(4) + counted(b"[]", 4),
        "a byte after": frame + b"\0",
        "a byte missing": frame[:-1],
        "statement notice without a blind": patch(made["a statement"].encode(), 1, b"\1"),
        "statement cut short": replace(made["a message"], kind=ContentKind.OWN_GONE).encode()[:-1],
        "message called a statement": patch(frame, 1, b"\2"),
        "message called a date": patch(frame, 1, b"\3"),
        "message called a spoken check": patch(frame, 1, b"\7"),
        "message called a mail": patch(frame, 1, b"\x09"),
        "act cut short": _with_fixed(made["a date"], made["a date"].fixed[:-1]),
        "act with a byte more": _with_fixed(made["a date"], made["a date"].fixed + b"\0"),
        "spoken check of version 2": _with_fixed(
            made["a spoken check"], b"\2" + made["a spoken check"].fixed[1:]
        ),
        "spoken check agreed 2": _with_fixed(
            made["a spoken check"], patch(made["a spoken check"].fixed, 1, b"\2")
        ),
        "notice's statement cut short": _with_fixed(made["a statement"], made["a statement"].fixed[:-1]),
        "mail without an attachment": _without_attachment(made["a mail"]),
    }
    for name, changed in faults.items():
        _bad(cases, name, changed)


def _with_fixed(content: Content, fixed: bytes) -> bytes:
    """Put another fixed part into a frame, without the check of encoding."""
    frame = content.encode()
    at = 228 + 64 * len(content.recipients) + 136 * len(content.attachments)
    return frame[:at] + counted(fixed, 4) + frame[at + 4 + len(content.fixed) :]


def _without_attachment(content: Content) -> bytes:
    frame = patch(content.encode(), 3, b"\0")
    return frame[:292] + frame[292 + 136 :]


def _bad_attachments(cases: Cases) -> None:
    content = contents()["with a file"]
    frame = content.encode()
    record = content.attachments[0]
    faults = {
        "above 1 GiB": replace(record, plain_bytes=2**30 + 1, stored_bytes=blob.stored_length(2**30 + 1)),
        "stored length one more": replace(record, stored_bytes=record.stored_bytes + 1),
        "plain length of another padded size": replace(record, plain_bytes=record.plain_bytes + 1000),
        "flag 2": replace(record, flags=2),
        "no date": replace(record, expires_at=0),
        "without a name": replace(record, name_index=1),
    }
    for name, changed in faults.items():
        _bad(cases, f"attachment {name}", patch(frame, 292, _record_bytes(changed)))
    _bad(cases, "attachment with a reserved byte", flip(frame, 292 + 135))
    mail = contents()["a mail"]
    _bad(cases, "mail without its flag", patch(mail.encode(), 292, _record_bytes(record)))


def _record_bytes(record: blob.Attachment) -> bytes:
    """Write a record without the checks of encoding."""
    lengths = u64(record.plain_bytes) + u64(record.stored_bytes)
    end = u64(record.expires_at) + u16(record.name_index) + u16(record.flags) + bytes(12)
    return record.blob_id + record.blob_key + lengths + record.stored_sha256 + end


def _bad_shown(cases: Cases) -> None:
    frame = contents()["with a file"].encode()
    start = frame[: 292 + 136] + bytes(4)
    entry = b'{"name":"a","type":"b"}'
    objects = {
        "duplicate names": b'{"text":"no","text":"yes","files":[%s]}' % entry,
        "subject a number": b'{"subject":7,"files":[%s]}' % entry,
        "subject of 301 characters": b'{"subject":"%s","files":[%s]}' % (b"s" * 301, entry),
        "subject of 301 characters beyond the first plane": b'{"subject":"%s","files":[%s]}'
        % ("🌿".encode() * 301, entry),
        "text a list": b'{"text":[],"files":[%s]}' % entry,
        "text null": b'{"text":null,"files":[%s]}' % entry,
        "files missing": b"{}",
        "files an object": b'{"files":{}}',
        "a file that is text": b'{"files":["a"]}',
        "a file without a name": b'{"files":[{"type":"b"}]}',
        "a file without a type": b'{"files":[{"name":"a"}]}',
        "name of 256 bytes": b'{"files":[{"name":"%s","type":"b"}]}' % ("ä" * 128).encode(),
        "type of 128 bytes": b'{"files":[{"name":"a","type":"%s"}]}' % (b"t" * 128),
        "a further file without a name": b'{"files":[%s,{}]}' % entry,
    }
    for name, text in objects.items():
        _bad(cases, name, start + counted(text, 4))


def _after_opening(cases: Cases) -> None:
    """How long after it was opened a message is kept."""
    read = "content.days_after_opening"

    def frame(written: bytes, kind: ContentKind = ContentKind.MESSAGE) -> bytes:
        shown = b'{"text":"x","days_after_opening":%s}' % written
        return patch(message().encode()[:292], 1, bytes([kind])) + bytes(4) + counted(shown, 4)

    for written in (b"1", b"7", b"365", b"7.0", b"7e0"):
        cases.good(f"{written.decode()} after opening", read, frame=frame(written))
    cases.good("nothing said of opening", read, frame=message().encode())
    cases.good("after opening in what is no message", read, frame=frame(b"0", ContentKind.OWN_GONE))
    faults = (b"0", b"-7", b"366", b"7.5", b"1e400", b'"7"', b"true", b"null", b"[7]")
    for written in faults:
        _bad(cases, f"after opening {written.decode()}", frame(written))
    for name, opened_at in {
        "at midnight": 20_000 * 86_400,
        "a second before it": 20_000 * 86_400 - 1,
    }.items():
        cases.good(f"opened {name}", "content.date_after_opening", opened_at=opened_at, days=7)


def _inside(kind: ContentKind, fixed: bytes, shown: dict[str, Any]) -> bytes:
    """Return a frame of a kind with any fixed part and display fields."""
    frame = message().encode()[:292]
    return patch(frame, 1, bytes([kind])) + counted(fixed, 4) + counted(json.dumps(shown).encode(), 4)


def _bad_acts_inside(cases: Cases) -> None:
    act, made = sign_act(ACT, CLIENT.identity).encode(), contents()
    shown = dict(made["an agreement"].shown)
    date, agreement, call = ContentKind.DATE, ContentKind.AGREEMENT, ContentKind.CALL
    faults = {
        "a date with an act of kind 1": _inside(date, act, {}),
        "a withdrawal with an act of kind 1": _inside(ContentKind.WITHDRAWAL, act, {}),
        "a date whose note is no text": _inside(date, extension(), {"note": 1}),
        "an agreement with an act of kind 3": _inside(agreement, extension(), shown),
        "an agreement without a policy": _inside(agreement, act, {**shown, "policy": None}),
        "an agreement whose policy is not base64url": _inside(agreement, act, {**shown, "policy": "A"}),
        "an agreement with a policy above 90,000 bytes": _inside(
            agreement, act, {**shown, "policy": "A" * 120_004}
        ),
        "an agreement with a salt of 31 bytes": _inside(agreement, act, {**shown, "salt": "A" * 42}),
        "an agreement without its text": _inside(agreement, act, {"policy": "AA", "salt": "A" * 43}),
        "an agreement of 40,001 bytes": _inside(agreement, act, {**shown, "agreement": "é" * 20_000 + "e"}),
        "an answer that is neither": _inside(agreement, act, {**shown, "answer": "accepted"}),
        "an answer that is null": _inside(agreement, act, {**shown, "answer": None}),
        "a note that is null": _inside(agreement, act, {**shown, "note": None}),
        "a call whose note is no text": _inside(call, Call(1, 1).encode(), {"note": ["x"]}),
    }
    for name, frame in faults.items():
        _bad(cases, name, frame)


def _calls(cases: Cases) -> None:
    parse, fixed = "calls.parse_call", Call(45, NOW).encode()
    for name, call in {"a minute": Call(1, 0), "a day": Call(1_440, NOW)}.items():
        cases.good(name, parse, fixed=call.encode())
    faults = {
        "version 2": patch(fixed, 0, b"\2"),
        "reserved byte": patch(fixed, 1, b"\1"),
        "no minute": patch(fixed, 2, u16(0)),
        "1,441 minutes": patch(fixed, 2, u16(1_441)),
        "instant above 2**53": patch(fixed, 4, _UNSAFE),
        "empty": b"",
        "cut short": fixed[:-1],
        "a byte after": fixed + b"\0",
    }
    for name, changed in faults.items():
        cases.bad(name, parse, fixed=changed)


def _own_records(cases: Cases) -> None:
    read, call_id = "own_records.read_own", secret("a call's content id")
    records = {
        "a note": NoteRecord("Ask about Thursday. Ä 🌿"),
        "a note about a call": NoteRecord("Ask again in June.", call_id),
        "a copy": CopyRecord(),
        "a copy of chosen threads": CopyRecord(chosen=True),
    }
    for name, record in records.items():
        cases.good(name, read, shown=record.shown())
    note = NoteRecord("", call_id).shown()
    others = {
        "a field more": {**note, "colour": "green"},
        "a type of another software": {"type": "mood", "text": 1, "call": 1, "chosen": 1},
        "no type": {"text": "x"},
        "a type that is no text": {"type": ["note"]},
    }
    for name, shown in others.items():
        cases.good(name, read, shown=shown)
    faults = {
        "a note without a text": {"type": "note"},
        "a note whose text is none": {"type": "note", "text": None},
        "a note about a call of 31 bytes": {**note, "call": "A" * 42},
        "a note about a call that is not canonical": {**note, "call": "A" * 42 + "B"},
        "a note about a call that is no text": {**note, "call": 1},
        "a note about null": {**note, "call": None},
        "a copy that is not chosen": {"type": "copy", "chosen": False},
        "a copy whose choice is a number": {"type": "copy", "chosen": 1},
        "a copy whose choice is null": {"type": "copy", "chosen": None},
    }
    for name, shown in faults.items():
        cases.bad(name, read, shown=shown)


def _proposals(cases: Cases) -> None:
    read, act = "proposal.read_proposal", sign_act(ACT, CLIENT.identity).encode()
    shown = dict(contents()["an agreement"].shown)
    other = replace(POLICY, hold_days=29)
    elsewhere = replace(POLICY, engagement_id=secret("other engagement", 16))
    there = sign_act(replace(ACT, subject=elsewhere.hash, policy_hash=elsewhere.hash), CLIENT.identity)
    cases.good("a first agreement", read, fixed=act, shown=shown)
    cases.good("an empty answer is none", read, fixed=act, shown={**shown, "answer": ""})
    faults: dict[str, tuple[bytes, dict[str, Any]]] = {
        "another policy than the act's": (act, {**shown, "policy": to_base64url(other.encode())}),
        "another text than the policy's": (act, {**shown, "agreement": AGREEMENT + " "}),
        "another salt": (act, {**shown, "salt": to_base64url(secret("other salt"))}),
        "a policy of another engagement": (
            there.encode(),
            {**shown, "policy": to_base64url(elsewhere.encode())},
        ),
        "a policy cut short": (act, {**shown, "policy": to_base64url(POLICY.encode()[:-1])}),
        "an act of kind 3": (extension(), shown),
        "an answer": (act, declined_shown()),
    }
    for name, (fixed, fields) in faults.items():
        cases.bad(name, read, fixed=fixed, shown=fields)


def _door_facts(cases: Cases) -> None:
    fixed = FACTS.encode()
    cases.good("a mail", "content.parse_door_facts", fixed=fixed)
    ipv6 = replace(FACTS, peer=secret("peer", 16), grade=3, tls=False, head=b"", reverse_path="")
    cases.good("over IPv6, bounced", "content.parse_door_facts", fixed=ipv6.encode())
    for grade, name in {4: "by a rule", 5: "by a rule, its author proven", 6: "a confirmation"}.items():
        cases.good(name, "content.parse_door_facts", fixed=patch(fixed, 1, bytes([grade])))
    faults: dict[str, Any] = {
        "version 2": patch(fixed, 0, b"\2"),
        "grade 0": patch(fixed, 1, b"\0"),
        "grade 7": patch(fixed, 1, b"\7"),
        "TLS 2": patch(fixed, 2, b"\2"),
        "reserved byte": patch(fixed, 3, b"\1"),
        "peer of 5 bytes": fixed[:12] + b"\5" + bytes(5) + fixed[17:],
        "name not UTF-8": patch(fixed, 19, b"\xff"),
        "head cut short": fixed[:-1],
        "a byte after": fixed + b"\0",
    }
    long_head = fixed[: -4 - len(FACTS.head)] + counted(bytes(16_385), 4)
    for name, changed in (faults | {"head above 16 KiB": long_head}).items():
        cases.bad(name, "content.parse_door_facts", fixed=changed)


def blob_cases(cases: Cases) -> None:
    """Fill `blob.json`."""
    ids = {"blob_id": secret("blob id"), "blob_key": secret("blob key"), "expires_at": EXPIRES_AT}
    salt = {"salt": secret("blob salt", 24)}
    for name, plain in {"nothing": b"", "a text": PLAIN, "a full chunk": bytes(16_384)}.items():
        outputs = cases.good(name, "blob.seal_blob", **ids, **salt, plain=plain)
        for piece_bytes in (100, 1_000_000):
            fields = {"record": bytes.fromhex(outputs["record"]), "stored": bytes.fromhex(outputs["stored"])}
            cases.good(f"{name}, {piece_bytes} a piece", "blob.open_blob", **fields, piece_bytes=piece_bytes)
    stored, record = sealed_blob()
    _bad_blobs(cases, stored, record)
    long_stored, long_record = sealed_blob(bytes(40_000))
    chunk = {"record": long_record.encode(), "start": long_stored[:120]}
    second = long_stored[120 + 16_400 : 120 + 2 * 16_400]
    cases.good("the second chunk", "blob.open_chunk", **chunk, index=1, chunk=second)
    cases.good("the last chunk", "blob.open_chunk", **chunk, index=2, chunk=long_stored[120 + 2 * 16_400 :])
    cases.bad("another number", "blob.open_chunk", **chunk, index=0, chunk=second)
    cases.bad("chunk cut short", "blob.open_chunk", **chunk, index=1, chunk=second[:-1])
    cases.bad("chunk empty", "blob.open_chunk", **chunk, index=1, chunk=b"")
    other_start = {"start": flip(long_stored, 64)[:120]}
    cases.bad("salt changed", "blob.open_chunk", **(chunk | other_start), index=1, chunk=second)


def _bad_blobs(cases: Cases, stored: bytes, record: blob.Attachment) -> None:
    def bad(name: str, changed: bytes = stored, **fields: Any) -> None:
        honest = {"stored_sha256": hashlib.sha256(changed).digest()}
        raw = _record_bytes(replace(record, **(honest | fields)))
        for piece_bytes in (100, 1_000_000):
            case = f"{name}, {piece_bytes} a piece"
            cases.bad(case, "blob.open_blob", record=raw, stored=changed, piece_bytes=piece_bytes)

    bad("wrong magic", patch(stored, 0, b"QBX1"))
    bad("version 2", patch(stored, 4, b"\2"))
    bad("suite 2", patch(stored, 5, b"\2"))
    bad("reserved byte", flip(stored, 7))
    bad("blob id in the header", flip(stored, 8))
    bad("date in the header", flip(stored, 47))
    bad("reserved byte at the end of the header", flip(stored, 63))
    bad("salt changed", flip(stored, 64))
    bad("commitment changed", flip(stored, 88))
    bad("chunk changed", flip(stored, 120))
    bad("tag changed", flip(stored, -1))
    bad("last byte missing", stored[:-1])
    bad("a byte more", stored + b"\0")
    bad("header alone", stored[:64])
    bad("empty", b"")
    bad("another key", blob_key=secret("other"))
    bad("another id", blob_id=secret("other"))
    bad("another date", expires_at=EXPIRES_AT + 1)
    bad("another hash", stored_sha256=secret("other"))
    bad("plain length one less: padding is not zero", plain_bytes=record.plain_bytes - 1)
    longer, _ = sealed_blob(PLAIN + b"\0")
    digest = hashlib.sha256(longer).digest()
    assert len(longer) == record.stored_bytes
    cases.good(
        "zeros at the end of a file",
        "blob.open_blob",
        record=replace(record, stored_sha256=digest).encode(),
        stored=longer,
        piece_bytes=1000,
    )
