/** Opened marks, against a relay in memory: asked once, only where both signed them, and reading needs no answer. */

import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { Bytes } from "../crypto/encoding.ts";
import { parseEnvelope } from "../crypto/envelope.ts";
import type { Message } from "../session.ts";
import { type Heard, House } from "./house.testing.ts";
import { Visit } from "./visit.ts";

const visits: Visit[] = [];
after(() => Promise.all(visits.map((visit) => visit.lock())));

function broken(): never {
  throw new TypeError("no line");
}

const isQuestion = ({ path }: Heard) => path.endsWith("/opened");

/** A client who has written two messages of one thread, the first of which the coach has opened. */
async function written(readMarks: boolean): Promise<{ house: House; read: () => Promise<Marks> }> {
  const house = new House({ readMarks });
  const visit = new Visit(house.world(), () => {});
  visits.push(visit);
  await visit.openInvitation(house.fragment);
  await visit.beginEnrolment();
  await visit.finishEnrolment({ signature: "Maya", password: "five plain words to type" });
  const send = (subject: string, threadId: string | null) =>
    visit.send(
      { subject, text: subject, files: [], threadId, expiresAt: null },
      { progress: () => {}, signal: new AbortController().signal },
    );
  const { threadId } = await send("First", null);
  house.opened = [parseEnvelope(house.rows.at(-1)?.content as Bytes).header.envelopeId];
  await send("Second", threadId);
  return { house, read: async () => (await visit.thread(threadId)).map(markOf) };
}

type Marks = ReturnType<typeof markOf>[];

function markOf(message: Message): [string, boolean | "nothing"] {
  return [message.text, "opened" in message ? message.opened === true : "nothing"];
}

test("where both have signed it, a thread asks once and says of each whether it was opened", async () => {
  const { house, read } = await written(true);
  const expected: Marks = [
    ["First", true],
    ["Second", false],
  ];
  assert.deepEqual(await read(), expected);
  assert.equal(house.heard.filter(isQuestion).length, 1);
});

test("without read marks nothing is asked and nothing said", async () => {
  const { house, read } = await written(false);
  const expected: Marks = [
    ["First", "nothing"],
    ["Second", "nothing"],
  ];
  assert.deepEqual(await read(), expected);
  assert.equal(house.heard.filter(isQuestion).length, 0);
});

const SILENCES: [string, (house: House) => Response][] = [
  ["does not answer", broken],
  ["knows no such question", (house) => house.no(404, "not-found")],
  ["answers with something else", (house) => house.yes({ opened: ["AAAA"] })],
  [
    "answers with more than was asked for",
    (house) => house.yes({ opened: Array(3).fill("A".repeat(22)) }),
  ],
];

for (const [what, answer] of SILENCES) {
  test(`a relay that ${what} keeps nobody from reading`, async () => {
    const { house, read } = await written(true);
    house.spoil = (heard, usual) => (isQuestion(heard) ? answer(house) : usual);
    const expected: Marks = [
      ["First", "nothing"],
      ["Second", "nothing"],
    ];
    assert.deepEqual(await read(), expected);
    assert.equal(house.heard.filter(isQuestion).length, 1);
  });
}
