/** What a relay tells of a firm is read strictly, and what is not as it should be is left out. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { firmOf } from "./firm.ts";

const TOLD = { do: "#7a1f5c", do_tint: "#efe4eb", dark_do: "#ffa9d9", dark_do_tint: "#373135" };
const MARK = "qL8R2ppExNbeQCYkCI7CwA";

test("colours and a mark are taken as they are told", () => {
  assert.deepEqual(firmOf(TOLD, MARK), {
    colours: { do: "#7a1f5c", doTint: "#efe4eb", darkDo: "#ffa9d9", darkDoTint: "#373135" },
    mark: MARK,
  });
});

test("a relay that knows of neither tells of neither", () => {
  assert.deepEqual(firmOf(undefined, undefined), { colours: null, mark: null });
  assert.deepEqual(firmOf(null, null), { colours: null, mark: null });
});

test("what could be more than a colour is none, and then all four are left out", () => {
  for (const bad of [
    "#fff",
    "red",
    "#7A1F5C",
    "#7a1f5c;",
    "url(//elsewhere.test)",
    "var(--ink)",
    7,
  ]) {
    assert.equal(firmOf({ ...TOLD, dark_do_tint: bad }, null).colours, null);
  }
  assert.equal(firmOf({ do: "#7a1f5c" }, null).colours, null);
  assert.equal(firmOf([], null).colours, null);
  assert.equal(firmOf("#7a1f5c", null).colours, null);
});

test("what could lead elsewhere is no mark", () => {
  for (const bad of ["", "../../wake", "//elsewhere.test/a.png", `${MARK}?`, `${MARK}a`, 1, {}]) {
    assert.equal(firmOf(null, bad).mark, null);
  }
});
