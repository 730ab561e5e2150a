"""Runs one vector: what each operation of the vectors means, in terms of `keys`.

Owns the operations of keys, envelopes, contents, accounts and the keeper's wire; those of what the relay and
the parties sign for the record are in `run_records.py`. README.md says the same for readers in another
language.

Longer than other modules: one function for each operation of the vectors, read beside `formats.py`.
"""

from __future__ import annotations

from typing import Any

from keys import (
    acts,
    blob,
    box,
    browsers,
    content,
    day_keys,
    encoding,
    envelope,
    invitation,
    keeper_wire,
    locks,
    names,
    padding,
    pins,
    policy,
    recovery,
    sealing,
    settings,
    spoken,
    statement,
    stream,
    suite,
    unlock,
    vault,
    wordlist,
)
from keys.encoding import Reader
from tests.vectors import (
    run_archive,
    run_codes,
    run_copies,
    run_drafts,
    run_index,
    run_records,
    run_release,
    run_reopening,
    run_reply,
)
from tests.vectors.operations import OPERATIONS, Outputs, operation, run, to_json

__all__ = [
    "OPERATIONS",
    "run",
    "run_archive",
    "run_codes",
    "run_copies",
    "run_drafts",
    "run_index",
    "run_records",
    "run_release",
    "run_reopening",
    "run_reply",
    "to_json",
]

# --- suite, padding, stream, box, encoding ---


@operation("suite.hkdf")
def _hkdf(secret: bytes, salt: bytes, info: bytes, length: int) -> Outputs:
    return {"okm": suite.hkdf(secret, info, length, salt)}


@operation("suite.hkdf_expand")
def _hkdf_expand(prk: bytes, info: bytes, length: int) -> Outputs:
    return {"okm": suite.hkdf_expand(prk, info, length)}


@operation("suite.sign")
def _sign(seed: bytes, message: bytes) -> Outputs:
    signer = suite.SignKey.from_seed(seed)
    return {"public": signer.public, "signature": signer.sign(message)}


@operation("suite.verify")
def _verify(public: bytes, signature: bytes, message: bytes) -> Outputs:
    suite.verify(public, signature, message)
    return {}


@operation("suite.open_key")
def _open_key(seed: bytes) -> Outputs:
    return {"public": suite.OpenKey.from_seed(seed).public}


@operation("suite.seal_key")
def _seal_key(public: bytes) -> Outputs:
    return {"sealed_bytes": len(suite.hpke_seal(suite.SealKey.from_bytes(public), b"", b""))}


@operation("suite.hpke_open")
def _hpke_open(seed: bytes, info: bytes, sealed: bytes, plain_bytes: int) -> Outputs:
    return {"plain": suite.hpke_open(suite.OpenKey.from_seed(seed), info, sealed, plain_bytes)}


@operation("padding.padded_length")
def _padded_length(length: int) -> Outputs:
    return {"padded": padding.padded_length(length)}


@operation("stream.seal_stream")
def _seal_stream(key: bytes, context: bytes, plain: bytes, salt: bytes) -> Outputs:
    return {"sealed": stream.seal_stream(key, context, plain, salt)}


@operation("stream.open_stream")
def _open_stream(key: bytes, context: bytes, sealed: bytes) -> Outputs:
    return {"plain": stream.open_stream(key, context, sealed)}


@operation("stream.plain_length")
def _plain_length(sealed_bytes: int) -> Outputs:
    return {"plain_bytes": stream.plain_length(sealed_bytes)}


@operation("box.seal_box")
def _seal_box(key: bytes, purpose: str, aad: bytes, plain: bytes, nonce: bytes) -> Outputs:
    return {"box": box.seal_box(key, purpose, aad, plain, nonce)}


@operation("box.open_box")
def _open_box(key: bytes, purpose: str, aad: bytes, sealed_box: bytes) -> Outputs:
    return {"plain": box.open_box(key, purpose, aad, sealed_box)}


@operation("encoding.from_base64url")
def _from_base64url(text: str) -> Outputs:
    return {"bytes": encoding.from_base64url(text)}


@operation("encoding.load_json")
def _load_json(utf8: bytes) -> Outputs:
    return {"fields": encoding.load_json(utf8)}


# --- names ---


@operation("names.derive")
def _derive(secret: bytes, name: str, length: int) -> Outputs:
    return {"derived": names.derive(secret, name, length)}


@operation("names.of_public")
def _of_public(public: bytes) -> Outputs:
    return {
        "fp": names.fingerprint(public),
        "kid": names.key_id(public),
        "access_hash": names.access_hash(public),
        "keeper_id": names.keeper_id(public),
    }


@operation("names.keeper_set")
def _keeper_set(keeper_ids: list[bytes]) -> Outputs:
    return {"keeper_set": names.keeper_set(keeper_ids)}


@operation("names.origin_hash")
def _origin_hash(origin: str) -> Outputs:
    return {"origin_hash": names.origin_hash(origin)}


@operation("names.mailbox_id")
def _mailbox_id(engagement_id: bytes, role: int, fp: bytes) -> Outputs:
    return {"mailbox_id": names.mailbox_id(engagement_id, names.Role(role), fp)}


@operation("names.envelope_id")
def _envelope_id(envelope_class: int, content_id: bytes, recipient_fp: bytes, expires_at: int) -> Outputs:
    return {"envelope_id": names.envelope_id(envelope_class, content_id, recipient_fp, expires_at)}


@operation("names.day_of")
def _day_of(expires_at: int) -> Outputs:
    return {"day": names.day_of(expires_at)}


# --- envelope, locks, sealing ---


@operation("envelope.parse_envelope")
def _parse_envelope(raw: bytes) -> Outputs:
    parsed = envelope.parse_envelope(raw)
    header = parsed.header
    return {
        "class": int(header.envelope_class),
        "mailbox_id": header.mailbox_id,
        "envelope_id": header.envelope_id,
        "policy_tag": header.policy_tag,
        "expires_at": header.expires_at,
        "body_bytes": header.body_bytes,
        "header_hash": parsed.header_hash,
        "transcript": parsed.transcript,
        "locks": [{"type": int(o.type), "key_id": o.key_id, "period": o.period} for o in parsed.locks],
    }


@operation("locks.open_reader_lock")
def _open_reader_lock(record: bytes, header_hash: bytes, reading_seed: bytes) -> Outputs:
    key = suite.OpenKey.from_seed(reading_seed)
    return {"share": locks.open_reader_lock(locks.parse_lock(record), key, header_hash)}


@operation("locks.open_keeper_lock")
def _open_keeper_lock(record: bytes, header_hash: bytes, day_seed: bytes) -> Outputs:
    day_key = day_keys.day_open_key(day_seed)
    payload = locks.open_keeper_lock(locks.parse_lock(record), day_key, header_hash)
    return {
        "share": payload.share,
        "reader_hash": payload.reader_hash,
        "revoker_hash": payload.revoker_hash,
        "not_before": payload.not_before,
        "expires_at": payload.expires_at,
    }


@operation("locks.link")
def _link(link_secret: bytes, header_hash: bytes) -> Outputs:
    return {
        "link_id": locks.link_id(link_secret),
        "record": locks.link_lock(link_secret),
        "share": locks.link_share(locks.parse_lock(locks.link_lock(link_secret)), link_secret, header_hash),
        "access_public": locks.link_access_key(link_secret).public,
    }


@operation("sealing.open_envelope")
def _open_envelope(
    raw: bytes,
    reading_seed: bytes,
    grants: list[dict[str, Any]],
    revoker_access_hash: bytes,
    signers: list[bytes],
    my_fp: bytes,
    now: int,
) -> Outputs:
    parsed = envelope.parse_envelope(raw)
    opened = sealing.open_envelope(
        parsed,
        sealing.open_reader_share(parsed, suite.OpenKey.from_seed(reading_seed)),
        [_grant(one) for one in grants],
        revoker_access_hash=revoker_access_hash,
        signers={names.fingerprint(public): public for public in signers},
        my_fp=my_fp,
        now=now,
    )
    return {"content_id": opened.content_id, "frame": opened.content.encode()}


@operation("sealing.open_resealed")
def _open_resealed(
    raw: bytes,
    reading_seed: bytes,
    keeper_shares: list[bytes],
    signers: list[bytes],
    my_fp: bytes,
    former_fps: list[bytes],
    promised_at: int | None,
) -> Outputs:
    parsed = envelope.parse_envelope(raw)
    share = sealing.open_reader_share(parsed, suite.OpenKey.from_seed(reading_seed))
    parts = sealing.open_parts(parsed, share, keeper_shares)
    opened = sealing.check_content(
        parsed,
        parts[0],
        signers={names.fingerprint(public): public for public in signers},
        my_fp=my_fp,
        former_fps=former_fps,
        promised_at=promised_at,
    )
    return {"content_id": opened.content_id, "class_of_origin": int(opened.class_of_origin)}


@operation("sealing.open_link")
def _open_link(raw: bytes, link_secret: bytes, keeper_shares: list[bytes]) -> Outputs:
    parsed = envelope.parse_envelope(raw)
    share = locks.link_share(parsed.locks[0], link_secret, parsed.header_hash)
    parts = sealing.open_parts(parsed, share, keeper_shares)
    return {"parts": [{"content": part.content, "signature": part.signature} for part in parts]}


def _grant(fields: dict[str, Any]) -> keeper_wire.Grant:
    return keeper_wire.Grant(
        keeper_wire.Status(fields["status"]),
        bytes.fromhex(fields["share"]),
        bytes.fromhex(fields["revoker_hash"]),
        fields["not_before"],
        fields["expires_at"],
    )


# --- content, blob ---


@operation("content.parse_content")
def _parse_content(frame: bytes, class_of_origin: int) -> Outputs:
    parsed = content.parse_content(frame)
    return {
        "content_id": content.content_id(envelope.EnvelopeClass(class_of_origin), frame),
        "kind": int(parsed.kind),
        "writer": parsed.writer,
        "count": parsed.count,
        "created_at": parsed.created_at,
        "expires_at": parsed.expires_at,
        "sender_fp": parsed.sender_fp,
        "recipients": [one.fp for one in parsed.recipients],
        "attachments": [
            {"blob_id": one.blob_id, "name": parsed.file_name(one), "type": parsed.file_type(one)}
            for one in parsed.attachments
        ],
        "subject": parsed.subject,
        "text": parsed.text,
    }


@operation("content.days_after_opening")
def _days_after_opening(frame: bytes) -> Outputs:
    return {"days": content.parse_content(frame).days_after_opening}


@operation("content.date_after_opening")
def _date_after_opening(opened_at: int, days: int) -> Outputs:
    return {"date": content.date_after_opening(opened_at, days)}


@operation("content.parse_door_facts")
def _parse_door_facts(fixed: bytes) -> Outputs:
    facts = content.parse_door_facts(fixed)
    return {
        "grade": facts.grade,
        "tls": facts.tls,
        "received_at": facts.received_at,
        "peer": facts.peer,
        "greeting": facts.greeting,
        "reverse_path": facts.reverse_path,
        "recipient": facts.recipient,
        "head": facts.head,
    }


@operation("blob.seal_blob")
def _seal_blob(blob_id: bytes, blob_key: bytes, expires_at: int, salt: bytes, plain: bytes) -> Outputs:
    sealer = blob.BlobSealer(blob_id, blob_key, expires_at, salt)
    stored = sealer.start + sealer.update(plain) + b"".join(sealer.finish())
    return {"stored": stored, "record": sealer.record(0).encode()}


@operation("blob.open_blob")
def _open_blob(record: bytes, stored: bytes, piece_bytes: int) -> Outputs:
    opener = blob.BlobOpener(_record(record))
    pieces = [stored[at : at + piece_bytes] for at in range(0, len(stored), piece_bytes)]
    plain = b"".join([opener.update(piece) for piece in pieces])
    return {"plain": plain + opener.finish()}


@operation("blob.open_chunk")
def _open_chunk(record: bytes, start: bytes, index: int, chunk: bytes) -> Outputs:
    return {"plain": blob.chunk_opener(_record(record), start).open_chunk(index, chunk)}


def _record(raw: bytes) -> blob.Attachment:
    reader = Reader(raw)
    record = blob.read_attachment(reader)
    reader.finish()
    return record


# --- statement, acts, policy, spoken ---


@operation("statement.verify_chain")
def _verify_chain(pinned: bytes, later: list[bytes]) -> Outputs:
    first = statement.parse_statement(pinned)
    statement.verify_statement(first)
    newest = statement.verify_chain(first, map(statement.parse_statement, later))
    return {"number": newest.card.number, "hash": newest.hash, "fp": newest.fp}


@operation("statement.choose_reading_key")
def _choose_reading_key(raw: bytes, now: int) -> Outputs:
    chosen = statement.choose_reading_key(statement.parse_statement(raw).card, now)
    return {"epoch": chosen.epoch, "key_id": chosen.key_id}


@operation("statement.blind")
def _blind(identity_seed: bytes, number: int) -> Outputs:
    return {"blind": statement.blind(identity_seed, number)}


@operation("acts.verify_act")
def _verify_act(raw: bytes, coach_public: bytes, client_public: bytes) -> Outputs:
    act = acts.parse_act(raw)
    acts.verify_act(act, coach_public=coach_public, client_public=client_public)
    return {
        "kind": int(act.core.kind),
        "number": act.core.number,
        "date": act.core.date,
        "second_date": act.core.second_date,
        "envelope_ids": act.core.envelope_ids,
        "hash": act.core.hash,
    }


@operation("acts.check_order")
def _check_order(chain: list[bytes]) -> Outputs:
    previous: acts.ActCore | None = None
    for core in (acts.parse_act(raw).core for raw in chain):
        acts.check_order(previous, core)
        previous = core
    return {}


@operation("policy.parse_policy")
def _parse_policy(frame: bytes, instant: int) -> Outputs:
    parsed = policy.parse_policy(frame)
    return {
        "hash": parsed.hash,
        "tag": parsed.tag,
        "hold_ends_at": parsed.hold_ends_at,
        "latest": parsed.latest(instant),
        "default_expires_at": parsed.default_expires_at(instant),
        "author_may_recall": parsed.author_may_recall,
        "read_marks": parsed.read_marks,
        "refused_domains": list(parsed.refused_domains),
        "sponsor_name": parsed.sponsor_name,
    }


@operation("policy.sponsor")
def _sponsor(frame: bytes) -> Outputs:
    parsed = policy.parse_policy(frame)
    if parsed.encode() != frame:
        raise AssertionError("written again it is another policy")
    return {
        "name": parsed.sponsor_name,
        "scope": parsed.sponsor_scope,
        "told_calls": parsed.sponsor_told_calls,
    }


@operation("policy.phones")
def _phones(frame: bytes) -> Outputs:
    parsed = policy.parse_policy(frame)
    if parsed.encode() != frame:
        raise AssertionError("written again it is another policy")
    marks = {"coach": parsed.coach_work_phones, "client": parsed.client_work_phones}
    return {"phones": list(parsed.personal_phones), **marks}


@operation("policy.allows")
def _allows(frame: bytes, expires_at: int, now: int) -> Outputs:
    return {"allowed": policy.parse_policy(frame).allows(expires_at, now)}


@operation("policy.agreement_hash")
def _agreement_hash(salt: bytes, text: str) -> Outputs:
    return {"hash": policy.agreement_hash(salt, text)}


@operation("spoken.commit")
def _commit(coach_public: bytes, client_public: bytes, coach_random: bytes) -> Outputs:
    return {"commitment": spoken.commit(coach_public, client_public, coach_random)}


@operation("spoken.digits")
def _digits(
    coach_public: bytes, client_public: bytes, coach_random: bytes, client_random: bytes, commitment: bytes
) -> Outputs:
    spoken.check_commitment(commitment, coach_public, client_public, coach_random)
    return {"digits": spoken.digits(coach_public, client_public, coach_random, client_random)}


@operation("spoken.parse_result")
def _parse_result(fixed: bytes) -> Outputs:
    result = spoken.parse_result(fixed)
    return {"agreed": result.agreed, "coach_fp": result.coach_fp, "client_fp": result.client_fp}


# --- unlock, recovery, wordlist, vault ---


@operation("unlock.kdf_salt")
def _kdf_salt(name: str, host: str, server_salt: bytes) -> Outputs:
    return {"salt": unlock.kdf_salt(name, host, server_salt)}


@operation("unlock.normalise_password")
def _normalise_password(typed: str) -> Outputs:
    return {"utf8": unlock.normalise_password(typed)}


@operation("unlock.password_keys")
def _password_keys(secret: bytes, salt: bytes) -> Outputs:
    return _method_keys(unlock.password_keys(secret, salt))


@operation("unlock.passkey")
def _passkey(origin: str, credential_id: bytes) -> Outputs:
    return {"input": unlock.passkey_input(origin), "method_id": unlock.passkey_method_id(credential_id)}


@operation("unlock.device_keys")
def _device_keys(secret: bytes) -> Outputs:
    return _method_keys(unlock.device_keys(secret))


def _method_keys(found: unlock.MethodKeys) -> Outputs:
    return {"login_public": found.login.public, "wrap_key": found.wrap_key}


@operation("unlock.account_keys")
def _account_keys(account_key: bytes) -> Outputs:
    found = unlock.account_keys(account_key)
    return {
        "vault_key": found.vault_key,
        "access_public": found.access.public,
        "index_base": found.index_base,
    }


@operation("unlock.unwrap_account_key")
def _unwrap(
    wrapped: bytes, wrap_key: bytes, account_id: bytes, method_id: bytes, kdf: int, server_salt: bytes
) -> Outputs:
    method = unlock.Method(method_id, kdf, server_salt)
    return {"account_key": unlock.unwrap_account_key(wrapped, wrap_key, account_id, method)}


@operation("unlock.verify_login")
def _verify_login(
    origin_hash: bytes,
    account_id: bytes,
    method_id: bytes,
    challenge: bytes,
    client_nonce: bytes,
    login_public: bytes,
    signature: bytes,
) -> Outputs:
    login = unlock.Login(origin_hash, account_id, method_id, challenge, client_nonce)
    login.verify(login_public, signature)
    return {}


@operation("recovery.sheet")
def _sheet(random: bytes) -> Outputs:
    digits = recovery.sheet_digits(random)
    return {"digits": digits, "printed": recovery.print_sheet(digits)}


@operation("recovery.read_sheet")
def _read_sheet(typed: str) -> Outputs:
    return {"digits": recovery.read_sheet(typed)}


@operation("wordlist.offered_password")
def _offered_password(random: bytes) -> Outputs:
    return {"password": wordlist.offered_password(random)}


@operation("vault.open_item")
def _open_item(account_key: bytes, account_id: bytes, name: str, version: int, sealed_box: bytes) -> Outputs:
    vault_key = unlock.account_keys(account_key).vault_key
    return {"plain": vault.open_item(vault_key, account_id, name, version, sealed_box)}


@operation("vault.parse_identity")
def _parse_identity(plain: bytes) -> Outputs:
    return {"seed": vault.parse_identity(plain)}


@operation("vault.parse_reading")
def _parse_reading(plain: bytes) -> Outputs:
    return {"epochs": [one.epoch for one in vault.parse_reading(plain)]}


@operation("vault.parse_relay")
def _parse_relay(plain: bytes) -> Outputs:
    return _pins(vault.parse_relay(plain))


def _pins(pinned: pins.Pins) -> Outputs:
    return {"door_public": pinned.door_public, "keeper_set": pinned.keeper_set}


@operation("vault.parse_card")
def _parse_card(plain: bytes) -> Outputs:
    return {"statement": vault.parse_card(plain)}


@operation("vault.parse_engagement")
def _parse_engagement(plain: bytes) -> Outputs:
    item = vault.parse_engagement(plain)
    return {
        "my_role": int(item.my_role),
        "active": item.active,
        "engagement_id": item.engagement_id,
        "their_mailbox_id": item.their_mailbox_id,
        "my_name": item.my_name,
        "their_name": item.their_name,
        "plain": item.encode(),
    }


@operation("browsers.parse_browsers")
def _parse_browsers(plain: bytes) -> Outputs:
    found = browsers.parse_browsers(plain)
    assert browsers.encode_browsers(found) == plain
    return {"method_ids": [one.method_id for one in found], "used_on": [one.used_on for one in found]}


@operation("settings.parse_settings")
def _parse_settings(plain: bytes) -> Outputs:
    found = settings.parse_settings(plain)
    assert settings.encode_settings(found) == plain
    return {"language": found.language}


@operation("vault.parse_writers")
def _parse_writers(plain: bytes) -> Outputs:
    return {"counts": [mark.count for mark in vault.parse_writers(plain)]}


@operation("vault.open_manifest")
def _open_manifest(plain: bytes, account_id: bytes, identity_public: bytes) -> Outputs:
    manifest = vault.open_manifest(plain, account_id, identity_public)
    return {"counter": manifest.counter, "names": [entry.name for entry in manifest.entries]}


# --- invitation ---


@operation("invitation.keys")
def _invitation_keys(secret: bytes) -> Outputs:
    found = invitation.invitation_keys(secret)
    return {
        "invite_id": found.invite_id,
        "box_key": found.box_key,
        "acceptance_key": found.acceptance_key,
        "redemption_public": found.redemption.public,
    }


@operation("invitation.parse_link")
def _parse_link(link: str) -> Outputs:
    parsed = invitation.parse_link(link)
    return {"origin": parsed.origin, "kind": parsed.kind, "secret": parsed.secret}


@operation("invitation.open_client")
def _open_client(secret: bytes, sealed_box: bytes, expires_at: int) -> Outputs:
    found = invitation.open_client_invitation(invitation.invitation_keys(secret), sealed_box, expires_at)
    return {
        "engagement_id": found.engagement_id,
        "coach_mailbox_id": found.coach_mailbox_id,
        **_pins(found.pins),
        "policy": found.policy,
        "shown": dict(found.shown),
    }


@operation("invitation.open_coach")
def _open_coach(secret: bytes, sealed_box: bytes, expires_at: int) -> Outputs:
    found = invitation.open_coach_invitation(invitation.invitation_keys(secret), sealed_box, expires_at)
    return {**_pins(found.pins), "shown": dict(found.shown)}


@operation("invitation.open_acceptance")
def _open_acceptance(secret: bytes, sealed_box: bytes, invitation_box: bytes) -> Outputs:
    found = invitation.open_acceptance(invitation.invitation_keys(secret), sealed_box, invitation_box)
    return {"client_statement": found.client_statement, "act": found.act, "shown": dict(found.shown)}


@operation("invitation.verify_redemption")
def _verify_redemption(secret: bytes, signature: bytes, body: bytes) -> Outputs:
    public = invitation.invitation_keys(secret).redemption.public
    invitation.verify_redemption(public, signature, body)
    return {}


# --- keeper ---


@operation("keeper_wire.day")
def _day(seed: bytes, access_public: bytes) -> Outputs:
    return {
        "public": day_keys.day_open_key(seed).public,
        "day_share": day_keys.day_share(seed, access_public),
    }


@operation("keeper_wire.open_day_key")
def _open_day_key(raw: bytes, keeper_id: bytes, keeper_public: bytes) -> Outputs:
    found = day_keys.open_day_key(raw, keeper_id, keeper_public)
    return {"day": found.day, "public": found.public}


@operation("keeper_wire.parse_open_request")
def _parse_open_request(raw: bytes, keeper_id: bytes) -> Outputs:
    request = keeper_wire.parse_open_request(raw, keeper_id)
    return {
        "access_public": request.access_public,
        "asked_at": request.asked_at,
        "header_hashes": [ask.header_hash for ask in request.items],
        "days": list(request.days),
    }


@operation("keeper_wire.open_answer")
def _open_answer(
    raw: bytes, request: bytes, keeper_id: bytes, keeper_public: bytes, reply_seed: bytes
) -> Outputs:
    parsed = keeper_wire.parse_open_request(request, keeper_id)
    reply_key = suite.OpenKey.from_seed(reply_seed)
    answer = keeper_wire.open_answer(raw, parsed, request, keeper_public, reply_key)
    return {
        "grants": [
            {
                "status": int(one.status),
                "share": one.share,
                "revoker_hash": one.revoker_hash,
                "not_before": one.not_before,
                "expires_at": one.expires_at,
            }
            for one in answer.grants
        ],
        "days": [{"status": int(one.status), "share": one.share} for one in answer.days],
    }


@operation("keeper_wire.parse_revoke")
def _parse_revoke(raw: bytes, keeper_id: bytes) -> Outputs:
    found = keeper_wire.parse_revoke(raw, keeper_id)
    return {
        "access_public": found.access_public,
        "header_hash": found.header_hash,
        "refusal_hash": keeper_wire.refusal_hash(found.header_hash, found.lock.record),
    }


@operation("keeper_wire.verify_revoked")
def _verify_revoked(answer: bytes, request: bytes, keeper_public: bytes) -> Outputs:
    keeper_wire.verify_revoked(answer, request, keeper_public)
    return {}
