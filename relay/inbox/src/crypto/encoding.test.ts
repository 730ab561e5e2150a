/** What reading and writing must refuse, and the lengths of padding. */

import assert from "node:assert/strict";
import { test } from "node:test";
import * as encoding from "./encoding.ts";
import { Malformed, Mistyped, NotOpened } from "./errors.ts";
import { checkPadding, pad, paddedLength } from "./padding.ts";
import { printSheet, readSheet, sheetDigits } from "./recovery.ts";
import { bytes, counting } from "./sources.testing.ts";

test("integers are written big-endian and refused where they do not fit", () => {
  assert.deepEqual(encoding.u16(0x0102), bytes("0102"));
  assert.deepEqual(encoding.u48(0x010203040506), bytes("010203040506"));
  assert.deepEqual(encoding.u64(2 ** 53 - 1), bytes("001fffffffffffff"));
  for (const number of [-1, 0.5, 256, Number.NaN, 2 ** 53]) {
    assert.throws(() => encoding.u8(number), Malformed);
  }
  assert.throws(() => encoding.u64(2 ** 53), Malformed);
  assert.throws(() => new encoding.Reader(bytes("0020000000000000")).u64(), Malformed);
  assert.equal(new encoding.Reader(bytes("001fffffffffffff")).u64(), 2 ** 53 - 1);
});

test("a reader refuses short frames, wrong constants, reserved bytes and what follows", () => {
  const read = (hex: string) => new encoding.Reader(bytes(hex));
  assert.throws(() => read("00").u16(), Malformed);
  assert.throws(() => read("00").take(-1), Malformed);
  assert.throws(() => read("0001").reserved(2), Malformed);
  assert.throws(() => read("01").expect(bytes("02"), "version"), Malformed);
  assert.throws(() => read("01").finish(), Malformed);
  const reader = read("0102ff");
  assert.equal(reader.u16(), 0x0102);
  assert.deepEqual(reader.soFar(), bytes("0102"));
  assert.deepEqual(reader.rest(), bytes("ff"));
  reader.finish();
});

test("text is strict UTF-8 both ways, and a byte order mark is not swallowed", () => {
  assert.throws(() => encoding.utf8(bytes("ff")), Malformed);
  assert.throws(() => encoding.utf8(bytes("eda080")), Malformed);
  assert.throws(() => encoding.textBytes("\ud800"), Malformed);
  assert.equal(encoding.utf8(bytes("efbbbf41")), "\ufeffA");
});

test("order is that of bytes, and lists must rise", () => {
  const list = (...hex: string[]) => encoding.ascending(hex.map(bytes), "list");
  list("", "00", "0001", "01", "ff");
  assert.throws(() => list("01", "01"), Malformed);
  assert.throws(() => list("02", "01"), Malformed);
  assert.equal(encoding.sameSecret(bytes("0102"), bytes("0102")), true);
  assert.equal(encoding.sameSecret(bytes("0102"), bytes("0103")), false);
  assert.equal(encoding.sameSecret(bytes("0102"), bytes("010200")), false);
});

test("padded lengths are Padmé's, at powers of two as elsewhere", () => {
  const known: [number, number][] = [
    [0, 1024],
    [1024, 1024],
    [1025, 1088],
    [1500, 1536],
    [2048, 2048],
    [2049, 2176],
    [2 ** 30, 2 ** 30],
    [2 ** 30 + 1, 2 ** 30 + 2 ** 25],
    [2 ** 40 + 1, 2 ** 40 + 2 ** 34],
  ];
  for (const [length, padded] of known) {
    assert.equal(paddedLength(length), padded);
  }
  checkPadding(pad(counting(1)(1500)), 1500);
  assert.throws(() => checkPadding(new Uint8Array(1088), 1000), NotOpened);
  const dirty = pad(counting(1)(1500));
  dirty[1535] = 1;
  assert.throws(() => checkPadding(dirty, 1500), NotOpened);
});

test("a recovery sheet reads back, and a wrong digit or exchanged groups name the first wrong group", () => {
  const digits = sheetDigits(counting(9)(32));
  const sheet = printSheet(digits);
  assert.match(sheet, /^(\d{5} ){5}\d{5}$/);
  assert.equal(readSheet(` ${sheet.replaceAll(" ", "\u2011")}\r\n`), digits);
  const groups = sheet.split(" ");
  const wrong = (typed: string[], group: number) =>
    assert.throws(
      () => readSheet(typed.join(" ")),
      (error) => error instanceof Mistyped && error.group === group,
    );
  for (let group = 0; group < 6; group++) {
    const digit = groups[group]?.[2];
    const changed = `${groups[group]?.slice(0, 2)}${(Number(digit) + 1) % 10}${groups[group]?.slice(3)}`;
    wrong(groups.with(group, changed), group);
  }
  wrong(groups.with(0, groups[1] as string).with(1, groups[0] as string), 0);
  wrong(groups.slice(0, 5), 5);
  wrong([...groups, "1"], 5);
  wrong(["\u{1f600}1234"], 0);
});
