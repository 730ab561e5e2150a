/** The sheet's square in pictures: what must hold of the reading. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { KINDS } from "./camera.testing.ts";
import { campaign } from "./campaign.testing.ts";
import { picture, type Shot } from "./pictures.testing.ts";
import { readSquare } from "./read.ts";

/** A lens that shows no edge of a module, a lamp's reflection on a corner: there the next picture has to help. */
const HARD = ["out of focus", "under a lamp"];
const SHEET = "482910573829104756382910473820";

function seen(shot: Partial<Shot>) {
  const { pixels, width, height } = picture({ text: SHEET, ...shot });
  return readSquare(pixels, width, height);
}

function assertRead(shot: Partial<Shot>): void {
  assert.deepEqual(seen(shot), { kind: "digits", digits: SHEET }, JSON.stringify(shot));
}

test("a square is read however the paper is turned", () => {
  for (let degrees = 0; degrees < 360; degrees += 37) {
    assertRead({ degrees });
  }
});

test("tilted, far and near, unevenly lit, blurred and with noise it is read too", () => {
  for (const module of [4, 7, 11]) {
    assertRead({ module });
    assertRead({ module, degrees: 12, noise: 25 });
    assertRead({ module, degrees: 200, shade: 0.6 });
    assertRead({ module, degrees: 100, tilt: [0.25, -0.1] });
  }
  assertRead({ degrees: 5, tilt: [0, -0.4], blur: 1 });
  assertRead({ degrees: 160, tilt: [0.35, 0.35], blur: 2, shade: 0.4 });
});

test("whatever digits a sheet has are read, by every mask", () => {
  for (let mask = 0; mask < 8; mask++) {
    const text = String(mask * 1237 + 11)
      .repeat(30)
      .slice(0, 30);
    assert.deepEqual(seen({ text, mask }), { kind: "digits", digits: text });
  }
});

/** Four modules of one codeword each, none of them of a ring or the timing. */
const DIRT = [
  [20, 20],
  [18, 10],
  [12, 12],
  [10, 2],
] as const;

test("dirt over four codewords is mended; over more nothing is read, rather than something wrong", () => {
  assertRead({ dirt: DIRT });
  const more = [...DIRT, [15, 15], [20, 14], [9, 17], [13, 9]] as const;
  assert.equal(seen({ dirt: more }).kind, "nothing");
});

test("a larger square is told from the sheet's", () => {
  const link = "https://inbox.harrow.example/i/#1.0123456789abcdefghijklmnopqrstuvwxyz_-ABCDE";
  for (const text of ["9".repeat(60), link]) {
    assert.deepEqual(seen({ text, module: 7, degrees: 9 }), { kind: "other" });
  }
});

test("one of the same size that says something else, or is made another way, is not read", () => {
  assert.equal(seen({ text: "HAZEL ORBIT LINEN" }).kind, "nothing");
  assert.equal(seen({ text: "1234567", ecc: "L" }).kind, "nothing");
  assert.equal(seen({ text: "1234567", ecc: "H" }).kind, "nothing");
});

test("where there is no square nothing is read, however small the picture", () => {
  for (const [width, height] of [
    [0, 0],
    [1, 1],
    [3, 200],
    [200, 2],
    [320, 240],
  ] as const) {
    for (const value of [0, 128, 255]) {
      const pixels = new Uint8ClampedArray(4 * width * height).fill(value);
      assert.deepEqual(readSquare(pixels, width, height), { kind: "nothing" });
    }
  }
  assert.equal(seen({ noise: 400 }).kind, "nothing");
});

test("of photographs of every kind nearly all are read by one look or another, and none as what it is not", () => {
  for (const kind of Object.keys(KINDS)) {
    const { right, wrong } = campaign(kind, 3);
    assert.ok(right >= (HARD.includes(kind) ? 1 : 2), `${kind}: ${right} of 3`);
    assert.equal(wrong, 0, kind);
  }
});
