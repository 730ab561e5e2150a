/**
 * Locks: a share sealed to one key; all locks of an envelope are needed to open it.
 *
 * Owns the lock record, its `info` and its payloads. Every lock is bound to the whole header, so nobody can move it to
 * another mailbox, date, class or id. Must never accept a keeper's payload whose date is not of the lock's day.
 * (docs/protocol.md, part 5; HPKE single shot, RFC 9180.)
 */

import {
  type Bytes,
  concat,
  exact,
  label,
  type Random,
  Reader,
  same,
  u8,
  u16,
  u32,
  u64,
} from "./encoding.ts";
import { Malformed, NotOpened } from "./errors.ts";
import { dayOf, derive, KEY_ID_BYTES, keyId } from "./names.ts";
import {
  H,
  HPKE_OVERHEAD_BYTES,
  hkdf,
  hpkeOpen,
  hpkeSeal,
  type OpenKey,
  type SealKey,
  SignKey,
} from "./suite.ts";

export const SHARE_BYTES = 32;
export const LINK_SECRET_BYTES = 32;
export const LINK_ID_BYTES = 16;
export const KEEPER_PAYLOAD_BYTES = 112;
export const LOCK_HEAD_BYTES = 16;
export const READER_LOCK_BYTES = LOCK_HEAD_BYTES + SHARE_BYTES + HPKE_OVERHEAD_BYTES;
export const KEEPER_LOCK_BYTES = LOCK_HEAD_BYTES + KEEPER_PAYLOAD_BYTES + HPKE_OVERHEAD_BYTES;
export const LINK_LOCK_BYTES = LOCK_HEAD_BYTES;

/** Who a lock is for. */
export const LockType = { READER: 1, KEEPER: 2, LINK: 3 } as const;
export type LockType = (typeof LockType)[keyof typeof LockType];

const PAYLOAD_BYTES: Record<LockType, number> = { 1: SHARE_BYTES, 2: KEEPER_PAYLOAD_BYTES, 3: 0 };
const RECORD_BYTES: Record<LockType, number> = {
  1: READER_LOCK_BYTES,
  2: KEEPER_LOCK_BYTES,
  3: LINK_LOCK_BYTES,
};

/** A parsed lock record. `period` is the epoch of a reading key, the day of a keeper's key, 0 for a link. */
export interface Lock {
  readonly type: LockType;
  readonly keyId: Bytes;
  readonly period: number;
  readonly record: Bytes;
}

/** What binds a lock to its place: L("lock") ‖ type ‖ key id ‖ epoch or day ‖ H(header). */
export function lockInfo(lock: Omit<Lock, "record">, headerHash: Bytes): Bytes {
  return concat(label("lock"), u8(lock.type), lock.keyId, u32(lock.period), headerHash);
}

/** Read the next lock record; `Malformed` for an unknown type, a wrong payload length or reserved bytes. */
export function readLock(reader: Reader): Lock {
  const type = reader.between(reader.u8(), 1, 3, "lock type") as LockType;
  reader.reserved(1);
  const payloadBytes = reader.u16();
  const lockKeyId = reader.take(KEY_ID_BYTES);
  const period = reader.u32();
  if (payloadBytes !== PAYLOAD_BYTES[type] || (type === LockType.LINK && period !== 0)) {
    throw new Malformed("wrong lock head");
  }
  const head = lockHead(type, lockKeyId, period);
  const record = concat(head, reader.take(RECORD_BYTES[type] - LOCK_HEAD_BYTES));
  return { type, keyId: lockKeyId, period, record };
}

/** Parse one lock record that stands alone, as in a request to a keeper. */
export function parseLock(record: Bytes): Lock {
  const reader = new Reader(record);
  const lock = readLock(reader);
  reader.finish();
  return lock;
}

/** Seal a share to a reading key; gives the 1,184-byte record. */
export function sealReaderLock(
  share: Bytes,
  sealKey: SealKey,
  epoch: number,
  headerHash: Bytes,
  random: Random,
): Bytes {
  exact(share, SHARE_BYTES, "share");
  return seal(LockType.READER, share, sealKey, epoch, headerHash, random);
}

/** Open the reader's lock; gives the 32-byte share. `NotOpened` whatever is wrong. */
export function openReaderLock(lock: Lock, openKey: OpenKey, headerHash: Bytes): Bytes {
  return open(lock, LockType.READER, openKey, headerHash);
}

/**
 * What a sender tells a keeper under seal: a share, who may ask, who may revoke, and when.
 * `notBefore` 0 means from the start; `expiresAt` is the first second at which the keeper refuses.
 */
export interface KeeperPayload {
  readonly share: Bytes;
  readonly readerHash: Bytes;
  readonly revokerHash: Bytes;
  readonly notBefore: number;
  readonly expiresAt: number;
}

function encodeKeeperPayload(payload: KeeperPayload): Bytes {
  return concat(
    exact(payload.share, SHARE_BYTES, "share"),
    exact(payload.readerHash, 32, "access hash"),
    exact(payload.revokerHash, 32, "access hash"),
    u64(payload.notBefore),
    u64(payload.expiresAt),
  );
}

/** Seal a payload to a keeper's key of the day of expiry; gives the 1,264-byte record. */
export function sealKeeperLock(
  payload: KeeperPayload,
  dayKey: SealKey,
  headerHash: Bytes,
  random: Random,
): Bytes {
  const day = dayOf(payload.expiresAt);
  return seal(LockType.KEEPER, encodeKeeperPayload(payload), dayKey, day, headerHash, random);
}

/**
 * Open a keeper's lock, as the keeper does; `NotOpened` also where the sealed date is of another day.
 * The caller (the keeper) still has to compare asker, dates and its refusal list.
 */
export function openKeeperLock(lock: Lock, dayKey: OpenKey, headerHash: Bytes): KeeperPayload {
  const reader = new Reader(open(lock, LockType.KEEPER, dayKey, headerHash));
  const payload = {
    share: reader.take(SHARE_BYTES),
    readerHash: reader.take(32),
    revokerHash: reader.take(32),
    notBefore: reader.u64(),
    expiresAt: reader.u64(),
  };
  if (payload.expiresAt < 1 || dayOf(payload.expiresAt) !== lock.period) {
    throw new NotOpened();
  }
  return payload;
}

/** The 16-byte record of a link's lock; its share is derived, not sealed. */
export function linkLock(linkSecret: Bytes): Bytes {
  return lockHead(LockType.LINK, linkKeyId(linkSecret), 0);
}

/** The public 16-byte id of a release link. */
export function linkId(linkSecret: Bytes): Bytes {
  return derive(exact(linkSecret, LINK_SECRET_BYTES, "link secret"), "link-id", LINK_ID_BYTES);
}

/** The 8-byte key id under which a link's lock stands. */
export function linkKeyId(linkSecret: Bytes): Bytes {
  return H(label("link-id"), linkId(linkSecret)).slice(0, KEY_ID_BYTES);
}

/** The access key by which the holder of a link asks the keeper. */
export function linkAccessKey(linkSecret: Bytes): SignKey {
  return SignKey.fromSeed(derive(exact(linkSecret, LINK_SECRET_BYTES, "link secret"), "access"));
}

/** The share that a link's secret gives under this header; `NotOpened` if the lock is not for this link. */
export function linkShare(lock: Lock, linkSecret: Bytes, headerHash: Bytes): Bytes {
  if (lock.type !== LockType.LINK || !same(lock.keyId, linkKeyId(linkSecret))) {
    throw new NotOpened();
  }
  return deriveLinkShare(linkSecret, headerHash);
}

/** The share of a link under a header: HKDF with the header's hash as salt. */
export function deriveLinkShare(linkSecret: Bytes, headerHash: Bytes): Bytes {
  return hkdf(linkSecret, label("link-share"), SHARE_BYTES, headerHash);
}

function lockHead(type: LockType, lockKeyId: Bytes, period: number): Bytes {
  return concat(u8(type), u8(0), u16(PAYLOAD_BYTES[type]), lockKeyId, u32(period));
}

function seal(
  type: LockType,
  payload: Bytes,
  sealKey: SealKey,
  period: number,
  headerHash: Bytes,
  random: Random,
): Bytes {
  const place = { type, keyId: keyId(sealKey.raw), period };
  const sealed = hpkeSeal(sealKey, lockInfo(place, headerHash), payload, random);
  return concat(lockHead(type, place.keyId, period), sealed);
}

function open(lock: Lock, type: LockType, openKey: OpenKey, headerHash: Bytes): Bytes {
  if (lock.type !== type || !same(lock.keyId, keyId(openKey.public))) {
    throw new NotOpened();
  }
  const sealed = lock.record.slice(LOCK_HEAD_BYTES);
  return hpkeOpen(openKey, lockInfo(lock, headerHash), sealed, PAYLOAD_BYTES[type]);
}
