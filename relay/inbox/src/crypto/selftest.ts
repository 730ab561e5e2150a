/**
 * Self-test: whether this platform computes suite 1 as it is defined.
 *
 * Owns one fixed run through every primitive, whose result is known. Must be run before the first key is used: a browser
 * whose engine or WebCrypto computes something else would seal what nobody can open. Takes some milliseconds.
 */

import { openBox, sealBox } from "./box.ts";
import { type Bytes, same, textBytes, toHex } from "./encoding.ts";
import { KeysError } from "./errors.ts";
import { openStream, sealStream } from "./stream.ts";
import { H, hpkeOpen, hpkeSeal, OpenKey, SignKey, verify } from "./suite.ts";

/** SHA-256 over public keys, signature, sealed text, stream and box of the fixed run. */
const KNOWN = "b5128341908ca02109a9f9e0f8bf56a1e6ac8d8c9d88972da1167e960c86dace";

/** Throws `KeysError("self-test")` where any primitive gives another result than the known one. */
export async function selftest(): Promise<void> {
  const [seed, seedOfOpenKey, key, salt] = [
    pattern(32, 1),
    pattern(32, 2),
    pattern(32, 3),
    pattern(24, 4),
  ];
  const plain = textBytes("Quietbox self-test");
  const signer = SignKey.fromSeed(seed);
  const signature = signer.sign(plain);
  const open = OpenKey.fromSeed(seedOfOpenKey);
  const sealed = hpkeSeal(open.sealKey(), plain, plain, (sizeBytes) => pattern(sizeBytes, 5));
  const stream = await sealStream(key, plain, plain, salt);
  const box = sealBox(key, "self-test", plain, plain, salt);
  const opened = [
    hpkeOpen(open, plain, sealed, plain.length),
    await openStream(key, plain, stream),
    openBox(key, "self-test", plain, box),
  ];
  verify(signer.public, signature, plain);
  const result = H(signer.public, open.public, signature, sealed, stream, box);
  if (toHex(result) !== KNOWN || !opened.every((one) => same(one, plain))) {
    throw new KeysError("self-test", "this platform computes something else");
  }
}

/** Bytes that rise by a step, so that no two rows are alike. */
function pattern(sizeBytes: number, step: number): Bytes {
  return Uint8Array.from({ length: sizeBytes }, (_, index) => (index + 1) * step);
}
