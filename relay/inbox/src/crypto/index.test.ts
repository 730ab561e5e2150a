/** The index as a whole: ten thousand rows, without one public-key operation for a row; rows come out as they went in. */

import "./unfrozen.testing.ts";

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { publicKeyOperations } from "./counted.testing.ts";
import { type Bytes, concat, u64 } from "./encoding.ts";
import { Malformed, NotOpened } from "./errors.ts";
import {
  bareRow,
  type IndexRow,
  indexKey,
  MOST_BOX_BYTES,
  numberOf,
  openSegment,
  RUN,
  sealSegment,
  utf8Bytes,
} from "./index.ts";
import { dayOf, ZERO_HASH, ZERO_ID } from "./names.ts";
import { counting } from "./sources.testing.ts";
import { SignKey, verify } from "./suite.ts";

const EXPIRES_AT = 1_900_000_000;
const DAY = dayOf(EXPIRES_AT);
const random = counting(3);
const KEY = indexKey(random(32), [random(32)], DAY);
const OWNER = { accountId: random(16), mailboxId: random(16), day: DAY };

function letter(order: number): IndexRow {
  return {
    ...bareRow({
      order,
      envelopeId: concat(u64(order), u64(7)),
      envelopeClass: 1,
      createdAt: 0,
      sealedUntil: EXPIRES_AT,
    }),
    ...{ origin: 1, kind: 1, by: 2, files: 1, writer: 9, count: order, createdAt: 1_800_000_000 },
    ...{ contentId: concat(u64(order), random(24)), threadId: random(16) },
    ...{ subject: `Letter ${order}`, firstWords: "Three questions to sit with", names: ["a.pdf"] },
  };
}

interface Box {
  readonly number: number;
  readonly box: Bytes;
}

function sealed(rows: readonly IndexRow[]): Box[] {
  const runs = new Map<number, IndexRow[]>();
  for (const row of rows) {
    runs.set(numberOf(row.order), [...(runs.get(numberOf(row.order)) ?? []), row]);
  }
  return [...runs].map(([number, part]) => ({
    number,
    box: sealSegment(KEY, { ...OWNER, number, version: 1 }, part, random(24)),
  }));
}

const opened = ({ number, box }: Box) => openSegment(KEY, { ...OWNER, number, version: 1 }, box);

describe("ten thousand rows", () => {
  const rows = Array.from({ length: 10_000 }, (_, at) => letter(at + 1));
  const boxes = sealed(rows);

  test("come out as they went in, without a public-key operation", async () => {
    const found: IndexRow[] = [];
    const count = await publicKeyOperations(() => {
      for (const box of boxes) {
        found.push(...opened(box));
      }
    });
    assert.equal(count, 0);
    assert.deepEqual(found, rows);
    assert.equal(boxes.length, Math.ceil(10_001 / RUN));
    assert.ok(boxes.every(({ box }) => box.length <= MOST_BOX_BYTES));
  });

  test("and the count can be other than nothing", async () => {
    const signer = SignKey.fromSeed(random(32));
    const signature = signer.sign(random(1));
    const wrong = () => assert.throws(() => verify(signer.public, signature, random(2)));
    assert.ok((await publicKeyOperations(wrong)) > 0);
  });
});

test("a segment of another place, or with a row of another, is none", () => {
  const [first, second] = sealed([letter(1), letter(64)]) as [Box, Box];
  assert.throws(() => opened({ number: 1, box: first.box }), NotOpened);
  assert.throws(() => opened({ number: 0, box: second.box }), NotOpened);
  const place = { ...OWNER, number: 0, version: 1 };
  assert.throws(() => sealSegment(KEY, place, [letter(64)], random(24)), Malformed);
  assert.throws(() => sealSegment(KEY, place, [letter(2), letter(1)], random(24)), Malformed);
  assert.throws(() => sealSegment(KEY, place, [], random(24)), Malformed);
});

test("bytes of a text are counted as they are written", () => {
  for (const text of ["", "plain", "ä", "Ελλάδα", "🌿 leaf", "漢字", "a\u0301", "￿"]) {
    assert.equal(utf8Bytes(text), new TextEncoder().encode(text).length, text);
  }
});

test("a row of which nothing is known holds nothing", () => {
  const row = bareRow({ ...letter(5), envelopeClass: 0, createdAt: 86_400 });
  assert.deepEqual([row.contentId, row.threadId, row.subject], [ZERO_HASH, ZERO_ID, ""]);
  assert.deepEqual(opened(sealed([row])[0] as Box), [row]);
});
