/** Both halves open a tab's box, and nothing less does; labels fit and are their owner's alone. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Bytes } from "./encoding.ts";
import { KeysError } from "./errors.ts";
import { encodeTabSecret, openLabel, openTab, parseTabSecret, sealLabel, sealTab } from "./tab.ts";

const ORIGIN = "https://inbox.harrow.example";
const filled = (byte: number, sizeBytes: number): Bytes => new Uint8Array(sizeBytes).fill(byte);
const [SECRET, HALF, NONCE] = [filled(1, 32), filled(2, 32), filled(3, 24)];
const TAB = {
  accountId: filled(4, 16),
  accountKey: filled(5, 32),
  sessionToken: filled(6, 32),
  openedAt: 1_800_000_000,
  vaultCounter: 12,
  name: "amber-river-42",
};

test("what was sealed comes back, in a box of one size", () => {
  for (const name of ["abc", "a".repeat(64)]) {
    const box = sealTab({ ...TAB, name }, SECRET, HALF, ORIGIN, NONCE);
    assert.equal(box.length, 234);
    assert.deepEqual(openTab(box, SECRET, HALF, ORIGIN), { ...TAB, name });
  }
});

test("one half alone, another origin or a changed box opens nothing", () => {
  const box = sealTab(TAB, SECRET, HALF, ORIGIN, NONCE);
  const changed = box.slice();
  changed[200] = (changed[200] ?? 0) ^ 1;
  for (const [one, secret, half, origin] of [
    [box, filled(0, 32), HALF, ORIGIN],
    [box, SECRET, filled(0, 32), ORIGIN],
    [box, HALF, SECRET, ORIGIN],
    [box, SECRET, HALF, "https://other.example"],
    [changed, SECRET, HALF, ORIGIN],
  ] as const) {
    assert.throws(() => openTab(one, secret, half, origin), KeysError);
  }
});

test("what a page keeps is read strictly", () => {
  const mine = { token: filled(7, 32), secret: SECRET };
  assert.deepEqual(parseTabSecret(encodeTabSecret(mine)), mine);
  for (const text of ["", "a.b", encodeTabSecret(mine).slice(1), `${encodeTabSecret(mine)}.`]) {
    assert.throws(() => parseTabSecret(text), KeysError);
  }
});

test("a label is cut at a character, and sealed in one size", () => {
  for (const [text, shown] of [
    ["Safari on iPhone", "Safari on iPhone"],
    ["é".repeat(40), "é".repeat(24)],
    ["", ""],
  ] as const) {
    const box = sealLabel(text, SECRET, TAB.accountId, NONCE);
    assert.equal(box.length, 136);
    assert.equal(openLabel(box, SECRET, TAB.accountId), shown);
    assert.throws(() => openLabel(box, HALF, TAB.accountId), KeysError);
  }
});
