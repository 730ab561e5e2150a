/**
 * Behind the list: what goes on once it is shown.
 *
 * Owns the opening of what the index alone knew, the runs of it that have to be made again, and the way down to the first
 * message. Must never hand out an entry as opened that its envelope does not confirm.
 */

import type { Api } from "../api.ts";
import { RUN } from "../crypto/index.ts";
import type { Event, ListRow } from "../session.ts";
import type { Mailbox } from "./mailbox.ts";
import type { Covering, SealedIndex } from "./sealedindex.ts";
import { type Entry, isShown, type Shelf } from "./shelf.ts";
import type { World } from "./world.ts";

const MOST_ROWS = 200;
const NO_RUNS: ReadonlySet<number> = new Set();
/** Rows that the page is handed at a time behind the first. */
const TOLD_ROWS = 500;

interface Around {
  readonly api: Api;
  readonly shelf: Shelf;
  readonly world: World;
  readonly mailbox: Mailbox;
  readonly tell: (event: Event) => void;
}

/**
 * Entries as their envelopes say they are, in their order; with `texts`, their texts are at hand. Those that are not there
 * any more are left out, and have gone from the list.
 */
export async function openAll(
  { shelf, mailbox, tell }: Pick<Around, "shelf" | "mailbox" | "tell">,
  entries: readonly Entry[],
  texts: boolean,
): Promise<Entry[]> {
  const away = ({ known, content, row }: Entry) =>
    known || (texts && content && shelf.text(row.id) === undefined);
  const waiting = entries.filter(away).map(({ row }) => row.order);
  waiting.sort((one, other) => other - one);
  while (waiting.length > 0) {
    const highest = waiting[0] ?? 0;
    const lowest = waiting.filter((order) => order > highest - MOST_ROWS).at(-1) ?? highest;
    const wanted = new Set(waiting);
    const span = highest - lowest + 1;
    const page = await mailbox.takeOf(highest + 1, span, (order) => wanted.has(order), true);
    // What 4 MiB did not hold comes with the next page; an answer without any row ends it.
    const down = page.more && page.next > lowest ? Math.min(page.next, highest) : lowest;
    waiting.splice(0, waiting.filter((order) => order >= down).length);
  }
  const gone = entries.filter(({ row }) => shelf.get(row.id)?.known).map(({ row }) => row.id);
  for (const id of gone) {
    shelf.remove(id);
  }
  if (gone.length > 0) {
    tell({ kind: "gone", ids: gone });
  }
  const told = new Map(entries.flatMap(({ row, known }) => (known ? [[row.id, row]] : [])));
  const now = entries.flatMap(({ row }) => shelf.get(row.id) ?? []);
  const truer = now.filter((one) => isShown(one) && differs(one.row, told.get(one.row.id)));
  if (truer.length > 0) {
    tell({ kind: "arrived", rows: truer.map(({ row }) => row) });
  }
  return now;
}

/** Whether an envelope says other things than the index did, in whatever order; whoever is told has to draw the list again. */
export function differs(row: ListRow, told: ListRow | undefined): boolean {
  const names = Object.keys({ ...row, ...told }) as (keyof ListRow)[];
  const other = (name: keyof ListRow) => JSON.stringify(row[name]) !== JSON.stringify(told?.[name]);
  return told !== undefined && names.some(other);
}

interface Settling extends Around {
  readonly index: SealedIndex | null;
  readonly covering: Covering | null;
  readonly stop: AbortSignal;
}

/** What came since the index was written, what has to be made again of it, and everything below it; the page is told. */
export async function settle(parts: Settling, before: number): Promise<void> {
  const { shelf, world, mailbox, index, covering, stop } = parts;
  const { below = 0, missing = NO_RUNS } = covering ?? {};
  const covers = covering !== null && shelf.bottom > below;
  if (covers) {
    await mailbox.sync();
  }
  const rows = shelf.shown().map(({ row }) => row);
  const rest = rows.filter((row) => row.order < before);
  for (let at = 0; at < rest.length; at += TOLD_ROWS) {
    tellKnown(parts, rest.slice(at, at + TOLD_ROWS));
    await world.pause(0);
  }
  if (missing.size > 0) {
    await makeAgain(parts, missing);
    index?.madeAgain();
  }
  if (covers) {
    // Not before: whoever needs all of the mailbox looks for itself where the shelf does not reach down.
    shelf.covered(null, below);
  }
  for (let above = Infinity; shelf.bottom > 0 && shelf.bottom < above && !stop.aborted; ) {
    above = shelf.bottom;
    const { rows: further } = await mailbox.further();
    tellKnown(parts, further);
    index?.touch();
    await world.pause(0);
  }
  index?.touch();
  tellKnown(parts, [], false);
}

/** Take the rows of runs of orders whose part of the index is not there. */
async function makeAgain(parts: Settling, runs: ReadonlySet<number>): Promise<void> {
  const left = [...runs].sort((one, other) => one - other);
  const wanted = (order: number) => runs.has(Math.floor(order / RUN));
  for (let run = left.pop(), from = 0; run !== undefined; ) {
    from ||= (run + 1) * RUN;
    const page = await parts.mailbox.takeOf(from, MOST_ROWS, wanted, false);
    tellKnown(parts, page.shown);
    const ends = !page.more || page.next >= from;
    from = page.next;
    while (run !== undefined && (ends || run * RUN >= from)) {
      run = left.pop();
      from = 0;
    }
  }
}

function tellKnown({ shelf, tell }: Around, rows: readonly ListRow[], reading = true): void {
  const { bottom } = shelf;
  const page = { rows, more: bottom > 0, before: Number.isFinite(bottom) ? bottom : 0 };
  tell({ kind: "known", page, reading });
}
