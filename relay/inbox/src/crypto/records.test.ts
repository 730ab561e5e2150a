/** What this side writes of what is signed for the record: it reads back, and keeps the limits that reading has. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { type ActCore, ActKind, encodeAct, signAct } from "./acts.ts";
import { encodeCall, parseCall } from "./call.ts";
import { type Content, ContentKind, encodeContent, parseContent } from "./content.ts";
import { toBase64url } from "./encoding.ts";
import { EnvelopeClass, keeperLocks, parseEnvelope } from "./envelope.ts";
import { KeysError, Malformed, Refused } from "./errors.ts";
import type { JsonObject } from "./json.ts";
import { dayOpenKey, Status } from "./keeper_wire.ts";
import { openKeeperLock } from "./locks.ts";
import * as log from "./log.ts";
import { accessHash, DAY_SECONDS, fingerprint, ZERO_HASH } from "./names.ts";
import { agreementHash, encodePolicy, type Policy, policyHash } from "./policy.ts";
import { declinedShown, isDeclined, proposalShown, readProposal } from "./proposal.ts";
import { encodeReceiptFile, parseReceiptFile, type ReceiptFile } from "./receipt_file.ts";
import { openResealed, reseal, resealedId } from "./resealing.ts";
import { openReaderShare, type Part, signContent } from "./sealing.ts";
import { counting } from "./sources.testing.ts";
import { OpenKey, SignKey } from "./suite.ts";

const EXPIRES_AT = 1_800_000_000;
const LATER = EXPIRES_AT + 90 * DAY_SECONDS;
const random = counting(2);
const coach = SignKey.fromSeed(random(32));
const client = SignKey.fromSeed(random(32));
const coachAccess = SignKey.fromSeed(random(32));
const clientAccess = SignKey.fromSeed(random(32));
const reading = OpenKey.fromSeed(random(32));
const day = dayOpenKey(random(32));
const salt = random(32);
const engagementId = random(16);

const policy: Policy = {
  engagementId,
  number: 1,
  previousHash: ZERO_HASH,
  coachFp: fingerprint(coach.public),
  workEndsAt: 20_800 * DAY_SECONDS,
  holdDays: 28,
  longestKeepDays: 0,
  agreementHash: agreementHash(salt, "Six talks."),
  authorMayRecall: true,
  readMarks: false,
  sponsorToldCalls: false,
  refusedDomains: [],
  places: [],
  personalPhones: [],
  sponsorName: "",
  sponsorScope: "",
};
const named = policyHash(encodePolicy(policy));
const core: ActCore = {
  kind: ActKind.POLICY,
  engagementId,
  policyHash: named,
  number: 1,
  previousHash: ZERO_HASH,
  issuedAt: EXPIRES_AT - 2000,
  date: 0,
  secondDate: 0,
  subject: named,
  envelopeIds: [],
};

const message: Content = {
  kind: ContentKind.MESSAGE,
  nonce: random(16),
  threadId: random(16),
  writer: 7,
  count: 1,
  previousId: ZERO_HASH,
  createdAt: EXPIRES_AT - 1000,
  expiresAt: EXPIRES_AT,
  policyHash: named,
  senderFp: fingerprint(coach.public),
  checkpointHash: ZERO_HASH,
  vaultCounter: 3,
  senderStatementHash: random(32),
  recipients: [{ fp: fingerprint(client.public), statementHash: random(32) }],
  attachments: [],
  fixed: new Uint8Array(0),
  shown: { text: "Shall we meet at nine?" },
};
const part = signContent(encodeContent(message), EnvelopeClass.MESSAGE, coach);

function again(of: Part, expiresAt: number) {
  const to = {
    mailboxId: random(16),
    expiresAt,
    recipientFp: fingerprint(client.public),
    target: { sealKey: reading.sealKey(), epoch: 4 },
    readerAccess: clientAccess.public,
    revokerAccess: coachAccess.public,
    notBefore: 0,
  };
  return reseal(to, of, [day.sealKey()], random);
}

async function open(raw: Awaited<ReturnType<typeof again>>) {
  const envelope = parseEnvelope(raw);
  const grants = keeperLocks(envelope).map((lock) => ({
    status: Status.HERE,
    ...openKeeperLock(lock, day, envelope.headerHash),
  }));
  return openResealed(envelope, openReaderShare(envelope, reading), grants, {
    parties: [coach.public, client.public],
    door: [],
    myFp: fingerprint(client.public),
    revokerAccessHash: accessHash(coachAccess.public),
    promisedAt: LATER,
    now: EXPIRES_AT - 1,
  });
}

test("a message under a later date opens as the same content, and under no date but the act's", async () => {
  const raw = await again(part, LATER);
  const { header } = parseEnvelope(raw);
  assert.equal(header.envelopeClass, EnvelopeClass.RESEALED);
  assert.deepEqual(header.policyTag, named.slice(0, 16));
  assert.deepEqual(header.envelopeId, resealedId(part, fingerprint(client.public), LATER));
  const opened = await open(raw);
  assert.deepEqual(opened.content, message);
  assert.equal(opened.classOfOrigin, EnvelopeClass.MESSAGE);
  for (const date of [LATER - 1, LATER + 1, EXPIRES_AT]) {
    const early = await again(part, date);
    await assert.rejects(
      () => open(early),
      (error) => error instanceof Refused && error.reason === "expiry",
    );
  }
  assert.throws(() => again({ ...part, content: random(300) }, LATER), Malformed);
});

test("a proposal reads back from its content, and neither policy, salt nor text can be exchanged", () => {
  const act = signAct(core, coach);
  const proposal = { act, policy, salt, agreement: "Six talks." };
  const fixed = encodeAct(act);
  const shown = proposalShown(proposal, "Shall we?");
  const content = { ...message, kind: ContentKind.AGREEMENT, fixed, shown };
  const read = parseContent(encodeContent(content));
  assert.deepEqual(readProposal(read.fixed, read.shown), proposal);
  const other = toBase64url(encodePolicy({ ...policy, holdDays: 3_650 }));
  const changes: JsonObject[] = [
    { policy: other },
    { salt: "A".repeat(43) },
    { agreement: "Nine talks." },
  ];
  for (const change of changes) {
    assert.throws(() => readProposal(fixed, { ...shown, ...change }), Refused);
  }
  const answer = declinedShown("Not now.");
  assert.ok(isDeclined(answer) && !isDeclined(shown));
  assert.deepEqual(parseContent(encodeContent({ ...content, shown: answer })).shown, answer);
  assert.throws(() => readProposal(fixed, answer), Malformed);
});

test("long texts are not written", () => {
  const fixed = encodeAct(signAct(core, coach));
  const proposal = { act: signAct(core, coach), policy, salt, agreement: "é".repeat(20_001) };
  for (const shown of [proposalShown(proposal), declinedShown("n".repeat(900_001))]) {
    const content = { ...message, kind: ContentKind.AGREEMENT, fixed, shown };
    assert.throws(() => encodeContent(content), Malformed);
  }
});

test("a call reads back, and none of no minute or more than a day is written", () => {
  const call = { minutes: 45, heldAt: EXPIRES_AT };
  assert.deepEqual(parseCall(encodeCall(call)), call);
  for (const minutes of [0, 1_441]) {
    assert.throws(() => encodeCall({ ...call, minutes }), Malformed);
  }
});

test("a file of receipts reads back", () => {
  const hash = random(32);
  const leaf = { nonce: hash, envelopeId: random(16), envelopeHash: hash };
  const file: ReceiptFile = {
    keys: { host: "inbox.harrow.example", relayPublic: coach.public, logPublic: client.public },
    receipts: [
      {
        order: 1,
        note: "a",
        leaves: [leaf],
        batch: { index: 9, day: 3, position: 1, path: [hash] },
      },
      { order: 2, note: "b", leaves: [], batch: null },
    ],
    checkpoint: null,
    proofs: new Map([[9, [hash, hash]]]),
    ownCopies: [],
  };
  assert.deepEqual(parseReceiptFile(encodeReceiptFile(file)), file);
});

test("a checkpoint reads back, and what no log signs is not written", () => {
  const made = { origin: "inbox.harrow.example/log", size: 2 ** 53 - 1, root: random(32) };
  assert.deepEqual(log.parseCheckpoint(log.encodeCheckpoint(made)), made);
  for (const change of [
    { origin: "" },
    { size: -1 },
    { size: 1.5 },
    { size: 2 ** 53 },
    { size: 0 },
  ]) {
    assert.throws(() => log.encodeCheckpoint({ ...made, ...change }), KeysError);
  }
});
