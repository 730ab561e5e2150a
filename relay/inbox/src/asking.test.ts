/** What is written to ask for a message again: the day is told no more exactly than it is known, and nothing that was being written is lost. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { askedIn, came } from "./asking.ts";
import { NO_DRAFT } from "./drafts.ts";
import type { ListRow } from "./session.ts";

const ASKED = { subject: "Again?", text: "Would you send it again?" };

function row(order: number, more: Partial<ListRow> = {}): ListRow {
  return {
    ...{ id: `${order}`, threadId: `${order}`, order, mine: false, senderName: "Anna Harrow" },
    ...{ subject: "", firstWords: "", files: 0, createdAt: order * 100, expiresAt: 99_999 },
    ...{ unread: false, byMail: false, ...more },
  };
}

const closed = row(5, { failed: { code: "lock" }, createdAt: 7777 });

test("its day lies between what came just before it and just after it", () => {
  const rows = [row(9), row(6), closed, row(4), row(1)];
  assert.deepEqual(came(closed, rows), { after: 400, before: 600 });
  assert.deepEqual(came(closed, [closed, row(4)]), { after: 400, before: null });
  assert.deepEqual(came(closed, [closed]), { after: null, before: null });
});

test("what tells no day of its own is passed over", () => {
  const rows = [
    row(6, { keptLonger: true, createdAt: 1 }),
    row(7, { failed: { code: "lock" } }),
    row(8),
    row(4, { givenBack: true }),
    row(3, { wentUnread: true }),
    row(2),
  ];
  assert.deepEqual(came(closed, rows), { after: 200, before: 800 });
});

test("the question is a new message, and asked once", () => {
  const once = askedIn([{ ...NO_DRAFT, threadId: "a", text: "Elsewhere" }], ASKED, 50);
  assert.deepEqual(
    [once.threadId, once.subject, once.text, once.begunAt],
    [null, ASKED.subject, ASKED.text, 50],
  );
  assert.equal(askedIn([once], ASKED, 60).text, ASKED.text);
});

test("what was being written stays, and the question follows it", () => {
  const there = { ...NO_DRAFT, begunAt: 10, changedAt: 10, subject: "Thursday", text: "Half a" };
  const found = askedIn([there], ASKED, 50);
  assert.deepEqual(
    [found.subject, found.text, found.begunAt, found.changedAt],
    ["Thursday", `Half a\n\n${ASKED.text}`, 10, 50],
  );
});
