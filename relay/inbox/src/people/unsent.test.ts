import assert from "node:assert/strict";
import { test } from "node:test";
import { KEEP_SECONDS, parseDrafts } from "../crypto/drafts.ts";
import { type Bytes, toHex } from "../crypto/encoding.ts";
import { DAY_SECONDS, dayOf } from "../crypto/names.ts";
import { Unsent } from "./unsent.ts";
import type { Changes } from "./vault.ts";

const NOW = 1_800_000_000;
const TEXT = '[{"text":"half a thought"}]';

/** One person's vault, keepers and clock, with as many browsers as are wanted. */
class Person {
  now = NOW;
  endsAt = NOW + 90 * DAY_SECONDS;
  keepersAway = false;
  readonly items = new Map<string, { readonly plain: Bytes; readonly expiresAt: number }>();

  browser(): Unsent {
    const item = (name: string) => this.items.get(name)?.plain;
    const change = async (make: () => Changes) => {
      for (const [name, one] of make()) {
        this.items.set(name, one);
      }
    };
    const vault = { item, accountId: new Uint8Array(16).fill(1) };
    const world = {
      clock: { now: () => this.now },
      random: (size: number) => new Uint8Array(size).fill(9),
    };
    const keepers = {
      dayShares: async ([day = 0]: number[]) => {
        if (this.keepersAway) {
          throw new Error("keeper-away");
        }
        return new Map(
          day < dayOf(this.now + 1) ? [] : [[day, [new Uint8Array(32).fill(day % 251)]]],
        );
      },
    };
    const standing = {
      itemName: (kind: string) => `${kind}/engagement`,
      engagementId: new Uint8Array(16).fill(2),
      terms: { endsAt: this.endsAt },
    };
    const account = { keys: { indexBase: new Uint8Array(32).fill(3) }, records: { vault, change } };
    return new Unsent({ account, standing, keepers, world } as never);
  }

  get item() {
    const found = this.items.get("drafts/engagement");
    assert.ok(found);
    return found;
  }
}

test("what one browser puts away another finds, sealed, until the end of the seventh day", async () => {
  const person = new Person();
  assert.equal(await person.browser().open(), null);
  assert.equal(await person.browser().save(TEXT), true);
  assert.equal(await person.browser().open(), TEXT);
  assert.ok(!toHex(person.item.plain).includes(toHex(new TextEncoder().encode("half"))));
  const { day } = parseDrafts(person.item.plain);
  assert.equal(day, dayOf(NOW + KEEP_SECONDS));
  assert.equal(person.item.expiresAt, (day + 1) * DAY_SECONDS);
  person.now = person.item.expiresAt;
  assert.equal(await person.browser().open(), null);
});

test("a page that has not read the drafts does not take them away; one that has does", async () => {
  const person = new Person();
  await person.browser().save(TEXT);
  const other = person.browser();
  assert.equal(await other.save(""), false);
  assert.equal(await other.open(), TEXT);
  assert.equal(await other.save(""), true);
  assert.equal(await person.browser().open(), null);
});

test("nothing outlives the engagement, and without a share of the day nothing is written", async () => {
  const person = new Person();
  person.endsAt = NOW + 100;
  await person.browser().save(TEXT);
  assert.equal(person.item.expiresAt, person.endsAt);
  const after = new Person();
  after.endsAt = NOW - DAY_SECONDS;
  assert.equal(await after.browser().save(TEXT), false);
  assert.equal(after.items.size, 0);
});

test("with a keeper away the text stays where it was, and that is told", async () => {
  const person = new Person();
  person.keepersAway = true;
  await assert.rejects(person.browser().save(TEXT));
  assert.equal(person.items.size, 0);
});

test("an item that is none is not shown, and not in the way", async () => {
  const person = new Person();
  await person.browser().save(TEXT);
  for (const plain of [new Uint8Array(0), new Uint8Array(3), person.item.plain.slice(0, -1)]) {
    person.items.set("drafts/engagement", { plain, expiresAt: person.item.expiresAt });
    const browser = person.browser();
    assert.equal(await browser.open(), null);
    assert.equal(await browser.save(TEXT), true);
  }
});
