/** Terms from acts as a relay shows them, judged from a pin of any age. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { type ActCore, ActKind, actHash, encodeAct, signAct } from "../crypto/acts.ts";
import type { Bytes } from "../crypto/encoding.ts";
import { fingerprint, ZERO_HASH } from "../crypto/names.ts";
import { encodePolicy, type Policy, policyHash } from "../crypto/policy.ts";
import { SignKey } from "../crypto/suite.ts";
import { failureOf } from "./fault.ts";
import { Terms } from "./terms.ts";

const DAY = 86_400;
const NOW = 1_800_000_000;
const WORK_ENDS_AT = Math.floor(NOW / DAY + 40) * DAY;
const [COACH, CLIENT] = [1, 2].map((fill) => SignKey.fromSeed(new Uint8Array(32).fill(fill))) as [
  SignKey,
  SignKey,
];
const ENGAGEMENT = new Uint8Array(16).fill(5);
const ENVELOPE = new Uint8Array(16).fill(6);

/** An engagement that both go on with, act by act. */
class Story {
  readonly frames: Bytes[] = [];
  readonly acts: Bytes[] = [];
  #last: ActCore | null = null;

  agree(holdDays: number): void {
    const before = this.frames.at(-1);
    const frame = encodePolicy(policy(this.frames.length + 1, before, holdDays));
    this.frames.push(frame);
    this.sign({ kind: ActKind.POLICY, subject: policyHash(frame) });
  }

  sign(fields: Partial<ActCore> & Pick<ActCore, "kind">): void {
    const core: ActCore = {
      engagementId: ENGAGEMENT,
      policyHash: policyHash(this.frames.at(-1) as Bytes),
      number: this.acts.length + 1,
      previousHash: this.#last ? actHash(this.#last) : ZERO_HASH,
      issuedAt: NOW + this.acts.length * DAY,
      date: 0,
      secondDate: 0,
      subject: ZERO_HASH,
      envelopeIds: [],
      ...fields,
    };
    this.#last = core;
    this.acts.push(encodeAct(signAct(core, CLIENT, signAct(core, COACH))));
  }

  terms(pin: Bytes, acts: readonly Bytes[] = this.acts): Terms {
    const [coach, client] = [COACH.public, CLIENT.public];
    const pinned = { engagementId: ENGAGEMENT, act: pin, coach, client, me: "client" } as const;
    return Terms.read(this.frames, acts, pinned);
  }
}

function policy(number: number, before: Bytes | undefined, holdDays: number): Policy {
  return {
    engagementId: ENGAGEMENT,
    number,
    previousHash: before ? policyHash(before) : ZERO_HASH,
    coachFp: fingerprint(COACH.public),
    workEndsAt: WORK_ENDS_AT,
    holdDays,
    longestKeepDays: 0,
    agreementHash: new Uint8Array(32).fill(9),
    authorMayRecall: true,
    readMarks: false,
    sponsorToldCalls: false,
    refusedDomains: [],
    places: ["inbox.harrow.example"],
    personalPhones: [],
    sponsorName: "",
    sponsorScope: "",
  };
}

function refused(work: () => unknown): void {
  assert.throws(work, (reason) => failureOf(reason).code === "unknown");
}

test("a pin of a later agreement than the first stands at its number, as another program moved it", () => {
  const [story, other] = [new Story(), new Story()];
  for (const one of [story, other]) {
    one.agree(30);
  }
  story.agree(60);
  other.agree(90);
  const [first, second] = story.acts as [Bytes, Bytes];
  assert.equal(story.terms(second).endsAt, WORK_ENDS_AT + 60 * DAY);
  assert.equal(story.terms(first).endsAt, WORK_ENDS_AT + 60 * DAY);
  refused(() => story.terms(other.acts[1] as Bytes));
  refused(() => story.terms(second, [first]));
});

test("what both keep longer after reopening is not cut by the closing before it", () => {
  const story = new Story();
  story.agree(30);
  const cutAt = NOW + 20 * DAY;
  story.sign({ kind: ActKind.CLOSE, date: NOW + DAY, secondDate: cutAt });
  story.sign({ kind: ActKind.REOPEN, date: WORK_ENDS_AT });
  const until = WORK_ENDS_AT + 10 * DAY;
  assert.equal(story.terms(story.acts[0] as Bytes).dateOf(ENVELOPE, until, NOW), cutAt);
  story.sign({ kind: ActKind.EXTEND, date: until, envelopeIds: [ENVELOPE] });
  assert.equal(story.terms(story.acts[0] as Bytes).dateOf(ENVELOPE, until, NOW), until);
});
