/** What was done to the account from elsewhere: asked about once, and never what this page did itself. */

import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { Event } from "../session.ts";
import { House } from "./house.testing.ts";
import { Visit } from "./visit.ts";

const PASSWORD = "five plain words to type";
const run = { progress: () => {}, signal: new AbortController().signal };
const visits: Visit[] = [];
after(() => Promise.all(visits.map((visit) => visit.lock())));

const asked = (house: House) =>
  house.told.flatMap((event) => (event.kind === "happened" ? [event.happened] : []));

async function waitFor(what: () => boolean): Promise<void> {
  for (let turn = 0; turn < 200 && !what(); turn++) {
    await new Promise((done) => setTimeout(done, 10));
  }
}

test("the newest that was not done here is asked about, until it is answered", async () => {
  const house = new House();
  const visit = new Visit(house.world(), (event: Event) => house.told.push(event));
  visits.push(visit);
  await visit.openInvitation(house.fragment);
  const { inboxName } = await visit.beginEnrolment();
  house.happenings.push(
    { number: 5, kind: 3, at: 900, own: false },
    { number: 6, kind: 1, at: 1000, own: false },
    { number: 7, kind: 2, at: 1100, own: true },
    { number: 8, kind: 99, at: 1200, own: false },
  );
  await visit.finishEnrolment({ signature: "Maya", password: PASSWORD });
  await visit.list(null);
  await waitFor(() => asked(house).length > 0);
  assert.deepEqual(asked(house), [{ number: 6, what: "way", at: 1000 }]);
  await visit.own("answerHappened", [6], run);
  await visit.lock();
  const again = new Visit(house.world(), (event: Event) => house.told.push(event));
  visits.push(again);
  house.told.length = 0;
  const name = inboxName.split("@")[0] as string;
  await again.unlock({ name, password: PASSWORD }, null);
  await again.list(null);
  await waitFor(() =>
    house.heard.some(({ path }) => path.includes("happenings") && path.includes("after=6")),
  );
  assert.deepEqual(asked(house), []);
});

test("two weeks after joining, and not before, the sheet is asked for, until it is answered once", async () => {
  const house = new House();
  const visit = new Visit(house.world(), (event: Event) => house.told.push(event));
  visits.push(visit);
  await visit.openInvitation(house.fragment);
  const { sheet, inboxName } = await visit.beginEnrolment();
  await visit.finishEnrolment({ signature: "Maya", password: PASSWORD });
  await visit.list(null);
  await waitFor(() => house.heard.some(({ path }) => path.includes("happenings")));
  assert.deepEqual(asked(house), []);
  await visit.lock();
  house.now += 14 * 86_400;
  const again = new Visit(house.world(), (event: Event) => house.told.push(event));
  visits.push(again);
  const name = inboxName.split("@")[0] as string;
  await again.unlock({ name, password: PASSWORD }, null);
  await again.list(null);
  await waitFor(() => asked(house).length > 0);
  assert.deepEqual(asked(house), [{ number: 0, what: "askSheet", at: house.now }]);
  const [group = ""] = sheet;
  const changed = `${group.slice(0, 4)}${(Number(group[4]) + 1) % 10}`;
  for (const typed of ["", "4", changed, sheet[1] as string, `${group}${group}`, "fünfe"]) {
    await assert.rejects(again.own("answerSheet", [typed], run), {
      failure: { code: "sheet-group" },
    });
  }
  await again.own("answerSheet", [` ${group} `], run);
  await again.lock();
  const third = new Visit(house.world(), (event: Event) => house.told.push(event));
  visits.push(third);
  house.told.length = 0;
  house.heard.length = 0;
  await third.unlock({ name, password: PASSWORD }, null);
  await third.list(null);
  await waitFor(() => house.heard.some(({ path }) => path.includes("happenings")));
  await waitFor(() => asked(house).length > 0);
  assert.deepEqual(asked(house), []);
});
