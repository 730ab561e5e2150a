/**
 * Notebook: what a coach writes down about the work for nobody else.
 *
 * Owns sealing into the notes mailbox, reading it, and letting a note of it go. A note is an envelope of class 6 under the
 * policy that both signed, so that it goes with the rest; the client sees how many there are and when they go, by the
 * relay's word. Must never seal a note to anybody but its writer. Mirrors `client_sdk/notes.py`. (docs/protocol.md, parts
 * 5 and 6.)
 */

import * as content from "../crypto/content.ts";
import { type Bytes, same, toHex } from "../crypto/encoding.ts";
import { EnvelopeClass, parseEnvelope } from "../crypto/envelope.ts";
import { KeysError } from "../crypto/errors.ts";
import { dayOf, mailboxId, Role, TAG_BYTES, ZERO_HASH } from "../crypto/names.ts";
import { pinnedKeeperSet } from "../crypto/pins.ts";
import { type Addressing, type Opened, sealEnvelope, signContent } from "../crypto/sealing.ts";
import { chooseReadingKey, statementHash } from "../crypto/statement.ts";
import { SealKey } from "../crypto/suite.ts";
import type { Note, Notes } from "../session.own.ts";
import { encodeDeposit, type Row } from "../wire.ts";
import { checkDraft, chooseDate } from "./compose.ts";
import { Fault, fault, notTrusted, trusting } from "./fault.ts";
import { UNANSWERED } from "./outbox.ts";
import type { Place } from "./party.ts";
import { Due, type Examined, examine, finish, Unreadable } from "./receive.ts";
import { idBytes } from "./text.ts";
import type { Tools } from "./workroom.ts";

const PAGE_ROWS = 200;
/** As far as a mailbox is looked through: more than anybody writes. */
const MOST_PAGES = 100;
const TYPE = "note";

type Needed = Pick<Tools, "api" | "account" | "standing" | "keepers" | "logHead" | "world">;

/** A note that was sealed and whose deposit has no answer yet. */
interface Waiting {
  readonly text: string;
  readonly envelope: Bytes;
}

export class Notebook {
  readonly #tools: Needed;
  #waiting: Waiting | null = null;

  constructor(tools: Needed) {
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
   * Seal a note and store it, to go with everything else. What may already be at the relay is sent again with the same
   * bytes, so that nothing stands there twice.
   */
  async write(text: string): Promise<void> {
    const { api, standing } = this.#tools;
    if (!text.trim()) {
      throw fault("refused");
    }
    checkDraft({ subject: "", text, files: [] });
    if (this.#waiting?.text !== text) {
      await standing.refresh();
      this.#waiting = { text, envelope: await this.#seal(text) };
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

  /** My own side in the role of the notes' only reader. */
  #place(): Place {
    const { place } = this.#tools.standing;
    if (place.myRole !== Role.COACH) {
      throw fault("refused");
    }
    const myMailbox = mailboxId(place.engagementId, Role.NOTES, place.me.fp);
    return { ...place, myRole: Role.NOTES, myMailbox };
  }

  async #seal(text: string): Promise<Bytes> {
    const { standing, keepers, world } = this.#tools;
    const place = this.#place();
    const now = world.clock.now();
    const expiresAt = chooseDate(standing.terms, null, now);
    const dayKeys = await keepers.dayKeys(dayOf(expiresAt));
    const pinned = pinnedKeeperSet(place.pins);
    if (!same(place.me.statement.card.keeperSet, pinned) || dayKeys.length === 0) {
      throw notTrusted("keeper-set");
    }
    const frame = content.encodeContent(this.#frame(text, place, expiresAt, now));
    const part = signContent(frame, EnvelopeClass.OWN, place.me.identity);
    const tag = standing.terms.inForce.hash.slice(0, TAG_BYTES);
    return await sealEnvelope(toMe(place, tag, expiresAt, now), [part], dayKeys, world.random);
  }

  /** A note is complete in itself: each is the first content of a writer of its own. */
  #frame(text: string, place: Place, expiresAt: number, now: number): content.Content {
    const { account, standing, logHead, world } = this.#tools;
    const { fp, statement } = place.me;
    const [high = 0, low = 0] = world.random(2);
    return {
      kind: content.ContentKind.OWN,
      nonce: world.random(16),
      threadId: world.random(16),
      writer: high * 256 + low,
      count: 1,
      previousId: ZERO_HASH,
      createdAt: now,
      expiresAt,
      policyHash: standing.terms.inForce.hash,
      senderFp: fp,
      checkpointHash: logHead.hash,
      vaultCounter: account.records.vault.counter,
      senderStatementHash: statementHash(statement.raw),
      recipients: [{ fp, statementHash: statementHash(statement.raw) }],
      attachments: [],
      fixed: new Uint8Array(0),
      shown: { type: TYPE, text: text.toWellFormed() },
    };
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
    const text = content.text(frame);
    return frame.shown.type === TYPE
      ? [{ id: toHex(envelopeId), writtenAt: frame.createdAt, keptUntil, text }]
      : [];
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

function toMe(place: Place, policyTag: Bytes, expiresAt: number, now: number): Addressing {
  const key = trusting("stale", () => chooseReadingKey(place.me.statement.card, now));
  const access = place.me.access.public;
  return {
    envelopeClass: EnvelopeClass.OWN,
    mailboxId: place.myMailbox,
    policyTag,
    expiresAt,
    recipientFp: place.me.fp,
    target: { sealKey: SealKey.fromBytes(key.public), epoch: key.epoch },
    readerAccess: access,
    revokerAccess: access,
    notBefore: 0,
  };
}
