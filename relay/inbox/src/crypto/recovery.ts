/**
 * Recovery: the digits of the recovery sheet, six groups of five, the fifth of each a check digit.
 *
 * Owns the form on paper and its check. Must never be used without `kdf 1`: 24 digits are 79.7 bits, enough only when
 * each guess costs a run of Argon2id (docs/protocol.md, part 3, Recovery sheet).
 */

import { type Bytes, exact, toHex } from "./encoding.ts";
import { Malformed, Mistyped } from "./errors.ts";

export const GROUPS = 6;
export const GROUP_DIGITS = 4;
export const RANDOM_BYTES = 32;

const DIGITS = GROUPS * GROUP_DIGITS;
/** White space and the hyphens that people and word processors put between groups. */
const SPACING = /[ \t\r\n\-\u00a0\u2010\u2011\u2013]/gu;

/** H. Michael Damm's totally anti-symmetric quasigroup of order 10: row = interim digit, column = next digit. */
const QUASIGROUP = [
  "0317598642",
  "7092154863",
  "4206871359",
  "1750983426",
  "6123045978",
  "3674209581",
  "5869720134",
  "8945362017",
  "9438617205",
  "2581436790",
];

/** Turn 32 random bytes into the 24 secret digits. */
export function sheetDigits(randomBytes: Bytes): string {
  const drawn = BigInt(`0x${toHex(exact(randomBytes, RANDOM_BYTES, "random bytes"))}`);
  return (drawn % 10n ** BigInt(DIGITS)).toString().padStart(DIGITS, "0");
}

/** The sheet's text: six groups of four digits and a check digit, joined by spaces. */
export function printSheet(digits: string): string {
  if (digits.length !== DIGITS || !isDecimal(digits)) {
    throw new Malformed("a sheet has 24 digits");
  }
  const groups = Array.from({ length: GROUPS }, (_, index) => {
    const group = digits.slice(index * GROUP_DIGITS, (index + 1) * GROUP_DIGITS);
    return group + checkDigit(index, group);
  });
  return groups.join(" ");
}

/**
 * The 24 secret digits of a typed sheet; `Mistyped` names the first group that is wrong.
 *
 * Spaces, hyphens and line ends are ignored. A sheet of another length has its first incomplete group wrong.
 */
export function readSheet(typed: string): string {
  const signs = Array.from(typed.replace(SPACING, ""));
  let secret = "";
  for (let index = 0; index < GROUPS; index++) {
    const group = signs.slice(index * 5, index * 5 + 5).join("");
    const digits = group.slice(0, GROUP_DIGITS);
    if (group.length !== 5 || !isDecimal(group) || checkDigit(index, digits) !== group[4]) {
      throw new Mistyped(index);
    }
    secret += digits;
  }
  if (signs.length !== GROUPS * (GROUP_DIGITS + 1)) {
    throw new Mistyped(GROUPS - 1);
  }
  return secret;
}

/** Damm's check digit of a group, begun at the group's number so that two exchanged groups show. */
function checkDigit(index: number, group: string): string {
  let interim = index + 1;
  for (const digit of group) {
    interim = Number(QUASIGROUP[interim]?.[Number(digit)]);
  }
  return String(interim);
}

function isDecimal(text: string): boolean {
  return /^[0-9]+$/.test(text);
}
