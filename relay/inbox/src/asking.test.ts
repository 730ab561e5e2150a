/** What is written to ask for a message again: nothing that was being written is lost. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { askedIn } from "./asking.ts";
import { NO_DRAFT } from "./drafts.ts";

const ASKED = { subject: "Again?", text: "Would you send it again?" };

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
