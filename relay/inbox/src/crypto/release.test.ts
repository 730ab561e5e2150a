/** A sponsor is shown what both signed and the client let out, within its dates, and nothing that a relay could make of it. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { parseContent } from "./content.ts";
import { same } from "./encoding.ts";
import { KeysError, Malformed } from "./errors.ts";
import { DAY_SECONDS } from "./names.ts";
import * as release from "./release.ts";
import {
  type Changes,
  client,
  coach,
  ENDS_AT,
  LINK,
  NOW,
  REPORT,
  released,
  stranger,
  TERMS,
} from "./released.testing.ts";
import { encodeReport, parseReport, reportHash } from "./report.ts";
import { encodeStep, NO_LINK, parseStep, readStepShown } from "./report_steps.ts";
import { openParts } from "./sealing.ts";

test("what both signed is believed, and gives the bytes of the report as they were signed", async () => {
  const { served, shares } = await released();
  const found = await release.believe(LINK, served, shares, NOW);
  assert.ok(same(found.report, TERMS.report));
  assert.deepEqual(
    [found.version, found.releasedAt, found.notBefore, found.endsAt],
    [3, NOW - 60, 0, ENDS_AT],
  );
});

test("the content of kind 5 is one that every reader of contents takes", async () => {
  const { served, shares } = await released();
  const { envelope } = release.checkServed(LINK, served);
  const lock = envelope.locks[0] as Parameters<typeof import("./locks.ts").linkShare>[0];
  const { linkShare } = await import("./locks.ts");
  const parts = await openParts(
    envelope,
    linkShare(lock, LINK.secret, envelope.headerHash),
    shares,
  );
  for (const part of parts) {
    const { kind, count, recipients } = parseContent(part.content);
    assert.deepEqual([kind, count, recipients.length], [5, 1, 1]);
  }
});

const later = { notBefore: NOW + DAY_SECONDS };
const other = encodeReport({ ...REPORT, clientWords: "I have not changed at all." });

const REFUSED: Record<string, Changes> = {
  "a coach's half that another signed": { coachSigner: stranger },
  "a client's half that the coach signed": { clientSigner: coach },
  "the halves the other way round": { swapped: true },
  "another version": { coachTerms: { version: 2 } },
  "another report in the coach's half": { coachTerms: { report: other } },
  "another reader": { coachTerms: { readerFp: new Uint8Array(32).fill(3) } },
  "an end behind the coach's window": { coachTerms: { endsAt: ENDS_AT - 1 } },
  "a beginning before the coach's window": { coachTerms: later },
  "not yet": { clientTerms: later, ticket: { date: later.notBefore } },
  "a ticket by the coach": { ticketSigner: coach },
  "a ticket by whoever stands between": { ticketSigner: stranger },
  "a ticket for another envelope": { ticket: { subject: new Uint8Array(32).fill(9) } },
  "a ticket with an earlier beginning": {
    clientTerms: { notBefore: NOW - 5 },
    ticket: { date: NOW - 10 },
  },
  "a ticket with a later end": { ticket: { secondDate: ENDS_AT + 1 } },
  "a ticket and an envelope with a later end": {
    ticket: { secondDate: ENDS_AT + 1 },
    envelopeEndsAt: ENDS_AT + 1,
  },
  "a ticket of another engagement": { ticket: { engagementId: new Uint8Array(16).fill(8) } },
  "a ticket under another policy": { ticket: { policyHash: new Uint8Array(32).fill(7) } },
  "another mailbox": { mailboxId: new Uint8Array(16).fill(6) },
};

for (const [name, changes] of Object.entries(REFUSED)) {
  test(`refused: ${name}`, async () => {
    const { served, shares } = await released(changes);
    await assert.rejects(release.believe(LINK, served, shares, NOW), KeysError);
  });
}

test("a release is over at its end, not a second later", async () => {
  const { served, shares } = await released();
  await release.believe(LINK, served, shares, ENDS_AT - 1);
  await assert.rejects(release.believe(LINK, served, shares, ENDS_AT), KeysError);
});

test("an earlier release serves nothing under a later ticket, nor the other way round", async () => {
  const [earlier, newer] = [await released(), await released({ clientTerms: { version: 4 } })];
  for (const [one, two] of [
    [earlier, newer],
    [newer, earlier],
  ] as const) {
    const mixed = { ...one.served, ticket: two.served.ticket };
    await assert.rejects(release.believe(LINK, mixed, one.shares, NOW), KeysError);
  }
});

test("other people's keys, another link and another keeper's share open nothing", async () => {
  const { served, shares } = await released();
  const swapped = { ...served, coachPublic: client.public, clientPublic: coach.public };
  const made = { ...served, coachPublic: stranger.public };
  for (const one of [swapped, made]) {
    await assert.rejects(release.believe(LINK, one, shares, NOW), KeysError);
  }
  const link = { ...LINK, secret: new Uint8Array(32).fill(5) };
  await assert.rejects(release.believe(link, served, shares, NOW), KeysError);
  await assert.rejects(release.believe(LINK, served, [new Uint8Array(32).fill(1)], NOW), KeysError);
  await assert.rejects(release.believe(LINK, served, [], NOW), KeysError);
});

test("each byte of the envelope that is changed is noticed before anything is shown", async () => {
  const { served, shares } = await released();
  for (let at = 0; at < served.envelope.length; at += 97) {
    const envelope = served.envelope.slice();
    envelope[at] = (envelope[at] as number) ^ 1;
    const forged = { ...served, envelope };
    await assert.rejects(release.believe(LINK, forged, shares, NOW), KeysError);
  }
});

test("the link goes and comes back as it was, and nothing else is one", () => {
  const fragment = release.encodeFragment(LINK);
  assert.deepEqual(release.parseFragment(fragment), LINK);
  assert.deepEqual(release.parseFragment(fragment.slice(1)), LINK);
  for (const wrong of [
    "",
    "#",
    fragment.slice(0, -1),
    `${fragment}A`,
    fragment.replace("3.", "1."),
  ]) {
    assert.throws(() => release.parseFragment(wrong), Malformed);
  }
});

test("a report holds nothing that hides, and its fields have limits", () => {
  assert.deepEqual(parseReport(encodeReport(REPORT)), REPORT);
  const called = { ...REPORT, callDays: [20_000, 20_000, 20_007] };
  assert.deepEqual(parseReport(encodeReport(called)), called);
  const [goal] = REPORT.goals;
  const wrong = [
    { clientName: "Maya\u202eOkafor" },
    { clientName: "" },
    { sponsorName: "" },
    { sponsorPerson: "Joan\nReyes" },
    { clientWords: "a\tb" },
    { clientWords: "a\u2066b" },
    { nextSteps: "x".repeat(8_001) },
    { nextSteps: "\ud800" },
    { goals: [{ ...goal, goal: "" }] },
    { goals: Array(13).fill(goal) },
    { beginsAt: REPORT.endsAt },
    { beginsAt: REPORT.beginsAt + 1 },
    { callDays: [2, 1] },
    { callDays: Array(367).fill(1) },
  ];
  for (const change of wrong) {
    assert.throws(() => encodeReport({ ...REPORT, ...change } as typeof REPORT), Malformed);
  }
});

test("a step reads back, and one that names a version names the one before", async () => {
  const hash = reportHash(TERMS.report);
  const about = { version: 3, previousHash: hash };
  const { served, shares } = await released();
  const { envelope } = release.checkServed(LINK, served);
  const { linkShare } = await import("./locks.ts");
  const lock = envelope.locks[0] as Parameters<typeof linkShare>[0];
  const [part] = await openParts(
    envelope,
    linkShare(lock, LINK.secret, envelope.headerHash),
    shares,
  );
  assert.ok(part);
  const steps = [
    { ...about, kind: "version", report: TERMS.report },
    { ...about, kind: "signed", linkSecret: NO_LINK, ...part },
    { ...about, kind: "answer", reportHash: hash },
  ] as const;
  for (const step of steps) {
    assert.deepEqual(parseStep(encodeStep(step)), step);
    assert.throws(() => encodeStep({ ...step, version: 1 }), Malformed);
    assert.throws(() => encodeStep({ ...step, previousHash: new Uint8Array(32) }), Malformed);
  }
  const answer = encodeStep(steps[2]);
  assert.equal(readStepShown(answer, { answer: "change" }).answer, "change");
  assert.throws(() => readStepShown(answer, { answer: "yes" }), Malformed);
});
