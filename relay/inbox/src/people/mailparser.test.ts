/** The way to the mail worker: no mail holds up another, and none is waited for without end. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Fault } from "./fault.ts";
import { type Asked, MOST_MS, type ParserWorker, type Told, WorkerParser } from "./mailparser.ts";

const BYTES = new Uint8Array([1]);
const MAIL = { from: "", subject: "", text: "words", files: [], layout: null, cut: false };

/** Workers that answer when the test says so, and a clock that it holds. */
class House {
  readonly made: { asked: Asked[]; ended: boolean; worker: ParserWorker }[] = [];
  readonly timers: { milliseconds: number; work: () => void }[] = [];

  readonly parser = new WorkerParser(
    () => this.#make(),
    (milliseconds, work) => {
      const timer = { milliseconds, work };
      this.timers.push(timer);
      return () => {
        const at = this.timers.indexOf(timer);
        if (at >= 0) {
          this.timers.splice(at, 1);
        }
      };
    },
  );

  #make(): ParserWorker {
    const made = { asked: [] as Asked[], ended: false, worker: {} as ParserWorker };
    made.worker = {
      postMessage: (asked: Asked) => made.asked.push(asked),
      terminate: () => {
        made.ended = true;
      },
      onmessage: null,
      onerror: null,
    };
    this.made.push(made);
    return made.worker;
  }

  tell(at: number, told: Told): void {
    const { worker } = this.made[at] as (typeof this.made)[number];
    worker.onmessage?.call(worker as Worker, { data: told } as MessageEvent<Told>);
  }

  fail(at: number): void {
    const { worker } = this.made[at] as (typeof this.made)[number];
    worker.onerror?.call(worker as Worker, {} as ErrorEvent);
  }
}

test("each mail has a worker of its own, which ends with the answer", async () => {
  const house = new House();
  const [one, other] = [house.parser.mail(BYTES), house.parser.mail(BYTES)];
  house.tell(1, { call: house.made[1]?.asked[0]?.call as number, mail: { ...MAIL, text: "b" } });
  assert.equal((await other)?.text, "b");
  assert.deepEqual(
    house.made.map(({ ended }) => ended),
    [false, true],
  );
  house.tell(0, { call: house.made[0]?.asked[0]?.call as number, mail: MAIL });
  assert.equal((await one)?.text, "words");
  assert.deepEqual(house.timers, []);
});

test("a mail that takes too long is ended, and is none", async () => {
  const house = new House();
  const asked = house.parser.mail(BYTES);
  assert.equal(house.timers[0]?.milliseconds, MOST_MS);
  house.timers[0]?.work();
  assert.equal(await asked, null);
  assert.equal(house.made[0]?.ended, true);
});

test("heads share a worker; one that is lost costs its heads alone, and the next is made anew", async () => {
  const house = new House();
  const [one, other] = [house.parser.head(BYTES), house.parser.head(BYTES)];
  assert.equal(house.made.length, 1);
  house.tell(0, { call: 1, head: { from: "mia@home.example", subject: "a" } });
  assert.equal((await one).from, "mia@home.example");
  house.timers[0]?.work();
  assert.deepEqual(await other, { from: "", subject: "" });
  const next = house.parser.head(BYTES);
  house.tell(1, { call: 3, head: { from: "", subject: "c" } });
  assert.equal((await next).subject, "c");
});

test("a worker that cannot be fetched is a lost line; one that falls over a mail is the mail's fault", async () => {
  const house = new House();
  const away = house.parser.mail(BYTES);
  house.fail(0);
  await assert.rejects(
    away,
    (reason) => reason instanceof Fault && reason.failure.code === "offline",
  );
  const head = house.parser.head(BYTES);
  house.tell(1, { call: 2, head: { from: "", subject: "" } });
  await head;
  const fallen = house.parser.mail(BYTES);
  house.fail(2);
  assert.equal(await fallen, null);
});
