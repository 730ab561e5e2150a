/**
 * Notebook: what a coach writes down about the work for nobody else.
 *
 * Owns sealing into the notes mailbox, reading it, and letting a note of it go. A note is an envelope of class 6 under the
 * policy that both signed, so that it goes with the rest; the client sees how many there are and when they go, by the
 * relay's word. Must never seal a note to anybody but its writer. Mirrors `client_sdk/notes.py`. (docs/protocol.md, parts
 * 5 and 6.)
 */

import { type Bytes, toHex } from "../crypto/encoding.ts";
import { parseEnvelope } from "../crypto/envelope.ts";
import { KeysError } from "../crypto/errors.ts";
import { dayOf, mailboxId, Role } from "../crypto/names.ts";
import { type NoteRecord, readOwn } from "../crypto/ownrecord.ts";
import type { Opened } from "../crypto/sealing.ts";
import type { Note, Notes } from "../session.own.ts";
import { encodeDeposit, type Row } from "../wire.ts";
import { checkDraft, chooseDate } from "./compose.ts";
import { Fault, fault } from "./fault.ts";
import { UNANSWERED } from "./outbox.ts";
import { type OwnTools, sealOwn } from "./ownrecords.ts";
import type { Place } from "./party.ts";
import { Due, type Examined, examine, finish, Unreadable } from "./receive.ts";
import { idBytes } from "./text.ts";

const PAGE_ROWS = 200;
/** As far as a mailbox is looked through: more than anybody writes. */
const MOST_PAGES = 100;

/** A note that was sealed and whose deposit has no answer yet. */
interface Waiting {
  readonly text: string;
  readonly about: string | null;
  readonly envelope: Bytes;
}

export class Notebook {
  readonly #tools: OwnTools;
  #waiting: Waiting | null = null;

  constructor(tools: OwnTools) {
    this.#tools = tools;
  }

  /** All notes, newest first. What is due is gone; what cannot be opened is counted. */
  async list(): Promise<Notes> {
    const { api } = this.#tools;
    const place = this.#place();
    const notes: Note[] = [];
    let closed = 0;
    for (let before: number | null = null, pages = 0; pages < MOST_PAGES; pages++) {
      const page = await api.rowsBefore(place.myMailbox, before, PAGE_ROWS);
      const opened = await this.#open(page.rows, place);
      notes.push(...opened.notes);
      closed += opened.closed;
      if (!page.more || page.rows.length === 0) {
        break;
      }
      before = page.next;
    }
    return { notes, closed };
  }

  /**
   * Seal a note and store it, to go with everything else, or, about a call, with the call. What may already be at the relay is sent again with the same
   * bytes, so that nothing stands there twice.
   */
  async write(text: string, call: { id: Bytes; until: number } | null = null): Promise<void> {
    const { api, standing } = this.#tools;
    if (!text.trim()) {
      throw fault("refused");
    }
    checkDraft({ subject: "", text, files: [] });
    const about = call && toHex(call.id);
    if (this.#waiting?.text !== text || this.#waiting.about !== about) {
      await standing.refresh();
      if (!call) {
        // A new note ends with the work; what is noted about a call, as it is held, does not.
        chooseDate(standing.terms, null, this.#tools.world.clock.now());
      }
      const record = { type: "note", text, callId: call?.id ?? null } as const;
      const envelope = await this.#seal(record, call?.until ?? null);
      this.#waiting = { text, about, envelope };
    }
    const { envelope } = this.#waiting;
    try {
      await api.deposit(encodeDeposit([{ envelope, blobIds: [] }]));
    } catch (reason) {
      if (!(reason instanceof Fault && UNANSWERED.includes(reason.failure.code))) {
        this.#waiting = null;
      }
      throw reason;
    }
    this.#waiting = null;
  }

  /** Let one note go, now; a fault `gone` where it has gone already. */
  async expire(id: string): Promise<void> {
    const { api } = this.#tools;
    if ((await api.expireOwn(this.#place().myMailbox, [idBytes(id)])) === 0) {
      throw fault("gone");
    }
  }

  /** Several, whether they are still there or not. */
  async expireAll(ids: readonly string[]): Promise<void> {
    await this.#tools.api.expireOwn(this.#place().myMailbox, ids.map(idBytes));
  }

  /** My own side in the role of the notes' only reader. */
  #place(): Place {
    const { place } = this.#tools.standing;
    if (place.myRole !== Role.COACH) {
      throw fault("refused");
    }
    const myMailbox = mailboxId(place.engagementId, Role.NOTES, place.me.fp);
    return { ...place, myRole: Role.NOTES, myMailbox };
  }

  async #seal(record: NoteRecord, until: number | null): Promise<Bytes> {
    return await sealOwn(this.#tools, this.#place(), record, until);
  }

  async #open(rows: readonly Row[], place: Place): Promise<{ notes: Note[]; closed: number }> {
    const { keepers } = this.#tools;
    const found = await Promise.all(
      rows.map((row) => (row.kind === "envelope" ? this.#examine(row.raw, place) : "gone")),
    );
    const examined = found.filter((one): one is Examined => typeof one === "object");
    const grants = examined.length > 0 ? await keepers.open(examined) : [];
    const notes: Note[] = [];
    let closed = found.filter((one) => one === "closed").length;
    for (const [at, one] of examined.entries()) {
      const { standing, world } = this.#tools;
      const granted = grants[at] ?? new Map();
      try {
        const now = world.clock.now();
        const opened = await finish(one, granted, place, standing.terms, now);
        notes.push(...this.#shown(opened, one));
      } catch (reason) {
        closed += outcome(reason) === "closed" ? 1 : 0;
      }
    }
    return { notes, closed };
  }

  async #examine(raw: Bytes, place: Place): Promise<Examined | "gone" | "closed"> {
    const { standing, keepers, world } = this.#tools;
    try {
      const envelope = parseEnvelope(raw);
      const owners = await keepers.dayKeyIds(dayOf(envelope.header.expiresAt));
      return examine(envelope, place, standing.terms, world.clock.now(), owners);
    } catch (reason) {
      return outcome(reason);
    }
  }

  /** What is of another type is another software's record, and no note. */
  #shown({ content: frame }: Opened, { envelope }: Examined): Note[] {
    const { envelopeId, expiresAt } = envelope.header;
    const keptUntil = this.#tools.standing.terms.dateOf(envelopeId, expiresAt, frame.createdAt);
    const record = readOwn(frame.shown);
    if (record?.type !== "note") {
      return [];
    }
    const { text, callId } = record;
    const about = callId && { about: toHex(callId) };
    return [{ id: toHex(envelopeId), writtenAt: frame.createdAt, keptUntil, text, ...about }];
  }
}

/** What a row is that gives no note; anything that was not foreseen goes on. */
function outcome(reason: unknown): "gone" | "closed" {
  if (reason instanceof Due) {
    return "gone";
  }
  if (reason instanceof Unreadable || reason instanceof KeysError) {
    return "closed";
  }
  throw reason;
}
