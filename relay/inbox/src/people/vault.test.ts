import assert from "node:assert/strict";
import { test } from "node:test";
import { toHex } from "../crypto/encoding.ts";
import { counting } from "../crypto/sources.testing.ts";
import { encodeIdentity } from "../crypto/vault.ts";
import { type Changes, Vault } from "./vault.ts";

const ACCOUNT = new Uint8Array(16).fill(1);
const KEY = new Uint8Array(32).fill(2);
const WORK = toHex(new Uint8Array(16).fill(3));

/** A vault with the given items beside the identity, as the relay holds it. */
function stored(...names: string[]) {
  const random = counting(1);
  const row = (plain: Uint8Array<ArrayBuffer>) => ({ plain, expiresAt: 1_900_000_000 });
  const changes: Changes = new Map([
    ["identity", row(encodeIdentity(random(32)))],
    ...names.map((name) => [name, row(new Uint8Array([1]))] as const),
  ]);
  return Vault.empty(ACCOUNT, KEY).write(changes, random).items;
}

for (const kind of [
  "engagement",
  "writers",
  "mailin",
  "index",
  "releases",
  "reopening",
  "clients",
]) {
  test(`an item ${kind}/ that the relay has deleted on its day locks nobody out`, () => {
    const name = `${kind}/${WORK}`;
    const left = stored(name).filter((item) => item.name !== name);
    assert.equal(Vault.open(ACCOUNT, KEY, left, 1).item(name), null);
  });
}

test("an item of the account itself may not be missing", () => {
  const left = stored("profile").filter(({ name }) => name !== "profile");
  assert.throws(() => Vault.open(ACCOUNT, KEY, left, 1), {
    failure: { code: "unknown", detail: "vault-manifest" },
  });
});
