/** A coach's notes: to whom they are sealed, what comes back, what a broken line leaves, and who gets none. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Bytes, same, toHex } from "../crypto/encoding.ts";
import { EnvelopeClass, keeperLocks, parseEnvelope } from "../crypto/envelope.ts";
import { Status } from "../crypto/keeper_wire.ts";
import { openKeeperLock } from "../crypto/locks.ts";
import { accessHash, mailboxId, Role, ZERO_HASH } from "../crypto/names.ts";
import { OpenKey, SealKey } from "../crypto/suite.ts";
import type { Row } from "../wire.ts";
import { failureOf, fault } from "./fault.ts";
import { readDeposit } from "./house.testing.ts";
import { Notebook } from "./notebook.ts";
import { meOf, placeOf } from "./party.ts";
import { DAY, NOW, Practice, REQUEST } from "./practice.testing.ts";
import type { Examined } from "./receive.ts";
import { Terms } from "./terms.ts";

/** A coach with one client who joined, a keeper, and the rows of the notes mailbox. */
async function house() {
  const practice = new Practice();
  const made = await practice.inviting.invite(REQUEST, "Harrow Coaching");
  practice.acceptance = practice.answer(made.link);
  await practice.inviting.takeIn();
  const { item, random } = practice;
  const { vault } = practice.account.records;
  const place = placeOf(item, meOf(vault, practice.account.keys.access), vault.pins);
  const { engagementId, coachPublic: coach, clientPublic: client } = place;
  const pinned = { engagementId, act: item.act, coach, client, me: "coach" } as const;
  const terms = Terms.read([item.policy], [item.act], pinned);
  const dayKey = OpenKey.fromSeed(new Uint8Array(32).fill(8));
  const at = { now: NOW };
  const relay = { rows: [] as Row[], asked: [] as string[], lost: 0, refused: false };
  const api = {
    deposit: async (body: Bytes) => {
      if (relay.refused) {
        throw fault("refused");
      }
      const [raw = new Uint8Array(0), ...more] = readDeposit(body);
      assert.equal(more.length, 0);
      const known = relay.rows.some((row) => row.kind === "envelope" && same(row.raw, raw));
      if (!known) {
        relay.rows.unshift({ kind: "envelope", order: relay.rows.length + 1, receivedDay: 1, raw });
      }
      if (relay.lost-- > 0) {
        throw fault("offline");
      }
    },
    rowsBefore: async (mailbox: Bytes, before: number | null, limit: number) => {
      relay.asked.push(toHex(mailbox));
      const below = relay.rows.filter(({ order }) => before === null || order < before);
      const rows = below.slice(0, Math.min(limit, 2));
      return { rows, next: rows.at(-1)?.order ?? 0, more: below.length > rows.length };
    },
    expireOwn: async (mailbox: Bytes, [id]: readonly Bytes[]) => {
      relay.asked.push(toHex(mailbox));
      const left = relay.rows.filter(
        (row) => row.kind === "envelope" && !same(headerOf(row).envelopeId, id as Bytes),
      );
      const gone = relay.rows.length - left.length;
      relay.rows = left;
      return gone;
    },
  };
  const keepers = {
    dayKeys: async () => [SealKey.fromBytes(dayKey.public)],
    dayKeyIds: async () => null,
    open: async (rows: readonly Examined[]) =>
      rows.map(({ envelope }) => {
        const [lock] = keeperLocks(envelope);
        const payload = openKeeperLock(lock as never, dayKey, envelope.headerHash);
        const [id = ""] = place.pins.keepers.map(({ keeperId }) => toHex(keeperId));
        return new Map([[id, { status: Status.HERE, ...payload }]]);
      }),
  };
  const standing = { place, terms, refresh: async () => {} };
  const world = { ...practice.world, random, clock: { now: () => at.now } };
  const { account } = practice;
  const logHead = { hash: ZERO_HASH };
  const tools = { api, account, standing, keepers, logHead, world };
  const notebook = new Notebook(tools as never);
  return { at, place, terms, relay, keepers, standing, tools, notebook };
}

function headerOf(row: Row) {
  assert.equal(row.kind, "envelope");
  return parseEnvelope((row as { raw: Bytes }).raw).header;
}

async function failing(work: Promise<unknown>): Promise<string> {
  return await work.then(
    () => assert.fail("it did not fail"),
    (reason: unknown) => failureOf(reason).code,
  );
}

test("a note is sealed to its writer alone, in the notes mailbox, under what both signed", async () => {
  const { place, terms, relay, keepers, notebook } = await house();
  await notebook.write("Ask about Berlin.");
  const [row] = relay.rows;
  const header = headerOf(row as Row);
  assert.equal(header.envelopeClass, EnvelopeClass.OWN);
  const { locks, ...rest } = parseEnvelope((row as { raw: Bytes }).raw);
  assert.ok(place.me.reading.has(toHex(locks[0]?.keyId as Bytes)));
  const [grants] = await keepers.open([{ envelope: { locks, ...rest } } as Examined]);
  const [grant] = [...(grants?.values() ?? [])];
  assert.deepEqual(grant?.revokerHash, accessHash(place.me.access.public));
  assert.deepEqual(header.mailboxId, mailboxId(place.engagementId, Role.NOTES, place.me.fp));
  assert.notDeepEqual(header.mailboxId, place.myMailbox);
  assert.equal(header.expiresAt, terms.defaultExpiresAt(NOW));
  assert.deepEqual(header.policyTag, terms.inForce.hash.slice(0, 16));
});

test("notes come back newest first, over several pages, with their dates", async () => {
  const { at, terms, relay, notebook } = await house();
  for (const text of ["one", "two", "three"]) {
    await notebook.write(text);
    at.now += DAY;
  }
  const { notes, closed } = await notebook.list();
  assert.deepEqual(
    notes.map(({ text, writtenAt }) => [text, writtenAt]),
    [
      ["three", NOW + 2 * DAY],
      ["two", NOW + DAY],
      ["one", NOW],
    ],
  );
  assert.equal(notes[2]?.keptUntil, terms.defaultExpiresAt(NOW));
  assert.equal(closed, 0);
  assert.equal(new Set(relay.asked).size, 1);
});

test("what is of another mailbox, changed, or no envelope is counted and hides no other", async () => {
  const { place, relay, tools, standing, notebook } = await house();
  await notebook.write("mine");
  const elsewhere = { ...place, engagementId: new Uint8Array(16).fill(3) };
  const other = new Notebook({ ...tools, standing: { ...standing, place: elsewhere } } as never);
  await other.write("of another engagement");
  relay.rows.unshift({ kind: "envelope", order: 9, receivedDay: 1, raw: new Uint8Array(40) });
  const [mine] = relay.rows.slice(-1) as { raw: Bytes }[];
  const changed = Uint8Array.from(mine?.raw ?? []);
  changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
  relay.rows.unshift({ kind: "envelope", order: 10, receivedDay: 1, raw: changed });
  const { notes, closed } = await notebook.list();
  assert.deepEqual([notes.map(({ text }) => text), closed], [["mine"], 3]);
});

test("the same text after a lost answer is the same note; after a refusal it is another", async () => {
  const { relay, notebook } = await house();
  relay.lost = 1;
  assert.equal(await failing(notebook.write("once")), "offline");
  await notebook.write("once");
  assert.equal(relay.rows.length, 1);
  await notebook.write("once");
  assert.equal(relay.rows.length, 2);
  relay.refused = true;
  assert.equal(await failing(notebook.write("again")), "refused");
});

test("a note that is deleted is gone, and gone is what it says the second time", async () => {
  const { notebook } = await house();
  await notebook.write("short-lived");
  const [note] = (await notebook.list()).notes;
  await notebook.expire(note?.id ?? "");
  assert.deepEqual(await notebook.list(), { notes: [], closed: 0 });
  assert.equal(await failing(notebook.expire(note?.id ?? "")), "gone");
  assert.equal(await failing(notebook.expire("../x")), "gone");
});

test("nothing is written without a word, beyond the limit, or after the end of the work", async () => {
  const { at, terms, relay, notebook } = await house();
  assert.equal(await failing(notebook.write(" \n ")), "refused");
  assert.equal(await failing(notebook.write("x".repeat(1_100_000))), "too-large");
  at.now = terms.workEndsAt;
  assert.equal(await failing(notebook.write("too late")), "closed");
  assert.deepEqual(relay.rows, []);
});

test("a client gets no notebook", async () => {
  const { relay, tools, standing, place } = await house();
  const client = { ...standing, place: { ...place, myRole: Role.CLIENT } };
  const notebook = new Notebook({ ...tools, standing: client } as never);
  assert.equal(await failing(notebook.list()), "refused");
  assert.equal(await failing(notebook.write("mine")), "refused");
  assert.equal(await failing(notebook.expire("a".repeat(32))), "refused");
  assert.deepEqual(relay.asked, []);
});
