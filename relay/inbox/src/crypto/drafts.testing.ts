/** What the operations of drafts mean here. Mirrors `tests/vectors/run_drafts.py` name for name. */

import assert from "node:assert/strict";
import { draftsKey, encodeDrafts, openDrafts, parseDrafts } from "./drafts.ts";
import type { Inputs, Outputs } from "./inputs.testing.ts";

export const DRAFT_OPERATIONS: Record<string, (given: Inputs) => Outputs> = {
  "drafts.open_drafts": (given) => {
    const item = given.bytes("item");
    const { day, box } = parseDrafts(item);
    assert.deepEqual(encodeDrafts({ day, box }), item);
    const key = draftsKey(given.bytes("index_base"), given.bytesList("day_shares"), day);
    const place = {
      accountId: given.bytes("account_id"),
      engagementId: given.bytes("engagement_id"),
      day,
    };
    return { day, text: openDrafts(key, place, box) };
  },
};
