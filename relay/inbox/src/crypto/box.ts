/**
 * Box: the one way to seal under a symmetric key; XChaCha20-Poly1305 with a commitment to its key.
 *
 * Owns the layout nonce 24 ‖ commitment 32 ‖ ciphertext. XChaCha20-Poly1305 alone does not commit: whoever stores a
 * password-wrapped key could serve bytes that open under many guesses and watch which client succeeds. So the key's
 * commitment is compared first. Must never open anything whose purpose or associated data differ.
 * (docs/protocol.md, part 8.)
 */

import { xchacha20poly1305 } from "@noble/ciphers/chacha.js";
import { type Bytes, concat, exact, label, sameSecret, textBytes } from "./encoding.ts";
import { NotOpened } from "./errors.ts";
import { hkdfExpand } from "./suite.ts";

export const NONCE_BYTES = 24;
export const COMMITMENT_BYTES = 32;
export const TAG_BYTES = 16;
export const OVERHEAD_BYTES = NONCE_BYTES + COMMITMENT_BYTES + TAG_BYTES;

/** Seal `plain` under a 32-byte `key`; `nonce` is 24 fresh random bytes. Gives 72 bytes more than `plain`. */
export function sealBox(
  key: Bytes,
  purpose: string,
  aad: Bytes,
  plain: Bytes,
  nonce: Bytes,
): Bytes {
  exact(nonce, NONCE_BYTES, "nonce");
  const { boxKey, commitment } = boxKeys(key, purpose, nonce);
  const ciphertext = xchacha20poly1305(boxKey, nonce, aad).encrypt(plain) as Bytes;
  return concat(nonce, commitment, ciphertext);
}

/** Open a box; `NotOpened` whatever is wrong with it. The commitment is compared before anything is decrypted. */
export function openBox(key: Bytes, purpose: string, aad: Bytes, box: Bytes): Bytes {
  if (box.length < OVERHEAD_BYTES) {
    throw new NotOpened();
  }
  const nonce = box.slice(0, NONCE_BYTES);
  const { boxKey, commitment } = boxKeys(key, purpose, nonce);
  if (!sameSecret(commitment, box.slice(NONCE_BYTES, NONCE_BYTES + COMMITMENT_BYTES))) {
    throw new NotOpened();
  }
  try {
    const ciphertext = box.subarray(NONCE_BYTES + COMMITMENT_BYTES);
    return xchacha20poly1305(boxKey, nonce, aad).decrypt(ciphertext) as Bytes;
  } catch {
    throw new NotOpened();
  }
}

function boxKeys(key: Bytes, purpose: string, nonce: Bytes): { boxKey: Bytes; commitment: Bytes } {
  exact(key, 32, "key");
  const okm = hkdfExpand(
    key,
    concat(label("box"), textBytes(purpose), new Uint8Array([0]), nonce),
    64,
  );
  return { boxKey: okm.slice(0, 32), commitment: okm.slice(32) };
}
