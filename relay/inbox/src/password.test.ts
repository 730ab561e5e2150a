/** Chosen passwords: what is refused, and that nothing else is. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { normalised, passwordFault } from "./password.ts";

const NAMES = ["Maya Okafor", "Anna Harrow", "amber-river-42"];

test("fewer than twelve characters are too short, counted as they will be used", () => {
  assert.equal(passwordFault("short words", NAMES), "short");
  assert.equal(passwordFault("  a        b  ", NAMES), "short");
  assert.equal(passwordFault("quiet lamp oak", NAMES), null);
  assert.equal(passwordFault("🦉🦉🦊🦊🐢🐢🐟🐟🦋🦋🐝🐞", NAMES), null);
});

test("a password has an upper limit", () => {
  assert.equal(passwordFault("quiet lamp oak ".repeat(100), NAMES), "long");
});

test("the common ones are refused with figures behind them, and so are patterns", () => {
  const common = [
    "Password1234",
    "letmeinplease",
    "qwertyuiop123",
    "iloveyou2026!",
    "abcabcabcabc",
    "123456789012",
    "aaaaaaaaaaaa",
  ];
  for (const password of common) {
    assert.equal(passwordFault(password, NAMES), "common", password);
  }
});

test("a name alone is refused, a name in a sentence is not", () => {
  assert.equal(passwordFault("Maya Okafor 1984", NAMES), "name");
  assert.equal(passwordFault("annaharrow2026", NAMES), "name");
  assert.equal(passwordFault("Maya bought four green lamps", NAMES), null);
});

test("two ways of typing one letter are one password", () => {
  assert.equal(normalised(" cafe\u0301  au lait "), "caf\u00e9 au lait");
});
