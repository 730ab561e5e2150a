/**
 * Call: the record that a call was held, which one writes for both.
 *
 * Owns the fixed part of a content of kind 12. Must never carry what was said: the note is the writer's, in the
 * content's JSON. (docs/protocol.md, part 6.)
 */

import { type Bytes, concat, Reader, u8, u16, u64 } from "./encoding.ts";
import { Malformed } from "./errors.ts";

export const MOST_MINUTES = 1_440;

const VERSION: Bytes = new Uint8Array([1]);

/** A call of so many whole minutes (1 to 1,440) that began at `heldAt`, Unix seconds UTC. */
export interface HeldCall {
  readonly minutes: number;
  readonly heldAt: number;
}

/** The fixed part; `Malformed` for a length that no call has. */
export function encodeCall(call: HeldCall): Bytes {
  check(call);
  return concat(VERSION, u8(0), u16(call.minutes), u64(call.heldAt));
}

/** Parse the fixed part of a content of kind 12 strictly. */
export function parseCall(fixed: Bytes): HeldCall {
  const reader = new Reader(fixed);
  reader.expect(VERSION, "version");
  reader.reserved(1);
  const call = { minutes: reader.u16(), heldAt: reader.u64() };
  reader.finish();
  check(call);
  return call;
}

function check(call: HeldCall): void {
  if (call.minutes < 1 || call.minutes > MOST_MINUTES) {
    throw new Malformed("a call has 1 to 1,440 minutes");
  }
}
