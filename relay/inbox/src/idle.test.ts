/** Locking by itself: what must hold of the decision. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { chosenMinutes, LONGEST_OPEN_SECONDS, watch } from "./idle.ts";

const seen = (lastSeenAt: number, limitMinutes = 15, unlockedAt = 0) => ({
  unlockedAt,
  lastSeenAt,
  limitMinutes,
});

test("it warns a minute before it locks, and locks on the limit", () => {
  assert.equal(watch(seen(0), 839), "here");
  assert.equal(watch(seen(0), 840), "warn-idle");
  assert.equal(watch(seen(0), 899), "warn-idle");
  assert.equal(watch(seen(0), 900), "lock");
});

test("presence begins the time anew", () => {
  assert.equal(watch(seen(850), 900), "here");
});

test("after a machine has slept it locks at the first look", () => {
  assert.equal(watch(seen(0, 60), 100_000), "lock");
});

test("after twelve hours it locks whoever is there, with a minute of warning", () => {
  const busy = (now: number) => watch(seen(now, 60), now);
  assert.equal(busy(LONGEST_OPEN_SECONDS - 61), "here");
  assert.equal(busy(LONGEST_OPEN_SECONDS - 60), "warn-long");
  assert.equal(busy(LONGEST_OPEN_SECONDS), "lock");
});

test("a clock that went back locks nothing", () => {
  assert.equal(watch(seen(1000, 15, 1000), 500), "here");
});

test("without a choice it is five minutes on a phone and fifteen elsewhere; a strange one is no choice", () => {
  assert.equal(chosenMinutes(null, true), 5);
  assert.equal(chosenMinutes(null, false), 15);
  assert.equal(chosenMinutes("60", true), 60);
  assert.equal(chosenMinutes("1000000", false), 15);
});
