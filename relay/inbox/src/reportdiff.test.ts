/** What a version changes is named field by field, and nothing else is. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { countWords, reportChanges } from "./reportdiff.ts";
import type { ReportFields } from "./session.report.ts";

const FIELDS: ReportFields = {
  beginsAt: 0,
  endsAt: 86_400,
  sponsorPerson: "Joan Reyes",
  goals: [
    { goal: "Lead", how: "Notes", where: "Nine" },
    { goal: "Delegate", how: "", where: "" },
  ],
  clientWords: "Two words",
  nextSteps: "",
  callDays: null,
};
const dates = {
  period: ({ beginsAt, endsAt }: ReportFields) => `${beginsAt}-${endsAt}`,
  calls: (days: readonly number[] | null) => (days ?? []).join(),
};
const named = (now: Partial<ReportFields>) =>
  reportChanges(FIELDS, { ...FIELDS, ...now }, dates).map(
    ({ field, goal, before, now: is }) => `${field} ${goal}: ${before} > ${is}`,
  );

test("the same is no change", () => {
  assert.deepEqual(named({}), []);
});

test("each field is compared by itself, goals by their place", () => {
  assert.deepEqual(named({ sponsorPerson: "Ines Roth", nextSteps: "Rest" }), [
    "person 0: Joan Reyes > Ines Roth",
    "next 0:  > Rest",
  ]);
  assert.deepEqual(named({ goals: FIELDS.goals.slice(1) }), [
    "goal 1: Lead > Delegate",
    "how 1: Notes > ",
    "where 1: Nine > ",
    "goal 2: Delegate > ",
  ]);
  assert.deepEqual(named({ endsAt: 9, callDays: [4, 5], clientWords: "" }), [
    "period 0: 0-86400 > 0-9",
    "own 0: Two words > ",
    "calls 0:  > 4,5",
  ]);
});

test("words are counted as a reader counts them, names and dates left out", () => {
  assert.equal(countWords(FIELDS), 6);
  assert.equal(countWords({ ...FIELDS, clientWords: "", goals: [] }), 0);
});
