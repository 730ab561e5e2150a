/** The newest version is the one that both see, and a signature holds for it and for nothing else. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { ContentKind } from "../crypto/content.ts";
import { type Bytes, compare } from "../crypto/encoding.ts";
import { EnvelopeClass } from "../crypto/envelope.ts";
import type { JsonObject } from "../crypto/json.ts";
import { fingerprint, ZERO_HASH } from "../crypto/names.ts";
import { encodeReleaseFrame } from "../crypto/release_terms.ts";
import { client, coach, LINK, NOW, REPORT, stranger, TERMS } from "../crypto/released.testing.ts";
import { encodeReport, reportHash } from "../crypto/report.ts";
import { encodeStep, NO_LINK, type Step } from "../crypto/report_steps.ts";
import { signContent } from "../crypto/sealing.ts";
import type { SignKey } from "../crypto/suite.ts";
import { readSteps } from "./reportsteps.ts";
import type { Entry } from "./shelf.ts";
import type { Standing } from "./standing.ts";

const POLICY = new Uint8Array(32).fill(7);

/** The client's own view of the engagement, as far as steps are read by it. */
const standing = {
  engagementId: REPORT.engagementId,
  myRoleName: "client",
  place: {
    me: { identity: client },
    other: { card: { identityPublic: coach.public } },
    coachPublic: coach.public,
  },
  terms: { inForce: { hash: POLICY } },
} as unknown as Standing;

let minute = 0;

function entry(step: Step | Bytes, mine: boolean, shown: JsonObject = {}): Entry {
  minute += 1;
  const fixed = step instanceof Uint8Array ? step : encodeStep(step);
  return {
    row: { mine, createdAt: NOW + minute },
    content: { special: { kind: ContentKind.REPORT, fixed, shown } },
  } as unknown as Entry;
}

const bytesOf = (clientWords: string) => encodeReport({ ...REPORT, clientWords });
const [one, two] = [bytesOf("One."), bytesOf("Two.")];

function version(number: number, report: Bytes, mine: boolean): Entry {
  const previousHash = number === 1 ? ZERO_HASH : reportHash(one);
  return entry({ kind: "version", version: number, previousHash, report }, mine);
}

interface Half {
  readonly number?: number;
  readonly report?: Bytes;
  readonly signer?: SignKey;
  readonly mine?: boolean;
  readonly linkSecret?: Bytes;
  readonly policyHash?: Bytes;
}

function signature(half: Half = {}): Entry {
  const { number = 1, report = one, signer = coach, mine = false } = half;
  const frame = encodeReleaseFrame({
    nonce: new Uint8Array(16),
    threadId: new Uint8Array(16),
    createdAt: NOW,
    policyHash: half.policyHash ?? POLICY,
    senderFp: fingerprint(signer.public),
    checkpointHash: ZERO_HASH,
    vaultCounter: 1,
    senderStatementHash: ZERO_HASH,
    terms: { ...TERMS, version: number, report },
  });
  const part = signContent(frame, EnvelopeClass.RELEASE, signer);
  const linkSecret = half.linkSecret ?? (mine ? NO_LINK : LINK.secret);
  const previousHash = number === 1 ? ZERO_HASH : reportHash(one);
  return entry({ kind: "signed", version: number, previousHash, linkSecret, ...part }, mine);
}

const read = (...entries: Entry[]) => readSteps(entries, standing);

test("the highest number is the newest; of two with one number both see the same, and the other beside it", () => {
  const [first, left, right] = [
    version(1, one, false),
    version(2, two, true),
    version(2, one, false),
  ];
  for (const entries of [
    [first, left, right],
    [right, left, first],
  ]) {
    const { versions } = read(...entries);
    assert.deepEqual(
      versions.map(({ number }) => number),
      [2, 2, 1],
    );
    const [newest, beside] = versions;
    assert.ok(compare(newest?.hash as Bytes, beside?.hash as Bytes) > 0);
  }
});

test("what does not hold together, and another engagement's report, is no version", () => {
  const foreign = encodeReport({ ...REPORT, engagementId: new Uint8Array(16).fill(4) });
  const broken = new Uint8Array(40);
  assert.deepEqual(read(version(1, foreign, false), entry(broken, false)).versions, []);
});

test("the coach's signature holds for the version, the report and the policy that it names", () => {
  const first = version(1, one, false);
  assert.ok(read(first, signature()).coach);
  assert.equal(read(first, signature()).client, null);
  assert.ok(read(first, signature({ signer: client, mine: true })).client);
  const wrong: Half[] = [
    { report: two },
    { number: 2 },
    { signer: stranger },
    { signer: client },
    { policyHash: new Uint8Array(32).fill(8) },
    { linkSecret: NO_LINK },
    { linkSecret: new Uint8Array(32).fill(6) },
    { signer: client, mine: true, linkSecret: LINK.secret },
  ];
  for (const half of wrong) {
    const { coach: signed, client: mine } = read(first, signature(half));
    assert.deepEqual([signed, mine], [null, null]);
  }
});

test("a later version ends the signatures of the one before, and says whose they were", () => {
  const before = [version(1, one, false), signature(), signature({ signer: client, mine: true })];
  assert.equal(read(...before).dropped, null);
  const { coach: signed, dropped } = read(...before, version(2, two, true));
  assert.deepEqual([signed, dropped], [null, "both"]);
  assert.equal(read(version(1, one, false), signature(), version(2, two, true)).dropped, "other");
  const again = signature({ number: 2, report: two });
  assert.equal(read(...before, version(2, two, true), again).dropped, null);
});

test("an answer is to the newest version alone, and the newest answer counts", () => {
  const answer = (report: Bytes, kind: string) =>
    entry(
      { kind: "answer", version: 1, previousHash: ZERO_HASH, reportHash: reportHash(report) },
      true,
      { answer: kind, note: "Why" },
    );
  const first = version(1, one, false);
  assert.equal(
    read(first, answer(one, "change"), answer(one, "declined")).answer?.answer,
    "declined",
  );
  assert.equal(read(first, answer(two, "change")).answer, null);
});

test("links are the coach's alone, the newest first, with the person whom each was made for", () => {
  const { links } = read(
    version(1, one, false),
    signature(),
    signature({ signer: client, mine: true }),
  );
  assert.deepEqual(links, [{ secret: LINK.secret, person: "Joan Reyes" }]);
});
