/** The first agreement's text is the SDK's, and what cannot stand in one is named by its field. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { agreementText, type Facts, factsOf, type Packaged } from "./agreementtext.ts";

const ROOT = join(import.meta.dirname, "../../../..");
const read = (path: string) => readFileSync(join(ROOT, path), "utf8");
const packaged = (language: string): Packaged => ({
  template: read(`client_sdk/templates/agreement-${language}.txt`),
  words: JSON.parse(read(`client_sdk/templates/words-${language}.json`)),
});
const NOW = Date.UTC(2026, 8, 2, 10) / 1000;
const DAY = 86_400;
const REQUEST = {
  language: "en" as const,
  name: "Maya Okafor",
  welcome: "",
  workEndsAt: Date.UTC(2027, 2, 1) / 1000,
  holdDays: 90,
  refusedDomains: ["Corp.Example.", "anna@Bücher.example", "corp.example"],
  phones: ["+44 20 7946 0000"],
  workNumbers: { coach: [], client: [] },
  sponsor: "",
  sponsorSees: "",
  readMarks: false,
};

for (const one of JSON.parse(read("tests/sdk/agreements.json"))) {
  test(`the SDK's words: ${one.name}`, () => {
    const { last_day, hold_days, refused_domains, sponsor, sponsor_sees, places, phones } =
      one.facts;
    const { longest_keep_days, recall, read_marks, sponsor_calls } = one.facts;
    const marked: [string, string][] = one.facts.work_phones ?? [];
    const at = (whose: string) => marked.filter(([, of]) => of === whose).map(([phone]) => phone);
    const facts: Facts = {
      workEndsAt: Date.parse(`${last_day}T00:00:00Z`) / 1000 + DAY,
      holdDays: hold_days,
      refusedDomains: refused_domains,
      places,
      phones,
      workNumbers: { coach: at("coach"), client: at("client") },
      sponsor,
      sponsorSees: sponsor_sees,
      longestKeepDays: longest_keep_days ?? 0,
      authorMayRecall: recall ?? true,
      readMarks: read_marks ?? false,
      sponsorToldCalls: sponsor_calls ?? false,
    };
    assert.equal(agreementText(packaged(one.language), facts, one.coach, one.client), one.text);
  });
}

test("domains are A-labels, each once, ascending", () => {
  const facts = factsOf(REQUEST, "inbox.harrow.example", NOW);
  assert.ok(typeof facts !== "string");
  assert.deepEqual(facts.refusedDomains, ["corp.example", "xn--bcher-kva.example"]);
  assert.deepEqual(facts.places, ["inbox.harrow.example"]);
});

const WRONG: [string, object, string][] = [
  ["no name", { name: "" }, "name"],
  ["a name of two lines", { name: "Maya\nOkafor" }, "name"],
  ["a name that turns direction", { name: "Maya \u202e" }, "name"],
  ["a name of 201 characters", { name: "m".repeat(201) }, "name"],
  ["yesterday", { workEndsAt: NOW - (NOW % DAY) }, "workEnds"],
  ["no day", { workEndsAt: 0 }, "workEnds"],
  ["eleven years on", { workEndsAt: NOW - (NOW % DAY) + 11 * 366 * DAY }, "workEnds"],
  ["days below zero", { holdDays: -1 }, "hold"],
  ["too many days", { holdDays: 3651 }, "hold"],
  ["no mail domain", { refusedDomains: ["not a domain"] }, "domains"],
  ["one label", { refusedDomains: ["localhost"] }, "domains"],
  ["an address of numbers", { refusedDomains: ["127.0.0.1"] }, "domains"],
  ["a path", { refusedDomains: ["corp.example/x"] }, "domains"],
  ["too many domains", { refusedDomains: Array(65).fill("a.example") }, "domains"],
  ["nine numbers", { phones: Array(9).fill("1") }, "phones"],
  ["a work number that is none of them", { workNumbers: { coach: ["1"], client: [] } }, "phones"],
  [
    "a work number of both",
    { workNumbers: { coach: ["+44 20 7946 0000"], client: ["+44 20 7946 0000"] } },
    "phones",
  ],
  ["who pays, without what is shown", { sponsor: "Northwind" }, "sponsor"],
  ["what is shown, without who pays", { sponsorSees: "goals" }, "sponsor"],
];
for (const [name, changed, field] of WRONG) {
  test(`refused: ${name}`, () => {
    assert.equal(factsOf({ ...REQUEST, ...changed }, "inbox.harrow.example", NOW), field);
  });
}

test("today is a last day", () => {
  const facts = factsOf({ ...REQUEST, workEndsAt: NOW - (NOW % DAY) + DAY }, "a.example", NOW);
  assert.ok(typeof facts !== "string");
});
