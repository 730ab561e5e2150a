/**
 * Glance: what the rows of an inbox come to, for whoever looks at many of them.
 *
 * Owns what is counted and what is said to wait. Pure; knows of no message more than its row. (docs/protocol.md, part 19.)
 */

import { ContentKind } from "../crypto/content.ts";
import { By, type IndexRow, StepNumber } from "../crypto/index.ts";
import { DAY_SECONDS } from "../crypto/names.ts";
import type { ClientGlance } from "../session.own.ts";
import type { ReadMarks } from "./marks.ts";

/** What goes within it stands first in the list too. */
const SOON_SECONDS = 7 * DAY_SECONDS;

/** A row, and when it goes by what acts have made of its date. */
export interface Dated {
  readonly row: IndexRow;
  readonly expiresAt: number;
}

/** What rows come to; `arrived` are the dates of what came since and was not opened. Pure. */
export function glanceOf(
  rows: readonly Dated[],
  arrived: readonly number[],
  marks: ReadMarks,
  now: number,
): Omit<ClientGlance, "id" | "since"> {
  const living = rows.filter(({ expiresAt }) => expiresAt > now);
  const here = living.filter(({ row }) => row.kind !== ContentKind.REPORT);
  const said = here.filter(({ row }) => row.by !== By.RELAY).map(({ row }) => row);
  const last = said.reduce<IndexRow | null>(
    (best, row) => (best && isLater(best, row) ? best : row),
    null,
  );
  const unread = here.filter(({ row }) => row.by !== By.ME && !marks.has(row.order));
  const going = unread.filter(({ expiresAt }) => expiresAt - now <= SOON_SECONDS);
  const dates = [...here.map(({ expiresAt }) => expiresAt), ...arrived].filter((at) => at > now);
  return {
    lastAt: last?.createdAt ?? 0,
    lastMine: last?.by === By.ME,
    nextGoneAt: earliest(dates),
    unread: unread.length,
    going: going.length,
    goingAt: earliest(going.map(({ expiresAt }) => expiresAt)),
    report: wantsSignature(living.map(({ row }) => row)),
  };
}

/** Whether the newest version of a report waits for me: nothing leaves before, and an answer says that it need not. */
function wantsSignature(rows: readonly IndexRow[]): boolean {
  const steps = rows.filter(({ kind }) => kind === ContentKind.REPORT);
  steps.sort((one, other) => (isLater(one, other) ? 1 : -1));
  const newest = steps.map(({ grade }) => grade).lastIndexOf(StepNumber.VERSION);
  const since = steps.slice(newest);
  return (
    newest >= 0 &&
    !since.some(({ grade, by }) => grade === StepNumber.ANSWER || isMySignature(grade, by))
  );
}

function isMySignature(grade: number, by: number): boolean {
  return grade === StepNumber.SIGNED && by === By.ME;
}

/** By when it was written; of one second by the order in which it came. */
function isLater(one: IndexRow, other: IndexRow): boolean {
  return (one.createdAt - other.createdAt || one.order - other.order) > 0;
}

function earliest(dates: readonly number[]): number {
  return dates.reduce((least, at) => (least === 0 || at < least ? at : least), 0);
}
