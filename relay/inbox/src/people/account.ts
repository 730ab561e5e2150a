/**
 * Account: from a password or a sheet to an opened vault.
 *
 * Owns signing in. Must never send a password or anything made from it but the signature over a challenge, and never take
 * the hash's parameters from the relay. (docs/protocol.md, part 9.)
 */

import type { Api, LoginStart, OfferedMethod } from "../api.ts";
import { type Bytes, same, toHex } from "../crypto/encoding.ts";
import { KeysError, NotOpened } from "../crypto/errors.ts";
import type { JsonObject } from "../crypto/json.ts";
import { originHash } from "../crypto/names.ts";
import * as unlock from "../crypto/unlock.ts";
import { fault, fetched } from "./fault.ts";
import { Records, Vault } from "./vault.ts";
import type { World } from "./world.ts";

/** What this page has seen of an account: the highest counter of its vault, and the engagement that was open. */
export interface Seen {
  readonly account: string;
  readonly counter: number;
  readonly engagement: string;
}

/** A way in that was made, and the keys that it signs in with. */
export interface MadeMethod {
  readonly offered: OfferedMethod;
  readonly keys: unlock.MethodKeys;
  readonly json: JsonObject;
}

/** An account that is open: its keys, and its vault. */
export interface Account {
  readonly name: string;
  readonly accountKey: Bytes;
  readonly keys: unlock.AccountKeys;
  readonly records: Records;
}

export type Way =
  | { readonly name: string; readonly password: string }
  | { readonly name: string; readonly sheet: string }
  | Passkey;

/** What a browser's authenticator gave: its name for the credential, and 32 bytes that it alone can make again. */
export interface Passkey {
  readonly name: string;
  readonly credentialId: Bytes;
  readonly result: Bytes;
}

/** Sign in by what somebody typed. A mistyped sheet is refused before anything is sent. */
export async function signIn(
  api: Api,
  world: World,
  way: Way,
  seen: Seen | null,
): Promise<Account> {
  const name = checkedName(way.name);
  if ("result" in way) {
    const id = unlock.passkeyMethodId(way.credentialId);
    const keys = unlock.deviceKeys(way.result);
    const fits = (one: OfferedMethod) => one.kind === "passkey" && same(one.methodId, id);
    return await begin(api, world, name, fits, async () => keys, seen);
  }
  unlock.prepareStretch();
  const { kind, secret } = await secretOf(way);
  const fits = (one: OfferedMethod) => one.kind === kind && one.kdf === unlock.KDF_PASSWORD;
  const keysOf = (one: OfferedMethod) => stretch(secret, name, world.origin, one.serverSalt);
  return await begin(api, world, name, fits, keysOf, seen);
}

async function begin(
  api: Api,
  world: World,
  name: string,
  fits: (one: OfferedMethod) => boolean,
  keysOf: (one: OfferedMethod) => Promise<unlock.MethodKeys>,
  seen: Seen | null,
): Promise<Account> {
  const started = await api.startSession(name);
  const offered = started.methods.find(fits);
  if (!offered) {
    throw fault("wrong-password");
  }
  return await answer(api, world, { name, started, offered, keys: await keysOf(offered) }, seen);
}

/** Sign in by a way in that was just made, without stretching its secret again. */
export async function signInBy(
  api: Api,
  world: World,
  name: string,
  made: MadeMethod,
): Promise<Account> {
  const started = await api.startSession(name);
  return await answer(api, world, { name, started, ...made }, null);
}

async function secretOf(
  way: Exclude<Way, Passkey>,
): Promise<{ kind: "password" | "sheet"; secret: Bytes }> {
  if ("sheet" in way) {
    const { sheetSecret } = await fetched(() => import("./enrol.ts"));
    return { kind: "sheet", secret: sheetSecret(way.sheet) };
  }
  try {
    return { kind: "password", secret: unlock.normalisePassword(way.password) };
  } catch {
    // No account has a password of this length.
    throw fault("wrong-password");
  }
}

function checkedName(name: string): string {
  try {
    return unlock.checkLoginName(name.trim().toLowerCase().split("@")[0] ?? "");
  } catch {
    throw fault("wrong-password");
  }
}

interface Attempt {
  readonly name: string;
  readonly started: LoginStart;
  readonly offered: OfferedMethod;
  readonly keys: unlock.MethodKeys;
}

async function answer(
  api: Api,
  world: World,
  { name, started, offered, keys }: Attempt,
  seen: Seen | null,
): Promise<Account> {
  const { accountId, challenge } = started;
  const login = {
    originHash: originHash(world.origin),
    accountId,
    methodId: offered.methodId,
    challenge,
    clientNonce: world.random(32),
  };
  const signature = unlock.signLogin(login, keys.login);
  const wrap = await api.openSession({ ...login, nonce: login.clientNonce, signature });
  const accountKey = unwrap(wrap, keys.wrapKey, accountId, offered);
  const least = seen?.account === toHex(accountId) ? seen.counter : 0;
  return await openAccount(api, world, { name, accountId, accountKey }, least);
}

/** Open the vault of whoever has signed in; never one with a lower counter than `least`. */
export async function openAccount(
  api: Api,
  world: World,
  who: { readonly name: string; readonly accountId: Bytes; readonly accountKey: Bytes },
  least: number,
): Promise<Account> {
  const keys = unlock.accountKeys(who.accountKey);
  const vault = Vault.open(who.accountId, keys.vaultKey, await api.vault(), least);
  return { ...who, keys, records: new Records(api, vault, world.random) };
}

function unwrap(wrap: Bytes, wrapKey: Bytes, accountId: Bytes, offered: OfferedMethod): Bytes {
  try {
    return unlock.unwrapAccountKey(wrap, wrapKey, accountId, offered);
  } catch (reason) {
    throw reason instanceof NotOpened || reason instanceof KeysError
      ? fault("wrong-password")
      : reason;
  }
}

/** The host of an origin, with the port where it names one. */
export function authority(origin: string): string {
  return new URL(origin).host;
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
