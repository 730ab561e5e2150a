/**
 * Codes: a nameplate and words that a person types where no link can be carried over.
 *
 * Owns the drawing and forgiving reading of words, what is derived of them, and the box that holds the secret which they
 * stand for. The relay gives the nameplate and never learns a word. Must never stretch words by anything weaker than
 * `kdf 1`, nor fetch the list itself: the caller brings it. (docs/protocol.md, part 24.)
 */

import { openBox, sealBox } from "./box.ts";
import { type Bytes, concat, exact, label, same, textBytes, u8 } from "./encoding.ts";
import { Malformed, Mistyped, NotOpened } from "./errors.ts";
import { originHash } from "./names.ts";
import { H } from "./suite.ts";
import { SALT_BYTES, stretch } from "./unlock.ts";
import { RANDOM_BYTES_A_WORD } from "./wordlist.ts";

export const SECRET_BYTES = 32;
export const PROOF_BYTES = 32;
export const CODE_BOX_BYTES = 108;
const MOST_TYPED = 256;
const LEAST_LETTERS = 3;
const NAMEPLATE = /^[0-9]{4}$/;

/** What a code leads to. */
export const Purpose = { INVITATION: 1, BROWSER: 2 } as const;
export type Purpose = (typeof Purpose)[keyof typeof Purpose];

export const WORDS_OF: Readonly<Record<Purpose, number>> = { 1: 4, 2: 6 };

/** A nameplate of four digits and the words after it. */
export interface Code {
  readonly nameplate: string;
  readonly words: readonly string[];
}

/** What the words give: what the relay is shown, and the key of the box. */
export interface CodeKeys {
  readonly proof: Bytes;
  readonly boxKey: Bytes;
}

/** The words of the list that have no hyphen, in its order: 7,772. */
export function codeWords(list: readonly string[]): string[] {
  return list.filter((word) => !word.includes("-"));
}

/** What a code leads to, by the number of its words. */
export function purposeOf(code: Code): Purpose {
  return code.words.length === WORDS_OF[Purpose.INVITATION] ? Purpose.INVITATION : Purpose.BROWSER;
}

/** The code as a person is told it. It is a secret: never log it. */
export function codeText({ nameplate, words }: Code): string {
  return `${nameplate} ${words.join("-")}`;
}

/** Turn 4 random bytes a word into the words of a purpose. */
export function drawWords(
  list: readonly string[],
  purpose: Purpose,
  randomBytes: Bytes,
): readonly string[] {
  const count = WORDS_OF[purpose];
  exact(randomBytes, count * RANDOM_BYTES_A_WORD, "random bytes");
  const listed = codeWords(list);
  const draws = new DataView(randomBytes.buffer, randomBytes.byteOffset);
  return Array.from(
    { length: count },
    (_, at) => listed[draws.getUint32(at * RANDOM_BYTES_A_WORD) % listed.length] as string,
  );
}

/**
 * Read what a person typed; `Mistyped` names the place: 0 the nameplate or the number of words, else the word, from 1.
 * Capitals, hyphens, spaces and words cut after three letters or more do no harm.
 */
export function readCode(list: readonly string[], typed: string): Code {
  if (Array.from(typed).length > MOST_TYPED) {
    throw new Mistyped(0);
  }
  const runs =
    typed
      .normalize("NFKC")
      .toLowerCase()
      .match(/[0-9]+|[a-z]+/g) ?? [];
  const [nameplate = "", ...rest] = runs;
  const listed = codeWords(list);
  const words = rest.map((run, at) => wordOf(listed, run, at + 1));
  const fits = Object.values(WORDS_OF).includes(words.length);
  if (!NAMEPLATE.test(nameplate) || !fits) {
    throw new Mistyped(0);
  }
  return { nameplate, words };
}

/** The word that was meant: no word of the list is another's beginning. */
function wordOf(listed: readonly string[], run: string, place: number): string {
  const [meant, other] = listed.filter((word) => word.startsWith(run));
  if (meant === undefined || other !== undefined || run.length < LEAST_LETTERS) {
    throw new Mistyped(place);
  }
  return meant;
}

/** The 16 bytes that make one code's words another's at another place, nameplate or purpose. */
export function codeSalt(purpose: Purpose, origin: string, nameplate: string): Bytes {
  const place = concat(u8(purpose), originHash(origin), nameplateBytes(nameplate));
  return H(label("code-salt"), place).slice(0, SALT_BYTES);
}

/** Run `kdf 1` over a code's nameplate and words: half a second to three seconds, and 64 MiB. */
export async function codeKeys(code: Code, origin: string): Promise<CodeKeys> {
  const secret = textBytes([code.nameplate, ...code.words].join(" "));
  const stretched = await stretch(secret, codeSalt(purposeOf(code), origin, code.nameplate));
  return { proof: stretched.slice(0, PROOF_BYTES), boxKey: stretched.slice(PROOF_BYTES) };
}

/** What the relay keeps of a proof. */
export function proofCheck(proof: Bytes): Bytes {
  return H(label("code-check"), exact(proof, PROOF_BYTES, "proof"));
}

/** Seal the secret that a code stands for; `nonce` is 24 fresh random bytes. Gives 108 bytes. */
export function sealCode(
  keys: CodeKeys,
  purpose: Purpose,
  nameplate: string,
  secret: Bytes,
  nonce: Bytes,
): Bytes {
  const plain = concat(head(purpose), exact(secret, SECRET_BYTES, "secret"));
  return sealBox(keys.boxKey, "code", aad(purpose, nameplate), plain, nonce);
}

/** The secret of 32 bytes; `NotOpened` whatever is wrong. */
export function openCode(keys: CodeKeys, purpose: Purpose, nameplate: string, box: Bytes): Bytes {
  const plain = openBox(keys.boxKey, "code", aad(purpose, nameplate), box);
  if (box.length !== CODE_BOX_BYTES || !same(plain.slice(0, 4), head(purpose))) {
    throw new NotOpened();
  }
  return plain.slice(4);
}

function head(purpose: Purpose): Bytes {
  return new Uint8Array([1, purpose, 0, 0]);
}

function aad(purpose: Purpose, nameplate: string): Bytes {
  return concat(label("code"), u8(purpose), nameplateBytes(nameplate));
}

function nameplateBytes(nameplate: string): Bytes {
  if (!NAMEPLATE.test(nameplate)) {
    throw new Malformed("a nameplate has four digits");
  }
  return textBytes(nameplate);
}
