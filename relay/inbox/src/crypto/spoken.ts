/**
 * Spoken check: six digits that coach and client read to each other.
 *
 * Owns the commitment, the digits and the result that is stored. The coach's side commits to its random number before
 * it sees the client's, so somebody in between has one chance in a million for each run. Each side uses its own view of
 * both keys. Must never be run with keys that the other side sent along. (docs/protocol.md, part 6, kind 7.)
 */

import { type Bytes, concat, exact, label, Reader, same, toHex, u8 } from "./encoding.ts";
import { Malformed, Refused } from "./errors.ts";
import { H } from "./suite.ts";

export const RANDOM_BYTES = 32;

const VERSION: Bytes = new Uint8Array([1]);

/** The 32-byte commitment that the coach's side sends first, over 32 random bytes of its own. */
export function commit(coachPublic: Bytes, clientPublic: Bytes, coachRandom: Bytes): Bytes {
  return hash("sas-commit", coachPublic, clientPublic, coachRandom);
}

/** The six digits that both sides show. */
export function digits(
  coachPublic: Bytes,
  clientPublic: Bytes,
  coachRandom: Bytes,
  clientRandom: Bytes,
): string {
  const drawn = toHex(hash("sas", coachPublic, clientPublic, coachRandom, clientRandom));
  return (BigInt(`0x${drawn}`) % 1_000_000n).toString().padStart(6, "0");
}

/** Check, on the client's side, that the revealed random number is the committed one; else `Refused("order")`. */
export function checkCommitment(
  commitment: Bytes,
  coachPublic: Bytes,
  clientPublic: Bytes,
  coachRandom: Bytes,
): void {
  if (!same(commitment, commit(coachPublic, clientPublic, coachRandom))) {
    throw new Refused("order");
  }
}

/** What the fixed part of a content of kind 7 says. */
export interface SpokenResult {
  readonly agreed: boolean;
  readonly coachFp: Bytes;
  readonly clientFp: Bytes;
}

/** The 66 bytes of a result. */
export function encodeResult(result: SpokenResult): Bytes {
  return concat(
    VERSION,
    u8(result.agreed ? 1 : 0),
    exact(result.coachFp, 32, "fp"),
    exact(result.clientFp, 32, "fp"),
  );
}

/** Parse the fixed part of a content of kind 7. */
export function parseResult(fixed: Bytes): SpokenResult {
  const reader = new Reader(fixed);
  reader.expect(VERSION, "version");
  const agreed = reader.between(reader.u8(), 0, 1, "agreed") === 1;
  const result = { agreed, coachFp: reader.take(32), clientFp: reader.take(32) };
  reader.finish();
  return result;
}

function hash(name: string, ...parts: Bytes[]): Bytes {
  if (parts.some((part) => part.length !== 32)) {
    throw new Malformed("keys and random numbers have 32 bytes");
  }
  return H(label(name), ...parts);
}
