/**
 * Report: the one document that coach and client write for the sponsor, in fixed bytes.
 *
 * Owns the bytes, their limits and their hash. What a sponsor is shown comes from these fields and from nowhere else, so
 * nothing here may hold what a screen would show in another order or not at all. (docs/protocol.md, part 23.)
 */

import {
  type Bytes,
  concat,
  countedText,
  exact,
  label,
  Reader,
  u8,
  u16,
  u32,
  u64,
} from "./encoding.ts";
import { Malformed } from "./errors.ts";
import { DAY_SECONDS, ID_BYTES } from "./names.ts";
import { H } from "./suite.ts";

export const MOST_REPORT_BYTES = 60_000;
export const MOST_NAME_BYTES = 255;
export const MOST_GOALS = 12;
export const MOST_GOAL_BYTES = 4_000;
export const MOST_WORDS_BYTES = 8_000;
export const MOST_CALLS = 366;

const VERSION: Bytes = new Uint8Array([1]);
const CALLS_NAMED = 1;
/** Control characters but line ends, and what turns the direction of what stands beside it. */
const UNFIT = /[^\P{Cc}\n]|[\u202a-\u202e\u2066-\u2069]/u;
/** A name stands in one line. */
const UNFIT_NAME = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u;

/** One goal: what it is, how both will know, where it stands. */
export interface Goal {
  readonly goal: string;
  readonly how: string;
  readonly where: string;
}

/**
 * The fields of a report. The period's instants are whole days of UTC; `callDays` holds the days on which calls were
 * held, counted from 1 January 1970, one for each call; null where calls are not named.
 */
export interface Report {
  readonly engagementId: Bytes;
  readonly coachFp: Bytes;
  readonly clientFp: Bytes;
  readonly beginsAt: number;
  readonly endsAt: number;
  readonly coachName: string;
  readonly clientName: string;
  readonly sponsorName: string;
  readonly sponsorPerson: string;
  readonly goals: readonly Goal[];
  readonly clientWords: string;
  readonly nextSteps: string;
  readonly callDays: readonly number[] | null;
}

/** The report's bytes; `Malformed` for a field that the format forbids. */
export function encodeReport(report: Report): Bytes {
  const { goals, callDays } = report;
  const names = [report.coachName, report.clientName, report.sponsorName, report.sponsorPerson];
  const raw = concat(
    VERSION,
    u8(callDays ? CALLS_NAMED : 0),
    u16(0),
    exact(report.engagementId, ID_BYTES, "engagement id"),
    exact(report.coachFp, 32, "fp"),
    exact(report.clientFp, 32, "fp"),
    u64(report.beginsAt),
    u64(report.endsAt),
    ...names.map((name) => countedText(name, 1)),
    u8(goals.length),
    ...goals.flatMap(({ goal, how, where }) =>
      [goal, how, where].map((text) => countedText(text, 2)),
    ),
    ...[report.clientWords, report.nextSteps].map((text) => countedText(text, 2)),
    u16(callDays?.length ?? 0),
    ...(callDays ?? []).map(u32),
  );
  parseReport(raw);
  return raw;
}

/** Parse a report strictly. */
export function parseReport(raw: Bytes): Report {
  const reader = new Reader(raw);
  reader.between(raw.length, 0, MOST_REPORT_BYTES, "report");
  reader.expect(VERSION, "version");
  const flags = reader.between(reader.u8(), 0, CALLS_NAMED, "flags");
  reader.reserved(2);
  const name = () => clear(reader.text(1), UNFIT_NAME);
  const text = (mostBytes: number) => clear(reader.text(2, mostBytes), UNFIT);
  const report = {
    engagementId: reader.take(ID_BYTES),
    coachFp: reader.take(32),
    clientFp: reader.take(32),
    beginsAt: reader.u64(),
    endsAt: reader.u64(),
    coachName: name(),
    clientName: name(),
    sponsorName: name(),
    sponsorPerson: name(),
    goals: repeat(reader.between(reader.u8(), 0, MOST_GOALS, "goals"), () => ({
      goal: text(MOST_GOAL_BYTES),
      how: text(MOST_GOAL_BYTES),
      where: text(MOST_GOAL_BYTES),
    })),
    clientWords: text(MOST_WORDS_BYTES),
    nextSteps: text(MOST_WORDS_BYTES),
  };
  const days = repeat(reader.between(reader.u16(), 0, MOST_CALLS, "calls"), () => reader.u32());
  reader.finish();
  check(report, flags, days);
  return { ...report, callDays: flags ? days : null };
}

function check(report: Omit<Report, "callDays">, flags: number, days: readonly number[]): void {
  const { beginsAt, endsAt, goals, coachName, clientName, sponsorName } = report;
  const wrong =
    beginsAt % DAY_SECONDS !== 0 ||
    endsAt % DAY_SECONDS !== 0 ||
    beginsAt >= endsAt ||
    !(coachName && clientName && sponsorName) ||
    goals.some(({ goal }) => !goal) ||
    (!flags && days.length > 0) ||
    days.some((day, at) => at > 0 && day < (days[at - 1] as number));
  if (wrong) {
    throw new Malformed("not a report");
  }
}

/** Whether a text holds a sign that no report may: one that cannot be seen, or that turns what stands beside it. */
export function hides(text: string): boolean {
  return UNFIT.test(text) || !text.isWellFormed();
}

/** A text in which nothing hides. */
function clear(text: string, unfit: RegExp): string {
  if (unfit.test(text)) {
    throw new Malformed("a report's text holds what cannot be seen");
  }
  return text;
}

function repeat<Item>(count: number, read: () => Item): Item[] {
  return Array.from({ length: count }, read);
}

/** What both sign: H(L("report") ‖ report). */
export function reportHash(report: Bytes): Bytes {
  return H(label("report"), report);
}
