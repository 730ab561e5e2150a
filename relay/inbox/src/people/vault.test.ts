import assert from "node:assert/strict";
import { test } from "node:test";
import { toHex } from "../crypto/encoding.ts";
import { counting } from "../crypto/sources.testing.ts";
import { encodeIdentity } from "../crypto/vault.ts";
import { type Changes, Vault } from "./vault.ts";

const ACCOUNT = new Uint8Array(16).fill(1);
const KEY = new Uint8Array(32).fill(2);
const WORK = toHex(new Uint8Array(16).fill(3));

const random = counting(1);

/** A vault with the given items beside the identity, as the relay holds it. */
function stored(...names: string[]) {
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
    assert.equal(Vault.open(ACCOUNT, KEY, left, 1).take([], [name]).item(name), null);
  });
}

/** The vault as it is opened, and the item that comes later. */
function inParts(name: string) {
  const items = stored(name);
  const first = items.filter((item) => item.name !== name);
  const later = items.filter((item) => item.name === name);
  return { vault: Vault.open(ACCOUNT, KEY, first, 1), later, items };
}

test("an item that comes later is taken by the manifest that came before, and not used before it came", () => {
  const name = `read/${WORK}`;
  const { vault, later } = inParts(name);
  assert.throws(() => vault.item(name), /not fetched yet/);
  assert.deepEqual(vault.notHeld(`/${WORK}`), [name]);
  assert.ok(vault.take(later, [name]).item(name));
});

test("a later item that was swapped, or is of another write, is refused", () => {
  const name = `read/${WORK}`;
  const { vault, later } = inParts(name);
  const other = inParts(name).later; // the same name and version, sealed once more
  const refused = { failure: { code: "unknown", detail: "vault-manifest" } };
  assert.throws(() => vault.take(other, [name]), refused);
  const moved = later.map((item) => ({ ...item, name: `index/${WORK}` }));
  assert.throws(() => vault.take(moved, [name]), { failure: { code: "unknown", detail: "vault" } });
});

test("an older manifest that comes with a later item is refused", () => {
  const name = `read/${WORK}`;
  const { vault, later, items } = inParts(name);
  const full = vault.take(later, [name]);
  const plain = full.item(name);
  assert.ok(plain);
  const newer = full.write(new Map([[name, { plain, expiresAt: 2 }]]), random).vault;
  assert.throws(() => newer.take(items, [name]), {
    failure: { code: "unknown", detail: "vault-rollback" },
  });
});

test("what both signed may not be left out when it is asked for", () => {
  const name = `standing/${WORK}`;
  const { vault } = inParts(name);
  assert.throws(() => vault.take([], [name]), {
    failure: { code: "unknown", detail: "vault-manifest" },
  });
});

test("what was not fetched stays in the next manifest as it was", () => {
  const name = `read/${WORK}`;
  const { vault, later } = inParts(name);
  const plain = vault.item("profile");
  const changes = new Map(plain ? [["profile", { plain, expiresAt: 2 }]] : []);
  const written = vault.write(changes, random);
  assert.ok(written.items.some((item) => item.name === "manifest"));
  assert.ok(written.vault.take(later, [name]).item(name));
});

test("an item of the account itself may not be missing", () => {
  const left = stored("profile").filter(({ name }) => name !== "profile");
  assert.throws(() => Vault.open(ACCOUNT, KEY, left, 1), {
    failure: { code: "unknown", detail: "vault-manifest" },
  });
});
