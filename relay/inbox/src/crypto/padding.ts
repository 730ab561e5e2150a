/**
 * Padding: Padmé lengths, so that stored sizes tell at most O(log log n) bits of the true size.
 *
 * Owns the rule; must never round in floating point, because a rounding at a power of two would be a break of the
 * format. Source: Padmé of PURBs (PETS 2019), with a floor of 1,024 bytes (docs/protocol.md, part 5).
 */

import type { Bytes } from "./encoding.ts";
import { NotOpened } from "./errors.ts";

export const FLOOR_BYTES = 1024;

/** The Padmé length of `lengthBytes`, at least 1,024; overhead above the floor stays under 12 %. */
export function paddedLength(lengthBytes: number): number {
  if (lengthBytes <= FLOOR_BYTES) {
    return FLOOR_BYTES;
  }
  const exponent = bitLength(lengthBytes) - 1;
  const step = 2 ** (exponent - bitLength(exponent));
  const over = lengthBytes % step;
  return over === 0 ? lengthBytes : lengthBytes + step - over;
}

/** Number of bits of a safe integer, by doubling, which is exact. */
function bitLength(number: number): number {
  let bits = 0;
  for (let power = 1; power <= number; power *= 2) {
    bits += 1;
  }
  return bits;
}

/** `plain` followed by zeros up to the Padmé length. */
export function pad(plain: Bytes): Bytes {
  const padded = new Uint8Array(paddedLength(plain.length));
  padded.set(plain);
  return padded;
}

/** Check that `padded` is exactly its first `lengthBytes` bytes, padded; throw `NotOpened` otherwise. */
export function checkPadding(padded: Bytes, lengthBytes: number): void {
  const zeros = padded.subarray(lengthBytes);
  if (padded.length !== paddedLength(lengthBytes) || zeros.some((byte) => byte !== 0)) {
    throw new NotOpened();
  }
}
