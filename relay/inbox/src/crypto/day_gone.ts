/**
 * Day destroyed: a keeper's signed word that a day's key is no more.
 *
 * Owns the reading of its 152 bytes. It claims, in a way that cannot be denied later; it cannot prove that no copy was
 * made. Must never be taken from another keeper than the pinned one. (docs/protocol.md, part 11.)
 */

import { type Bytes, exact, label, Reader } from "./encoding.ts";
import { DAY_KEY_BYTES } from "./keeper_wire.ts";
import { H, SIGNATURE_BYTES, verify } from "./suite.ts";

export const DAY_GONE_BYTES = 152;

const RESERVED_BYTES = 28;

/** That a day is destroyed: `dayKeyHash` is of the signed day key, `destroyedAt` in Unix seconds UTC. */
export interface DayGone {
  readonly keeperId: Bytes;
  readonly day: number;
  readonly dayKeyHash: Bytes;
  readonly destroyedAt: number;
}

/** The hash of a signed day key of 1,300 bytes, by which its destruction names it. */
export function dayKeyHash(dayKey: Bytes): Bytes {
  return H(exact(dayKey, DAY_KEY_BYTES, "signed day key"));
}

/** Parse and verify against the pinned keeper: `Malformed` or `BadSignature` otherwise. */
export function openDayGone(raw: Bytes, keeperId: Bytes, keeperPublic: Bytes): DayGone {
  const reader = new Reader(exact(raw, DAY_GONE_BYTES, "day destroyed"));
  reader.expect(keeperId, "keeper");
  const gone = {
    keeperId,
    day: reader.u32(),
    dayKeyHash: reader.take(32),
    destroyedAt: reader.u64(),
  };
  reader.reserved(RESERVED_BYTES);
  const signed = raw.slice(0, -SIGNATURE_BYTES);
  verify(keeperPublic, reader.rest(), label("keeper-gone"), signed);
  return gone;
}
