/** Differences: every fact of the agreement that changes is said, and nothing else is. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { differences } from "./differences.ts";
import type { PolicyFacts } from "./session.ts";

const DAY = 86_400;
const BEFORE: PolicyFacts = {
  workEndsAt: 100 * DAY,
  holdDays: 90,
  holdEndsAt: 190 * DAY,
  longestKeepDays: 0,
  authorMayRecall: true,
  readMarks: false,
  refusedDomains: ["northwind.example"],
  places: ["here"],
  personalNumbers: [],
  sponsorName: "Northwind",
  sponsorShown: "",
  sponsorToldCalls: false,
};

test("the same agreement differs in nothing", () => {
  assert.deepEqual(differences(BEFORE, { ...BEFORE }), []);
});

test("a longer hold is said as a hold and as a later end", () => {
  const found = differences(BEFORE, { ...BEFORE, holdDays: 180, holdEndsAt: 280 * DAY });
  assert.deepEqual(
    found.map((one) => one.what),
    ["hold", "deleted"],
  );
});

test("each fact that a policy has is compared", () => {
  const now: PolicyFacts = {
    workEndsAt: 90 * DAY,
    holdDays: 10,
    holdEndsAt: 100 * DAY,
    longestKeepDays: 30,
    authorMayRecall: false,
    readMarks: true,
    refusedDomains: [],
    places: ["there"],
    personalNumbers: ["+44 7700 900142"],
    sponsorName: "",
    sponsorShown: "",
    sponsorToldCalls: true,
  };
  const marked = { ...now, workNumbers: { coach: ["+44 7700 900142"], client: [] } };
  assert.deepEqual(differences(now, marked), [{ what: "coachsWork", names: ["+44 7700 900142"] }]);
  assert.deepEqual(differences(marked, now), [{ what: "coachsWork", names: [] }]);
  const said = differences(BEFORE, now).map((one) => one.what);
  const all = "work hold deleted each recall marks domains places phones sponsor calls";
  assert.deepEqual(said, all.split(" "));
  for (const name of Object.keys(BEFORE) as (keyof PolicyFacts)[]) {
    const one = differences(BEFORE, { ...BEFORE, [name]: now[name] });
    const silent = name === "sponsorShown";
    assert.equal(one.length, silent ? 0 : 1, name);
  }
});
