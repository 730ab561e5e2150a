/**
 * Envelope: the outside of the sealed object, as the relay sees it.
 *
 * Owns the 72-byte header, the order of locks and the lengths; parses strictly and opens nothing. Must never need a
 * secret. (docs/protocol.md, part 5.)
 */

import {
  ascending,
  type Bytes,
  concat,
  exact,
  isZero,
  Reader,
  textBytes,
  u8,
  u32,
  u64,
} from "./encoding.ts";
import { Malformed } from "./errors.ts";
import { type Lock, LockType, readLock } from "./locks.ts";
import { dayOf, ID_BYTES, TAG_BYTES } from "./names.ts";
import { FLOOR_BYTES, paddedLength } from "./padding.ts";
import * as stream from "./stream.ts";
import { H } from "./suite.ts";

const MAGIC = textBytes("QBX1");
export const HEADER_BYTES = 72;
export const MOST_ENVELOPE_BYTES = 1_200_000;
export const MOST_INNER_BYTES = 1024 * 1024;
export const MOST_KEEPERS = 3;

const VERSION_AND_SUITE: Bytes = new Uint8Array([1, 1]);

/** What an envelope is; bound by the header into every lock, by its label into every signature. */
export const EnvelopeClass = {
  MESSAGE: 1,
  DOOR: 2,
  NOTICE: 3,
  RELEASE: 4,
  RESEALED: 5,
  OWN: 6,
} as const;
export type EnvelopeClass = (typeof EnvelopeClass)[keyof typeof EnvelopeClass];

/** The clear facts of an envelope. `expiresAt` is the first second at which it is gone. */
export interface Header {
  readonly envelopeClass: EnvelopeClass;
  readonly lockCount: number;
  readonly mailboxId: Bytes;
  readonly envelopeId: Bytes;
  readonly policyTag: Bytes;
  readonly expiresAt: number;
  readonly bodyBytes: number;
}

/** A parsed envelope; the reader's or link's lock first, then the keepers'. `raw` is all of it. */
export interface Envelope {
  readonly header: Header;
  readonly locks: Lock[];
  readonly headerHash: Bytes;
  readonly raw: Bytes;
}

/** The 72 header bytes; `Malformed` for a field that the format forbids. */
export function encodeHeader(header: Header): Bytes {
  check(header);
  return concat(
    MAGIC,
    VERSION_AND_SUITE,
    u8(header.envelopeClass),
    u8(header.lockCount),
    exact(header.mailboxId, ID_BYTES, "mailbox id"),
    exact(header.envelopeId, ID_BYTES, "envelope id"),
    exact(header.policyTag, TAG_BYTES, "policy tag"),
    u64(header.expiresAt),
    u32(header.bodyBytes),
    u32(0),
  );
}

/** The sealed stream. */
export function envelopeBody(envelope: Envelope): Bytes {
  return envelope.raw.slice(envelope.raw.length - envelope.header.bodyBytes);
}

/** H(header ‖ locks), which keys the body: T in docs/protocol.md. */
export function transcript(envelope: Envelope): Bytes {
  return H(envelope.raw.subarray(0, envelope.raw.length - envelope.header.bodyBytes));
}

/** The keepers' locks, in ascending order of key id. */
export function keeperLocks(envelope: Envelope): Lock[] {
  return envelope.locks.slice(1);
}

function readHeader(reader: Reader): Header {
  reader.expect(MAGIC, "magic");
  reader.expect(VERSION_AND_SUITE, "version or suite");
  const header = {
    envelopeClass: reader.between(reader.u8(), 1, 6, "class") as EnvelopeClass,
    lockCount: reader.u8(),
    mailboxId: reader.take(ID_BYTES),
    envelopeId: reader.take(ID_BYTES),
    policyTag: reader.take(TAG_BYTES),
    expiresAt: reader.u64(),
    bodyBytes: reader.u32(),
  };
  reader.reserved(4);
  check(header);
  return header;
}

/** Parse a whole envelope strictly: header, locks in order, body of a possible length, nothing after it. */
export function parseEnvelope(raw: Bytes): Envelope {
  if (raw.length > MOST_ENVELOPE_BYTES) {
    throw new Malformed("envelope is too large");
  }
  const reader = new Reader(raw);
  const header = readHeader(reader);
  const locks = Array.from({ length: header.lockCount }, () => readLock(reader));
  checkLocks(header, locks);
  if (reader.remaining !== header.bodyBytes) {
    throw new Malformed("body length differs from the header's");
  }
  return { header, locks, headerHash: H(raw.subarray(0, HEADER_BYTES)), raw };
}

/** The length of the body that carries `innerBytes` of inner text; `Malformed` above 1 MiB. */
export function bodyLength(innerBytes: number): number {
  if (innerBytes > MOST_INNER_BYTES) {
    throw new Malformed("inner text is too long");
  }
  return stream.sealedLength(paddedLength(innerBytes));
}

function check(header: Header): void {
  if (header.lockCount < 2 || header.lockCount > 1 + MOST_KEEPERS) {
    throw new Malformed("an envelope has 2 to 4 locks");
  }
  if (header.expiresAt < 1) {
    throw new Malformed("an envelope has a date");
  }
  const { NOTICE, OWN } = EnvelopeClass;
  const tagless = header.envelopeClass === NOTICE || header.envelopeClass === OWN;
  if (isZero(header.policyTag) && !tagless) {
    throw new Malformed("this class needs a policy");
  }
  const plainBytes = stream.plainLength(header.bodyBytes);
  const padded = plainBytes >= FLOOR_BYTES && paddedLength(plainBytes) === plainBytes;
  if (!padded || plainBytes > MOST_INNER_BYTES) {
    throw new Malformed("no padded body has this length");
  }
}

function checkLocks(header: Header, locks: Lock[]): void {
  const [first, ...keepers] = locks;
  const linkAllowed = header.envelopeClass === EnvelopeClass.RELEASE;
  if (first?.type === LockType.KEEPER || (first?.type === LockType.LINK && !linkAllowed)) {
    throw new Malformed("the first lock is the reader's, or in a release a link's");
  }
  const day = dayOf(header.expiresAt);
  if (keepers.some((lock) => lock.type !== LockType.KEEPER || lock.period !== day)) {
    throw new Malformed("the further locks are keepers', of the day of expiry");
  }
  ascending(
    keepers.map((lock) => lock.keyId),
    "keepers' locks",
  );
}
