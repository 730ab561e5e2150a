/**
 * Drafts: what a person has not sent yet, kept for seven days where every browser of theirs finds it.
 *
 * Owns the vault item `drafts/HEX` and its key, which dies with its day. Must never hold files, nor be opened without the
 * shares of every keeper. (docs/protocol.md, part 22.)
 */

import { openBox, sealBox } from "./box.ts";
import { type Bytes, concat, countedText, exact, label, Reader, u8, u32 } from "./encoding.ts";
import { Malformed } from "./errors.ts";
import { dayBoxKey } from "./index.ts";
import { ID_BYTES } from "./names.ts";
import { checkPadding, pad } from "./padding.ts";

export const KEEP_SECONDS = 7 * 86_400;
export const MOST_TEXT_BYTES = 600_000;
const HEAD_BYTES = 5;
const VERSION: Bytes = new Uint8Array([1]);

/** An item as it rests: the day with which it goes, and the box. */
export interface Drafts {
  readonly day: number;
  readonly box: Bytes;
}

export function encodeDrafts({ day, box }: Drafts): Bytes {
  return concat(VERSION, u32(day), box);
}

/** Parse an item `drafts/...`. */
export function parseDrafts(plain: Bytes): Drafts {
  const reader = new Reader(plain);
  reader.expect(VERSION, "version");
  return { day: reader.u32(), box: reader.rest() };
}

/** The 32-byte key of the drafts that go with a day; the shares are those of all keepers, ascending by keeper id. */
export function draftsKey(indexBase: Bytes, dayShares: readonly Bytes[], day: number): Bytes {
  return dayBoxKey("draft-day", indexBase, dayShares, day);
}

/** Whose drafts, and where; all of it is bound into the box. */
export interface DraftsPlace {
  readonly accountId: Bytes;
  readonly engagementId: Bytes;
  readonly day: number;
}

/** Seal the text in which an inbox writes down its drafts; `nonce` is 24 fresh random bytes. `Malformed` beyond 600,000 bytes. */
export function sealDrafts(key: Bytes, place: DraftsPlace, text: string, nonce: Bytes): Drafts {
  const plain = concat(u8(1), countedText(text, 4));
  if (plain.length > HEAD_BYTES + MOST_TEXT_BYTES) {
    throw new Malformed("drafts are too long");
  }
  return { day: place.day, box: sealBox(key, "draft", aadOf(place), pad(plain), nonce) };
}

/** Open them. `NotOpened` under another key or of another place, `Malformed` for what is no text. */
export function openDrafts(key: Bytes, place: DraftsPlace, box: Bytes): string {
  const plain = openBox(key, "draft", aadOf(place), box);
  const reader = new Reader(plain);
  reader.expect(VERSION, "version");
  const text = reader.text(4, MOST_TEXT_BYTES);
  checkPadding(plain, reader.position);
  return text;
}

function aadOf({ accountId, engagementId, day }: DraftsPlace): Bytes {
  const names = [accountId, engagementId].map((one) => exact(one, ID_BYTES, "id"));
  return concat(label("draft"), ...names, u32(day));
}
