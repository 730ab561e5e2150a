import assert from "node:assert/strict";
import { test } from "node:test";
import type { Api, StoredItem } from "../api.ts";
import { toHex } from "../crypto/encoding.ts";
import { counting } from "../crypto/sources.testing.ts";
import { encodeIdentity } from "../crypto/vault.ts";
import { type Changes, Records, Vault } from "./vault.ts";

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
  assert.deepEqual(
    vault.notHeld(() => true),
    [name],
  );
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

/** It comes with the opening. */
const BROUGHT = `mailin/${WORK}`;
const NOT_LISTED = { failure: { code: "unknown", detail: "vault-manifest" } };

/** A relay that holds a vault, into which another browser writes; `lie` changes what it answers. */
class Holder {
  readonly asked: (readonly string[])[] = [];
  readonly #items: Map<string, StoredItem>;
  readonly records: Records;
  lie: (items: StoredItem[], names: readonly string[]) => StoredItem[] = (items) => items;
  meanwhile = () => {};
  #other: Vault;

  constructor(...names: string[]) {
    const items = stored(`engagement/${WORK}`, BROUGHT, ...names);
    this.#items = new Map(items.map((item) => [item.name, item]));
    this.#other = Vault.open(ACCOUNT, KEY, items, 1);
    const vault = Vault.open(ACCOUNT, KEY, this.#answer(0, [BROUGHT]), 1);
    const api = {
      vaultItems: async (known: number, wanted: readonly string[]) => {
        this.asked.push(wanted);
        this.meanwhile();
        return this.lie(this.#answer(known, wanted), wanted);
      },
    };
    this.records = new Records(api as unknown as Api, vault, random);
  }

  /** Another browser writes; answers with what was stored before. */
  write(...names: string[]): StoredItem[] {
    const before = [...this.#items.values()];
    const row = { plain: random(9), expiresAt: 1_900_000_000 };
    const written = this.#other.write(new Map(names.map((name) => [name, row])), random);
    this.#other = written.vault;
    for (const item of written.items) {
      this.#items.set(item.name, item);
    }
    return before;
  }

  item(name: string): Uint8Array | null {
    return this.#other.item(name);
  }

  #answer(known: number, names: readonly string[]): StoredItem[] {
    const isNew = this.#items.get("manifest")?.version !== known;
    const isFirst = (name: string) => !name.includes("/") || name.startsWith("engagement/");
    const wanted = (name: string) => names.includes(name) || (isNew && isFirst(name));
    return [...this.#items.values()].filter(({ name }) => wanted(name));
  }
}

const STANDING = `standing/${WORK}`;
const READ = `read/${WORK}`;
const ENGAGEMENT = new Uint8Array(16).fill(3);

/** What a relay may do while it answers, with or without a manifest that is newer than the one held. */
const MEANWHILE: readonly (readonly [string, (holder: Holder) => void])[] = [
  ["", () => {}],
  [" beside a newer manifest", (holder) => holder.write("profile")],
];

for (const [beside, meanwhile] of MEANWHILE) {
  test(`what was signed may not be withheld${beside} while its engagement is there`, async () => {
    const holder = new Holder(STANDING, READ);
    meanwhile(holder);
    holder.lie = (items) => items.filter(({ name }) => name !== STANDING);
    const before = holder.records.vault;
    await assert.rejects(holder.records.hold([STANDING]), NOT_LISTED);
    assert.equal(holder.records.vault, before);
  });

  test(`a fetched item of another write${beside} is refused`, async () => {
    const holder = new Holder(STANDING, READ);
    const old = holder.write(READ);
    await holder.records.load();
    meanwhile(holder);
    const was = (item: StoredItem) => old.find(({ name }) => name === item.name) ?? item;
    holder.lie = (items) => items.map((item) => (item.name === READ ? was(item) : item));
    await assert.rejects(holder.records.hold(ENGAGEMENT), NOT_LISTED);
    assert.throws(() => holder.records.vault.item(READ), /not fetched yet/);
  });

  test(`an item that has gone${beside} is asked for once`, async () => {
    const holder = new Holder(STANDING, READ);
    meanwhile(holder);
    holder.lie = (items) => items.filter(({ name }) => name !== READ);
    const vault = await holder.records.hold([READ]);
    assert.equal(vault.item(READ), null);
    assert.equal(holder.asked.length, 1);
  });
}

test("an older vault in the place of what was asked for is refused", async () => {
  const holder = new Holder(STANDING, READ);
  const old = holder.write("profile");
  await holder.records.load();
  holder.lie = () => old;
  const refused = { failure: { code: "unknown", detail: "vault-rollback" } };
  await assert.rejects(holder.records.hold(ENGAGEMENT), refused);
});

test("a relay that answers with an ever newer manifest is not asked for ever", async () => {
  const holder = new Holder(STANDING, READ);
  const before = holder.records.vault;
  holder.meanwhile = () => {
    const letters = holder.asked.length.toString(2).replaceAll("0", "a").replaceAll("1", "b");
    holder.write(`${letters}/${WORK}`);
  };
  await assert.rejects(holder.records.hold(ENGAGEMENT), NOT_LISTED);
  assert.equal(holder.asked.length, 64);
  assert.equal(holder.records.vault, before);
});

test("of an engagement that is at hand is so what another browser has made or changed", async () => {
  const holder = new Holder(STANDING, READ);
  await holder.records.hold(ENGAGEMENT);
  holder.write(READ, `reopening/${WORK}`);
  const vault = await holder.records.load();
  for (const name of [STANDING, READ, `reopening/${WORK}`]) {
    assert.deepEqual(vault.item(name), holder.item(name));
  }
  assert.ok(!holder.asked.at(-1)?.includes(STANDING), "what has not changed is not asked for");
});

test("what is at hand stays so when another item brings a newer manifest", async () => {
  const holder = new Holder(STANDING, READ);
  holder.write(BROUGHT);
  const vault = await holder.records.hold([READ]);
  assert.deepEqual(vault.item(BROUGHT), holder.item(BROUGHT));
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
