/**
 * Mailbox: my mailbox of the engagement, page by page and as it grows.
 *
 * Owns the way of a row from the relay onto the shelf: examined, one question to each keeper for a whole page, opened,
 * checked against the chains, or kept as a row with a local code. Must never show a row before all of that.
 * (docs/protocol.md, part 14, Receive.)
 */

import type { Api, RowPage } from "../api.ts";
import * as content from "../crypto/content.ts";
import { type Bytes, same, toHex } from "../crypto/encoding.ts";
import { type Envelope, EnvelopeClass, keeperLocks, parseEnvelope } from "../crypto/envelope.ts";
import type { Grant } from "../crypto/keeper_wire.ts";
import { Verdict as MailVerdict } from "../crypto/mailin.ts";
import { DAY_SECONDS, dayOf } from "../crypto/names.ts";
import { type Opened, openParts, type Part } from "../crypto/sealing.ts";
import { H } from "../crypto/suite.ts";
import type { Event, ListPage, ListRow } from "../session.ts";
import type { Row } from "../wire.ts";
import { Fault, fault, fetched } from "./fault.ts";
import type { Keepers } from "./keepers.ts";
import type { Memory } from "./memory.ts";
import { Due, type Examined, examine, finish, statementsKnown, Unreadable } from "./receive.ts";
import {
  type Entry,
  type EntryContent,
  formerOf,
  isShown,
  kindOf,
  SHOWN_KINDS,
  type Shelf,
} from "./shelf.ts";
import type { Standing } from "./standing.ts";
import { oneLine } from "./text.ts";
import type { World } from "./world.ts";

const PAGE_ROWS = 50;
const SEARCH_ROWS = 200;
/** How far a message that is not on the shelf is looked for. */
const MOST_SEARCHED_PAGES = 100;
const FIRST_WORDS_CHARACTERS = 200;
const SPECIAL_KINDS: readonly number[] = [
  content.ContentKind.AGREEMENT,
  content.ContentKind.SPOKEN,
  content.ContentKind.CALL,
  content.ContentKind.MAIL,
  content.ContentKind.NOTICE,
  content.ContentKind.REPORT,
];

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
  content.ContentKind.AGREEMENT,
  content.ContentKind.SPOKEN,
  content.ContentKind.CALL,
  content.ContentKind.REPORT,
];

/** What a page brought: rows that were not on the shelf before, and the ids of those that have gone. */
export interface Brought {
  readonly rows: readonly ListRow[];
  readonly gone: readonly string[];
}

export class Mailbox {
  readonly #parts: Parts;
  /** Everything up to this order has been taken. */
  #cursor: number;
  /** The newest row of the first page. */
  #top = 0;
  #replaced: Bytes[] = [];
  #syncing: Promise<unknown> = Promise.resolve();

  constructor(parts: Parts, cursor: number) {
    this.#parts = parts;
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
    const rows = arrivedRows(page.rows).filter(({ order }) => wanted(order));
    return { shown: await this.#take(rows, again), next: page.next, more: page.more };
  }

  #rowsOf(ids: readonly string[]): ListRow[] {
    const shown = [...new Set(ids)].filter((id) => this.#isShown(id));
    return shown.flatMap((id) => this.#parts.shelf.get(id)?.row ?? []);
  }

  /** The next page below an order (null: the newest) that has something to show. */
  async list(before: number | null): Promise<{ ids: string[]; more: boolean; before: number }> {
    for (let from = before; ; ) {
      const page = await this.#page(from, PAGE_ROWS);
      // An id holds the content's: what the relay shows twice is the same message, and stands there once.
      const ids = [...new Set(page.ids)].filter((id) => this.#isShown(id));
      if (ids.length > 0 || !page.more) {
        return { ids, more: page.more, before: page.next };
      }
      from = page.next;
    }
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
      await this.#page(Number.isFinite(shelf.bottom) ? shelf.bottom : null, SEARCH_ROWS);
    }
  }

  /** Know of everything that is in the mailbox, down to its first row, and have opened what is no message. */
  async toBottom(): Promise<void> {
    const { shelf } = this.#parts;
    for (let looked = 0; shelf.bottom > 0 && looked < MOST_SEARCHED_PAGES; looked++) {
      await this.#page(Number.isFinite(shelf.bottom) ? shelf.bottom : null, SEARCH_ROWS);
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
    return this.#replaced.splice(0);
  }

  /** An envelope of my own mailbox, opened once more: its signed parts, to be sealed again. */
  async parts(entry: Entry): Promise<Part[]> {
    const { api, standing, keepers } = this.#parts;
    const page = await api.rowsBefore(standing.place.myMailbox, entry.row.order + 1, 1);
    const [row] = arrivedRows(page.rows);
    const there = row?.envelope && same(row.envelope.header.envelopeId, entry.envelopeId);
    const examined = row && there ? await this.#examine(row) : null;
    if (!examined || !("envelope" in examined)) {
      throw fault("gone");
    }
    const [grants] = await keepers.open([examined]);
    await this.#finish(examined, grants as Grants);
    const shares = keeperShares(examined, grants as Grants);
    return await openParts(examined.envelope, examined.readerShare, shares);
  }

  /** The text of an entry, fetched again where it had to make room. */
  async text(entry: Entry): Promise<string> {
    const { api, shelf, standing } = this.#parts;
    const known = shelf.text(entry.row.id);
    if (known !== undefined) {
      return known;
    }
    const page = await api.rowsBefore(standing.place.myMailbox, entry.row.order + 1, 1);
    await this.#take(arrivedRows(page.rows), true);
    return shelf.text(entry.row.id) ?? "";
  }

  /** Take everything that stands above the cursor; one at a time. */
  sync(): Promise<Brought> {
    const done = this.#syncing.then(() => this.#sync());
    this.#syncing = done.catch(() => {});
    return done;
  }

  async #sync(): Promise<Brought> {
    const { api, standing } = this.#parts;
    const rows: ListRow[] = [];
    const gone: string[] = [];
    for (let more = true; more; ) {
      const page = await api.rowsAfter(standing.place.myMailbox, this.#cursor);
      rows.push(...(await this.#take(arrivedRows(page.rows))));
      gone.push(...this.#dropTombstones(page.rows));
      rows.push(...this.#wentUnread(page.rows));
      this.#cursor = Math.max(this.#cursor, page.next);
      more = page.more;
    }
    return { rows, gone };
  }

  async #page(before: number | null, limit: number): Promise<RowPage & { ids: string[] }> {
    const { api, standing, shelf } = this.#parts;
    const page = await api.rowsBefore(standing.place.myMailbox, before, limit);
    const rows = arrivedRows(page.rows);
    await this.#take(rows);
    this.#dropTombstones(page.rows);
    const unread = this.#wentUnread(page.rows).map((row) => row.id);
    if (before === null && !Number.isFinite(shelf.bottom)) {
      this.#top = page.rows[0]?.order ?? 0;
    }
    shelf.covered(before, page.more ? page.next : 0);
    if (shelf.bottom <= this.#cursor) {
      // Nothing stands between what was taken before and these pages.
      this.#cursor = Math.max(this.#cursor, this.#top);
    }
    return { ...page, ids: [...rows.map((row) => row.id), ...unread] };
  }

  #isShown(id: string): boolean {
    const entry = this.#parts.shelf.get(id);
    return entry !== undefined && isShown(entry);
  }

  /** What I wrote and what went before the other person opened it: the day is left of it, and nothing else. */
  #wentUnread(rows: readonly Row[]): ListRow[] {
    const { shelf, standing } = this.#parts;
    return rows.flatMap((row) => {
      if (row.kind !== "tombstone" || !row.unread) {
        return [];
      }
      const id = toHex(row.envelopeId);
      const shown: ListRow = {
        id,
        threadId: id,
        order: row.order,
        mine: true,
        senderName: standing.item.myName,
        subject: "",
        firstWords: "",
        files: 0,
        createdAt: row.goneOnDay * DAY_SECONDS,
        expiresAt: standing.terms.endsAt,
        unread: false,
        byMail: false,
        wentUnread: true,
      };
      const sealedUntil = standing.terms.endsAt;
      shelf.put(
        id,
        {
          ...{ row: shown, envelopeId: row.envelopeId, sealedUntil },
          ...{ locks: null, content: null, envelopeClass: 0 },
        },
        "",
      );
      return [shown];
    });
  }

  #dropTombstones(rows: readonly Row[]): string[] {
    const { shelf } = this.#parts;
    const ids = rows.flatMap((row) => {
      if (row.kind !== "tombstone") {
        return [];
      }
      const id = toHex(row.envelopeId);
      const there = shelf.get(id);
      // Under this name a later copy may stand by now: that one has not gone.
      return there && !same(there.envelopeId, row.envelopeId) ? [] : [id];
    });
    for (const id of ids) {
      shelf.passTombstone(id);
      shelf.remove(id);
    }
    return ids;
  }

  // --- opening ---

  /** Bring rows onto the shelf; gives those that people are shown and that were not there. */
  async #take(rows: readonly Arrived[], again = false): Promise<ListRow[]> {
    const { shelf, keepers } = this.#parts;
    const fresh = rows.filter((row) => again || !shelf.get(row.id));
    // Oldest first, so that a writer's contents come in their order.
    fresh.sort((one, other) => one.order - other.order);
    const examined = await Promise.all(fresh.map((row) => this.#examine(row)));
    const openable = examined.filter((one): one is Examined => "envelope" in one);
    const grants = await keepers.open(openable);
    const taken: ListRow[] = [];
    for (const [at, row] of fresh.entries()) {
      const one = examined[at] as Examined | Verdict;
      const shown =
        "envelope" in one
          ? await this.#open(row, one, grants[openable.indexOf(one)] as Grants)
          : this.#fail(row, one);
      taken.push(...shown);
    }
    return taken;
  }

  async #examine({ envelope }: Arrived): Promise<Examined | Verdict> {
    const { standing, keepers, world } = this.#parts;
    if (!envelope) {
      return { code: "header" };
    }
    try {
      const owners = await keepers.dayKeyIds(dayOf(envelope.header.expiresAt));
      return examine(envelope, standing.place, standing.terms, world.clock.now(), owners);
    } catch (reason) {
      return verdictOf(reason);
    }
  }

  async #open(row: Arrived, examined: Examined, grants: Grants): Promise<ListRow[]> {
    try {
      return await this.#shelve(row.order, examined.envelope, await this.#finish(examined, grants));
    } catch (reason) {
      return this.#fail(row, verdictOf(reason));
    }
  }

  async #finish(examined: Examined, grants: Grants): Promise<Opened> {
    const { standing, world } = this.#parts;
    const now = world.clock.now();
    const opened = await finish(examined, grants, standing.place, standing.terms, now);
    if (!statementsKnown(opened, standing.place, standing.chains)) {
      await this.#fetchChains();
      if (!statementsKnown(opened, standing.place, standing.chains)) {
        throw new Unreadable("statement");
      }
    }
    return opened;
  }

  /** A chain that does not hold speaks against the message that needs it, and hides no other. */
  async #fetchChains(): Promise<void> {
    try {
      await this.#parts.standing.fetchChains();
    } catch (reason) {
      throw reason instanceof Fault && reason.failure.code === "unknown"
        ? new Unreadable("chain")
        : reason;
    }
  }

  async #shelve(order: number, envelope: Envelope, opened: Opened): Promise<ListRow[]> {
    const { shelf, memory } = this.#parts;
    const { expiresAt, envelopeId } = envelope.header;
    const { id, kept, wasRead } = this.#newest(this.#judged(entryContent(opened)), envelope);
    if (wasRead) {
      memory.setMarks(memory.marks.with(order));
    }
    const row = await this.#row(id, order, envelope, opened, kept);
    const records = keeperLocks(envelope).map((lock) => lock.record);
    const locks = { headerHash: envelope.headerHash, records };
    const { envelopeClass } = envelope.header;
    shelf.put(
      id,
      { row, envelopeId, sealedUntil: expiresAt, locks, content: kept, envelopeClass },
      textOf(opened),
    );
    memory.advance(kept.step);
    return kept.shown ? [row] : [];
  }

  /** Mail of which its owner has said that it was not theirs is not shown again, should it still be there. */
  #judged(kept: EntryContent): EntryContent {
    const refused = this.#parts.memory.verdict(kept.contentId) === MailVerdict.NOT_MINE;
    return refused ? { ...kept, shown: false } : kept;
  }

  /**
   * A content that stands here already: the later copy, which both keep longer, takes the place and the name of the older
   * one, which is mine to let go.
   */
  #newest(kept: EntryContent, { header }: Envelope): Placed {
    const { shelf } = this.#parts;
    const own = toHex(header.envelopeId);
    const there = shelf.byContent(kept.contentId);
    if (!there) {
      return { id: own, kept, wasRead: false };
    }
    const { id, unread } = there.row;
    if (same(there.envelopeId, header.envelopeId)) {
      return { id, kept: { ...kept, former: formerOf(there) }, wasRead: false };
    }
    const later = header.envelopeClass === EnvelopeClass.RESEALED;
    if (!later || there.sealedUntil > header.expiresAt) {
      this.#replaced.push(header.envelopeId);
      return { id: own, kept: { ...kept, shown: false }, wasRead: false };
    }
    this.#replaced.push(there.envelopeId);
    const former = [...formerOf(there), there.envelopeId];
    return { id, kept: { ...kept, former }, wasRead: !unread };
  }

  async #row(
    id: string,
    order: number,
    envelope: Envelope,
    { content: frame }: Opened,
    kept: EntryContent,
  ): Promise<ListRow> {
    const { standing, memory, world } = this.#parts;
    const head = kept.mail ? await world.mail.head(kept.mail.head) : null;
    const { clients } = standing.terms;
    const mine =
      same(frame.senderFp, standing.place.me.fp) || clients?.mine(frame.senderFp) === true;
    return {
      id,
      threadId: toHex(frame.threadId),
      order,
      mine,
      senderName: head ? oneLine(head.from) : this.#nameOf(frame.senderFp),
      subject: oneLine(head ? head.subject : content.subject(frame)),
      firstWords: firstWords(head ? "" : content.text(frame)),
      files: head ? 0 : kept.files.length,
      ...(!head && kept.files.length > 0 && { fileNames: kept.files.map(({ name }) => name) }),
      createdAt: kept.mail?.receivedAt ?? frame.createdAt,
      expiresAt: standing.terms.dateOf(
        envelope.header.envelopeId,
        envelope.header.expiresAt,
        frame.createdAt,
        kept.former,
      ),
      unread: !mine && !memory.marks.has(order),
      byMail: head !== null,
      ...(envelope.header.envelopeClass === EnvelopeClass.RESEALED && {
        keptLonger: true as const,
      }),
      ...(clients?.gaveBack(envelope.header, standing.terms) && { givenBack: true as const }),
    };
  }

  #nameOf(fp: Bytes): string {
    const { place, item } = this.#parts.standing;
    const { clients } = this.#parts.standing.terms;
    if (same(fp, place.me.fp) || clients?.mine(fp)) {
      return item.myName;
    }
    const other = same(fp, place.otherFp) || clients?.formerFps.some((one) => same(one, fp));
    return other ? item.theirName : this.#parts.relayName;
  }

  /** A row that cannot be opened still stands in the list, with its code; one that is due does not. */
  #fail({ id, order, envelope }: Arrived, { code }: Verdict): ListRow[] {
    if (code === DUE) {
      return [];
    }
    const { standing, shelf, world } = this.#parts;
    const sealedUntil = envelope?.header.expiresAt ?? standing.terms.endsAt;
    const row = {
      id,
      threadId: id,
      order,
      mine: false,
      senderName: standing.item.theirName,
      subject: "",
      firstWords: "",
      files: 0,
      createdAt: world.clock.now(),
      expiresAt: sealedUntil,
      unread: false,
      byMail: false,
      failed: { code },
    };
    const envelopeId = envelope?.header.envelopeId ?? new Uint8Array(16);
    const envelopeClass = envelope?.header.envelopeClass ?? null;
    shelf.put(id, { row, envelopeId, sealedUntil, locks: null, content: null, envelopeClass }, "");
    return [row];
  }
}

type Grants = ReadonlyMap<string, Grant>;

/** The keepers' shares in the order of the locks. */
function keeperShares({ locks }: Examined, grants: Grants): Bytes[] {
  return [...locks.keys()].map((one) => (grants.get(one) as Grant).share);
}

const DUE = "due";

/** Under which name a content stands, and whether a copy of it had been read. */
interface Placed {
  readonly id: string;
  readonly kept: EntryContent;
  readonly wasRead: boolean;
}

/** Why a row is not opened. */
interface Verdict {
  readonly code: string;
}

function verdictOf(reason: unknown): Verdict {
  if (reason instanceof Due) {
    return { code: DUE };
  }
  if (reason instanceof Unreadable) {
    return { code: reason.code };
  }
  throw reason;
}

/** An envelope row, parsed; `envelope` is null where it is none. The id is the envelope's, else one of its bytes. */
interface Arrived {
  readonly id: string;
  readonly order: number;
  readonly envelope: Envelope | null;
}

function arrivedRows(rows: readonly Row[]): Arrived[] {
  return rows.flatMap((row) => (row.kind === "envelope" ? [arrivedRow(row.order, row.raw)] : []));
}

function arrivedRow(order: number, raw: Bytes): Arrived {
  try {
    const envelope = parseEnvelope(raw);
    return { id: toHex(envelope.header.envelopeId), order, envelope };
  } catch {
    return { id: toHex(H(raw).slice(0, 16)), order, envelope: null };
  }
}

function entryContent({ content: frame, contentId, classOfOrigin }: Opened): EntryContent {
  const { senderFp, writer, count, previousId, kind } = frame;
  return {
    step: { fp: senderFp, writer, count, contentId, previousId },
    contentId,
    kind,
    origin: classOfOrigin,
    shared: classOfOrigin === EnvelopeClass.MESSAGE,
    shown: SHOWN_KINDS.includes(kind),
    special: SPECIAL_KINDS.includes(kind) ? { kind, fixed: frame.fixed, shown: frame.shown } : null,
    checkpointHash: frame.checkpointHash,
    promisedAt: frame.expiresAt,
    former: [],
    files: frame.attachments.map((record) => ({ record, ...content.file(frame, record) })),
    mail: kind === content.ContentKind.MAIL ? content.parseDoorFacts(frame.fixed) : null,
  };
}

function textOf({ content: frame }: Opened): string {
  return content.text(frame);
}

/** The beginning of a text on one line. */
export function firstWords(text: string): string {
  const start = text.slice(0, 4 * FIRST_WORDS_CHARACTERS).replace(/\s+/g, " ");
  return oneLine(start).slice(0, FIRST_WORDS_CHARACTERS);
}
