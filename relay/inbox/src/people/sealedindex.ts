/**
 * Sealed index: what the list shows of my mailbox, kept at the relay between two visits.
 *
 * Owns the way from segments to rows on the shelf and back: which of them come, which are written, and when. It is a cache:
 * a row of it is shown and never read, and a segment that is missing, foreign or old is no error but work. Must never say
 * that it covers what no stored segment holds. (docs/protocol.md, part 19.)
 */

import { type Api, isProblem } from "../api.ts";
import { ContentKind } from "../crypto/content.ts";
import { toHex } from "../crypto/encoding.ts";
import { type IndexRow, type Listed, MOST_SEGMENTS, numberOf } from "../crypto/index.ts";
import { Verdict } from "../crypto/mailin.ts";
import { dayOf } from "../crypto/names.ts";
import { H } from "../crypto/suite.ts";
import type { Account } from "./account.ts";
import { IndexList } from "./indexlist.ts";
import { entryOf } from "./indexrows.ts";
import type { Keepers } from "./keepers.ts";
import type { Mailbox } from "./mailbox.ts";
import type { Memory } from "./memory.ts";
import { SegmentKeys } from "./segmentkeys.ts";
import { byPlace, idsOf, type Wanted, wantedSegments } from "./segmentrows.ts";
import { type Found, fetchSegments, placeName, putSegments } from "./segments.ts";
import type { Shelf } from "./shelf.ts";
import type { Standing } from "./standing.ts";
import type { World } from "./world.ts";

/** Changes are gathered for so long before they are written. */
const GATHER_MS = 5_000;
const TRIES = 3;
const MOST_AT_ONCE = 64;

interface Parts {
  readonly api: Api;
  readonly account: Account;
  readonly standing: Standing;
  readonly keepers: Keepers;
  readonly memory: Memory;
  readonly shelf: Shelf;
  readonly mailbox: Mailbox;
  readonly world: World;
  readonly relayName: string;
}

/** A segment as the relay holds it, and the envelopes whose rows are in it, as far as that is known. */
interface Stored extends Listed {
  readonly ids: ReadonlySet<string>;
}

/** What an index that was opened says of itself: the orders that it covers, and the runs that have to be made again. */
export interface Covering {
  readonly below: number;
  readonly upTo: number;
  readonly missing: ReadonlySet<number>;
}

export class SealedIndex {
  readonly #parts: Parts;
  readonly #keys: SegmentKeys;
  readonly #list: IndexList;
  readonly #stored = new Map<string, Stored>();
  /** Listed, and not there as listed; they stay in the list until they have been made again. */
  readonly #missing = new Map<string, Listed>();
  readonly #gone = new Set<string>();
  #timer: (() => void) | null = null;
  #writing: Promise<unknown> = Promise.resolve();

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#keys = new SegmentKeys(parts);
    this.#list = new IndexList(parts);
  }

  /** Bring the rows of all believed segments onto the shelf; null where there is no index. */
  async open(): Promise<Covering | null> {
    const list = this.#list.read(this.#parts.account.records.vault);
    if (!list || list.upTo === 0) {
      return null;
    }
    this.#list.see(list);
    const { api, standing } = this.#parts;
    const living = list.segments.filter(({ day }) => day >= this.#today());
    const [boxes] = await Promise.all([
      fetchSegments(api, standing.place.myMailbox),
      this.#keys.need(living.map(({ day }) => day)),
    ]);
    const rows: IndexRow[] = [];
    const again = new Set<number>();
    for (const listed of living) {
      const name = placeName(listed);
      const found = this.#keys.has(listed.day) ? this.#believed(listed, boxes.get(name)) : [];
      if (found) {
        rows.push(...found);
      } else {
        this.#missing.set(name, listed);
        again.add(listed.number);
      }
    }
    for (const number of this.#adopt(rows)) {
      again.add(number);
    }
    return { below: list.below, upTo: list.upTo, missing: again };
  }

  /** The runs that were missing have been made again. */
  madeAgain(): void {
    this.#missing.clear();
    this.touch();
  }

  /** Something of the list has changed: it is written a little later. */
  touch(): void {
    this.#timer ??= this.#parts.world.after(GATHER_MS, () => {
      this.#timer = null;
      // What could not be written is written with the next change.
      this.flush().catch(() => {});
    });
  }

  /** These have gone: no row of theirs may come back from what another browser wrote. */
  forget(ids: readonly string[]): void {
    for (const id of ids) {
      this.#gone.add(id);
    }
    this.touch();
  }

  /** Write what differs from what is stored; one at a time. */
  flush(): Promise<void> {
    this.#timer?.();
    this.#timer = null;
    const done = this.#writing.then(() => this.#write());
    this.#writing = done.catch(() => {});
    return done;
  }

  end(): void {
    this.#timer?.();
    this.#keys.clear();
  }

  // --- reading ---

  /** The rows of a box, where it is the one that the list names. */
  #believed(listed: Listed, found: Found | undefined): IndexRow[] | null {
    const rows = found ? this.#keys.open(listed, found) : null;
    if (rows) {
      this.#stored.set(placeName(listed), { ...listed, ids: idsOf(rows) });
    }
    return rows;
  }

  /** Put rows onto the shelf, oldest first; gives the runs in which something has to be looked at again. */
  #adopt(rows: readonly IndexRow[]): Set<number> {
    const again = new Set<number>();
    for (const row of [...rows].sort((one, other) => one.order - other.order)) {
      if (!this.#adoptOne(row)) {
        again.add(numberOf(row.order));
      }
    }
    return again;
  }

  /** Answers whether nothing is left to be done for a row. */
  #adoptOne(row: IndexRow): boolean {
    const { shelf, standing, memory, world } = this.#parts;
    const own = toHex(row.envelopeId);
    if (this.#gone.has(own) || shelf.get(own)) {
      return true;
    }
    if (row.kind === 0 && row.envelopeClass !== 0) {
      return false;
    }
    if (row.kind === ContentKind.MAIL && memory.verdict(row.contentId) === Verdict.NOT_MINE) {
      return false;
    }
    const before = row.kind === 0 ? undefined : shelf.byContent(row.contentId);
    // Two copies of one content: which of them stands is judged from the envelopes.
    if (before && !before.known) {
      return false;
    }
    const former = before ? [...(before.known?.former ?? []), before.envelopeId] : [];
    const id = before?.row.id ?? own;
    const expiresAt = standing.terms.dateOf(row.envelopeId, row.sealedUntil, row.createdAt, former);
    if (expiresAt > world.clock.now()) {
      shelf.put(id, entryOf(id, row, { expiresAt, former }, this.#parts), null);
    }
    return true;
  }

  // --- writing ---

  async #write(): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#writeOnce();
        return;
      } catch (reason) {
        if (!isProblem(reason, "index-conflict") || attempt === TRIES) {
          throw reason;
        }
      }
      await this.#join();
    }
  }

  async #writeOnce(): Promise<void> {
    this.#keys.forgetBefore(this.#today());
    const wanted = wantedSegments(this.#parts.shelf.all(), this.#today(), this.#missing);
    if (wanted.size > MOST_SEGMENTS) {
      return;
    }
    const changed = [...wanted.values()].filter((one) => this.#differs(one));
    await this.#keys.need(changed.map(({ day }) => day));
    const writable = changed.filter(({ day }) => this.#keys.has(day)).sort(byPlace);
    for (let at = 0; at < writable.length; at += MOST_AT_ONCE) {
      await this.#put(writable.slice(at, at + MOST_AT_ONCE));
    }
    for (const name of this.#stored.keys()) {
      if (!wanted.has(name)) {
        this.#stored.delete(name);
      }
    }
    const left = [...wanted.values()].filter((one) => this.#differs(one));
    const lowest = left.flatMap(({ rows }) => rows.map(({ order }) => order - 1));
    await this.#say(lowest);
  }

  #differs({ day, number, ids }: Wanted): boolean {
    const stored = this.#stored.get(placeName({ day, number }));
    return stored?.ids.size !== ids.size || [...ids].some((id) => !stored.ids.has(id));
  }

  async #put(segments: readonly Wanted[]): Promise<void> {
    const { api, standing, world } = this.#parts;
    const now = world.clock.now();
    const sealed = segments
      .filter(({ expiresAt }) => expiresAt > now)
      .map((one) => this.#seal(one));
    if (sealed.length === 0) {
      return;
    }
    await putSegments(api, standing.place.myMailbox, sealed);
    for (const { stored } of sealed) {
      this.#stored.set(placeName(stored), stored);
    }
  }

  #seal({ day, number, rows, ids, expiresAt }: Wanted) {
    const before = this.#stored.get(placeName({ day, number }));
    // The relay has taken a segment away with the first of its envelopes that went.
    const whole = before && [...before.ids].every((id) => ids.has(id));
    const version = whole ? before.version + 1 : 1;
    const box = this.#keys.seal({ day, number, version }, rows);
    return { stored: { day, number, version, boxHash: H(box), ids }, expiresAt, box };
  }

  /** Say in the vault which segments are to be believed, and what they cover. */
  async #say(notStored: readonly number[]): Promise<void> {
    const { mailbox, shelf } = this.#parts;
    if (Number.isFinite(shelf.bottom)) {
      const upTo = notStored.reduce((least, order) => Math.min(least, order), mailbox.cursor);
      const below = Math.min(shelf.bottom, upTo);
      const mine = () => new Map<string, Listed>([...this.#missing, ...this.#stored]);
      await this.#list.write({ below, upTo }, mine, this.#today());
    }
  }

  /** Another browser was first: what it wrote, as far as the list names it, is mine too. */
  async #join(): Promise<void> {
    const vault = await this.#parts.account.records.load();
    const boxes = await fetchSegments(this.#parts.api, this.#parts.standing.place.myMailbox);
    const list = this.#list.read(vault);
    const segments = new Map(list?.segments.map((one) => [placeName(one), one]));
    this.#list.see(list);
    this.#stored.clear();
    await this.#keys.need(
      [...segments.values()].map(({ day }) => day).filter((day) => day >= this.#today()),
    );
    const rows: IndexRow[] = [];
    for (const [name, found] of boxes) {
      const listed = segments.get(name);
      const believed = listed ? this.#believed(listed, found) : null;
      if (believed) {
        rows.push(...believed);
      } else {
        const { day, number, version, box } = found;
        this.#stored.set(name, { day, number, version, boxHash: H(box), ids: new Set() });
      }
    }
    this.#adopt(rows);
  }

  #today(): number {
    return dayOf(this.#parts.world.clock.now() + 1);
  }
}
