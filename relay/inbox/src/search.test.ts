/** What is found by what is typed. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { fold, isFoundIn, matching, wanted } from "./search.ts";
import type { ListRow } from "./session.ts";

function row(part: Partial<ListRow>): ListRow {
  return {
    ...{ id: "a", threadId: "b", order: 1, mine: false, senderName: "Anna Harrow" },
    ...{ subject: "Before Thursday", firstWords: "Three questions", files: 0, byMail: false },
    ...{ createdAt: 1, expiresAt: 2, unread: false },
    ...part,
  };
}

test("case, accents, widths and spaces make no difference", () => {
  assert.equal(fold("Grüße  aus\tZÜRICH"), fold("gruße aus zurich"));
  assert.equal(fold("ﬁne ＡＢＣ"), "fine abc");
  assert.equal(fold("Ελλάδα"), fold("ΕΛΛΆΔΑ"));
  assert.deepEqual(wanted("  two   words "), ["two", "words"]);
  assert.deepEqual(wanted("   "), []);
});

test("every word has to be there, in whichever place", () => {
  const rows = [
    row({ subject: "Goals", fileNames: ["Übersicht 2027.pdf"] }),
    row({ subject: "Goals", firstWords: "A walk" }),
    row({ mine: true, senderName: "Maya", subject: "Re: Goals" }),
  ];
  const found = (typed: string) => matching(rows, typed, "You").map((one) => rows.indexOf(one));
  assert.deepEqual(found("goals"), [0, 1, 2]);
  assert.deepEqual(found("ubersicht goals"), [0]);
  assert.deepEqual(found("anna walk"), [1]);
  assert.deepEqual(found("you"), [2]);
  assert.deepEqual(found("maya"), [2]);
  assert.deepEqual(found("walk anna maya"), []);
  assert.deepEqual(found(""), []);
});

test("signs that mean something to a pattern are signs", () => {
  assert.ok(isFoundIn(fold("What? (a+b)*"), wanted("(a+b)*")));
  assert.ok(!isFoundIn(fold("aab"), wanted("a+b")));
});

test("a changed row is folded anew", () => {
  const before = row({ subject: "One" });
  assert.equal(matching([before], "one", "You").length, 1);
  assert.equal(matching([{ ...before, subject: "Two" }], "one", "You").length, 0);
});
