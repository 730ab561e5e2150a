/**
 * Unlock: from a password, sheet or device secret to the account key, and what the account key gives.
 *
 * Owns the one set of password-hashing parameters, the salt, the wrapped account key and the login signature. Must never
 * take parameters from a server: one that may name parameters may name weak ones.
 * (docs/protocol.md, parts 3, 8 and 9; Argon2id: RFC 9106.)
 */

import { openBox, sealBox } from "./box.ts";
import {
  type Bytes,
  concat,
  countedText,
  exact,
  isZero,
  label,
  textBytes,
  u8,
} from "./encoding.ts";
import { Malformed, NotOpened } from "./errors.ts";
import { derive, ID_BYTES, originHash } from "./names.ts";
import { H, SignKey, verify } from "./suite.ts";

export const KDF_DEVICE = 0;
export const KDF_PASSWORD = 1;
export const SALT_BYTES = 16;
export const ACCOUNT_KEY_BYTES = 32;
export const WRAPPED_BYTES = 104;
export const CHALLENGE_BYTES = 32;
/** WebAuthn, 4: credential ids are at most 1,023 bytes long. */
const MOST_CREDENTIAL_BYTES = 1_023;
export const LEAST_PASSWORD_CHARACTERS = 12;
export const MOST_PASSWORD_CHARACTERS = 1_024;

/** Unicode's White_Space: `\s` here and Python's own idea of it each know other signs, and one password gives one key. */
const WHITE_SPACE = /[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/gu;
const LOGIN_NAME = /^(?=.{3,64}$)[a-z0-9]+(-[a-z0-9]+)*$/;

/** What a way in gives: the key that signs in and the key that wraps the account key. */
export interface MethodKeys {
  readonly login: SignKey;
  readonly wrapKey: Bytes;
}

/** What the account key gives. */
export interface AccountKeys {
  readonly vaultKey: Bytes;
  readonly access: SignKey;
  readonly indexBase: Bytes;
}

/** A login name unchanged; `Malformed` unless it is 3 to 64 of a-z, 0-9 and single inner hyphens. */
export function checkLoginName(name: string): string {
  if (!LOGIN_NAME.test(name)) {
    throw new Malformed("not a login name");
  }
  return name;
}

/**
 * The 16-byte salt for `kdf 1`.
 *
 * `host` is the configured origin's authority, with the port where the origin names one. Name and host are in the hash
 * so that a relay cannot give everyone one salt and use one table.
 */
export function kdfSalt(name: string, host: string, serverSalt: Bytes): Bytes {
  const who = countedText(`${checkLoginName(name)}@${host}`, 2);
  const salt = exact(serverSalt, SALT_BYTES, "server salt");
  return H(label("kdf-salt"), who, salt).slice(0, SALT_BYTES);
}

/** A password as UTF-8, NFKC, stripped, each run of white space one space; `Malformed` if not 12 to 1,024. */
export function normalisePassword(typed: string): Bytes {
  const spaced = typed.normalize("NFKC").replace(WHITE_SPACE, " ");
  const password = spaced.replace(/^ | $/g, "");
  const characters = Array.from(password).length;
  if (characters < LEAST_PASSWORD_CHARACTERS || characters > MOST_PASSWORD_CHARACTERS) {
    throw new Malformed("a password has 12 to 1,024 characters");
  }
  return textBytes(password);
}

/** Where a secret is stretched. `prepare` says that it soon will be. */
export interface Stretcher {
  readonly prepare: () => void;
  readonly run: (secret: Bytes, salt: Bytes) => Promise<Bytes>;
}

let stretcher: Stretcher = {
  prepare: () => {},
  run: async (secret, salt) => (await import("../stretch/argon2.ts")).argon2id(secret, salt),
};

/** From now on secrets are stretched elsewhere than here, so that their 64 MiB go with the place. */
export function stretchElsewhere(elsewhere: Stretcher): void {
  stretcher = elsewhere;
}

/** A secret will have to be stretched: what that needs can be fetched meanwhile. */
export function prepareStretch(): void {
  stretcher.prepare();
}

/**
 * Run `kdf 1` (Argon2id v1.3, 64 MiB, 3 passes, 1 lane) over a normalised password or a sheet's 24 digits.
 * Takes half a second to three seconds and 64 MiB: call it in a worker.
 */
export async function passwordKeys(secret: Bytes, salt: Bytes): Promise<MethodKeys> {
  const bytes = await stretch(secret, salt);
  return { login: SignKey.fromSeed(bytes.slice(0, 32)), wrapKey: bytes.slice(32) };
}

/** Argon2id with the one set of parameters; 64 bytes. */
export async function stretch(secret: Bytes, salt: Bytes): Promise<Bytes> {
  return await stretcher.run(secret, exact(salt, SALT_BYTES, "salt"));
}

/** Run `kdf 0` over a device's 32 random bytes. */
export function deviceKeys(secret: Bytes): MethodKeys {
  exact(secret, 32, "device secret");
  return { login: SignKey.fromSeed(derive(secret, "login")), wrapKey: derive(secret, "wrap") };
}

/** What a passkey's `prf` is evaluated with at an origin. */
export function passkeyInput(origin: string): Bytes {
  return H(label("passkey-input"), originHash(origin));
}

/** The method id of a passkey: made of its credential id (1 to 1,023 bytes), which the relay never learns. */
export function passkeyMethodId(credentialId: Bytes): Bytes {
  if (credentialId.length < 1 || credentialId.length > MOST_CREDENTIAL_BYTES) {
    throw new Malformed("a credential id has 1 to 1,023 bytes");
  }
  return H(label("passkey-method"), credentialId).slice(0, ID_BYTES);
}

/** Derive what the 32-byte account key gives. */
export function accountKeys(accountKey: Bytes): AccountKeys {
  exact(accountKey, ACCOUNT_KEY_BYTES, "account key");
  return {
    vaultKey: derive(accountKey, "vault"),
    access: SignKey.fromSeed(derive(accountKey, "access")),
    indexBase: derive(accountKey, "index"),
  };
}

/** A way in, as the relay knows it. `serverSalt` is zeros for `kdf 0`. */
export interface Method {
  readonly methodId: Bytes;
  readonly kdf: number;
  readonly serverSalt: Bytes;
}

/** Seal the account key under a method's wrap key; `nonce` is 24 fresh random bytes. Gives 104 bytes. */
export function wrapAccountKey(
  accountKey: Bytes,
  wrapKey: Bytes,
  accountId: Bytes,
  method: Method,
  nonce: Bytes,
): Bytes {
  exact(accountKey, ACCOUNT_KEY_BYTES, "account key");
  return sealBox(wrapKey, "wrap", wrapAad(accountId, method), accountKey, nonce);
}

/** Open a wrapped account key; `NotOpened` whatever is wrong, the length first. */
export function unwrapAccountKey(
  wrapped: Bytes,
  wrapKey: Bytes,
  accountId: Bytes,
  method: Method,
): Bytes {
  if (wrapped.length !== WRAPPED_BYTES) {
    throw new NotOpened();
  }
  return openBox(wrapKey, "wrap", wrapAad(accountId, method), wrapped);
}

/** What a login signature covers; a challenge serves once, `clientNonce` is 32 random bytes. */
export interface Login {
  readonly originHash: Bytes;
  readonly accountId: Bytes;
  readonly methodId: Bytes;
  readonly challenge: Bytes;
  readonly clientNonce: Bytes;
}

/** The 64-byte answer to the challenge. */
export function signLogin(login: Login, key: SignKey): Bytes {
  return key.sign(...loginSigned(login));
}

/** Verify an answer; `BadSignature` otherwise. */
export function verifyLogin(login: Login, loginPublic: Bytes, signature: Bytes): void {
  verify(loginPublic, signature, ...loginSigned(login));
}

function loginSigned(login: Login): Bytes[] {
  return [
    label("login"),
    exact(login.originHash, 32, "origin hash"),
    exact(login.accountId, ID_BYTES, "account id"),
    exact(login.methodId, ID_BYTES, "method id"),
    exact(login.challenge, CHALLENGE_BYTES, "challenge"),
    exact(login.clientNonce, 32, "nonce"),
  ];
}

function wrapAad(accountId: Bytes, method: Method): Bytes {
  if (method.kdf !== KDF_DEVICE && method.kdf !== KDF_PASSWORD) {
    throw new Malformed("unknown kdf");
  }
  if (method.kdf === KDF_DEVICE && !isZero(method.serverSalt)) {
    throw new Malformed("a device has no salt");
  }
  return concat(
    exact(accountId, ID_BYTES, "account id"),
    exact(method.methodId, ID_BYTES, "method id"),
    u8(method.kdf),
    exact(method.serverSalt, SALT_BYTES, "server salt"),
  );
}
