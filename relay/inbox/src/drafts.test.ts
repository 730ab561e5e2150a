/** Unsent text: what must hold of keeping it, and of how long what it becomes is kept. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Draft, NO_DRAFT, packDrafts, unpackDrafts, worthKeeping } from "./drafts.ts";
import { agreedKeep, keepAllowed, keepInstant, latest } from "./keep.ts";
import type { PolicyFacts } from "./session.ts";
import { DAY_SECONDS } from "./time.ts";

const NOW = Date.parse("2026-09-08T09:30:00Z") / 1000;
const POLICY: PolicyFacts = {
  workEndsAt: Date.parse("2027-02-28T00:00:00Z") / 1000,
  holdDays: 90,
  holdEndsAt: Date.parse("2027-05-29T00:00:00Z") / 1000,
  longestKeepDays: 0,
  authorMayRecall: true,
  readMarks: false,
  refusedDomains: [],
  places: [],
  personalNumbers: [],
  sponsorName: "",
  sponsorShown: "",
  sponsorToldCalls: false,
};

test("drafts come back from a lock as they were, but for their files, which are counted", () => {
  const draft: Draft = {
    ...NO_DRAFT,
    threadId: "b1",
    replyTo: "a1",
    text: "unsent",
    keep: { kind: "date", date: "2026-12-03" },
    files: [new File(["x"], "a.txt")],
  };
  assert.deepEqual(unpackDrafts(packDrafts([draft])), [{ ...draft, files: [], filesLost: 1 }]);
  assert.equal(packDrafts([]), "");
});

test("a draft keeps the choice that counts from the opening", () => {
  const draft: Draft = { ...NO_DRAFT, text: "unsent", keep: { kind: "opened" } };
  assert.deepEqual(unpackDrafts(packDrafts([draft])), [draft]);
});

test("what is no draft is none", () => {
  for (const text of [null, "", "{", "7", '{"text":"x"}', '[{"text":"x"}]', "[null]"]) {
    assert.deepEqual(unpackDrafts(text), [], String(text));
  }
});

test("a draft is worth keeping once anything was typed or chosen", () => {
  assert.equal(worthKeeping(NO_DRAFT), false);
  assert.equal(worthKeeping({ ...NO_DRAFT, subject: "Re: x" }, "Re: x"), false);
  assert.equal(worthKeeping({ ...NO_DRAFT, text: "x" }), true);
  assert.equal(worthKeeping({ ...NO_DRAFT, files: [new File([], "a")] }), true);
});

test("the agreed date is the end of the hold, or the longest keep in whole days", () => {
  assert.equal(agreedKeep(POLICY, NOW), POLICY.holdEndsAt);
  const short = { ...POLICY, longestKeepDays: 30 };
  assert.equal(latest(short, NOW), NOW + 30 * DAY_SECONDS);
  assert.equal(agreedKeep(short, NOW), Date.parse("2026-10-08T00:00:00Z") / 1000);
});

test("who may count from the opening has signed read marks and recall", () => {
  const opened = (change: object) => keepAllowed({ kind: "opened" }, { ...POLICY, ...change }, NOW);
  assert.equal(opened({ readMarks: true, authorMayRecall: true }), true);
  assert.equal(opened({ readMarks: false, authorMayRecall: true }), false);
  assert.equal(opened({ readMarks: true, authorMayRecall: false }), false);
  assert.equal(keepInstant({ kind: "opened" }, POLICY, NOW), null);
});

test("only a date that lies ahead and within the agreement can be chosen", () => {
  const short = { ...POLICY, longestKeepDays: 20 };
  assert.equal(keepAllowed({ kind: "agreed" }, short, NOW), true);
  assert.equal(keepAllowed({ kind: "month" }, POLICY, NOW), true);
  assert.equal(keepAllowed({ kind: "month" }, short, NOW), false);
  assert.equal(keepAllowed({ kind: "work" }, POLICY, POLICY.workEndsAt), false);
  for (const date of ["", "2026-09-08", "2027-05-30", "never"]) {
    assert.equal(keepAllowed({ kind: "date", date }, POLICY, NOW), false, date);
  }
  assert.equal(keepAllowed({ kind: "date", date: "2027-05-29" }, POLICY, NOW), true);
  assert.equal(keepInstant({ kind: "agreed" }, POLICY, NOW), null);
});
