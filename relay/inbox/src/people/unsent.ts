/**
 * Unsent text: my drafts as every browser of mine finds them, for seven days.
 *
 * Owns the vault item `drafts/HEX` of an engagement. What is in it is sealed under a key that dies with its day, so without
 * all keepers nothing is written, and the text stays in the browser. Must never write away what it has not read: what one
 * page has not got may be another browser's draft, and a draft that was sent must not come back from one. (docs/protocol.md, part 22.)
 */

import { NONCE_BYTES } from "../crypto/box.ts";
import {
  type DraftsPlace,
  draftsKey,
  encodeDrafts,
  KEEP_SECONDS,
  openDrafts,
  parseDrafts,
  sealDrafts,
} from "../crypto/drafts.ts";
import { type Bytes, same } from "../crypto/encoding.ts";
import { KeysError } from "../crypto/errors.ts";
import { DAY_SECONDS, dayOf } from "../crypto/names.ts";
import { type Draft, NO_DRAFT, newest, packDrafts, unpackDrafts } from "../drafts.ts";
import type { Account } from "./account.ts";
import type { Keepers } from "./keepers.ts";
import type { Standing } from "./standing.ts";
import type { Changes } from "./vault.ts";
import type { World } from "./world.ts";

interface Parts {
  readonly account: Account;
  readonly standing: Standing;
  readonly keepers: Keepers;
  readonly world: World;
}

/** How often another browser may be in the way of one writing. */
const TRIES = 4;

export class Unsent {
  readonly #parts: Parts;
  /** What this page has had among its drafts when it last put them away. */
  #before: readonly Draft[] = [];
  /** What it had, and has sent or thrown away. */
  #done: readonly Draft[] = [];

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** The drafts that the vault holds, with those that are done; null where there are none that can be opened today. */
  async open(): Promise<string | null> {
    return packDrafts(await this.#held(this.#item())) || null;
  }

  /**
   * Seal this page's drafts beside what other browsers have put away: of each thread the newest stands, and what was here
   * and is here no more is done with everywhere. Answers whether every browser finds them now.
   */
  async save(text: string): Promise<boolean> {
    const own = unpackDrafts(text);
    this.#compare(own);
    if (own.length === 0 && this.#done.length === 0) {
      return false;
    }
    for (let attempt = 0; attempt < TRIES; attempt++) {
      const item = this.#item();
      const held = await this.#held(item);
      const merged = packDrafts(newest([...held, ...this.#done, ...own]));
      if (item && merged === packDrafts(held)) {
        return true;
      }
      const change = await this.#sealed(merged);
      if (!change) {
        return false;
      }
      if (await this.#written(change, item)) {
        return true;
      }
    }
    return false;
  }

  /** What was among the drafts and is not any more has been sent or thrown away. */
  #compare(own: readonly Draft[]): void {
    const now = this.#parts.world.clock.now();
    const here = new Set(own.map(identity));
    const ended = this.#before
      .filter((one) => !here.has(identity(one)))
      .map(({ threadId, begunAt, changedAt }) => {
        const at = Math.max(now, changedAt);
        return { ...NO_DRAFT, threadId, begunAt, changedAt: at, done: true as const };
      });
    this.#done = [...this.#done, ...ended];
    this.#before = own;
  }

  #item(): Bytes | null {
    const { account, standing } = this.#parts;
    return account.records.vault.item(standing.itemName("drafts")) ?? null;
  }

  /** What an item holds that is not older than drafts are kept. Throws where the keepers cannot be asked. */
  async #held(item: Bytes | null): Promise<readonly Draft[]> {
    if (!item) {
      return [];
    }
    const now = this.#parts.world.clock.now();
    try {
      const { day, box } = parseDrafts(item);
      const key = day < dayOf(now + 1) ? null : await this.#key(day);
      const held = unpackDrafts(key && openDrafts(key, this.#place(day), box));
      return held.filter((one) => !one.changedAt || one.changedAt > now - KEEP_SECONDS);
    } catch (reason) {
      if (reason instanceof KeysError) {
        return []; // it was not written by my software, or is damaged: what can be read is somewhere else
      }
      throw reason;
    }
  }

  async #sealed(text: string): Promise<Changes | null> {
    const { standing, world } = this.#parts;
    const until = Math.min(world.clock.now() + KEEP_SECONDS, standing.terms.endsAt);
    const day = dayOf(until);
    const key = await this.#key(day);
    if (!key) {
      return null;
    }
    const nonce = world.random(NONCE_BYTES);
    const plain = encodeDrafts(sealDrafts(key, this.#place(day), text.toWellFormed(), nonce));
    const expiresAt = Math.min((day + 1) * DAY_SECONDS, standing.terms.endsAt);
    return new Map([[standing.itemName("drafts"), { plain, expiresAt }]]);
  }

  /** Write over the very item that was read; false where another browser has put a newer one there. */
  async #written(change: Changes, item: Bytes | null): Promise<boolean> {
    const { account, standing } = this.#parts;
    let over = false;
    await account.records.change((vault): Changes => {
      const there = vault.item(standing.itemName("drafts")) ?? null;
      over = there === item || Boolean(there && item && same(there, item));
      return over ? change : new Map();
    });
    return over;
  }

  async #key(day: number): Promise<Bytes | null> {
    const { account, keepers } = this.#parts;
    const shares = (await keepers.dayShares([day])).get(day);
    return shares ? draftsKey(account.keys.indexBase, shares, day) : null;
  }

  #place(day: number): DraftsPlace {
    const { account, standing } = this.#parts;
    const { accountId } = account.records.vault;
    return { accountId, engagementId: standing.engagementId, day };
  }
}

function identity({ threadId, begunAt }: Draft): string {
  return `${begunAt} ${threadId}`;
}
