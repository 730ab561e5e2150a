/**
 * Mail in: what a person has said of mail whose sender was proven by the server that it came from alone.
 *
 * Owns the vault item `mailin/HEX` (docs/protocol.md, part 18). Must never hold more of a mail than the beginning of its
 * content id.
 */

import { ascending, type Bytes, compare, concat, exact, Reader, u8, u16 } from "./encoding.ts";
import { Malformed } from "./errors.ts";
import { ID_BYTES } from "./names.ts";

export const MOST_VERDICTS = 2_048;

/** What the owner says of a mail of grade 3. */
export const Verdict = { MINE: 1, NOT_MINE: 2 } as const;
export type Verdict = (typeof Verdict)[keyof typeof Verdict];

/** A verdict on the mail whose content id starts with these 16 bytes. */
export interface MailVerdict {
  readonly start: Bytes;
  readonly verdict: Verdict;
}

const VERSION: Bytes = new Uint8Array([1]);

/** The bytes of an item `mailin/...`; order does not matter. `Malformed` beyond 2,048, or for one mail twice. */
export function encodeVerdicts(verdicts: readonly MailVerdict[]): Bytes {
  if (verdicts.length > MOST_VERDICTS) {
    throw new Malformed("at most 2,048 verdicts");
  }
  const rows = verdicts
    .map((one) => concat(exact(one.start, ID_BYTES, "content id"), u8(one.verdict)))
    .sort(compare);
  ascending(
    rows.map((row) => row.slice(0, ID_BYTES)),
    "content ids",
  );
  return concat(VERSION, u16(rows.length), ...rows);
}

/** Parse an item `mailin/...`; the verdicts ascend by content id. */
export function parseVerdicts(plain: Bytes): MailVerdict[] {
  const reader = new Reader(plain);
  reader.expect(VERSION, "version");
  const length = reader.between(reader.u16(), 0, MOST_VERDICTS, "number of verdicts");
  const found = Array.from({ length }, () => ({
    start: reader.take(ID_BYTES),
    verdict: verdictOf(reader.u8()),
  }));
  reader.finish();
  ascending(
    found.map((one) => one.start),
    "content ids",
  );
  return found;
}

function verdictOf(number: number): Verdict {
  if (number !== Verdict.MINE && number !== Verdict.NOT_MINE) {
    throw new Malformed("a verdict is 1 or 2");
  }
  return number;
}
