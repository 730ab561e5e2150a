/** Dates counted from the opening, against a relay in memory: only under read marks, once, and again where it failed. */

import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { ActKind, parseAct } from "../crypto/acts.ts";
import { dateAfterOpening } from "../crypto/content.ts";
import { DAY_SECONDS } from "../crypto/names.ts";
import type { AfterOpening, SendRequest } from "../session.ts";
import { House } from "./house.testing.ts";
import { Visit } from "./visit.ts";

const visits: Visit[] = [];
after(() => Promise.all(visits.map((visit) => visit.lock())));

const PASSWORD = "five plain words to type";
const RUN = { progress: () => {}, signal: new AbortController().signal };

async function joined(readMarks = true) {
  const house = new House({ readMarks });
  const visit = new Visit(house.world(), () => {});
  visits.push(visit);
  await visit.openInvitation(house.fragment);
  const { name } = await visit.beginEnrolment();
  await visit.finishEnrolment({ signature: "Maya", password: PASSWORD });
  return { house, visit, name };
}

/** A letter of the coach's with the wish, opened in its thread. */
async function opened(readMarks = true, days = 7) {
  const { house, visit, name } = await joined(readMarks);
  await house.write("A week", {
    shown: { subject: "A week", text: "x", days_after_opening: days },
  });
  const [row] = (await visit.list(null)).rows;
  assert.ok(row);
  const look = async () => (await visit.thread(row.threadId))[0]?.afterOpening;
  return { house, visit, name, row, look, first: await look() };
}

const shortenings = (house: House) =>
  house.acts.map((raw) => parseAct(raw).core).filter(({ kind }) => kind === ActKind.SHORTEN);

describe("who opens it", () => {
  test("brings its date forward for both, by an act that tells the day alone, once", async () => {
    const { house, visit, row, look, first } = await opened();
    assert.deepEqual(first, { days: 7, counted: false } satisfies AfterOpening);
    await visit.markRead(row.id);
    const [act, ...more] = shortenings(house);
    assert.ok(act);
    assert.equal(act.date, dateAfterOpening(house.now, 7));
    assert.equal(act.issuedAt, Math.floor(house.now / DAY_SECONDS) * DAY_SECONDS);
    assert.equal(act.envelopeIds.length, 2);
    assert.equal((await visit.list(null)).rows[0]?.expiresAt, act.date);
    assert.deepEqual(await look(), { days: 7, counted: true } satisfies AfterOpening);
    house.pass(DAY_SECONDS);
    await visit.markAll([row.id], true);
    await visit.markRead(row.id);
    assert.deepEqual([more.length, shortenings(house).length], [0, 1]);
  });

  test("finds it done where another browser was first", async () => {
    const { house, visit, name, row } = await opened();
    const other = new Visit(house.world(), () => {});
    visits.push(other);
    await other.unlock({ name, password: PASSWORD }, null);
    const [there] = (await other.list(null)).rows;
    await other.thread(there?.threadId ?? "");
    await visit.markRead(row.id);
    house.pass(DAY_SECONDS);
    await other.markRead(there?.id ?? "");
    assert.equal(shortenings(house).length, 1);
  });

  test("without a line does it when it is next seen", async () => {
    const { house, visit, row, look } = await opened();
    const honest = house.spoil;
    house.spoil = ({ path }, answer) => {
      if (path.includes("/engagements/")) {
        throw new TypeError("no line");
      }
      return answer;
    };
    await assert.rejects(visit.markRead(row.id));
    house.spoil = honest;
    assert.equal(shortenings(house).length, 0);
    assert.deepEqual(await look(), { days: 7, counted: false } satisfies AfterOpening);
    await visit.markRead(row.id);
    assert.equal(shortenings(house).length, 1);
  });

  test("several at once: each gets its act", async () => {
    const { house, visit } = await joined();
    for (const [at, days] of [7, 20].entries()) {
      const shown = { subject: `${days}`, text: "x", days_after_opening: days };
      await house.write(`${days}`, { count: at + 1, shown });
    }
    const rows = [...(await visit.list(null)).rows].reverse();
    for (const { threadId } of rows) {
      await visit.thread(threadId);
    }
    await Promise.all(rows.map(({ id }) => visit.markRead(id)));
    const dates = shortenings(house).map(({ date }) => date);
    assert.deepEqual(
      dates,
      [7, 20].map((days) => dateAfterOpening(house.now, days)),
    );
    assert.equal(house.heard.filter(({ path }) => path.endsWith("/acts")).length, 2);
  });

  test("signs nothing without read marks, nor where it goes by then in any case", async () => {
    for (const [readMarks, days] of [
      [false, 7],
      [true, 365],
    ] as const) {
      const { house, visit, row, first } = await opened(readMarks, days);
      assert.equal(first, undefined);
      await visit.markRead(row.id);
      assert.equal(shortenings(house).length, 0, `${readMarks} ${days}`);
    }
  });
});

describe("who writes it", () => {
  const letter: SendRequest = {
    subject: "Mine",
    text: "x",
    files: [],
    threadId: null,
    expiresAt: null,
    daysAfterOpening: 7,
  };

  test("is told that it waits for the reader, and keeps the agreed date until then", async () => {
    const { house, visit } = await joined();
    const row = await visit.send(letter, RUN);
    const plain = await visit.send({ ...letter, subject: "Plain", daysAfterOpening: null }, RUN);
    assert.equal(row.expiresAt, plain.expiresAt);
    const of = async (id: string) => (await visit.thread(id))[0]?.afterOpening;
    assert.deepEqual(await of(row.threadId), { days: 7, counted: false } satisfies AfterOpening);
    assert.equal(await of(plain.threadId), undefined);
    await visit.markRead(row.id);
    assert.equal(shortenings(house).length, 0, "one's own is not opened by looking at it");
  });

  test("cannot ask for it without read marks", async () => {
    const { house, visit } = await joined(false);
    await assert.rejects(visit.send(letter, RUN), { failure: { code: "refused" } });
    assert.equal(house.deposits.length, 0);
  });
});
