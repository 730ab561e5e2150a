/**
 * ChaCha20 and Poly1305 (RFC 8439) for the sponsor's page, which opens one short answer of a keeper and has 30,000 bytes for everything: the
 * library's costs 3,000 of them. The build puts it in the library's place there and nowhere else; a test holds both against each other.
 *
 * Must never give a byte of what its tag does not vouch for. Not constant in time: what it opens was made for this page alone, once.
 */

import type { Bytes } from "../crypto/encoding.ts";
import { concat, sameSecret } from "../crypto/encoding.ts";
import { NotOpened } from "../crypto/errors.ts";

const TAG_BYTES = 16;
const BLOCK_BYTES = 64;
/** "expand 32-byte k", as four little-endian numbers. */
const CONSTANTS = [0x61707865, 0x3320646e, 0x79622d32, 0x6b206574];
/** The four columns and the four diagonals. */
const ROUND = ["048c", "159d", "26ae", "37bf", "05af", "16bc", "278d", "349e"].map((four) =>
  [...four].map((digit) => Number.parseInt(digit, 16)),
);
const TURNS = [16, 12, 8, 7];
const PRIME = (1n << 130n) - 5n;
const CLAMP = 0x0ffffffc0ffffffc0ffffffc0fffffffn;

/** The library's function as far as the page uses it: without further bytes that are vouched for. */
export function chacha20poly1305(key: Bytes, nonce: Bytes): { decrypt: (sealed: Bytes) => Bytes } {
  return { decrypt: (sealed) => decrypt(key, nonce, sealed) };
}

function decrypt(key: Bytes, nonce: Bytes, sealed: Bytes): Bytes {
  const end = sealed.length - TAG_BYTES;
  const cipher = sealed.slice(0, Math.max(end, 0));
  const tag = tagOf(block(key, nonce, 0), cipher);
  if (end < 0 || !sameSecret(tag, sealed.slice(end))) {
    throw new NotOpened();
  }
  let stream = cipher;
  return cipher.map((byte, at) => {
    const within = at % BLOCK_BYTES;
    stream = within ? stream : block(key, nonce, at / BLOCK_BYTES + 1);
    return byte ^ (stream[within] as number);
  });
}

/** A block of the key stream (RFC 8439, 2.3). */
function block(key: Bytes, nonce: Bytes, counter: number): Bytes {
  const start = new Uint32Array([...CONSTANTS, ...words(key), counter, ...words(nonce)]);
  const state = start.slice();
  for (let round = 0; round < 10; round++) {
    for (const four of ROUND) {
      quarter(state, four);
    }
  }
  const made = new DataView(new ArrayBuffer(BLOCK_BYTES));
  state.forEach((word, at) => {
    made.setUint32(at * 4, word + (start[at] as number), true);
  });
  return new Uint8Array(made.buffer);
}

/** The quarter round: twice, a into d and c into b, each turned. */
function quarter(state: Uint32Array, [a, b, c, d]: readonly number[]): void {
  const at = (index: number | undefined) => state[index as number] as number;
  TURNS.forEach((turn, step) => {
    const [into, from, turned] = step % 2 ? [c, d, b] : [a, b, d];
    state[into as number] = at(into) + at(from);
    const mixed = at(turned) ^ at(into);
    state[turned as number] = (mixed << turn) | (mixed >>> (32 - turn));
  });
}

function words(bytes: Bytes): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Array.from({ length: bytes.length / 4 }, (_, at) => view.getUint32(at * 4, true));
}

/** Poly1305 (RFC 8439, 2.5) over what an AEAD without further bytes is vouched for by: the text, zeros, both lengths. */
function tagOf(first: Bytes, cipher: Bytes): Bytes {
  const [r, s] = [number(first.slice(0, 16)) & CLAMP, number(first.slice(16, 32))];
  const lengths = new Uint8Array(16);
  new DataView(lengths.buffer).setUint32(8, cipher.length, true);
  const vouched = concat(cipher, new Uint8Array(-cipher.length & 15), lengths);
  let sum = 0n;
  for (let at = 0; at < vouched.length; at += 16) {
    sum = ((sum + number(vouched.slice(at, at + 16)) + (1n << 128n)) * r) % PRIME;
  }
  sum += s;
  return new Uint8Array(TAG_BYTES).map((_, at) => Number((sum >> BigInt(8 * at)) & 255n));
}

function number(bytes: Bytes): bigint {
  return bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}
