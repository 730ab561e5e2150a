/**
 * Notes: texts that a key has signed, in the form that others' tools read too (C2SP signed-note).
 *
 * Owns the reading of a note; only the relay writes them. Must never hand out a text whose signature by the demanded key
 * was not verified, nor let a signature by that key that fails be passed over for another. (docs/protocol.md, part 16;
 * C2SP signed-note.)
 */

import { type Bytes, concat, fromBase64, same, textBytes, u8 } from "./encoding.ts";
import { BadSignature, KeysError } from "./errors.ts";
import { H, verify } from "./suite.ts";

export const MOST_NOTE_BYTES = 16 * 1024;

const ED25519 = 1;
const KEY_HASH_BYTES = 4;
const OWN_NAME = /^[!-*,-~]+$/;
/** A signature line: the name holds neither a plus sign nor white space of Unicode. */
const LINE = /^— ([^\p{White_Space}+]+) ([A-Za-z0-9+/=]+)$/u;

interface SignatureLine {
  readonly name: string;
  readonly keyHash: Bytes;
  readonly signature: Bytes;
}

/** The 4 bytes by which a signature line names an Ed25519 key. */
export function keyHash(name: string, publicKey: Bytes): Bytes {
  const named = concat(textBytes(`${name}\n`), u8(ED25519), publicKey);
  return H(named).slice(0, KEY_HASH_BYTES);
}

/**
 * The text of a note, its last line end included, once the key of that name has signed it.
 *
 * Signature lines by other keys are passed over as the C2SP page demands; every one by this key must verify.
 * `BadSignature` whatever is wrong, the form and the limit of 16 KiB included.
 */
export function openNote(note: string, name: string, publicKey: Bytes): string {
  const { text, lines } = split(note);
  if (!OWN_NAME.test(name)) {
    throw new BadSignature();
  }
  const wanted = keyHash(name, publicKey);
  const found = lines.filter((line) => line.name === name && same(line.keyHash, wanted));
  if (found.length === 0) {
    throw new BadSignature();
  }
  for (const { signature } of found) {
    verify(publicKey, signature, textBytes(text));
  }
  return text;
}

/** Split a note at its last empty line into the text and its signature lines. */
function split(note: string): { text: string; lines: SignatureLine[] } {
  const at = note.lastIndexOf("\n\n");
  const fits = note.length <= MOST_NOTE_BYTES && note.isWellFormed();
  if (!fits || textBytes(note).length > MOST_NOTE_BYTES || at < 0 || !note.endsWith("\n")) {
    throw new BadSignature();
  }
  if (Array.from(note).some((sign) => sign < " " && sign !== "\n")) {
    throw new BadSignature();
  }
  const lines = note.slice(at + 2, -1).split("\n");
  return { text: note.slice(0, at + 1), lines: lines.map(signatureLine) };
}

function signatureLine(line: string): SignatureLine {
  const [, name, encoded] = LINE.exec(line) ?? [];
  if (name === undefined || encoded === undefined) {
    throw new BadSignature();
  }
  const signed = decoded(encoded);
  if (signed.length <= KEY_HASH_BYTES) {
    throw new BadSignature();
  }
  const signature = signed.slice(KEY_HASH_BYTES);
  return { name, keyHash: signed.slice(0, KEY_HASH_BYTES), signature };
}

function decoded(encoded: string): Bytes {
  try {
    return fromBase64(encoded);
  } catch (error) {
    throw error instanceof KeysError ? new BadSignature() : error;
  }
}
