/**
 * Row 16's subject: the inbox's own code over ten thousand rows. `node index_rows.ts ROUNDS` prints JSON: milliseconds of
 * a processor in each round for opening all segments and putting up their rows, and for one letter more in the search.
 */

import { type IndexRow, bareRow, indexKey, numberOf, openSegment, sealSegment } from "../../relay/inbox/src/crypto/index.ts";
import { toHex } from "../../relay/inbox/src/crypto/encoding.ts";
import { matching } from "../../relay/inbox/src/search.ts";
import type { ListRow } from "../../relay/inbox/src/session.ts";

const ROWS = 10_000;
const EXPIRES_AT = 1_900_000_000;
const DAY = Math.floor((EXPIRES_AT - 1) / 86_400);
const TYPED = "letter 99 ferns";

const random = (bytes: number) => crypto.getRandomValues(new Uint8Array(bytes));
const key = indexKey(random(32), [random(32)], DAY);
const owner = { accountId: random(16), mailboxId: random(16), day: DAY, version: 1 };

function letter(order: number): IndexRow {
  return {
    ...bareRow({ order, envelopeId: random(16), envelopeClass: 1, createdAt: 0, sealedUntil: EXPIRES_AT }),
    ...{ origin: 1, kind: 1, by: 1 + (order % 2), writer: 9, count: order, createdAt: 1_800_000_000 },
    ...{ contentId: random(32), threadId: random(16), subject: `Letter ${order} about the ferns` },
    firstWords: "Three questions to sit with before you walk in on Thursday. You need not answer them here, though you may. ".repeat(2).slice(0, 190),
    ...(order % 9 === 0 && { files: 1, fileBytes: 41_000, names: ["Three questions, one page.pdf"] }),
  };
}

const boxes = Array.from({ length: Math.ceil((ROWS + 1) / 64) }, (_, number) => {
  const orders = Array.from({ length: 64 }, (_, at) => number * 64 + at);
  const rows = orders.filter((order) => order > 0 && order <= ROWS).map(letter);
  return { number, box: sealSegment(key, { ...owner, number }, rows, random(24)) };
});

function shown(row: IndexRow): ListRow {
  const { order, subject, firstWords, createdAt, files } = row;
  return {
    ...{ id: toHex(row.envelopeId), threadId: toHex(row.threadId), order, subject, firstWords, createdAt, files },
    ...{ mine: row.by === 1, senderName: "Anna Harrow", fileNames: row.names, expiresAt: row.sealedUntil },
    ...{ unread: false, byMail: false },
  };
}

function open(): ListRow[] {
  const rows = boxes.flatMap(({ number, box }) => openSegment(key, { ...owner, number }, box));
  return rows.map(shown).sort((one, other) => other.order - one.order);
}

function timed<Result>(work: () => Result): { milliseconds: number; result: Result } {
  const began = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(began);
  return { milliseconds: (user + system) / 1000, result };
}

const rounds = Number(process.argv[2] ?? "5");
const opening: number[] = [];
const first: number[] = [];
const letters: number[] = [];
for (let round = 0; round < rounds; round++) {
  const { milliseconds, result: rows } = timed(open);
  if (rows.length !== ROWS || numberOf(rows[0]?.order ?? 0) !== numberOf(ROWS)) {
    throw new Error("not all rows came out");
  }
  opening.push(milliseconds);
  const [begin, ...others] = Array.from(TYPED, (_, at) => timed(() => matching(rows, TYPED.slice(0, at + 1), "You")).milliseconds);
  first.push(begin ?? 0);
  letters.push(Math.max(...others));
}
const bytes = boxes.reduce((sum, { box }) => sum + box.length, 0);
console.log(JSON.stringify({ opening, first, letters, bytes }));
