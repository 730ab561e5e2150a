/** An unsent note about a call: each call has its own, it comes back as it was typed, and does not outlive its call. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { pastDrafts, placeOf, typedAbout } from "./calldrafts.ts";
import { NO_DRAFT, packDrafts, unpackDrafts } from "./drafts.ts";

const NOW = 1_800_000_000;
const DAY = 86_400;
const call = (id: string, days: number) => ({ id, expiresAt: NOW + days * DAY });

test("each call has its own, which comes back as it was typed, an emptied one too", () => {
  const first = typedAbout(call("a1", 30), null, "osprey", NOW);
  const more = typedAbout(call("a1", 30), first, "osprey, and", NOW + 9);
  const emptied = typedAbout(call("b2", 30), null, "", NOW);
  assert.deepEqual([more.begunAt, more.changedAt, more.text], [NOW, NOW + 9, "osprey, and"]);
  assert.notEqual(placeOf(call("a1", 30)), placeOf(call("b2", 30)));
  assert.deepEqual(unpackDrafts(packDrafts([more, emptied])), [more, emptied]);
});

test("what is about a call that has gone goes; one whose call is not known yet stays, and so does all else", () => {
  const gone = typedAbout(call("a1", -1), null, "gone", NOW - 2 * DAY);
  const later = typedAbout(call("b2", 3), null, "not known here yet", NOW);
  const longer = typedAbout(call("c3", -1), null, "its call is kept longer by now", NOW);
  const dated = {
    ...NO_DRAFT,
    keep: { kind: "date", date: "2020-01-01" } as const,
    text: "a message",
  };
  const drafts = [gone, later, longer, dated, { ...dated, threadId: "0c" }];
  assert.deepEqual(pastDrafts(drafts, [call("c3", 9)], NOW), [placeOf(call("a1", 0))]);
});
