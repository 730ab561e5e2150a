/** The order of *Clients*: by need, and not moving while somebody looks at it. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { asShown, byNeed, isOutOfOrder } from "./clientorder.ts";
import type { ClientRow } from "./session.own.ts";

function client(name: string, more: Partial<ClientRow> = {}): ClientRow {
  return {
    ...{ id: name, name, state: "active", address: "", endsAt: 0, asked: 0 },
    ...{ answered: false, invitedUntil: 0, reply: null, ...more },
  };
}

const names = (rows: readonly ClientRow[]) => rows.map(({ name }) => name).join(" ");

test("whoever asks stands first, then who is invited, then who works, then the rest", () => {
  const rows = [
    client("Held", { state: "held" }),
    client("Bea"),
    client("Abe"),
    client("Draft", { state: "draft" }),
    client("Asks", { asked: 1 }),
  ];
  assert.equal(names(rows.sort(byNeed)), "Asks Draft Abe Bea Held");
});

test("a list that is shown keeps its order, and who is new comes last", () => {
  const shown = ["Abe", "Bea", "Cid"];
  const rows = [client("Abe"), client("New"), client("Cid", { asked: 1 }), client("Bea")];
  const found = asShown(rows, shown);
  assert.equal(names(found), "Abe Bea Cid New");
  assert.ok(isOutOfOrder(found));
  assert.equal(names(asShown(rows, [])), "Cid Abe Bea New");
  assert.ok(!isOutOfOrder(asShown(rows, [])));
});

test("who has gone leaves no place", () => {
  assert.equal(names(asShown([client("Bea"), client("Abe")], ["Zoe", "Bea", "Abe"])), "Bea Abe");
});
