/** Read marks: what the item holds reads back, and two browsers' marks join. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { concat, u8, u16, u64 } from "../crypto/encoding.ts";
import { Malformed } from "../crypto/errors.ts";
import { MOST_AGAIN, MOST_MARKS, ReadMarks } from "./marks.ts";

test("marks read back as they were written", () => {
  const marks = ReadMarks.NONE.with(9).with(4).allUpTo(2);
  const again = ReadMarks.parse(marks.encode());
  assert.deepEqual([again.upTo, again.above], [2, [4, 9]]);
  assert.ok(again.has(1) && again.has(4) && !again.has(5));
});

test("what either browser has read is read", () => {
  const joined = ReadMarks.NONE.with(7).and(ReadMarks.NONE.allUpTo(5).with(9), ReadMarks.NONE);
  assert.deepEqual([joined.upTo, joined.above], [5, [7, 9]]);
});

test("a mark that is there already changes nothing", () => {
  const marks = ReadMarks.NONE.with(3);
  assert.equal(marks.with(3), marks);
  assert.equal(marks.allUpTo(0), marks);
});

test("what was marked unread is unread below and above the order up to which all is read, and reads back", () => {
  const marks = ReadMarks.NONE.allUpTo(5).with(9).without(3).without(9).without(7);
  const again = ReadMarks.parse(marks.encode());
  assert.deepEqual([again.upTo, again.above, again.again], [5, [], [3, 9]]);
  assert.deepEqual(
    [3, 4, 9].map((order) => again.has(order)),
    [false, true, false],
  );
  assert.deepEqual(again.allUpTo(9).again, [3, 9]);
  assert.equal(again.with(3).with(9).encode().at(0), 1);
});

test("a browser that knows nothing of it undoes no mark, and the newer word of either holds", () => {
  const base = ReadMarks.NONE.allUpTo(5);
  const stored = base.without(3);
  assert.deepEqual(base.allUpTo(8).and(stored, base).again, [3]);
  assert.deepEqual(stored.with(3).and(stored, stored).again, []);
  assert.deepEqual(stored.and(base, stored).again, []);
  assert.deepEqual(stored.without(4).and(base, stored).again, [4]);
});

test("of too many that are unread again the oldest are given up", () => {
  const orders = Array.from({ length: MOST_AGAIN + 1 }, (_, at) => at + 1);
  const marks = orders.reduce((all, order) => all.without(order), ReadMarks.NONE.allUpTo(999));
  assert.deepEqual([marks.again.length, marks.has(1), marks.has(2)], [MOST_AGAIN, true, false]);
});

test("too many marks become the order up to which all is read", () => {
  const orders = Array.from({ length: MOST_MARKS + 2 }, (_, at) => 2 * at + 2);
  const marks = orders.reduce((all, order) => all.with(order), ReadMarks.NONE);
  assert.deepEqual([marks.upTo, marks.above.length], [4, MOST_MARKS]);
});

test("an item that is out of order, cut or longer is refused", () => {
  const bad = [
    concat(u8(1), u64(5), u16(1), u64(5)),
    concat(u8(1), u64(0), u16(2), u64(4), u64(4)),
    concat(u8(1), u64(0), u16(1)),
    concat(u8(1), u64(0), u16(0), u8(0)),
    concat(u8(3), u64(0), u16(0)),
    concat(u8(2), u64(0), u16(0)),
    concat(u8(2), u64(0), u16(0), u16(0)),
    concat(u8(2), u64(5), u16(0), u16(2), u64(4), u64(4)),
    concat(u8(2), u64(5), u16(1), u64(7), u16(1), u64(7)),
    concat(u8(2), u64(9), u16(0), u16(257), ...Array.from({ length: 257 }, (_, at) => u64(at + 1))),
    concat(u8(1), u64(5), u16(0), u16(1), u64(4)),
  ];
  for (const plain of bad) {
    assert.throws(() => ReadMarks.parse(plain), Malformed);
  }
});
