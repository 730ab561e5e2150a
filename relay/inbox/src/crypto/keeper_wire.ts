/**
 * Keeper wire: day keys, open requests and their answers, revocations.
 *
 * Owns the bytes between readers and keepers, both sides. A reader's request is signed by its access key and names its
 * keeper; the answer is sealed to a one-time key and signed by the keeper over the request, so that a relay in between
 * can drop either but not read, forge or replay them. Must never use an answer whose signature was not checked first.
 * (docs/protocol.md, part 11.)
 */

import {
  type Bytes,
  concat,
  counted,
  exact,
  isZero,
  label,
  type Random,
  Reader,
  u8,
  u16,
  u32,
  u64,
} from "./encoding.ts";
import { Malformed, NotOpened } from "./errors.ts";
import { KEEPER_LOCK_BYTES, type Lock, LockType, parseLock, SHARE_BYTES } from "./locks.ts";
import { derive, ID_BYTES } from "./names.ts";
import {
  H,
  HPKE_OVERHEAD_BYTES,
  hmac,
  hpkeOpen,
  hpkeSeal,
  OpenKey,
  SEAL_PUBLIC_BYTES,
  SealKey,
  SIGNATURE_BYTES,
  type SignKey,
  verify,
} from "./suite.ts";

export const DAY_KEY_BYTES = 1_300;
export const NONCE_BYTES = 16;
export const MOST_ITEMS = 1_024;
export const MOST_DAYS = 4_096;

const GRANT_BYTES = 1 + SHARE_BYTES + 32 + 8 + 8;
const DAY_SHARE_BYTES = 1 + 32;

/** A keeper's word on one item or day. */
export const Status = { HERE: 1, GONE: 2, NOT_YET: 3, REFUSED: 4 } as const;
export type Status = (typeof Status)[keyof typeof Status];

// --- day keys ---

/** The X-Wing key pair of a day's 32-byte random seed. */
export function dayOpenKey(seed: Bytes): OpenKey {
  return OpenKey.fromSeed(derive(exact(seed, 32, "day seed"), "day-kem"));
}

/** The 32-byte share of a day for one access key; what is sealed under it dies with the day. */
export function dayShare(seed: Bytes, accessPublic: Bytes): Bytes {
  const shareKey = derive(exact(seed, 32, "day seed"), "day-prf");
  return hmac(shareKey, label("day-share"), accessPublic);
}

/** A keeper's public key for the envelopes that expire on one day. */
export interface DayKey {
  readonly keeperId: Bytes;
  readonly day: number;
  readonly public: Bytes;
}

/** The 1,300-byte signed day key. */
export function signDayKey(dayKey: DayKey, keeper: SignKey): Bytes {
  const signed = concat(
    exact(dayKey.keeperId, ID_BYTES, "keeper id"),
    u32(dayKey.day),
    exact(dayKey.public, SEAL_PUBLIC_BYTES, "day key"),
  );
  return concat(signed, keeper.sign(label("keeper-day"), signed));
}

/** Parse a day key and verify it against the pinned keeper: `Malformed` or `BadSignature` otherwise. */
export function openDayKey(raw: Bytes, keeperId: Bytes, keeperPublic: Bytes): DayKey {
  const reader = new Reader(exact(raw, DAY_KEY_BYTES, "signed day key"));
  reader.expect(keeperId, "keeper");
  const dayKey = { keeperId, day: reader.u32(), public: reader.take(SEAL_PUBLIC_BYTES) };
  const signed = reader.soFar();
  verify(keeperPublic, reader.rest(), label("keeper-day"), signed);
  return dayKey;
}

// --- asking ---

/** An item of an open request: a keeper's lock and the hash of the header that it stands under. */
export interface Ask {
  readonly headerHash: Bytes;
  readonly lock: Lock;
}

/** What a reader asks of a keeper. `askedAt` is the relay's time; `days` are those whose share is wanted. */
export interface OpenRequest {
  readonly keeperId: Bytes;
  readonly accessPublic: Bytes;
  readonly askedAt: number;
  readonly nonce: Bytes;
  readonly replyPublic: Bytes;
  readonly items: readonly Ask[];
  readonly days: readonly number[];
}

/** The signed bytes of a request; `nonce` is 16 random bytes, `replyPublic` a key used once. */
export function signOpenRequest(request: OpenRequest, access: SignKey): Bytes {
  const { items, days } = request;
  if (items.length > MOST_ITEMS || days.length > MOST_DAYS) {
    throw new Malformed("at most 1,024 items and 4,096 days a request");
  }
  const signed = concat(
    asker(request),
    exact(request.replyPublic, SEAL_PUBLIC_BYTES, "one-time key"),
    u16(items.length),
    ...items.map(encodeAsk),
    u16(days.length),
    ...days.map(u32),
  );
  return concat(signed, access.sign(label("keeper-ask"), H(signed)));
}

/**
 * Parse a request to this keeper and verify its signature by the access key that it names.
 * The keeper still compares time, day, asker, dates and its refusal list for each item.
 */
export function parseOpenRequest(raw: Bytes, keeperId: Bytes): OpenRequest {
  const reader = new Reader(raw);
  const from = readAsker(reader, keeperId);
  const replyPublic = reader.take(SEAL_PUBLIC_BYTES);
  const itemCount = reader.between(reader.u16(), 0, MOST_ITEMS, "number of items");
  const items = Array.from({ length: itemCount }, () => readAsk(reader));
  const dayCount = reader.between(reader.u16(), 0, MOST_DAYS, "number of days");
  const days = Array.from({ length: dayCount }, () => reader.u32());
  verifyAsker(reader, from.accessPublic, "keeper-ask");
  return { ...from, replyPublic, items, days };
}

// --- answering ---

/** A keeper's answer for one item; all but `status` are zero unless it is HERE. */
export interface Grant {
  readonly status: Status;
  readonly share: Bytes;
  readonly revokerHash: Bytes;
  readonly notBefore: number;
  readonly expiresAt: number;
}

/** A keeper's answer for one day; the share is zero unless `status` is HERE. */
export interface DayGrant {
  readonly status: Status;
  readonly share: Bytes;
}

/** A keeper's verified answer, in the order of the request. */
export interface Answer {
  readonly grants: readonly Grant[];
  readonly days: readonly DayGrant[];
}

/**
 * Seal an answer to the request's one-time key and sign it; `rawRequest` is what arrived, signature included.
 * `Malformed` if the one-time key is not one, or the answer does not fit the request.
 */
export function sealAnswer(
  answer: Answer,
  request: OpenRequest,
  rawRequest: Bytes,
  keeper: SignKey,
  random: Random,
): Bytes {
  const { grants, days } = answer;
  if (grants.length !== request.items.length || days.length !== request.days.length) {
    throw new Malformed("an answer has one grant for each item and day");
  }
  const plain = concat(...grants.map(encodeGrant), ...days.map(encodeDayGrant));
  const replyKey = SealKey.fromBytes(request.replyPublic);
  const requestHash = H(rawRequest);
  const sealed = hpkeSeal(replyKey, answerInfo(request.keeperId, requestHash), plain, random);
  const signature = keeper.sign(...answerSigned(request.keeperId, requestHash, sealed));
  return concat(counted(sealed, 4), signature);
}

/**
 * Verify a keeper's answer to exactly this request, then open it.
 * Any error means that the keeper was not reached: no share may be used and nothing concluded.
 */
export function openAnswer(
  raw: Bytes,
  request: OpenRequest,
  rawRequest: Bytes,
  keeperPublic: Bytes,
  replyKey: OpenKey,
): Answer {
  const { sealed, signature } = readAnswer(raw, request);
  const signed = answerSigned(request.keeperId, H(rawRequest), sealed);
  verify(keeperPublic, signature, ...signed);
  return openUnsigned(raw, request, rawRequest, replyKey);
}

/**
 * Open an answer for one who knows no keeper's key: the reader of a link. Whoever stands between can make one up, so a
 * share in it is worth something only where it opens a body, and nothing else may be concluded from it.
 */
export function openUnsigned(
  raw: Bytes,
  request: OpenRequest,
  rawRequest: Bytes,
  replyKey: OpenKey,
): Answer {
  const info = answerInfo(request.keeperId, H(rawRequest));
  const { sealed, plainBytes } = readAnswer(raw, request);
  const plain = new Reader(hpkeOpen(replyKey, info, sealed, plainBytes));
  return {
    grants: request.items.map(() => readGrant(plain)),
    days: request.days.map(() => readDayGrant(plain)),
  };
}

function readAnswer(raw: Bytes, { items, days }: OpenRequest) {
  const reader = new Reader(raw);
  const plainBytes = items.length * GRANT_BYTES + days.length * DAY_SHARE_BYTES;
  const sealed = reader.counted(4, plainBytes + HPKE_OVERHEAD_BYTES);
  const signature = reader.take(SIGNATURE_BYTES);
  reader.finish();
  return { sealed, signature, plainBytes };
}

// --- revoking ---

/** A request to refuse one lock from now on, by its reader or by the revoker that it names. */
export interface Revoke {
  readonly keeperId: Bytes;
  readonly accessPublic: Bytes;
  readonly askedAt: number;
  readonly nonce: Bytes;
  readonly headerHash: Bytes;
  readonly lock: Lock;
}

/** The signed bytes of a revocation. */
export function signRevoke(revoke: Revoke, access: SignKey): Bytes {
  const signed = concat(asker(revoke), encodeAsk(revoke));
  return concat(signed, access.sign(label("keeper-revoke"), H(signed)));
}

/** Parse a revocation to this keeper and verify its signature by the access key that it names. */
export function parseRevoke(raw: Bytes, keeperId: Bytes): Revoke {
  const reader = new Reader(raw);
  const from = readAsker(reader, keeperId);
  const ask = readAsk(reader);
  verifyAsker(reader, from.accessPublic, "keeper-revoke");
  return { ...from, ...ask };
}

/** The 64-byte answer to a revocation that is on disk. */
export function signRevoked(rawRequest: Bytes, keeper: SignKey): Bytes {
  return keeper.sign(label("keeper-revoked"), H(rawRequest));
}

/** Verify a keeper's answer to this revocation; without it the client says "not yet confirmed" and repeats. */
export function verifyRevoked(answer: Bytes, rawRequest: Bytes, keeperPublic: Bytes): void {
  verify(keeperPublic, answer, label("keeper-revoked"), H(rawRequest));
}

/** The 32 bytes under which a keeper remembers that a lock was revoked. */
export function refusalHash(headerHash: Bytes, record: Bytes): Bytes {
  return H(label("revoked"), headerHash, record);
}

// --- shared ---

type Asker = Pick<OpenRequest, "keeperId" | "accessPublic" | "askedAt" | "nonce">;

function asker(from: Asker): Bytes {
  return concat(
    exact(from.keeperId, ID_BYTES, "keeper id"),
    exact(from.accessPublic, 32, "access key"),
    u64(from.askedAt),
    exact(from.nonce, NONCE_BYTES, "nonce"),
  );
}

function readAsker(reader: Reader, keeperId: Bytes): Asker {
  reader.expect(keeperId, "keeper");
  const accessPublic = reader.take(32);
  return { keeperId, accessPublic, askedAt: reader.u64(), nonce: reader.take(NONCE_BYTES) };
}

function encodeAsk(ask: Ask): Bytes {
  const record = exact(ask.lock.record, KEEPER_LOCK_BYTES, "keeper lock");
  return concat(exact(ask.headerHash, 32, "header hash"), record);
}

function readAsk(reader: Reader): Ask {
  const headerHash = reader.take(32);
  const lock = parseLock(reader.take(KEEPER_LOCK_BYTES));
  if (lock.type !== LockType.KEEPER) {
    throw new Malformed("not a keeper's lock");
  }
  return { headerHash, lock };
}

/** Verify the signature that ends a request. */
function verifyAsker(reader: Reader, accessPublic: Bytes, name: string): void {
  const signed = reader.soFar();
  const signature = reader.take(SIGNATURE_BYTES);
  reader.finish();
  verify(accessPublic, signature, label(name), H(signed));
}

function answerInfo(keeperId: Bytes, requestHash: Bytes): Bytes {
  return concat(label("keeper-answer"), keeperId, requestHash);
}

function answerSigned(keeperId: Bytes, requestHash: Bytes, sealed: Bytes): Bytes[] {
  return [label("keeper-answer-sig"), keeperId, requestHash, H(sealed)];
}

function encodeGrant(grant: Grant): Bytes {
  const fields = concat(
    exact(grant.share, SHARE_BYTES, "share"),
    exact(grant.revokerHash, 32, "revoker hash"),
    u64(grant.notBefore),
    u64(grant.expiresAt),
  );
  return withStatus(grant.status, fields);
}

function encodeDayGrant(day: DayGrant): Bytes {
  return withStatus(day.status, exact(day.share, 32, "day share"));
}

function withStatus(status: Status, fields: Bytes): Bytes {
  if (status !== Status.HERE && !isZero(fields)) {
    throw new Malformed("only what is here has a share");
  }
  return concat(u8(status), fields);
}

function readGrant(reader: Reader): Grant {
  const status = readStatus(reader, GRANT_BYTES - 1);
  return {
    status,
    share: reader.take(SHARE_BYTES),
    revokerHash: reader.take(32),
    notBefore: reader.u64(),
    expiresAt: reader.u64(),
  };
}

function readDayGrant(reader: Reader): DayGrant {
  return { status: readStatus(reader, DAY_SHARE_BYTES - 1), share: reader.take(32) };
}

/** A status; what follows it must be zeros unless it is HERE. */
function readStatus(reader: Reader, followingBytes: number): Status {
  const status = reader.u8();
  const empty = isZero(reader.peek(followingBytes));
  if (status < Status.HERE || status > Status.REFUSED || (status !== Status.HERE && !empty)) {
    throw new NotOpened();
  }
  return status as Status;
}
