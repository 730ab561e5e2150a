/**
 * Enrol: the making of an account and of ways in.
 *
 * Owns which secrets a new account has, its first card and vault, and how a way in wraps the account key. Pure but slow: a
 * password or a sheet costs a run of Argon2id. Must never use a random value twice. (docs/protocol.md, parts 3, 4, 8 and 13.)
 */

import { NONCE_BYTES } from "../crypto/box.ts";
import { type Bytes, isZero, type Random, textBytes, toBase64url } from "../crypto/encoding.ts";
import { originHash, ZERO_HASH } from "../crypto/names.ts";
import { type Pins, pinnedKeeperSet } from "../crypto/pins.ts";
import * as recovery from "../crypto/recovery.ts";
import { signStatement } from "../crypto/statement.ts";
import { SignKey } from "../crypto/suite.ts";
import * as unlock from "../crypto/unlock.ts";
import type { ReadingSeed } from "../crypto/vault.ts";
import * as items from "../crypto/vault.ts";
import * as wordlist from "../crypto/wordlist.ts";
import { type MadeMethod, stretch } from "./account.ts";
import { drawReading, publics } from "./cards.ts";
import { fault } from "./fault.ts";
import { type Changes, KEPT_SECONDS, Vault } from "./vault.ts";

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

// --- ways in --------------------------------------------------------------------------------------------------------

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

/** What `kdf 1` is fed for a password that is being chosen. */
export function newPasswordSecret(password: string): Bytes {
  try {
    return unlock.normalisePassword(password);
  } catch {
    throw fault("password-short");
  }
}

/** Make a passkey a way in, of the 32 bytes that its authenticator gave. */
export function makePasskey(
  { credentialId, result }: { readonly credentialId: Bytes; readonly result: Bytes },
  { accountId, accountKey }: Pick<Seeds, "accountId" | "accountKey">,
  random: Random,
): MadeMethod {
  if (result.length !== 32 || isZero(result)) {
    throw fault("refused");
  }
  const keys = unlock.deviceKeys(result);
  const methodId = unlock.passkeyMethodId(credentialId);
  const serverSalt = new Uint8Array(unlock.SALT_BYTES);
  const offered = { methodId, kind: "passkey", kdf: unlock.KDF_DEVICE, serverSalt };
  const nonce = random(NONCE_BYTES);
  const wrap = unlock.wrapAccountKey(accountKey, keys.wrapKey, accountId, offered, nonce);
  const json = {
    method_id: toBase64url(methodId),
    kind: offered.kind,
    kdf: offered.kdf,
    salt: toBase64url(serverSalt),
    login_key: toBase64url(keys.login.public),
    wrap: toBase64url(wrap),
  };
  return { offered, keys, json };
}

/** Make a way in from a password or a sheet. */
export async function makeMethod(
  kind: "password" | "sheet",
  secret: Bytes,
  who: {
    readonly name: string;
    readonly origin: string;
    readonly seeds: Pick<Seeds, "accountId" | "accountKey">;
  },
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

/** What `kdf 1` is fed for a sheet; `Mistyped` names the first wrong group. */
export function sheetSecret(printed: string): Bytes {
  return textBytes(recovery.readSheet(printed));
}
