/**
 * Log: the relay's append-only record, as everyone who checks it computes it (RFC 6962).
 *
 * Owns the hashing of Merkle trees, the checking of their proofs, the checkpoint's text and the 33 bytes of an entry. Must
 * never accept a proof that holds a hash more or less than its two sizes demand. (docs/protocol.md, part 16; RFC 6962,
 * 2.1; RFC 9162, 2.1.3 and 2.1.4; C2SP tlog-checkpoint.)
 */

import {
  type Bytes,
  concat,
  exact,
  fromBase64,
  label,
  same,
  textBytes,
  toBase64,
  u8,
  u32,
} from "./encoding.ts";
import { Malformed, Refused } from "./errors.ts";
import { H } from "./suite.ts";

export const HASH_BYTES = 32;

/** The root of a tree without entries. */
export const EMPTY_ROOT: Bytes = H();

const DECIMAL = /^(0|[1-9][0-9]{0,15})$/;
const ORIGIN = /^[!-*,-~]+$/;

/** A subtree: its first entry and the one after its last. */
type Range = readonly [low: number, high: number];

// --- hashing ---

/** The hash of an entry as it stands in a tree. */
export function leafHash(entry: Bytes): Bytes {
  return H(u8(0), entry);
}

/** The hash of a node over its two subtrees. */
export function nodeHash(left: Bytes, right: Bytes): Bytes {
  return H(u8(1), left, right);
}

/** The root of the tree over these leaf hashes; of none it is the hash of nothing. */
export function treeRoot(leafHashes: readonly Bytes[]): Bytes {
  let level = [...leafHashes];
  while (level.length > 1) {
    const nodes: Bytes[] = [];
    for (let at = 0; at < level.length; at += 2) {
      const [left, right] = level.slice(at, at + 2) as [Bytes, Bytes?];
      nodes.push(right ? nodeHash(left, right) : left);
    }
    level = nodes;
  }
  return level[0] ?? EMPTY_ROOT;
}

/** The subtrees whose roots are the path of entry `index` in a tree of `size`, from the leaf up. */
function inclusionRanges(index: number, size: number): Range[] {
  within(size, 1, Number.MAX_SAFE_INTEGER);
  within(index, 0, size - 1);
  const ranges: Range[] = [];
  let [low, high] = [0, size];
  while (high - low > 1) {
    const middle = low + split(high - low);
    const left = index < middle;
    ranges.push(left ? [middle, high] : [low, middle]);
    [low, high] = left ? [low, middle] : [middle, high];
  }
  return ranges.reverse();
}

/** The subtrees whose roots prove that a tree of `first` entries is the beginning of one of `second`. */
function consistencyRanges(first: number, second: number): Range[] {
  within(second, 0, Number.MAX_SAFE_INTEGER);
  within(first, 0, second);
  if (first === 0 || first === second) {
    return [];
  }
  const ranges: Range[] = [];
  let [low, high, whole] = [0, second, true];
  while (high !== first) {
    const middle = low + split(high - low);
    const left = first <= middle;
    ranges.push(left ? [middle, high] : [low, middle]);
    [low, high, whole] = left ? [low, middle, whole] : [middle, high, false];
  }
  return [...(whole ? [] : [[low, high] as Range]), ...ranges.reverse()];
}

// --- checking proofs ---

/**
 * Verify that the leaf hash `leaf` is entry `index` of the tree of `size` with this root. `Malformed` for sizes and
 * hashes that no tree has, `Refused("inclusion")` where the proof fails.
 */
export function verifyInclusion(
  index: number,
  size: number,
  leaf: Bytes,
  path: readonly Bytes[],
  root: Bytes,
): void {
  checkHashes([leaf, root, ...path]);
  const ranges = inclusionRanges(index, size);
  if (path.length !== ranges.length) {
    throw new Refused("inclusion");
  }
  const known = new Map([[named(index, index + 1), leaf], ...pairs(ranges, path)]);
  if (!same(rootOf(0, size, known), root)) {
    throw new Refused("inclusion");
  }
}

/**
 * Verify that the tree of `second` entries begins with the tree of `first`. `Malformed` for sizes and hashes that no
 * tree has, `Refused("consistency")` where the proof fails. Equal sizes need equal roots and no path; before the first
 * entry there is one root alone.
 */
export function verifyConsistency(
  first: number,
  second: number,
  path: readonly Bytes[],
  firstRoot: Bytes,
  secondRoot: Bytes,
): void {
  checkHashes([firstRoot, secondRoot, ...path]);
  const ranges = consistencyRanges(first, second);
  if (
    path.length !== ranges.length ||
    !holds(first, second, pairs(ranges, path), [firstRoot, secondRoot])
  ) {
    throw new Refused("consistency");
  }
}

function holds(
  first: number,
  second: number,
  proved: readonly (readonly [string, Bytes])[],
  [firstRoot, secondRoot]: readonly [Bytes, Bytes],
): boolean {
  if (proved.length === 0) {
    const sound = second > 0 || same(secondRoot, EMPTY_ROOT);
    return sound && same(firstRoot, first > 0 ? secondRoot : EMPTY_ROOT);
  }
  // Where the first tree is a subtree of the second, its root is no part of the path.
  const known = new Map([[named(0, first), firstRoot], ...proved]);
  if (proved[0]?.[0].endsWith(`:${first}`)) {
    known.delete(named(0, first));
  }
  return same(rootOf(0, first, known), firstRoot) && same(rootOf(0, second, known), secondRoot);
}

/** Compute a subtree's root from the known ones under it, which a proof's ranges leave no gap in. */
function rootOf(low: number, high: number, known: ReadonlyMap<string, Bytes>): Bytes {
  const found = known.get(named(low, high));
  if (found) {
    return found;
  }
  const middle = low + split(high - low);
  return nodeHash(rootOf(low, middle, known), rootOf(middle, high, known));
}

function named(low: number, high: number): string {
  return `${low}:${high}`;
}

function pairs(ranges: readonly Range[], path: readonly Bytes[]): [string, Bytes][] {
  return ranges.map((range, at) => [named(...range), path[at] as Bytes]);
}

/** The largest power of two below a size. Not by shifting, which is exact up to 2^31 alone. */
function split(size: number): number {
  let power = 1;
  while (power * 2 < size) {
    power *= 2;
  }
  return power;
}

function within(number: number, low: number, high: number): void {
  if (!Number.isSafeInteger(number) || number < low || number > high) {
    throw new Malformed("outside the tree");
  }
}

function checkHashes(hashes: readonly Bytes[]): void {
  for (const one of hashes) {
    exact(one, HASH_BYTES, "hash");
  }
}

// --- checkpoints ---

/** What a log says of itself: its origin, how many entries it has and their root. */
export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Bytes;
}

/** The text that the log signs; `Malformed` for what a checkpoint cannot say. */
export function encodeCheckpoint({ origin, size, root }: Checkpoint): string {
  if (!ORIGIN.test(origin)) {
    throw new Malformed("not a log's origin");
  }
  within(size, 0, Number.MAX_SAFE_INTEGER);
  exact(root, HASH_BYTES, "root");
  if (size === 0 && !same(root, EMPTY_ROOT)) {
    throw new Malformed("not the root of an empty tree");
  }
  return `${origin}\n${size}\n${toBase64(root)}\n`;
}

/** Parse the text of an opened note strictly; extension lines are `Malformed`. */
export function parseCheckpoint(text: string): Checkpoint {
  const [origin = "", size = "", root = "", ...rest] = text.split("\n");
  if (rest.length !== 1 || !DECIMAL.test(size)) {
    throw new Malformed("not a checkpoint");
  }
  const checkpoint = { origin, size: Number(size), root: fromBase64(root) };
  if (encodeCheckpoint(checkpoint) !== text) {
    throw new Malformed("not a checkpoint");
  }
  return checkpoint;
}

/** The hash by which a content names a checkpoint, of its text without the signature. */
export function checkpointHash(text: string): Bytes {
  return H(label("checkpoint"), textBytes(text));
}

// --- entries ---

/** What an entry records. */
export const EntryType = {
  STATEMENT: 1,
  DAY_MADE: 2,
  DAY_GONE: 3,
  ACCEPTANCES: 4,
  DELETIONS: 5,
  WEB_MANIFEST: 6,
  DOOR_KEY: 7,
} as const;
export type EntryType = (typeof EntryType)[keyof typeof EntryType];

/** The entry of a statement; only who knows the 32-byte blind finds it. */
export function statementEntry(blind: Bytes, statementHash: Bytes): Bytes {
  const hashed = concat(exact(blind, 32, "blind"), exact(statementHash, 32, "statement hash"));
  return entry(EntryType.STATEMENT, "leaf-stmt", hashed);
}

/** The entry of a keeper's signed day key of 1,300 bytes. */
export function dayEntry(dayKey: Bytes): Bytes {
  return entry(EntryType.DAY_MADE, "leaf-day", exact(dayKey, 1_300, "signed day key"));
}

/** The entry of a keeper's signed word of 152 bytes that a day is destroyed. */
export function dayGoneEntry(dayGone: Bytes): Bytes {
  return entry(EntryType.DAY_GONE, "leaf-day-gone", exact(dayGone, 152, "day destroyed"));
}

/**
 * The entry of a day's acceptance receipts, or of its deletion receipts and certificates; `root` is that of the padded
 * tree over their hashes. `Malformed` for another type.
 */
export function batchEntry(type: EntryType, day: number, root: Bytes): Bytes {
  if (type !== EntryType.ACCEPTANCES && type !== EntryType.DELETIONS) {
    throw new Malformed("not a batch of receipts");
  }
  const hashed = concat(u8(type), u32(day), exact(root, HASH_BYTES, "root"));
  return entry(type, "leaf-batch", hashed);
}

function entry(type: EntryType, name: string, hashed: Bytes): Bytes {
  return concat(u8(type), H(label(name), hashed));
}
