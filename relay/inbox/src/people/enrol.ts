/**
 * Enrol: the making of an account, of ways in and of key cards.
 *
 * Owns which keys a new account has, how a card is renewed and how a way in wraps the account key. Pure but slow: a
 * password or a sheet costs a run of Argon2id. Must never use a random value twice, and never drop a reading key that
 * something living may be sealed to. (docs/protocol.md, parts 3, 4, 8 and 13.)
 */

import type { OfferedMethod } from "../api.ts";
import { NONCE_BYTES } from "../crypto/box.ts";
import { type Bytes, type Random, textBytes, toBase64url } from "../crypto/encoding.ts";
import type { JsonObject } from "../crypto/json.ts";
import { DAY_SECONDS, originHash, ZERO_HASH } from "../crypto/names.ts";
import { type Pins, pinnedKeeperSet } from "../crypto/pins.ts";
import { latest, type Policy } from "../crypto/policy.ts";
import * as recovery from "../crypto/recovery.ts";
import {
  type Card,
  MOST_VALID_SECONDS,
  parseStatement,
  signStatement,
  statementHash,
} from "../crypto/statement.ts";
import { OpenKey, SignKey } from "../crypto/suite.ts";
import * as unlock from "../crypto/unlock.ts";
import type { ReadingSeed } from "../crypto/vault.ts";
import * as items from "../crypto/vault.ts";
import * as wordlist from "../crypto/wordlist.ts";
import { fault } from "./fault.ts";
import { type Changes, KEPT_SECONDS, Vault } from "./vault.ts";

const KEY_SECONDS = 31 * DAY_SECONDS;
const KEYS_IN_A_ROW = 3;
const RENEW_SECONDS = 30 * DAY_SECONDS;
/** A card is valid from a little earlier, for senders whose clock is behind. */
const BACKDATE_SECONDS = 600;
const NAME_WORDS = /^[a-z]{3,8}$/;

/** The secrets that a new account begins with. */
export interface Seeds {
  readonly accountId: Bytes;
  readonly accountKey: Bytes;
  readonly identity: SignKey;
  readonly reading: readonly ReadingSeed[];
}

/** Draw all secrets of a new account whose engagement is held until `heldUntil`. */
export function drawSeeds(now: number, heldUntil: number, random: Random): Seeds {
  return {
    accountId: random(16),
    accountKey: random(32),
    identity: SignKey.fromSeed(random(32)),
    reading: drawReading(now, heldUntil, 1, random),
  };
}

/** The reading keys of a card: three of 31 days in a row, and a fallback until the end of the hold, at most 800 days. */
export function drawReading(
  now: number,
  heldUntil: number,
  firstEpoch: number,
  random: Random,
): ReadingSeed[] {
  const start = now - BACKDATE_SECONDS;
  const ends = Array.from({ length: KEYS_IN_A_ROW + 1 }, (_, at) => start + at * KEY_SECONDS);
  const rows = ends.slice(1).map((end) => [end - KEY_SECONDS, end]);
  const fallbackEnd = Math.min(
    Math.max(heldUntil, ends.at(-1) as number),
    start + MOST_VALID_SECONDS,
  );
  return [...rows, [start, fallbackEnd]].map(([validFrom, validUntil], at) => ({
    epoch: firstEpoch + at,
    validFrom: validFrom as number,
    validUntil: validUntil as number,
    seed: random(32),
  }));
}

function publics(seeds: readonly ReadingSeed[]): Card["readingKeys"] {
  return seeds.map(({ epoch, validFrom, validUntil, seed }) => {
    return { epoch, validFrom, validUntil, public: OpenKey.fromSeed(seed).public };
  });
}

/** The first signed statement of an account. */
export function firstCard(seeds: Seeds, pins: Pins, origin: string, now: number): Bytes {
  const card = {
    accountId: seeds.accountId,
    number: 1,
    previousHash: ZERO_HASH,
    issuedAt: now,
    identityPublic: seeds.identity.public,
    accessPublic: unlock.accountKeys(seeds.accountKey).access.public,
    originHash: originHash(origin),
    keeperSet: pinnedKeeperSet(pins),
    readingKeys: publics(seeds.reading),
  };
  return signStatement(card, seeds.identity);
}

/** The vault of a new account; `more` holds the engagement. */
export function firstVault(
  seeds: Seeds,
  card: Bytes,
  pins: Pins,
  now: number,
  random: Random,
  more: Changes,
): ReturnType<Vault["write"]> {
  const expiresAt = now + KEPT_SECONDS;
  const own = Object.entries({
    identity: items.encodeIdentity(seeds.identity.seed),
    reading: items.encodeReading(seeds.reading),
    relay: items.encodeRelay(pins),
    card: items.encodeOwnCard(card),
  }).map(([name, plain]) => [name, { plain, expiresAt }] as const);
  const { vaultKey } = unlock.accountKeys(seeds.accountKey);
  return Vault.empty(seeds.accountId, vaultKey).write(new Map([...own, ...more]), random);
}

// --- renewal --------------------------------------------------------------------------------------------------------

/** Whether a new card is due: at the first unlock after 30 days. */
export function cardIsDue(card: Card, now: number): boolean {
  return now >= card.issuedAt + RENEW_SECONDS;
}

/** The changes of the vault that bring the next card; nothing where another browser was first. */
export function renewal(
  vault: Vault,
  policies: readonly Policy[],
  now: number,
  random: Random,
): Changes {
  const before = parseStatement(vault.card);
  if (!cardIsDue(before.card, now)) {
    return new Map();
  }
  const seeds = vault.reading;
  const epoch = Math.max(0, ...seeds.map((one) => one.epoch)) + 1;
  const heldUntil = Math.max(
    0,
    ...policies.map((policy) => latest(policy, Number.MAX_SAFE_INTEGER)),
  );
  const fresh = drawReading(now, heldUntil, epoch, random);
  const card = {
    ...before.card,
    number: before.card.number + 1,
    previousHash: statementHash(before.raw),
    issuedAt: now,
    readingKeys: publics(fresh),
  };
  const reading = items.encodeReading([...stillNeeded(seeds, policies, now), ...fresh]);
  const expiresAt = now + KEPT_SECONDS;
  return new Map([
    ["reading", { plain: reading, expiresAt }],
    ["card", { plain: items.encodeOwnCard(signStatement(card, vault.identity)), expiresAt }],
  ]);
}

/** The reading keys to keep: those valid, and those to which something living may be sealed. */
function stillNeeded(
  seeds: readonly ReadingSeed[],
  policies: readonly Policy[],
  now: number,
): ReadingSeed[] {
  return seeds.filter(({ validUntil }) => {
    const last = Math.max(0, ...policies.map((policy) => latest(policy, validUntil)));
    return validUntil > now || last > now;
  });
}

// --- ways in --------------------------------------------------------------------------------------------------------

/** The host of an origin, with the port where it names one. */
export function authority(origin: string): string {
  return new URL(origin).host;
}

/** Draw a login name, word-word-NN, of words that are quickly typed. */
export function drawName(words: readonly string[], random: Random): string {
  const short = words.filter((word) => NAME_WORDS.test(word));
  const draw = (most: number) => new DataView(random(4).buffer).getUint32(0) % most;
  const [first, second] = [short[draw(short.length)], short[draw(short.length)]];
  return `${first}-${second}-${10 + draw(90)}`;
}

/** Draw five words. */
export function drawPassword(words: string[], random: Random): string {
  return wordlist.offeredPassword(
    words,
    random(wordlist.OFFERED_WORDS * wordlist.RANDOM_BYTES_A_WORD),
  );
}

/** Draw a recovery sheet: its six printed groups. */
export function drawSheet(random: Random): string {
  return recovery.printSheet(recovery.sheetDigits(random(recovery.RANDOM_BYTES)));
}

/** What `kdf 1` is fed for a sheet; `Mistyped` names the first wrong group. */
export function sheetSecret(printed: string): Bytes {
  return textBytes(recovery.readSheet(printed));
}

/** What `kdf 1` is fed for a password that is being chosen. */
export function newPasswordSecret(password: string): Bytes {
  try {
    return unlock.normalisePassword(password);
  } catch {
    throw fault("password-short");
  }
}

/** Run `kdf 1` for an account. */
export async function stretch(
  secret: Bytes,
  name: string,
  origin: string,
  serverSalt: Bytes,
): Promise<unlock.MethodKeys> {
  return await unlock.passwordKeys(secret, unlock.kdfSalt(name, authority(origin), serverSalt));
}

/** A way in that was made, and the keys that it signs in with. */
export interface MadeMethod {
  readonly offered: OfferedMethod;
  readonly keys: unlock.MethodKeys;
  readonly json: JsonObject;
}

/** Make a way in from a password or a sheet. */
export async function makeMethod(
  kind: "password" | "sheet",
  secret: Bytes,
  who: { readonly name: string; readonly origin: string; readonly seeds: Seeds },
  random: Random,
): Promise<MadeMethod> {
  const serverSalt = random(unlock.SALT_BYTES);
  const keys = await stretch(secret, who.name, who.origin, serverSalt);
  const offered = { methodId: random(16), kind, kdf: unlock.KDF_PASSWORD, serverSalt };
  const { accountKey, accountId } = who.seeds;
  const wrap = unlock.wrapAccountKey(
    accountKey,
    keys.wrapKey,
    accountId,
    offered,
    random(NONCE_BYTES),
  );
  const json = {
    method_id: toBase64url(offered.methodId),
    kind,
    kdf: offered.kdf,
    salt: toBase64url(serverSalt),
    login_key: toBase64url(keys.login.public),
    wrap: toBase64url(wrap),
  };
  return { offered, keys, json };
}

/** A random number below 2^16 that is not among `taken`: a writer's number. */
export function drawWriter(taken: ReadonlySet<number>, random: Random): number {
  for (;;) {
    const drawn = new DataView(random(2).buffer).getUint16(0);
    if (!taken.has(drawn)) {
      return drawn;
    }
  }
}
