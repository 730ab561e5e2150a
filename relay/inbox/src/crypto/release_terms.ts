/**
 * Release terms: what coach and client each sign of a release, the fixed part of a content of kind 5, and that content.
 *
 * Owns the bytes of both; the frame is read here apart from `content.ts`, because all of it but six fields is prescribed
 * and the sponsor's page has no room for the rest. The report stands in the terms whole, so that a signature covers what
 * the sponsor reads. Must never hand out terms whose hash is not their report's. (docs/protocol.md, parts 6 and 23.)
 */

import {
  type Bytes,
  concat,
  counted,
  exact,
  isZero,
  Reader,
  same,
  textBytes,
  u8,
  u16,
  u32,
  u64,
} from "./encoding.ts";
import { Malformed } from "./errors.ts";
import { ID_BYTES, ZERO_HASH } from "./names.ts";
import { MOST_REPORT_BYTES, parseReport, reportHash } from "./report.ts";

const VERSION: Bytes = new Uint8Array([1]);
const KIND = 5;
const NOTHING_SHOWN = textBytes("{}");

/**
 * One party's terms: this report, for the reader of this link, within these dates. `notBefore` 0 means at once; `endsAt`
 * is the first second at which it is gone. The coach's dates are a window, the client's lie in it.
 */
export interface ReleaseTerms {
  readonly version: number;
  readonly readerFp: Bytes;
  readonly notBefore: number;
  readonly endsAt: number;
  readonly report: Bytes;
}

/** The fixed part; `Malformed` for what no terms can be. */
export function encodeTerms(terms: ReleaseTerms): Bytes {
  const raw = concat(
    VERSION,
    new Uint8Array(3),
    u32(terms.version),
    reportHash(terms.report),
    exact(terms.readerFp, 32, "fp"),
    u64(terms.notBefore),
    u64(terms.endsAt),
    counted(terms.report, 4),
  );
  parseTerms(raw);
  return raw;
}

/** Parse the fixed part of a content of kind 5 strictly, the report in it included. */
export function parseTerms(fixed: Bytes): ReleaseTerms {
  const reader = new Reader(fixed);
  reader.expect(VERSION, "version");
  reader.reserved(3);
  const version = reader.between(reader.u32(), 1, 0xffff_ffff, "version of the report");
  const hash = reader.take(32);
  const terms = {
    version,
    readerFp: reader.take(32),
    notBefore: reader.u64(),
    endsAt: reader.u64(),
    report: reader.counted(4, MOST_REPORT_BYTES),
  };
  reader.finish();
  parseReport(terms.report);
  if (terms.notBefore >= terms.endsAt || !same(hash, reportHash(terms.report))) {
    throw new Malformed("not the terms of a release");
  }
  return terms;
}

// --- the content that carries them ---

/** What a content of kind 5 says beside its terms. */
export interface ReleaseFrame {
  readonly nonce: Bytes;
  readonly threadId: Bytes;
  readonly createdAt: number;
  readonly policyHash: Bytes;
  readonly senderFp: Bytes;
  readonly checkpointHash: Bytes;
  readonly vaultCounter: number;
  readonly senderStatementHash: Bytes;
  readonly terms: ReleaseTerms;
}

/** The content of kind 5, as it is signed. */
export function encodeReleaseFrame(frame: ReleaseFrame): Bytes {
  const { terms } = frame;
  return concat(
    VERSION,
    u8(KIND),
    u8(1),
    u8(0),
    exact(frame.nonce, ID_BYTES, "nonce"),
    exact(frame.threadId, ID_BYTES, "thread id"),
    u16(0),
    u16(0),
    u32(1),
    ZERO_HASH,
    u64(frame.createdAt),
    u64(terms.endsAt),
    exact(frame.policyHash, 32, "hash"),
    exact(frame.senderFp, 32, "fp"),
    exact(frame.checkpointHash, 32, "hash"),
    u64(frame.vaultCounter),
    exact(frame.senderStatementHash, 32, "hash"),
    terms.readerFp,
    ZERO_HASH,
    counted(encodeTerms(terms), 4),
    counted(NOTHING_SHOWN, 4),
  );
}

/** Parse a content of kind 5 strictly: no part of a thread, one reader who has no statement, nothing beside its terms. */
export function parseReleaseFrame(raw: Bytes): ReleaseFrame {
  const reader = new Reader(raw);
  reader.expect(concat(VERSION, u8(KIND), u8(1), u8(0)), "form of a release");
  const [nonce, threadId] = [reader.take(ID_BYTES), reader.take(ID_BYTES)];
  reader.expect(concat(u16(0), u16(0), u32(1), ZERO_HASH), "place in a thread");
  const [createdAt, expiresAt] = [reader.u64(), reader.u64()];
  const frame = {
    nonce,
    threadId,
    createdAt,
    policyHash: reader.take(32),
    senderFp: reader.take(32),
    checkpointHash: reader.take(32),
    vaultCounter: reader.u64(),
    senderStatementHash: reader.take(32),
  };
  const [readerFp, statement] = [reader.take(32), reader.take(32)];
  const terms = parseTerms(reader.counted(4));
  reader.expect(counted(NOTHING_SHOWN, 4), "display field");
  reader.finish();
  if (expiresAt !== terms.endsAt || !same(readerFp, terms.readerFp) || !isZero(statement)) {
    throw new Malformed("a release is for its link's reader, until its terms end");
  }
  return { ...frame, terms };
}
