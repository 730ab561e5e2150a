/**
 * Wordlist: passwords offered from the list of 7,776 English words.
 *
 * Owns how random bytes become words. Must never draw them itself, nor fetch the list: it is 21 KB that only an
 * enrolment needs, so the caller brings the text of `keys/words.txt`. (docs/protocol.md, part 3, Offered password.)
 */

import { type Bytes, exact } from "./encoding.ts";
import { Malformed } from "./errors.ts";

export const COUNT = 7776;
export const OFFERED_WORDS = 5;
export const RANDOM_BYTES_A_WORD = 4;

/** The words of the list's text, one a line; `Malformed` unless there are exactly 7,776, no two alike. */
export function readWords(text: string): string[] {
  const words = text.trimEnd().split("\n");
  if (new Set(words).size !== COUNT || words.length !== COUNT) {
    throw new Malformed("the list has not its 7,776 words");
  }
  return words;
}

/** Turn 20 random bytes into five words joined by spaces (64.6 bits). */
export function offeredPassword(words: string[], randomBytes: Bytes): string {
  exact(randomBytes, OFFERED_WORDS * RANDOM_BYTES_A_WORD, "random bytes");
  const draws = new DataView(randomBytes.buffer, randomBytes.byteOffset);
  const offered = Array.from({ length: OFFERED_WORDS }, (_, index) => {
    return words[draws.getUint32(index * RANDOM_BYTES_A_WORD) % COUNT];
  });
  return offered.join(" ");
}
