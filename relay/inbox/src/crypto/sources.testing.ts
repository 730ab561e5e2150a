/** What the tests of the core share: bytes from text, and randomness that repeats. */

import { createHash } from "node:crypto";
import type { Bytes, Random } from "./encoding.ts";

/** Bytes of hexadecimal text. */
export function bytes(hex: string): Bytes {
  return new Uint8Array(Buffer.from(hex, "hex"));
}

/** A source of bytes that gives the same row of answers for the same number. */
export function counting(number: number): Random {
  let calls = 0;
  return (sizeBytes) => {
    const shake = createHash("shake256", { outputLength: sizeBytes });
    calls += 1;
    return new Uint8Array(shake.update(`${number}/${calls}/${sizeBytes}`).digest());
  };
}
