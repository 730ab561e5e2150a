/** Text that others wrote, made fit for one line of the page. Owns what is taken out of it; the views make no markup of it. */

import type { Bytes } from "../crypto/encoding.ts";
import { fault } from "./fault.ts";

const MOST_SHOWN_CHARACTERS = 300;
const FIRST_WORDS_CHARACTERS = 200;

/** Text without control signs and without signs that turn the direction of writing. */
export function oneLine(text: string): string {
  const plain = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, "");
  return Array.from(plain).slice(0, MOST_SHOWN_CHARACTERS).join("").trim();
}

/** The beginning of a text on one line. */
export function firstWords(text: string): string {
  const start = text.slice(0, 4 * FIRST_WORDS_CHARACTERS).replace(/\s+/g, " ");
  return oneLine(start).slice(0, FIRST_WORDS_CHARACTERS);
}

/** The bytes of an id of 16 that the page was handed; a fault `gone` for what is none. */
export function idBytes(hex: string): Bytes {
  if (!/^[0-9a-f]{32}$/.test(hex)) {
    throw fault("gone");
  }
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
