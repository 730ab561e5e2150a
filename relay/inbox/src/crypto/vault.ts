/**
 * Vault: what a person's software keeps at the relay under the account key.
 *
 * Owns the box of an item, the bytes of each kind of item and the signed manifest. An item's name, owner and version are
 * associated data, so the relay cannot move or swap items; the manifest's counter shows a rollback. Must never accept a
 * manifest whose signature was not verified. (docs/protocol.md, part 8.)
 */

import { openBox, sealBox } from "./box.ts";
import {
  ascending,
  type Bytes,
  compare,
  concat,
  counted,
  countedText,
  exact,
  label,
  Reader,
  same,
  textBytes,
  toHex,
  u8,
  u16,
  u32,
  u48,
  u64,
} from "./encoding.ts";
import { Malformed, Refused } from "./errors.ts";
import { ID_BYTES, Role } from "./names.ts";
import { encodePins, type Pins, readPins } from "./pins.ts";
import { H, SEED_BYTES, SIGNATURE_BYTES, type SignKey, verify } from "./suite.ts";

export const MOST_ITEM_BYTES = 1024 * 1024;
export const MOST_ITEMS = 4_096;

const NAME = /^[a-z0-9/-]{1,64}$/;
const VERSION: Bytes = new Uint8Array([1]);

// --- the box of an item ---

/** What binds an item to its owner, name and version; `Malformed` for a name that is none. */
export function itemAad(accountId: Bytes, name: string, version: number): Bytes {
  if (!NAME.test(name)) {
    throw new Malformed("a vault name has 1 to 64 of a-z 0-9 / -");
  }
  const owner = exact(accountId, ID_BYTES, "account id");
  return concat(label("vault"), owner, countedText(name, 1), u64(version));
}

/** Seal an item; `nonce` is 24 fresh random bytes, `version` one above the stored one (1 for a new item). */
export function sealItem(
  vaultKey: Bytes,
  accountId: Bytes,
  name: string,
  version: number,
  plain: Bytes,
  nonce: Bytes,
): Bytes {
  if (plain.length > MOST_ITEM_BYTES) {
    throw new Malformed("a vault item has at most 1 MiB");
  }
  return sealBox(vaultKey, "vault", itemAad(accountId, name, version), plain, nonce);
}

/** Open an item; `NotOpened` whatever is wrong, another name or version included. */
export function openItem(
  vaultKey: Bytes,
  accountId: Bytes,
  name: string,
  version: number,
  box: Bytes,
): Bytes {
  return openBox(vaultKey, "vault", itemAad(accountId, name, version), box);
}

// --- identity, reading, relay, card ---

/** The bytes of the item `identity`. */
export function encodeIdentity(seed: Bytes): Bytes {
  return concat(VERSION, exact(seed, SEED_BYTES, "identity seed"));
}

/** The identity seed. */
export function parseIdentity(plain: Bytes): Bytes {
  const reader = begin(plain);
  const seed = reader.take(SEED_BYTES);
  reader.finish();
  return seed;
}

/** The secret side of a reading key; kept until nothing that lives was sealed to it. */
export interface ReadingSeed {
  readonly epoch: number;
  readonly validFrom: number;
  readonly validUntil: number;
  readonly seed: Bytes;
}

/** The bytes of the item `reading`. */
export function encodeReading(seeds: readonly ReadingSeed[]): Bytes {
  const entries = seeds.map((one) =>
    concat(
      u32(one.epoch),
      u64(one.validFrom),
      u64(one.validUntil),
      exact(one.seed, SEED_BYTES, "seed"),
    ),
  );
  return concat(VERSION, u16(seeds.length), ...entries);
}

/** Parse the item `reading`. */
export function parseReading(plain: Bytes): ReadingSeed[] {
  const reader = begin(plain);
  const seeds = Array.from({ length: reader.u16() }, () => ({
    epoch: reader.u32(),
    validFrom: reader.u64(),
    validUntil: reader.u64(),
    seed: reader.take(SEED_BYTES),
  }));
  reader.finish();
  return seeds;
}

/** The bytes of the item `relay`. */
export function encodeRelay(pins: Pins): Bytes {
  return concat(VERSION, encodePins(pins));
}

/** Parse the item `relay`. */
export function parseRelay(plain: Bytes): Pins {
  const reader = begin(plain);
  const pins = readPins(reader);
  reader.finish();
  return pins;
}

/** The bytes of the item `card`. */
export function encodeOwnCard(signedStatement: Bytes): Bytes {
  return concat(VERSION, counted(signedStatement, 4));
}

/** One's own newest signed statement. */
export function parseOwnCard(plain: Bytes): Bytes {
  const reader = begin(plain);
  const signedStatement = reader.counted(4);
  reader.finish();
  return signedStatement;
}

// --- engagements ---

/**
 * What a person keeps of an engagement, as far as a list needs it. Empty bytes and zero ids mean: not yet.
 * `myRole` is COACH or CLIENT; `invitationSecret` is the coach's while invited, else zeros.
 */
export interface EngagementHead {
  readonly myRole: Role;
  readonly active: boolean;
  readonly engagementId: Bytes;
  readonly myMailboxId: Bytes;
  readonly theirMailboxId: Bytes;
  readonly notesMailboxId: Bytes;
  readonly invitationSecret: Bytes;
  readonly myName: string;
  readonly theirName: string;
}

/** What was signed of an engagement: their newest verified statement, the policy, and the act that put it in force. */
export interface Standing {
  readonly theirStatement: Bytes;
  readonly policy: Bytes;
  readonly act: Bytes;
}

export type EngagementItem = EngagementHead & Standing;

/** The name of an engagement's item in the vault. */
export function engagementName(item: EngagementHead): string {
  return `engagement/${toHex(item.engagementId)}`;
}

/** The name of the item that holds what was signed of it. */
export function standingName(item: EngagementHead): string {
  return `standing/${toHex(item.engagementId)}`;
}

/** The bytes of an item `engagement/...`. */
export function encodeEngagement(item: EngagementHead): Bytes {
  const ids = [item.engagementId, item.myMailboxId, item.theirMailboxId, item.notesMailboxId];
  return concat(
    VERSION,
    u8(person(item.myRole)),
    u8(item.active ? 2 : 1),
    u8(0),
    ...ids.map((one) => exact(one, ID_BYTES, "id")),
    exact(item.invitationSecret, 32, "secret"),
    countedText(item.myName, 2),
    countedText(item.theirName, 2),
  );
}

/** The bytes of an item `standing/...`. */
export function encodeStanding({ theirStatement, policy, act }: Standing): Bytes {
  return concat(VERSION, counted(theirStatement, 4), counted(policy, 4), counted(act, 4));
}

/** Parse an item `standing/...`; what it holds in signed form is parsed by whoever uses it. */
export function parseStanding(plain: Bytes): Standing {
  const reader = begin(plain);
  const standing = {
    theirStatement: reader.counted(4),
    policy: reader.counted(4),
    act: reader.counted(4),
  };
  reader.finish();
  return standing;
}

/** Parse an item `engagement/...`. */
export function parseEngagement(plain: Bytes): EngagementHead {
  const reader = begin(plain);
  const myRole = person(reader.u8());
  const active = reader.between(reader.u8(), 1, 2, "state") === 2;
  reader.reserved(1);
  const item = {
    myRole,
    active,
    engagementId: reader.take(ID_BYTES),
    myMailboxId: reader.take(ID_BYTES),
    theirMailboxId: reader.take(ID_BYTES),
    notesMailboxId: reader.take(ID_BYTES),
    invitationSecret: reader.take(32),
    myName: reader.text(2),
    theirName: reader.text(2),
  };
  reader.finish();
  return item;
}

/** The last content seen of one writer of one person. */
export interface WriterMark {
  readonly fp: Bytes;
  readonly writer: number;
  readonly count: number;
  readonly contentId: Bytes;
}

/** The bytes of an item `writers/...`; order does not matter, two marks of one writer do. */
export function encodeWriters(marks: readonly WriterMark[]): Bytes {
  const rows = marks.map(writerRow).sort(compare);
  checkWriters(rows);
  return concat(VERSION, u16(marks.length), ...rows);
}

/** Parse an item `writers/...`. */
export function parseWriters(plain: Bytes): WriterMark[] {
  const reader = begin(plain);
  const marks = Array.from({ length: reader.u16() }, () => ({
    fp: reader.take(32),
    writer: reader.u16(),
    count: reader.u48(),
    contentId: reader.take(32),
  }));
  reader.finish();
  checkWriters(marks.map(writerRow));
  return marks;
}

function writerRow(mark: WriterMark): Bytes {
  return concat(
    exact(mark.fp, 32, "fp"),
    u16(mark.writer),
    u48(mark.count),
    exact(mark.contentId, 32, "content id"),
  );
}

function checkWriters(rows: Bytes[]): void {
  ascending(
    rows.map((row) => row.slice(0, 34)),
    "writers",
  );
}

// --- manifest ---

/** An item's name, version and the hash of its box. */
export interface ManifestEntry {
  readonly name: string;
  readonly version: number;
  readonly boxHash: Bytes;
}

/** Every item of the vault but itself, ascending by name; `counter` rises by 1 with each write. */
export interface Manifest {
  readonly counter: number;
  readonly entries: readonly ManifestEntry[];
}

/** Check that a box is the one the manifest names; `Refused("order")` for a swapped or old one. */
export function checkItem(manifest: Manifest, name: string, version: number, box: Bytes): void {
  const entry = manifest.entries.find((one) => one.name === name);
  if (!entry || entry.version !== version || !same(entry.boxHash, H(box))) {
    throw new Refused("order");
  }
}

/** The signed bytes of the item `manifest`. */
export function signManifest(manifest: Manifest, accountId: Bytes, identity: SignKey): Bytes {
  const entries = [...manifest.entries].sort((one, other) => (one.name < other.name ? -1 : 1));
  if (entries.length > MOST_ITEMS) {
    throw new Malformed("a vault has at most 4,096 items");
  }
  checkNames(entries);
  const rows = entries.map((one) =>
    concat(countedText(one.name, 1), u64(one.version), exact(one.boxHash, 32, "box hash")),
  );
  const signed = concat(VERSION, u64(manifest.counter), u16(entries.length), ...rows);
  const owner = exact(accountId, ID_BYTES, "account id");
  return concat(signed, identity.sign(label("vault-manifest"), owner, signed));
}

/** Parse a manifest and verify its signature. The caller compares the counter with the highest it has seen. */
export function openManifest(plain: Bytes, accountId: Bytes, identityPublic: Bytes): Manifest {
  const reader = begin(plain);
  const counter = reader.u64();
  const count = reader.between(reader.u16(), 0, MOST_ITEMS, "number of items");
  const entries = Array.from({ length: count }, () => ({
    name: reader.text(1),
    version: reader.u64(),
    boxHash: reader.take(32),
  }));
  const signed = reader.soFar();
  const signature = reader.take(SIGNATURE_BYTES);
  reader.finish();
  checkNames(entries);
  verify(identityPublic, signature, label("vault-manifest"), accountId, signed);
  return { counter, entries };
}

function checkNames(entries: readonly ManifestEntry[]): void {
  if (entries.some((entry) => entry.name === "manifest" || !NAME.test(entry.name))) {
    throw new Malformed("not a vault name, or the manifest itself");
  }
  ascending(
    entries.map((entry) => textBytes(entry.name)),
    "vault names",
  );
}

function person(role: number): Role {
  if (role !== Role.COACH && role !== Role.CLIENT) {
    throw new Malformed("a person is coach or client");
  }
  return role;
}

function begin(plain: Bytes): Reader {
  const reader = new Reader(plain);
  reader.expect(VERSION, "version");
  return reader;
}
