/** What people type: what must be understood of it. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { insideAnotherApp } from "./agent.ts";
import { loginName, mailDomain, spread } from "./typed.ts";

const EMPTY = ["", "", "", "", "", ""];
const SHEET = ["41723", "90056", "18834", "55120", "70391", "26647"];

test("an inbox name is understood with capitals, spaces and the server's name behind it", () => {
  for (const typed of [
    "amber-river-42",
    " Amber River 42 ",
    "amber-river-42@inbox.harrow.example",
    "AMBER_RIVER_42",
  ]) {
    assert.equal(loginName(typed), "amber-river-42", typed);
  }
  assert.equal(loginName("   "), "");
});

test("a whole sheet pasted into any field fills all six", () => {
  for (const at of [0, 3, 5]) {
    assert.deepEqual(spread(EMPTY, at, SHEET.join("  ")), SHEET);
    assert.deepEqual(spread(EMPTY, at, SHEET.join("")), SHEET);
    assert.deepEqual(spread(EMPTY, at, SHEET.join("-\n")), SHEET);
  }
});

test("a sheet pasted with its name, date and address fills all six", () => {
  const paper = `Recovery sheet\n\n${SHEET.join("  ")}\n\nInbox name: amber-river-42@inbox.example:8443\nMade on 8 September 2026`;
  assert.deepEqual(spread(EMPTY, 0, paper), SHEET);
});

test("digits beyond a field run on into the next, and never beyond the last", () => {
  assert.deepEqual(spread(EMPTY, 0, "4172390"), ["41723", "90", "", "", "", ""]);
  assert.deepEqual(spread(SHEET, 5, "123456"), [...SHEET.slice(0, 5), "12345"]);
});

test("letters in a group are left out", () => {
  assert.deepEqual(spread(EMPTY, 1, "9o0x5")[1], "905");
});

test("an address has one domain; what is none has none", () => {
  assert.equal(mailDomain(" Maya@Home.example "), "home.example");
  for (const typed of [
    "",
    "maya",
    "maya@home",
    "a@b@c.example",
    "maya @home.example",
    "<maya@home.example>",
  ]) {
    assert.equal(mailDomain(typed), null, typed);
  }
});

test("a browser inside another app is told apart from a browser", () => {
  const ios =
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)";
  assert.equal(insideAnotherApp(`${ios} Version/19.0 Mobile/15E148 Safari/604.1`), false);
  assert.equal(insideAnotherApp(`${ios} Mobile/15E148`), true);
  assert.equal(insideAnotherApp(`${ios} Version/19.0 Safari/604.1 [FBAN/FBIOS;FBAV/400]`), true);
  assert.equal(
    insideAnotherApp("Mozilla/5.0 (X11; Linux x86_64) Chrome/130.0 Safari/537.36"),
    false,
  );
  assert.equal(
    insideAnotherApp("Mozilla/5.0 (Linux; Android 15; wv) Chrome/130.0 Mobile Safari/537.36"),
    true,
  );
});
