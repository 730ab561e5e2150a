/**
 * Mailbox: my mailbox of the engagement, page by page and as it grows.
 *
 * Owns which rows are asked for, how far they have been taken, and how far down the shelf reaches. Must never move past a
 * row that was not taken, nor hand out an entry that only the index knows as one that was opened.
 * (docs/protocol.md, part 14, Receive.)
 */

import type { Api, RowPage } from "../api.ts";
import { ContentKind } from "../crypto/content.ts";
import type { Bytes } from "../crypto/encoding.ts";
import type { Part } from "../crypto/sealing.ts";
import type { Event, ListPage, ListRow } from "../session.ts";
import { fault, fetched } from "./fault.ts";
import { Intake, type Taken } from "./intake.ts";
import type { Keepers } from "./keepers.ts";
import type { Memory } from "./memory.ts";
import { type Entry, isShown, kindOf, type Shelf } from "./shelf.ts";
import type { Standing } from "./standing.ts";
import type { World } from "./world.ts";

const PAGE_ROWS = 50;
const SEARCH_ROWS = 200;
/** How far a message that is not on the shelf is looked for. */
const MOST_SEARCHED_PAGES = 100;

interface Parts {
  readonly api: Api;
  readonly standing: Standing;
  readonly keepers: Keepers;
  readonly memory: Memory;
  readonly shelf: Shelf;
  readonly world: World;
  readonly relayName: string;
  readonly tell: (event: Event) => void;
}

/** Kinds that *our work* is drawn from: they are opened before it is. */
const WORKED_WITH: readonly number[] = [
  ContentKind.AGREEMENT,
  ContentKind.SPOKEN,
  ContentKind.CALL,
  ContentKind.REPORT,
];

export class Mailbox {
  readonly #parts: Parts;
  /** Everything up to this order has been taken. */
  #cursor: number;
  /** The newest row of the first page. */
  #top = 0;
  readonly #intake: Intake;
  #syncing: Promise<unknown> = Promise.resolve();

  constructor(parts: Parts, cursor: number) {
    this.#parts = parts;
    this.#intake = new Intake(parts);
    this.#cursor = cursor;
  }

  /** Everything up to this order has been taken. */
  get cursor(): number {
    return this.#cursor;
  }

  /** What stands above an order has not been taken yet. */
  startAbove(order: number): void {
    this.#cursor = order;
  }

  /** A page below an order (null: the newest) of what is on the shelf; null where that does not reach so far. */
  shelved(before: number | null): ListPage | null {
    const { shelf } = this.#parts;
    const from = before ?? Number.POSITIVE_INFINITY;
    if (from <= shelf.bottom) {
      return null;
    }
    const below = shelf.shown().filter(({ row }) => row.order < from && row.order > shelf.bottom);
    const rows = below.slice(0, SEARCH_ROWS).map(({ row }) => row);
    const rest = below.length > rows.length;
    const last = rows.at(-1)?.order ?? shelf.bottom;
    return { rows, more: rest || shelf.bottom > 0, before: rest ? last : shelf.bottom };
  }

  /** The next 200 below all that is on the shelf. */
  async further(): Promise<ListPage> {
    const { shelf } = this.#parts;
    const { ids, more, next } = await this.#page(
      Number.isFinite(shelf.bottom) ? shelf.bottom : null,
      SEARCH_ROWS,
    );
    return { rows: this.#rowsOf(ids), more, before: next };
  }

  /** Take those of a page below an order whose orders are wanted; `again` those too that are on the shelf. */
  async takeOf(
    before: number,
    limit: number,
    wanted: (order: number) => boolean,
    again: boolean,
  ): Promise<{ shown: ListRow[]; next: number; more: boolean }> {
    const { api, standing } = this.#parts;
    const page = await api.rowsBefore(standing.place.myMailbox, before, limit);
    const rows = page.rows.filter(({ order }) => wanted(order));
    return { shown: await this.#intake.take(rows, again), next: page.next, more: page.more };
  }

  /** The next page below an order (null: the newest) that has something to show. */
  async list(before: number | null): Promise<ListPage> {
    for (let from = before; ; ) {
      const { ids, more, next } = await this.#page(from, PAGE_ROWS);
      const rows = this.#rowsOf(ids);
      if (rows.length > 0 || !more) {
        return { rows, more, before: next };
      }
      from = next;
    }
  }

  #rowsOf(ids: readonly string[]): ListRow[] {
    // An id holds the content's: what the relay shows twice is the same message, and stands there once.
    const entries = [...new Set(ids)].flatMap((id) => this.#parts.shelf.get(id) ?? []);
    return entries.filter(isShown).map(({ row }) => row);
  }

  /** An entry by its id, looked for further down where it is not on the shelf; a fault `gone` where it is nowhere. */
  async find(id: string): Promise<Entry> {
    const { shelf } = this.#parts;
    for (let looked = 0; ; looked++) {
      const entry = shelf.get(id);
      if (entry) {
        return await this.opened(entry);
      }
      if (shelf.bottom === 0 || looked === MOST_SEARCHED_PAGES) {
        throw fault("gone");
      }
      await this.further();
    }
  }

  /** Know of everything that is in the mailbox, down to its first row, and have opened what is no message. */
  async toBottom(): Promise<void> {
    const { shelf } = this.#parts;
    for (let looked = 0; shelf.bottom > 0 && looked < MOST_SEARCHED_PAGES; looked++) {
      await this.further();
    }
    await this.openKinds(WORKED_WITH);
  }

  /** Open what the index alone knows of these kinds. */
  async openKinds(kinds: readonly number[]): Promise<void> {
    await this.allOpened(this.#parts.shelf.all().filter((one) => kinds.includes(kindOf(one))));
  }

  /** An entry as its envelope says it is, never as the index does; a fault `gone` where that is not there any more. */
  async opened(entry: Entry): Promise<Entry> {
    const [found] = await this.allOpened([entry]);
    if (!found) {
      throw fault("gone");
    }
    return found;
  }

  /** The same of several, in their order; those that are not there any more are left out. */
  async allOpened(entries: readonly Entry[], texts = false): Promise<Entry[]> {
    const { openAll } = await fetched(() => import("./behind.ts"));
    return await openAll({ ...this.#parts, mailbox: this }, entries, texts);
  }

  /** Envelope ids of older copies that a re-sealed one has replaced since this was last asked; they are mine to let go. */
  takeReplaced(): Bytes[] {
    return this.#intake.takeReplaced();
  }

  /** An envelope of my own mailbox, opened once more: its signed parts, to be sealed again. */
  async parts(entry: Entry): Promise<Part[]> {
    const { api, standing } = this.#parts;
    const page = await api.rowsBefore(standing.place.myMailbox, entry.row.order + 1, 1);
    return await this.#intake.parts(page.rows, entry.envelopeId);
  }

  /** The text of an entry, fetched again where it had to make room. */
  async text(entry: Entry): Promise<string> {
    const { api, shelf, standing } = this.#parts;
    const known = shelf.text(entry.row.id);
    if (known !== undefined) {
      return known;
    }
    const page = await api.rowsBefore(standing.place.myMailbox, entry.row.order + 1, 1);
    await this.#intake.take(page.rows, true);
    return shelf.text(entry.row.id) ?? "";
  }

  /** Take everything that stands above the cursor; one at a time. */
  sync(): Promise<Pick<Taken, "rows" | "gone">> {
    const done = this.#syncing.then(() => this.#sync());
    this.#syncing = done.catch(() => {});
    return done;
  }

  async #sync(): Promise<Pick<Taken, "rows" | "gone">> {
    const { api, standing } = this.#parts;
    const rows: ListRow[] = [];
    const gone: string[] = [];
    for (let more = true; more; ) {
      const page = await api.rowsAfter(standing.place.myMailbox, this.#cursor);
      const taken = await this.#intake.page(page.rows);
      rows.push(...taken.rows);
      gone.push(...taken.gone);
      this.#cursor = Math.max(this.#cursor, page.next);
      more = page.more;
    }
    return { rows, gone };
  }

  async #page(before: number | null, limit: number): Promise<RowPage & Pick<Taken, "ids">> {
    const { api, standing, shelf } = this.#parts;
    const page = await api.rowsBefore(standing.place.myMailbox, before, limit);
    const { ids } = await this.#intake.page(page.rows);
    if (before === null && !Number.isFinite(shelf.bottom)) {
      this.#top = page.rows[0]?.order ?? 0;
    }
    shelf.covered(before, page.more ? page.next : 0);
    if (shelf.bottom <= this.#cursor) {
      // Nothing stands between what was taken before and these pages.
      this.#cursor = Math.max(this.#cursor, this.#top);
    }
    return { ...page, ids };
  }
}
