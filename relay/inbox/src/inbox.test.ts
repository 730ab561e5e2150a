/** The state of an open inbox: what must hold after every step. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Draft, NO_DRAFT } from "./drafts.ts";
import {
  type Action,
  EMPTY,
  endStage,
  goingUnread,
  type Inbox,
  months,
  reduce,
  unreadCount,
  visible,
} from "./inbox.ts";
import type { ListRow, Message, Opened } from "./session.ts";
import { DAY_SECONDS } from "./time.ts";

const NOW = Date.parse("2026-09-08T09:30:00Z") / 1000;

function row(order: number, part: Partial<ListRow> = {}): ListRow {
  return {
    id: `a${order}`,
    threadId: "b1",
    order,
    mine: false,
    senderName: "Anna Harrow",
    subject: "Subject",
    firstWords: "Words",
    files: 0,
    createdAt: NOW - 1000 + order,
    expiresAt: NOW + 100 * DAY_SECONDS,
    unread: false,
    byMail: false,
    ...part,
  };
}

function message(order: number, part: Partial<Message> = {}): Message {
  return {
    ...row(order),
    text: "What nobody else reads",
    attachments: [],
    gapBefore: false,
    ...part,
  };
}

const OPENED = { engagementState: "active" } as Opened;

const after = (...actions: readonly Action[]): Inbox => actions.reduce(reduce, EMPTY);
const page = (...rows: readonly ListRow[]): Action => ({
  kind: "page",
  page: { rows, more: false, before: 0 },
});
const ids = (inbox: Inbox) => inbox.rows.map((one) => one.id);

test("rows are newest first and each once, however they came", () => {
  const inbox = after(page(row(1), row(3)), page(row(2), row(3, { unread: true })));
  assert.deepEqual(ids(inbox), ["a3", "a2", "a1"]);
  assert.equal(unreadCount(inbox), 1);
});

test("the list never jumps: what arrives waits until it is let in", () => {
  const inbox = after(page(row(1)), { kind: "arrived", rows: [row(2, { unread: true })] });
  assert.deepEqual(ids(inbox), ["a1"]);
  assert.deepEqual(ids(reduce(inbox, { kind: "letIn" })), ["a2", "a1"]);
});

test("into an empty list, and from one's own hand, it comes at once", () => {
  assert.deepEqual(ids(after(page(), { kind: "arrived", rows: [row(1)] })), ["a1"]);
  const own = after(page(row(1)), { kind: "arrived", rows: [row(2, { mine: true })] });
  assert.deepEqual(ids(own), ["a2", "a1"]);
  assert.deepEqual(own.waiting, []);
});

test("what is due leaves the list, what waits and the open thread, with its text", () => {
  const due = { expiresAt: NOW };
  const inbox = after(
    page(row(1, due), row(2)),
    { kind: "arrived", rows: [row(3, due)] },
    { kind: "thread", id: "b1", messages: [message(1, due), message(2)] },
    { kind: "tick", now: NOW },
  );
  assert.deepEqual(ids(inbox), ["a2"]);
  assert.deepEqual(inbox.waiting, []);
  assert.deepEqual(inbox.thread?.shown[0], { state: "gone", id: "a1" });
  assert.equal(inbox.thread?.shown[1]?.state, "here");
  assert.equal(JSON.stringify(inbox).match(/What nobody else reads/g)?.length, 1);
});

test("a second in which nothing is due changes nothing at all", () => {
  const inbox = after(page(row(1)));
  assert.equal(reduce(inbox, { kind: "tick", now: NOW }), inbox);
});

test("a shorter date holds for the row, the open message and its files", () => {
  const file = {
    index: 0,
    name: "a.txt",
    type: "text/plain",
    bytes: 1,
    expiresAt: NOW + 100 * DAY_SECONDS,
  };
  const inbox = after(
    page(row(1)),
    { kind: "thread", id: "b1", messages: [message(1, { attachments: [file] })] },
    { kind: "shortened", id: "a1", expiresAt: NOW + 50 },
  );
  const shown = inbox.thread?.shown[0];
  assert.equal(inbox.rows[0]?.expiresAt, NOW + 50);
  assert.equal(shown?.state === "here" && shown.message.attachments[0]?.expiresAt, NOW + 50);
});

test("locking forgets everything", () => {
  const inbox = after(
    { kind: "opened", opened: OPENED, drafts: [] },
    page(row(1)),
    { kind: "draft", draft: { ...NO_DRAFT, text: "unsent" } },
    { kind: "locked" },
  );
  assert.deepEqual(inbox, EMPTY);
});

test("what is about to be deleted is not shown, and shown again if it is cancelled", () => {
  const inbox = after(page(row(1), row(2)), { kind: "leaving", ids: ["a1"] });
  assert.equal(visible(inbox, "all", NOW).length, 1);
  assert.equal(visible(reduce(inbox, { kind: "leaving", ids: [] }), "all", NOW).length, 2);
});

test("filters show what they name; what goes first stands first", () => {
  const inbox = after(
    page(
      row(1, { unread: true }),
      row(2, { files: 2 }),
      row(3, { expiresAt: NOW + 20 * DAY_SECONDS }),
      row(4, { expiresAt: NOW + 2 * DAY_SECONDS, unread: true }),
    ),
  );
  const shown = (filter: Parameters<typeof visible>[1]) =>
    visible(inbox, filter, NOW).map((one) => one.id);
  assert.deepEqual(shown("unread"), ["a4", "a1"]);
  assert.deepEqual(shown("files"), ["a2"]);
  assert.deepEqual(shown("going"), ["a4", "a3"]);
  assert.deepEqual(goingUnread(inbox, NOW), { all: 1, unread: 1 });
});

test("by size, what has the largest files stands first, mails among them, and of the same size the newest", () => {
  const inbox = after(
    page(
      row(1, { files: 1, fileBytes: 9_000 }),
      row(2),
      row(3, { files: 3, fileBytes: 100 }),
      row(4, { byMail: true, fileBytes: 24_000_000 }),
      row(5, { files: 1, fileBytes: 100 }),
      row(6),
    ),
  );
  const shown = visible(inbox, "all", NOW, "size").map((one) => one.order);
  assert.deepEqual(shown, [4, 1, 5, 3, 6, 2]);
  const files = visible(inbox, "files", NOW, "size").map((one) => one.order);
  assert.deepEqual(files, [1, 5, 3]);
  assert.deepEqual(
    inbox.rows.map((one) => one.order),
    [6, 5, 4, 3, 2, 1],
  );
});

test("months are those of the reader's zone, in order", () => {
  const rows = [
    row(3, { createdAt: Date.parse("2026-09-01T00:30:00Z") / 1000 }),
    row(2, { createdAt: Date.parse("2026-08-31T23:30:00Z") / 1000 }),
    row(1, { createdAt: Date.parse("2025-08-31T23:30:00Z") / 1000 }),
  ];
  const names = (zone: string) =>
    months(rows, NOW, zone).map((one) => `${one.name} ${one.rows.length}`);
  assert.deepEqual(names("UTC"), ["September 1", "August 1", "August 2025 1"]);
  assert.deepEqual(names("Pacific/Auckland"), ["September 2", "September 2025 1"]);
});

test("a draft belongs to its thread, and another thread's is left alone", () => {
  const first: Draft = { ...NO_DRAFT, threadId: "b1", text: "one" };
  const second: Draft = { ...NO_DRAFT, text: "two" };
  const inbox = after(
    { kind: "draft", draft: first },
    { kind: "draft", draft: second },
    { kind: "draft", draft: { ...first, text: "one, better" } },
    { kind: "draftDone", threadId: null },
  );
  assert.deepEqual(
    inbox.drafts.map((draft) => draft.text),
    ["one, better"],
  );
});

test("what another browser put away joins the drafts of this page: the newer stands, and what was sent there is gone here", () => {
  const at = { begunAt: NOW - 9, changedAt: NOW - 5 };
  const mine = { ...NO_DRAFT, text: "newer", changedAt: NOW };
  const kept = [
    { ...NO_DRAFT, text: "older", changedAt: NOW - 1 },
    { ...NO_DRAFT, threadId: "other", text: "elsewhere" },
    { ...NO_DRAFT, ...at, threadId: "sent", changedAt: NOW, done: true as const },
  ];
  const inbox = [
    { kind: "draft", draft: { ...NO_DRAFT, ...at, threadId: "sent", text: "sent" } } as const,
    { kind: "draft", draft: mine } as const,
    { kind: "draftsKept", drafts: kept } as const,
  ].reduce(reduce, EMPTY);
  assert.deepEqual(
    inbox.drafts.map(({ text }) => text),
    ["newer", "elsewhere"],
  );
});

test("what is kept longer stands where it was written, not where it arrived anew", () => {
  const kept = row(9, { id: "k", keptLonger: true, createdAt: NOW - 998.5 });
  assert.deepEqual(ids(after(page(row(1), row(2), row(3)), page(kept))), ["a3", "a2", "k", "a1"]);
});

test("the end is near in three steps, and over at its second", () => {
  const stages = [31, 30, 8, 7, 2, 1, 0].map((days) => endStage(NOW + days * DAY_SECONDS, NOW));
  assert.deepEqual(stages, [null, 30, 30, 7, 7, 1, null]);
});

test("rows that come part by part stand as if all had been sorted at once, whatever came before them", () => {
  const parts = [
    [row(9), row(8)],
    [row(7), row(6)],
    [row(5, { keptLonger: true, createdAt: row(8).createdAt }), row(4)],
    [row(3), row(2)],
    [row(7, { unread: true }), row(1)],
  ];
  const again = [[row(9)], [{ ...row(9), order: 8 }]];
  const page = (rows: readonly ListRow[]) => ({ rows, more: false, before: 0 });
  const known = (inbox: Inbox, rows: readonly ListRow[]) =>
    reduce(inbox, { kind: "known", page: page(rows), reading: true });
  for (const [at] of parts.entries()) {
    const some = parts.slice(0, at + 1);
    assert.deepEqual(some.reduce(known, EMPTY).rows, known(EMPTY, some.flat()).rows);
  }
  assert.equal(parts.reduce(known, EMPTY).rows.length, 9);
  assert.equal(again.reduce(known, EMPTY).rows.length, 1);
});
