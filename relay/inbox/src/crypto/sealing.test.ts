/** What an envelope must be: opened by its reader with its keepers, whole, in time, and by nobody otherwise. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Content, ContentKind, encodeContent } from "./content.ts";
import { type Bytes, concat, same } from "./encoding.ts";
import {
  type Envelope,
  EnvelopeClass,
  HEADER_BYTES,
  keeperLocks,
  parseEnvelope,
} from "./envelope.ts";
import { KeysError, Malformed, Refused } from "./errors.ts";
import { dayOpenKey, type Grant, Status } from "./keeper_wire.ts";
import * as locks from "./locks.ts";
import { accessHash, fingerprint, keyId, ZERO_HASH } from "./names.ts";
import * as sealing from "./sealing.ts";
import { counting } from "./sources.testing.ts";
import { OpenKey, SignKey } from "./suite.ts";

const EXPIRES_AT = 1_800_000_000;
const random = counting(1);
const coach = SignKey.fromSeed(random(32));
const client = SignKey.fromSeed(random(32));
const coachAccess = SignKey.fromSeed(random(32));
const clientAccess = SignKey.fromSeed(random(32));
const reading = OpenKey.fromSeed(random(32));
const dayKeys = [dayOpenKey(random(32)), dayOpenKey(random(32))];
const policyHash = random(32);

const content: Content = {
  kind: ContentKind.MESSAGE,
  nonce: random(16),
  threadId: random(16),
  writer: 7,
  count: 1,
  previousId: ZERO_HASH,
  createdAt: EXPIRES_AT - 1000,
  expiresAt: EXPIRES_AT,
  policyHash,
  senderFp: fingerprint(coach.public),
  checkpointHash: ZERO_HASH,
  vaultCounter: 3,
  senderStatementHash: random(32),
  recipients: [{ fp: fingerprint(client.public), statementHash: random(32) }],
  attachments: [],
  fixed: new Uint8Array(0),
  shown: { subject: "Tuesday", text: "Shall we meet at nine?" },
};

const to: sealing.Addressing = {
  envelopeClass: EnvelopeClass.MESSAGE,
  mailboxId: random(16),
  policyTag: policyHash.slice(0, 16),
  expiresAt: EXPIRES_AT,
  recipientFp: fingerprint(client.public),
  target: { sealKey: reading.sealKey(), epoch: 4 },
  readerAccess: clientAccess.public,
  revokerAccess: coachAccess.public,
  notBefore: 0,
};

function seal(addressing = to, keepers = dayKeys.slice(0, 1), of = content): Promise<Bytes> {
  const part = sealing.signContent(encodeContent(of), addressing.envelopeClass, coach);
  return sealing.sealEnvelope(
    addressing,
    [part],
    keepers.map((key) => key.sealKey()),
    random,
  );
}

/** What honest keepers answer: each opens the lock under its own key id. */
function grantsOf(envelope: Envelope): Grant[] {
  return keeperLocks(envelope).map((lock) => {
    const keeper = dayKeys.find((key) => same(keyId(key.public), lock.keyId)) ?? reading;
    const payload = locks.openKeeperLock(lock, keeper, envelope.headerHash);
    return { status: Status.HERE, ...payload };
  });
}

const expected = {
  revokerAccessHash: accessHash(coachAccess.public),
  signers: [coach.public, client.public],
  myFp: fingerprint(client.public),
  now: EXPIRES_AT - 1,
};

async function open(raw: Bytes, change: Partial<typeof expected> = {}): Promise<sealing.Opened> {
  const envelope = parseEnvelope(raw);
  const share = sealing.openReaderShare(envelope, reading);
  return sealing.openEnvelope(envelope, share, grantsOf(envelope), { ...expected, ...change });
}

async function refused(attempt: () => Promise<unknown>): Promise<void> {
  await assert.rejects(attempt, (error) => error instanceof KeysError);
}

function refusedFor(reason: string): (error: unknown) => boolean {
  return (error) => error instanceof Refused && error.reason === reason;
}

test("an envelope with one keeper or two opens to the content that was signed, and has the stated size", async () => {
  for (const [keepers, sizeBytes] of [
    [1, 72 + 1184 + 1264 + 24 + 32 + 1024 + 16],
    [2, 72 + 1184 + 2 * 1264 + 24 + 32 + 1024 + 16],
  ] as const) {
    const raw = await seal(to, dayKeys.slice(0, keepers));
    assert.equal(raw.length, sizeBytes);
    const opened = await open(raw);
    assert.deepEqual(opened.content, content);
    assert.equal(opened.classOfOrigin, EnvelopeClass.MESSAGE);
  }
});

test("every change of one bit in header and lock heads is refused, and a sample of all others", async () => {
  const raw = await seal();
  const heads = [HEADER_BYTES, HEADER_BYTES + locks.READER_LOCK_BYTES];
  const inHeads = (byte: number) =>
    byte < HEADER_BYTES || heads.some((at) => byte >= at && byte < at + locks.LOCK_HEAD_BYTES);
  let changes = 0;
  for (let bit = 0; bit < raw.length * 8; bit++) {
    if (inHeads(bit >> 3) || bit % 53 === 0) {
      const changed = raw.slice();
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
      await refused(() => open(changed));
      changes += 1;
    }
  }
  assert.ok(changes > 1200);
});

test("every truncation is refused, and so is a byte that follows", async () => {
  const raw = await seal();
  for (let length = 0; length < raw.length; length++) {
    assert.throws(() => parseEnvelope(raw.slice(0, length)), Malformed);
  }
  assert.throws(() => parseEnvelope(concat(raw, new Uint8Array(1))), Malformed);
});

test("a body cut at a chunk with a header that agrees is refused by the locks", async () => {
  const long = { ...content, shown: { text: "word ".repeat(8000) } };
  const raw = await seal(to, dayKeys.slice(0, 1), long);
  assert.equal((await open(raw)).content.shown.text, long.shown.text);
  const shorter = await seal();
  const mixed = concat(shorter.slice(0, HEADER_BYTES), raw.slice(HEADER_BYTES, shorter.length));
  await refused(() => open(mixed));
});

test("it opens for its reader, its signer, its policy, its revoker and its time alone", async () => {
  const raw = await seal();
  const cases: [string, Partial<typeof expected>][] = [
    ["due", { now: EXPIRES_AT }],
    ["revoker", { revokerAccessHash: accessHash(clientAccess.public) }],
    ["signer", { signers: [client.public] }],
    ["recipient", { myFp: fingerprint(coachAccess.public) }],
    ["envelope-id", { myFp: fingerprint(coach.public) }],
  ];
  for (const [reason, change] of cases) {
    await assert.rejects(() => open(raw, change), refusedFor(reason));
  }
});

test("what a keeper withholds, a sender told otherwise, or an origin may not carry is refused by its name", async () => {
  const envelope = parseEnvelope(await seal());
  const [grant] = grantsOf(envelope);
  assert.ok(grant);
  const share = sealing.openReaderShare(envelope, reading);
  const cases: [string, Grant[]][] = [
    ["keeper", []],
    ["due", [{ ...grant, status: Status.GONE }]],
    ["not-yet", [{ ...grant, status: Status.NOT_YET }]],
    ["keeper", [{ ...grant, status: Status.REFUSED }]],
    ["expiry", [{ ...grant, expiresAt: EXPIRES_AT + 1 }]],
    ["not-yet", [{ ...grant, notBefore: EXPIRES_AT }]],
  ];
  for (const [reason, grants] of cases) {
    const attempt = async () => sealing.openEnvelope(envelope, share, grants, expected);
    await assert.rejects(attempt, refusedFor(reason));
  }
  const door = { ...to, envelopeClass: EnvelopeClass.DOOR };
  await assert.rejects(async () => open(await seal(door)), refusedFor("class"));
  const policyTag = random(16);
  await assert.rejects(async () => open(await seal({ ...to, policyTag })), refusedFor("policy"));
  const later = { ...content, expiresAt: EXPIRES_AT - 1 };
  await assert.rejects(async () => open(await seal(to, undefined, later)), refusedFor("expiry"));
});

test("an envelope of a link opens by the link's secret, and only in class 4 with two parts", async () => {
  const linkSecret = random(32);
  const linked = { ...to, envelopeClass: EnvelopeClass.RELEASE, target: { linkSecret } };
  const frame = encodeContent(content);
  const parts = [coach, client].map((signer) => sealing.signContent(frame, 4, signer));
  const keepers = [(dayKeys[0] as OpenKey).sealKey()];
  const envelope = parseEnvelope(await sealing.sealEnvelope(linked, parts, keepers, random));
  const [lock] = envelope.locks;
  assert.ok(lock);
  const share = locks.linkShare(lock, linkSecret, envelope.headerHash);
  const shares = grantsOf(envelope).map((grant) => grant.share);
  assert.deepEqual(await sealing.openParts(envelope, share, shares), parts);
  assert.throws(() => locks.linkShare(lock, random(32), envelope.headerHash), KeysError);
  await refused(async () => sealing.sealEnvelope(linked, parts.slice(1), keepers, random));
  const asMessage = { ...linked, envelopeClass: EnvelopeClass.MESSAGE };
  const raw = await sealing.sealEnvelope(asMessage, parts.slice(1), keepers, random);
  assert.throws(() => parseEnvelope(raw), Malformed);
});
