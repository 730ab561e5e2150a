/**
 * Keeping longer: which messages an act of both names, and sealing my own copies again under its date.
 *
 * Owns the ids that a message has under a later date, and the sealing again. Must never take an act for one of messages
 * that it does not name alone, nor seal again what somebody has brought forward since. (docs/protocol.md, part 12.)
 */

import type { ActCore } from "../crypto/acts.ts";
import { parseContent } from "../crypto/content.ts";
import { type Bytes, same, toHex } from "../crypto/encoding.ts";
import { EnvelopeClass } from "../crypto/envelope.ts";
import { dayOf, envelopeId } from "../crypto/names.ts";
import { reseal } from "../crypto/resealing.ts";
import type { Addressing, Part } from "../crypto/sealing.ts";
import { chooseReadingKey } from "../crypto/statement.ts";
import { SealKey } from "../crypto/suite.ts";
import { encodeDeposit } from "../wire.ts";
import { fault } from "./fault.ts";
import { living } from "./remains.ts";
import { type Entry, formerOf, identityOf } from "./shelf.ts";
import type { Tools } from "./tools.ts";

export class KeepingLonger {
  readonly #tools: Tools;
  #resealing: Promise<unknown> = Promise.resolve();

  constructor(tools: Tools) {
    this.#tools = tools;
  }

  /** The ids that a message will have under a later date, in both mailboxes; mail is in mine alone. */
  laterIds(entry: Entry, until: number): Bytes[] {
    const named = identityOf(entry);
    if (!named) {
      throw fault("refused");
    }
    const { me, otherFp } = this.#tools.standing.place;
    const readers = named.shared ? [me.fp, otherFp] : [me.fp];
    return readers.map((fp) => laterId(named.contentId, fp, until));
  }

  /**
   * The messages that an act of kind 3 names, each for both and until later than now; null where it names anything else:
   * the other's copy of what was taken back, say, beside mine of what is shown.
   */
  named(core: ActCore): Entry[] | null {
    const left = new Set(core.envelopeIds.map(toHex));
    const named = living(this.#tools.shelf).filter((entry) => {
      if (!identityOf(entry)?.shared || entry.row.expiresAt >= core.date) {
        return false;
      }
      const ids = this.laterIds(entry, core.date).map(toHex);
      return ids.every((one) => left.has(one)) && ids.every((one) => left.delete(one));
    });
    return left.size === 0 ? named : null;
  }

  /** Seal again, under the later date, whatever of mine an act of both names and does not stand here yet. */
  resealAll(): Promise<void> {
    const done = this.#resealing.then(() => this.#resealAll());
    this.#resealing = done.catch(() => {});
    return done;
  }

  async #resealAll(): Promise<void> {
    const { standing, mailbox, shelf, look, world } = this.#tools;
    const acts = standing.terms.extensions.filter(({ date }) => date > world.clock.now());
    if (acts.length > 0) {
      await mailbox.toBottom();
    }
    let sealed = 0;
    for (const act of acts) {
      for (const entry of living(shelf).filter((one) => this.#namesMine(act, one))) {
        sealed += (await this.#reseal(entry, act.date)) ? 1 : 0;
      }
    }
    if (sealed > 0) {
      await look();
    }
  }

  /** Whether an act of kind 3 names my copy of a message. */
  #namesMine(act: ActCore, entry: Entry): boolean {
    const named = identityOf(entry);
    if (!named) {
      return false;
    }
    const id = laterId(named.contentId, this.#tools.standing.place.me.fp, act.date);
    return act.envelopeIds.some((one) => same(one, id));
  }

  /** Answers whether there was something to do. */
  async #reseal(entry: Entry, until: number): Promise<boolean> {
    const { api, keepers, mailbox, world } = this.#tools;
    // Somebody brought it forward after both had agreed to keep it: that holds.
    const [opened] = this.#stays(entry, until) ? await mailbox.allOpened([entry]) : [];
    const content = opened?.content;
    if (!content) {
      return false;
    }
    const [part] = await mailbox.parts(entry);
    if (!part) {
      return false;
    }
    const dayKeys = await keepers.dayKeys(dayOf(until));
    const envelope = await reseal(this.#addressing(part, until), part, dayKeys, world.random);
    const blobIds = content.files.map(({ record }) => record.blobId);
    await api.deposit(encodeDeposit([{ envelope, blobIds }]));
    return true;
  }

  /** Whether a message would stay until the later date, and does not yet. */
  #stays(entry: Entry, until: number): boolean {
    const { place, terms } = this.#tools.standing;
    const named = identityOf(entry);
    if (!named || entry.row.expiresAt >= until) {
      return false;
    }
    const id = laterId(named.contentId, place.me.fp, until);
    const former = [entry.envelopeId, ...formerOf(entry)];
    return terms.dateOf(id, until, entry.row.createdAt, former) >= until;
  }

  #addressing(part: Part, until: number): Omit<Addressing, "envelopeClass" | "policyTag"> {
    const { standing, world } = this.#tools;
    const { place, terms } = standing;
    const key = chooseReadingKey(place.me.statement.card, world.clock.now());
    const policy = terms.byHash(parseContent(part.content).policyHash);
    const mayRecall = policy?.authorMayRecall ?? true;
    const readerAccess = place.me.access.public;
    return {
      mailboxId: place.myMailbox,
      expiresAt: until,
      recipientFp: place.me.fp,
      target: { sealKey: SealKey.fromBytes(key.public), epoch: key.epoch },
      readerAccess,
      revokerAccess: mayRecall ? place.other.card.accessPublic : readerAccess,
      notBefore: 0,
    };
  }
}

/** The id under which a reader will have a content that both moved back. */
function laterId(contentId: Bytes, fp: Bytes, until: number): Bytes {
  return envelopeId(EnvelopeClass.RESEALED, contentId, fp, until);
}
