import assert from "node:assert/strict";
import { test } from "node:test";
import { KEEP_SECONDS, parseDrafts } from "../crypto/drafts.ts";
import { type Bytes, toHex } from "../crypto/encoding.ts";
import { DAY_SECONDS, dayOf } from "../crypto/names.ts";
import { type Draft, NO_DRAFT, newest, packDrafts, unpackDrafts } from "../drafts.ts";
import { Unsent } from "./unsent.ts";
import type { Changes } from "./vault.ts";

const NOW = 1_800_000_000;
const half = (text: string, changedAt: number, threadId: string | null = null) => ({
  ...NO_DRAFT,
  begunAt: NOW - 9,
  changedAt,
  threadId,
  text,
});
const HALF = half("half a thought", NOW - 5);
const TEXT = packDrafts([HALF]);

/** One person's vault, keepers and clock, with as many browsers as are wanted. */
class Person {
  now = NOW;
  endsAt = NOW + 90 * DAY_SECONDS;
  keepersAway = false;
  /** What another browser does between the reading and the writing of this one. */
  meanwhile: (() => void) | null = null;
  readonly items = new Map<string, { readonly plain: Bytes; readonly expiresAt: number }>();

  browser(): Unsent {
    const item = (name: string) => this.items.get(name)?.plain;
    const change = async (make: (now: typeof vault) => Changes) => {
      this.meanwhile?.();
      for (const [name, one] of make(vault)) {
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

test("a page that has not had the drafts does not take them away; one that has does", async () => {
  const person = new Person();
  await person.browser().save(TEXT);
  const other = person.browser();
  assert.equal(await other.save(""), false);
  assert.deepEqual(await shown(other), ["half a thought"]);
  await other.save(TEXT);
  assert.equal(await other.save(""), true);
  assert.deepEqual(await shown(person.browser()), []);
});

/** What a page would show of what a browser finds. */
async function shown(browser: Unsent, own: readonly Draft[] = []): Promise<readonly string[]> {
  const found = newest([...unpackDrafts(await browser.open()), ...own]);
  return found.filter(({ done }) => !done).map(({ text }) => text);
}

test("two open browsers: each thread's newest draft stands, and neither writes away the other's", async () => {
  const person = new Person();
  const [one, other] = [person.browser(), person.browser()];
  await one.save(packDrafts([half("older", NOW - 4), half("mine", NOW - 4, "b1")]));
  await other.save(packDrafts([half("newer", NOW - 3), half("yours", NOW - 4, "b2")]));
  assert.equal(
    await one.save(packDrafts([half("older", NOW - 4), half("mine", NOW - 2, "b1")])),
    true,
  );
  assert.deepEqual((await shown(one)).toSorted(), ["mine", "newer", "yours"]);
});

test("a draft that was sent does not come back from a browser that still has it open", async () => {
  const person = new Person();
  const [one, other] = [person.browser(), person.browser()];
  await one.save(TEXT);
  await other.save(TEXT);
  await other.save(""); // sent
  await one.save(packDrafts([HALF, half("elsewhere", NOW - 1, "b1")]));
  assert.deepEqual(await shown(person.browser()), ["elsewhere"]);
  assert.deepEqual(await shown(one, [HALF]), ["elsewhere"]);
});

test("what is typed after that is a draft again, in either browser", async () => {
  const person = new Person();
  const [one, other] = [person.browser(), person.browser()];
  await one.save(TEXT);
  await one.save("");
  await other.save(packDrafts([half("went on elsewhere", NOW + 1)]));
  assert.deepEqual(await shown(person.browser()), ["went on elsewhere"]);
  await other.save("");
  person.now += 60;
  await other.save(packDrafts([{ ...HALF, begunAt: NOW - 1, text: "begun anew" }]));
  assert.deepEqual(await shown(person.browser()), ["begun anew"]);
});

test("what was sent while a keeper was away is told with the next writing", async () => {
  const person = new Person();
  const browser = person.browser();
  await browser.save(TEXT);
  person.keepersAway = true;
  await assert.rejects(browser.save(""));
  person.keepersAway = false;
  assert.equal(await browser.save(""), true);
  assert.deepEqual(await shown(person.browser()), []);
});

test("what another browser wrote between reading and writing is read before it is written over", async () => {
  const person = new Person();
  await person.browser().save(packDrafts([half("theirs", NOW - 5, "b1")]));
  const theirs = person.item;
  person.items.clear();
  const browser = person.browser();
  person.meanwhile = () => {
    person.meanwhile = null;
    person.items.set("drafts/engagement", theirs);
  };
  assert.equal(await browser.save(TEXT), true);
  assert.deepEqual((await shown(browser)).toSorted(), ["half a thought", "theirs"]);
});

test("a draft of seven days ago goes when others are written", async () => {
  const person = new Person();
  await person.browser().save(TEXT);
  person.now += KEEP_SECONDS - 5;
  await person.browser().save(packDrafts([half("today's", person.now, "b1")]));
  assert.deepEqual(await shown(person.browser()), ["today's"]);
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
