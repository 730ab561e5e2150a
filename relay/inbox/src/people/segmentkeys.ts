/**
 * Segment keys: what opens and seals the segments of a sealed index, day by day.
 *
 * Owns the keys of days, each of them made of the shares of all keepers. Must never hand out rows of a box that the vault's
 * list does not name, nor hold a key of a day that is over when something is written. (docs/protocol.md, part 19.)
 */

import { NONCE_BYTES } from "../crypto/box.ts";
import { type Bytes, same } from "../crypto/encoding.ts";
import { KeysError } from "../crypto/errors.ts";
import {
  type IndexRow,
  indexKey,
  type Listed,
  openSegment,
  type Place,
  sealSegment,
} from "../crypto/index.ts";
import { H } from "../crypto/suite.ts";
import type { Account } from "./account.ts";
import type { Keepers } from "./keepers.ts";
import type { Found } from "./segments.ts";
import type { Standing } from "./standing.ts";
import type { World } from "./world.ts";

interface Parts {
  readonly account: Account;
  readonly standing: Standing;
  readonly keepers: Keepers;
  readonly world: World;
}

type Version = Pick<Place, "day" | "number" | "version">;

export class SegmentKeys {
  readonly #parts: Parts;
  readonly #keys = new Map<number, Bytes>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  has(day: number): boolean {
    return this.#keys.has(day);
  }

  /** One question to each keeper for the shares of all days that are not at hand; days that are over stay away. */
  async need(days: Iterable<number>): Promise<void> {
    const asked = [...new Set(days)].filter((day) => !this.#keys.has(day));
    if (asked.length > 0) {
      const { account, keepers } = this.#parts;
      for (const [day, shares] of await keepers.dayShares(asked)) {
        this.#keys.set(day, indexKey(account.keys.indexBase, shares, day));
      }
    }
  }

  /** The rows of a box, where it is the one that the list names and the key of its day is at hand. */
  open(listed: Listed, { version, box }: Found): IndexRow[] | null {
    const key = this.#keys.get(listed.day);
    if (!key || version !== listed.version || !same(H(box), listed.boxHash)) {
      return null;
    }
    try {
      return openSegment(key, this.#placeOf(listed), box);
    } catch (reason) {
      if (reason instanceof KeysError) {
        return null;
      }
      throw reason;
    }
  }

  /** A box of rows of a day whose key is at hand. */
  seal(version: Version, rows: readonly IndexRow[]): Bytes {
    const key = this.#keys.get(version.day) as Bytes;
    return sealSegment(key, this.#placeOf(version), rows, this.#parts.world.random(NONCE_BYTES));
  }

  /** Let go the keys of days before this one. */
  forgetBefore(today: number): void {
    for (const day of this.#keys.keys()) {
      if (day < today) {
        this.#keys.delete(day);
      }
    }
  }

  clear(): void {
    this.#keys.clear();
  }

  #placeOf({ day, number, version }: Version): Place {
    const { account, standing } = this.#parts;
    const { accountId } = account.records.vault;
    return { accountId, mailboxId: standing.place.myMailbox, day, number, version };
  }
}
