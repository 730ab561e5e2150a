import assert from "node:assert/strict";
import { test } from "node:test";
import type { Api, SpokenRun } from "../api.ts";
import { type Bytes, same } from "../crypto/encoding.ts";
import { Role } from "../crypto/names.ts";
import { parseResult } from "../crypto/spoken.ts";
import { SignKey } from "../crypto/suite.ts";
import { SpokenCheck, type Tools } from "./spoken.ts";

const keyOf = (letter: number) => SignKey.fromSeed(new Uint8Array(32).fill(letter)).public;
const COACH = keyOf(1);
const CLIENT = keyOf(2);
const STRANGER = keyOf(3);

/** A relay that carries one run, and may change what it shows to one side. */
class Between {
  run: SpokenRun = { commitment: null, clientRandom: null, coachRandom: null };
  lie: (run: SpokenRun, role: Role) => SpokenRun = (run) => run;
  steps = 0;

  tools(role: Role, coachPublic: Bytes, clientPublic: Bytes, sent: Bytes[] = []): Tools {
    const api = {
      spokenRun: async () => this.lie(this.run, role),
      spokenStep: async (_: Bytes, commitment: Bytes, random: Bytes | null) => {
        this.steps++;
        if (random === null) {
          this.run = { commitment, clientRandom: null, coachRandom: null };
        } else if (role === Role.CLIENT) {
          this.run = { ...this.run, clientRandom: random };
        } else {
          this.run = { ...this.run, coachRandom: random };
        }
      },
    };
    let drawn = 0;
    const world = {
      random: (size: number) => new Uint8Array(size).fill(16 * role + drawn++),
      pause: () => new Promise<void>((go) => setImmediate(go)),
    };
    const standing = {
      refresh: async () => {},
      engagementId: new Uint8Array(16),
      place: { myRole: role, coachPublic, clientPublic },
    };
    const outbox = { sendSpecial: async ({ fixed }: { fixed: Bytes }) => sent.push(fixed) };
    return { api: api as unknown as Api, world, standing, outbox } as unknown as Tools;
  }
}

const run = (between: Between, clientSees = CLIENT, coachSees = COACH) =>
  Promise.all([
    new SpokenCheck(between.tools(Role.COACH, COACH, clientSees)).start(
      new AbortController().signal,
    ),
    new SpokenCheck(between.tools(Role.CLIENT, coachSees, CLIENT)).start(
      new AbortController().signal,
    ),
  ]);

test("both are shown the same six digits", async () => {
  const [coach, client] = await run(new Between());
  assert.equal(coach.kind, "digits");
  assert.deepEqual(coach, client);
  assert.match(coach.kind === "digits" ? coach.digits : "", /^\d{6}$/);
});

test("somebody between with keys of their own is seen: the commitment is to other keys", async () => {
  const [, client] = await run(new Between(), STRANGER, STRANGER);
  assert.deepEqual(client, { kind: "changed" });
});

test("a number that is changed on its way is found, or makes the digits differ", async () => {
  const other = new Uint8Array(32).fill(9);
  const toClient = new Between();
  toClient.lie = (shown, role) =>
    role === Role.CLIENT && shown.coachRandom ? { ...shown, coachRandom: other } : shown;
  assert.deepEqual((await run(toClient))[1], { kind: "changed" });
  const toCoach = new Between();
  toCoach.lie = (shown, role) =>
    role === Role.COACH && shown.clientRandom ? { ...shown, clientRandom: other } : shown;
  const [coach, client] = await run(toCoach);
  assert.notDeepEqual(coach, client);
});

test("alone it ends by itself, and a press on stop ends it at once; nothing can be agreed to then", async () => {
  for (const role of [Role.COACH, Role.CLIENT]) {
    const check = new SpokenCheck(new Between().tools(role, COACH, CLIENT));
    assert.deepEqual(await check.start(new AbortController().signal), { kind: "nobody" });
    const stopped = new AbortController();
    stopped.abort();
    await assert.rejects(check.start(stopped.signal), { name: "AbortError" });
    await assert.rejects(check.agreed());
  }
});

test("a run that was begun before mine is not answered twice", async () => {
  const between = new Between();
  const own = new Uint8Array(32).fill(7);
  between.run = { commitment: own, clientRandom: own, coachRandom: null };
  const check = new SpokenCheck(between.tools(Role.CLIENT, COACH, CLIENT));
  assert.deepEqual(await check.start(new AbortController().signal), { kind: "nobody" });
  assert.equal(between.steps, 0);
});

test("what is sent names both keys, as they are pinned here", async () => {
  const between = new Between();
  const sent: Bytes[] = [];
  const coach = new SpokenCheck(between.tools(Role.COACH, COACH, CLIENT, sent));
  const client = new SpokenCheck(between.tools(Role.CLIENT, COACH, CLIENT));
  const { signal } = new AbortController();
  await Promise.all([coach.start(signal), client.start(signal)]);
  await coach.agreed();
  const [said] = sent.map(parseResult);
  assert.ok(said?.agreed);
  assert.ok(!same(said.coachFp, said.clientFp));
});
