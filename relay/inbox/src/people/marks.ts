/**
 * Marks: which messages a person has read, the same in every browser.
 *
 * Owns the item `read/HEX` of the vault: everything up to an order is read, and above it the orders that it names; what
 * its owner marked unread again stands beside both. So marks need not know of messages that no browser has loaded yet.
 * (docs/protocol.md, part 8.)
 */

import { type Bytes, concat, Reader, u8, u16, u64 } from "../crypto/encoding.ts";
import { Malformed } from "../crypto/errors.ts";

/** Above this, the oldest marks become the order up to which all is read: 16 KiB are enough for a habit. */
export const MOST_MARKS = 2_048;

/** Of more that is unread again, the oldest are given up. */
export const MOST_AGAIN = 256;

const VERSION = 1;
/** Only where something is unread again. */
const VERSION_AGAIN = 2;

export class ReadMarks {
  /** Everything up to here is read. */
  readonly upTo: number;
  /** Read above it, ascending. */
  readonly above: readonly number[];
  /** Marked unread after it was read, ascending; never also `above`. */
  readonly again: readonly number[];

  private constructor(upTo: number, above: readonly number[], again: readonly number[]) {
    this.upTo = upTo;
    this.above = above;
    this.again = again;
  }

  static readonly NONE = new ReadMarks(0, [], []);

  /** Parse the item `read/...`. */
  static parse(plain: Bytes): ReadMarks {
    const reader = new Reader(plain);
    const version = reader.u8();
    if (version !== VERSION && version !== VERSION_AGAIN) {
      throw new Malformed("version");
    }
    const upTo = reader.u64();
    const above = Array.from({ length: reader.u16() }, () => reader.u64());
    const again =
      version === VERSION ? [] : Array.from({ length: reader.u16() }, () => reader.u64());
    reader.finish();
    if (!isAscending(above, upTo) || !isAscending(again, 0) || again.length > MOST_AGAIN) {
      throw new Malformed("marks must be ascending");
    }
    if ((version === VERSION_AGAIN && !again.length) || again.some((one) => above.includes(one))) {
      throw new Malformed("marks must be said in one way");
    }
    return new ReadMarks(upTo, above, again);
  }

  /** The bytes of the item. */
  encode(): Bytes {
    const version = this.again.length > 0 ? VERSION_AGAIN : VERSION;
    const read = [u8(version), u64(this.upTo), u16(this.above.length), ...this.above.map(u64)];
    const again = version === VERSION ? [] : [u16(this.again.length), ...this.again.map(u64)];
    return concat(...read, ...again);
  }

  has(order: number): boolean {
    return (order <= this.upTo || this.above.includes(order)) && !this.again.includes(order);
  }

  /** These marks and one more. */
  with(order: number): ReadMarks {
    const again = this.again.filter((one) => one !== order);
    return this.has(order) ? this : ReadMarks.#of(this.upTo, [...this.above, order], again);
  }

  /** These marks where a person has marked something unread. */
  without(order: number): ReadMarks {
    return this.has(order) ? ReadMarks.#of(this.upTo, this.above, [...this.again, order]) : this;
  }

  /**
   * What either has: two browsers may have read different messages. What was marked unread, or read after that, since both
   * had `base`, holds on either side.
   */
  and(other: ReadMarks, base: ReadMarks): ReadMarks {
    const marked = this.again.filter((order) => !base.again.includes(order));
    const readSince = base.again.filter((order) => !this.again.includes(order));
    const theirs = other.again.filter((order) => !readSince.includes(order));
    const above = [...this.above, ...other.above];
    return ReadMarks.#of(Math.max(this.upTo, other.upTo), above, [...theirs, ...marked]);
  }

  /** The same marks where it is known that nothing at or below `order` is unread but what was marked so. */
  allUpTo(order: number): ReadMarks {
    return order > this.upTo ? ReadMarks.#of(order, this.above, this.again) : this;
  }

  static #of(upTo: number, orders: readonly number[], unread: readonly number[]): ReadMarks {
    const again = sorted(unread).slice(-MOST_AGAIN);
    const above = sorted(orders).filter((order) => order > upTo && !again.includes(order));
    const spare = above.length - MOST_MARKS;
    return spare > 0
      ? new ReadMarks(above[spare - 1] as number, above.slice(spare), again)
      : new ReadMarks(upTo, above, again);
  }
}

function sorted(orders: readonly number[]): number[] {
  return [...new Set(orders)].sort((a, b) => a - b);
}

function isAscending(orders: readonly number[], above: number): boolean {
  return orders.every((order, at) => order > (orders[at - 1] ?? above));
}
