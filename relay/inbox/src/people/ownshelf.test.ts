/** What is written down for nobody else: about a call, and that a copy was taken. Against a relay in memory. */

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { EnvelopeClass, parseEnvelope } from "../crypto/envelope.ts";
import type { Event } from "../session.ts";
import { failureOf } from "./fault.ts";
import { House, readDeposit } from "./house.testing.ts";
import { type Noted, notesOver, standingNotes } from "./ownshelf.ts";
import type { Run } from "./run.ts";
import { Visit } from "./visit.ts";

const visits: Visit[] = [];
after(() => Promise.all(visits.map((visit) => visit.lock())));

const RUN: Run = { progress: () => {}, signal: new AbortController().signal };
const WAY = { password: "five plain words to type" };

async function open(house: House): Promise<Visit> {
  const visit = new Visit(house.world(), (event: Event) => house.told.push(event));
  visits.push(visit);
  if (house.account) {
    await visit.unlock({ name: house.account.text("name", 64), ...WAY }, null);
    return visit;
  }
  await visit.openInvitation(house.fragment);
  await visit.beginEnrolment();
  await visit.finishEnrolment({ signature: "Maya", ...WAY });
  return visit;
}

async function withCall(): Promise<{ house: House; visit: Visit; callId: string }> {
  const house = new House();
  const visit = await open(house);
  await visit.noteCall({ heldAt: house.now - 3600, minutes: 40, note: "" });
  const [call] = (await visit.work()).calls;
  return { house, visit, callId: call?.id ?? "" };
}

test("a note about a call is sealed into the writer's own mailbox alone and is due with the call", async () => {
  const { house, visit, callId } = await withCall();
  await visit.own("writeCallNote", [callId, "Ask again in June."], RUN);
  const [raw, ...more] = readDeposit(house.deposits.at(-1) as never);
  assert.equal(more.length, 0);
  const { header } = parseEnvelope(raw as never);
  assert.equal(header.envelopeClass, EnvelopeClass.OWN);
  assert.deepEqual(header.mailboxId, house.clientMailbox);
  const [call] = (await visit.work()).calls;
  assert.equal(header.expiresAt, call?.expiresAt);
  assert.deepEqual(await visit.own("callNotes", [], RUN), [
    { callId, writtenAt: house.now, text: "Ask again in June." },
  ]);
  assert.deepEqual((await visit.list(null)).rows, []);
  const { remains } = await visit.planClosing();
  assert.deepEqual([remains.messages, remains.calls], [0, 1]);
});

test("another browser finds it, a later one takes its place, and an empty one takes it away", async () => {
  const { house, visit, callId } = await withCall();
  await visit.own("writeCallNote", [callId, "First."], RUN);
  house.pass(60);
  const other = await open(house);
  await other.own("writeCallNote", [callId, "Second."], RUN);
  const texts = async (one: Visit) =>
    ((await one.own("callNotes", [], RUN)) as { text: string }[]).map(({ text }) => text);
  assert.deepEqual(await texts(other), ["Second."]);
  await other.own("writeCallNote", [callId, ""], RUN);
  assert.deepEqual(await texts(other), []);
  const unknown = visit.own("writeCallNote", ["0".repeat(32), "x"], RUN);
  assert.equal(failureOf(await unknown.catch((reason: unknown) => reason)).code, "gone");
});

test("that a copy was taken is there for its owner, newest first, and in no list", async () => {
  const { house, visit } = await withCall();
  assert.deepEqual(await visit.own("copiesTaken", [], RUN), []);
  await visit.own("noteCopy", [true], RUN);
  house.pass(60);
  await visit.own("noteCopy", [false], RUN);
  assert.deepEqual(await visit.own("copiesTaken", [], RUN), [
    { at: house.now, chosen: false },
    { at: house.now - 60, chosen: true },
  ]);
  assert.deepEqual((await visit.list(null)).rows, []);
  const other = await open(house);
  assert.equal(((await other.own("copiesTaken", [], RUN)) as unknown[]).length, 2);
});

const noted = (id: string, about: string, writtenAt: number): Noted => ({
  id,
  about,
  writtenAt,
  text: id,
});

test("of several about one call the newest stands; one whose call has gone is let go only where everything opened", () => {
  const notes = [
    noted("c", "1", 30),
    noted("b", "2", 20),
    noted("a", "1", 10),
    noted("d", "1", 30),
  ];
  assert.deepEqual(
    [...standingNotes(notes).values()].map(({ id }) => id),
    ["c", "b"],
  );
  assert.deepEqual(notesOver(notes, new Set(["1", "2"]), true), ["a", "d"]);
  assert.deepEqual(notesOver(notes, new Set(["1"]), true), ["b", "a", "d"]);
  assert.deepEqual(notesOver(notes, new Set(["1"]), false), ["a", "d"]);
  assert.deepEqual(notesOver([], new Set(), true), []);
});
