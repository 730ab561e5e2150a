/** The offer of a spoken check: beside a call, and nowhere else. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { offersCheck } from "./offering.ts";

const NOW = 1_800_000_000;
const call = (heldAt: number, minutes = 40) => ({
  id: "c",
  mine: true,
  heldAt,
  minutes,
  note: "",
  expiresAt: NOW + 86_400,
});
const work = { state: "active", heard: [], calls: [call(NOW - 600)] } as const;

test("it is offered until an hour after a noted call, and to nobody without one", () => {
  assert.equal(offersCheck(work, NOW), true);
  const end = NOW - 600 + 40 * 60;
  assert.equal(offersCheck(work, end + 3600), true);
  assert.equal(offersCheck(work, end + 3601), false);
  assert.equal(offersCheck({ ...work, calls: [call(NOW + 3601)] }, NOW), false);
  assert.equal(offersCheck({ ...work, calls: [] }, NOW), false);
});

test("who has heard the other is asked no more; that the other heard me is no reason", () => {
  assert.equal(offersCheck({ ...work, heard: [{ mine: true, at: NOW - 9 }] }, NOW), false);
  assert.equal(offersCheck({ ...work, heard: [{ mine: false, at: NOW - 9 }] }, NOW), true);
});

test("where nobody can write any more nothing is offered", () => {
  for (const state of ["draft", "held", "gone", "withdrawn"] as const) {
    assert.equal(offersCheck({ ...work, state }, NOW), false, state);
  }
});
