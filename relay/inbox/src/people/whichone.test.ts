/** Which engagement opens with an account: what a coach's vault still remembers keeps nobody out. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Bytes } from "../crypto/encoding.ts";
import { Role, ZERO_ID } from "../crypto/names.ts";
import type { EngagementItem } from "../crypto/vault.ts";
import { engagementToOpen } from "./whichone.ts";

const id = (number: number): Bytes => new Uint8Array(16).fill(number);
const NONE: Bytes = new Uint8Array(0);

function item(number: number, active = true): EngagementItem {
  return {
    myRole: Role.COACH,
    active,
    engagementId: id(number),
    myMailboxId: id(100 + number),
    theirMailboxId: ZERO_ID,
    notesMailboxId: ZERO_ID,
    invitationSecret: new Uint8Array(32),
    theirStatement: NONE,
    policy: NONE,
    act: NONE,
    myName: "Anna",
    theirName: "Maya",
  };
}

function account(coach: boolean, ...numbers: readonly number[]) {
  const mailboxes = numbers.map((number) => ({
    mailboxId: id(100 + number),
    address: "x@inbox.harrow.example",
    cursor: 0,
  }));
  return { coach, mailboxes };
}

test("a coach's first that is there opens, and the chosen one before it", () => {
  const all = [item(1), item(2, false), item(3), item(4)];
  const coach = account(true, 2, 3, 4);
  assert.deepEqual(
    engagementToOpen(all, coach, null),
    id(3),
    "the first has gone, the second waits",
  );
  assert.deepEqual(engagementToOpen(all, coach, id(4)), id(4));
  for (const not of [1, 2, 9]) {
    assert.deepEqual(engagementToOpen(all, coach, id(not)), id(3));
  }
});

test("a coach with whom nobody works has none to open", () => {
  assert.equal(engagementToOpen([], account(true), null), null);
  assert.equal(engagementToOpen([item(1, false)], account(true, 1), null), null);
  assert.equal(engagementToOpen([item(1)], account(true), id(1)), null);
});

test("a client's opens in any case, so that they are told what became of it", () => {
  assert.deepEqual(engagementToOpen([item(1)], account(false), null), id(1));
});
