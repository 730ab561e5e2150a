/** Whose page it is: the address alone says so. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { isOwnName, originOf, spokenAddress } from "./origin.ts";

const CASES = [
  ["https://inbox.harrow.example/t/1", "https://inbox.harrow.example"],
  ["https://inbox.harrow.example:8443/", "https://inbox.harrow.example:8443"],
  ["http://127.0.0.1:8080/", "http://127.0.0.1:8080"],
  ["http://localhost:8080/", "http://localhost:8080"],
  ["http://inbox.harrow.example.localhost:8190/", "https://inbox.harrow.example"],
  ["http://inbox.harrow.example.port-8443.localhost:8190/", "https://inbox.harrow.example:8443"],
  ["http://port-8443.localhost:8190/", "https://port-8443"],
  ["http://inbox.example.port-x.localhost:8190/", "https://inbox.example.port-x"],
  ["https://inbox.localhost.example/", "https://inbox.localhost.example"],
] as const;

for (const [address, origin] of CASES) {
  test(`${address} is a page of ${origin}`, () => {
    assert.equal(originOf(new URL(address)), origin);
  });
}

test("a device's own unlock is of the relay's name, not of numbers or of one's own computer", () => {
  const own = CASES.map(([address]) => isOwnName(new URL(address)));
  assert.deepEqual(own, [true, true, false, true, false, false, false, false, true]);
  assert.equal(isOwnName(new URL("https://[::1]:8080/")), false);
});

test("the address that is read out is the link's own, without what is secret in it", () => {
  assert.equal(spokenAddress("https://inbox.harrow.example/i/#1.abc"), "inbox.harrow.example/i/");
  assert.equal(spokenAddress("http://127.0.0.1:8080/a/#4.abc"), "http://127.0.0.1:8080/a/");
});
