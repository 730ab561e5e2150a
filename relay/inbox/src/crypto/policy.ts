/**
 * Policy: the machine-readable part of the agreement, which the relay enforces.
 *
 * Owns the frame's bytes, its hash and tag, and the arithmetic of dates. Must never round a date up past what both
 * parties signed. (docs/protocol.md, part 12.)
 */

import {
  ascending,
  type Bytes,
  concat,
  countedText,
  exact,
  isZero,
  label,
  Reader,
  textBytes,
  u8,
  u16,
  u32,
  u64,
} from "./encoding.ts";
import { Malformed } from "./errors.ts";
import { DAY_SECONDS, ID_BYTES, TAG_BYTES } from "./names.ts";
import { H } from "./suite.ts";

export const MOST_DAYS = 3_650;
export const MOST_DOMAINS = 64;
export const MOST_PLACES = 8;
export const MOST_PHONES = 8;
export const LATE_SECONDS = 300;

const VERSION: Bytes = new Uint8Array([1]);
const AUTHOR_MAY_RECALL = 1;
const READ_MARKS = 2;
const SPONSOR_TOLD_CALLS = 4;
const WORK_PHONES = 8;
const DOMAIN = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/;

/** What coach and client signed. Days are whole; `longestKeepDays` 0 leaves only the end of the hold. */
export interface Policy {
  readonly engagementId: Bytes;
  readonly number: number;
  readonly previousHash: Bytes;
  readonly coachFp: Bytes;
  readonly workEndsAt: number;
  readonly holdDays: number;
  readonly longestKeepDays: number;
  readonly agreementHash: Bytes;
  readonly authorMayRecall: boolean;
  readonly readMarks: boolean;
  readonly refusedDomains: readonly string[];
  readonly places: readonly string[];
  readonly personalPhones: readonly string[];
  readonly sponsorName: string;
  readonly sponsorScope: string;
  /** Number and days of the calls may stand in a report. */
  readonly sponsorToldCalls: boolean;
  /** Bit i (1, 2, 4 …): the i-th of `personalPhones` is a work number of the coach. */
  readonly coachWorkPhones?: number;
  /** The same, of the client. */
  readonly clientWorkPhones?: number;
}

/** The first second at which everything of the engagement is gone. */
export function holdEndsAt(policy: Policy): number {
  return policy.workEndsAt + policy.holdDays * DAY_SECONDS;
}

/** The latest `expiresAt` of something made at `instant`. */
export function latest(policy: Policy, instant: number): number {
  if (policy.longestKeepDays === 0) {
    return holdEndsAt(policy);
  }
  return Math.min(holdEndsAt(policy), instant + policy.longestKeepDays * DAY_SECONDS);
}

/**
 * The `expiresAt` of something made at `instant` whose author chose none: the end of the hold; or, where the longest
 * keep ends earlier, that instant rounded down to midnight UTC (unless this would be at or before `instant`).
 */
export function defaultExpiresAt(policy: Policy, instant: number): number {
  const last = latest(policy, instant);
  const midnight = last - (last % DAY_SECONDS);
  return last < holdEndsAt(policy) && midnight > instant ? midnight : last;
}

/** Whether a relay may take something until `expiresAt`: 300 seconds of slack, never past the hold. */
export function allows(policy: Policy, expiresAt: number, now: number): boolean {
  const most = Math.min(latest(policy, now) + LATE_SECONDS, holdEndsAt(policy));
  return now < expiresAt && expiresAt <= most;
}

/** The frame; `Malformed` for a field that the format forbids. */
export function encodePolicy(policy: Policy): Bytes {
  check(policy);
  const flags =
    (policy.authorMayRecall ? AUTHOR_MAY_RECALL : 0) +
    (policy.readMarks ? READ_MARKS : 0) +
    (policy.sponsorToldCalls ? SPONSOR_TOLD_CALLS : 0) +
    (marked(policy) ? WORK_PHONES : 0);
  const { coachWorkPhones = 0, clientWorkPhones = 0 } = policy;
  return concat(
    VERSION,
    u8(flags),
    u16(0),
    exact(policy.engagementId, ID_BYTES, "engagement id"),
    u32(policy.number),
    exact(policy.previousHash, 32, "previous hash"),
    exact(policy.coachFp, 32, "fp"),
    u64(policy.workEndsAt),
    u32(policy.holdDays),
    u32(policy.longestKeepDays),
    exact(policy.agreementHash, 32, "agreement hash"),
    u16(policy.refusedDomains.length),
    texts(policy.refusedDomains),
    u8(policy.places.length),
    texts(policy.places),
    u8(policy.personalPhones.length),
    texts(policy.personalPhones),
    countedText(policy.sponsorName, 1),
    countedText(policy.sponsorScope, 2),
    ...(marked(policy) ? [u8(coachWorkPhones), u8(clientWorkPhones)] : []),
  );
}

/** Whether, and which, numbers are marked as somebody's work number. */
export function marked({ coachWorkPhones = 0, clientWorkPhones = 0 }: Policy): number {
  return coachWorkPhones | clientWorkPhones;
}

/** H(L("policy") ‖ frame). */
export function policyHash(frame: Bytes): Bytes {
  return H(label("policy"), frame);
}

/** The first 16 bytes of the hash, which envelopes carry in clear. */
export function policyTag(frame: Bytes): Bytes {
  return policyHash(frame).slice(0, TAG_BYTES);
}

/** The hash of the human-readable agreement under a 32-byte random salt. */
export function agreementHash(salt: Bytes, text: string): Bytes {
  return H(label("agreement"), exact(salt, 32, "agreement salt"), textBytes(text));
}

/** Parse a policy frame strictly. */
export function parsePolicy(frame: Bytes): Policy {
  const reader = new Reader(frame);
  reader.expect(VERSION, "version");
  const flags = reader.between(reader.u8(), 0, 15, "flags");
  reader.reserved(2);
  const policy = {
    engagementId: reader.take(ID_BYTES),
    number: reader.u32(),
    previousHash: reader.take(32),
    coachFp: reader.take(32),
    workEndsAt: reader.u64(),
    holdDays: reader.u32(),
    longestKeepDays: reader.u32(),
    agreementHash: reader.take(32),
    authorMayRecall: (flags & AUTHOR_MAY_RECALL) !== 0,
    readMarks: (flags & READ_MARKS) !== 0,
    refusedDomains: readTexts(reader, reader.u16(), MOST_DOMAINS),
    places: readTexts(reader, reader.u8(), MOST_PLACES),
    personalPhones: readTexts(reader, reader.u8(), MOST_PHONES),
    sponsorName: reader.text(1),
    sponsorScope: reader.text(2),
    sponsorToldCalls: (flags & SPONSOR_TOLD_CALLS) !== 0,
    ...(flags & WORK_PHONES && { coachWorkPhones: reader.u8(), clientWorkPhones: reader.u8() }),
  };
  reader.finish();
  if (flags & WORK_PHONES && !marked(policy)) {
    throw new Malformed("no number is marked");
  }
  check(policy);
  return policy;
}

function check(policy: Policy): void {
  if (policy.number < 1 || (policy.number === 1) !== isZero(policy.previousHash)) {
    throw new Malformed("only a first policy has no previous one");
  }
  if (policy.workEndsAt % DAY_SECONDS !== 0) {
    throw new Malformed("work ends at midnight UTC");
  }
  if (!isDayCount(policy.holdDays) || !isDayCount(policy.longestKeepDays)) {
    throw new Malformed("days must be 0 to 3,650");
  }
  const domains = policy.refusedDomains;
  if (domains.length > MOST_DOMAINS || !domains.every((domain) => DOMAIN.test(domain))) {
    throw new Malformed("refused domains are at most 64 lower-case names");
  }
  if (policy.places.length > MOST_PLACES || policy.personalPhones.length > MOST_PHONES) {
    throw new Malformed("at most 8 places and 8 phone numbers");
  }
  const { coachWorkPhones = 0, clientWorkPhones = 0 } = policy;
  if (coachWorkPhones & clientWorkPhones || marked(policy) >= 1 << policy.personalPhones.length) {
    throw new Malformed("a number is of one of the two, and is there");
  }
  ascending(domains.map(textBytes), "refused domains");
}

function isDayCount(days: number): boolean {
  return days >= 0 && days <= MOST_DAYS;
}

function texts(list: readonly string[]): Bytes {
  return concat(...list.map((text) => countedText(text, 1)));
}

function readTexts(reader: Reader, count: number, most: number): string[] {
  reader.between(count, 0, most, "number of texts");
  return Array.from({ length: count }, () => reader.text(1));
}
