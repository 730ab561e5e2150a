/** The relay's clock as its answers tell it: never ahead of it. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { RelayClock } from "./clock.ts";

test("until an answer has come the device's clock serves", () => {
  const clock = new RelayClock(() => 5_500);
  assert.equal(clock.now(), 5);
  assert.equal(clock.offsetSeconds(), 0);
});

test("each answer brings it nearer, and none puts it ahead", () => {
  let device = 1_000_900;
  const clock = new RelayClock(() => device);
  clock.hear("2000");
  assert.equal(clock.nowMs(), 2_000_000);
  device += 200;
  clock.hear("2001");
  assert.equal(clock.nowMs(), 2_001_000);
  device += 50;
  clock.hear("2001");
  assert.equal(clock.nowMs(), 2_001_050);
});

test("a clock that was set back is followed; what is no number is not", () => {
  const clock = new RelayClock(() => 0);
  clock.hear("2000");
  for (const header of [null, "", "12x", "-5", "1e9"]) {
    clock.hear(header);
  }
  assert.equal(clock.now(), 2000);
  clock.hear("1000");
  assert.equal(clock.now(), 1000);
});
