/**
 * Intake: the rows of my mailbox on their way onto the shelf.
 *
 * Owns that way: examined, one question to each keeper for a whole page, opened, checked against the chains, or kept as a
 * row with a local code; which copy of a content stands; and what a tombstone takes along. Must never show a row before all
 * of that. (docs/protocol.md, part 14, Receive.)
 */

import * as content from "../crypto/content.ts";
import { type Bytes, same, toHex } from "../crypto/encoding.ts";
import { type Envelope, EnvelopeClass, parseEnvelope } from "../crypto/envelope.ts";
import type { Grant } from "../crypto/keeper_wire.ts";
import { Verdict as MailVerdict } from "../crypto/mailin.ts";
import { DAY_SECONDS, dayOf } from "../crypto/names.ts";
import { type Opened, openParts, type Part } from "../crypto/sealing.ts";
import { H } from "../crypto/suite.ts";
import type { ListRow } from "../session.ts";
import type { Row } from "../wire.ts";
import { type Arrived, contentOf, failedEntry, openedEntry, unreadEntry } from "./entries.ts";
import { Fault, fault } from "./fault.ts";
import type { Keepers } from "./keepers.ts";
import type { Memory } from "./memory.ts";
import { Due, type Examined, examine, finish, statementsKnown, Unreadable } from "./receive.ts";
import { type EntryContent, formerOf, type Shelf } from "./shelf.ts";
import type { Standing } from "./standing.ts";
import type { World } from "./world.ts";

interface Parts {
  readonly standing: Standing;
  readonly keepers: Keepers;
  readonly memory: Memory;
  readonly shelf: Shelf;
  readonly world: World;
  readonly relayName: string;
}

/** What a page brought: its ids in its order, rows that were not on the shelf before, and the ids of what has gone. */
export interface Taken {
  readonly ids: readonly string[];
  readonly rows: readonly ListRow[];
  readonly gone: readonly string[];
}

export class Intake {
  readonly #parts: Parts;
  #replaced: Bytes[] = [];

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Take all of a page: what arrived, what went, and what of mine went unread. */
  async page(rows: readonly Row[]): Promise<Taken> {
    const arrived = arrivedRows(rows);
    const fresh = await this.#take(arrived, false);
    const gone = this.#dropTombstones(rows);
    const unread = this.#wentUnread(rows);
    return { ids: [...arrived, ...unread].map(({ id }) => id), rows: [...fresh, ...unread], gone };
  }

  /** Take the envelopes among these rows; `again` those too that are on the shelf. Gives those that people are shown. */
  async take(rows: readonly Row[], again: boolean): Promise<ListRow[]> {
    return await this.#take(arrivedRows(rows), again);
  }

  /** The signed parts of the first envelope among these rows; a fault `gone` where it is not this one. */
  async parts(rows: readonly Row[], envelopeId: Bytes): Promise<Part[]> {
    const [row] = arrivedRows(rows);
    const there = row?.envelope && same(row.envelope.header.envelopeId, envelopeId);
    const examined = row && there ? await this.#examine(row) : null;
    if (!examined || !("envelope" in examined)) {
      throw fault("gone");
    }
    const [grants] = await this.#parts.keepers.open([examined]);
    await this.#finish(examined, grants as Grants);
    const shares = keeperShares(examined, grants as Grants);
    return await openParts(examined.envelope, examined.readerShare, shares);
  }

  /** Envelope ids of older copies that a re-sealed one has replaced since this was last asked; they are mine to let go. */
  takeReplaced(): Bytes[] {
    return this.#replaced.splice(0);
  }

  #wentUnread(rows: readonly Row[]): ListRow[] {
    const { shelf, standing } = this.#parts;
    return rows.flatMap((row) => {
      if (row.kind !== "tombstone" || !row.unread) {
        return [];
      }
      const entry = unreadEntry(row.order, row, standing);
      shelf.put(entry.row.id, entry, "");
      return [entry.row];
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

  /** Bring rows onto the shelf; gives those that people are shown and that were not there. */
  async #take(rows: readonly Arrived[], again: boolean): Promise<ListRow[]> {
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
    const { id, kept, wasRead } = this.#newest(this.#judged(contentOf(opened)), envelope);
    if (wasRead) {
      memory.setMarks(memory.marks.with(order));
    }
    const entry = await openedEntry(id, order, envelope, opened, kept, this.#parts);
    shelf.put(id, entry, content.text(opened.content));
    if (kept.kind !== content.ContentKind.OWN) {
      // An own record is complete in itself: it follows nothing, and nothing follows it.
      memory.advance(kept.step);
    }
    return kept.shown ? [entry.row] : [];
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

  /** A row that cannot be opened still stands in the list, with its code; one that is due does not. */
  #fail(arrived: Arrived, { code }: Verdict): ListRow[] {
    if (code === DUE) {
      return [];
    }
    const entry = failedEntry(arrived, code, this.#parts);
    this.#parts.shelf.put(arrived.id, entry, "");
    return [entry.row];
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

type EnvelopeRow = Extract<Row, { readonly kind: "envelope" }>;

function arrivedRows(rows: readonly Row[]): Arrived[] {
  return rows.flatMap((row) => (row.kind === "envelope" ? [arrivedRow(row)] : []));
}

function arrivedRow({ order, receivedDay, raw }: EnvelopeRow): Arrived {
  const received = { order, receivedAt: (receivedDay + 0.5) * DAY_SECONDS };
  try {
    const envelope = parseEnvelope(raw);
    return { id: toHex(envelope.header.envelopeId), envelope, ...received };
  } catch {
    return { id: toHex(H(raw).slice(0, 16)), envelope: null, ...received };
  }
}
