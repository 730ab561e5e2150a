/**
 * Marks: which messages a person has read, the same in every browser.
 *
 * Owns the item `read/HEX` of the vault: everything up to an order is read, and above it the orders that it names. So
 * marks need not know of messages that no browser has loaded yet. (docs/protocol.md, part 8.)
 */

import { type Bytes, concat, Reader, u16, u64 } from "../crypto/encoding.ts";
import { Malformed } from "../crypto/errors.ts";

/** Above this, the oldest marks become the order up to which all is read: 16 KiB are enough for a habit. */
export const MOST_MARKS = 2_048;

const VERSION: Bytes = new Uint8Array([1]);

export class ReadMarks {
  /** Everything up to here is read. */
  readonly upTo: number;
  /** Read above it, ascending. */
  readonly above: readonly number[];

  private constructor(upTo: number, above: readonly number[]) {
    this.upTo = upTo;
    this.above = above;
  }

  static readonly NONE = new ReadMarks(0, []);

  /** Parse the item `read/...`. */
  static parse(plain: Bytes): ReadMarks {
    const reader = new Reader(plain);
    reader.expect(VERSION, "version");
    const upTo = reader.u64();
    const above = Array.from({ length: reader.u16() }, () => reader.u64());
    reader.finish();
    if (above.some((order, at) => order <= (above[at - 1] ?? upTo))) {
      throw new Malformed("marks must be ascending");
    }
    return new ReadMarks(upTo, above);
  }

  /** The bytes of the item. */
  encode(): Bytes {
    return concat(VERSION, u64(this.upTo), u16(this.above.length), ...this.above.map(u64));
  }

  has(order: number): boolean {
    return order <= this.upTo || this.above.includes(order);
  }

  /** These marks and one more. */
  with(order: number): ReadMarks {
    return this.has(order) ? this : ReadMarks.#of(this.upTo, [...this.above, order]);
  }

  /** What either has: two browsers may have read different messages. */
  and(other: ReadMarks): ReadMarks {
    return ReadMarks.#of(Math.max(this.upTo, other.upTo), [...this.above, ...other.above]);
  }

  /** The same marks where it is known that nothing unread lies at or below `order`. */
  allUpTo(order: number): ReadMarks {
    return order > this.upTo ? ReadMarks.#of(order, this.above) : this;
  }

  static #of(upTo: number, orders: readonly number[]): ReadMarks {
    const above = [...new Set(orders)].filter((order) => order > upTo).sort((a, b) => a - b);
    const spare = above.length - MOST_MARKS;
    return spare > 0
      ? new ReadMarks(above[spare - 1] as number, above.slice(spare))
      : new ReadMarks(upTo, above);
  }
}
