/**
 * Settings: what a person has chosen for every browser of theirs, in the vault.
 *
 * Owns the item's bytes. Which languages there are is not decided here. (docs/protocol.md, part 8.)
 */

import { type Bytes, concat, countedText, Reader, u8 } from "./encoding.ts";
import { Malformed } from "./errors.ts";

export const SETTINGS = "settings";
const VERSION = u8(1);

/** The language that a person is spoken to in: `en`, `de`; empty: as each browser has it. */
export interface Settings {
  readonly language: string;
}

/** The bytes of the item `settings`; `Malformed` for what names no language. */
export function encodeSettings({ language }: Settings): Bytes {
  return concat(VERSION, countedText(checked(language), 1));
}

/** Parse the item `settings` strictly. */
export function parseSettings(plain: Bytes): Settings {
  const reader = new Reader(plain);
  reader.expect(VERSION, "version");
  const language = reader.text(1);
  reader.finish();
  return { language: checked(language) };
}

function checked(language: string): string {
  if (!/^([a-z][a-z-]{1,7})?$/.test(language)) {
    throw new Malformed("this names no language");
  }
  return language;
}
