/** Our work, against a relay and a coach in memory: who may move which date, what is said of it, and what no relay can slip in. */

import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { type ActCore, ActKind, actHash, encodeAct, parseAct, signAct } from "../crypto/acts.ts";
import { concat, textBytes, toBase64, toBase64url, u8, u32 } from "../crypto/encoding.ts";
import { checkpointHash, encodeCheckpoint, leafHash, nodeHash } from "../crypto/log.ts";
import { ZERO_HASH } from "../crypto/names.ts";
import { keyHash } from "../crypto/notes.ts";
import { policyHash } from "../crypto/policy.ts";
import type { SignKey } from "../crypto/suite.ts";
import type { Event, Failure } from "../session.ts";
import { failureOf } from "./fault.ts";
import { House } from "./house.testing.ts";
import { Visit } from "./visit.ts";

const DAY = 86_400;
const NAME = "inbox.harrow.example/log";
const visits: Visit[] = [];
after(() => Promise.all(visits.map((visit) => visit.lock())));

async function joined(): Promise<{ house: House; visit: Visit }> {
  const house = new House();
  const visit = new Visit(house.world(), (event: Event) => house.told.push(event));
  visits.push(visit);
  await visit.openInvitation(house.fragment);
  await visit.beginEnrolment();
  await visit.finishEnrolment({ signature: "Maya", password: "five plain words to type" });
  return { house, visit };
}

async function failing(work: Promise<unknown>): Promise<Failure> {
  return await work.then(
    () => assert.fail("it did not fail"),
    (reason: unknown) => failureOf(reason),
  );
}

/** The next act, signed by the coach alone. */
function byCoach(house: House, fields: Partial<ActCore> & Pick<ActCore, "kind">, signer?: SignKey) {
  const before = parseAct(house.acts.at(-1) as never).core;
  const core: ActCore = {
    engagementId: house.engagementId,
    policyHash: policyHash(house.policy),
    number: before.number + 1,
    previousHash: actHash(before),
    issuedAt: house.now,
    date: 0,
    secondDate: 0,
    subject: ZERO_HASH,
    envelopeIds: [],
    ...fields,
  };
  return encodeAct(signAct(core, signer ?? house.coach));
}

/** A message that goes soon, and the ids under which both would keep it until a date. */
async function named(house: House, visit: Visit, until: number): Promise<ActCore> {
  await house.write("Short", { expiresAt: house.now + 3 * DAY });
  const [row] = (await visit.list(null)).rows;
  await visit.proposeKeep([row?.id ?? ""], until);
  return parseAct(house.proposals[0] as never).core;
}

describe("dates", () => {
  test("closing ends the work now and everything on the chosen day, signed by one", async () => {
    const { house, visit } = await joined();
    await house.write("Here");
    const plan = await visit.planClosing();
    assert.equal(plan.soonestAt, house.now + 7 * DAY);
    assert.deepEqual([plan.remains.messages, plan.remains.unread], [1, 1]);
    const until = plan.latestAt - 5 * DAY;
    await visit.close(until, false);
    const act = parseAct(house.acts.at(-1) as never);
    assert.equal(act.core.kind, ActKind.CLOSE);
    assert.deepEqual([act.core.date, act.core.secondDate], [act.core.issuedAt, until]);
    assert.equal(act.signers.length, 1);
    const work = await visit.work();
    assert.equal(work.state, "held");
    assert.deepEqual(
      [work.deleted.at, work.deleted.decision.by, work.deleted.decision.how],
      [until, "me", "closed"],
    );
    assert.equal((await failing(visit.close(until, false))).code, "closed");
  });

  test("what one alone may not sign is believed from no relay", async () => {
    const soon = { kind: ActKind.CLOSE } as const;
    for (const make of [
      (house: House) =>
        byCoach(house, { ...soon, date: house.now, secondDate: house.now + 2 * DAY }),
      (house: House) => byCoach(house, { kind: ActKind.REOPEN, date: house.now + DAY }),
      (house: House) =>
        byCoach(house, {
          kind: ActKind.EXTEND,
          date: house.now + DAY,
          envelopeIds: [new Uint8Array(16).fill(3)],
        }),
    ]) {
      const { house, visit } = await joined();
      house.acts.push(make(house));
      assert.equal((await failing(visit.work())).code, "unknown");
    }
  });

  test("a proposal with one true signature is shown and signed; one with a false one is not there", async () => {
    const { house, visit } = await joined();
    const act = { kind: ActKind.EXTEND, date: house.now + 20 * DAY } as const;
    const { envelopeIds } = await named(house, visit, act.date);
    house.proposals = [byCoach(house, { ...act, envelopeIds }, house.keeper)];
    assert.deepEqual((await visit.work()).proposals, []);
    house.proposals = [byCoach(house, { ...act, envelopeIds })];
    const [proposal] = (await visit.work()).proposals;
    assert.deepEqual([proposal?.kind, proposal?.mine, proposal?.status], ["keep", false, "open"]);
    await visit.agree(proposal?.id ?? "");
    assert.equal(parseAct(house.acts.at(-1) as never).signers.length, 2);
  });

  test("what is not shown is not signed: the other's copy of something else beside mine of what is", async () => {
    const { house, visit } = await joined();
    const act = { kind: ActKind.EXTEND, date: house.now + 20 * DAY } as const;
    const { envelopeIds } = await named(house, visit, act.date);
    const hidden = new Uint8Array(16).fill(7);
    for (const kept of envelopeIds) {
      house.proposals = [byCoach(house, { ...act, envelopeIds: [kept, hidden] })];
      const [proposal] = (await visit.work()).proposals;
      assert.deepEqual(proposal?.kind === "keep" && proposal.subjects, []);
      assert.equal((await failing(visit.agree(proposal?.id ?? ""))).code, "refused");
    }
    assert.equal(house.acts.length, 1);
  });

  test("asking for a later date signs nothing for the other person", async () => {
    const { house, visit } = await joined();
    await house.write("Short", { expiresAt: house.now + 3 * DAY });
    const [row] = (await visit.list(null)).rows;
    await visit.proposeKeep([row?.id ?? ""], house.now + 10 * DAY);
    const act = parseAct(house.proposals[0] as never);
    assert.deepEqual(
      [act.core.kind, act.signers.length, house.acts.length],
      [ActKind.EXTEND, 1, 1],
    );
    assert.equal(act.core.envelopeIds.length, 2);
    const late = visit.proposeKeep([row?.id ?? ""], house.now + 2 * DAY);
    assert.equal((await failing(late)).code, "refused");
  });
});

describe("what is told", () => {
  test("opening says once that it was seen, and one's own is not reported", async () => {
    const { house, visit } = await joined();
    await house.write("Seen");
    const [row] = (await visit.list(null)).rows;
    await visit.markRead(row?.id ?? "");
    await visit.markRead(row?.id ?? "");
    await new Promise((resolve) => setTimeout(resolve));
    assert.equal(house.acknowledged.length, 1);
  });

  test("what nobody opened leaves its day and nothing else", async () => {
    const { house, visit } = await joined();
    const content = concat(new Uint8Array(16).fill(9), u8(5), u32(20_000));
    house.rows.push({ order: 50, kind: 2, content });
    const [row] = (await visit.list(null)).rows;
    assert.deepEqual(
      [row?.wentUnread, row?.mine, row?.createdAt, row?.subject],
      [true, true, 20_000 * DAY, ""],
    );
    assert.equal((await visit.work()).here.messages, 0);
  });

  test("a call is stored for both as a content of its own kind and counted", async () => {
    const { house, visit } = await joined();
    await visit.noteCall({ heldAt: house.now - 3600, minutes: 40, note: "Thursday" });
    const { calls } = await visit.work();
    assert.deepEqual(
      calls.map(({ minutes, note, mine }) => [minutes, note, mine]),
      [[40, "Thursday", true]],
    );
    assert.deepEqual((await visit.list(null)).rows, []);
  });
});

/** A checkpoint of this log, signed. */
function checkpoint(house: House, size: number, root: Uint8Array<ArrayBuffer>): [string, string] {
  const text = encodeCheckpoint({ origin: NAME, size, root });
  const signature = house.log.sign(textBytes(text));
  const signed = toBase64(concat(keyHash(NAME, house.log.public), signature));
  return [toBase64url(checkpointHash(text)), `${text}\n— ${NAME} ${signed}\n`];
}

describe("the log", () => {
  const [first, second] = [1, 2].map((fill) => leafHash(new Uint8Array(33).fill(fill)));
  const one = first as Uint8Array<ArrayBuffer>;
  const two = second as Uint8Array<ArrayBuffer>;

  /** A relay that shows my log with its first entry, and a message whose writer has seen another one. */
  async function named(explain: boolean): Promise<{ house: House; visit: Visit }> {
    const { house, visit } = await joined();
    const [mine, mineNote] = checkpoint(house, 1, one);
    const [theirs, theirsNote] = checkpoint(house, 2, nodeHash(one, two));
    house.checkpoints.set("newest", mineNote).set(mine, mineNote);
    if (explain) {
      house.checkpoints.set(theirs, theirsNote);
      house.proofs.set("first=1&second=2", [two]);
    }
    const text = theirsNote.slice(0, theirsNote.indexOf("\n\n") + 1);
    await house.write("From there", { checkpointHash: checkpointHash(text) });
    return { house, visit };
  }

  const settled = () => new Promise((resolve) => setTimeout(resolve, 20));

  /** What the page is told of by a visit that is opened a day later. */
  async function toldLater(house: House, visit: Visit): Promise<Event[]> {
    await visit.list(null);
    await settled();
    house.pass(DAY + 60);
    house.told.length = 0;
    await house.write("Another");
    await visit.list(null);
    await settled();
    return house.told.filter((event) => event.kind === "records");
  }

  test("a head that the relay explains is no matter", async () => {
    const { house, visit } = await named(true);
    assert.deepEqual(await toldLater(house, visit), []);
  });

  test("a head that the relay does not explain within a day is told of, once", async () => {
    const { house, visit } = await named(false);
    assert.equal((await toldLater(house, visit)).length, 1);
    assert.ok(house.vault.has("log"));
  });
});
