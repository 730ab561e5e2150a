/**
 * Names: everything that is derived to name or point at something: fingerprints, key ids, mailbox ids, days.
 *
 * Owns the derivations that several formats share. Must never name anything by bytes that a relay may choose freely.
 * (docs/protocol.md, parts 1, 3 and 5.)
 */

import { ascending, type Bytes, exact, label, textBytes, u8, u64 } from "./encoding.ts";
import { H, hkdf } from "./suite.ts";

export const ID_BYTES = 16;
export const FP_BYTES = 32;
export const KEY_ID_BYTES = 8;
export const TAG_BYTES = 16;
export const DAY_SECONDS = 86_400;

export const ZERO_HASH: Bytes = new Uint8Array(32);
export const ZERO_ID: Bytes = new Uint8Array(16);

/** The role of a mailbox in its engagement. */
export const Role = { COACH: 1, CLIENT: 2, SPONSOR: 3, NOTES: 4 } as const;
export type Role = (typeof Role)[keyof typeof Role];

/** HKDF(salt empty, input `secret`, info L(name)), the one way to derive a secret from another. */
export function derive(secret: Bytes, name: string, lengthBytes = 32): Bytes {
  return hkdf(secret, label(name), lengthBytes);
}

/** The 32-byte fp of a person's identity key, the door key or the notice key. */
export function fingerprint(identityPublic: Bytes): Bytes {
  return H(label("fp"), identityPublic);
}

/** The 8-byte id (kid) of a reading key or of a keeper's day key. */
export function keyId(publicKey: Bytes): Bytes {
  return H(label("kid"), publicKey).slice(0, KEY_ID_BYTES);
}

/** The 32-byte hash by which a keeper's lock names an access key. */
export function accessHash(accessPublic: Bytes): Bytes {
  return H(label("access"), accessPublic);
}

/** The 16-byte id of a keeper, from its first verification key; it stays when that key changes. */
export function keeperId(firstVerificationKey: Bytes): Bytes {
  return H(firstVerificationKey).slice(0, ID_BYTES);
}

/** The hash that a statement gives for the keepers it requires; `keeperIds` in ascending order. */
export function keeperSet(keeperIds: Bytes[]): Bytes {
  const ids = keeperIds.map((one) => exact(one, ID_BYTES, "keeper id"));
  ascending(ids, "keeper ids");
  return H(label("keeper-set"), ...ids);
}

/** The hash of the configured origin, for example of `https://inbox.harrow.example` (no trailing slash). */
export function originHash(origin: string): Bytes {
  return H(label("origin"), textBytes(origin));
}

/** The 16-byte id of the mailbox of a role in an engagement; sender and reader both compute it. */
export function mailboxId(engagementId: Bytes, role: Role, fpAtOpening: Bytes): Bytes {
  exact(engagementId, ID_BYTES, "engagement id");
  exact(fpAtOpening, FP_BYTES, "fp");
  return H(label("mailbox"), engagementId, u8(role), fpAtOpening).slice(0, ID_BYTES);
}

/** The 16-byte id of the envelope that carries a content to one recipient until one instant. */
export function envelopeId(
  envelopeClass: number,
  contentId: Bytes,
  recipientFp: Bytes,
  expiresAt: number,
): Bytes {
  exact(contentId, 32, "content id");
  exact(recipientFp, FP_BYTES, "fp");
  const named = H(label("env-id"), u8(envelopeClass), contentId, recipientFp, u64(expiresAt));
  return named.slice(0, ID_BYTES);
}

/** The UTC day whose keeper key dies after `expiresAt` (an instant at midnight belongs to the day before). */
export function dayOf(expiresAt: number): number {
  return Math.floor((expiresAt - 1) / DAY_SECONDS);
}
