/** What this core writes, it reads back the same, and refuses when a bit of it is changed. */

import assert from "node:assert/strict";
import { test } from "node:test";
import * as acts from "./acts.ts";
import { BlobOpener, BlobSealer, encodeAttachment, readAttachment } from "./blob.ts";
import * as content from "./content.ts";
import { type Bytes, compare, Reader, textBytes } from "./encoding.ts";
import { BadSignature, KeysError, NotOpened, Refused } from "./errors.ts";
import * as invitation from "./invitation.ts";
import * as keeperWire from "./keeper_wire.ts";
import { parseLock, sealKeeperLock } from "./locks.ts";
import { fingerprint, keeperId, Role, ZERO_HASH, ZERO_ID } from "./names.ts";
import type { Pins } from "./pins.ts";
import * as policy from "./policy.ts";
import { counting } from "./sources.testing.ts";
import * as spoken from "./spoken.ts";
import * as statement from "./statement.ts";
import { H, OpenKey, SignKey } from "./suite.ts";
import * as unlock from "./unlock.ts";
import * as vault from "./vault.ts";

const NOW = 1_790_000_000;
const random = counting(21);
const coach = SignKey.fromSeed(random(32));
const client = SignKey.fromSeed(random(32));
const access = SignKey.fromSeed(random(32));
const keeper = SignKey.fromSeed(random(32));
const accountId = random(16);
const engagementId = random(16);

/** Every one of a few dozen changes of `raw`, spread over it, is refused. */
async function refuseChanges(raw: Bytes, read: (changed: Bytes) => unknown): Promise<void> {
  for (let at = 0; at < raw.length; at += Math.max(1, raw.length >> 5)) {
    const changed = raw.slice();
    changed[at] = (changed[at] as number) ^ (1 << (at & 7));
    await assert.rejects(
      async () => read(changed),
      (error) => error instanceof KeysError,
    );
  }
}

function cardOf(identity: SignKey, number = 1, previousHash = ZERO_HASH): statement.Card {
  const keys = [1, 2].map((epoch) => ({
    epoch,
    validFrom: NOW,
    validUntil: NOW + epoch * 86_400,
    public: OpenKey.fromSeed(random(32)).public,
  }));
  return {
    accountId,
    number,
    previousHash,
    issuedAt: NOW,
    identityPublic: identity.public,
    accessPublic: access.public,
    originHash: random(32),
    keeperSet: random(32),
    readingKeys: keys,
  };
}

const agreement = { salt: random(32), text: "We meet on Tuesdays." };
const terms: policy.Policy = {
  engagementId,
  number: 1,
  previousHash: ZERO_HASH,
  coachFp: fingerprint(coach.public),
  workEndsAt: 20_800 * 86_400,
  holdDays: 30,
  longestKeepDays: 90,
  agreementHash: policy.agreementHash(agreement.salt, agreement.text),
  authorMayRecall: true,
  readMarks: false,
  sponsorToldCalls: false,
  refusedDomains: ["harrow.example"],
  places: ["Bergen"],
  personalPhones: [],
  sponsorName: "",
  sponsorScope: "",
};
const frame = policy.encodePolicy(terms);
const policyHash = policy.policyHash(frame);
const inForce: acts.ActCore = {
  kind: acts.ActKind.POLICY,
  engagementId,
  policyHash,
  number: 1,
  previousHash: ZERO_HASH,
  issuedAt: NOW,
  date: 0,
  secondDate: 0,
  subject: policyHash,
  envelopeIds: [],
};
const pins: Pins = {
  relayPublic: coach.public,
  logPublic: client.public,
  doorPublic: access.public,
  noticePublic: keeper.public,
  keepers: [keeper, coach]
    .map((key) => ({ keeperId: keeperId(key.public), public: key.public }))
    .sort((one, other) => compare(one.keeperId, other.keeperId)),
};
const coachStatement = statement.signStatement(cardOf(coach), coach);

test("a chain of statements verifies over a change of identity, and not with a link left out", async () => {
  const first = statement.signStatement(cardOf(client), client);
  const next = cardOf(access, 2, statement.statementHash(first));
  const second = statement.signStatement(next, access, client);
  const [pinned, later] = [first, second].map(statement.parseStatement) as [
    statement.Statement,
    statement.Statement,
  ];
  assert.deepEqual(statement.verifyChain(pinned, [later]).card, next);
  const unsigned = statement.parseStatement(statement.signStatement(next, access));
  assert.throws(() => statement.verifyChain(pinned, [unsigned]), BadSignature);
  assert.throws(() => statement.verifyChain(later, [pinned]), Refused);
  await refuseChanges(second, (changed) =>
    statement.verifyChain(pinned, [statement.parseStatement(changed)]),
  );
  assert.equal(statement.chooseReadingKey(next, NOW).epoch, 1);
  assert.equal(statement.chooseReadingKey(next, NOW + 86_400).epoch, 2);
  assert.throws(() => statement.chooseReadingKey(next, NOW + 2 * 86_400), Refused);
});

test("a policy and the act of both that puts it in force read back; one signature is not enough", async () => {
  assert.deepEqual(policy.parsePolicy(frame), terms);
  const mine = acts.signAct(inForce, coach);
  const both = acts.signAct(inForce, client, mine);
  const publics = { coach: coach.public, client: client.public };
  const raw = acts.encodeAct(both);
  acts.verifyAct(acts.parseAct(raw), publics);
  assert.throws(() => acts.verifyAct(mine, publics), Refused);
  await refuseChanges(raw, (changed) => acts.verifyAct(acts.parseAct(changed), publics));
  acts.checkOrder(null, inForce);
  const close = { ...inForce, kind: acts.ActKind.CLOSE, subject: ZERO_HASH, date: NOW, number: 2 };
  acts.checkOrder(inForce, { ...close, previousHash: acts.actHash(inForce) });
  assert.throws(() => acts.checkOrder(inForce, { ...close, previousHash: ZERO_HASH }), Refused);
});

test("an invitation opens by its link alone, and an acceptance for exactly its box", async () => {
  const link: invitation.Link = {
    origin: "https://inbox.harrow.example",
    kind: invitation.CLIENT,
    secret: random(32),
  };
  assert.deepEqual(invitation.parseLink(invitation.linkText(link)), link);
  const keys = invitation.invitationKeys(link.secret);
  const offered: invitation.ClientInvitation = {
    engagementId,
    coachMailboxId: random(16),
    pins,
    agreementSalt: agreement.salt,
    blind: random(32),
    coachStatement,
    policy: frame,
    act: acts.encodeAct(acts.signAct(inForce, coach)),
    shown: { coach_name: "Anna Lind", agreement: agreement.text },
  };
  const box = invitation.sealClientInvitation(keys, offered, NOW, random(24));
  assert.deepEqual(invitation.openClientInvitation(keys, box, NOW), offered);
  await refuseChanges(box, (changed) => invitation.openClientInvitation(keys, changed, NOW));
  assert.throws(() => invitation.openClientInvitation(keys, box, NOW + 1), NotOpened);
  assert.throws(() => invitation.openCoachInvitation(keys, box, NOW), NotOpened);
  const accepted: invitation.Acceptance = {
    blind: random(32),
    clientStatement: statement.signStatement(cardOf(client), client),
    act: acts.encodeAct(acts.signAct(inForce, client, acts.signAct(inForce, coach))),
    shown: { name: "Maya" },
  };
  const answer = invitation.sealAcceptance(keys, accepted, box, client, random(24));
  assert.deepEqual(invitation.openAcceptance(keys, answer, box), accepted);
  assert.throws(() => invitation.openAcceptance(keys, answer, answer), BadSignature);
  const body = textBytes("{}");
  const signature = invitation.signRedemption(keys, body);
  invitation.verifyRedemption(keys.redemption.public, signature, body);
});

test("an invitation whose agreement is not the one that the policy names is refused", () => {
  const keys = invitation.invitationKeys(random(32));
  const offered = {
    engagementId,
    coachMailboxId: random(16),
    pins,
    agreementSalt: agreement.salt,
    blind: random(32),
    coachStatement,
    policy: frame,
    act: acts.encodeAct(acts.signAct(inForce, coach)),
    shown: { agreement: "We meet on Mondays." },
  };
  const box = invitation.sealClientInvitation(keys, offered, NOW, random(24));
  assert.throws(() => invitation.openClientInvitation(keys, box, NOW), KeysError);
});

test("a coach's invitation opens as such", () => {
  const keys = invitation.invitationKeys(random(32));
  const offered = { pins, shown: { relay_name: "Harrow", coach_name: "Anna Lind" } };
  const box = invitation.sealCoachInvitation(keys, offered, NOW, random(24));
  assert.deepEqual(invitation.openCoachInvitation(keys, box, NOW), offered);
});

test("a keeper's answer opens for its request and one-time key alone", async () => {
  const day = keeperWire.dayOpenKey(random(32));
  const id = keeperId(keeper.public);
  const signedDay = keeperWire.signDayKey(
    { keeperId: id, day: 20_700, public: day.public },
    keeper,
  );
  assert.equal(keeperWire.openDayKey(signedDay, id, keeper.public).day, 20_700);
  await refuseChanges(signedDay, (changed) => keeperWire.openDayKey(changed, id, keeper.public));
  const hashes = { readerHash: random(32), revokerHash: random(32) };
  const payload = { share: random(32), ...hashes, notBefore: 0, expiresAt: NOW };
  const headerHash = random(32);
  const lock = parseLock(sealKeeperLock(payload, day.sealKey(), headerHash, random));
  const reply = OpenKey.fromSeed(random(32));
  const from = { keeperId: id, accessPublic: access.public, askedAt: NOW, nonce: random(16) };
  const request: keeperWire.OpenRequest = {
    ...from,
    replyPublic: reply.public,
    items: [{ headerHash, lock }],
    days: [20_700, 20_701],
  };
  const raw = keeperWire.signOpenRequest(request, access);
  assert.deepEqual(keeperWire.parseOpenRequest(raw, id), request);
  await refuseChanges(raw, (changed) => keeperWire.parseOpenRequest(changed, id));
  const grant = { status: 1, share: payload.share, revokerHash: hashes.revokerHash } as const;
  const answer: keeperWire.Answer = {
    grants: [{ ...grant, notBefore: 0, expiresAt: NOW }],
    days: [
      { status: keeperWire.Status.HERE, share: random(32) },
      { status: keeperWire.Status.GONE, share: ZERO_HASH },
    ],
  };
  const sealed = keeperWire.sealAnswer(answer, request, raw, keeper, random);
  const open = (of: Bytes, to = raw, key = reply) =>
    keeperWire.openAnswer(of, request, to, keeper.public, key);
  assert.deepEqual(open(sealed), answer);
  await refuseChanges(sealed, (changed) => open(changed));
  const another = keeperWire.signOpenRequest({ ...request, nonce: random(16) }, access);
  assert.throws(() => open(sealed, another), BadSignature);
  assert.throws(() => open(sealed, raw, OpenKey.fromSeed(random(32))), NotOpened);
  const revoke = { ...from, headerHash, lock };
  const rawRevoke = keeperWire.signRevoke(revoke, access);
  assert.deepEqual(keeperWire.parseRevoke(rawRevoke, id), revoke);
  const confirmed = keeperWire.signRevoked(rawRevoke, keeper);
  keeperWire.verifyRevoked(confirmed, rawRevoke, keeper.public);
  assert.throws(() => keeperWire.verifyRevoked(confirmed, raw, keeper.public), BadSignature);
});

test("the account key unwraps by its method alone, and what is in the vault by owner, name and version", () => {
  const accountKey = random(32);
  const { login, wrapKey } = unlock.deviceKeys(random(32));
  const method = { methodId: random(16), kdf: unlock.KDF_DEVICE, serverSalt: new Uint8Array(16) };
  const wrapped = unlock.wrapAccountKey(accountKey, wrapKey, accountId, method, random(24));
  assert.equal(wrapped.length, unlock.WRAPPED_BYTES);
  const unwrap = (of: unlock.Method) => unlock.unwrapAccountKey(wrapped, wrapKey, accountId, of);
  assert.deepEqual(unwrap(method), accountKey);
  assert.throws(() => unwrap({ ...method, methodId: random(16) }), NotOpened);
  const ids = { originHash: random(32), accountId, methodId: method.methodId };
  const attempt = { ...ids, challenge: random(32), clientNonce: random(32) };
  unlock.verifyLogin(attempt, login.public, unlock.signLogin(attempt, login));
  const { vaultKey } = unlock.accountKeys(accountKey);
  const plain = vault.encodeIdentity(random(32));
  const box = vault.sealItem(vaultKey, accountId, "identity", 3, plain, random(24));
  assert.deepEqual(vault.openItem(vaultKey, accountId, "identity", 3, box), plain);
  assert.throws(() => vault.openItem(vaultKey, accountId, "identity", 2, box), NotOpened);
  assert.throws(() => vault.openItem(vaultKey, accountId, "card", 3, box), NotOpened);
  const manifest = { counter: 4, entries: [{ name: "identity", version: 3, boxHash: H(box) }] };
  const signed = vault.signManifest(manifest, accountId, client);
  const read = vault.openManifest(signed, accountId, client.public);
  assert.deepEqual(read, manifest);
  vault.checkItem(read, "identity", 3, box);
  assert.throws(() => vault.checkItem(read, "identity", 4, box), Refused);
  assert.throws(() => vault.openManifest(signed, random(16), client.public), BadSignature);
});

test("each kind of vault item reads back", () => {
  const seed = random(32);
  assert.deepEqual(vault.parseIdentity(vault.encodeIdentity(seed)), seed);
  const seeds = [{ epoch: 1, validFrom: 1, validUntil: 2, seed }];
  assert.deepEqual(vault.parseReading(vault.encodeReading(seeds)), seeds);
  assert.deepEqual(vault.parseRelay(vault.encodeRelay(pins)), pins);
  assert.deepEqual(vault.parseOwnCard(vault.encodeOwnCard(coachStatement)), coachStatement);
  const marks = [2, 1].map((writer) => ({ fp: seed, writer, count: 2 ** 47, contentId: seed }));
  assert.deepEqual(vault.parseWriters(vault.encodeWriters(marks)), marks.reverse());
  const item: vault.EngagementItem = {
    myRole: Role.CLIENT,
    active: true,
    engagementId,
    myMailboxId: random(16),
    theirMailboxId: random(16),
    notesMailboxId: ZERO_ID,
    invitationSecret: ZERO_HASH,
    theirStatement: coachStatement,
    policy: frame,
    act: acts.encodeAct(acts.signAct(inForce, coach)),
    myName: "Maya",
    theirName: "Anna Lind",
  };
  const head = vault.parseEngagement(vault.encodeEngagement(item));
  assert.deepEqual({ ...head, ...vault.parseStanding(vault.encodeStanding(item)) }, item);
  assert.match(vault.engagementName(item), /^engagement\/[0-9a-f]{32}$/);
});

test("the fixed parts of contents read back", () => {
  const facts: content.DoorFacts = {
    grade: 1,
    tls: true,
    receivedAt: NOW,
    peer: random(16),
    greeting: "mx.example",
    reversePath: "maya@post.example",
    recipient: "k7@inbox.harrow.example",
    head: textBytes("Subject: Hello\r\n"),
  };
  assert.deepEqual(content.parseDoorFacts(content.encodeDoorFacts(facts)), facts);
  const result = { agreed: true, coachFp: random(32), clientFp: random(32) };
  assert.deepEqual(spoken.parseResult(spoken.encodeResult(result)), result);
  const blind = random(32);
  const notice = content.parseStatementNotice(content.statementNotice(blind, coachStatement));
  assert.deepEqual(notice.statement.raw, coachStatement);
  assert.deepEqual(notice.blind, blind);
});

test("a file comes back in pieces of any size, and not with a piece changed, missing or too many", async () => {
  const file = random(50_000);
  const sealer = new BlobSealer(random(32), random(32), NOW, random(24));
  const stored = [sealer.start, await sealer.update(file)];
  for await (const piece of sealer.finish()) {
    stored.push(piece);
  }
  const whole = new Uint8Array(await new Blob(stored).arrayBuffer());
  const record = readAttachment(new Reader(encodeAttachment(sealer.record(0))));
  assert.equal(whole.length, record.storedBytes);
  const open = async (bytes: Bytes, stepBytes: number) => {
    const opener = new BlobOpener(record);
    const pieces: Bytes[] = [];
    for (let at = 0; at < bytes.length; at += stepBytes) {
      pieces.push(await opener.update(bytes.slice(at, at + stepBytes)));
    }
    pieces.push(await opener.finish());
    return new Uint8Array(await new Blob(pieces).arrayBuffer());
  };
  for (const stepBytes of [100, 16_400, 1 << 20]) {
    assert.deepEqual(await open(whole, stepBytes), file);
  }
  await refuseChanges(whole, (changed) => open(changed, 20_000));
  await assert.rejects(open(whole.slice(0, -1), 20_000), NotOpened);
  await assert.rejects(open(new Uint8Array([...whole, 0]), 20_000), NotOpened);
});
