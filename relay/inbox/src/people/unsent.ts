/**
 * Unsent text: my drafts as every browser of mine finds them, for seven days.
 *
 * Owns the vault item `drafts/HEX` of an engagement. What is in it is sealed under a key that dies with its day, so without
 * all keepers nothing is written, and the text stays in the browser. Must never write away what it has not read: an empty
 * page says nothing about another browser's drafts. (docs/protocol.md, part 22.)
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
import type { Bytes } from "../crypto/encoding.ts";
import { KeysError } from "../crypto/errors.ts";
import { DAY_SECONDS, dayOf } from "../crypto/names.ts";
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

export class Unsent {
  readonly #parts: Parts;
  /** Whether what the vault holds came from here, or was handed out here. */
  #mine = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** The drafts that the vault holds; null where there are none that can be opened today. */
  async open(): Promise<string | null> {
    const { account, standing, world } = this.#parts;
    const item = account.records.vault.item(standing.itemName("drafts"));
    if (!item) {
      return null;
    }
    try {
      const { day, box } = parseDrafts(item);
      const key = day < dayOf(world.clock.now() + 1) ? null : await this.#key(day);
      const text = key && openDrafts(key, this.#place(day), box);
      this.#mine = true;
      return text || null;
    } catch (reason) {
      if (reason instanceof KeysError) {
        return null; // it was not written by my software, or is damaged: what can be read is somewhere else
      }
      throw reason;
    }
  }

  /** Seal the drafts, empty for none. Answers whether every browser finds them now. */
  async save(text: string): Promise<boolean> {
    if (!text && !this.#mine) {
      return false;
    }
    const { account, standing, world } = this.#parts;
    const until = Math.min(world.clock.now() + KEEP_SECONDS, standing.terms.endsAt);
    const day = dayOf(until);
    const key = await this.#key(day);
    if (!key) {
      return false;
    }
    const nonce = world.random(NONCE_BYTES);
    const plain = encodeDrafts(sealDrafts(key, this.#place(day), text.toWellFormed(), nonce));
    const expiresAt = Math.min((day + 1) * DAY_SECONDS, standing.terms.endsAt);
    const name = standing.itemName("drafts");
    await account.records.change((): Changes => new Map([[name, { plain, expiresAt }]]));
    this.#mine = true;
    return true;
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
