/** One night to change one's mind, whatever the clocks do in it. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { isTomorrow, nextMorning } from "./morning.ts";

const at = (text: string) => Date.parse(text) / 1000;
const ZONE = "Europe/Berlin";

function opens(now: string, notBefore = 0): string {
  const found = nextMorning(at(now), ZONE, notBefore);
  return new Date(found * 1000).toISOString();
}

test("nine o'clock on the next day, by that day's own offset", () => {
  assert.equal(opens("2026-09-08T09:30:00Z"), "2026-09-09T07:00:00.000Z");
  assert.equal(opens("2026-12-31T22:59:00Z"), "2027-01-01T08:00:00.000Z");
});

test("late on the eve of a short day it is that day and not the one after", () => {
  // Saturday, 23:30; Sunday 28 March 2027 has 23 hours.
  assert.equal(opens("2027-03-27T22:30:00Z"), "2027-03-28T07:00:00.000Z");
  assert.ok(isTomorrow(at("2027-03-28T07:00:00Z"), at("2027-03-27T22:30:00Z"), ZONE));
});

test("early on a long day it is the day after and never the same", () => {
  // Sunday 31 October 2027, 00:10, has 25 hours.
  assert.equal(opens("2027-10-30T22:10:00Z"), "2027-11-01T08:00:00.000Z");
  assert.equal(isTomorrow(at("2027-10-31T08:00:00Z"), at("2027-10-30T22:10:00Z"), ZONE), false);
});

test("not before the coach's first day, and at nine there too", () => {
  const first = at("2027-03-27T12:00:00Z");
  assert.equal(opens("2027-03-20T12:00:00Z", first), "2027-03-28T07:00:00.000Z");
  assert.equal(
    opens("2027-03-20T12:00:00Z", at("2027-03-27T08:00:00Z")),
    "2027-03-27T08:00:00.000Z",
  );
});
