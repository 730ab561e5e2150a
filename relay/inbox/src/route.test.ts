/** Addresses: what must hold of the way from a view to its address and back. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { fragmentKind } from "./fragment.ts";
import { href, isOffer, parse, type Route } from "./route.ts";

const ROUTES: readonly Route[] = [
  { view: "invitation", step: "start" },
  { view: "invitation", step: "agreement" },
  { view: "invitation", step: "sheet" },
  { view: "list", filter: "all" },
  { view: "list", filter: "going" },
  { view: "list", filter: "all", order: "deletion" },
  { view: "list", filter: "files", order: "size" },
  { view: "list", filter: "all", select: true },
  { view: "list", filter: "unread", order: "deletion", select: true },
  { view: "message", id: "a01f" },
  { view: "reply", id: "a01f" },
  { view: "write" },
  { view: "work", page: "overview" },
  { view: "work", page: "agreement" },
  { view: "work", page: "close" },
  { view: "work", page: "close-told" },
  { view: "receipts" },
  { view: "receipt", id: "b2c4" },
  { view: "add" },
  { view: "how" },
  { view: "locked" },
  { view: "help" },
  { view: "settings", page: "menu" },
  { view: "settings", page: "mail" },
];

test("every view has an address that leads back to it", () => {
  for (const route of ROUTES) {
    const { pathname, search } = new URL(href(route), "https://inbox.example");
    assert.deepEqual(parse(pathname, search), route);
  }
});

test("what is no address of ours leads nowhere, whatever it is made of", () => {
  const strange = [
    "/x",
    "/t",
    "/t/../x",
    "/t/XYZ",
    `/t/${"a".repeat(129)}`,
    "/t/a01f/x",
    "/t/a01f/reply/x",
  ];
  for (const path of [...strange, "/i/x", "/settings/x", "/write/x", "/how/a/b/c"]) {
    assert.deepEqual(parse(path), { view: "nowhere" }, path);
  }
});

test("an unknown filter shows the whole list, an unknown order what is newest", () => {
  assert.deepEqual(parse("/", "?show=secret&by=name"), { view: "list", filter: "all" });
});

test("an invitation's link is told apart by its shape, and a broken one is never taken for a whole one", () => {
  const secret = "A".repeat(43);
  assert.equal(fragmentKind(`#1.${secret}`), "client");
  assert.equal(fragmentKind(`2.${secret}`), "coach");
  assert.equal(fragmentKind(""), "none");
  for (const broken of [
    `#3.${secret}`,
    `#1.${secret}A`,
    `#1.${secret.slice(1)}`,
    "#1",
    `#1.${secret}=`,
    "#main",
  ]) {
    assert.equal(fragmentKind(broken), "mistyped", broken);
  }
});

test("what an open browser shows is known by its shape, and is no invitation", () => {
  const secret = "A".repeat(43);
  for (const fragment of [`4.${secret}`, `#4.${secret}`]) {
    assert.equal(isOffer(fragment), true);
    assert.equal(fragmentKind(fragment), "mistyped");
  }
  for (const fragment of [
    "",
    `1.${secret}`,
    `4.${secret}A`,
    `4.${secret.slice(1)}`,
    `4.${secret}\n`,
  ]) {
    assert.equal(isOffer(fragment), false);
  }
});
