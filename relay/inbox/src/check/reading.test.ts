/** What a stranger's file is refused for, and whose signature a file is held against. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { type Bytes, textBytes } from "../crypto/encoding.ts";
import { loadJson } from "../crypto/json.ts";
import { MOST_FILE_BYTES } from "../crypto/receipt_file.ts";
import { type Here, judgingHere, NotRead, readReceipts, standingOf } from "./reading.ts";

const vectors = new URL("../../../../tests/vectors/receipts.json", import.meta.url);
const { cases } = JSON.parse(readFileSync(vectors, "utf8"));
const GOOD: string = cases.find(
  (one: { operation: string }) => one.operation === "receipt_check.check_receipt_file",
).inputs.file;
const FILE = readReceipts(textBytes(GOOD));
const { keys: KEYS } = FILE;
const HERE: Here = { host: KEYS.host, keys: KEYS };

function why(raw: Bytes): string {
  try {
    readReceipts(raw);
  } catch (reason) {
    assert.ok(reason instanceof NotRead);
    return reason.why;
  }
  return "read";
}

/** The verdict on a file, at this server. */
function soundAt(text: string, here: Here): boolean {
  const file = readReceipts(textBytes(text));
  const steps = judgingHere(file, standingOf(file.keys, here), here);
  for (;;) {
    const step = steps.next();
    if (step.done) {
      return step.value.sound;
    }
  }
}

test("what is no file of receipts is refused with its reason", () => {
  const fields = loadJson(textBytes(GOOD));
  const changed = (more: object) => textBytes(JSON.stringify({ ...fields, ...more }));
  assert.equal(why(textBytes("")), "empty");
  assert.equal(why(textBytes(" \n")), "empty");
  assert.equal(why(textBytes("PK\u0003\u0004 and so on")), "copy");
  assert.equal(why(textBytes("QBA1 and so on")), "copy");
  assert.equal(why(textBytes("hello")), "other");
  assert.equal(why(textBytes('{"name": "Anna"}')), "other");
  assert.equal(why(new Uint8Array([0xff, 0xd8, 0xff])), "other");
  assert.equal(why(textBytes(GOOD.slice(0, -1))), "damaged");
  assert.equal(why(textBytes(GOOD.slice(0, GOOD.length / 2))), "damaged");
  assert.equal(why(changed({ version: 2 })), "damaged");
  assert.equal(why(changed({ host: "Call 555 and pay!" })), "damaged");
  assert.equal(why(changed({ receipts: [], proofs: [] })), "none");
  assert.equal(why(new Uint8Array(MOST_FILE_BYTES + 1)), "large");
});

test("a file that names this server is held against its signature and no other", () => {
  const other = { ...KEYS, relayPublic: KEYS.logPublic };
  assert.equal(standingOf(KEYS, HERE), "sure");
  assert.equal(standingOf(KEYS, { ...HERE, keys: other }), "unsigned");
  assert.equal(standingOf(KEYS, { ...HERE, keys: null }), "unasked");
  assert.equal(standingOf(KEYS, { ...HERE, host: "elsewhere.example" }), "foreign");
});

test("a file with another log's key in it is not sound at the server that it names", () => {
  assert.ok(soundAt(GOOD, HERE));
  assert.ok(!soundAt(GOOD, { ...HERE, keys: { ...KEYS, logPublic: KEYS.relayPublic } }));
});

test("whichever bit of a receipt is changed, the file is not sound or cannot be read", () => {
  const from = GOOD.indexOf("done: ");
  for (let at = from; at < from + 16; at++) {
    const raw = textBytes(GOOD);
    raw[at] = (raw[at] as number) ^ 1;
    const text = new TextDecoder().decode(raw);
    assert.ok(why(raw) !== "read" || !soundAt(text, HERE), text.slice(from, from + 20));
  }
});
