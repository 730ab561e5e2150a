/**
 * Stream: chunked-encryption@v1 with SHA-512 and AES-256-GCM ("Cobblestone-256") for bodies and blobs.
 *
 * Owns the layout: salt 24 ‖ commitment 32 ‖ chunks of 16 KiB, each with a 16-byte tag. The last chunk is always
 * shorter than 16 KiB (perhaps empty), so truncation shows as a missing short chunk; the chunk number is in the nonce,
 * so order shows; the commitment ties the bytes to one key. Must never return the plain bytes of a chunk whose tag
 * failed, nor call a stream complete before its short last chunk opened.
 * (C2SP chunked-encryption; docs/protocol.md, part 2.)
 *
 * `Sealer` and `Opener` work incrementally in bounded memory; `ChunkOpener` opens any chunk by its number. All are
 * asynchronous because the platform's AES is; one object takes one call at a time.
 */

import { type Bytes, concat, exact, sameSecret, textBytes } from "./encoding.ts";
import { Malformed, NotOpened } from "./errors.ts";
import { hkdfExpandSha512 } from "./suite.ts";

export const KEY_BYTES = 32;
export const SALT_BYTES = 24;
export const COMMITMENT_BYTES = 32;
export const HEAD_BYTES = SALT_BYTES + COMMITMENT_BYTES;
export const CHUNK_BYTES = 16 * 1024;
export const TAG_BYTES = 16;
export const SEALED_CHUNK_BYTES = CHUNK_BYTES + TAG_BYTES;

const SCHEDULE = textBytes("c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0");

/** The length of the stream that seals `plainBytes` bytes. */
export function sealedLength(plainBytes: number): number {
  return HEAD_BYTES + plainBytes + (Math.floor(plainBytes / CHUNK_BYTES) + 1) * TAG_BYTES;
}

/** How many plain bytes a stream of `sealedBytes` holds; `Malformed` if no stream has that length. */
export function plainLength(sealedBytes: number): number {
  const chunksBytes = sealedBytes - HEAD_BYTES;
  const last = chunksBytes % SEALED_CHUNK_BYTES;
  if (chunksBytes < 0 || last < TAG_BYTES) {
    throw new Malformed("no stream has this length");
  }
  return Math.floor(chunksBytes / SEALED_CHUNK_BYTES) * CHUNK_BYTES + last - TAG_BYTES;
}

class Schedule {
  readonly commitment: Bytes;
  readonly #cipher: Promise<CryptoKey>;
  readonly #baseNonce: Bytes;

  constructor(key: Bytes, salt: Bytes, context: Bytes) {
    exact(key, KEY_BYTES, "stream key");
    exact(salt, SALT_BYTES, "salt");
    const okm = hkdfExpandSha512(key, concat(SCHEDULE, salt, context), 76);
    const usages: KeyUsage[] = ["encrypt", "decrypt"];
    this.#cipher = crypto.subtle.importKey("raw", okm.slice(0, 32), "AES-GCM", false, usages);
    this.#baseNonce = okm.slice(32, 44);
    this.commitment = okm.slice(44);
  }

  static ofHead(key: Bytes, head: Bytes, context: Bytes): Schedule {
    if (head.length !== HEAD_BYTES) {
      throw new NotOpened();
    }
    const schedule = new Schedule(key, head.slice(0, SALT_BYTES), context);
    if (!sameSecret(schedule.commitment, head.slice(SALT_BYTES))) {
      throw new NotOpened();
    }
    return schedule;
  }

  /** Seal full chunks, and with `final` the short one after them. */
  async sealChunks(first: number, plain: Bytes, final: boolean): Promise<Bytes> {
    const cipher = await this.#cipher;
    const seal = (chunk: Bytes, number: number) =>
      crypto.subtle.encrypt({ name: "AES-GCM", iv: this.#nonce(number) }, cipher, chunk);
    return mapChunks(first, plain, CHUNK_BYTES, final, seal);
  }

  /** Open full chunks, and with `final` the short one after them. */
  async openChunks(first: number, sealed: Bytes, final: boolean): Promise<Bytes> {
    const last = sealed.length % SEALED_CHUNK_BYTES;
    if (final ? last < TAG_BYTES : last > 0) {
      throw new NotOpened();
    }
    const cipher = await this.#cipher;
    const open = (chunk: Bytes, number: number) =>
      crypto.subtle.decrypt({ name: "AES-GCM", iv: this.#nonce(number) }, cipher, chunk);
    try {
      return await mapChunks(first, sealed, SEALED_CHUNK_BYTES, final, open);
    } catch {
      throw new NotOpened();
    }
  }

  /** The base nonce with the chunk's number XORed into its last eight bytes. */
  #nonce(number: number): Bytes {
    const nonce = this.#baseNonce.slice();
    const view = new DataView(nonce.buffer);
    view.setUint32(8, view.getUint32(8) ^ (number % 2 ** 32));
    view.setUint32(4, view.getUint32(4) ^ Math.floor(number / 2 ** 32));
    return nonce;
  }
}

/** At most this many chunks are handed to the platform at once, to bound memory. */
const CHUNKS_AT_ONCE = 64;

async function mapChunks(
  first: number,
  bytes: Bytes,
  chunkBytes: number,
  final: boolean,
  turn: (chunk: Bytes, number: number) => Promise<ArrayBuffer>,
): Promise<Bytes> {
  const count = Math.floor(bytes.length / chunkBytes) + (final ? 1 : 0);
  const turned: Bytes[] = [];
  for (let index = 0; index < count; index += CHUNKS_AT_ONCE) {
    const batch = Array.from({ length: Math.min(CHUNKS_AT_ONCE, count - index) }, (_, step) => {
      const at = (index + step) * chunkBytes;
      return turn(bytes.subarray(at, at + chunkBytes), first + index + step);
    });
    turned.push(...(await Promise.all(batch)).map((chunk) => new Uint8Array(chunk)));
  }
  return concat(...turned);
}

/** Seal `plain` at once under a 32-byte `key`; `salt` is 24 fresh random bytes. */
export async function sealStream(
  key: Bytes,
  context: Bytes,
  plain: Bytes,
  salt: Bytes,
): Promise<Bytes> {
  const schedule = new Schedule(key, salt, context);
  return concat(salt, schedule.commitment, await schedule.sealChunks(0, plain, true));
}

/** Open a whole stream at once; `NotOpened` whatever is wrong with it. */
export async function openStream(key: Bytes, context: Bytes, sealed: Bytes): Promise<Bytes> {
  const schedule = Schedule.ofHead(key, sealed.slice(0, HEAD_BYTES), context);
  return await schedule.openChunks(0, sealed.subarray(HEAD_BYTES), true);
}

/** Seals a stream piece by piece. `head` is its first 56 bytes; then the results of `update` and `finish`. */
export class Sealer {
  readonly head: Bytes;
  readonly #schedule: Schedule;
  #tail: Bytes = new Uint8Array(0);
  #index = 0;
  #finished = false;

  constructor(key: Bytes, context: Bytes, salt: Bytes) {
    this.#schedule = new Schedule(key, salt, context);
    this.head = concat(salt, this.#schedule.commitment);
  }

  /** Take the next plain bytes; gives the sealed chunks that are now full. Large pieces are faster. */
  async update(plain: Bytes): Promise<Bytes> {
    this.#refuseFinished();
    const [ready, tail] = wholeChunks(this.#tail, plain, CHUNK_BYTES);
    const first = this.#index;
    this.#tail = tail;
    this.#index += ready.length / CHUNK_BYTES;
    return await this.#schedule.sealChunks(first, ready, false);
  }

  /** The short last chunk; nothing may follow. */
  async finish(): Promise<Bytes> {
    this.#refuseFinished();
    this.#finished = true;
    return await this.#schedule.sealChunks(this.#index, this.#tail, true);
  }

  #refuseFinished(): void {
    if (this.#finished) {
      throw new Malformed("the stream is finished");
    }
  }
}

/**
 * Opens a stream piece by piece. What `update` gave may be trusted byte for byte, its completeness only after `finish`.
 * After one `NotOpened` every further call throws it too.
 */
export class Opener {
  readonly #schedule: Schedule;
  #tail: Bytes = new Uint8Array(0);
  #index = 0;
  #open = true;

  constructor(key: Bytes, context: Bytes, head: Bytes) {
    this.#schedule = Schedule.ofHead(key, head, context);
  }

  /** Take the next sealed bytes (after the head); gives the plain bytes of the chunks that are now whole. */
  async update(sealed: Bytes): Promise<Bytes> {
    const [ready, tail] = wholeChunks(this.#tail, sealed, SEALED_CHUNK_BYTES);
    this.#tail = tail;
    return await this.#step(ready, false);
  }

  /** Open the short last chunk; `NotOpened` if it is missing or changed. */
  async finish(): Promise<Bytes> {
    const plain = await this.#step(this.#tail, true);
    this.#open = false;
    return plain;
  }

  async #step(sealed: Bytes, final: boolean): Promise<Bytes> {
    if (!this.#open) {
      throw new NotOpened();
    }
    this.#open = false;
    const plain = await this.#schedule.openChunks(this.#index, sealed, final);
    this.#index += Math.floor(sealed.length / SEALED_CHUNK_BYTES);
    this.#open = true;
    return plain;
  }
}

/** Opens chunks of a stream by number, from its 56-byte head, for resumed and partial reading. */
export class ChunkOpener {
  readonly #schedule: Schedule;

  constructor(key: Bytes, context: Bytes, head: Bytes) {
    this.#schedule = Schedule.ofHead(key, head, context);
  }

  /** Open chunk number `index`. One shorter than 16,400 bytes is the last of its stream, a full one never is. */
  async openChunk(index: number, sealed: Bytes): Promise<Bytes> {
    if (sealed.length > SEALED_CHUNK_BYTES) {
      throw new NotOpened();
    }
    return await this.#schedule.openChunks(index, sealed, sealed.length < SEALED_CHUNK_BYTES);
  }
}

/** Split what waits and what came into whole chunks and a new remainder. */
function wholeChunks(tail: Bytes, piece: Bytes, sizeBytes: number): [Bytes, Bytes] {
  const joined = tail.length > 0 ? concat(tail, piece) : piece;
  const whole = joined.length - (joined.length % sizeBytes);
  return [joined.subarray(0, whole), joined.slice(whole)];
}
