/**
 * Argon2id with the one set of parameters (docs/protocol.md, part 9). Owns the call of the library that computes it, and nothing else: it takes
 * half a second to three seconds and 64 MiB, which an engine gives back only when it next tidies up, or when the worker ends in which it ran.
 */

import argon2 from "hash-wasm/dist/argon2.umd.min.js";

const PASSES = 3;
const MEMORY_KIBIBYTES = 64 * 1024;
const HASH_BYTES = 64;

type Bytes = Uint8Array<ArrayBuffer>;

/** 64 bytes of a secret and a salt of 16. */
export async function argon2id(secret: Bytes, salt: Bytes): Promise<Bytes> {
  const stretched = await argon2.argon2id({
    password: secret,
    salt,
    iterations: PASSES,
    memorySize: MEMORY_KIBIBYTES,
    parallelism: 1,
    hashLength: HASH_BYTES,
    outputType: "binary",
  });
  return new Uint8Array(stretched);
}
