/** The sealed index between two visits: what it saves, what it survives, and what a relay cannot do with it. */

import "../crypto/unfrozen.testing.ts";

import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { storedLength } from "../crypto/blob.ts";
import * as content from "../crypto/content.ts";
import { publicKeyOperations } from "../crypto/counted.testing.ts";
import { type Bytes, toHex } from "../crypto/encoding.ts";
import { ZERO_HASH } from "../crypto/names.ts";
import { encodeStep } from "../crypto/report_steps.ts";
import type { ListRow } from "../session.ts";
import { type Heard, HOLD_ENDS_AT, House, NOW, type Segment } from "./house.testing.ts";
import type { Run } from "./run.ts";
import { Visit } from "./visit.ts";

const PASSWORD = "five plain words to type";
const DAY = 86_400;
const RUN: Run = { progress: () => {}, signal: new AbortController().signal };
/** A lock waits no longer than that for what is to be written; here it waits until it is. */
const FAREWELL_MS = 2_000;
const visits: Visit[] = [];
after(() => Promise.all(visits.map((visit) => visit.lock())));

/** The client's browsers, one after the other or side by side. */
class Home {
  readonly house = new House();
  #name = "";
  #last: Bytes = new Uint8Array(32);
  #count = 0;

  async join(): Promise<Visit> {
    const visit = this.#visit();
    await visit.openInvitation(this.house.fragment);
    this.#name = (await visit.beginEnrolment()).name;
    await visit.finishEnrolment({ signature: "Maya", password: PASSWORD });
    return visit;
  }

  async unlock(): Promise<Visit> {
    const visit = this.#visit();
    await visit.unlock({ name: this.#name, password: PASSWORD }, null);
    return visit;
  }

  #visit(): Visit {
    const world = this.house.world();
    const pause = (ms: number) =>
      ms < FAREWELL_MS ? world.pause(ms) : new Promise<void>(() => {});
    const visit = new Visit({ ...world, pause }, (event) => this.house.told.push(event));
    visits.push(visit);
    return visit;
  }

  /** The coach writes, in order. */
  async write(subject: string, change: Partial<content.Content> = {}): Promise<void> {
    this.#count += 1;
    const step = { count: this.#count, previousId: this.#last };
    this.#last = await this.house.write(subject, { ...step, ...change });
  }

  /** Look at everything, and lock with the index written. */
  async visitWhole(): Promise<string[]> {
    const visit = await this.unlock();
    const shown = await whole(this.house, visit);
    await visit.lock();
    return shown;
  }
}

/** Subjects of all rows that the page has been told of, newest first. */
async function whole(house: House, visit: Visit): Promise<string[]> {
  house.told.length = 0;
  const { rows } = await visit.list(null);
  await settled(house);
  const all = new Map<string, ListRow>();
  for (const row of [...rows, ...house.told.flatMap(toldRows)]) {
    all.set(row.id, row);
  }
  const gone = house.told.flatMap((event) => (event.kind === "gone" ? event.ids : []));
  const shown = [...all.values()].filter((row) => !gone.includes(row.id));
  return shown.sort((one, other) => other.order - one.order).map((row) => row.subject);
}

function toldRows(event: House["told"][number]): readonly ListRow[] {
  return event.kind === "known" ? event.page.rows : event.kind === "arrived" ? event.rows : [];
}

/** Until the page has been told that all is known. */
async function settled(house: House): Promise<void> {
  const whole = () => house.told.some((event) => event.kind === "known" && !event.reading);
  for (let turn = 0; turn < 30_000 && !whole(); turn++) {
    await new Promise((resolve) => setTimeout(resolve));
  }
  assert.ok(whole(), "everything is known in the end");
}

const asked = (heard: readonly Heard[], method: string, ending: RegExp) =>
  heard.filter((one) => one.method === method && ending.test(one.path));
const bodies = (heard: readonly Heard[]) => asked(heard, "GET", /\/envelopes\?/);

async function homeWith(count: number): Promise<Home> {
  const home = new Home();
  const visit = await home.join();
  for (let number = 1; number <= count; number++) {
    await home.write(`Letter ${number}`);
  }
  await whole(home.house, visit);
  await visit.lock();
  home.house.heard.length = 0;
  return home;
}

const subjects = (from: number, to: number) =>
  Array.from({ length: from - to + 1 }, (_, at) => `Letter ${from - at}`);

describe("the index", () => {
  test("shows the whole list without an envelope or a lock being opened", async () => {
    const home = await homeWith(70);
    const { house } = home;
    assert.equal(house.segments.size, 2);
    assert.deepEqual(await home.visitWhole(), subjects(70, 1));
    const opened = asked(house.heard, "POST", /\/open$/);
    // One question to the keeper, for shares of days alone.
    assert.equal(opened.length, 1);
    assert.equal(opened[0]?.body.length, 16 + 32 + 8 + 16 + 1216 + 2 + 2 + 4 + 64);
    assert.ok(bodies(house.heard).every(({ path }) => /after=70$/.test(path)));
  });

  test("costs as many public-key operations for seventy letters as for one", async () => {
    const counts: number[] = [];
    for (const letters of [1, 70]) {
      const home = await homeWith(letters);
      const visit = await home.unlock();
      counts.push(await publicKeyOperations(() => whole(home.house, visit)));
      await visit.lock();
    }
    assert.ok((counts[0] ?? 0) > 0);
    assert.equal(counts[1], counts[0]);
  });

  test("is written by what came since, and only the newest segment is", async () => {
    const home = await homeWith(66);
    const before = new Map(home.house.segments);
    await home.write("Letter 67");
    assert.equal((await home.visitWhole())[0], "Letter 67");
    const changed = [...home.house.segments].filter(([name, one]) => before.get(name) !== one);
    assert.deepEqual(
      changed.map(([, one]) => [one.number, one.version]),
      [[1, (before.get(changed[0]?.[0] ?? "")?.version ?? 0) + 1]],
    );
  });

  test("holds the steps of a report too, or nothing would be written any more after one", async () => {
    const home = await homeWith(1);
    const reportHash = new Uint8Array(32).fill(7);
    const about = { version: 1, previousHash: ZERO_HASH, reportHash };
    const fixed = encodeStep({ kind: "answer", ...about });
    const shown = { answer: "change", note: "" };
    await home.write("", { kind: content.ContentKind.REPORT, fixed, shown });
    await home.visitWhole();
    home.house.heard.length = 0;
    assert.deepEqual(await home.visitWhole(), ["Letter 1"]);
    assert.ok(bodies(home.house.heard).every(({ path }) => /after=2$/.test(path)));
  });

  test("a message is read from its envelope, whatever the index says of it", async () => {
    const home = await homeWith(3);
    const visit = await home.unlock();
    const { rows } = await visit.list(null);
    const message = await visit.read(rows[1]?.id ?? "");
    assert.deepEqual([message.subject, message.text], ["Letter 2", "Letter 2, at length"]);
    assert.equal(message.gapBefore, false);
    // The relay has it no longer, and says nothing of it.
    home.house.rows = home.house.rows.filter(({ order }) => order !== 3);
    await assert.rejects(visit.read(rows[0]?.id ?? ""), { failure: { code: "gone" } });
    const thread = await visit.thread(rows[0]?.threadId ?? "");
    assert.deepEqual(thread, []);
    await visit.lock();
  });

  test("says how large files are together, and what is opened then says the same", async () => {
    const home = new Home();
    const visit = await home.join();
    const plain = [9_000_000, 10];
    const attachments = plain.map((plainBytes, nameIndex) => {
      const [blobId, blobKey] = [home.house.random(32), home.house.random(32)];
      const storedBytes = storedLength(plainBytes);
      const storedSha256 = home.house.random(32);
      const expiresAt = HOLD_ENDS_AT;
      return {
        ...{ blobId, blobKey, plainBytes, storedBytes, storedSha256 },
        ...{ expiresAt, nameIndex, flags: 0 },
      };
    });
    const files = plain.map((_, at) => ({ name: `pier-${at}.jpg`, type: "image/jpeg" }));
    await home.write("Letter 1", { attachments, shown: { subject: "Letter 1", text: "", files } });
    await home.write("Letter 2");
    const sizes = (rows: readonly ListRow[]) => rows.map((row) => [row.files, row.fileBytes]);
    const [seen, known] = [
      [
        [0, undefined],
        [2, 9_000_010],
      ],
      await visit.list(null),
    ];
    assert.deepEqual(sizes(known.rows), seen);
    await settled(home.house);
    await visit.lock();
    const later = await home.unlock();
    const { rows } = await later.list(null);
    assert.deepEqual(sizes(rows), seen);
    home.house.told.length = 0;
    assert.equal((await later.read(rows[1]?.id ?? "")).fileBytes, 9_000_010);
    assert.deepEqual(home.house.told.flatMap(toldRows), []);
    await later.lock();
  });

  test("what went early is in no segment, and the rest of its run is made again", async () => {
    const home = await homeWith(68);
    home.house.takeAway(66);
    assert.equal(home.house.segments.size, 1);
    const left = subjects(68, 1).filter((subject) => subject !== "Letter 66");
    assert.deepEqual(await home.visitWhole(), left);
    assert.equal(home.house.segments.size, 2);
    home.house.heard.length = 0;
    assert.deepEqual(await home.visitWhole(), left);
    assert.ok(bodies(home.house.heard).every(({ path }) => /after=/.test(path)));
  });

  const segmentsOf = ({ house }: Home) => [...house.segments.values()].map(({ box }) => toHex(box));

  test("a segment that is withheld, changed, moved or old is made again, and nothing is hidden", async () => {
    const home = await homeWith(70);
    const { segments } = home.house;
    const [first, second] = [...segments.keys()] as [string, string];
    const of = (name: string) => segments.get(name) as Segment;
    const old = of(second);
    await home.write("Letter 71");
    await home.visitWhole();
    const lies: Record<string, () => void> = {
      withheld: () => segments.delete(first),
      "all withheld": () => segments.clear(),
      "a bit changed": () => {
        const box = of(first).box.slice();
        box[60] = (box[60] ?? 0) ^ 1;
        segments.set(first, { ...of(first), box });
      },
      "another's place": () => segments.set(first, { ...of(first), box: of(second).box }),
      "an older one": () => segments.set(second, old),
      "an older one under the new version": () =>
        segments.set(second, { ...of(second), box: old.box }),
      "another version": () => segments.set(second, { ...of(second), version: 9 }),
    };
    for (const [name, lie] of Object.entries(lies)) {
      lie();
      assert.deepEqual(await home.visitWhole(), subjects(71, 1), name);
      home.house.heard.length = 0;
      assert.deepEqual(await home.visitWhole(), subjects(71, 1), `after ${name}`);
      assert.ok(
        bodies(home.house.heard).every(({ path }) => /after=/.test(path)),
        name,
      );
    }
    assert.equal(new Set(segmentsOf(home)).size, 2);
  });

  test("a relay that says *more* without end is not followed for ever", async () => {
    const home = await homeWith(70);
    home.house.spoil = ({ path }, answer) => {
      if (!/\/(index|envelopes)\?/.test(path) || /after=/.test(path)) {
        return answer;
      }
      const headers = new Headers(answer.headers);
      headers.set("Quietbox-More", "1");
      return new Response(answer.body, { headers });
    };
    home.house.segments.clear();
    assert.deepEqual(await home.visitWhole(), subjects(70, 1));
    const visit = await home.unlock();
    await visit.list(null);
    const found = await visit.searchInside("letter 7, at", RUN);
    assert.deepEqual([found.read, found.found.length], [70, 7]);
    await visit.lock();
  });

  test("a call whose part is not there is known all the same, and what was noted about it stays", async () => {
    const home = new Home();
    const first = await home.join();
    await first.noteCall({ heldAt: NOW - 3600, minutes: 40, note: "" });
    await whole(home.house, first);
    await first.lock();
    assert.equal(home.house.segments.size, 1);
    const second = await home.unlock();
    const [call] = (await second.work()).calls;
    await second.own("writeCallNote", [call?.id ?? "", "Ask again in June."], RUN);
    // A page that is closed while it writes leaves a part that the list does not name.
    home.house.segments.clear();
    for (const _ of ["while it is made again", "and after"]) {
      const after = await home.unlock();
      await after.list(null);
      const [note] = (await after.own("callNotes", [], RUN)) as { text: string }[];
      assert.equal(note?.text, "Ask again in June.");
      assert.equal((await after.work()).calls.length, 1);
    }
  });

  test("a keeper that is away leaves the index alone, and the mailbox locked as ever", async () => {
    const home = await homeWith(5);
    const before = segmentsOf(home);
    home.house.spoil = ({ path }, answer) =>
      path.endsWith("/open") ? home.house.no(503, "keeper-away") : answer;
    const visit = await home.unlock();
    await assert.rejects(visit.list(null), { failure: { code: "keeper-away" } });
    await visit.lock();
    assert.deepEqual(segmentsOf(home), before);
    home.house.spoil = (_, answer) => answer;
    assert.deepEqual(await home.visitWhole(), subjects(5, 1));
  });

  test("an index that was only begun goes on where it ended", async () => {
    const home = new Home();
    const visit = await home.join();
    for (let number = 1; number <= 300; number++) {
      await home.write(`Letter ${number}`);
    }
    let pages = 0;
    home.house.spoil = ({ path }, answer) => {
      pages += /envelopes\?before/.test(path) ? 1 : 0;
      if (pages > 1 && /envelopes\?before/.test(path)) {
        throw new TypeError("no line");
      }
      return answer;
    };
    await visit.list(null);
    await visit.lock();
    home.house.spoil = (_, answer) => answer;
    home.house.heard.length = 0;
    assert.deepEqual(await home.visitWhole(), subjects(300, 1));
    assert.ok(bodies(home.house.heard).some(({ path }) => /before=251/.test(path)));
    home.house.heard.length = 0;
    assert.deepEqual(await home.visitWhole(), subjects(300, 1));
    assert.equal(asked(home.house.heard, "POST", /\/open$/).length, 1);
  });

  test("what could not be fetched behind the list is fetched a little later", async () => {
    const home = await homeWith(70);
    home.house.segments.clear();
    home.house.spoil = ({ path }, answer) =>
      /envelopes\?before.*limit=200/.test(path) ? home.house.no(429, "too-many-requests") : answer;
    home.house.told.length = 0;
    const visit = await home.unlock();
    const { rows } = await visit.list(null);
    for (let turn = 0; turn < 300; turn++) {
      await new Promise((resolve) => setTimeout(resolve));
    }
    home.house.spoil = (_, answer) => answer;
    home.house.pass(31);
    await settled(home.house);
    assert.equal([...rows, ...home.house.told.flatMap(toldRows)].length, 70);
    await visit.lock();
  });

  test("two browsers lose nothing of one another", async () => {
    const home = await homeWith(3);
    const [one, other] = [await home.unlock(), await home.unlock()];
    await whole(home.house, one);
    await home.write("Letter 4");
    await whole(home.house, other);
    await other.lock();
    await home.write("Letter 5");
    const third = await home.unlock();
    await whole(home.house, third);
    await one.lock();
    await third.lock();
    home.house.heard.length = 0;
    assert.deepEqual(await home.visitWhole(), subjects(5, 1));
    assert.deepEqual(await home.visitWhole(), subjects(5, 1));
    assert.ok(
      bodies(home.house.heard)
        .slice(-1)
        .every(({ path }) => /after=5$/.test(path)),
    );
  });

  test("a row is gone at its second, and when its day is over", async () => {
    const home = new Home();
    const visit = await home.join();
    const soon = Math.floor(NOW / DAY + 1) * DAY + 100;
    await home.write("Letter 1", { expiresAt: soon });
    await home.write("Letter 2", { expiresAt: soon + 50 });
    await home.write("Letter 3");
    await whole(home.house, visit);
    await visit.lock();
    assert.deepEqual([...home.house.segments.values()].map(({ expiresAt }) => expiresAt)[0], soon);
    home.house.now = soon;
    assert.deepEqual(await home.visitWhole(), ["Letter 3", "Letter 2"]);
    home.house.now = soon + 2 * DAY;
    home.house.daysGone.add(Math.floor((soon - 1) / DAY));
    assert.deepEqual(await home.visitWhole(), ["Letter 3"]);
  });

  test("calls and changes of the agreement are known by their kind, and are no messages", async () => {
    const home = new Home();
    const visit = await home.join();
    await home.write("Letter 1");
    await home.write("", {
      kind: content.ContentKind.CALL,
      fixed: new Uint8Array([1, 0, 0, 45, 0, 0, 0, 0, 107, 73, 210, 0]),
      shown: { note: "On the phone" },
    });
    await whole(home.house, visit);
    await visit.lock();
    const again = await home.unlock();
    assert.deepEqual(await whole(home.house, again), ["Letter 1"]);
    const work = await again.work();
    assert.deepEqual(
      work.calls.map(({ minutes, note }) => [minutes, note]),
      [[45, "On the phone"]],
    );
    assert.equal(work.here.messages, 1);
    await again.lock();
  });

  test("what could not be opened is tried again", async () => {
    const home = new Home();
    const visit = await home.join();
    await home.write("Letter 1");
    await home.write("Forged", { senderFp: home.house.random(32) });
    await whole(home.house, visit);
    await visit.lock();
    assert.deepEqual((await home.visitWhole()).sort(), ["", "Letter 1"]);
  });
});
