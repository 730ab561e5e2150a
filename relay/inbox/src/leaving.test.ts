/** *Leave*: what must hold of the receipt when it is taken up again. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { hasCome, highest, keptCount, waitsAbove } from "./leaving.ts";
import type { ReceiptRow } from "./session.work.ts";

const receipt = (order: number, kind: ReceiptRow["kind"] = "deletion"): ReceiptRow => ({
  id: order.toString(16),
  kind,
  number: order,
  at: 0,
  asked: 1,
  removed: 1,
  left: 0,
  envelopes: 1,
  files: 0,
});

test("a first run waits for a receipt newer than those that were there", () => {
  const before = highest([receipt(9), receipt(31, "acceptance")]);
  const above = waitsAbove({ deleted: 3, before, first: null });
  assert.equal(above, 31);
  assert.equal(hasCome([receipt(9), receipt(31, "acceptance")], 31), false);
  assert.equal(hasCome([receipt(32, "acceptance")], 31), false);
  assert.equal(hasCome([receipt(32)], 31), true);
});

test("after an interruption the receipt that came meanwhile is the one that is waited for", () => {
  const above = waitsAbove({ deleted: 0, before: 40, first: 31 });
  assert.equal(above, 31);
  assert.equal(hasCome([receipt(32)], above ?? 0), true);
});

test("what an interruption left undeleted has a receipt of its own to wait for", () => {
  assert.equal(waitsAbove({ deleted: 2, before: 40, first: 31 }), 40);
});

test("who had nothing to delete waits for nothing", () => {
  assert.equal(waitsAbove({ deleted: 0, before: 31, first: null }), null);
  assert.equal(highest([]), 0);
});

test("a count that is none was not kept", () => {
  for (const kept of [null, "", "x", "-1", "1.5", "1e3", "9".repeat(16)]) {
    assert.equal(keptCount(kept), null, String(kept));
  }
  assert.equal(keptCount("31"), 31);
});
