/** What a message's text is made of: what must hold whoever wrote it. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Block, blocks, type Piece, pieces } from "./prose.ts";

const textOf = (all: readonly Piece[]) => all.map((piece) => piece.text).join("");
const lines = (block: Block | undefined) =>
  (block?.kind === "list" ? block.items : block?.lines)?.map(textOf);

test("paragraphs, lists and quotes are told apart and keep their lines", () => {
  const found = blocks("Dear Maya,\nthree things.\n\n- one\n* two\n> you said\n> this\nYours");
  assert.deepEqual(
    found.map((block) => block.kind),
    ["paragraph", "list", "quote", "paragraph"],
  );
  assert.deepEqual(lines(found[0]), ["Dear Maya,", "three things."]);
  assert.deepEqual(lines(found[1]), ["one", "two"]);
  assert.deepEqual(lines(found[2]), ["you said", "this"]);
});

test("bold is between two pairs of stars; other stars are stars", () => {
  assert.deepEqual(pieces("a **b c** d"), [
    { kind: "plain", text: "a " },
    { kind: "bold", text: "b c" },
    { kind: "plain", text: " d" },
  ]);
  assert.equal(textOf(pieces("2 ** 3 ** 4 and **open")), "2 ** 3 ** 4 and **open");
});

test("a web address is shown whole, without the sentence's own end, and names its host", () => {
  assert.deepEqual(pieces("See https://talks.example/a?b=c, please.")[1], {
    kind: "link",
    text: "https://talks.example/a?b=c",
    host: "talks.example",
  });
});

test("nothing but http and https is an address, and none that hides its host behind a name", () => {
  for (const text of [
    "javascript:alert(1)",
    "data:text/html,x",
    "https://bank.example@evil.example/x",
    "https://",
  ]) {
    assert.deepEqual(
      pieces(text).map((piece) => piece.kind),
      ["plain"],
      text,
    );
  }
});

test("an address ends before a sign that is not seen or turns the direction of writing", () => {
  for (const sign of ["\u202e", "\u2066", "\u200b", "\u0085", "\u{e0041}"]) {
    assert.deepEqual(
      pieces(`https://evil.example/${sign}moc.knab`)[0],
      { kind: "link", text: "https://evil.example/", host: "evil.example" },
      sign,
    );
  }
});

test("markup is text", () => {
  assert.deepEqual(pieces("<img src=x onerror=alert(1)>"), [
    { kind: "plain", text: "<img src=x onerror=alert(1)>" },
  ]);
});

test("no letter is lost but marks and line ends", () => {
  const text = "one **two** https://a.example three\r\nfour\rfive";
  const found = blocks(text).flatMap((block) => lines(block) ?? []);
  assert.deepEqual(found, ["one two https://a.example three", "four", "five"]);
});

test("a hostile text is divided in a moment", { timeout: 5000 }, () => {
  blocks("**".repeat(50_000));
  blocks(`https://${"a".repeat(100_000)}`);
  blocks("- ".repeat(50_000));
});
