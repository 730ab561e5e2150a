/** What ends a release is kept as it was written, and exactly what is over is ended. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { type ActCore, ActKind } from "../crypto/acts.ts";
import { parseEnvelope } from "../crypto/envelope.ts";
import { KeysError } from "../crypto/errors.ts";
import { released } from "../crypto/released.testing.ts";
import {
  encodeKept,
  type KeptRelease,
  keptOf,
  livingTickets,
  MOST_KEPT,
  openMeanwhile,
  overNow,
  parseKept,
} from "./kept_releases.ts";

const NOW = 1_790_000_000;
const MAILBOX = new Uint8Array(16).fill(5);
const subject = (name: number) => new Uint8Array(32).fill(name);

function act(number: number, kind: ActKind, fields: Partial<ActCore> = {}): ActCore {
  return {
    kind,
    number,
    engagementId: new Uint8Array(16),
    policyHash: new Uint8Array(32),
    previousHash: new Uint8Array(32),
    issuedAt: NOW,
    date: 0,
    secondDate: NOW + 1000,
    subject: subject(number),
    envelopeIds: [],
    ...fields,
  };
}

const kept = (actNumber: number, name = actNumber): KeptRelease => ({
  actNumber,
  subject: subject(name),
  mailboxId: MAILBOX,
  endsAt: NOW + 1000,
  headerHash: subject(99),
  records: [new Uint8Array(1264).fill(7)],
});

const over = (entries: KeptRelease[], acts: ActCore[], mailbox: typeof MAILBOX | null = MAILBOX) =>
  overNow(entries, acts, mailbox, NOW).map(({ actNumber }) => actNumber);

const { POLICY, RELEASE, WITHDRAW } = ActKind;

test("an entry holds what an envelope says, and reads back", async () => {
  const { served } = await released();
  const entry = keptOf(parseEnvelope(served.envelope), 4);
  assert.deepEqual(parseKept(encodeKept([entry, kept(5)])), [entry, kept(5)]);
  assert.deepEqual(parseKept(encodeKept([])), []);
  const many = Array.from({ length: MOST_KEPT + 3 }, (_, at) => kept(at + 1));
  assert.deepEqual(
    parseKept(encodeKept(many)).map(({ actNumber }) => actNumber),
    many.slice(3).map(({ actNumber }) => actNumber),
  );
  for (const wrong of [new Uint8Array(0), new Uint8Array([2, 0]), new Uint8Array([1, 1])]) {
    assert.throws(() => parseKept(wrong), KeysError);
  }
  assert.throws(() => parseKept(new Uint8Array([...encodeKept([entry]), 0])), KeysError);
});

test("a release that stands is not over; one that was taken back, or whose number another act has, is", () => {
  const acts = [act(1, POLICY), act(2, RELEASE)];
  assert.deepEqual(over([kept(2)], acts), []);
  assert.deepEqual(over([kept(2)], [...acts, act(3, WITHDRAW)]), [2]);
  assert.deepEqual(over([kept(2, 44)], acts), [2]);
});

test("a later release ends the former when its time has come, and not before", () => {
  const acts = [act(1, POLICY), act(2, RELEASE), act(3, RELEASE, { date: NOW + 100 })];
  const entries = [kept(2), kept(3)];
  assert.deepEqual(over(entries, acts), []);
  assert.deepEqual(
    overNow(entries, acts, MAILBOX, NOW + 100).map(({ actNumber }) => actNumber),
    [2],
  );
  assert.equal(livingTickets(acts, NOW).length, 2);
  assert.equal(openMeanwhile(acts, [2, 3], NOW)?.number, 2);
  assert.equal(openMeanwhile(acts, [3], NOW), null, "it is not there");
  assert.equal(openMeanwhile(acts, [2, 3], NOW + 100), null, "it has been replaced");
  assert.equal(openMeanwhile(acts.slice(0, 2), [2], NOW), null, "there is no newer one");
  assert.equal(livingTickets(acts, NOW + 1000).length, 0);
});

test("what is still on its way is left alone: its number is not taken", () => {
  assert.deepEqual(over([kept(3)], [act(1, POLICY), act(2, RELEASE)]), []);
  assert.deepEqual(over([kept(3)], [act(1, POLICY), act(2, RELEASE), act(3, WITHDRAW)]), [3]);
});

test("another person's way in, or none, ends what stood in the former one; not knowing ends nothing", () => {
  const acts = [act(1, POLICY), act(2, RELEASE)];
  assert.deepEqual(over([kept(2)], acts, null), [2]);
  assert.deepEqual(over([kept(2)], acts, new Uint8Array(16).fill(6)), [2]);
  assert.deepEqual(overNow([kept(2)], acts, undefined, NOW), []);
});

test("what the relay says it no longer holds is ended at the keepers too, because it may serve it all the same", () => {
  const acts = [act(1, POLICY), act(2, RELEASE)];
  const withList = (listed: readonly number[], entries = [kept(2)]) =>
    overNow(entries, acts, MAILBOX, NOW, listed).map(({ actNumber }) => actNumber);
  assert.deepEqual(withList([2]), []);
  assert.deepEqual(withList([]), [2]);
  assert.deepEqual(withList([], [kept(3)]), [], "its number is not taken yet");
});
