/** Counts public-key operations: what is done with X-Wing, and each multiplication of an Ed25519 point. */

import { ed25519 } from "@noble/curves/ed25519.js";
import { OpenKey, SealKey, SignKey } from "./suite.ts";

type Method = (...given: never[]) => unknown;

const COUNTED: readonly [object, string][] = [
  [OpenKey.prototype, "decapsulate"],
  [SealKey.prototype, "encapsulate"],
  [SignKey.prototype, "sign"],
  [ed25519.Point.prototype, "multiply"],
  [ed25519.Point.prototype, "multiplyUnsafe"],
];

/** How many of them `work` does. */
export async function publicKeyOperations(work: () => unknown): Promise<number> {
  let count = 0;
  const undo = COUNTED.map(([owner, name]) => {
    const methods = owner as Record<string, Method>;
    const real = methods[name] as Method;
    methods[name] = function (this: unknown, ...given: never[]) {
      count += 1;
      return real.apply(this, given);
    };
    return () => {
      methods[name] = real;
    };
  });
  try {
    await work();
  } finally {
    for (const put of undo) {
      put();
    }
  }
  return count;
}
