/** Choosing messages: no more than a hundred, and what is said of them before anything is done. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { deletingOf, MOST_CHOSEN, markFor, toggled } from "./selecting.ts";
import type { ListRow } from "./session.ts";

function row(id: string, more: Partial<ListRow> = {}): ListRow {
  return {
    ...{ id, threadId: id, order: 1, mine: false, senderName: "Anna Harrow", subject: "" },
    ...{ firstWords: "", files: 0, createdAt: 10, expiresAt: 100, unread: false, byMail: false },
    ...more,
  };
}

test("a press chooses, another one takes it back, in the order of the presses", () => {
  assert.deepEqual(toggled(["a"], "b"), ["a", "b"]);
  assert.deepEqual(toggled(["a", "b"], "a"), ["b"]);
});

test("a hundred at a time, and no more; one of them can still be taken back", () => {
  const full = Array.from({ length: MOST_CHOSEN }, (_, at) => `${at}`);
  assert.equal(MOST_CHOSEN, 100);
  assert.deepEqual(toggled(full.slice(1), "new")?.length, MOST_CHOSEN);
  assert.equal(toggled(full, "new"), null);
  assert.equal(toggled(full, "7")?.length, MOST_CHOSEN - 1);
});

test("one that is unread makes it a mark as read; what I wrote is neither", () => {
  const mine = row("m", { mine: true, unread: true });
  assert.equal(markFor([row("a"), row("b", { unread: true })]), "read");
  assert.equal(markFor([row("a"), mine]), "unread");
  assert.equal(markFor([mine]), null);
  assert.equal(markFor([]), null);
});

test("before a deletion: what is unread, and until when the other person's copies stay", () => {
  const rows = [
    row("a", { unread: true }),
    row("b", { mine: true, expiresAt: 300 }),
    row("c", { byMail: true, expiresAt: 900 }),
  ];
  assert.deepEqual(deletingOf(rows), { count: 3, unread: 1, shared: 2, theirsUntil: 300, mine: 1 });
  assert.equal(deletingOf([row("c", { byMail: true })]).theirsUntil, 0);
});
