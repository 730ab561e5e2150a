/**
 * Dates: bringing the end of a message forward, for me alone or for both.
 *
 * Owns own copies, recalls and earlier dates: a signed act that the relay applies to both copies at once, and the
 * revocation by which the keepers refuse what anybody may have copied. Must never move a date back.
 * (docs/protocol.md, parts 11, 12 and 13.)
 */

import type { Api } from "../api.ts";
import { ActKind } from "../crypto/acts.ts";
import { type Bytes, compare } from "../crypto/encoding.ts";
import { EnvelopeClass } from "../crypto/envelope.ts";
import { envelopeId } from "../crypto/names.ts";
import { nextCore, postNext } from "./acting.ts";
import { forOpened } from "./afteropening.ts";
import type { Composed } from "./compose.ts";
import { fault } from "./fault.ts";
import type { Keepers, RevocableLocks } from "./keepers.ts";
import type { Entry } from "./shelf.ts";
import type { Standing } from "./standing.ts";
import type { World } from "./world.ts";

/** Keepers are asked one envelope at a time: of so many together. */
const REVOKED_AT_ONCE = 4;

interface Parts {
  readonly api: Api;
  readonly standing: Standing;
  readonly keepers: Keepers;
  readonly world: World;
}

export class Dates {
  readonly #parts: Parts;
  /** The locks of the other person's copies that were sealed in this page: nobody else can name them. */
  readonly #sent = new Map<string, RevocableLocks>();
  #counting: Promise<unknown> = Promise.resolve();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Remember what a recall of this message needs. */
  remember({ contentId, theirLocks }: Composed): void {
    this.#sent.set(contentId.join(), theirLocks);
  }

  /** Take my own copies away, now and at once. The other person's stay until their dates. A fault `gone` where none was there any more. */
  async expireMine(entries: readonly Entry[]): Promise<void> {
    const { api, standing } = this.#parts;
    const ids = entries.map(({ envelopeId }) => envelopeId);
    const expired = ids.length > 0 ? await api.expireOwn(standing.place.myMailbox, ids) : 0;
    for (let at = 0; at < entries.length; at += REVOKED_AT_ONCE) {
      const some = entries.slice(at, at + REVOKED_AT_ONCE);
      await Promise.all(some.map(({ locks }) => this.#revoke(locks)));
    }
    if (!expired) {
      throw fault("gone");
    }
  }

  /** Take both copies away, now. */
  async recall(entry: Entry): Promise<void> {
    await this.#shorten(entry, "now");
    await this.#revoke(entry.locks);
    const theirs = entry.content ? this.#sent.get(entry.content.contentId.join()) : undefined;
    await this.#revoke(theirs ?? null);
  }

  /** Give both copies an earlier date. */
  async shorten(entry: Entry, until: number): Promise<void> {
    if (until >= entry.row.expiresAt) {
      throw fault("refused");
    }
    await this.#shorten(entry, until);
  }

  /**
   * A message is open: where its writer asked for it, it goes so many days later, for both. Answers whether its date has
   * moved; may be repeated, by another browser too. One at a time, so that none takes another's number.
   */
  countFromOpening(entry: Entry): Promise<boolean> {
    const done = this.#counting.then(() => this.#countFromOpening(entry));
    this.#counting = done.catch(() => {});
    return done;
  }

  async #countFromOpening(entry: Entry): Promise<boolean> {
    const { standing, world } = this.#parts;
    const due = () => forOpened(entry, standing.terms, world.clock.now());
    if (!due()) {
      return false;
    }
    const envelopeIds = this.#copies(entry);
    await postNext(this.#parts, () => {
      const fields = due();
      return fields && nextCore(this.#parts, { kind: ActKind.SHORTEN, envelopeIds, ...fields });
    });
    return true;
  }

  /** A keeper that is away takes a revocation from the relay's queue; what the act says holds at once in any case. */
  async #revoke(locks: RevocableLocks | null): Promise<void> {
    if (locks) {
      await this.#parts.keepers.revoke(locks).catch(() => false);
    }
  }

  /** Sign and store an act of kind 2. */
  async #shorten(entry: Entry, until: number | "now"): Promise<void> {
    const envelopeIds = this.#copies(entry);
    await postNext(this.#parts, () => {
      const date = until === "now" ? this.#parts.world.clock.now() : until;
      const core = nextCore(this.#parts, { kind: ActKind.SHORTEN, date, envelopeIds });
      return until === "now" ? { ...core, date: core.issuedAt } : core;
    });
  }

  /** The envelopes of a message in both mailboxes; mail and notices are in mine alone. */
  #copies({ envelopeId: mine, content, sealedUntil }: Entry): Bytes[] {
    if (!content?.shared) {
      return [mine];
    }
    const { otherFp } = this.#parts.standing.place;
    const { contentId, promisedAt } = content;
    const first = envelopeId(EnvelopeClass.MESSAGE, contentId, otherFp, promisedAt);
    const later = envelopeId(EnvelopeClass.RESEALED, contentId, otherFp, sealedUntil);
    // What both keep longer may stand over there under either date.
    const theirs = sealedUntil === promisedAt ? [first] : [first, later];
    return [mine, ...theirs].sort(compare);
  }
}
