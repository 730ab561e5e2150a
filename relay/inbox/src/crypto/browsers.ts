/**
 * Browsers: what a person's software calls the ways in of their browsers, in the vault.
 *
 * Owns the item's bytes. A label is for its owner's eye alone: nothing is decided by it. (docs/protocol.md, part 8.)
 */

import {
  ascending,
  type Bytes,
  compare,
  concat,
  countedText,
  exact,
  Reader,
  textBytes,
  u16,
  u64,
} from "./encoding.ts";
import { Malformed } from "./errors.ts";
import { ID_BYTES } from "./names.ts";

export const MOST_BROWSERS = 32;
export const MOST_LABEL_BYTES = 48;

const VERSION: Bytes = new Uint8Array([1]);

/** A way in of a browser: days (their first second) on which it was made and last opened. */
export interface Browser {
  readonly methodId: Bytes;
  readonly addedOn: number;
  readonly usedOn: number;
  readonly label: string;
}

/** The bytes of the item `browsers`; order does not matter. */
export function encodeBrowsers(browsers: readonly Browser[]): Bytes {
  const rows = browsers.map(row).sort(compare);
  check(
    browsers.map(({ label }) => label),
    rows.map((one) => one.slice(0, ID_BYTES)),
  );
  return concat(VERSION, u16(rows.length), ...rows);
}

/** Parse the item `browsers` strictly. */
export function parseBrowsers(plain: Bytes): Browser[] {
  const reader = new Reader(plain);
  reader.expect(VERSION, "version");
  const browsers = Array.from({ length: reader.u16() }, () => ({
    methodId: reader.take(ID_BYTES),
    addedOn: reader.u64(),
    usedOn: reader.u64(),
    label: reader.text(1),
  }));
  reader.finish();
  check(
    browsers.map(({ label }) => label),
    browsers.map(({ methodId }) => methodId),
  );
  return browsers;
}

/** A label that fits, cut at a character. */
export function cutLabel(text: string): string {
  let cut = "";
  for (const letter of text.toWellFormed()) {
    if (textBytes(cut + letter).length > MOST_LABEL_BYTES) {
      break;
    }
    cut += letter;
  }
  return cut;
}

function row(one: Browser): Bytes {
  return concat(
    exact(one.methodId, ID_BYTES, "method id"),
    u64(one.addedOn),
    u64(one.usedOn),
    countedText(one.label, 1),
  );
}

function check(labels: readonly string[], ids: Bytes[]): void {
  if (
    ids.length > MOST_BROWSERS ||
    labels.some((label) => textBytes(label).length > MOST_LABEL_BYTES)
  ) {
    throw new Malformed("too many browsers, or a label that is too long");
  }
  ascending(ids, "method ids");
}
