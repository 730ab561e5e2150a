/**
 * Suite 1: the primitives, each with one purpose and no choice.
 *
 * Owns hashing, key derivation, strict Ed25519 and HPKE with X-Wing (KEM 0x647a, HKDF-SHA256 0x0001,
 * ChaCha20-Poly1305 0x0003, empty aad, context in `info`). Must never accept what another conforming library could
 * refuse: signatures are checked beyond RFC 8032 so that Python and every browser agree on each edge case.
 *
 * Loaded keys (`OpenKey`, `SealKey`) may be kept and passed again: loading one costs more than using it.
 * (docs/protocol.md, part 2; RFC 5869, RFC 8032, RFC 9180 and the HPKE post-quantum draft.)
 */

import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { ed25519, x25519 } from "@noble/curves/ed25519.js";
import { bytesToNumberLE } from "@noble/curves/utils.js";
import { expand, extract, hkdf as nobleHkdf } from "@noble/hashes/hkdf.js";
import { hmac as nobleHmac } from "@noble/hashes/hmac.js";
import { sha256, sha512 } from "@noble/hashes/sha2.js";
import { sha3_256, shake256 } from "@noble/hashes/sha3.js";
import type { KEMPrepared } from "@noble/post-quantum/ml-kem.js";
import { ml_kem768 } from "@noble/post-quantum/ml-kem.js";
import { type Bytes, concat, exact, type Random, same, textBytes, toHex, u16 } from "./encoding.ts";
import { BadSignature, Malformed, NotOpened } from "./errors.ts";

export const SEED_BYTES = 32;
export const SIGNATURE_BYTES = 64;
export const SEAL_PUBLIC_BYTES = 1216;
export const ENCAPSULATION_BYTES = 1120;
export const HPKE_TAG_BYTES = 16;
export const HPKE_OVERHEAD_BYTES = ENCAPSULATION_BYTES + HPKE_TAG_BYTES;

const ENCAPSULATION_SEED_BYTES = 64;
const LATTICE_SEED_BYTES = 64;
const LATTICE_PUBLIC_BYTES = 1184;
const LATTICE_CIPHERTEXT_BYTES = 1088;
const EMPTY: Bytes = new Uint8Array(0);

/** SHA-256 of the concatenation of `parts`; a caller that hashes for a purpose passes a label first. */
export function H(...parts: Bytes[]): Bytes {
  const digest = sha256.create();
  for (const part of parts) {
    digest.update(part);
  }
  return digest.digest();
}

/** HMAC-SHA256 over the concatenation of `parts`. */
export function hmac(key: Bytes, ...parts: Bytes[]): Bytes {
  return nobleHmac(sha256, key, concat(...parts));
}

/** HKDF-SHA256, extract and expand (RFC 5869); an empty salt means the RFC's zero salt. */
export function hkdf(secret: Bytes, info: Bytes, lengthBytes = 32, salt: Bytes = EMPTY): Bytes {
  return nobleHkdf(sha256, secret, salt, info, lengthBytes);
}

/** HKDF-SHA256, expand only: for a `prk` that is already a uniform 32-byte key. */
export function hkdfExpand(prk: Bytes, info: Bytes, lengthBytes = 32): Bytes {
  return expand(sha256, prk, info, lengthBytes);
}

/** HKDF-SHA512, expand only: for the stream's key schedule, whose key is shorter than the hash. */
export function hkdfExpandSha512(prk: Bytes, info: Bytes, lengthBytes: number): Bytes {
  const blocks: Bytes[] = [];
  for (let block = EMPTY, number = 1; blocks.length * 64 < lengthBytes; number++) {
    block = nobleHmac(sha512, prk, concat(block, info, new Uint8Array([number])));
    blocks.push(block);
  }
  return concat(...blocks).slice(0, lengthBytes);
}

// --- signatures -----------------------------------------------------------------------------------------------------

type Point = InstanceType<typeof ed25519.Point>;

/** An Ed25519 signing key. Make it with `SignKey.fromSeed`; the seed never shows when the object is printed. */
export class SignKey {
  readonly public: Bytes;
  readonly #seed: Bytes;

  private constructor(seed: Bytes) {
    this.#seed = exact(seed, SEED_BYTES, "signing seed");
    this.public = ed25519.getPublicKey(seed);
  }

  /** The key pair of a 32-byte seed (RFC 8032, 5.1.5). */
  static fromSeed(seed: Bytes): SignKey {
    return new SignKey(seed);
  }

  get seed(): Bytes {
    return this.#seed;
  }

  /** The 64-byte signature over the concatenation of `parts`, the first of which is a label. */
  sign(...parts: Bytes[]): Bytes {
    return ed25519.sign(concat(...parts), this.#seed);
  }
}

/**
 * Verify strictly that `signature` by `publicKey` covers the concatenation of `parts`; `BadSignature` otherwise.
 *
 * Beyond RFC 8032: the public key and R must be canonical points of the prime-order group other than its neutral
 * element, and S must be below the group's order. R is never decoded: it is computed from S and the key and compared
 * as bytes, which makes it canonical, and free of torsion because everything that it is computed from is.
 */
export function verify(publicKey: Bytes, signature: Bytes, ...parts: Bytes[]): void {
  const key = strictPoint(publicKey);
  if (!key || signature.length !== SIGNATURE_BYTES) {
    throw new BadSignature();
  }
  const claimed = signature.slice(0, 32);
  const scalar = bytesToNumberLE(signature.subarray(32));
  const order = ed25519.Point.Fn.ORDER;
  if (scalar >= order) {
    throw new BadSignature();
  }
  const challenge = ed25519Challenge(claimed, publicKey, parts);
  const point = ed25519.Point.BASE.multiplyUnsafe(scalar).subtract(key.multiplyUnsafe(challenge));
  if (point.is0() || !same(point.toBytes() as Bytes, claimed)) {
    throw new BadSignature();
  }
}

/** The hash that ties R, key and message together, as a scalar (RFC 8032, 5.1.7, step 2). */
export function ed25519Challenge(R: Bytes, publicKey: Bytes, parts: Bytes[]): bigint {
  return bytesToNumberLE(sha512(concat(R, publicKey, ...parts))) % ed25519.Point.Fn.ORDER;
}

/** Whether an Ed25519 public key is canonical and in the prime-order group; check it whenever a key is pinned. */
export function isStrictPublic(publicKey: Bytes): boolean {
  return strictPoint(publicKey) !== null;
}

const POINTS_KEPT = 256;
const pointsChecked = new Map<string, Point>();

function strictPoint(publicKey: Bytes): Point | null {
  const name = toHex(publicKey);
  const known = pointsChecked.get(name);
  if (known) {
    return known;
  }
  const point = decodePoint(publicKey);
  if (!point || point.isSmallOrder() || !point.isTorsionFree()) {
    return null;
  }
  if (pointsChecked.size >= POINTS_KEPT) {
    pointsChecked.clear();
  }
  pointsChecked.set(name, point);
  return point;
}

function decodePoint(encoded: Bytes): Point | null {
  try {
    return ed25519.Point.fromBytes(encoded, false);
  } catch {
    return null;
  }
}

// --- sealing to a public key ----------------------------------------------------------------------------------------

/** An X-Wing public key of 1,216 bytes, loaded and checked. Make it with `SealKey.fromBytes`. */
export class SealKey {
  readonly raw: Bytes;
  readonly #lattice: KEMPrepared;
  readonly #curve: Bytes;

  private constructor(raw: Bytes) {
    this.raw = raw;
    this.#lattice = ml_kem768.prepare(raw.slice(0, LATTICE_PUBLIC_BYTES));
    this.#curve = raw.slice(LATTICE_PUBLIC_BYTES);
  }

  /** Load a public key; `Malformed` for a wrong length or an ML-KEM part out of range. */
  static fromBytes(raw: Bytes): SealKey {
    exact(raw, SEAL_PUBLIC_BYTES, "sealing key");
    try {
      return new SealKey(raw);
    } catch {
      throw new Malformed("not a sealing key");
    }
  }

  /** A fresh shared secret and its encapsulation. Throws where the X25519 half is a low-order point. */
  encapsulate(random: Random): { shared: Bytes; encapsulation: Bytes } {
    const randomness = exact(
      random(ENCAPSULATION_SEED_BYTES),
      ENCAPSULATION_SEED_BYTES,
      "randomness",
    );
    const oneTime = randomness.slice(32);
    const curveCiphertext = x25519.getPublicKey(oneTime);
    const curveShared = x25519.getSharedSecret(oneTime, this.#curve);
    const lattice = this.#lattice.encapsulate(randomness.slice(0, 32));
    return {
      shared: combine(lattice.sharedSecret as Bytes, curveShared, curveCiphertext, this.#curve),
      encapsulation: concat(lattice.cipherText as Bytes, curveCiphertext),
    };
  }
}

/** An X-Wing private key. Make it with `OpenKey.fromSeed`; the seed never shows when the object is printed. */
export class OpenKey {
  readonly public: Bytes;
  readonly #seed: Bytes;
  readonly #lattice: KEMPrepared;
  readonly #latticeSecret: Bytes;
  readonly #curvePublic: Bytes;
  readonly #curveSecret: Bytes;

  private constructor(seed: Bytes) {
    const expanded = shake256(exact(seed, SEED_BYTES, "sealing seed"), { dkLen: 96 });
    const lattice = ml_kem768.keygen(expanded.slice(0, LATTICE_SEED_BYTES));
    this.#seed = seed;
    this.#lattice = ml_kem768.prepare(lattice.publicKey);
    this.#latticeSecret = lattice.secretKey;
    this.#curveSecret = expanded.slice(LATTICE_SEED_BYTES);
    this.#curvePublic = x25519.getPublicKey(this.#curveSecret);
    this.public = concat(lattice.publicKey, this.#curvePublic);
  }

  /** Expand a 32-byte seed by SHAKE256 into a 64-byte ML-KEM seed and a 32-byte X25519 key (X-Wing draft). */
  static fromSeed(seed: Bytes): OpenKey {
    return new OpenKey(seed);
  }

  get seed(): Bytes {
    return this.#seed;
  }

  /** The public side, loaded. */
  sealKey(): SealKey {
    return SealKey.fromBytes(this.public);
  }

  /** The shared secret of an encapsulation of 1,120 bytes. Throws where its X25519 half is a low-order point. */
  decapsulate(encapsulation: Bytes): Bytes {
    const curveCiphertext = encapsulation.slice(LATTICE_CIPHERTEXT_BYTES);
    const latticeShared = this.#lattice.decapsulate(
      encapsulation.slice(0, LATTICE_CIPHERTEXT_BYTES),
      this.#latticeSecret,
    ) as Bytes;
    const curveShared = x25519.getSharedSecret(this.#curveSecret, curveCiphertext);
    return combine(latticeShared, curveShared, curveCiphertext, this.#curvePublic);
  }
}

/** X-Wing's combiner; its label is the six characters that the draft draws. */
function combine(
  latticeShared: Bytes,
  curveShared: Bytes,
  curveCiphertext: Bytes,
  curvePublic: Bytes,
): Bytes {
  return sha3_256(
    concat(latticeShared, curveShared, curveCiphertext, curvePublic, textBytes("\\.//^\\")),
  );
}

/**
 * Seal in HPKE base mode, single shot: encapsulation 1,120 ‖ ciphertext. `random` is asked once, for 64 bytes.
 * `Malformed` when the X25519 half of the key is a low-order point, which gives no shared secret.
 */
export function hpkeSeal(sealKey: SealKey, hpkeInfo: Bytes, plain: Bytes, random: Random): Bytes {
  const { shared, encapsulation } = encapsulated(sealKey, random);
  return concat(encapsulation, hpkeCipher(shared, hpkeInfo).encrypt(plain) as Bytes);
}

function encapsulated(sealKey: SealKey, random: Random): { shared: Bytes; encapsulation: Bytes } {
  try {
    return sealKey.encapsulate(random);
  } catch {
    throw new Malformed("not a sealing key");
  }
}

/** Open what `hpkeSeal` made; the length is checked first. `NotOpened` whatever is wrong. */
export function hpkeOpen(
  openKey: OpenKey,
  hpkeInfo: Bytes,
  sealed: Bytes,
  plainBytes: number,
): Bytes {
  if (sealed.length !== plainBytes + HPKE_OVERHEAD_BYTES) {
    throw new NotOpened();
  }
  try {
    const shared = openKey.decapsulate(sealed.slice(0, ENCAPSULATION_BYTES));
    return hpkeCipher(shared, hpkeInfo).decrypt(sealed.subarray(ENCAPSULATION_BYTES)) as Bytes;
  } catch {
    throw new NotOpened();
  }
}

const HPKE_SUITE = concat(textBytes("HPKE"), u16(0x647a), u16(0x0001), u16(0x0003));
const HPKE_VERSION = textBytes("HPKE-v1");

function hpkeCipher(shared: Bytes, hpkeInfo: Bytes) {
  const { key, nonce } = hpkeKeys(shared, hpkeInfo);
  return chacha20poly1305(key, nonce);
}

/** The key schedule of RFC 9180, 5.1, in base mode: key and nonce of the first and only message. */
export function hpkeKeys(shared: Bytes, hpkeInfo: Bytes): { key: Bytes; nonce: Bytes } {
  const context = concat(
    new Uint8Array([0]),
    hpkeExtract(EMPTY, "psk_id_hash", EMPTY),
    hpkeExtract(EMPTY, "info_hash", hpkeInfo),
  );
  const secret = hpkeExtract(shared, "secret", EMPTY);
  return {
    key: hpkeExpand(secret, "key", context, 32),
    nonce: hpkeExpand(secret, "base_nonce", context, 12),
  };
}

function hpkeExtract(salt: Bytes, name: string, secret: Bytes): Bytes {
  return extract(sha256, concat(HPKE_VERSION, HPKE_SUITE, textBytes(name), secret), salt);
}

function hpkeExpand(secret: Bytes, name: string, context: Bytes, lengthBytes: number): Bytes {
  const info = concat(u16(lengthBytes), HPKE_VERSION, HPKE_SUITE, textBytes(name), context);
  return expand(sha256, secret, info, lengthBytes);
}
