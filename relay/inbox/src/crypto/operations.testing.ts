/**
 * What each operation of the shared vectors means here: JSON values in, JSON values out, an error of the core where the
 * vector is invalid. Mirrors `tests/vectors/run.py` name for name.
 *
 * Longer than most modules: one entry for each operation, read beside that file.
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as acts from "./acts.ts";
import { ARCHIVE_OPERATIONS } from "./archive.testing.ts";
import * as blob from "./blob.ts";
import * as box from "./box.ts";
import { parseBrowsers } from "./browsers.ts";
import { CODE_OPERATIONS } from "./codes.testing.ts";
import * as content from "./content.ts";
import { COPIES_OPERATIONS } from "./copies.testing.ts";
import { DRAFT_OPERATIONS } from "./drafts.testing.ts";
import { type Bytes, concat, fromBase64url, Reader } from "./encoding.ts";
import * as envelope from "./envelope.ts";
import { INDEX_OPERATIONS } from "./index.testing.ts";
import type { Inputs, Outputs } from "./inputs.testing.ts";
import * as invitation from "./invitation.ts";
import { loadJson } from "./json.ts";
import * as keeperWire from "./keeper_wire.ts";
import * as locks from "./locks.ts";
import * as names from "./names.ts";
import * as padding from "./padding.ts";
import type { Pins } from "./pins.ts";
import { pinnedKeeperSet } from "./pins.ts";
import * as policy from "./policy.ts";
import { type GrantFields, grant, RECORD_OPERATIONS } from "./records.testing.ts";
import * as recovery from "./recovery.ts";
import { checkReported, RELEASE_OPERATIONS } from "./release.testing.ts";
import { REOPENING_OPERATIONS } from "./reopening.testing.ts";
import { REPLY_OPERATIONS } from "./reply.testing.ts";
import * as sealing from "./sealing.ts";
import { encodeSettings, parseSettings } from "./settings.ts";
import * as spoken from "./spoken.ts";
import * as statement from "./statement.ts";
import * as stream from "./stream.ts";
import * as suite from "./suite.ts";
import * as unlock from "./unlock.ts";
import * as vault from "./vault.ts";
import * as wordlist from "./wordlist.ts";

const system = (sizeBytes: number) => crypto.getRandomValues(new Uint8Array(sizeBytes));

const WORDS = join(import.meta.dirname, "../../../../keys/words.txt");

export const OPERATIONS: Record<string, (given: Inputs) => Outputs | Promise<Outputs>> = {
  ...RECORD_OPERATIONS,
  ...ARCHIVE_OPERATIONS,
  ...CODE_OPERATIONS,
  ...REPLY_OPERATIONS,
  ...COPIES_OPERATIONS,
  ...DRAFT_OPERATIONS,
  ...INDEX_OPERATIONS,
  ...RELEASE_OPERATIONS,
  ...REOPENING_OPERATIONS,

  // --- suite, padding, stream, box, encoding ---

  "suite.hkdf": (given) => {
    const secret = given.bytes("secret");
    const salt = given.bytes("salt");
    return { okm: suite.hkdf(secret, given.bytes("info"), given.number("length"), salt) };
  },

  "suite.hkdf_expand": (given) => ({
    okm: suite.hkdfExpand(given.bytes("prk"), given.bytes("info"), given.number("length")),
  }),

  "suite.sign": (given) => {
    const signer = suite.SignKey.fromSeed(given.bytes("seed"));
    return { public: signer.public, signature: signer.sign(given.bytes("message")) };
  },

  "suite.verify": (given) => {
    const signature = given.bytes("signature");
    suite.verify(given.bytes("public"), signature, given.bytes("message"));
    return {};
  },

  "suite.open_key": (given) => ({ public: suite.OpenKey.fromSeed(given.bytes("seed")).public }),

  "suite.seal_key": (given) => {
    const empty = new Uint8Array(0);
    const key = suite.SealKey.fromBytes(given.bytes("public"));
    return { sealed_bytes: suite.hpkeSeal(key, empty, empty, system).length };
  },

  "suite.hpke_open": (given) => {
    const key = suite.OpenKey.fromSeed(given.bytes("seed"));
    const sealed = given.bytes("sealed");
    const plainBytes = given.number("plain_bytes");
    return { plain: suite.hpkeOpen(key, given.bytes("info"), sealed, plainBytes) };
  },

  "padding.padded_length": (given) => ({ padded: padding.paddedLength(given.number("length")) }),

  "stream.seal_stream": async (given) => {
    const salt = given.bytes("salt");
    const plain = given.bytes("plain");
    const sealed = stream.sealStream(given.bytes("key"), given.bytes("context"), plain, salt);
    return { sealed: await sealed };
  },

  "stream.open_stream": async (given) => {
    const sealed = given.bytes("sealed");
    return { plain: await stream.openStream(given.bytes("key"), given.bytes("context"), sealed) };
  },

  "stream.plain_length": (given) => ({
    plain_bytes: stream.plainLength(given.number("sealed_bytes")),
  }),

  "box.seal_box": (given) => {
    const key = given.bytes("key");
    const plain = given.bytes("plain");
    const nonce = given.bytes("nonce");
    return { box: box.sealBox(key, given.text("purpose"), given.bytes("aad"), plain, nonce) };
  },

  "box.open_box": (given) => {
    const key = given.bytes("key");
    const sealed = given.bytes("sealed_box");
    return { plain: box.openBox(key, given.text("purpose"), given.bytes("aad"), sealed) };
  },

  "encoding.from_base64url": (given) => ({ bytes: fromBase64url(given.text("text")) }),

  "encoding.load_json": (given) => ({ fields: loadJson(given.bytes("utf8")) }),

  // --- names ---

  "names.derive": (given) => ({
    derived: names.derive(given.bytes("secret"), given.text("name"), given.number("length")),
  }),

  "names.of_public": (given) => {
    const key = given.bytes("public");
    return {
      fp: names.fingerprint(key),
      kid: names.keyId(key),
      access_hash: names.accessHash(key),
      keeper_id: names.keeperId(key),
    };
  },

  "names.keeper_set": (given) => ({ keeper_set: names.keeperSet(given.bytesList("keeper_ids")) }),

  "names.origin_hash": (given) => ({ origin_hash: names.originHash(given.text("origin")) }),

  "names.mailbox_id": (given) => {
    const role = given.number("role") as names.Role;
    return { mailbox_id: names.mailboxId(given.bytes("engagement_id"), role, given.bytes("fp")) };
  },

  "names.envelope_id": (given) => ({
    envelope_id: names.envelopeId(
      given.number("envelope_class"),
      given.bytes("content_id"),
      given.bytes("recipient_fp"),
      given.number("expires_at"),
    ),
  }),

  "names.day_of": (given) => ({ day: names.dayOf(given.number("expires_at")) }),

  // --- envelope, locks, sealing ---

  "envelope.parse_envelope": (given) => {
    const parsed = envelope.parseEnvelope(given.bytes("raw"));
    const { header } = parsed;
    return {
      class: header.envelopeClass,
      mailbox_id: header.mailboxId,
      envelope_id: header.envelopeId,
      policy_tag: header.policyTag,
      expires_at: header.expiresAt,
      body_bytes: header.bodyBytes,
      header_hash: parsed.headerHash,
      transcript: envelope.transcript(parsed),
      locks: parsed.locks.map((one) => ({
        type: one.type,
        key_id: one.keyId,
        period: one.period,
      })),
    };
  },

  "locks.open_reader_lock": (given) => {
    const key = suite.OpenKey.fromSeed(given.bytes("reading_seed"));
    const lock = locks.parseLock(given.bytes("record"));
    return { share: locks.openReaderLock(lock, key, given.bytes("header_hash")) };
  },

  "locks.open_keeper_lock": (given) => {
    const key = keeperWire.dayOpenKey(given.bytes("day_seed"));
    const lock = locks.parseLock(given.bytes("record"));
    const payload = locks.openKeeperLock(lock, key, given.bytes("header_hash"));
    return {
      share: payload.share,
      reader_hash: payload.readerHash,
      revoker_hash: payload.revokerHash,
      not_before: payload.notBefore,
      expires_at: payload.expiresAt,
    };
  },

  "locks.link": (given) => {
    const secret = given.bytes("link_secret");
    const record = locks.linkLock(secret);
    return {
      link_id: locks.linkId(secret),
      record,
      share: locks.linkShare(locks.parseLock(record), secret, given.bytes("header_hash")),
      access_public: locks.linkAccessKey(secret).public,
    };
  },

  "sealing.open_envelope": async (given) => {
    const expected = {
      revokerAccessHash: given.bytes("revoker_access_hash"),
      signers: given.bytesList("signers"),
      myFp: given.bytes("my_fp"),
      now: given.number("now"),
    };
    const grants = given.list<GrantFields>("grants").map(grant);
    const key = suite.OpenKey.fromSeed(given.bytes("reading_seed"));
    const parsed = envelope.parseEnvelope(given.bytes("raw"));
    const share = sealing.openReaderShare(parsed, key);
    const opened = await sealing.openEnvelope(parsed, share, grants, expected);
    return { content_id: opened.contentId, frame: content.encodeContent(opened.content) };
  },

  "sealing.open_resealed": async (given) => {
    const promisedAt = given.optionalNumber("promised_at");
    const expected = {
      signers: given.bytesList("signers"),
      myFp: given.bytes("my_fp"),
      formerFps: given.bytesList("former_fps"),
      ...(promisedAt === undefined ? {} : { promisedAt }),
    };
    const shares = given.bytesList("keeper_shares");
    const key = suite.OpenKey.fromSeed(given.bytes("reading_seed"));
    const parsed = envelope.parseEnvelope(given.bytes("raw"));
    const share = sealing.openReaderShare(parsed, key);
    const [part] = await sealing.openParts(parsed, share, shares);
    const opened = sealing.checkContent(parsed, part as sealing.Part, expected);
    return { content_id: opened.contentId, class_of_origin: opened.classOfOrigin };
  },

  "sealing.open_link": async (given) => {
    const secret = given.bytes("link_secret");
    const shares = given.bytesList("keeper_shares");
    const parsed = envelope.parseEnvelope(given.bytes("raw"));
    const share = locks.linkShare(parsed.locks[0] as locks.Lock, secret, parsed.headerHash);
    return { parts: await sealing.openParts(parsed, share, shares) };
  },

  // --- content, blob ---

  "content.parse_content": (given) => {
    const frame = given.bytes("frame");
    const classOfOrigin = given.number("class_of_origin");
    const parsed = content.parseContent(frame);
    checkReported(parsed, frame);
    return {
      content_id: content.contentId(classOfOrigin, frame),
      kind: parsed.kind,
      writer: parsed.writer,
      count: parsed.count,
      created_at: parsed.createdAt,
      expires_at: parsed.expiresAt,
      sender_fp: parsed.senderFp,
      recipients: parsed.recipients.map((one) => one.fp),
      attachments: parsed.attachments.map((one) => ({
        blob_id: one.blobId,
        ...content.file(parsed, one),
      })),
      subject: content.subject(parsed),
      text: content.text(parsed),
    };
  },

  "content.days_after_opening": (given) => {
    const parsed = content.parseContent(given.bytes("frame"));
    checkReported(parsed, given.bytes("frame"));
    return { days: content.daysAfterOpening(parsed) };
  },

  "content.date_after_opening": (given) => ({
    date: content.dateAfterOpening(given.number("opened_at"), given.number("days")),
  }),

  "content.parse_door_facts": (given) => {
    const facts = content.parseDoorFacts(given.bytes("fixed"));
    return {
      grade: facts.grade,
      tls: facts.tls,
      received_at: facts.receivedAt,
      peer: facts.peer,
      greeting: facts.greeting,
      reverse_path: facts.reversePath,
      recipient: facts.recipient,
      head: facts.head,
    };
  },

  "blob.seal_blob": async (given) => {
    const blobId = given.bytes("blob_id");
    const blobKey = given.bytes("blob_key");
    const salt = given.bytes("salt");
    const sealer = new blob.BlobSealer(blobId, blobKey, given.number("expires_at"), salt);
    const pieces = [sealer.start, await sealer.update(given.bytes("plain"))];
    for await (const piece of sealer.finish()) {
      pieces.push(piece);
    }
    return { stored: concat(...pieces), record: blob.encodeAttachment(sealer.record(0)) };
  },

  "blob.open_blob": async (given) => {
    const stored = given.bytes("stored");
    const pieceBytes = given.number("piece_bytes");
    const opener = new blob.BlobOpener(attachment(given.bytes("record")));
    const pieces: Bytes[] = [];
    for (let at = 0; at < stored.length; at += pieceBytes) {
      pieces.push(await opener.update(stored.slice(at, at + pieceBytes)));
    }
    return { plain: concat(...pieces, await opener.finish()) };
  },

  "blob.open_chunk": async (given) => {
    const start = given.bytes("start");
    const index = given.number("index");
    const chunk = given.bytes("chunk");
    const opener = blob.chunkOpener(attachment(given.bytes("record")), start);
    return { plain: await opener.openChunk(index, chunk) };
  },

  // --- statement, acts, policy, spoken ---

  "statement.verify_chain": (given) => {
    const later = given.bytesList("later");
    const pinned = statement.parseStatement(given.bytes("pinned"));
    statement.verifyStatement(pinned);
    const newest = statement.verifyChain(pinned, later.map(statement.parseStatement));
    return {
      number: newest.card.number,
      hash: statement.statementHash(newest.raw),
      fp: statement.statementFp(newest),
    };
  },

  "statement.choose_reading_key": (given) => {
    const { card } = statement.parseStatement(given.bytes("raw"));
    const chosen = statement.chooseReadingKey(card, given.number("now"));
    return { epoch: chosen.epoch, key_id: statement.readingKeyId(chosen) };
  },

  "statement.blind": (given) => ({
    blind: statement.blind(given.bytes("identity_seed"), given.number("number")),
  }),

  "acts.verify_act": (given) => {
    const publics = { coach: given.bytes("coach_public"), client: given.bytes("client_public") };
    const act = acts.parseAct(given.bytes("raw"));
    acts.verifyAct(act, publics);
    return {
      kind: act.core.kind,
      number: act.core.number,
      date: act.core.date,
      second_date: act.core.secondDate,
      envelope_ids: act.core.envelopeIds,
      hash: acts.actHash(act.core),
    };
  },

  "acts.check_order": (given) => {
    let previous: acts.ActCore | null = null;
    for (const raw of given.bytesList("chain")) {
      const { core } = acts.parseAct(raw);
      acts.checkOrder(previous, core);
      previous = core;
    }
    return {};
  },

  "policy.parse_policy": (given) => {
    const frame = given.bytes("frame");
    const instant = given.number("instant");
    const parsed = policy.parsePolicy(frame);
    return {
      hash: policy.policyHash(frame),
      tag: policy.policyTag(frame),
      hold_ends_at: policy.holdEndsAt(parsed),
      latest: policy.latest(parsed, instant),
      default_expires_at: policy.defaultExpiresAt(parsed, instant),
      author_may_recall: parsed.authorMayRecall,
      read_marks: parsed.readMarks,
      refused_domains: parsed.refusedDomains,
      sponsor_name: parsed.sponsorName,
    };
  },

  "policy.allows": (given) => {
    const parsed = policy.parsePolicy(given.bytes("frame"));
    return { allowed: policy.allows(parsed, given.number("expires_at"), given.number("now")) };
  },

  "policy.agreement_hash": (given) => ({
    hash: policy.agreementHash(given.bytes("salt"), given.text("text")),
  }),

  "spoken.commit": (given) => ({
    commitment: spoken.commit(
      given.bytes("coach_public"),
      given.bytes("client_public"),
      given.bytes("coach_random"),
    ),
  }),

  "spoken.digits": (given) => {
    const coach = given.bytes("coach_public");
    const client = given.bytes("client_public");
    const coachRandom = given.bytes("coach_random");
    const clientRandom = given.bytes("client_random");
    spoken.checkCommitment(given.bytes("commitment"), coach, client, coachRandom);
    return { digits: spoken.digits(coach, client, coachRandom, clientRandom) };
  },

  "spoken.parse_result": (given) => {
    const result = spoken.parseResult(given.bytes("fixed"));
    return { agreed: result.agreed, coach_fp: result.coachFp, client_fp: result.clientFp };
  },

  // --- unlock, recovery, wordlist, vault ---

  "unlock.kdf_salt": (given) => ({
    salt: unlock.kdfSalt(given.text("name"), given.text("host"), given.bytes("server_salt")),
  }),

  "unlock.normalise_password": (given) => ({
    utf8: unlock.normalisePassword(given.text("typed")),
  }),

  "unlock.password_keys": async (given) =>
    methodKeys(await unlock.passwordKeys(given.bytes("secret"), given.bytes("salt"))),

  "unlock.passkey": (given) => ({
    input: unlock.passkeyInput(given.text("origin")),
    method_id: unlock.passkeyMethodId(given.bytes("credential_id")),
  }),

  "unlock.device_keys": (given) => methodKeys(unlock.deviceKeys(given.bytes("secret"))),

  "unlock.account_keys": (given) => {
    const found = unlock.accountKeys(given.bytes("account_key"));
    return {
      vault_key: found.vaultKey,
      access_public: found.access.public,
      index_base: found.indexBase,
    };
  },

  "unlock.unwrap_account_key": (given) => {
    const method = {
      methodId: given.bytes("method_id"),
      kdf: given.number("kdf"),
      serverSalt: given.bytes("server_salt"),
    };
    const wrapKey = given.bytes("wrap_key");
    const accountId = given.bytes("account_id");
    const wrapped = given.bytes("wrapped");
    return { account_key: unlock.unwrapAccountKey(wrapped, wrapKey, accountId, method) };
  },

  "unlock.verify_login": (given) => {
    const login = {
      originHash: given.bytes("origin_hash"),
      accountId: given.bytes("account_id"),
      methodId: given.bytes("method_id"),
      challenge: given.bytes("challenge"),
      clientNonce: given.bytes("client_nonce"),
    };
    unlock.verifyLogin(login, given.bytes("login_public"), given.bytes("signature"));
    return {};
  },

  "recovery.sheet": (given) => {
    const digits = recovery.sheetDigits(given.bytes("random"));
    return { digits, printed: recovery.printSheet(digits) };
  },

  "recovery.read_sheet": (given) => ({ digits: recovery.readSheet(given.text("typed")) }),

  "wordlist.offered_password": (given) => {
    const words = wordlist.readWords(readFileSync(WORDS, "utf8"));
    return { password: wordlist.offeredPassword(words, given.bytes("random")) };
  },

  "vault.open_item": (given) => {
    const { vaultKey } = unlock.accountKeys(given.bytes("account_key"));
    const accountId = given.bytes("account_id");
    const version = given.number("version");
    const sealed = given.bytes("sealed_box");
    return { plain: vault.openItem(vaultKey, accountId, given.text("name"), version, sealed) };
  },

  "vault.parse_identity": (given) => ({ seed: vault.parseIdentity(given.bytes("plain")) }),

  "vault.parse_reading": (given) => ({
    epochs: vault.parseReading(given.bytes("plain")).map((one) => one.epoch),
  }),

  "vault.parse_relay": (given) => pinned(vault.parseRelay(given.bytes("plain"))),

  "vault.parse_card": (given) => ({ statement: vault.parseOwnCard(given.bytes("plain")) }),

  "vault.parse_engagement": (given) => {
    const item = vault.parseEngagement(given.bytes("plain"));
    return {
      my_role: item.myRole,
      active: item.active,
      engagement_id: item.engagementId,
      their_mailbox_id: item.theirMailboxId,
      my_name: item.myName,
      their_name: item.theirName,
      plain: vault.encodeEngagement(item),
    };
  },

  "vault.parse_standing": (given) => {
    const { theirStatement, policy, act } = vault.parseStanding(given.bytes("plain"));
    return { their_statement: theirStatement, policy, act };
  },

  "browsers.parse_browsers": (given) => {
    const found = parseBrowsers(given.bytes("plain"));
    return {
      method_ids: found.map(({ methodId }) => methodId),
      used_on: found.map(({ usedOn }) => usedOn),
    };
  },

  "settings.parse_settings": (given) => {
    const found = parseSettings(given.bytes("plain"));
    assert.deepEqual(encodeSettings(found), given.bytes("plain"));
    return { language: found.language };
  },

  "vault.parse_writers": (given) => ({
    counts: vault.parseWriters(given.bytes("plain")).map((mark) => mark.count),
  }),

  "vault.open_manifest": (given) => {
    const accountId = given.bytes("account_id");
    const identity = given.bytes("identity_public");
    const manifest = vault.openManifest(given.bytes("plain"), accountId, identity);
    return { counter: manifest.counter, names: manifest.entries.map((entry) => entry.name) };
  },

  // --- invitation ---

  "invitation.keys": (given) => {
    const found = invitation.invitationKeys(given.bytes("secret"));
    return {
      invite_id: found.inviteId,
      box_key: found.boxKey,
      acceptance_key: found.acceptanceKey,
      redemption_public: found.redemption.public,
    };
  },

  "invitation.parse_link": (given) => ({ ...invitation.parseLink(given.text("link")) }),

  "invitation.open_client": (given) => {
    const keys = invitation.invitationKeys(given.bytes("secret"));
    const sealed = given.bytes("sealed_box");
    const found = invitation.openClientInvitation(keys, sealed, given.number("expires_at"));
    return {
      engagement_id: found.engagementId,
      coach_mailbox_id: found.coachMailboxId,
      ...pinned(found.pins),
      policy: found.policy,
      shown: found.shown,
    };
  },

  "invitation.open_coach": (given) => {
    const keys = invitation.invitationKeys(given.bytes("secret"));
    const sealed = given.bytes("sealed_box");
    const found = invitation.openCoachInvitation(keys, sealed, given.number("expires_at"));
    return { ...pinned(found.pins), shown: found.shown };
  },

  "invitation.open_acceptance": (given) => {
    const keys = invitation.invitationKeys(given.bytes("secret"));
    const sealed = given.bytes("sealed_box");
    const found = invitation.openAcceptance(keys, sealed, given.bytes("invitation_box"));
    return { client_statement: found.clientStatement, act: found.act, shown: found.shown };
  },

  "invitation.verify_redemption": (given) => {
    const keys = invitation.invitationKeys(given.bytes("secret"));
    const signature = given.bytes("signature");
    invitation.verifyRedemption(keys.redemption.public, signature, given.bytes("body"));
    return {};
  },

  // --- keeper ---

  "keeper_wire.day": (given) => {
    const seed = given.bytes("seed");
    return {
      public: keeperWire.dayOpenKey(seed).public,
      day_share: keeperWire.dayShare(seed, given.bytes("access_public")),
    };
  },

  "keeper_wire.open_day_key": (given) => {
    const keeperId = given.bytes("keeper_id");
    const keeper = given.bytes("keeper_public");
    const found = keeperWire.openDayKey(given.bytes("raw"), keeperId, keeper);
    return { day: found.day, public: found.public };
  },

  "keeper_wire.parse_open_request": (given) => {
    const request = keeperWire.parseOpenRequest(given.bytes("raw"), given.bytes("keeper_id"));
    return {
      access_public: request.accessPublic,
      asked_at: request.askedAt,
      header_hashes: request.items.map((ask) => ask.headerHash),
      days: request.days,
    };
  },

  "keeper_wire.open_answer": (given) => {
    const raw = given.bytes("raw");
    const request = given.bytes("request");
    const keeper = given.bytes("keeper_public");
    const parsed = keeperWire.parseOpenRequest(request, given.bytes("keeper_id"));
    const replyKey = suite.OpenKey.fromSeed(given.bytes("reply_seed"));
    const answer = keeperWire.openAnswer(raw, parsed, request, keeper, replyKey);
    return {
      grants: answer.grants.map((one) => ({
        status: one.status,
        share: one.share,
        revoker_hash: one.revokerHash,
        not_before: one.notBefore,
        expires_at: one.expiresAt,
      })),
      days: answer.days,
    };
  },

  "keeper_wire.parse_revoke": (given) => {
    const found = keeperWire.parseRevoke(given.bytes("raw"), given.bytes("keeper_id"));
    return {
      access_public: found.accessPublic,
      header_hash: found.headerHash,
      refusal_hash: keeperWire.refusalHash(found.headerHash, found.lock.record),
    };
  },

  "keeper_wire.verify_revoked": (given) => {
    const request = given.bytes("request");
    keeperWire.verifyRevoked(given.bytes("answer"), request, given.bytes("keeper_public"));
    return {};
  },
};

function attachment(raw: Bytes): blob.Attachment {
  const reader = new Reader(raw);
  const record = blob.readAttachment(reader);
  reader.finish();
  return record;
}

function methodKeys(found: unlock.MethodKeys): Outputs {
  return { login_public: found.login.public, wrap_key: found.wrapKey };
}

function pinned(pins: Pins): Outputs {
  return { door_public: pins.doorPublic, keeper_set: pinnedKeeperSet(pins) };
}
