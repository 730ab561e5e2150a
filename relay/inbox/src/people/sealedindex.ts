/**
 * Sealed index: what the list shows of my mailbox, kept at the relay between two visits.
 *
 * Owns the way from segments to rows on the shelf and back, and the list in the vault by which a segment is believed. It is
 * a cache: a row of it is shown and never read, and a segment that is missing, foreign or old is no error but work. Must
 * never write a segment without the shares of all keepers, nor say that it covers what no stored segment holds.
 * (docs/protocol.md, part 19.)
 */

import { type Api, isProblem } from "../api.ts";
import { NONCE_BYTES } from "../crypto/box.ts";
import { ContentKind } from "../crypto/content.ts";
import {
  type Bytes,
  concat,
  counted,
  Reader,
  same,
  toHex,
  u16,
  u32,
  u64,
} from "../crypto/encoding.ts";
import { KeysError } from "../crypto/errors.ts";
import {
  By,
  encodeList,
  type IndexRow,
  indexKey,
  type Listed,
  MOST_BOX_BYTES,
  MOST_SEGMENTS,
  numberOf,
  openSegment,
  parseList,
  type SegmentList,
  sealSegment,
} from "../crypto/index.ts";
import { Verdict } from "../crypto/mailin.ts";
import { DAY_SECONDS, dayOf } from "../crypto/names.ts";
import { H } from "../crypto/suite.ts";
import type { ListRow } from "../session.ts";
import type { Account } from "./account.ts";
import { rowOf } from "./indexrows.ts";
import type { Keepers } from "./keepers.ts";
import type { Mailbox } from "./mailbox.ts";
import type { Memory } from "./memory.ts";
import type { Entry, KnownRow, Shelf } from "./shelf.ts";
import type { Standing } from "./standing.ts";
import type { Changes, Vault } from "./vault.ts";
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
interface Stored {
  readonly day: number;
  readonly number: number;
  readonly version: number;
  readonly boxHash: Bytes;
  readonly ids: ReadonlySet<string>;
}

/** A segment as it is to be. */
interface Wanted {
  readonly day: number;
  readonly number: number;
  readonly rows: readonly IndexRow[];
  readonly ids: ReadonlySet<string>;
  readonly expiresAt: number;
}

/** What an index that was opened says of itself: the orders that it covers, and the runs that have to be made again. */
export interface Covering {
  readonly below: number;
  readonly upTo: number;
  readonly missing: ReadonlySet<number>;
}

export class SealedIndex {
  readonly #parts: Parts;
  readonly #keys = new Map<number, Bytes>();
  readonly #stored = new Map<string, Stored>();
  /** Listed, and not there as listed; they stay in the list until they have been made again. */
  readonly #missing = new Map<string, Listed>();
  /** The list as it was last seen in the vault: what differs from it there is another browser's. */
  #seen = new Map<string, Listed>();
  readonly #gone = new Set<string>();
  #timer: (() => void) | null = null;
  #writing: Promise<unknown> = Promise.resolve();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Bring the rows of all believed segments onto the shelf; null where there is no index. */
  async open(): Promise<Covering | null> {
    const list = this.#listOf(this.#parts.account.records.vault);
    if (!list || list.upTo === 0) {
      return null;
    }
    this.#see(list);
    const living = list.segments.filter(({ day }) => day >= this.#today());
    const [boxes] = await Promise.all([
      this.#fetch(),
      this.#needKeys(living.map(({ day }) => day)),
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
    const key = this.#keys.get(listed.day);
    if (!key || found?.version !== listed.version || !same(H(found.box), listed.boxHash)) {
      return null;
    }
    try {
      const rows = openSegment(key, this.#placeOf(listed, listed.version), found.box);
      const ids = new Set(rows.map((row) => toHex(row.envelopeId)));
      this.#stored.set(placeName(listed), { ...listed, ids });
      return rows;
    } catch (reason) {
      if (reason instanceof KeysError) {
        return null;
      }
      throw reason;
    }
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
      shelf.put(id, this.#entry(id, row, expiresAt, former), null);
    }
    return true;
  }

  #entry(id: string, row: IndexRow, expiresAt: number, former: readonly Bytes[]): Entry {
    const { envelopeId, sealedUntil, envelopeClass } = row;
    const known: KnownRow = { row, mark: this.#markOf(row), former };
    const listed = this.#listRow(id, row, expiresAt);
    const entry = {
      row: listed,
      envelopeId,
      sealedUntil,
      locks: null,
      content: null,
      envelopeClass,
    };
    return envelopeClass === 0 ? entry : { ...entry, known };
  }

  #markOf({ by, writer, count, contentId }: IndexRow): KnownRow["mark"] {
    const { me, otherFp } = this.#parts.standing.place;
    return by === By.RELAY
      ? null
      : { fp: by === By.ME ? me.fp : otherFp, writer, count, contentId };
  }

  #listRow(id: string, row: IndexRow, expiresAt: number): ListRow {
    const { memory, standing } = this.#parts;
    const { terms } = standing;
    const { order, envelopeClass, createdAt, subject, firstWords } = row;
    const mine = row.by === By.ME || envelopeClass === 0;
    const byMail = row.kind === ContentKind.MAIL;
    return {
      ...{ id, order, mine, subject, firstWords, createdAt, expiresAt, byMail },
      threadId: envelopeClass === 0 ? id : toHex(row.threadId),
      senderName: this.#nameOf(row, mine),
      files: byMail ? 0 : row.files,
      ...(row.names.length > 0 && { fileNames: row.names }),
      unread: !mine && !memory.marks.has(order),
      ...(envelopeClass === 5 && { keptLonger: true as const }),
      ...(terms.clients?.gaveBack(row, terms) && { givenBack: true as const }),
      ...(envelopeClass === 0 && { wentUnread: true as const }),
    };
  }

  #nameOf({ by, author, kind }: IndexRow, mine: boolean): string {
    const { item } = this.#parts.standing;
    if (mine) {
      return item.myName;
    }
    const others = kind === ContentKind.MAIL ? author : this.#parts.relayName;
    return by === By.OTHER ? item.theirName : others;
  }

  /** The relay's segments, by place. */
  async #fetch(): Promise<Map<string, Found>> {
    const { api, standing } = this.#parts;
    const found = new Map<string, Found>();
    for (let day = 0, number = 0, more = true; more && found.size <= MOST_SEGMENTS; ) {
      const known = found.size;
      const page = await api.indexPage(standing.place.myMailbox, day, number);
      [day, number] = readSegments(page.body, found) ?? [0, 0];
      // A relay that gives the same ones again has no more.
      more = page.more && found.size > known;
    }
    return found;
  }

  /** One question to each keeper for the shares of all days that are not at hand. */
  async #needKeys(days: Iterable<number>): Promise<void> {
    const asked = [...new Set(days)].filter((day) => !this.#keys.has(day));
    if (asked.length > 0) {
      const shares = await this.#parts.keepers.dayShares(asked);
      for (const [day, one] of shares) {
        this.#keys.set(day, indexKey(this.#parts.account.keys.indexBase, one, day));
      }
    }
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
    this.#forgetPast();
    const wanted = this.#wanted();
    if (wanted.size > MOST_SEGMENTS) {
      return;
    }
    const changed = [...wanted.values()].filter((one) => this.#differs(one));
    await this.#needKeys(changed.map(({ day }) => day));
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
    await this.#list(lowest);
  }

  #wanted(): Map<string, Wanted> {
    const today = this.#today();
    const places = new Map<string, { row: IndexRow; expiresAt: number }[]>();
    for (const entry of this.#parts.shelf.all()) {
      const row = rowOf(entry);
      const day = row ? dayOf(row.sealedUntil) : 0;
      const name = row ? placeName({ day, number: numberOf(row.order) }) : "";
      if (row && day >= today && !this.#missing.has(name)) {
        const there = places.get(name) ?? [];
        there.push({ row, expiresAt: entry.row.expiresAt });
        places.set(name, there);
      }
    }
    return new Map([...places].map(([name, rows]) => [name, wantedOf(rows)]));
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
    const body = concat(
      u16(sealed.length),
      ...sealed.map(({ stored, expiresAt, box }) =>
        concat(
          u32(stored.day),
          u64(stored.number),
          u64(stored.version),
          u64(expiresAt),
          counted(box, 4),
        ),
      ),
    );
    await api.putIndex(standing.place.myMailbox, body);
    for (const { stored } of sealed) {
      this.#stored.set(placeName(stored), stored);
    }
  }

  #seal({ day, number, rows, ids, expiresAt }: Wanted) {
    const before = this.#stored.get(placeName({ day, number }));
    // The relay has taken a segment away with the first of its envelopes that went.
    const whole = before && [...before.ids].every((id) => ids.has(id));
    const version = whole ? before.version + 1 : 1;
    const place = this.#placeOf({ day, number }, version);
    const key = this.#keys.get(day) as Bytes;
    const box = sealSegment(key, place, rows, this.#parts.world.random(NONCE_BYTES));
    return { stored: { day, number, version, boxHash: H(box), ids }, expiresAt, box };
  }

  /** Say in the vault which segments are to be believed, and what they cover. */
  async #list(notStored: readonly number[]): Promise<void> {
    const { account, mailbox, shelf, standing } = this.#parts;
    if (!Number.isFinite(shelf.bottom)) {
      return;
    }
    const upTo = notStored.reduce((least, order) => Math.min(least, order), mailbox.cursor);
    const below = Math.min(shelf.bottom, upTo);
    const name = standing.itemName("index");
    const vault = await account.records.change((vault): Changes => {
      const plain = encodeList(this.#merged(this.#listOf(vault), { below, upTo }));
      const there = vault.item(name);
      return there && same(there, plain)
        ? new Map()
        : new Map([[name, { plain, expiresAt: standing.keptUntil() }]]);
    });
    this.#see(this.#listOf(vault));
  }

  #see(list: SegmentList | null): void {
    this.#seen = new Map(list?.segments.map((one) => [placeName(one), one]));
  }

  /** My segments, and those that another browser has listed since: it built upon mine where its version is later. */
  #merged(theirs: SegmentList | null, mine: { below: number; upTo: number }): SegmentList {
    const segments = new Map<string, Listed>([...this.#missing, ...this.#stored]);
    for (const one of theirs?.segments ?? []) {
      const name = placeName(one);
      const known = segments.get(name);
      const seen = this.#seen.get(name);
      const news = !seen || !same(seen.boxHash, one.boxHash);
      if (news && (known?.version ?? 0) < one.version && one.day >= this.#today()) {
        segments.set(name, one);
      }
    }
    return { ...joined(theirs, mine), segments: [...segments.values()] };
  }

  /** Another browser was first: what it wrote, as far as the list names it, is mine too. */
  async #join(): Promise<void> {
    const vault = await this.#parts.account.records.load();
    const boxes = await this.#fetch();
    const listed = this.#listOf(vault);
    const list = new Map(listed?.segments.map((one) => [placeName(one), one]));
    this.#see(listed);
    this.#stored.clear();
    await this.#needKeys(
      [...list.values()].map(({ day }) => day).filter((day) => day >= this.#today()),
    );
    const rows: IndexRow[] = [];
    for (const [name, found] of boxes) {
      const listed = list.get(name);
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

  #forgetPast(): void {
    const today = this.#today();
    for (const day of this.#keys.keys()) {
      if (day < today) {
        this.#keys.delete(day);
      }
    }
  }

  #listOf(vault: Vault): SegmentList | null {
    const plain = vault.item(this.#parts.standing.itemName("index"));
    try {
      return plain ? parseList(plain) : null;
    } catch {
      // Written by a later release, say: it is made again.
      return null;
    }
  }

  #placeOf({ day, number }: { day: number; number: number }, version: number) {
    const { account, standing } = this.#parts;
    const { accountId } = account.records.vault;
    return { accountId, mailboxId: standing.place.myMailbox, day, number, version };
  }

  #today(): number {
    return dayOf(this.#parts.world.clock.now() + 1);
  }
}

interface Found {
  readonly day: number;
  readonly number: number;
  readonly version: number;
  readonly box: Bytes;
}

/** Read a page of segments into `found`; gives the place of the last one. */
function readSegments(body: Bytes, found: Map<string, Found>): [number, number] | null {
  const reader = new Reader(body);
  let last: [number, number] | null = null;
  while (reader.remaining > 0) {
    const [day, number, version] = [reader.u32(), reader.u64(), reader.u64()];
    found.set(placeName({ day, number }), {
      ...{ day, number, version },
      box: reader.counted(4, MOST_BOX_BYTES),
    });
    last = [day, number];
  }
  return last;
}

function placeName({ day, number }: { readonly day: number; readonly number: number }): string {
  return `${day}/${number}`;
}

function byPlace(one: Wanted, other: Wanted): number {
  return one.day - other.day || one.number - other.number;
}

function wantedOf(there: readonly { row: IndexRow; expiresAt: number }[]): Wanted {
  const rows = there.map(({ row }) => row).sort((one, other) => one.order - other.order);
  const [first] = rows as [IndexRow];
  const day = dayOf(first.sealedUntil);
  const dates = there.map(({ expiresAt }) => expiresAt);
  return {
    day,
    number: numberOf(first.order),
    rows,
    ids: new Set(rows.map((row) => toHex(row.envelopeId))),
    expiresAt: Math.min((day + 1) * DAY_SECONDS, ...dates),
  };
}

/** What two browsers' indexes cover together, where that is one stretch; else the later of the two. */
function joined(
  theirs: SegmentList | null,
  mine: { below: number; upTo: number },
): { below: number; upTo: number } {
  if (!theirs || theirs.upTo < mine.below) {
    return mine;
  }
  if (mine.upTo < theirs.below) {
    return theirs;
  }
  return { below: Math.min(mine.below, theirs.below), upTo: Math.max(mine.upTo, theirs.upTo) };
}
