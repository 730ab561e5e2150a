"""Runs one vector of what is signed for the record: notes, log, receipts, days destroyed, terms, proposals,
calls, mail and re-sealed envelopes, in terms of `keys`.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from keys import (
    acts,
    calls,
    day_gone,
    envelope,
    log,
    mailin,
    names,
    notes,
    own_records,
    policy,
    proposal,
    receipt_check,
    receipt_file,
    receipts,
    resealing,
    sealing,
    suite,
    terms,
)
from keys.keeper_wire import Grant, Status
from tests.vectors.operations import Outputs, operation

KINDS = {
    "acceptance": receipts.Acceptance,
    "deletion": receipts.Deletion,
    "closing": receipts.Closing,
}


# --- notes, log ---


@operation("notes.key_hash")
def _key_hash(name: str, public: bytes) -> Outputs:
    return {"key_hash": notes.key_hash(name, public)}


@operation("notes.open_note")
def _open_note(note: str, name: str, public: bytes) -> Outputs:
    return {"text": notes.open_note(note, name, public)}


@operation("log.tree_root")
def _tree_root(entries: list[bytes]) -> Outputs:
    return {"root": log.tree_root([log.leaf_hash(entry) for entry in entries])}


@operation("log.verify_inclusion")
def _verify_inclusion(index: int, size: int, leaf: bytes, path: list[bytes], root: bytes) -> Outputs:
    log.verify_inclusion(index, size, leaf, path, root)
    return {}


@operation("log.verify_consistency")
def _verify_consistency(
    first: int, second: int, path: list[bytes], first_root: bytes, second_root: bytes
) -> Outputs:
    log.verify_consistency(first, second, path, first_root, second_root)
    return {}


@operation("log.parse_checkpoint")
def _parse_checkpoint(text: str) -> Outputs:
    found = log.parse_checkpoint(text)
    hashed = log.checkpoint_hash(text)
    return {"origin": found.origin, "size": found.size, "root": found.root, "hash": hashed}


@operation("log.statement_entry")
def _statement_entry(blind: bytes, statement_hash: bytes) -> Outputs:
    return {"entry": log.statement_entry(blind, statement_hash)}


@operation("log.day_entry")
def _day_entry(day_key: bytes) -> Outputs:
    return {"entry": log.day_entry(day_key)}


@operation("log.day_gone_entry")
def _day_gone_entry(day_gone: bytes) -> Outputs:
    return {"entry": log.day_gone_entry(day_gone)}


@operation("log.batch_entry")
def _batch_entry(entry_type: int, day: int, root: bytes) -> Outputs:
    return {"entry": log.batch_entry(log.EntryType(entry_type), day, root)}


# --- receipts ---


@operation("receipts.parse_receipt")
def _parse_receipt(text: str) -> Outputs:
    found = receipts.parse_receipt(text)
    kind = next(name for name, kind in KINDS.items() if isinstance(found, kind))
    return {"type": kind, "fields": asdict(found), "entry_type": int(receipts.entry_type(found))}


@operation("receipts.receipt_hash")
def _receipt_hash(note: str) -> Outputs:
    return {"hash": receipts.receipt_hash(note)}


@operation("receipts.mailbox_pseudonym")
def _mailbox_pseudonym(mailbox_id: bytes) -> Outputs:
    return {"mailbox": receipts.mailbox_pseudonym(mailbox_id)}


@operation("receipts.leaves_root")
def _leaves_root(kind: str, leaves: list[dict[str, str]]) -> Outputs:
    read = [receipts.Leaf(**{name: bytes.fromhex(one) for name, one in leaf.items()}) for leaf in leaves]
    return {"root": receipts.leaves_root(KINDS[kind], read)}


@operation("receipt_check.check_receipt_file")
def _check_receipt_file(file: str, pinned: dict[str, str] | None) -> Outputs:
    keys = pinned and receipt_file.ReceiptKeys(
        pinned["host"], bytes.fromhex(pinned["relay_public"]), bytes.fromhex(pinned["log_public"])
    )
    found = receipt_check.check_receipt_file(file.encode("utf-8"), keys)
    verdicts = [
        {
            "order": one.order,
            "number": one.receipt and one.receipt.number,
            "signature": one.signature.value,
            "chain": one.chain.value,
            "leaves": one.leaves.value,
            "logged": one.logged.value,
        }
        for one in found.receipts
    ]
    return {
        "relay_public": found.keys.relay_public,
        "sound": found.sound,
        "checkpoint": found.checkpoint_verdict.value,
        "size": found.checkpoint and found.checkpoint.size,
        "receipts": verdicts,
    }


@operation("day_gone.open_day_gone")
def _open_day_gone(raw: bytes, keeper_id: bytes, keeper_public: bytes) -> Outputs:
    gone = day_gone.open_day_gone(raw, keeper_id, keeper_public)
    return {"day": gone.day, "day_key_hash": gone.day_key_hash, "destroyed_at": gone.destroyed_at}


# --- terms, proposals, calls ---


@operation("terms.in_force")
def _in_force(
    policies: list[bytes], acts_in_order: list[bytes], instants: list[int], expires_at: int
) -> Outputs:
    cores = [acts.parse_act(raw).core for raw in acts_in_order]
    found = terms.in_force([policy.parse_policy(frame) for frame in policies], cores)
    if found is None:
        return {"in_force": None}
    facts = [
        {
            "instant": instant,
            "phase": found.phase_at(instant).value,
            "latest": found.latest(instant),
            "default_expires_at": found.default_expires_at(instant),
            "allowed": found.allows(expires_at, instant),
            "date": found.date_of(instant, expires_at),
        }
        for instant in instants
    ]
    ends = {"work_ends_at": found.work_ends_at, "ends_at": found.ends_at}
    return {"in_force": {"policy_hash": found.policy.hash, **ends, "at": facts}}


@operation("proposal.read_proposal")
def _read_proposal(fixed: bytes, shown: dict[str, Any]) -> Outputs:
    found = proposal.read_proposal(fixed, shown)
    return {"policy_hash": found.policy.hash, "salt": found.salt, "agreement": found.agreement}


@operation("calls.parse_call")
def _parse_call(fixed: bytes) -> Outputs:
    call = calls.parse_call(fixed)
    return {"minutes": call.minutes, "held_at": call.held_at}


@operation("own_records.read_own")
def _read_own(shown: dict[str, Any]) -> Outputs:
    found = own_records.read_own(shown)
    match found:
        case own_records.NoteRecord(text, call_id):
            return {"type": "note", "text": text, "call_id": call_id, "chosen": False}
        case own_records.CopyRecord(chosen):
            return {"type": "copy", "text": "", "call_id": b"", "chosen": chosen}
        case _:
            return {"type": "", "text": "", "call_id": b"", "chosen": False}


@operation("mailin.parse_verdicts")
def _parse_verdicts(plain: bytes) -> Outputs:
    found = mailin.parse_verdicts(plain)
    if mailin.encode_verdicts(found) != plain:
        raise AssertionError("what was parsed is written alike")
    return {"verdicts": [{"start": start, "verdict": int(one)} for start, one in found.items()]}


# --- re-sealed envelopes ---


@operation("resealing.resealed_id")
def _resealed_id(content: bytes, reader_fp: bytes, expires_at: int) -> Outputs:
    part = sealing.Part(content, bytes(64))
    return {"envelope_id": resealing.resealed_id(part, reader_fp, expires_at)}


@operation("resealing.open_resealed")
def _open_resealed(
    raw: bytes,
    reading_seed: bytes,
    grants: list[dict[str, Any]],
    *,
    revoker_access_hash: bytes,
    parties: list[bytes],
    door: list[bytes],
    my_fp: bytes,
    promised_at: int,
    now: int,
) -> Outputs:
    parsed = envelope.parse_envelope(raw)
    share = sealing.open_reader_share(parsed, suite.OpenKey.from_seed(reading_seed))
    signers = {
        envelope.EnvelopeClass.MESSAGE: {names.fingerprint(public): public for public in parties},
        envelope.EnvelopeClass.DOOR: {names.fingerprint(public): public for public in door},
    }
    opened = resealing.open_resealed(
        parsed,
        share,
        [_grant(fields) for fields in grants],
        revoker_access_hash=revoker_access_hash,
        signers=signers,
        my_fp=my_fp,
        promised_at=promised_at,
        now=now,
    )
    return {"content_id": opened.content_id, "class_of_origin": int(opened.class_of_origin)}


def _grant(fields: dict[str, Any]) -> Grant:
    share, revoker_hash = bytes.fromhex(fields["share"]), bytes.fromhex(fields["revoker_hash"])
    dates = (fields["not_before"], fields["expires_at"])
    return Grant(Status(fields["status"]), share, revoker_hash, *dates)
