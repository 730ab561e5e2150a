/** What *Clients* says of an inbox at a glance: from rows alone, and of what is due nothing. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { ContentKind } from "../crypto/content.ts";
import { By, bareRow, type IndexRow, StepNumber } from "../crypto/index.ts";
import { glanceOf } from "./glance.ts";
import { ReadMarks } from "./marks.ts";

const NOW = 1_800_000_000;
const DAY = 86_400;

function dated(order: number, part: Partial<IndexRow>, expiresAt: number) {
  const id = new Uint8Array(16).fill(order);
  const sealedUntil = NOW + 90 * DAY;
  const bare = { order, envelopeId: id, envelopeClass: 1, createdAt: NOW - DAY, sealedUntil };
  const row = { ...bareRow(bare), kind: ContentKind.MESSAGE, by: By.OTHER, ...part };
  return { row, expiresAt };
}

test("the last word, the next deletion, and what goes unread within a week", () => {
  const rows = [
    dated(1, { createdAt: NOW - 9 * DAY }, NOW + 3 * DAY),
    dated(2, { createdAt: NOW - 3 * DAY }, NOW + 60 * DAY),
    dated(3, { createdAt: NOW - 2 * DAY, by: By.ME }, NOW + 60 * DAY),
    dated(4, { createdAt: NOW - DAY, by: By.RELAY, kind: ContentKind.NOTICE }, NOW + 20 * DAY),
    dated(5, { createdAt: NOW - 4 * DAY }, NOW + 2 * DAY),
  ];
  assert.deepEqual(glanceOf(rows, [NOW + DAY], ReadMarks.NONE.with(5), NOW), {
    lastAt: NOW - 2 * DAY,
    lastMine: true,
    nextGoneAt: NOW + DAY,
    unread: 3,
    going: 1,
    goingAt: NOW + 3 * DAY,
    report: false,
  });
});

test("what is due is nothing any more, and of nothing there is nothing to say", () => {
  const nothing = { lastAt: 0, lastMine: false, nextGoneAt: 0, unread: 0, going: 0, goingAt: 0 };
  const found = glanceOf([dated(1, {}, NOW)], [NOW], ReadMarks.NONE, NOW);
  assert.deepEqual(found, { ...nothing, report: false });
});

const { VERSION, SIGNED, ANSWER } = StepNumber;
const STEPS: [string, boolean, [grade: number, by: By][]][] = [
  ["a version of the client", true, [[VERSION, By.OTHER]]],
  ["a version of the coach", true, [[VERSION, By.ME]]],
  [
    "a version that the coach has signed",
    false,
    [
      [VERSION, By.OTHER],
      [SIGNED, By.ME],
    ],
  ],
  [
    "a version that the client alone has signed",
    true,
    [
      [VERSION, By.ME],
      [SIGNED, By.OTHER],
    ],
  ],
  [
    "another version after a signature",
    true,
    [
      [VERSION, By.ME],
      [SIGNED, By.ME],
      [VERSION, By.OTHER],
    ],
  ],
  [
    "a version that was not released",
    false,
    [
      [VERSION, By.ME],
      [ANSWER, By.OTHER],
    ],
  ],
  ["a signature without a version", false, [[SIGNED, By.OTHER]]],
  ["a step that nobody knows", false, [[0, By.OTHER]]],
];
for (const [name, waits, steps] of STEPS) {
  test(`a report wants the coach's signature or not: ${name}`, () => {
    const rows = steps.map(([grade, by], at) => {
      const part = { kind: ContentKind.REPORT, grade, by, createdAt: NOW - DAY + at };
      // What is kept longer comes once more: the order says nothing of when it was written.
      return dated(9 - at, part, NOW + DAY);
    });
    const found = glanceOf(rows, [], ReadMarks.NONE, NOW);
    assert.equal(found.report, waits);
    assert.deepEqual([found.unread, found.lastAt, found.nextGoneAt], [0, 0, 0], "no message");
    const due = rows.map(({ row }) => ({ row, expiresAt: NOW }));
    assert.equal(glanceOf(due, [], ReadMarks.NONE, NOW).report, false);
  });
}
